//! `kubectl create`: from a file, or a Deployment, a namespace, a Secret … from flags.

mod config_map;
mod cron_job;
mod data;
mod deployment;
mod disruption_budget;
mod files;
mod generated;
mod job;
mod namespace;
mod secret;
mod service;
mod service_account;

use crate::command::Command;

pub use files::COMMAND;

/// What can be created from flags.
const CHILDREN: &[&Command] = &[
    &config_map::COMMAND,
    &cron_job::COMMAND,
    &deployment::COMMAND,
    &disruption_budget::COMMAND,
    &job::COMMAND,
    &namespace::COMMAND,
    &secret::COMMAND,
    &service::COMMAND,
    &service_account::COMMAND,
];

/// kubectl can also create these from flags.
const NOT_SIMULATED: &[&str] = &[
    "clusterrole", "clusterrolebinding", "ingress", "ing", "priorityclass", "pc", "quota",
    "resourcequota", "role", "rolebinding", "token",
];
