//! What is said of each container: what it waits for, since when it runs, how it ended, and how it ended before.
//!
//! Models: pkg/kubelet/kubelet_pods.go (convertToAPIContainerStatuses), v1.36.
//! Simplified: users, devices and image volumes are not reported.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{
    Container, ContainerState, ContainerStateRunning, ContainerStateTerminated, ContainerStateWaiting, ContainerStatus,
    ResourceRequirements, VolumeMountStatus,
};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time as MetaTime;
use podarium_api::resource::is_sidecar;
use podarium_api::time::Epoch;
use podarium_api::{Pod, owner};

use super::ephemeral::as_container;
use super::phase::{RESTARTING_ALL, restarts_after};
use super::pod::Reason;
use super::runtime::{ContainerRecord, RuntimeStatus};
use std::sync::Arc;

pub(super) struct Conversion<'a> {
    pub pod: &'a Pod,
    pub runtime: &'a RuntimeStatus,
    pub reasons: &'a BTreeMap<Arc<str>, Reason>,
    pub epoch: Epoch,
    /// All containers are removed, to start again.
    pub all_restarting: bool,
}

const UNKNOWN: &str = "ContainerStatusUnknown";

impl Conversion<'_> {
    pub fn regular(&self, previous: &[ContainerStatus]) -> Vec<ContainerStatus> {
        let mut statuses: Vec<_> = self.pod.spec.containers.iter().map(|container| self.convert(container, previous, false)).collect();
        statuses.sort_by(|a, b| a.name.cmp(&b.name));
        statuses
    }

    /// Init containers are reported in their order.
    pub fn init(&self, previous: &[ContainerStatus]) -> Vec<ContainerStatus> {
        self.pod.spec.init_containers.iter().flatten().map(|container| self.convert(container, previous, true)).collect()
    }

    /// Ephemeral containers have no amounts of their own.
    pub fn ephemeral(&self, previous: &[ContainerStatus]) -> Vec<ContainerStatus> {
        let all = self.pod.spec.ephemeral_containers.iter().flatten();
        let mut statuses: Vec<_> = all.map(|container| ContainerStatus { resources: None, ..self.convert(&as_container(container), previous, false) }).collect();
        statuses.sort_by(|a, b| a.name.cmp(&b.name));
        statuses
    }

    fn convert(&self, container: &Container, previous: &[ContainerStatus], is_init: bool) -> ContainerStatus {
        let old = previous.iter().find(|status| status.name == container.name);
        let mut records = self.runtime.containers.iter().filter(|record| *record.name == *container.name);
        let newest = records.next();
        let mut status = match newest {
            Some(record) => self.recorded(container, record, records.next(), old),
            None => self.without_record(container, old),
        };
        self.wait_if_it_failed_to_start(container, newest, is_init, &mut status);
        status
    }

    fn recorded(&self, container: &Container, record: &ContainerRecord, before: Option<&ContainerRecord>, old: Option<&ContainerStatus>) -> ContainerStatus {
        let last = before.map(|record| self.state(record));
        let kept = || old.and_then(|old| old.last_state.clone()).filter(|last| last.terminated.is_some());
        ContainerStatus {
            name: container.name.clone(),
            restart_count: record.restart_count,
            image: record.image.to_string(),
            image_id: record.image_id.to_string(),
            container_id: Some(record.id.to_string()),
            state: Some(self.state(record)),
            last_state: Some(last.or_else(kept).unwrap_or_default()),
            volume_mounts: self.mounts(container),
            resources: Some(if record.is_running() { record.applied.reported(container) } else { container.resources.clone().unwrap_or_default() }),
            allocated_resources: allocated(container.resources.as_ref()),
            ..ContainerStatus::default()
        }
    }

    fn mounts(&self, container: &Container) -> Option<Vec<VolumeMountStatus>> {
        let mounts = container.volume_mounts.iter().flatten().map(|mount| VolumeMountStatus {
            name: self.pod.spec.volume_name(&mount.name).into_owned(),
            mount_path: mount.mount_path.clone(),
            read_only: mount.read_only.filter(|read_only| *read_only),
            recursive_read_only: (mount.read_only == Some(true)).then(|| "Disabled".to_owned()),
            ..VolumeMountStatus::default()
        });
        let mounts: Vec<_> = mounts.collect();
        (!mounts.is_empty()).then_some(mounts)
    }

    fn state(&self, record: &ContainerRecord) -> ContainerState {
        // The runtime says zero of what never started, which is a date too.
        let started_at = Some(record.started_at.map_or(MetaTime(jiff::Timestamp::UNIX_EPOCH), |at| self.epoch.seconds(at)));
        match &record.finished {
            None => ContainerState { running: Some(ContainerStateRunning { started_at }), ..ContainerState::default() },
            Some(finished) => {
                let ended = ContainerStateTerminated {
                    exit_code: finished.code,
                    reason: Some(finished.reason.to_owned()),
                    message: finished.message.as_deref().map(str::to_owned),
                    started_at,
                    finished_at: Some(self.epoch.seconds(finished.at)),
                    container_id: Some(record.id.to_string()),
                    ..ContainerStateTerminated::default()
                };
                ContainerState { terminated: Some(ended), ..ContainerState::default() }
            }
        }
    }

    /// The runtime knows nothing of the container: it was not made yet, or it is lost.
    fn without_record(&self, container: &Container, old: Option<&ContainerStatus>) -> ContainerStatus {
        if let Some(old) = old.filter(|old| self.all_restarting && old.state.as_ref().is_some_and(|state| state.waiting.is_none())) {
            return removed(container, old);
        }
        if let Some(old) = old.filter(|old| old.state.as_ref().is_some_and(|state| state.terminated.is_some())) {
            return old.clone();
        }
        let has_init = self.pod.spec.init_containers.as_ref().is_some_and(|init| !init.is_empty());
        let reason = if has_init { "PodInitializing" } else { "ContainerCreating" };
        let mut status = ContainerStatus {
            name: container.name.clone(),
            image: container.image.clone().unwrap_or_default(),
            state: Some(waiting(reason, "")),
            last_state: Some(ContainerState::default()),
            volume_mounts: self.mounts(container),
            ..ContainerStatus::default()
        };
        let Some(old) = old else { return status };
        status.restart_count = old.restart_count;
        status.last_state.clone_from(&old.last_state);
        let ran = old.state.as_ref().is_some_and(|state| state.running.is_some());
        if ran && status.last_state.as_ref().is_none_or(|last| last.terminated.is_none()) {
            let ended = ContainerStateTerminated {
                reason: Some(UNKNOWN.to_owned()),
                message: Some("The container could not be located when the pod was deleted.  The container used to be Running".to_owned()),
                exit_code: 137,
                ..ContainerStateTerminated::default()
            };
            status.last_state = Some(ContainerState { terminated: Some(ended), ..ContainerState::default() });
            if !owner::is_terminating(&self.pod.metadata) {
                status.restart_count += 1;
            }
        }
        status
    }

    /// A container that should run but could not be started waits, and says why.
    fn wait_if_it_failed_to_start(&self, container: &Container, newest: Option<&ContainerRecord>, is_init: bool, status: &mut ContainerStatus) {
        let code = newest.and_then(|record| record.finished.as_ref()).map(|finished| finished.code);
        if is_init && code == Some(0) {
            return;
        }
        let is_waiting = status.state.as_ref().is_some_and(|state| state.waiting.is_some());
        if is_init && newest.is_none() && !is_sidecar(container) && is_waiting && self.any_regular_created() {
            status.state = Some(ContainerState {
                terminated: Some(ContainerStateTerminated {
                    reason: Some("Completed".to_owned()),
                    message: Some("Unable to get init container status from container runtime and pod has been initialized, treat it as exited normally".to_owned()),
                    ..ContainerStateTerminated::default()
                }),
                ..ContainerState::default()
            });
            return;
        }
        if !self.should_start(container, newest) {
            return;
        }
        let Some(reason) = self.reasons.get(container.name.as_str()) else { return };
        if status.state.as_ref().is_some_and(|state| state.terminated.is_some()) {
            status.last_state = status.state.take();
        }
        status.state = Some(waiting(reason.reason, &reason.message));
    }

    fn any_regular_created(&self) -> bool {
        self.pod.spec.containers.iter().any(|container| self.runtime.find(&container.name).is_some())
    }

    /// Whether the next sync starts the container.
    pub fn should_start(&self, container: &Container, newest: Option<&ContainerRecord>) -> bool {
        if owner::is_terminating(&self.pod.metadata) {
            return false;
        }
        match newest {
            None => true,
            Some(record) => record.finished.as_ref().is_some_and(|finished| restarts_after(container, &self.pod.spec, finished.code)),
        }
    }
}

