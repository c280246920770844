//! `Date`, on the clock of the simulated world. The time zone is UTC, as in containers.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

use super::run::{Call, Native, Outcome, Run};
use super::value::{Class_, Value};

fn zoned(millis: f64) -> Option<Zoned> {
    if !millis.is_finite() {
        return None;
    }
    Some(Timestamp::from_millisecond(millis as i64).ok()?.to_zoned(TimeZone::UTC))
}

/// `2026-01-01T08:00:00.000Z`
pub fn iso(millis: f64) -> Option<String> {
    zoned(millis).map(|at| format!("{}.{:03}Z", at.strftime("%Y-%m-%dT%H:%M:%S"), at.millisecond()))
}

/// As HTTP writes a date.
pub fn http(millis: f64) -> String {
    zoned(millis).map(|at| at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()).unwrap_or_else(|| "Invalid Date".to_owned())
}

fn parse(text: &str) -> f64 {
    if let Ok(at) = text.parse::<Timestamp>() {
        return at.as_millisecond() as f64;
    }
    let civil = text.parse::<DateTime>().ok().or_else(|| text.parse::<jiff::civil::Date>().ok().map(DateTime::from));
    civil.and_then(|civil| civil.to_zoned(TimeZone::UTC).ok()).map_or(f64::NAN, |at| at.timestamp().as_millisecond() as f64)
}

fn from_parts(parts: &[f64]) -> f64 {
    let part = |index: usize, otherwise: f64| parts.get(index).copied().unwrap_or(otherwise);
    let months = part(0, 1970.0) * 12.0 + part(1, 0.0);
    let (year, month) = ((months / 12.0).floor() as i16, months.rem_euclid(12.0) as i8 + 1);
    let Ok(first) = DateTime::new(year, month, 1, 0, 0, 0, 0) else { return f64::NAN };
    let Ok(first) = first.to_zoned(TimeZone::UTC) else { return f64::NAN };
    let days = part(2, 1.0) - 1.0;
    let seconds = ((days * 24.0 + part(3, 0.0)) * 60.0 + part(4, 0.0)) * 60.0 + part(5, 0.0);
    first.timestamp().as_millisecond() as f64 + seconds * 1000.0 + part(6, 0.0)
}

pub fn now(run: &Run<'_, '_>) -> f64 {
    (run.sys.unix_nanos() / 1_000_000) as f64
}

pub fn constructor(run: &mut Run<'_, '_>, call: &Call<'_>) -> Outcome {
    let at = match call.args {
        [] => now(run),
        [one] => match one {
            Value::Text(text) => parse(text),
            one => match run.class(one) {
                Some(Class_::Date(at)) => *at,
                _ => run.number(one)?,
            },
        },
        parts => {
            let parts: Result<Vec<f64>, _> = parts.iter().map(|part| run.number(part)).collect();
            from_parts(&parts?)
        }
    };
    if !call.is_new {
        return Ok(text(at, "%a %b %d %Y %H:%M:%S GMT+0000 (Coordinated Universal Time)").into());
    }
    Ok(Value::Object(run.add("Date", Class_::Date(at))))
}

fn text(at: f64, format: &str) -> String {
    zoned(at).map_or_else(|| "Invalid Date".to_owned(), |at| at.strftime(format).to_string())
}

fn own(run: &mut Run<'_, '_>, call: &Call<'_>) -> Result<f64, super::run::Abrupt> {
    match run.class(call.this) {
        Some(Class_::Date(at)) => Ok(*at),
        _ => run.type_error("this is not a Date object."),
    }
}

fn part(run: &mut Run<'_, '_>, call: &Call<'_>, part: impl Fn(&Zoned) -> f64) -> Outcome {
    let at = own(run, call)?;
    Ok(Value::Number(zoned(at).map_or(f64::NAN, |at| part(&at))))
}

/// Both forms, local and UTC, are the same here.
pub const METHODS: &[(&str, Native)] = &[
    ("getTime", |run, call| Ok(own(run, call)?.into())),
    ("valueOf", |run, call| Ok(own(run, call)?.into())),
    ("getFullYear", |run, call| part(run, call, |at| f64::from(at.year()))),
    ("getUTCFullYear", |run, call| part(run, call, |at| f64::from(at.year()))),
    ("getMonth", |run, call| part(run, call, |at| f64::from(at.month() - 1))),
    ("getUTCMonth", |run, call| part(run, call, |at| f64::from(at.month() - 1))),
    ("getDate", |run, call| part(run, call, |at| f64::from(at.day()))),
    ("getUTCDate", |run, call| part(run, call, |at| f64::from(at.day()))),
    ("getDay", |run, call| part(run, call, |at| f64::from(at.weekday().to_sunday_zero_offset()))),
    ("getUTCDay", |run, call| part(run, call, |at| f64::from(at.weekday().to_sunday_zero_offset()))),
    ("getHours", |run, call| part(run, call, |at| f64::from(at.hour()))),
    ("getUTCHours", |run, call| part(run, call, |at| f64::from(at.hour()))),
    ("getMinutes", |run, call| part(run, call, |at| f64::from(at.minute()))),
    ("getUTCMinutes", |run, call| part(run, call, |at| f64::from(at.minute()))),
    ("getSeconds", |run, call| part(run, call, |at| f64::from(at.second()))),
    ("getUTCSeconds", |run, call| part(run, call, |at| f64::from(at.second()))),
    ("getMilliseconds", |run, call| part(run, call, |at| f64::from(at.millisecond()))),
    ("getTimezoneOffset", |_, _| Ok(Value::Number(0.0))),
    ("toISOString", |run, call| {
        let at = own(run, call)?;
        match iso(at) {
            Some(text) => Ok(text.into()),
            None => run.throw("RangeError", "Invalid time value"),
        }
    }),
    ("toJSON", |run, call| Ok(iso(own(run, call)?).map_or(Value::Null, Value::from))),
    ("toString", |run, call| {
        let zone = if run.vm.version.is_old() { "UTC" } else { "Coordinated Universal Time" };
        Ok(text(own(run, call)?, &format!("%a %b %d %Y %H:%M:%S GMT+0000 ({zone})")).into())
    }),
    ("toDateString", |run, call| Ok(text(own(run, call)?, "%a %b %d %Y").into())),
    ("toTimeString", |run, call| Ok(text(own(run, call)?, "%H:%M:%S GMT+0000 (Coordinated Universal Time)").into())),
    ("toUTCString", |run, call| Ok(http(own(run, call)?).into())),
    ("toLocaleTimeString", |run, call| Ok(text(own(run, call)?, "%-I:%M:%S %p").into())),
    ("toLocaleDateString", |run, call| Ok(text(own(run, call)?, "%-m/%-d/%Y").into())),
    ("toLocaleString", |run, call| Ok(text(own(run, call)?, "%-m/%-d/%Y, %-I:%M:%S %p").into())),
];

pub const STATICS: &[(&str, Native)] = &[
    ("now", |run, _| Ok(now(run).into())),
    ("parse", |run, call| {
        let text = run.text(&call.arg(0))?;
        Ok(parse(&text).into())
    }),
];
