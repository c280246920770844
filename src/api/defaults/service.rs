//! Fields of a Service that follow from each other: affinity and its time, the type and what only that type has, the
//! one address and the list of addresses, and what was allocated before.
//!
//! Models: pkg/apis/core/v1/defaults.go, pkg/registry/core/service/strategy.go and storage/storage.go, v1.36.
//! Simplified: new addresses and node ports are the allocator's business.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{ClientIPConfig, ServiceSpec, SessionAffinityConfig};

use super::pod_spec;

/// Connections of one client stay with one pod for three hours, unless the Service says how long.
pub(crate) fn default_affinity(spec: &mut ServiceSpec) {
    pod_spec::fill(&mut spec.session_affinity, "None");
    match spec.session_affinity.as_deref() {
        Some("None") => spec.session_affinity_config = None,
        Some("ClientIP") => {
            let config = spec.session_affinity_config.take().and_then(|config| config.client_ip);
            let seconds = config.and_then(|client| client.timeout_seconds).unwrap_or(10_800);
            let client_ip = Some(ClientIPConfig { timeout_seconds: Some(seconds) });
            spec.session_affinity_config = Some(SessionAffinityConfig { client_ip });
        }
        _ => {}
    }
}

/// A Service that changes its type loses what only the old type had, unless the writer changed that too: node ports,
/// for example, go away when a NodePort Service becomes a ClusterIP one.
pub(crate) fn drop_type_dependent_fields(new: &mut ServiceSpec, old: &ServiceSpec) {
    let is = |spec: &ServiceSpec, types: &[&str]| types.contains(&spec.type_.as_deref().unwrap_or_default());
    let lost = |types: &[&str]| is(old, types) && !is(new, types);
    let lost_cluster_ip = lost(&["ClusterIP", "NodePort", "LoadBalancer"]);
    let lost_node_ports = lost(&["NodePort", "LoadBalancer"]);
    let lost_balancer = lost(&["LoadBalancer"]);
    let health_checked = |spec: &ServiceSpec| is(spec, &["LoadBalancer"]) && spec.external_traffic_policy.as_deref() == Some("Local");
    let lost_health_check = health_checked(old) && !health_checked(new);
    let external = |spec: &ServiceSpec| {
        is(spec, &["NodePort", "LoadBalancer"])
            || (is(spec, &["ClusterIP"]) && spec.external_ips.as_ref().is_some_and(|ips| !ips.is_empty()))
    };
    let lost_external = external(old) && !external(new);
    if lost_cluster_ip && new.cluster_ip == old.cluster_ip && new.cluster_ips == old.cluster_ips {
        (new.cluster_ip, new.cluster_ips) = (None, None);
        (new.ip_families, new.ip_family_policy) = (None, None);
    }
    // Traffic inside the cluster goes to an address, which an alias does not have.
    if lost_cluster_ip && new.internal_traffic_policy == old.internal_traffic_policy {
        new.internal_traffic_policy = None;
    }
    let node_ports = |spec: &ServiceSpec| -> Vec<i32> { spec.ports.iter().flatten().filter_map(|port| port.node_port).collect() };
    if lost_node_ports && node_ports(new) == node_ports(old) {
        new.ports.iter_mut().flatten().for_each(|port| port.node_port = None);
    }
    if lost_health_check && new.health_check_node_port == old.health_check_node_port {
        new.health_check_node_port = None;
    }
    if lost_balancer {
        if new.allocate_load_balancer_node_ports == old.allocate_load_balancer_node_ports {
            new.allocate_load_balancer_node_ports = None;
        }
        if new.load_balancer_class == old.load_balancer_class {
            new.load_balancer_class = None;
        }
    }
    if lost_external && new.external_traffic_policy == old.external_traffic_policy {
        new.external_traffic_policy = None;
    }
}

/// A creator may give the one address alone; the list follows.
pub(crate) fn complete_cluster_ips(spec: &mut ServiceSpec) {
    let first = spec.cluster_ip.clone().filter(|address| !address.is_empty());
    if let Some(first) = first.filter(|_| is_empty(&spec.cluster_ips)) {
        spec.cluster_ips = Some(vec![first]);
    }
}

fn is_empty<T>(list: &Option<Vec<T>>) -> bool {
    list.as_ref().is_none_or(Vec::is_empty)
}

/// An updater who leaves out addresses and node ports keeps those that were allocated, so that the manifest can be
/// applied again and again.
pub(crate) fn keep_allocated(new: &mut ServiceSpec, old: &ServiceSpec) {
    let is = |spec: &ServiceSpec, types: &[&str]| types.contains(&spec.type_.as_deref().unwrap_or_default());
    let both = |types: &[&str]| is(old, types) && is(new, types);
    let addressed = both(&["ClusterIP", "NodePort", "LoadBalancer"]);
    let with_node_ports = both(&["NodePort", "LoadBalancer"]);
    if addressed {
        if pod_spec::is_blank(&new.cluster_ip) {
            new.cluster_ip.clone_from(&old.cluster_ip);
        }
        if is_empty(&new.cluster_ips) && new.cluster_ip == old.cluster_ip {
            new.cluster_ips.clone_from(&old.cluster_ips);
        }
        if is_empty(&new.ip_families) {
            new.ip_families.clone_from(&old.ip_families);
        }
        if new.ip_family_policy.is_none() {
            new.ip_family_policy.clone_from(&old.ip_family_policy);
        }
    }
    // A changed address without a list of its own takes the list with it.
    if new.cluster_ip != old.cluster_ip && (new.cluster_ips == old.cluster_ips || is_empty(&new.cluster_ips)) {
        new.cluster_ips = new.cluster_ip.clone().filter(|address| !address.is_empty()).map(|address| vec![address]);
    }
    if with_node_ports {
        keep_node_ports(new, old);
    }
    let health_checked = |spec: &ServiceSpec| is(spec, &["LoadBalancer"]) && spec.external_traffic_policy.as_deref() == Some("Local");
    if health_checked(old) && health_checked(new) && new.health_check_node_port.is_none() {
        new.health_check_node_port = old.health_check_node_port;
    }
}

/// Ports are found again by name.
fn keep_node_ports(new: &mut ServiceSpec, old: &ServiceSpec) {
    let ports = |spec: &ServiceSpec| -> Vec<i32> { spec.ports.iter().flatten().filter_map(|port| port.node_port).collect() };
    let (old_ports, new_ports) = (ports(old), ports(new));
    let by_name: BTreeMap<&str, i32> = old
        .ports
        .iter()
        .flatten()
        .filter_map(|port| Some((port.name.as_deref().unwrap_or_default(), port.node_port?)))
        .collect();
    for port in new.ports.iter_mut().flatten().filter(|port| port.node_port.unwrap_or(0) == 0) {
        let known = by_name.get(port.name.as_deref().unwrap_or_default()).copied();
        port.node_port = known.filter(|number| !(old_ports.contains(number) && new_ports.contains(number)));
    }
}
