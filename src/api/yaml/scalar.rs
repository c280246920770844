//! How a text is written in YAML: as it is, quoted, or as a block of lines.
//!
//! A text that a reader would take for a number, a truth value, a date or nothing gets double quotes; one that would
//! break the syntax gets single ones; one of several lines becomes a block.
//!
//! Models: sigs.k8s.io/yaml/goyaml.v2 (resolve.go, emitterc.go).
//! Simplified: nothing.

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Style {
    Plain,
    Single,
    Double,
    Literal,
}

/// The style of a text; `name` says that it is the name of a field.
pub fn style_of(text: &str, name: bool) -> Style {
    let found = analyze(text);
    if text.contains('\n') {
        return if found.block && !name { Style::Literal } else { Style::Double };
    }
    match () {
        () if means_something_else(text) => Style::Double,
        () if found.plain => Style::Plain,
        () if found.single => Style::Single,
        () => Style::Double,
    }
}

struct Allowed {
    plain: bool,
    single: bool,
    block: bool,
}

fn analyze(text: &str) -> Allowed {
    let chars: Vec<char> = text.chars().collect();
    let blank = |at: usize| chars.get(at).is_none_or(|c| matches!(c, ' ' | '\t' | '\n' | '\r'));
    let mut indicators = text.starts_with("---") || text.starts_with("...");
    let (mut special, mut space_then_break, mut break_then_space) = (false, false, false);
    for (at, &c) in chars.iter().enumerate() {
        if at == 0 {
            indicators |= match c {
                '#' | ',' | '[' | ']' | '{' | '}' | '&' | '*' | '!' | '|' | '>' | '\'' | '"' | '%' | '@' | '`' => true,
                '?' | ':' | '-' => blank(1),
                _ => false,
            };
        } else {
            indicators |= (c == ':' && blank(at + 1)) || (c == '#' && blank(at - 1));
        }
        special |= !is_printable(c) && c != '\n';
        if at > 0 {
            space_then_break |= c == '\n' && chars[at - 1] == ' ';
            break_then_space |= c == ' ' && chars[at - 1] == '\n';
        }
    }
    let ends = |c: Option<&char>| c.is_some_and(|c| matches!(c, ' ' | '\n'));
    let edges = ends(chars.first()) || ends(chars.last());
    let several_lines = chars.contains(&'\n');
    let bad = space_then_break || special;
    Allowed {
        plain: !(indicators || edges || several_lines || break_then_space || bad || text.is_empty()),
        single: !(break_then_space || bad),
        block: !bad && chars.last() != Some(&' '),
    }
}

pub(super) fn is_printable(c: char) -> bool {
    matches!(u32::from(c), 0x0a | 0x20..=0x7e | 0xa0..=0xd7ff | 0xe000..=0xfefe | 0xff00..=0xfffd | 0x10000..=0x10ffff)
}

/// Whether a reader of YAML 1.1 takes the bare text for something else than a text.
fn means_something_else(text: &str) -> bool {
    matches!(
        text,
        "" | "~" | "null" | "Null" | "NULL" | "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON"
            | "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF"
            | ".nan" | ".NaN" | ".NAN" | ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" | "-.inf" | "-.Inf" | "-.INF"
    ) || is_number(text)
        || is_base_60(text)
        || is_date(text)
}

fn is_number(text: &str) -> bool {
    if !text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.')) {
        return false;
    }
    let plain = text.replace('_', "");
    let unsigned = plain.strip_prefix(['+', '-']).unwrap_or(&plain);
    let radix = |prefixes: [&str; 2], radix: u32| {
        let digits = prefixes.iter().find_map(|prefix| unsigned.strip_prefix(prefix));
        digits.is_some_and(|digits| u64::from_str_radix(digits, radix).is_ok() && !digits.starts_with('+'))
    };
    radix(["0x", "0X"], 16) || radix(["0o", "0O"], 8) || radix(["0b", "0B"], 2) || is_float(unsigned)
}

/// `1`, `1.`, `.5`, `1.5e-3`.
fn is_float(unsigned: &str) -> bool {
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let mantissa_holds = match mantissa.split_once('.') {
        Some((whole, fraction)) => (digits(whole) && (fraction.is_empty() || digits(fraction))) || (whole.is_empty() && digits(fraction)),
        None => digits(mantissa),
    };
    mantissa_holds && exponent.is_none_or(|exponent| digits(exponent.strip_prefix(['+', '-']).unwrap_or(exponent)))
}

/// `1:30` is ninety in YAML 1.1.
fn is_base_60(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let mut parts = unsigned.split(':');
    let first = parts.next().unwrap_or_default();
    let mut rest: Vec<&str> = parts.collect();
    let Some(last) = rest.last_mut() else { return false };
    *last = last.split('.').next().unwrap_or_default();
    let sixty = |part: &&str| matches!(part.as_bytes(), [b'0'..=b'9'] | [b'0'..=b'5', b'0'..=b'9']);
    first.starts_with(|c: char| c.is_ascii_digit()) && first.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_') && rest.iter().all(sixty)
}

/// `2026-11-23`, `2026-11-23T09:50:14Z`.
fn is_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    if bytes.len() < 8 || !bytes[..4].iter().all(u8::is_ascii_digit) || bytes[4] != b'-' {
        return false;
    }
    let (date, time) = match text.find(['T', 't', ' ']) {
        Some(at) => (&text[..at], Some(&text[at + 1..])),
        None => (text, None),
    };
    let number = |part: Option<&str>, most: u32| {
        part.is_some_and(|part| matches!(part.len(), 1 | 2) && part.parse::<u32>().is_ok_and(|number| number <= most))
    };
    let mut parts = date[5..].split('-');
    let date_holds = number(parts.next(), 12) && number(parts.next(), 31) && parts.next().is_none();
    let time_holds = time.is_none_or(|time| {
        let clock = time.trim_end_matches('Z').split(['+', '.']).next().unwrap_or_default();
        let mut parts = clock.split(':');
        number(parts.next(), 23) && number(parts.next(), 59) && number(parts.next(), 59) && parts.next().is_none()
    });
    date_holds && time_holds
}
