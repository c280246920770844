//! A range of addresses for Services.
//!
//! Models: pkg/registry/networking/servicecidr/strategy.go, v1.36.
//! Simplified: nothing.

use std::sync::Arc;

use k8s_openapi::api::networking::v1::{ServiceCIDRSpec, ServiceCIDRStatus};

use crate::field::FieldError;
use crate::{Cell, Column, ObjectMeta, ResourceInfo, Strategy, object_meta, spec_and_status_kind, tables, validation};

spec_and_status_kind! {
    /// ServiceCIDR.
    ServiceCIDR, "networking.k8s.io/v1", spec: ServiceCIDRSpec, status: ServiceCIDRStatus
}

impl Strategy for ServiceCIDR {
    const INFO: ResourceInfo = ResourceInfo {
        group: "networking.k8s.io",
        version: "v1",
        kind: "ServiceCIDR",
        plural: "servicecidrs",
        singular: "servicecidr",
        short_names: &[],
        categories: &[],
        namespaced: false,
        has_status: true,
    };

    fn prepare_for_create(&mut self) {
        self.status = Default::default();
    }

    fn prepare_for_update(&mut self, old: &Self) {
        object_meta::share(&mut self.spec, &old.spec);
        self.status = Arc::clone(&old.status);
    }

    fn prepare_for_status_update(&mut self, old: &Self) {
        self.spec = Arc::clone(&old.spec);
        let resource_version = self.metadata.resource_version.take();
        self.metadata = ObjectMeta { resource_version, ..old.metadata.clone() };
    }

    fn validate(&self) -> Vec<FieldError> {
        validation::service_cidr::service_cidr(self)
    }

    fn validate_update(&self, old: &Self) -> Vec<FieldError> {
        validation::service_cidr::service_cidr_update(self, old)
    }

    fn validate_status_update(&self, old: &Self) -> Vec<FieldError> {
        validation::metadata::validate_update(&self.metadata, &old.metadata)
    }

    fn columns() -> Vec<Column> {
        tables::networking_columns::SERVICE_CIDR.to_vec()
    }

    fn row(&self, now: jiff::Timestamp) -> Vec<Cell> {
        let networks = self.spec.cidrs.clone().unwrap_or_default().join(",");
        vec![self.metadata.name.clone().into(), networks.into(), crate::time::age(self.metadata.creation_timestamp.as_ref(), now).into()]
    }
}
