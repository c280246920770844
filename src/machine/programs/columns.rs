//! Text in columns and lines: `paste`, `comm`, `join`, `nl`, `rev`, `fold`, `expand`, `unexpand`, `split`, `shuf`.

use super::arguments::{self, Options};
use super::lines::{Next, each_line, read_all};
use crate::{Process, Suspend};

fn lines_of(bytes: &[u8]) -> Vec<String> {
    String::from_utf8_lossy(bytes).lines().map(str::to_owned).collect()
}

/// Reads whole files; the first that cannot be read ends the program.
fn files(process: &mut Process<'_>, program: &str, paths: &[String]) -> Result<Result<Vec<Vec<String>>, i32>, Suspend> {
    let mut all = Vec::new();
    for path in paths {
        match read_all(process, path)? {
            Ok(bytes) => all.push(lines_of(&bytes)),
            Err(error) => {
                process.eprint(&format!("{program}: {path}: {error}\n"))?;
                return Ok(Err(1));
            }
        }
    }
    Ok(Ok(all))
}

pub(super) fn paste(process: &mut Process<'_>) -> Result<i32, Suspend> {
    let arguments = match arguments::read(process, &Options::new("sd:", &[("serial", 's'), ("delimiters", 'd')]).lacking(&["z"]))? {
        Ok(arguments) => arguments,
        Err(status) => return Ok(status),
    };
    let paths = arguments.paths();
    let mut all = match files(process, "paste", &paths)? {
        Ok(all) => all,
        Err(status) => return Ok(status),
    };
    // Standard input named twice gives its lines in turn.
    let inputs = paths.iter().filter(|path| *path == "-").count();
    if inputs > 1 && !arguments.has('s') {
        let first = paths.iter().position(|path| path == "-").unwrap_or(0);
        let lines = std::mem::take(&mut all[first]);
        let places: Vec<usize> = paths.iter().enumerate().filter(|(_, path)| *path == "-").map(|(index, _)| index).collect();
        for (index, line) in lines.into_iter().enumerate() {
            all[places[index % inputs]].push(line);
        }
    }
    let (delimiters, _) = crate::programs::unescape(arguments.value('d').unwrap_or("\t"), crate::programs::Escapes::Printf);
    let delimiters: Vec<char> = delimiters.chars().collect();
    let between = |index: usize| if delimiters.is_empty() { String::new() } else { delimiters[index % delimiters.len()].to_string() };
    let join = |cells: Vec<&str>| {
        let mut line = String::new();
        for (index, cell) in cells.iter().enumerate() {
            if index > 0 {
                line.push_str(&between(index - 1));
            }
            line.push_str(cell);
        }
        line + "\n"
    };
    let out: String = match arguments.has('s') {
        true => all.iter().map(|lines| join(lines.iter().map(String::as_str).collect())).collect(),
        false => {
            let rows = all.iter().map(Vec::len).max().unwrap_or(0);
            (0..rows).map(|row| join(all.iter().map(|lines| lines.get(row).map_or("", String::as_str)).collect())).collect()
        }
    };
    process.print(&out)?;
    Ok(0)
}

pub(super) fn comm(process: &mut Process<'_>) -> Result<i32, Suspend> {
    let arguments = match arguments::read(process, &Options::new("123", &[]).lacking(&["z", "check-order", "nocheck-order", "output-delimiter", "total"]))? {
        Ok(arguments) => arguments,
        Err(status) => return Ok(status),
    };
    match arguments.operands.as_slice() {
        [] => return arguments::wrong_use(process, "comm", "missing operand", 1),
        [one] => return arguments::wrong_use(process, "comm", &format!("missing operand after '{one}'"), 1),
        [_, _] => {}
        [_, _, extra, ..] => return arguments::wrong_use(process, "comm", &format!("extra operand '{extra}'"), 1),
    }
    let all = match files(process, "comm", &arguments.operands)? {
        Ok(all) => all,
        Err(status) => return Ok(status),
    };
    let (left, right) = (&all[0], &all[1]);
    let shown = |column: usize| !arguments.has(['1', '2', '3'][column]);
    let mut out = String::new();
    let mut write = |column: usize, line: &str| {
        if shown(column) {
            out.push_str(&"\t".repeat((0..column).filter(|before| shown(*before)).count()));
            out.push_str(line);
            out.push('\n');
        }
    };
    let (mut i, mut j) = (0, 0);
    while i < left.len() || j < right.len() {
        match (left.get(i), right.get(j)) {
            (Some(a), Some(b)) if a == b => {
                write(2, a);
                (i, j) = (i + 1, j + 1);
            }
            (Some(a), Some(b)) if a < b => {
                write(0, a);
                i += 1;
            }
            (Some(a), None) => {
                write(0, a);
                i += 1;
            }
            (_, Some(b)) => {
                write(1, b);
                j += 1;
            }
            (None, None) => break,
        }
    }
    process.print(&out)?;
    let names = ["file 1 is not in sorted order", "file 2 is not in sorted order"];
    let mut unsorted = false;
    for (lines, name) in all.iter().zip(names) {
        if !lines.is_sorted() {
            process.eprint(&format!("comm: {name}\n"))?;
            unsorted = true;
        }
    }
    if unsorted {
        process.eprint("comm: input is not in sorted order\n")?;
    }
    Ok(i32::from(unsorted))
}

