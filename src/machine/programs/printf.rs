//! `printf`: prints its arguments as a format says.

use super::escapes::{Escapes, unescape};
use crate::{Process, Suspend};

pub(super) fn main(process: &mut Process<'_>) -> Result<i32, Suspend> {
    let arguments = process.args();
    let Some(format) = arguments.get(1) else {
        process.eprint("printf: missing operand\nTry 'printf --help' for more information.\n")?;
        return Ok(1);
    };
    let (text, problem) = printf_text(format, &arguments[2..]);
    process.print(&text)?;
    if let Some(problem) = problem {
        process.eprint(&format!("printf: {problem}\n"))?;
        return Ok(1);
    }
    Ok(0)
}

/// One `%-5.2f` of a format.
#[derive(Default)]
struct Directive {
    left: bool,
    zero: bool,
    plus: bool,
    space: bool,
    alternate: bool,
    width: usize,
    precision: Option<usize>,
}

/// What `printf` prints, and what was wrong with an argument. The format is used again until no arguments are left.
pub(crate) fn printf_text(format: &str, arguments: &[String]) -> (String, Option<String>) {
    let (mut out, mut problem) = (String::new(), None);
    let mut rest = arguments.iter();
    loop {
        let before = rest.len();
        let stopped = once(format, &mut rest, &mut out, &mut problem);
        if stopped || rest.len() == 0 || rest.len() == before {
            return (out, problem);
        }
    }
}

fn once(
    format: &str,
    arguments: &mut std::slice::Iter<'_, String>,
    out: &mut String,
    problem: &mut Option<String>,
) -> bool {
    let mut rest = format;
    while let Some(at) = rest.find('%') {
        out.push_str(&unescape(&rest[..at], Escapes::Printf).0);
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix('%') {
            out.push('%');
            rest = after;
            continue;
        }
        let mut directive = Directive::default();
        while let Some(flag) = rest.chars().next().filter(|c| "-0+ #".contains(*c)) {
            match flag {
                '-' => directive.left = true,
                '0' => directive.zero = true,
                '+' => directive.plus = true,
                ' ' => directive.space = true,
                _ => directive.alternate = true,
            }
            rest = &rest[1..];
        }
        let mut number = |rest: &mut &str| {
            if let Some(after) = rest.strip_prefix('*') {
                *rest = after;
                return arguments.next().and_then(|word| word.parse::<i64>().ok());
            }
            let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
            let value = rest[..end].parse().ok();
            *rest = &rest[end..];
            value
        };
        if let Some(width) = number(&mut rest) {
            directive.left |= width < 0;
            directive.width = usize::try_from(width.unsigned_abs()).unwrap_or(0);
        }
        if let Some(after) = rest.strip_prefix('.') {
            rest = after;
            directive.precision = Some(usize::try_from(number(&mut rest).unwrap_or(0)).unwrap_or(0));
        }
        rest = rest.trim_start_matches(['l', 'h', 'z', 'j']);
        let Some(conversion) = rest.chars().next() else {
            *problem = Some(format!("`{format}': missing format character"));
            return true;
        };
        rest = &rest[conversion.len_utf8()..];
        let argument = arguments.next().map(String::as_str);
        match convert(conversion, &directive, argument, problem) {
            Some((text, stopped)) => {
                out.push_str(&text);
                if stopped {
                    return true;
                }
            }
            None => {
                *problem = Some(format!("`{conversion}': invalid format character"));
                return true;
            }
        }
    }
    out.push_str(&unescape(rest, Escapes::Printf).0);
    false
}

