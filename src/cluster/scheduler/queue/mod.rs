//! The scheduling queue: which pod is tried next, and when a pod that failed is tried again.

pub mod backoff;
pub mod in_flight;
pub mod nominator;
pub mod queued_pod;
mod requeueing;
mod scheduling_queue;
#[cfg(test)]
mod tests;

pub use scheduling_queue::{FLUSH_UNSCHEDULABLE_PERIOD, Place, SchedulingQueue};
