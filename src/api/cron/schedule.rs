//! The times of a schedule.
//!
//! A day matches when day of the month *and* day of the week do; but if both are restricted, when *one* of them does:
//! `0 0 13 * 5` is every 13th and every Friday.
//!
//! Models: github.com/robfig/cron/v3, spec.go and constantdelay.go, and Go's time.Date for local times that do not exist.
//! Simplified: nothing.

use std::time::Duration;

use jiff::civil::{self, DateTime};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan as _};

/// Marks a field that was `*`, which matters for days.
pub(super) const STAR: u64 = 1 << 63;

/// One bit for each value that matches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fields {
    pub minute: u64,
    pub hour: u64,
    pub day_of_month: u64,
    pub month: u64,
    pub day_of_week: u64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Timing {
    Fields(Fields),
    /// `@every 90s`: whole seconds after the time that is asked about.
    Every(Duration),
}

/// When a CronJob runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    pub(super) timing: Timing,
    /// The zone that the schedule itself names with `TZ=`.
    pub(super) zone: Option<TimeZone>,
}

/// A schedule that has no time within five years has none.
const YEARS: i16 = 5;

impl Schedule {
    /// Reads a schedule; the error is the reference's.
    pub fn parse(text: &str) -> Result<Self, String> {
        super::parse::parse(text)
    }

    /// The first time after `after`, none if there is none for five years. Clocks of `zone` are looked at unless the
    /// schedule names its own.
    pub fn next(&self, after: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        let start = Timestamp::from_second(after.as_second()).ok()?;
        match &self.timing {
            Timing::Every(delay) => start.checked_add(*delay).ok(),
            Timing::Fields(fields) => Clock { zone: self.zone.as_ref().unwrap_or(zone) }.next(fields, start.checked_add(1.second()).ok()?),
        }
    }
}

fn has(bits: u64, value: i8) -> bool {
    bits & 1 << value != 0
}

fn day_matches(fields: &Fields, day: civil::Date) -> bool {
    let month = has(fields.day_of_month, day.day());
    let week = has(fields.day_of_week, day.weekday().to_sunday_zero_offset());
    if fields.day_of_month & STAR != 0 || fields.day_of_week & STAR != 0 { month && week } else { month || week }
}

/// The clock on a wall somewhere.
struct Clock<'a> {
    zone: &'a TimeZone,
}