pub(super) fn join(process: &mut Process<'_>) -> Result<i32, Suspend> {
    let arguments = match arguments::read(process, &Options::new("t:1:2:j:a:v:e:", &[]).lacking(&["o", "i", "z", "header", "check-order"]))? {
        Ok(arguments) => arguments,
        Err(status) => return Ok(status),
    };
    if arguments.operands.len() < 2 {
        return arguments::wrong_use(process, "join", "missing operand", 1);
    }
    let all = match files(process, "join", &arguments.operands)? {
        Ok(all) => all,
        Err(status) => return Ok(status),
    };
    let separator = arguments.value('t').and_then(|text| text.chars().next());
    let field = |letter: char| arguments.value(letter).or(arguments.value('j')).and_then(|text| text.parse::<usize>().ok()).unwrap_or(1) - 1;
    let split = |line: &String| -> Vec<String> {
        match separator {
            Some(separator) => line.split(separator).map(str::to_owned).collect(),
            None => line.split_whitespace().map(str::to_owned).collect(),
        }
    };
    let (keys, rows): (Vec<usize>, Vec<Vec<Vec<String>>>) = ([field('1'), field('2')].into(), all.iter().map(|lines| lines.iter().map(split).collect()).collect());
    let between = separator.unwrap_or(' ').to_string();
    let without = |row: &[String], key: usize| row.iter().enumerate().filter(|(index, _)| *index != key).map(|(_, cell)| cell.clone()).collect::<Vec<_>>();
    let key_of = |row: &[String], side: usize| row.get(keys[side]).cloned().unwrap_or_default();
    let wants = |letter: char, side: &str| arguments.values(letter).any(|value| value == side);
    let line = |cells: Vec<String>| format!("{}\n", cells.join(&between));
    let alone = |row: &[String], side: usize| {
        let shown = wants('a', ["1", "2"][side]) || wants('v', ["1", "2"][side]);
        shown.then(|| line(std::iter::once(key_of(row, side)).chain(without(row, keys[side])).collect()))
    };
    // Sorted files give their keys in order; what is found is put into that order at the end.
    let mut found: Vec<(String, String)> = Vec::new();
    for row in &rows[0] {
        let key = key_of(row, 0);
        let partners: Vec<&Vec<String>> = rows[1].iter().filter(|other| key_of(other, 1) == key).collect();
        if partners.is_empty() {
            found.extend(alone(row, 0).map(|line| (key.clone(), line)));
        }
        for partner in partners.into_iter().filter(|_| !arguments.has('v')) {
            let cells = std::iter::once(key.clone()).chain(without(row, keys[0])).chain(without(partner, keys[1]));
            found.push((key.clone(), line(cells.collect())));
        }
    }
    for row in &rows[1] {
        let key = key_of(row, 1);
        if !rows[0].iter().any(|other| key_of(other, 0) == key) {
            found.extend(alone(row, 1).map(|line| (key, line)));
        }
    }
    found.sort_by(|a, b| a.0.cmp(&b.0));
    process.print(&found.into_iter().map(|(_, line)| line).collect::<String>())?;
    Ok(0)
}

