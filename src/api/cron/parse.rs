//! Reading a schedule: five fields of numbers, names, ranges, lists and steps; or a word such as `@daily`.
//!
//! Models: the parser of github.com/robfig/cron/v3, which Kubernetes uses.
//! Simplified: nothing.

use std::time::Duration;

use jiff::tz::TimeZone;

use super::schedule::{Fields, STAR, Timing};
use super::{Schedule, go_duration, time_zone};

/// The lowest and the highest value of a field, and the names of values from the lowest on.
struct Bounds {
    min: u32,
    max: u32,
    names: &'static [&'static str],
}

const MINUTE: Bounds = Bounds { min: 0, max: 59, names: &[] };
const HOUR: Bounds = Bounds { min: 0, max: 23, names: &[] };
const DAY_OF_MONTH: Bounds = Bounds { min: 1, max: 31, names: &[] };
const MONTH: Bounds =
    Bounds { min: 1, max: 12, names: &["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"] };
const DAY_OF_WEEK: Bounds = Bounds { min: 0, max: 6, names: &["sun", "mon", "tue", "wed", "thu", "fri", "sat"] };

pub(super) fn parse(text: &str) -> Result<Schedule, String> {
    if text.is_empty() {
        return Err("empty spec string".to_owned());
    }
    let (zone, text) = zone_of(text)?;
    if text.starts_with('@') {
        return Ok(Schedule { timing: descriptor(text)?, zone });
    }
    let parts: Vec<&str> = text.split_whitespace().collect();
    let [minute, hour, day_of_month, month, day_of_week] = parts.as_slice() else {
        return Err(format!("expected exactly 5 fields, found {}: [{}]", parts.len(), parts.join(" ")));
    };
    let fields = Fields {
        minute: field(minute, &MINUTE)?,
        hour: field(hour, &HOUR)?,
        day_of_month: field(day_of_month, &DAY_OF_MONTH)?,
        month: field(month, &MONTH)?,
        day_of_week: field(day_of_week, &DAY_OF_WEEK)?,
    };
    Ok(Schedule { timing: Timing::Fields(fields), zone })
}

/// `TZ=Europe/Berlin 0 9 * * *`: the zone that stands before the fields.
fn zone_of(text: &str) -> Result<(Option<TimeZone>, &str), String> {
    if !text.starts_with("TZ=") && !text.starts_with("CRON_TZ=") {
        return Ok((None, text));
    }
    let equals = text.find('=').unwrap_or(0);
    // The library takes the text up to the blank without looking whether there is one.
    let Some(blank) = text.find(' ') else {
        return Err(format!("invalid schedule format: runtime error: slice bounds out of range [{}:-1]", equals + 1));
    };
    let name = &text[equals + 1..blank];
    let zone = time_zone(name).map_err(|why| format!("provided bad location {name}: {why}"))?;
    Ok((Some(zone), text[blank..].trim()))
}

fn descriptor(text: &str) -> Result<Timing, String> {
    let (hour, day_of_month, month, day_of_week) = match text {
        "@yearly" | "@annually" => (Some(0), Some(1), Some(1), None),
        "@monthly" => (Some(0), Some(1), None, None),
        "@weekly" => (Some(0), None, None, Some(0)),
        "@daily" | "@midnight" => (Some(0), None, None, None),
        "@hourly" => (None, None, None, None),
        _ => return every(text),
    };
    let bits = |value: Option<u32>, bounds: &Bounds| value.map_or_else(|| all(bounds), |value| 1 << value);
    Ok(Timing::Fields(Fields {
        minute: 1,
        hour: bits(hour, &HOUR),
        day_of_month: bits(day_of_month, &DAY_OF_MONTH),
        month: bits(month, &MONTH),
        day_of_week: bits(day_of_week, &DAY_OF_WEEK),
    }))
}

fn every(text: &str) -> Result<Timing, String> {
    let Some(duration) = text.strip_prefix("@every ") else { return Err(format!("unrecognized descriptor: {text}")) };
    let duration = go_duration::parse(duration).map_err(|why| format!("failed to parse duration {text}: {why}"))?;
    Ok(Timing::Every(Duration::from_secs(duration.as_secs().max(1))))
}

fn all(bounds: &Bounds) -> u64 {
    bits(bounds.min, bounds.max, 1) | STAR
}

fn bits(start: u32, end: u32, step: u32) -> u64 {
    (start..=end).step_by(usize::try_from(step).unwrap_or(usize::MAX)).fold(0, |bits, value| bits | 1 << value)
}

