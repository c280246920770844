//! A change in CEL to everything that is written to the API; a binding says where it is made.
//!
//! Models: pkg/registry/admissionregistration/mutatingadmissionpolicy/strategy.go,
//! pkg/apis/admissionregistration/v1/defaults.go, v1.36.
//! Simplified: nothing.

use std::sync::Arc;

use k8s_openapi::api::admissionregistration::v1::MutatingAdmissionPolicySpec;

use crate::field::FieldError;
use crate::{Cell, Column, ResourceInfo, Strategy, defaults, object_meta, spec_and_status_kind, tables, validation};

spec_and_status_kind! {
    /// MutatingAdmissionPolicy.
    MutatingAdmissionPolicy, "admissionregistration.k8s.io/v1", spec: MutatingAdmissionPolicySpec
}

impl Strategy for MutatingAdmissionPolicy {
    const INFO: ResourceInfo = ResourceInfo {
        group: "admissionregistration.k8s.io",
        version: "v1",
        kind: "MutatingAdmissionPolicy",
        plural: "mutatingadmissionpolicies",
        singular: "mutatingadmissionpolicy",
        short_names: &[],
        categories: &["api-extensions"],
        namespaced: false,
        has_status: false,
    };

    fn set_defaults(&mut self) {
        let spec = Arc::make_mut(&mut self.spec);
        spec.failure_policy.get_or_insert_with(|| "Fail".to_owned());
        spec.match_constraints.iter_mut().for_each(defaults::admission::match_resources);
    }

    fn prepare_for_create(&mut self) {
        self.metadata.generation = Some(1);
    }

    fn prepare_for_update(&mut self, old: &Self) {
        let changed = object_meta::share(&mut self.spec, &old.spec);
        object_meta::next_generation(&mut self.metadata, &old.metadata, changed);
    }

    fn validate(&self) -> Vec<FieldError> {
        validation::admission_policy::mutating_policy(self)
    }

    fn is_validated_whole_on_update() -> bool {
        true
    }

    fn validate_update(&self, old: &Self) -> Vec<FieldError> {
        validation::metadata::validate_update_any(&self.metadata, &old.metadata)
    }

    fn columns() -> Vec<Column> {
        tables::admission::MUTATING_POLICY.to_vec()
    }

    fn row(&self, now: jiff::Timestamp) -> Vec<Cell> {
        let count = self.spec.mutations.as_ref().map_or(0, Vec::len);
        tables::admission::any_policy_row(&self.metadata, count, self.spec.param_kind.as_ref(), now)
    }
}
