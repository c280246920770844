//! Load generators: clients that send requests all the time, as many as they were told.
//!
//! *Open*: so many a second, however the answers come; even or at random (Poisson). *Closed*: so many clients, each of
//! which waits for its answer before it asks again. The rate of an open one may change steadily to another (a ramp), or
//! at once (a spike).
//!
//! Models: what hey, wrk or k6 do.
//! Simplified: each request is a connection of its own.

use std::sync::Arc;
use std::time::Duration;

use podarium_api::selector::LabelSelector;
use podarium_sim::{Stream, Time};

use super::aim::Aims;
use super::exchange::Asked;
use super::statistics::Statistics;
use crate::store::Key;

/// A load generator's number.
pub(crate) type GeneratorId = u32;

/// What a load generator is told.
#[derive(Clone, Debug)]
pub struct TrafficPlan {
    pub name: Arc<str>,
    pub from: From,
    /// The Service that it asks, and on which of its ports.
    pub service: Key,
    pub port: u16,
    pub asked: Arc<Asked>,
    pub load: Load,
    /// How long a client waits for an answer.
    pub timeout: Duration,
}

/// Where its clients are.
#[derive(Clone, Debug, PartialEq)]
pub enum From {
    /// On the machines of the cluster, each in turn.
    Nodes,
    /// In pods with these labels in the namespace of the Service, each in turn.
    Pods(LabelSelector),
    /// Out on the internet, at so many addresses.
    Outside { addresses: u32 },
}

/// How much it sends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Load {
    Open { rate: Rate, arrivals: Arrivals },
    /// Each client asks, waits for the answer, and then for the pause.
    Closed { clients: u32, pause: Duration },
}

/// How an open one spaces its requests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Arrivals {
    #[default]
    Even,
    Poisson,
}

/// Requests a second: a number that may be on its way to another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rate {
    from: f64,
    to: f64,
    begins: Time,
    takes: Duration,
}

impl Rate {
    pub fn steady(per_second: f64) -> Self {
        Rate { from: per_second, to: per_second, begins: Time::ZERO, takes: Duration::ZERO }
    }

    /// From what it is now to another, within this time.
    pub fn to(self, per_second: f64, now: Time, takes: Duration) -> Self {
        Rate { from: self.at(now), to: per_second, begins: now, takes }
    }

    pub fn at(self, now: Time) -> f64 {
        let gone = now - self.begins;
        if gone >= self.takes {
            return self.to;
        }
        self.from + (self.to - self.from) * (gone.as_nanos() as f64 / self.takes.as_nanos() as f64)
    }
}

/// A load generator.
#[derive(Clone, Debug)]
pub(crate) struct Generator {
    pub plan: TrafficPlan,
    /// Tells this plan from the one before it.
    pub turn: u32,
    pub running: bool,
    pub aims: Arc<Aims>,
    pub statistics: Statistics,
    pub stream: Stream,
    /// Counts what was sent, to take clients and addresses in turn.
    pub count: u64,
    /// Whether the next waking sends a request.
    pub armed: bool,
    /// When the second that is being measured began.
    pub second: Time,
    /// When nothing more can end, once it is stopped.
    pub over_at: Option<Time>,
}

/// While the rate is zero, it is looked at again so often.
const IDLE: Duration = Duration::from_millis(100);
/// Even a very low rate that is on its way up is looked at again after this time.
const LONGEST: Duration = Duration::from_secs(10);

/// How long until an open load generator sends again, and whether it does so then.
pub(crate) fn gap(rate: Rate, arrivals: Arrivals, now: Time, stream: &mut Stream) -> (Duration, bool) {
    let per_second = rate.at(now);
    if per_second <= 0.0 {
        return (IDLE, false);
    }
    let mean = 1e9 / per_second;
    let nanos = match arrivals {
        Arrivals::Even => mean,
        Arrivals::Poisson => mean * exponential(stream),
    };
    let gap = Duration::from_nanos((nanos as u64).max(1));
    if gap > LONGEST && rate.at(now + LONGEST) > per_second { (LONGEST, false) } else { (gap, true) }
}

/// An exponentially distributed number with the mean 1, by von Neumann's method: it compares uniform numbers and needs
/// no logarithm, whose last bits differ between machines.
fn exponential(stream: &mut Stream) -> f64 {
    let mut whole = 0.0;
    loop {
        let first = stream.unit();
        let (mut last, mut length) = (first, 1);
        loop {
            let next = stream.unit();
            if next >= last {
                break;
            }
            (last, length) = (next, length + 1);
        }
        if length % 2 == 1 {
            return whole + first;
        }
        whole += 1.0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ramp_goes_steadily_from_one_rate_to_the_other() {
        let rate = Rate::steady(10.0).to(110.0, Time::from_secs(10), Duration::from_secs(20));
        let at = |second| rate.at(Time::from_secs(second)).round();
        assert_eq!([at(10), at(15), at(20), at(30), at(99)], [10.0, 35.0, 60.0, 110.0, 110.0]);
        let spike = rate.to(500.0, Time::from_secs(20), Duration::ZERO);
        assert_eq!(spike.at(Time::from_secs(20)), 500.0);
    }

    #[test]
    fn random_arrivals_have_the_mean_and_the_spread_of_a_poisson_process() {
        let mut stream = Stream::new(3, "poisson");
        let gaps: Vec<f64> = (0..100_000).map(|_| exponential(&mut stream)).collect();
        let mean = gaps.iter().sum::<f64>() / gaps.len() as f64;
        let variance = gaps.iter().map(|gap| (gap - mean).powi(2)).sum::<f64>() / gaps.len() as f64;
        assert!((mean - 1.0).abs() < 0.02 && (variance - 1.0).abs() < 0.04, "{mean} {variance}");
    }
}
