//! The status of a budget: who is healthy, who was evicted but is not gone yet, how many more may go.
//!
//! Models: pkg/controller/disruption/disruption.go (buildDisruptedPodMap, countHealthyPods, updatePdbStatus), v1.36.
//! Simplified: nothing.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use k8s_openapi::api::policy::v1::PodDisruptionBudgetStatus;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{LabelSelector as RawSelector, Time};
use podarium_api::disruption::{condition_is_current, update_condition};
use podarium_api::owner::is_terminating;
use podarium_api::pod_state::pod_is_ready;
use podarium_api::{Pod, PodDisruptionBudget, Resource as _};

use super::scale::Expected;

/// An evicted pod counts as gone for so long; if it is still there then, its deletion did not happen.
const DELETION_TIMEOUT: SignedDuration = SignedDuration::from_mins(2);

pub(super) struct Disrupted {
    /// The pods that were evicted and are to be marked as deleted soon, with the time of their eviction.
    pub waiting: BTreeMap<String, Time>,
    /// Those that were evicted but never deleted.
    pub never_deleted: Vec<Arc<Pod>>,
    pub look_again: Option<Duration>,
}

fn deadline(evicted: &Time) -> Timestamp {
    evicted.0.checked_add(DELETION_TIMEOUT).unwrap_or(Timestamp::MAX)
}

pub(super) fn disrupted(budget: &PodDisruptionBudget, pods: &[Arc<Pod>], now: Timestamp) -> Disrupted {
    let mut out = Disrupted { waiting: BTreeMap::new(), never_deleted: Vec::new(), look_again: None };
    let Some(evicted) = &budget.status.disrupted_pods else { return out };
    for pod in pods.iter().filter(|pod| !is_terminating(&pod.metadata)) {
        let Some(time) = evicted.get(pod.name()) else { continue };
        let until = deadline(time);
        if until < now {
            out.never_deleted.push(pod.clone());
            continue;
        }
        let wait = Duration::try_from(until.duration_since(now)).unwrap_or_default();
        out.look_again = Some(out.look_again.map_or(wait, |soonest| soonest.min(wait)));
        out.waiting.insert(pod.name().to_owned(), time.clone());
    }
    out
}

pub(super) fn healthy(pods: &[Arc<Pod>], waiting: &BTreeMap<String, Time>, now: Timestamp) -> i32 {
    let leaving = |pod: &Pod| is_terminating(&pod.metadata) || waiting.get(pod.name()).is_some_and(|time| deadline(time) > now);
    let healthy = pods.iter().filter(|pod| !leaving(pod) && pod_is_ready(pod)).count();
    i32::try_from(healthy).unwrap_or(i32::MAX)
}

/// The budget with its new status, or none if it says nothing new.
pub(super) fn next(budget: &PodDisruptionBudget, healthy: i32, expected: &Expected, waiting: BTreeMap<String, Time>, now: Time) -> Option<PodDisruptionBudget> {
    // Without any expected pod nothing is allowed: the first pods may be coming.
    let allowed = if expected.count <= 0 { 0 } else { (healthy - expected.desired_healthy).max(0) };
    let old = &budget.status;
    let mut status = PodDisruptionBudgetStatus {
        current_healthy: Some(healthy),
        desired_healthy: Some(expected.desired_healthy),
        expected_pods: Some(expected.count),
        disruptions_allowed: Some(allowed),
        disrupted_pods: (!waiting.is_empty()).then_some(waiting),
        observed_generation: budget.metadata.generation,
        conditions: old.conditions.clone(),
    };
    let counts = |status: &PodDisruptionBudgetStatus| {
        [status.current_healthy, status.desired_healthy, status.expected_pods, status.disruptions_allowed].map(|count| count.unwrap_or(0))
    };
    let pods = |status: &PodDisruptionBudgetStatus| status.disrupted_pods.clone().unwrap_or_default();
    if counts(&status) == counts(old) && pods(&status) == pods(old) && condition_is_current(budget) {
        return None;
    }
    update_condition(&mut status, now);
    Some(PodDisruptionBudget { status: Arc::new(status), ..budget.clone() })
}

