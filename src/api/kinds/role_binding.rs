//! Gives the rules of a Role, or of a ClusterRole within one namespace, to users, groups and service accounts.
//!
//! Models: pkg/registry/rbac/rolebinding/strategy.go, pkg/apis/rbac/v1/defaults.go, v1.36.
//! Simplified: nothing.

pub use k8s_openapi::api::rbac::v1::RoleBinding;

use crate::defaults::rbac;
use crate::field::FieldError;
use crate::{Cell, Column, ResourceInfo, Strategy, resource_impl, tables, validation};

resource_impl!(RoleBinding, metadata);

impl Strategy for RoleBinding {
    const INFO: ResourceInfo = ResourceInfo {
        group: "rbac.authorization.k8s.io",
        version: "v1",
        kind: "RoleBinding",
        plural: "rolebindings",
        singular: "rolebinding",
        short_names: &[],
        categories: &[],
        namespaced: true,
        has_status: false,
    };

    fn set_defaults(&mut self) {
        rbac::role_ref(&mut self.role_ref);
        self.subjects.iter_mut().flatten().for_each(rbac::subject);
    }

    fn validate(&self) -> Vec<FieldError> {
        validation::rbac::role_binding(self)
    }

    fn is_validated_whole_on_update() -> bool {
        true
    }

    fn validate_update(&self, old: &Self) -> Vec<FieldError> {
        let mut errors = validation::metadata::validate_update(&self.metadata, &old.metadata);
        errors.extend(validation::rbac::role_ref_update(&self.role_ref, &old.role_ref));
        errors
    }

    fn columns() -> Vec<Column> {
        tables::policy::ROLE_BINDING.to_vec()
    }

    fn row(&self, now: jiff::Timestamp) -> Vec<Cell> {
        tables::policy::binding_row(&self.metadata, &self.role_ref, self.subjects.as_deref().unwrap_or_default(), now)
    }
}
