//! The whole status of a pod, as the kubelet would report it now.
//!
//! Models: pkg/kubelet/kubelet_pods.go (generateAPIPodStatus), pkg/kubelet/prober/prober_manager.go (UpdatePodStatus),
//! v1.36.
//! Simplified: no static pods, one address family.

use k8s_openapi::api::core::v1::{ContainerStatus, HostIP, PodIP, PodStatus};
use podarium_api::condition::{Condition as _, get_condition};
use podarium_api::pod_state::qos_class;
use podarium_api::resource::{is_sidecar, pod_requests, raw_resource_list};

use super::conditions;
use super::container_status::Conversion;
use super::host::Host;
use super::phase::{can_restart_all, phase, restarts_all};
use super::pod::PodState;
use super::pod_group;
use super::resize::with_applied;
use super::runtime::RuntimeStatus;
use crate::component::Ctx;

fn is_over(phase: Option<&str>) -> bool {
    matches!(phase, Some("Succeeded" | "Failed"))
}

impl PodState {
    /// `is_terminal`: the containers are stopped and none will be started.
    pub fn generate_status(&mut self, runtime: &RuntimeStatus, is_terminal: bool, host: &mut Host, ctx: &mut Ctx<'_>) -> PodStatus {
        if is_terminal {
            (self.resizing.pending, self.resizing.in_progress) = (None, None);
        }
        let api = self.pod.status.clone();
        let old = self.status.get().cloned().unwrap_or_else(|| (*api).clone());
        let mut status = self.converted(runtime, &old, ctx);
        let statuses = all_statuses(&status);
        let initialized = self.pod.spec.containers.iter().any(|container| runtime.find(&container.name).is_some());
        let mut now = phase(&self.pod.spec, &statuses, is_terminal, initialized);
        if !is_over(Some(now)) {
            // A pod that was over stays over.
            let before = [&old.phase, &api.phase].into_iter().find(|phase| is_over(phase.as_deref()));
            now = if before.is_some_and(|phase| phase.as_deref() == Some("Succeeded")) { "Succeeded" } else if before.is_some() { "Failed" } else { now };
        }
        status.phase = Some(now.to_owned());
        if status.phase == old.phase {
            status.reason = old.reason.clone().or_else(|| api.reason.clone());
            status.message = old.message.clone().or_else(|| api.message.clone());
        }
        self.enforce_deadline(&mut status, host, ctx);
        if is_over(api.phase.as_deref()) {
            status.phase.clone_from(&api.phase);
        }
        self.tell_probes(&mut status, &old, ctx.now());
        self.set_conditions(&mut status, runtime, &old);
        status.host_ip = Some(host.config.address.clone());
        status.host_ips = Some(vec![HostIP { ip: host.config.address.clone() }]);
        if self.is_host_network() && status.pod_ip.is_none() {
            status.pod_ip = Some(host.config.address.clone());
            status.pod_ips = Some(vec![PodIP { ip: host.config.address.clone() }]);
        }
        status
    }

    /// Whether a container's exit has all of them start again, by what is there or by what was said before.
    fn starts_all_again(&self, runtime: &RuntimeStatus, old: &PodStatus) -> bool {
        let said = get_condition(&old.conditions, conditions::ALL_RESTARTING).is_some_and(|condition| condition.is_true());
        let mut all = self.pod.spec.init_containers.iter().flatten().chain(&self.pod.spec.containers);
        said || all.any(|container| runtime.find(&container.name).and_then(|record| record.finished.as_ref()).is_some_and(|finished| restarts_all(container, finished.code)))
    }

