//! Quantities are brought into canonical form when they come in: `0.5` CPU is stored as `500m`.
//!
//! Models: pkg/apis/core/v1/defaults.go (SetDefaults_ResourceList, SetDefaults_LimitRangeItem), v1.36.
//! Simplified: nothing.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{LimitRangeItem, PodSpec, ResourceRequirements};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity as RawQuantity;

use crate::quantity::Quantity;

/// One amount. Text that is no quantity stays: decoding has refused it before it comes here.
pub(crate) fn canonicalize(raw: &mut RawQuantity) {
    if let Ok(text) = Quantity::canonicalize(&raw.0)
        && text != raw.0
    {
        raw.0 = text;
    }
}

/// Amounts of resources, which are rounded up to thousandths too.
pub(crate) fn canonicalize_list(list: &mut Option<BTreeMap<String, RawQuantity>>) {
    for raw in list.iter_mut().flat_map(BTreeMap::values_mut) {
        canonicalize(raw);
        let amount = Quantity::of(raw);
        let rounded = Quantity::from_millis(amount.milli_value());
        if amount.abs() < Quantity::from_units(1_000_000) && rounded != amount {
            *raw = rounded.into_raw();
        }
    }
}

pub(crate) fn canonicalize_requirements(resources: &mut ResourceRequirements) {
    canonicalize_list(&mut resources.limits);
    canonicalize_list(&mut resources.requests);
}

/// The limits of a namespace for containers: a default limit comes from the maximum, a default request from the default
/// limit or else from the minimum.
pub(crate) fn limit_range_item(item: &mut LimitRangeItem) {
    for list in [&mut item.max, &mut item.min, &mut item.default, &mut item.default_request, &mut item.max_limit_request_ratio] {
        canonicalize_list(list);
        list.take_if(|list| list.is_empty());
    }
    if item.type_ != "Container" {
        return;
    }
    let fill = |into: &mut Option<BTreeMap<String, RawQuantity>>, from: &Option<BTreeMap<String, RawQuantity>>| {
        for (name, amount) in from.iter().flatten() {
            into.get_or_insert_default().entry(name.clone()).or_insert_with(|| amount.clone());
        }
    };
    fill(&mut item.default, &item.max);
    fill(&mut item.default_request, &item.default);
    fill(&mut item.default_request, &item.min);
}

/// The amounts of a pod that belong to no container.
pub(crate) fn canonicalize_pod_amounts(spec: &mut PodSpec) {
    canonicalize_list(&mut spec.overhead);
    spec.resources.iter_mut().for_each(canonicalize_requirements);
    for volume in spec.volumes.iter_mut().flatten() {
        if let Some(limit) = volume.empty_dir.as_mut().and_then(|dir| dir.size_limit.as_mut()) {
            canonicalize(limit);
        }
    }
}
