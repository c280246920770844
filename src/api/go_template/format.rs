//! How Go prints values: `%v` and the other verbs of package fmt.
//!
//! Models: fmt/print.go, fmt/format.go, strconv/ftoa.go, Go 1.26.
//! Simplified: no `%p`, `%b` of floats; argument indexes (`%[1]d`) are not read.

use super::value::Value;

/// The digits of a float, shortest form, and its decimal exponent.
fn digits(number: f64) -> (String, i32) {
    let text = format!("{:e}", number.abs());
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    (mantissa.replace('.', ""), exponent.parse().unwrap_or(0))
}

fn exponent_text(exponent: i32) -> String {
    format!("e{}{:02}", if exponent < 0 { '-' } else { '+' }, exponent.abs())
}

/// `%g` in its shortest form: with an exponent below 10^-4 and from 10^6 on.
pub(super) fn float(number: f64) -> String {
    if number.is_nan() {
        return "NaN".to_owned();
    }
    if number.is_infinite() {
        return if number > 0.0 { "+Inf" } else { "-Inf" }.to_owned();
    }
    let (digits, exponent) = digits(number);
    let sign = if number.is_sign_negative() { "-" } else { "" };
    if !(-4..6).contains(&exponent) && number != 0.0 {
        let (first, rest) = digits.split_at(1);
        let point = if rest.is_empty() { "" } else { "." };
        return format!("{sign}{first}{point}{rest}{}", exponent_text(exponent));
    }
    format!("{number}")
}

/// `%v`
pub fn show(value: &Value) -> String {
    match value {
        Value::Nil => "<nil>".to_owned(),
        Value::Bool(flag) => flag.to_string(),
        Value::Int(number) | Value::Int64(number) => number.to_string(),
        Value::Float(number) => float(*number),
        Value::Text(text) => text.to_string(),
        Value::List(items) => format!("[{}]", items.iter().map(show).collect::<Vec<_>>().join(" ")),
        Value::Map(map) => format!("map[{}]", map.borrow().iter().map(|(name, value)| format!("{name}:{}", show(value))).collect::<Vec<_>>().join(" ")),
        Value::Native(thing) => thing.text(),
    }
}

/// `%#v`
fn show_as_source(value: &Value) -> String {
    let map_type = value.type_name();
    match value {
        Value::Text(text) => quote(text),
        Value::List(items) => format!("{map_type}{{{}}}", items.iter().map(show_nested).collect::<Vec<_>>().join(", ")),
        Value::Map(map) => format!("{map_type}{{{}}}", map.borrow().iter().map(|(name, value)| format!("{}:{}", quote(name), show_nested(value))).collect::<Vec<_>>().join(", ")),
        other => show(other),
    }
}

/// The same of what is in something else: an interface that is empty.
fn show_nested(value: &Value) -> String {
    if matches!(value, Value::Nil) { "interface {}(nil)".to_owned() } else { show_as_source(value) }
}

/// `fmt.Sprint`: a blank between two that are both no strings.
pub fn go_sprint(values: &[Value]) -> String {
    let mut out = String::new();
    for (at, value) in values.iter().enumerate() {
        let is_text = |value: &Value| matches!(value, Value::Text(_));
        if at > 0 && !is_text(value) && !is_text(&values[at - 1]) {
            out.push(' ');
        }
        out.push_str(&show(value));
    }
    out
}

