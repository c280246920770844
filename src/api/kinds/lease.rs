//! A claim that must be renewed: a node's sign of life, or who of several is the leader.
//!
//! Models: pkg/registry/coordination/lease/strategy.go, v1.36.
//! Simplified: nothing.

use std::sync::Arc;

use k8s_openapi::api::coordination::v1::LeaseSpec;

use crate::field::FieldError;
use crate::{Cell, Column, ResourceInfo, Strategy, object_meta, spec_and_status_kind, tables, validation};

spec_and_status_kind! {
    /// Lease.
    Lease, "coordination.k8s.io/v1", spec: LeaseSpec
}

impl Lease {
    /// What coordinated elections need is dropped while their feature (CoordinatedLeaderElection) is off.
    fn elect_alone(&mut self) {
        if self.spec.strategy.is_some() || self.spec.preferred_holder.is_some() {
            let spec = Arc::make_mut(&mut self.spec);
            (spec.strategy, spec.preferred_holder) = (None, None);
        }
    }
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

    fn prepare_for_create(&mut self) {
        self.elect_alone();
    }

    fn prepare_for_update(&mut self, old: &Self) {
        object_meta::share(&mut self.spec, &old.spec);
        self.elect_alone();
    }

    fn validate(&self) -> Vec<FieldError> {
        let mut errors = validation::metadata::validate_any(&self.metadata, true, validation::metadata::SUBDOMAIN);
        errors.extend(validation::endpoint::lease_spec(self));
        errors
    }

    fn validate_update(&self, old: &Self) -> Vec<FieldError> {
        let mut errors = validation::metadata::validate_update_any(&self.metadata, &old.metadata);
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
