//! What the computer is doing: `top`, `free`, `uptime`, `nproc`, `who`, `tty`, `dmesg`, `sync`.

use std::ops::ControlFlow;
use std::time::Duration;

use super::arguments::{self, Options};
use super::clock::Clock;
use crate::users::Names;
use crate::{Process, ProcessInfo, ProcessState, Suspend};

/// ` 09:12:01 up  4:12,  0 users,  load average: 0.00, 0.00, 0.00`
fn status_line(process: &mut Process<'_>) -> Result<String, Suspend> {
    let clock = Clock::read(process)?;
    let minutes = process.uptime()?.as_secs() / 60;
    let (days, hours) = (minutes / 1440, minutes / 60 % 24);
    let long = match days {
        0 => String::new(),
        1 => "1 day, ".to_owned(),
        days => format!("{days} days, "),
    };
    let short = match hours {
        0 => format!("{} min", minutes % 60),
        hours => format!("{hours:2}:{:02}", minutes % 60),
    };
    let processes = process.processes()?;
    let terminals: std::collections::BTreeSet<_> = processes.iter().filter_map(|it| it.tty).collect();
    let users = if terminals.len() == 1 { "user" } else { "users" };
    // Nothing keeps an average here: it is what runs now.
    let busy = processes.iter().filter(|it| it.state == ProcessState::Running && it.pid != process.pid()).count();
    let load = format!("{busy}.00, {busy}.00, {busy}.00");
    Ok(format!("{} up {long}{short},  {} {users},  load average: {load}", clock.format(clock.now, "%H:%M:%S"), terminals.len()))
}

pub(super) fn uptime(process: &mut Process<'_>) -> Result<i32, Suspend> {
    match process.args().get(1).map(String::as_str) {
        None => {
            let line = status_line(process)?;
            process.print(&format!(" {line}\n"))?;
            Ok(0)
        }
        Some(other) => arguments::not_simulated(process, &format!("uptime {other}")),
    }
}

pub(super) fn nproc(process: &mut Process<'_>) -> Result<i32, Suspend> {
    let cpus = process.hardware().cpus;
    process.print(&format!("{cpus}\n"))?;
    Ok(0)
}

/// How many bytes of memory the processes hold.
fn used_memory(processes: &[ProcessInfo]) -> u64 {
    processes.iter().filter(|it| it.state != ProcessState::Zombie).map(|it| it.memory_bytes).sum()
}

pub(super) fn free(process: &mut Process<'_>) -> Result<i32, Suspend> {
    let long = &[("human", 'h'), ("mebi", 'm'), ("kibi", 'k'), ("gibi", 'g'), ("bytes", 'b'), ("total", 't'), ("wide", 'w')];
    let arguments = match arguments::read(process, &Options::new("hmkgbt", long).lacking(&["s", "c", "w", "l", "si", "lohi"]))? {
        Ok(arguments) => arguments,
        Err(status) => return Ok(status),
    };
    let total = process.hardware().memory_bytes;
    let used = used_memory(&process.processes()?).min(total);
    let show = |bytes: u64| match arguments.last_of("hmkgb") {
        Some('h') => human(bytes),
        Some('m') => (bytes >> 20).to_string(),
        Some('g') => (bytes >> 30).to_string(),
        Some('b') => bytes.to_string(),
        _ => (bytes >> 10).to_string(),
    };
    let row = |label: &str, cells: &[u64]| {
        let cells: String = cells.iter().map(|bytes| format!(" {:>11}", show(*bytes))).collect();
        format!("{label:<8}{}\n", cells.get(1..).map_or(String::new(), |_| cells.clone()))
    };
    let left = total - used;
    let mut out = "               total        used        free      shared  buff/cache   available\n".to_owned();
    out.push_str(&row("Mem:", &[total, used, left, 0, 0, left]));
    out.push_str(&row("Swap:", &[0, 0, 0]));
    if arguments.has('t') {
        out.push_str(&row("Total:", &[total, used, left]));
    }
    process.print(&out)?;
    Ok(0)
}

/// `3.8Gi`, `23Gi`, `0B`
fn human(bytes: u64) -> String {
    let (mut value, mut unit) = (bytes as f64, 0);
    while value >= 1024.0 && unit < 4 {
        value /= 1024.0;
        unit += 1;
    }
    match unit {
        0 => format!("{bytes}B"),
        unit if value < 9.95 => format!("{value:.1}{}i", ["", "K", "M", "G", "T"][unit]),
        unit => format!("{value:.0}{}i", ["", "K", "M", "G", "T"][unit]),
    }
}

pub(super) fn who(process: &mut Process<'_>) -> Result<i32, Suspend> {
    let (names, clock) = (Names::read(process)?, Clock::read(process)?);
    let mut seen = Vec::new();
    for it in process.processes()? {
        let Some(tty) = it.tty.filter(|tty| !seen.contains(tty)) else { continue };
        seen.push(tty);
        let (name, time) = (names.user_or_number(it.uid), clock.format(it.started_at, "%Y-%m-%d %H:%M"));
        process.print(&format!("{name:<8} {:<12} {time}\n", format!("pts/{}", tty.0)))?;
    }
    Ok(0)
}

pub(super) fn tty(process: &mut Process<'_>) -> Result<i32, Suspend> {
    let own = process.pid();
    let found = process.processes()?.into_iter().find(|it| it.pid == own).and_then(|it| it.tty);
    let silent = process.args().iter().any(|word| word == "-s");
    let text = found.map_or_else(|| "not a tty\n".to_owned(), |tty| format!("/dev/pts/{}\n", tty.0));
    if !silent {
        process.print(&text)?;
    }
    Ok(i32::from(found.is_none()))
}

