//! `xargs`: makes command lines of its input and runs them.

use std::ops::ControlFlow;

use super::arguments::{self, Options};
use super::lines::read_all;
use crate::{Errno, Process, Spawn, Suspend};

/// How long a command line may become.
const LONGEST: usize = 128 * 1024;

const OPTIONS: Options = Options::new("0n:I:rtd:L:P:", &[
    ("null", '0'),
    ("max-args", 'n'),
    ("replace", 'I'),
    ("no-run-if-empty", 'r'),
    ("verbose", 't'),
    ("delimiter", 'd'),
    ("max-lines", 'L'),
    ("max-procs", 'P'),
])
.lacking(&["a", "E", "p", "s", "x", "arg-file", "interactive"])
.stops_at_operand();

pub(super) fn main(process: &mut Process<'_>) -> Result<i32, Suspend> {
    let arguments = match arguments::read(process, &OPTIONS)? {
        Ok(arguments) => arguments,
        Err(status) => return Ok(status),
    };
    let mut command = arguments.operands.clone();
    if command.is_empty() {
        command.push("echo".to_owned());
    }
    let bytes = read_all(process, "-")?.unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes);
    let items = match items(&text, arguments.has('0'), arguments.value('d'), arguments.has('I') || arguments.has('L')) {
        Ok(items) => items,
        Err(problem) => {
            process.eprint(&format!("xargs: {problem}\n"))?;
            return Ok(1);
        }
    };
    let lines: Vec<Vec<String>> = if let Some(mark) = arguments.value('I') {
        items.iter().map(|item| command.iter().map(|word| word.replace(mark, item)).collect()).collect()
    } else {
        let most = arguments.value('n').or(arguments.value('L')).and_then(|text| text.parse::<usize>().ok());
        let items = match arguments.has('L') {
            true => items.iter().flat_map(|line| line.split_whitespace().map(str::to_owned)).collect(),
            false => items,
        };
        if items.is_empty() && arguments.has('r') {
            return Ok(0);
        }
        batches(&items, most.unwrap_or(usize::MAX)).into_iter().map(|batch| [command.clone(), batch].concat()).collect()
    };
    let verbose = arguments.has('t');
    process.repeat((0, 0), |process, (next, status): &mut (usize, i32)| {
        let Some(line) = lines.get(*next) else { return Ok(ControlFlow::Break(*status)) };
        if verbose {
            process.eprint(&format!("{}\n", line.join(" ")))?;
        }
        let null = process.open("/dev/null", crate::OpenMode::Read)?;
        let mut spawn = Spawn::new(line);
        if let Ok(null) = null {
            spawn = spawn.fd(0, null);
        }
        let child = match process.spawn(spawn)? {
            Ok(child) => child,
            Err(error) => {
                process.eprint(&format!("xargs: {}: {error}\n", line[0]))?;
                return Ok(ControlFlow::Break(if error == Errno::NoEntry { 127 } else { 126 }));
            }
        };
        if let Ok(null) = null {
            process.close(null)?;
        }
        let exit = process.wait(child)?;
        match exit.map_or(127, |exit| exit.code) {
            0 => {}
            255 => {
                process.eprint(&format!("xargs: {}: exited with status 255; aborting\n", line[0]))?;
                return Ok(ControlFlow::Break(124));
            }
            _ => *status = 123,
        }
        *next += 1;
        Ok(ControlFlow::Continue(()))
    })
}

fn batches(items: &[String], most: usize) -> Vec<Vec<String>> {
    let mut out = vec![Vec::new()];
    let mut length = 0;
    for item in items {
        let batch = out.last().map_or(0, Vec::len);
        if batch >= most.max(1) || batch > 0 && length + item.len() > LONGEST {
            out.push(Vec::new());
            length = 0;
        }
        length += item.len() + 1;
        if let Some(batch) = out.last_mut() {
            batch.push(item.clone());
        }
    }
    out
}

/// The items of the input: words, in which quotes and backslashes count, or whole lines.
fn items(text: &str, by_null: bool, delimiter: Option<&str>, by_line: bool) -> Result<Vec<String>, String> {
    let delimiter = match delimiter {
        Some("\\n") => Some('\n'),
        Some("\\t") => Some('\t'),
        Some("\\0") => Some('\0'),
        Some(text) => text.chars().next(),
        None if by_null => Some('\0'),
        None => None,
    };
    if let Some(delimiter) = delimiter {
        let text = text.strip_suffix(delimiter).unwrap_or(text);
        return Ok(if text.is_empty() { Vec::new() } else { text.split(delimiter).map(str::to_owned).collect() });
    }
    let mut out = Vec::new();
    let mut current: Option<String> = None;
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '\'' | '"' => {
                let word = current.get_or_insert_default();
                loop {
                    match chars.next() {
                        Some(inner) if inner == c => break,
                        Some(inner) if inner != '\n' => word.push(inner),
                        _ => {
                            let kind = if c == '"' { "double" } else { "single" };
                            return Err(format!(
                                "unmatched {kind} quote; by default quotes are special to xargs unless you use the -0 option"
                            ));
                        }
                    }
                }
            }
            '\\' => current.get_or_insert_default().extend(chars.next()),
            '\n' => out.extend(current.take()),
            ' ' | '\t' if by_line => {
                if let Some(word) = &mut current {
                    word.push(c);
                }
            }
            c if c.is_ascii_whitespace() => out.extend(current.take()),
            c => current.get_or_insert_default().push(c),
        }
    }
    out.extend(current);
    Ok(out)
}
