//! `printf` and `sprintf`.

use super::value::Value;

/// `%g`
pub(super) fn general(value: f64, precision: usize, alternate: bool) -> String {
    let precision = precision.max(1);
    if value == 0.0 {
        return "0".to_owned();
    }
    // The exponent counts after rounding to the precision: 999999.5 is 1e+06.
    let rounded = format!("{value:.*e}", precision - 1);
    let power: i32 = rounded.split_once('e').and_then(|(_, power)| power.parse().ok()).unwrap_or(0);
    let trim = |text: String| match text.contains('.') && !alternate {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text,
    };
    if power < -4 || power >= i32::try_from(precision).unwrap_or(i32::MAX) {
        let mantissa = rounded.split_once('e').map_or("", |(mantissa, _)| mantissa);
        return format!("{}e{}{:02}", trim(mantissa.to_owned()), if power < 0 { '-' } else { '+' }, power.abs());
    }
    let decimals = usize::try_from(i32::try_from(precision).unwrap_or(6) - 1 - power).unwrap_or(0);
    trim(format!("{value:.decimals$}"))
}

fn exponent(value: f64, precision: usize) -> String {
    let text = format!("{value:.precision$e}");
    let (mantissa, power) = text.split_once('e').unwrap_or((&text, "0"));
    let power: i32 = power.parse().unwrap_or(0);
    format!("{mantissa}e{}{:02}", if power < 0 { '-' } else { '+' }, power.abs())
}

/// `Err`: the format wants more arguments than there are.
pub(super) fn format(format: &str, arguments: &[Value]) -> Result<String, ()> {
    let mut out = String::new();
    let mut arguments = arguments.iter();
    let mut chars = format.chars().peekable();
    while let Some(c) = chars.next() {
        if c != '%' {
            out.push(c);
            continue;
        }
        if chars.next_if_eq(&'%').is_some() {
            out.push('%');
            continue;
        }
        let mut flags = String::new();
        while let Some(flag) = chars.next_if(|c| "-+ #0".contains(*c)) {
            flags.push(flag);
        }
        let mut number = |chars: &mut std::iter::Peekable<std::str::Chars<'_>>| -> Result<Option<i64>, ()> {
            if chars.next_if_eq(&'*').is_some() {
                return Ok(Some(arguments.next().ok_or(())?.number() as i64));
            }
            let mut digits = String::new();
            while let Some(digit) = chars.next_if(char::is_ascii_digit) {
                digits.push(digit);
            }
            Ok(digits.parse().ok())
        };
        let width = number(&mut chars)?.unwrap_or(0);
        if width < 0 {
            flags.push('-');
        }
        let precision = match chars.next_if_eq(&'.') {
            Some(_) => Some(usize::try_from(number(&mut chars)?.unwrap_or(0)).unwrap_or(0)),
            None => None,
        };
        let Some(conversion) = chars.next() else { break };
        let value = arguments.next().ok_or(())?;
        let (sign, body, is_number) = converted(conversion, value, precision, &flags);
        let width = usize::try_from(width.unsigned_abs()).unwrap_or(0);
        let missing = width.saturating_sub(sign.len() + body.chars().count());
        if flags.contains('-') {
            out.push_str(&format!("{sign}{body}{}", " ".repeat(missing)));
        } else if flags.contains('0') && is_number {
            out.push_str(&format!("{sign}{}{body}", "0".repeat(missing)));
        } else {
            out.push_str(&format!("{}{sign}{body}", " ".repeat(missing)));
        }
    }
    Ok(out)
}

/// Sign, digits or text, and whether zeros may fill it up.
fn converted(conversion: char, value: &Value, precision: Option<usize>, flags: &str) -> (String, String, bool) {
    let sign = |negative: bool| match negative {
        true => "-",
        false if flags.contains('+') => "+",
        false if flags.contains(' ') => " ",
        false => "",
    };
    match conversion {
        'd' | 'i' => {
            let number = value.number();
            let mut digits = format!("{:.0}", number.trunc().abs());
            if let Some(precision) = precision {
                digits = format!("{digits:0>precision$}");
            }
            (sign(number.trunc() < 0.0).to_owned(), digits, precision.is_none())
        }
        'u' => (String::new(), format!("{}", value.number().trunc() as u64), true),
        'o' => (String::new(), format!("{:o}", value.number().trunc() as i64), true),
        'x' => (if flags.contains('#') { "0x" } else { "" }.to_owned(), format!("{:x}", value.number().trunc() as i64), true),
        'X' => (String::new(), format!("{:X}", value.number().trunc() as i64), true),
        'f' | 'F' | 'e' | 'E' | 'g' | 'G' => {
            let (number, precision) = (value.number(), precision.unwrap_or(6));
            if !number.is_finite() {
                return (String::new(), super::value::text_of(number, "%.6g"), false);
            }
            let text = match conversion {
                'f' | 'F' => format!("{:.precision$}", number.abs()),
                'e' | 'E' => exponent(number.abs(), precision),
                _ => general(number.abs(), precision, flags.contains('#')),
            };
            let text = if conversion.is_ascii_uppercase() { text.to_uppercase() } else { text };
            (sign(number.is_sign_negative()).to_owned(), text, true)
        }
        'c' => {
            let text = match value {
                Value::Number(number) => char::from_u32(*number as u32).map_or(String::new(), |c| c.to_string()),
                value => value.text("%.6g").chars().take(1).collect(),
            };
            (String::new(), text, false)
        }
        _ => {
            let text = value.text("%.6g");
            (String::new(), text.chars().take(precision.unwrap_or(usize::MAX)).collect(), false)
        }
    }
}
