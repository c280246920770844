//! From which each pod that names it gets a ResourceClaim of its own.
//!
//! Models: pkg/registry/resource/resourceclaimtemplate/strategy.go, v1.36.
//! Simplified: nobody makes claims of it, since no driver offers devices.

use std::sync::Arc;

use k8s_openapi::api::resource::v1::ResourceClaimTemplateSpec;

use crate::field::FieldError;
use crate::{Cell, Column, ResourceInfo, Strategy, defaults, object_meta, spec_and_status_kind, tables, validation};

spec_and_status_kind! {
    /// ResourceClaimTemplate.
    ResourceClaimTemplate, "resource.k8s.io/v1", spec: ResourceClaimTemplateSpec
}

impl Strategy for ResourceClaimTemplate {
    const INFO: ResourceInfo = ResourceInfo {
        group: "resource.k8s.io",
        version: "v1",
        kind: "ResourceClaimTemplate",
        plural: "resourceclaimtemplates",
        singular: "resourceclaimtemplate",
        short_names: &[],
        categories: &[],
        namespaced: true,
        has_status: false,
    };

    fn set_defaults(&mut self) {
        defaults::devices::claim(&mut Arc::make_mut(&mut self.spec).spec);
    }

    fn prepare_for_update(&mut self, old: &Self) {
        object_meta::share(&mut self.spec, &old.spec);
    }

    fn validate(&self) -> Vec<FieldError> {
        validation::device_claim::template(self)
    }

    fn is_validated_whole_on_update() -> bool {
        true
    }

    fn validate_update(&self, old: &Self) -> Vec<FieldError> {
        validation::device_claim::template_update(self, old)
    }

    fn columns() -> Vec<Column> {
        tables::devices::NAMED.to_vec()
    }

    fn row(&self, now: jiff::Timestamp) -> Vec<Cell> {
        tables::devices::named_row(&self.metadata, now)
    }
}
