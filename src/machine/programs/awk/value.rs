//! Values: numbers, texts, and texts from the input that look like numbers and are then both.

use super::format::general;

#[derive(Clone, Debug)]
pub(super) enum Value {
    /// A variable that was never set: 0 and the empty text.
    Unset,
    Number(f64),
    Text(String),
    /// From the input: compared as a number if it looks like one.
    Input(String),
}

/// How long the number is that a text begins with.
pub(super) fn number_prefix(text: &str) -> usize {
    let bytes = text.as_bytes();
    let digits = |from: usize| bytes[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let sign = usize::from(matches!(bytes.first(), Some(b'+' | b'-')));
    let whole = digits(sign);
    let mut end = sign + whole;
    let mut has_digits = whole > 0;
    if bytes.get(end) == Some(&b'.') {
        let fraction = digits(end + 1);
        if has_digits || fraction > 0 {
            end += 1 + fraction;
            has_digits = true;
        }
    }
    if !has_digits {
        return 0;
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let signed = end + 1 + usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        if signed <= bytes.len() && digits(signed) > 0 {
            end = signed + digits(signed);
        }
    }
    end
}

pub(super) fn number_of(text: &str) -> f64 {
    let text = text.trim_start();
    text[..number_prefix(text)].parse().unwrap_or(0.0)
}

/// Whether a text is a number and nothing else.
pub(super) fn looks_numeric(text: &str) -> bool {
    let text = text.trim();
    !text.is_empty() && number_prefix(text) == text.len()
}

/// A number as text: whole numbers in full, others by `CONVFMT`.
pub(super) fn text_of(number: f64, format: &str) -> String {
    if number.is_nan() {
        return if number.is_sign_negative() { "-nan" } else { "nan" }.to_owned();
    }
    if number.is_infinite() {
        return if number > 0.0 { "inf" } else { "-inf" }.to_owned();
    }
    if number == number.trunc() && number.abs() < 1e16 {
        return format!("{}", number as i64);
    }
    match format {
        "%.6g" => general(number, 6, false),
        format => super::format::format(format, &[Value::Number(number)]).unwrap_or_default(),
    }
}

impl Value {
    pub fn number(&self) -> f64 {
        match self {
            Value::Unset => 0.0,
            Value::Number(number) => *number,
            Value::Text(text) | Value::Input(text) => number_of(text),
        }
    }

    pub fn text(&self, format: &str) -> String {
        match self {
            Value::Unset => String::new(),
            Value::Number(number) => text_of(*number, format),
            Value::Text(text) | Value::Input(text) => text.clone(),
        }
    }

    pub fn is_true(&self) -> bool {
        match self {
            Value::Unset => false,
            Value::Number(number) => *number != 0.0,
            Value::Text(text) => !text.is_empty(),
            Value::Input(text) => if looks_numeric(text) { number_of(text) != 0.0 } else { !text.is_empty() },
        }
    }

    /// Whether it counts as a number in a comparison.
    pub fn is_numeric(&self) -> bool {
        match self {
            Value::Unset | Value::Number(_) => true,
            Value::Text(_) => false,
            Value::Input(text) => looks_numeric(text),
        }
    }
}
