//! Validation of claims of devices: which devices are asked for, how they must go together, how they are configured.
//!
//! Models: pkg/apis/resource/validation/validation.go, v1.36.
//! Simplified: nothing.

use std::collections::BTreeSet;

use k8s_openapi::api::resource::v1::{
    DeviceClaim, DeviceClaimConfiguration, DeviceConstraint, DeviceRequest, DeviceSelector, DeviceToleration, OpaqueDeviceConfiguration, ResourceClaimSpec,
};
use serde_json::{Value, json};

use super::device_selector::selectors;
use super::{list, metadata, persistent_volume_source, text};
use crate::field::{FieldError, Path};
use crate::{DeviceClass, ResourceClaim, ResourceClaimTemplate, name_rules};

const REQUESTS: usize = 32;
const CONSTRAINTS: usize = 32;
pub(super) const CONFIGURATIONS: usize = 32;
const ALTERNATIVES: usize = 8;
const PARAMETER_BYTES: usize = 10 * 1024;
const ONE_REQUEST: &str = "must be the name of a request in the claim or the name of a request and a subrequest separated by '/'";
const EFFECTS: &[&str] = &["NoExecute", "NoSchedule", "None"];

pub(crate) fn claim(claim: &ResourceClaim) -> Vec<FieldError> {
    let mut errors = metadata::validate(&claim.metadata, true, metadata::SUBDOMAIN);
    errors.extend(spec(&claim.spec, &Path::new("spec")));
    errors
}

pub(crate) fn claim_update(new: &ResourceClaim, old: &ResourceClaim) -> Vec<FieldError> {
    let mut errors = metadata::validate(&new.metadata, true, metadata::SUBDOMAIN);
    errors.extend(metadata::validate_update(&new.metadata, &old.metadata));
    if new.spec != old.spec {
        errors.push(FieldError::invalid("spec", json!(*new.spec), "field is immutable").of_struct("ResourceClaimSpec"));
    }
    errors
}

pub(crate) fn template(template: &ResourceClaimTemplate) -> Vec<FieldError> {
    let mut errors = metadata::validate(&template.metadata, true, metadata::SUBDOMAIN);
    let path = Path::new("spec");
    if let Some(meta) = &template.spec.metadata {
        errors.extend(metadata::of_template(meta, &path.child("metadata")));
    }
    errors.extend(spec(&template.spec.spec, &path.child("spec")));
    errors
}

pub(crate) fn template_update(new: &ResourceClaimTemplate, old: &ResourceClaimTemplate) -> Vec<FieldError> {
    let mut errors = metadata::validate_update(&new.metadata, &old.metadata);
    if new.spec != old.spec {
        errors.push(FieldError::invalid("spec", json!(new.spec), "field is immutable").of_struct("ResourceClaimTemplateSpec"));
    }
    errors
}

pub(crate) fn class(class: &DeviceClass) -> Vec<FieldError> {
    let mut errors = metadata::validate(&class.metadata, false, metadata::SUBDOMAIN);
    let path = Path::new("spec");
    errors.extend(selectors(list(&class.spec.selectors), &path.child("selectors")));
    let at = path.child("config");
    errors.extend(each(list(&class.spec.config), Some(CONFIGURATIONS), &at, |config, path| opaque(config.opaque.as_ref(), path)));
    if let Some(name) = class.spec.extended_resource_name.as_deref().filter(|name| !is_extended_resource(name)) {
        errors.push(FieldError::invalid(path.child("extendedResourceName"), name, "must be a valid extended resource name"));
    }
    errors
}

/// `example.com/gpu`: a domain that is not Kubernetes' own, and a name.
fn is_extended_resource(name: &str) -> bool {
    let Some((domain, _)) = name.split_once('/') else { return false };
    let native = domain == "kubernetes.io" || domain.ends_with(".kubernetes.io");
    !native && !name.starts_with("requests.") && name_rules::label_key(&format!("requests.{name}")).is_empty()
}

/// The items of a list that may not be too long.
pub(super) fn each<T>(items: &[T], max: Option<usize>, path: &Path, check: impl Fn(&T, &Path) -> Vec<FieldError>) -> Vec<FieldError> {
    match max.filter(|max| items.len() > *max) {
        Some(max) => vec![FieldError::too_many(path, items.len(), max)],
        None => items.iter().enumerate().flat_map(|(index, item)| check(item, &path.index(index))).collect(),
    }
}

