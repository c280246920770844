//! A part of the addresses behind a Service, with which of them are ready.
//!
//! Models: pkg/registry/discovery/endpointslice/strategy.go, v1.36.
//! Simplified: the old topology field is kept as it is.

pub use k8s_openapi::api::discovery::v1::EndpointSlice;

use crate::field::FieldError;
use crate::{Cell, Column, ResourceInfo, Strategy, object_meta, resource_impl, tables, validation};

resource_impl!(EndpointSlice, metadata);

impl Strategy for EndpointSlice {
    const INFO: ResourceInfo = ResourceInfo {
        group: "discovery.k8s.io",
        version: "v1",
        kind: "EndpointSlice",
        plural: "endpointslices",
        singular: "endpointslice",
        short_names: &[],
        categories: &[],
        namespaced: true,
        has_status: false,
    };

    fn set_defaults(&mut self) {
        // They are no pointer in Go.
        for endpoint in self.endpoints.iter_mut().flatten() {
            endpoint.conditions.get_or_insert_default();
        }
        for port in self.ports.iter_mut().flatten() {
            port.name.get_or_insert_default();
            port.protocol.get_or_insert_with(|| "TCP".to_owned());
        }
    }

    fn prepare_for_create(&mut self) {
        self.metadata.generation = Some(1);
        drop_old_topology(self);
    }

    fn prepare_for_update(&mut self, old: &Self) {
        if self.endpoints != old.endpoints {
            drop_old_topology(self);
        }
        let changed = self.endpoints != old.endpoints
            || self.ports != old.ports
            || self.address_type != old.address_type
            || self.metadata.labels != old.metadata.labels;
        object_meta::next_generation(&mut self.metadata, &old.metadata, changed);
    }

    fn validate(&self) -> Vec<FieldError> {
        validation::endpoint::slice(self)
    }

    fn validate_update(&self, old: &Self) -> Vec<FieldError> {
        validation::endpoint::slice_update(self, old)
    }

    fn warnings(&self) -> Vec<String> {
        let domains = self.address_type == "FQDN";
        domains.then(|| "spec.addressType: FQDN endpoints are deprecated".to_owned()).into_iter().collect()
    }

    fn columns() -> Vec<Column> {
        tables::columns::ENDPOINT_SLICE.to_vec()
    }

    fn row(&self, now: jiff::Timestamp) -> Vec<Cell> {
        tables::service::endpoint_slice_row(self, now)
    }
}

/// Where an endpoint is was a map of labels in an older version.
fn drop_old_topology(slice: &mut EndpointSlice) {
    slice.endpoints.iter_mut().flatten().for_each(|endpoint| endpoint.deprecated_topology = None);
}
