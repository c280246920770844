//! `cut`: chosen fields, characters or bytes of each line.

use super::arguments::{self, Options};
use super::lines::{Next, each_line};
use crate::{Process, Suspend};

const OPTIONS: Options = Options::new("d:f:c:b:sCO:n", &[
    ("delimiter", 'd'),
    ("fields", 'f'),
    ("characters", 'c'),
    ("bytes", 'b'),
    ("only-delimited", 's'),
    ("complement", 'C'),
    ("output-delimiter", 'O'),
])
.lacking(&["z"]);

pub(super) fn main(process: &mut Process<'_>) -> Result<i32, Suspend> {
    let arguments = match arguments::read(process, &OPTIONS)? {
        Ok(arguments) => arguments,
        Err(status) => return Ok(status),
    };
    let lists: Vec<(char, &str)> = "fcb".chars().filter_map(|unit| Some((unit, arguments.value(unit)?))).collect();
    let &[(unit, list)] = lists.as_slice() else {
        let problem = match lists.is_empty() {
            true => "you must specify a list of bytes, characters, or fields",
            false => "only one list may be specified",
        };
        return arguments::wrong_use(process, "cut", problem, 1);
    };
    let ranges = match ranges(list, unit == 'f') {
        Ok(ranges) => ranges,
        Err(problem) => return arguments::wrong_use(process, "cut", &problem, 1),
    };
    let delimiter = arguments.value('d').unwrap_or("\t");
    if delimiter.chars().count() > 1 {
        return arguments::wrong_use(process, "cut", "the delimiter must be a single character", 1);
    }
    if unit != 'f' && arguments.value('d').is_some() {
        let problem = "an input delimiter may be specified only when operating on fields";
        return arguments::wrong_use(process, "cut", problem, 1);
    }
    let default_joint = if unit == 'f' { delimiter } else { "" };
    let joint = arguments.value('O').unwrap_or(default_joint).to_owned();
    let kept = |number: usize| {
        ranges.iter().any(|(from, to)| (*from..=*to).contains(&number)) != arguments.has('C')
    };
    let complaint = |path: &str, error| format!("cut: {path}: {error}\n");
    let done = each_line(process, &arguments.paths(), complaint, false, (), |(), line, out| {
        let text = line.text();
        if unit == 'f' {
            if !delimiter.is_empty() && !text.contains(delimiter) {
                if !arguments.has('s') {
                    out.extend(format!("{text}\n").bytes());
                }
                return Next::Line;
            }
            let fields: Vec<&str> =
                text.split(delimiter).enumerate().filter(|(index, _)| kept(index + 1)).map(|(_, field)| field).collect();
            out.extend(format!("{}\n", fields.join(&joint)).bytes());
        } else {
            let chars: String = text.chars().enumerate().filter(|(index, _)| kept(index + 1)).map(|(_, c)| c).collect();
            out.extend(format!("{chars}\n").bytes());
        }
        Next::Line
    })?;
    Ok(i32::from(done.failed))
}

/// `1,3-5,7-` as ranges.
fn ranges(list: &str, of_fields: bool) -> Result<Vec<(usize, usize)>, String> {
    let from_one = match of_fields {
        true => "fields are numbered from 1".to_owned(),
        false => "byte/character positions are numbered from 1".to_owned(),
    };
    let number = |text: &str, default: usize| match text {
        "" => Ok(default),
        text => match text.parse::<usize>() {
            Ok(0) => Err(from_one.clone()),
            Ok(number) => Ok(number),
            Err(_) if of_fields => Err(format!("invalid field value '{text}'")),
            Err(_) => Err(format!("invalid byte/character position '{text}'")),
        },
    };
    list.split([',', ' '])
        .map(|part| match part.split_once('-') {
            None if part.is_empty() => Err(from_one.clone()),
            None => number(part, 1).map(|at| (at, at)),
            Some(("", "")) => Err("invalid range with no endpoint: -".to_owned()),
            Some((from, to)) => {
                let (from, to) = (number(from, 1)?, number(to, usize::MAX)?);
                if to < from { Err("invalid decreasing range".to_owned()) } else { Ok((from, to)) }
            }
        })
        .collect()
}
