//! What a pod as a whole has, as the kubelet reads it back from the pod's control group: the kernel keeps a weight from 1
//! to 10000 in the place of thousandths of a CPU, so 100m come back as 79m.
//!
//! Models: pkg/kubelet/kubelet_pods.go (convertToAPIPodLevelResourcesStatus), pkg/kubelet/cm/{helpers_linux.go,
//! cgroup_manager_linux.go,cgroup_v2_manager_linux.go}, v1.36.
//! Simplified: control groups are of version 2.

use k8s_openapi::api::core::v1::{PodSpec, PodStatus, ResourceRequirements};
use podarium_api::Pod;
use podarium_api::pod_state::qos_class;
use podarium_api::quantity::Quantity;
use podarium_api::resource::{pod_limits, pod_requests, raw_resource_list, resource_list};

/// Shares, quotas and weights as the kernel has them.
const SHARES_OF_CPU: i64 = 1024;
const LEAST_SHARES: i64 = 2;
const MOST_SHARES: i64 = 262_144;
const MOST_WEIGHT: i64 = 10_000;
const PERIOD_MICROS: i64 = 100_000;
const LEAST_QUOTA_MICROS: i64 = 1000;
/// A limit that is not above this is told as it was asked for.
const LEAST_LIMIT_MILLIS: i64 = 10;

/// The CPU that a request comes back as.
fn request_read_back(millis: i64) -> i64 {
    let shares = (millis * SHARES_OF_CPU / 1000).clamp(LEAST_SHARES, MOST_SHARES);
    let (span, steps) = (MOST_SHARES - LEAST_SHARES, MOST_WEIGHT - 1);
    let steps_up = (shares - LEAST_SHARES) * steps / span;
    let shares = steps_up * span / steps + LEAST_SHARES;
    (shares * 1000 + SHARES_OF_CPU - 1) / SHARES_OF_CPU
}

fn limit_read_back(millis: i64) -> i64 {
    (millis * PERIOD_MICROS / 1000).max(LEAST_QUOTA_MICROS) * 1000 / PERIOD_MICROS
}

/// The limit of the pod's control group: none if a container has none, unless the whole pod has one.
fn group_limit(spec: &PodSpec, name: &str) -> Option<Quantity> {
    let of = |resources: &Option<ResourceRequirements>| resource_list(resources.as_ref().and_then(|part| part.limits.as_ref())).get(name).copied().unwrap_or_default();
    let mut containers = spec.containers.iter().chain(spec.init_containers.iter().flatten());
    let is_declared = !of(&spec.resources).is_zero() || containers.all(|container| !of(&container.resources).is_zero());
    let limit = pod_limits(spec).get(name).copied().filter(|limit| !limit.is_zero());
    match qos_class(spec) {
        "Guaranteed" => limit,
        "Burstable" if is_declared => limit,
        _ => None,
    }
}

