//! One address that is taken, named like the address itself, with the object that has it.
//!
//! Models: pkg/registry/networking/ipaddress/strategy.go, v1.36.
//! Simplified: nothing.

use k8s_openapi::api::networking::v1::IPAddressSpec;

use crate::field::FieldError;
use crate::{Cell, Column, ResourceInfo, Strategy, object_meta, spec_and_status_kind, tables, validation};

spec_and_status_kind! {
    /// IPAddress.
    IPAddress, "networking.k8s.io/v1", spec: IPAddressSpec
}

impl Strategy for IPAddress {
    const INFO: ResourceInfo = ResourceInfo {
        group: "networking.k8s.io",
        version: "v1",
        kind: "IPAddress",
        plural: "ipaddresses",
        singular: "ipaddress",
        short_names: &["ip"],
        categories: &[],
        namespaced: false,
        has_status: false,
    };

    fn prepare_for_update(&mut self, old: &Self) {
        object_meta::share(&mut self.spec, &old.spec);
    }

    fn validate(&self) -> Vec<FieldError> {
        validation::service_cidr::ip_address(self)
    }

    fn validate_update(&self, old: &Self) -> Vec<FieldError> {
        validation::service_cidr::ip_address_update(self, old)
    }

    fn columns() -> Vec<Column> {
        tables::networking_columns::IP_ADDRESS.to_vec()
    }

    fn row(&self, now: jiff::Timestamp) -> Vec<Cell> {
        tables::networking::ip_address_row(self, now)
    }
}
