//! What the kubelet counts of its own work: `/metrics`, and of its probes `/metrics/probes`.
//!
//! Models: pkg/kubelet/metrics/metrics.go, pkg/kubelet/pleg/generic.go (updateRunningPodAndContainerMetrics),
//! pkg/kubelet/kubelet_pods.go (HandlePodCleanups), pkg/kubelet/prober/{prober_manager.go,worker.go}, v1.36.
//! Simplified: of `/metrics` what is counted here and true; its last line says that the rest is left out.

use std::collections::BTreeMap;
use std::time::Duration;

use podarium_api::Resource as _;

use super::families::{Families, Histogram, USUAL_BOUNDS};
use super::kubelet::Kubelet;
use super::pod::PodState;
use super::static_pods::is_mirror;
use crate::component::Ctx;

/// The bounds of how many containers pods have.
const CONTAINER_BOUNDS: [f64; 5] = [1.0, 2.0, 4.0, 8.0, 16.0];

/// What a kubelet has counted since it started.
#[derive(Clone, Debug, Default)]
pub(super) struct Counts {
    /// How many containers the pods have that it was told of.
    containers_of_pods: Histogram,
    started_pods: u64,
    started_pods_with_users: u64,
    started_containers: BTreeMap<&'static str, u64>,
    /// By reason and type.
    failed_containers: BTreeMap<(&'static str, &'static str), u64>,
    evictions: BTreeMap<&'static str, u64>,
}

impl Counts {
    pub fn pod_added(&mut self, containers: usize) {
        self.containers_of_pods.observe(containers as f64, &CONTAINER_BOUNDS);
    }

    pub fn sandbox_started(&mut self, own_users: bool) {
        self.started_pods += 1;
        self.started_pods_with_users += u64::from(own_users);
    }

    pub fn container_started(&mut self, kind: &'static str) {
        *self.started_containers.entry(kind).or_default() += 1;
    }

    pub fn container_failed(&mut self, kind: &'static str, reason: &'static str) {
        *self.failed_containers.entry((reason, kind)).or_default() += 1;
    }

    pub fn evicted(&mut self, signal: &'static str) {
        *self.evictions.entry(signal).or_default() += 1;
    }
}

/// What a probe has found so far.
#[derive(Clone, Debug, Default)]
pub(super) struct ProbeCounts {
    successful: u32,
    failed: u32,
    /// How long the good ones took.
    durations: Histogram,
}

impl ProbeCounts {
    pub fn count(&mut self, healthy: bool, took: Duration) {
        if healthy {
            self.successful += 1;
            self.durations.observe_time(took);
        } else {
            self.failed += 1;
        }
    }
}

/// What metrics call the kind of one of a pod's containers.
pub(super) fn container_type(pod: &PodState, name: &str) -> &'static str {
    let spec = &pod.pod.spec;
    if spec.init_containers.iter().flatten().any(|container| container.name == name) {
        "init_container"
    } else if spec.ephemeral_containers.iter().flatten().any(|container| container.name == name) {
        "ephemeral_container"
    } else {
        "container"
    }
}

impl Kubelet {
    fn add_process_start(&self, all: &mut Families, ctx: &Ctx<'_>) {
        let started = ctx.epoch().timestamp(self.host.started).as_nanosecond() as f64 / 1e9;
        all.add("process_start_time_seconds", "[ALPHA] Start time of the process since unix epoch in seconds.", "gauge", String::new(), started, false);
    }

