//! Programs about names: `basename`, `dirname`, `pwd`, `which`, `realpath`, `readlink`.

use super::arguments::{self, Options};
use crate::{Process, Suspend};

pub(super) fn basename(process: &mut Process<'_>) -> Result<i32, Suspend> {
    let long = &[("multiple", 'a'), ("suffix", 's')];
    let arguments = match arguments::read(process, &Options::new("as:", long).lacking(&["z"]))? {
        Ok(arguments) => arguments,
        Err(status) => return Ok(status),
    };
    let multiple = arguments.has('a') || arguments.has('s');
    let (paths, suffix) = match arguments.operands.as_slice() {
        [] => return arguments::wrong_use(process, "basename", "missing operand", 1),
        [path, suffix] if !multiple => (std::slice::from_ref(path), suffix.as_str()),
        [_, _, extra, ..] if !multiple => {
            return arguments::wrong_use(process, "basename", &format!("extra operand '{extra}'"), 1);
        }
        paths => (paths, arguments.value('s').unwrap_or_default()),
    };
    for path in paths {
        let name = last_name(path);
        let name = match name.strip_suffix(suffix) {
            Some("") | None => name,
            Some(shorter) => shorter,
        };
        process.print(&format!("{name}\n"))?;
    }
    Ok(0)
}

pub(super) fn last_name(path: &str) -> &str {
    let trimmed = path.trim_end_matches('/');
    match trimmed.is_empty() {
        true if path.is_empty() => "",
        true => "/",
        false => trimmed.rsplit('/').next().unwrap_or(trimmed),
    }
}

pub(super) fn dirname(process: &mut Process<'_>) -> Result<i32, Suspend> {
    let words = process.args();
    if words.len() < 2 {
        return arguments::wrong_use(process, "dirname", "missing operand", 1);
    }
    for path in &words[1..] {
        let trimmed = path.trim_end_matches('/');
        let parent = match trimmed.rsplit_once('/') {
            _ if trimmed.is_empty() && !path.is_empty() => "/",
            None => ".",
            Some((parent, _)) => match parent.trim_end_matches('/') {
                "" => "/",
                parent => parent,
            },
        };
        process.print(&format!("{parent}\n"))?;
    }
    Ok(0)
}

pub(super) fn pwd(process: &mut Process<'_>) -> Result<i32, Suspend> {
    let directory = process.cwd()?;
    process.print(&format!("{directory}\n"))?;
    Ok(0)
}

pub(super) fn which(process: &mut Process<'_>) -> Result<i32, Suspend> {
    let arguments = match arguments::read(process, &Options::new("a", &[]))? {
        Ok(arguments) => arguments,
        Err(status) => return Ok(status),
    };
    let path = process.env("PATH").unwrap_or_else(|| "/usr/local/bin:/usr/bin:/bin".to_owned());
    let mut status = 0;
    for name in &arguments.operands {
        let mut found = false;
        for directory in path.split(':') {
            let candidate = if name.contains('/') { name.clone() } else { format!("{directory}/{name}") };
            if process.stat(&candidate)?.is_ok_and(|file| !file.is_dir() && file.is_executable()) {
                process.print(&format!("{candidate}\n"))?;
                found = true;
                if !arguments.has('a') || name.contains('/') {
                    break;
                }
            }
        }
        if !found {
            status = 1;
        }
    }
    Ok(status)
}

pub(super) fn readlink(process: &mut Process<'_>) -> Result<i32, Suspend> {
    let arguments = match arguments::read(process, &Options::new("fn", &[("canonicalize", 'f')]).lacking(&["e", "m"]))? {
        Ok(arguments) => arguments,
        Err(status) => return Ok(status),
    };
    let mut status = 0;
    for path in &arguments.operands {
        let found = match arguments.has('f') {
            true => canonical(process, path)?,
            false => process.lstat(path)?.ok().and_then(|found| found.target),
        };
        match found {
            Some(target) => process.print(&format!("{target}\n"))?,
            None => status = 1,
        }
    }
    Ok(status)
}

pub(super) fn realpath(process: &mut Process<'_>) -> Result<i32, Suspend> {
    let long = &[("canonicalize-existing", 'e'), ("canonicalize-missing", 'm'), ("quiet", 'q')];
    let arguments = match arguments::read(process, &Options::new("emqLP", long).lacking(&["s", "z", "relative-to", "relative-base", "strip"]))? {
        Ok(arguments) => arguments,
        Err(status) => return Ok(status),
    };
    if arguments.operands.is_empty() {
        return arguments::wrong_use(process, "realpath", "missing operand", 1);
    }
    let mut status = 0;
    for path in &arguments.operands {
        let found = match canonical(process, path)? {
            Some(found) if arguments.has('e') && process.stat(&found)?.is_err() => None,
            None if arguments.has('m') => Some(crate::walk::normalize(&crate::walk::join(&process.cwd()?, path))),
            found => found,
        };
        match found {
            Some(found) => process.print(&format!("{found}\n"))?,
            None => {
                if !arguments.has('q') {
                    process.eprint(&format!("realpath: {path}: No such file or directory\n"))?;
                }
                status = 1;
            }
        }
    }
    Ok(status)
}

/// The path without links, `.` and `..`; its last name may be missing. Links are followed one at a time.
fn canonical(process: &mut Process<'_>, path: &str) -> Result<Option<String>, Suspend> {
    let mut full = match path.starts_with('/') {
        true => path.to_owned(),
        false => format!("{}/{path}", process.cwd()?),
    };
    'again: for _ in 0..40 {
        let mut so_far = String::new();
        let names: Vec<String> = full.split('/').filter(|name| !name.is_empty() && *name != ".").map(str::to_owned).collect();
        for (index, name) in names.iter().enumerate() {
            if name == ".." {
                so_far.truncate(so_far.rfind('/').unwrap_or(0));
                continue;
            }
            let parent = so_far.clone();
            so_far = format!("{so_far}/{name}");
            match process.lstat(&so_far)? {
                Ok(found) => {
                    if let Some(target) = found.target {
                        let rest = names[index + 1..].join("/");
                        let base = if target.starts_with('/') { String::new() } else { format!("{parent}/") };
                        full = format!("{base}{target}/{rest}");
                        continue 'again;
                    }
                }
                Err(_) if index + 1 == names.len() => {}
                Err(_) => return Ok(None),
            }
        }
        return Ok(Some(if so_far.is_empty() { "/".to_owned() } else { so_far }));
    }
    Ok(None)
}
