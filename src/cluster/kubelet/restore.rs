//! What a rebooted machine finds: its containers are dead, but the runtime remembers them, so that they are started
//! again and counted as restarts.
//!
//! Models: containerd after a reboot (exit code 255, reason Unknown), v2.
//! Simplified: what the machine remembered is read from the pod's status; logs are lost.

use imbl::Vector;
use k8s_openapi::api::core::v1::{ContainerState, ContainerStatus};
use podarium_api::time::Epoch;
use podarium_sim::Time;

use super::pod::PodState;
use super::resize::Applied;
use super::runtime::{Container, ContainerRecord, Finished, LastWords, Sandbox};
use super::start::START_ERROR;

impl PodState {
    /// Takes over what the pod's status says of its containers.
    pub fn restore(&mut self, now: Time, epoch: Epoch) {
        let status = self.pod.status.clone();
        let all = [&status.init_container_statuses, &status.container_statuses, &status.ephemeral_container_statuses].into_iter().flatten().flatten();
        for status in all.filter(|status| status.container_id.is_some()) {
            for state in [&status.last_state, &status.state].into_iter().flatten() {
                if let Some(record) = record(status, state, now, epoch) {
                    self.runtime.add(Container { record, process: None, log: Vector::new(), kill_at: None, connected: None, news: Vec::new(), sent: Vec::new(), last_words: LastWords::default() });
                }
            }
        }
        if !self.runtime.containers.is_empty() {
            self.runtime.sandbox = Some(Sandbox { attempt: 0, ready: false });
            self.runtime.ip = status.pod_ip.as_deref().filter(|_| !self.is_host_network()).map(Into::into);
        }
        self.seen = self.runtime.status();
    }
}

fn record(status: &ContainerStatus, state: &ContainerState, now: Time, epoch: Epoch) -> Option<ContainerRecord> {
    let id = status.container_id.as_deref().unwrap_or_default();
    let time = |at: &Option<k8s_openapi::apimachinery::pkg::apis::meta::v1::Time>| at.as_ref().map_or(now, |at| epoch.time(at.0));
    let (id, started_at, finished) = match state {
        ContainerState { running: Some(running), .. } => (id, time(&running.started_at), Finished { at: now, code: 255, reason: "Unknown", message: None }),
        ContainerState { terminated: Some(ended), .. } => {
            let reason = match ended.reason.as_deref() {
                Some("Completed") => "Completed",
                Some("OOMKilled") => "OOMKilled",
                Some("Error") => "Error",
                Some(START_ERROR) => START_ERROR,
                _ => "Unknown",
            };
            let id = ended.container_id.as_deref().unwrap_or(id);
            (id, time(&ended.started_at), Finished { at: time(&ended.finished_at), code: ended.exit_code, reason, message: ended.message.as_deref().map(Into::into) })
        }
        _ => return None,
    };
    Some(ContainerRecord {
        name: status.name.as_str().into(),
        id: id.into(),
        // It does not run any more, so nobody compares.
        declared_image: "".into(),
        image: status.image.as_str().into(),
        image_id: status.image_id.as_str().into(),
        restart_count: status.restart_count,
        started_at: started_at.into(),
        finished: Some(finished),
        applied: Applied::default(),
    })
}