impl Clock<'_> {
    fn shows(&self, at: Timestamp) -> DateTime {
        self.zone.to_datetime(at)
    }

    /// The moment at which the clock shows this. Around a change of the clocks a time may come twice or never; then it
    /// is the one that Go finds.
    fn at(&self, time: DateTime) -> Option<Timestamp> {
        let unix = TimeZone::UTC.to_timestamp(time).ok()?;
        let offset = |at: Timestamp| self.zone.to_offset(at).seconds();
        let guess = offset(unix);
        if guess == 0 {
            return Some(unix);
        }
        let shifted = |by: i32| unix.checked_sub(SignedDuration::from_secs(i64::from(by))).ok();
        shifted(offset(shifted(guess)?))
    }

    fn midnight_after(&self, day: civil::Date) -> Option<Timestamp> {
        let mut at = self.at(day.tomorrow().ok()?.at(0, 0, 0, 0))?;
        // Where the clocks change at midnight the day begins at one, or the evening before at eleven.
        let hour = self.shows(at).hour();
        let by = if hour > 12 { i64::from(24 - hour) } else { -i64::from(hour) };
        at = at.checked_add(SignedDuration::from_hours(by)).ok()?;
        Some(at)
    }

    fn next(&self, fields: &Fields, mut at: Timestamp) -> Option<Timestamp> {
        let last_year = self.shows(at).year().checked_add(YEARS)?;
        // Once a field was moved, the smaller ones begin anew.
        let mut moved = false;
        'again: loop {
            if self.shows(at).year() > last_year {
                return None;
            }
            while !has(fields.month, self.shows(at).month()) {
                let mut shown = self.shows(at);
                if !moved {
                    moved = true;
                    shown = shown.date().first_of_month().at(0, 0, 0, 0);
                }
                at = self.at(shown.checked_add(1.month()).ok()?)?;
                if self.shows(at).month() == 1 {
                    continue 'again;
                }
            }
            while !day_matches(fields, self.shows(at).date()) {
                moved = true;
                at = self.midnight_after(self.shows(at).date())?;
                if self.shows(at).day() == 1 {
                    continue 'again;
                }
            }
            while !has(fields.hour, self.shows(at).hour()) {
                if !moved {
                    moved = true;
                    let shown = self.shows(at);
                    at = self.at(shown.date().at(shown.hour(), 0, 0, 0))?;
                }
                at = at.checked_add(1.hour()).ok()?;
                if self.shows(at).hour() == 0 {
                    continue 'again;
                }
            }
            while !has(fields.minute, self.shows(at).minute()) {
                if !moved {
                    moved = true;
                    at = Timestamp::from_second(at.as_second().div_euclid(60) * 60).ok()?;
                }
                at = at.checked_add(1.minute()).ok()?;
                if self.shows(at).minute() == 0 {
                    continue 'again;
                }
            }
            // Schedules have no seconds: the minute's first one is meant.
            let second = at.as_second();
            if second.rem_euclid(60) == 0 {
                return Some(at);
            }
            at = Timestamp::from_second((second.div_euclid(60) + 1) * 60).ok()?;
            moved = true;
            if self.shows(at).second() == 0 {
                continue 'again;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::time_zone;
    use super::*;

    fn next(schedule: &str, after: &str, zone: &str) -> Option<String> {
        let schedule = Schedule::parse(schedule).expect("a schedule");
        let next = schedule.next(after.parse().expect("a time"), &time_zone(zone).expect("a zone"));
        next.map(|at| at.to_string())
    }

    #[test]
    fn the_next_time_is_the_first_that_matches() {
        let cases = [
            ("* * * * *", "2026-01-05T09:00:00Z", "2026-01-05T09:01:00Z"),
            ("* * * * *", "2026-01-05T09:00:59.5Z", "2026-01-05T09:01:00Z"),
            ("*/15 * * * *", "2026-01-05T09:59:00Z", "2026-01-05T10:00:00Z"),
            ("20-35/15 * * * *", "2026-01-05T09:21:00Z", "2026-01-05T09:35:00Z"),
            ("0 0 * * *", "2026-12-31T23:59:00Z", "2027-01-01T00:00:00Z"),
            ("0 0 29 2 *", "2026-01-05T09:00:00Z", "2028-02-29T00:00:00Z"),
            ("0 0 13 * 5", "2026-01-05T09:00:00Z", "2026-01-09T00:00:00Z"),
            ("0 0 * * 5", "2026-01-05T09:00:00Z", "2026-01-09T00:00:00Z"),
            ("0 9 1 * *", "2026-01-05T09:00:00Z", "2026-02-01T09:00:00Z"),
            ("@hourly", "2026-01-05T09:00:00Z", "2026-01-05T10:00:00Z"),
            ("@monthly", "2026-01-05T09:00:00Z", "2026-02-01T00:00:00Z"),
            ("@yearly", "2026-01-05T09:00:00Z", "2027-01-01T00:00:00Z"),
            ("@every 90s", "2026-01-05T09:00:00.4Z", "2026-01-05T09:01:30Z"),
            ("TZ=Asia/Tokyo 0 9 * * *", "2026-01-05T09:00:00Z", "2026-01-06T00:00:00Z"),
        ];
        for (schedule, after, expected) in cases {
            assert_eq!(next(schedule, after, "UTC").as_deref(), Some(expected), "{schedule} after {after}");
        }
        assert_eq!(next("0 0 31 2 *", "2026-01-05T09:00:00Z", "UTC"), None, "there is no 31 February");
    }

    #[test]
    fn times_follow_the_clocks_of_the_zone() {
        let cases = [
            // Winter and summer time.
            ("0 9 * * *", "2026-01-05T09:00:00Z", "Europe/Berlin", "2026-01-06T08:00:00Z"),
            ("0 9 * * *", "2026-07-05T09:00:00Z", "Europe/Berlin", "2026-07-06T07:00:00Z"),
            // On 29 March 2026 there is no 2:30 in Berlin, so it is the next day's.
            ("30 2 * * *", "2026-03-28T12:00:00Z", "Europe/Berlin", "2026-03-30T00:30:00Z"),
            // On 8 March 2026 there is no 2:30 in New York.
            ("30 2 * * *", "2026-03-07T12:00:00Z", "America/New_York", "2026-03-09T06:30:00Z"),
            // On 1 November 2026 it is 1:00 twice there, and an hourly job runs both times.
            ("0 * * * *", "2026-11-01T05:00:00Z", "America/New_York", "2026-11-01T06:00:00Z"),
            ("0 * * * *", "2026-11-01T06:00:00Z", "America/New_York", "2026-11-01T07:00:00Z"),
            // In Kolkata clocks are half an hour off.
            ("0 0 * * *", "2026-01-05T09:00:00Z", "Asia/Kolkata", "2026-01-05T18:30:00Z"),
        ];
        for (schedule, after, zone, expected) in cases {
            assert_eq!(next(schedule, after, zone).as_deref(), Some(expected), "{schedule} in {zone} after {after}");
        }
    }
}
