//! Programs about other programs: `kill`, `timeout`, `nohup`, `nice`, `sudo`.

use super::arguments::{self, Options};
use super::sleep::duration;
use crate::{Credentials, Errno, Pid, Process, Ready, Signal, Source, Spawn, Suspend};

pub(super) fn kill(process: &mut Process<'_>) -> Result<i32, Suspend> {
    let words = process.args();
    let mut rest = &words[1..];
    let mut signal = Some(Signal::Terminate);
    match rest.first().map(String::as_str) {
        Some("-l" | "--list") => {
            let text = match rest.get(1) {
                None => "HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT\nCHLD CONT STOP TSTP TTIN TTOU URG XCPU XFSZ VTALRM PROF WINCH POLL PWR SYS\n".to_owned(),
                Some(word) => match Signal::parse(word) {
                    Some(signal) if word.parse::<i32>().is_ok() => format!("{}\n", signal.name()),
                    Some(signal) => format!("{}\n", signal.number()),
                    None => return arguments::not_simulated(process, &format!("kill -l {word}")),
                },
            };
            process.print(&text)?;
            return Ok(0);
        }
        Some("-s" | "--signal") if rest.len() > 1 => {
            signal = Signal::parse(&rest[1]);
            rest = &rest[2..];
        }
        Some(word) if word.len() > 1 && word.starts_with('-') => {
            signal = Signal::parse(&word[1..]);
            if signal.is_none() && word != "-0" {
                process.eprint(&format!("kill: invalid argument {}\n", &word[1..]))?;
                return Ok(1);
            }
            rest = &rest[1..];
        }
        _ => {}
    }
    if rest.is_empty() {
        process.eprint("\nUsage:\n kill [options] <pid> [...]\n")?;
        return Ok(1);
    }
    let mut status = 0;
    for word in rest {
        let Ok(pid) = word.parse::<u32>() else {
            process.eprint(&format!("kill: failed to parse argument: '{word}'\n"))?;
            status = 1;
            continue;
        };
        let sent = match signal {
            Some(signal) => process.kill(Pid(pid), signal)?,
            None => process.exists(Pid(pid))?,
        };
        if let Err(error) = sent {
            process.eprint(&format!("kill: ({pid}): {error}\n"))?;
            status = 1;
        }
    }
    Ok(status)
}

/// The status and the message for a command that could not be run by `program`.
fn cannot_run(process: &mut Process<'_>, program: &str, name: &str, error: Errno) -> Result<i32, Suspend> {
    process.eprint(&format!("{program}: failed to run command '{name}': {error}\n"))?;
    Ok(if error == Errno::NoEntry { 127 } else { 126 })
}

pub(super) fn timeout(process: &mut Process<'_>) -> Result<i32, Suspend> {
    let long = &[("signal", 's'), ("kill-after", 'k'), ("preserve-status", 'p'), ("foreground", 'f'), ("verbose", 'v')];
    let arguments = match arguments::read(process, &Options::new("s:k:pfv", long).wrong_use(125).stops_at_operand())? {
        Ok(arguments) => arguments,
        Err(status) => return Ok(status),
    };
    let [limit, command @ ..] = arguments.operands.as_slice() else {
        process.eprint("Try 'timeout --help' for more information.\n")?;
        return Ok(125);
    };
    if command.is_empty() {
        process.eprint("Try 'timeout --help' for more information.\n")?;
        return Ok(125);
    }
    let Some(limit) = duration(limit) else {
        return arguments::wrong_use(process, "timeout", &format!("invalid time interval '{limit}'"), 125);
    };
    let Some(signal) = Signal::parse(arguments.value('s').unwrap_or("TERM")) else {
        let problem = format!("{}: invalid signal", arguments.value('s').unwrap_or_default());
        return arguments::wrong_use(process, "timeout", &problem, 125);
    };
    let child = match process.spawn(Spawn::new(command))? {
        Ok(child) => child,
        Err(error) => return cannot_run(process, "timeout", &command[0], error),
    };
    let wait = (!limit.is_zero()).then_some(limit);
    if process.poll(&[Source::Child(child)], wait)? == Ready::Source(0) {
        return Ok(process.wait(child)?.map_or(125, |status| status.code));
    }
    if arguments.has('v') {
        process.eprint(&format!("timeout: sending signal {} to command '{}'\n", signal.name(), command[0]))?;
    }
    // It may have ended at this very moment.
    let _ = process.kill(child, signal)?;
    let mut killed = signal == Signal::Kill;
    if let Some(after) = arguments.value('k').and_then(duration)
        && process.poll(&[Source::Child(child)], Some(after))? == Ready::TimedOut
    {
        let _ = process.kill(child, Signal::Kill)?;
        killed = true;
    }
    let status = process.wait(child)?.map_or(125, |status| status.code);
    Ok(match (arguments.has('p'), killed) {
        (true, _) => status,
        (false, true) => 137,
        (false, false) => 124,
    })
}

