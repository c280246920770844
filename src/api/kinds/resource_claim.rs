//! A request for devices, such as GPUs; pods that use the claim run where the devices are.
//!
//! Models: pkg/registry/resource/resourceclaim/strategy.go, pkg/apis/resource/v1/defaults.go, v1.36.
//! Simplified: no driver offers devices, so a claim stays pending and so do the pods that use it.

use std::sync::Arc;

use k8s_openapi::api::resource::v1::{ResourceClaimSpec, ResourceClaimStatus};

use crate::field::FieldError;
use crate::{Cell, Column, ResourceInfo, Strategy, defaults, object_meta, spec_and_status_kind, tables, validation};

spec_and_status_kind! {
    /// ResourceClaim.
    ResourceClaim, "resource.k8s.io/v1", spec: ResourceClaimSpec, status: ResourceClaimStatus
}

impl Strategy for ResourceClaim {
    const INFO: ResourceInfo = ResourceInfo {
        group: "resource.k8s.io",
        version: "v1",
        kind: "ResourceClaim",
        plural: "resourceclaims",
        singular: "resourceclaim",
        short_names: &[],
        categories: &[],
        namespaced: true,
        has_status: true,
    };

    fn set_defaults(&mut self) {
        defaults::devices::claim(Arc::make_mut(&mut self.spec));
    }

    fn prepare_for_create(&mut self) {
        self.status = Default::default();
    }

    fn prepare_for_update(&mut self, old: &Self) {
        self.status = Arc::clone(&old.status);
        object_meta::share(&mut self.spec, &old.spec);
    }

    fn prepare_for_status_update(&mut self, old: &Self) {
        self.spec = Arc::clone(&old.spec);
        object_meta::keep_for_part(&mut self.metadata, &old.metadata);
        object_meta::share(&mut self.status, &old.status);
    }

    fn validate(&self) -> Vec<FieldError> {
        validation::device_claim::claim(self)
    }

    fn validate_update(&self, old: &Self) -> Vec<FieldError> {
        validation::device_claim::claim_update(self, old)
    }

    fn validate_status_update(&self, old: &Self) -> Vec<FieldError> {
        validation::device_allocation::status_update(self, old)
    }

    fn columns() -> Vec<Column> {
        tables::devices::RESOURCE_CLAIM.to_vec()
    }

    fn row(&self, now: jiff::Timestamp) -> Vec<Cell> {
        tables::devices::resource_claim_row(self, now)
    }
}
