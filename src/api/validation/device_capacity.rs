//! Validation of what devices offer by the amount: capacities that several claims share, and counters that devices of one
//! piece of hardware share.
//!
//! Models: pkg/apis/resource/validation/validation.go, v1.36.
//! Simplified: nothing.

use std::collections::BTreeMap;

use k8s_openapi::api::resource::v1::{CapacityRequestPolicy, CapacityRequestPolicyRange, Counter, DeviceCapacity, DeviceCounterConsumption};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity as RawQuantity;
use serde_json::json;

use super::device_claim::{label, set};
use super::list;
use crate::quantity::Quantity;
use crate::field::{FieldError, Path};

const OPTIONS: usize = 10;
const COUNTERS: usize = 32;
const CONSUMPTIONS: usize = 2;

/// What may be asked for of a capacity; only of a device that several claims may have at once.
pub(super) fn policy(capacity: &DeviceCapacity, shared: bool, path: &Path) -> Vec<FieldError> {
    let Some(policy) = &capacity.request_policy else { return Vec::new() };
    let path = path.child("requestPolicy");
    if !shared {
        return vec![FieldError::forbidden(path, "allowMultipleAllocations must be true")];
    }
    let CapacityRequestPolicy { default, valid_range, valid_values } = policy;
    match (list(valid_values), valid_range, default) {
        ([_, ..], Some(_), _) => {
            vec![FieldError::forbidden(path, "exactly one policy can be specified, cannot specify \"validValues\" and \"validRange\" at the same time")]
        }
        ([_, ..], None, None) => vec![FieldError::required(path.child("default"), "required when validValues is defined")],
        ([], Some(_), None) => vec![FieldError::required(path.child("default"), "required when validRange is defined")],
        (values @ [_, ..], None, Some(default)) => options(default, &capacity.value, values, &path.child("validValues")),
        ([], Some(range), Some(default)) => within(default, &capacity.value, range, &path.child("validRange")),
        ([], None, _) => Vec::new(),
    }
}

fn amount(raw: &RawQuantity) -> Quantity {
    Quantity::of(raw)
}

fn shown(raw: &RawQuantity) -> String {
    amount(raw).to_string()
}

fn options(default: &RawQuantity, most: &RawQuantity, values: &[RawQuantity], path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    for (index, pair) in values.windows(2).enumerate() {
        if amount(&pair[0]) > amount(&pair[1]) {
            errors.push(FieldError::invalid(path.index(index + 1), shown(&pair[1]), "values must be sorted in ascending order"));
        }
    }
    errors.extend(set(values, Some(OPTIONS), path, |value| json!(amount(value).value().to_string()), |value, path| {
        if amount(value) > amount(most) {
            return vec![FieldError::invalid(path, shown(value), format!("option is larger than capacity value: {}", shown(most)))];
        }
        Vec::new()
    }));
    let known = values.len() <= OPTIONS && values.iter().any(|value| amount(value) == amount(default));
    if !known {
        errors.push(FieldError::invalid(path, shown(default), "default value is not valid according to the requestPolicy"));
    }
    errors
}

fn within(default: &RawQuantity, most: &RawQuantity, range: &CapacityRequestPolicyRange, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let mut refuse = |wrong: bool, field: &str, value: &RawQuantity, why: String| {
        if wrong {
            errors.push(FieldError::invalid(path.child(field), shown(value), why));
        }
    };
    let min = &range.min;
    refuse(amount(min) > amount(most), "min", min, format!("min is larger than capacity value: {}", shown(most)));
    refuse(amount(default) < amount(min), "min", default, format!("default is less than min: {}", shown(min)));
    if let Some(max) = &range.max {
        refuse(amount(min) > amount(max), "max", min, format!("min is larger than max: {}", shown(max)));
        refuse(amount(max) > amount(most), "max", max, format!("max is larger than capacity value: {}", shown(most)));
        refuse(amount(default) > amount(max), "max", default, format!("default is more than max: {}", shown(max)));
    }
    if let Some(step) = &range.step {
        let one = amount(min) + amount(step);
        refuse(one > amount(most), "step", step, format!("one step {one} is larger than capacity value: {}", shown(most)));
        // The reference fails on a step of nothing; here every value is such a multiple.
        let step_value = amount(step).value();
        let off = |value: &RawQuantity| step_value != 0 && (amount(value).value() - amount(min).value()) % step_value != 0;
        for value in [Some(default), range.max.as_ref()].into_iter().flatten() {
            refuse(off(value), "step", value, format!("value is not a multiple of a given step ({}) from ({})", shown(step), shown(min)));
        }
    }
    errors
}

/// Counters by name, of which there is at least one.
pub(super) fn counters(counters: &BTreeMap<String, Counter>, path: &Path) -> Vec<FieldError> {
    match counters.len() {
        0 => vec![FieldError::required(path, "")],
        count if count > COUNTERS => vec![FieldError::too_many(path, count, COUNTERS)],
        _ => counters.keys().flat_map(|name| label(name, path)).collect(),
    }
}

/// What a device takes of the counters that it shares with others.
pub(super) fn consumptions(consumptions: &[DeviceCounterConsumption], path: &Path) -> Vec<FieldError> {
    set(consumptions, Some(CONSUMPTIONS), path, |one| json!(one.counter_set), |one, path| {
        let at = path.child("counterSet");
        let mut errors = if one.counter_set.is_empty() { vec![FieldError::required(at, "")] } else { label(&one.counter_set, &at) };
        errors.extend(counters(&one.counters, &path.child("counters")));
        errors
    })
}
