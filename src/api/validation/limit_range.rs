//! Limit ranges: minima below defaults below maxima.
//!
//! Models: pkg/apis/core/validation/validation.go (ValidateLimitRange), v1.36.
//! Simplified: nothing.

use std::collections::{BTreeMap, BTreeSet};

use k8s_openapi::api::core::v1::LimitRangeItem;
use k8s_openapi::apimachinery::pkg::api::resource::Quantity as RawQuantity;

use super::{invalid_each, metadata, resources};
use crate::field::{FieldError, Path};
use crate::quantity::Quantity;
use crate::resource::{ResourceList, resource_list};
use crate::{LimitRange, name_rules};

pub(crate) fn limit_range(range: &LimitRange) -> Vec<FieldError> {
    let mut errors = metadata::validate(&range.metadata, true, metadata::SUBDOMAIN);
    let path = Path::new("spec").child("limits");
    let mut types = BTreeSet::new();
    for (index, item) in range.spec.limits.iter().enumerate() {
        let path = path.index(index);
        errors.extend(type_name(&item.type_, &path.child("type")));
        if !types.insert(&item.type_) {
            errors.push(FieldError::duplicate(path.child("type"), item.type_.as_str()));
        }
        errors.extend(names(item, &path));
        errors.extend(amounts(item, &path));
    }
    errors
}

fn type_name(name: &str, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    invalid_each(&mut errors, path, name, name_rules::label_key(name));
    let standard = matches!(name, "Pod" | "Container" | "PersistentVolumeClaim");
    if errors.is_empty() && !name.contains('/') && !standard {
        errors.push(FieldError::invalid(path, name, "must be a standard limit type or fully qualified"));
    }
    errors
}

/// Names of resources in all the lists, and lists that this type does not have.
fn names(item: &LimitRangeItem, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let check = |list: &Option<BTreeMap<String, RawQuantity>>, field: &str| -> Vec<FieldError> {
        let path = path.child(field);
        let of_container = matches!(item.type_.as_str(), "Pod" | "Container");
        let rule = if of_container { resources::container_resource_name } else { resources::resource_name };
        list.iter().flatten().flat_map(|(name, _)| rule(name, &path.key(name))).collect()
    };
    errors.extend(check(&item.max, "max"));
    errors.extend(check(&item.min, "min"));
    for (list, field) in [(&item.default, "default"), (&item.default_request, "defaultRequest")] {
        if item.type_ != "Pod" {
            errors.extend(check(list, field));
        } else if list.as_ref().is_some_and(|list| !list.is_empty()) {
            errors.push(FieldError::forbidden(path.child(field), "may not be specified when `type` is 'Pod'"));
        }
    }
    let has_storage = |list: &Option<BTreeMap<String, RawQuantity>>| list.as_ref().is_some_and(|list| list.contains_key("storage"));
    if item.type_ == "PersistentVolumeClaim" && !has_storage(&item.min) && !has_storage(&item.max) {
        let why = "either minimum or maximum storage value is required, but neither was provided";
        errors.push(FieldError::required(path.child("limits"), why));
    }
    errors.extend(check(&item.max_limit_request_ratio, "maxLimitRequestRatio"));
    errors
}

/// The lists of one item, read.
struct Amounts {
    min: ResourceList,
    max: ResourceList,
    default: ResourceList,
    request: ResourceList,
    ratio: ResourceList,
}

fn amounts(item: &LimitRangeItem, path: &Path) -> Vec<FieldError> {
    let defaults = item.type_ != "Pod";
    let amounts = Amounts {
        min: resource_list(item.min.as_ref()),
        max: resource_list(item.max.as_ref()),
        default: resource_list(item.default.as_ref().filter(|_| defaults)),
        request: resource_list(item.default_request.as_ref().filter(|_| defaults)),
        ratio: resource_list(item.max_limit_request_ratio.as_ref()),
    };
    let lists = [&amounts.min, &amounts.max, &amounts.default, &amounts.request, &amounts.ratio];
    let names: BTreeSet<&String> = lists.into_iter().flat_map(BTreeMap::keys).collect();
    names.into_iter().flat_map(|name| of_resource(&amounts, name, path)).collect()
}

