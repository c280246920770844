//! Quantities: amounts of a resource such as `250m` of a CPU or `512Mi` of memory.
//!
//! A quantity is a fixed-point number with a suffix: decimal (`n u m k M G T P E`), binary (`Ki Mi Gi Ti Pi Ei`) or an
//! exponent (`12e6`). `0.5` and `500m` are equal; the canonical form has no fraction and the largest suffix that
//! loses nothing: `0.5` prints as `500m`, `1024Mi` as `1Gi`.
//!
//! Models: staging/src/k8s.io/apimachinery/pkg/api/resource/quantity.go, v1.36.
//! Simplified: numbers beyond 10^29 are capped there.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use k8s_openapi::apimachinery::pkg::api::resource::Quantity as RawQuantity;

/// The family of suffixes that a quantity was written with, and is printed with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    #[default]
    DecimalSi,
    BinarySi,
    DecimalExponent,
}

impl Format {
    /// Go's name of the family.
    fn name(self) -> &'static str {
        match self {
            Format::DecimalSi => "DecimalSI",
            Format::BinarySi => "BinarySI",
            Format::DecimalExponent => "DecimalExponent",
        }
    }
}

/// An amount, exact to a billionth. Comparison looks at the amount alone, not at how it was written.
#[derive(Clone, Copy, Debug, Default)]
pub struct Quantity {
    nanos: i128,
    format: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QuantityError {
    #[error("quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'")]
    FormatWrong,
    #[error("unable to parse numeric part of quantity")]
    Numeric,
    #[error("unable to parse quantity's suffix")]
    Suffix,
}

const NANO: i128 = 1_000_000_000;
const DECIMAL_SUFFIXES: &[(&str, i32)] =
    &[("n", -9), ("u", -6), ("m", -3), ("", 0), ("k", 3), ("M", 6), ("G", 9), ("T", 12), ("P", 15), ("E", 18)];
const BINARY_SUFFIXES: &[&str] = &["Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];

impl Quantity {
    pub const ZERO: Quantity = Quantity { nanos: 0, format: Format::DecimalSi };

    pub const fn from_units(units: i64) -> Self {
        Quantity { nanos: units as i128 * NANO, format: Format::DecimalSi }
    }

    pub const fn from_millis(millis: i64) -> Self {
        Quantity { nanos: millis as i128 * 1_000_000, format: Format::DecimalSi }
    }

    /// An amount of bytes, printed with `Ki`, `Mi`, ….
    pub const fn from_bytes(bytes: i64) -> Self {
        Quantity { nanos: bytes as i128 * NANO, format: Format::BinarySi }
    }

    /// So many units, printed in a family of suffixes.
    pub const fn in_format(units: i64, format: Format) -> Self {
        Quantity { nanos: units as i128 * NANO, format }
    }

    /// The quantity in a stored object. Decoding has rejected whatever is no quantity, so what cannot be read is
    /// only ever text that a test made up: it counts as 0.
    pub fn of(raw: &RawQuantity) -> Self {
        raw.0.parse().unwrap_or_default()
    }

    /// What the server stores for `text`: a text that is in order stays as it is, others become canonical
    /// (`0.5` → `500m`, but `1.500` stays).
    pub fn canonicalize(text: &str) -> Result<String, QuantityError> {
        let parts = Parts::split(text)?;
        let (exponent, format) = parts.exponent()?;
        let quantity = parts.amount(exponent, format)?;
        Ok(if parts.is_kept(exponent, format) { text.to_owned() } else { quantity.to_string() })
    }

    pub fn is_zero(self) -> bool {
        self.nanos == 0
    }

    /// -1, 0 or 1.
    pub fn sign(self) -> i32 {
        self.nanos.signum() as i32
    }

    /// Whole units, away from zero: 1 for `100m`.
    pub fn value(self) -> i64 {
        self.scaled(NANO)
    }

    /// Whole thousandths, away from zero: 100 for `100m`.
    pub fn milli_value(self) -> i64 {
        self.scaled(1_000_000)
    }

    fn scaled(self, unit: i128) -> i64 {
        let whole = self.nanos / unit + if self.nanos % unit == 0 { 0 } else { self.nanos.signum() };
        i64::try_from(whole).unwrap_or(if whole < 0 { i64::MIN } else { i64::MAX })
    }

    pub fn abs(self) -> Self {
        Quantity { nanos: self.nanos.abs(), ..self }
    }

    /// The amount as a float, for metrics and display.
    pub fn as_f64(self) -> f64 {
        self.nanos as f64 / NANO as f64
    }

    pub fn format(self) -> Format {
        self.format
    }

    pub fn into_raw(self) -> RawQuantity {
        RawQuantity(self.to_string())
    }

    fn write_decimal(self, f: &mut fmt::Formatter<'_>, format: Format) -> fmt::Result {
        let (mut mantissa, mut exponent) = (self.nanos, -9);
        while mantissa % 1000 == 0 && (exponent < 18 || format == Format::DecimalExponent) {
            (mantissa, exponent) = (mantissa / 1000, exponent + 3);
        }
        match format {
            Format::DecimalExponent if exponent == 0 => write!(f, "{mantissa}"),
            Format::DecimalExponent => write!(f, "{mantissa}e{exponent}"),
            _ => {
                let suffix = DECIMAL_SUFFIXES.iter().find(|(_, power)| *power == exponent).map_or("", |(name, _)| name);
                write!(f, "{mantissa}{suffix}")
            }
        }
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.nanos == 0 {
            return f.write_str("0");
        }
        // A binary amount below 1Ki, or with a fraction, has no binary suffix that shows it exactly.
        let binary = self.format == Format::BinarySi && self.nanos.abs() >= 1024 * NANO && self.nanos % NANO == 0;
        if !binary {
            return self.write_decimal(f, if self.format == Format::BinarySi { Format::DecimalSi } else { self.format });
        }
        let (mut mantissa, mut power) = (self.nanos / NANO, 0);
        while mantissa % 1024 == 0 && power < BINARY_SUFFIXES.len() {
            (mantissa, power) = (mantissa / 1024, power + 1);
        }
        write!(f, "{mantissa}{}", if power == 0 { "" } else { BINARY_SUFFIXES[power - 1] })
    }
}

/// `-1.5Gi` in pieces: sign, `1`, `5`, `Gi`.
struct Parts<'a> {
    negative: bool,
    whole: &'a str,
    fraction: &'a str,
    suffix: &'a str,
}

impl<'a> Parts<'a> {
    fn split(text: &'a str) -> Result<Self, QuantityError> {
        if text.is_empty() {
            return Err(QuantityError::FormatWrong);
        }
        let negative = text.starts_with('-');
        let rest = text.strip_prefix(['-', '+']).unwrap_or(text).trim_start_matches('0');
        let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
        let (whole, rest) = rest.split_at(digits(rest));
        let (fraction, suffix) = match rest.strip_prefix('.') {
            Some(rest) => rest.split_at(digits(rest)),
            None => ("", rest),
        };
        let letters = suffix.bytes().take_while(|byte| b"eEinumkKMGTP".contains(byte)).count();
        let tail = &suffix[letters..];
        let tail = tail.strip_prefix(['-', '+']).unwrap_or(tail);
        if digits(tail) != tail.len() {
            return Err(QuantityError::FormatWrong);
        }
        Ok(Parts { negative, whole: if whole.is_empty() { "0" } else { whole }, fraction, suffix })
    }