/// The same where no two items have the same key.
pub(super) fn set<T>(items: &[T], max: Option<usize>, path: &Path, key: impl Fn(&T) -> Value, check: impl Fn(&T, &Path) -> Vec<FieldError>) -> Vec<FieldError> {
    let mut errors = each(items, max, path, check);
    if max.is_none_or(|max| items.len() <= max) {
        let mut seen: Vec<Value> = Vec::new();
        for (index, item) in items.iter().enumerate() {
            let key = key(item);
            if seen.contains(&key) {
                errors.push(FieldError::duplicate(path.index(index), key));
            } else {
                seen.push(key);
            }
        }
    }
    errors
}

pub(super) fn label(name: &str, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    super::invalid_each(&mut errors, path, name, name_rules::dns1123_label(name));
    errors
}

fn spec(spec: &ResourceClaimSpec, path: &Path) -> Vec<FieldError> {
    let devices = spec.devices.clone().unwrap_or_default();
    let path = path.child("devices");
    let names = request_names(&devices);
    let mut errors = set(list(&devices.requests), Some(REQUESTS), &path.child("requests"), |request| json!(request.name), request);
    errors.extend(each(list(&devices.constraints), Some(CONSTRAINTS), &path.child("constraints"), |one, path| constraint(one, path, &names)));
    errors.extend(each(list(&devices.config), Some(CONFIGURATIONS), &path.child("config"), |one: &DeviceClaimConfiguration, path| {
        let mut errors = references(list(&one.requests), &path.child("requests"), &names);
        errors.extend(opaque(one.opaque.as_ref(), path));
        errors
    }));
    errors
}

/// The names by which the rest of a claim may refer to its requests: `gpu`, and `gpu/big` for an alternative.
pub(super) fn request_names(devices: &DeviceClaim) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for request in list(&devices.requests) {
        names.insert(request.name.clone());
        names.extend(list(&request.first_available).iter().map(|one| format!("{}/{}", request.name, one.name)));
    }
    names
}

/// References to requests, each once.
pub(super) fn references(requests: &[String], path: &Path, names: &BTreeSet<String>) -> Vec<FieldError> {
    set(requests, Some(REQUESTS), path, |name| json!(name), |name, path| reference(name, path, names))
}

pub(super) fn reference(name: &str, path: &Path, names: &BTreeSet<String>) -> Vec<FieldError> {
    let segments: Vec<&str> = name.split('/').collect();
    if segments.len() > 2 {
        return vec![FieldError::invalid(path, name, ONE_REQUEST)];
    }
    let mut errors: Vec<FieldError> = segments.iter().flat_map(|segment| label(segment, path)).collect();
    if !names.contains(name) {
        errors.push(FieldError::invalid(path, name, ONE_REQUEST));
    }
    errors
}

fn request(request: &DeviceRequest, path: &Path) -> Vec<FieldError> {
    let mut errors = label(&request.name, &path.child("name"));
    let alternatives = list(&request.first_available);
    match (&request.exactly, alternatives) {
        (None, []) => errors.push(FieldError::required(path, "exactly one of `exactly` or `firstAvailable` is required")),
        (Some(_), [_, ..]) => {
            let why = "exactly one of `exactly` or `firstAvailable` is required, but multiple fields are set";
            errors.push(FieldError::invalid(path, Value::Null, why));
        }
        (None, alternatives) => {
            let at = path.child("firstAvailable");
            errors.extend(set(alternatives, Some(ALTERNATIVES), &at, |one| json!(one.name), |one, path| {
                let mut errors = label(&one.name, &path.child("name"));
                errors.extend(wanted(&one.device_class_name, list(&one.selectors), (text(&one.allocation_mode), one.count), list(&one.tolerations), path));
                errors
            }));
        }
        (Some(one), []) => {
            let mode = (text(&one.allocation_mode), one.count);
            errors.extend(wanted(&one.device_class_name, list(&one.selectors), mode, list(&one.tolerations), &path.child("exactly")));
        }
    }
    errors
}

