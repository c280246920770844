//! `diff`: what differs between two files or directories. `kubectl diff` shows the same.

use similar::{Algorithm, ChangeTag, TextDiff};

use super::arguments::{self, Arguments, Options};
use super::lines::read_all;
use super::paths::last_name;
use crate::{Errno, Process, Suspend};

const OPTIONS: Options = Options::new("uU:qrNwbBisaL:K::", &[
    ("unified", 'u'),
    ("brief", 'q'),
    ("recursive", 'r'),
    ("new-file", 'N'),
    ("ignore-all-space", 'w'),
    ("ignore-space-change", 'b'),
    ("ignore-blank-lines", 'B'),
    ("ignore-case", 'i'),
    ("report-identical-files", 's'),
    ("text", 'a'),
    ("label", 'L'),
    ("color", 'K'),
])
.lacking(&["c", "C", "y", "e", "n", "x", "I", "exclude", "side-by-side", "context"])
.wrong_use(2);

pub(super) fn main(process: &mut Process<'_>) -> Result<i32, Suspend> {
    let arguments = match arguments::read(process, &OPTIONS)? {
        Ok(arguments) => arguments,
        Err(status) => return Ok(status),
    };
    let (old, new) = match arguments.operands.as_slice() {
        [old, new] => (old.clone(), new.clone()),
        [] | [_] => {
            let last = arguments.operands.last().map_or("diff", String::as_str);
            return arguments::wrong_use(process, "diff", &format!("missing operand after '{last}'"), 2);
        }
        [_, _, extra, ..] => return arguments::wrong_use(process, "diff", &format!("extra operand '{extra}'"), 2),
    };
    let is_directory = |process: &mut Process<'_>, path: &str| -> Result<bool, Suspend> {
        Ok(process.stat(path)?.is_ok_and(|found| found.is_dir()))
    };
    match (is_directory(process, &old)?, is_directory(process, &new)?) {
        (true, true) => directories(process, &arguments, old, new),
        (true, false) => {
            let old = format!("{old}/{}", last_name(&new));
            files(process, &arguments, &old, &new, "")
        }
        (false, true) => {
            let new = format!("{new}/{}", last_name(&old));
            files(process, &arguments, &old, &new, "")
        }
        (false, false) => files(process, &arguments, &old, &new, ""),
    }
}

fn directories(process: &mut Process<'_>, arguments: &Arguments, old: String, new: String) -> Result<i32, Suspend> {
    let (mut status, mut todo) = (0, vec![(old, new)]);
    while let Some((old, new)) = todo.pop() {
        let mut names = process.read_dir(&old)?.unwrap_or_default();
        let in_new = process.read_dir(&new)?.unwrap_or_default();
        let in_old = names.clone();
        names.extend(in_new.iter().filter(|name| !in_old.contains(name)).cloned());
        names.sort();
        let mut below = Vec::new();
        for name in names {
            let (a, b) = (format!("{old}/{name}"), format!("{new}/{name}"));
            let only = match (in_old.contains(&name), in_new.contains(&name)) {
                (true, false) => Some(&old),
                (false, true) => Some(&new),
                _ => None,
            };
            if let Some(directory) = only.filter(|_| !arguments.has('N')) {
                process.print(&format!("Only in {directory}: {name}\n"))?;
                status = status.max(1);
                continue;
            }
            let kinds = (process.stat(&a)?.ok().map(|it| it.is_dir()), process.stat(&b)?.ok().map(|it| it.is_dir()));
            match kinds {
                (Some(true) | None, Some(true)) | (Some(true), None) => match arguments.has('r') {
                    true => below.push((a, b)),
                    false => process.print(&format!("Common subdirectories: {a} and {b}\n"))?,
                },
                (Some(true), Some(false)) => {
                    process.print(&format!("File {a} is a directory while file {b} is a regular file\n"))?;
                    status = status.max(1);
                }
                (Some(false), Some(true)) => {
                    process.print(&format!("File {a} is a regular file while file {b} is a directory\n"))?;
                    status = status.max(1);
                }
                _ => {
                    let mut heading = String::from("diff");
                    for letter in "urNwbBi".chars().filter(|letter| arguments.has(*letter)) {
                        heading.push_str(&format!(" -{letter}"));
                    }
                    let found = files(process, arguments, &a, &b, &format!("{heading} {a} {b}\n"))?;
                    status = status.max(found);
                }
            }
        }
        below.reverse();
        todo.extend(below);
    }
    Ok(status)
}

