//! Waiting: for the objects of a release to be ready, for hooks to end.
//!
//! Models: helm.sh/helm/pkg/kube/statuswait.go, github.com/fluxcd/cli-utils/pkg/kstatus/status, v4.2.3.
//! Simplified: objects are asked for every second instead of watched.

use std::ops::ControlFlow;
use std::time::Duration;

use podarium_kubectl::failure::{Outcome, Stop, fail};
use serde_json::Value;

use super::cluster::Target;
use super::command::Helm;

const PERIOD: Duration = Duration::from_secs(1);

/// How an object stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    Current,
    InProgress(String),
    Failed(String),
}

fn int(object: &Value, path: &str) -> i64 {
    object.pointer(path).and_then(Value::as_i64).unwrap_or(0)
}

fn condition<'v>(object: &'v Value, name: &str) -> Option<&'v Value> {
    object.pointer("/status/conditions")?.as_array()?.iter().find(|condition| condition["type"] == name)
}

fn is_true(object: &Value, name: &str) -> bool {
    condition(object, name).is_some_and(|condition| condition["status"] == "True")
}

/// What the state of an object says.
pub fn standing(object: &Value) -> Standing {
    let waits = |text: String| Standing::InProgress(text);
    let kind = object["kind"].as_str().unwrap_or_default();
    if object.pointer("/metadata/deletionTimestamp").is_some() {
        return Standing::InProgress("Resource scheduled for deletion".to_owned());
    }
    if let Some(observed) = object.pointer("/status/observedGeneration").and_then(Value::as_i64)
        && observed != int(object, "/metadata/generation")
    {
        return waits(format!("{kind} generation is {}, but latest observed generation is {observed}", int(object, "/metadata/generation")));
    }
    let replicas = object.pointer("/spec/replicas").and_then(Value::as_i64).unwrap_or(1);
    let status = |name: &str| int(object, &format!("/status/{name}"));
    match kind {
        "Deployment" => {
            if let Some(progressing) = condition(object, "Progressing")
                && progressing["reason"] == "ProgressDeadlineExceeded"
            {
                return Standing::Failed("Progress deadline exceeded".to_owned());
            }
            let (all, updated, ready, available) = (status("replicas"), status("updatedReplicas"), status("readyReplicas"), status("availableReplicas"));
            match () {
                () if replicas > all => waits(format!("Replicas: {all}/{replicas}")),
                () if replicas > updated => waits(format!("Updated: {updated}/{replicas}")),
                () if all > replicas => waits(format!("Pending termination: {}", all - replicas)),
                () if updated > available => waits(format!("Available: {available}/{updated}")),
                () if replicas > ready => waits(format!("Ready: {ready}/{replicas}")),
                () if !is_true(object, "Available") => waits("Deployment not Available".to_owned()),
                () => Standing::Current,
            }
        }
        "ReplicaSet" => {
            let (all, labeled, available, ready) = (status("replicas"), status("fullyLabeledReplicas"), status("availableReplicas"), status("readyReplicas"));
            match () {
                () if replicas > labeled => waits(format!("Labelled: {labeled}/{replicas}")),
                () if replicas > available => waits(format!("Available: {available}/{replicas}")),
                () if replicas > ready => waits(format!("Ready: {ready}/{replicas}")),
                () if all > replicas => waits(format!("Replicas: {all}/{replicas}")),
                () => Standing::Current,
            }
        }
        "StatefulSet" => {
            let (all, ready, current) = (status("replicas"), status("readyReplicas"), status("currentReplicas"));
            match () {
                () if object.pointer("/spec/updateStrategy/type").and_then(Value::as_str) == Some("OnDelete") => Standing::Current,
                () if replicas > all => waits(format!("Replicas: {all}/{replicas}")),
                () if replicas > ready => waits(format!("Ready: {ready}/{replicas}")),
                () if all > replicas => waits(format!("Pending termination: {}", all - replicas)),
                () if replicas > current && object.pointer("/status/currentRevision") == object.pointer("/status/updateRevision") => waits(format!("current: {current}/{replicas}")),
                () if object.pointer("/status/currentRevision") != object.pointer("/status/updateRevision") => waits("Waiting for updated pods to be ready".to_owned()),
                () => Standing::Current,
            }
        }
        "DaemonSet" => {
            if object.pointer("/status/observedGeneration").is_none() {
                return waits("Missing .status.observedGeneration".to_owned());
            }
            let (wanted, current, updated, available, ready) = (status("desiredNumberScheduled"), status("currentNumberScheduled"), status("updatedNumberScheduled"), status("numberAvailable"), status("numberReady"));
            match () {
                () if wanted > current => waits(format!("Current: {current}/{wanted}")),
                () if wanted > updated => waits(format!("Updated: {updated}/{wanted}")),
                () if wanted > available => waits(format!("Available: {available}/{wanted}")),
                () if wanted > ready => waits(format!("Ready: {ready}/{wanted}")),
                () => Standing::Current,
            }
        }
        "Pod" => match object.pointer("/status/phase").and_then(Value::as_str).unwrap_or_default() {
            "Succeeded" => Standing::Current,
            "Failed" => Standing::Failed("Pod has completed, but not successfully".to_owned()),
            "Running" if is_true(object, "Ready") => Standing::Current,
            "Running" => waits("Pod is running but is not Ready".to_owned()),
            "Pending" => waits("Pod is in the Pending phase".to_owned()),
            other => waits(format!("Pod is in phase {other:?}")),
        },
        "PersistentVolumeClaim" => match object.pointer("/status/phase").and_then(Value::as_str) {
            Some("Bound") => Standing::Current,
            phase => waits(format!("PVC is not Bound. phase: {}", phase.unwrap_or("unknown"))),
        },
        "Service" if object.pointer("/spec/type").and_then(Value::as_str) == Some("LoadBalancer") && object.pointer("/spec/clusterIP").is_none() => {
            waits("ClusterIP not set. Service type: LoadBalancer".to_owned())
        }
        "CustomResourceDefinition" if !is_true(object, "Established") => waits("Install in progress".to_owned()),
        // A job is ready once it has begun.
        "Job" if is_true(object, "Failed") => Standing::Failed("Job Failed".to_owned()),
        "Job" if object.pointer("/status/startTime").is_none() => waits("Job not started".to_owned()),
        _ => Standing::Current,
    }
}

