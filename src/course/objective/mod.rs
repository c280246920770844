//! Watching a scenario's objectives while its cluster lives.
//!
//! [`World`] is what the objectives can see of a cluster, [`Watch`] decides them. Both are plain values of virtual
//! time, so the verdicts are the same however the run is cut into frames.

mod condition;
#[cfg(test)]
mod tests;
mod watch;
mod world;

pub use watch::{Report, State, Watch};
pub use world::{DeploymentFacts, EventFacts, NodeFacts, PodFacts, TrafficFacts, World};
