//! Small programs that say who and where one is: `whoami`, `id`, `hostname`, `uname`; and `clear`, `yes`.

use std::ops::ControlFlow;

use super::arguments::{self, Options};
use crate::users::Names;
use crate::{Credentials, Process, Suspend};

pub(super) fn whoami(process: &mut Process<'_>) -> Result<i32, Suspend> {
    if let Some(extra) = process.args().get(1) {
        return arguments::wrong_use(process, "whoami", &format!("extra operand '{extra}'"), 1);
    }
    let uid = process.credentials().uid;
    match Names::read(process)?.user(uid) {
        Some(user) => process.print(&format!("{}\n", user.name))?,
        None => {
            process.eprint(&format!("whoami: cannot find name for user ID {uid}\n"))?;
            return Ok(1);
        }
    }
    Ok(0)
}

/// Who a named user is; the process itself, if none is named.
fn credentials_of(process: &mut Process<'_>, names: &Names, program: &str, name: Option<&String>) -> Result<Result<Credentials, i32>, Suspend> {
    let Some(name) = name else { return Ok(Ok(process.credentials())) };
    match names.user_named(name).or_else(|| names.user(name.parse().ok()?)) {
        Some(user) => {
            let member = names.groups.iter().filter(|group| group.members.contains(&user.name));
            Ok(Ok(Credentials { uid: user.uid, gid: user.gid, groups: member.map(|group| group.gid).collect(), ..Credentials::default() }))
        }
        None => {
            process.eprint(&format!("{program}: '{name}': no such user\n"))?;
            Ok(Err(1))
        }
    }
}

/// The primary group and the others, without repetition.
fn all_groups(credentials: &Credentials) -> Vec<u32> {
    let mut groups = vec![credentials.gid];
    for group in &credentials.groups {
        if !groups.contains(group) {
            groups.push(*group);
        }
    }
    groups
}

pub(super) fn id(process: &mut Process<'_>) -> Result<i32, Suspend> {
    let long = &[("user", 'u'), ("group", 'g'), ("groups", 'G'), ("name", 'n'), ("real", 'r')];
    let arguments = match arguments::read(process, &Options::new("ugnGr", long).lacking(&["z", "Z", "zero", "context"]))? {
        Ok(arguments) => arguments,
        Err(status) => return Ok(status),
    };
    let names = Names::read(process)?;
    let who = match credentials_of(process, &names, "id", arguments.operands.first())? {
        Ok(who) => who,
        Err(status) => return Ok(status),
    };
    let mut groups = all_groups(&who);
    if process.is_busybox() && arguments.operands.is_empty() {
        groups.sort_unstable();
    }
    let shown = arguments.last_of("ugG");
    if shown.is_none() && arguments.has('n') {
        process.eprint("id: cannot print only names or real IDs in default format\n")?;
        return Ok(1);
    }
    let numbers = match shown {
        Some('u') => vec![who.uid],
        Some('g') => vec![who.gid],
        Some(_) => groups.clone(),
        None => Vec::new(),
    };
    if shown.is_some() {
        let (mut words, mut status) = (Vec::new(), 0);
        for number in numbers {
            let (name, what) = match shown {
                Some('u') => (names.user(number).map(|user| user.name.clone()), "user"),
                _ => (names.group(number).map(|group| group.name.clone()), "group"),
            };
            if arguments.has('n') && name.is_none() {
                process.eprint(&format!("id: cannot find name for {what} ID {number}\n"))?;
                status = 1;
            }
            words.push(name.filter(|_| arguments.has('n')).unwrap_or_else(|| number.to_string()));
        }
        process.print(&format!("{}\n", words.join(" ")))?;
        return Ok(status);
    }
    let named = |number: u32, name: Option<&String>| name.map_or_else(|| number.to_string(), |name| format!("{number}({name})"));
    let group = |number: u32| named(number, names.group(number).map(|group| &group.name));
    let user = named(who.uid, names.user(who.uid).map(|user| &user.name));
    let list: Vec<String> = groups.iter().map(|number| group(*number)).collect();
    process.print(&format!("uid={user} gid={} groups={}\n", group(who.gid), list.join(",")))?;
    Ok(0)
}

pub(super) fn groups(process: &mut Process<'_>) -> Result<i32, Suspend> {
    let names = Names::read(process)?;
    let operands: Vec<String> = process.args().into_iter().skip(1).collect();
    let asked: Vec<Option<&String>> = if operands.is_empty() { vec![None] } else { operands.iter().map(Some).collect() };
    let mut status = 0;
    for name in asked {
        let who = match credentials_of(process, &names, "groups", name)? {
            Ok(who) => who,
            Err(failed) => {
                status = failed;
                continue;
            }
        };
        let mut words = Vec::new();
        for gid in all_groups(&who) {
            if names.group(gid).is_none() {
                process.eprint(&format!("groups: cannot find name for group ID {gid}\n"))?;
                status = 1;
            }
            words.push(names.group_or_number(gid));
        }
        let prefix = name.map_or(String::new(), |name| format!("{name} : "));
        process.print(&format!("{prefix}{}\n", words.join(" ")))?;
    }
    Ok(status)
}

/// The first name that `/etc/hosts` has for the address of this machine's name.
fn full_name(process: &mut Process<'_>) -> Result<String, Suspend> {
    let own = process.hostname();
    let hosts = process.read_file("/etc/hosts")?.unwrap_or_default();
    let hosts = String::from_utf8_lossy(&hosts).into_owned();
    let mut lines = hosts.lines().map(|line| line.split('#').next().unwrap_or_default().split_whitespace().skip(1).collect::<Vec<_>>());
    let found = lines.find(|names| names.contains(&own.as_str())).and_then(|names| names.first().map(|&name| name.to_owned()));
    Ok(found.unwrap_or(own))
}

pub(super) fn hostname(process: &mut Process<'_>) -> Result<i32, Suspend> {
    match process.args().get(1).map(String::as_str) {
        Some("-f" | "--fqdn") => {
            let name = full_name(process)?;
            process.print(&format!("{name}\n"))?;
            Ok(0)
        }
        None | Some("-s" | "--short") => {
            let mut name = process.hostname();
            if process.args().len() > 1 {
                name.truncate(name.find('.').unwrap_or(name.len()));
            }
            process.print(&format!("{name}\n"))?;
            Ok(0)
        }
        Some(other) if other.starts_with('-') => arguments::not_simulated(process, &format!("hostname {other}")),
        Some(name) if process.credentials().is_capable("SYS_ADMIN") => {
            let what = format!("hostname {name}");
            arguments::not_simulated(process, &what)
        }
        Some(_) => {
            let why = if process.is_busybox() { "sethostname: Operation not permitted" } else { "you must be root to change the host name" };
            process.eprint(&format!("hostname: {why}\n"))?;
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

pub(super) fn arch(process: &mut Process<'_>) -> Result<i32, Suspend> {
    process.print("x86_64\n")?;
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
