//! What may be done to which resources anywhere in the cluster, and to paths that are no resources. A ClusterRole may
//! also gather its rules from others by their labels.
//!
//! Models: pkg/registry/rbac/clusterrole/strategy.go, v1.36.
//! Simplified: nothing.

pub use k8s_openapi::api::rbac::v1::ClusterRole;

use crate::field::FieldError;
use crate::kinds::default_row;
use crate::{Cell, ResourceInfo, Strategy, resource_impl, validation};

resource_impl!(ClusterRole, metadata);

impl Strategy for ClusterRole {
    const INFO: ResourceInfo = ResourceInfo {
        group: "rbac.authorization.k8s.io",
        version: "v1",
        kind: "ClusterRole",
        plural: "clusterroles",
        singular: "clusterrole",
        short_names: &[],
        categories: &[],
        namespaced: false,
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
        validation::rbac::cluster_role(self)
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
