//! The verbs. A new one is a file here and a line in [`COMMANDS`].

mod annotate;
mod api_resources;
mod apply;
mod attach;
mod autoscale;
mod auth;
mod certificate;
mod change;
mod cluster_info;
mod completion;
mod config;
mod cordon;
mod cp;
mod create;
mod debug;
mod delete;
mod describe;
mod diff;
mod drain;
mod edit;
mod events;
mod exec;
mod explain;
mod expose;
mod get;
mod help;
mod kuberc;
mod kustomize;
mod label;
mod logs;
mod logs_together;
mod metadata;
mod patch;
pub(crate) mod plugin;
mod port_forward;
mod proxy;
mod raw;
mod replace;
mod rollout;
mod run;
mod run_attached;
mod scale;
mod set;
mod taint;
mod top;
mod version;
mod wait;

use crate::command::Command;

pub(crate) use change::{DryRun, LAST_APPLIED, RECORD, annotate_configuration};
pub(crate) use version::{KUSTOMIZE, VERSION};

/// The verbs, in the order in which kubectl has them.
pub const COMMANDS: &[&Command] = &[
    &create::COMMAND,
    &expose::COMMAND,
    &run::COMMAND,
    &set::COMMAND,
    &explain::COMMAND,
    &get::COMMAND,
    &edit::COMMAND,
    &delete::COMMAND,
    &rollout::COMMAND,
    &scale::COMMAND,
    &autoscale::COMMAND,
    &certificate::COMMAND,
    &cluster_info::COMMAND,
    &top::COMMAND,
    &cordon::CORDON,
    &cordon::UNCORDON,
    &drain::COMMAND,
    &taint::COMMAND,
    &describe::COMMAND,
    &logs::COMMAND,
    &attach::COMMAND,
    &exec::COMMAND,
    &port_forward::COMMAND,
    &proxy::COMMAND,
    &cp::COMMAND,
    &auth::COMMAND,
    &debug::COMMAND,
    &events::COMMAND,
    &diff::COMMAND,
    &apply::COMMAND,
    &patch::COMMAND,
    &replace::COMMAND,
    &wait::COMMAND,
    &kustomize::COMMAND,
    &label::COMMAND,
    &annotate::COMMAND,
    &completion::COMMAND,
    &config::COMMAND,
    &plugin::COMMAND,
    &version::COMMAND,
    &api_resources::VERSIONS,
    &api_resources::COMMAND,
    &kuberc::COMMAND,
];

/// What the help of kubectl does not list.
pub const HIDDEN: &[&Command] = &[&help::HELP, &help::OPTIONS, &help::ALPHA];
