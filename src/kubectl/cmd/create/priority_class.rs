//! `kubectl create priorityclass NAME --value=1000`.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/cmd/create/create_priorityclass.go, v1.36.
//! Simplified: nothing.

use serde_json::json;

use super::generated::{MANAGER, one_name, send};
use crate::cmd::change::{DRY_RUN, PRINT, SAVE_CONFIG, VALIDATE};
use crate::command::Command;
use crate::failure::Outcome;
use crate::flags::{Flag, Takes};
use crate::kubectl::Kubectl;

pub const COMMAND: Command = Command { aliases: &["pc"], ..Command::new("priorityclass", &[OWN, PRINT, DRY_RUN, VALIDATE, SAVE_CONFIG, MANAGER], run) };

const OWN: &[Flag] = &[
    Flag::new("value", Takes::Int32, "0"),
    Flag::bool("global-default"),
    Flag::text("description"),
    Flag::new("preemption-policy", Takes::Text, "PreemptLowerPriority"),
];

fn run(kubectl: &mut Kubectl<'_, '_>) -> Outcome<()> {
    let name = one_name(kubectl)?;
    let flags = &kubectl.flags;
    let mut class = json!({
        "apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass", "metadata": {"name": name}, "value": flags.int("value"),
        "preemptionPolicy": flags.text("preemption-policy"),
    });
    if flags.bool("global-default") {
        class["globalDefault"] = true.into();
    }
    let description = flags.text("description");
    if !description.is_empty() {
        class["description"] = description.into();
    }
    send(kubectl, class, "failed to create priorityclass: ")
}
