//! `rm` and `rmdir`.

use super::arguments::{self, Options};
use crate::{Errno, FileKind, Metadata, Process, Suspend};

pub(super) fn rm(process: &mut Process<'_>) -> Result<i32, Suspend> {
    let long = &[("recursive", 'r'), ("force", 'f'), ("verbose", 'v'), ("dir", 'd')];
    let arguments = match arguments::read(process, &Options::new("rRfvdi", long).lacking(&["I", "interactive"]))? {
        Ok(arguments) => arguments,
        Err(status) => return Ok(status),
    };
    let (recursive, force) = (arguments.has('r') || arguments.has('R'), arguments.has('f'));
    let (force, asks) = (force && arguments.last_of("fi") == Some('f'), arguments.last_of("fi") == Some('i'));
    if asks && recursive {
        return arguments::not_simulated(process, "rm -i with -r");
    }
    if arguments.operands.is_empty() {
        return if force { Ok(0) } else { arguments::wrong_use(process, "rm", "missing operand", 1) };
    }
    let mut status = 0;
    for path in &arguments.operands {
        let problem = match process.lstat(path)? {
            Err(Errno::NoEntry | Errno::NotDirectory) if force => None,
            Err(error) => Some(format!("cannot remove '{path}': {error}")),
            Ok(_) if matches!(super::paths::last_name(path), "." | "..") => {
                Some(format!("refusing to remove '.' or '..' directory: skipping '{path}'"))
            }
            Ok(_) if recursive && path.trim_end_matches('/').is_empty() => Some(
                "it is dangerous to operate recursively on '/'\nrm: use --no-preserve-root to override this failsafe".to_owned(),
            ),
            Ok(found) if found.is_dir() && !recursive && !arguments.has('d') => {
                Some(format!("cannot remove '{path}': Is a directory"))
            }
            Ok(found) => {
                let todo = if found.is_dir() && recursive { below(process, path)? } else { vec![path.clone()] };
                let mut problem = None;
                for path in todo {
                    let Ok(found) = process.lstat(&path)? else { continue };
                    let is_directory = found.is_dir();
                    if asks && !agrees(process, &path, &found)? {
                        continue;
                    }
                    match process.remove(&path)? {
                        Ok(()) if arguments.has('v') => {
                            let what = if is_directory { "removed directory" } else { "removed" };
                            process.print(&format!("{what} '{path}'\n"))?;
                        }
                        Ok(()) => {}
                        Err(error) => problem = Some(format!("cannot remove '{path}': {error}")),
                    }
                }
                problem
            }
        };
        if let Some(problem) = problem {
            process.eprint(&format!("rm: {problem}\n"))?;
            status = 1;
        }
    }
    Ok(status)
}

/// Asks whether this is to go.
fn agrees(process: &mut Process<'_>, path: &str, found: &Metadata) -> Result<bool, Suspend> {
    let what = match found.kind {
        FileKind::Directory => "directory",
        FileKind::Symlink => "symbolic link",
        FileKind::Device => "character special file",
        FileKind::File if found.size == 0 => "regular empty file",
        FileKind::File => "regular file",
    };
    process.eprint(&format!("rm: remove {what} '{path}'? "))?;
    Ok(process.read_line()?.is_some_and(|line| line.starts_with(['y', 'Y'])))
}

/// A directory and what is in it, the innermost first.
fn below(process: &mut Process<'_>, path: &str) -> Result<Vec<String>, Suspend> {
    let (mut todo, mut found) = (vec![path.trim_end_matches('/').to_owned()], Vec::new());
    while let Some(path) = todo.pop() {
        if process.lstat(&path)?.is_ok_and(|it| it.is_dir()) {
            let names = process.read_dir(&path)?.unwrap_or_default();
            todo.extend(names.into_iter().map(|name| format!("{path}/{name}")));
        }
        found.push(path);
    }
    found.reverse();
    Ok(found)
}

pub(super) fn rmdir(process: &mut Process<'_>) -> Result<i32, Suspend> {
    let options = Options::new("pv", &[("parents", 'p'), ("verbose", 'v')]).lacking(&["ignore-fail-on-non-empty"]);
    let arguments = match arguments::read(process, &options)? {
        Ok(arguments) => arguments,
        Err(status) => return Ok(status),
    };
    if arguments.operands.is_empty() {
        return arguments::wrong_use(process, "rmdir", "missing operand", 1);
    }
    let mut status = 0;
    for path in &arguments.operands {
        let mut todo = vec![path.trim_end_matches('/').to_owned()];
        while arguments.has('p') && let Some((parent, _)) = todo[todo.len() - 1].clone().rsplit_once('/') {
            todo.push(parent.to_owned());
        }
        for path in todo {
            if arguments.has('v') {
                process.print(&format!("rmdir: removing directory, '{path}'\n"))?;
            }
            let result = match process.lstat(&path)? {
                Ok(found) if !found.is_dir() => Err(Errno::NotDirectory),
                Ok(_) => process.remove(&path)?,
                Err(error) => Err(error),
            };
            if let Err(error) = result {
                process.eprint(&format!("rmdir: failed to remove '{path}': {error}\n"))?;
                status = 1;
                break;
            }
        }
    }
    Ok(status)
}
