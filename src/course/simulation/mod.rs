//! Playing a scenario: its cluster, the student's computer, what happens when, and the inputs of whoever plays.
//!
//! [`Simulation`] is the whole of it as one value. Everything from outside comes in as an [`Input`] at a virtual time;
//! a [`Recording`] is the scenario, the seed and those inputs, and makes the very same simulation again.

mod decisions;
mod input;
mod machines;
mod recording;
mod running;
mod summary;
mod timeline;
mod traffic;

pub use input::{Caller, HttpInput, Input};
pub use recording::Recording;
pub use running::{Note, Simulation};
