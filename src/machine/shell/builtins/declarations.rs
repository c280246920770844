//! Builtins that make and unmake variables: `export`, `local`, `declare`, `readonly`, `unset`, `let`.

use std::collections::BTreeMap;

use super::super::expand::Stop;
use super::super::frames::Kind;
use super::super::interpreter::Shell;
use super::super::variables::{Value, is_name};
use super::Outcome;
use crate::Sys;

/// Options (their letters, with the sign) and the rest.
fn split(arguments: &[String]) -> (Vec<(bool, char)>, &[String]) {
    let is_option = |word: &String| word.len() > 1 && word.starts_with(['-', '+']);
    let count = arguments[1..].iter().take_while(|word| is_option(word)).count();
    let (options, rest) = arguments[1..].split_at(count);
    let letters = options.iter().flat_map(|word| word[1..].chars().map(|letter| (word.starts_with('-'), letter)));
    (letters.collect(), rest)
}

fn parts(argument: &str) -> (&str, Option<&str>, bool) {
    match argument.split_once('=') {
        Some((name, value)) => match name.strip_suffix('+') {
            Some(name) => (name, Some(value), true),
            None => (name, Some(value), false),
        },
        None => (argument, None, false),
    }
}

fn quoted(text: &str) -> String {
    let escaped: String =
        text.chars().flat_map(|c| matches!(c, '"' | '\\' | '$' | '`').then_some('\\').into_iter().chain([c])).collect();
    format!("\"{escaped}\"")
}

pub(super) fn export(shell: &mut Shell, _: &mut Sys<'_>, arguments: &[String]) -> Outcome {
    let (options, rest) = split(arguments);
    if rest.is_empty() {
        let exported = shell.variables.iter().filter(|(_, variable)| variable.exported);
        let lines = exported.map(|(name, variable)| match variable.value.text() {
            Some(text) => format!("declare -x {name}={}\n", quoted(text)),
            None => format!("declare -x {name}\n"),
        });
        return Outcome::Print(lines.collect());
    }
    let unexports = options.contains(&(true, 'n'));
    let mut status = Outcome::Status(0);
    for argument in rest {
        match declare_one(shell, argument) {
            Ok(name) if unexports => {
                if let Ok(variable) = shell.variables.writable(&name) {
                    variable.exported = false;
                }
            }
            Ok(name) => shell.variables.export(&name),
            Err(message) => status = Outcome::Fail(1, message),
        }
    }
    status
}

pub(super) fn readonly(shell: &mut Shell, _: &mut Sys<'_>, arguments: &[String]) -> Outcome {
    let (_, rest) = split(arguments);
    for argument in rest {
        match declare_one(shell, argument) {
            Ok(name) => {
                if let Ok(variable) = shell.variables.writable(&name) {
                    variable.readonly = true;
                }
            }
            Err(message) => return Outcome::Fail(1, message),
        }
    }
    Outcome::Status(0)
}

/// `declare`, `typeset` and `local`: inside a function a variable of the function's own.
pub(super) fn declare(shell: &mut Shell, sys: &mut Sys<'_>, arguments: &[String]) -> Outcome {
    let (options, rest) = split(arguments);
    let has = |letter| options.contains(&(true, letter));
    for unknown in ['A', 'n', 'l', 'u', 'f', 'F'] {
        if has(unknown) {
            return Outcome::NotSimulated(format!("{} -{unknown}", arguments[0]));
        }
    }
    let in_function = shell.stack.iter().any(|frame| matches!(frame.kind, Kind::Function { .. }));
    if arguments[0] == "local" && !in_function {
        return Outcome::Fail(1, "can only be used in a function".to_owned());
    }
    if has('p') || rest.is_empty() {
        return print(shell, rest, &arguments[0]);
    }
    for argument in rest {
        let (name, value, _) = parts(argument);
        if in_function && !has('g') {
            make_local(shell, name);
        }
        if value.is_some_and(|value| value.starts_with('(') && value.ends_with(')')) {
            return Outcome::NotSimulated(format!("an array in {}; write {name}=(…) on its own", arguments[0]));
        }
        let result = match (has('i'), value) {
            (true, Some(value)) => match shell.expander(sys, &[]).arithmetic(value) {
                Ok(number) => declare_one(shell, &format!("{name}={number}")),
                Err(stop) => return Outcome::Stop(stop),
            },
            _ => declare_one(shell, argument),
        };
        let name = match result {
            Ok(name) => name,
            Err(message) => return Outcome::Fail(1, message),
        };
        if has('a') && value.is_none() && shell.variables.elements(&name).is_empty() {
            // The variable was just declared, so it is not read-only.
            let _ = shell.variables.set_array(&name, BTreeMap::new());
        }
        if has('x') {
            shell.variables.export(&name);
        }
        if has('r')
            && let Ok(variable) = shell.variables.writable(&name)
        {
            variable.readonly = true;
        }
    }
    Outcome::Status(0)
}

