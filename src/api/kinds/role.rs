//! What may be done to which resources of one namespace: a list of rules that only ever allow.
//!
//! Models: pkg/registry/rbac/role/strategy.go, v1.36.
//! Simplified: nothing.

pub use k8s_openapi::api::rbac::v1::Role;

use crate::field::FieldError;
use crate::kinds::default_row;
use crate::{Cell, ResourceInfo, Strategy, resource_impl, validation};

resource_impl!(Role, metadata);

impl Strategy for Role {
    const INFO: ResourceInfo = ResourceInfo {
        group: "rbac.authorization.k8s.io",
        version: "v1",
        kind: "Role",
        plural: "roles",
        singular: "role",
        short_names: &[],
        categories: &[],
        namespaced: true,
        has_status: false,
    };

    fn prepare_for_create(&mut self) {
        // What is stored does not tell an empty list from none.
        self.rules = self.rules.take().filter(|rules| !rules.is_empty());
    }

    fn prepare_for_update(&mut self, _: &Self) {
        self.rules = self.rules.take().filter(|rules| !rules.is_empty());
    }

    fn validate(&self) -> Vec<FieldError> {
        validation::rbac::role(self)
    }

    fn is_validated_whole_on_update() -> bool {
        true
    }

    fn validate_update(&self, old: &Self) -> Vec<FieldError> {
        validation::metadata::validate_update(&self.metadata, &old.metadata)
    }

    fn row(&self, _now: jiff::Timestamp) -> Vec<Cell> {
        default_row(&self.metadata)
    }
}
