//! `tail`: the last lines or bytes of a file, and with `-f` what is added to it later.

use std::ops::ControlFlow;
use std::time::Duration;

use super::arguments::{self, Options};
use super::head::{complaint, count, header, with_number};
use super::lines::read_all;
use crate::{Process, Suspend};

const OPTIONS: Options = Options::new("n:c:fFqv", &[
    ("lines", 'n'),
    ("bytes", 'c'),
    ("follow", 'f'),
    ("quiet", 'q'),
    ("silent", 'q'),
    ("verbose", 'v'),
])
.lacking(&["s", "z", "pid", "retry"]);

pub(super) fn main(process: &mut Process<'_>) -> Result<i32, Suspend> {
    let words = with_number(process.args());
    let arguments = match arguments::read_words(process, &words, &OPTIONS)? {
        Ok(arguments) => arguments,
        Err(status) => return Ok(status),
    };
    let (unit, what) = if arguments.value('c').is_some() { ('c', "bytes") } else { ('n', "lines") };
    let word = arguments.value(unit).unwrap_or("10");
    let Some(number) = count(word.strip_prefix(['-', '+']).unwrap_or(word)) else {
        process.eprint(&format!("tail: invalid number of {what}: '{word}'\n"))?;
        return Ok(1);
    };
    let paths = arguments.paths();
    let headers = arguments.has('v') || paths.len() > 1 && !arguments.has('q');
    let (mut status, mut is_first, mut length) = (0, true, 0);
    for path in &paths {
        let bytes = match read_all(process, path)? {
            Ok(bytes) => bytes,
            Err(error) => {
                process.eprint(&complaint("tail", path, error))?;
                status = 1;
                continue;
            }
        };
        let pieces: Vec<&[u8]> = match unit {
            'c' => bytes.chunks(1).collect(),
            _ => bytes.split_inclusive(|byte| *byte == b'\n').collect(),
        };
        let start = match word.starts_with('+') {
            true => number.saturating_sub(1).min(pieces.len()),
            false => pieces.len().saturating_sub(number),
        };
        let mut out = Vec::new();
        if headers {
            out.extend(header(path, is_first).bytes());
        }
        is_first = false;
        out.extend(pieces[start..].concat());
        process.write_stdout(&out)?;
        length = bytes.len();
    }
    if !(arguments.has('f') || arguments.has('F')) || paths == ["-"] || status != 0 {
        return Ok(status);
    }
    match paths.as_slice() {
        [path] => follow(process, path, length),
        _ => arguments::not_simulated(process, "tail -f of several files"),
    }
}

/// Looks once a second whether the file has grown, as the real one does where it gets no word of changes.
fn follow(process: &mut Process<'_>, path: &str, length: usize) -> Result<i32, Suspend> {
    process.repeat(length, |process, length: &mut usize| {
        process.sleep(Duration::from_secs(1))?;
        let Ok(bytes) = process.read_file(path)? else { return Ok(ControlFlow::Continue(())) };
        if bytes.len() < *length {
            process.eprint(&format!("tail: {path}: file truncated\n"))?;
            *length = 0;
        }
        let new = &bytes[*length..];
        if !new.is_empty() {
            process.write_stdout(new)?;
        }
        *length = bytes.len();
        Ok(ControlFlow::Continue(()))
    })
}
