//! `kubectl rollout undo`: goes back to an earlier template.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/cmd/rollout/rollout_undo.go, pkg/polymorphichelpers/rollback.go, v1.36.
//! Simplified: nothing.

use serde_json::{Map, Value, json};

use super::{FILES, PRINT, SELECTOR, runs_pods, workloads};
use crate::builder::Info;
use crate::client::{PatchType, Write};
use crate::cmd::change::{DRY_RUN, DryRun, LAST_APPLIED};
use crate::command::Command;
use crate::describe::template_text;
use crate::failure::{Outcome, all_of, caught, fail};
use crate::flags::{Flag, Takes};
use crate::kubectl::Kubectl;
use crate::revisions::{REVISION, controller_revisions, number, replica_sets, restored, revision, without_hash};
use crate::unstructured::{annotation, flag, strings};

pub const COMMAND: Command = Command::new("undo", &[&[Flag::new("to-revision", Takes::Int, "0")], PRINT, FILES, DRY_RUN, SELECTOR], run);

/// Annotations that stay those of the Deployment.
const KEPT: [&str; 6] = [
    LAST_APPLIED,
    REVISION,
    "deployment.kubernetes.io/revision-history",
    "deployment.kubernetes.io/desired-replicas",
    "deployment.kubernetes.io/max-replicas",
    "deprecated.deployment.rollback.to",
];

fn run(kubectl: &mut Kubectl<'_, '_>) -> Outcome<()> {
    let dry_run = kubectl.dry_run()?;
    let to = kubectl.flags.int("to-revision");
    let found = workloads(kubectl)?;
    let mut failures = found.failures;
    for info in found.infos {
        if let Err(failure) = caught(undo(kubectl, &info, to, dry_run))? {
            failures.push(failure);
        }
    }
    all_of(failures)
}

fn undo(kubectl: &mut Kubectl<'_, '_>, info: &Info, to: i64, dry_run: DryRun) -> Outcome<()> {
    if annotation(&info.object, LAST_APPLIED).is_some() {
        kubectl.eprint(&format!(
            "Warning: resource {} was previously managed with 'kubectl apply'. Rolling back will not update the {LAST_APPLIED} annotation, which may cause unexpected behavior on future 'kubectl apply' operations. Consider using 'kubectl apply' with your previous configuration file instead.\n",
            info.object_name()
        ))?;
    }
    let result = match (info.mapping.group.as_str(), info.mapping.kind.as_str()) {
        ("apps", "Deployment") => roll_back(kubectl, info, to, dry_run)?,
        ("apps", "DaemonSet" | "StatefulSet") => restore(kubectl, info, to, dry_run)?,
        (group, kind) => {
            let shown = if group.is_empty() { kind.to_owned() } else { format!("{kind}.{group}") };
            if !runs_pods(group, kind) {
                return fail(format!("error retrieving rollbacker for {shown:?}, no visitor method exists for {{{group} {kind}}}"));
            }
            return fail(format!("no rollbacker has been implemented for {shown:?}"));
        }
    };
    let printer = kubectl.change_printer(&result, dry_run)?;
    kubectl.print_object(&printer, &info.object)
}

fn roll_back(kubectl: &mut Kubectl<'_, '_>, info: &Info, to: i64, dry_run: DryRun) -> Outcome<String> {
    let not_found = format!("unable to find specified revision {to} in history");
    if to < 0 {
        return fail(not_found);
    }
    let deployment = kubectl.get(&info.mapping, &info.namespace, &info.name)?;
    let sets = replica_sets(kubectl, &deployment)?;
    let mut history: Vec<(i64, &Value)> = sets.iter().filter_map(|set| Some((revision(set)?, set))).collect();
    history.sort_by_key(|(revision, _)| *revision);
    let target = match to {
        0 if history.len() < 2 => return fail(format!("no rollout history found for deployment {:?}", info.name)),
        0 => history[history.len() - 2].1,
        to => match history.iter().find(|(revision, _)| *revision == to) {
            Some((_, set)) => set,
            None => return fail(not_found),
        },
    };
    let template = target.pointer("/spec/template").cloned().unwrap_or_default();
    if dry_run == DryRun::Client {
        return Ok(template_text(&template));
    }
    if flag(&deployment, "/spec/paused") {
        return fail("you cannot rollback a paused deployment; resume it first with 'kubectl rollout resume' and try again");
    }
    let template = without_hash(&template);
    if template == without_hash(deployment.pointer("/spec/template").unwrap_or(&Value::Null)) {
        return Ok(format!("skipped rollback (current template already matches revision {to})"));
    }
    let mut annotations: Map<String, Value> = Map::new();
    for (source, kept) in [(&deployment, true), (target, false)] {
        let chosen = strings(source, "/metadata/annotations").into_iter().filter(|(key, _)| KEPT.contains(&key.as_str()) == kept);
        annotations.extend(chosen.map(|(key, value)| (key, value.into())));
    }
    let patch = json!([
        {"op": "replace", "path": "/spec/template", "value": template},
        {"op": "replace", "path": "/metadata/annotations", "value": annotations},
    ]);
    let write = Write { dry_run: dry_run == DryRun::Server, ..Write::default() };
    match caught(kubectl.patch(&info.mapping, &info.namespace, &info.name, (PatchType::Json, &patch), &write))? {
        Ok(_) => Ok("rolled back".to_owned()),
        Err(failure) => fail(format!("failed restoring revision {to}: {failure}")),
    }
}

/// Puts the patch of a ControllerRevision on a StatefulSet or DaemonSet.
fn restore(kubectl: &mut Kubectl<'_, '_>, info: &Info, to: i64, dry_run: DryRun) -> Outcome<String> {
    let not_found = format!("unable to find specified revision {to} in history");
    if to < 0 {
        return fail(not_found);
    }
    let workload = kubectl.get(&info.mapping, &info.namespace, &info.name)?;
    let history = controller_revisions(kubectl, &workload)?;
    let target = match to {
        0 if history.len() < 2 => return fail("no last revision to roll back to"),
        0 => &history[history.len() - 2],
        to => match history.iter().find(|revision| number(revision) == to) {
            Some(revision) => revision,
            None => return fail(not_found),
        },
    };
    let restored = restored(&workload, target);
    if dry_run == DryRun::Client {
        return Ok(format!("will roll back to {}", template_text(restored.pointer("/spec/template").unwrap_or(&Value::Null))));
    }
    if restored == workload {
        return Ok(format!("skipped rollback (current template already matches revision {to})"));
    }
    let patch = target.get("data").cloned().unwrap_or_default();
    let write = Write { dry_run: dry_run == DryRun::Server, ..Write::default() };
    match caught(kubectl.patch(&info.mapping, &info.namespace, &info.name, (PatchType::Strategic, &patch), &write))? {
        Ok(_) => Ok("rolled back".to_owned()),
        Err(failure) => fail(format!("failed restoring revision {to}: {failure}")),
    }
}
