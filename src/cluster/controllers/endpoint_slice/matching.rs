//! Which Services a pod's change concerns, and which address and ports a pod offers for a Service.
//!
//! Models: staging/src/k8s.io/endpointslice/{utils.go,util/controller_utils.go}, v1.36.
//! Simplified: nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use k8s_openapi::api::core::v1::{Container, ServicePort};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use podarium_api::pod_state::{is_pod_terminal, pod_is_ready};
use podarium_api::resource::is_sidecar;
use podarium_api::{Pod, Resource as _, Service};

use crate::client::{Caches, Change};
use crate::store::Key;

type Labels = BTreeMap<String, String>;

/// Whether the Service's selector is met. A Service without a selector selects nothing.
fn selects(service: &Service, labels: Option<&Labels>) -> bool {
    let Some(selector) = &service.spec.selector else { return false };
    selector.iter().all(|(key, value)| labels.and_then(|labels| labels.get(key)) == Some(value))
}

/// The pods that a Service selects, by name.
pub fn pods_of(caches: &Caches, service: &Service) -> Vec<Arc<Pod>> {
    let pods = caches.list_in::<Pod>(service.namespace());
    pods.filter(|pod| selects(service, pod.metadata.labels.as_ref())).cloned().collect()
}

/// The Services to look at after a pod changed. Of the many changes of a pod (each heartbeat of its status), few matter.
pub fn services_of_change(change: &Change, caches: &Caches) -> BTreeSet<Key> {
    let old = change.old.as_ref().and_then(Pod::from_object);
    let new = change.new.as_ref().and_then(Pod::from_object);
    let matching = |pod: &Pod| -> BTreeSet<Key> {
        let services = caches.list_in::<Service>(pod.namespace());
        services.filter(|service| selects(service, pod.metadata.labels.as_ref())).map(|service| Key::of_meta(&service.metadata)).collect()
    };
    match (old, new) {
        (Some(old), Some(new)) => {
            let moved = old.metadata.labels != new.metadata.labels || old.spec.hostname != new.spec.hostname || old.spec.subdomain != new.spec.subdomain;
            match (endpoint_changed(old, new), moved) {
                (false, false) => BTreeSet::new(),
                (true, false) => matching(new),
                (true, true) => &matching(old) | &matching(new),
                (false, true) => &matching(old) ^ &matching(new),
            }
        }
        (Some(pod), None) | (None, Some(pod)) => matching(pod),
        (None, None) => BTreeSet::new(),
    }
}

/// A phase that changes alone is not noticed: a kubelet that ends a pod says that it is not ready, too.
fn endpoint_changed(old: &Pod, new: &Pod) -> bool {
    // The reference compares pointers, so each change of a terminating pod counts.
    new.metadata.deletion_timestamp.is_some()
        || pod_is_ready(old) != pod_is_ready(new)
        || old.status.pod_ips != new.status.pod_ips
}

/// Whether the pod is an endpoint at all: it has an address and is not over.
pub fn is_endpoint(pod: &Pod, even_terminating: bool) -> bool {
    let has_address = pod.status.pod_ip.as_ref().is_some_and(|ip| !ip.is_empty()) || pod.status.pod_ips.as_ref().is_some_and(|ips| !ips.is_empty());
    !is_pod_terminal(pod) && has_address && (even_terminating || pod.metadata.deletion_timestamp.is_none())
}

/// The pod's addresses of one family.
pub fn addresses(pod: &Pod, ipv6: bool) -> Vec<String> {
    let ips = pod.status.pod_ips.iter().flatten().map(|address| address.ip.clone());
    ips.filter(|ip| ip.contains(':') == ipv6).collect()
}

/// A pod with a `hostname` in the `subdomain` of the Service has a name of its own in DNS.
pub fn hostname(pod: &Pod, service: &Service) -> Option<String> {
    let named = pod.spec.subdomain.as_deref() == Some(service.name());
    pod.spec.hostname.clone().filter(|hostname| named && !hostname.is_empty())
}

pub fn is_headless(service: &Service) -> bool {
    matches!(service.spec.cluster_ip.as_deref(), None | Some("" | "None"))
}

/// The port of the pod that a Service's port leads to: the number, or the container port of that name and protocol.
pub fn find_port(pod: &Pod, port: &ServicePort) -> Option<i32> {
    match &port.target_port {
        Some(IntOrString::Int(number)) => Some(*number),
        None => Some(port.port),
        Some(IntOrString::String(name)) => {
            let protocol = port.protocol.as_deref().unwrap_or("TCP");
            let sidecars = pod.spec.init_containers.iter().flatten().filter(|container| is_sidecar(container));
            let ports = pod.spec.containers.iter().chain(sidecars).flat_map(|container: &Container| container.ports.iter().flatten());
            let mut named = ports.filter(|candidate| candidate.name.as_ref() == Some(name) && candidate.protocol.as_deref().unwrap_or("TCP") == protocol);
            named.next().map(|candidate| candidate.container_port)
        }
    }
}

/// Whether this Service's endpoints are kept by the controllers: it has a selector and is no mere alias.
pub fn is_managed(service: &Service) -> bool {
    service.spec.selector.is_some() && service.spec.type_.as_deref() != Some("ExternalName")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_target_port_is_a_number_or_a_name_of_a_container_port() {
        let pod: Pod = serde_json::from_value(json!({"spec": {
            "containers": [{"name": "app", "ports": [{"name": "http", "containerPort": 8080}, {"name": "dns", "containerPort": 53, "protocol": "UDP"}]}],
            "initContainers": [{"name": "proxy", "restartPolicy": "Always", "ports": [{"name": "admin", "containerPort": 15000}]},
                {"name": "setup", "ports": [{"name": "setup", "containerPort": 1}]}],
        }}))
        .unwrap();
        let cases = [
            (json!(9000), "TCP", Some(9000)),
            (json!("http"), "TCP", Some(8080)),
            (json!("http"), "UDP", None),
            (json!("dns"), "UDP", Some(53)),
            (json!("admin"), "TCP", Some(15000)),
            (json!("setup"), "TCP", None),
            (json!("none"), "TCP", None),
        ];
        for (target, protocol, expected) in cases {
            let port: ServicePort = serde_json::from_value(json!({"port": 80, "targetPort": target, "protocol": protocol})).unwrap();
            assert_eq!(find_port(&pod, &port), expected, "{target}/{protocol}");
        }
    }

    #[test]
    fn a_pod_is_an_endpoint_while_it_has_an_address_and_lives() {
        let pod = |status: serde_json::Value, going: bool| -> Pod {
            let deletion = going.then_some("2026-01-05T09:00:00Z");
            serde_json::from_value(json!({"metadata": {"deletionTimestamp": deletion}, "status": status})).unwrap()
        };
        let running = json!({"phase": "Running", "podIP": "10.0.0.1", "podIPs": [{"ip": "10.0.0.1"}]});
        assert!(is_endpoint(&pod(running.clone(), false), false));
        assert!(!is_endpoint(&pod(running.clone(), true), false));
        assert!(is_endpoint(&pod(running, true), true));
        assert!(!is_endpoint(&pod(json!({"phase": "Running"}), false), true));
        assert!(!is_endpoint(&pod(json!({"phase": "Succeeded", "podIP": "10.0.0.1"}), false), true));
    }
}
