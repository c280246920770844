//! Builtins for what runs in the background: `jobs`, `wait`, `fg`, `kill`, `disown`.

use super::super::frames::Kind;
use super::super::interpreter::Shell;
use super::Outcome;
use crate::{Pid, Signal, Sys};

pub(super) fn jobs(shell: &mut Shell, sys: &mut Sys<'_>, arguments: &[String]) -> Outcome {
    shell.look_after_jobs(sys);
    let out = match arguments.get(1).map(String::as_str) {
        Some("-p") => shell.jobs.iter().map(|job| format!("{}\n", job.pid)).collect(),
        _ => shell.job_lines(false),
    };
    shell.jobs.retain(|job| job.status.is_none());
    Outcome::Print(out)
}

/// A job by `%1`, `%%`, `%+` or its process number.
fn find(shell: &Shell, word: &str) -> Option<Pid> {
    let job = match word.strip_prefix('%') {
        Some("" | "%" | "+") => shell.jobs.last(),
        Some("-") => shell.jobs.iter().rev().nth(1),
        Some(number) => match number.parse::<usize>() {
            Ok(number) => shell.jobs.iter().find(|job| job.number == number),
            Err(_) => shell.jobs.iter().rev().find(|job| job.text.starts_with(number)),
        },
        None => return word.parse().ok().map(Pid),
    };
    job.map(|job| job.pid)
}

pub(super) fn wait(shell: &mut Shell, _: &mut Sys<'_>, arguments: &[String]) -> Outcome {
    if arguments.get(1).is_some_and(|word| word == "-n") {
        let pids: Vec<Pid> = shell.jobs.iter().map(|job| job.pid).collect();
        if pids.is_empty() {
            return Outcome::Status(127);
        }
        shell.push(Kind::WaitAny { pids });
        return Outcome::Going;
    }
    if arguments.get(1).is_some_and(|word| word.starts_with('-')) {
        return Outcome::NotSimulated(format!("wait {}", arguments[1]));
    }
    if arguments.len() == 1 {
        let pids: Vec<Pid> = shell.jobs.iter().map(|job| job.pid).collect();
        shell.push(Kind::Finish(0));
        shell.push(Kind::WaitJobs { pids });
        return Outcome::Going;
    }
    let mut pids = Vec::new();
    for word in &arguments[1..] {
        match find(shell, word) {
            Some(pid) if shell.jobs.iter().any(|job| job.pid == pid) => pids.push(pid),
            Some(pid) => return Outcome::Fail(127, format!("pid {pid} is not a child of this shell")),
            None if word.starts_with('%') => return Outcome::Fail(127, format!("{word}: no such job")),
            None => return Outcome::Fail(1, format!("`{word}': not a pid or valid job spec")),
        }
    }
    shell.push(Kind::WaitJobs { pids });
    Outcome::Going
}

pub(super) fn fg(shell: &mut Shell, sys: &mut Sys<'_>, arguments: &[String]) -> Outcome {
    if !shell.interactive {
        return Outcome::Fail(1, "no job control".to_owned());
    }
    let word = arguments.get(1).map_or("%+", String::as_str);
    let found = find(shell, word).and_then(|pid| shell.jobs.iter().position(|job| job.pid == pid));
    let Some(index) = found else {
        let word = arguments.get(1).map_or("current", String::as_str);
        return Outcome::Fail(1, format!("{word}: no such job"));
    };
    let job = shell.jobs.remove(index);
    shell.wait_in_front(sys, vec![job.pid]);
    shell.write(sys, 1, &format!("{}\n", job.text));
    Outcome::Going
}

pub(super) fn disown(shell: &mut Shell, _: &mut Sys<'_>, _: &[String]) -> Outcome {
    shell.jobs.pop();
    Outcome::Status(0)
}

pub(super) fn kill(shell: &mut Shell, sys: &mut Sys<'_>, arguments: &[String]) -> Outcome {
    let mut rest = &arguments[1..];
    let mut signal = Some(Signal::Terminate);
    match rest.first().map(String::as_str) {
        Some("-l" | "-L") => return list_signals(&rest[1..]),
        Some("-s" | "-n") if rest.len() > 1 => {
            signal = named(&rest[1]);
            if signal.is_none() && rest[1] != "0" {
                return Outcome::Fail(1, format!("{}: invalid signal specification", rest[1]));
            }
            rest = &rest[2..];
        }
        Some("--") => rest = &rest[1..],
        Some(word) if word.len() > 1 && word.starts_with('-') => {
            signal = named(&word[1..]);
            if signal.is_none() && word != "-0" {
                return Outcome::Fail(1, format!("{}: invalid signal specification", &word[1..]));
            }
            rest = &rest[1..];
        }
        _ => {}
    }
    if rest.is_empty() {
        let usage = "kill: usage: kill [-s sigspec | -n signum | -sigspec] pid | jobspec ... or kill -l [sigspec]\n";
        shell.push(Kind::Finish(2));
        shell.write_error(sys, usage);
        return Outcome::Going;
    }
    let mut result = Outcome::Status(0);
    for word in rest {
        let Some(pid) = find(shell, word) else {
            let problem = if word.starts_with('%') { "no such job" } else { "arguments must be process or job IDs" };
            result = Outcome::Fail(1, format!("{word}: {problem}"));
            continue;
        };
        // Signal 0 only asks whether the process is there.
        let sent = match signal {
            Some(signal) => sys.kill(pid, signal),
            None => sys.exists(pid),
        };
        // A signal to the shell itself is dealt with before the next command.
        if pid == sys.pid() && sent.is_ok() && signal.is_some() {
            shell.push(Kind::Yield);
        }
        if let Err(error) = sent {
            result = Outcome::Fail(1, format!("({pid}) - {error}"));
        }
    }
    result
}

/// All signals of Linux, by number.
const NAMES: [&str; 31] = [
    "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM", "TERM", "STKFLT", "CHLD", "CONT",
    "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO", "PWR", "SYS",
];

/// `kill -l`, with numbers or names to turn into each other.
fn list_signals(words: &[String]) -> Outcome {
    let real_time = (34..=64).map(|number| match number {
        34 => "RTMIN".to_owned(),
        35..=49 => format!("RTMIN+{}", number - 34),
        64 => "RTMAX".to_owned(),
        number => format!("RTMAX-{}", 64 - number),
    });
    let all: Vec<(usize, String)> = (1..).zip(NAMES.map(str::to_owned)).chain((34..).zip(real_time)).collect();
    let mut out = String::new();
    if words.is_empty() {
        for (index, (number, name)) in all.iter().enumerate() {
            out.push_str(&format!("{number:2}) SIG{name}{}", if index % 5 == 4 { '\n' } else { '\t' }));
        }
        return Outcome::Print(out + "\n");
    }
    for word in words {
        let upper = word.to_ascii_uppercase();
        let found = match word.parse::<usize>() {
            // The status of a program that a signal has ended is 128 more than its number.
            Ok(number) => all.iter().find(|(it, _)| *it == number || *it + 128 == number).map(|(_, name)| name.clone()),
            Err(_) => all.iter().find(|(_, name)| *name == upper.trim_start_matches("SIG")).map(|(number, _)| number.to_string()),
        };
        match found {
            Some(found) => out.push_str(&format!("{found}\n")),
            None => return Outcome::Fail(1, format!("{word}: invalid signal specification")),
        }
    }
    Outcome::Print(out)
}

fn named(word: &str) -> Option<Signal> {
    Signal::parse(word)
}
