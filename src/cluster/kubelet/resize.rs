//! Resizing in place: the node allocates what a pod now asks for if it has it, and then the runtime applies it to the
//! containers that run; what does not fit waits until it does.
//!
//! Three amounts are told apart. The API server has what is *wanted*; the kubelet works with a pod that has what is
//! *allocated*; and each container has what was *applied* to it.
//!
//! Models: pkg/kubelet/allocation/allocation_manager.go, pkg/kubelet/kuberuntime/kuberuntime_manager.go
//! (computePodResizeAction, doPodResizeAction, validateMemoryResizeAction), pkg/kubelet/events/resize.go, v1.36.
//! Simplified: allocations are forgotten when the kubelet ends, and what waits is tried in the order of the pods' uids;
//! sidecars are never restarted for a resize.

use std::sync::Arc;

use k8s_openapi::api::core::v1::{Container, PodCondition, PodSpec, ResourceRequirements};
use podarium_api::Pod;
use podarium_api::quantity::Quantity;
use podarium_sim::Time;
use serde::Serialize;

use super::host::Host;
use super::kubelet::Kubelet;
use super::pod::{PodState, Uid};
use super::runtime::{ContainerRecord, RuntimeStatus};
use crate::client::EventType;
use crate::component::Ctx;

/// What the runtime enforces for a container.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Applied {
    cpu_request: Option<Quantity>,
    /// Nobody enforces it, but it is resized with the others.
    memory_request: Option<Quantity>,
    cpu_limit: Option<Quantity>,
    memory_limit: Option<Quantity>,
}

impl Applied {
    /// What is to be enforced for a container of a pod: a limit that it does not have is that of the pod as a whole.
    pub fn of(spec: &PodSpec, container: &Container) -> Self {
        let limit = |of: &Option<ResourceRequirements>, name: &str| of.as_ref().and_then(|part| part.limits.as_ref()?.get(name)).map(Quantity::of);
        let own_or_pods = |name: &str| {
            let own = limit(&container.resources, name);
            own.filter(|limit| !limit.is_zero()).or_else(|| limit(&spec.resources, name)).or(own)
        };
        let request = |name: &str| container.resources.as_ref().and_then(|part| part.requests.as_ref()?.get(name)).map(Quantity::of);
        Applied { cpu_request: request("cpu"), memory_request: request("memory"), cpu_limit: own_or_pods("cpu"), memory_limit: own_or_pods("memory") }
    }

    /// The memory limit in bytes.
    pub fn memory(&self) -> Option<u64> {
        self.memory_limit.and_then(|limit| u64::try_from(limit.value()).ok())
    }

    /// The CPU limit in thousandths.
    pub fn cpu(&self) -> Option<u64> {
        self.cpu_limit.and_then(|limit| u64::try_from(limit.milli_value()).ok()).filter(|millis| *millis > 0)
    }

    /// The allocated amounts with what is really enforced.
    pub fn reported(&self, container: &Container) -> ResourceRequirements {
        let mut resources = container.resources.clone().unwrap_or_default();
        let requests = [(false, "cpu", self.cpu_request), (false, "memory", self.memory_request)];
        for (is_limit, name, amount) in requests.into_iter().chain([(true, "cpu", self.cpu_limit), (true, "memory", self.memory_limit)]) {
            // Where nothing is allocated nothing is told.
            let list = if is_limit { &mut resources.limits } else { &mut resources.requests };
            let Some(list) = list else { continue };
            match amount {
                Some(amount) if list.get(name).map(Quantity::of) == Some(amount) => {}
                Some(amount) => drop(list.insert(name.to_owned(), amount.into_raw())),
                None => drop(list.remove(name)),
            }
        }
        resources
    }
}

/// What a resize means for a container that runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    Nothing,
    InPlace,
    Restart,
}

