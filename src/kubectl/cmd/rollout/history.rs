//! `kubectl rollout history`: the revisions of a Deployment.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/cmd/rollout/rollout_history.go, pkg/polymorphichelpers/history.go, v1.36.
//! Simplified: Deployments alone.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{FILES, PRINT, SELECTOR, workloads};
use crate::builder::Info;
use crate::command::Command;
use crate::describe::template_text;
use crate::failure::{Outcome, all_of, caught, fail, not_simulated};
use crate::flags::{Flag, Takes};
use crate::kubectl::Kubectl;
use crate::printers::format;
use crate::printers::tabwriter::DESCRIPTION;
use crate::revisions::{CHANGE_CAUSE, replica_sets, revision};
use crate::unstructured::{annotation, set};

pub const COMMAND: Command = Command::new("history", &[&[Flag::new("revision", Takes::Int, "0")], PRINT, FILES, SELECTOR], run);

fn run(kubectl: &mut Kubectl<'_, '_>) -> Outcome<()> {
    let wanted = kubectl.flags.int("revision");
    if kubectl.flags.args.is_empty() && kubectl.flags.list("filename").is_empty() {
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

fn show(kubectl: &mut Kubectl<'_, '_>, info: &Info, wanted: i64) -> Outcome<()> {
    match (info.mapping.group.as_str(), info.mapping.kind.as_str()) {
        ("apps", "Deployment") => {}
        ("apps", "DaemonSet" | "StatefulSet") => return not_simulated(format!("the rollout history of a {}", info.mapping.kind)),
        (group, kind) => {
            let shown = if group.is_empty() { kind.to_owned() } else { format!("{kind}.{group}") };
            return fail(format!("no history viewer has been implemented for {shown:?}"));
        }
    }
    let sets = replica_sets(kubectl, &info.object)?;
    let history: BTreeMap<i64, &Value> = sets.iter().filter_map(|set| Some((revision(set)?, set))).collect();
    let output = kubectl.flags.text("output").to_owned();
    if !output.is_empty() {
        let printer = format::printer(&output, kubectl.flags.text("template"), "", format::CHANGE, false)?;
        if wanted > 0 && !history.contains_key(&wanted) {
            return fail("unable to find the specified revision");
        }
        for (_, set) in history.into_iter().filter(|(revision, _)| wanted == 0 || *revision == wanted) {
            let mut set = set.clone();
            set["apiVersion"] = "apps/v1".into();
            set["kind"] = "ReplicaSet".into();
            kubectl.print_object(&printer, &set)?;
        }
        return Ok(());
    }
    let shown = view(&history, wanted).or_else(fail)?;
    let with_revision = if wanted > 0 { format!("with revision #{wanted}") } else { String::new() };
    kubectl.print(&format!("{} {with_revision}\n{shown}\n", info.kind_and_name()))
}

fn view(history: &BTreeMap<i64, &Value>, wanted: i64) -> Result<String, String> {
    if history.is_empty() {
        return Ok("No rollout history found.".to_owned());
    }
    let cause = |set: &Value| annotation(set, CHANGE_CAUSE).filter(|cause| !cause.is_empty()).map(str::to_owned);
    if wanted > 0 {
        let replica_set = history.get(&wanted).ok_or("unable to find the specified revision")?;
        let mut template = replica_set.pointer("/spec/template").cloned().unwrap_or_default();
        if let Some(cause) = cause(replica_set) {
            set(&mut template, "/metadata/annotations/kubernetes.io~1change-cause", cause.into());
        }
        return Ok(template_text(&template));
    }
    let mut out = "REVISION\tCHANGE-CAUSE\n".to_owned();
    for (revision, set) in history {
        out.push_str(&format!("{revision}\t{}\n", cause(set).unwrap_or_else(|| "<none>".to_owned())));
    }
    Ok(DESCRIPTION.align(&out))
}
