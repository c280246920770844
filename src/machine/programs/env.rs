//! `env` and `printenv`: the environment, and programs in another one.

use std::collections::BTreeMap;

use super::arguments::{self, Options};
use crate::{Errno, Process, Spawn, Suspend};

pub(super) fn main(process: &mut Process<'_>) -> Result<i32, Suspend> {
    let options = Options::new("iu:", &[("ignore-environment", 'i'), ("unset", 'u')])
        .lacking(&["0", "C", "S", "v", "chdir", "split-string", "null"])
        .wrong_use(125)
        .stops_at_operand();
    let arguments = match arguments::read(process, &options)? {
        Ok(arguments) => arguments,
        Err(status) => return Ok(status),
    };
    let mut environment: BTreeMap<String, String> = match arguments.has('i') {
        true => BTreeMap::new(),
        false => process.all_env().into_iter().collect(),
    };
    for name in arguments.values('u') {
        environment.remove(name);
    }
    let mut command = arguments.operands.as_slice();
    while let [word, rest @ ..] = command
        && let Some((name, value)) = word.split_once('=')
    {
        environment.insert(name.to_owned(), value.to_owned());
        command = rest;
    }
    if command.is_empty() {
        let text: String = environment.iter().map(|(name, value)| format!("{name}={value}\n")).collect();
        process.print(&text)?;
        return Ok(0);
    }
    let spawn = Spawn { env: Some(environment.into()), ..Spawn::new(command) };
    match process.spawn(spawn)? {
        Ok(child) => Ok(process.wait(child)?.map_or(127, |status| status.code)),
        Err(error) => {
            process.eprint(&format!("env: '{}': {error}\n", command[0]))?;
            Ok(if error == Errno::NoEntry { 127 } else { 126 })
        }
    }
}

pub(super) fn printenv(process: &mut Process<'_>) -> Result<i32, Suspend> {
    let words = process.args();
    if words.len() == 1 {
        let text: String = process.all_env().iter().map(|(name, value)| format!("{name}={value}\n")).collect();
        process.print(&text)?;
        return Ok(0);
    }
    let mut status = 0;
    for name in &words[1..] {
        match process.env(name) {
            Some(value) => process.print(&format!("{value}\n"))?,
            None => status = 1,
        }
    }
    Ok(status)
}