pub(super) fn action(spec: &PodSpec, container: &Container, record: &ContainerRecord) -> Action {
    let wanted = Applied::of(spec, container);
    if wanted == record.applied {
        return Action::Nothing;
    }
    let restarts = |resource: &str| {
        let mut policies = container.resize_policy.iter().flatten();
        policies.any(|policy| policy.resource_name == resource && policy.restart_policy == "RestartContainer")
    };
    let cpu = (wanted.cpu_request, wanted.cpu_limit) != (record.applied.cpu_request, record.applied.cpu_limit);
    let memory = (wanted.memory_request, wanted.memory_limit) != (record.applied.memory_request, record.applied.memory_limit);
    if cpu && restarts("cpu") || memory && restarts("memory") { Action::Restart } else { Action::InPlace }
}

/// The containers that are resized while they run.
pub(super) fn in_place(spec: &PodSpec, seen: &RuntimeStatus) -> Vec<String> {
    let is_init = |container: &Container| spec.init_containers.iter().flatten().any(|init| init.name == container.name);
    let resized = containers(spec).filter(|container| {
        let record = seen.find(&container.name).filter(|record| record.is_running());
        record.is_some_and(|record| match action(spec, container, record) {
            Action::InPlace => true,
            Action::Restart => is_init(container),
            Action::Nothing => false,
        })
    });
    resized.map(|container| container.name.clone()).collect()
}

/// The pod with what is applied to those of its containers that run, in the place of what is allocated.
pub(super) fn with_applied(pod: &Arc<Pod>, seen: &RuntimeStatus) -> Arc<Pod> {
    let record = |container: &Container| seen.find(&container.name).filter(|record| record.is_running() && record.applied != Applied::of(&pod.spec, container));
    if containers(&pod.spec).all(|container| record(container).is_none()) {
        return pod.clone();
    }
    let mut applied = pod.as_ref().clone();
    let PodSpec { init_containers, containers, .. } = &mut **Arc::make_mut(&mut applied.spec);
    for container in init_containers.iter_mut().flatten().chain(containers) {
        if let Some(record) = record(container) {
            container.resources = Some(record.applied.reported(container));
        }
    }
    Arc::new(applied)
}

fn containers(spec: &PodSpec) -> impl Iterator<Item = &Container> {
    spec.init_containers.iter().flatten().chain(&spec.containers)
}

/// How far the resize of a pod is.
#[derive(Clone, Debug, Default)]
pub(super) struct Resizing {
    /// The pod as the API server has it, while something else is allocated.
    pub wanted: Option<Arc<Pod>>,
    pub pending: Option<PodCondition>,
    pub in_progress: Option<PodCondition>,
}

impl Resizing {
    pub fn conditions(&self) -> impl Iterator<Item = &PodCondition> {
        self.pending.iter().chain(&self.in_progress)
    }
}

/// The new pod with what the old one has allocated.
pub(super) fn with_allocation(new: &Arc<Pod>, held: &Pod) -> Arc<Pod> {
    let same = new.spec.resources == held.spec.resources
        && containers(&new.spec).all(|container| containers(&held.spec).find(|old| old.name == container.name).is_none_or(|old| old.resources == container.resources));
    if same {
        return new.clone();
    }
    let mut pod = (**new).clone();
    let spec = Arc::make_mut(&mut pod.spec).common_mut();
    spec.resources.clone_from(&held.spec.resources);
    for container in spec.init_containers.iter_mut().flatten().chain(&mut spec.containers) {
        if let Some(old) = containers(&held.spec).find(|old| old.name == container.name) {
            container.resources.clone_from(&old.resources);
        }
    }
    Arc::new(pod)
}

/// What the events of a resize say.
#[derive(Serialize)]
struct Summary<'a> {
    #[serde(rename = "initContainers", skip_serializing_if = "Vec::is_empty")]
    init_containers: Vec<Allocation<'a>>,
    containers: Vec<Allocation<'a>>,
    generation: i64,
    #[serde(skip_serializing_if = "str::is_empty")]
    error: &'a str,
}

