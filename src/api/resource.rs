//! What a pod asks of its node: the sum over its containers, or what its largest init container needs if that is more.
//!
//! Worked example: containers of 200m and 300m, a sidecar of 100m, an init container of 700m that starts after the
//! sidecar: max(200 + 300 + 100, 700 + 100) = 800m.
//!
//! Models: staging/src/k8s.io/component-helpers/resource/helpers.go, pkg/scheduler/util/pod_resources.go, v1.36.
//! Simplified: in-place resizing and dynamic resource claims.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{Container, PodSpec, ResourceRequirements};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity as RawQuantity;

use crate::quantity::Quantity;

/// Amounts by resource name (`cpu`, `memory`, `ephemeral-storage`, `pods`, `example.com/gpu`).
pub type ResourceList = BTreeMap<String, Quantity>;

/// What scoring takes for a container that states no CPU request, so that such pods spread too.
pub const DEFAULT_CPU_REQUEST: Quantity = Quantity::from_millis(100);
/// The same for memory: 200 MiB.
pub const DEFAULT_MEMORY_REQUEST: Quantity = Quantity::from_bytes(200 * 1024 * 1024);

/// Reads a list of amounts, as in `status.allocatable`.
pub fn resource_list(raw: Option<&BTreeMap<String, RawQuantity>>) -> ResourceList {
    raw.into_iter().flatten().map(|(name, amount)| (name.clone(), Quantity::of(amount))).collect()
}

/// The other way around, for writing a status.
pub fn raw_resource_list(list: &ResourceList) -> BTreeMap<String, RawQuantity> {
    list.iter().map(|(name, amount)| (name.clone(), amount.into_raw())).collect()
}

pub fn add(total: &mut ResourceList, more: &ResourceList) {
    for (name, amount) in more {
        *total.entry(name.clone()).or_default() += *amount;
    }
}

fn raise_to(total: &mut ResourceList, least: &ResourceList) {
    for (name, amount) in least {
        let held = total.entry(name.clone()).or_insert(*amount);
        if *amount > *held {
            *held = *amount;
        }
    }
}

/// An init container that keeps running beside the containers.
pub fn is_sidecar(container: &Container) -> bool {
    container.restart_policy.as_deref() == Some("Always")
}

/// What the pod requests, for deciding whether it fits.
pub fn pod_requests(spec: &PodSpec) -> ResourceList {
    requests(spec, |container| resource_list(container.resources.as_ref().and_then(|part| part.requests.as_ref())))
}

/// What the pod requests with 100m and 200Mi for each container that says nothing, for scoring.
pub fn pod_requests_nonzero(spec: &PodSpec) -> ResourceList {
    requests(spec, |container| {
        let mut list = resource_list(container.resources.as_ref().and_then(|part| part.requests.as_ref()));
        list.entry("cpu".to_owned()).or_insert(DEFAULT_CPU_REQUEST);
        list.entry("memory".to_owned()).or_insert(DEFAULT_MEMORY_REQUEST);
        list
    })
}

fn requests(spec: &PodSpec, of: impl Fn(&Container) -> ResourceList) -> ResourceList {
    let mut total = aggregate(spec, of);
    override_with(&mut total, spec.resources.as_ref().and_then(|whole_pod| whole_pod.requests.as_ref()));
    add(&mut total, &resource_list(spec.overhead.as_ref()));
    total
}

/// What the pod may use at most. Overhead counts only towards resources that have a limit.
pub fn pod_limits(spec: &PodSpec) -> ResourceList {
    let limits = |part: &Option<ResourceRequirements>| resource_list(part.as_ref().and_then(|part| part.limits.as_ref()));
    let mut total = aggregate(spec, |container| limits(&container.resources));
    override_with(&mut total, spec.resources.as_ref().and_then(|whole_pod| whole_pod.limits.as_ref()));
    for (name, amount) in resource_list(spec.overhead.as_ref()) {
        if let Some(limit) = total.get_mut(&name).filter(|limit| !limit.is_zero()) {
            *limit += amount;
        }
    }
    total
}

/// Amounts stated for the whole pod count instead of those of its containers.
fn override_with(total: &mut ResourceList, whole_pod: Option<&BTreeMap<String, RawQuantity>>) {
    for (name, amount) in resource_list(whole_pod) {
        if matches!(name.as_str(), "cpu" | "memory") || name.starts_with("hugepages-") {
            total.insert(name, amount);
        }
    }
}

fn aggregate(spec: &PodSpec, of: impl Fn(&Container) -> ResourceList) -> ResourceList {
    let mut total = ResourceList::new();
    for container in &spec.containers {
        add(&mut total, &of(container));
    }
    let (mut sidecars, mut init) = (ResourceList::new(), ResourceList::new());
    for container in spec.init_containers.iter().flatten() {
        let own = of(container);
        let mut at_this_step = sidecars.clone();
        add(&mut at_this_step, &own);
        if is_sidecar(container) {
            add(&mut total, &own);
            sidecars.clone_from(&at_this_step);
        }
        raise_to(&mut init, &at_this_step);
    }
    raise_to(&mut total, &init);
    total
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn cpu(of: fn(&PodSpec) -> ResourceList, spec: serde_json::Value) -> String {
        let spec: PodSpec = serde_json::from_value(spec).unwrap();
        of(&spec).get("cpu").copied().unwrap_or_default().to_string()
    }

    #[test]
    fn a_pod_requests_the_most_that_it_ever_needs() {
        let part = |cpu: &str| json!({"name": "c", "resources": {"requests": {"cpu": cpu}}});
        let sidecar = |cpu: &str| json!({"name": "s", "restartPolicy": "Always", "resources": {"requests": {"cpu": cpu}}});
        let cases = [
            (json!({"containers": [part("200m"), part("300m")]}), "500m"),
            (json!({"containers": [part("200m")], "initContainers": [part("1"), part("700m")]}), "1"),
            (json!({"containers": [part("200m"), part("300m")], "initContainers": [sidecar("100m"), part("700m")]}), "800m"),
            (json!({"containers": [part("200m"), part("300m")], "initContainers": [part("500m"), sidecar("100m")]}), "600m"),
            (json!({"containers": [part("200m")], "overhead": {"cpu": "50m"}}), "250m"),
            (json!({"containers": [part("200m")], "resources": {"requests": {"cpu": "1"}}}), "1"),
            (json!({"containers": [{"name": "c"}]}), "0"),
        ];
        for (spec, total) in cases {
            assert_eq!(cpu(pod_requests, spec.clone()), total, "{spec}");
        }
        assert_eq!(cpu(pod_requests_nonzero, json!({"containers": [{"name": "c"}, part("1")]})), "1100m");
    }

    #[test]
    fn overhead_adds_to_limits_only_where_there_is_one() {
        let limited = json!({"containers": [{"name": "c", "resources": {"limits": {"cpu": "1"}}}], "overhead": {"cpu": "50m"}});
        assert_eq!(cpu(pod_limits, limited), "1050m");
        assert_eq!(cpu(pod_limits, json!({"containers": [{"name": "c"}], "overhead": {"cpu": "50m"}})), "0");
    }
}
