//! Schedules of CronJobs: `*/5 * * * *`, `@daily`, `@every 1h`, in a time zone.
//!
//! `Schedule::parse(text)` reads one, `next(after, zone)` gives its next time; `time_zone(name)` finds a zone in the
//! database that the program carries with it.

mod go_duration;
mod parse;
mod schedule;
mod zone;

pub use schedule::Schedule;
pub use zone::time_zone;
