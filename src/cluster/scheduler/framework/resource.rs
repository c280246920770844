//! Amounts of resources as whole numbers: thousandths of a CPU, bytes, pieces.
//!
//! Models: pkg/scheduler/framework/types.go (Resource), k8s.io/component-helpers/resource/helpers.go, v1.36.
//! Simplified: dynamic resource claims.

use std::collections::BTreeMap;
use std::sync::Arc;

use k8s_openapi::api::core::v1::{Container, PodSpec};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use podarium_api::Pod;
use podarium_api::quantity::Quantity as Amount;
use podarium_api::resource::{counted_pod_level_requests, counted_requests};

/// What a container without a request counts as when nodes are scored, so that pods without requests spread out too:
/// 0.1 CPU and 200 MiB.
pub const DEFAULT_MILLI_CPU: i64 = 100;
pub const DEFAULT_MEMORY: i64 = 200 << 20;

/// An amount of every resource. Extended resources are few and live in a shared map.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Resource {
    pub milli_cpu: i64,
    pub memory: i64,
    pub ephemeral_storage: i64,
    /// How many pods a node takes; unused in a request.
    pub pods: i64,
    scalars: Option<Arc<BTreeMap<Arc<str>, i64>>>,
}

impl Resource {
    pub fn from_list(list: Option<&BTreeMap<String, Quantity>>) -> Self {
        let mut resource = Resource::default();
        for (name, quantity) in list.into_iter().flatten() {
            resource.add_named(name, quantity);
        }
        resource
    }

    fn add_named(&mut self, name: &str, amount: &Quantity) {
        match name {
            "cpu" => self.milli_cpu += Amount::of(amount).milli_value(),
            "memory" => self.memory += Amount::of(amount).value(),
            "ephemeral-storage" => self.ephemeral_storage += Amount::of(amount).value(),
            "pods" => self.pods += Amount::of(amount).value(),
            _ if is_scalar(name) => self.add_scalar(name, Amount::of(amount).value()),
            _ => {}
        }
    }

    fn add_scalar(&mut self, name: &str, amount: i64) {
        let map = Arc::make_mut(self.scalars.get_or_insert_default());
        match map.get_mut(name) {
            Some(old) => *old += amount,
            None => {
                map.insert(name.into(), amount);
            }
        }
    }

    /// The amount of an extended resource, 0 when there is none.
    pub fn scalar(&self, name: &str) -> i64 {
        self.scalars.as_ref().and_then(|map| map.get(name)).copied().unwrap_or(0)
    }

    pub fn scalars(&self) -> impl Iterator<Item = (&Arc<str>, i64)> {
        self.scalars.iter().flat_map(|map| map.iter().map(|(name, amount)| (name, *amount)))
    }

    /// Whether nothing but a place among the pods is asked for.
    pub fn is_zero(&self) -> bool {
        self.milli_cpu == 0 && self.memory == 0 && self.ephemeral_storage == 0 && self.scalars.is_none()
    }

    /// Adds `times` times the other amounts; `times` is 1 or -1.
    pub fn add(&mut self, other: &Resource, times: i64) {
        self.milli_cpu += times * other.milli_cpu;
        self.memory += times * other.memory;
        self.ephemeral_storage += times * other.ephemeral_storage;
        for (name, amount) in other.scalars() {
            self.add_scalar(name, times * amount);
        }
    }

    /// The greater amount of each resource.
    fn max_with(&mut self, other: &Resource) {
        self.milli_cpu = self.milli_cpu.max(other.milli_cpu);
        self.memory = self.memory.max(other.memory);
        self.ephemeral_storage = self.ephemeral_storage.max(other.ephemeral_storage);
        for (name, amount) in other.scalars() {
            let more = amount - self.scalar(name);
            self.add_scalar(name, more.max(0));
        }
    }
}

/// Extended resources (`example.com/gpu`), huge pages and attachable volumes: everything that the scheduler counts
/// under its own name.
fn is_scalar(name: &str) -> bool {
    let native = !name.contains('/') || name.contains("kubernetes.io/");
    let extended = !native && !name.starts_with("requests.");
    extended || name.starts_with("hugepages-") || name.contains("kubernetes.io/") || name.starts_with("attachable-volumes-")
}

/// What a pod asks a node for: the sum of its containers, or its greediest init container if that is more, and the
/// overhead of its runtime class. Init containers run one after the other, so of them only the greatest counts; those
/// that keep running (`restartPolicy: Always`) count with the containers.
///
/// Example: init containers of 2 CPU, 1 GB and 2 CPU, 3 GB, containers of 2 CPU, 1 GB and 1 CPU, 1 GB: 3 CPU, 3 GB.
pub fn pod_requests(pod: &Pod) -> Resource {
    requests(pod, 0, 0)
}

