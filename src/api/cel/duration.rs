//! Durations as Go writes and reads them: `1h30m`, `-1.5s`, `300ms`.
//!
//! Models: time.ParseDuration and time.Duration.String of Go, as the API server uses them, v1.36.
//! Simplified: nothing.

const UNITS: &[(&str, i128)] = &[
    ("ns", 1), ("us", 1_000), ("µs", 1_000), ("μs", 1_000), ("ms", 1_000_000), ("s", 1_000_000_000), ("m", 60_000_000_000),
    ("h", 3_600_000_000_000),
];

/// Nanoseconds, if the text is a duration that fits.
pub(crate) fn parse(text: &str) -> Option<i64> {
    let (negative, mut rest) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    if rest == "0" {
        return Some(0);
    }
    if rest.is_empty() {
        return None;
    }
    let mut total: i128 = 0;
    while !rest.is_empty() {
        let number = rest.find(|c: char| !c.is_ascii_digit() && c != '.').filter(|end| *end > 0)?;
        let (digits, after) = rest.split_at(number);
        let unit_end = after.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(after.len());
        let (unit, after) = after.split_at(unit_end);
        let (_, scale) = UNITS.iter().find(|(name, _)| *name == unit)?;
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        if whole.is_empty() && fraction.is_empty() || fraction.contains('.') || whole.len() > 18 {
            return None;
        }
        total += if whole.is_empty() { 0 } else { whole.parse::<i128>().ok()? * scale };
        let shown = &fraction[..fraction.len().min(15)];
        if !shown.is_empty() {
            total += shown.parse::<i128>().ok()? * scale / 10_i128.pow(u32::try_from(shown.len()).ok()?);
        }
        rest = after;
    }
    i64::try_from(if negative { -total } else { total }).ok()
}

/// A duration as CEL turns it into text: seconds with their fraction.
pub(crate) fn seconds_text(nanos: i64) -> String {
    let (whole, fraction) = (nanos.unsigned_abs() / 1_000_000_000, nanos.unsigned_abs() % 1_000_000_000);
    let sign = if nanos < 0 { "-" } else { "" };
    let fraction = format!("{fraction:09}");
    let fraction = fraction.trim_end_matches('0');
    if fraction.is_empty() { format!("{sign}{whole}s") } else { format!("{sign}{whole}.{fraction}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_as_go_reads_them() {
        let cases = [
            ("0", Some(0)), ("1h30m", Some(5_400_000_000_000)), ("-1.5s", Some(-1_500_000_000)), (".5ms", Some(500_000)), ("2us", Some(2_000)),
            ("", None), ("1", None), ("s", None), ("1x", None), ("1..s", None), ("99999999h", None),
        ];
        for (text, nanos) in cases {
            assert_eq!(parse(text), nanos, "{text:?}");
        }
        assert_eq!((seconds_text(5_400_000_000_000), seconds_text(-1_500_000_000)), ("5400s".to_owned(), "-1.5s".to_owned()));
    }
}
