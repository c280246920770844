//! Google Cloud: the student's project as a service of the simulated world, and `gcloud`, which asks it.
//!
//! There is one Kubernetes cluster in the world. `container clusters create` makes machines for it; the cluster has its
//! name from then on.

mod auth_plugin;
mod cli;
mod compute;
mod container;
mod google;
mod settings;

pub use auth_plugin::main as auth_plugin_main;
pub use cli::main;
pub(crate) use google::Google;

/// The student's project and account.
pub const PROJECT: &str = "podarium-lab";
pub const ACCOUNT: &str = "student@podarium.example";
