//! What is measured of a machine, how little of it is too little, and what the node then says of itself.
//!
//! Models: pkg/kubelet/eviction/{types.go,helpers.go,api/types.go}, v1.36.
//! Simplified: inodes are never short, and images lie on the same disk as everything else.

use std::collections::BTreeMap;
use std::time::Duration;

use podarium_sim::Time;

/// Something that is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Signal {
    ImageFsAvailable,
    MemoryAvailable,
    NodeFsAvailable,
    PidAvailable,
}

impl Signal {
    pub const ALL: [Signal; 4] = [Signal::ImageFsAvailable, Signal::MemoryAvailable, Signal::NodeFsAvailable, Signal::PidAvailable];

    pub fn name(self) -> &'static str {
        match self {
            Signal::ImageFsAvailable => "imagefs.available",
            Signal::MemoryAvailable => "memory.available",
            Signal::NodeFsAvailable => "nodefs.available",
            Signal::PidAvailable => "pid.available",
        }
    }

    /// What there is too little of.
    pub(super) fn resource(self) -> &'static str {
        match self {
            Signal::MemoryAvailable => "memory",
            Signal::ImageFsAvailable | Signal::NodeFsAvailable => "ephemeral-storage",
            Signal::PidAvailable => "pids",
        }
    }

    fn pressure(self) -> Pressure {
        match self {
            Signal::MemoryAvailable => Pressure::Memory,
            Signal::ImageFsAvailable | Signal::NodeFsAvailable => Pressure::Disk,
            Signal::PidAvailable => Pressure::Pid,
        }
    }
}

/// What a node is short of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::kubelet) enum Pressure {
    Memory,
    Disk,
    Pid,
}

impl Pressure {
    pub fn condition(self) -> &'static str {
        match self {
            Pressure::Memory => "MemoryPressure",
            Pressure::Disk => "DiskPressure",
            Pressure::Pid => "PIDPressure",
        }
    }
}

/// An amount, or a part of the capacity.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Amount {
    Bytes(u64),
    Part(f64),
}

impl Amount {
    pub fn of(self, capacity: u64) -> u64 {
        match self {
            Amount::Bytes(bytes) => bytes,
            Amount::Part(part) => (capacity as f64 * part) as u64,
        }
    }
}

/// Less than this is too little: at once, or if it lasts longer than the grace period.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Threshold {
    pub signal: Signal,
    pub amount: Amount,
    pub grace: Duration,
    /// So much more has to be free before it is enough again.
    pub min_reclaim: Option<Amount>,
}

impl Threshold {
    pub fn is_hard(&self) -> bool {
        self.grace.is_zero()
    }
}

/// What was measured of one thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Observation {
    pub available: u64,
    pub capacity: u64,
}

pub(super) type Observations = BTreeMap<Signal, Observation>;

/// What of a list of thresholds is not kept; `reclaiming`: with what is to be won beyond them.
fn met(thresholds: &[Threshold], which: impl Iterator<Item = usize>, observations: &Observations, reclaiming: bool) -> Vec<usize> {
    let too_little = |index: &usize| {
        let threshold = &thresholds[*index];
        let Some(observed) = observations.get(&threshold.signal) else { return false };
        let beyond = threshold.min_reclaim.filter(|_| reclaiming).map_or(0, |amount| amount.of(observed.capacity));
        threshold.amount.of(observed.capacity) + beyond > observed.available
    };
    which.filter(too_little).collect()
}

/// Which thresholds were crossed, since when, and what the node says of it. Thresholds are known by their places in the
/// configuration.
#[derive(Clone, Debug, Default)]
pub(super) struct Record {
    first_at: BTreeMap<usize, Time>,
    met: Vec<usize>,
    pressure_at: BTreeMap<Pressure, Time>,
}

impl Record {
    /// Takes new measurements: the thresholds that call for action now, and what the node is short of. A pressure is told of
    /// until it has been over for the transition period.
    pub fn note(&mut self, thresholds: &[Threshold], observations: &Observations, transition: Duration, now: Time) -> (Vec<usize>, Vec<Pressure>) {
        let mut crossed = met(thresholds, 0..thresholds.len(), observations, false);
        for unresolved in met(thresholds, self.met.iter().copied(), observations, true) {
            if !crossed.contains(&unresolved) {
                crossed.push(unresolved);
            }
        }
        self.first_at = crossed.iter().map(|index| (*index, self.first_at.get(index).copied().unwrap_or(now))).collect();
        for index in &crossed {
            self.pressure_at.insert(thresholds[*index].signal.pressure(), now);
        }
        self.pressure_at.retain(|_, at| now - *at < transition);
        self.met = self.first_at.iter().filter(|(index, at)| now - **at >= thresholds[**index].grace).map(|(index, _)| *index).collect();
        let mut acting = self.met.clone();
        // Memory comes before everything else.
        acting.sort_by_key(|index| (thresholds[*index].signal != Signal::MemoryAvailable, *index));
        (acting, self.pressure_at.keys().copied().collect())
    }

    /// Whether everything would be enough with these measurements.
    pub fn would_do(thresholds: &[Threshold], observations: &Observations) -> bool {
        met(thresholds, 0..thresholds.len(), observations, true).is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GIB: u64 = 1 << 30;

    fn memory(available: u64) -> Observations {
        [(Signal::MemoryAvailable, Observation { available, capacity: 4 * GIB })].into()
    }

    /// The walk of the reference's own tests: 1Gi hard with 500Mi to win, 2Gi soft with two minutes.
    #[test]
    fn soft_thresholds_wait_hard_ones_do_not_and_pressure_lasts() {
        let thresholds = [
            Threshold { signal: Signal::MemoryAvailable, amount: Amount::Bytes(GIB), grace: Duration::ZERO, min_reclaim: Some(Amount::Bytes(500 << 20)) },
            Threshold { signal: Signal::MemoryAvailable, amount: Amount::Bytes(2 * GIB), grace: Duration::from_secs(120), min_reclaim: None },
        ];
        let mut record = Record::default();
        let steps = [(0, 3 * GIB), (10, 3 * GIB / 2), (70, 3 * GIB / 2), (140, 3 * GIB / 2), (150, GIB / 2), (160, GIB + (100 << 20)), (170, 3 * GIB), (459, 3 * GIB), (460, 3 * GIB)];
        let seen = steps.map(|(second, available)| {
            let (acting, pressure) = record.note(&thresholds, &memory(available), Duration::from_secs(300), Time::from_secs(second));
            (second, acting, !pressure.is_empty())
        });
        // At 160 there is more than the hard threshold, but not by 500Mi.
        let wanted = [
            (0, vec![], false),
            (10, vec![], true),
            (70, vec![], true),
            (140, vec![1], true),
            (150, vec![0, 1], true),
            (160, vec![0, 1], true),
            (170, vec![], true),
            (459, vec![], true),
            (460, vec![], false),
        ];
        assert_eq!(seen, wanted);
    }

    #[test]
    fn parts_are_of_the_capacity() {
        assert_eq!((Amount::Part(0.1).of(1000), Amount::Bytes(5).of(1000)), (100, 5));
    }
}