pub(super) fn nl(process: &mut Process<'_>) -> Result<i32, Suspend> {
    let arguments = match arguments::read(process, &Options::new("b:w:s:v:i:n:", &[]).lacking(&["d", "f", "h", "l", "p"]))? {
        Ok(arguments) => arguments,
        Err(status) => return Ok(status),
    };
    let number = |letter: char, usual: i64| arguments.value(letter).and_then(|text| text.parse::<i64>().ok()).unwrap_or(usual);
    let (width, step) = (usize::try_from(number('w', 6)).unwrap_or(6), number('i', 1));
    let separator = arguments.value('s').unwrap_or("\t").to_owned();
    let all = arguments.value('b').is_some_and(|style| style == "a");
    let none = arguments.value('b').is_some_and(|style| style == "n");
    let style = arguments.value('n').unwrap_or("rn").to_owned();
    let complaint = |path: &str, error| format!("nl: {path}: {error}\n");
    let done = each_line(process, &arguments.paths(), complaint, false, number('v', 1), |next, line, out| {
        if none || !all && line.text.is_empty() {
            out.extend(" ".repeat(width + separator.len()).bytes());
        } else {
            let shown = match style.as_str() {
                "ln" => format!("{next:<width$}"),
                "rz" => format!("{next:0width$}"),
                _ => format!("{next:>width$}"),
            };
            out.extend(format!("{shown}{separator}").bytes());
            *next += step;
        }
        out.extend_from_slice(line.text);
        out.push(b'\n');
        Next::Line
    })?;
    Ok(i32::from(done.failed))
}

pub(super) fn rev(process: &mut Process<'_>) -> Result<i32, Suspend> {
    let arguments = match arguments::read(process, &Options::new("", &[]))? {
        Ok(arguments) => arguments,
        Err(status) => return Ok(status),
    };
    let complaint = |path: &str, error| format!("rev: cannot open {path}: {error}\n");
    let done = each_line(process, &arguments.paths(), complaint, false, (), |(), line, out| {
        out.extend(line.text().chars().rev().collect::<String>().bytes());
        if line.newline {
            out.push(b'\n');
        }
        Next::Line
    })?;
    Ok(i32::from(done.failed))
}

pub(super) fn fold(process: &mut Process<'_>) -> Result<i32, Suspend> {
    let arguments = match arguments::read(process, &Options::new("w:sb", &[("width", 'w'), ("spaces", 's'), ("bytes", 'b')]))? {
        Ok(arguments) => arguments,
        Err(status) => return Ok(status),
    };
    let width = match arguments.value('w').map_or(Ok(80), str::parse::<usize>) {
        Ok(width) if width > 0 => width,
        _ => {
            process.eprint(&format!("fold: invalid number of columns: '{}'\n", arguments.value('w').unwrap_or_default()))?;
            return Ok(1);
        }
    };
    let spaces = arguments.has('s');
    let complaint = |path: &str, error| format!("fold: {path}: {error}\n");
    let done = each_line(process, &arguments.paths(), complaint, false, (), |(), line, out| {
        let mut rest: Vec<char> = line.text().chars().collect();
        while rest.len() > width {
            let at = match spaces {
                true => rest[..width].iter().rposition(|c| *c == ' ').map_or(width, |at| at + 1),
                false => width,
            };
            let tail = rest.split_off(at);
            out.extend(rest.iter().collect::<String>().bytes());
            out.push(b'\n');
            rest = tail;
        }
        out.extend(rest.iter().collect::<String>().bytes());
        if line.newline {
            out.push(b'\n');
        }
        Next::Line
    })?;
    Ok(i32::from(done.failed))
}

pub(super) fn expand(process: &mut Process<'_>) -> Result<i32, Suspend> {
    let arguments = match arguments::read(process, &Options::new("t:i", &[("tabs", 't'), ("initial", 'i')]))? {
        Ok(arguments) => arguments,
        Err(status) => return Ok(status),
    };
    let Ok(width) = arguments.value('t').map_or(Ok(8), str::parse::<usize>) else {
        return arguments::not_simulated(process, "expand with a list of tab stops");
    };
    let complaint = |path: &str, error| format!("expand: {path}: {error}\n");
    let done = each_line(process, &arguments.paths(), complaint, false, (), |(), line, out| {
        let mut column = 0;
        for c in line.text().chars() {
            if c == '\t' {
                let blanks = width.max(1) - column % width.max(1);
                out.extend(std::iter::repeat_n(b' ', blanks));
                column += blanks;
            } else {
                out.extend(c.to_string().bytes());
                column += 1;
            }
        }
        if line.newline {
            out.push(b'\n');
        }
        Next::Line
    })?;
    Ok(i32::from(done.failed))
}

