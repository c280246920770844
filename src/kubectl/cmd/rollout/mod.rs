//! `kubectl rollout`: follows, undoes, pauses and restarts the updates of workloads.

mod change;
mod history;
mod status;
mod undo;

use super::change::{FILES, PRINT, SELECTOR};
use crate::builder::{Builder, Found};
use crate::command::Command;
use crate::failure::{Outcome, fail};
use crate::kubectl::Kubectl;

pub const COMMAND: Command = Command::group("rollout", &[&history::COMMAND, &change::PAUSE, &change::RESUME, &change::RESTART, &status::COMMAND, &undo::COMMAND]);

/// The workloads that are meant.
fn workloads(kubectl: &mut Kubectl<'_, '_>) -> Outcome<Found> {
    if kubectl.flags.args.is_empty() && kubectl.flags.list("filename").is_empty() && kubectl.flags.text("kustomize").is_empty() {
        return fail("required resource not specified");
    }
    let found = Builder { allow_empty_selector: true, latest: true, ..Builder::of(kubectl, &kubectl.flags.args) }.find(kubectl)?;
    found.infos.iter().try_for_each(|info| info.mapping.require_typed())?;
    Ok(found)
}

/// Whether the reference has a place for a kind at least, be it that nothing can be done there.
fn runs_pods(group: &str, kind: &str) -> bool {
    match group {
        "" => matches!(kind, "Pod" | "ReplicationController"),
        "apps" => matches!(kind, "Deployment" | "DaemonSet" | "ReplicaSet" | "StatefulSet"),
        "batch" => matches!(kind, "Job" | "CronJob"),
        _ => false,
    }
}
