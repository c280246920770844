//! Where an admission policy holds, with which parameters, and what happens to what breaks it.
//!
//! Models: pkg/registry/admissionregistration/validatingadmissionpolicybinding/strategy.go, v1.36.
//! Simplified: nothing.

use std::sync::Arc;

use k8s_openapi::api::admissionregistration::v1::ValidatingAdmissionPolicyBindingSpec;

use crate::field::FieldError;
use crate::{Cell, Column, ResourceInfo, Strategy, defaults, object_meta, spec_and_status_kind, tables, validation};

spec_and_status_kind! {
    /// ValidatingAdmissionPolicyBinding.
    ValidatingAdmissionPolicyBinding, "admissionregistration.k8s.io/v1", spec: ValidatingAdmissionPolicyBindingSpec
}

impl Strategy for ValidatingAdmissionPolicyBinding {
    const INFO: ResourceInfo = ResourceInfo {
        group: "admissionregistration.k8s.io",
        version: "v1",
        kind: "ValidatingAdmissionPolicyBinding",
        plural: "validatingadmissionpolicybindings",
        singular: "validatingadmissionpolicybinding",
        short_names: &[],
        categories: &["api-extensions"],
        namespaced: false,
        has_status: false,
    };

    fn set_defaults(&mut self) {
        Arc::make_mut(&mut self.spec).match_resources.iter_mut().for_each(defaults::admission::match_resources);
    }

    fn prepare_for_create(&mut self) {
        self.metadata.generation = Some(1);
    }

    fn prepare_for_update(&mut self, old: &Self) {
        let changed = object_meta::share(&mut self.spec, &old.spec);
        object_meta::next_generation(&mut self.metadata, &old.metadata, changed);
    }

    fn validate(&self) -> Vec<FieldError> {
        validation::admission_policy::binding(self)
    }

    fn is_validated_whole_on_update() -> bool {
        true
    }

    fn validate_update(&self, old: &Self) -> Vec<FieldError> {
        validation::metadata::validate_update_any(&self.metadata, &old.metadata)
    }

    fn columns() -> Vec<Column> {
        tables::admission::BINDING.to_vec()
    }

    fn row(&self, now: jiff::Timestamp) -> Vec<Cell> {
        tables::admission::binding_row(self, now)
    }
}
