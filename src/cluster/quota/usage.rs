//! How much of which resources an object uses, as quotas count it.
//!
//! Models: pkg/quota/v1/evaluator/core/{pods,services,persistent_volume_claims,registry}.go,
//! staging/src/k8s.io/apiserver/pkg/quota/v1/generic/evaluator.go, v1.36.
//! Simplified: claims on devices are only counted.

use std::collections::{BTreeMap, BTreeSet};

use k8s_openapi::api::core::v1::ServiceSpec;
use podarium_api::quantity::Quantity;
use podarium_api::resource::{self, ResourceList, resource_list};
use podarium_api::{Kind, Object, Pod};

const STORAGE_CLASS: &str = ".storageclass.storage.k8s.io/";

/// What a quota can limit of pods.
const POD_RESOURCES: &[&str] = &[
    "count/pods", "cpu", "memory", "ephemeral-storage", "requests.cpu", "requests.memory", "requests.ephemeral-storage",
    "limits.cpu", "limits.memory", "limits.ephemeral-storage", "pods",
];
/// What each container must state if it is limited.
const REQUIRED: &[&str] = &["cpu", "memory", "requests.cpu", "requests.memory", "limits.cpu", "limits.memory"];

fn one() -> Quantity {
    Quantity::from_units(1)
}

fn is_claim(kind: Kind) -> bool {
    kind.info().plural == "persistentvolumeclaims"
}

/// Whether quotas count objects of this kind at all. Events come and go too often, and what is only measured is never made.
pub(crate) fn is_counted(kind: Kind) -> bool {
    let info = kind.info();
    info.namespaced && kind != Kind::Event && kind.verbs().contains(&"watch")
}

/// `count/deployments.apps`
fn count_name(kind: Kind) -> String {
    format!("count/{}", kind.info().group_resource())
}

/// The older name under which objects of some kinds are counted too.
fn alias(kind: Kind) -> Option<&'static str> {
    let info = kind.info();
    let named = matches!(info.plural, "configmaps" | "resourcequotas" | "replicationcontrollers" | "secrets");
    (info.group.is_empty() && named).then_some(info.plural)
}

/// Those of the names under which objects of this kind are counted.
pub(crate) fn matching<'a>(kind: Kind, names: impl Iterator<Item = &'a String>) -> Vec<&'a str> {
    let count = count_name(kind);
    let of_storage = |name: &str| {
        ["persistentvolumeclaims", "requests.storage"].iter().any(|resource| name == *resource || name.ends_with(&format!("{STORAGE_CLASS}{resource}")))
    };
    let names = names.map(String::as_str).filter(|name| match kind {
        _ if *name == count => true,
        Kind::Pod => POD_RESOURCES.contains(name) || name.starts_with("hugepages-") || name.starts_with("requests.hugepages-") || is_extended(name),
        Kind::Service => matches!(*name, "services" | "services.nodeports" | "services.loadbalancers"),
        _ if is_claim(kind) => of_storage(name),
        _ => alias(kind) == Some(name),
    });
    names.collect()
}

/// `requests.example.com/gpu`: a resource that is not Kubernetes' own.
fn is_extended(name: &str) -> bool {
    name.strip_prefix("requests.").is_some_and(|resource| resource.contains('/') && !resource.contains("kubernetes.io/"))
}

/// What an object uses. `now` is in seconds; a pod that should be gone by then no longer counts.
pub(crate) fn usage(object: &Object, now: i64) -> ResourceList {
    let kind = object.kind();
    let mut usage = ResourceList::from([(count_name(kind), one())]);
    match object {
        Object::Pod(pod) => of_pod(pod, now, &mut usage),
        Object::Service(service) => of_service(&service.spec, &mut usage),
        object if is_claim(kind) => of_claim(object, &mut usage),
        _ => {
            if let Some(alias) = alias(kind) {
                usage.insert(alias.to_owned(), one());
            }
        }
    }
    usage
}

