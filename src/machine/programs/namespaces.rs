//! Programs that run others elsewhere: below another root (`chroot`), in namespaces of other processes (`nsenter`), in new ones
//! (`unshare`).

use super::arguments::{self, Options};
use crate::surroundings::{Denied, KINDS};
use crate::{Errno, Namespaces, Pid, Process, Spawn, Surroundings, Suspend};

/// The letters of both programs, what they stand for, and the bits of the system call.
const LETTERS: [(char, &str, u64); 8] = [
    ('m', "mnt", 0x2_0000),
    ('u', "uts", 0x400_0000),
    ('i', "ipc", 0x800_0000),
    ('n', "net", 0x4000_0000),
    ('p', "pid", 0x2000_0000),
    ('U', "user", 0x1000_0000),
    ('C', "cgroup", 0x200_0000),
    ('T', "time", 0x80),
];

const LONG: [(&str, char); 12] = [
    ("mount", 'm'), ("uts", 'u'), ("ipc", 'i'), ("net", 'n'), ("pid", 'p'), ("user", 'U'), ("cgroup", 'C'), ("time", 'T'), ("target", 't'), ("all", 'a'), ("no-fork", 'F'),
    ("fork", 'f'),
];

fn letter_of(kind: &str) -> char {
    LETTERS.iter().find(|(_, known, _)| *known == kind).map_or(' ', |(letter, ..)| *letter)
}

/// The command, or the user's shell.
fn command(process: &Process<'_>, operands: &[String], shell_option: &[&str]) -> Vec<String> {
    if !operands.is_empty() {
        return operands.to_vec();
    }
    let shell = process.env("SHELL").unwrap_or_else(|| "/bin/sh".to_owned());
    std::iter::once(shell).chain(shell_option.iter().map(|word| (*word).to_owned())).collect()
}

fn cannot_execute(process: &mut Process<'_>, program: &str, name: &str, error: Errno) -> Result<i32, Suspend> {
    process.eprint(&format!("{program}: failed to execute {name}: {error}\n"))?;
    Ok(if error == Errno::NoEntry { 127 } else { 126 })
}

pub(super) fn chroot(process: &mut Process<'_>) -> Result<i32, Suspend> {
    let options = Options::new("", &[]).lacking(&["groups", "userspec", "skip-chdir"]).wrong_use(125).stops_at_operand();
    let arguments = match arguments::read(process, &options)? {
        Ok(arguments) => arguments,
        Err(status) => return Ok(status),
    };
    let Some((root, operands)) = arguments.operands.split_first() else {
        return arguments::wrong_use(process, "chroot", "missing operand", 125);
    };
    let around = match process.rooting(root)? {
        Ok(around) => around,
        Err(error) => {
            process.eprint(&format!("chroot: cannot change root directory to '{root}': {error}\n"))?;
            return Ok(if process.is_busybox() { 1 } else { 125 });
        }
    };
    let argv = command(process, operands, &["-i"]);
    let error = process.exec(Spawn { around: Some(around), ..Spawn::new(&argv).cwd("/") })?;
    process.eprint(&format!("chroot: failed to run command '{}': {error}\n", argv[0]))?;
    Ok(if error == Errno::NoEntry { 127 } else { 126 })
}