    fn converted(&self, runtime: &RuntimeStatus, old: &PodStatus, ctx: &Ctx<'_>) -> PodStatus {
        let spec = &self.pod.spec;
        let conversion = Conversion { pod: &self.pod, runtime, reasons: &self.reasons, epoch: ctx.epoch(), all_restarting: can_restart_all(spec) && self.starts_all_again(runtime, old) };
        let init = conversion.init(old.init_container_statuses.as_deref().unwrap_or_default());
        let ephemeral = conversion.ephemeral(old.ephemeral_container_statuses.as_deref().unwrap_or_default());
        let requests = raw_resource_list(&pod_requests(spec));
        PodStatus {
            container_statuses: Some(conversion.regular(old.container_statuses.as_deref().unwrap_or_default())),
            init_container_statuses: (!init.is_empty()).then_some(init),
            ephemeral_container_statuses: (!ephemeral.is_empty()).then_some(ephemeral),
            qos_class: Some(qos_class(spec).to_owned()),
            pod_ip: runtime.ip.as_ref().map(ToString::to_string),
            pod_ips: runtime.ip.as_ref().map(|ip| vec![PodIP { ip: ip.to_string() }]),
            allocated_resources: (!requests.is_empty()).then_some(requests),
            resources: Some(pod_group::resources(&with_applied(&self.pod, runtime), old)),
            ..PodStatus::default()
        }
    }

    /// Started and ready, as the probes have it. A container whose readiness is open is probed at once.
    fn tell_probes(&mut self, status: &mut PodStatus, old: &PodStatus, now: podarium_sim::Time) {
        let pod = self.pod.clone();
        let old = all_statuses(old);
        for status in status.container_statuses.iter_mut().flatten() {
            self.tell_container(status, &old, now);
        }
        let inits = pod.spec.init_containers.iter().flatten();
        for (container, status) in inits.zip(status.init_container_statuses.iter_mut().flatten()) {
            if is_sidecar(container) {
                self.tell_container(status, &old, now);
            } else {
                let state = status.state.clone().unwrap_or_default();
                status.started = Some(state.running.is_some());
                status.ready = state.terminated.is_some_and(|ended| ended.exit_code == 0);
            }
        }
    }

    fn tell_container(&mut self, status: &mut ContainerStatus, old: &[ContainerStatus], now: podarium_sim::Time) {
        let id = status.container_id.clone().unwrap_or_default();
        let runs = status.state.as_ref().is_some_and(|state| state.running.is_some());
        // A container that was started is believed to be, also after a restart, until its probe has noticed.
        let was_started = old.iter().any(|old| old.name == status.name && old.started == Some(true));
        let started = runs && self.is_started(&status.name, &id, was_started);
        status.started = Some(started);
        status.ready = started && self.is_ready_or_probe(&status.name, &id, now);
    }

    fn set_conditions(&self, status: &mut PodStatus, runtime: &RuntimeStatus, old: &PodStatus) {
        let mut all: Vec<_> = self.pod.status.conditions.iter().flatten().filter(|condition| !conditions::is_own(&condition.type_)).cloned().collect();
        // What the kubelet said once when it ended the pod is not worked out again.
        if let Some(target) = get_condition(&old.conditions, conditions::DISRUPTION_TARGET).filter(|_| self.worker.killing.is_some()) {
            all.retain(|condition| condition.type_ != conditions::DISRUPTION_TARGET);
            all.push(target.clone());
        }
        all.extend(self.resizing.conditions().cloned());
        let statuses = all_statuses(status);
        let phase = status.phase.as_deref().unwrap_or_default();
        let has_sandbox = runtime.sandbox_needed().is_none();
        let own = conditions::all(&self.pod, &statuses, phase, has_sandbox, &all, old.conditions.as_deref().unwrap_or_default());
        all.extend(own);
        if can_restart_all(&self.pod.spec) {
            all.push(conditions::all_restarting(&self.pod, phase, !runtime.containers.is_empty() && self.starts_all_again(runtime, old)));
        }
        status.conditions = Some(all);
    }
}

pub(super) fn all_statuses(status: &PodStatus) -> Vec<ContainerStatus> {
    status.init_container_statuses.iter().chain(&status.container_statuses).flatten().cloned().collect()
}