/// Ended pods use nothing, nor do those whose time to end is over.
fn is_charged(pod: &Pod, now: i64) -> bool {
    if matches!(pod.status.phase.as_deref(), Some("Failed" | "Succeeded")) {
        return false;
    }
    match (&pod.metadata.deletion_timestamp, pod.metadata.deletion_grace_period_seconds) {
        (Some(end), Some(grace)) => now <= end.0.as_second() + grace,
        _ => true,
    }
}

fn of_pod(pod: &Pod, now: i64, usage: &mut ResourceList) {
    if is_charged(pod, now) {
        let (requests, limits) = (resource::pod_requests_in_effect(pod), resource::pod_limits_in_effect(pod));
        resource::add(usage, &compute(&requests, &limits));
    }
}

/// Requests and limits under the names that quotas give them.
fn compute(requests: &ResourceList, limits: &ResourceList) -> ResourceList {
    let mut usage = ResourceList::from([("pods".to_owned(), one())]);
    for name in ["cpu", "memory", "ephemeral-storage"] {
        if let Some(request) = requests.get(name) {
            usage.insert(name.to_owned(), *request);
            usage.insert(format!("requests.{name}"), *request);
        }
        if let Some(limit) = limits.get(name) {
            usage.insert(format!("limits.{name}"), *limit);
        }
    }
    for (name, request) in requests {
        if name.starts_with("hugepages-") {
            usage.insert(name.clone(), *request);
        }
        if name.starts_with("hugepages-") || name.contains('/') && !name.contains("kubernetes.io/") {
            usage.insert(format!("requests.{name}"), *request);
        }
    }
    usage
}

fn of_service(spec: &ServiceSpec, usage: &mut ResourceList) {
    let ports = spec.ports.as_deref().unwrap_or_default();
    let number = |count: usize| Quantity::from_units(i64::try_from(count).unwrap_or(i64::MAX));
    let (node_ports, balancers) = match spec.type_.as_deref() {
        Some("NodePort") => (ports.len(), 0),
        Some("LoadBalancer") if spec.allocate_load_balancer_node_ports == Some(false) => {
            (ports.iter().filter(|port| port.node_port.is_some_and(|port| port != 0)).count(), 1)
        }
        Some("LoadBalancer") => (ports.len(), 1),
        _ => (0, 0),
    };
    usage.insert("services".to_owned(), one());
    usage.insert("services.nodeports".to_owned(), number(node_ports));
    usage.insert("services.loadbalancers".to_owned(), number(balancers));
}

fn of_claim(claim: &Object, usage: &mut ResourceList) {
    let value = claim.to_value();
    let class = value.pointer("/spec/storageClassName").and_then(serde_json::Value::as_str).unwrap_or_default();
    let list = |path: &str| -> BTreeMap<_, _> { value.pointer(path).cloned().and_then(|list| serde_json::from_value(list).ok()).unwrap_or_default() };
    let storage = |path: &str| resource_list(Some(&list(path))).get("storage").copied();
    let storage = storage("/spec/resources/requests").max(storage("/status/allocatedResources"));
    let mut charge = |name: &str, amount: Quantity| {
        usage.insert(name.to_owned(), amount);
        if !class.is_empty() {
            usage.insert(format!("{class}{STORAGE_CLASS}{name}"), amount);
        }
    };
    charge("persistentvolumeclaims", one());
    if let Some(storage) = storage {
        charge("requests.storage", storage);
    }
}

