//! The student's workstation: a simulated computer outside the cluster, with kubectl installed and the API server in
//! reach.
//!
//! Invariant: nothing here reads the cluster but through HTTP.

mod docker;
mod editor;
pub mod gcloud;
pub mod git;
mod loopback;
mod student;
mod terminal;
mod world;

pub use editor::EditRequest;
pub use student::{TOKEN, credentials, environment, student};
pub use world::{API_SERVER, World};
