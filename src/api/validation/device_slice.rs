//! Validation of what devices a driver offers.
//!
//! Models: pkg/apis/resource/validation/validation.go, v1.36.
//! Simplified: nothing.

use std::sync::LazyLock;

use k8s_openapi::api::resource::v1::{Device, DeviceAttribute, DeviceTaint, ResourceSliceSpec};
use regex::Regex;
use serde_json::{Value, json};

use super::device_allocation::pool_name;
use super::device_claim::{each, label, qualified_name, set};
use super::{device_capacity, list, metadata, persistent_volume_source, scheduling, text};
use crate::field::{FieldError, Path};
use crate::{ResourceSlice, name_rules};

const DEVICES: usize = 128;
/// With taints or shared counters there may be no more than this.
const ADVANCED_DEVICES: usize = 64;
const TAINTS: usize = 16;
const PROPERTIES: usize = 32;
const COUNTER_SETS: usize = 8;
const VALUE_BYTES: usize = 64;
const CONDITIONS: usize = 4;

/// `1.2.3`, `1.2.3-rc.1+build.5`
static SEMANTIC_VERSION: LazyLock<Regex> = LazyLock::new(|| {
    let (number, before, build) = (r"(0|[1-9]\d*)", r"(0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)", "[0-9a-zA-Z-]+");
    let pattern = format!(r"^{number}\.{number}\.{number}(-{before}(\.{before})*)?(\+{build}(\.{build})*)?$");
    Regex::new(&pattern.replace(r"\d", "[0-9]")).expect("a valid pattern")
});

/// Lists as values of attributes are behind a feature that is off: they are taken out.
pub(crate) fn drop_disabled(spec: &mut ResourceSliceSpec) {
    for device in spec.devices.iter_mut().flatten() {
        device.node_allocatable_resource_mappings = None;
        for attribute in device.attributes.iter_mut().flat_map(|attributes| attributes.values_mut()) {
            (attribute.bools, attribute.ints, attribute.strings, attribute.versions) = (None, None, None, None);
        }
    }
}

/// Names of drivers are compared without regard to case, and should not need that.
pub(crate) fn driver_warning(driver: &str) -> Option<String> {
    let upper = driver != driver.to_lowercase();
    upper.then(|| format!("spec.driver: driver names should be lowercase; {driver:?} contains uppercase characters"))
}

pub(crate) fn slice(slice: &ResourceSlice) -> Vec<FieldError> {
    let mut errors = metadata::validate(&slice.metadata, false, metadata::SUBDOMAIN);
    errors.extend(spec(&slice.spec, None));
    errors
}

pub(crate) fn update(new: &ResourceSlice, old: &ResourceSlice) -> Vec<FieldError> {
    let mut errors = metadata::validate_update(&new.metadata, &old.metadata);
    errors.extend(spec(&new.spec, Some(&old.spec)));
    errors
}

fn spec(spec: &ResourceSliceSpec, old: Option<&ResourceSliceSpec>) -> Vec<FieldError> {
    let path = Path::new("spec");
    let mut errors = persistent_volume_source::driver_name(&spec.driver, &path.child("driver"));
    let pool = path.child("pool");
    errors.extend(pool_name(&spec.pool.name, &pool.child("name")));
    if spec.pool.resource_slice_count <= 0 {
        errors.push(FieldError::invalid(pool.child("resourceSliceCount"), spec.pool.resource_slice_count, "must be greater than zero"));
    }
    if spec.pool.generation < 0 {
        errors.push(FieldError::invalid(pool.child("generation"), spec.pool.generation, "must be greater than or equal to zero"));
    }
    if let Some(old) = old {
        errors.extend(metadata::immutable(&json!(spec.pool.name), &json!(old.pool.name), &pool.child("name")));
        errors.extend(metadata::immutable(&json!(spec.driver), &json!(old.driver), &path.child("driver")));
        errors.extend(metadata::immutable(&json!(spec.node_name), &json!(old.node_name), &path.child("nodeName")));
    }
    errors.extend(placement(spec, &path));
    if spec.shared_counters.is_some() && spec.devices.is_some() {
        errors.push(FieldError::invalid(&path, "", "only one of `sharedCounters` or `devices` is allowed"));
    }
    let devices = list(&spec.devices);
    let advanced = devices.iter().any(|device| !list(&device.taints).is_empty() || !list(&device.consumes_counters).is_empty());
    let max = if advanced { ADVANCED_DEVICES } else { DEVICES };
    let per_device = spec.per_device_node_selection == Some(true);
    errors.extend(set(devices, Some(max), &path.child("devices"), |device| json!(device.name), |one, path| {
        let before = old.and_then(|old| list(&old.devices).iter().find(|before| before.name == one.name));
        device(one, before, per_device, path)
    }));
    errors.extend(set(list(&spec.shared_counters), Some(COUNTER_SETS), &path.child("sharedCounters"), |counters| json!(counters.name), |counters, path| {
        let mut errors = match counters.name.as_str() {
            "" => vec![FieldError::required(path.child("name"), "")],
            name => label(name, &path.child("name")),
        };
        errors.extend(device_capacity::counters(&counters.counters, &path.child("counters")));
        errors
    }));
    errors
}

