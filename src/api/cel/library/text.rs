//! Functions of text.
//!
//! Models: github.com/google/cel-go/ext/{strings.go,formatting.go}, staging/src/k8s.io/apiserver/pkg/cel/library/regex.go, v1.36.
//! Simplified: `format` knows `%s %d %f %e %b %x %X %o` and `%%`.

use regex::Regex;

use super::super::duration::seconds_text;
use super::super::value::{Fault, Value};
use crate::custom::schema::go_number;
use Value::{Bool, Int, List, Text};

/// A value as text: as `string()` and `%s` write it.
pub(in crate::cel) fn show(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Bool(set) => set.to_string(),
        Int(number) => number.to_string(),
        Value::Uint(number) => number.to_string(),
        Value::Double(number) => go_number(*number),
        Text(text) => text.to_string(),
        Value::Bytes(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        Value::Timestamp(at) => at.to_string(),
        Value::Duration(nanos) => seconds_text(*nanos),
        List(items) => format!("[{}]", items.iter().map(show).collect::<Vec<_>>().join(", ")),
        Value::Map(entries) => {
            let entries = entries.iter().map(|(key, value)| format!("{}: {}", show(&key.value()), show(value)));
            format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
        }
        Value::Optional(None) => "optional.none()".to_owned(),
        Value::Optional(Some(value)) => format!("optional({})", show(value)),
        Value::Type(name) => name.to_string(),
        Value::Opaque(opaque) => opaque.to_string(),
        Value::Struct(made) => made.name.to_string(),
    }
}

fn texts(found: impl IntoIterator<Item = String>) -> Value {
    found.into_iter().map(Value::from).collect::<Vec<_>>().into()
}

pub(super) fn call(name: &str, values: &[Value]) -> Option<Result<Value, Fault>> {
    let Some(Text(text)) = values.first() else { return list_call(name, values) };
    Some(match (name, &values[1..]) {
        ("contains", [Text(part)]) => Ok(Bool(text.contains(&**part))),
        ("startsWith", [Text(part)]) => Ok(Bool(text.starts_with(&**part))),
        ("endsWith", [Text(part)]) => Ok(Bool(text.ends_with(&**part))),
        ("matches", [Text(pattern)]) => regex(pattern).map(|regex| Bool(regex.is_match(text))),
        ("find", [Text(pattern)]) => regex(pattern).map(|regex| Value::from(regex.find(text).map_or("", |found| found.as_str()))),
        ("findAll", [Text(pattern)]) => regex(pattern).map(|regex| texts(regex.find_iter(text).map(|found| found.as_str().to_owned()))),
        ("findAll", [Text(pattern), Int(limit)]) => {
            let limit = usize::try_from(*limit).unwrap_or(usize::MAX);
            regex(pattern).map(|regex| texts(regex.find_iter(text).take(limit).map(|found| found.as_str().to_owned())))
        }
        ("lowerAscii", []) => Ok(Value::from(text.to_ascii_lowercase())),
        ("jsonpatch.escapeKey", []) => Ok(Value::from(text.replace('~', "~0").replace('/', "~1"))),
        ("upperAscii", []) => Ok(Value::from(text.to_ascii_uppercase())),
        ("trim", []) => Ok(Value::from(text.trim())),
        ("strings.quote", []) => Ok(Value::from(quote(text))),
        ("replace", [Text(from), Text(to)]) => Ok(Value::from(text.replace(&**from, to))),
        ("replace", [Text(from), Text(to), Int(limit)]) => Ok(Value::from(text.replacen(&**from, to, usize::try_from(*limit).unwrap_or(usize::MAX)))),
        ("split", [Text(by)]) => Ok(texts(split(text, by, -1))),
        ("split", [Text(by), Int(limit)]) => Ok(texts(split(text, by, *limit))),
        ("charAt", [Int(at)]) => char_at(text, *at),
        ("substring", [Int(from)]) => substring(text, *from, None),
        ("substring", [Int(from), Int(to)]) => substring(text, *from, Some(*to)),
        ("indexOf", [Text(part)]) => index_of(text, part, 0, false),
        ("indexOf", [Text(part), Int(from)]) => index_of(text, part, *from, false),
        ("lastIndexOf", [Text(part)]) => index_of(text, part, i64::MAX, true),
        ("lastIndexOf", [Text(part), Int(from)]) => index_of(text, part, *from, true),
        ("format", [List(arguments)]) => format(text, arguments),
        _ => return None,
    })
}

fn list_call(name: &str, values: &[Value]) -> Option<Result<Value, Fault>> {
    let ("join", Some(List(items))) = (name, values.first()) else { return None };
    let by = match values.get(1) {
        Some(Text(by)) => by,
        _ => "",
    };
    let parts: Option<Vec<&str>> = items.iter().map(|item| if let Text(text) = item { Some(&**text) } else { None }).collect();
    Some(parts.map(|parts| Value::from(parts.join(by))).ok_or_else(|| "join: invalid input: no such overload".to_owned()))
}

fn regex(pattern: &str) -> Result<Regex, Fault> {
    Regex::new(pattern).map_err(|_| crate::custom::schema::pattern_error(pattern).unwrap_or_else(|| format!("error parsing regexp: `{pattern}`")))
}

