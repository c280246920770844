//! A claim that must be renewed: a node's sign of life, or who of several is the leader.
//!
//! Models: pkg/registry/coordination/lease/strategy.go, v1.36.
//! Simplified: nothing.

use k8s_openapi::api::coordination::v1::LeaseSpec;

use crate::field::FieldError;
use crate::{Cell, Column, ResourceInfo, Strategy, spec_and_status_kind, tables, validation};

spec_and_status_kind! {
    /// Lease.
    Lease, "coordination.k8s.io/v1", spec: LeaseSpec
}

impl Strategy for Lease {
    const INFO: ResourceInfo = ResourceInfo {
        group: "coordination.k8s.io",
        version: "v1",
        kind: "Lease",
        plural: "leases",
        singular: "lease",
        short_names: &[],
        categories: &[],
        namespaced: true,
        has_status: false,
    };

    fn validate(&self) -> Vec<FieldError> {
        let mut errors = validation::metadata::validate(&self.metadata, true, validation::metadata::SUBDOMAIN);
        errors.extend(validation::endpoint::lease_spec(self));
        errors
    }

    fn validate_update(&self, old: &Self) -> Vec<FieldError> {
        let mut errors = validation::metadata::validate_update(&self.metadata, &old.metadata);
        errors.extend(validation::endpoint::lease_spec(self));
        errors
    }

    fn columns() -> Vec<Column> {
        tables::columns::LEASE.to_vec()
    }

    fn row(&self, now: jiff::Timestamp) -> Vec<Cell> {
        vec![self.metadata.name.clone().into(), self.spec.holder_identity.clone().unwrap_or_default().into(), crate::time::age(self.metadata.creation_timestamp.as_ref(), now).into()]
    }
}
