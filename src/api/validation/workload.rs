//! Deployments and ReplicaSets.
//!
//! Models: pkg/apis/apps/validation/validation.go, v1.36.
//! Simplified: nothing.

use k8s_openapi::api::apps::v1::{DeploymentStrategy, RollingUpdateDeployment};
use k8s_openapi::api::core::v1::PodTemplateSpec;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector as RawSelector;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use serde_json::{Value, json};

use super::{invalid_each, list, metadata, nonnegative, pod, text};
use crate::field::{FieldError, Path};
use crate::selector::LabelSelector;
use crate::{Deployment, ReplicaSet, name_rules};

pub(crate) fn deployment(deployment: &Deployment) -> Vec<FieldError> {
    let mut errors = metadata::validate(&deployment.metadata, true, metadata::SUBDOMAIN);
    errors.extend(deployment_spec(deployment));
    errors
}

pub(crate) fn deployment_update(new: &Deployment, old: &Deployment) -> Vec<FieldError> {
    let mut errors = metadata::validate_update(&new.metadata, &old.metadata);
    errors.extend(deployment_spec(new));
    errors.extend(immutable_selector(&new.spec.selector, &old.spec.selector));
    errors
}

fn deployment_spec(deployment: &Deployment) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let path = Path::new("spec");
    let spec = &deployment.spec;
    nonnegative(&mut errors, &path.child("replicas"), spec.replicas.unwrap_or(0));
    errors.extend(selector_and_template(&spec.selector, Some(&spec.template), &path));
    if let Some(strategy_spec) = &spec.strategy {
        errors.extend(strategy(strategy_spec, &path.child("strategy")));
    }
    let min_ready = spec.min_ready_seconds.unwrap_or(0);
    nonnegative(&mut errors, &path.child("minReadySeconds"), min_ready);
    nonnegative(&mut errors, &path.child("revisionHistoryLimit"), spec.revision_history_limit.unwrap_or(0));
    // An older version of the API had the revision to go back to as a field.
    let rollback = deployment.metadata.annotations.as_ref().and_then(|annotations| annotations.get("deprecated.deployment.rollback.to"));
    if let Some(revision) = rollback.and_then(|revision| revision.parse::<i64>().ok()) {
        nonnegative(&mut errors, &path.child("rollback").child("version"), revision);
    }
    if let Some(deadline) = spec.progress_deadline_seconds {
        nonnegative(&mut errors, &path.child("progressDeadlineSeconds"), deadline);
        if deadline <= min_ready {
            errors.push(FieldError::invalid(path.child("progressDeadlineSeconds"), deadline, "must be greater than minReadySeconds"));
        }
    }
    errors
}

pub(crate) fn replica_set(replica_set: &ReplicaSet) -> Vec<FieldError> {
    let mut errors = metadata::validate(&replica_set.metadata, true, metadata::SUBDOMAIN);
    errors.extend(replica_set_spec(replica_set));
    errors
}

pub(crate) fn replica_set_update(new: &ReplicaSet, old: &ReplicaSet) -> Vec<FieldError> {
    let mut errors = metadata::validate_update(&new.metadata, &old.metadata);
    errors.extend(replica_set_spec(new));
    errors.extend(immutable_selector(&new.spec.selector, &old.spec.selector));
    errors
}

fn replica_set_spec(replica_set: &ReplicaSet) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let path = Path::new("spec");
    let spec = &replica_set.spec;
    nonnegative(&mut errors, &path.child("replicas"), spec.replicas.unwrap_or(0));
    nonnegative(&mut errors, &path.child("minReadySeconds"), spec.min_ready_seconds.unwrap_or(0));
    errors.extend(selector_and_template(&spec.selector, spec.template.as_ref(), &path));
    errors
}

fn selector_and_template(raw: &RawSelector, template: Option<&PodTemplateSpec>, path: &Path) -> Vec<FieldError> {
    let (mut errors, matcher) = selector(raw, &path.child("selector"), "deployment", "invalid label selector");
    let Some(matcher) = matcher else { return errors };
    let path = path.child("template");
    let default = PodTemplateSpec::default();
    let template = template.unwrap_or(&default);
    let labels = template.metadata.as_ref().and_then(|meta| meta.labels.as_ref());
    if !matcher.is_empty() && !matcher.matches(labels) {
        let why = "`selector` does not match template `labels`";
        errors.push(FieldError::invalid(path.child("metadata").child("labels"), json!(labels), why));
    }
    errors.extend(pod::template(template, &path));
    let spec = template.spec.clone().unwrap_or_default();
    if text(&spec.restart_policy) != "Always" {
        errors.push(FieldError::not_supported(path.child("spec").child("restartPolicy"), text(&spec.restart_policy), &["Always"]));
    }
    if spec.active_deadline_seconds.is_some() {
        let why = "activeDeadlineSeconds in ReplicaSet is not Supported";
        errors.push(FieldError::forbidden(path.child("spec").child("activeDeadlineSeconds"), why));
    }
    errors
}

