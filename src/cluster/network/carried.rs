//! How many requests went which way in the last second: from the entry's machine to which endpoint. Read-only for
//! screens, which show where traffic goes, not only what is under way in one instant.
//!
//! Models: nothing of Kubernetes.
//! Simplified: nothing.

use std::collections::BTreeMap;

use podarium_sim::Time;

use super::fabric::{MachineId, Side};
use super::rules::Endpoint;

/// From where, by whose rules, to which endpoint.
pub(super) type Way = (Option<MachineId>, Option<MachineId>, Endpoint);

#[derive(Clone, Copy, Debug, Default)]
struct Count {
    /// The second in which the last one went, and how many did in it and in the one before.
    second: u64,
    now: u32,
    before: u32,
}

impl Count {
    fn turn_to(&mut self, second: u64) {
        if second != self.second {
            self.before = if second == self.second + 1 { self.now } else { 0 };
            (self.second, self.now) = (second, 0);
        }
    }
}

/// The ways that requests took.
#[derive(Clone, Debug, Default)]
pub(super) struct Carried(BTreeMap<Way, Count>);

/// Ways that nobody took for so many seconds are forgotten.
const KEPT_SECONDS: u64 = 60;

fn second_of(now: Time) -> u64 {
    now.as_nanos() / 1_000_000_000
}

impl Carried {
    pub fn count(&mut self, from: Side, via: Option<MachineId>, to: Endpoint, now: Time) {
        let from = match from {
            Side::Outside | Side::ControlPlane => None,
            Side::Machine(machine) => Some(machine),
        };
        let second = second_of(now);
        let new = !self.0.contains_key(&(from, via, to));
        if new {
            self.0.retain(|_, count| count.second + KEPT_SECONDS > second);
        }
        let count = self.0.entry((from, via, to)).or_default();
        count.turn_to(second);
        count.now += 1;
    }

    /// The ways taken in the last full second, with how many requests took them.
    pub fn last_second(&self, now: Time) -> impl Iterator<Item = (Way, u32)> {
        let second = second_of(now);
        self.0.iter().filter_map(move |(way, count)| {
            let mut count = *count;
            count.turn_to(second);
            (count.before > 0).then_some((*way, count.before))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::Ip;

    #[test]
    fn the_last_full_second_counts() {
        let mut carried = Carried::default();
        let to = (Ip(7), 80);
        for millis in [1_100, 1_200, 1_900, 2_100] {
            carried.count(Side::Outside, Some(0), to, Time::from_millis(millis));
        }
        let at = |millis| carried.last_second(Time::from_millis(millis)).map(|(_, count)| count).sum::<u32>();
        assert_eq!([at(1_950), at(2_200), at(3_000), at(4_000)], [0, 3, 1, 0]);
    }
}
