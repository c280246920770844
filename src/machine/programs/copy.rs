//! `cp` and `mv`.

use super::arguments::{self, Arguments, Options};
use super::paths::last_name;
use crate::{Errno, Metadata, Process, Suspend};

const LONG: &[(&str, char)] = &[
    ("recursive", 'r'),
    ("archive", 'a'),
    ("force", 'f'),
    ("verbose", 'v'),
    ("no-clobber", 'n'),
    ("preserve", 'p'),
    ("no-target-directory", 'T'),
    ("target-directory", 't'),
    ("interactive", 'i'),
    ("update", 'u'),
];

/// Asks whether a file may be overwritten, if that is to be asked. What is there decides whether it is newer.
fn leaves(process: &mut Process<'_>, name: &str, arguments: &Arguments, source: &Metadata, there: &Metadata, target: &str) -> Result<bool, Suspend> {
    if arguments.has('u') && there.modified >= source.modified {
        return Ok(true);
    }
    if arguments.last_of("fin") != Some('i') {
        return Ok(arguments.last_of("fin") == Some('n'));
    }
    process.eprint(&format!("{name}: overwrite '{target}'? "))?;
    Ok(!process.read_line()?.is_some_and(|line| line.starts_with(['y', 'Y'])))
}

/// What goes where: pairs of paths, or the status of wrong use.
fn pairs(
    process: &mut Process<'_>,
    name: &str,
    arguments: &Arguments,
) -> Result<Result<Vec<(String, String)>, i32>, Suspend> {
    let mut sources = arguments.operands.clone();
    let place = match arguments.value('t') {
        Some(directory) => directory.to_owned(),
        None if sources.is_empty() => return arguments::wrong_use(process, name, "missing file operand", 1).map(Err),
        None if sources.len() == 1 => {
            let problem = format!("missing destination file operand after '{}'", sources[0]);
            return arguments::wrong_use(process, name, &problem, 1).map(Err);
        }
        None => sources.pop().unwrap_or_default(),
    };
    let is_directory = process.stat(&place)?.is_ok_and(|found| found.is_dir());
    if !is_directory && (sources.len() > 1 || arguments.value('t').is_some()) {
        let reason = if process.stat(&place)?.is_ok() { "Not a directory" } else { "No such file or directory" };
        process.eprint(&format!("{name}: target '{place}': {reason}\n"))?;
        return Ok(Err(1));
    }
    let into = is_directory && !arguments.has('T');
    let target = |source: &String| match into {
        true => format!("{}/{}", place.trim_end_matches('/'), last_name(source)),
        false => place.clone(),
    };
    Ok(Ok(sources.iter().map(|source| (source.clone(), target(source))).collect()))
}

pub(super) fn cp(process: &mut Process<'_>) -> Result<i32, Suspend> {
    let options = Options::new("rRafvnpTt:dPLiu", LONG).lacking(&["l", "s", "b", "parents"]);
    let arguments = match arguments::read(process, &options)? {
        Ok(arguments) => arguments,
        Err(status) => return Ok(status),
    };
    let pairs = match pairs(process, "cp", &arguments)? {
        Ok(pairs) => pairs,
        Err(status) => return Ok(status),
    };
    let recursive = ['r', 'R', 'a'].iter().any(|letter| arguments.has(*letter));
    let mut status = 0;
    for (source, target) in pairs {
        if recursive && format!("{target}/").starts_with(&format!("{}/", source.trim_end_matches('/'))) {
            let problem = format!("cp: cannot copy a directory, '{source}', into itself, '{target}'\n");
            if process.stat(&source)?.is_ok_and(|found| found.is_dir()) {
                process.eprint(&problem)?;
                status = 1;
                continue;
            }
        }
        let mut todo = vec![(source, target)];
        while let Some((source, target)) = todo.pop() {
            if let Err(problem) = copy_one(process, &source, &target, recursive, &arguments, &mut todo)? {
                process.eprint(&format!("cp: {problem}\n"))?;
                status = 1;
            }
        }
    }
    Ok(status)
}

