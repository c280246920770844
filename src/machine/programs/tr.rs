//! `tr`: replaces, removes or squeezes characters.

use std::ops::ControlFlow;

use super::arguments::{self, Options};
use crate::{Process, Suspend};

const OPTIONS: Options = Options::new("dscCt", &[
    ("delete", 'd'),
    ("squeeze-repeats", 's'),
    ("complement", 'c'),
    ("truncate-set1", 't'),
])
.stops_at_operand();

pub(super) fn main(process: &mut Process<'_>) -> Result<i32, Suspend> {
    let arguments = match arguments::read(process, &OPTIONS)? {
        Ok(arguments) => arguments,
        Err(status) => return Ok(status),
    };
    let (deletes, squeezes) = (arguments.has('d'), arguments.has('s'));
    let Some(first) = arguments.operands.first() else {
        return arguments::wrong_use(process, "tr", "missing operand", 1);
    };
    let second = arguments.operands.get(1);
    if second.is_none() && !deletes && !squeezes {
        let problem = format!("missing operand after '{first}'\nTwo strings must be given when translating.");
        return arguments::wrong_use(process, "tr", &problem, 1);
    }
    if deletes && !squeezes && second.is_some() {
        let extra = second.map_or("", String::as_str);
        let problem = format!("extra operand '{extra}'\nOnly one string may be given when deleting without squeezing repeats.");
        return arguments::wrong_use(process, "tr", &problem, 1);
    }
    let (from, to) = match (set(first), second.map(|text| set(text)).transpose()) {
        (Ok(from), Ok(to)) => (from, to.unwrap_or_default()),
        (Err(problem), _) | (_, Err(problem)) => {
            process.eprint(&format!("tr: {problem}\n"))?;
            return Ok(1);
        }
    };
    let complement = arguments.has('c') || arguments.has('C');
    let translates = !deletes && second.is_some();
    if translates && to.is_empty() {
        process.eprint("tr: when not truncating set1, string2 must be non-empty\n")?;
        return Ok(1);
    }
    let is_in_first = |c: char| from.contains(&c) != complement;
    let translate = |c: char| -> Option<char> {
        match is_in_first(c) {
            true if deletes => None,
            true if translates && complement => to.last().copied(),
            true if translates => {
                // The last of several places counts, and a short second set goes on with its last character.
                let at = from.iter().rposition(|it| *it == c).unwrap_or(0);
                Some(to.get(at).or(to.last()).copied().unwrap_or(c))
            }
            _ => Some(c),
        }
    };
    let squeezed = |c: char| squeezes && if second.is_some() { to.contains(&c) } else { is_in_first(c) };
    process.repeat((Vec::new(), None), |process, (carry, last): &mut (Vec<u8>, Option<char>)| {
        let bytes = process.read(0)?.unwrap_or_default();
        let at_end = bytes.is_empty();
        carry.extend(bytes);
        // A character that is not complete yet waits for the rest of its bytes.
        let end = match std::str::from_utf8(carry) {
            Err(error) if error.error_len().is_none() && !at_end => error.valid_up_to(),
            _ => carry.len(),
        };
        let rest = carry.split_off(end);
        let text = String::from_utf8_lossy(&std::mem::replace(carry, rest)).into_owned();
        let mut out = String::new();
        for c in text.chars().filter_map(translate) {
            if *last == Some(c) && squeezed(c) {
                continue;
            }
            *last = Some(c);
            out.push(c);
        }
        if !out.is_empty() {
            process.print(&out)?;
        }
        Ok(if at_end { ControlFlow::Break(0) } else { ControlFlow::Continue(()) })
    })
}

/// `a-z`, `[:upper:]`, `\n`.
fn set(text: &str) -> Result<Vec<char>, String> {
    let mut out = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        if let Some((class, after)) = rest.strip_prefix("[:").and_then(|inner| inner.split_once(":]")) {
            let holds: fn(char) -> bool = match class {
                "upper" => |c| c.is_ascii_uppercase(),
                "lower" => |c| c.is_ascii_lowercase(),
                "digit" => |c| c.is_ascii_digit(),
                "alpha" => |c| c.is_ascii_alphabetic(),
                "alnum" => |c| c.is_ascii_alphanumeric(),
                "space" => |c| c.is_ascii_whitespace() || c == '\u{b}',
                "blank" => |c| c == ' ' || c == '\t',
                "punct" => |c| c.is_ascii_punctuation(),
                "print" => |c| c == ' ' || c.is_ascii_graphic(),
                "graph" => |c| c.is_ascii_graphic(),
                "cntrl" => |c| c.is_ascii_control(),
                "xdigit" => |c| c.is_ascii_hexdigit(),
                other => return Err(format!("invalid character class '{other}'")),
            };
            out.extend((0..128_u8).map(char::from).filter(|c| holds(*c)));
            rest = after;
            continue;
        }
        let (from, after) = one(rest);
        rest = after;
        match rest.strip_prefix('-').filter(|tail| !tail.is_empty()) {
            Some(tail) => {
                let (to, after) = one(tail);
                if to < from {
                    return Err(format!("range-endpoints of '{from}-{to}' are in reverse collating sequence order"));
                }
                out.extend(from..=to);
                rest = after;
            }
            None => out.push(from),
        }
    }
    Ok(out)
}

/// The first character, with its escape, and the rest. The text is not empty.
fn one(text: &str) -> (char, &str) {
    let mut chars = text.chars();
    let first = chars.next().unwrap_or_default();
    if first != '\\' {
        return (first, chars.as_str());
    }
    let digits = chars.as_str().bytes().take(3).take_while(|byte| (b'0'..b'8').contains(byte)).count();
    if digits > 0 {
        let (octal, rest) = chars.as_str().split_at(digits);
        return (u32::from_str_radix(octal, 8).ok().and_then(char::from_u32).unwrap_or('\0'), rest);
    }
    let c = match chars.next() {
        Some('n') => '\n',
        Some('t') => '\t',
        Some('r') => '\r',
        Some('a') => '\u{7}',
        Some('b') => '\u{8}',
        Some('f') => '\u{c}',
        Some('v') => '\u{b}',
        Some(other) => other,
        None => '\\',
    };
    (c, chars.as_str())
}
