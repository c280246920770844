//! A machine that pods run on: what it can hold (capacity, allocatable) and how it is (conditions, taints).
//!
//! Models: pkg/registry/core/node/strategy.go, v1.36.
//! Simplified: nothing.

use std::sync::Arc;

use k8s_openapi::api::core::v1::{NodeSpec, NodeStatus};

use crate::defaults::quantities;
use crate::field::FieldError;
use crate::{Cell, Column, ResourceInfo, Strategy, object_meta, spec_and_status_kind, tables, validation};

spec_and_status_kind! {
    /// Node.
    Node, "v1", spec: NodeSpec, status: NodeStatus
}

impl Node {
    /// The old field holds the first of the networks.
    fn share_networks(&mut self) {
        let first = self.spec.pod_cidrs.iter().flatten().next().cloned();
        let old = self.spec.pod_cidr.clone().filter(|network| !network.is_empty());
        match (old, first) {
            (Some(old), first) if first.as_ref() != Some(&old) => Arc::make_mut(&mut self.spec).pod_cidrs = Some(vec![old]),
            (None, Some(first)) => Arc::make_mut(&mut self.spec).pod_cidr = Some(first),
            _ => {}
        }
    }
}

impl Strategy for Node {
    const INFO: ResourceInfo = ResourceInfo {
        group: "",
        version: "v1",
        kind: "Node",
        plural: "nodes",
        singular: "node",
        short_names: &["no"],
        categories: &[],
        namespaced: false,
        has_status: true,
    };

    fn set_defaults(&mut self) {
        self.share_networks();
        let status = Arc::make_mut(&mut self.status);
        status.node_info.get_or_insert_default();
        status.daemon_endpoints.get_or_insert_default().kubelet_endpoint.get_or_insert_default();
        quantities::canonicalize_list(&mut status.capacity);
        quantities::canonicalize_list(&mut status.allocatable);
        if status.allocatable.is_none() {
            status.allocatable.clone_from(&status.capacity);
        }
    }

    fn prepare_for_create(&mut self) {
        if self.spec.config_source.is_some() {
            Arc::make_mut(&mut self.spec).config_source = None;
        }
        if self.status.config.is_some() {
            Arc::make_mut(&mut self.status).config = None;
        }
    }

    fn prepare_for_update(&mut self, old: &Self) {
        // Its feature was removed; only what has it already keeps it.
        if old.spec.config_source.is_none() && self.spec.config_source.is_some() {
            Arc::make_mut(&mut self.spec).config_source = None;
        }
        object_meta::share(&mut self.spec, &old.spec);
        self.status = Arc::clone(&old.status);
    }

    fn prepare_for_status_update(&mut self, old: &Self) {
        self.spec = Arc::clone(&old.spec);
    }

    fn selectable_fields(&self) -> Vec<(&'static str, String)> {
        vec![("spec.unschedulable", self.spec.unschedulable.unwrap_or(false).to_string())]
    }

    fn validate(&self) -> Vec<FieldError> {
        validation::node::node(self)
    }

    fn is_validated_whole_on_update() -> bool {
        true
    }

    fn validate_update(&self, old: &Self) -> Vec<FieldError> {
        validation::node::node_update(self, old)
    }

    fn validate_status_update(&self, old: &Self) -> Vec<FieldError> {
        validation::node::node_update(self, old)
    }

    fn warnings(&self) -> Vec<String> {
        crate::warnings::node::of_node(self)
    }

    fn columns() -> Vec<Column> {
        tables::columns::NODE.to_vec()
    }

    fn row(&self, now: jiff::Timestamp) -> Vec<Cell> {
        tables::node::row(self, now)
    }
}
