//! Quotas: resources that can be counted, amounts that are not negative, scopes that go with the resources.
//!
//! Models: pkg/apis/core/validation/validation.go (ValidateResourceQuota), pkg/apis/core/helper/helpers.go, v1.36.
//! Simplified: nothing.

use std::collections::{BTreeMap, BTreeSet};

use k8s_openapi::api::core::v1::{ResourceQuotaSpec, ScopedResourceSelectorRequirement};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity as RawQuantity;
use serde_json::json;

use super::{list, metadata, resources};
use crate::ResourceQuota;
use crate::field::{FieldError, Path};
use crate::quantity::Quantity;

/// What a quota can limit without naming a group of the API.
const STANDARD: &[&str] = &[
    "cpu", "memory", "ephemeral-storage", "requests.cpu", "requests.memory", "requests.storage",
    "requests.ephemeral-storage", "limits.cpu", "limits.memory", "limits.ephemeral-storage", "pods", "resourcequotas",
    "services", "replicationcontrollers", "secrets", "persistentvolumeclaims", "configmaps", "services.nodeports",
    "services.loadbalancers",
];

const SCOPES: &[&str] =
    &["Terminating", "NotTerminating", "BestEffort", "NotBestEffort", "PriorityClass", "VolumeAttributesClass", "CrossNamespacePodAffinity"];

/// Pairs of scopes that no object can be in at once.
const CONFLICTS: [(&str, &str); 2] = [("BestEffort", "NotBestEffort"), ("Terminating", "NotTerminating")];

fn is_standard(name: &str) -> bool {
    STANDARD.contains(&name) || name.starts_with("hugepages-") || name.starts_with("requests.hugepages-")
}

/// Whether a scope says something about what is counted under this resource.
fn scope_fits(scope: &str, resource: &str) -> bool {
    let compute = matches!(resource, "cpu" | "memory" | "limits.cpu" | "limits.memory" | "requests.cpu" | "requests.memory");
    match scope {
        "Terminating" | "NotTerminating" | "NotBestEffort" | "PriorityClass" | "CrossNamespacePodAffinity" => resource == "pods" || compute,
        "BestEffort" => resource == "pods",
        "VolumeAttributesClass" => matches!(resource, "persistentvolumeclaims" | "requests.storage"),
        _ => true,
    }
}

pub(crate) fn resource_quota(quota: &ResourceQuota) -> Vec<FieldError> {
    let mut errors = metadata::validate(&quota.metadata, true, metadata::SUBDOMAIN);
    errors.extend(spec(&quota.spec));
    errors.extend(status(quota));
    errors
}

pub(crate) fn resource_quota_update(new: &ResourceQuota, old: &ResourceQuota) -> Vec<FieldError> {
    let mut errors = metadata::validate_update(&new.metadata, &old.metadata);
    errors.extend(spec(&new.spec));
    let scopes = |quota: &ResourceQuota| list(&quota.spec.scopes).iter().cloned().collect::<BTreeSet<_>>();
    if scopes(new) != scopes(old) {
        errors.push(FieldError::invalid("spec.scopes", json!(new.spec.scopes), "field is immutable"));
    }
    errors
}

pub(crate) fn resource_quota_status_update(new: &ResourceQuota, old: &ResourceQuota) -> Vec<FieldError> {
    let mut errors = metadata::validate_update(&new.metadata, &old.metadata);
    errors.extend(status(new));
    errors
}

fn status(quota: &ResourceQuota) -> Vec<FieldError> {
    let path = Path::new("status");
    let mut errors = amounts(quota.status.hard.as_ref(), &path.child("hard"));
    errors.extend(amounts(quota.status.used.as_ref(), &path.child("used")));
    errors
}

fn amounts(list: Option<&BTreeMap<String, RawQuantity>>, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    for (name, amount) in list.into_iter().flatten() {
        let path = path.key(name);
        let faults = resources::resource_name(name, &path);
        // An unknown name is refused both as a resource and as one of a quota.
        let foreign = !name.contains('/') && !is_standard(name);
        errors.extend(faults);
        if foreign {
            errors.push(FieldError::invalid(&path, name.as_str(), "must be a standard resource for quota"));
        }
        errors.extend(resources::amount(name, Quantity::of(amount), &path));
    }
    errors
}

fn spec(spec: &ResourceQuotaSpec) -> Vec<FieldError> {
    let path = Path::new("spec");
    let mut errors = amounts(spec.hard.as_ref(), &path.child("hard"));
    errors.extend(scopes(spec, &path.child("scopes")));
    errors.extend(scope_selector(spec, &path.child("scopeSelector").child("matchExpressions")));
    errors
}

/// How many of the limited resources a scope does not go with.
fn misfits(spec: &ResourceQuotaSpec, scope: &str) -> usize {
    spec.hard.iter().flatten().filter(|(name, _)| is_standard(name) && !scope_fits(scope, name)).count()
}

