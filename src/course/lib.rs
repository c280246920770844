//! The course: scenario files, their objectives and steps, and playing them.
//!
//! A scenario is a small lesson in one YAML file: a cluster, what its images do, what happens when, what must hold,
//! and the steps that a student takes. [`load`] turns the text of such a file into a [`Scenario`] or into all of its
//! errors at once; [`Watch`] follows the objectives while the cluster lives.
//!
//! Invariant: nothing here reads a file, a clock or the environment. Whoever loads a scenario hands in its text and
//! a function that fetches the files that it names.

mod error;
mod objective;
mod scenario;
mod schema;
mod shipped;
mod yaml;

pub use error::{FileError, report};
pub use objective::{DeploymentFacts, EventFacts, NodeFacts, PodFacts, Report, State, Watch, World};
pub use scenario::*;
pub use shipped::{SHIPPED, Shipped, shipped, shipped_file};
