//! Numbers.

use podarium_api::go_template::Value;

use super::Row;

type Done = Result<Value, String>;

/// Anything as a whole number, as the library `cast` reads it: what is none is 0.
pub(super) fn to_int(value: &Value) -> i64 {
    match value {
        Value::Int(number) => *number,
        Value::Float(number) => *number as i64,
        Value::Bool(flag) => i64::from(*flag),
        Value::Text(text) => {
            let text = text.trim();
            // Leading zeros are no sign of octal here.
            let digits = text.strip_prefix('-').unwrap_or(text).trim_start_matches('0');
            let number = match text.to_lowercase().strip_prefix("0x") {
                Some(hex) => i64::from_str_radix(hex, 16).ok(),
                None if digits.is_empty() && !text.is_empty() => Some(0),
                None => digits.parse::<i64>().ok().map(|number| if text.starts_with('-') { -number } else { number }),
            };
            number.unwrap_or(0)
        }
        _ => 0,
    }
}

pub(super) fn to_float(value: &Value) -> f64 {
    match value {
        Value::Float(number) => *number,
        Value::Text(text) => text.trim().parse().unwrap_or(0.0),
        other => to_int(other) as f64,
    }
}

fn int(number: i64) -> Done {
    Ok(Value::Int(number))
}

fn folded(a: &[Value], with: fn(i64, i64) -> i64) -> Done {
    int(a[1..].iter().fold(to_int(&a[0]), |sum, value| with(sum, to_int(value))))
}

/// Floats are summed as decimals, so that 1.1 + 2.2 is 3.3.
fn folded_float(a: &[Value], with: fn(f64, f64) -> f64) -> Done {
    let sum = a[1..].iter().fold(to_float(&a[0]), |sum, value| with(sum, to_float(value)));
    Ok(Value::Float(format!("{sum:.12}").parse().unwrap_or(sum)))
}

pub const FUNCTIONS: &[Row] = &[
    ("add", 0, usize::MAX, |a| int(a.iter().map(to_int).fold(0, i64::wrapping_add))),
    ("add1", 1, 1, |a| int(to_int(&a[0]) + 1)),
    ("add1f", 1, 1, |a| Ok(Value::Float(to_float(&a[0]) + 1.0))),
    ("addf", 0, usize::MAX, |a| if a.is_empty() { Ok(Value::Float(0.0)) } else { folded_float(a, |x, y| x + y) }),
    ("atoi", 1, 1, |a| int(a[0].as_text().and_then(|text| text.parse().ok()).unwrap_or(0))),
    ("biggest", 1, usize::MAX, |a| folded(a, i64::max)),
    ("ceil", 1, 1, |a| Ok(Value::Float(to_float(&a[0]).ceil()))),
    ("div", 2, 2, |a| if to_int(&a[1]) == 0 { Err("runtime error: integer divide by zero".to_owned()) } else { int(to_int(&a[0]) / to_int(&a[1])) }),
    ("divf", 2, usize::MAX, |a| folded_float(a, |x, y| x / y)),
    ("float64", 1, 1, |a| Ok(Value::Float(to_float(&a[0])))),
    ("floor", 1, 1, |a| Ok(Value::Float(to_float(&a[0]).floor()))),
    ("int", 1, 1, |a| int(to_int(&a[0]))),
    ("int64", 1, 1, |a| int(to_int(&a[0]))),
    ("max", 1, usize::MAX, |a| folded(a, i64::max)),
    ("maxf", 1, usize::MAX, |a| folded_float(a, f64::max)),
    ("min", 1, usize::MAX, |a| folded(a, i64::min)),
    ("minf", 1, usize::MAX, |a| folded_float(a, f64::min)),
    ("mod", 2, 2, |a| if to_int(&a[1]) == 0 { Err("runtime error: integer divide by zero".to_owned()) } else { int(to_int(&a[0]) % to_int(&a[1])) }),
    ("mul", 1, usize::MAX, |a| folded(a, i64::wrapping_mul)),
    ("mulf", 1, usize::MAX, |a| folded_float(a, |x, y| x * y)),
    ("round", 2, 3, |a| {
        let places = i32::try_from(to_int(&a[1])).unwrap_or(0);
        let scale = 10f64.powi(places);
        let (scaled, on) = (to_float(&a[0]) * scale, a.get(2).map_or(0.5, to_float));
        let up = if scaled >= 0.0 { scaled.fract() >= on } else { -scaled.fract() <= on && scaled.fract() != 0.0 };
        let rounded = if up { scaled.ceil() } else { scaled.floor() };
        Ok(Value::Float(rounded / scale))
    }),
    ("sub", 2, 2, |a| int(to_int(&a[0]) - to_int(&a[1]))),
    ("subf", 1, usize::MAX, |a| folded_float(a, |x, y| x - y)),
    ("toDecimal", 1, 1, |a| int(i64::from_str_radix(&super::string_of(&a[0]), 8).unwrap_or(0))),
];
