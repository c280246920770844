//! Wall-clock times as programs print them.

use std::time::Duration;

use jiff::{Timestamp, tz::TimeZone};
use podarium_sim::Time;

use crate::{Process, Suspend};

/// Knows how virtual time and the wall clock go together.
#[derive(Clone, Copy)]
pub(super) struct Clock {
    pub now: Time,
    epoch_nanos: i64,
}

impl Clock {
    pub fn read(process: &mut Process<'_>) -> Result<Self, Suspend> {
        let (nanos, now) = (process.unix_nanos()?, process.now()?);
        Ok(Clock { now, epoch_nanos: nanos - i64::try_from(now.as_nanos()).unwrap_or(0) })
    }

    /// A moment in the format of `strftime`, in UTC.
    pub fn format(&self, time: Time, format: &str) -> String {
        let nanos = self.unix_nanos(time);
        let stamp = Timestamp::from_nanosecond(nanos.into()).unwrap_or(Timestamp::UNIX_EPOCH);
        stamp.to_zoned(TimeZone::UTC).strftime(format).to_string()
    }

    pub fn unix_nanos(&self, time: Time) -> i64 {
        self.epoch_nanos + i64::try_from(time.as_nanos()).unwrap_or(0)
    }
}

impl Clock {
    /// The virtual time of a moment; there is none before the simulation began.
    pub fn time(&self, unix_nanos: i64) -> Option<Time> {
        u64::try_from(unix_nanos - self.epoch_nanos).ok().map(|nanos| Time::ZERO + Duration::from_nanos(nanos))
    }
}

/// `00:01:48`
pub(super) fn hours_minutes_seconds(duration: Duration) -> String {
    let seconds = duration.as_secs();
    format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}