/// What devices are wanted, and how many.
fn wanted(class: &str, select: &[DeviceSelector], mode: (&str, Option<i64>), tolerations: &[DeviceToleration], path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let at = path.child("deviceClassName");
    if class.is_empty() {
        errors.push(FieldError::required(at, ""));
    } else {
        super::invalid_each(&mut errors, &at, class, name_rules::dns1123_subdomain(class));
    }
    errors.extend(selectors(select, &path.child("selectors")));
    let (mode, count) = (mode.0, mode.1.unwrap_or(0));
    match mode {
        "All" if count != 0 => errors.push(FieldError::invalid(path.child("count"), count, "must not be specified when allocationMode is 'All'")),
        "ExactCount" if count <= 0 => errors.push(FieldError::invalid(path.child("count"), count, "must be greater than zero")),
        "All" | "ExactCount" => {}
        _ => errors.push(FieldError::not_supported(path.child("allocationMode"), mode, &["All", "ExactCount"])),
    }
    errors.extend(each(tolerations, None, &path.child("tolerations"), toleration));
    errors
}

fn toleration(toleration: &DeviceToleration, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let (key, value) = (text(&toleration.key), text(&toleration.value));
    if !key.is_empty() {
        super::invalid_each(&mut errors, &path.child("key"), key, name_rules::label_key(key));
    }
    match text(&toleration.operator) {
        "Exists" if !value.is_empty() => errors.push(FieldError::invalid(path.child("value"), value, "must be empty for operator `Exists`")),
        "Exists" => {}
        "Equal" => super::invalid_each(&mut errors, &path.child("value"), value, name_rules::label_value(value)),
        "" => errors.push(FieldError::required(path.child("operator"), "")),
        other => errors.push(FieldError::not_supported(path.child("operator"), other, &["Equal", "Exists"])),
    }
    let effect = text(&toleration.effect);
    if !effect.is_empty() && !EFFECTS.contains(&effect) {
        errors.push(FieldError::not_supported(path.child("effect"), effect, EFFECTS));
    }
    errors
}

fn constraint(constraint: &DeviceConstraint, path: &Path, names: &BTreeSet<String>) -> Vec<FieldError> {
    let mut errors = references(list(&constraint.requests), &path.child("requests"), names);
    match (&constraint.match_attribute, &constraint.distinct_attribute) {
        (Some(name), _) => errors.extend(qualified_name(name, true, &path.child("matchAttribute"))),
        (None, Some(name)) => errors.extend(qualified_name(name, true, &path.child("distinctAttribute"))),
        (None, None) => {
            let why = "exactly one of \"matchAttribute\" or \"distinctAttribute\" is required, but multiple fields are set";
            errors.push(FieldError::required(path, why));
        }
    }
    errors
}

/// `example.com/model` or `model`: a domain, if it must or does have one, and an identifier as in C.
pub(super) fn qualified_name(name: &str, fully: bool, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    match name.split('/').collect::<Vec<_>>().as_slice() {
        [name] => errors.extend(identifier(name, path)),
        [domain, name] => {
            if domain.is_empty() {
                errors.push(FieldError::invalid(path, "", "the domain must not be empty"));
            } else {
                errors.extend(persistent_volume_source::driver_name(domain, path));
            }
            if name.is_empty() {
                errors.push(FieldError::invalid(path, "", "the name must not be empty"));
            } else {
                errors.extend(identifier(name, path));
            }
        }
        _ => {}
    }
    if fully && !name.contains('/') {
        errors.push(FieldError::invalid(path, name, "a fully qualified name must be a domain and a name separated by a slash"));
    }
    errors
}

fn identifier(name: &str, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    if name.len() > 32 {
        errors.push(FieldError::too_long(path, 32));
    }
    let word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    if name.is_empty() || name.as_bytes()[0].is_ascii_digit() || !name.bytes().all(word) {
        let message = "a valid C identifier must start with alphabetic character or '_', followed by a string of alphanumeric characters or '_'";
        errors.push(FieldError::invalid(path, name, name_rules::regex_error(message, "[A-Za-z_][A-Za-z0-9_]*", &["my_name", "MY_NAME", "MyName"])));
    }
    errors
}

