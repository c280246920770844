//! What a ReplicaSet reports: how many pods it has, and how many of them are ready, available, terminating.
//!
//! Models: pkg/controller/replicaset/replica_set_utils.go, v1.36.
//! Simplified: nothing.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use k8s_openapi::api::apps::v1::{ReplicaSetCondition, ReplicaSetStatus};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time as MetaTime;
use podarium_api::condition::{get_condition, remove_condition, replace_condition};
use podarium_api::pod_state::{available_at, is_pod_active, pod_condition, pod_is_available, pod_is_ready};
use podarium_api::Pod;

use super::super::{Stop, Sync};
use super::ReplicaSetController;
use super::replicated::Replicated;
use crate::client::{Caches, Labels};
use crate::store::Key;

const REPLICA_FAILURE: &str = "ReplicaFailure";

/// Counts as the API writes them: zero is left out.
fn count(number: usize) -> Option<i32> {
    (number > 0).then(|| whole(number))
}

fn whole(number: usize) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

/// How many pods of a set are how far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub active: usize,
    fully_labeled: usize,
    ready: usize,
    available: usize,
    terminating: usize,
}

/// Whether a pod has all labels of the template.
fn is_fully_labeled<S: Replicated>(set: &S, labels: Option<&Labels>) -> bool {
    let wanted = set.template().and_then(|template| template.metadata.as_ref()).and_then(|meta| meta.labels.as_ref());
    wanted.into_iter().flatten().all(|(name, value)| labels.and_then(|labels| labels.get(name)) == Some(value))
}

impl Counts {
    /// Counts the pods.
    pub fn of<S: Replicated>(set: &S, active: &[Arc<Pod>], terminating: usize, now: Timestamp) -> Counts {
        let of = |question: &dyn Fn(&Pod) -> bool| active.iter().filter(|pod| question(pod)).count();
        Counts {
            active: active.len(),
            fully_labeled: of(&|pod| is_fully_labeled(set, pod.metadata.labels.as_ref())),
            ready: of(&pod_is_ready),
            available: of(&|pod| pod_is_available(pod, set.min_ready_seconds(), now)),
            terminating,
        }
    }

    /// The same from what the cache has counted; nothing if the pods themselves must be looked at: some are to be adopted, released
    /// or chosen from, or it matters since when they have been ready.
    pub fn by_tally<S: Replicated>(set: &S, caches: &Caches) -> Option<Counts> {
        let selector = set.selector();
        let adoptable = |pod: &Arc<Pod>| is_pod_active(pod) && selector.matches(pod.metadata.labels.as_ref());
        if set.min_ready_seconds() > 0 || caches.orphans_in::<Pod>(set.namespace()).any(adoptable) {
            return None;
        }
        let mut counts = Counts::default();
        for (labels, tally) in caches.tally(set.uid()) {
            if selector.matches(Some(labels)) {
                counts.active += tally.active;
                counts.ready += tally.ready;
                counts.available += tally.ready;
                counts.terminating += tally.terminating;
                counts.fully_labeled += if is_fully_labeled(set, Some(labels)) { tally.active } else { 0 };
            } else if tally.active > 0 {
                return None;
            }
        }
        if counts.active > usize::try_from(set.wanted()).unwrap_or(0) {
            return None;
        }
        debug_assert_eq!(counts.active, caches.owned_by::<Pod>(set.uid()).filter(|pod| is_pod_active(pod)).count(), "what is counted is there");
        debug_assert_eq!(counts.ready, caches.owned_by::<Pod>(set.uid()).filter(|pod| is_pod_active(pod) && pod_is_ready(pod)).count(), "what is counted is there");
        Some(counts)
    }
}

/// The status of a set that has so many pods; `failure` is why it could not make or remove some.
pub fn calculate<S: Replicated>(set: &S, counts: &Counts, failure: Option<&str>, now: Timestamp) -> ReplicaSetStatus {
    let mut status = ReplicaSetStatus {
        replicas: whole(counts.active),
        fully_labeled_replicas: count(counts.fully_labeled),
        ready_replicas: count(counts.ready),
        available_replicas: count(counts.available),
        terminating_replicas: S::REPORTS_TERMINATING.then(|| whole(counts.terminating)),
        ..set.status()
    };
    match (failure, get_condition(&status.conditions, REPLICA_FAILURE)) {
        (Some(message), None) => {
            let wanted = usize::try_from(set.wanted()).unwrap_or(0);
            let reason = if counts.active < wanted { "FailedCreate" } else { "FailedDelete" };
            replace_condition(&mut status.conditions, ReplicaSetCondition {
                type_: REPLICA_FAILURE.to_owned(),
                status: "True".to_owned(),
                reason: Some(reason.to_owned()),
                message: Some(message.to_owned()),
                last_transition_time: Timestamp::from_second(now.as_second()).ok().map(MetaTime),
            });
        }
        (None, Some(_)) => {
            remove_condition(&mut status.conditions, REPLICA_FAILURE);
        }
        _ => {}
    }
    status.conditions = status.conditions.filter(|conditions| !conditions.is_empty());
    status
}