fn make_local(shell: &mut Shell, name: &str) {
    let before = shell.variables.get(name).cloned();
    for frame in shell.stack.iter_mut().rev() {
        if let Kind::Function { locals, .. } = &mut frame.kind {
            if !locals.iter().any(|(known, _)| known == name) {
                locals.push((name.to_owned(), before));
                shell.variables.restore(name, None);
            }
            return;
        }
    }
}

fn print(shell: &Shell, names: &[String], command: &str) -> Outcome {
    let mut out = String::new();
    for (name, variable) in shell.variables.iter() {
        if !names.is_empty() && !names.contains(name) {
            continue;
        }
        let mut flags = String::new();
        if matches!(variable.value, Value::Array(_)) {
            flags.push('a');
        }
        if variable.readonly {
            flags.push('r');
        }
        if variable.exported {
            flags.push('x');
        }
        if flags.is_empty() {
            flags.push('-');
        }
        out.push_str(&match &variable.value {
            Value::Unset => format!("declare -{flags} {name}\n"),
            Value::Scalar(text) => format!("declare -{flags} {name}={}\n", quoted(text)),
            Value::Array(elements) => {
                let elements: Vec<String> =
                    elements.iter().map(|(index, text)| format!("[{index}]={}", quoted(text))).collect();
                format!("declare -{flags} {name}=({})\n", elements.join(" "))
            }
        });
    }
    match names.iter().find(|name| shell.variables.get(name).is_none()) {
        Some(missing) => Outcome::Fail(1, format!("{missing}: not found")),
        None if command == "local" => Outcome::Status(0),
        None => Outcome::Print(out),
    }
}

/// `name=value`, `name+=value` or `name`; gives the name.
fn declare_one(shell: &mut Shell, argument: &str) -> Result<String, String> {
    let (name, value, appends) = parts(argument);
    if !is_name(name) {
        return Err(format!("`{argument}': not a valid identifier"));
    }
    let readonly = |_| format!("{name}: readonly variable");
    if let Some(value) = value {
        let before = if appends { shell.variables.text(name).unwrap_or_default().to_owned() } else { String::new() };
        shell.variables.set(name, before + value).map_err(readonly)?;
    } else {
        shell.variables.writable(name).map_err(readonly)?;
    }
    Ok(name.to_owned())
}

pub(super) fn unset(shell: &mut Shell, sys: &mut Sys<'_>, arguments: &[String]) -> Outcome {
    let (options, rest) = split(arguments);
    for name in rest {
        if options.contains(&(true, 'f')) {
            shell.functions.remove(name);
            continue;
        }
        if let Some((array, index)) = name.strip_suffix(']').and_then(|name| name.split_once('[')) {
            let index = match shell.expander(sys, &[]).arithmetic(index) {
                Ok(index) => index,
                Err(stop) => return Outcome::Stop(stop),
            };
            let mut elements = shell.variables.elements(array);
            elements.remove(&index);
            if shell.variables.set_array(array, elements).is_err() {
                return Outcome::Fail(1, format!("{array}: cannot unset: readonly variable"));
            }
            continue;
        }
        if shell.variables.get(name).is_none() && !options.contains(&(true, 'v')) {
            shell.functions.remove(name);
        } else if shell.variables.unset(name).is_err() {
            return Outcome::Fail(1, format!("{name}: cannot unset: readonly variable"));
        }
    }
    Outcome::Status(0)
}

pub(super) fn let_(shell: &mut Shell, sys: &mut Sys<'_>, arguments: &[String]) -> Outcome {
    let mut value = 0;
    for expression in &arguments[1..] {
        match shell.expander(sys, &[]).arithmetic(expression) {
            Ok(result) => value = result,
            Err(Stop::Failed(message)) => return Outcome::Fail(1, message),
            Err(stop) => return Outcome::Stop(stop),
        }
    }
    Outcome::Status(i32::from(value == 0))
}
