//! Builtins that change how the shell is set: directory, options, parameters, aliases, traps, history.

use std::sync::Arc;

use super::super::interpreter::Shell;
use super::super::parameter::quote;
use super::super::variables::Value;
use super::Outcome;
use crate::{Signal, Sys};

pub(super) fn cd(shell: &mut Shell, sys: &mut Sys<'_>, arguments: &[String]) -> Outcome {
    let words: Vec<&String> = arguments[1..].iter().filter(|word| !matches!(word.as_str(), "-P" | "-L" | "--")).collect();
    if words.len() > 1 {
        return Outcome::Fail(1, "too many arguments".to_owned());
    }
    let variable = |name: &str| shell.variables.text(name).map(str::to_owned);
    let (target, prints) = match words.first().map(|word| word.as_str()) {
        None => match variable("HOME") {
            Some(home) => (home, false),
            None => return Outcome::Fail(1, "HOME not set".to_owned()),
        },
        Some("-") => match variable("OLDPWD") {
            Some(old) => (old, true),
            None => return Outcome::Fail(1, "OLDPWD not set".to_owned()),
        },
        Some(path) => (path.to_owned(), false),
    };
    let before = sys.cwd().to_owned();
    if target.is_empty() {
        return Outcome::Status(0);
    }
    if let Err(error) = sys.set_cwd(&target) {
        return Outcome::Fail(1, format!("{target}: {error}"));
    }
    // These two are the shell's own; a script that makes them read-only gets what it asked for.
    let _ = shell.variables.set("OLDPWD", before);
    let _ = shell.variables.set("PWD", sys.cwd());
    if prints { Outcome::Print(format!("{}\n", sys.cwd())) } else { Outcome::Status(0) }
}

pub(super) fn pwd(_: &mut Shell, sys: &mut Sys<'_>, _: &[String]) -> Outcome {
    Outcome::Print(format!("{}\n", sys.cwd()))
}

pub(super) fn set(shell: &mut Shell, _: &mut Sys<'_>, arguments: &[String]) -> Outcome {
    if arguments.len() == 1 {
        let lines = shell.variables.iter().filter_map(|(name, variable)| match &variable.value {
            Value::Scalar(text) => {
                let plain = !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || "%+,-./:=@_".contains(c));
                Some(format!("{name}={}\n", if plain { text.clone() } else { quote(text) }))
            }
            _ => None,
        });
        return Outcome::Print(lines.collect());
    }
    let mut rest = arguments[1..].iter();
    while let Some(word) = rest.next() {
        let on = word.starts_with('-');
        match word.as_str() {
            "--" => {
                shell.positional = Arc::new(rest.cloned().collect());
                break;
            }
            "-" => break,
            "-o" | "+o" => match rest.next() {
                Some(name) => match shell.options.switch(name) {
                    Some(option) => *option = on,
                    None if is_harmless(name) => {}
                    None => return Outcome::Fail(2, format!("{name}: invalid option name")),
                },
                None => return Outcome::NotSimulated("the list of set -o".to_owned()),
            },
            word if word.len() > 1 && word.starts_with(['-', '+']) => {
                for letter in word[1..].chars() {
                    // `set -euo pipefail`: the name for the `o` is the next word.
                    if letter == 'o' {
                        if let Some(option) = rest.next().and_then(|name| shell.options.switch(name)) {
                            *option = on;
                        }
                        continue;
                    }
                    match shell.options.switch(&letter.to_string()) {
                        Some(option) => *option = on,
                        None if "hBmbv".contains(letter) => {}
                        None => return Outcome::Fail(2, format!("{}{letter}: invalid option", &word[..1])),
                    }
                }
            }
            _ => {
                let mut parameters = vec![word.clone()];
                parameters.extend(rest.cloned());
                shell.positional = Arc::new(parameters);
                break;
            }
        }
    }
    Outcome::Status(0)
}

/// Options that change nothing here.
fn is_harmless(name: &str) -> bool {
    matches!(name, "emacs" | "vi" | "history" | "monitor" | "braceexpand" | "hashall" | "posix" | "errtrace")
}

pub(super) fn shift(shell: &mut Shell, _: &mut Sys<'_>, arguments: &[String]) -> Outcome {
    let count = match arguments.get(1).map(|text| text.parse::<usize>()) {
        None => 1,
        Some(Ok(count)) => count,
        Some(Err(_)) => return Outcome::Fail(1, format!("{}: numeric argument required", arguments[1])),
    };
    if count > shell.positional.len() {
        return Outcome::Status(1);
    }
    Arc::make_mut(&mut shell.positional).drain(..count);
    Outcome::Status(0)
}

pub(super) fn alias(shell: &mut Shell, _: &mut Sys<'_>, arguments: &[String]) -> Outcome {
    let line = |name: &str, value: &str| format!("alias {name}={}\n", quote(value));
    let mut out = String::new();
    if arguments.len() == 1 {
        return Outcome::Print(shell.aliases.iter().map(|(name, value)| line(name, value)).collect());
    }
    for argument in &arguments[1..] {
        match argument.split_once('=') {
            Some((name, value)) => {
                shell.aliases.insert(name.to_owned(), value.to_owned());
            }
            None => match shell.aliases.get(argument) {
                Some(value) => out.push_str(&line(argument, value)),
                None => return Outcome::Fail(1, format!("{argument}: not found")),
            },
        }
    }
    Outcome::Print(out)
}

