//! Tables of what limits and allows: bindings, quotas, classes.
//!
//! Models: pkg/printers/internalversion/printers.go (printRoleBinding, printResourceQuota, printPriorityClass), v1.36.
//! Simplified: nothing.

use k8s_openapi::api::rbac::v1::{RoleRef, Subject};

use super::columns::{AGE, NAME, column};
use crate::quantity::Quantity;
use crate::{Cell, Column, ObjectMeta, ResourceQuota};

pub(crate) const ROLE_BINDING: &[Column] = &[
    column("Name", "string", "name", 0, NAME),
    column("Role", "string", "", 0, "RoleRef can reference a Role in the current namespace or a ClusterRole in the global namespace. If the RoleRef cannot be resolved, the Authorizer must return an error."),
    column("Age", "string", "", 0, AGE),
    column("Users", "string", "", 1, "Users in the roleBinding"),
    column("Groups", "string", "", 1, "Groups in the roleBinding"),
    column("ServiceAccounts", "string", "", 1, "ServiceAccounts in the roleBinding"),
];

pub(crate) const CLUSTER_ROLE_BINDING: &[Column] = &[
    column("Name", "string", "name", 0, NAME),
    column("Role", "string", "", 0, "RoleRef can only reference a ClusterRole in the global namespace. If the RoleRef cannot be resolved, the Authorizer must return an error."),
    column("Age", "string", "", 0, AGE),
    column("Users", "string", "", 1, "Users in the clusterRoleBinding"),
    column("Groups", "string", "", 1, "Groups in the clusterRoleBinding"),
    column("ServiceAccounts", "string", "", 1, "ServiceAccounts in the clusterRoleBinding"),
];

pub(crate) const RESOURCE_QUOTA: &[Column] = &[
    column("Name", "string", "name", 0, NAME),
    column("Request", "string", "", 0, "Request represents a minimum amount of cpu/memory that a container may consume."),
    column("Limit", "string", "", 0, "Limits control the maximum amount of cpu/memory that a container may use independent of contention on the node."),
    column("Age", "string", "", 0, AGE),
];

pub(crate) const PRIORITY_CLASS: &[Column] = &[
    column("Name", "string", "name", 0, NAME),
    column("Value", "integer", "", 0, "value represents the integer value of this priority class. This is the actual priority that pods receive when they have the name of this class in their pod spec."),
    column("Global-Default", "boolean", "", 0, "globalDefault specifies whether this PriorityClass should be considered as the default priority for pods that do not have any priority class. Only one PriorityClass can be marked as `globalDefault`. However, if more than one PriorityClasses exists with their `globalDefault` field set to true, the smallest value of such global default PriorityClasses will be used as the default priority."),
    column("Age", "string", "", 0, AGE),
    column("PreemptionPolicy", "string", "", 0, "preemptionPolicy is the Policy for preempting pods with lower priority. One of Never, PreemptLowerPriority. Defaults to PreemptLowerPriority if unset."),
];

pub(crate) const RUNTIME_CLASS: &[Column] = &[
    column("Name", "string", "name", 0, NAME),
    column("Handler", "string", "", 0, ""),
    column("Age", "string", "", 0, AGE),
];

pub(crate) fn binding_row(meta: &ObjectMeta, role: &RoleRef, subjects: &[Subject], now: jiff::Timestamp) -> Vec<Cell> {
    let of_kind = |kind: &str, name: fn(&Subject) -> String| {
        subjects.iter().filter(|subject| subject.kind == kind).map(name).collect::<Vec<_>>().join(", ")
    };
    vec![
        meta.name.clone().into(),
        format!("{}/{}", role.kind, role.name).into(),
        crate::time::age(meta.creation_timestamp.as_ref(), now).into(),
        of_kind("User", |subject| subject.name.clone()).into(),
        of_kind("Group", |subject| subject.name.clone()).into(),
        of_kind("ServiceAccount", |subject| format!("{}/{}", subject.namespace.as_deref().unwrap_or_default(), subject.name)).into(),
    ]
}

/// Limits stand in a column of their own, everything else in the other.
pub(crate) fn resource_quota_row(quota: &ResourceQuota, now: jiff::Timestamp) -> Vec<Cell> {
    let used = |name: &str| quota.status.used.as_ref().and_then(|used| used.get(name)).map(Quantity::of).unwrap_or_default();
    let entries = |limits: bool| {
        let hard = quota.status.hard.iter().flatten().filter(|(name, _)| name.starts_with("limits.") == limits);
        hard.map(|(name, hard)| format!("{name}: {}/{}", used(name), Quantity::of(hard))).collect::<Vec<_>>().join(", ")
    };
    vec![
        quota.metadata.name.clone().into(),
        entries(false).into(),
        entries(true).into(),
        crate::time::age(quota.metadata.creation_timestamp.as_ref(), now).into(),
    ]
}
