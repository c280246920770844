//! Eviction: when the machine runs out of memory, disk or process numbers, the kubelet ends pods before the kernel does,
//! one after the other, until there is enough again. The node says that it is under pressure, and nothing new comes.
//!
//! Where to look: `thresholds` (what is measured, and what is too little), `ranking` (who goes first, and what is said),
//! `limits` (pods that use more disk than they may), `manager` (the round, every ten seconds).

mod limits;
mod manager;
mod ranking;
mod thresholds;

pub(super) use manager::{EvictionManager, MOST_PROCESSES, SYSTEM_DISK, SYSTEM_PROCESSES};
pub(super) use thresholds::Pressure;
pub use thresholds::{Amount, Signal, Threshold};

/// Why an evicted pod has failed, and why one is refused by a node under pressure.
pub(super) const EVICTED: &str = "Evicted";