pub(super) fn nohup(process: &mut Process<'_>) -> Result<i32, Suspend> {
    let words = process.args();
    if words.len() < 2 {
        return arguments::wrong_use(process, "nohup", "missing operand", 125);
    }
    let mut spawn = Spawn::new(&words[1..]);
    if process.is_tty(1) {
        match process.open("nohup.out", crate::OpenMode::Append)? {
            Ok(fd) => spawn = spawn.fd(1, fd),
            Err(error) => {
                process.eprint(&format!("nohup: failed to open 'nohup.out': {error}\n"))?;
                return Ok(125);
            }
        }
        let input = if process.is_tty(0) { "ignoring input and " } else { "" };
        process.eprint(&format!("nohup: {input}appending output to 'nohup.out'\n"))?;
    } else if process.is_tty(0) {
        process.eprint("nohup: ignoring input\n")?;
    }
    run(process, "nohup", spawn, &words[1])
}

/// Runs others as what it is told; who is who is for the machine to know. Nobody has a password here.
pub(super) fn sudo(process: &mut Process<'_>) -> Result<i32, Suspend> {
    let arguments = match arguments::read(process, &Options::new("u:nEHS", &[("user", 'u')]).lacking(&["i", "s", "l", "k", "v"]).stops_at_operand())? {
        Ok(arguments) => arguments,
        Err(status) => return Ok(status),
    };
    let Some(name) = arguments.operands.first() else {
        process.eprint("usage: sudo [-nEHS] [-u user] command\n")?;
        return Ok(1);
    };
    let credentials = match arguments.value('u') {
        None => Credentials::default(),
        Some(user) => match crate::users::Names::read(process)?.user_named(user) {
            Some(user) => Credentials::user(user.uid, user.gid),
            None => {
                process.eprint(&format!("sudo: unknown user {user}\nsudo: error initializing audit plugin sudoers_audit\n"))?;
                return Ok(1);
            }
        },
    };
    let mut spawn = Spawn::new(&arguments.operands);
    spawn.credentials = Some(credentials);
    match process.spawn(spawn)? {
        Ok(child) => Ok(process.wait(child)?.map_or(1, |status| status.code)),
        Err(_) => {
            process.eprint(&format!("sudo: {name}: command not found\n"))?;
            Ok(1)
        }
    }
}

fn run(process: &mut Process<'_>, program: &str, spawn: Spawn, name: &str) -> Result<i32, Suspend> {
    match process.spawn(spawn)? {
        Ok(child) => Ok(process.wait(child)?.map_or(125, |status| status.code)),
        Err(error) => cannot_run(process, program, name, error),
    }
}

/// `nice` and the like: everything has the same rights to the CPU here.
pub(super) fn nice(process: &mut Process<'_>) -> Result<i32, Suspend> {
    let arguments = match arguments::read(process, &Options::new("n:", &[("adjustment", 'n')]).wrong_use(125).stops_at_operand())? {
        Ok(arguments) => arguments,
        Err(status) => return Ok(status),
    };
    match arguments.operands.first().cloned() {
        None => {
            process.print("0\n")?;
            Ok(0)
        }
        Some(name) => run(process, "nice", Spawn::new(&arguments.operands), &name),
    }
}

/// `setsid`, `exec`-like wrappers that only run what follows.
pub(super) fn setsid(process: &mut Process<'_>) -> Result<i32, Suspend> {
    let words = process.args();
    match words.get(1).cloned() {
        None => arguments::wrong_use(process, "setsid", "no command specified", 1),
        Some(name) => {
            let spawn = Spawn { group: crate::Group::Own, ..Spawn::new(&words[1..]) };
            run(process, "setsid", spawn, &name)
        }
    }
}
