//! `kubectl rollout pause`, `resume`, `restart`.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/cmd/rollout/rollout_{pause,resume,restart}.go, pkg/polymorphichelpers, v1.36.
//! Simplified: nothing.

use serde_json::{Value, json};

use super::{FILES, PRINT, SELECTOR, workloads};
use crate::builder::Info;
use crate::client::{PatchType, Write};
use crate::cmd::change::DryRun;
use crate::command::Command;
use crate::failure::{Failure, Outcome, caught, fail};
use crate::flags::{Flag, Takes};
use crate::kubectl::Kubectl;
use crate::unstructured::flag;

pub const PAUSE: Command = Command::new("pause", &[MANAGER, PRINT, FILES, SELECTOR], pause);
pub const RESUME: Command = Command::new("resume", &[MANAGER, PRINT, FILES, SELECTOR], resume);
pub const RESTART: Command = Command::new("restart", &[MANAGER, PRINT, FILES, SELECTOR], restart);

const MANAGER: &[Flag] = &[Flag::new("field-manager", Takes::Text, "kubectl-rollout")];

/// The patch for a workload, or why there is none.
type PatchOf<'a> = &'a dyn Fn(&Info) -> Result<Value, String>;

fn pause(kubectl: &mut Kubectl<'_, '_>) -> Outcome<()> {
    change(kubectl, "paused", &|info| match (is_deployment(info), flag(&info.object, "/spec/paused")) {
        (false, _) => Err("pausing is not supported".to_owned()),
        (true, true) => Err("is already paused".to_owned()),
        (true, false) => Ok(json!({"spec": {"paused": true}})),
    })
}

fn resume(kubectl: &mut Kubectl<'_, '_>) -> Outcome<()> {
    change(kubectl, "resumed", &|info| match (is_deployment(info), flag(&info.object, "/spec/paused")) {
        (false, _) => Err("resuming is not supported".to_owned()),
        (true, false) => Err("is not paused".to_owned()),
        (true, true) => Ok(json!({"spec": {"paused": null}})),
    })
}

fn restart(kubectl: &mut Kubectl<'_, '_>) -> Outcome<()> {
    let now = kubectl.now()?.to_zoned(jiff::tz::TimeZone::UTC).strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    change(kubectl, "restarted", &|info| {
        let known = info.mapping.group == "apps" && matches!(info.mapping.kind.as_str(), "Deployment" | "DaemonSet" | "StatefulSet");
        if !known {
            return Err("restarting is not supported".to_owned());
        }
        if is_deployment(info) && flag(&info.object, "/spec/paused") {
            return Err("can't restart paused deployment (run rollout resume first)".to_owned());
        }
        Ok(json!({"spec": {"template": {"metadata": {"annotations": {"kubectl.kubernetes.io/restartedAt": now}}}}}))
    })
}

fn is_deployment(info: &Info) -> bool {
    info.mapping.group == "apps" && info.mapping.kind == "Deployment"
}

fn change(kubectl: &mut Kubectl<'_, '_>, done: &str, patch_of: PatchOf<'_>) -> Outcome<()> {
    let found = workloads(kubectl)?;
    let mut failures = found.failures;
    if found.infos.is_empty() && failures.is_empty() {
        let namespace = kubectl.namespace()?;
        return kubectl.eprint(&format!("No resources found in {namespace} namespace.\n"));
    }
    let printer = kubectl.change_printer(done, DryRun::None)?;
    for info in found.infos {
        let patch = match patch_of(&info) {
            Ok(patch) => patch,
            Err(why) => {
                failures.push(Failure::Message(format!("error: {} {:?} {why}", info.mapping.group_resource(), info.name)));
                continue;
            }
        };
        let restarted = "/spec/template/metadata/annotations/kubectl.kubernetes.io~1restartedAt";
        if patch.pointer(restarted).is_some_and(|now| info.object.pointer(restarted) == Some(now)) {
            let why = "if restart has already been triggered within the past second, please wait before attempting to trigger another";
            failures.push(Failure::Message(format!("failed to create patch for {}: {why}", info.name)));
            continue;
        }
        if let Err(failure) = caught(send(kubectl, &info, &patch, &printer))? {
            failures.push(failure);
        }
    }
    kubectl.visited(failures)
}

fn send(kubectl: &mut Kubectl<'_, '_>, info: &Info, patch: &Value, printer: &crate::printers::format::Printer) -> Outcome<()> {
    let manager = kubectl.flags.text("field-manager").to_owned();
    let write = Write { field_manager: &manager, ..Write::default() };
    match caught(kubectl.patch(&info.mapping, &info.namespace, &info.name, (PatchType::Strategic, patch), &write))? {
        Ok(object) => kubectl.print_object(printer, &object),
        Err(failure) => fail(format!("failed to patch: {failure}")),
    }
}