fn files(
    process: &mut Process<'_>,
    arguments: &Arguments,
    old: &str,
    new: &str,
    heading: &str,
) -> Result<i32, Suspend> {
    let mut texts = Vec::new();
    for path in [old, new] {
        texts.push(match read_all(process, path)? {
            Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
            Err(Errno::NoEntry) if arguments.has('N') => String::new(),
            Err(error) => {
                process.eprint(&format!("diff: {path}: {error}\n"))?;
                return Ok(2);
            }
        });
    }
    let keys: Vec<Vec<String>> = texts.iter().map(|text| lines(text).iter().map(|line| key(line, arguments)).collect()).collect();
    let unified = arguments.has('u') || arguments.has('U');
    let blank = |lines: &[String]| lines.iter().filter(|line| !line.trim().is_empty()).cloned().collect::<Vec<_>>();
    let equal = match arguments.has('B') {
        true => blank(&keys[0]) == blank(&keys[1]),
        false => keys[0] == keys[1],
    };
    if equal {
        if arguments.has('s') {
            process.print(&format!("Files {old} and {new} are identical\n"))?;
        }
        return Ok(0);
    }
    if arguments.has('q') {
        process.print(&format!("Files {old} and {new} differ\n"))?;
        return Ok(1);
    }
    let mut out = heading.to_owned();
    if unified {
        for (index, (mark, path)) in [("---", old), ("+++", new)].into_iter().enumerate() {
            match arguments.values('L').nth(index) {
                Some(label) => out.push_str(&format!("{mark} {label}\n")),
                None => out.push_str(&format!("{mark} {path}\t{}\n", modified(process, path)?)),
            }
        }
    }
    let context = if unified { arguments.value('U').and_then(|text| text.parse().ok()).unwrap_or(3) } else { 0 };
    let slices: Vec<Vec<&str>> = keys.iter().map(|keys| keys.iter().map(String::as_str).collect()).collect();
    let diff = TextDiff::configure().algorithm(Algorithm::Myers).diff_slices(&slices[0], &slices[1]);
    let (old_lines, new_lines) = (lines(&texts[0]), lines(&texts[1]));
    for group in diff.grouped_ops(context) {
        let (Some(first), Some(last)) = (group.first(), group.last()) else { continue };
        let (old_range, new_range) =
            (first.old_range().start..last.old_range().end, first.new_range().start..last.new_range().end);
        if unified {
            out.push_str(&format!("@@ -{} +{} @@\n", unified_range(&old_range), unified_range(&new_range)));
            for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
                let (mark, line) = match change.tag() {
                    ChangeTag::Equal => (' ', change.old_index().and_then(|at| old_lines.get(at))),
                    ChangeTag::Delete => ('-', change.old_index().and_then(|at| old_lines.get(at))),
                    ChangeTag::Insert => ('+', change.new_index().and_then(|at| new_lines.get(at))),
                };
                push_line(&mut out, &mark.to_string(), line.copied().unwrap_or_default());
            }
            continue;
        }
        let letter = match (old_range.is_empty(), new_range.is_empty()) {
            (true, _) => 'a',
            (_, true) => 'd',
            _ => 'c',
        };
        out.push_str(&format!("{}{letter}{}\n", plain_range(&old_range), plain_range(&new_range)));
        old_lines[old_range.clone()].iter().for_each(|line| push_line(&mut out, "< ", line));
        if letter == 'c' {
            out.push_str("---\n");
        }
        new_lines[new_range.clone()].iter().for_each(|line| push_line(&mut out, "> ", line));
    }
    process.print(&out)?;
    Ok(1)
}

fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}

/// What is compared of a line.
fn key(line: &str, arguments: &Arguments) -> String {
    let mut key = line.to_owned();
    if arguments.has('w') {
        key.retain(|c| !c.is_whitespace());
    } else if arguments.has('b') {
        let space = if key.starts_with([' ', '\t']) { " " } else { "" };
        key = format!("{space}{}", key.split_whitespace().collect::<Vec<_>>().join(" "));
    }
    if arguments.has('i') { key.to_lowercase() } else { key }
}

fn push_line(out: &mut String, mark: &str, line: &str) {
    out.push_str(mark);
    out.push_str(line);
    if !line.ends_with('\n') {
        out.push_str("\n\\ No newline at end of file\n");
    }
}

/// `3,4`: from line 3, four lines. A single line needs no length; an empty range names the line before it.
fn unified_range(range: &std::ops::Range<usize>) -> String {
    match range.len() {
        0 => format!("{},0", range.start),
        1 => (range.start + 1).to_string(),
        length => format!("{},{length}", range.start + 1),
    }
}

fn plain_range(range: &std::ops::Range<usize>) -> String {
    match range.len() {
        0 => range.start.to_string(),
        1 => (range.start + 1).to_string(),
        _ => format!("{},{}", range.start + 1, range.end),
    }
}

fn modified(process: &mut Process<'_>, path: &str) -> Result<String, Suspend> {
    let now = process.unix_nanos()? - i64::try_from(process.now()?.as_nanos()).unwrap_or(0);
    let nanos = match process.stat(path)? {
        Ok(found) if path != "-" => now + i64::try_from(found.modified.as_nanos()).unwrap_or(0),
        _ => 0,
    };
    let time = jiff::Timestamp::from_nanosecond(nanos.into()).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    Ok(time.to_zoned(jiff::tz::TimeZone::UTC).strftime("%Y-%m-%d %H:%M:%S.%9f +0000").to_string())
}