/// What a driver alone understands: an object of JSON.
pub(super) fn opaque(config: Option<&OpaqueDeviceConfiguration>, path: &Path) -> Vec<FieldError> {
    let path = path.child("opaque");
    let Some(config) = config else { return vec![FieldError::required(path, "")] };
    let mut errors = persistent_volume_source::driver_name(&config.driver, &path.child("driver"));
    let at = path.child("parameters");
    let value = &config.parameters.0;
    if value.is_null() {
        errors.push(FieldError::required(at, ""));
    } else if value.to_string().len() > PARAMETER_BYTES {
        errors.push(FieldError::too_long(at, PARAMETER_BYTES));
    } else if !value.is_object() {
        errors.push(FieldError::invalid(at, "<value omitted>", "must be a valid JSON object"));
    }
    errors
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::{Kind, Object};

    fn made(devices: Value) -> std::sync::Arc<ResourceClaim> {
        let value = json!({"apiVersion": "resource.k8s.io/v1", "kind": "ResourceClaim", "metadata": {"name": "c", "namespace": "a"}, "spec": {"devices": devices}});
        let mut object = Kind::ResourceClaim.parse(value).unwrap();
        object.set_defaults();
        let Object::ResourceClaim(claim) = object else { panic!("not a claim") };
        claim
    }

    #[test]
    fn claims_are_refused_in_the_words_of_the_reference() {
        let cases: Vec<(Value, &[&str])> = vec![
            (json!({"requests": [{"name": "gpu", "exactly": {"deviceClassName": "gpu"}}]}), &[]),
            (
                json!({"requests": [{"name": "gpu"}]}),
                &["spec.devices.requests[0]: Required value: exactly one of `exactly` or `firstAvailable` is required"],
            ),
            (
                json!({"requests": [{"name": "gpu", "exactly": {"deviceClassName": "", "count": -1, "selectors": [{}]}}]}),
                &[
                    "spec.devices.requests[0].exactly.deviceClassName: Required value",
                    "spec.devices.requests[0].exactly.selectors[0].cel: Required value",
                    "spec.devices.requests[0].exactly.count: Invalid value: -1: must be greater than zero",
                ],
            ),
            (
                json!({"requests": [{"name": "a", "exactly": {"deviceClassName": "c"}}, {"name": "a", "exactly": {"deviceClassName": "c"}}]}),
                &["spec.devices.requests[1]: Duplicate value: \"a\""],
            ),
            (
                json!({"requests": [{"name": "a", "exactly": {"deviceClassName": "c"}}], "constraints": [{"requests": ["b"], "matchAttribute": "model"}]}),
                &[
                    "spec.devices.constraints[0].requests[0]: Invalid value: \"b\": must be the name of a request in the claim or the name of a request and a subrequest separated by '/'",
                    "spec.devices.constraints[0].matchAttribute: Invalid value: \"model\": a fully qualified name must be a domain and a name separated by a slash",
                ],
            ),
            (
                json!({"config": [{"opaque": {"driver": "d.io", "parameters": "text"}}]}),
                &["spec.devices.config[0].opaque.parameters: Invalid value: \"<value omitted>\": must be a valid JSON object"],
            ),
        ];
        for (devices, expected) in cases {
            assert_eq!(claim(&made(devices.clone())).iter().map(ToString::to_string).collect::<Vec<_>>(), expected, "{devices}");
        }
    }

    #[test]
    fn a_claim_does_not_change() {
        let old = made(json!({"requests": [{"name": "gpu", "exactly": {"deviceClassName": "gpu"}}]}));
        let new = made(json!({"requests": [{"name": "gpu", "exactly": {"deviceClassName": "other"}}]}));
        let errors = claim_update(&new, &old);
        let shown = errors.iter().map(ToString::to_string).find(|error| error.starts_with("spec: ")).unwrap();
        assert_eq!(
            shown,
            "spec: Invalid value: {\"Devices\":{\"Requests\":[{\"Name\":\"gpu\",\"Exactly\":{\"DeviceClassName\":\"other\",\"Selectors\":null,\"AllocationMode\":\"ExactCount\",\"Count\":1,\"AdminAccess\":null,\"Tolerations\":null,\"Capacity\":null},\"FirstAvailable\":null}],\"Constraints\":null,\"Config\":null}}: field is immutable"
        );
    }
}