fn of_resource(amounts: &Amounts, name: &str, path: &Path) -> Vec<FieldError> {
    let get = |list: &ResourceList| list.get(name).copied();
    let (min, max, default, request) = (get(&amounts.min), get(&amounts.max), get(&amounts.default), get(&amounts.request));
    let mut errors = Vec::new();
    let mut ordered = |low: Option<Quantity>, high: Option<Quantity>, field: &str, shown: Option<Quantity>, words: (&str, &str)| {
        if let (Some(low), Some(high), Some(shown)) = (low, high, shown)
            && low > high
        {
            let why = format!("{} value {low} is greater than {} value {high}", words.0, words.1);
            errors.push(FieldError::invalid(path.child(field).key(name), shown.to_string(), why));
        }
    };
    ordered(min, max, "min", min, ("min", "max"));
    ordered(min, request, "defaultRequest", request, ("min", "default request"));
    ordered(request, max, "defaultRequest", request, ("default request", "max"));
    ordered(request, default, "defaultRequest", request, ("default request", "default limit"));
    ordered(min, default, "default", min, ("min", "default"));
    ordered(default, max, "default", max, ("default", "max"));
    if let Some(ratio) = get(&amounts.ratio) {
        errors.extend(ratio_errors(ratio, min, max, &path.child("maxLimitRequestRatio").key(name)));
    }
    if let (Some(default), Some(request)) = (default, request)
        && !resources::can_overcommit(name)
        && default != request
    {
        let why = format!("default value {default} must equal to defaultRequest value {request} in {name}");
        errors.push(FieldError::invalid(path.child("defaultRequest").key(name), request.to_string(), why));
    }
    errors
}

fn ratio_errors(ratio: Quantity, min: Option<Quantity>, max: Option<Quantity>, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    if ratio < Quantity::from_units(1) {
        errors.push(FieldError::invalid(path, ratio.to_string(), format!("ratio {ratio} is less than 1")));
    }
    if let (Some(min), Some(max)) = (min, max) {
        let most = max.as_f64() / min.as_f64();
        if ratio.as_f64() > most {
            errors.push(FieldError::invalid(path, ratio.to_string(), format!("ratio {ratio} is greater than max/min = {most:.6}")));
        }
    }
    errors
}

#[cfg(test)]
mod tests {
    use crate::Kind;
    use serde_json::json;

    #[test]
    fn limits_are_in_order() {
        let cases = [
            (json!({"type": "Container", "max": {"cpu": "1"}, "min": {"cpu": "100m"}}), vec![]),
            (json!({"type": "Container", "max": {"cpu": "1"}, "min": {"cpu": "2"}}), vec![
                "spec.limits[0].min[cpu]: Invalid value: \"2\": min value 2 is greater than max value 1",
                "spec.limits[0].defaultRequest[cpu]: Invalid value: \"1\": min value 2 is greater than default request value 1",
                "spec.limits[0].default[cpu]: Invalid value: \"2\": min value 2 is greater than default value 1",
            ]),
            (json!({"type": "Pod", "default": {"cpu": "1"}}), vec!["spec.limits[0].default: Forbidden: may not be specified when `type` is 'Pod'"]),
            (json!({"type": "Robot"}), vec!["spec.limits[0].type: Invalid value: \"Robot\": must be a standard limit type or fully qualified"]),
            (json!({"type": "PersistentVolumeClaim"}), vec!["spec.limits[0].limits: Required value: either minimum or maximum storage value is required, but neither was provided"]),
            (json!({"type": "Pod", "maxLimitRequestRatio": {"cpu": "500m"}}), vec!["spec.limits[0].maxLimitRequestRatio[cpu]: Invalid value: \"500m\": ratio 500m is less than 1"]),
            (json!({"type": "Pod", "min": {"cpu": "1"}, "max": {"cpu": "2"}, "maxLimitRequestRatio": {"cpu": "3"}}), vec![
                "spec.limits[0].maxLimitRequestRatio[cpu]: Invalid value: \"3\": ratio 3 is greater than max/min = 2.000000",
            ]),
        ];
        for (item, expected) in cases {
            let mut range = Kind::LimitRange.parse(json!({"metadata": {"name": "l", "namespace": "a"}, "spec": {"limits": [item.clone()]}})).unwrap();
            range.set_defaults();
            let errors: Vec<String> = range.validate().iter().map(ToString::to_string).collect();
            assert_eq!(errors, expected, "{item}");
        }
    }
}