fn copy_one(
    process: &mut Process<'_>,
    source: &str,
    target: &str,
    recursive: bool,
    arguments: &Arguments,
    todo: &mut Vec<(String, String)>,
) -> Result<Result<(), String>, Suspend> {
    let found = match if recursive { process.lstat(source)? } else { process.stat(source)? } {
        Ok(found) => found,
        Err(error) => return Ok(Err(format!("cannot stat '{source}': {error}"))),
    };
    let there = process.stat(target)?;
    if there.as_ref().is_ok_and(|there| there.is_same_file(&found)) {
        return Ok(Err(format!("'{source}' and '{target}' are the same file")));
    }
    if let Ok(there) = &there
        && !found.is_dir()
        && !there.is_dir()
        && leaves(process, "cp", arguments, &found, there, target)?
    {
        return Ok(Ok(()));
    }
    if there.is_err() && target.ends_with('/') && !found.is_dir() {
        return Ok(Err(format!("cannot create regular file '{target}': {}", Errno::NotDirectory)));
    }
    if found.is_dir() {
        if !recursive {
            return Ok(Err(format!("-r not specified; omitting directory '{source}'")));
        }
        match &there {
            Ok(there) if !there.is_dir() => {
                return Ok(Err(format!("cannot overwrite non-directory '{target}' with directory '{source}'")));
            }
            Ok(_) => {}
            Err(_) => {
                if let Err(error) = process.mkdir(target.trim_end_matches('/'))? {
                    return Ok(Err(format!("cannot create directory '{target}': {error}")));
                }
            }
        }
        let names = process.read_dir(source)?.unwrap_or_default();
        todo.extend(names.into_iter().rev().map(|name| (format!("{source}/{name}"), format!("{target}/{name}"))));
    } else if let Some(link) = &found.target {
        if let Err(error) = process.symlink(link, target)? {
            return Ok(Err(format!("cannot create symbolic link '{target}': {error}")));
        }
    } else {
        if there.is_ok_and(|there| there.is_dir()) {
            return Ok(Err(format!("cannot overwrite directory '{target}' with non-directory '{source}'")));
        }
        let bytes = match process.read_file(source)? {
            Ok(bytes) => bytes,
            Err(error) => return Ok(Err(format!("cannot open '{source}' for reading: {error}"))),
        };
        if let Err(error) = process.write_file(target, &bytes, found.mode)? {
            return Ok(Err(format!("cannot create regular file '{target}': {error}")));
        }
    }
    if arguments.has('v') {
        process.print(&format!("'{source}' -> '{target}'\n"))?;
    }
    if (arguments.has('p') || arguments.has('a')) && found.target.is_none()
        && let Err(error) = preserve(process, &found, target)?
    {
        return Ok(Err(format!("preserving permissions for '{target}': {error}")));
    }
    Ok(Ok(()))
}

/// Gives a copy the mode, time and, if that is allowed, owner of the original.
fn preserve(process: &mut Process<'_>, of: &Metadata, target: &str) -> Result<Result<(), Errno>, Suspend> {
    // Only root can give files away; others keep what they have copied.
    let _ = process.chown(target, Some(of.uid), Some(of.gid), true)?;
    if let Err(error) = process.chmod(target, of.mode)? {
        return Ok(Err(error));
    }
    process.set_modified(target, of.modified)
}

/// Copies a file or a whole directory to another file system and removes it here.
fn move_by_copying(process: &mut Process<'_>, source: &str, target: &str) -> Result<Option<String>, Suspend> {
    if process.lstat(target)?.is_ok_and(|there| !there.is_dir())
        && let Err(error) = process.remove(target)?
    {
        return Ok(Some(format!("inter-device move failed: '{source}' to '{target}'; unable to remove target: {error}")));
    }
    let (mut todo, mut copied) = (vec![(source.to_owned(), target.to_owned())], Vec::new());
    while let Some((source, target)) = todo.pop() {
        let keeping = Arguments::default();
        if let Err(problem) = copy_one(process, &source, &target, true, &keeping, &mut todo)? {
            return Ok(Some(problem));
        }
        if let Ok(found) = process.lstat(&source)?
            && found.target.is_none()
        {
            // What cannot be kept is not kept, as with the real one.
            let _ = preserve(process, &found, &target)?;
        }
        copied.push(source);
    }
    for source in copied.into_iter().rev() {
        if let Err(error) = process.remove(&source)? {
            return Ok(Some(format!("cannot remove '{source}': {error}")));
        }
    }
    Ok(None)
}

pub(super) fn mv(process: &mut Process<'_>) -> Result<i32, Suspend> {
    let arguments = match arguments::read(process, &Options::new("fvnTt:iu", LONG).lacking(&["b"]))? {
        Ok(arguments) => arguments,
        Err(status) => return Ok(status),
    };
    let pairs = match pairs(process, "mv", &arguments)? {
        Ok(pairs) => pairs,
        Err(status) => return Ok(status),
    };
    let mut status = 0;
    for (source, target) in pairs {
        let found = match process.lstat(&source)? {
            Ok(found) => found,
            Err(error) => {
                process.eprint(&format!("mv: cannot stat '{source}': {error}\n"))?;
                status = 1;
                continue;
            }
        };
        let there = process.lstat(&target)?;
        if let Ok(there) = &there
            && !there.is_dir()
            && !there.is_same_file(&found)
            && leaves(process, "mv", &arguments, &found, there, &target)?
        {
            continue;
        }
        let problem = match there {
            Ok(there) if there.is_same_file(&found) => Some(format!("'{source}' and '{target}' are the same file")),
            Ok(there) if there.is_dir() && !found.is_dir() => {
                Some(format!("cannot overwrite directory '{target}' with non-directory '{source}'"))
            }
            Ok(there) if !there.is_dir() && found.is_dir() => {
                Some(format!("cannot overwrite non-directory '{target}' with directory '{source}'"))
            }
            _ => match process.rename(&source, &target)? {
                Ok(()) => None,
                Err(Errno::CrossDevice) => move_by_copying(process, &source, &target)?,
                Err(Errno::InvalidArgument) => {
                    Some(format!("cannot move '{source}' to a subdirectory of itself, '{target}'"))
                }
                Err(error) => Some(format!("cannot move '{source}' to '{target}': {error}")),
            },
        };
        match problem {
            Some(problem) => {
                process.eprint(&format!("mv: {problem}\n"))?;
                status = 1;
            }
            None if arguments.has('v') => process.print(&format!("renamed '{source}' -> '{target}'\n"))?,
            None => {}
        }
    }
    Ok(status)
}
