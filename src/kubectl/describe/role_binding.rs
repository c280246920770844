//! RoleBinding and ClusterRoleBinding: which role, and who has it.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/describe/describe.go (RoleBindingDescriber), v1.36.
//! Simplified: nothing.

use k8s_openapi::api::rbac::v1::{ClusterRoleBinding, RoleBinding, RoleRef, Subject};
use podarium_api::ObjectMeta;

use super::metadata;
use super::page::{Page, text};
use super::related::Related;

pub fn describe(page: &mut Page, binding: &RoleBinding, _: &Related) {
    any(page, &binding.metadata, &binding.role_ref, binding.subjects.as_deref().unwrap_or_default());
}

pub fn describe_cluster_role_binding(page: &mut Page, binding: &ClusterRoleBinding, _: &Related) {
    any(page, &binding.metadata, &binding.role_ref, binding.subjects.as_deref().unwrap_or_default());
}

fn any(page: &mut Page, meta: &ObjectMeta, role: &RoleRef, subjects: &[Subject]) {
    page.field(0, "Name", text(&meta.name));
    metadata::labels_and_annotations(page, meta);
    page.line(0, "Role:");
    page.field(1, "Kind", &role.kind);
    page.field(1, "Name", &role.name);
    page.line(0, "Subjects:");
    page.row(1, &["Kind", "Name", "Namespace"]);
    page.row(1, &["----", "----", "---------"]);
    for subject in subjects {
        page.row(1, &[&subject.kind, &subject.name, text(&subject.namespace)]);
    }
}
