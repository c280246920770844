//! What a load generator measures: how many requests went well or wrong and how, how long they took, and which version
//! answered. Each second of virtual time is summed up by itself, and the last ten minutes of seconds are kept.
//!
//! Models: what hey, wrk or k6 report.
//! Simplified: times are kept in classes that are at most 6 % wide.

use std::sync::Arc;
use std::time::Duration;

use imbl::Vector;
use podarium_sim::Time;

use super::exchange::{Answered, Failure};

/// How many seconds are kept.
const KEPT: usize = 600;
/// Classes within each doubling of the time, as a power of two.
const FINENESS: u32 = 4;
/// Times below this are one class.
const SHORTEST_NANOS: u64 = 1 << 14;

/// How one request ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    Answered(Arc<Answered>),
    Failed(Failure),
}

/// A sum of requests.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub sent: u64,
    /// Answers below 400.
    pub succeeded: u64,
    /// Answers from 400 to 499, and from 500 on.
    pub client_errors: u64,
    pub server_errors: u64,
    /// Requests without an answer, by [`Failure::ALL`].
    pub failed: [u64; Failure::ALL.len()],
    /// Successful answers by version, in the order of [`Statistics::versions`].
    pub by_version: Vec<u64>,
    /// Classes of times and how many answers took so long, in the order of time.
    times: Vec<(u16, u64)>,
}

impl Tally {
    /// Requests that ended, one way or the other.
    pub fn ended(&self) -> u64 {
        self.succeeded + self.failures()
    }

    /// Requests that did not end well.
    pub fn failures(&self) -> u64 {
        self.client_errors + self.server_errors + self.failed.iter().sum::<u64>()
    }

    pub fn failed_by(&self, failure: Failure) -> u64 {
        self.failed[failure.place()]
    }

    /// The time that this part (0.5, 0.99) of the answers did not exceed.
    pub fn latency(&self, part: f64) -> Option<Duration> {
        let all: u64 = self.times.iter().map(|(_, count)| count).sum();
        let wanted = ((all as f64 * part).ceil() as u64).max(1);
        let mut seen = 0;
        let class = self.times.iter().find(|(_, count)| {
            seen += count;
            seen >= wanted
        })?;
        Some(Duration::from_nanos(upper_bound(class.0)))
    }

    fn add(&mut self, other: &Tally) {
        self.sent += other.sent;
        self.succeeded += other.succeeded;
        self.client_errors += other.client_errors;
        self.server_errors += other.server_errors;
        for (mine, theirs) in self.failed.iter_mut().zip(other.failed) {
            *mine += theirs;
        }
        self.by_version.resize(self.by_version.len().max(other.by_version.len()), 0);
        for (mine, theirs) in self.by_version.iter_mut().zip(&other.by_version) {
            *mine += theirs;
        }
        for (class, count) in &other.times {
            self.count_time(*class, *count);
        }
    }

    fn count_time(&mut self, class: u16, more: u64) {
        match self.times.binary_search_by_key(&class, |(class, _)| *class) {
            Ok(at) => self.times[at].1 += more,
            Err(at) => self.times.insert(at, (class, more)),
        }
    }
}

/// The class of a time: its highest bits.
fn class_of(took: Duration) -> u16 {
    let nanos = u64::try_from(took.as_nanos()).unwrap_or(u64::MAX);
    if nanos < SHORTEST_NANOS {
        return 0;
    }
    let doublings = nanos.ilog2();
    let fine = (nanos >> (doublings - FINENESS)) & ((1 << FINENESS) - 1);
    u16::try_from(((u64::from(doublings) << FINENESS) | fine) + 1).unwrap_or(u16::MAX)
}

/// The longest time of a class, in nanoseconds.
fn upper_bound(class: u16) -> u64 {
    let Some(class) = class.checked_sub(1) else { return SHORTEST_NANOS };
    let (doublings, fine) = (u32::from(class) >> FINENESS, u64::from(class) & ((1 << FINENESS) - 1));
    ((1 << FINENESS) | fine).saturating_add(1).checked_shl(doublings - FINENESS).unwrap_or(u64::MAX)
}

/// One second that is over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Second {
    /// Its beginning.
    pub at: Time,
    pub tally: Tally,
}

/// All that one load generator has measured. A request counts in the second in which it ended, as sent in the one in
/// which it was sent.
#[derive(Clone, Debug, Default)]
pub struct Statistics {
    total: Tally,
    current: Tally,
    seconds: Vector<Arc<Second>>,
    versions: Vec<Arc<str>>,
    /// Goes up when anything happens that an objective may wait for: a start, the end of a second, a failure.
    revision: u64,
}

impl Statistics {
    /// Everything since the start.
    pub fn total(&self) -> &Tally {
        &self.total
    }

    /// The seconds that are over, the oldest first.
    pub fn seconds(&self) -> impl DoubleEndedIterator<Item = &Second> {
        self.seconds.iter().map(AsRef::as_ref)
    }

