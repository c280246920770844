//! `kubectl rollout status`: follows an update to its end.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/cmd/rollout/rollout_status.go, pkg/polymorphichelpers/rollout_status.go, v1.36.
//! Simplified: nothing.

use std::time::Duration;

use serde_json::Value;

use super::{FILES, SELECTOR, workloads};
use crate::builder::Info;
use crate::command::Command;
use crate::failure::{Outcome, all_of, caught, fail};
use crate::flags::{Flag, Takes};
use crate::kubectl::Kubectl;
use crate::revisions::revision;
use crate::unstructured::{int, items, name, text};

pub const COMMAND: Command = Command::new("status", &[OWN, FILES, SELECTOR], run);

const OWN: &[Flag] = &[
    Flag::new("watch", Takes::Bool, "true").short('w'),
    Flag::new("revision", Takes::Int, "0"),
    Flag::new("timeout", Takes::Duration, "0s"),
];

/// A line about a rollout, and whether it is the last.
pub type Status = Result<(String, bool), String>;

fn run(kubectl: &mut Kubectl<'_, '_>) -> Outcome<()> {
    let wanted = kubectl.flags.int("revision");
    if wanted < 0 {
        return fail(format!("revision must be a positive integer: {wanted}"));
    }
    let found = workloads(kubectl)?;
    let mut failures = found.failures;
    if found.infos.is_empty() && failures.is_empty() {
        let namespace = kubectl.namespace()?;
        return kubectl.eprint(&format!("No resources found in {namespace} namespace.\n"));
    }
    for info in found.infos {
        if let Err(failure) = caught(follow(kubectl, &info, wanted))? {
            failures.push(failure);
        }
    }
    all_of(failures)
}

fn follow(kubectl: &mut Kubectl<'_, '_>, info: &Info, wanted: i64) -> Outcome<()> {
    let viewer: fn(&Value) -> Status = match (info.mapping.group.as_str(), info.mapping.kind.as_str()) {
        ("apps" | "extensions", "Deployment") => deployment,
        ("apps" | "extensions", "DaemonSet") => daemon_set,
        ("apps", "StatefulSet") => stateful_set,
        (group, kind) => return fail(format!("no status viewer has been implemented for {}", if group.is_empty() { kind.to_owned() } else { format!("{kind}.{group}") })),
    };
    let deadline = match kubectl.flags.duration("timeout") {
        0 => None,
        nanos => Some(kubectl.process.now()? + Duration::from_nanos(nanos.unsigned_abs())),
    };
    let watch = kubectl.flags.bool("watch");
    // Each change is one turn: the check says what to print, and the watch goes on from there.
    let mut seen = String::new();
    loop {
        let revision_seen = seen.clone();
        let mut check = |object: Option<&Value>| -> Option<Option<(String, Status)>> {
            let Some(object) = object else { return Some(None) };
            let now = text(object, "/metadata/resourceVersion").to_owned();
            if now == revision_seen {
                return None;
            }
            let status = if info.mapping.kind == "Deployment" { of_revision(object, wanted).and_then(|()| viewer(object)) } else { viewer(object) };
            Some(Some((now, status)))
        };
        let Some(next) = kubectl.watch_until(&info.mapping, (&info.namespace, &info.name), deadline, &mut check)? else {
            return fail("timed out waiting for the condition");
        };
        let Some((now, status)) = next else { return fail("object has been deleted") };
        match status {
            Err(why) => return fail(why),
            Ok((line, done)) => {
                kubectl.print(&line)?;
                if done || !watch {
                    return Ok(());
                }
            }
        }
        seen = now;
    }
}

fn of_revision(object: &Value, wanted: i64) -> Result<(), String> {
    match revision(object) {
        _ if wanted == 0 => Ok(()),
        Some(running) if running == wanted => Ok(()),
        running => Err(format!("desired revision ({wanted}) is different from the running revision ({})", running.unwrap_or(0))),
    }
}

fn observed(object: &Value) -> bool {
    int(object, "/metadata/generation").unwrap_or(0) <= int(object, "/status/observedGeneration").unwrap_or(0)
}

