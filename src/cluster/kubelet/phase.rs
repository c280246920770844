//! The phase: one word for where a pod is in its life.
//!
//! Models: pkg/kubelet/kubelet_pods.go (getPhase), v1.36.
//! Simplified: container restart rules.

use k8s_openapi::api::core::v1::{Container, ContainerState, ContainerStatus, PodSpec};
use podarium_api::resource::is_sidecar;

/// Whether a container of this pod is started again after such an exit.
pub(super) fn restarts_after(container: &Container, spec: &PodSpec, exit_code: i32) -> bool {
    let policy = container.restart_policy.as_deref().or(spec.restart_policy.as_deref()).unwrap_or("Always");
    match policy {
        "Never" => false,
        "OnFailure" => exit_code != 0,
        _ => true,
    }
}

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

impl Count {
    fn init(&mut self, container: &Container, spec: &PodSpec, status: Option<&ContainerStatus>) {
        match doing(status) {
            Doing::Ended(code) | Doing::Waiting(Some(code)) => {
                if code != 0 && !restarts_after(container, spec, code) {
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
                self.stop(container, spec, code);
                self.succeeded += usize::from(code == 0);
            }
            Doing::Waiting(Some(code)) => self.stop(container, spec, code),
            Doing::Waiting(None) => self.waiting += 1,
            Doing::Unknown => self.unknown += 1,
        }
    }

    fn stop(&mut self, container: &Container, spec: &PodSpec, code: i32) {
        self.stopped += 1;
        self.stopped_for_good += usize::from(!restarts_after(container, spec, code));
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