/// Whether a hook's object has ended. Only jobs and pods end.
fn hook_standing(object: &Value) -> Standing {
    match object["kind"].as_str().unwrap_or_default() {
        "Job" if is_true(object, "Complete") => Standing::Current,
        "Job" => match condition(object, "Failed").filter(|condition| condition["status"] == "True") {
            Some(_) => Standing::Failed(format!("Job Failed. failed: {}/{}", int(object, "/status/failed"), object.pointer("/spec/completions").and_then(Value::as_i64).unwrap_or(1))),
            None => Standing::InProgress("Job in progress".to_owned()),
        },
        "Pod" => match object.pointer("/status/phase").and_then(Value::as_str).unwrap_or_default() {
            "Succeeded" => Standing::Current,
            "Failed" => Standing::Failed(format!("pod {} failed", object.pointer("/metadata/name").and_then(Value::as_str).unwrap_or_default())),
            _ => Standing::InProgress("Pod in progress".to_owned()),
        },
        _ => Standing::Current,
    }
}

impl Helm<'_, '_> {
    /// Waits until all objects are ready. `timeout` in nanoseconds.
    pub fn wait_for(&mut self, targets: &[Target], timeout: i64, jobs: bool) -> Outcome<()> {
        let paused = |target: &&Target| target.object.pointer("/spec/paused").and_then(Value::as_bool) != Some(true);
        let targets: Vec<Target> = targets.iter().filter(paused).cloned().collect();
        self.poll(targets, timeout, move |object| match object["kind"] == "Job" && jobs {
            true => hook_standing(object),
            false => standing(object),
        })
    }