/// On which nodes the devices are: said in exactly one of four ways.
fn placement(spec: &ResourceSliceSpec, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let mut given: Vec<&str> = Vec::new();
    match spec.node_name.as_deref() {
        Some("") => errors.push(FieldError::invalid(path.child("nodeName"), "", "must be either unset or set to a non-empty string")),
        Some(name) => {
            given.push("`nodeName`");
            super::invalid_each(&mut errors, &path.child("nodeName"), name, name_rules::dns1123_subdomain(name));
        }
        None => {}
    }
    if let Some(selector) = &spec.node_selector {
        given.push("`nodeSelector`");
        let at = path.child("nodeSelector");
        errors.extend(scheduling::node_selector(selector, &at));
        if selector.node_selector_terms.len() != 1 {
            errors.push(FieldError::invalid(at.child("nodeSelectorTerms"), json!(selector.node_selector_terms), "must have exactly one node selector term"));
        }
    }
    for (field, shown, value) in [("allNodes", "`allNodes`", spec.all_nodes), ("perDeviceNodeSelection", "`perDeviceNodeSelection`", spec.per_device_node_selection)] {
        match value {
            Some(true) => given.push(shown),
            Some(false) => errors.push(FieldError::invalid(path.child(field), false, "must be either unset or set to true")),
            None => {}
        }
    }
    let why = "exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required";
    match given.as_slice() {
        [] => errors.push(FieldError::required(path, why)),
        [_] => {}
        many => errors.push(FieldError::invalid(path, format!("{{{}}}", many.join(", ")), format!("{why}, but multiple fields are set"))),
    }
    errors
}

fn device(device: &Device, old: Option<&Device>, per_device: bool, path: &Path) -> Vec<FieldError> {
    let mut errors = label(&device.name, &path.child("name"));
    let (attributes, capacity) = (device.attributes.iter().flatten(), device.capacity.iter().flatten());
    let count = attributes.clone().count() + capacity.clone().count();
    if count > PROPERTIES {
        errors.push(FieldError::invalid(path, count, format!("the total number of attributes and capacities must not exceed {PROPERTIES}")));
    }
    let at = path.child("attributes");
    for (name, value) in attributes {
        errors.extend(qualified_name(name, false, &at));
        errors.extend(attribute(value, &at.key(name)));
    }
    let at = path.child("capacity");
    for (name, value) in capacity {
        errors.extend(qualified_name(name, false, &at));
        errors.extend(device_capacity::policy(value, device.allow_multiple_allocations == Some(true), &at.key(name)));
    }
    if old.is_none_or(|old| list(&old.taints) != list(&device.taints)) {
        errors.extend(each(list(&device.taints), Some(TAINTS), &path.child("taints"), taint));
    }
    errors.extend(device_capacity::consumptions(list(&device.consumes_counters), &path.child("consumesCounters")));
    errors.extend(if per_device { own_placement(device, path) } else { no_own_placement(device, path) });
    errors.extend(conditions(device.binding_conditions.as_deref(), device.binding_failure_conditions.as_deref(), path));
    errors
}

/// On which nodes the device is, where each device says that itself.
fn own_placement(device: &Device, path: &Path) -> Vec<FieldError> {
    let (mut errors, mut given) = (Vec::new(), Vec::new());
    match device.node_name.as_deref() {
        Some("") => errors.push(FieldError::invalid(path.child("nodeName"), "", "must not be empty")),
        Some(name) => {
            given.push("`nodeName`");
            super::invalid_each(&mut errors, &path.child("nodeName"), name, name_rules::dns1123_subdomain(name));
        }
        None => {}
    }
    if let Some(selector) = &device.node_selector {
        given.push("`nodeSelector`");
        errors.extend(scheduling::node_selector(selector, &path.child("nodeSelector")));
    }
    match device.all_nodes {
        Some(true) => given.push("`allNodes`"),
        Some(false) => errors.push(FieldError::invalid(path.child("allNodes"), false, "must be either unset or set to true")),
        None => {}
    }
    let why = "exactly one of `nodeName`, `nodeSelector`, or `allNodes` is required when `perDeviceNodeSelection` is set to true in the ResourceSlice spec";
    match given.as_slice() {
        [] => errors.push(FieldError::required(path, why)),
        [_] => {}
        many => errors.push(FieldError::invalid(path, format!("{{{}}}", many.join(", ")), why)),
    }
    errors
}

fn no_own_placement(device: &Device, path: &Path) -> Vec<FieldError> {
    if device.node_name.is_none() && device.node_selector.is_none() && device.all_nodes.is_none() {
        return Vec::new();
    }
    let why = "`nodeName`, `nodeSelector` and `allNodes` can only be set if `perDeviceNodeSelection` is set to true in the ResourceSlice spec";
    vec![FieldError::invalid(path, Value::Null, why)]
}

