//! The formats of text that a schema can ask for.
//!
//! Models: staging/src/k8s.io/apiextensions-apiserver/pkg/apiserver/validation/formats.go,
//! k8s.io/kube-openapi/pkg/validation/strfmt, v1.36.
//! Simplified: `email` and `uri` are read by shorter rules than Go's.

use crate::name_rules;

const TEXT_FORMATS: &[&str] = &[
    "bsonobjectid", "uri", "email", "hostname", "ipv4", "ipv6", "cidr", "mac", "uuid", "uuid3", "uuid4", "uuid5", "isbn",
    "isbn10", "isbn13", "creditcard", "ssn", "hexcolor", "rgbcolor", "byte", "password", "date", "duration", "datetime",
    "k8sshortname", "k8slongname",
];

/// Whether a format means anything for this type; others are not looked at.
pub(crate) fn is_recognized(type_name: &str, format: &str) -> bool {
    match type_name {
        "" | "string" => TEXT_FORMATS.contains(&format.replace('-', "").as_str()),
        "integer" => matches!(format, "int32" | "int64"),
        "number" => matches!(format, "float" | "double"),
        _ => false,
    }
}

/// Whether a text is of the format.
pub(crate) fn is_format(format: &str, text: &str) -> bool {
    match format.replace('-', "").as_str() {
        "date" => text.parse::<jiff::civil::Date>().is_ok() && text.len() == 10,
        "datetime" => is_datetime(text),
        "duration" => crate::cel::go_duration(text).is_some() || is_worded_duration(text),
        "ipv4" => text.parse::<std::net::Ipv4Addr>().is_ok(),
        "ipv6" => text.parse::<std::net::Ipv6Addr>().is_ok(),
        "cidr" => is_cidr(text),
        "mac" => is_mac(text),
        "uri" => is_uri(text),
        "email" => is_email(text),
        "hostname" => is_hostname(text),
        "byte" => is_base64(text),
        "uuid" => is_uuid(text, None, false),
        "uuid3" => is_uuid(text, Some('3'), false),
        "uuid4" => is_uuid(text, Some('4'), true),
        "uuid5" => is_uuid(text, Some('5'), true),
        "bsonobjectid" => text.len() == 24 && text.bytes().all(|byte| byte.is_ascii_hexdigit()),
        "isbn" => is_isbn10(text) || is_isbn13(text),
        "isbn10" => is_isbn10(text),
        "isbn13" => is_isbn13(text),
        "creditcard" => is_credit_card(text),
        "ssn" => is_ssn(text),
        "hexcolor" => is_hex_color(text),
        "rgbcolor" => is_rgb_color(text),
        "k8sshortname" => name_rules::dns1123_label(text).is_empty(),
        "k8slongname" => name_rules::dns1123_subdomain(text).is_empty(),
        _ => true,
    }
}

fn is_datetime(text: &str) -> bool {
    let separated = text.as_bytes().get(10).is_some_and(|byte| matches!(byte, b'T' | b't' | b' '));
    separated && text.parse::<jiff::Timestamp>().is_ok()
}

/// `22 ns`, `3 days`, as Scala writes durations.
fn is_worded_duration(text: &str) -> bool {
    let digits = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let unit = digits.trim_start().to_lowercase();
    let unit = if unit.len() > 3 { unit.trim_end_matches('s') } else { &unit };
    let units = ["ns", "nano", "nanosecond", "us", "micro", "microsecond", "ms", "milli", "millisecond", "s", "sec", "second", "m", "min", "minute", "h", "hr", "hour", "d", "day", "w", "wk", "week"];
    digits.len() < text.len() && units.contains(&unit)
}

fn is_cidr(text: &str) -> bool {
    let Some((address, bits)) = text.split_once('/') else { return false };
    let Ok(bits) = bits.parse::<u8>() else { return false };
    address.parse::<std::net::IpAddr>().is_ok_and(|address| bits <= if address.is_ipv4() { 32 } else { 128 })
}

fn is_mac(text: &str) -> bool {
    let parts: Vec<&str> = text.split([':', '-']).collect();
    matches!(parts.len(), 6 | 8 | 20) && parts.iter().all(|part| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

fn is_uri(text: &str) -> bool {
    let bad = text.is_empty() || text.chars().any(|c| c.is_control() || c == ' ');
    let absolute = text.split_once(':').is_some_and(|(scheme, _)| {
        scheme.starts_with(|c: char| c.is_ascii_alphabetic()) && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
    });
    !bad && (absolute || text.starts_with('/'))
}

fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    let bad = |c: char| c.is_whitespace() || c.is_control() || "()<>[]:;@\\,\"".contains(c);
    !local.is_empty() && !domain.is_empty() && !local.contains(bad) && !domain.contains(bad) && !local.starts_with('.') && !local.ends_with('.')
}

fn is_hostname(text: &str) -> bool {
    let label = |label: &str| {
        let bytes = label.as_bytes();
        !bytes.is_empty() && bytes.len() <= 63 && bytes[0] != b'-' && bytes[bytes.len() - 1] != b'-' && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-')
    };
    !text.is_empty() && text.len() <= 255 && text.trim_end_matches('.').split('.').all(label)
}

fn is_base64(text: &str) -> bool {
    let data = text.trim_end_matches('=');
    text.len().is_multiple_of(4) && text.len() - data.len() <= 2 && data.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'+' || byte == b'/')
}

