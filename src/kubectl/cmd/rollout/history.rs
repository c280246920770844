//! `kubectl rollout history`: the revisions of a Deployment, StatefulSet or DaemonSet.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/cmd/rollout/rollout_history.go, pkg/polymorphichelpers/history.go, v1.36.
//! Simplified: nothing.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{FILES, PRINT, SELECTOR, runs_pods, workloads};
use crate::builder::Info;
use crate::command::Command;
use crate::describe::template_text;
use crate::failure::{Outcome, all_of, caught, fail};
use crate::flags::{Flag, Takes};
use crate::kubectl::Kubectl;
use crate::printers::format;
use crate::printers::tabwriter::DESCRIPTION;
use crate::revisions::{CHANGE_CAUSE, controller_revisions, number, replica_sets, restored, revision};
use crate::unstructured::{annotation, set};

pub const COMMAND: Command = Command::new("history", &[&[Flag::new("revision", Takes::Int, "0")], PRINT, FILES, SELECTOR], run);

fn run(kubectl: &mut Kubectl<'_, '_>) -> Outcome<()> {
    let wanted = kubectl.flags.int("revision");
    if kubectl.flags.args.is_empty() && kubectl.flags.list("filename").is_empty() && kubectl.flags.text("kustomize").is_empty() {
        return fail("required resource not specified");
    }
    if wanted < 0 {
        return fail(format!("revision must be a positive integer: {wanted}"));
    }
    let found = workloads(kubectl)?;
    let mut failures = found.failures;
    for info in found.infos {
        if let Err(failure) = caught(show(kubectl, &info, wanted))? {
            failures.push(failure);
        }
    }
    all_of(failures)
}

/// One revision: why it was made, its template, and the object that stands for it.
struct Entry {
    cause: Option<String>,
    template: Value,
    object: Value,
}

fn show(kubectl: &mut Kubectl<'_, '_>, info: &Info, wanted: i64) -> Outcome<()> {
    let history = match (info.mapping.group.as_str(), info.mapping.kind.as_str()) {
        ("apps", "Deployment") => of_deployment(kubectl, info)?,
        ("apps", "DaemonSet" | "StatefulSet") => of_set(kubectl, info)?,
        (group, kind) => {
            let shown = if group.is_empty() { kind.to_owned() } else { format!("{kind}.{group}") };
            if !runs_pods(group, kind) {
                return fail(format!("error retrieving history for {shown:?}, no visitor method exists for {{{group} {kind}}}"));
            }
            return fail(format!("no history viewer has been implemented for {shown:?}"));
        }
    };
    let output = kubectl.flags.text("output").to_owned();
    if !output.is_empty() {
        let printer = format::printer(&output, kubectl.flags.text("template"), "", format::CHANGE, false)?;
        if wanted > 0 && !history.contains_key(&wanted) {
            return fail("unable to find the specified revision");
        }
        for (_, entry) in history.into_iter().filter(|(revision, _)| wanted == 0 || *revision == wanted) {
            kubectl.print_object(&printer, &entry.object)?;
        }
        return Ok(());
    }
    let shown = view(&history, wanted).or_else(fail)?;
    let with_revision = if wanted > 0 { format!("with revision #{wanted}") } else { String::new() };
    kubectl.print(&format!("{} {with_revision}\n{shown}\n", info.kind_and_name()))
}

fn cause(object: &Value) -> Option<String> {
    annotation(object, CHANGE_CAUSE).filter(|cause| !cause.is_empty()).map(str::to_owned)
}

fn template_of(object: &Value) -> Value {
    object.pointer("/spec/template").cloned().unwrap_or_default()
}

/// The ReplicaSets, whose templates tell why they were made.
fn of_deployment(kubectl: &mut Kubectl<'_, '_>, info: &Info) -> Outcome<BTreeMap<i64, Entry>> {
    let mut history = BTreeMap::new();
    for mut object in replica_sets(kubectl, &info.object)? {
        let Some(number) = revision(&object) else { continue };
        let (cause, mut template) = (cause(&object), template_of(&object));
        if let Some(cause) = &cause {
            set(&mut template, "/metadata/annotations/kubernetes.io~1change-cause", cause.as_str().into());
        }
        object["apiVersion"] = "apps/v1".into();
        object["kind"] = "ReplicaSet".into();
        history.insert(number, Entry { cause, template, object });
    }
    Ok(history)
}

/// The ControllerRevisions, which give the workload back as it was.
fn of_set(kubectl: &mut Kubectl<'_, '_>, info: &Info) -> Outcome<BTreeMap<i64, Entry>> {
    let workload = kubectl.get(&info.mapping, &info.namespace, &info.name)?;
    let entry = |found: &Value| {
        let object = restored(&workload, found);
        (number(found), Entry { cause: cause(found), template: template_of(&object), object })
    };
    Ok(controller_revisions(kubectl, &workload)?.iter().map(entry).collect())
}

fn view(history: &BTreeMap<i64, Entry>, wanted: i64) -> Result<String, String> {
    if history.is_empty() {
        return Ok("No rollout history found.".to_owned());
    }
    if wanted > 0 {
        let entry = history.get(&wanted).ok_or("unable to find the specified revision")?;
        return Ok(template_text(&entry.template));
    }
    let mut out = "REVISION\tCHANGE-CAUSE\n".to_owned();
    for (revision, entry) in history {
        out.push_str(&format!("{revision}\t{}\n", entry.cause.as_deref().unwrap_or("<none>")));
    }
    Ok(DESCRIPTION.align(&out))
}