/// `status.resources` of a pod. `pod` has what is allocated to it, and the status that the API server knows.
pub(super) fn resources(pod: &Pod, old: &PodStatus) -> ResourceRequirements {
    let spec = &pod.spec;
    let some = |amounts: std::collections::BTreeMap<_, _>| (!amounts.is_empty()).then_some(amounts);
    let (asked, most) = (pod_requests(spec), pod_limits(spec));
    let of_pod = spec.resources.clone().unwrap_or_default();
    if pod.status.phase.as_deref() != Some("Running") {
        return ResourceRequirements { requests: some(raw_resource_list(&asked)), limits: some(raw_resource_list(&most)), ..of_pod };
    }
    let was = old.resources.as_ref().filter(|_| old.phase.as_deref() == Some("Running"));
    let was_request = |name: &str| was.and_then(|was| was.requests.as_ref()?.get(name).cloned());
    let was_limit = |name: &str| was.and_then(|was| was.limits.as_ref()?.get(name).cloned());
    let (mut requests, mut limits) = (of_pod.requests.clone().unwrap_or_default(), of_pod.limits.clone().unwrap_or_default());
    let millis = |amount: Option<&k8s_openapi::apimachinery::pkg::api::resource::Quantity>| amount.map_or(0, |amount| Quantity::of(amount).milli_value());

    let request = request_read_back(asked.get("cpu").map_or(0, |amount| amount.milli_value()));
    if request > LEAST_SHARES || millis(requests.get("cpu")) > LEAST_SHARES {
        requests.insert("cpu".to_owned(), Quantity::from_millis(request).into_raw());
    }
    if !requests.contains_key("memory")
        && let Some(memory) = asked.get("memory")
    {
        requests.insert("memory".to_owned(), memory.into_raw());
    }
    requests.extend(was_request("memory").map(|amount| ("memory".to_owned(), amount)));
    match group_limit(spec, "cpu").map(|limit| limit_read_back(limit.milli_value())) {
        Some(limit) if limit > LEAST_LIMIT_MILLIS || millis(limits.get("cpu")) > LEAST_LIMIT_MILLIS => drop(limits.insert("cpu".to_owned(), Quantity::from_millis(limit).into_raw())),
        Some(_) => {}
        None => limits.extend(was_limit("cpu").map(|amount| ("cpu".to_owned(), amount))),
    }
    let memory = group_limit(spec, "memory").map(|limit| Quantity::from_bytes(limit.value()).into_raw());
    limits.extend(memory.or_else(|| was_limit("memory")).map(|amount| ("memory".to_owned(), amount)));
    ResourceRequirements { requests: some(requests), limits: some(limits), ..of_pod }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn amounts_are_rounded_as_the_kernel_keeps_them() {
        for (millis, read) in [(0, 2), (1, 2), (2, 2), (100, 79), (150, 130), (250, 232), (500, 489), (1000, 975), (2000, 1999), (300_000, 256_000)] {
            assert_eq!(request_read_back(millis), read, "{millis}");
        }
        for (millis, read) in [(1, 10), (10, 10), (200, 200), (1500, 1500)] {
            assert_eq!(limit_read_back(millis), read, "{millis}");
        }
    }

    fn pod(phase: &str, containers: &Value, whole: &Value) -> Pod {
        serde_json::from_value(json!({"metadata": {"name": "p"}, "spec": {"containers": containers, "resources": whole}, "status": {"phase": phase}})).expect("a pod")
    }

    #[test]
    fn a_pod_that_runs_tells_what_its_control_group_has() {
        let container = |name: &str, resources: Value| json!({"name": name, "resources": resources});
        let limited = container("a", json!({"requests": {"cpu": "100m", "memory": "32Mi"}, "limits": {"cpu": "200m", "memory": "64Mi", "ephemeral-storage": "5Mi"}}));
        let free = container("b", json!({}));
        let cases = [
            ("Pending", json!([limited]), Value::Null, json!({}), json!({"requests": {"cpu": "100m", "memory": "32Mi"}, "limits": {"cpu": "200m", "memory": "64Mi", "ephemeral-storage": "5Mi"}})),
            ("Running", json!([limited]), Value::Null, json!({}), json!({"requests": {"cpu": "79m", "memory": "32Mi"}, "limits": {"cpu": "200m", "memory": "64Mi"}})),
            // Its old memory request stays; where the group has no limit the old one does, if there was one.
            ("Running", json!([limited, free]), Value::Null, json!({"phase": "Running", "resources": {"requests": {"memory": "16Mi"}, "limits": {"memory": "1Mi"}}}), json!({"requests": {"cpu": "79m", "memory": "16Mi"}, "limits": {"memory": "1Mi"}})),
            ("Running", json!([limited, free]), Value::Null, json!({"phase": "Pending", "resources": {"limits": {"memory": "1Mi"}}}), json!({"requests": {"cpu": "79m", "memory": "32Mi"}})),
            ("Running", json!([free]), Value::Null, json!({}), json!({})),
            ("Running", json!([limited, free]), json!({"requests": {"cpu": "200m"}, "limits": {"cpu": "400m", "memory": "128Mi"}}), json!({}), json!({"requests": {"cpu": "181m", "memory": "32Mi"}, "limits": {"cpu": "400m", "memory": "128Mi"}})),
        ];
        for (phase, containers, whole, old, expected) in cases {
            let old: PodStatus = serde_json::from_value(old).expect("a status");
            assert_eq!(serde_json::to_value(resources(&pod(phase, &containers, &whole), &old)).expect("JSON"), expected, "{phase} {containers}");
        }
    }
}
