//! Which pod dies when a ReplicaSet has too many: the one whose loss hurts least comes first.
//!
//! In this order: not on a node yet; pending; not ready; a lower `controller.kubernetes.io/pod-deletion-cost`; on a node
//! with more pods of the same Deployment; ready for a shorter time; restarted more often; younger. Times are compared by
//! the power of two in which they lie, so that among pods of about the same age chance (the uid) decides.
//!
//! Models: pkg/controller/controller_utils.go (ActivePodsWithRanks), v1.36.
//! Simplified: nothing.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use podarium_api::pod_state::{is_pod_active, node_name, phase, pod_condition, pod_is_ready};
use podarium_api::resource::is_sidecar;
use podarium_api::{Pod, Resource as _};

const DELETION_COST: &str = "controller.kubernetes.io/pod-deletion-cost";

/// The `count` pods to delete out of `pods`. `related` are the pods of all ReplicaSets of the same owner.
pub fn pods_to_delete(pods: &[Arc<Pod>], related: &[Arc<Pod>], count: usize, now: Timestamp) -> Vec<Arc<Pod>> {
    if count >= pods.len() {
        return pods.to_vec();
    }
    let mut on_node: BTreeMap<&str, usize> = BTreeMap::new();
    for pod in related.iter().filter(|pod| is_pod_active(pod)) {
        *on_node.entry(node_name(pod).unwrap_or_default()).or_default() += 1;
    }
    let neighbours = |pod: &Pod| on_node.get(node_name(pod).unwrap_or_default()).copied().unwrap_or(0);
    // The order need not be transitive (uids decide between some pairs and ages between others), which a library sort
    // may refuse; insertion takes any comparison.
    let mut ranked: Vec<(&Arc<Pod>, usize)> = Vec::with_capacity(pods.len());
    for pod in pods {
        let rank = neighbours(pod);
        let place = ranked.partition_point(|(other, other_rank)| compare(other, *other_rank, pod, rank, now) != Ordering::Greater);
        ranked.insert(place, (pod, rank));
    }
    ranked.into_iter().take(count).map(|(pod, _)| pod.clone()).collect()
}

/// `Less` when `a` should go before `b`. The ranks say how many pods of the owner are on the node of each.
fn compare(a: &Pod, a_rank: usize, b: &Pod, b_rank: usize, now: Timestamp) -> Ordering {
    let both_ready = pod_is_ready(a) && pod_is_ready(b);
    let by_ready_time = || if both_ready { younger_first(a, b, ready_since(a), ready_since(b), now) } else { Ordering::Equal };
    let by_age = || younger_first(a, b, created(a), created(b), now);
    (node_name(a).is_some().cmp(&node_name(b).is_some()))
        .then_with(|| phase_order(a).cmp(&phase_order(b)))
        .then_with(|| pod_is_ready(a).cmp(&pod_is_ready(b)))
        .then_with(|| deletion_cost(a).cmp(&deletion_cost(b)))
        .then_with(|| b_rank.cmp(&a_rank))
        .then_with(by_ready_time)
        .then_with(|| restarts(b).cmp(&restarts(a)))
        .then_with(by_age)
}

fn phase_order(pod: &Pod) -> u8 {
    match phase(pod) {
        "Unknown" => 1,
        "Running" => 2,
        _ => 0,
    }
}

/// An annotation that is no number counts as none: 0.
fn deletion_cost(pod: &Pod) -> i32 {
    let text = pod.metadata.annotations.as_ref().and_then(|annotations| annotations.get(DELETION_COST));
    let plain = |text: &&String| !text.starts_with('+') && (*text == "0" || !text.trim_start_matches('-').starts_with('0'));
    text.filter(plain).and_then(|text| text.parse().ok()).unwrap_or(0)
}

/// Of containers and of sidecars; the first decides.
fn restarts(pod: &Pod) -> (i32, i32) {
    let most = |counts: &mut dyn Iterator<Item = i32>| counts.max().unwrap_or(0);
    let sidecar = |name: &str| pod.spec.init_containers.iter().flatten().any(|container| container.name == name && is_sidecar(container));
    let containers = most(&mut pod.status.container_statuses.iter().flatten().map(|status| status.restart_count));
    let init = pod.status.init_container_statuses.iter().flatten().filter(|status| sidecar(&status.name));
    (containers, most(&mut init.map(|status| status.restart_count)))
}

fn ready_since(pod: &Pod) -> Option<Timestamp> {
    pod_condition(pod, "Ready").and_then(|condition| condition.last_transition_time.as_ref()).map(|time| time.0)
}

fn created(pod: &Pod) -> Option<Timestamp> {
    pod.metadata.creation_timestamp.as_ref().map(|time| time.0)
}