/// A container that was removed because all of its pod's start again.
fn removed(container: &Container, old: &ContainerStatus) -> ContainerStatus {
    let message = "The container is removed because RestartAllContainers in place";
    let ended = ContainerStateTerminated { reason: Some(RESTARTING_ALL.to_owned()), message: Some(message.to_owned()), exit_code: 137, ..ContainerStateTerminated::default() };
    ContainerStatus {
        name: container.name.clone(),
        image: container.image.clone().unwrap_or_default(),
        state: Some(waiting(RESTARTING_ALL, message)),
        last_state: Some(ContainerState { terminated: Some(ended), ..ContainerState::default() }),
        restart_count: old.restart_count + 1,
        volume_mounts: old.volume_mounts.clone(),
        ..ContainerStatus::default()
    }
}

fn waiting(reason: &str, message: &str) -> ContainerState {
    let waiting = ContainerStateWaiting {
        reason: (!reason.is_empty()).then(|| reason.to_owned()),
        message: (!message.is_empty()).then(|| message.to_owned()),
    };
    ContainerState { waiting: Some(waiting), ..ContainerState::default() }
}

type Amounts = BTreeMap<String, k8s_openapi::apimachinery::pkg::api::resource::Quantity>;

fn allocated(resources: Option<&ResourceRequirements>) -> Option<Amounts> {
    resources?.requests.clone().filter(|requests| !requests.is_empty())
}
