//! The functions that every template has.
//!
//! Models: text/template/funcs.go, Go 1.26.
//! Simplified: `call` has nothing to call, since no value is a function.

use super::format::{go_printf, go_sprint, show};
use super::value::Value;

/// Names, and how many arguments each takes.
const FUNCTIONS: &[(&str, usize, usize)] = &[
    ("and", 1, usize::MAX),
    ("call", 1, usize::MAX),
    ("eq", 1, usize::MAX),
    ("ge", 2, 2),
    ("gt", 2, 2),
    ("html", 0, usize::MAX),
    ("index", 1, usize::MAX),
    ("js", 0, usize::MAX),
    ("le", 2, 2),
    ("len", 1, 1),
    ("lt", 2, 2),
    ("ne", 2, 2),
    ("not", 1, 1),
    ("or", 1, usize::MAX),
    ("print", 0, usize::MAX),
    ("printf", 1, usize::MAX),
    ("println", 0, usize::MAX),
    ("slice", 1, usize::MAX),
    ("urlquery", 0, usize::MAX),
];

pub fn arity(name: &str) -> Option<(usize, usize)> {
    FUNCTIONS.iter().find(|(known, ..)| *known == name).map(|(_, least, most)| (*least, *most))
}

fn incompatible<T>(a: &Value, b: &Value) -> Result<T, String> {
    Err(format!("incompatible types for comparison: {} and {}", a.type_name(), b.type_name()))
}

fn equal(a: &Value, b: &Value) -> Result<bool, String> {
    match (a, b) {
        (Value::Nil, Value::Nil) => Ok(true),
        (Value::Nil, _) | (_, Value::Nil) => Ok(false),
        (Value::Bool(a), Value::Bool(b)) => Ok(a == b),
        (Value::Int(a) | Value::Int64(a), Value::Int(b) | Value::Int64(b)) => Ok(a == b),
        (Value::Float(a), Value::Float(b)) => Ok(a == b),
        (Value::Text(a), Value::Text(b)) => Ok(a == b),
        (Value::List(_) | Value::Map(_), _) => Err(format!("non-comparable type {}: {}", go_printf("%s", std::slice::from_ref(a)), a.type_name())),
        (_, Value::List(_) | Value::Map(_)) => Err(format!("non-comparable type {}: {}", go_printf("%s", std::slice::from_ref(b)), b.type_name())),
        _ => incompatible(a, b),
    }
}

fn less(a: &Value, b: &Value) -> Result<bool, String> {
    match (a, b) {
        (Value::Int(a) | Value::Int64(a), Value::Int(b) | Value::Int64(b)) => Ok(a < b),
        (Value::Float(a), Value::Float(b)) => Ok(a < b),
        (Value::Text(a), Value::Text(b)) => Ok(a < b),
        (Value::Bool(_) | Value::Nil | Value::List(_) | Value::Map(_), _) => Err("invalid type for comparison".to_owned()),
        _ => incompatible(a, b),
    }
}

fn position(value: &Value, most: usize) -> Result<usize, String> {
    match value {
        Value::Int(at) | Value::Int64(at) if usize::try_from(*at).is_ok_and(|at| at < most) => Ok(*at as usize),
        Value::Int(at) | Value::Int64(at) => Err(format!("index out of range: {at}")),
        Value::Nil => Err("cannot index slice/array with nil".to_owned()),
        other => Err(format!("cannot index slice/array with type {}", other.type_name())),
    }
}

fn index(arguments: &[Value], untyped: bool) -> Result<Value, String> {
    let mut at = arguments[0].clone();
    for key in &arguments[1..] {
        at = match &at {
            Value::List(items) => items[position(key, items.len())?].clone(),
            Value::Text(text) => Value::Int(i64::from(text.as_bytes()[position(key, text.len())?])),
            Value::Map(map) => match key {
                Value::Text(key) => map.borrow().get(key.as_ref()).cloned().unwrap_or_default(),
                Value::Nil => return Err("value is nil; should be of type string".to_owned()),
                other => return Err(format!("value has type {}; should be string", other.type_name())),
            },
            Value::Nil if untyped => return Err("index of untyped nil".to_owned()),
            Value::Nil => return Err("index of nil pointer".to_owned()),
            other => return Err(format!("can't index item of type {}", other.type_name())),
        };
    }
    if matches!(at, Value::Nil) && arguments.len() == 1 && matches!(arguments[0], Value::Nil) {
        return Err("index of untyped nil".to_owned());
    }
    Ok(at)
}

