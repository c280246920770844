//! The discrete-event kernel: virtual time, the event queue, random streams and trace fingerprints.
//!
//! Invariant: not a word of Kubernetes, no wall clock, no threads, no I/O. Everything here is a plain value:
//! cloning it and running the clone gives what running the original gives.

mod fingerprint;
mod queue;
mod random;
mod time;

pub use fingerprint::Fingerprint;
pub use queue::EventQueue;
pub use random::Stream;
pub use time::Time;
