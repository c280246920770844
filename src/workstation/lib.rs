//! The student's workstation: a simulated computer outside the cluster, with kubectl installed and the API server in
//! reach.
//!
//! Invariant: nothing here reads the cluster but through HTTP.

mod loopback;
mod student;
mod terminal;
mod world;

pub use student::{credentials, environment, student};
pub use world::{API_SERVER, World};
