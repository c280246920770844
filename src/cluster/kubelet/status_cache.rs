//! The last status that the kubelet made of a pod, with a version that says whether the API server has it.
//!
//! Models: pkg/kubelet/status/status_manager.go (updateStatusInternal, TerminatePod), v1.36.
//! Simplified: nothing of what is here.

use std::sync::Arc;

use k8s_openapi::api::core::v1::{ContainerState, ContainerStateTerminated, ContainerStatus, PodStatus};
use podarium_api::condition::get_condition;
use podarium_api::resource::is_sidecar;
use podarium_api::{Pod, owner};
use podarium_sim::Time;

use super::conditions;
use super::host::Host;
use super::pod::PodState;
use crate::component::Ctx;

#[derive(Clone, Debug, Default)]
pub(super) struct StatusCache {
    status: Option<Arc<PodStatus>>,
    pub version: u64,
    /// The version that the API server has.
    pub sent_version: u64,
    /// The pod worker is done; nothing changes any more.
    pub finished: bool,
    epoch: podarium_api::time::Epoch,
}

impl StatusCache {
    pub fn get(&self) -> Option<&PodStatus> {
        self.status.as_deref()
    }

    /// The API server has this status. If it is the same as the kubelet's own, one copy is enough.
    pub fn share(&mut self, api: &Arc<PodStatus>) {
        if self.status.as_deref() == Some(&**api) {
            self.status = Some(api.clone());
        }
    }

    /// When the kubelet first saw the pod.
    pub fn started_at(&self, pod: &Pod) -> Option<Time> {
        let status = self.status.as_deref().unwrap_or(&pod.status);
        Some(self.epoch.time(status.start_time.as_ref()?.0))
    }
}

/// The part of a status that is the kubelet's own, for comparing.
pub(super) fn own_part(status: &PodStatus) -> PodStatus {
    let mut status = status.clone();
    status.conditions.iter_mut().for_each(|all| all.retain(|condition| conditions::is_own(&condition.type_)));
    status.nominated_node_name = None;
    status
}

impl PodState {
    pub fn set_status(&mut self, status: PodStatus, host: &mut Host, ctx: &Ctx<'_>) {
        let force = owner::is_terminating(&self.pod.metadata);
        self.update_status(status, force, false, host, ctx);
    }

    pub fn update_status(&mut self, mut status: PodStatus, force: bool, finished: bool, host: &mut Host, ctx: &Ctx<'_>) {
        let now = ctx.epoch().seconds(ctx.now());
        let generation = self.pod.metadata.generation;
        self.status.epoch = ctx.epoch();
        let old = self.status.status.as_deref().unwrap_or(&self.pod.status);
        for condition in status.conditions.iter_mut().flatten().filter(|condition| conditions::is_own(&condition.type_)) {
            let before = get_condition(&old.conditions, &condition.type_).filter(|before| before.status == condition.status);
            condition.last_transition_time = before.map_or_else(|| Some(now.clone()), |before| before.last_transition_time.clone());
        }
        status.start_time = old.start_time.clone().or(status.start_time).or(Some(now));
        status.observed_generation = generation.max(old.observed_generation);
        let same = self.status.status.as_ref().is_some_and(|cached| own_part(cached) == own_part(&status));
        if same && !force {
            return;
        }
        self.status.status = Some(Arc::new(status));
        self.status.version += 1;
        self.status.finished |= finished;
        host.statuses.enqueue(&self.uid);
    }

    /// The sandbox stands and has a network: containers can be started. Said at once, before images are pulled.
    pub fn report_sandbox(&mut self, host: &mut Host, ctx: &Ctx<'_>) {
        let Some(mut status) = self.status.get().cloned() else { return };
        for condition in status.conditions.iter_mut().flatten().filter(|condition| condition.type_ == conditions::OWN[0]) {
            condition.status = "True".to_owned();
            condition.observed_generation = self.pod.metadata.generation;
        }
        self.set_status(status, host, ctx);
    }

    /// The last word: whatever has no end yet is taken to have failed.
    pub fn terminate_status(&mut self, host: &mut Host, ctx: &Ctx<'_>) {
        let mut status = self.status.get().cloned().unwrap_or_else(|| (*self.pod.status).clone());
        if self.has_initialized() {
            status.container_statuses.iter_mut().flatten().for_each(end);
        }
        let inits = status.init_container_statuses.as_deref().unwrap_or_default();
        let reached = inits.iter().rposition(|status| !never_ran(status)).unwrap_or(0);
        status.init_container_statuses.iter_mut().flatten().take(reached + 1).for_each(end);
        if !matches!(status.phase.as_deref(), Some("Succeeded" | "Failed")) {
            status.phase = Some("Failed".to_owned());
        }
        self.update_status(status, true, true, host, ctx);
    }

    /// Whether the regular containers' turn had come, as far as the API server knows.
    fn has_initialized(&self) -> bool {
        let Some(last) = self.pod.spec.init_containers.as_ref().and_then(|init| init.last()) else { return true };
        let api = &self.pod.status;
        if api.container_statuses.iter().flatten().any(|status| !never_ran(status)) {
            return true;
        }
        let status = api.init_container_statuses.iter().flatten().find(|status| status.name == last.name);
        status.is_some_and(|status| {
            let state = status.state.clone().unwrap_or_default();
            if is_sidecar(last) {
                state.running.is_some() && status.started == Some(true)
            } else {
                let before = status.last_state.clone().unwrap_or_default();
                [state, before].iter().any(|state| state.terminated.as_ref().is_some_and(|ended| ended.exit_code == 0))
            }
        })
    }
}

fn never_ran(status: &ContainerStatus) -> bool {
    let is = |state: &Option<ContainerState>, what: fn(&ContainerState) -> bool| state.as_ref().is_some_and(what);
    is(&status.state, |state| state.waiting.is_some()) && !is(&status.last_state, |state| state.terminated.is_some())
}

fn end(status: &mut ContainerStatus) {
    if status.state.as_ref().is_some_and(|state| state.terminated.is_some()) {
        return;
    }
    let ended = ContainerStateTerminated {
        reason: Some("ContainerStatusUnknown".to_owned()),
        message: Some("The container could not be located when the pod was terminated".to_owned()),
        exit_code: 137,
        ..ContainerStateTerminated::default()
    };
    status.state = Some(ContainerState { terminated: Some(ended), ..ContainerState::default() });
}
