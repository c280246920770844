//! Role and ClusterRole: what they allow, by resource.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/describe/describe.go (RoleDescriber, ClusterRoleDescriber), v1.36.
//! Simplified: nothing.

use k8s_openapi::api::rbac::v1::{ClusterRole, PolicyRule, Role};
use podarium_api::ObjectMeta;

use super::metadata;
use super::page::{Page, text};
use super::related::Related;
use crate::policy_rules;

pub fn describe(page: &mut Page, role: &Role, _: &Related) {
    any(page, &role.metadata, role.rules.as_deref().unwrap_or_default());
}

pub fn describe_cluster_role(page: &mut Page, role: &ClusterRole, _: &Related) {
    any(page, &role.metadata, role.rules.as_deref().unwrap_or_default());
}

fn any(page: &mut Page, meta: &ObjectMeta, rules: &[PolicyRule]) {
    page.field(0, "Name", text(&meta.name));
    metadata::labels_and_annotations(page, meta);
    page.line(0, "PolicyRule:");
    let columns = policy_rules::COLUMNS;
    page.row(1, &columns);
    page.row(1, &columns.map(|name| "-".repeat(name.len())).each_ref().map(String::as_str));
    for row in policy_rules::rows(rules) {
        page.row(1, &row.each_ref().map(String::as_str));
    }
}
