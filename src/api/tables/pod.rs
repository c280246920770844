//! A pod's row: how many containers are ready, and one word for the state that matters most.
//!
//! The phase alone would hide what a student looks for: a container that waits (`CrashLoopBackOff`, `ErrImagePull`), an
//! init container that failed (`Init:Error`), a pod that is going away (`Terminating`).
//!
//! Models: pkg/printers/internalversion/printers.go (printPod), v1.36.
//! Simplified: nothing.

use std::collections::BTreeSet;

use jiff::Timestamp;
use k8s_openapi::api::core::v1::{ContainerState, ContainerStateTerminated, ContainerStatus};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time as MetaTime;

use crate::condition::Condition as _;
use crate::pod_state::{self, pod_condition};
use crate::resource::is_sidecar;
use crate::time::age;
use crate::{Cell, Pod, owner};

/// The counts and the word, as they are gathered container by container.
#[derive(Default)]
struct Summary {
    reason: String,
    ready: usize,
    restarts: Restarts,
}

#[derive(Clone, Default)]
struct Restarts {
    count: i32,
    last: Option<MetaTime>,
}

impl Restarts {
    fn add(&mut self, container: &ContainerStatus) {
        // A count that a client made up may be anything; Go's numbers wrap around.
        self.count = self.count.wrapping_add(container.restart_count);
        let ended = container.last_state.as_ref().and_then(|state| state.terminated.as_ref());
        if let Some(time) = ended.and_then(|ended| ended.finished_at.as_ref())
            && self.last.as_ref().is_none_or(|last| last < time)
        {
            self.last = Some(time.clone());
        }
    }
}

pub(crate) fn row(pod: &Pod, now: Timestamp) -> Vec<Cell> {
    let summary = summarize(pod);
    let sidecars = pod.spec.init_containers.iter().flatten().filter(|container| is_sidecar(container)).count();
    let restarts = match &summary.restarts {
        Restarts { count, last: Some(last) } if *count != 0 => format!("{count} ({} ago)", age(Some(last), now)),
        Restarts { count, .. } => count.to_string(),
    };
    let or_none = |text: Option<&str>| text.filter(|text| !text.is_empty()).unwrap_or("<none>").to_owned();
    let ip = pod.status.pod_ips.iter().flatten().next().map(|ip| ip.ip.as_str());
    vec![
        pod.metadata.name.clone().into(),
        format!("{}/{}", summary.ready, pod.spec.containers.len() + sidecars).into(),
        summary.reason.into(),
        restarts.into(),
        age(pod.metadata.creation_timestamp.as_ref(), now).into(),
        or_none(ip).into(),
        or_none(pod.spec.node_name.as_deref()).into(),
        or_none(pod.status.nominated_node_name.as_deref()).into(),
        readiness_gates(pod).into(),
    ]
}

/// The STATUS word alone, for everything else that shows a pod.
pub fn status_word(pod: &Pod) -> String {
    summarize(pod).reason
}

fn summarize(pod: &Pod) -> Summary {
    let phase = pod_state::phase(pod);
    let status_reason = pod.status.reason.as_deref().unwrap_or_default();
    let mut summary = Summary { reason: if status_reason.is_empty() { phase } else { status_reason }.to_owned(), ..Default::default() };
    if pod_condition(pod, "PodScheduled").is_some_and(|condition| condition.reason() == "SchedulingGated") {
        summary.reason = "SchedulingGated".to_owned();
    }
    let (initializing, of_sidecars) = init_containers(pod, &mut summary);
    if !initializing || pod_condition(pod, "Initialized").is_some_and(|condition| condition.is_true()) {
        summary.restarts = of_sidecars;
        containers(pod, &mut summary);
    }
    if owner::is_terminating(&pod.metadata) {
        if status_reason == "NodeLost" {
            summary.reason = "Unknown".to_owned();
        } else if !pod_state::is_pod_terminal(pod) {
            summary.reason = "Terminating".to_owned();
        }
    }
    summary
}

