//! Parts of timestamps and durations.
//!
//! Models: github.com/google/cel-go/common/types/{timestamp.go,duration.go}, v0.26 as v1.36 has it.
//! Simplified: of time zones, offsets (`+02:00`) and UTC are known, not names.

use jiff::SignedDuration;

use super::super::value::{Fault, Value};
use Value::{Duration, Int, Text, Timestamp};

pub(super) fn call(name: &str, values: &[Value]) -> Option<Result<Value, Fault>> {
    match values {
        [Duration(nanos)] => {
            let nanos = *nanos;
            let part = match name {
                "getHours" => nanos / 3_600_000_000_000,
                "getMinutes" => nanos / 60_000_000_000,
                "getSeconds" => nanos / 1_000_000_000,
                "getMilliseconds" => nanos / 1_000_000,
                _ => return None,
            };
            Some(Ok(Int(part)))
        }
        [Timestamp(at)] if name.starts_with("get") => part(name, *at),
        [Timestamp(at), Text(zone)] if name.starts_with("get") => match offset(zone) {
            Some(seconds) => part(name, at.checked_add(SignedDuration::from_secs(seconds)).unwrap_or(*at)),
            None => Some(Err(format!("not simulated: the time zone {zone}"))),
        },
        _ => None,
    }
}

fn offset(zone: &str) -> Option<i64> {
    if matches!(zone, "UTC" | "") {
        return Some(0);
    }
    let (sign, rest) = match zone.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, zone.strip_prefix('+').unwrap_or(zone)),
    };
    let (hours, minutes) = rest.split_once(':')?;
    Some(sign * (hours.parse::<i64>().ok()? * 3600 + minutes.parse::<i64>().ok()? * 60))
}

fn part(name: &str, at: jiff::Timestamp) -> Option<Result<Value, Fault>> {
    let date = at.to_zoned(jiff::tz::TimeZone::UTC);
    Some(Ok(Int(match name {
        "getFullYear" => i64::from(date.year()),
        "getMonth" => i64::from(date.month()) - 1,
        "getDayOfYear" => i64::from(date.day_of_year()) - 1,
        "getDayOfMonth" => i64::from(date.day()) - 1,
        "getDate" => i64::from(date.day()),
        "getDayOfWeek" => i64::from(date.weekday().to_sunday_zero_offset()),
        "getHours" => i64::from(date.hour()),
        "getMinutes" => i64::from(date.minute()),
        "getSeconds" => i64::from(date.second()),
        "getMilliseconds" => i64::from(date.millisecond()),
        _ => return None,
    })))
}