/// CPU and memory as the scores see them: a container without a request counts with the defaults above.
pub fn non_zero_requests(pod: &Pod, exact: &Resource) -> (i64, i64) {
    let asks = |container: &Container, name: &str| {
        container.resources.as_ref().and_then(|r| r.requests.as_ref()).is_some_and(|list| list.contains_key(name))
    };
    let spec = &pod.spec;
    let mut containers = spec.containers.iter().chain(spec.init_containers.iter().flatten());
    if containers.all(|container| asks(container, "cpu") && asks(container, "memory")) {
        return (exact.milli_cpu, exact.memory);
    }
    let level = spec.resources.as_ref().and_then(|resources| resources.requests.as_ref());
    let default = |name: &str, amount: i64| if level.is_some_and(|list| list.contains_key(name)) { 0 } else { amount };
    let requests = requests(pod, default("cpu", DEFAULT_MILLI_CPU), default("memory", DEFAULT_MEMORY));
    (requests.milli_cpu, requests.memory)
}

fn requests(pod: &Pod, default_cpu: i64, default_memory: i64) -> Resource {
    let spec: &PodSpec = &pod.spec;
    let of = |container: &Container| container_requests(pod, container, default_cpu, default_memory);
    let mut total = Resource::default();
    for container in &spec.containers {
        total.add(&of(container), 1);
    }
    let mut sidecars = Resource::default();
    let mut greatest = Resource::default();
    for container in spec.init_containers.iter().flatten() {
        let mut needed = of(container);
        if container.restart_policy.as_deref() == Some("Always") {
            total.add(&needed, 1);
            sidecars.add(&needed, 1);
            needed = sidecars.clone();
        } else {
            needed.add(&sidecars, 1);
        }
        greatest.max_with(&needed);
    }
    total.max_with(&greatest);
    if let Some(level) = spec.resources.as_ref().and_then(|resources| resources.requests.as_ref()) {
        apply_pod_level(&mut total, level, &greatest_of(counted_pod_level_requests(pod)));
    }
    if spec.overhead.is_some() {
        total.add(&Resource::from_list(spec.overhead.as_ref()), 1);
    }
    total.pods = 0;
    total
}

/// Requests of the pod as a whole take the place of the sum, for the resources that may be given there.
fn apply_pod_level(total: &mut Resource, level: &BTreeMap<String, Quantity>, counted: &Resource) {
    for name in level.keys() {
        match name.as_str() {
            "cpu" => total.milli_cpu = counted.milli_cpu,
            "memory" => total.memory = counted.memory,
            name if name.starts_with("hugepages-") => {
                let more = counted.scalar(name) - total.scalar(name);
                total.add_scalar(name, more);
            }
            _ => {}
        }
    }
}

fn greatest_of<'p>(lists: impl Iterator<Item = &'p BTreeMap<String, Quantity>>) -> Resource {
    lists.fold(Resource::default(), |mut total, list| {
        total.max_with(&Resource::from_list(Some(list)));
        total
    })
}

fn container_requests(pod: &Pod, container: &Container, default_cpu: i64, default_memory: i64) -> Resource {
    let mut requests = greatest_of(counted_requests(pod, container));
    let list = container.resources.as_ref().and_then(|resources| resources.requests.as_ref());
    if default_cpu > 0 && !list.is_some_and(|list| list.contains_key("cpu")) {
        requests.milli_cpu = default_cpu;
    }
    if default_memory > 0 && !list.is_some_and(|list| list.contains_key("memory")) {
        requests.memory = default_memory;
    }
    requests
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn pod(spec: serde_json::Value) -> Pod {
        serde_json::from_value(json!({ "metadata": { "name": "p" }, "spec": spec })).expect("a pod")
    }

    fn container(cpu: &str, memory: &str) -> serde_json::Value {
        json!({ "name": "c", "resources": { "requests": { "cpu": cpu, "memory": memory } } })
    }

    #[test]
    fn the_greatest_init_container_or_the_sum_of_containers_counts() {
        let both = json!({
            "initContainers": [container("2", "1G"), container("2", "3G")],
            "containers": [container("2", "1G"), container("1", "1G")],
        });
        let requests = pod_requests(&pod(both));
        assert_eq!((requests.milli_cpu, requests.memory), (3000, 3_000_000_000));

        let mut sidecar = container("1", "1G");
        sidecar["restartPolicy"] = json!("Always");
        let with_sidecar = json!({
            "initContainers": [sidecar, container("3", "1G")],
            "containers": [container("2", "4G")],
            "overhead": { "cpu": "100m" },
        });
        let requests = pod_requests(&pod(with_sidecar));
        assert_eq!((requests.milli_cpu, requests.memory), (4100, 5_000_000_000));
    }

    #[test]
    fn containers_without_requests_count_with_the_defaults_in_scores_only() {
        let pod = pod(json!({ "containers": [{ "name": "a" }, { "name": "b", "resources": { "requests": { "cpu": "1" } } }] }));
        let exact = pod_requests(&pod);
        assert_eq!((exact.milli_cpu, exact.memory), (1000, 0));
        assert_eq!(non_zero_requests(&pod, &exact), (1100, 2 * DEFAULT_MEMORY));
    }

    #[test]
    fn only_extended_resources_are_counted_by_name() {
        let names = [
            ("example.com/gpu", true), ("hugepages-2Mi", true), ("cpu", false), ("requests.example.com/gpu", false),
            ("attachable-volumes-aws-ebs", true), ("kubernetes.io/something", true),
        ];
        for (name, scalar) in names {
            assert_eq!(is_scalar(name), scalar, "{name}");
        }
    }
}