/// Goes through the init containers up to the first one that is not done. Returns whether there is such a one, and the
/// restarts of the sidecars.
fn init_containers(pod: &Pod, summary: &mut Summary) -> (bool, Restarts) {
    let declared = pod.spec.init_containers.as_deref().unwrap_or_default();
    let sidecars: BTreeSet<&str> = declared.iter().filter(|container| is_sidecar(container)).map(|container| container.name.as_str()).collect();
    let mut of_sidecars = Restarts::default();
    for (index, container) in pod.status.init_container_statuses.iter().flatten().enumerate() {
        summary.restarts.add(container);
        let sidecar = sidecars.contains(container.name.as_str());
        if sidecar {
            of_sidecars.add(container);
        }
        let none = ContainerState::default();
        let state = container.state.as_ref().unwrap_or(&none);
        let waiting = state.waiting.as_ref().and_then(|waiting| waiting.reason.as_deref()).unwrap_or_default();
        summary.reason = match &state.terminated {
            Some(ended) if ended.exit_code == 0 => continue,
            _ if sidecar && container.started == Some(true) => {
                summary.ready += usize::from(container.ready);
                continue;
            }
            Some(ended) => format!("Init:{}", ending(ended)),
            None if !waiting.is_empty() && waiting != "PodInitializing" => format!("Init:{waiting}"),
            None => format!("Init:{index}/{}", declared.len()),
        };
        return (true, of_sidecars);
    }
    (false, of_sidecars)
}

/// `Error`, or `Signal:9`, or `ExitCode:1`, whichever is known.
fn ending(ended: &ContainerStateTerminated) -> String {
    match (ended.reason.as_deref(), ended.signal) {
        (Some(reason), _) if !reason.is_empty() => reason.to_owned(),
        (_, Some(signal)) if signal != 0 => format!("Signal:{signal}"),
        _ => format!("ExitCode:{}", ended.exit_code),
    }
}

/// The first container that waits or has ended decides; `Completed` gives way to one that still runs or has failed.
fn containers(pod: &Pod, summary: &mut Summary) {
    let (mut has_running, mut failure) = (false, None);
    for container in pod.status.container_statuses.iter().flatten().rev() {
        summary.restarts.add(container);
        let none = ContainerState::default();
        let state = container.state.as_ref().unwrap_or(&none);
        let waiting = state.waiting.as_ref().and_then(|waiting| waiting.reason.as_deref()).filter(|reason| !reason.is_empty());
        if let Some(waiting) = waiting {
            summary.reason = waiting.to_owned();
        } else if let Some(ended) = &state.terminated {
            summary.reason = ending(ended);
            if ended.exit_code != 0 {
                failure = Some(summary.reason.clone());
            }
        } else if container.ready && state.running.is_some() {
            has_running = true;
            summary.ready += 1;
        }
    }
    if summary.reason == "Completed" {
        summary.reason = match failure {
            _ if has_running && pod_state::pod_is_ready(pod) => "Running".to_owned(),
            Some(failure) => failure,
            None if has_running => "NotReady".to_owned(),
            None => return,
        };
    }
}