/// A missing time counts as the youngest. Ages within the same power of two are equal, and the uid decides.
fn younger_first(a: &Pod, b: &Pod, a_time: Option<Timestamp>, b_time: Option<Timestamp>, now: Timestamp) -> Ordering {
    match (a_time, b_time) {
        _ if a_time == b_time => Ordering::Equal,
        (None, _) => Ordering::Less,
        (_, None) => Ordering::Greater,
        (Some(a_time), Some(b_time)) => {
            magnitude(now, a_time).cmp(&magnitude(now, b_time)).then_with(|| a.uid().cmp(b.uid()))
        }
    }
}

/// The binary logarithm of the age in nanoseconds, rounded down; -1 for no age.
fn magnitude(now: Timestamp, then: Timestamp) -> i64 {
    let nanos = now.duration_since(then).as_nanos();
    u128::try_from(nanos).ok().and_then(u128::checked_ilog2).map_or(-1, i64::from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    const NOW: i64 = 1_767_603_600;

    /// A pod with these differences to a running, ready one on node `n`, ready for 100 s and created 200 s ago.
    fn pod(name: &str, change: Value) -> Arc<Pod> {
        let at = |ago: i64| Timestamp::from_second(NOW - ago).unwrap().to_string();
        let ready_ago = change["readyAgo"].as_i64().unwrap_or(100);
        let mut pod = json!({
            "metadata": {"name": name, "uid": name, "creationTimestamp": at(change["createdAgo"].as_i64().unwrap_or(200))},
            "spec": {"containers": [], "nodeName": "n"},
            "status": {
                "phase": "Running",
                "conditions": [{"type": "Ready", "status": "True", "lastTransitionTime": at(ready_ago)}],
                "containerStatuses": [{"name": "c", "restartCount": change["restarts"].as_i64().unwrap_or(0), "image": "", "imageID": "", "ready": true}],
            },
        });
        if change["pod"].is_object() {
            json_patch::merge(&mut pod, &change["pod"]);
        }
        Arc::new(serde_json::from_value(pod).unwrap())
    }

    fn first_to_go(pods: &[Arc<Pod>], related: &[Arc<Pod>]) -> String {
        let doomed = pods_to_delete(pods, related, 1, Timestamp::from_second(NOW).unwrap());
        doomed[0].name().to_owned()
    }

    #[test]
    fn each_rule_decides_before_the_next() {
        let unready = json!({"conditions": [{"type": "Ready", "status": "False"}]});
        let cost = |cost: &str| json!({"annotations": {DELETION_COST: cost}});
        let cases = [
            ("no node yet", json!({"pod": {"spec": {"nodeName": null}}}), json!({"pod": {"status": {"phase": "Pending"}}})),
            ("pending", json!({"pod": {"status": {"phase": "Pending"}}}), json!({"pod": {"status": unready}})),
            ("not ready", json!({"pod": {"status": unready}}), json!({"pod": {"metadata": cost("-5")}})),
            ("cheaper", json!({"pod": {"metadata": cost("-5")}}), json!({"readyAgo": 1})),
            ("ready for less time", json!({"readyAgo": 10}), json!({"restarts": 3})),
            ("restarted more", json!({"restarts": 3}), json!({"createdAgo": 1})),
            ("younger", json!({"createdAgo": 10}), json!({})),
        ];
        for (why, doomed, spared) in cases {
            let (doomed, spared) = (pod("z", doomed), pod("a", spared));
            assert_eq!(first_to_go(&[doomed.clone(), spared.clone()], &[]), "z", "{why}");
            assert_eq!(first_to_go(&[spared, doomed], &[]), "z", "{why}, in the other order");
        }
    }

    #[test]
    fn a_pod_with_neighbours_goes_before_one_that_is_alone() {
        let crowded = pod("z", json!({}));
        let alone = pod("a", json!({"readyAgo": 1, "pod": {"spec": {"nodeName": "m"}}}));
        let neighbour = pod("n", json!({}));
        let related = [crowded.clone(), alone.clone(), neighbour];
        assert_eq!(first_to_go(&[alone, crowded], &related), "z");
    }

    #[test]
    fn among_pods_of_about_the_same_age_the_uid_decides() {
        let pods = [pod("b", json!({"readyAgo": 90})), pod("a", json!({"readyAgo": 100}))];
        assert_eq!(first_to_go(&pods, &[]), "a");
    }

    #[test]
    fn a_cost_that_is_no_number_is_no_cost() {
        for (text, cost) in [("10", 10), ("-1", -1), ("+1", 0), ("01", 0), ("x", 0), ("0", 0)] {
            let pod = pod("a", json!({"pod": {"metadata": {"annotations": {DELETION_COST: text}}}}));
            assert_eq!(deletion_cost(&pod), cost, "{text}");
        }
    }
}
