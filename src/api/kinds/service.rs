//! A stable name and address in front of the pods that its selector selects.
//!
//! Models: pkg/registry/core/service/strategy.go, pkg/apis/core/v1/defaults.go, v1.36.
//! Simplified: addresses and node ports are allocated by the API server, not here.

use std::sync::Arc;

use k8s_openapi::api::core::v1::{ServiceSpec, ServiceStatus};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use crate::defaults::{pod_spec, service};
use crate::field::FieldError;
use crate::{Cell, Column, ResourceInfo, Strategy, object_meta, spec_and_status_kind, tables, validation, warnings};

spec_and_status_kind! {
    /// Service.
    Service, "v1", spec: ServiceSpec, status: ServiceStatus
}

impl Service {
    /// What is wrong with the addresses that a writer asks for, before any are given.
    pub fn address_faults(&self) -> Vec<FieldError> {
        validation::service::addresses(&self.spec)
    }
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
        service::default_affinity(spec);
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
        service::complete_cluster_ips(Arc::make_mut(&mut self.spec));
        self.status = Arc::new(ServiceStatus { load_balancer: Some(Default::default()), ..Default::default() });
    }

    fn prepare_for_update(&mut self, old: &Self) {
        self.status = Arc::clone(&old.status);
        let spec = Arc::make_mut(&mut self.spec);
        service::drop_type_dependent_fields(spec, &old.spec);
        service::keep_allocated(spec, &old.spec);
        // A balancer that is no longer wanted is no longer told of.
        if spec.type_.as_deref() != Some("LoadBalancer") && self.status.load_balancer.as_ref().is_some_and(|balancer| balancer.ingress.is_some()) {
            Arc::make_mut(&mut self.status).load_balancer = Some(Default::default());
        }
        object_meta::share(&mut self.spec, &old.spec);
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

    fn warnings(&self) -> Vec<String> {
        warnings::service(self)
    }

    fn columns() -> Vec<Column> {
        tables::columns::SERVICE.to_vec()
    }

    fn row(&self, now: jiff::Timestamp) -> Vec<Cell> {
        tables::service::service_row(self, now)
    }
}
