//! The phase: one word for where a pod is in its life.
//!
//! Models: pkg/kubelet/kubelet_pods.go (getPhase), v1.36.
//! Simplified: nothing.

use k8s_openapi::api::core::v1::{Container, ContainerRestartRule, ContainerState, ContainerStatus, PodSpec};
use podarium_api::resource::is_sidecar;

/// Whether a container of this pod is started again after such an exit: its own rules come first, then its own policy,
/// then the pod's.
pub(super) fn restarts_after(container: &Container, spec: &PodSpec, exit_code: i32) -> bool {
    if container.restart_policy.is_some() && rule(container, exit_code).is_some() {
        return true;
    }
    match policy(container, spec) {
        "Never" => false,
        "OnFailure" => exit_code != 0,
        _ => true,
    }
}

/// Whether a container that was stopped because a probe failed is started again. It has no exit code yet, so the rules
/// for codes say nothing.
pub(super) fn restarts_when_stopped(container: &Container, spec: &PodSpec) -> bool {
    policy(container, spec) != "Never"
}

fn policy<'a>(container: &'a Container, spec: &'a PodSpec) -> &'a str {
    container.restart_policy.as_deref().or(spec.restart_policy.as_deref()).unwrap_or("Always")
}

/// The first of a container's rules that speaks of an exit with this code. All of them order to start again.
fn rule(container: &Container, exit_code: i32) -> Option<&ContainerRestartRule> {
    container.restart_policy_rules.iter().flatten().find(|rule| is_meant(rule, exit_code))
}

/// Whether such an exit has all containers of the pod start again.
pub(super) fn restarts_all(container: &Container, exit_code: i32) -> bool {
    rule(container, exit_code).is_some_and(|rule| rule.action == RESTART_ALL)
}

/// Whether a pod has a container whose exit can do that.
pub(super) fn can_restart_all(spec: &PodSpec) -> bool {
    let mut all = spec.init_containers.iter().flatten().chain(&spec.containers);
    all.any(|container| container.restart_policy_rules.iter().flatten().any(|rule| rule.action == RESTART_ALL))
}

/// Whether a rule speaks of an exit with this code.
fn is_meant(rule: &ContainerRestartRule, exit_code: i32) -> bool {
    let Some(codes) = &rule.exit_codes else { return false };
    let is_listed = codes.values.iter().flatten().any(|code| *code == exit_code);
    match codes.operator.as_str() {
        "In" => is_listed,
        "NotIn" => !is_listed,
        _ => false,
    }
}

const RESTART_ALL: &str = "RestartAllContainers";
/// The reason of a container that was removed because all start again.
pub(super) const RESTARTING_ALL: &str = "RestartingAllContainers";

#[derive(Default)]
struct Count {
    unknown: usize,
    running: usize,
    waiting: usize,
    stopped: usize,
    stopped_for_good: usize,
    succeeded: usize,
    init_pending: usize,
    init_failed_for_good: usize,
    sidecars_pending: usize,
}

/// `is_terminal`: the containers are stopped and none will be started. `has_initialized`: a regular container was
/// started in the present sandbox.
pub(super) fn phase(spec: &PodSpec, statuses: &[ContainerStatus], is_terminal: bool, has_initialized: bool) -> &'static str {
    let mut count = Count::default();
    let status = |container: &Container| statuses.iter().find(|status| status.name == container.name);
    for container in spec.init_containers.iter().flatten() {
        if is_sidecar(container) {
            count.sidecar(status(container));
        } else {
            count.init(container, spec, status(container));
        }
    }
    for container in &spec.containers {
        count.regular(container, spec, status(container));
    }
    if count.init_failed_for_good > 0 {
        return "Failed";
    }
    if count.init_pending > 0 || (count.sidecars_pending > 0 && !has_initialized) || count.waiting > 0 {
        return "Pending";
    }
    match count {
        Count { running: 1.., unknown: 0, .. } => "Running",
        Count { running: 0, stopped: 1.., unknown: 0, .. } => {
            if !is_terminal && count.stopped != count.stopped_for_good {
                "Running"
            } else if count.stopped == count.succeeded {
                "Succeeded"
            } else {
                "Failed"
            }
        }
        _ => "Pending",
    }
}

/// What a container is doing, with the exit code of what is over.
enum Doing {
    Running,
    Ended(i32),
    /// It waits, and ended with this code before, if ever.
    Waiting(Option<i32>),
    Unknown,
}