    /// Waits until the jobs and pods of a hook have ended.
    pub fn wait_for_hook(&mut self, targets: &[Target], timeout: i64) -> Outcome<()> {
        let ends = |target: &&Target| matches!(target.mapping.kind.as_str(), "Job" | "Pod");
        self.poll(targets.iter().filter(ends).cloned().collect(), timeout, hook_standing)
    }

    /// Waits until objects are gone.
    pub fn wait_for_removal(&mut self, targets: &[Target], timeout: i64) -> Outcome<()> {
        let until = self.now()? + timeout;
        let paths: Vec<(String, String)> = targets.iter().map(|target| (target.path(), format!("{}/{}/{}", target.mapping.kind, target.namespace, target.name))).collect();
        for (path, shown) in paths {
            loop {
                match podarium_kubectl::failure::caught(self.kubectl.send(&podarium_kubectl::client::Call::get(path.clone())))? {
                    Err(failure) if failure.is_not_found() => break,
                    _ => {}
                }
                if self.fresh_now()? >= until {
                    return fail(format!("resource {shown} still exists. status: Terminating, message: Resource scheduled for deletion\ncontext deadline exceeded"));
                }
                self.kubectl.process.sleep(PERIOD)?;
            }
        }
        Ok(())
    }

    fn poll(&mut self, targets: Vec<Target>, timeout: i64, judge: impl Fn(&Value) -> Standing) -> Outcome<()> {
        if targets.is_empty() {
            return Ok(());
        }
        let until = self.fresh_now()? + timeout;
        let mut requests = Vec::new();
        for target in &targets {
            requests.push(self.kubectl.bare_request(&podarium_kubectl::client::Call::get(target.path()))?);
        }
        let shown: Vec<String> = targets.iter().map(|target| format!("{}/{}/{}", target.mapping.kind, target.namespace, target.name)).collect();
        // Each round is one turn, so that waiting long costs no more than waiting briefly.
        let ended: Option<String> = self.kubectl.process.repeat((), |process, ()| {
            let mut left: Vec<(String, Standing)> = Vec::new();
            for (request, shown) in requests.iter().zip(&shown) {
                let standing = match process.http(request.clone())? {
                    Ok(answer) if answer.status == 200 => serde_json::from_slice::<Value>(&answer.body).map_or(Standing::InProgress(String::new()), |object| judge(&object)),
                    _ => Standing::InProgress("Resource not found".to_owned()),
                };
                left.push((shown.clone(), standing));
            }
            let failed = left.iter().any(|(_, standing)| matches!(standing, Standing::Failed(_)));
            let waits = left.iter().any(|(_, standing)| matches!(standing, Standing::InProgress(_)));
            if !failed && !waits {
                return Ok(ControlFlow::Break(None));
            }
            let late = process.unix_nanos()? >= until;
            if late || failed && !waits {
                let mut lines: Vec<String> = left
                    .iter()
                    .filter_map(|(shown, standing)| match standing {
                        Standing::Current => None,
                        Standing::InProgress(message) => Some(format!("resource {shown} not ready. status: InProgress, message: {message}")),
                        Standing::Failed(message) => Some(format!("resource {shown} not ready. status: Failed, message: {message}")),
                    })
                    .collect();
                if late {
                    lines.push("context deadline exceeded".to_owned());
                }
                return Ok(ControlFlow::Break(Some(lines.join("\n"))));
            }
            process.sleep(PERIOD)?;
            Ok(ControlFlow::Continue(()))
        })?;
        match ended {
            None => Ok(()),
            Some(why) => fail(why),
        }
    }

    /// The time now, not that of the beginning.
    pub fn fresh_now(&mut self) -> Result<i64, Stop> {
        Ok(self.kubectl.process.unix_nanos()?)
    }
}
