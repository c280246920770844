//! Requests and limits: known resources, amounts that are not negative, requests within limits.
//!
//! Models: pkg/apis/core/validation/validation.go (validateResourceRequirements), pkg/apis/core/helper, v1.36.
//! Simplified: nothing.

use std::collections::BTreeSet;

use k8s_openapi::api::core::v1::ResourceRequirements;

use super::{invalid_each, list, pod_resources};
use crate::field::{FieldError, Path};
use crate::name_rules;
use crate::quantity::Quantity;
use crate::resource::resource_list;

pub(crate) fn is_huge_pages(name: &str) -> bool {
    name.starts_with("hugepages-")
}

/// A resource of Kubernetes itself, as against `example.com/gpu`.
pub(super) fn is_native(name: &str) -> bool {
    !name.contains('/') || name.contains("kubernetes.io/")
}

fn is_extended(name: &str) -> bool {
    !is_native(name) && !name.starts_with("requests.") && name_rules::label_key(&format!("requests.{name}")).is_empty()
}

pub(crate) fn can_overcommit(name: &str) -> bool {
    is_native(name) && !is_huge_pages(name)
}

/// Resources of a node that come in whole pieces.
fn is_integer(name: &str) -> bool {
    const WHOLE: &[&str] = &[
        "pods", "resourcequotas", "services", "replicationcontrollers", "secrets", "configmaps", "persistentvolumeclaims",
        "services.nodeports", "services.loadbalancers",
    ];
    WHOLE.contains(&name) || is_extended(name)
}

/// The name of any resource, of containers or of quotas.
pub(crate) fn resource_name(name: &str, path: &Path) -> Vec<FieldError> {
    const STANDARD: &[&str] = &[
        "cpu", "memory", "ephemeral-storage", "requests.cpu", "requests.memory", "requests.ephemeral-storage", "limits.cpu",
        "limits.memory", "limits.ephemeral-storage", "pods", "resourcequotas", "services", "replicationcontrollers",
        "secrets", "configmaps", "persistentvolumeclaims", "storage", "requests.storage", "services.nodeports",
        "services.loadbalancers",
    ];
    let mut errors = Vec::new();
    invalid_each(&mut errors, path, name, name_rules::label_key(name));
    let known = STANDARD.contains(&name) || is_huge_pages(name) || name.starts_with("requests.hugepages-");
    if errors.is_empty() && !name.contains('/') && !known {
        errors.push(FieldError::invalid(path, name, "must be a standard resource type or fully qualified"));
    }
    errors
}

pub(crate) fn container_resource_name(name: &str, path: &Path) -> Vec<FieldError> {
    let mut errors = resource_name(name, path);
    if !name.contains('/') {
        if !matches!(name, "cpu" | "memory" | "ephemeral-storage") && !is_huge_pages(name) {
            errors.push(FieldError::invalid(path, name, "must be a standard resource for containers"));
        }
    } else if !is_native(name) && !is_extended(name) {
        errors.push(FieldError::invalid(path, name, "doesn't follow extended resource name standard"));
    }
    errors
}

/// An amount of one resource.
pub(crate) fn amount(name: &str, amount: Quantity, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    if amount.sign() < 0 {
        errors.push(FieldError::invalid(path, amount.to_string(), "must be greater than or equal to 0"));
    }
    if is_integer(name) && amount.milli_value() % 1000 != 0 {
        errors.push(FieldError::invalid(path, amount.to_string(), "must be an integer"));
    }
    errors
}

/// A resource that can be asked for the pod as a whole.
pub(crate) fn pod_resource_name(name: &str, path: &Path) -> Vec<FieldError> {
    let errors = resource_name(name, path);
    if errors.is_empty() && !matches!(name, "cpu" | "memory") && !is_huge_pages(name) {
        return vec![FieldError::not_supported(path, name, &["cpu", "hugepages-", "memory"])];
    }
    errors
}

/// Huge pages come in whole pages: `hugepages-2Mi: 4Mi`.
fn huge_pages(name: &str, amount: Quantity, path: &Path) -> Option<FieldError> {
    let size = name.strip_prefix("hugepages-")?.parse::<Quantity>().ok();
    let whole = size.filter(|size| size.sign() > 0 && size.milli_value() % 1000 == 0).is_some_and(|size| amount.value() % size.value() == 0);
    (!whole).then(|| FieldError::invalid(path, amount.to_string(), format!("{amount} is not positive integer multiple of {name}")))
}

/// `claims` are the names of the pod's claims on devices.
pub(crate) fn requirements(
    resources: &ResourceRequirements,
    name_rule: fn(&str, &Path) -> Vec<FieldError>,
    claims: &BTreeSet<&str>,
    path: &Path,
) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let (limits_path, requests_path) = (path.child("limits"), path.child("requests"));
    let (limits, requests) = (resource_list(resources.limits.as_ref()), resource_list(resources.requests.as_ref()));
    for (name, limit) in &limits {
        let path = limits_path.key(name);
        errors.extend(name_rule(name, &path));
        errors.extend(amount(name, *limit, &path));
        errors.extend(huge_pages(name, *limit, &path));
    }
    for (name, request) in &requests {
        let path = requests_path.key(name);
        errors.extend(name_rule(name, &path));
        errors.extend(amount(name, *request, &path));
        match limits.get(name) {
            Some(limit) if request != limit && !can_overcommit(name) => {
                errors.push(FieldError::invalid(&requests_path, request.to_string(), format!("must be equal to {name} limit of {limit}")));
            }
            Some(limit) if request > limit => {
                let why = format!("must be less than or equal to {name} limit of {limit}");
                errors.push(FieldError::invalid(&requests_path, request.to_string(), why));
            }
            None if !can_overcommit(name) => {
                errors.push(FieldError::required(&limits_path, "Limit must be set for non overcommitable resources"));
            }
            _ => {}
        }
        errors.extend(huge_pages(name, *request, &path));
    }
    let mentions = |rule: fn(&str) -> bool| limits.keys().chain(requests.keys()).any(|name| rule(name));
    if mentions(is_huge_pages) && !mentions(|name| matches!(name, "cpu" | "memory")) {
        errors.push(FieldError::forbidden(path, "HugePages require cpu or memory"));
    }
    errors.extend(pod_resources::used_claims(list(&resources.claims), claims, &path.child("claims")));
    errors
}
