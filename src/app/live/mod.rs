//! The running simulation as the app sees it: snapshots of the real cluster, and wishes that become recorded inputs.
//!
//! Invariant: everything shown is read from the API server's store or from what a machine itself knows (whether it is
//! switched on); nothing is guessed or animated.

mod browser;
mod cluster;
mod details;
mod lesson;
mod session;
mod stage;
mod terminal;
mod traffic;
mod versions;
mod workloads;

pub use session::Live;