    /// The power of ten, or of two for a binary suffix, that the suffix stands for.
    fn exponent(&self) -> Result<(i32, Format), QuantityError> {
        if let Some((_, power)) = DECIMAL_SUFFIXES.iter().find(|(name, _)| *name == self.suffix) {
            return Ok((*power, Format::DecimalSi));
        }
        if let Some(power) = BINARY_SUFFIXES.iter().position(|name| *name == self.suffix) {
            return Ok((10 * (power as i32 + 1), Format::BinarySi));
        }
        let power = self.suffix.strip_prefix(['e', 'E']).and_then(|power| power.parse::<i64>().ok());
        let power = power.ok_or(QuantityError::Suffix)?;
        Ok((power.clamp(-1000, 1000) as i32, Format::DecimalExponent))
    }

    /// The amount of a small whole number, as nearly all are, in billionths.
    fn small_amount(&self, exponent: i32, format: Format) -> Option<i128> {
        if !self.fraction.is_empty() || self.whole.len() > 9 {
            return None;
        }
        let number = self.whole.bytes().fold(0i64, |number, digit| number * 10 + i64::from(digit - b'0'));
        match (format, exponent) {
            (Format::BinarySi, 0..=30) => Some(i128::from(number << exponent) * NANO),
            (Format::DecimalSi, -9..=9) => Some(i128::from(number) * i128::from(10i64.pow((9 + exponent) as u32))),
            _ => None,
        }
    }

