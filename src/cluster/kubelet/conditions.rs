//! The conditions that a kubelet reports of a pod, each with the reason why it does not hold.
//!
//! Models: pkg/kubelet/status/generate.go, v1.36.
//! Simplified: nothing of these conditions.

use k8s_openapi::api::core::v1::{ContainerState, ContainerStatus, PodCondition};
use podarium_api::Pod;
use podarium_api::condition::{Condition as _, get_condition};
use podarium_api::resource::is_sidecar;

/// The types that belong to the kubelet, in the order in which it reports them.
pub(super) const OWN: [&str; 5] = ["PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady", "PodScheduled"];

/// All containers are removed, to start again.
pub(super) const ALL_RESTARTING: &str = "AllContainersRestarting";

/// Says that something ends the pod: the kubelet, or somebody else.
pub(super) const DISRUPTION_TARGET: &str = "DisruptionTarget";

pub(super) fn is_own(type_: &str) -> bool {
    OWN.contains(&type_) || matches!(type_, "PodResizePending" | "PodResizeInProgress" | ALL_RESTARTING)
}

/// All of them. `others` are the conditions that do not belong to the kubelet; readiness gates look at them.
pub(super) fn all(pod: &Pod, statuses: &[ContainerStatus], phase: &str, has_sandbox: bool, others: &[PodCondition], old: &[PodCondition]) -> Vec<PodCondition> {
    let start = condition(pod, OWN[0], if has_sandbox { None } else { Some(("", String::new())) });
    let containers_ready = containers_ready(pod, statuses, phase);
    let ready = ready(pod, &containers_ready, others);
    vec![
        start,
        initialized(pod, statuses, phase, old),
        condition(pod, OWN[2], ready),
        condition(pod, OWN[3], containers_ready),
        condition(pod, OWN[4], None),
    ]
}

/// What is said against a condition: a reason and a message. `None`: nothing, it holds.
type Against = Option<(&'static str, String)>;

fn condition(pod: &Pod, type_: &str, against: Against) -> PodCondition {
    let mut condition = PodCondition {
        type_: type_.to_owned(),
        status: if against.is_none() { "True" } else { "False" }.to_owned(),
        observed_generation: pod.metadata.generation,
        ..PodCondition::default()
    };
    if let Some((reason, message)) = against {
        condition.reason = (!reason.is_empty()).then(|| reason.to_owned());
        condition.message = (!message.is_empty()).then_some(message);
    }
    condition
}

/// Whether all containers are on their way to start again.
pub(super) fn all_restarting(pod: &Pod, phase: &str, is_restarting: bool) -> PodCondition {
    let against = match phase {
        "Succeeded" => Some(("PodCompleted", String::new())),
        "Failed" => Some(("PodFailed", String::new())),
        _ if is_restarting => None,
        _ => Some(("", String::new())),
    };
    let mut condition = PodCondition { observed_generation: None, ..condition(pod, ALL_RESTARTING, against) };
    if condition.is_true() {
        condition.reason = Some("RestartAllContainersStarted".to_owned());
        condition.message = Some("container exited with restart policy rule".to_owned());
    }
    condition
}

/// Ready and ContainersReady of a pod that is over.
pub(super) fn terminal(pod: &Pod, type_: &str, phase: &str) -> PodCondition {
    condition(pod, type_, Some((if phase == "Failed" { "PodFailed" } else { "PodCompleted" }, String::new())))
}

fn names(names: &[&str]) -> String {
    format!("[{}]", names.join(" "))
}

fn against(unknown: &[&str], known: &[&str], what: &str, reason: &'static str) -> Against {
    let mut parts = Vec::new();
    if !unknown.is_empty() {
        parts.push(format!("containers with unknown status: {}", names(unknown)));
    }
    if !known.is_empty() {
        parts.push(format!("containers with {what} status: {}", names(known)));
    }
    (!parts.is_empty()).then(|| (reason, parts.join(", ")))
}

fn containers_ready(pod: &Pod, statuses: &[ContainerStatus], phase: &str) -> Against {
    let (mut unknown, mut unready) = (Vec::new(), Vec::new());
    let sidecars = pod.spec.init_containers.iter().flatten().filter(|container| is_sidecar(container));
    for container in sidecars.chain(&pod.spec.containers) {
        match statuses.iter().find(|status| status.name == container.name) {
            Some(status) if !status.ready => unready.push(container.name.as_str()),
            None => unknown.push(container.name.as_str()),
            Some(_) => {}
        }
    }
    match phase {
        "Succeeded" if unknown.is_empty() => Some(("PodCompleted", String::new())),
        "Failed" => Some(("PodFailed", String::new())),
        _ => against(&unknown, &unready, "unready", "ContainersNotReady"),
    }
}

fn ready(pod: &Pod, containers_ready: &Against, others: &[PodCondition]) -> Against {
    if containers_ready.is_some() {
        return containers_ready.clone();
    }
    let others = Some(others.to_vec());
    let gates = pod.spec.readiness_gates.iter().flatten();
    let missing = gates.filter_map(|gate| {
        let type_ = &gate.condition_type;
        match get_condition(&others, type_) {
            None => Some(format!("corresponding condition of pod readiness gate {type_:?} does not exist.")),
            Some(found) if !found.is_true() => {
                Some(format!("the status of pod readiness gate {type_:?} is not \"True\", but {}", found.status))
            }
            Some(_) => None,
        }
    });
    let missing: Vec<String> = missing.collect();
    (!missing.is_empty()).then(|| ("ReadinessGatesNotReady", missing.join(", ")))
}

fn initialized(pod: &Pod, statuses: &[ContainerStatus], phase: &str, old: &[PodCondition]) -> PodCondition {
    let (mut unknown, mut incomplete) = (Vec::new(), Vec::new());
    for container in pod.spec.init_containers.iter().flatten() {
        match statuses.iter().find(|status| status.name == container.name) {
            None => unknown.push(container.name.as_str()),
            Some(status) => {
                let done = if is_sidecar(container) { status.started == Some(true) } else { status.ready };
                if !done {
                    incomplete.push(container.name.as_str());
                }
            }
        }
    }
    let type_ = OWN[1];
    if phase == "Succeeded" && unknown.is_empty() {
        return PodCondition { reason: Some("PodCompleted".to_owned()), ..condition(pod, type_, None) };
    }
    let was = old.iter().any(|condition| condition.type_ == type_ && condition.is_true());
    if has_started(pod, statuses) || was {
        return condition(pod, type_, None);
    }
    condition(pod, type_, against(&unknown, &incomplete, "incomplete", "ContainersNotInitialized"))
}

/// Whether a regular container was ever started: then the pod was initialized, whatever its sidecars do now.
fn has_started(pod: &Pod, statuses: &[ContainerStatus]) -> bool {
    let regular = pod.spec.containers.iter().filter_map(|container| statuses.iter().find(|status| status.name == container.name));
    regular.into_iter().any(|status| {
        let ran = |state: &Option<ContainerState>| state.as_ref().is_some_and(|state| state.running.is_some() || state.terminated.is_some());
        ran(&status.state) || ran(&status.last_state)
    })
}