fn readiness_gates(pod: &Pod) -> String {
    let gates = pod.spec.readiness_gates.as_deref().unwrap_or_default();
    if gates.is_empty() {
        return "<none>".to_owned();
    }
    let open = |type_: &str| pod_condition(pod, type_).is_some_and(|condition| condition.is_true());
    format!("{}/{}", gates.iter().filter(|gate| open(&gate.condition_type)).count(), gates.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    /// READY, STATUS and RESTARTS of a pod with two containers and these further parts.
    fn cells(parts: Value) -> Vec<String> {
        let mut value = json!({"metadata": {"name": "p"}, "spec": {"containers": [{"name": "a"}, {"name": "b"}]}, "status": {}});
        for (name, part) in parts.as_object().unwrap() {
            value[name].as_object_mut().unwrap().extend(part.as_object().unwrap().clone());
        }
        let pod: Pod = serde_json::from_value(value).unwrap();
        let now: Timestamp = "2026-01-05T09:00:00Z".parse().unwrap();
        row(&pod, now)[1..4].iter().map(|cell| cell.as_str().unwrap().to_owned()).collect()
    }

    #[test]
    fn the_status_word_says_what_matters_most() {
        let running = |restarts: i32| json!({"name": "a", "ready": true, "restartCount": restarts, "state": {"running": {}}});
        let ended = |reason: &str, code: i32| json!({"name": "b", "restartCount": 0, "state": {"terminated": {"reason": reason, "exitCode": code}}});
        let ready = json!([{"type": "Ready", "status": "True"}]);
        let cases = [
            (json!({"phase": "Pending"}), ["0/2", "Pending", "0"]),
            (json!({"phase": "Running", "containerStatuses": [running(6)]}), ["1/2", "Running", "6"]),
            (json!({"phase": "Failed", "reason": "Evicted"}), ["0/2", "Evicted", "0"]),
            (json!({"phase": "Running", "containerStatuses": [running(0), ended("", 3)]}), ["1/2", "ExitCode:3", "0"]),
            (json!({"phase": "Running", "containerStatuses": [running(0), ended("Error", 1)]}), ["1/2", "Error", "0"]),
            (json!({"phase": "Running", "conditions": ready, "containerStatuses": [running(0), ended("Completed", 0)]}), ["1/2", "Running", "0"]),
            (json!({"phase": "Running", "containerStatuses": [running(0), ended("Completed", 0)]}), ["1/2", "NotReady", "0"]),
            (json!({"phase": "Succeeded", "containerStatuses": [ended("Completed", 0)]}), ["0/2", "Completed", "0"]),
            (
                json!({"phase": "Running", "containerStatuses": [{"name": "a", "restartCount": 3, "state": {"waiting": {"reason": "CrashLoopBackOff"}},
                    "lastState": {"terminated": {"exitCode": 1, "finishedAt": "2026-01-05T08:59:30Z"}}}]}),
                ["0/2", "CrashLoopBackOff", "3 (30s ago)"],
            ),
            (json!({"phase": "Pending", "conditions": [{"type": "PodScheduled", "status": "False", "reason": "SchedulingGated"}]}), ["0/2", "SchedulingGated", "0"]),
        ];
        for (status, expected) in cases {
            assert_eq!(cells(json!({"status": status})), expected, "{status}");
        }
    }

    #[test]
    fn init_containers_show_until_they_are_done() {
        let spec = json!({"initContainers": [{"name": "x"}, {"name": "side", "restartPolicy": "Always"}, {"name": "y"}]});
        let done = json!({"name": "x", "restartCount": 1, "state": {"terminated": {"exitCode": 0}}});
        let side = json!({"name": "side", "restartCount": 2, "started": true, "ready": true, "state": {"running": {}}});
        let with = |statuses: Value| cells(json!({"spec": spec, "status": {"phase": "Pending", "initContainerStatuses": statuses}}));
        let cases = [
            (json!([{"name": "x", "restartCount": 0, "state": {"waiting": {"reason": "PodInitializing"}}}]), ["0/3", "Init:0/3", "0"]),
            (json!([{"name": "x", "restartCount": 0, "state": {"terminated": {"exitCode": 1, "reason": "Error"}}}]), ["0/3", "Init:Error", "0"]),
            (json!([{"name": "x", "restartCount": 0, "state": {"terminated": {"exitCode": 1, "signal": 9}}}]), ["0/3", "Init:Signal:9", "0"]),
            (json!([{"name": "x", "restartCount": 4, "state": {"waiting": {"reason": "CrashLoopBackOff"}}}]), ["0/3", "Init:CrashLoopBackOff", "4"]),
            (json!([done, side, {"name": "y", "restartCount": 0, "state": {"running": {}}}]), ["1/3", "Init:2/3", "3"]),
            (json!([done, side, {"name": "y", "restartCount": 0, "state": {"terminated": {"exitCode": 0}}}]), ["1/3", "Pending", "2"]),
        ];
        for (statuses, expected) in cases {
            assert_eq!(with(statuses.clone()), expected, "{statuses}");
        }
    }

    #[test]
    fn a_pod_that_goes_away_is_terminating_unless_it_is_over() {
        let going = json!({"deletionTimestamp": "2026-01-05T09:00:30Z"});
        let word = |status: Value| cells(json!({"metadata": going, "status": status}))[1].clone();
        assert_eq!(word(json!({"phase": "Running"})), "Terminating");
        assert_eq!(word(json!({"phase": "Succeeded"})), "Succeeded");
        assert_eq!(word(json!({"phase": "Running", "reason": "NodeLost"})), "Unknown");
    }
}
