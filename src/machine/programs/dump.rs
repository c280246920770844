//! Bytes as numbers: `od`, `xxd`, `hexdump`; and `dd`, which copies blocks of them.

use super::arguments::{self, Options};
use super::lines::{read_all, read_first};
use crate::{OpenMode, Process, Suspend};

/// Everything that the named files hold, one after another.
fn inputs(process: &mut Process<'_>, program: &str, paths: &[String]) -> Result<Result<Vec<u8>, i32>, Suspend> {
    let mut bytes = Vec::new();
    for path in paths {
        match read_all(process, path)? {
            Ok(more) => bytes.extend(more),
            Err(error) => {
                process.eprint(&format!("{program}: {path}: {error}\n"))?;
                return Ok(Err(1));
            }
        }
    }
    Ok(Ok(bytes))
}

fn printable(byte: u8) -> char {
    if (32..127).contains(&byte) { char::from(byte) } else { '.' }
}

pub(super) fn xxd(process: &mut Process<'_>) -> Result<i32, Suspend> {
    let arguments = match arguments::read(process, &Options::new("prul:s:c:g:", &[]).lacking(&["i", "b", "e", "E", "a", "o"]))? {
        Ok(arguments) => arguments,
        Err(status) => return Ok(status),
    };
    let paths = if arguments.operands.is_empty() { vec!["-".to_owned()] } else { vec![arguments.operands[0].clone()] };
    let bytes = match inputs(process, "xxd", &paths)? {
        Ok(bytes) => bytes,
        Err(_) => return Ok(2),
    };
    let number = |letter: char| arguments.value(letter).and_then(|text| text.parse::<usize>().ok());
    if arguments.has('r') {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        process.write_stdout(&undump(&text, arguments.has('p')))?;
        return Ok(0);
    }
    let start = number('s').unwrap_or(0).min(bytes.len());
    let end = number('l').map_or(bytes.len(), |length| (start + length).min(bytes.len()));
    let hex = |byte: &u8| if arguments.has('u') { format!("{byte:02X}") } else { format!("{byte:02x}") };
    let mut out = String::new();
    if arguments.has('p') {
        for line in bytes[start..end].chunks(number('c').unwrap_or(30).max(1)) {
            out.extend(line.iter().map(hex));
            out.push('\n');
        }
    } else {
        let (columns, group) = (number('c').unwrap_or(16).max(1), number('g').unwrap_or(2).max(1));
        let width = columns * 2 + columns.div_ceil(group);
        for (index, line) in bytes[start..end].chunks(columns).enumerate() {
            let mut cells = String::new();
            for part in line.chunks(group) {
                cells.extend(part.iter().map(hex));
                cells.push(' ');
            }
            let text: String = line.iter().map(|byte| printable(*byte)).collect();
            out.push_str(&format!("{:08x}: {cells:<width$} {text}\n", start + index * columns));
        }
    }
    process.print(&out)?;
    Ok(0)
}

fn undump(text: &str, plain: bool) -> Vec<u8> {
    let digits: String = text
        .lines()
        .map(|line| match plain {
            true => line.to_owned(),
            // The hexadecimal part ends where two blanks come.
            false => line.split_once(": ").map_or("", |(_, rest)| rest).split("  ").next().unwrap_or_default().to_owned(),
        })
        .flat_map(|line| line.chars().filter(char::is_ascii_hexdigit).collect::<Vec<_>>())
        .collect();
    digits.as_bytes().chunks_exact(2).filter_map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect()
}

pub(super) fn hexdump(process: &mut Process<'_>) -> Result<i32, Suspend> {
    let arguments = match arguments::read(process, &Options::new("Cn:s:v", &[("canonical", 'C')]).lacking(&["b", "c", "d", "o", "x", "e", "f"]))? {
        Ok(arguments) => arguments,
        Err(status) => return Ok(status),
    };
    let bytes = match inputs(process, "hexdump", &arguments.paths())? {
        Ok(bytes) => bytes,
        Err(status) => return Ok(status),
    };
    let number = |letter: char| arguments.value(letter).and_then(|text| text.parse::<usize>().ok());
    let start = number('s').unwrap_or(0).min(bytes.len());
    let end = number('n').map_or(bytes.len(), |length| (start + length).min(bytes.len()));
    let canonical = arguments.has('C');
    let line = |offset: usize, line: &[u8]| match canonical {
        true => {
            let half = |part: &[u8]| part.iter().map(|byte| format!("{byte:02x} ")).collect::<String>();
            let (left, right) = line.split_at(line.len().min(8));
            let text: String = line.iter().map(|byte| printable(*byte)).collect();
            format!("{offset:08x}  {:<24} {:<24} |{text}|\n", half(left), half(right))
        }
        false => {
            let words: Vec<String> = line.chunks(2).map(|pair| format!("{:02x}{:02x}", pair.get(1).unwrap_or(&0), pair[0])).collect();
            format!("{offset:07x} {:<39}\n", words.join(" "))
        }
    };
    let last = if canonical { format!("{end:08x}\n") } else { format!("{end:07x}\n") };
    let out = dumped(&bytes[start..end], start, arguments.has('v'), line);
    process.print(&if end == start { String::new() } else { out + &last })?;
    Ok(0)
}

