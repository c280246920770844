//! What templates can call: Go's functions and kubectl's two, and how values are shown.
//!
//! Models: Go's text/template/funcs.go and fmt, staging/src/k8s.io/client-go/util/jsonpath and
//! staging/src/k8s.io/cli-runtime/pkg/printers/template.go (exists, base64decode), v1.36.
//! Simplified: `call`, `html`, `js` and `urlquery` are refused.

use serde_json::Value;

/// All functions, for the parser.
pub(super) const NAMES: &[&str] = &[
    "and", "or", "not", "len", "index", "slice", "print", "printf", "println", "eq", "ne", "lt", "le", "gt", "ge", "exists", "base64decode", "call",
    "html", "js", "urlquery",
];

pub(super) fn truth(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(flag) => *flag,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(fields) => !fields.is_empty(),
    }
}

pub(super) fn go_type(value: &Value) -> &'static str {
    match value {
        Value::Null => "<nil>",
        Value::Array(_) => "[]interface {}",
        Value::Object(_) => "map[string]interface {}",
        _ => "interface {}",
    }
}

/// `%v`
pub(super) fn show(value: &Value) -> String {
    match value {
        Value::Null => "<nil>".to_owned(),
        Value::String(text) => text.clone(),
        Value::Number(number) if number.is_f64() => float(number.as_f64().unwrap_or_default()),
        Value::Array(items) => format!("[{}]", items.iter().map(show).collect::<Vec<_>>().join(" ")),
        Value::Object(fields) => {
            let mut sorted: Vec<_> = fields.iter().collect();
            sorted.sort_by_key(|(name, _)| *name);
            format!("map[{}]", sorted.into_iter().map(|(name, value)| format!("{name}:{}", show(value))).collect::<Vec<_>>().join(" "))
        }
        other => other.to_string(),
    }
}

