//! What the containers of a pod use, as the add-on that measures tells it. It is stored nowhere: each answer is what was
//! measured last.
//!
//! Models: staging/src/k8s.io/metrics/pkg/apis/metrics/v1beta1/types.go; metrics-server pkg/api, v0.8.
//! Simplified: nothing.

use std::collections::BTreeMap;

use k8s_openapi::apimachinery::pkg::api::resource::Quantity as RawQuantity;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use serde::{Deserialize, Serialize};

use crate::quantity::Quantity;
use crate::{Cell, Column, ResourceInfo, Strategy, spec_and_status_kind, tables};

/// What one container uses.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ContainerMetrics {
    pub name: String,
    pub usage: BTreeMap<String, RawQuantity>,
}

spec_and_status_kind! {
    /// PodMetrics.
    PodMetrics, "metrics.k8s.io/v1beta1", timestamp: Option<Time>, window: String, containers: Vec<ContainerMetrics>
}

impl Strategy for PodMetrics {
    const INFO: ResourceInfo = ResourceInfo {
        group: "metrics.k8s.io",
        version: "v1beta1",
        kind: "PodMetrics",
        plural: "pods",
        singular: "pod",
        short_names: &[],
        categories: &[],
        namespaced: true,
        has_status: false,
    };
    const VERBS: &'static [&'static str] = &["get", "list"];

    fn columns() -> Vec<Column> {
        tables::metrics::COLUMNS.to_vec()
    }

    fn row(&self, _now: jiff::Timestamp) -> Vec<Cell> {
        let mut total: BTreeMap<&str, Quantity> = BTreeMap::new();
        for (name, amount) in self.containers.iter().flat_map(|container| &container.usage) {
            let sum = total.entry(name).or_default();
            *sum += Quantity::of(amount);
        }
        tables::metrics::row(&self.metadata, &self.window, |name| total.get(name).copied())
    }
}