fn quote(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '\u{7}' => out.push_str("\\a"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{b}' => out.push_str("\\v"),
            '\\' => out.push_str("\\\\"),
            '"' => out.push_str("\\\""),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

fn split(text: &str, by: &str, limit: i64) -> Vec<String> {
    let pieces: Vec<&str> = if by.is_empty() {
        let chars = text.char_indices().map(|(at, c)| &text[at..at + c.len_utf8()]);
        chars.collect()
    } else {
        text.split(by).collect()
    };
    match usize::try_from(limit) {
        Ok(0) => Vec::new(),
        Ok(limit) if limit < pieces.len() => {
            let mut kept: Vec<String> = pieces[..limit - 1].iter().map(|piece| (*piece).to_owned()).collect();
            kept.push(pieces[limit - 1..].join(by));
            kept
        }
        _ => pieces.into_iter().map(str::to_owned).collect(),
    }
}

fn char_at(text: &str, at: i64) -> Result<Value, Fault> {
    let length = text.chars().count();
    match usize::try_from(at) {
        Ok(at) if at == length => Ok(Value::from("")),
        Ok(at) if at < length => Ok(Value::from(text.chars().skip(at).take(1).collect::<String>())),
        _ => Err(format!("index out of range: {at}")),
    }
}

fn substring(text: &str, from: i64, to: Option<i64>) -> Result<Value, Fault> {
    let length = text.chars().count();
    let place = |at: i64| usize::try_from(at).ok().filter(|at| *at <= length).ok_or_else(|| format!("index out of range: {at}"));
    let (start, end) = (place(from)?, to.map_or(Ok(length), place)?);
    if start > end {
        return Err(format!("invalid substring range. start: {start}, end: {end}"));
    }
    Ok(Value::from(text.chars().skip(start).take(end - start).collect::<String>()))
}

fn index_of(text: &str, part: &str, from: i64, last: bool) -> Result<Value, Fault> {
    let (chars, part): (Vec<char>, Vec<char>) = (text.chars().collect(), part.chars().collect());
    if from < 0 || from != i64::MAX && usize::try_from(from).is_ok_and(|from| from > chars.len()) {
        return Err(format!("index out of range: {from}"));
    }
    let from = usize::try_from(from).unwrap_or(usize::MAX);
    let at = |start: &usize| chars.get(*start..*start + part.len()) == Some(&part[..]);
    let ends = chars.len().checked_sub(part.len());
    let found = match (ends, last) {
        (None, _) => None,
        (Some(ends), false) => (from..=ends).find(at),
        (Some(ends), true) => (0..=ends.min(from)).rev().find(at),
    };
    Ok(Int(found.map_or(-1, |found| i64::try_from(found).unwrap_or(i64::MAX))))
}

/// `"%s has %d".format([name, count])`
fn format(template: &str, arguments: &[Value]) -> Result<Value, Fault> {
    let mut out = String::new();
    let mut chars = template.chars().peekable();
    let mut arguments = arguments.iter().enumerate();
    while let Some(c) = chars.next() {
        if c != '%' {
            out.push(c);
            continue;
        }
        let mut precision = None;
        if chars.next_if_eq(&'.').is_some() {
            let mut digits = String::new();
            while let Some(digit) = chars.next_if(char::is_ascii_digit) {
                digits.push(digit);
            }
            precision = digits.parse::<usize>().ok();
        }
        let Some(verb) = chars.next() else { return Err("unexpected end of string".to_owned()) };
        if verb == '%' {
            out.push('%');
            continue;
        }
        let Some((index, argument)) = arguments.next() else {
            return Err(format!("index {} out of range", arguments.len()));
        };
        let _ = index;
        out.push_str(&clause(verb, precision, argument)?);
    }
    Ok(Value::from(out))
}

fn clause(verb: char, precision: Option<usize>, value: &Value) -> Result<String, Fault> {
    let wrong = || format!("error during formatting: {verb:?} clause cannot format {}", value.type_name());
    Ok(match (verb, value) {
        ('s', value) => show(value),
        ('d', Int(_) | Value::Uint(_)) => show(value),
        ('d', Value::Double(number)) if !number.is_finite() => show(value),
        ('f', Value::Double(number)) => format!("{number:.*}", precision.unwrap_or(6)),
        ('f', Int(number)) => format!("{number}.{}", "0".repeat(precision.unwrap_or(6))),
        ('e', Value::Double(number)) => {
            let text = format!("{number:.*e}", precision.unwrap_or(6));
            let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
            let exponent: i32 = exponent.parse().unwrap_or(0);
            format!("{mantissa}e{}{:02}", if exponent < 0 { '-' } else { '+' }, exponent.abs())
        }
        ('b', Bool(set)) => if *set { "1" } else { "0" }.to_owned(),
        ('b', Int(number)) => radix(*number, |number| format!("{number:b}")),
        ('o', Int(number)) => radix(*number, |number| format!("{number:o}")),
        ('x', Int(number)) => radix(*number, |number| format!("{number:x}")),
        ('X', Int(number)) => radix(*number, |number| format!("{number:X}")),
        ('x', Text(text)) => text.bytes().map(|byte| format!("{byte:02x}")).collect(),
        ('X', Text(text)) => text.bytes().map(|byte| format!("{byte:02X}")).collect(),
        ('d' | 'f' | 'e' | 'b' | 'o' | 'x' | 'X', _) => return Err(wrong()),
        _ => return Err(format!("could not parse formatting clause: unrecognized formatting clause {:?}", verb.to_string())),
    })
}

fn radix(number: i64, write: impl Fn(u64) -> String) -> String {
    format!("{}{}", if number < 0 { "-" } else { "" }, write(number.unsigned_abs()))
}