/// Lines of sixteen bytes; a star stands for lines that only repeat the one before.
fn dumped(bytes: &[u8], start: usize, all: bool, line: impl Fn(usize, &[u8]) -> String) -> String {
    let (mut out, mut before, mut starred) = (String::new(), None, false);
    for (index, chunk) in bytes.chunks(16).enumerate() {
        if !all && before == Some(chunk) {
            if !starred {
                out.push_str("*\n");
                starred = true;
            }
            continue;
        }
        (before, starred) = (Some(chunk), false);
        out.push_str(&line(start + index * 16, chunk));
    }
    out
}

pub(super) fn od(process: &mut Process<'_>) -> Result<i32, Suspend> {
    let options = Options::new("A:t:N:j:vcxbdo", &[("address-radix", 'A'), ("format", 't'), ("read-bytes", 'N'), ("skip-bytes", 'j'), ("output-duplicates", 'v')]);
    let arguments = match arguments::read(process, &options.lacking(&["w", "S", "width", "strings", "a", "f", "i", "l", "s"]))? {
        Ok(arguments) => arguments,
        Err(status) => return Ok(status),
    };
    let bytes = match inputs(process, "od", &arguments.paths())? {
        Ok(bytes) => bytes,
        Err(status) => return Ok(status),
    };
    let number = |letter: char| arguments.value(letter).and_then(|text| text.parse::<usize>().ok());
    let start = number('j').unwrap_or(0).min(bytes.len());
    let end = number('N').map_or(bytes.len(), |length| (start + length).min(bytes.len()));
    let kind = match (arguments.value('t'), arguments.last_of("cxbdo")) {
        (Some(kind), _) => kind,
        (None, Some('c')) => "c",
        (None, Some('x')) => "x2",
        (None, Some('b')) => "o1",
        (None, Some('d')) => "u2",
        _ => "o2",
    };
    let (kind, text) = match kind.strip_suffix('z') {
        Some(kind) => (kind, true),
        None => (kind, false),
    };
    let Some((size, width)) = shape(kind) else { return arguments::not_simulated(process, &format!("od -t {kind}")) };
    let address = |offset: usize| match arguments.value('A') {
        Some("n") => String::new(),
        Some("x") => format!("{offset:06x}"),
        Some("d") => format!("{offset:07}"),
        _ => format!("{offset:07o}"),
    };
    let line = |offset: usize, line: &[u8]| {
        let mut cells: String = line.chunks(size).map(|part| format!(" {:>width$}", cell(kind, part))).collect();
        if text {
            let missing = 16 / size - line.chunks(size).count();
            cells.push_str(&" ".repeat(missing * (width + 1)));
            cells.push_str(&format!("  >{}<", line.iter().map(|byte| printable(*byte)).collect::<String>()));
        }
        format!("{}{cells}\n", address(offset))
    };
    let last = if arguments.value('A') == Some("n") { String::new() } else { format!("{}\n", address(end)) };
    process.print(&(dumped(&bytes[start..end], start, arguments.has('v'), line) + &last))?;
    Ok(0)
}

/// The bytes of one cell, and how wide it is.
fn shape(kind: &str) -> Option<(usize, usize)> {
    Some(match kind {
        "c" | "a" => (1, 3),
        "x1" | "xC" => (1, 2),
        "o1" | "oC" => (1, 3),
        "u1" | "uC" => (1, 3),
        "d1" | "dC" => (1, 4),
        "x2" | "xS" => (2, 4),
        "o2" | "oS" | "o" => (2, 6),
        "u2" | "uS" => (2, 5),
        "d2" | "dS" => (2, 6),
        "x4" | "xI" | "x" => (4, 8),
        "u4" | "uI" | "u" => (4, 10),
        "d4" | "dI" | "d" => (4, 11),
        "x8" | "xL" => (8, 16),
        "u8" | "uL" => (8, 20),
        _ => return None,
    })
}