    fn amount(&self, exponent: i32, format: Format) -> Result<Quantity, QuantityError> {
        const MOST: i128 = i128::MAX / 10;
        if let Some(amount) = self.small_amount(exponent, format) {
            return Ok(Quantity { nanos: if self.negative { -amount } else { amount }, format });
        }
        let mut scale = 9 - self.fraction.len() as i32;
        let mut amount = 0i128;
        for digit in self.whole.bytes().chain(self.fraction.bytes()) {
            amount = amount.saturating_mul(10).saturating_add(i128::from(digit - b'0')).min(MOST);
        }
        if format == Format::BinarySi {
            amount = amount.saturating_mul(1 << exponent).min(MOST);
        } else {
            scale += exponent;
        }
        for _ in 0..scale {
            amount = amount.saturating_mul(10).min(MOST);
        }
        let mut rest = false;
        for _ in scale..0 {
            rest |= amount % 10 != 0;
            amount /= 10;
        }
        // What is finer than a billionth is rounded away from zero.
        amount += i128::from(rest);
        let mut format = format;
        if format == Format::BinarySi {
            amount = amount.min(i128::from(i64::MAX) * NANO);
            if amount > 0 && amount < NANO {
                format = Format::DecimalSi;
            }
        }
        Ok(Quantity { nanos: if self.negative { -amount } else { amount }, format })
    }

    /// The number and its power of ten, if Go's quick way of reading can hold them.
    fn small(&self, exponent: i32, format: Format) -> Option<(i64, i32)> {
        let (whole, fraction) = (self.whole.len() as i32, self.fraction.len() as i32);
        let (precision, scale, mantissa) = match format {
            // 2^20 has about six digits.
            Format::BinarySi if fraction == 0 => (15 - whole - exponent * 3 / 10 - 1, 0, 1i64.checked_shl(exponent as u32)?),
            Format::BinarySi => return None,
            Format::DecimalSi | Format::DecimalExponent => (18 - whole - fraction, exponent - fraction, 1),
        };
        if precision < 0 || scale < -9 {
            return None;
        }
        let digits: i64 = format!("{}{}", self.whole, self.fraction).parse().ok()?;
        let value = digits.checked_mul(mantissa)?;
        Some((if self.negative { -value } else { value }, scale))
    }

