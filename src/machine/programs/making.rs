//! `mktemp` and `install`: files with a new name, and files with the right mode.

use super::arguments::{self, Options};
use crate::{Errno, Process, Suspend};

const LETTERS: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

pub(super) fn mktemp(process: &mut Process<'_>) -> Result<i32, Suspend> {
    let long = &[("directory", 'd'), ("dry-run", 'u'), ("quiet", 'q'), ("tmpdir", 'T'), ("suffix", 's')];
    let arguments = match arguments::read(process, &Options::new("duqp:tT::s:", long))? {
        Ok(arguments) => arguments,
        Err(status) => return Ok(status),
    };
    let folder = process.env("TMPDIR").unwrap_or_else(|| "/tmp".to_owned());
    let suffix = arguments.value('s').unwrap_or_default().to_owned();
    let template = match (arguments.operands.first(), arguments.value('p').or(arguments.value('T'))) {
        (None, place) => format!("{}/tmp.XXXXXXXXXX", place.unwrap_or(&folder)),
        (Some(template), Some(place)) => format!("{place}/{template}"),
        (Some(template), None) if arguments.has('t') || arguments.has('T') => format!("{folder}/{template}"),
        (Some(template), None) => template.clone(),
    };
    let kept = template.trim_end_matches('X');
    let count = template.len() - kept.len();
    if count < 3 {
        process.eprint(&format!("mktemp: too few X's in template '{}'\n", arguments.operands.first().unwrap_or(&template)))?;
        return Ok(1);
    }
    let mut random = podarium_sim::Stream::new(process.random_bits()?, "mktemp");
    let path = format!("{kept}{}{suffix}", random.text(LETTERS, count));
    let made = match (arguments.has('u'), arguments.has('d')) {
        (true, _) => Ok(()),
        (false, true) => match process.mkdir(&path)? {
            Ok(()) => process.chmod(&path, 0o700)?,
            error => error,
        },
        (false, false) => process.write_file(&path, b"", 0o600)?,
    };
    match made {
        Ok(()) => process.print(&format!("{path}\n"))?,
        Err(error) => {
            let what = if arguments.has('d') { "directory" } else { "file" };
            if !arguments.has('q') {
                process.eprint(&format!("mktemp: failed to create {what} via template '{template}{suffix}': {error}\n"))?;
            }
            return Ok(1);
        }
    }
    Ok(0)
}

pub(super) fn install(process: &mut Process<'_>) -> Result<i32, Suspend> {
    let long = &[("mode", 'm'), ("directory", 'd'), ("owner", 'o'), ("group", 'g'), ("verbose", 'v'), ("target-directory", 't')];
    let arguments = match arguments::read(process, &Options::new("m:dDo:g:vt:cTp", long).lacking(&["b", "C", "s", "S", "backup", "strip"]))? {
        Ok(arguments) => arguments,
        Err(status) => return Ok(status),
    };
    let mode = match arguments.value('m') {
        None => 0o755,
        Some(text) => match super::make::changed_mode(text, 0, false) {
            Some(mode) => mode,
            None => {
                process.eprint(&format!("install: invalid mode '{text}'\n"))?;
                return Ok(1);
            }
        },
    };
    let names = crate::users::Names::read(process)?;
    let uid = arguments.value('o').and_then(|name| names.user_named(name).map(|user| user.uid).or_else(|| name.parse().ok()));
    let gid = arguments.value('g').and_then(|name| names.group_named(name).map(|group| group.gid).or_else(|| name.parse().ok()));
    let mut pairs = Vec::new();
    if arguments.has('d') {
        pairs.extend(arguments.operands.iter().map(|path| (None, path.clone())));
    } else {
        let mut sources = arguments.operands.clone();
        let place = match arguments.value('t') {
            Some(place) => place.to_owned(),
            None if sources.is_empty() => return arguments::wrong_use(process, "install", "missing file operand", 1),
            None if sources.len() == 1 => {
                let problem = format!("missing destination file operand after '{}'", sources[0]);
                return arguments::wrong_use(process, "install", &problem, 1);
            }
            None => sources.pop().unwrap_or_default(),
        };
        let into = process.stat(&place)?.is_ok_and(|found| found.is_dir());
        for source in sources {
            let target = if into { format!("{}/{}", place.trim_end_matches('/'), super::paths::last_name(&source)) } else { place.clone() };
            pairs.push((Some(source), target));
        }
    }
    let mut status = 0;
    for (source, target) in pairs {
        if let Err(problem) = put(process, source.as_deref(), &target, mode, (uid, gid), arguments.has('D'))? {
            process.eprint(&format!("install: {problem}\n"))?;
            status = 1;
        } else if arguments.has('v') {
            let line = source.map_or_else(|| format!("install: creating directory '{target}'\n"), |source| format!("'{source}' -> '{target}'\n"));
            process.print(&line)?;
        }
    }
    Ok(status)
}

