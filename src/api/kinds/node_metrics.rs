//! What a node uses, as the add-on that measures tells it. It is stored nowhere: each answer is what was measured last.
//!
//! Models: staging/src/k8s.io/metrics/pkg/apis/metrics/v1beta1/types.go; metrics-server pkg/api, v0.8.
//! Simplified: nothing.

use std::collections::BTreeMap;

use k8s_openapi::apimachinery::pkg::api::resource::Quantity as RawQuantity;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;

use crate::quantity::Quantity;
use crate::{Cell, Column, ResourceInfo, Strategy, spec_and_status_kind, tables};

spec_and_status_kind! {
    /// NodeMetrics.
    NodeMetrics, "metrics.k8s.io/v1beta1", timestamp: Option<Time>, window: String, usage: BTreeMap<String, RawQuantity>
}

impl Strategy for NodeMetrics {
    const INFO: ResourceInfo = ResourceInfo {
        group: "metrics.k8s.io",
        version: "v1beta1",
        kind: "NodeMetrics",
        plural: "nodes",
        singular: "node",
        short_names: &[],
        categories: &[],
        namespaced: false,
        has_status: false,
    };
    const VERBS: &'static [&'static str] = &["get", "list"];

    fn columns() -> Vec<Column> {
        tables::metrics::COLUMNS.to_vec()
    }

    fn row(&self, _now: jiff::Timestamp) -> Vec<Cell> {
        tables::metrics::row(&self.metadata, &self.window, |name| self.usage.get(name).map(Quantity::of))
    }
}