fn cell(kind: &str, part: &[u8]) -> String {
    let value = part.iter().rev().fold(0_u64, |value, byte| value << 8 | u64::from(*byte));
    match &kind[..1] {
        "c" | "a" => match part[0] {
            0 => "\\0".to_owned(),
            7 => "\\a".to_owned(),
            8 => "\\b".to_owned(),
            9 => "\\t".to_owned(),
            10 => "\\n".to_owned(),
            11 => "\\v".to_owned(),
            12 => "\\f".to_owned(),
            13 => "\\r".to_owned(),
            byte if (32..127).contains(&byte) => char::from(byte).to_string(),
            byte => format!("{byte:03o}"),
        },
        "x" => format!("{value:0width$x}", width = shape(kind).map_or(2, |(size, _)| size * 2)),
        "o" => format!("{value:0width$o}", width = shape(kind).map_or(3, |(_, width)| width)),
        "d" => {
            let bits = shape(kind).map_or(8, |(size, _)| size * 8) as u32;
            ((value << (64 - bits)) as i64 >> (64 - bits)).to_string()
        }
        _ => value.to_string(),
    }
}

/// `4k`, `1M`, `512`
fn count(text: &str) -> Option<u64> {
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let number: u64 = text[..digits].parse().ok()?;
    let factor = match &text[digits..] {
        "" | "c" => 1,
        "w" => 2,
        "b" => 512,
        "k" | "K" | "KiB" => 1 << 10,
        "kB" | "KB" => 1000,
        "M" | "MiB" => 1 << 20,
        "MB" => 1_000_000,
        "G" | "GiB" => 1 << 30,
        "GB" => 1_000_000_000,
        _ => return None,
    };
    number.checked_mul(factor)
}

/// More than this is not kept in memory for a copy that nobody will look at.
const MOST_BYTES: u64 = 64 << 20;

