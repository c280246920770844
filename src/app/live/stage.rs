//! Where a pod is in its life, read from its status.

use podarium_api::{Pod, pod_state};

use crate::model::Stage;

pub(super) fn stage(pod: &Pod, status: &str) -> Stage {
    if pod.metadata.deletion_timestamp.is_some() {
        return Stage::Terminating;
    }
    match pod_state::phase(pod) {
        "Succeeded" => return Stage::Succeeded,
        "Failed" => return Stage::Failed,
        "Unknown" => return Stage::Unknown,
        _ => {}
    }
    if pod_state::node_name(pod).is_none() {
        return Stage::Pending;
    }
    if status.ends_with("BackOff") || status.starts_with("Err") || status.ends_with("Error") {
        return Stage::BackOff;
    }
    if pod_state::pod_is_ready(pod) {
        return Stage::Ready;
    }
    let statuses = pod.status.container_statuses.as_deref().unwrap_or_default();
    let running = statuses.iter().any(|status| status.state.as_ref().is_some_and(|state| state.running.is_some()));
    if running {
        return Stage::NotReady;
    }
    let crashed = statuses.iter().any(|status| status.state.as_ref().is_some_and(|state| state.terminated.is_some()));
    if crashed { Stage::BackOff } else { Stage::Starting }
}
