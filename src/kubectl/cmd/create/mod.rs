//! `kubectl create`: from a file, or a Deployment, a namespace, a Secret … from flags.

mod config_map;
mod cron_job;
mod data;
mod deployment;
mod disruption_budget;
mod files;
mod generated;
mod ingress;
mod job;
mod namespace;
mod priority_class;
mod quota;
mod role;
mod role_binding;
mod secret;
mod service;
mod service_account;
mod token;

use crate::command::Command;

pub use files::COMMAND;

/// What can be created from flags.
const CHILDREN: &[&Command] = &[
    &config_map::COMMAND,
    &cron_job::COMMAND,
    &deployment::COMMAND,
    &disruption_budget::COMMAND,
    &ingress::COMMAND,
    &job::COMMAND,
    &namespace::COMMAND,
    &secret::COMMAND,
    &service::COMMAND,
    &service_account::COMMAND,
    &role::ROLE,
    &role::CLUSTER_ROLE,
    &role_binding::ROLE_BINDING,
    &role_binding::CLUSTER_ROLE_BINDING,
    &quota::COMMAND,
    &priority_class::COMMAND,
    &token::COMMAND,
];
