//! `head`: the first lines or bytes of files.

use super::arguments::{self, Options};
use super::lines::{Next, each_line, read_all, read_first};
use crate::{Errno, Process, Suspend};

const OPTIONS: Options = Options::new("n:c:qv", &[
    ("lines", 'n'),
    ("bytes", 'c'),
    ("quiet", 'q'),
    ("silent", 'q'),
    ("verbose", 'v'),
])
.lacking(&["z"]);

pub(super) fn complaint(program: &str, path: &str, error: Errno) -> String {
    match error {
        Errno::IsDirectory => format!("{program}: error reading '{path}': {error}\n"),
        error => format!("{program}: cannot open '{path}' for reading: {error}\n"),
    }
}

/// `head -5` is `head -n 5`.
pub(super) fn with_number(words: Vec<String>) -> Vec<String> {
    let number = |word: &String| word.len() > 1 && word.starts_with('-') && word[1..].bytes().all(|c| c.is_ascii_digit());
    let mut options = true;
    let mut out: Vec<String> = Vec::new();
    for word in words {
        options &= word != "--";
        let is_argument = out.last().is_some_and(|last| matches!(last.as_str(), "-n" | "-c" | "--lines" | "--bytes"));
        match options && !is_argument && number(&word) {
            true => out.extend(["-n".to_owned(), word[1..].to_owned()]),
            false => out.push(word),
        }
    }
    out
}

/// `12`, `3k`, `1M`.
pub(super) fn count(word: &str) -> Option<usize> {
    let (digits, factor) = match word.strip_suffix(['k', 'K', 'M', 'b']) {
        Some(digits) if word.ends_with('M') => (digits, 1 << 20),
        Some(digits) if word.ends_with('b') => (digits, 512),
        Some(digits) => (digits, 1 << 10),
        None => (word, 1),
    };
    digits.parse::<usize>().ok()?.checked_mul(factor)
}

#[derive(Clone, Default)]
struct Printed {
    file: Option<usize>,
    lines: usize,
}

pub(super) fn main(process: &mut Process<'_>) -> Result<i32, Suspend> {
    let words = with_number(process.args());
    let arguments = match arguments::read_words(process, &words, &OPTIONS)? {
        Ok(arguments) => arguments,
        Err(status) => return Ok(status),
    };
    let (unit, what) = if arguments.value('c').is_some() { ('c', "bytes") } else { ('n', "lines") };
    let word = arguments.value(unit).unwrap_or("10");
    let Some(number) = count(word.strip_prefix('-').unwrap_or(word)) else {
        process.eprint(&format!("head: invalid number of {what}: '{word}'\n"))?;
        return Ok(1);
    };
    let paths = arguments.paths();
    let headers = arguments.has('v') || paths.len() > 1 && !arguments.has('q');
    if unit == 'c' || word.starts_with('-') {
        return whole_files(process, &paths, headers, number, unit == 'c', word.starts_with('-'));
    }
    if number == 0 {
        return Ok(0);
    }
    let complaint = |path: &str, error| complaint("head", path, error);
    let done = each_line(process, &paths, complaint, false, Printed::default(), |printed, line, out| {
        if printed.file != Some(line.file) {
            if headers {
                out.extend(header(line.path, printed.file.is_none()).bytes());
            }
            *printed = Printed { file: Some(line.file), lines: 0 };
        }
        out.extend(line.text);
        out.extend(line.newline.then_some(b'\n'));
        printed.lines += 1;
        match printed.lines < number {
            true => Next::Line,
            false if line.file + 1 < paths.len() => Next::File,
            false => Next::Stop,
        }
    })?;
    Ok(i32::from(done.failed))
}

pub(super) fn header(path: &str, is_first: bool) -> String {
    let name = if path == "-" { "standard input" } else { path };
    format!("{}==> {name} <==\n", if is_first { "" } else { "\n" })
}

fn whole_files(
    process: &mut Process<'_>,
    paths: &[String],
    headers: bool,
    number: usize,
    of_bytes: bool,
    but_last: bool,
) -> Result<i32, Suspend> {
    let (mut status, mut is_first) = (0, true);
    for path in paths {
        let read = match of_bytes && !but_last {
            true => read_first(process, path, number)?,
            false => read_all(process, path)?,
        };
        let bytes = match read {
            Ok(bytes) => bytes,
            Err(error) => {
                process.eprint(&complaint("head", path, error))?;
                status = 1;
                continue;
            }
        };
        let pieces: Vec<&[u8]> = match of_bytes {
            true => bytes.chunks(1).collect(),
            false => bytes.split_inclusive(|byte| *byte == b'\n').collect(),
        };
        let kept = if but_last { pieces.len().saturating_sub(number) } else { number.min(pieces.len()) };
        let mut out = Vec::new();
        if headers {
            out.extend(header(path, is_first).bytes());
        }
        is_first = false;
        out.extend(pieces[..kept].concat());
        process.write_stdout(&out)?;
    }
    Ok(status)
}