    /// Whether the text is kept as it was written. The rule is the reference's quick test for "already canonical",
    /// which also lets a few other texts through.
    fn is_kept(&self, exponent: i32, format: Format) -> bool {
        const MAX_DIGITS: i32 = 18;
        let (whole, fraction) = (self.whole.len() as i32, self.fraction.len() as i32);
        let shifted = || self.whole.bytes().chain(self.fraction.bytes());
        if format == Format::BinarySi {
            let last = shifted().fold(0u64, |value, digit| value.wrapping_mul(10).wrapping_add(u64::from(digit - b'0')));
            return fraction == 0 && 15 - whole - exponent * 3 / 10 > 0 && last & 7 != 0;
        }
        let scale = exponent - fraction;
        MAX_DIGITS - whole - fraction >= 0
            && scale >= -9
            && scale % 3 == 0
            && self.whole.as_bytes()[0] != b'0'
            && !(shifted().count() >= 3 && shifted().rev().take(3).all(|digit| digit == b'0'))
    }
}

/// A quantity as Go has it in memory after it was read: a small number with a power of ten, or else a large one.
pub(crate) struct InMemory<'a> {
    pub value: i64,
    pub scale: i32,
    /// What does not fit, in billionths.
    pub large: Option<i128>,
    /// The text, if it was found to be in order already.
    pub text: &'a str,
    pub format: &'static str,
}

impl<'a> InMemory<'a> {
    /// The quantity that a stored text stands for.
    pub fn of(text: &'a str) -> Self {
        let small = |value, scale, text, format: Format| InMemory { value, scale, large: None, text, format: format.name() };
        if text == "0" {
            return small(0, 0, text, Format::DecimalSi);
        }
        let Ok((parts, (exponent, format))) = Parts::split(text).and_then(|parts| parts.exponent().map(|exponent| (parts, exponent))) else {
            return small(0, 0, "0", Format::DecimalSi);
        };
        let kept = if parts.is_kept(exponent, format) { text } else { "" };
        if let Some((value, scale)) = parts.small(exponent, format) {
            return small(value, scale, kept, format);
        }
        let quantity = parts.amount(exponent, format).unwrap_or_default();
        InMemory { value: 0, scale: 0, large: Some(quantity.nanos), text: "", format: quantity.format.name() }
    }
}

impl FromStr for Quantity {
    type Err = QuantityError;
    fn from_str(text: &str) -> Result<Self, QuantityError> {
        let parts = Parts::split(text)?;
        let (exponent, format) = parts.exponent()?;
        parts.amount(exponent, format)
    }
}

impl PartialEq for Quantity {
    fn eq(&self, other: &Self) -> bool {
        self.nanos == other.nanos
    }
}

impl Eq for Quantity {}

