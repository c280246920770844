//! Disruption budgets.
//!
//! Models: pkg/apis/policy/validation/validation.go, staging/src/k8s.io/apimachinery/pkg/apis/meta/v1/validation (conditions), v1.36.
//! Simplified: nothing.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use serde_json::json;

use super::workload::{count_or_percent, percentage, shown};
use super::{invalid_each, list, metadata, nonnegative};
use crate::field::{FieldError, Path};
use crate::{PodDisruptionBudget, name_rules};

const POLICIES: &[&str] = &["AlwaysAllow", "IfHealthyBudget"];

/// The rules of a new one and of an update.
pub(crate) fn spec(budget: &PodDisruptionBudget) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let path = Path::new("spec");
    let spec = &budget.spec;
    if spec.min_available.is_some() && spec.max_unavailable.is_some() {
        let error = FieldError::invalid(&path, json!(**spec), "minAvailable and maxUnavailable cannot be both set");
        errors.push(error.of_struct("PodDisruptionBudgetSpec"));
    }
    for (name, amount) in [("minAvailable", &spec.min_available), ("maxUnavailable", &spec.max_unavailable)] {
        let Some(amount) = amount else { continue };
        errors.extend(count_or_percent(amount, &path.child(name)));
        if percentage(amount).is_some_and(|percent| percent > 100) {
            errors.push(FieldError::invalid(path.child(name), shown(amount), "must not be greater than 100%"));
        }
    }
    errors.extend(metadata::label_selector(spec.selector.as_ref(), &path.child("selector")));
    if let Some(policy) = spec.unhealthy_pod_eviction_policy.as_deref().filter(|policy| !POLICIES.contains(policy)) {
        errors.push(FieldError::not_supported(path.child("unhealthyPodEvictionPolicy"), policy, POLICIES));
    }
    errors
}

pub(crate) fn status(budget: &PodDisruptionBudget) -> Vec<FieldError> {
    let path = Path::new("status");
    let status = &budget.status;
    let mut errors = conditions(list(&status.conditions), &path.child("conditions"));
    let counts = [
        ("disruptionsAllowed", status.disruptions_allowed), ("currentHealthy", status.current_healthy),
        ("desiredHealthy", status.desired_healthy), ("expectedPods", status.expected_pods),
    ];
    for (name, count) in counts {
        nonnegative(&mut errors, &path.child(name), count.unwrap_or(0));
    }
    errors
}

/// Conditions of the general kind, as newer objects have them.
pub(crate) fn conditions(conditions: &[Condition], path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    for (index, condition) in conditions.iter().enumerate() {
        let path = path.index(index);
        if conditions[..index].iter().any(|other| other.type_ == condition.type_) {
            errors.push(FieldError::duplicate(path.child("type"), condition.type_.as_str()));
        }
        invalid_each(&mut errors, &path.child("type"), condition.type_.as_str(), name_rules::label_key(&condition.type_));
        let statuses = &["False", "True", "Unknown"];
        if !statuses.contains(&condition.status.as_str()) {
            errors.push(FieldError::not_supported(path.child("status"), condition.status.as_str(), statuses));
        }
        if let Some(generation) = condition.observed_generation.filter(|generation| *generation < 0) {
            errors.push(FieldError::invalid(path.child("observedGeneration"), generation, "must be greater than or equal to zero"));
        }
        errors.extend(reason(&condition.reason, &path.child("reason")));
        const MAX_MESSAGE: usize = 32 * 1024;
        if condition.message.len() > MAX_MESSAGE {
            errors.push(FieldError::too_long(path.child("message"), MAX_MESSAGE));
        }
    }
    errors
}

fn reason(reason: &str, path: &Path) -> Vec<FieldError> {
    const MAX_REASON: usize = 1024;
    if reason.is_empty() {
        return vec![FieldError::required(path, "")];
    }
    let mut errors = Vec::new();
    let inner = |byte: u8| byte.is_ascii_alphanumeric() || b"_,:".contains(&byte);
    let framed = reason.as_bytes()[0].is_ascii_alphabetic() && !reason.ends_with([',', ':']);
    if !framed || !reason.bytes().all(inner) {
        let why = name_rules::regex_error(
            "a condition reason must start with alphabetic character, optionally followed by a string of alphanumeric characters or '_,:', and must end with an alphanumeric character or '_'",
            "[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?",
            &["my_name", "MY_NAME", "MyName", "ReasonA,ReasonB", "ReasonA:ReasonB"],
        );
        errors.push(FieldError::invalid(path, reason, why));
    }
    if reason.len() > MAX_REASON {
        errors.push(FieldError::too_long(path, MAX_REASON));
    }
    errors
}
