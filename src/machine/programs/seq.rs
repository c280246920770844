//! `seq`: a sequence of numbers.

use std::ops::ControlFlow;

use super::arguments::{self, Options};
use crate::{Process, Suspend};

/// How many numbers are written at once.
const AT_ONCE: u64 = 1000;

pub(super) fn main(process: &mut Process<'_>) -> Result<i32, Suspend> {
    // A negative number is no option.
    let words: Vec<String> = process.args();
    let numeric = |word: &String| word.starts_with('-') && word[1..].starts_with(|c: char| c.is_ascii_digit() || c == '.');
    let first = words.iter().position(numeric).unwrap_or(words.len());
    let mut prepared = words[..first].to_vec();
    if first < words.len() {
        prepared.push("--".to_owned());
        prepared.extend_from_slice(&words[first..]);
    }
    let long = &[("separator", 's'), ("equal-width", 'w'), ("format", 'f')];
    let options = Options::new("s:wf:", long);
    let arguments = match arguments::read_words(process, &prepared, &options)? {
        Ok(arguments) => arguments,
        Err(status) => return Ok(status),
    };
    let mut numbers = Vec::new();
    for word in &arguments.operands {
        match word.parse::<f64>() {
            Ok(number) if number.is_finite() => numbers.push(number),
            _ => return arguments::wrong_use(process, "seq", &format!("invalid floating point argument: '{word}'"), 1),
        }
    }
    let (from, step, to) = match numbers.as_slice() {
        [] => return arguments::wrong_use(process, "seq", "missing operand", 1),
        [to] => (1.0, 1.0, *to),
        [from, to] => (*from, 1.0, *to),
        [from, step, to] => (*from, *step, *to),
        _ => {
            let problem = format!("extra operand '{}'", arguments.operands[3]);
            return arguments::wrong_use(process, "seq", &problem, 1);
        }
    };
    if step == 0.0 {
        return arguments::wrong_use(process, "seq", "invalid Zero increment value: '0'", 1);
    }
    let decimals = arguments.operands.iter().rev().skip(1).chain(arguments.operands.iter().take(1));
    let decimals = decimals.map(|word| word.split_once('.').map_or(0, |(_, part)| part.len())).max().unwrap_or(0);
    let plain = |number: f64| format!("{number:.decimals$}");
    let width = if arguments.has('w') { plain(from).len().max(plain(to).len()) } else { 0 };
    let format = arguments.value('f').map(str::to_owned);
    let text = |number: f64| match &format {
        Some(format) => super::printf_text(format, &[number.to_string()]).0,
        None if number < 0.0 && width > 0 => format!("-{:0>1$}", plain(-number), width - 1),
        None => format!("{:0>width$}", plain(number)),
    };
    let separator = arguments.value('s').unwrap_or("\n").to_owned();
    // A little slack, so that 0.1 … 1.0 ends at 1.0.
    let last = ((to - from) / step + 1e-10).floor();
    if last < 0.0 {
        return Ok(0);
    }
    let last = last as u64;
    process.repeat(0_u64, |process, next: &mut u64| {
        let end = next.saturating_add(AT_ONCE).min(last.saturating_add(1));
        let mut out = String::new();
        for index in *next..end {
            out.push_str(&text(from + step * index as f64));
            out.push_str(if index == last { "\n" } else { &separator });
        }
        process.print(&out)?;
        *next = end;
        Ok(if end > last { ControlFlow::Break(0) } else { ControlFlow::Continue(()) })
    })
}
