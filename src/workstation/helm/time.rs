//! Times as Go writes them.

use jiff::Timestamp;
use jiff::tz::TimeZone;

fn zoned(nanos: i64) -> jiff::Zoned {
    Timestamp::from_nanosecond(i128::from(nanos)).unwrap_or(Timestamp::UNIX_EPOCH).to_zoned(TimeZone::UTC)
}

/// `2026-01-01T08:00:00.123456789Z`
pub fn rfc3339(nanos: i64) -> String {
    Timestamp::from_nanosecond(i128::from(nanos)).unwrap_or(Timestamp::UNIX_EPOCH).to_string()
}

/// `Thu Jan  1 08:00:00 2026`
pub fn ansi(text: &str) -> String {
    match text.parse::<Timestamp>() {
        Ok(time) => time.to_zoned(TimeZone::UTC).strftime("%a %b %e %H:%M:%S %Y").to_string(),
        Err(_) => text.to_owned(),
    }
}

/// `2026-01-01 08:00:00.123 +0000 UTC`
pub fn go_text(nanos: i64) -> String {
    let time = zoned(nanos);
    let fraction = match nanos.rem_euclid(1_000_000_000) {
        0 => String::new(),
        rest => format!(".{rest:09}").trim_end_matches('0').to_owned(),
    };
    format!("{}{fraction} +0000 UTC", time.strftime("%Y-%m-%d %H:%M:%S"))
}

/// The same of a time as it is kept.
pub fn go_text_of(text: &str) -> String {
    match text.parse::<Timestamp>() {
        Ok(time) => go_text(i64::try_from(time.as_nanosecond()).unwrap_or(0)),
        Err(_) => text.to_owned(),
    }
}

/// Go's layouts by example: `2006-01-02 15:04:05`.
pub fn layout(nanos: i64, layout: &str) -> String {
    let time = zoned(nanos);
    let parts = [("2006", "%Y"), ("January", "%B"), ("Jan", "%b"), ("Monday", "%A"), ("Mon", "%a"), ("01", "%m"), ("02", "%d"), ("15", "%H"), ("03", "%I"), ("04", "%M"), ("05", "%S"), ("06", "%y"), ("PM", "%p"), ("MST", "UTC"), ("Z07:00", "Z"), ("-0700", "+0000")];
    let mut format = layout.replace('%', "%%");
    for (example, code) in parts {
        format = format.replace(example, code);
    }
    time.strftime(&format).to_string()
}
