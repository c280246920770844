//! Bindings: the group of a role and of a subject need not be written.
//!
//! Models: pkg/apis/rbac/v1/defaults.go, v1.36.
//! Simplified: nothing.

use k8s_openapi::api::rbac::v1::{RoleRef, Subject};

const GROUP: &str = "rbac.authorization.k8s.io";

pub(crate) fn role_ref(role: &mut RoleRef) {
    if role.api_group.as_deref().unwrap_or_default().is_empty() {
        role.api_group = Some(GROUP.to_owned());
    }
}

pub(crate) fn subject(subject: &mut Subject) {
    if subject.api_group.as_deref().unwrap_or_default().is_empty() {
        subject.api_group = matches!(subject.kind.as_str(), "User" | "Group").then(|| GROUP.to_owned());
    }
}
