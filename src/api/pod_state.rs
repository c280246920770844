//! Questions about a pod that many components ask: is it ready, available, over, active?
//!
//! Models: pkg/api/v1/pod/util.go, pkg/controller/controller_utils.go, pkg/apis/core/v1/helper/qos, v1.36.
//! Simplified: nothing of what is here.

use std::time::Duration;

use jiff::Timestamp;
use k8s_openapi::api::core::v1::{ContainerStatus, PodCondition, PodSpec, ResourceRequirements};

use crate::condition::{Condition as _, get_condition};
use crate::quantity::Quantity;
use crate::resource::ResourceList;
use crate::{Pod, owner};

/// `Pending`, `Running`, `Succeeded`, `Failed`, `Unknown`, or empty.
pub fn phase(pod: &Pod) -> &str {
    pod.status.phase.as_deref().unwrap_or_default()
}

/// The node that the pod is bound to, if any.
pub fn node_name(pod: &Pod) -> Option<&str> {
    pod.spec.node_name.as_deref().filter(|name| !name.is_empty())
}

pub fn pod_condition<'a>(pod: &'a Pod, type_: &str) -> Option<&'a PodCondition> {
    get_condition(&pod.status.conditions, type_)
}

pub fn pod_is_ready(pod: &Pod) -> bool {
    pod_condition(pod, "Ready").is_some_and(|condition| condition.is_true())
}

/// Ready, and for at least `min_ready_seconds`.
pub fn pod_is_available(pod: &Pod, min_ready_seconds: i32, now: Timestamp) -> bool {
    let Some(ready) = pod_condition(pod, "Ready").filter(|condition| condition.is_true()) else { return false };
    min_ready_seconds == 0
        || available_at(ready, min_ready_seconds).is_some_and(|at| at <= now)
}

/// When a ready pod becomes available, for those who want to look again at that moment.
pub fn available_at(ready: &PodCondition, min_ready_seconds: i32) -> Option<Timestamp> {
    let wait = Duration::from_secs(u64::try_from(min_ready_seconds).unwrap_or(0));
    ready.last_transition_time.as_ref()?.0.checked_add(wait).ok()
}

/// Whether all containers are over for good: `Succeeded` or `Failed`.
pub fn is_pod_terminal(pod: &Pod) -> bool {
    matches!(phase(pod), "Succeeded" | "Failed")
}

/// Counts as a replica: neither over nor being deleted.
pub fn is_pod_active(pod: &Pod) -> bool {
    !is_pod_terminal(pod) && !owner::is_terminating(&pod.metadata)
}

/// The status of the container of this name.
pub fn container_status<'a>(pod: &'a Pod, name: &str) -> Option<&'a ContainerStatus> {
    let status = &pod.status;
    let lists = [&status.container_statuses, &status.init_container_statuses, &status.ephemeral_container_statuses];
    lists.into_iter().flatten().flatten().find(|container| container.name == name)
}

/// How often the pod's containers have been restarted, the largest count of all.
pub fn max_restarts(pod: &Pod) -> i32 {
    let statuses = pod.status.container_statuses.iter().chain(&pod.status.init_container_statuses).flatten();
    statuses.map(|status| status.restart_count).max().unwrap_or(0)
}

/// `Guaranteed`: every container has equal requests and limits of CPU and memory. `BestEffort`: none has any.
/// `Burstable`: all others.
pub fn qos_class(spec: &PodSpec) -> &'static str {
    let (mut requests, mut limits) = (ResourceList::new(), ResourceList::new());
    let mut all_limited = true;
    let containers = spec.containers.iter().chain(spec.init_containers.iter().flatten());
    let parts: Vec<Option<&ResourceRequirements>> = match &spec.resources {
        Some(whole_pod) => vec![Some(whole_pod)],
        None => containers.map(|container| container.resources.as_ref()).collect(),
    };
    for part in parts {
        let mut limited = 0;
        for (total, amounts, is_limit) in [
            (&mut requests, part.and_then(|part| part.requests.as_ref()), false),
            (&mut limits, part.and_then(|part| part.limits.as_ref()), true),
        ] {
            for (name, raw) in amounts.into_iter().flatten().filter(|(name, _)| matches!(name.as_str(), "cpu" | "memory")) {
                let amount = Quantity::of(raw);
                if amount.sign() > 0 {
                    *total.entry(name.clone()).or_default() += amount;
                    limited += i32::from(is_limit);
                }
            }
        }
        all_limited &= limited == 2;
    }
    if requests.is_empty() && limits.is_empty() {
        "BestEffort"
    } else if all_limited && requests == limits {
        "Guaranteed"
    } else {
        "Burstable"
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn pod(value: serde_json::Value) -> Pod {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn a_pod_is_available_once_it_was_ready_long_enough() {
        let pod = pod(json!({"status": {"conditions": [{"type": "Ready", "status": "True", "lastTransitionTime": "2026-01-05T09:00:00Z"}]}}));
        let at = |second: i64| Timestamp::from_second(1_767_603_600 + second).unwrap();
        assert!(pod_is_ready(&pod));
        assert!(pod_is_available(&pod, 0, at(0)));
        assert!(!pod_is_available(&pod, 10, at(9)));
        assert!(pod_is_available(&pod, 10, at(10)));
    }

    #[test]
    fn the_quality_of_service_follows_from_requests_and_limits() {
        let all = json!({"cpu": "1", "memory": "1Gi"});
        let cases = [
            (json!([{}]), "BestEffort"),
            (json!([{"requests": {"cpu": "0"}}]), "BestEffort"),
            (json!([{"requests": {"cpu": "1"}}]), "Burstable"),
            (json!([{"limits": all, "requests": all}]), "Guaranteed"),
            (json!([{"limits": all, "requests": all}, {}]), "Burstable"),
            (json!([{"limits": all, "requests": {"cpu": "500m", "memory": "1Gi"}}]), "Burstable"),
            (json!([{"limits": {"cpu": "1"}, "requests": {"cpu": "1"}}]), "Burstable"),
            (json!([{"requests": {"ephemeral-storage": "1Gi"}}]), "BestEffort"),
        ];
        for (resources, class) in cases {
            let containers: Vec<_> = resources.as_array().unwrap().iter().map(|part| json!({"name": "c", "resources": part})).collect();
            let pod = pod(json!({"spec": {"containers": containers}}));
            assert_eq!(qos_class(&pod.spec), class, "{resources}");
        }
    }
}
