//! How long the parts of a request's way take.
//!
//! Models: nothing of Kubernetes; usual times of a data centre and of the internet.
//! Simplified: links have no bandwidth: a large body takes as long as a small one.

use std::time::Duration;

use podarium_sim::Stream;

/// From one process to another on the same machine.
pub const ON_MACHINE: Duration = Duration::from_micros(40);
/// From one machine to another.
pub const BETWEEN_MACHINES: Duration = Duration::from_micros(250);
/// Between a client out on the internet and the cluster.
pub const FROM_OUTSIDE: Duration = Duration::from_millis(10);
/// A connection is made first: there, back, and there again with the request.
pub const WAYS_TO_ASK: u32 = 3;
/// Each time is up to a quarter longer.
const SPREAD: f64 = 0.25;

/// One way, this time.
pub fn one_way(base: Duration, stream: &mut Stream) -> Duration {
    stream.jitter(base, SPREAD)
}