pub(super) fn nsenter(process: &mut Process<'_>) -> Result<i32, Suspend> {
    let letters = if process.is_busybox() { "t:m::u::i::n::p::U::F" } else { "at:m::u::i::n::p::U::C::T::F" };
    let lacking = &["S", "G", "W", "Z", "e", "r", "w", "env", "follow-context", "preserve-credentials", "root", "setgid", "setuid", "wd", "wdns"];
    let arguments = match arguments::read(process, &Options::new(letters, &LONG).lacking(lacking).stops_at_operand())? {
        Ok(arguments) => arguments,
        Err(status) => return Ok(status),
    };
    let target = match arguments.value('t').map(str::parse::<u32>) {
        Some(Err(_)) => {
            process.eprint(&format!("nsenter: failed to parse pid: '{}'\n", arguments.value('t').unwrap_or_default()))?;
            return Ok(1);
        }
        target => target.and_then(Result::ok),
    };
    let start = process.surroundings();
    let mut wanted: Vec<(&str, u32)> = Vec::new();
    for kind in KINDS {
        let letter = letter_of(kind);
        if !arguments.has(letter) && !arguments.has('a') {
            continue;
        }
        let path = match (arguments.value(letter).map(|path| path.trim_start_matches('=').to_owned()), target) {
            (Some(path), _) => path,
            (None, Some(target)) => format!("/proc/{target}/ns/{kind}"),
            (None, None) => {
                process.eprint(&format!("nsenter: neither filename nor target pid supplied for ns/{kind}\n"))?;
                return Ok(1);
            }
        };
        let named = path.strip_prefix("/proc/").and_then(|rest| rest.split_once("/ns/")).filter(|(_, name)| *name == kind);
        let pid = named.and_then(|(pid, _)| if pid == "self" { Some(process.pid()) } else { pid.parse().ok().map(Pid) });
        let found: Result<Namespaces, Errno> = match pid {
            Some(pid) => process.namespaces_of(pid)?,
            None => Err(process.stat(&path)?.err().unwrap_or(Errno::InvalidArgument)),
        };
        match found {
            // Of all, the one of users is passed over if it is the same.
            Ok(found) if kind == "user" && !arguments.has('U') && found.number("user") == start.namespaces.number("user") => {}
            Ok(found) => wanted.push((kind, found.number(kind))),
            Err(error) => {
                process.eprint(&format!("nsenter: cannot open {path}: {error}\n"))?;
                return Ok(1);
            }
        }
    }
    let mut around = start;
    for (kind, number) in &wanted {
        around = match process.entering(around, kind, *number)? {
            Ok(around) => around,
            Err(Denied::By(error)) => {
                process.eprint(&format!("nsenter: reassociate to namespace 'ns/{kind}' failed: {error}\n"))?;
                return Ok(1);
            }
            Err(Denied::NotSimulated) => return arguments::not_simulated(process, &format!("nsenter into the {kind} namespace of another container")),
        };
    }
    let argv = command(process, &arguments.operands, &[]);
    let mut spawn = Spawn { around: Some(around), ..Spawn::new(&argv) };
    if wanted.iter().any(|(kind, _)| *kind == "mnt") {
        spawn = spawn.cwd("/");
    }
    let forks = wanted.iter().any(|(kind, _)| *kind == "pid") && !arguments.has('F');
    run(process, "nsenter", spawn, forks)
}

/// Runs the command as a child or in its own place.
fn run(process: &mut Process<'_>, program: &str, spawn: Spawn, forks: bool) -> Result<i32, Suspend> {
    let name = spawn.argv[0].clone();
    let error = match forks {
        false => process.exec(spawn)?,
        true => match process.spawn(spawn)? {
            Ok(child) => return Ok(process.wait(child)?.map_or(1, |status| status.code)),
            Err(error) => error,
        },
    };
    cannot_execute(process, program, &name, error)
}

pub(super) fn unshare(process: &mut Process<'_>) -> Result<i32, Suspend> {
    let lacking = &[
        "p", "U", "r", "c", "R", "S", "G", "w", "pid", "user", "map-root-user", "map-current-user", "map-user", "map-group", "map-users", "map-groups", "map-auto", "mount-proc", "propagation", "setgroups", "kill-child",
        "root", "wd", "setuid", "setgid", "monotonic", "boottime", "keep-caps",
    ];
    let arguments = match arguments::read(process, &Options::new("m::u::i::n::C::T::f", &LONG).lacking(lacking).stops_at_operand())? {
        Ok(arguments) => arguments,
        Err(status) => return Ok(status),
    };
    let mut around: Surroundings = process.surroundings();
    let asked: Vec<_> = LETTERS.iter().filter(|(letter, ..)| arguments.has(*letter)).collect();
    for (letter, kind, _) in &asked {
        if arguments.value(*letter).is_some() {
            return arguments::not_simulated(process, &format!("unshare -{letter} with a file"));
        }
        around = match process.unsharing(around, kind)? {
            Ok(around) => around,
            Err(error) => {
                let bits: u64 = asked.iter().map(|(.., bits)| bits).sum();
                let what = if process.is_busybox() { format!("unshare(0x{bits:x})") } else { "unshare failed".to_owned() };
                process.eprint(&format!("unshare: {what}: {error}\n"))?;
                return Ok(1);
            }
        };
    }
    let argv = command(process, &arguments.operands, &[]);
    run(process, "unshare", Spawn { around: Some(around), ..Spawn::new(&argv) }, arguments.has('f'))
}