fn is_uuid(text: &str, version: Option<char>, variant: bool) -> bool {
    let plain: String = text.chars().filter(|c| *c != '-').collect();
    let dashes_fit = text.match_indices('-').all(|(at, _)| {
        let before = text[..at].chars().filter(|c| *c != '-').count();
        matches!(before, 8 | 12 | 16 | 20)
    });
    let digit = |at: usize| plain.chars().nth(at).unwrap_or(' ').to_ascii_lowercase();
    plain.len() == 32
        && dashes_fit
        && plain.chars().all(|c| c.is_ascii_hexdigit())
        && version.is_none_or(|version| digit(12) == version)
        && (!variant || matches!(digit(16), '8' | '9' | 'a' | 'b'))
}

fn digits(text: &str) -> String {
    text.chars().filter(|c| !matches!(c, '-' | ' ')).collect()
}

fn is_isbn10(text: &str) -> bool {
    let text = digits(text);
    let value = |(at, c): (usize, char)| match c {
        'X' if at == 9 => Some(10),
        c => c.to_digit(10),
    };
    let values: Option<Vec<u32>> = text.chars().enumerate().map(value).collect();
    text.len() == 10 && values.is_some_and(|values| values.iter().zip((1..=10).rev()).map(|(value, weight)| value * weight).sum::<u32>().is_multiple_of(11))
}

fn is_isbn13(text: &str) -> bool {
    let values: Option<Vec<u32>> = digits(text).chars().map(|c| c.to_digit(10)).collect();
    values.is_some_and(|values| values.len() == 13 && values.iter().enumerate().map(|(at, value)| value * if at % 2 == 0 { 1 } else { 3 }).sum::<u32>().is_multiple_of(10))
}

fn is_credit_card(text: &str) -> bool {
    let number: Vec<u32> = text.chars().filter_map(|c| c.to_digit(10)).collect();
    let sum: u32 = number.iter().rev().enumerate().map(|(at, digit)| match (at % 2, digit * 2) {
        (0, _) => *digit,
        (_, twice) if twice > 9 => twice - 9,
        (_, twice) => twice,
    }).sum();
    (13..=19).contains(&number.len()) && sum.is_multiple_of(10)
}

fn is_ssn(text: &str) -> bool {
    let parts = digits(text);
    parts.len() == 9 && parts.chars().all(|c| c.is_ascii_digit()) && text.chars().all(|c| c.is_ascii_digit() || matches!(c, '-' | ' '))
}

fn is_hex_color(text: &str) -> bool {
    let text = text.strip_prefix('#').unwrap_or(text);
    matches!(text.len(), 3 | 6) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn is_rgb_color(text: &str) -> bool {
    let inner = text.strip_prefix("rgb(").and_then(|rest| rest.strip_suffix(')'));
    inner.is_some_and(|inner| {
        let parts: Vec<&str> = inner.split(',').map(str::trim).collect();
        parts.len() == 3 && parts.iter().all(|part| part.parse::<u8>().is_ok())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_tell_good_from_bad() {
        let cases = [
            ("date", "2026-01-05", "2026-1-5"), ("date-time", "2026-01-05T09:00:00Z", "2026-01-05"), ("duration", "1h30m", "soon"),
            ("duration", "22 ns", "22 parsecs"), ("ipv4", "10.0.0.1", "10.0.0.256"), ("ipv6", "::1", "1.2.3.4"), ("cidr", "10.0.0.0/8", "10.0.0.0/33"),
            ("mac", "01:02:03:04:05:06", "01:02"), ("uri", "https://a.b/c", "no uri"), ("email", "a@b.c", "a@"), ("hostname", "a-b.c", "-a"),
            ("byte", "YQ==", "Y"), ("uuid", "6ba7b810-9dad-11d1-80b4-00c04fd430c8", "6ba7"), ("isbn10", "0321751043", "0321751044"),
            ("isbn13", "978-0321751041", "978-0321751042"), ("hexcolor", "#FFF", "#FF"), ("rgbcolor", "rgb(1,2,3)", "rgb(1,2,300)"),
            ("k8s-short-name", "web-1", "Web"),
        ];
        for (format, good, bad) in cases {
            assert!(is_format(format, good), "{format}: {good}");
            assert!(!is_format(format, bad), "{format}: {bad}");
        }
        assert!(is_recognized("integer", "int32") && !is_recognized("integer", "date") && !is_recognized("string", "quantity"));
    }
}
