//! Google Cloud: the student's project as a service of the simulated world, and `gcloud`, which asks it.
//!
//! There is one Kubernetes cluster in the world. `container clusters create` makes machines for it; the cluster has its
//! name from then on.

mod artifacts;
mod auth_plugin;
mod builds;
mod cli;
mod command;
mod compute;
mod container;
mod format;
mod google;
mod images;
mod registry;
mod settings;

use podarium_machine::{Process, Suspend};

pub use auth_plugin::main as auth_plugin_main;
pub use cli::main;
pub(crate) use builds::WorldErrand;
pub(crate) use google::Google;

/// The student's project and account.
pub const PROJECT: &str = "podarium-lab";
pub const PROJECT_NUMBER: &str = "271828182845";
pub const ACCOUNT: &str = "student@podarium.example";

/// Whether the project has this repository.
pub(crate) fn has_repository(process: &mut Process<'_>, location: &str, name: &str) -> Result<bool, Suspend> {
    Ok(cli::ask(process, "GET", &format!("/repositories/{location}/{name}"), &serde_json::Value::Null)?.is_ok())
}
