//! The order in which objects come out: what others stand on comes before them, what watches over them comes last.
//!
//! Models: sigs.k8s.io/kustomize/api/internal/builtins/SortOrderTransformer.go, as kubectl v1.36 uses it.
//! Simplified: nothing.

use serde_json::Value;

use super::resource::Resource;
use crate::failure::{Outcome, fail};
use crate::unstructured::{items, text};

const FIRST: &[&str] = &[
    "Namespace", "ResourceQuota", "StorageClass", "CustomResourceDefinition", "ServiceAccount", "PodSecurityPolicy", "Role", "ClusterRole", "RoleBinding",
    "ClusterRoleBinding", "ConfigMap", "Secret", "Endpoints", "Service", "LimitRange", "PriorityClass", "PersistentVolume", "PersistentVolumeClaim",
    "Deployment", "StatefulSet", "CronJob", "PodDisruptionBudget",
];
const LAST: &[&str] = &["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"];

/// The place of a kind: below zero for those that come first, above for the last.
fn place(kind: &str, first: &[&str], last: &[&str]) -> isize {
    let at = |list: &[&str]| list.iter().position(|known| *known == kind).map(usize::cast_signed);
    at(last).map(|at| at + 1).or_else(|| at(first).map(|at| at - first.len().cast_signed())).unwrap_or(0)
}

pub(super) fn place_of(kind: &str) -> isize {
    place(kind, FIRST, LAST)
}

/// By `sortOptions`; without any, as was always done.
pub(super) fn sort(options: Option<&Value>, resources: &mut [Resource]) -> Outcome<()> {
    let order = options.map_or("legacy", |options| text(options, "/order"));
    let own = options.and_then(|options| options.get("legacySortOptions")).filter(|own| !own.is_null());
    match order {
        "fifo" if own.is_some() => return fail("the field 'sortOptions.legacySortOptions' is set but the selected sort order is 'fifo', not 'legacy'"),
        "fifo" => return Ok(()),
        "legacy" => {}
        _ => return fail("the field 'sortOptions.order' must be one of [fifo, legacy]"),
    }
    let kinds = |own: &'_ Value, list: &str| items(own, list).iter().filter_map(Value::as_str).map(str::to_owned).collect::<Vec<_>>();
    let (first, last) = own.map_or((None, None), |own| (Some(kinds(own, "/orderFirst")), Some(kinds(own, "/orderLast"))));
    let first: Vec<&str> = first.as_ref().map_or(FIRST.to_vec(), |own| own.iter().map(String::as_str).collect());
    let last: Vec<&str> = last.as_ref().map_or(LAST.to_vec(), |own| own.iter().map(String::as_str).collect());
    resources.sort_by_cached_key(|one| {
        let id = one.id();
        let or = |text: &str, none: &str| if text.is_empty() { none.to_owned() } else { text.to_owned() };
        (place(&id.gvk.kind, &first, &last), id.gvk.key(), format!("{}|{}", or(&id.namespace, "~X"), or(&id.name, "~N")))
    });
    Ok(())
}
