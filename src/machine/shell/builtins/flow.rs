//! Builtins that say what runs next: `exit`, `return`, `break`, `source`, `eval`, `exec`, `command`, `type`.

use std::sync::Arc;

use super::super::frames::{Frame, Kind};
use super::super::interpreter::Shell;
use super::{Outcome, find};
use crate::Sys;

pub(super) fn exit(shell: &mut Shell, sys: &mut Sys<'_>, arguments: &[String]) -> Outcome {
    let status = match arguments.get(1).map(|text| text.parse::<i64>()) {
        None => shell.status,
        Some(Ok(status)) => i32::try_from(status.rem_euclid(256)).unwrap_or(0),
        Some(Err(_)) => {
            shell.exit(sys, 2);
            return Outcome::Fail(2, format!("{}: numeric argument required", arguments[1]));
        }
    };
    if shell.interactive && shell.dialect.is_bash() {
        shell.write_error(sys, "exit\n");
    }
    shell.exit(sys, status);
    Outcome::Going
}

pub(super) fn return_(shell: &mut Shell, sys: &mut Sys<'_>, arguments: &[String]) -> Outcome {
    let status = match arguments.get(1).map(|text| text.parse::<i64>()) {
        None => shell.status,
        Some(Ok(status)) => i32::try_from(status.rem_euclid(256)).unwrap_or(0),
        Some(Err(_)) => return Outcome::Fail(2, format!("{}: numeric argument required", arguments[1])),
    };
    let is_end = |kind: &Kind| matches!(kind, Kind::Function { .. } | Kind::Source { .. });
    if !shell.stack.iter().any(|frame| is_end(&frame.kind)) {
        return Outcome::Fail(2, "can only `return' from a function or sourced script".to_owned());
    }
    shell.unwind(sys, is_end);
    // The call itself ends with the status, which `set -e` then looks at.
    let call = shell.stack.pop().expect("it is on top");
    shell.push(Kind::Finish(status));
    shell.stack.push(call);
    Outcome::Going
}

pub(super) fn leave_loop(shell: &mut Shell, sys: &mut Sys<'_>, arguments: &[String]) -> Outcome {
    let levels = match arguments.get(1).map(|text| text.parse::<usize>()) {
        None => 1,
        Some(Ok(levels)) if levels > 0 => levels,
        Some(Ok(_)) => return Outcome::Fail(1, format!("{}: loop count out of range", arguments[1])),
        Some(Err(_)) => return Outcome::Fail(128, format!("{}: numeric argument required", arguments[1])),
    };
    shell.status = 0;
    shell.leave_loops(sys, levels, arguments[0] == "continue");
    Outcome::Going
}

pub(super) fn eval(shell: &mut Shell, _: &mut Sys<'_>, arguments: &[String]) -> Outcome {
    shell.push_text(&arguments[1..].join(" "));
    Outcome::Going
}

pub(super) fn source(shell: &mut Shell, sys: &mut Sys<'_>, arguments: &[String]) -> Outcome {
    let Some(path) = arguments.get(1) else {
        return Outcome::Fail(2, "filename argument required".to_owned());
    };
    let bytes = match sys.read_file(path) {
        Ok(bytes) => bytes,
        Err(error) => {
            shell.push(Kind::Finish(1));
            shell.complain(sys, &format!("{path}: {error}"));
            return Outcome::Going;
        }
    };
    let positional = (arguments.len() > 2)
        .then(|| std::mem::replace(&mut shell.positional, Arc::new(arguments[2..].to_vec())));
    shell.push(Kind::Source { positional });
    shell.push_text(&String::from_utf8_lossy(&bytes));
    Outcome::Going
}

pub(super) fn exec(shell: &mut Shell, sys: &mut Sys<'_>, arguments: &[String]) -> Outcome {
    let command = &arguments[1..];
    if command.is_empty() {
        return Outcome::Status(0);
    }
    let environment = shell.variables.environment();
    match sys.load(command, &environment) {
        Ok((program, argv)) => {
            sys.set_identity(argv, environment);
            shell.become_next = Some(program);
            Outcome::Going
        }
        Err(error) => {
            let (status, message) = shell.cannot_run(sys, &command[0], error);
            let message = message.replace("command not found", "not found");
            match shell.interactive {
                true => shell.push(Kind::Finish(status)),
                false => shell.exit(sys, status),
            }
            shell.complain(sys, &format!("exec: {message}"));
            Outcome::Going
        }
    }
}

/// `command NAME …` runs a command past functions; `command -v NAME` says what it is.
pub(super) fn command(shell: &mut Shell, sys: &mut Sys<'_>, arguments: &[String]) -> Outcome {
    match arguments.get(1).map(String::as_str) {
        None => Outcome::Status(0),
        Some("-v") => {
            let mut out = String::new();
            let mut status = 1;
            for name in &arguments[2..] {
                let line = match shell.aliases.get(name) {
                    Some(alias) => Some(format!("alias {name}='{alias}'")),
                    None if shell.functions.contains_key(name) || find(name).is_some() => Some(name.clone()),
                    None => sys.find_command(name, &shell.variables.environment()).ok(),
                };
                if let Some(line) = line {
                    out.push_str(&line);
                    out.push('\n');
                    status = 0;
                }
            }
            Outcome::PrintAnd(out, status)
        }
        Some("-V") => type_(shell, sys, &arguments[1..]),
        Some(_) => {
            let variables = shell.variables.clone();
            shell.run_arguments(sys, arguments[1..].to_vec(), Vec::new(), Vec::new(), variables, false);
            Outcome::Going
        }
    }
}

pub(super) fn type_(shell: &mut Shell, sys: &mut Sys<'_>, arguments: &[String]) -> Outcome {
    let (short, names) = match arguments.get(1).map(String::as_str) {
        Some("-t") => (true, &arguments[2..]),
        _ => (false, &arguments[1..]),
    };
    let mut out = String::new();
    let mut missing = Vec::new();
    for name in names {
        let path = sys.find_command(name, &shell.variables.environment());
        let (kind, sentence) = if let Some(alias) = shell.aliases.get(name) {
            ("alias", format!("{name} is aliased to `{alias}'"))
        } else if is_keyword(name) {
            ("keyword", format!("{name} is a shell keyword"))
        } else if shell.describe_function(name).is_some() {
            ("function", format!("{name} is a function"))
        } else if find(name).is_some() {
            ("builtin", format!("{name} is a shell builtin"))
        } else if let Ok(path) = path {
            ("file", format!("{name} is {path}"))
        } else {
            missing.push(name.clone());
            continue;
        };
        out.push_str(if short { kind } else { &sentence });
        out.push('\n');
    }
    let status = i32::from(!missing.is_empty());
    shell.stack.push(Frame::new(Kind::Finish(status)));
    for name in missing.iter().filter(|_| !short) {
        shell.complain(sys, &format!("{}: {name}: not found", arguments[0]));
    }
    shell.write(sys, 1, &out);
    Outcome::Going
}

fn is_keyword(name: &str) -> bool {
    const KEYWORDS: [&str; 17] = [
        "if", "then", "else", "elif", "fi", "for", "while", "until", "do", "done", "case", "esac", "function", "[[",
        "time", "{", "!",
    ];
    KEYWORDS.contains(&name)
}
