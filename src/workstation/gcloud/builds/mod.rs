//! Cloud Build: `gcloud builds`, and the service that builds.
//!
//! The service gives each build a worker: a computer with a docker daemon of its own, on which the steps run as programs with the source in
//! `/workspace`, one after the other or as `waitFor` says. What they push is in the registries that the cluster pulls from.

mod config;
mod job;
mod listing;
mod service;
mod source;
mod submit;
mod substitutions;
mod validate;
mod worker;

use podarium_machine::Process;

use super::cli::Done;
use super::command::{self, Command, NONE, Takes};

pub use service::{Builds, WorldErrand};

const REGION: command::Flag = ("region", NONE, Takes::NotSimulated);

const COMMANDS: &[Command] = &[
    Command {
        name: "builds submit",
        operands: "[SOURCE]",
        least: 0,
        most: 1,
        lists: false,
        flags: &[
            ("async", NONE, Takes::Nothing),
            ("config", NONE, Takes::Value),
            ("default-buckets-behavior", NONE, Takes::NotSimulated),
            ("dir", NONE, Takes::NotSimulated),
            ("disk-size", NONE, Takes::Value),
            ("gcs-log-dir", NONE, Takes::NotSimulated),
            ("gcs-source-staging-dir", NONE, Takes::NotSimulated),
            ("git-source-dir", NONE, Takes::NotSimulated),
            ("git-source-revision", NONE, Takes::NotSimulated),
            ("ignore-file", NONE, Takes::Value),
            ("machine-type", NONE, Takes::Value),
            ("no-cache", NONE, Takes::Nothing),
            ("no-source", NONE, Takes::Nothing),
            ("pack", NONE, Takes::NotSimulated),
            ("polling-interval", NONE, Takes::Value),
            REGION,
            ("revision", NONE, Takes::NotSimulated),
            ("service-account", NONE, Takes::NotSimulated),
            ("substitutions", NONE, Takes::Value),
            ("suppress-logs", NONE, Takes::Nothing),
            ("tag", 't', Takes::Value),
            ("timeout", NONE, Takes::Value),
            ("worker-pool", NONE, Takes::NotSimulated),
        ],
        run: submit::submit,
    },
    Command { name: "builds list", operands: "", least: 0, most: 0, lists: true, flags: &[("ongoing", NONE, Takes::Nothing), REGION], run: listing::list },
    Command { name: "builds describe", operands: "BUILD", least: 1, most: 1, lists: false, flags: &[REGION], run: listing::describe },
    Command { name: "builds log", operands: "BUILD", least: 1, most: 1, lists: false, flags: &[("stream", NONE, Takes::Nothing), REGION], run: listing::log },
    Command { name: "builds cancel", operands: "BUILDS [BUILDS ...]", least: 1, most: usize::MAX, lists: false, flags: &[REGION], run: listing::cancel },
];

/// What the real `gcloud builds` has besides.
const ABSENT: [&str; 9] = ["approve", "connections", "enterprise-config", "get-default-service-account", "reject", "repositories", "runs", "triggers", "worker-pools"];

pub fn main(process: &mut Process<'_>, words: &[&str]) -> Done {
    match words.first() {
        Some(word) if ABSENT.contains(word) => super::cli::not_simulated(process, &format!("builds {word}")),
        _ => command::run(process, COMMANDS, "builds", words),
    }
}
