//! Counting a whole namespace.
//!
//! Models: staging/src/k8s.io/apiserver/pkg/quota/v1/resources.go (CalculateUsage), v1.36.
//! Simplified: nothing.

use podarium_api::quantity::Quantity;
use podarium_api::resource::{self, ResourceList};
use podarium_api::{Kind, Object, ResourceQuota};

use super::{in_scope, is_counted, matching, usage};

/// The kinds whose objects a quota can count.
pub(crate) fn counted_kinds() -> impl Iterator<Item = Kind> {
    Kind::ALL.iter().copied().filter(|kind| is_counted(*kind))
}

/// What the objects of a namespace use of the resources that the quota limits. `list` gives those of one kind.
pub(crate) fn total<'a, I: Iterator<Item = &'a Object>>(quota: &ResourceQuota, list: impl Fn(Kind) -> I, now: i64) -> ResourceList {
    let hard = quota.spec.hard.iter().flatten();
    let mut total: ResourceList = hard.clone().map(|(name, _)| (name.clone(), Quantity::default())).collect();
    for kind in counted_kinds() {
        let names = matching(kind, quota.spec.hard.iter().flatten().map(|(name, _)| name));
        if names.is_empty() {
            continue;
        }
        for object in list(kind).filter(|object| in_scope(quota, object)) {
            let mut used = usage(object, now);
            used.retain(|name, _| names.contains(&name.as_str()));
            resource::add(&mut total, &used);
        }
    }
    total
}