fn doing(status: Option<&ContainerStatus>) -> Doing {
    let Some(status) = status else { return Doing::Unknown };
    let state = status.state.clone().unwrap_or_default();
    match state {
        ContainerState { running: Some(_), .. } => Doing::Running,
        ContainerState { terminated: Some(ended), .. } => Doing::Ended(ended.exit_code),
        ContainerState { waiting: Some(_), .. } => {
            Doing::Waiting(status.last_state.as_ref().and_then(|last| last.terminated.as_ref()).map(|ended| ended.exit_code))
        }
        _ => Doing::Unknown,
    }
}

/// Whether what ended was removed so that all start again.
fn was_removed(status: Option<&ContainerStatus>) -> bool {
    let Some(status) = status else { return false };
    let states = if status.state.as_ref().is_some_and(|state| state.terminated.is_some()) { &status.state } else { &status.last_state };
    states.as_ref().and_then(|state| state.terminated.as_ref()).is_some_and(|ended| ended.reason.as_deref() == Some(RESTARTING_ALL))
}

impl Count {
    fn init(&mut self, container: &Container, spec: &PodSpec, status: Option<&ContainerStatus>) {
        match doing(status) {
            Doing::Ended(code) | Doing::Waiting(Some(code)) => {
                if code != 0 && !restarts_after(container, spec, code) && !was_removed(status) {
                    self.init_failed_for_good += 1;
                }
            }
            Doing::Running | Doing::Waiting(None) | Doing::Unknown => self.init_pending += 1,
        }
    }

    fn sidecar(&mut self, status: Option<&ContainerStatus>) {
        match doing(status) {
            Doing::Running => {
                self.running += 1;
                self.sidecars_pending += usize::from(status.and_then(|status| status.started) != Some(true));
            }
            Doing::Ended(_) | Doing::Waiting(Some(_)) => {}
            Doing::Waiting(None) => {
                self.sidecars_pending += 1;
                self.waiting += 1;
            }
            // A sidecar without any status is not counted as pending, only as unknown.
            Doing::Unknown => self.unknown += 1,
        }
    }

    fn regular(&mut self, container: &Container, spec: &PodSpec, status: Option<&ContainerStatus>) {
        match doing(status) {
            Doing::Running => self.running += 1,
            Doing::Ended(code) => {
                self.stop(container, spec, code, status);
                self.succeeded += usize::from(code == 0);
            }
            Doing::Waiting(Some(code)) => self.stop(container, spec, code, status),
            Doing::Waiting(None) => self.waiting += 1,
            Doing::Unknown => self.unknown += 1,
        }
    }

    fn stop(&mut self, container: &Container, spec: &PodSpec, code: i32, status: Option<&ContainerStatus>) {
        self.stopped += 1;
        self.stopped_for_good += usize::from(!restarts_after(container, spec, code) && !was_removed(status));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn phase_of(policy: &str, containers: &[Value], is_terminal: bool) -> &'static str {
        let named: Vec<Value> = (0..containers.len()).map(|n| json!({"name": format!("c{n}")})).collect();
        let spec: PodSpec = serde_json::from_value(json!({"restartPolicy": policy, "containers": named})).unwrap();
        let statuses: Vec<ContainerStatus> = containers
            .iter()
            .enumerate()
            .map(|(n, state)| {
                let mut status = json!({"name": format!("c{n}"), "image": "", "imageID": "", "ready": false, "restartCount": 0});
                status.as_object_mut().unwrap().extend(state.as_object().unwrap().clone());
                serde_json::from_value(status).unwrap()
            })
            .collect();
        phase(&spec, &statuses, is_terminal, true)
    }

    #[test]
    fn the_phase_follows_from_the_containers() {
        let running = || json!({"state": {"running": {}}});
        let ended = |code: i32| json!({"state": {"terminated": {"exitCode": code}}});
        let creating = || json!({"state": {"waiting": {"reason": "ContainerCreating"}}});
        let crashed = || json!({"state": {"waiting": {}}, "lastState": {"terminated": {"exitCode": 1}}});
        let cases = [
            ("Always", vec![creating()], false, "Pending"),
            ("Always", vec![running(), creating()], false, "Pending"),
            ("Always", vec![running(), crashed()], false, "Running"),
            ("Always", vec![crashed()], false, "Running"),
            ("Always", vec![ended(0)], false, "Running"),
            ("Always", vec![ended(0)], true, "Succeeded"),
            ("Always", vec![ended(137)], true, "Failed"),
            ("OnFailure", vec![ended(0)], false, "Succeeded"),
            ("OnFailure", vec![ended(1)], false, "Running"),
            ("Never", vec![ended(1), running()], false, "Running"),
            ("Never", vec![ended(1), ended(0)], false, "Failed"),
        ];
        for (policy, containers, is_terminal, want) in cases {
            assert_eq!(phase_of(policy, &containers, is_terminal), want, "{policy} {containers:?}");
        }
    }
}
