//! What Go says of a text that is no time.
//!
//! Models: time.Parse (src/time/format.go) with the layout of RFC 3339, Go 1.26.
//! Simplified: nothing.

const LAYOUT: &str = "2006-01-02T15:04:05Z07:00";

/// The layout of times that are kept to the microsecond, which always have a fraction of six digits.
const MICRO_LAYOUT: &str = "2006-01-02T15:04:05.000000Z07:00";

/// The complaint about a text that is no time to the microsecond.
pub fn micro_error(text: &str) -> Option<String> {
    let rest = text.get(19..).filter(|_| text.parse::<jiff::Timestamp>().is_ok());
    let Some(rest) = rest else {
        return text.parse::<jiff::Timestamp>().is_err().then(|| error(text).replacen(LAYOUT, MICRO_LAYOUT, 1));
    };
    let digits = rest.strip_prefix('.').map_or(0, |after| after.len() - after.trim_start_matches(|c: char| c.is_ascii_digit()).len());
    let (text, rest) = (crate::field::go_quoted(text), crate::field::go_quoted(rest));
    (digits != 6).then(|| format!("parsing time {text} as {MICRO_LAYOUT:?}: cannot parse {rest} as \".000000\""))
}

/// The parts of the layout: what a part looks like, how many digits it has, and the numbers that it may be.
const PARTS: &[(&str, usize, Option<(u32, u32, &str)>)] = &[
    ("2006", 4, None), ("-", 0, None), ("01", 2, Some((1, 12, "month"))), ("-", 0, None), ("02", 2, Some((1, 31, "day"))), ("T", 0, None),
    ("15", 2, Some((0, 23, "hour"))), (":", 0, None), ("04", 2, Some((0, 59, "minute"))), (":", 0, None), ("05", 2, Some((0, 59, "second"))),
];

/// The complaint about a text that does not follow the layout.
pub fn error(text: &str) -> String {
    let quoted = crate::field::go_quoted(text);
    let no_match = |rest: &str, part: &str| {
        format!("parsing time {quoted} as {LAYOUT:?}: cannot parse {} as {part:?}", crate::field::go_quoted(rest))
    };
    let out_of_range = |what: &str| format!("parsing time {quoted}: {what} out of range");
    let mut rest = text;
    for (part, digits, range) in PARTS {
        let taken = if *digits == 0 { part.len() } else { *digits };
        let found = rest.get(..taken).filter(|found| if *digits == 0 { found == part } else { found.bytes().all(|b| b.is_ascii_digit()) });
        let Some(found) = found else { return no_match(rest, part) };
        if let Some((low, high, what)) = range
            && found.parse().is_ok_and(|number: u32| number < *low || number > *high)
        {
            return out_of_range(what);
        }
        rest = &rest[taken..];
    }
    // A fraction of a second may follow, though the layout has none.
    let digits = rest.strip_prefix(['.', ',']).map(|after| after.len() - after.trim_start_matches(|c: char| c.is_ascii_digit()).len());
    if let Some(digits) = digits.filter(|digits| *digits > 0) {
        rest = &rest[digits + 1..];
    }
    let zone = match rest.as_bytes() {
        [b'Z', ..] => 1,
        [b'+' | b'-', a, b, b':', c, d, ..] if [a, b, c, d].iter().all(|digit| digit.is_ascii_digit()) => 6,
        _ => return no_match(rest, "Z07:00"),
    };
    match &rest[zone..] {
        "" => out_of_range("day"),
        extra => format!("parsing time {quoted}: extra text: {}", crate::field::go_quoted(extra)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_part_that_does_not_fit_is_told() {
        let cases = [
            ("", "parsing time \"\" as \"2006-01-02T15:04:05Z07:00\": cannot parse \"\" as \"2006\""),
            ("2026-01-01", "parsing time \"2026-01-01\" as \"2006-01-02T15:04:05Z07:00\": cannot parse \"\" as \"T\""),
            ("2026-13-01T00:00:00Z", "parsing time \"2026-13-01T00:00:00Z\": month out of range"),
            ("2026-01-01T00:00:00", "parsing time \"2026-01-01T00:00:00\" as \"2006-01-02T15:04:05Z07:00\": cannot parse \"\" as \"Z07:00\""),
            ("2026-01-01T00:00:00.000000Z2", "parsing time \"2026-01-01T00:00:00.000000Z2\": extra text: \"2\""),
            ("2026-02-30T00:00:00Z", "parsing time \"2026-02-30T00:00:00Z\": day out of range"),
        ];
        for (text, wanted) in cases {
            assert_eq!(error(text), wanted);
        }
    }
}