fn slice(arguments: &[Value]) -> Result<Value, String> {
    let length = match &arguments[0] {
        Value::List(items) => items.len(),
        Value::Text(text) => text.len(),
        Value::Nil => return Err("slice of untyped nil".to_owned()),
        other => return Err(format!("can't slice item of type {}", other.type_name())),
    };
    let from = arguments.get(1).map_or(Ok(0), |at| position(at, length + 1))?;
    let to = arguments.get(2).map_or(Ok(length), |at| position(at, length + 1))?;
    if from > to {
        return Err(format!("invalid slice index: {from} > {to}"));
    }
    Ok(match &arguments[0] {
        Value::List(items) => Value::list(items[from..to].to_vec()),
        Value::Text(text) => Value::text(text.get(from..to).unwrap_or_default()),
        _ => Value::Nil,
    })
}

/// `template.JSEscapeString`
fn escaped_for_js(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '\\' | '\'' | '"' => out.extend(['\\', c]),
            '<' | '>' | '&' | '=' => out.push_str(&format!("\\u{:04X}", u32::from(c))),
            c if c.is_control() => out.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => out.push(c),
        }
    }
    out
}

/// Calls one; `and`, `or` and `call` are the executor's business, since they look at more or less than values. `untyped`: what is missing
/// is no value at all, rather than a nil of some type.
pub fn call(name: &str, arguments: &[Value], untyped: bool) -> Result<Value, String> {
    Ok(match name {
        "not" => Value::Bool(!arguments[0].truth()),
        "eq" => {
            if arguments.len() < 2 {
                return Err("missing argument for comparison".to_owned());
            }
            for other in &arguments[1..] {
                if equal(&arguments[0], other)? {
                    return Ok(Value::Bool(true));
                }
            }
            Value::Bool(false)
        }
        "ne" => Value::Bool(!equal(&arguments[0], &arguments[1])?),
        "lt" => Value::Bool(less(&arguments[0], &arguments[1])?),
        "le" => Value::Bool(less(&arguments[0], &arguments[1])? || equal(&arguments[0], &arguments[1])?),
        "gt" => Value::Bool(!less(&arguments[0], &arguments[1])? && !equal(&arguments[0], &arguments[1])?),
        "ge" => Value::Bool(!less(&arguments[0], &arguments[1])?),
        "len" => Value::Int(match &arguments[0] {
            Value::Text(text) => text.len(),
            Value::List(items) => items.len(),
            Value::Map(map) => map.borrow().len(),
            Value::Nil => return Err("len of nil pointer".to_owned()),
            other => return Err(format!("len of type {}", other.type_name())),
        } as i64),
        "index" => index(arguments, untyped)?,
        "slice" => slice(arguments)?,
        "print" => Value::text(go_sprint(arguments)),
        "println" => Value::text(arguments.iter().map(show).collect::<Vec<_>>().join(" ") + "\n"),
        "printf" => match &arguments[0] {
            Value::Text(format) => Value::text(go_printf(format, &arguments[1..])),
            other => return Err(format!("wrong type for value; expected string; got {}", other.type_name())),
        },
        "js" => Value::text(escaped_for_js(&go_sprint(arguments))),
        "html" => {
            let mut out = String::new();
            for c in go_sprint(arguments).chars() {
                match c {
                    '"' => out.push_str("&#34;"),
                    '\'' => out.push_str("&#39;"),
                    '&' => out.push_str("&amp;"),
                    '<' => out.push_str("&lt;"),
                    '>' => out.push_str("&gt;"),
                    other => out.push(other),
                }
            }
            Value::text(out)
        }
        "urlquery" => {
            let mut out = String::new();
            for byte in go_sprint(arguments).bytes() {
                match byte {
                    b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => out.push(char::from(byte)),
                    b' ' => out.push('+'),
                    other => out.push_str(&format!("%{other:02X}")),
                }
            }
            Value::text(out)
        }
        other => return Err(format!("not simulated: the function {other}")),
    })
}
