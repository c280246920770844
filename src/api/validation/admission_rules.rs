//! What admission is about: rules of operations and resources, selectors, conditions.
//!
//! Models: pkg/apis/admissionregistration/validation/validation.go, v1.36.
//! Simplified: nothing.

use k8s_openapi::api::admissionregistration::v1::{MatchCondition, MatchResources};
use serde_json::json;

use super::{list, metadata};
use crate::admission_policy::Expressions;
use crate::field::{FieldError, Path};
use crate::name_rules;

/// The parts of a rule, which comes in two types.
pub(crate) struct Rule<'a> {
    pub operations: &'a Option<Vec<String>>,
    pub groups: &'a Option<Vec<String>>,
    pub versions: &'a Option<Vec<String>>,
    pub resources: &'a Option<Vec<String>>,
    pub scope: &'a Option<String>,
}

pub(crate) fn rule(rule: &Rule<'_>, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let wildcard = |all: &[String]| all.len() > 1 && all.iter().any(|one| one == "*");
    let operations = list(rule.operations);
    if operations.is_empty() {
        errors.push(FieldError::required(path.child("operations"), ""));
    }
    if wildcard(operations) {
        errors.push(FieldError::invalid(path.child("operations"), json!(operations), "if '*' is present, must not specify other operations"));
    }
    const OPERATIONS: &[&str] = &["*", "CONNECT", "CREATE", "DELETE", "UPDATE"];
    for (index, operation) in operations.iter().enumerate().filter(|(_, operation)| !OPERATIONS.contains(&operation.as_str())) {
        errors.push(FieldError::not_supported(path.child("operations").index(index), operation.as_str(), OPERATIONS));
    }
    for (name, all, what) in [("apiGroups", list(rule.groups), "API groups"), ("apiVersions", list(rule.versions), "API versions")] {
        if all.is_empty() {
            errors.push(FieldError::required(path.child(name), ""));
        }
        if wildcard(all) {
            errors.push(FieldError::invalid(path.child(name), json!(all), format!("if '*' is present, must not specify other {what}")));
        }
    }
    for (index, _) in list(rule.versions).iter().enumerate().filter(|(_, version)| version.is_empty()) {
        errors.push(FieldError::required(path.child("apiVersions").index(index), ""));
    }
    errors.extend(resources(list(rule.resources), &path.child("resources")));
    const SCOPES: &[&str] = &["*", "Cluster", "Namespaced"];
    if let Some(scope) = rule.scope.as_deref().filter(|scope| !SCOPES.contains(scope)) {
        errors.push(FieldError::not_supported(path.child("scope"), scope, SCOPES));
    }
    errors
}

fn resources(all: &[String], path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    if all.is_empty() {
        errors.push(FieldError::required(path, ""));
    }
    let (mut whole, mut parts): (Vec<&str>, Vec<&str>) = (Vec::new(), Vec::new());
    let mut plain = false;
    for (index, resource) in all.iter().enumerate() {
        let at = path.index(index);
        if resource.is_empty() {
            errors.push(FieldError::required(at, ""));
            continue;
        }
        let Some((name, part)) = resource.split_once('/') else {
            plain = resource != "*";
            continue;
        };
        if whole.contains(&name) {
            errors.push(FieldError::invalid(&at, resource.as_str(), format!("if '{name}/*' is present, must not specify {resource}")));
        }
        if parts.contains(&part) {
            errors.push(FieldError::invalid(&at, resource.as_str(), format!("if '*/{part}' is present, must not specify {resource}")));
        }
        if part == "*" {
            whole.push(name);
        }
        if name == "*" {
            parts.push(part);
        }
    }
    let has = |name: &str| all.iter().any(|resource| resource == name);
    if all.len() > 1 && has("*/*") {
        errors.push(FieldError::invalid(path, json!(all), "if '*/*' is present, must not specify other resources"));
    }
    if has("*") && plain {
        errors.push(FieldError::invalid(path, json!(all), "if '*' is present, must not specify other resources without subresources"));
    }
    errors
}

pub(crate) fn match_resources(resources: &MatchResources, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    const POLICIES: &[&str] = &["Equivalent", "Exact"];
    super::pointed_to(&mut errors, &path.child("matchPolicy"), resources.match_policy.as_deref(), POLICIES);
    for (name, selector) in [("namespaceSelector", &resources.namespace_selector), ("objectSelector", &resources.object_selector)] {
        if selector.is_none() {
            errors.push(FieldError::required(path.child(name), ""));
        }
        errors.extend(metadata::label_selector(selector.as_ref(), &path.child(name)));
    }
    for (name, rules) in [("resourceRules", &resources.resource_rules), ("excludeResourceRules", &resources.exclude_resource_rules)] {
        for (index, named) in list(rules).iter().enumerate() {
            let at = path.child(name).index(index);
            let names = list(&named.resource_names);
            for (index, name) in names.iter().enumerate() {
                let at = at.child("resourceNames").index(index);
                errors.extend(name_rules::path_segment(name).into_iter().map(|fault| FieldError::invalid(&at, name.as_str(), fault)));
                if names[..index].contains(name) {
                    errors.push(FieldError::duplicate(&at, name.as_str()));
                }
            }
            let parts = Rule { operations: &named.operations, groups: &named.api_groups, versions: &named.api_versions, resources: &named.resources, scope: &named.scope };
            errors.extend(rule(&parts, &at));
        }
    }
    errors
}

pub(crate) fn match_conditions(conditions: &[MatchCondition], expressions: &Expressions, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    if conditions.len() > 64 {
        errors.push(FieldError::too_many(path, conditions.len(), 64));
    }
    for (index, condition) in conditions.iter().enumerate() {
        let at = path.index(index);
        let expression = condition.expression.trim();
        if expression.is_empty() {
            errors.push(FieldError::required(at.child("expression"), ""));
        } else if let Err(why) = expressions.compile(expression, &["bool"]) {
            errors.push(FieldError::invalid(at.child("expression"), expression, why));
        }
        if condition.name.is_empty() {
            errors.push(FieldError::required(at.child("name"), ""));
            continue;
        }
        errors.extend(name_rules::label_key(&condition.name).into_iter().map(|fault| FieldError::invalid(at.child("name"), condition.name.as_str(), fault)));
        if conditions[..index].iter().any(|other| other.name == condition.name) {
            errors.push(FieldError::duplicate(at.child("name"), condition.name.as_str()));
        }
    }
    errors
}

/// A policy of `Fail` or `Ignore`.
pub(crate) fn failure_policy(policy: &Option<String>, path: &Path) -> Option<FieldError> {
    const POLICIES: &[&str] = &["Fail", "Ignore"];
    let policy = policy.as_deref()?;
    (!POLICIES.contains(&policy)).then(|| FieldError::not_supported(path.child("failurePolicy"), policy, POLICIES))
}
