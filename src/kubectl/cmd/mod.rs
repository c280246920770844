//! The verbs. A new one is a file here and a line in [`COMMANDS`].

mod api_resources;
mod apply;
mod change;
mod cluster_info;
mod config;
mod create;
mod delete;
mod get;
mod scale;
mod version;
mod wait;

use crate::command::Command;

pub const COMMANDS: &[&Command] = &[
    &create::COMMAND,
    &get::COMMAND,
    &delete::COMMAND,
    &scale::COMMAND,
    &cluster_info::COMMAND,
    &apply::COMMAND,
    &api_resources::COMMAND,
    &api_resources::VERSIONS,
    &config::COMMAND,
    &version::COMMAND,
    &wait::COMMAND,
];

/// kubectl has these; here they say that they are not there.
pub const NOT_SIMULATED: &[&str] = &[
    "attach", "auth", "autoscale", "certificate", "completion", "cp", "debug", "diff", "edit", "exec", "explain", "help", "kustomize",
    "options", "plugin", "port-forward", "proxy", "replace", "top",
];
