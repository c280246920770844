//! Service.

use std::sync::Arc;

use k8s_openapi::api::core::v1::{ClientIPConfig, ServiceSpec, ServiceStatus, SessionAffinityConfig};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use crate::defaults::pod_spec;
use crate::field::FieldError;
use crate::{Cell, Column, ResourceInfo, Strategy, spec_and_status_kind, tables, validation};

spec_and_status_kind! {
    /// Service.
    Service, "v1", spec: ServiceSpec, status: ServiceStatus
}

impl Strategy for Service {
    const INFO: ResourceInfo = ResourceInfo {
        group: "",
        version: "v1",
        kind: "Service",
        plural: "services",
        singular: "service",
        short_names: &["svc"],
        categories: &["all"],
        namespaced: true,
        has_status: true,
    };

    fn set_defaults(&mut self) {
        let spec = Arc::make_mut(&mut self.spec);
        default_affinity(spec);
        pod_spec::fill(&mut spec.type_, "ClusterIP");
        for port in spec.ports.iter_mut().flatten() {
            pod_spec::fill(&mut port.protocol, "TCP");
            let unset = match &port.target_port {
                None | Some(IntOrString::Int(0)) => true,
                Some(IntOrString::String(name)) => name.is_empty(),
                Some(IntOrString::Int(_)) => false,
            };
            if unset {
                port.target_port = Some(IntOrString::Int(port.port));
            }
        }
        let type_ = spec.type_.clone().unwrap_or_default();
        let external_ips = type_ == "ClusterIP" && spec.external_ips.as_ref().is_some_and(|ips| !ips.is_empty());
        if matches!(type_.as_str(), "NodePort" | "LoadBalancer") || external_ips {
            pod_spec::fill(&mut spec.external_traffic_policy, "Cluster");
        }
        if matches!(type_.as_str(), "NodePort" | "LoadBalancer" | "ClusterIP") {
            spec.internal_traffic_policy.get_or_insert_with(|| "Cluster".to_owned());
        }
        if type_ == "LoadBalancer" {
            spec.allocate_load_balancer_node_ports.get_or_insert(true);
        }
        let status = Arc::make_mut(&mut self.status);
        let balancer = status.load_balancer.get_or_insert_default();
        if type_ == "LoadBalancer" {
            for ingress in balancer.ingress.iter_mut().flatten().filter(|ingress| ingress.ip.is_some()) {
                ingress.ip_mode.get_or_insert_with(|| "VIP".to_owned());
            }
        }
    }

    fn prepare_for_create(&mut self) {
        self.status = Arc::new(ServiceStatus { load_balancer: Some(Default::default()), ..Default::default() });
    }

    fn prepare_for_update(&mut self, old: &Self) {
        self.status = Arc::clone(&old.status);
        drop_type_dependent_fields(Arc::make_mut(&mut self.spec), &old.spec);
    }

    fn prepare_for_status_update(&mut self, old: &Self) {
        self.spec = Arc::clone(&old.spec);
    }

    fn selectable_fields(&self) -> Vec<(&'static str, String)> {
        vec![
            ("spec.clusterIP", self.spec.cluster_ip.clone().unwrap_or_default()),
            ("spec.type", self.spec.type_.clone().unwrap_or_default()),
        ]
    }

    fn validate(&self) -> Vec<FieldError> {
        validation::service::validate_create(self)
    }

    fn validate_update(&self, old: &Self) -> Vec<FieldError> {
        validation::service::validate_update(self, old)
    }

    fn validate_status_update(&self, old: &Self) -> Vec<FieldError> {
        validation::service::validate_status_update(self, old)
    }

    fn columns() -> Vec<Column> {
        tables::columns::SERVICE.to_vec()
    }

    fn row(&self, now: jiff::Timestamp) -> Vec<Cell> {
        tables::service::service_row(self, now)
    }
}

/// Connections of one client stay with one pod for three hours, unless the Service says how long.
fn default_affinity(spec: &mut ServiceSpec) {
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
fn drop_type_dependent_fields(new: &mut ServiceSpec, old: &ServiceSpec) {
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