pub(super) fn dd(process: &mut Process<'_>) -> Result<i32, Suspend> {
    let (mut input, mut output, mut block, mut blocks, mut skip, mut seek) = (None, None, 512, None, 0, 0);
    let (mut quiet, mut keeps) = (false, false);
    for word in process.args().into_iter().skip(1) {
        let (name, value) = word.split_once('=').unwrap_or((word.as_str(), ""));
        let number = count(value);
        match (name, number) {
            ("if", _) => input = Some(value.to_owned()),
            ("of", _) => output = Some(value.to_owned()),
            ("bs" | "ibs" | "obs", Some(number)) if number > 0 => block = number,
            ("count", Some(number)) => blocks = Some(number),
            ("skip" | "iseek", Some(number)) => skip = number,
            ("seek" | "oseek", Some(number)) => seek = number,
            ("status", _) => quiet = value == "none",
            ("conv", _) => keeps = value.split(',').any(|it| it == "notrunc"),
            ("oflag" | "iflag", _) => {}
            ("bs" | "ibs" | "obs" | "count" | "skip" | "seek" | "iseek" | "oseek", _) => {
                process.eprint(&format!("dd: invalid number: '{value}'\n"))?;
                return Ok(1);
            }
            _ => return arguments::wrong_use(process, "dd", &format!("unrecognized operand '{word}'"), 1),
        }
    }
    let wanted = blocks.map_or(u64::MAX, |blocks| blocks.saturating_mul(block));
    let start = process.now()?;
    process.set_memory((1 << 20) + block)?;
    let is_endless = matches!(input.as_deref(), Some("/dev/zero" | "/dev/urandom" | "/dev/random" | "/dev/full"));
    let bytes = match is_endless {
        true if wanted > MOST_BYTES => return arguments::not_simulated(process, "dd of more than 64 MiB"),
        true if input.as_deref() == Some("/dev/zero") => vec![0; usize::try_from(wanted).unwrap_or(0)],
        _ => {
            let path = input.as_deref().unwrap_or("-");
            let most = usize::try_from(skip.saturating_mul(block).saturating_add(wanted)).unwrap_or(usize::MAX);
            let mut bytes = match read_first(process, path, most)? {
                Ok(bytes) => bytes,
                Err(error) => {
                    process.eprint(&format!("dd: failed to open '{path}': {error}\n"))?;
                    return Ok(1);
                }
            };
            let skipped = usize::try_from(skip * block).unwrap_or(usize::MAX).min(bytes.len());
            bytes.drain(..skipped);
            bytes
        }
    };
    // The disk needs its time: half a gigabyte a second.
    process.compute(std::time::Duration::from_nanos(bytes.len() as u64 * 2))?;
    let written = match &output {
        None => process.write(1, &bytes)?,
        Some(path) => {
            let mut whole = match keeps || seek > 0 {
                true => process.read_file(path)?.unwrap_or_default(),
                false => Vec::new(),
            };
            let at = usize::try_from(seek * block).unwrap_or(0);
            whole.resize(whole.len().max(at + bytes.len()), 0);
            whole[at..at + bytes.len()].copy_from_slice(&bytes);
            match process.stat(path)? {
                Ok(found) if found.kind == crate::FileKind::Device => match process.open(path, OpenMode::Write)? {
                    Ok(fd) => process.write(fd, &bytes)?,
                    Err(error) => Err(error),
                },
                _ => process.write_file(path, &whole, 0o644)?,
            }
        }
    };
    let (mut length, mut too_many) = (bytes.len() as u64, 0);
    if let Err(error) = written {
        let path = output.clone().unwrap_or_else(|| "standard output".to_owned());
        if error != crate::Errno::NoSpace {
            process.eprint(&format!("dd: failed to open '{path}': {error}\n"))?;
            return Ok(1);
        }
        length = write_what_fits(process, &path, &bytes, block)?;
        too_many = 1;
        process.eprint(&format!("dd: error writing '{path}': {error}\n"))?;
    }
    if !quiet {
        let (full, part) = (length / block, u64::from(!length.is_multiple_of(block)));
        let seconds = process.now()?.since(start).as_secs_f64();
        process.eprint(&format!("{}+{part} records in\n{full}+{part} records out\n{}\n", full + too_many, transferred(length, seconds)))?;
    }
    Ok(too_many as i32)
}

/// Writes as many whole blocks as there is room for, and says how many bytes that is.
fn write_what_fits(process: &mut Process<'_>, path: &str, bytes: &[u8], block: u64) -> Result<u64, Suspend> {
    if !process.stat(path)?.is_ok_and(|found| found.kind == crate::FileKind::File) {
        return Ok(0);
    }
    let (mut fits, mut fails) = (0, bytes.len() as u64 / block + 1);
    while fits + 1 < fails {
        let middle = u64::midpoint(fits, fails);
        let end = bytes.len().min(usize::try_from(middle * block).unwrap_or(usize::MAX));
        match process.write_file(path, &bytes[..end], 0o644)? {
            Ok(()) => fits = middle,
            Err(_) => fails = middle,
        }
    }
    let end = usize::try_from(fits * block).unwrap_or(0).min(bytes.len());
    // So many were written a moment ago.
    let _ = process.write_file(path, &bytes[..end], 0o644)?;
    Ok(end as u64)
}

fn transferred(bytes: u64, seconds: f64) -> String {
    let scaled = |value: f64, base: f64, units: &[&str]| {
        let (mut value, mut unit) = (value, 0);
        while value >= base && unit + 1 < units.len() {
            value /= base;
            unit += 1;
        }
        if value < 9.95 { format!("{value:.1} {}", units[unit]) } else { format!("{value:.0} {}", units[unit]) }
    };
    let both = match bytes {
        small if small < 1000 => String::new(),
        middle if middle < 1024 => format!(" ({})", scaled(bytes as f64, 1000.0, &["B", "kB", "MB", "GB"])),
        _ => format!(" ({}, {})", scaled(bytes as f64, 1000.0, &["B", "kB", "MB", "GB"]), scaled(bytes as f64, 1024.0, &["B", "KiB", "MiB", "GiB"])),
    };
    let rate = if seconds > 0.0 { scaled(bytes as f64 / seconds, 1000.0, &["B/s", "kB/s", "MB/s", "GB/s"]) } else { "Infinity B/s".to_owned() };
    let plural = if bytes == 1 { "byte" } else { "bytes" };
    format!("{bytes} {plural}{both} copied, {seconds:.6} s, {rate}")
}
