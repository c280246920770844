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
    Builder { allow_empty_selector: true, latest: true, ..Builder::of(kubectl, &kubectl.flags.args) }.find(kubectl)
}