fn deployment(object: &Value) -> Status {
    let number = |field: &str| int(object, field).unwrap_or(0);
    let name = name(object);
    if !observed(object) {
        return Ok(("Waiting for deployment spec update to be observed...\n".to_owned(), false));
    }
    let progress = items(object, "/status/conditions").iter().find(|condition| text(condition, "/type") == "Progressing");
    if progress.is_some_and(|condition| text(condition, "/reason") == "ProgressDeadlineExceeded") {
        return Err(format!("deployment {name:?} exceeded its progress deadline"));
    }
    let (wanted, all) = (number("/spec/replicas"), number("/status/replicas"));
    let (updated, available) = (number("/status/updatedReplicas"), number("/status/availableReplicas"));
    let waiting = |what: String| Ok((format!("Waiting for deployment {name:?} rollout to finish: {what}...\n"), false));
    if updated < wanted {
        return waiting(format!("{updated} out of {wanted} new replicas have been updated"));
    }
    if all > updated {
        return waiting(format!("{} old replicas are pending termination", all - updated));
    }
    if available < updated {
        return waiting(format!("{available} of {updated} updated replicas are available"));
    }
    Ok((format!("deployment {name:?} successfully rolled out\n"), true))
}

fn daemon_set(object: &Value) -> Status {
    let number = |field: &str| int(object, field).unwrap_or(0);
    let name = name(object);
    if text(object, "/spec/updateStrategy/type") != "RollingUpdate" {
        return Err("rollout status is only available for RollingUpdate strategy type".to_owned());
    }
    if !observed(object) {
        return Ok(("Waiting for daemon set spec update to be observed...\n".to_owned(), false));
    }
    let (wanted, updated, available) = (number("/status/desiredNumberScheduled"), number("/status/updatedNumberScheduled"), number("/status/numberAvailable"));
    if updated < wanted {
        return Ok((format!("Waiting for daemon set {name:?} rollout to finish: {updated} out of {wanted} new pods have been updated...\n"), false));
    }
    if available < wanted {
        return Ok((format!("Waiting for daemon set {name:?} rollout to finish: {available} of {wanted} updated pods are available...\n"), false));
    }
    Ok((format!("daemon set {name:?} successfully rolled out\n"), true))
}

fn stateful_set(object: &Value) -> Status {
    let number = |field: &str| int(object, field).unwrap_or(0);
    if text(object, "/spec/updateStrategy/type") != "RollingUpdate" {
        return Err("rollout status is only available for RollingUpdate strategy type".to_owned());
    }
    if number("/status/observedGeneration") == 0 || !observed(object) {
        return Ok(("Waiting for statefulset spec update to be observed...\n".to_owned(), false));
    }
    let (wanted, ready, updated) = (number("/spec/replicas"), number("/status/readyReplicas"), number("/status/updatedReplicas"));
    if ready < wanted {
        return Ok((format!("Waiting for {} pods to be ready...\n", wanted - ready), false));
    }
    if object.pointer("/spec/updateStrategy/rollingUpdate").is_some() {
        let partition = int(object, "/spec/updateStrategy/rollingUpdate/partition");
        if let Some(goal) = partition.map(|partition| wanted - partition).filter(|goal| updated < *goal) {
            return Ok((format!("Waiting for partitioned roll out to finish: {updated} out of {goal} new pods have been updated...\n"), false));
        }
        return Ok((format!("partitioned roll out complete: {updated} new pods have been updated...\n"), true));
    }
    let (update, current) = (text(object, "/status/updateRevision"), text(object, "/status/currentRevision"));
    if update != current {
        return Ok((format!("waiting for statefulset rolling update to complete {updated} pods at revision {update}...\n"), false));
    }
    Ok((format!("statefulset rolling update complete {} pods at revision {current}...\n", number("/status/currentReplicas")), true))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_deployment_says_what_it_waits_for() {
        let of = |updated: i64, all: i64, available: i64| {
            let object = json!({"metadata": {"name": "web", "generation": 2}, "spec": {"replicas": 3},
                "status": {"observedGeneration": 2, "updatedReplicas": updated, "replicas": all, "availableReplicas": available}});
            deployment(&object).map(|(line, done)| (line.trim_end().to_owned(), done))
        };
        let waiting = |what: &str| Ok((format!("Waiting for deployment \"web\" rollout to finish: {what}..."), false));
        assert_eq!(of(1, 4, 3), waiting("1 out of 3 new replicas have been updated"));
        assert_eq!(of(3, 4, 3), waiting("1 old replicas are pending termination"));
        assert_eq!(of(3, 3, 2), waiting("2 of 3 updated replicas are available"));
        assert_eq!(of(3, 3, 3), Ok(("deployment \"web\" successfully rolled out".to_owned(), true)));
    }
}
