//! `chown` and `chgrp`: who a file belongs to.

use super::arguments::{self, Arguments, Options};
use crate::users::Names;
use crate::{Process, Suspend};

const OPTIONS: Options = Options::new("RvcfhHLP", &[
    ("recursive", 'R'),
    ("verbose", 'v'),
    ("changes", 'c'),
    ("silent", 'f'),
    ("quiet", 'f'),
    ("no-dereference", 'h'),
    ("dereference", 'D'),
])
.lacking(&["from", "reference", "preserve-root", "no-preserve-root"]);

/// A user and a group; `None`: stays as it is.
type Wanted = (Option<u32>, Option<u32>);

pub(super) fn chown(process: &mut Process<'_>) -> Result<i32, Suspend> {
    let arguments = match arguments::read(process, &OPTIONS)? {
        Ok(arguments) => arguments,
        Err(status) => return Ok(status),
    };
    let [spec, paths @ ..] = arguments.operands.as_slice() else {
        return arguments::wrong_use(process, "chown", "missing operand", 1);
    };
    if paths.is_empty() {
        return arguments::wrong_use(process, "chown", &format!("missing operand after '{spec}'"), 1);
    }
    let names = Names::read(process)?;
    match owner(spec, &names) {
        Ok(wanted) => change(process, "chown", &arguments, &names, wanted, paths),
        Err(problem) => {
            process.eprint(&format!("chown: {problem}: '{spec}'\n"))?;
            Ok(1)
        }
    }
}

pub(super) fn chgrp(process: &mut Process<'_>) -> Result<i32, Suspend> {
    let arguments = match arguments::read(process, &OPTIONS)? {
        Ok(arguments) => arguments,
        Err(status) => return Ok(status),
    };
    let [group, paths @ ..] = arguments.operands.as_slice() else {
        return arguments::wrong_use(process, "chgrp", "missing operand", 1);
    };
    if paths.is_empty() {
        return arguments::wrong_use(process, "chgrp", &format!("missing operand after '{group}'"), 1);
    }
    let names = Names::read(process)?;
    match group_number(group, &names) {
        Some(gid) => change(process, "chgrp", &arguments, &names, (None, Some(gid)), paths),
        None => {
            process.eprint(&format!("chgrp: invalid group: '{group}'\n"))?;
            Ok(1)
        }
    }
}

fn group_number(word: &str, names: &Names) -> Option<u32> {
    names.group_named(word).map(|group| group.gid).or_else(|| word.parse().ok())
}

/// `user`, `user:group`, `user:` (with the user's own group), `:group`, all by name or number.
fn owner(spec: &str, names: &Names) -> Result<Wanted, &'static str> {
    let (user, group) = match spec.split_once(':') {
        Some((user, group)) => (user, Some(group)),
        None => (spec, None),
    };
    let named = names.user_named(user);
    let uid = match user {
        "" => None,
        user => Some(named.map(|user| user.uid).or_else(|| user.parse().ok()).ok_or("invalid user")?),
    };
    let gid = match group {
        None => None,
        Some("") if user.is_empty() => None,
        Some("") => Some(named.map(|user| user.gid).ok_or("invalid spec")?),
        Some(group) => Some(group_number(group, names).ok_or("invalid group")?),
    };
    Ok((uid, gid))
}

fn change(
    process: &mut Process<'_>,
    program: &str,
    arguments: &Arguments,
    names: &Names,
    (uid, gid): Wanted,
    paths: &[String],
) -> Result<i32, Suspend> {
    let follow = !arguments.has('h');
    let what = if program == "chgrp" { "group" } else { "ownership" };
    let mut status = 0;
    let mut todo: Vec<String> = paths.iter().rev().cloned().collect();
    while let Some(path) = todo.pop() {
        let found = match if follow { process.stat(&path)? } else { process.lstat(&path)? } {
            Ok(found) => found,
            Err(error) => {
                if !arguments.has('f') {
                    process.eprint(&format!("{program}: cannot access '{path}': {error}\n"))?;
                }
                status = 1;
                continue;
            }
        };
        let changes = uid.is_some_and(|uid| uid != found.uid) || gid.is_some_and(|gid| gid != found.gid);
        let show = |user: u32, group: u32| match (program, uid, gid) {
            ("chgrp", ..) | (_, None, _) => names.group_or_number(group),
            (_, _, None) => names.user_or_number(user),
            _ => format!("{}:{}", names.user_or_number(user), names.group_or_number(group)),
        };
        match process.chown(&path, uid, gid, follow)? {
            Err(error) => {
                if !arguments.has('f') {
                    process.eprint(&format!("{program}: changing {what} of '{path}': {error}\n"))?;
                }
                status = 1;
            }
            Ok(()) if changes && (arguments.has('v') || arguments.has('c')) => {
                let (before, after) = (show(found.uid, found.gid), show(uid.unwrap_or(found.uid), gid.unwrap_or(found.gid)));
                process.print(&format!("changed {what} of '{path}' from {before} to {after}\n"))?;
            }
            Ok(()) if arguments.has('v') => {
                process.print(&format!("{what} of '{path}' retained as {}\n", show(found.uid, found.gid)))?;
            }
            Ok(()) => {}
        }
        if arguments.has('R') && found.is_dir() {
            let names = process.read_dir(&path)?.unwrap_or_default();
            todo.extend(names.into_iter().rev().map(|name| format!("{}/{name}", path.trim_end_matches('/'))));
        }
    }
    Ok(status)
}