/// `1.5e+06`: with an exponent from a million on.
fn float(number: f64) -> String {
    let scientific = format!("{number:e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let power: i32 = exponent.parse().unwrap_or_default();
    if (-4..6).contains(&power) || number == 0.0 {
        return format!("{number}");
    }
    let sign = if power < 0 { '-' } else { '+' };
    format!("{digits}e{sign}{:02}", power.abs())
}

pub(super) fn call(name: &str, arguments: &[Value]) -> Result<Value, String> {
    let wants = |count: usize| -> Result<(), String> {
        if arguments.len() == count { Ok(()) } else { Err(format!("wrong number of args for {name}: want {count} got {}", arguments.len())) }
    };
    let wrong = |why: String| Err(format!("error calling {name}: {why}"));
    let named = |why: String| format!("error calling {name}: {why}");
    match name {
        "not" => {
            wants(1)?;
            Ok((!truth(&arguments[0])).into())
        }
        "len" => {
            wants(1)?;
            match &arguments[0] {
                Value::Array(items) => Ok(items.len().into()),
                Value::Object(fields) => Ok(fields.len().into()),
                Value::String(text) => Ok(text.len().into()),
                Value::Null => wrong("len of nil pointer".to_owned()),
                other => wrong(format!("len of type {}", kind(other))),
            }
        }
        "index" => index(arguments).or_else(wrong),
        "slice" => slice(arguments).or_else(wrong),
        "print" => Ok(print(arguments).into()),
        "println" => Ok(format!("{}\n", arguments.iter().map(show).collect::<Vec<_>>().join(" ")).into()),
        "printf" => match arguments.split_first() {
            Some((Value::String(format), rest)) => Ok(printf(format, rest).into()),
            Some(_) => Err("wrong type for value; expected string".to_owned()),
            None => Err("wrong number of args for printf: want at least 1 got 0".to_owned()),
        },
        "eq" => {
            let Some((first, rest)) = arguments.split_first().filter(|(_, rest)| !rest.is_empty()) else { return wrong("missing argument for comparison".to_owned()) };
            for other in rest {
                if same(first, other).map_err(named)? {
                    return Ok(true.into());
                }
            }
            Ok(false.into())
        }
        "ne" => {
            wants(2)?;
            Ok((!same(&arguments[0], &arguments[1]).map_err(named)?).into())
        }
        "lt" | "le" | "gt" | "ge" => {
            wants(2)?;
            let less = order(&arguments[0], &arguments[1]).map_err(named)?;
            Ok(match name {
                "lt" => less.is_lt(),
                "le" => less.is_le(),
                "gt" => less.is_gt(),
                _ => less.is_ge(),
            }
            .into())
        }
        "exists" => Ok(exists(arguments).into()),
        "base64decode" => {
            wants(1)?;
            match crate::base64::decode(arguments[0].as_str().unwrap_or_default()) {
                Some(bytes) => Ok(String::from_utf8_lossy(&bytes).into_owned().into()),
                None => wrong("base64 decode: illegal base64 data at input byte 0".to_owned()),
            }
        }
        other => Err(format!("not simulated: {other} in a Go template")),
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Bool(_) => "bool",
        Value::Number(number) if number.is_f64() => "float64",
        Value::Number(_) => "int",
        Value::String(_) => "string",
        other => go_type(other),
    }
}

/// Spaces only between things that are no texts.
fn print(arguments: &[Value]) -> String {
    let mut out = String::new();
    for (at, value) in arguments.iter().enumerate() {
        if at > 0 && !value.is_string() && !arguments[at - 1].is_string() {
            out.push(' ');
        }
        out.push_str(&show(value));
    }
    out
}

fn index(arguments: &[Value]) -> Result<Value, String> {
    let Some((first, keys)) = arguments.split_first() else { return Err("missing argument".to_owned()) };
    keys.iter().try_fold(first.clone(), |value, key| match (&value, key) {
        (Value::Object(fields), Value::String(key)) => Ok(fields.get(key).cloned().unwrap_or(Value::Null)),
        (Value::Object(_), other) => Err(format!("value has type {}; should be string", kind(other))),
        (Value::Array(items), Value::Number(number)) => {
            let at = number.as_i64().ok_or_else(|| "cannot index slice/array with type float64".to_owned())?;
            usize::try_from(at).ok().and_then(|at| items.get(at).cloned()).ok_or_else(|| format!("index out of range: {at}"))
        }
        (Value::Array(_), other) => Err(format!("cannot index slice/array with type {}", kind(other))),
        (Value::Null, _) => Err("index of untyped nil".to_owned()),
        (other, _) => Err(format!("can't index item of type {}", kind(other))),
    })
}

fn slice(arguments: &[Value]) -> Result<Value, String> {
    let Some((first, ends)) = arguments.split_first() else { return Err("missing argument".to_owned()) };
    let end = |at: usize, default: usize| ends.get(at).map_or(Some(default), |value| value.as_u64().and_then(|value| usize::try_from(value).ok()));
    let length = match first {
        Value::String(text) => text.len(),
        Value::Array(items) => items.len(),
        other => return Err(format!("can't slice item of type {}", kind(other))),
    };
    let (Some(from), Some(to)) = (end(0, 0), end(1, length)) else { return Err("cannot index slice/array with type float64".to_owned()) };
    if to > length || from > to {
        return Err(format!("index out of range: {to}"));
    }
    Ok(match first {
        Value::String(text) => String::from_utf8_lossy(&text.as_bytes()[from..to]).into_owned().into(),
        other => other.as_array().map_or(&[][..], Vec::as_slice)[from..to].to_vec().into(),
    })
}

fn same(one: &Value, other: &Value) -> Result<bool, String> {
    match (one, other) {
        (Value::Null, other) | (other, Value::Null) => Ok(other.is_null()),
        (Value::Number(a), Value::Number(b)) if a.is_f64() != b.is_f64() => Err("incompatible types for comparison".to_owned()),
        (Value::Array(_), _) | (_, Value::Array(_)) | (Value::Object(_), _) | (_, Value::Object(_)) => Err("non-comparable types".to_owned()),
        (a, b) if kind(a) != kind(b) => Err("incompatible types for comparison".to_owned()),
        (a, b) => Ok(a == b),
    }
}

fn order(one: &Value, other: &Value) -> Result<std::cmp::Ordering, String> {
    match (one, other) {
        (Value::Number(a), Value::Number(b)) if a.is_f64() == b.is_f64() => Ok(a.as_f64().partial_cmp(&b.as_f64()).unwrap_or(std::cmp::Ordering::Equal)),
        (Value::String(a), Value::String(b)) => Ok(a.cmp(b)),
        (a, b) if kind(a) == kind(b) => Err("invalid type for comparison".to_owned()),
        _ => Err("incompatible types for comparison".to_owned()),
    }
}

/// Whether the keys lead somewhere.
fn exists(arguments: &[Value]) -> bool {
    let Some((first, keys)) = arguments.split_first() else { return false };
    let mut here = Some(first);
    for key in keys {
        here = match (here, key) {
            (Some(Value::Object(fields)), Value::String(key)) => fields.get(key),
            (Some(Value::Array(items)), key) => key.as_u64().and_then(|at| items.get(usize::try_from(at).ok()?)),
            _ => None,
        };
    }
    here.is_some()
}

fn printf(format: &str, arguments: &[Value]) -> String {
    let mut out = String::new();
    let mut left = arguments.iter();
    let mut rest = format.chars().peekable();
    while let Some(c) = rest.next() {
        if c != '%' {
            out.push(c);
            continue;
        }
        let mut flags = String::new();
        while let Some(flag) = rest.next_if(|c| matches!(c, '-' | '+' | '#' | '0' | ' ')) {
            flags.push(flag);
        }
        let digits = |rest: &mut std::iter::Peekable<std::str::Chars<'_>>| {
            let mut number = String::new();
            while let Some(digit) = rest.next_if(char::is_ascii_digit) {
                number.push(digit);
            }
            number.parse::<usize>().ok()
        };
        let width = digits(&mut rest).unwrap_or_default();
        let precision = if rest.next_if_eq(&'.').is_some() { Some(digits(&mut rest).unwrap_or_default()) } else { None };
        let Some(verb) = rest.next() else {
            out.push_str("%!(NOVERB)");
            break;
        };
        if verb == '%' {
            out.push('%');
            continue;
        }
        let Some(value) = left.next() else {
            out.push_str(&format!("%!{verb}(MISSING)"));
            continue;
        };
        let text = formatted(verb, value, precision);
        let missing = width.saturating_sub(text.chars().count());
        match (flags.contains('-'), flags.contains('0') && value.is_number()) {
            (true, _) => out.push_str(&format!("{text}{}", " ".repeat(missing))),
            (false, true) => out.push_str(&format!("{}{text}", "0".repeat(missing))),
            _ => out.push_str(&format!("{}{text}", " ".repeat(missing))),
        }
    }
    let surplus: Vec<String> = left.map(|value| format!("{}={}", kind(value), show(value))).collect();
    if !surplus.is_empty() {
        out.push_str(&format!("%!(EXTRA {})", surplus.join(", ")));
    }
    out
}

fn formatted(verb: char, value: &Value, precision: Option<usize>) -> String {
    let wrong = || format!("%!{verb}({}={})", kind(value), show(value));
    match (verb, value) {
        ('v', value) => show(value),
        ('T', value) => kind(value).to_owned(),
        ('s', Value::String(text)) => precision.map_or_else(|| text.clone(), |count| text.chars().take(count).collect()),
        ('s', Value::Array(_) | Value::Object(_)) => show(value),
        ('q', Value::String(text)) => format!("{text:?}"),
        ('d', Value::Number(number)) if !number.is_f64() => number.to_string(),
        ('x', Value::Number(number)) if number.is_u64() => format!("{:x}", number.as_u64().unwrap_or_default()),
        ('x', Value::String(text)) => text.bytes().map(|byte| format!("{byte:02x}")).collect(),
        ('t', Value::Bool(flag)) => flag.to_string(),
        ('f' | 'F', Value::Number(number)) if number.is_f64() => format!("{:.*}", precision.unwrap_or(6), number.as_f64().unwrap_or_default()),
        ('g', Value::Number(number)) if number.is_f64() => float(number.as_f64().unwrap_or_default()),
        _ => wrong(),
    }
}