/// A list of ranges. An empty list matches nothing, as in the library.
fn field(text: &str, bounds: &Bounds) -> Result<u64, String> {
    text.split(',').filter(|part| !part.is_empty()).try_fold(0, |bits, part| Ok(bits | range(part, bounds)?))
}

fn range(text: &str, bounds: &Bounds) -> Result<u64, String> {
    let parts: Vec<&str> = text.split('/').collect();
    let ends: Vec<&str> = parts[0].split('-').collect();
    let (start, mut end, mut star) = if matches!(ends[0], "*" | "?") {
        (bounds.min, bounds.max, STAR)
    } else {
        let start = number_or_name(ends[0], bounds)?;
        let end = match ends.as_slice() {
            [_] => start,
            [_, end] => number_or_name(end, bounds)?,
            _ => return Err(format!("too many hyphens: {text}")),
        };
        (start, end, 0)
    };
    let step = match parts.as_slice() {
        [_] => 1,
        [_, step] => {
            let step = number(step)?;
            // `5/15` means from 5 to the end.
            if ends.len() == 1 {
                end = bounds.max;
            }
            if step > 1 {
                star = 0;
            }
            step
        }
        _ => return Err(format!("too many slashes: {text}")),
    };
    if start < bounds.min {
        return Err(format!("beginning of range ({start}) below minimum ({}): {text}", bounds.min));
    }
    if end > bounds.max {
        return Err(format!("end of range ({end}) above maximum ({}): {text}", bounds.max));
    }
    if start > end {
        return Err(format!("beginning of range ({start}) beyond end of range ({end}): {text}"));
    }
    if step == 0 {
        return Err(format!("step of range should be a positive number: {text}"));
    }
    Ok(bits(start, end, step) | star)
}

fn number_or_name(text: &str, bounds: &Bounds) -> Result<u32, String> {
    let lower = text.to_lowercase();
    let named = bounds.names.iter().position(|name| *name == lower).and_then(|at| u32::try_from(at).ok());
    named.map_or_else(|| number(text), |at| Ok(at + bounds.min))
}

fn number(text: &str) -> Result<u32, String> {
    let failed = |why: &str| format!("failed to parse int from {text}: strconv.Atoi: parsing {text:?}: {why}");
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(failed("invalid syntax"));
    }
    let value: i64 = text.parse().map_err(|_| failed("value out of range"))?;
    if value < 0 {
        return Err(format!("negative number ({value}) not allowed: {text}"));
    }
    Ok(u32::try_from(value).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_schedule_is_refused_with_the_reason() {
        let cases = [
            ("", "empty spec string"),
            ("every minute", "expected exactly 5 fields, found 2: [every minute]"),
            ("* * * * * *", "expected exactly 5 fields, found 6: [* * * * * *]"),
            ("@often", "unrecognized descriptor: @often"),
            ("@every 5", "failed to parse duration @every 5: time: missing unit in duration \"5\""),
            ("60 * * * *", "end of range (60) above maximum (59): 60"),
            ("* * 0 * *", "beginning of range (0) below minimum (1): 0"),
            ("* * * * 7", "end of range (7) above maximum (6): 7"),
            ("5-3 * * * *", "beginning of range (5) beyond end of range (3): 5-3"),
            ("*/0 * * * *", "step of range should be a positive number: */0"),
            ("1-2-3 * * * *", "too many hyphens: 1-2-3"),
            ("1/2/3 * * * *", "too many slashes: 1/2/3"),
            ("-1 * * * *", "failed to parse int from : strconv.Atoi: parsing \"\": invalid syntax"),
            ("x * * * *", "failed to parse int from x: strconv.Atoi: parsing \"x\": invalid syntax"),
            ("TZ=Nowhere/Land * * * * *", "provided bad location Nowhere/Land: unknown time zone Nowhere/Land"),
            ("TZ=0", "invalid schedule format: runtime error: slice bounds out of range [3:-1]"),
        ];
        for (text, why) in cases {
            assert_eq!(parse(text).map(|_| ()), Err(why.to_owned()), "{text:?}");
        }
    }

    #[test]
    fn names_and_lists_are_the_numbers_that_they_stand_for() {
        for (text, same) in [("0 0 * jan mon", "0 0 * 1 1"), ("0 0 * DEC Sat", "0 0 * 12 6"), ("1,2,3 * * * *", "1-3 * * * *"), ("57/2 * * * *", "57,59 * * * *")] {
            assert_eq!(parse(text), parse(same), "{text}");
        }
        assert_eq!(parse("@hourly"), parse("0 * * * *"));
        assert_eq!(parse("@weekly"), parse("0 0 * * 0"));
    }
}