fn convert(
    conversion: char,
    directive: &Directive,
    argument: Option<&str>,
    problem: &mut Option<String>,
) -> Option<(String, bool)> {
    let word = argument.unwrap_or_default();
    let cut = |text: &str| text.chars().take(directive.precision.unwrap_or(usize::MAX)).collect::<String>();
    let text = match conversion {
        's' => pad(directive, cut(word), false),
        'c' => pad(directive, word.chars().take(1).collect(), false),
        'b' => {
            let (text, stopped) = unescape(word, Escapes::Echo);
            return Some((pad(directive, cut(&text), false), stopped));
        }
        'q' => pad(directive, quote(word), false),
        'd' | 'i' | 'u' => {
            let value = integer(word, problem);
            let mut digits = value.unsigned_abs().to_string();
            if let Some(precision) = directive.precision {
                digits = format!("{digits:0>precision$}");
            }
            pad(directive, format!("{}{digits}", sign(directive, value < 0)), directive.precision.is_none())
        }
        'x' | 'X' | 'o' => {
            let value = integer(word, problem);
            let text = match conversion {
                'x' if directive.alternate => format!("{value:#x}"),
                'x' => format!("{value:x}"),
                'X' => format!("{value:X}"),
                _ if directive.alternate => format!("0{value:o}"),
                _ => format!("{value:o}"),
            };
            pad(directive, text, true)
        }
        'f' | 'F' | 'e' | 'E' | 'g' | 'G' => {
            let value = real(word, problem);
            let precision = directive.precision.unwrap_or(6);
            let text = match conversion {
                'f' | 'F' => format!("{:.precision$}", value.abs()),
                'e' | 'E' => exponent(value.abs(), precision),
                _ => general(value.abs(), precision),
            };
            pad(directive, format!("{}{text}", sign(directive, value.is_sign_negative())), true)
        }
        _ => return None,
    };
    Some((text, false))
}

fn sign(directive: &Directive, negative: bool) -> &'static str {
    match (negative, directive.plus, directive.space) {
        (true, _, _) => "-",
        (false, true, _) => "+",
        (false, false, true) => " ",
        (false, false, false) => "",
    }
}

fn pad(directive: &Directive, text: String, is_number: bool) -> String {
    let missing = directive.width.saturating_sub(text.chars().count());
    if directive.left {
        return text + &" ".repeat(missing);
    }
    if directive.zero && is_number {
        let digits = text.trim_start_matches(['-', '+', ' ']);
        let sign = &text[..text.len() - digits.len()];
        return format!("{sign}{}{digits}", "0".repeat(missing));
    }
    " ".repeat(missing) + &text
}

fn integer(word: &str, problem: &mut Option<String>) -> i64 {
    if let Some(c) = word.strip_prefix(['\'', '"']) {
        return c.chars().next().map_or(0, |c| i64::from(u32::from(c)));
    }
    let text = word.trim();
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (radix, digits) = match digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")) {
        Some(digits) => (16, digits),
        None if digits.len() > 1 && digits.starts_with('0') => (8, digits),
        None => (10, digits),
    };
    let end = digits.find(|c: char| !c.is_digit(radix)).unwrap_or(digits.len());
    if end < digits.len() || end == 0 && !word.is_empty() {
        *problem = Some(format!("{word}: invalid number"));
    }
    let value = i64::from_str_radix(&digits[..end], radix).unwrap_or(0);
    if negative { -value } else { value }
}

fn real(word: &str, problem: &mut Option<String>) -> f64 {
    if word.is_empty() {
        return 0.0;
    }
    word.trim().parse().unwrap_or_else(|_| {
        *problem = Some(format!("{word}: invalid number"));
        0.0
    })
}

/// `1.5e+03`: C writes the sign and two digits of the exponent.
fn exponent(value: f64, precision: usize) -> String {
    let text = format!("{value:.precision$e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    format!("{mantissa}e{}{:02}", if exponent < 0 { '-' } else { '+' }, exponent.abs())
}

fn general(value: f64, precision: usize) -> String {
    let precision = precision.max(1);
    let power = if value == 0.0 { 0 } else { value.log10().floor() as i32 };
    let trim = |text: String| match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text,
    };
    if power < -4 || power >= i32::try_from(precision).unwrap_or(i32::MAX) {
        let text = exponent(value, precision - 1);
        let (mantissa, tail) = text.split_once('e').unwrap_or((&text, ""));
        return format!("{}e{tail}", trim(mantissa.to_owned()));
    }
    let decimals = usize::try_from(i32::try_from(precision).unwrap_or(6) - 1 - power).unwrap_or(0);
    trim(format!("{value:.decimals$}"))
}

/// `%q`: backslashes before what the shell would read as its own.
fn quote(word: &str) -> String {
    if word.is_empty() {
        return "''".to_owned();
    }
    let mut out = String::new();
    for c in word.chars() {
        if !c.is_alphanumeric() && !"%+-./:=@_,".contains(c) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}
