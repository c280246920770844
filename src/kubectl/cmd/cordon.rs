//! `kubectl cordon` and `uncordon`: whether new pods may go to a node.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/cmd/drain/drain.go, pkg/drain/cordon.go, v1.36.
//! Simplified: nothing.

use serde_json::json;

use super::change::{CHUNK, DRY_RUN, DryRun, SELECTOR};
use crate::builder::{Builder, Info};
use crate::client::{PatchType, Write};
use crate::command::Command;
use crate::failure::{Outcome, caught, usage};
use crate::kubectl::Kubectl;
use crate::unstructured::flag;

pub const CORDON: Command = Command::new("cordon", &[DRY_RUN, SELECTOR], cordon);
pub const UNCORDON: Command = Command::new("uncordon", &[DRY_RUN, SELECTOR, CHUNK], uncordon);

fn cordon(kubectl: &mut Kubectl<'_, '_>) -> Outcome<()> {
    let nodes = nodes(kubectl, "cordon")?;
    let dry_run = kubectl.dry_run()?;
    mark(kubectl, &nodes, true, dry_run)
}

fn uncordon(kubectl: &mut Kubectl<'_, '_>) -> Outcome<()> {
    let nodes = nodes(kubectl, "uncordon")?;
    let dry_run = kubectl.dry_run()?;
    mark(kubectl, &nodes, false, dry_run)
}

/// The nodes that a command line names.
pub fn nodes(kubectl: &mut Kubectl<'_, '_>, verb: &str) -> Outcome<Vec<Info>> {
    let flags = &kubectl.flags;
    let command = format!("kubectl {verb}");
    if flags.args.is_empty() && !flags.is_set("selector") {
        return usage(&command, format!("USAGE: {verb} NODE [flags]"));
    }
    if !flags.args.is_empty() && !flags.text("selector").is_empty() {
        return usage(&command, "error: cannot specify both a node name and a --selector option");
    }
    let builder = Builder { default_type: Some("nodes"), single_resource_type: true, ..Builder::of(kubectl, &kubectl.flags.args) };
    builder.find(kubectl)?.all_or_first_failure()
}

/// Marks nodes, and says so.
pub fn mark(kubectl: &mut Kubectl<'_, '_>, nodes: &[Info], unschedulable: bool, dry_run: DryRun) -> Outcome<()> {
    let verb = if unschedulable { "cordon" } else { "uncordon" };
    for node in nodes {
        let mut done = format!("{verb}ed");
        if flag(&node.object, "/spec/unschedulable") == unschedulable {
            done = format!("already {done}");
        } else if dry_run != DryRun::Client {
            let patch = json!({"spec": {"unschedulable": if unschedulable { json!(true) } else { json!(null) }}});
            let write = Write { dry_run: dry_run == DryRun::Server, ..Write::default() };
            if let Err(failure) = caught(kubectl.patch(&node.mapping, "", &node.name, (PatchType::Strategic, &patch), &write))? {
                kubectl.eprint(&format!("error: unable to {verb} node {:?}: {failure}\n", node.name))?;
                continue;
            }
        }
        kubectl.print(&format!("node/{} {done}{}\n", node.name, dry_run.suffix()))?;
    }
    Ok(())
}
