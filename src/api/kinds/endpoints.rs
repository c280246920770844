//! The addresses behind a Service in the old form, one object for each Service; EndpointSlices have replaced them.
//!
//! Models: pkg/registry/core/endpoint/strategy.go, v1.36.
//! Simplified: nothing.

pub use k8s_openapi::api::core::v1::Endpoints;

use crate::defaults::pod_spec;
use crate::field::FieldError;
use crate::{Cell, Column, ResourceInfo, Strategy, resource_impl, tables, validation};

resource_impl!(Endpoints, metadata);

impl Strategy for Endpoints {
    const INFO: ResourceInfo = ResourceInfo {
        group: "",
        version: "v1",
        kind: "Endpoints",
        plural: "endpoints",
        singular: "endpoints",
        short_names: &["ep"],
        categories: &[],
        namespaced: true,
        has_status: false,
    };

    fn set_defaults(&mut self) {
        for subset in self.subsets.iter_mut().flatten() {
            for port in subset.ports.iter_mut().flatten() {
                pod_spec::fill(&mut port.protocol, "TCP");
            }
        }
    }

    fn validate(&self) -> Vec<FieldError> {
        validation::endpoints::endpoints(self)
    }

    fn validate_update(&self, old: &Self) -> Vec<FieldError> {
        validation::endpoints::update(self, old)
    }

    fn deprecation() -> Option<&'static str> {
        Some("v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice")
    }

    fn columns() -> Vec<Column> {
        tables::columns::ENDPOINTS.to_vec()
    }

    fn row(&self, now: jiff::Timestamp) -> Vec<Cell> {
        tables::service::endpoints_row(self, now)
    }
}