/// `strconv.Quote`
pub(super) fn quote(text: &str) -> String {
    let mut out = "\"".to_owned();
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            '\u{7}' => out.push_str("\\a"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\u{b}' => out.push_str("\\v"),
            c if c.is_control() => out.push_str(&format!("\\x{:02x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out + "\""
}

/// `fmt.Sprintf`
pub fn go_printf(format: &str, values: &[Value]) -> String {
    let (mut out, mut next, mut chars) = (String::new(), 0, format.chars().peekable());
    while let Some(c) = chars.next() {
        if c != '%' {
            out.push(c);
            continue;
        }
        let mut flags = String::new();
        while let Some(flag) = chars.next_if(|c| "+-# 0".contains(*c)) {
            flags.push(flag);
        }
        let mut number = |chars: &mut std::iter::Peekable<std::str::Chars<'_>>| -> Option<i64> {
            if chars.next_if_eq(&'*').is_some() {
                let value = values.get(next).cloned();
                next += 1;
                return match value {
                    Some(Value::Int(number) | Value::Int64(number)) => Some(number),
                    _ => None,
                };
            }
            let mut text = String::new();
            while let Some(digit) = chars.next_if(char::is_ascii_digit) {
                text.push(digit);
            }
            text.parse().ok()
        };
        let width = number(&mut chars);
        let precision = if chars.next_if_eq(&'.').is_some() { Some(number(&mut chars).unwrap_or(0)) } else { None };
        let Some(verb) = chars.next() else {
            out.push_str("%!(NOVERB)");
            break;
        };
        if verb == '%' {
            out.push('%');
            continue;
        }
        let Some(value) = values.get(next) else {
            out.push_str(&format!("%!{verb}(MISSING)"));
            continue;
        };
        next += 1;
        let text = one(verb, &flags, precision.map(|it| it.max(0) as usize), value);
        let length = text.chars().count();
        let width = width.unwrap_or(0);
        let fill = (width.unsigned_abs() as usize).saturating_sub(length);
        let is_number = matches!(value, Value::Int(_) | Value::Int64(_) | Value::Float(_));
        match () {
            () if width < 0 || flags.contains('-') => out.push_str(&format!("{text}{}", " ".repeat(fill))),
            () if flags.contains('0') && is_number => {
                let (sign, rest) = if text.starts_with(['-', '+']) { text.split_at(1) } else { ("", text.as_str()) };
                out.push_str(&format!("{sign}{}{rest}", "0".repeat(fill)));
            }
            () => out.push_str(&format!("{}{text}", " ".repeat(fill))),
        }
    }
    if next < values.len() {
        let rest: Vec<String> = values[next..].iter().map(|value| if matches!(value, Value::Nil) { "<nil>".to_owned() } else { format!("{}={}", value.type_name(), show(value)) }).collect();
        out.push_str(&format!("%!(EXTRA {})", rest.join(", ")));
    }
    out
}

fn one(verb: char, flags: &str, precision: Option<usize>, value: &Value) -> String {
    let plus = |text: String| if flags.contains('+') && !text.starts_with('-') { format!("+{text}") } else { text };
    let cut = |text: &str| precision.map_or(text.to_owned(), |most| text.chars().take(most).collect());
    match (verb, value) {
        ('v', Value::Int(_) | Value::Int64(_) | Value::Float(_)) => plus(show(value)),
        ('v', _) if flags.contains('#') => show_as_source(value),
        ('v', _) => show(value),
        ('T', _) => value.type_name().to_owned(),
        ('t', Value::Bool(flag)) => flag.to_string(),
        ('s', Value::Text(text)) => cut(text),
        ('s', Value::Native(thing)) => cut(&thing.text()),
        ('q', Value::Text(text)) => quote(&cut(text)),
        ('s' | 'q', Value::List(items)) => format!("[{}]", items.iter().map(|item| one(verb, flags, precision, item)).collect::<Vec<_>>().join(" ")),
        ('s' | 'q', Value::Map(map)) => format!("map[{}]", map.borrow().iter().map(|(name, value)| format!("{}:{}", if verb == 'q' { quote(name) } else { name.clone() }, one(verb, flags, precision, value))).collect::<Vec<_>>().join(" ")),
        ('x', Value::Text(text)) => text.bytes().map(|byte| format!("{byte:02x}")).collect(),
        ('X', Value::Text(text)) => text.bytes().map(|byte| format!("{byte:02X}")).collect(),
        ('d', Value::Int(number) | Value::Int64(number)) => plus(number.to_string()),
        ('d', Value::List(items)) => format!("[{}]", items.iter().map(|item| one(verb, flags, precision, item)).collect::<Vec<_>>().join(" ")),
        ('x', Value::Int(number) | Value::Int64(number)) => format!("{}{number:x}", if flags.contains('#') { "0x" } else { "" }),
        ('X', Value::Int(number) | Value::Int64(number)) => format!("{number:X}"),
        ('o', Value::Int(number) | Value::Int64(number)) => format!("{number:o}"),
        ('b', Value::Int(number) | Value::Int64(number)) => format!("{number:b}"),
        ('c', Value::Int(number) | Value::Int64(number)) => u32::try_from(*number).ok().and_then(char::from_u32).unwrap_or('\u{fffd}').to_string(),
        ('U', Value::Int(number) | Value::Int64(number)) => format!("U+{number:04X}"),
        ('q', Value::Int(number) | Value::Int64(number)) => format!("'{}'", u32::try_from(*number).ok().and_then(char::from_u32).unwrap_or('\u{fffd}')),
        ('f' | 'F', Value::Float(number)) => plus(format!("{number:.*}", precision.unwrap_or(6))),
        ('e', Value::Float(number)) => {
            let text = format!("{number:.*e}", precision.unwrap_or(6));
            let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
            plus(format!("{mantissa}{}", exponent_text(exponent.parse().unwrap_or(0))))
        }
        ('g', Value::Float(number)) => plus(float(*number)),
        (verb, Value::Nil) => format!("%!{verb}(<nil>)"),
        (verb, value) => format!("%!{verb}({}={})", value.type_name(), show(value)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_are_printed_as_go_prints_them() {
        for (number, wanted) in [
            (0.0, "0"),
            (1.5, "1.5"),
            (100_000.0, "100000"),
            (1_000_000.0, "1e+06"),
            (1_234_567_890.0, "1.23456789e+09"),
            (123_456.5, "123456.5"),
            (1_234_567.5, "1.2345675e+06"),
            (0.0001, "0.0001"),
            (0.00001, "1e-05"),
            (-2.5, "-2.5"),
        ] {
            assert_eq!(float(number), wanted);
        }
    }

    #[test]
    fn verbs_are_those_of_go() {
        let values = [Value::Int(42), Value::text("a\"b"), Value::Float(3.25), Value::Bool(true), Value::text("xy")];
        assert_eq!(go_printf("%05d %q %6.2f %t %-4s| %%", &values), "00042 \"a\\\"b\"   3.25 true xy  | %");
        assert_eq!(go_printf("%d %s", &[Value::text("x")]), "%!d(string=x) %!s(MISSING)");
        assert_eq!(go_printf("a", &[Value::Int(1)]), "a%!(EXTRA int=1)");
        let map = Value::map([("a".to_owned(), Value::list(vec![Value::Int64(1), Value::text("x"), Value::Nil]))]);
        assert_eq!(go_printf("%#v", &[map]), "map[string]interface {}{\"a\":[]interface {}{1, \"x\", interface {}(nil)}}");
        assert_eq!(go_printf("%T %s %U %q", &[Value::Int64(1), Value::Int64(80), Value::Int(233), Value::Int(65)]), "int64 %!s(int64=80) U+00E9 'A'");
    }
}
