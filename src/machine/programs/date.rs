//! `date`: the wall clock of the simulated world, in UTC.

use jiff::{Timestamp, ToSpan as _, civil, tz::TimeZone};

use super::arguments::{self, Options};
use crate::{Process, Suspend};

const OPTIONS: Options = Options::new("ud:RI::r:3:", &[
    ("reference", 'r'),
    ("utc", 'u'),
    ("universal", 'u'),
    ("date", 'd'),
    ("rfc-email", 'R'),
    ("iso-8601", 'I'),
    ("rfc-3339", '3'),
])
.lacking(&["f", "s", "file", "set"]);

pub(super) fn main(process: &mut Process<'_>) -> Result<i32, Suspend> {
    let arguments = match arguments::read(process, &OPTIONS)? {
        Ok(arguments) => arguments,
        Err(status) => return Ok(status),
    };
    let now = Timestamp::from_nanosecond(process.unix_nanos()?.into()).unwrap_or(Timestamp::UNIX_EPOCH);
    let time = match (arguments.value('d'), arguments.value('r')) {
        (None, None) => now,
        (_, Some(path)) => match process.stat(path)? {
            Ok(found) => {
                let nanos = super::clock::Clock::read(process)?.unix_nanos(found.modified);
                Timestamp::from_nanosecond(nanos.into()).unwrap_or(now)
            }
            Err(error) => {
                process.eprint(&format!("date: {path}: {error}\n"))?;
                return Ok(1);
            }
        },
        (Some(text), None) => match moment(text, now) {
            Some(time) => time,
            None => {
                process.eprint(&format!("date: invalid date '{text}'\n"))?;
                return Ok(1);
            }
        },
    };
    let format = match arguments.operands.as_slice() {
        [] if arguments.has('R') => "%a, %d %b %Y %H:%M:%S %z",
        [] if arguments.has('3') => match arguments.value('3') {
            Some("date") => "%Y-%m-%d",
            Some("ns") => "%Y-%m-%d %H:%M:%S.%N%:z",
            Some("seconds") => "%Y-%m-%d %H:%M:%S%:z",
            other => {
                let problem = format!("invalid argument '{}' for '--rfc-3339'\nValid arguments are:\n  - 'date'\n  - 'seconds'\n  - 'ns'", other.unwrap_or_default());
                return arguments::wrong_use(process, "date", &problem, 1);
            }
        },
        [] if arguments.has('I') => match arguments.value('I') {
            None | Some("date") => "%Y-%m-%d",
            Some("hours") => "%Y-%m-%dT%H%:z",
            Some("minutes") => "%Y-%m-%dT%H:%M%:z",
            Some("seconds") => "%Y-%m-%dT%H:%M:%S%:z",
            Some("ns") => "%Y-%m-%dT%H:%M:%S,%N%:z",
            Some(other) => {
                let problem = format!("invalid argument '{other}' for '--iso-8601'");
                return arguments::wrong_use(process, "date", &problem, 1);
            }
        },
        [] => "%a %b %e %H:%M:%S UTC %Y",
        [format] if format.starts_with('+') => &format[1..],
        [other] if other.starts_with(|c: char| c.is_ascii_digit()) => {
            process.eprint("date: cannot set date: Operation not permitted\n")?;
            return Ok(1);
        }
        [other] => {
            process.eprint(&format!("date: invalid date '{other}'\n"))?;
            return Ok(1);
        }
        [_, extra, ..] => return arguments::wrong_use(process, "date", &format!("extra operand '{extra}'"), 1),
    };
    match formatted(time, format) {
        Ok(text) => process.print(&format!("{text}\n"))?,
        Err(what) => return arguments::not_simulated(process, &format!("date +{what}")),
    }
    Ok(0)
}

/// A moment as `touch -d` reads it, in nanoseconds since 1970.
pub(super) fn nanos(text: &str, now: i64) -> Option<i64> {
    let now = Timestamp::from_nanosecond(now.into()).ok()?;
    moment(text, now).and_then(|time| i64::try_from(time.as_nanosecond()).ok())
}

