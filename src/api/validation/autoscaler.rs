//! Autoscalers: limits, target, metrics, and how fast they may scale.
//!
//! Models: pkg/apis/autoscaling/validation/validation.go, pkg/registry/autoscaling/horizontalpodautoscaler/strategy.go, v1.36.
//! Simplified: nothing; scaling to zero needs the alpha feature HPAScaleToZero, which is off.

use k8s_openapi::api::autoscaling::v2::{
    CrossVersionObjectReference, HPAScalingPolicy, HPAScalingRules, HorizontalPodAutoscalerSpec,
};

use super::{metadata, metric, nonnegative, text};
use crate::field::{FieldError, Path};
use crate::quantity::Quantity;
use crate::{HorizontalPodAutoscaler, name_rules};

const MAX_PERIOD_SECONDS: i32 = 1800;
const MAX_WINDOW_SECONDS: i32 = 3600;

/// What a reference to another object may leave out.
#[derive(Clone, Copy)]
pub(super) struct ReferenceRules {
    pub any_version: bool,
    pub core_group: bool,
}

pub(crate) fn validate(autoscaler: &HorizontalPodAutoscaler) -> Vec<FieldError> {
    let mut errors = metadata::validate(&autoscaler.metadata, true, metadata::SUBDOMAIN);
    errors.extend(spec(&autoscaler.spec, None));
    errors
}

pub(crate) fn validate_update(new: &HorizontalPodAutoscaler, old: &HorizontalPodAutoscaler) -> Vec<FieldError> {
    let mut errors = metadata::validate_update(&new.metadata, &old.metadata);
    errors.extend(spec(&new.spec, Some(&old.spec)));
    errors
}

pub(crate) fn validate_status_update(new: &HorizontalPodAutoscaler, old: &HorizontalPodAutoscaler) -> Vec<FieldError> {
    let mut errors = metadata::validate_update(&new.metadata, &old.metadata);
    let path = Path::new("status");
    nonnegative(&mut errors, &path.child("currentReplicas"), new.status.current_replicas.unwrap_or(0));
    nonnegative(&mut errors, &path.child("desiredReplicas"), new.status.desired_replicas);
    errors
}

fn spec(new: &HorizontalPodAutoscalerSpec, old: Option<&HorizontalPodAutoscalerSpec>) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let path = Path::new("spec");
    // An autoscaler that has been allowed to scale to zero keeps that.
    let lowest = i32::from(old.is_none_or(|old| old.min_replicas != Some(0)));
    if let Some(min) = new.min_replicas.filter(|min| *min < lowest) {
        errors.push(FieldError::invalid(path.child("minReplicas"), min, format!("must be greater than or equal to {lowest}")));
    }
    let max = path.child("maxReplicas");
    match new.max_replicas {
        0 => errors.push(FieldError::required(&max, "must be set and greater than 0")),
        count if count < 0 => errors.push(FieldError::invalid(&max, count, "must be greater than or equal to 1")),
        _ => {}
    }
    if new.min_replicas.is_some_and(|min| new.max_replicas < min) {
        errors.push(FieldError::invalid(max, new.max_replicas, "must be greater than or equal to `minReplicas`"));
    }
    let target = &new.scale_target_ref;
    let same_kind = old.is_some_and(|old| old.scale_target_ref.api_version == target.api_version && old.scale_target_ref.kind == target.kind);
    let rules = ReferenceRules { any_version: same_kind, core_group: !same_kind && target.kind == "ReplicationController" };
    errors.extend(reference(target, &path.child("scaleTargetRef"), rules));
    let mut rules = ReferenceRules { any_version: false, core_group: true };
    let old_metrics = old.and_then(|old| old.metrics.as_deref()).unwrap_or_default();
    let described = old_metrics.iter().filter(|metric| metric.type_ == "Object").filter_map(|metric| metric.object.as_ref());
    rules.any_version = described.into_iter().any(|object| api_version(&object.described_object, rules).is_some());
    errors.extend(metric::all(new, &path.child("metrics"), rules));
    if let Some(behavior) = &new.behavior {
        let path = path.child("behavior");
        for (name, rules) in [("scaleUp", &behavior.scale_up), ("scaleDown", &behavior.scale_down)] {
            errors.extend(rules.iter().flat_map(|rules| scaling_rules(rules, &path.child(name))));
        }
    }
    errors
}

pub(super) fn path_segment(value: &str, path: &Path) -> Vec<FieldError> {
    name_rules::path_segment(value).into_iter().map(|why| FieldError::invalid(path, value, why)).collect()
}

pub(super) fn reference(target: &CrossVersionObjectReference, path: &Path, rules: ReferenceRules) -> Vec<FieldError> {
    let mut errors = Vec::new();
    for (name, value) in [("kind", &target.kind), ("name", &target.name)] {
        if value.is_empty() {
            errors.push(FieldError::required(path.child(name), ""));
        } else {
            errors.extend(path_segment(value, &path.child(name)));
        }
    }
    if let Some(why) = api_version(target, rules) {
        errors.push(FieldError::invalid(path.child("apiVersion"), text(&target.api_version), why));
    }
    errors
}

fn api_version(target: &CrossVersionObjectReference, rules: ReferenceRules) -> Option<String> {
    let version = text(&target.api_version);
    if rules.any_version {
        return None;
    }
    if version.matches('/').count() > 1 {
        return Some(format!("unexpected GroupVersion string: {version}"));
    }
    let group = version.split_once('/').map_or("", |(group, _)| group);
    (group.is_empty() && !rules.core_group).then(|| "apiVersion must specify API group".to_owned())
}

fn scaling_rules(rules: &HPAScalingRules, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    if let Some(window) = rules.stabilization_window_seconds {
        let field = path.child("stabilizationWindowSeconds");
        if window < 0 {
            errors.push(FieldError::invalid(field, window, "must be greater than or equal to zero"));
        } else if window > MAX_WINDOW_SECONDS {
            errors.push(FieldError::invalid(field, window, format!("must be less than or equal to {MAX_WINDOW_SECONDS}")));
        }
    }
    let choices = &["Disabled", "Max", "Min"];
    if let Some(policy) = rules.select_policy.as_deref().filter(|policy| !choices.contains(policy)) {
        errors.push(FieldError::not_supported(path.child("selectPolicy"), policy, choices));
    }
    let policies = super::list(&rules.policies);
    if policies.is_empty() {
        errors.push(FieldError::required(path.child("policies"), "must specify at least one Policy"));
    }
    for (index, policy) in policies.iter().enumerate() {
        errors.extend(scaling_policy(policy, &path.child("policies").index(index)));
    }
    if let Some(tolerance) = &rules.tolerance
        && Quantity::of(tolerance).sign() < 0
    {
        errors.push(FieldError::invalid(path.child("tolerance"), tolerance.0.as_str(), "must be greater than or equal to 0"));
    }
    errors
}

fn scaling_policy(policy: &HPAScalingPolicy, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let types = &["Percent", "Pods"];
    if !types.contains(&policy.type_.as_str()) {
        errors.push(FieldError::not_supported(path.child("type"), policy.type_.as_str(), types));
    }
    for (name, value) in [("value", policy.value), ("periodSeconds", policy.period_seconds)] {
        if value <= 0 {
            errors.push(FieldError::invalid(path.child(name), value, "must be greater than zero"));
        }
    }
    if policy.period_seconds > MAX_PERIOD_SECONDS {
        let why = format!("must be less than or equal to {MAX_PERIOD_SECONDS}");
        errors.push(FieldError::invalid(path.child("periodSeconds"), policy.period_seconds, why));
    }
    errors
}
