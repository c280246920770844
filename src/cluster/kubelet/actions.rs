//! What a sync has to do: which containers to stop and which to start, from what is declared and what was seen.
//!
//! Init containers run one after the other, each to its end; a sidecar (an init container that always restarts) only has
//! to have started before the next one's turn comes. Then all regular containers start.
//!
//! Models: pkg/kubelet/kuberuntime/kuberuntime_manager.go (computePodActions),
//! pkg/kubelet/kuberuntime/kuberuntime_container.go (computeInitContainerActions), v1.36.
//! Simplified: nothing.

use std::collections::BTreeSet;
use std::sync::Arc;

use k8s_openapi::api::core::v1::Container;
use podarium_api::Pod;
use podarium_api::resource::is_sidecar;

use super::phase::{restarts_after, restarts_when_stopped};
use super::probes::Verdicts;
use super::runtime::{ContainerRecord, RuntimeStatus};
use super::{ephemeral, resize};

#[derive(Clone, Debug, PartialEq)]
pub(super) struct ToKill {
    pub id: Arc<str>,
    pub name: String,
    pub message: String,
    /// Which probe failed, if one did, for the grace period that it may have of its own.
    pub by: Option<Failed>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Failed {
    Liveness,
    Startup,
    /// No probe: another container's exit has all start again.
    Together,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Actions {
    /// Stop everything and the sandbox.
    pub kill_pod: bool,
    /// Make a sandbox, as which attempt; whether there was one before.
    pub create_sandbox: Option<u32>,
    pub kill: Vec<ToKill>,
    pub start_ephemeral: Vec<String>,
    /// Running containers that get other amounts.
    pub resize: Vec<String>,
    /// In the order of starting.
    pub start_init: Vec<String>,
    pub start: Vec<String>,
    /// All containers are removed, so that the next sync starts them as if they had never run; these run and end first.
    pub reset: Option<Vec<ToKill>>,
}

pub(super) fn actions(pod: &Pod, seen: &RuntimeStatus, verdicts: &Verdicts<'_>, restarts_all: bool) -> Actions {
    if restarts_all {
        let running = seen.containers.iter().filter(|record| record.is_running());
        return Actions { reset: Some(running.map(|record| to_kill(record, "killing".to_owned(), Some(Failed::Together))).collect()), ..Actions::default() };
    }
    if let Some(attempt) = seen.sandbox_needed() {
        return in_new_sandbox(pod, seen, attempt);
    }
    let mut actions = Actions { start_ephemeral: ephemeral::to_start(&pod.spec, seen), resize: resize::in_place(&pod.spec, seen), ..Actions::default() };
    if !init_actions(pod, seen, verdicts, &mut actions) || actions.kill_pod {
        return actions;
    }
    let mut kept = 0;
    for container in &pod.spec.containers {
        match seen.find(&container.name).filter(|record| record.is_running()) {
            None => {
                if should_start(pod, container, seen.find(&container.name)) {
                    actions.start.push(container.name.clone());
                }
            }
            // Whatever the restart policy says.
            Some(record) if is_changed(container, record) => {
                actions.start.push(container.name.clone());
                actions.kill.push(to_kill(record, format!("Container {} definition changed, will be restarted", container.name), None));
            }
            Some(record) => match verdicts.failed(record) {
                None if resize::action(&pod.spec, container, record) == resize::Action::Restart => {
                    actions.start.push(container.name.clone());
                    actions.kill.push(to_kill(record, format!("Container {} resize requires restart", container.name), None));
                }
                None => kept += 1,
                Some(by) => {
                    let restart = restarts_when_stopped(container, &pod.spec);
                    if restart {
                        actions.start.push(container.name.clone());
                    }
                    let suffix = if restart { ", will be restarted" } else { "" };
                    actions.kill.push(to_kill(record, format!("Container {} {}{suffix}", container.name, what_failed(by)), Some(by)));
                }
            },
        }
    }
    if kept == 0 && actions.start.is_empty() {
        // Sidecars do not keep a pod alive.
        actions.kill_pod = true;
        actions.start_init.clear();
    }
    actions
}

/// Of what can be changed while a container runs, the image is what it cannot go on with.
fn is_changed(container: &Container, record: &ContainerRecord) -> bool {
    *record.declared_image != *container.image.as_deref().unwrap_or_default()
}

fn what_failed(by: Failed) -> &'static str {
    match by {
        Failed::Liveness => "failed liveness probe",
        Failed::Startup => "failed startup probe",
        Failed::Together => "is restarted with the others",
    }
}

fn to_kill(record: &ContainerRecord, message: String, by: Option<Failed>) -> ToKill {
    ToKill { id: record.id.clone(), name: record.name.to_string(), message, by }
}

fn should_start(pod: &Pod, container: &Container, newest: Option<&ContainerRecord>) -> bool {
    if podarium_api::owner::is_terminating(&pod.metadata) {
        return false;
    }
    newest.is_none_or(|record| record.finished.as_ref().is_some_and(|finished| restarts_after(container, &pod.spec, finished.code)))
}

/// Without a sandbox everything begins anew, unless the pod is already over.
fn in_new_sandbox(pod: &Pod, seen: &RuntimeStatus, attempt: u32) -> Actions {
    let mut actions = Actions { kill_pod: true, ..Actions::default() };
    let never = pod.spec.restart_policy.as_deref() == Some("Never");
    if never && attempt != 0 && !seen.containers.is_empty() {
        return actions;
    }
    let on_failure = |container: &Container| container.restart_policy.as_deref().or(pod.spec.restart_policy.as_deref()) == Some("OnFailure");
    let succeeded = |container: &Container| {
        seen.find(&container.name).and_then(|record| record.finished.as_ref()).is_some_and(|finished| finished.code == 0)
    };
    let to_start: Vec<String> = pod
        .spec
        .containers
        .iter()
        .filter(|container| !(on_failure(container) && succeeded(container)))
        .map(|container| container.name.clone())
        .collect();
    let any_created = pod.spec.containers.iter().any(|container| seen.find(&container.name).is_some());
    if to_start.is_empty() && any_created {
        return actions;
    }
    actions.create_sandbox = Some(attempt);
    match pod.spec.init_containers.as_ref().and_then(|init| init.first()) {
        Some(first) => actions.start_init.push(first.name.clone()),
        None => actions.start = to_start,
    }
    actions
}

/// Whether all init containers have had their turn.
fn init_actions(pod: &Pod, seen: &RuntimeStatus, verdicts: &Verdicts<'_>, actions: &mut Actions) -> bool {
    let init: &[Container] = pod.spec.init_containers.as_deref().unwrap_or_default();
    if init.is_empty() {
        return true;
    }
    let running = |container: &Container| seen.find(&container.name).is_some_and(ContainerRecord::is_running);
    let mut initialized = pod.spec.containers.iter().any(running);
    // Whether a later init container than the one at hand has run: then this one is over.
    let mut later_ran = initialized;
    let mut start: BTreeSet<usize> = BTreeSet::new();
    for (place, container) in init.iter().enumerate().rev() {
        let sidecar = is_sidecar(container);
        let Some(record) = seen.find(&container.name) else {
            if later_ran && sidecar {
                start.insert(place);
            }
            continue;
        };
        if later_ran && !sidecar {
            continue;
        }
        let is_last = place + 1 == init.len();
        let mut done = || {
            if is_last {
                initialized = true;
            } else if !later_ran {
                start.insert(place + 1);
            }
        };
        match &record.finished {
            None if sidecar => match verdicts.started(container, record) {
                Some(true) => {
                    done();
                    if is_changed(container, record) {
                        actions.kill.push(to_kill(record, format!("Init container {} definition changed", container.name), None));
                        start.insert(place);
                    } else if verdicts.failed(record) == Some(Failed::Liveness) {
                        let message = format!("Init container {} failed liveness probe", container.name);
                        actions.kill.push(to_kill(record, message, Some(Failed::Liveness)));
                        start.insert(place);
                    }
                }
                Some(false) => {
                    let message = format!("Init container {} failed startup probe", container.name);
                    actions.kill.push(to_kill(record, message, Some(Failed::Startup)));
                    start.insert(place);
                }
                None => {}
            },
            None => {}
            Some(_) if sidecar => {
                start.insert(place);
            }
            Some(finished) if finished.code != 0 => {
                if !restarts_after(container, &pod.spec, finished.code) {
                    actions.kill_pod = true;
                    actions.start_init.clear();
                    return false;
                }
                start.insert(place);
            }
            Some(_) => done(),
        }
        later_ran = true;
    }
    if !later_ran {
        start.insert(0);
    }
    actions.start_init = start.into_iter().map(|place| init[place].name.clone()).collect();
    initialized
}