/// Where CPU or memory is limited, every container must say how much it wants; else the complaint.
pub(crate) fn constraints(object: &Object, required: &[&str]) -> Result<(), String> {
    let Object::Pod(pod) = object else { return Ok(()) };
    let whole_pod = pod.spec.resources.as_ref();
    if whole_pod.is_some_and(|resources| resources.requests.is_some() || resources.limits.is_some()) {
        return Ok(());
    }
    let mut missing: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for container in pod.spec.containers.iter().chain(pod.spec.init_containers.iter().flatten()) {
        let resources = container.resources.as_ref();
        let requests = resource_list(resources.and_then(|resources| resources.requests.as_ref()));
        let limits = resource_list(resources.and_then(|resources| resources.limits.as_ref()));
        let stated = compute(&requests, &limits);
        for name in required.iter().filter(|name| REQUIRED.contains(name) && !stated.contains_key(**name)) {
            missing.entry(name).or_default().insert(&container.name);
        }
    }
    if missing.is_empty() {
        return Ok(());
    }
    let names = |names: &BTreeSet<&str>| names.iter().copied().collect::<Vec<_>>().join(",");
    let parts: Vec<String> = missing.iter().map(|(resource, containers)| format!("{resource} for: {}", names(containers))).collect();
    Err(format!("must specify {}", parts.join("; ")))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn used(kind: Kind, value: Value) -> Vec<String> {
        usage(&kind.parse(value).unwrap(), 0).iter().map(|(name, amount)| format!("{name}={amount}")).collect()
    }

    #[test]
    fn each_kind_is_counted_in_its_way() {
        let service = |spec: Value| used(Kind::Service, json!({"spec": spec}));
        assert_eq!(service(json!({})), ["count/services=1", "services=1", "services.loadbalancers=0", "services.nodeports=0"]);
        assert_eq!(service(json!({"type": "NodePort", "ports": [{"port": 1}, {"port": 2}]}))[2..], ["services.loadbalancers=0", "services.nodeports=2"]);
        assert_eq!(service(json!({"type": "LoadBalancer", "ports": [{"port": 1}]}))[2..], ["services.loadbalancers=1", "services.nodeports=1"]);
        assert_eq!(
            service(json!({"type": "LoadBalancer", "allocateLoadBalancerNodePorts": false, "ports": [{"port": 1}]}))[2..],
            ["services.loadbalancers=1", "services.nodeports=0"]
        );
        assert_eq!(used(Kind::ConfigMap, json!({})), ["configmaps=1", "count/configmaps=1"]);
        assert_eq!(used(Kind::Deployment, json!({})), ["count/deployments.apps=1"]);
        let pod = json!({"spec": {"containers": [{"name": "a", "resources": {"requests": {"cpu": "1", "example.com/gpu": "2"}, "limits": {"memory": "1Gi"}}}]}});
        assert_eq!(
            used(Kind::Pod, pod),
            ["count/pods=1", "cpu=1", "limits.memory=1Gi", "pods=1", "requests.cpu=1", "requests.example.com/gpu=2"]
        );
        assert_eq!(used(Kind::Pod, json!({"spec": {"containers": []}, "status": {"phase": "Succeeded"}})), ["count/pods=1"]);
    }

    #[test]
    fn a_quota_looks_at_what_it_names() {
        let names: Vec<String> =
            ["pods", "requests.cpu", "requests.example.com/gpu", "services", "count/pods", "configmaps", "gold.storageclass.storage.k8s.io/requests.storage"]
                .map(str::to_owned)
                .to_vec();
        assert_eq!(matching(Kind::Pod, names.iter()), ["pods", "requests.cpu", "requests.example.com/gpu", "count/pods"]);
        assert_eq!(matching(Kind::Service, names.iter()), ["services"]);
        assert_eq!(matching(Kind::ConfigMap, names.iter()), ["configmaps"]);
        assert!(matching(Kind::Deployment, names.iter()).is_empty());
    }

    #[test]
    fn containers_must_state_what_is_limited() {
        let pod = Kind::Pod.parse(json!({"spec": {"containers": [{"name": "b"}, {"name": "a"}, {"name": "c", "resources": {"requests": {"cpu": "1"}}}]}})).unwrap();
        assert_eq!(constraints(&pod, &["pods"]), Ok(()));
        assert_eq!(constraints(&pod, &["requests.cpu", "limits.memory"]), Err("must specify limits.memory for: a,b,c; requests.cpu for: a,b".to_owned()));
    }
}
