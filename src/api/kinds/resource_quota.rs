//! How much of each resource the objects of a namespace may ask for together.
//!
//! Models: pkg/registry/core/resourcequota/strategy.go, v1.36.
//! Simplified: nothing.

use std::sync::Arc;

use k8s_openapi::api::core::v1::{ResourceQuotaSpec, ResourceQuotaStatus};

use crate::field::FieldError;
use crate::{Cell, Column, ResourceInfo, Strategy, spec_and_status_kind, tables, validation, warnings};

spec_and_status_kind! {
    /// ResourceQuota.
    ResourceQuota, "v1", spec: ResourceQuotaSpec, status: ResourceQuotaStatus
}

impl Strategy for ResourceQuota {
    const INFO: ResourceInfo = ResourceInfo {
        group: "",
        version: "v1",
        kind: "ResourceQuota",
        plural: "resourcequotas",
        singular: "resourcequota",
        short_names: &["quota"],
        categories: &[],
        namespaced: true,
        has_status: true,
    };

    fn prepare_for_create(&mut self) {
        self.status = Arc::default();
    }

    fn prepare_for_update(&mut self, old: &Self) {
        self.status = Arc::clone(&old.status);
    }

    fn prepare_for_status_update(&mut self, old: &Self) {
        self.spec = Arc::clone(&old.spec);
    }

    fn validate(&self) -> Vec<FieldError> {
        validation::quota::resource_quota(self)
    }

    fn validate_update(&self, old: &Self) -> Vec<FieldError> {
        validation::quota::resource_quota_update(self, old)
    }

    fn validate_status_update(&self, old: &Self) -> Vec<FieldError> {
        validation::quota::resource_quota_status_update(self, old)
    }

    fn warns_on_update() -> bool {
        false
    }

    fn warnings(&self) -> Vec<String> {
        warnings::resource_quota(self)
    }

    fn columns() -> Vec<Column> {
        tables::policy::RESOURCE_QUOTA.to_vec()
    }

    fn row(&self, now: jiff::Timestamp) -> Vec<Cell> {
        tables::policy::resource_quota_row(self, now)
    }
}
