//! Programs that make and mark files: `mkdir`, `touch`, `chmod`, `ln`.

use super::arguments::{self, Options};
use crate::{Errno, Metadata, Process, Suspend};

pub(super) fn mkdir(process: &mut Process<'_>) -> Result<i32, Suspend> {
    let options = Options::new("pvm:", &[("parents", 'p'), ("verbose", 'v'), ("mode", 'm')]).lacking(&["Z"]);
    let arguments = match arguments::read(process, &options)? {
        Ok(arguments) => arguments,
        Err(status) => return Ok(status),
    };
    if arguments.operands.is_empty() {
        return arguments::wrong_use(process, "mkdir", "missing operand", 1);
    }
    let mut status = 0;
    for path in &arguments.operands {
        let mut made = Vec::new();
        let result = match arguments.has('p') {
            true => parents(process, path, &mut made)?,
            false => {
                made.push(path.clone());
                process.mkdir(path.trim_end_matches('/'))?
            }
        };
        match result {
            Ok(()) => {
                for directory in made.iter().filter(|_| arguments.has('v')) {
                    process.print(&format!("mkdir: created directory '{directory}'\n"))?;
                }
                if let Some(mode) = arguments.value('m').and_then(|mode| changed_mode(mode, 0o755, true)) {
                    // The directory was made just now.
                    let _ = process.chmod(path, mode)?;
                }
            }
            Err(error) => {
                process.eprint(&format!("mkdir: cannot create directory '{path}': {error}\n"))?;
                status = 1;
            }
        }
    }
    Ok(status)
}

fn parents(process: &mut Process<'_>, path: &str, made: &mut Vec<String>) -> Result<Result<(), Errno>, Suspend> {
    let mut so_far = if path.starts_with('/') { "/".to_owned() } else { String::new() };
    for name in path.split('/').filter(|name| !name.is_empty()) {
        so_far = if so_far.is_empty() || so_far.ends_with('/') { so_far + name } else { format!("{so_far}/{name}") };
        match process.mkdir(&so_far)? {
            Ok(()) => made.push(so_far.clone()),
            Err(Errno::Exists) if process.stat(&so_far)?.is_ok_and(|found| found.is_dir()) => {}
            Err(error) => return Ok(Err(error)),
        }
    }
    Ok(Ok(()))
}

pub(super) fn touch(process: &mut Process<'_>) -> Result<i32, Suspend> {
    let long = &[("no-create", 'c'), ("reference", 'r'), ("date", 'd')];
    let arguments = match arguments::read(process, &Options::new("camr:d:", long).lacking(&["t", "h", "time"]))? {
        Ok(arguments) => arguments,
        Err(status) => return Ok(status),
    };
    if arguments.operands.is_empty() {
        return arguments::wrong_use(process, "touch", "missing file operand", 1);
    }
    let time = match (arguments.value('r'), arguments.value('d')) {
        (Some(path), _) => match process.stat(path)? {
            Ok(found) => found.modified,
            Err(error) => {
                process.eprint(&format!("touch: failed to get attributes of '{path}': {error}\n"))?;
                return Ok(1);
            }
        },
        (None, Some(text)) => {
            let clock = super::clock::Clock::read(process)?;
            match super::date::nanos(text, clock.unix_nanos(clock.now)) {
                None => {
                    process.eprint(&format!("touch: invalid date format '{text}'\n"))?;
                    return Ok(1);
                }
                Some(nanos) => match clock.time(nanos) {
                    Some(time) => time,
                    None => return arguments::not_simulated(process, "touch -d with a time before the simulation began"),
                },
            }
        }
        (None, None) => process.now()?,
    };
    let mut status = 0;
    for path in &arguments.operands {
        let result = match process.set_modified(path, time)? {
            Err(Errno::NoEntry) if arguments.has('c') => Ok(()),
            Err(Errno::NoEntry) => match process.append_file(path, b"")? {
                Ok(()) => process.set_modified(path, time)?,
                error => error,
            },
            result => result,
        };
        if let Err(error) = result {
            process.eprint(&format!("touch: cannot touch '{path}': {error}\n"))?;
            status = 1;
        }
    }
    Ok(status)
}