fn scopes(spec: &ResourceQuotaSpec, path: &Path) -> Vec<FieldError> {
    let scopes = list(&spec.scopes);
    let mut errors = Vec::new();
    let mut wrong = |why: &str| errors.push(FieldError::invalid(path, json!(scopes), why));
    for scope in scopes {
        if !SCOPES.contains(&scope.as_str()) {
            wrong("unsupported scope");
        }
        for _ in 0..misfits(spec, scope) {
            wrong("unsupported scope applied to resource");
        }
    }
    let has = |scope: &str| scopes.iter().any(|one| one == scope);
    for _ in CONFLICTS.iter().filter(|(one, other)| has(one) && has(other)) {
        wrong("conflicting scopes");
    }
    errors
}

fn scope_selector(spec: &ResourceQuotaSpec, path: &Path) -> Vec<FieldError> {
    let Some(selector) = &spec.scope_selector else { return Vec::new() };
    let requirements = list(&selector.match_expressions);
    let mut errors = Vec::new();
    for requirement in requirements {
        if !SCOPES.contains(&requirement.scope_name.as_str()) {
            errors.push(FieldError::invalid(path.child("scopeName"), requirement.scope_name.as_str(), "unsupported scope"));
        }
        for _ in 0..misfits(spec, &requirement.scope_name) {
            errors.push(FieldError::invalid(path, json!(selector), "unsupported scope applied to resource").of_struct("ScopeSelector"));
        }
        errors.extend(operator(requirement, path));
    }
    let has = |scope: &str| requirements.iter().any(|one| one.scope_name == scope);
    for _ in CONFLICTS.iter().filter(|(one, other)| has(one) && has(other)) {
        errors.push(FieldError::invalid(path, json!(spec.scopes), "conflicting scopes"));
    }
    errors
}

/// The selector as Go's fields name it.
fn operator(requirement: &ScopedResourceSelectorRequirement, path: &Path) -> Vec<FieldError> {
    let (operator, values) = (requirement.operator.as_str(), list(&requirement.values));
    let mut errors = Vec::new();
    let exists_only = matches!(requirement.scope_name.as_str(), "BestEffort" | "NotBestEffort" | "Terminating" | "NotTerminating" | "CrossNamespacePodAffinity");
    if exists_only && operator != "Exists" {
        errors.push(FieldError::invalid(
            path.child("operator"),
            operator,
            "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity",
        ));
    }
    match operator {
        "In" | "NotIn" if values.is_empty() => errors.push(FieldError::required(
            path.child("values"),
            "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector",
        )),
        "Exists" | "DoesNotExist" if !values.is_empty() => errors.push(FieldError::invalid(
            path.child("values"),
            json!(values),
            "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector",
        )),
        "In" | "NotIn" | "Exists" | "DoesNotExist" => {}
        other => errors.push(FieldError::invalid(path.child("operator"), other, "not a valid selector operator")),
    }
    errors
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Kind;

    fn errors(spec: serde_json::Value) -> Vec<String> {
        let quota = Kind::ResourceQuota.parse(json!({"metadata": {"name": "q", "namespace": "a"}, "spec": spec})).unwrap();
        quota.validate().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_quota_limits_what_can_be_counted() {
        let cases = [
            (json!({"hard": {"cpu": "1", "count/deployments.apps": "2", "requests.example.com/gpu": "1", "gold.storageclass.storage.k8s.io/requests.storage": "1Gi"}}), vec![]),
            (json!({"hard": {"pods": "-1"}}), vec!["spec.hard[pods]: Invalid value: \"-1\": must be greater than or equal to 0"]),
            (json!({"hard": {"pods": "500m"}}), vec!["spec.hard[pods]: Invalid value: \"500m\": must be an integer"]),
            (json!({"hard": {"storage": "1"}}), vec!["spec.hard[storage]: Invalid value: \"storage\": must be a standard resource for quota"]),
            (
                json!({"hard": {"apples": "1"}}),
                vec![
                    "spec.hard[apples]: Invalid value: \"apples\": must be a standard resource type or fully qualified",
                    "spec.hard[apples]: Invalid value: \"apples\": must be a standard resource for quota",
                ],
            ),
        ];
        for (spec, expected) in cases {
            assert_eq!(errors(spec.clone()), expected, "{spec}");
        }
    }

    #[test]
    fn scopes_go_with_the_resources() {
        let cases = [
            (json!({"hard": {"pods": "1"}, "scopes": ["BestEffort"]}), vec![]),
            (json!({"hard": {"pods": "1"}, "scopes": ["Nearby"]}), vec!["spec.scopes: Invalid value: [\"Nearby\"]: unsupported scope"]),
            (json!({"hard": {"cpu": "1"}, "scopes": ["BestEffort"]}), vec!["spec.scopes: Invalid value: [\"BestEffort\"]: unsupported scope applied to resource"]),
            (
                json!({"hard": {"pods": "1"}, "scopes": ["BestEffort", "NotBestEffort"]}),
                vec!["spec.scopes: Invalid value: [\"BestEffort\",\"NotBestEffort\"]: conflicting scopes"],
            ),
            (
                json!({"hard": {"pods": "1"}, "scopeSelector": {"matchExpressions": [{"scopeName": "PriorityClass", "operator": "In"}]}}),
                vec!["spec.scopeSelector.matchExpressions.values: Required value: must be at least one value when `operator` is 'In' or 'NotIn' for scope selector"],
            ),
        ];
        for (spec, expected) in cases {
            assert_eq!(errors(spec.clone()), expected, "{spec}");
        }
    }
}