pub(super) fn split(process: &mut Process<'_>) -> Result<i32, Suspend> {
    let long = &[("lines", 'l'), ("bytes", 'b'), ("numeric-suffixes", 'd'), ("suffix-length", 'a')];
    let arguments = match arguments::read(process, &Options::new("l:b:da:", long).lacking(&["n", "C", "x", "t", "e", "u", "verbose", "filter", "additional-suffix"]))? {
        Ok(arguments) => arguments,
        Err(status) => return Ok(status),
    };
    let path = arguments.operands.first().map_or("-", String::as_str);
    let prefix = arguments.operands.get(1).map_or("x", String::as_str);
    let bytes = match read_all(process, path)? {
        Ok(bytes) => bytes,
        Err(error) => {
            process.eprint(&format!("split: cannot open '{path}' for reading: {error}\n"))?;
            return Ok(1);
        }
    };
    let length = arguments.value('a').and_then(|text| text.parse::<u32>().ok()).unwrap_or(2);
    let pieces: Vec<Vec<u8>> = match arguments.value('b') {
        Some(text) => {
            let (digits, factor) = match text.strip_suffix(['k', 'K']) {
                Some(digits) => (digits, 1024),
                None => text.strip_suffix(['m', 'M']).map_or((text, 1), |digits| (digits, 1 << 20)),
            };
            let Ok(size) = digits.parse::<usize>() else {
                process.eprint(&format!("split: invalid number of bytes: '{text}'\n"))?;
                return Ok(1);
            };
            bytes.chunks((size * factor).max(1)).map(<[u8]>::to_vec).collect()
        }
        None => {
            let text = arguments.value('l').unwrap_or("1000");
            let Ok(count) = text.parse::<usize>() else {
                process.eprint(&format!("split: invalid number of lines: '{text}'\n"))?;
                return Ok(1);
            };
            let lines: Vec<&[u8]> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
            lines.chunks(count.max(1)).map(<[&[u8]]>::concat).collect()
        }
    };
    for (index, piece) in pieces.iter().enumerate() {
        let base: usize = if arguments.has('d') { 10 } else { 26 };
        let suffix: String = (0..length).rev().map(|place| {
            let digit = (index / base.pow(place) % base) as u8;
            char::from(if base == 10 { b'0' + digit } else { b'a' + digit })
        }).collect();
        let name = format!("{prefix}{suffix}");
        if let Err(error) = process.write_file(&name, piece, 0o666)? {
            process.eprint(&format!("split: {name}: {error}\n"))?;
            return Ok(1);
        }
    }
    Ok(0)
}

/// Lines in an order that chance gives.
pub(super) fn shuf(process: &mut Process<'_>) -> Result<i32, Suspend> {
    let arguments = match arguments::read(process, &Options::new("n:i:e", &[("head-count", 'n'), ("input-range", 'i'), ("echo", 'e')]).lacking(&["r", "o", "z", "repeat"]))? {
        Ok(arguments) => arguments,
        Err(status) => return Ok(status),
    };
    let mut lines: Vec<String> = match (arguments.value('i'), arguments.has('e')) {
        (Some(range), _) => {
            let bounds = range.split_once('-').and_then(|(low, high)| Some((low.parse::<u32>().ok()?, high.parse::<u32>().ok()?)));
            let Some((low, high)) = bounds.filter(|(low, high)| low <= high && high - low < 1_000_000) else {
                process.eprint(&format!("shuf: invalid input range: '{range}'\n"))?;
                return Ok(1);
            };
            (low..=high).map(|number| number.to_string()).collect()
        }
        (None, true) => arguments.operands.clone(),
        (None, false) => match files(process, "shuf", &arguments.paths()[..1])? {
            Ok(mut all) => all.remove(0),
            Err(status) => return Ok(status),
        },
    };
    let count = arguments.value('n').and_then(|text| text.parse::<usize>().ok()).unwrap_or(lines.len()).min(lines.len());
    let mut random = podarium_sim::Stream::new(process.random_bits()?, "shuf");
    for index in 0..count {
        let other = index + random.below(lines.len() - index);
        lines.swap(index, other);
    }
    let out: String = lines[..count].iter().map(|line| format!("{line}\n")).collect();
    process.print(&out)?;
    Ok(0)
}