/// `@1700000000`, `2026-01-01 10:00:00`, `now`, `yesterday`, `2 hours ago`, `+3 days`.
fn moment(text: &str, now: Timestamp) -> Option<Timestamp> {
    let text = text.trim();
    if let Some(seconds) = text.strip_prefix('@') {
        return Timestamp::from_second(seconds.split('.').next()?.parse().ok()?).ok();
    }
    if let Ok(time) = text.parse::<Timestamp>() {
        return Some(time);
    }
    let plain = text.trim_end_matches(" UTC").trim_end_matches('Z');
    if let Ok(time) = plain.parse::<civil::DateTime>() {
        return time.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp());
    }
    let words: Vec<&str> = text.split_whitespace().filter(|word| *word != "UTC").collect();
    // A day, perhaps with a time, may stand before what is added to it.
    let dated = (1..=words.len().min(2)).rev().find_map(|count| {
        let time = words[..count].join(" ").parse::<civil::DateTime>().ok()?;
        Some((time.to_zoned(TimeZone::UTC).ok()?.timestamp(), count))
    });
    let (mut time, mut index) = dated.unwrap_or((now, 0));
    while index < words.len() {
        let (amount, unit) = match words[index] {
            "now" | "today" => (0, "second"),
            "yesterday" => (-1, "day"),
            "tomorrow" => (1, "day"),
            word => {
                let number: i64 = word.parse().ok()?;
                index += 1;
                (number, words.get(index)?.trim_end_matches('s'))
            }
        };
        index += 1;
        let amount = match words.get(index) {
            Some(&"ago") => {
                index += 1;
                -amount
            }
            _ => amount,
        };
        let seconds = match unit {
            "sec" | "second" => 1,
            "min" | "minute" => 60,
            "hour" => 3600,
            "day" => 86_400,
            "week" => 604_800,
            "month" | "year" => {
                let months = if unit == "year" { amount.checked_mul(12)? } else { amount };
                let span = 0.months().try_months(months).ok()?;
                time = time.to_zoned(TimeZone::UTC).checked_add(span).ok()?.timestamp();
                continue;
            }
            _ => return None,
        };
        time = Timestamp::from_second(time.as_second().checked_add(amount.checked_mul(seconds)?)?).ok()?;
    }
    Some(time)
}

/// The text of a format; the error is a conversion that there is none for.
fn formatted(time: Timestamp, format: &str) -> Result<String, String> {
    let zoned = time.to_zoned(TimeZone::UTC);
    let mut out = String::new();
    let mut rest = format;
    while let Some(at) = rest.find('%') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let unpadded = rest.starts_with('-');
        rest = rest.strip_prefix('-').unwrap_or(rest);
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let width = rest[..digits].parse::<usize>().ok();
        rest = &rest[digits..];
        let Some(letter) = rest.chars().next() else {
            out.push('%');
            break;
        };
        let take = if rest.starts_with(":z") { 2 } else { letter.len_utf8() };
        let conversion = &rest[..take];
        rest = &rest[take..];
        let text = match conversion {
            "%" => "%".to_owned(),
            "n" => "\n".to_owned(),
            "t" => "\t".to_owned(),
            "s" => time.as_second().to_string(),
            "N" => {
                let nanos = format!("{:09}", time.subsec_nanosecond());
                nanos[..width.unwrap_or(9).min(9)].to_owned()
            }
            "Z" => "UTC".to_owned(),
            "z" => "+0000".to_owned(),
            ":z" => "+00:00".to_owned(),
            "c" => zoned.strftime("%a %b %e %H:%M:%S %Y").to_string(),
            "x" => zoned.strftime("%m/%d/%y").to_string(),
            "X" => zoned.strftime("%H:%M:%S").to_string(),
            "r" => zoned.strftime("%I:%M:%S %p").to_string(),
            "P" => zoned.strftime("%p").to_string().to_lowercase(),
            "q" => ((i32::from(zoned.month()) - 1) / 3 + 1).to_string(),
            "Y" | "C" | "y" | "m" | "d" | "e" | "H" | "I" | "M" | "S" | "p" | "a" | "A" | "b" | "B" | "h" | "j" | "u"
            | "w" | "U" | "W" | "V" | "G" | "g" | "F" | "T" | "D" | "R" | "k" | "l" => {
                zoned.strftime(&format!("%{conversion}")).to_string()
            }
            other => return Err(format!("%{other}")),
        };
        match unpadded {
            true => out.push_str(match text.trim_start_matches(['0', ' ']) {
                "" => "0",
                text => text,
            }),
            false => out.push_str(&text),
        }
    }
    Ok(out + rest)
}
