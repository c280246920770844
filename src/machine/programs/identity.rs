//! Small programs that say who and where one is: `whoami`, `id`, `hostname`, `uname`; and `clear`, `yes`.

use std::ops::ControlFlow;

use super::arguments::{self, Options};
use crate::{Process, Suspend};

/// Machines have no users of their own; the environment says who is logged in, and in a container it is root.
fn user(process: &Process<'_>) -> String {
    process.env("USER").unwrap_or_else(|| "root".to_owned())
}

pub(super) fn whoami(process: &mut Process<'_>) -> Result<i32, Suspend> {
    if let Some(extra) = process.args().get(1) {
        return arguments::wrong_use(process, "whoami", &format!("extra operand '{extra}'"), 1);
    }
    process.print(&format!("{}\n", user(process)))?;
    Ok(0)
}

pub(super) fn id(process: &mut Process<'_>) -> Result<i32, Suspend> {
    let arguments = match arguments::read(process, &Options::new("ugnG", &[("user", 'u'), ("group", 'g'), ("name", 'n')]))? {
        Ok(arguments) => arguments,
        Err(status) => return Ok(status),
    };
    let user = user(process);
    let number = if user == "root" { 0 } else { 1000 };
    let text = match (arguments.last_of("ugG"), arguments.has('n')) {
        (None, _) => format!("uid={number}({user}) gid={number}({user}) groups={number}({user})"),
        (Some(_), true) => user,
        (Some(_), false) => number.to_string(),
    };
    process.print(&format!("{text}\n"))?;
    Ok(0)
}

pub(super) fn hostname(process: &mut Process<'_>) -> Result<i32, Suspend> {
    match process.args().get(1).map(String::as_str) {
        None | Some("-s" | "-f" | "--short" | "--fqdn") => {
            let name = process.hostname();
            process.print(&format!("{name}\n"))?;
            Ok(0)
        }
        Some(other) if other.starts_with('-') => arguments::not_simulated(process, &format!("hostname {other}")),
        Some(_) => {
            process.eprint("hostname: you must be root to change the host name\n")?;
            Ok(1)
        }
    }
}

pub(super) fn uname(process: &mut Process<'_>) -> Result<i32, Suspend> {
    let long = &[
        ("all", 'a'),
        ("kernel-name", 's'),
        ("nodename", 'n'),
        ("kernel-release", 'r'),
        ("kernel-version", 'v'),
        ("machine", 'm'),
        ("operating-system", 'o'),
    ];
    let arguments = match arguments::read(process, &Options::new("asnrvmo", long))? {
        Ok(arguments) => arguments,
        Err(status) => return Ok(status),
    };
    let host = process.hostname();
    let parts = [
        ('s', "Linux"),
        ('n', host.as_str()),
        ('r', "6.12.0"),
        ('v', "#1 SMP Podarium"),
        ('m', "x86_64"),
        ('o', "GNU/Linux"),
    ];
    let all = arguments.has('a');
    let none = arguments.last_of("asnrvmo").is_none();
    let shown = parts.iter().filter(|(letter, _)| all || arguments.has(*letter) || none && *letter == 's');
    let text: Vec<&str> = shown.map(|(_, text)| *text).collect();
    process.print(&format!("{}\n", text.join(" ")))?;
    Ok(0)
}

pub(super) fn clear(process: &mut Process<'_>) -> Result<i32, Suspend> {
    process.print("\u{1b}[H\u{1b}[2J\u{1b}[3J")?;
    Ok(0)
}

pub(super) fn yes(process: &mut Process<'_>) -> Result<i32, Suspend> {
    let words = process.args();
    let word = if words.len() > 1 { words[1..].join(" ") } else { "y".to_owned() };
    let block = format!("{word}\n").repeat(512);
    process.repeat((), |process, ()| {
        process.print(&block)?;
        Ok(ControlFlow::Continue(()))
    })
}

/// Programs that a student may reach for and that are not there: better said than `command not found`.
pub(super) fn absent(process: &mut Process<'_>) -> Result<i32, Suspend> {
    let words = process.args();
    arguments::not_simulated(process, arguments::program_name(&words[0]))?;
    Ok(127)
}