pub(super) fn chmod(process: &mut Process<'_>) -> Result<i32, Suspend> {
    // A mode such as `-x` is no option.
    let mut words = process.args();
    if let Some(at) = words.iter().skip(1).position(|word| word.starts_with('-') && word[1..].starts_with(['r', 'w', 'x'])) {
        words.insert(at + 1, "--".to_owned());
    }
    let options = Options::new("Rvfc", &[("recursive", 'R'), ("verbose", 'v'), ("silent", 'f'), ("changes", 'c')]).lacking(&["reference"]);
    let arguments = match arguments::read_words(process, &words, &options)? {
        Ok(arguments) => arguments,
        Err(status) => return Ok(status),
    };
    let [mode, paths @ ..] = arguments.operands.as_slice() else {
        return arguments::wrong_use(process, "chmod", "missing operand", 1);
    };
    if changed_mode(mode, 0, false).is_none() {
        return arguments::wrong_use(process, "chmod", &format!("invalid mode: '{mode}'"), 1);
    }
    if paths.is_empty() {
        return arguments::wrong_use(process, "chmod", &format!("missing operand after '{mode}'"), 1);
    }
    let mut status = 0;
    let mut todo: Vec<String> = paths.iter().rev().cloned().collect();
    while let Some(path) = todo.pop() {
        let found = match process.stat(&path)? {
            Ok(found) => found,
            Err(error) => {
                process.eprint(&format!("chmod: cannot access '{path}': {error}\n"))?;
                status = 1;
                continue;
            }
        };
        if let Some(mode) = changed_mode(mode, found.mode, found.is_dir()) {
            let shown = |mode: u32| format!("{:04o} ({})", mode & 0o7777, &super::list::mode(&Metadata { mode, ..found.clone() })[1..]);
            match process.chmod(&path, mode)? {
                Err(error) => {
                    process.eprint(&format!("chmod: changing permissions of '{path}': {error}\n"))?;
                    status = 1;
                }
                Ok(()) if mode != found.mode && (arguments.has('v') || arguments.has('c')) => {
                    process.print(&format!("mode of '{path}' changed from {} to {}\n", shown(found.mode), shown(mode)))?;
                }
                Ok(()) if arguments.has('v') => process.print(&format!("mode of '{path}' retained as {}\n", shown(mode)))?,
                Ok(()) => {}
            }
        }
        if arguments.has('R') && found.is_dir() {
            let names = process.read_dir(&path)?.unwrap_or_default();
            todo.extend(names.into_iter().rev().map(|name| format!("{path}/{name}")));
        }
    }
    Ok(status)
}

/// `644`, `u+x,go-w`, `a=rX` applied to a mode.
pub(super) fn changed_mode(text: &str, mode: u32, is_directory: bool) -> Option<u32> {
    if text.starts_with(|c: char| c.is_ascii_digit()) {
        let bits = u32::from_str_radix(text, 8).ok().filter(|mode| *mode <= 0o7777)?;
        // A directory keeps its setuid and setgid bits, unless five digits say otherwise.
        return Some(if is_directory && text.len() < 5 { bits | mode & 0o6000 } else { bits });
    }
    let mut mode = mode;
    for clause in text.split(',') {
        let at = clause.find(['+', '-', '='])?;
        let (who, mut rest) = clause.split_at(at);
        let mut mask = 0;
        for c in who.chars() {
            mask |= match c {
                'u' => 0o4700,
                'g' => 0o2070,
                'o' => 0o1007,
                'a' => 0o7777,
                _ => return None,
            };
        }
        // Without a letter the umask, 022, holds writing back from group and others.
        let limit = if who.is_empty() { 0o7755 } else { 0o7777 };
        let mask = if who.is_empty() { 0o7777 } else { mask };
        while let Some(operator) = rest.chars().next() {
            let end = rest[1..].find(['+', '-', '=']).map_or(rest.len(), |at| at + 1);
            let mut bits = 0;
            for c in rest[1..end].chars() {
                bits |= match c {
                    'r' => 0o444,
                    'w' => 0o222,
                    'x' => 0o111,
                    'X' if is_directory || mode & 0o111 != 0 => 0o111,
                    'X' => 0,
                    's' => 0o6000,
                    't' => 0o1000,
                    _ => return None,
                };
            }
            let bits = bits & mask & limit;
            mode = match operator {
                '+' => mode | bits,
                '-' => mode & !bits,
                _ if is_directory => mode & !(mask & 0o777) | bits,
                _ => mode & !mask | bits,
            };
            rest = &rest[end..];
        }
    }
    Some(mode)
}

pub(super) fn ln(process: &mut Process<'_>) -> Result<i32, Suspend> {
    let long = &[("symbolic", 's'), ("force", 'f'), ("verbose", 'v'), ("no-dereference", 'n')];
    let arguments = match arguments::read(process, &Options::new("sfvnT", long).lacking(&["r", "b", "t", "relative"]))? {
        Ok(arguments) => arguments,
        Err(status) => return Ok(status),
    };
    let symbolic = arguments.has('s');
    let (targets, place) = match arguments.operands.as_slice() {
        [] => return arguments::wrong_use(process, "ln", "missing file operand", 1),
        [target] => (std::slice::from_ref(target), "."),
        [targets @ .., place] => (targets, place.as_str()),
    };
    let into = !arguments.has('T') && process.stat(place)?.is_ok_and(|found| found.is_dir())
        && !(arguments.has('n') && process.lstat(place)?.is_ok_and(|found| found.target.is_some()));
    let mut status = 0;
    for target in targets {
        let path = if into { format!("{place}/{}", super::paths::last_name(target)) } else { place.to_owned() };
        if arguments.has('f') {
            // There may be nothing to remove.
            let _ = process.remove(&path)?;
        }
        let arrow = if symbolic { "->" } else { "=>" };
        let problem = match symbolic {
            true => process.symlink(target, &path)?.err().map(|error| format!("failed to create symbolic link '{path}': {error}")),
            false => match process.lstat(target)? {
                Ok(found) if found.is_dir() => Some(format!("{target}: hard link not allowed for directory")),
                Err(error) => Some(format!("failed to access '{target}': {error}")),
                Ok(_) => process.link(target, &path)?.err().map(|error| match error {
                    Errno::Exists => format!("failed to create hard link '{path}': {error}"),
                    error => format!("failed to create hard link '{path}' => '{target}': {error}"),
                }),
            },
        };
        match problem {
            None if arguments.has('v') => process.print(&format!("'{path}' {arrow} '{target}'\n"))?,
            None => {}
            Some(problem) => {
                process.eprint(&format!("ln: {problem}\n"))?;
                status = 1;
            }
        }
    }
    Ok(status)
}