fn put(
    process: &mut Process<'_>,
    source: Option<&str>,
    target: &str,
    mode: u32,
    (uid, gid): (Option<u32>, Option<u32>),
    makes_parents: bool,
) -> Result<Result<(), String>, Suspend> {
    let parents = match source {
        None => target,
        Some(_) if makes_parents => target.rsplit_once('/').map_or("", |(above, _)| above),
        Some(_) => "",
    };
    let mut so_far = String::new();
    for name in parents.split('/') {
        so_far.push_str(name);
        if !so_far.is_empty() && !name.is_empty() {
            match process.mkdir(&so_far)? {
                Ok(()) | Err(Errno::Exists) => {}
                Err(error) => return Ok(Err(format!("cannot create directory '{target}': {error}"))),
            }
        }
        so_far.push('/');
    }
    if let Some(source) = source {
        let bytes = match process.read_file(source)? {
            Ok(bytes) => bytes,
            Err(Errno::IsDirectory) => return Ok(Err(format!("omitting directory '{source}'"))),
            Err(error) => return Ok(Err(format!("cannot stat '{source}': {error}"))),
        };
        // The old file is replaced, not written into.
        let _ = process.remove(target)?;
        if let Err(error) = process.write_file(target, &bytes, 0o600)? {
            return Ok(Err(format!("cannot create regular file '{target}': {error}")));
        }
    }
    if let Err(error) = process.chmod(target, mode)? {
        return Ok(Err(format!("cannot change permissions of '{target}': {error}")));
    }
    if uid.is_some() || gid.is_some() {
        return Ok(process.chown(target, uid, gid, true)?.map_err(|error| format!("cannot change ownership of '{target}': {error}")));
    }
    Ok(Ok(()))
}

/// `truncate -s SIZE FILE…`: makes files so long.
pub(super) fn truncate(process: &mut Process<'_>) -> Result<i32, Suspend> {
    let options = Options::new("s:c", &[("size", 's'), ("no-create", 'c')]).lacking(&["o", "r", "io-blocks", "reference"]);
    let arguments = match arguments::read(process, &options)? {
        Ok(arguments) => arguments,
        Err(status) => return Ok(status),
    };
    let Some(text) = arguments.value('s') else {
        return arguments::wrong_use(process, "truncate", "you must specify either '--size' or '--reference'", 1);
    };
    let (sign, digits) = match text.chars().next() {
        Some(sign @ ('+' | '-')) => (sign, &text[1..]),
        Some('<' | '>' | '/' | '%') => return arguments::not_simulated(process, &format!("truncate -s {text}")),
        _ => ('=', text),
    };
    let (number, factor) = match digits.find(|c: char| !c.is_ascii_digit()).map(|at| digits.split_at(at)) {
        None => (digits, 1),
        Some((number, "K" | "KiB")) => (number, 1 << 10),
        Some((number, "M" | "MiB")) => (number, 1 << 20),
        Some((number, "G" | "GiB")) => (number, 1 << 30),
        Some((number, "KB")) => (number, 1000),
        Some((number, "MB")) => (number, 1_000_000),
        Some(_) => ("", 1),
    };
    let Some(size) = number.parse::<usize>().ok().and_then(|number| number.checked_mul(factor)) else {
        process.eprint(&format!("truncate: Invalid number: '{text}'\n"))?;
        return Ok(1);
    };
    if size > MOST_BYTES {
        return arguments::not_simulated(process, &format!("truncate to more than {} MiB", MOST_BYTES >> 20));
    }
    if arguments.operands.is_empty() {
        return arguments::wrong_use(process, "truncate", "missing file operand", 1);
    }
    let mut status = 0;
    for path in &arguments.operands {
        let mut bytes = match process.read_file(path)? {
            Ok(bytes) => bytes,
            Err(Errno::NoEntry) if arguments.has('c') => continue,
            Err(_) => Vec::new(),
        };
        let length = match sign {
            '+' => bytes.len().saturating_add(size),
            '-' => bytes.len().saturating_sub(size),
            _ => size,
        };
        bytes.resize(length.min(MOST_BYTES), 0);
        if let Err(error) = process.write_file(path, &bytes, 0o666)? {
            process.eprint(&format!("truncate: cannot open '{path}' for writing: {error}\n"))?;
            status = 1;
        }
    }
    Ok(status)
}

/// What is written takes real memory.
const MOST_BYTES: usize = 64 << 20;

/// `unlink FILE`
pub(super) fn unlink(process: &mut Process<'_>) -> Result<i32, Suspend> {
    let words = process.args();
    let path = match &words[1..] {
        [] => return arguments::wrong_use(process, "unlink", "missing operand", 1),
        [path] => path.clone(),
        [_, extra, ..] => return arguments::wrong_use(process, "unlink", &format!("extra operand '{extra}'"), 1),
    };
    let removed = match process.lstat(&path)? {
        Ok(found) if found.is_dir() => Err(Errno::IsDirectory),
        Ok(_) => process.remove(&path)?,
        Err(error) => Err(error),
    };
    if let Err(error) = removed {
        process.eprint(&format!("unlink: cannot unlink '{path}': {error}\n"))?;
        return Ok(1);
    }
    Ok(0)
}