#[derive(Serialize)]
struct Allocation<'a> {
    name: &'a str,
    resources: ResourceRequirements,
}

impl<'a> Allocation<'a> {
    fn of(container: &'a Container) -> Self {
        Allocation { name: &container.name, resources: container.resources.clone().unwrap_or_default() }
    }
}

fn message(prefix: &str, spec: &PodSpec, generation: i64, error: &str) -> String {
    let init_containers = spec.init_containers.iter().flatten().map(Allocation::of).collect();
    let summary = Summary { init_containers, containers: spec.containers.iter().map(Allocation::of).collect(), generation, error };
    format!("{prefix}: {}", serde_json::to_string(&summary).unwrap_or_default())
}

fn condition(type_: &str, reason: &str, message: &str, generation: i64, ctx: &Ctx<'_>) -> PodCondition {
    let now = Some(ctx.epoch().seconds(ctx.now()));
    let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    PodCondition {
        type_: type_.to_owned(),
        status: "True".to_owned(),
        last_probe_time: now.clone(),
        last_transition_time: now,
        reason: some(reason),
        message: some(message),
        observed_generation: Some(generation),
    }
}

impl PodState {
    /// Takes what the API server says now. Whether a resize was given up.
    pub fn take_news(&mut self, new: &Arc<Pod>) -> (Arc<Pod>, bool) {
        let allocated = with_allocation(new, &self.pod);
        self.resizing.wanted = (!Arc::ptr_eq(&allocated, new)).then(|| new.clone());
        let given_up = self.resizing.wanted.is_none() && self.resizing.pending.take().is_some();
        (std::mem::replace(&mut self.pod, allocated), given_up)
    }

    fn allocate(&mut self, wanted: Arc<Pod>, host: &mut Host, ctx: &mut Ctx<'_>) {
        let generation = wanted.metadata.generation.unwrap_or(0);
        self.event(None, EventType::Normal, "ResizeStarted", &message("Pod resize started", &wanted.spec, generation, ""), host, ctx);
        self.pod = wanted;
        let in_progress = condition("PodResizeInProgress", "", "", generation, ctx);
        self.resizing = Resizing { wanted: None, pending: None, in_progress: Some(in_progress) };
        self.request_sync(ctx.now());
    }

    fn defer(&mut self, wanted: &Pod, why: &str, host: &mut Host, ctx: &mut Ctx<'_>) {
        let generation = wanted.metadata.generation.unwrap_or(0);
        let known = self.resizing.pending.as_ref();
        if known.is_some_and(|known| known.observed_generation == Some(generation)) {
            return;
        }
        self.event(None, EventType::Warning, "ResizeDeferred", &message("Pod resize Deferred", &wanted.spec, generation, why), host, ctx);
        self.resizing.pending = Some(condition("PodResizePending", "Deferred", why, generation, ctx));
        self.request_sync(ctx.now());
    }

    /// Whether everything that is allocated is applied by now.
    pub fn note_resize(&mut self, seen: &RuntimeStatus, host: &mut Host, ctx: &mut Ctx<'_>) {
        let spec = self.pod.spec.clone();
        let lags = |container: &Container| seen.find(&container.name).is_some_and(|record| record.is_running() && Applied::of(&spec, container) != record.applied);
        if containers(&spec).any(lags) {
            let generation = self.pod.metadata.generation.unwrap_or(0);
            self.resizing.in_progress.get_or_insert_with(|| condition("PodResizeInProgress", "", "", generation, ctx));
        } else if let Some(done) = self.resizing.in_progress.take() {
            let text = message("Pod resize completed", &spec, done.observed_generation.unwrap_or(0), "");
            self.event(None, EventType::Normal, "ResizeCompleted", &text, host, ctx);
        }
    }

