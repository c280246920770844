//! Whole numbers as Go's programs take them on a command line: `10`, `-1`, `0x10`, `1_000`.
//!
//! Models: Go's strconv.ParseInt.
//! Simplified: nothing.

const SYNTAX: &str = "invalid syntax";

/// A number that has room in so many bits. In base 0 it says itself what its base is.
pub fn parse(text: &str, base: u32, bits: u32) -> Result<i64, &'static str> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text).to_ascii_lowercase();
    let (base, digits) = if base == 0 { own_base(&digits).ok_or(SYNTAX)? } else { (base, digits) };
    if digits.is_empty() || !digits.chars().all(|digit| digit.is_digit(base)) {
        return Err(SYNTAX);
    }
    let limit = 1i128 << (bits - 1);
    let number = digits.chars().try_fold(0i128, |number, digit| {
        let number = number * i128::from(base) + i128::from(digit.to_digit(base)?);
        (number <= limit).then_some(number)
    });
    let signed = number.map(|number| if text.starts_with('-') { -number } else { number }).filter(|number| *number < limit);
    signed.and_then(|number| i64::try_from(number).ok()).ok_or("value out of range")
}

/// What names the base, and the digits behind it. Lines may stand between digits.
fn own_base(lower: &str) -> Option<(u32, String)> {
    let named = [("0x", 16), ("0b", 2), ("0o", 8)].into_iter().find_map(|(prefix, base)| Some((base, lower.strip_prefix(prefix)?)));
    let octal = || lower.strip_prefix('0').filter(|rest| !rest.is_empty()).map(|rest| (8, rest));
    let (base, digits) = match named.or_else(octal) {
        Some((base, digits)) => (base, digits.strip_prefix('_').unwrap_or(digits)),
        None => (10, lower),
    };
    (!digits.split('_').any(str::is_empty)).then(|| (base, digits.replace('_', "")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_go_reads_them() {
        for (text, base, bits, number) in [
            ("10", 0, 64, Ok(10)),
            ("-0x1f", 0, 64, Ok(-31)),
            ("010", 0, 64, Ok(8)),
            ("0", 0, 64, Ok(0)),
            ("1_000", 0, 64, Ok(1000)),
            ("1_000", 10, 64, Err(SYNTAX)),
            ("_1", 0, 64, Err(SYNTAX)),
            ("1.5", 0, 64, Err(SYNTAX)),
            ("", 0, 64, Err(SYNTAX)),
            ("2147483647", 0, 32, Ok(2_147_483_647)),
            ("2147483648", 0, 32, Err("value out of range")),
            ("-2147483648", 0, 32, Ok(-2_147_483_648)),
            ("99999999999999999999", 0, 64, Err("value out of range")),
        ] {
            assert_eq!(parse(text, base, bits), number, "{text}");
        }
    }
}
