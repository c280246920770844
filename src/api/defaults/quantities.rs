//! Quantities are brought into canonical form when they come in: `0.5` CPU is stored as `500m`.
//!
//! Models: pkg/apis/core/v1/defaults.go (SetDefaults_ResourceList), v1.36.
//! Simplified: nothing.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{PodSpec, ResourceRequirements};
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