impl PartialOrd for Quantity {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Quantity {
    fn cmp(&self, other: &Self) -> Ordering {
        self.nanos.cmp(&other.nanos)
    }
}

impl std::ops::Add for Quantity {
    type Output = Quantity;
    /// The sum keeps the left side's format, unless that is zero.
    fn add(self, other: Quantity) -> Quantity {
        let format = if self.is_zero() { other.format } else { self.format };
        Quantity { nanos: self.nanos.saturating_add(other.nanos), format }
    }
}

impl std::ops::AddAssign for Quantity {
    fn add_assign(&mut self, other: Quantity) {
        *self = *self + other;
    }
}

impl std::ops::Sub for Quantity {
    type Output = Quantity;
    fn sub(self, other: Quantity) -> Quantity {
        let format = if self.is_zero() { other.format } else { self.format };
        Quantity { nanos: self.nanos.saturating_sub(other.nanos), format }
    }
}

impl std::ops::SubAssign for Quantity {
    fn sub_assign(&mut self, other: Quantity) {
        *self = *self - other;
    }
}

impl std::ops::Neg for Quantity {
    type Output = Quantity;
    fn neg(self) -> Quantity {
        Quantity { nanos: -self.nanos, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_print_in_canonical_form() {
        let cases = [
            ("0", "0"), ("0m", "0"), ("0Ki", "0"), ("-0", "0"), ("0.5", "500m"), ("1.5", "1500m"), ("1.5Gi", "1536Mi"),
            ("1024Mi", "1Gi"), ("1000", "1k"), ("1000m", "1"), ("100m", "100m"), ("0.1m", "100u"), ("1n", "1n"),
            ("0.1n", "1n"), ("-0.1n", "-1n"), ("1e3", "1e3"), ("1E3", "1e3"), ("12e6", "12e6"), ("1000e3", "1e6"),
            ("100Ki", "100Ki"), ("0.5Ki", "512"), ("0.01Ki", "10240m"), ("1023", "1023"), ("1.1Mi", "1153433600m"),
            ("4Gi", "4Gi"), ("8192Mi", "8Gi"), ("1E", "1E"), ("9223372036854775807", "9223372036854775807"), ("+5", "5"),
            ("5.", "5"), (".5", "500m"), ("1T", "1T"), ("100000k", "100M"), ("9999999999Ei", "9223372036854775807"),
        ];
        for (text, canonical) in cases {
            assert_eq!(text.parse::<Quantity>().map(|quantity| quantity.to_string()), Ok(canonical.to_owned()), "{text}");
        }
    }

    #[test]
    fn stored_text_changes_only_where_the_server_changes_it() {
        let cases = [("0.5", "500m"), ("1500m", "1500m"), ("1.500", "1.500"), ("1024Mi", "1Gi"), ("100Mi", "100Mi"), ("1E3", "1E3"), ("1000", "1k"), ("64Mi", "64Mi")];
        for (text, stored) in cases {
            assert_eq!(Quantity::canonicalize(text).as_deref(), Ok(stored), "{text}");
        }
    }

    #[test]
    fn what_is_no_quantity_is_refused_with_the_reason() {
        let cases = [
            ("", QuantityError::FormatWrong), ("1.1.1", QuantityError::FormatWrong), ("1+1.0M", QuantityError::FormatWrong),
            ("0.1mi", QuantityError::Suffix), ("0.1am", QuantityError::FormatWrong), ("aoeu", QuantityError::FormatWrong),
            (".5i", QuantityError::Suffix), ("1i", QuantityError::Suffix), ("-3.01i", QuantityError::Suffix),
            ("1Mb", QuantityError::FormatWrong), ("1kk", QuantityError::Suffix), ("abc", QuantityError::FormatWrong),
        ];
        for (text, error) in cases {
            assert_eq!(text.parse::<Quantity>().map(|quantity| quantity.to_string()), Err(error), "{text}");
        }
    }

    #[test]
    fn small_numbers_are_read_as_large_ones_are() {
        let suffixes = DECIMAL_SUFFIXES.iter().map(|(name, _)| *name).chain(BINARY_SUFFIXES.iter().copied());
        for suffix in suffixes {
            for number in ["0", "1", "-7", "1024", "999999999"] {
                let read = |text: String| text.parse::<Quantity>().unwrap().nanos;
                assert_eq!(read(format!("{number}{suffix}")), read(format!("{number}.0{suffix}")), "{number}{suffix}");
            }
        }
    }

    #[test]
    fn values_round_away_from_zero() {
        let cases = [("100m", 1, 100), ("1", 1, 1000), ("1001m", 2, 1001), ("100u", 1, 1), ("-100m", -1, -100), ("1Ki", 1024, 1_024_000)];
        for (text, value, millis) in cases {
            let quantity: Quantity = text.parse().unwrap();
            assert_eq!((quantity.value(), quantity.milli_value()), (value, millis), "{text}");
        }
    }

    #[test]
    fn sums_keep_the_format_of_the_first_amount() {
        let sum = |a: &str, b: &str| (a.parse::<Quantity>().unwrap() + b.parse::<Quantity>().unwrap()).to_string();
        assert_eq!(sum("100m", "900m"), "1");
        assert_eq!(sum("0", "512Mi"), "512Mi");
        assert_eq!(sum("512Mi", "512Mi"), "1Gi");
        assert_eq!(sum("1Gi", "1G"), "2073741824");
        assert!("1".parse::<Quantity>().unwrap() < "1001m".parse().unwrap());
    }
}
