//! How long something has been there.
//!
//! Models: staging/src/k8s.io/apimachinery/pkg/util/duration/duration.go, v1.36.
//! Simplified: nothing.

use std::time::Duration;

use jiff::Timestamp;
use podarium_api::time::human_duration;

/// `5s`, `3m12s`, `2d`.
pub fn age(then: Timestamp, now: Timestamp) -> String {
    let nanos = now.as_nanosecond() - then.as_nanosecond();
    if nanos < -1_000_000_000 {
        return "<invalid>".to_owned();
    }
    human_duration(Duration::from_nanos(u64::try_from(nanos.max(0)).unwrap_or(u64::MAX)))
}

/// The age of a timestamp as it stands in an object.
pub fn age_of(stamp: &str, now: Timestamp) -> String {
    stamp.parse::<Timestamp>().map_or("<unknown>".to_owned(), |then| age(then, now))
}

/// `Mon, 23 Nov 2026 09:50:14 +0000`; nothing is the first moment of the first year.
pub fn rfc1123(stamp: &str) -> String {
    match stamp.parse::<Timestamp>() {
        Ok(then) => then.to_zoned(jiff::tz::TimeZone::UTC).strftime("%a, %d %b %Y %H:%M:%S +0000").to_string(),
        Err(_) => "Mon, 01 Jan 0001 00:00:00 +0000".to_owned(),
    }
}