    pub(super) fn own_metrics(&self, ctx: &Ctx<'_>) -> Families {
        let (mut all, counts) = (Families::with_note("# podarium: not simulated: the other metrics of the kubelet\n"), &self.host.counts);
        self.add_process_start(&mut all, ctx);
        let mut gauge = |name, help, labels: String, value: usize| all.add(name, help, "gauge", labels, value as f64, false);
        gauge("kubelet_node_name", "[ALPHA] The node's name. The count is always 1.", format!("node=\"{}\"", self.host.config.name), 1);
        let there = || self.pods.iter().filter(|(_, state)| !state.vanished);
        let sandboxes = there().filter(|(_, state)| state.runtime.sandbox.as_ref().is_some_and(|sandbox| sandbox.ready)).count();
        gauge("kubelet_running_pods", "[ALPHA] Number of pods that have a running pod sandbox", String::new(), sandboxes);
        let mut states: BTreeMap<&str, usize> = BTreeMap::new();
        for container in there().flat_map(|(_, state)| &state.runtime.containers) {
            let state = match (container.record.is_running(), container.record.started_at) {
                (true, _) => "running",
                (false, Some(_)) => "exited",
                (false, None) => "created",
            };
            *states.entry(state).or_default() += 1;
        }
        for (state, count) in states {
            gauge("kubelet_running_containers", "[ALPHA] Number of containers currently running", format!("container_state=\"{state}\""), count);
        }
        let is_over = |state: &PodState| state.status.get().is_some_and(|status| matches!(status.phase.as_deref(), Some("Succeeded" | "Failed")));
        for (label, is_static) in [("", false), ("true", true)] {
            let of_kind = || there().filter(|(uid, _)| self.static_pods.is_static(uid) == is_static);
            let labels = || format!("static=\"{label}\"");
            gauge("kubelet_desired_pods", "[ALPHA] The number of pods the kubelet is being instructed to run. static is true if the pod is not from the apiserver.", labels(), of_kind().count());
            let active = of_kind().filter(|(_, state)| !is_over(state)).count();
            gauge("kubelet_active_pods", "[ALPHA] The number of pods the kubelet considers active and which are being considered when admitting new pods. static is true if the pod is not from the apiserver.", labels(), active);
        }
        let statics = there().filter(|(uid, state)| self.static_pods.is_static(uid) && !is_mirror(&state.pod)).count();
        gauge("kubelet_mirror_pods", "[ALPHA] The number of mirror pods the kubelet will try to create (one per admitted static pod)", String::new(), statics);
        let debuggers = there().map(|(_, state)| state.pod.spec.ephemeral_containers.as_ref().map_or(0, Vec::len)).sum();
        gauge("kubelet_managed_ephemeral_containers", "[ALPHA] Current number of ephemeral containers in pods managed by this kubelet.", String::new(), debuggers);

        let mut counter = |name, help, labels: String, value: u64| all.add(name, help, "counter", labels, value as f64, false);
        counter("kubelet_started_pods_total", "[ALPHA] Cumulative number of pods started", String::new(), counts.started_pods);
        counter("kubelet_started_user_namespaced_pods_total", "[ALPHA] Cumulative number of pods with user namespaces started. This metric will only be collected on Linux.", String::new(), counts.started_pods_with_users);
        for (kind, count) in &counts.started_containers {
            counter("kubelet_started_containers_total", "[ALPHA] Cumulative number of containers started", format!("container_type=\"{kind}\""), *count);
        }
        for ((error, kind), count) in &counts.failed_containers {
            counter("kubelet_started_containers_errors_total", "[ALPHA] Cumulative number of errors when starting containers", format!("code=\"{error}\",container_type=\"{kind}\""), *count);
        }
        for (signal, count) in &counts.evictions {
            counter("kubelet_evictions", "[ALPHA] Cumulative number of pod evictions by eviction signal", format!("eviction_signal=\"{signal}\""), *count);
        }
        all.add_histogram("kubelet_containers_per_pod_count", "[ALPHA] The number of containers per pod.", "", &counts.containers_of_pods, &CONTAINER_BOUNDS);
        all
    }

    pub(super) fn probe_metrics(&self, ctx: &Ctx<'_>) -> Families {
        let mut all = Families::default();
        self.add_process_start(&mut all, ctx);
        let mut probes: Vec<_> = self.pods.values().flat_map(|state| state.probes.iter().map(move |probe| (state, probe))).collect();
        // The client sorts by the values of the labels.
        probes.sort_by_key(|(state, probe)| (probe.container.clone(), state.pod.namespace().to_owned(), state.pod.name().to_owned(), probe.kind.name()));
        for (state, probe) in probes {
            let (container, namespace, pod, kind) = (&probe.container, state.pod.namespace(), state.pod.name(), probe.kind.name());
            let counts = &probe.counts;
            if !counts.durations.is_empty() {
                let labels = format!("container=\"{container}\",namespace=\"{namespace}\",pod=\"{pod}\",probe_type=\"{kind}\"");
                all.add_histogram("prober_probe_duration_seconds", "[ALPHA] Duration in seconds for a probe response.", &labels, &counts.durations, &USUAL_BOUNDS);
            }
            for (result, count) in [("failed", counts.failed), ("successful", counts.successful)].into_iter().filter(|(_, count)| *count > 0) {
                let labels = format!("container=\"{container}\",namespace=\"{namespace}\",pod=\"{pod}\",pod_uid=\"{}\",probe_type=\"{kind}\",result=\"{result}\"", state.uid);
                let help = "[BETA] Cumulative number of a liveness, readiness or startup probe for a container by result.";
                all.add("prober_probe_total", help, "counter", labels, f64::from(count), false);
            }
        }
        all
    }
}