pub(super) fn dmesg(process: &mut Process<'_>) -> Result<i32, Suspend> {
    process.eprint("dmesg: read kernel buffer failed: Operation not permitted\n")?;
    Ok(1)
}

/// Every file is on the disk at once here.
pub(super) fn sync(_: &mut Process<'_>) -> Result<i32, Suspend> {
    Ok(0)
}

pub(super) fn top(process: &mut Process<'_>) -> Result<i32, Suspend> {
    let arguments = match arguments::read(process, &Options::new("bn:d:c", &[]).lacking(&["p", "u", "H", "o", "i", "s", "1"]))? {
        Ok(arguments) => arguments,
        Err(status) => return Ok(status),
    };
    let rounds = arguments.value('n').and_then(|text| text.parse::<u64>().ok());
    let delay = arguments.value('d').and_then(|text| text.parse::<f64>().ok()).unwrap_or(3.0);
    let batch = arguments.has('b');
    if !batch && !process.is_tty(1) {
        process.eprint("top: failed tty get\n")?;
        return Ok(1);
    }
    let full = arguments.has('c');
    let start: (u64, Vec<(crate::Pid, Duration)>) = (0, Vec::new());
    process.repeat(start, |process, (round, before)| {
        let processes = process.processes()?;
        let screen = screen(process, &processes, before, if *round == 0 { None } else { Some(delay) }, full)?;
        let gap = if *round > 0 && batch { "\n" } else { "" };
        process.print(&format!("{}{gap}{screen}", if batch { "" } else { "\u{1b}[H\u{1b}[2J" }))?;
        *before = processes.iter().map(|it| (it.pid, it.cpu)).collect();
        *round += 1;
        if rounds.is_some_and(|rounds| *round >= rounds) {
            return Ok(ControlFlow::Break(0));
        }
        process.sleep(Duration::try_from_secs_f64(delay).unwrap_or(Duration::from_secs(3)))?;
        Ok(ControlFlow::Continue(()))
    })
}

fn screen(
    process: &mut Process<'_>,
    processes: &[ProcessInfo],
    before: &[(crate::Pid, Duration)],
    seconds: Option<f64>,
    full: bool,
) -> Result<String, Suspend> {
    let (names, clock, hardware) = (Names::read(process)?, Clock::read(process)?, process.hardware());
    let count = |state| processes.iter().filter(|it| it.state == state).count();
    // The first screen shows the average since a process was started, the others that since the last screen.
    let share = |it: &ProcessInfo| {
        let earlier = before.iter().find(|(pid, _)| *pid == it.pid).map(|(_, cpu)| *cpu);
        let (used, over) = match (seconds, earlier) {
            (Some(seconds), Some(earlier)) => (it.cpu.saturating_sub(earlier), seconds),
            _ => (it.cpu, clock.now.since(it.started_at).as_secs_f64()),
        };
        if over > 0.0 { (used.as_secs_f64() * 100.0 / over).min(100.0) } else { 0.0 }
    };
    let busy = (processes.iter().map(share).sum::<f64>() / f64::from(hardware.cpus)).min(100.0);
    let (total, used) = (hardware.memory_bytes as f64 / 1_048_576.0, used_memory(processes) as f64 / 1_048_576.0);
    let mut out = format!("top - {}\n", status_line(process)?);
    out.push_str(&format!(
        "Tasks: {:3} total, {:3} running, {:3} sleeping, {:3} stopped, {:3} zombie\n",
        processes.len(),
        count(ProcessState::Running),
        count(ProcessState::Sleeping),
        count(ProcessState::Stopped),
        count(ProcessState::Zombie)
    ));
    out.push_str(&format!("%Cpu(s):{busy:5.1} us,  0.0 sy,  0.0 ni,{:5.1} id,  0.0 wa,  0.0 hi,  0.0 si,  0.0 st \n", 100.0 - busy));
    let left = (total - used).max(0.0);
    out.push_str(&format!("MiB Mem :{total:9.1} total,{left:9.1} free,{used:9.1} used,{:9.1} buff/cache     \n", 0.0));
    out.push_str(&format!("MiB Swap:{:9.1} total,{:9.1} free,{:9.1} used.{left:9.1} avail Mem \n\n", 0.0, 0.0, 0.0));
    out.push_str("    PID USER      PR  NI    VIRT    RES    SHR S  %CPU  %MEM     TIME+ COMMAND\n");
    let mut sorted: Vec<&ProcessInfo> = processes.iter().collect();
    sorted.sort_by(|a, b| share(b).total_cmp(&share(a)).then(a.pid.cmp(&b.pid)));
    for it in sorted {
        let kilobytes = it.memory_bytes / 1024;
        let hundredths = it.cpu.as_millis() / 10;
        let time = format!("{}:{:02}.{:02}", hundredths / 6000, hundredths / 100 % 60, hundredths % 100);
        let memory = it.memory_bytes as f64 * 100.0 / hardware.memory_bytes as f64;
        let command = if full { it.args.join(" ") } else { it.name() };
        let user: String = names.user_or_number(it.uid).chars().take(8).collect();
        out.push_str(&format!(
            "{:>7} {user:<8}  20   0 {:>7} {kilobytes:>6} {:>6} {} {:5.1} {memory:5.1} {time:>9} {command}\n",
            it.pid,
            kilobytes * 2,
            kilobytes / 2,
            it.state.letter(),
            share(it)
        ));
    }
    Ok(out)
}
