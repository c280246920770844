//! A rule in CEL for everything that is written to the API; a binding says where it holds.
//!
//! Models: pkg/registry/admissionregistration/validatingadmissionpolicy/strategy.go,
//! pkg/apis/admissionregistration/v1/defaults.go, v1.36.
//! Simplified: nothing.

use std::sync::Arc;

use k8s_openapi::api::admissionregistration::v1::{ValidatingAdmissionPolicySpec, ValidatingAdmissionPolicyStatus};

use crate::field::FieldError;
use crate::{Cell, Column, ResourceInfo, Strategy, defaults, object_meta, spec_and_status_kind, tables, validation};

spec_and_status_kind! {
    /// ValidatingAdmissionPolicy.
    ValidatingAdmissionPolicy, "admissionregistration.k8s.io/v1", spec: ValidatingAdmissionPolicySpec, status: ValidatingAdmissionPolicyStatus
}

impl Strategy for ValidatingAdmissionPolicy {
    const INFO: ResourceInfo = ResourceInfo {
        group: "admissionregistration.k8s.io",
        version: "v1",
        kind: "ValidatingAdmissionPolicy",
        plural: "validatingadmissionpolicies",
        singular: "validatingadmissionpolicy",
        short_names: &[],
        categories: &["api-extensions"],
        namespaced: false,
        has_status: true,
    };

    fn set_defaults(&mut self) {
        let spec = Arc::make_mut(&mut self.spec);
        spec.failure_policy.get_or_insert_with(|| "Fail".to_owned());
        spec.match_constraints.iter_mut().for_each(defaults::admission::match_resources);
    }

    fn prepare_for_create(&mut self) {
        self.metadata.generation = Some(1);
        self.status = Default::default();
    }

    fn prepare_for_update(&mut self, old: &Self) {
        self.status = Arc::clone(&old.status);
        let changed = object_meta::share(&mut self.spec, &old.spec);
        object_meta::next_generation(&mut self.metadata, &old.metadata, changed);
    }

    fn prepare_for_status_update(&mut self, old: &Self) {
        self.spec = Arc::clone(&old.spec);
        object_meta::keep_for_part(&mut self.metadata, &old.metadata);
    }

    fn validate(&self) -> Vec<FieldError> {
        validation::admission_policy::policy(self)
    }

    fn is_validated_whole_on_update() -> bool {
        true
    }

    fn validate_update(&self, old: &Self) -> Vec<FieldError> {
        validation::metadata::validate_update_any(&self.metadata, &old.metadata)
    }

    fn columns() -> Vec<Column> {
        tables::admission::POLICY.to_vec()
    }

    fn row(&self, now: jiff::Timestamp) -> Vec<Cell> {
        tables::admission::policy_row(self, now)
    }
}
