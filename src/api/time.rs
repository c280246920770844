//! Virtual time as Kubernetes writes it: timestamps to the second, micro-timestamps, and ages.
//!
//! Models: staging/src/k8s.io/apimachinery/pkg/util/duration/duration.go, v1.36.
//! Simplified: nothing.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{MicroTime, Time as MetaTime};
use podarium_sim::Time;

/// The calendar date at which virtual time 0 lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Epoch(pub Timestamp);

impl Default for Epoch {
    /// 2026-01-05 09:00:00 UTC, a Monday morning.
    fn default() -> Self {
        Epoch(Timestamp::constant(1_767_603_600, 0))
    }
}

impl Epoch {
    /// So many seconds after 1970 began; `None` beyond the calendar.
    pub fn from_unix(seconds: i64) -> Option<Self> {
        Timestamp::from_second(seconds).ok().map(Epoch)
    }

    pub fn timestamp(self, time: Time) -> Timestamp {
        let since = SignedDuration::from_nanos(i64::try_from(time.as_nanos()).unwrap_or(i64::MAX));
        self.0.checked_add(since).unwrap_or(Timestamp::MAX)
    }

    /// `metadata.creationTimestamp` and its like: whole seconds.
    pub fn seconds(self, time: Time) -> MetaTime {
        let second = self.timestamp(time).as_second();
        MetaTime(Timestamp::from_second(second).unwrap_or(Timestamp::MAX))
    }

    /// Lease times and event times: microseconds.
    pub fn micros(self, time: Time) -> MicroTime {
        let micros = self.timestamp(time).as_microsecond();
        MicroTime(Timestamp::from_microsecond(micros).unwrap_or(Timestamp::MAX))
    }

    /// The virtual time of a timestamp, 0 for one that lies before the start.
    pub fn time(self, timestamp: Timestamp) -> Time {
        let nanos = timestamp.duration_since(self.0).as_nanos();
        Time::from_nanos(u64::try_from(nanos).unwrap_or(0))
    }
}

/// `45s`, `2m13s`, `5h40m`, `3d`: the short form of an age in tables.
pub fn human_duration(age: Duration) -> String {
    let seconds = age.as_secs();
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86400);
    let two = |big: u64, unit: &str, small: u64, small_unit: &str| {
        if small == 0 { format!("{big}{unit}") } else { format!("{big}{unit}{small}{small_unit}") }
    };
    match () {
        () if seconds < 120 => format!("{seconds}s"),
        () if minutes < 10 => two(minutes, "m", seconds % 60, "s"),
        () if minutes < 180 => format!("{minutes}m"),
        () if hours < 8 => two(hours, "h", minutes % 60, "m"),
        () if hours < 48 => format!("{hours}h"),
        () if hours < 192 => two(days, "d", hours % 24, "h"),
        () if days < 730 => format!("{days}d"),
        () if days < 8 * 365 => two(days / 365, "y", days % 365, "d"),
        () => format!("{}y", days / 365),
    }
}

/// The age of something made at `then`, seen at `now`; `<unknown>` where there is no time.
pub fn age(then: Option<&MetaTime>, now: Timestamp) -> String {
    let Some(then) = then else { return "<unknown>".to_owned() };
    let nanos = now.duration_since(then.0).as_nanos();
    if nanos < -1_000_000_000 {
        return "<invalid>".to_owned();
    }
    human_duration(Duration::from_nanos(u64::try_from(nanos).unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_read_as_kubectl_prints_them() {
        let cases = [
            (0, "0s"), (119, "119s"), (120, "2m"), (133, "2m13s"), (599, "9m59s"), (600, "10m"), (10_799, "179m"),
            (10_800, "3h"), (20_400, "5h40m"), (28_800, "8h"), (172_799, "47h"), (172_800, "2d"), (176_400, "2d1h"),
            (691_200, "8d"), (63_072_000, "2y"), (63_158_400, "2y1d"), (252_288_000, "8y"),
        ];
        for (seconds, text) in cases {
            assert_eq!(human_duration(Duration::from_secs(seconds)), text, "{seconds} s");
        }
    }

    #[test]
    fn virtual_time_and_timestamps_convert_both_ways() {
        let epoch = Epoch::default();
        let time = Time::from_millis(12_345);
        assert_eq!(epoch.time(epoch.timestamp(time)), time);
        assert_eq!(epoch.seconds(time).0.to_string(), "2026-01-05T09:00:12Z");
    }
}