/// Conditions that must hold before a pod is bound, and those with which it is given up: one kind needs the other.
pub(super) fn conditions(good: Option<&[String]>, bad: Option<&[String]>, path: &Path) -> Vec<FieldError> {
    let (good_path, bad_path) = (path.child("bindingConditions"), path.child("bindingFailureConditions"));
    let (good_list, bad_list) = (good.unwrap_or_default(), bad.unwrap_or_default());
    let name = |name: &String, path: &Path| {
        let mut errors = Vec::new();
        super::invalid_each(&mut errors, path, name.as_str(), name_rules::label_key(name));
        errors
    };
    let mut errors = each(good_list, Some(CONDITIONS), &good_path, name);
    errors.extend(each(bad_list, Some(CONDITIONS), &bad_path, name));
    for (conditions, path) in [(good_list, &good_path), (bad_list, &bad_path)] {
        let repeated = conditions.iter().enumerate().filter(|(index, condition)| conditions[..*index].contains(condition));
        errors.extend(repeated.map(|(index, condition)| FieldError::duplicate(path.index(index), condition.as_str())));
    }
    let both = bad_list.iter().enumerate().filter(|(_, condition)| good_list.contains(condition));
    errors.extend(both.map(|(index, condition)| {
        FieldError::invalid(bad_path.index(index), condition.as_str(), "bindingFailureConditions must not overlap with bindingConditions")
    }));
    if good_list.is_empty() && !bad_list.is_empty() {
        errors.push(FieldError::invalid(good_path, json!(good), "bindingConditions are required to use bindingFailureConditions"));
    } else if bad_list.is_empty() && !good_list.is_empty() {
        errors.push(FieldError::invalid(bad_path, json!(bad), "bindingFailureConditions are required to use bindingConditions"));
    }
    errors
}
fn attribute(value: &DeviceAttribute, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let given = [value.bool.is_some(), value.int.is_some(), value.string.is_some(), value.version.is_some()];
    for (field, text) in [("string", &value.string), ("version", &value.version)] {
        if text.as_ref().is_some_and(|text| text.len() > VALUE_BYTES) {
            errors.push(FieldError::too_long(path.child(field), VALUE_BYTES));
        }
    }
    if let Some(version) = value.version.as_deref().filter(|version| !SEMANTIC_VERSION.is_match(version)) {
        errors.push(FieldError::invalid(path.child("version"), version, "must be a string compatible with semver.org spec 2.0.0"));
    }
    match given.into_iter().filter(|given| *given).count() {
        0 => errors.push(FieldError::invalid(path, "", "exactly one value must be specified")),
        1 => {}
        _ => errors.push(FieldError::invalid(path, json!(value), "exactly one value must be specified").of_struct("DeviceAttribute")),
    }
    errors
}

fn taint(taint: &DeviceTaint, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    super::invalid_each(&mut errors, &path.child("key"), taint.key.as_str(), name_rules::label_key(&taint.key));
    let value = text(&taint.value);
    super::invalid_each(&mut errors, &path.child("value"), value, name_rules::label_value(value));
    super::one_of(&mut errors, &path.child("effect"), Some(&taint.effect), &["NoExecute", "NoSchedule", "None"]);
    errors
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::{Kind, Object};

    #[test]
    fn slices_are_refused_in_the_words_of_the_reference() {
        let with = |changes: Value| {
            let mut spec = json!({"driver": "gpu.example.com", "nodeName": "node-1", "pool": {"name": "node-1", "generation": 1, "resourceSliceCount": 1}});
            spec.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
            spec
        };
        let cases: Vec<(Value, &[&str])> = vec![
            (with(json!({"devices": [{"name": "gpu-0", "attributes": {"model": {"string": "a"}}}]})), &[]),
            (with(json!({"allNodes": true})), &["spec: Invalid value: \"{`nodeName`, `allNodes`}\": exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required, but multiple fields are set"]),
            (with(json!({"nodeName": null})), &["spec: Required value: exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required"]),
            (with(json!({"pool": {"name": "", "generation": -1, "resourceSliceCount": 0}})), &[
                "spec.pool.name: Required value",
                "spec.pool.resourceSliceCount: Invalid value: 0: must be greater than zero",
                "spec.pool.generation: Invalid value: -1: must be greater than or equal to zero",
            ]),
            (with(json!({"devices": [{"name": "a", "attributes": {"model": {}}}, {"name": "a"}]})), &[
                "spec.devices[0].attributes[model]: Invalid value: \"\": exactly one value must be specified",
                "spec.devices[1]: Duplicate value: \"a\"",
            ]),
        ];
        for (spec, expected) in cases {
            let value = json!({"apiVersion": "resource.k8s.io/v1", "kind": "ResourceSlice", "metadata": {"name": "s"}, "spec": spec});
            let Object::ResourceSlice(made) = Kind::ResourceSlice.parse(value).unwrap() else { panic!("not a slice") };
            assert_eq!(slice(&made).iter().map(ToString::to_string).collect::<Vec<_>>(), expected, "{spec}");
        }
    }
}