    /// The sum of the last full seconds; of fewer, if there are not yet so many.
    pub fn last(&self, seconds: usize) -> Tally {
        let mut sum = Tally::default();
        for second in self.seconds.iter().rev().take(seconds) {
            sum.add(&second.tally);
        }
        sum
    }

    /// How many full seconds there are to look back on.
    pub fn measured_seconds(&self) -> usize {
        self.seconds.len()
    }

    /// The versions that have answered, in the order in which they first did.
    pub fn versions(&self) -> &[Arc<str>] {
        &self.versions
    }

    /// How many answers of a sum came from this version.
    pub fn of_version(&self, tally: &Tally, version: &str) -> u64 {
        let place = self.versions.iter().position(|known| &**known == version);
        place.and_then(|place| tally.by_version.get(place).copied()).unwrap_or(0)
    }

    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// The load generator was started.
    pub(super) fn started(&mut self) {
        self.revision += 1;
    }

    pub(super) fn sent(&mut self) {
        self.total.sent += 1;
        self.current.sent += 1;
    }

    pub(super) fn ended(&mut self, took: Duration, outcome: &Outcome) {
        let version = match outcome {
            Outcome::Answered(answered) if answered.status < 400 => Some(self.version(&answered.version)),
            _ => None,
        };
        let class = class_of(took);
        for tally in [&mut self.total, &mut self.current] {
            match outcome {
                Outcome::Answered(answered) => {
                    match answered.status {
                        ..400 => tally.succeeded += 1,
                        400..500 => tally.client_errors += 1,
                        _ => tally.server_errors += 1,
                    }
                    tally.count_time(class, 1);
                }
                Outcome::Failed(failure) => tally.failed[failure.place()] += 1,
            }
            if let Some(version) = version {
                if tally.by_version.len() <= version {
                    tally.by_version.resize(version + 1, 0);
                }
                tally.by_version[version] += 1;
            }
        }
        self.revision += u64::from(version.is_none());
    }

    fn version(&mut self, version: &Arc<str>) -> usize {
        let known = self.versions.iter().position(|known| Arc::ptr_eq(known, version) || known == version);
        known.unwrap_or_else(|| {
            self.versions.push(version.clone());
            self.versions.len() - 1
        })
    }

    /// The second that began at `at` is over.
    pub(super) fn close(&mut self, at: Time) {
        self.revision += 1;
        self.seconds.push_back(Arc::new(Second { at, tally: std::mem::take(&mut self.current) }));
        if self.seconds.len() > KEPT {
            self.seconds.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, version: &str) -> Outcome {
        Outcome::Answered(Arc::new(Answered { status, version: version.into(), ..Answered::default() }))
    }

    #[test]
    fn classes_of_times_are_narrow_and_in_order() {
        let times: Vec<u64> = (0..200).map(|n| 1_000 + n * n * n * 977).collect();
        for nanos in times.iter().copied().filter(|nanos| *nanos >= SHORTEST_NANOS) {
            let upper = upper_bound(class_of(Duration::from_nanos(nanos)));
            assert!(upper >= nanos && (upper - nanos) as f64 <= nanos as f64 * 0.0626, "{nanos} {upper}");
        }
        assert!(times.windows(2).all(|pair| class_of(Duration::from_nanos(pair[0])) <= class_of(Duration::from_nanos(pair[1]))));
    }

    #[test]
    fn what_ends_is_counted_by_how_it_ends() {
        let mut statistics = Statistics::default();
        for millis in 1..=100 {
            statistics.sent();
            statistics.ended(Duration::from_millis(millis), &answer(200, if millis % 4 == 0 { "2" } else { "1" }));
        }
        for outcome in [answer(404, "1"), answer(503, "1"), Outcome::Failed(Failure::Refused), Outcome::Failed(Failure::Reset)] {
            statistics.sent();
            statistics.ended(Duration::from_millis(1), &outcome);
        }
        let total = statistics.total().clone();
        assert_eq!((total.sent, total.succeeded, total.failures(), total.ended()), (104, 100, 4, 104));
        assert_eq!((total.client_errors, total.server_errors, total.failed_by(Failure::Reset), total.failed_by(Failure::TimedOut)), (1, 1, 1, 0));
        assert_eq!((statistics.of_version(&total, "2"), statistics.of_version(&total, "3")), (25, 0));
        let median = total.latency(0.5).unwrap().as_millis();
        assert!((48..=54).contains(&median), "{median}");
    }

    #[test]
    fn seconds_are_kept_for_ten_minutes() {
        let mut statistics = Statistics::default();
        for second in 0..700 {
            statistics.sent();
            statistics.ended(Duration::from_millis(5), &answer(200, "1"));
            statistics.close(Time::from_secs(second));
        }
        assert_eq!((statistics.measured_seconds(), statistics.total().succeeded, statistics.last(10).succeeded), (600, 700, 10));
        assert_eq!(statistics.seconds().next().map(|second| second.at), Some(Time::from_secs(100)));
    }
}
