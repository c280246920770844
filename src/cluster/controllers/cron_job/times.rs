//! Which time of the schedule is due, how many were missed, and when to look again.
//!
//! Models: pkg/controller/cronjob/utils.go (mostRecentScheduleTime, nextScheduleTime), v1.36.
//! Simplified: nothing.

use std::time::Duration;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use k8s_openapi::api::batch::v1::CronJobStatus;
use podarium_api::CronJob;
use podarium_api::cron::{Schedule, time_zone};

/// So much after the scheduled time it is looked at, since clocks differ a little.
const PADDING: Duration = Duration::from_millis(100);
/// More missed times than this are worth a warning.
const MANY: i64 = 100;

/// The schedule with its zone.
pub(super) struct Plan {
    schedule: Schedule,
    pub zone: TimeZone,
}

/// What is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Due {
    /// From when on times were looked for.
    pub earliest: Timestamp,
    /// The latest time that has come.
    pub latest: Option<Timestamp>,
    pub missed: Missed,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Missed {
    None,
    Few,
    Many,
}

impl Plan {
    pub fn of(cron_job: &CronJob) -> Result<Self, String> {
        let zone = time_zone(cron_job.spec.time_zone.as_deref().unwrap_or_default()).unwrap_or(TimeZone::UTC);
        Ok(Plan { schedule: Schedule::parse(&cron_job.spec.schedule)?, zone })
    }

    fn next(&self, after: Timestamp) -> Option<Timestamp> {
        self.schedule.next(after, &self.zone)
    }

    /// What is due now. Times before the deadline for starting are past, if it is to be looked at.
    pub fn due(&self, cron_job: &CronJob, status: &CronJobStatus, now: Timestamp, with_deadline: bool) -> Result<Due, String> {
        let created = cron_job.metadata.creation_timestamp.as_ref().map_or(Timestamp::UNIX_EPOCH, |time| time.0);
        let mut earliest = status.last_schedule_time.as_ref().map_or(created, |time| time.0);
        if let Some(deadline) = cron_job.spec.starting_deadline_seconds.filter(|_| with_deadline) {
            earliest = earliest.max(now.checked_sub(SignedDuration::from_secs(deadline)).unwrap_or(Timestamp::MIN));
        }
        let never = || "time difference between two schedules is less than 1 second".to_owned();
        let first = self.next(earliest).ok_or_else(never)?;
        if now < first {
            return Ok(Due { earliest, latest: None, missed: Missed::None });
        }
        let second = self.next(first).ok_or_else(never)?;
        if now < second {
            return Ok(Due { earliest, latest: Some(first), missed: Missed::None });
        }
        let between = second.duration_since(first).as_secs();
        if between < 1 {
            return Err(never());
        }
        // Roughly so many intervals have passed; from the last but one on the schedule itself is asked.
        let missed = now.duration_since(first).as_secs() / between + 1;
        let mut latest = None;
        let mut candidate = first.checked_add(SignedDuration::from_secs((missed - 2) * between)).ok().and_then(|start| self.next(start));
        while let Some(time) = candidate.filter(|time| *time <= now) {
            latest = Some(time);
            candidate = self.next(time);
        }
        Ok(Due { earliest, latest, missed: if missed > MANY { Missed::Many } else { Missed::Few } })
    }