pub(super) fn unalias(shell: &mut Shell, _: &mut Sys<'_>, arguments: &[String]) -> Outcome {
    for name in &arguments[1..] {
        if name == "-a" {
            shell.aliases.clear();
        } else if shell.aliases.remove(name).is_none() {
            return Outcome::Fail(1, format!("{name}: not found"));
        }
    }
    Outcome::Status(0)
}

pub(super) fn trap(shell: &mut Shell, _: &mut Sys<'_>, arguments: &[String]) -> Outcome {
    let words: Vec<&String> = arguments[1..].iter().filter(|word| *word != "--").collect();
    let name_of = |word: &str| match word {
        "EXIT" | "0" => Some("EXIT".to_owned()),
        "ERR" | "DEBUG" | "RETURN" => None,
        word => Signal::parse(word).map(|signal| signal.name().to_owned()),
    };
    let Some((code, signals)) = words.split_first().filter(|(first, _)| **first != "-p") else {
        let lines = shell.traps.iter().map(|(name, code)| match name.as_str() {
            "EXIT" => format!("trap -- {} EXIT\n", quote(code)),
            name => format!("trap -- {} SIG{name}\n", quote(code)),
        });
        return Outcome::Print(lines.collect());
    };
    // `trap TERM` alone resets, as `trap - TERM` does.
    let (code, signals) = if signals.is_empty() { ("-", words.as_slice()) } else { (code.as_str(), signals) };
    for word in signals {
        let Some(name) = name_of(word) else {
            return match word.as_str() {
                "ERR" | "DEBUG" | "RETURN" => Outcome::NotSimulated(format!("trap … {word}")),
                _ => Outcome::Fail(1, format!("{word}: invalid signal specification")),
            };
        };
        match code {
            "-" => shell.traps.remove(&name),
            code => shell.traps.insert(name, code.to_owned()),
        };
    }
    Outcome::Status(0)
}

/// The bits that new files do not get.
pub(super) fn umask(_: &mut Shell, sys: &mut Sys<'_>, arguments: &[String]) -> Outcome {
    match arguments.get(1).map(String::as_str) {
        None => Outcome::Print(format!("{:04o}\n", sys.umask())),
        Some("-S") => {
            let rights = |shift: u32| {
                let bits = !sys.umask() >> shift & 7;
                [(4, 'r'), (2, 'w'), (1, 'x')].iter().filter(|(bit, _)| bits & bit != 0).map(|(_, letter)| *letter).collect::<String>()
            };
            Outcome::Print(format!("u={},g={},o={}\n", rights(6), rights(3), rights(0)))
        }
        Some(text) => match u32::from_str_radix(text, 8) {
            Ok(mask) if mask <= 0o777 => {
                sys.set_umask(mask);
                Outcome::Status(0)
            }
            Ok(_) => Outcome::Fail(1, format!("{text}: octal number out of range")),
            Err(_) if text.starts_with(|c: char| c.is_ascii_digit()) => Outcome::Fail(1, format!("{text}: octal number out of range")),
            Err(_) => Outcome::NotSimulated(format!("umask {text}")),
        },
    }
}

/// Options that scripts turn on and off; those that would change what patterns mean are not simulated.
pub(super) fn shopt(shell: &mut Shell, _: &mut Sys<'_>, arguments: &[String]) -> Outcome {
    const HARMLESS: [&str; 9] =
        ["checkwinsize", "cmdhist", "histappend", "expand_aliases", "inherit_errexit", "lastpipe", "login_shell", "progcomp", "sourcepath"];
    let words: Vec<&str> = arguments[1..].iter().map(String::as_str).collect();
    match words.as_slice() {
        ["-s" | "-u", names @ ..] if !names.is_empty() => {
            for name in names {
                if *name == "nullglob" {
                    shell.options.nullglob = words[0] == "-s";
                } else if !HARMLESS.contains(name) {
                    return Outcome::NotSimulated(format!("shopt {name}"));
                }
            }
            Outcome::Status(0)
        }
        ["-q", "nullglob"] => Outcome::Status(i32::from(!shell.options.nullglob)),
        _ => Outcome::NotSimulated(format!("shopt {}", words.join(" "))),
    }
}

/// Limits are not enforced here; what is asked for is what a container usually has.
pub(super) fn ulimit(_: &mut Shell, _: &mut Sys<'_>, arguments: &[String]) -> Outcome {
    match arguments.get(1).map(String::as_str) {
        None | Some("-f" | "-t" | "-v" | "-m" | "-u") if arguments.len() < 3 => Outcome::Print("unlimited\n".to_owned()),
        Some("-n" | "-Sn" | "-Hn") if arguments.len() == 2 => Outcome::Print("1048576\n".to_owned()),
        _ => Outcome::NotSimulated(arguments.join(" ")),
    }
}

pub(super) fn history(shell: &mut Shell, _: &mut Sys<'_>, arguments: &[String]) -> Outcome {
    if arguments.get(1).is_some_and(|word| word == "-c") {
        shell.history.clear();
        return Outcome::Status(0);
    }
    let wanted = arguments.get(1).and_then(|count| count.parse::<usize>().ok()).unwrap_or(usize::MAX);
    let skipped = shell.history.len().saturating_sub(wanted);
    let lines = shell.history.iter().enumerate().skip(skipped);
    Outcome::Print(lines.map(|(index, line)| format!("{:5}  {line}\n", index + 1)).collect())
}
