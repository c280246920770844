//! The student's workstation: a simulated computer outside the cluster, with kubectl installed and the API server in
//! reach.
//!
//! Invariant: nothing here reads the cluster but through HTTP.

mod browser;
mod completion;
mod docker;
mod editor;
mod errands;
pub mod gcloud;
pub mod git;
pub mod helm;
mod loopback;
mod openssl;
mod sites;
mod student;
mod terminal;
mod world;

pub use browser::{Answer, Page, Shown, resolved};
pub use completion::{Candidate, Completion};
pub use editor::EditRequest;
pub use sites::Sites;
pub use student::{TOKEN, credentials, environment, student};
pub use world::{API_SERVER, World};