/// Writes the status if it says anything new. One conflict is answered by reading the set afresh and writing again.
pub fn update<S: Replicated>(ctx: &mut Sync<'_>, set: &Arc<S>, mut status: ReplicaSetStatus) -> Result<Arc<S>, Stop> {
    let old = set.status();
    if status == old && old.observed_generation == set.meta().generation {
        return Ok(set.clone());
    }
    // The generation that was acted on, also when a later one is found on the second try.
    status.observed_generation = set.meta().generation;
    let key = Key::of_meta(set.meta());
    let updated = match ctx.update_status(set.with_status(status.clone()))? {
        Ok(updated) => updated,
        Err(_) => {
            let fresh = ctx.get_live::<S>(&key)??;
            ctx.update_status(fresh.with_status(status))??
        }
    };
    let written = updated.clone().into_object();
    ctx.remember(move |controller: &mut ReplicaSetController<S>| controller.writes.wrote(&key, &written));
    Ok(updated)
}

/// How long until the next of these pods has been ready for long enough to be available.
pub fn next_availability(pods: &[Arc<Pod>], min_ready_seconds: i32, now: Timestamp) -> Option<Duration> {
    let ready = pods.iter().filter(|pod| pod_is_ready(pod)).filter_map(|pod| pod_condition(pod, "Ready"));
    let waits = ready.filter_map(|condition| available_at(condition, min_ready_seconds)).filter(|at| *at > now);
    waits.min().and_then(|at| Duration::try_from(at.duration_since(now)).ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use podarium_api::ReplicaSet;
    use serde_json::json;

    fn pod(labels: serde_json::Value, ready_since: Option<&str>) -> Arc<Pod> {
        let ready = ready_since.map(|since| json!([{"type": "Ready", "status": "True", "lastTransitionTime": since}]));
        Arc::new(serde_json::from_value(json!({"metadata": {"labels": labels}, "status": {"conditions": ready}})).unwrap())
    }

    fn set(min_ready_seconds: i32) -> ReplicaSet {
        serde_json::from_value(json!({
            "spec": {"replicas": 4, "minReadySeconds": min_ready_seconds, "selector": {"matchLabels": {"app": "web"}},
                "template": {"metadata": {"labels": {"app": "web", "tier": "front"}}}},
        }))
        .unwrap()
    }

    #[test]
    fn pods_are_counted_by_labels_readiness_and_availability() {
        let now = "2026-01-05T09:00:20Z".parse().unwrap();
        let pods = [
            pod(json!({"app": "web"}), None),
            pod(json!({"app": "web", "tier": "front"}), Some("2026-01-05T09:00:05Z")),
            pod(json!({"app": "web", "tier": "front", "x": "y"}), Some("2026-01-05T09:00:15Z")),
        ];
        let status = calculate(&set(10), &Counts::of(&set(10), &pods, 2, now), None, now);
        let counts = (status.replicas, status.fully_labeled_replicas, status.ready_replicas, status.available_replicas, status.terminating_replicas);
        assert_eq!(counts, (3, Some(2), Some(2), Some(1), Some(2)));
        assert_eq!(next_availability(&pods, 10, now), Some(Duration::from_secs(5)));
    }

    #[test]
    fn a_failure_becomes_a_condition_and_goes_when_it_is_over() {
        let now = "2026-01-05T09:00:20Z".parse().unwrap();
        let mut set = set(0);
        let failed = calculate(&set, &Counts::default(), Some("quota"), now);
        let condition = get_condition(&failed.conditions, REPLICA_FAILURE).unwrap();
        assert_eq!((condition.reason.as_deref(), condition.message.as_deref()), (Some("FailedCreate"), Some("quota")));
        set.status = Arc::new(failed);
        assert_eq!(calculate(&set, &Counts::default(), None, now).conditions, None);
    }
}