    /// How long until the next time.
    pub fn until_next(&self, cron_job: &CronJob, status: &CronJobStatus, now: Timestamp) -> Duration {
        let from = match self.due(cron_job, status, now, false) {
            Ok(Due { latest: Some(latest), .. }) => latest,
            Ok(Due { earliest, missed: Missed::None, .. }) => earliest,
            _ => now,
        };
        let next = self.next(from).unwrap_or(now);
        Duration::try_from(next.duration_since(now)).map_or(Duration::ZERO, |wait| wait + PADDING)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn at(text: &str) -> Timestamp {
        format!("2026-01-{text}Z").parse().unwrap()
    }

    fn cron_job(schedule: &str, created: &str, last: Option<&str>, deadline: Option<i64>) -> CronJob {
        serde_json::from_value(json!({"metadata": {"name": "c", "creationTimestamp": at(created).to_string()},
            "spec": {"schedule": schedule, "startingDeadlineSeconds": deadline}, "status": {"lastScheduleTime": last.map(|last| at(last).to_string())}}))
        .unwrap()
    }

    #[test]
    fn the_latest_time_that_has_come_is_due() {
        let cases = [
            ("0 * * * *", "05T09:10:00", None, None, "05T09:30:00", None, Missed::None),
            ("0 * * * *", "05T09:10:00", None, None, "05T10:10:00", Some("05T10:00:00"), Missed::None),
            ("0 * * * *", "05T09:10:00", Some("05T10:00:00"), None, "05T10:10:00", None, Missed::None),
            ("0 * * * *", "05T09:10:00", None, None, "05T13:10:00", Some("05T13:00:00"), Missed::Few),
            ("0 * * * *", "05T09:10:00", None, None, "10T13:10:00", Some("10T13:00:00"), Missed::Many),
            ("0 * * * *", "05T09:10:00", None, Some(1200), "05T13:10:00", Some("05T13:00:00"), Missed::None),
            ("0 * * * *", "05T09:10:00", None, Some(60), "05T13:10:00", None, Missed::None),
            ("30 6-16/4 * * 1-5", "02T20:00:00", None, None, "05T07:00:00", Some("05T06:30:00"), Missed::None),
            ("@every 1h", "05T09:10:00", None, None, "05T12:20:00", Some("05T12:10:00"), Missed::Few),
        ];
        for (schedule, created, last, deadline, now, latest, missed) in cases {
            let cron_job = cron_job(schedule, created, last, deadline);
            let due = Plan::of(&cron_job).unwrap().due(&cron_job, &cron_job.status, at(now), true).unwrap();
            assert_eq!((due.latest, due.missed), (latest.map(at), missed), "{schedule} since {created} at {now}");
        }
    }

    /// The cases of the reference's own test of mostRecentScheduleTime, in minutes since ten o'clock of a Thursday.
    #[test]
    fn the_reference_finds_the_same_times() {
        let top: Timestamp = "2016-05-19T10:00:00Z".parse().unwrap();
        let after = |seconds: i64| top.checked_add(SignedDuration::from_secs(seconds)).unwrap();
        const MINUTE: i64 = 60;
        const HOUR: i64 = 3600;
        // (schedule, created, last, deadline if it counts, now; earliest, latest, missed)
        let cases = [
            ("0 * * * *", 0, None, None, 30, 0, None, Missed::None),
            ("0 * * * *", 0, None, None, 61 * MINUTE, 0, Some(HOUR), Missed::None),
            ("0 * * * *", 10, None, None, 301 * MINUTE, 10, Some(5 * HOUR), Missed::Few),
            ("30 6-16/4 * * 1-5", 0, Some(30 * MINUTE), None, 24 * HOUR + 31 * MINUTE, 30 * MINUTE, Some(24 * HOUR + 30 * MINUTE), Missed::Few),
            ("30 10,11,12 * * 1-5", 0, Some(30 * MINUTE), None, 30 * HOUR + 30 * MINUTE, 30 * MINUTE, None, Missed::Few),
            ("30 6-16/4 * * 1-5", 0, Some(30 * MINUTE), None, 96 * HOUR + 31 * MINUTE, 30 * MINUTE, Some(96 * HOUR + 30 * MINUTE), Missed::Few),
            ("30 6-16/4 * * 1-5", 0, None, None, 24 * HOUR + 31 * MINUTE, 0, Some(24 * HOUR + 30 * MINUTE), Missed::Few),
            ("@every 1h", -59 * MINUTE, Some(MINUTE), None, 7 * 24 * HOUR, MINUTE, Some(6 * 24 * HOUR + 23 * HOUR + MINUTE), Missed::Many),
            ("0 * * * *", 0, Some(0), None, 30, 0, None, Missed::None),
            ("*/5 * * * *", 0, Some(30 * MINUTE), None, 31 * MINUTE, 30 * MINUTE, None, Missed::None),
            ("*/5 * * * *", 0, Some(30 * MINUTE), Some(60), 32 * MINUTE, 31 * MINUTE, None, Missed::None),
        ];
        for (schedule, created, last, deadline, now, earliest, latest, missed) in cases {
            let last = last.map(|last: i64| after(last).to_string());
            let cron_job: CronJob = serde_json::from_value(json!({"metadata": {"name": "c", "creationTimestamp": after(created).to_string()},
                "spec": {"schedule": schedule, "startingDeadlineSeconds": deadline}, "status": {"lastScheduleTime": last}})).unwrap();
            let due = Plan::of(&cron_job).unwrap().due(&cron_job, &cron_job.status, after(now), true).unwrap();
            assert_eq!(due, Due { earliest: after(earliest), latest: latest.map(after), missed }, "{schedule} at {now} s");
        }
    }

    #[test]
    fn a_schedule_without_times_is_an_error() {
        let cron_job = cron_job("59 23 31 2 *", "05T09:10:00", None, None);
        let due = Plan::of(&cron_job).unwrap().due(&cron_job, &cron_job.status, at("05T10:00:00"), true);
        assert_eq!(due, Err("time difference between two schedules is less than 1 second".to_owned()));
    }

    #[test]
    fn the_next_look_is_just_after_the_next_time() {
        let cases = [
            ("0 * * * *", "05T09:10:00", None, "05T09:30:00", 1800), ("0 * * * *", "05T09:10:00", Some("05T10:00:00"), "05T10:10:00", 3000),
            ("0 * * * *", "05T09:10:00", None, "05T13:10:00", 3000), ("59 23 31 2 *", "05T09:10:00", None, "05T10:00:00", 0),
        ];
        for (schedule, created, last, now, seconds) in cases {
            let cron_job = cron_job(schedule, created, last, None);
            let wait = Plan::of(&cron_job).unwrap().until_next(&cron_job, &cron_job.status, at(now));
            assert_eq!(wait, Duration::from_secs(seconds) + PADDING, "{schedule} since {created} at {now}");
        }
    }
}
