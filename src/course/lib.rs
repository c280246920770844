//! The course: scenario files, their objectives and steps, and playing them.
//!
//! A scenario is a small lesson in one YAML file: a cluster, what its images do, what happens when, what must hold,
//! and the steps that a student takes. [`load`] turns the text of such a file into a [`Scenario`] or into all of its
//! errors at once; [`Play`] is a scenario on its way, and [`Watch`] follows its objectives while the cluster lives.
//!
//! Invariant: nothing here reads a file, a clock or the environment. Whoever loads a scenario hands in its text and
//! a function that fetches the files that it names.

mod error;
mod live;
mod objective;
mod play;
mod scenario;
mod schema;
mod shipped;
mod simulation;
mod yaml;

pub use error::{FileError, report};
pub use live::kind_named;
pub use objective::{DeploymentFacts, EventFacts, NodeFacts, PodFacts, Report, State, TrafficFacts, Watch, World};
pub use play::{Audience, Play};
pub use scenario::*;
pub use shipped::{SHIPPED, Shipped, shipped, shipped_file};
pub use simulation::{Caller, HttpInput, Input, Note, Recording, Simulation};
