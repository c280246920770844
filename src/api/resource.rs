//! What a pod asks of its node: the sum over its containers, or what its largest init container needs if that is more.
//!
//! Worked example: containers of 200m and 300m, a sidecar of 100m, an init container of 700m that starts after the
//! sidecar: max(200 + 300 + 100, 700 + 100) = 800m.
//!
//! Models: staging/src/k8s.io/component-helpers/resource/helpers.go, pkg/scheduler/util/pod_resources.go, v1.36.
//! Simplified: dynamic resource claims.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{Container, ContainerStatus, PodSpec, ResourceRequirements};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity as RawQuantity;

use crate::Pod;
use crate::quantity::Quantity;

/// Amounts as an object has them.
type RawList = BTreeMap<String, RawQuantity>;

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

/// What the pod counts for on its node, also while its containers are resized.
pub fn pod_requests_in_effect(pod: &Pod) -> ResourceList {
    requests(&pod.spec, |container| greatest(counted_requests(pod, container)))
}

/// What the pod may use at most, also while its containers are resized.
pub fn pod_limits_in_effect(pod: &Pod) -> ResourceList {
    limits(&pod.spec, |container| greatest(counted_limits(pod, container)))
}

/// The lists of which the greatest amounts are what a container counts for: what it asks for, what it has, and what the
/// kubelet has set aside for it. A resize for which the node is too small does not count.
pub fn counted_requests<'p>(pod: &'p Pod, container: &'p Container) -> impl Iterator<Item = &'p RawList> {
    let asked = container.resources.as_ref().and_then(|part| part.requests.as_ref());
    let status = resized(pod, container);
    let has = status.and_then(|status| status.resources.as_ref()?.requests.as_ref());
    counted(pod, asked, status.is_some(), [has, status.and_then(|status| status.allocated_resources.as_ref())])
}

/// The same of the requests of the pod as a whole.
pub fn counted_pod_level_requests(pod: &Pod) -> impl Iterator<Item = &RawList> {
    let asked = pod.spec.resources.as_ref().and_then(|part| part.requests.as_ref());
    let status = pod.status.resources.as_ref();
    let allocated = status.and(pod.status.allocated_resources.as_ref());
    counted(pod, asked, status.is_some(), [status.and_then(|status| status.requests.as_ref()), allocated])
}

fn counted_limits<'p>(pod: &'p Pod, container: &'p Container) -> impl Iterator<Item = &'p RawList> {
    let asked = container.resources.as_ref().and_then(|part| part.limits.as_ref());
    let status = resized(pod, container);
    counted(pod, asked, status.is_some(), [status.and_then(|status| status.resources.as_ref()?.limits.as_ref()), None])
}

fn counted<'p>(pod: &Pod, asked: Option<&'p RawList>, told: bool, has: [Option<&'p RawList>; 2]) -> impl Iterator<Item = &'p RawList> + use<'p> {
    asked.filter(|_| !(told && is_infeasible(pod))).into_iter().chain(has.into_iter().flatten())
}

/// The status of a container that tells what the container has. Init containers that end are not resized.
fn resized<'p>(pod: &'p Pod, container: &Container) -> Option<&'p ContainerStatus> {
    let of = |list: &'p Option<Vec<ContainerStatus>>| list.iter().flatten().find(|status| status.name == container.name);
    let status = of(&pod.status.container_statuses).or_else(|| of(&pod.status.init_container_statuses).filter(|_| is_sidecar(container)));
    status.filter(|status| status.resources.is_some())
}

/// Whether the kubelet has said that its node is too small for what the pod asks for now.
fn is_infeasible(pod: &Pod) -> bool {
    let pending = pod.status.conditions.iter().flatten().find(|condition| condition.type_ == "PodResizePending");
    pending.is_some_and(|condition| condition.reason.as_deref() == Some("Infeasible"))
}

fn greatest<'p>(lists: impl Iterator<Item = &'p RawList>) -> ResourceList {
    lists.fold(ResourceList::new(), |mut total, list| {
        raise_to(&mut total, &resource_list(Some(list)));
        total
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
    let of = |part: &Option<ResourceRequirements>| resource_list(part.as_ref().and_then(|part| part.limits.as_ref()));
    limits(spec, |container| of(&container.resources))
}

fn limits(spec: &PodSpec, of: impl Fn(&Container) -> ResourceList) -> ResourceList {
    let mut total = aggregate(spec, of);
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

    #[test]
    fn a_resize_counts_from_when_it_is_asked_for_until_the_container_has_it() {
        let resources = |cpu: &str| json!({"requests": {"cpu": cpu}, "limits": {"cpu": cpu}});
        let pod = |asked: &str, has: serde_json::Value, allocated: &str, pending: Option<&str>| -> Pod {
            let conditions = pending.map(|reason| json!([{"type": "PodResizePending", "status": "True", "reason": reason}]));
            let status = json!({"name": "c", "image": "", "imageID": "", "ready": true, "restartCount": 0, "resources": has, "allocatedResources": {"cpu": allocated}});
            let object = json!({"metadata": {"name": "p"}, "spec": {"containers": [{"name": "c", "resources": resources(asked)}]},
                "status": {"containerStatuses": [status], "conditions": conditions.unwrap_or_default()}});
            serde_json::from_value(object).unwrap()
        };
        let shown = |list: ResourceList| list["cpu"].to_string();
        // Asked, has, allocated, why it is pending; requests and limits that count.
        let cases = [
            (pod("2", resources("1"), "1", None), "2", "2"),
            (pod("2", resources("1"), "1", Some("Deferred")), "2", "2"),
            (pod("2", resources("1"), "1", Some("Infeasible")), "1", "1"),
            (pod("1", resources("2"), "1500m", None), "2", "2"),
            (pod("1", resources("1500m"), "2", None), "2", "1500m"),
            (pod("1", resources("1500m"), "2", Some("Infeasible")), "2", "1500m"),
            // Who does not tell what a container has says nothing of what is set aside for it.
            (pod("1", json!(null), "2", None), "1", "1"),
            (pod("1", json!(null), "2", Some("Infeasible")), "1", "1"),
        ];
        for (number, (pod, requests, limits)) in cases.into_iter().enumerate() {
            assert_eq!((shown(pod_requests_in_effect(&pod)), shown(pod_limits_in_effect(&pod))), (requests.to_owned(), limits.to_owned()), "case {number}");
        }
    }

    #[test]
    fn init_containers_that_end_are_not_resized() {
        let pod = |policy: Option<&str>| -> Pod {
            let status = json!({"name": "i", "image": "", "imageID": "", "ready": true, "restartCount": 0, "resources": {"requests": {"cpu": "3"}}});
            let object = json!({"metadata": {"name": "p"}, "spec": {"initContainers": [{"name": "i", "restartPolicy": policy, "resources": {"requests": {"cpu": "2"}}}], "containers": [{"name": "c"}]},
                "status": {"initContainerStatuses": [status]}});
            serde_json::from_value(object).unwrap()
        };
        assert_eq!(pod_requests_in_effect(&pod(None))["cpu"].to_string(), "2");
        assert_eq!(pod_requests_in_effect(&pod(Some("Always")))["cpu"].to_string(), "3");
    }
}