/// A selector stays as it is. One that is missing shows as such, unlike one that selects everything.
pub(super) fn immutable_selector(new: &RawSelector, old: &RawSelector) -> Option<FieldError> {
    let shown = if *new == RawSelector::default() { Value::Null } else { json!(new) };
    metadata::immutable(&shown, &json!(old), &Path::new("spec").child("selector"))
}

/// Whether a selector that is there selects everything.
pub(super) fn is_empty_selector(selector: &RawSelector) -> bool {
    selector.match_labels.as_ref().is_none_or(|labels| labels.is_empty()) && list(&selector.match_expressions).is_empty()
}

/// The faults of a required selector, and the selector itself unless it cannot be read. A missing one selects nothing,
/// so it does not match the template either.
pub(super) fn selector(raw: &RawSelector, path: &Path, of: &str, unreadable: &str) -> (Vec<FieldError>, Option<LabelSelector>) {
    let mut errors = Vec::new();
    let missing = *raw == RawSelector::default();
    if missing {
        errors.push(FieldError::required(path, ""));
    } else {
        errors.extend(metadata::label_selector(Some(raw), path));
        if is_empty_selector(raw) {
            errors.push(FieldError::invalid(path, json!({}), format!("empty selector is invalid for {of}")));
        }
    }
    match LabelSelector::from_raw((!missing).then_some(raw)) {
        Ok(selector) => (errors, Some(selector)),
        Err(_) => {
            errors.push(FieldError::invalid(path, json!(raw), unreadable));
            (errors, None)
        }
    }
}

fn strategy(strategy: &DeploymentStrategy, path: &Path) -> Vec<FieldError> {
    match (text(&strategy.type_), &strategy.rolling_update) {
        ("Recreate", None) => Vec::new(),
        ("Recreate", Some(_)) => {
            vec![FieldError::forbidden(path.child("rollingUpdate"), "may not be specified when strategy `type` is 'Recreate'")]
        }
        ("RollingUpdate", None) => {
            vec![FieldError::required(path.child("rollingUpdate"), "this should be defaulted and never be nil")]
        }
        ("RollingUpdate", Some(rolling)) => rolling_update(rolling, &path.child("rollingUpdate")),
        (type_, rolling) => {
            let rolling = rolling.as_ref().map(|rolling| {
                format!("{{\"MaxUnavailable\":{},\"MaxSurge\":{}}}", json!(rolling.max_unavailable), json!(rolling.max_surge))
            });
            let shown = format!("{{\"Type\":{},\"RollingUpdate\":{}}}", json!(type_), rolling.unwrap_or_else(|| "null".to_owned()));
            vec![FieldError::not_supported(path, type_, &["Recreate", "RollingUpdate"]).shown_as(shown)]
        }
    }
}

fn rolling_update(rolling: &RollingUpdateDeployment, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let zero = IntOrString::Int(0);
    let unavailable = rolling.max_unavailable.as_ref().unwrap_or(&zero);
    let surge = rolling.max_surge.as_ref().unwrap_or(&zero);
    errors.extend(count_or_percent(unavailable, &path.child("maxUnavailable")));
    errors.extend(count_or_percent(surge, &path.child("maxSurge")));
    if number(unavailable) == 0 && number(surge) == 0 {
        errors.push(FieldError::invalid(path.child("maxUnavailable"), shown(unavailable), "may not be 0 when `maxSurge` is 0"));
    }
    errors.extend(more_than_all(unavailable, &path.child("maxUnavailable")));
    errors
}

pub(super) fn more_than_all(value: &IntOrString, path: &Path) -> Option<FieldError> {
    let too_many = percentage(value).is_some_and(|percent| percent > 100);
    too_many.then(|| FieldError::invalid(path, shown(value), "must not be greater than 100%"))
}

pub(super) fn shown(value: &IntOrString) -> Value {
    match value {
        IntOrString::Int(number) => json!(number),
        IntOrString::String(text) => json!(text),
    }
}

pub(super) fn percentage(value: &IntOrString) -> Option<i64> {
    match value {
        IntOrString::String(text) if name_rules::percent(text).is_empty() => text.strip_suffix('%')?.parse().ok(),
        _ => None,
    }
}

