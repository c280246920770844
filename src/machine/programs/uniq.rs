//! `uniq`: one of equal lines that follow each other.

use super::arguments::{self, Options};
use super::lines::{Next, each_line};
use crate::{Process, Suspend};

const OPTIONS: Options = Options::new("cdif:s:w:u", &[
    ("count", 'c'),
    ("repeated", 'd'),
    ("ignore-case", 'i'),
    ("skip-fields", 'f'),
    ("skip-chars", 's'),
    ("check-chars", 'w'),
    ("unique", 'u'),
])
.lacking(&["D", "z", "group", "all-repeated"]);

#[derive(Clone, Default)]
struct Group {
    line: Option<(Vec<u8>, String)>,
    count: usize,
}

pub(super) fn main(process: &mut Process<'_>) -> Result<i32, Suspend> {
    let arguments = match arguments::read(process, &OPTIONS)? {
        Ok(arguments) => arguments,
        Err(status) => return Ok(status),
    };
    if arguments.operands.len() > 1 {
        return arguments::not_simulated(process, "uniq INPUT OUTPUT");
    }
    let number = |letter| arguments.value(letter).and_then(|text| text.parse::<usize>().ok());
    let key = |text: &[u8]| {
        let text = String::from_utf8_lossy(text);
        let mut rest = text.as_ref();
        for _ in 0..number('f').unwrap_or(0) {
            let field = rest.trim_start_matches([' ', '\t']);
            rest = &field[field.find([' ', '\t']).unwrap_or(field.len())..];
        }
        let key: String = rest.chars().skip(number('s').unwrap_or(0)).take(number('w').unwrap_or(usize::MAX)).collect();
        if arguments.has('i') { key.to_lowercase() } else { key }
    };
    let finish = |group: &Group, out: &mut Vec<u8>| {
        let Some((text, _)) = &group.line else { return };
        if arguments.has('d') && group.count < 2 || arguments.has('u') && group.count > 1 {
            return;
        }
        if arguments.has('c') {
            out.extend(format!("{:7} ", group.count).bytes());
        }
        out.extend(text);
        out.push(b'\n');
    };
    let complaint = |path: &str, error| format!("uniq: {path}: {error}\n");
    let done = each_line(process, &arguments.paths(), complaint, false, Group::default(), |group, line, out| {
        let key = key(line.text);
        match &group.line {
            Some((_, last)) if *last == key => group.count += 1,
            _ => {
                finish(group, out);
                *group = Group { line: Some((line.text.to_vec(), key)), count: 1 };
            }
        }
        Next::Line
    })?;
    let mut out = Vec::new();
    finish(&done.state, &mut out);
    process.write_stdout(&out)?;
    Ok(i32::from(done.failed))
}