    /// Gives running containers their new amounts. Whether that could be done.
    pub fn apply_resize(&mut self, names: &[String], host: &mut Host, ctx: &mut Ctx<'_>) -> bool {
        let (spec, now) = (self.pod.spec.clone(), ctx.now());
        if let Some(why) = self.memory_fault(&spec, names, now) {
            let generation = self.resizing.in_progress.as_ref().and_then(|condition| condition.observed_generation).unwrap_or(0);
            let failed = condition("PodResizeInProgress", "Error", &why, generation, ctx);
            if self.resizing.in_progress.as_ref().is_none_or(|known| known.message != failed.message) {
                self.event(None, EventType::Warning, "ResizeError", &message("Pod resize error", &spec, generation, &why), host, ctx);
                self.resizing.in_progress = Some(failed);
            }
            return false;
        }
        for container in containers(&spec).filter(|container| names.contains(&container.name)) {
            let applied = Applied::of(&spec, container);
            let running = self.runtime.containers.iter_mut().rev().find(|found| *found.record.name == *container.name && found.record.is_running());
            let Some(running) = running else { continue };
            running.record.applied = applied;
            if let Some(process) = &mut running.process {
                process.resize(applied.memory(), applied.cpu(), now);
            }
        }
        self.changed(host, now);
        true
    }

    /// A memory limit cannot go below what is used.
    fn memory_fault(&self, spec: &PodSpec, names: &[String], now: Time) -> Option<String> {
        let running = || self.runtime.containers.iter().filter_map(|container| Some((&container.record, container.process.as_ref()?)));
        let usage: u64 = running().map(|(_, process)| process.memory_bytes(now)).sum();
        let wanted = |name: &str| containers(spec).find(|container| container.name == name).and_then(|container| Applied::of(spec, container).memory());
        let (mut total, mut before) = (Some(0), Some(0));
        let mut faults = Vec::new();
        for (record, process) in running() {
            let (new, old) = (wanted(&record.name), record.applied.memory());
            total = total.zip(new).map(|(sum, limit)| sum + limit);
            before = before.zip(old).map(|(sum, limit)| sum + limit);
            let Some(limit) = new.filter(|new| names.iter().any(|name| *name == *record.name) && old.is_none_or(|old| *new < old)) else { continue };
            if process.memory_bytes(now) >= limit {
                faults.push(format!("attempting to set container \"{}\" memory limit ({limit}) below current usage ({usage})", record.name));
            }
        }
        if let Some(limit) = total.filter(|new| before.is_none_or(|old| *new < old) && usage >= *new) {
            faults.insert(0, format!("attempting to set pod memory limit ({limit}) below current usage ({usage})"));
        }
        let all = match faults.as_slice() {
            [] => return None,
            [only] => only.clone(),
            several => format!("[{}]", several.join(", ")),
        };
        Some(format!("cannot decrease memory limits: {all}"))
    }
}

impl Kubelet {
    /// Tries what did not fit yet.
    pub(super) fn retry_resizes(&mut self, ctx: &mut Ctx<'_>) {
        for uid in std::mem::take(&mut self.resizes) {
            let Some(state) = self.pods.get(&uid).filter(|state| !state.vanished && !state.is_terminating()) else { continue };
            let Some(wanted) = state.resizing.wanted.clone() else { continue };
            let fits = self.admit(&wanted);
            let Some(state) = self.pods.get_mut(&uid).map(Arc::make_mut) else { continue };
            match fits {
                Ok(()) => state.allocate(wanted, &mut self.host, ctx),
                Err((_, why)) => {
                    state.defer(&wanted, &why, &mut self.host, ctx);
                    self.resizes.insert(uid.clone());
                }
            }
            self.run_pod(&uid, ctx);
        }
    }

    pub(super) fn resize_later(&mut self, uid: &Uid) {
        if self.pods.get(uid).is_some_and(|state| state.resizing.wanted.is_some()) {
            self.resizes.insert(uid.clone());
        }
    }
}