/// The number before the `%` too; text that is no percentage counts as 0.
pub(super) fn number(value: &IntOrString) -> i64 {
    match value {
        IntOrString::Int(number) => i64::from(*number),
        IntOrString::String(text) => percentage(value).or_else(|| text.parse().ok()).unwrap_or(0),
    }
}

pub(super) fn count_or_percent(value: &IntOrString, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    match value {
        IntOrString::Int(number) => nonnegative(&mut errors, path, *number),
        IntOrString::String(text) => invalid_each(&mut errors, path, text.as_str(), name_rules::percent(text)),
    }
    errors
}

/// Counts in a status: none is negative, and none is greater than what it is a part of.
pub(crate) fn deployment_status_update(new: &Deployment, old: &Deployment) -> Vec<FieldError> {
    let mut errors = metadata::validate_update(&new.metadata, &old.metadata);
    let path = Path::new("status");
    let status = &new.status;
    let counts = [
        ("replicas", status.replicas), ("updatedReplicas", status.updated_replicas), ("readyReplicas", status.ready_replicas),
        ("availableReplicas", status.available_replicas), ("unavailableReplicas", status.unavailable_replicas),
        ("terminatingReplicas", status.terminating_replicas), ("collisionCount", status.collision_count),
    ];
    nonnegative(&mut errors, &path.child("observedGeneration"), status.observed_generation.unwrap_or(0));
    for (name, count) in counts {
        nonnegative(&mut errors, &path.child(name), count.unwrap_or(0));
    }
    let parts = [("updatedReplicas", status.updated_replicas), ("readyReplicas", status.ready_replicas), ("availableReplicas", status.available_replicas)];
    errors.extend(parts_of(&parts, status.replicas.unwrap_or(0), &path));
    errors.extend(available_within_ready(status.available_replicas, status.ready_replicas, &path));
    if status.collision_count.unwrap_or(0) < old.status.collision_count.unwrap_or(0) {
        errors.push(FieldError::invalid(path.child("collisionCount"), status.collision_count.unwrap_or(0), "cannot be decremented"));
    }
    errors
}

pub(crate) fn replica_set_status_update(new: &ReplicaSet, old: &ReplicaSet) -> Vec<FieldError> {
    let mut errors = metadata::validate_update(&new.metadata, &old.metadata);
    let status = &new.status;
    let counts = ReplicaCounts {
        replicas: status.replicas,
        fully_labeled: status.fully_labeled_replicas,
        ready: status.ready_replicas,
        available: status.available_replicas,
        terminating: status.terminating_replicas,
        observed_generation: status.observed_generation,
    };
    errors.extend(counts.validate());
    errors
}

/// What the status of a ReplicaSet and that of a ReplicationController count alike.
pub(super) struct ReplicaCounts {
    pub replicas: i32,
    pub fully_labeled: Option<i32>,
    pub ready: Option<i32>,
    pub available: Option<i32>,
    pub terminating: Option<i32>,
    pub observed_generation: Option<i64>,
}

impl ReplicaCounts {
    pub fn validate(&self) -> Vec<FieldError> {
        let mut errors = Vec::new();
        let path = Path::new("status");
        nonnegative(&mut errors, &path.child("replicas"), self.replicas);
        let parts = [("fullyLabeledReplicas", self.fully_labeled), ("readyReplicas", self.ready), ("availableReplicas", self.available)];
        for (name, count) in parts {
            nonnegative(&mut errors, &path.child(name), count.unwrap_or(0));
        }
        nonnegative(&mut errors, &path.child("observedGeneration"), self.observed_generation.unwrap_or(0));
        nonnegative(&mut errors, &path.child("terminatingReplicas"), self.terminating.unwrap_or(0));
        errors.extend(parts_of(&parts, self.replicas, &path));
        errors.extend(available_within_ready(self.available, self.ready, &path));
        errors
    }
}

pub(super) fn parts_of(parts: &[(&str, Option<i32>)], whole: i32, path: &Path) -> Vec<FieldError> {
    let too_many = parts.iter().map(|(name, count)| (name, count.unwrap_or(0))).filter(|(_, count)| *count > whole);
    too_many.map(|(name, count)| FieldError::invalid(path.child(name), count, "cannot be greater than status.replicas")).collect()
}

pub(super) fn available_within_ready(available: Option<i32>, ready: Option<i32>, path: &Path) -> Option<FieldError> {
    let (available, ready) = (available.unwrap_or(0), ready.unwrap_or(0));
    (available > ready).then(|| FieldError::invalid(path.child("availableReplicas"), available, "cannot be greater than readyReplicas"))
}