/// A selector as Go prints the struct.
pub(in super::super) fn go_selector(selector: Option<&RawSelector>) -> String {
    let Some(selector) = selector else { return "nil".to_owned() };
    let labels: String = selector.match_labels.iter().flatten().map(|(key, value)| format!("{key}: {value},")).collect();
    let expressions: String = selector
        .match_expressions
        .iter()
        .flatten()
        .map(|one| {
            let values = one.values.clone().unwrap_or_default().join(" ");
            format!("LabelSelectorRequirement{{Key:{},Operator:{},Values:[{values}],}},", one.key, one.operator)
        })
        .collect();
    format!("&LabelSelector{{MatchLabels:map[string]string{{{labels}}},MatchExpressions:[]LabelSelectorRequirement{{{expressions}}},}}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_767_603_600 + second).unwrap()
    }

    fn pod(name: &str, ready: bool, going: bool) -> Arc<Pod> {
        let deletion = going.then(|| at(0).to_string());
        let status = if ready { "True" } else { "False" };
        Arc::new(serde_json::from_value(json!({"metadata": {"name": name, "deletionTimestamp": deletion}, "status": {"conditions": [{"type": "Ready", "status": status}]}})).unwrap())
    }

    fn budget(status: Value) -> PodDisruptionBudget {
        serde_json::from_value(json!({"metadata": {"name": "b", "generation": 1}, "status": status})).unwrap()
    }

    #[test]
    fn an_evicted_pod_counts_as_gone_for_two_minutes() {
        let budget = budget(json!({"disruptedPods": {"a": at(0).to_string(), "gone": at(0).to_string(), "b": at(-200).to_string()}}));
        let pods = [pod("a", true, false), pod("b", true, false), pod("c", false, false), pod("d", true, true)];
        let disrupted = disrupted(&budget, &pods, at(30));
        assert_eq!(disrupted.waiting.keys().collect::<Vec<_>>(), ["a"]);
        assert_eq!(disrupted.never_deleted, [pods[1].clone()]);
        assert_eq!(disrupted.look_again, Some(Duration::from_secs(90)));
        assert_eq!(healthy(&pods, &disrupted.waiting, at(30)), 1, "b alone: a is leaving, c is not ready, d is going");
    }

    #[test]
    fn what_may_go_is_what_is_more_than_needed() {
        for (healthy, desired, count, allowed) in [(3, 2, 3, 1), (2, 2, 3, 0), (1, 2, 3, 0), (3, 0, 0, 0), (5, 2, 5, 3)] {
            let expected = Expected { count, desired_healthy: desired, unmanaged: false };
            let next = next(&budget(json!({})), healthy, &expected, BTreeMap::new(), Time(at(0))).unwrap();
            assert_eq!(next.status.disruptions_allowed, Some(allowed), "{healthy} of {count} are healthy, {desired} needed");
            let condition = &next.status.conditions.as_ref().unwrap()[0];
            let reason = if allowed > 0 { ("True", "SufficientPods") } else { ("False", "InsufficientPods") };
            assert_eq!((condition.status.as_str(), condition.reason.as_str(), condition.observed_generation), (reason.0, reason.1, Some(1)));
            assert!(super::next(&next, healthy, &expected, BTreeMap::new(), Time(at(9))).is_none(), "nothing new to say");
        }
    }

    #[test]
    fn a_selector_is_shown_as_go_shows_it() {
        let selector: RawSelector = serde_json::from_value(json!({"matchLabels": {"app": "web"}, "matchExpressions": [{"key": "tier", "operator": "In", "values": ["a", "b"]}]})).unwrap();
        assert_eq!(
            go_selector(Some(&selector)),
            "&LabelSelector{MatchLabels:map[string]string{app: web,},MatchExpressions:[]LabelSelectorRequirement{LabelSelectorRequirement{Key:tier,Operator:In,Values:[a b],},},}"
        );
    }
}
