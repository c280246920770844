//! How long a Job waits before it replaces failed pods: 10 s after the first failure, 20 s after the second, …, 10
//! minutes at most. A success starts the count anew.
//!
//! Models: pkg/controller/job/backoff_utils.go, v1.36.
//! Simplified: nothing.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use k8s_openapi::api::core::v1::ContainerStatus;
use podarium_api::Pod;
use podarium_api::condition::Condition as _;
use podarium_api::pod_state::pod_condition;
use podarium_api::resource::is_sidecar;

use super::indexes::absolute_failures;

const BASE: Duration = Duration::from_secs(10);
const MAX: Duration = Duration::from_secs(600);

/// The failures since the last success.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Record {
    pub failures: u32,
    pub last_failure: Option<Timestamp>,
}

impl Record {
    /// The record after these pods have ended too.
    pub fn after(&self, succeeded: &[Arc<Pod>], failed: &[Arc<Pod>]) -> Self {
        let mut failed: Vec<Timestamp> = failed.iter().map(|pod| finished_at(pod)).collect();
        failed.sort();
        let Some(success) = succeeded.iter().map(|pod| finished_at(pod)).max() else {
            let count = u32::try_from(failed.len()).unwrap_or(u32::MAX);
            return match failed.last() {
                None => self.clone(),
                Some(last) => Record { failures: self.failures.saturating_add(count), last_failure: Some(*last) },
            };
        };
        let later: Vec<Timestamp> = failed.into_iter().filter(|at| *at > success).collect();
        Record { failures: u32::try_from(later.len()).unwrap_or(u32::MAX), last_failure: later.last().copied() }
    }

    pub fn remaining(&self, now: Timestamp) -> Duration {
        self.last_failure.map_or(Duration::ZERO, |last| remaining(self.failures, last, now))
    }
}

fn remaining(failures: u32, last: Timestamp, now: Timestamp) -> Duration {
    if failures == 0 {
        return Duration::ZERO;
    }
    let wait = BASE.saturating_mul(1u32.checked_shl(failures - 1).unwrap_or(u32::MAX)).min(MAX);
    let elapsed = now.duration_since(last);
    let left = SignedDuration::try_from(wait).unwrap_or(SignedDuration::MAX).saturating_sub(elapsed);
    Duration::try_from(left).unwrap_or(Duration::ZERO)
}

/// How long an index still waits for its next pod, by the pod of it that failed last.
pub(super) fn remaining_of_index(last_failed: Option<&Arc<Pod>>, now: Timestamp) -> Duration {
    last_failed.map_or(Duration::ZERO, |pod| remaining(absolute_failures(pod).saturating_add(1), finished_at(pod), now))
}

/// When a pod ended: when the last of its containers did; else when it became unready; else when it was deleted.
pub(super) fn finished_at(pod: &Pod) -> Timestamp {
    let unready = || {
        let condition = pod_condition(pod, "Ready").filter(|condition| condition.status() == "False")?;
        condition.last_transition_time.as_ref().map(|time| time.0)
    };
    let deleted = || {
        let at = pod.metadata.deletion_timestamp.as_ref()?.0;
        at.checked_sub(SignedDuration::from_secs(pod.metadata.deletion_grace_period_seconds.unwrap_or(0))).ok()
    };
    let created = || pod.metadata.creation_timestamp.as_ref().map_or(Timestamp::UNIX_EPOCH, |time| time.0);
    containers_finished_at(pod).or_else(unready).or_else(deleted).unwrap_or_else(created)
}

fn containers_finished_at(pod: &Pod) -> Option<Timestamp> {
    let finished = |status: &ContainerStatus| {
        status.state.as_ref().and_then(|state| state.terminated.as_ref()).and_then(|end| end.finished_at.as_ref()).map(|time| time.0)
    };
    let sidecar = |name: &str| pod.spec.init_containers.iter().flatten().any(|container| container.name == name && is_sidecar(container));
    // Where one has not ended, the pod's end is not known from its containers; sidecars are looked at separately.
    let latest = |statuses: &mut dyn Iterator<Item = &ContainerStatus>| -> Result<Option<Timestamp>, ()> {
        let times = statuses.map(|status| finished(status).ok_or(())).collect::<Result<Vec<_>, ()>>()?;
        Ok(times.into_iter().max())
    };
    let containers = latest(&mut pod.status.container_statuses.iter().flatten()).unwrap_or(None);
    let sidecars = latest(&mut pod.status.init_container_statuses.iter().flatten().filter(|status| sidecar(&status.name))).ok()?;
    containers.max(sidecars)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_767_603_600 + second).unwrap()
    }

    fn ended(second: i64) -> Arc<Pod> {
        pod(json!({"status": {"containerStatuses": [{"name": "c", "image": "", "imageID": "", "ready": false, "restartCount": 0, "state": {"terminated": {"exitCode": 0, "finishedAt": at(second).to_string()}}}]}}))
    }

    fn pod(value: Value) -> Arc<Pod> {
        Arc::new(serde_json::from_value(value).unwrap())
    }

    #[test]
    fn failures_are_counted_since_the_last_success() {
        let before = Record { failures: 2, last_failure: Some(at(-60)) };
        let cases: [(&[i64], &[i64], u32, Option<i64>); 6] = [
            (&[], &[], 2, Some(-60)),
            (&[], &[10, 5], 4, Some(10)),
            (&[3], &[], 0, None),
            (&[10], &[5], 0, None),
            (&[5], &[10, 3, 8], 2, Some(10)),
            (&[5], &[5], 0, None),
        ];
        for (succeeded, failed, failures, last) in cases {
            let pods = |times: &[i64]| times.iter().map(|second| ended(*second)).collect::<Vec<_>>();
            let after = before.after(&pods(succeeded), &pods(failed));
            assert_eq!(after, Record { failures, last_failure: last.map(at) }, "succeeded {succeeded:?}, failed {failed:?}");
        }
    }

    #[test]
    fn waits_double_up_to_ten_minutes() {
        let cases = [(0, 0, 0), (1, 0, 10), (1, 4, 6), (1, 10, 0), (1, 11, 0), (2, 0, 20), (3, 0, 40), (6, 0, 320), (7, 0, 600), (40, 0, 600)];
        for (failures, elapsed, left) in cases {
            let record = Record { failures, last_failure: Some(at(0)) };
            assert_eq!(record.remaining(at(elapsed)), Duration::from_secs(left), "{failures} failures, the last {elapsed} s ago");
        }
    }

    #[test]
    fn a_pod_ended_with_its_last_container_or_when_it_became_unready_or_was_deleted() {
        let container = |state: Value| json!({"name": "c", "image": "", "imageID": "", "ready": false, "restartCount": 0, "state": state});
        let terminated = |second: i64| container(json!({"terminated": {"exitCode": 1, "finishedAt": at(second).to_string()}}));
        let unready = json!([{"type": "Ready", "status": "False", "lastTransitionTime": at(30).to_string()}]);
        let meta = json!({"creationTimestamp": at(0).to_string(), "deletionTimestamp": at(60).to_string(), "deletionGracePeriodSeconds": 20});
        let cases = [
            (json!({"status": {"containerStatuses": [terminated(10), terminated(20)], "conditions": unready}}), 20),
            (json!({"status": {"containerStatuses": [terminated(10), container(json!({"running": {}}))], "conditions": unready}}), 30),
            (json!({"metadata": meta, "status": {}}), 40),
            (json!({"metadata": {"creationTimestamp": at(0).to_string()}}), 0),
        ];
        for (value, second) in cases {
            assert_eq!(finished_at(&pod(value.clone())), at(second), "{value}");
        }
    }
}
