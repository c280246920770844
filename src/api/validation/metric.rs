//! The metrics that an autoscaler goes by: what each kind of source must say.
//!
//! Models: pkg/apis/autoscaling/validation/validation.go (validateMetrics), v1.36.
//! Simplified: several surplus sources are named in a fixed order, where the reference's order is chance.

use k8s_openapi::api::autoscaling::v2::{HorizontalPodAutoscalerSpec, MetricIdentifier, MetricSpec, MetricTarget};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity as RawQuantity;

use super::autoscaler::{ReferenceRules, path_segment, reference};
use super::resources::container_resource_name;
use super::{invalid_each, list};
use crate::field::{FieldError, Path};
use crate::name_rules;
use crate::quantity::Quantity;

const TYPES: &[&str] = &["ContainerResource", "External", "Object", "Pods", "Resource"];

pub(super) fn all(spec: &HorizontalPodAutoscalerSpec, path: &Path, rules: ReferenceRules) -> Vec<FieldError> {
    let metrics = list(&spec.metrics);
    let mut errors: Vec<FieldError> = metrics.iter().enumerate().flat_map(|(index, metric)| one(metric, &path.index(index), rules)).collect();
    let outside = metrics.iter().any(|metric| matches!(metric.type_.as_str(), "Object" | "External"));
    if spec.min_replicas == Some(0) && !outside {
        errors.push(FieldError::forbidden(path, "must specify at least one Object or External metric to support scaling to zero replicas"));
    }
    errors
}

fn one(metric: &MetricSpec, path: &Path, rules: ReferenceRules) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let type_ = metric.type_.as_str();
    if type_.is_empty() {
        errors.push(FieldError::required(path.child("type"), "must specify a metric source type"));
    }
    let unsupported = || FieldError::not_supported(path.child("type"), type_, TYPES);
    if !TYPES.contains(&type_) {
        errors.push(unsupported());
    }
    let present: Vec<&str> = [
        ("object", metric.object.is_some()), ("external", metric.external.is_some()), ("pods", metric.pods.is_some()),
        ("resource", metric.resource.is_some()), ("containerResource", metric.container_resource.is_some()),
    ]
    .into_iter()
    .filter_map(|(name, present)| present.then_some(name))
    .collect();
    // Only the first source is looked into.
    if let Some(first) = present.first() {
        errors.extend(source(metric, first, &path.child(first), rules));
    }
    let expected = match type_ {
        "Object" => "object",
        "Pods" => "pods",
        "Resource" => "resource",
        "External" => "external",
        "ContainerResource" => "containerResource",
        _ => {
            errors.push(unsupported());
            ""
        }
    };
    if !expected.is_empty() && !present.contains(&expected) {
        errors.push(FieldError::required(path.child(expected), "must populate information for the given metric source"));
    }
    if present.len() != 1 {
        let surplus = present.iter().filter(|name| **name != expected);
        errors.extend(surplus.map(|name| FieldError::forbidden(path.child(name), "must populate the given metric source only")));
    }
    errors
}

fn source(metric: &MetricSpec, name: &str, path: &Path, rules: ReferenceRules) -> Vec<FieldError> {
    let mut errors = Vec::new();
    if let Some(source) = metric.object.as_ref().filter(|_| name == "object") {
        errors.extend(reference(&source.described_object, &path.child("describedObject"), rules));
        errors.extend(identifier(&source.metric, path));
        errors.extend(target(&source.target, path));
        if source.target.value.is_none() && source.target.average_value.is_none() {
            errors.push(FieldError::required(average_value(path), "must set either a target value or averageValue"));
        }
    } else if let Some(source) = metric.external.as_ref().filter(|_| name == "external") {
        errors.extend(identifier(&source.metric, path));
        errors.extend(target(&source.target, path));
        match (&source.target.value, &source.target.average_value) {
            (None, None) => errors.push(FieldError::required(average_value(path), "must set either a target value for metric or a per-pod target")),
            (Some(_), Some(_)) => {
                errors.push(FieldError::forbidden(path.child("target").child("value"), "may not set both a target value for metric and a per-pod target"));
            }
            _ => {}
        }
    } else if let Some(source) = metric.pods.as_ref().filter(|_| name == "pods") {
        errors.extend(identifier(&source.metric, path));
        errors.extend(target(&source.target, path));
        if source.target.average_value.is_none() {
            errors.push(FieldError::required(average_value(path), "must specify a positive target averageValue"));
        }
    } else if let Some(source) = metric.resource.as_ref().filter(|_| name == "resource") {
        if source.name.is_empty() {
            errors.push(FieldError::required(path.child("name"), "must specify a resource name"));
        }
        errors.extend(resource_target(&source.target, path));
    } else if let Some(source) = &metric.container_resource {
        if source.name.is_empty() {
            errors.push(FieldError::required(path.child("name"), "must specify a resource name"));
        } else {
            errors.extend(container_resource_name(&source.name, &path.child("name")));
        }
        if source.container.is_empty() {
            errors.push(FieldError::required(path.child("container"), "must specify a container"));
        } else {
            let faults = name_rules::dns1123_label(&source.container);
            invalid_each(&mut errors, &path.child("container"), source.container.as_str(), faults);
        }
        errors.extend(resource_target(&source.target, path));
    }
    errors
}

fn average_value(path: &Path) -> Path {
    path.child("target").child("averageValue")
}

fn resource_target(wanted: &MetricTarget, path: &Path) -> Vec<FieldError> {
    let mut errors = target(wanted, path);
    match (wanted.average_utilization, &wanted.average_value) {
        (None, None) => {
            let why = "must set either a target raw value or a target utilization";
            errors.push(FieldError::required(path.child("target").child("averageUtilization"), why));
        }
        (Some(_), Some(_)) => {
            errors.push(FieldError::forbidden(average_value(path), "may not set both a target raw value and a target utilization"));
        }
        _ => {}
    }
    errors
}

fn target(target: &MetricTarget, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let path = path.child("target");
    if target.type_.is_empty() {
        errors.push(FieldError::required(path.child("type"), "must specify a metric target type"));
    }
    if !matches!(target.type_.as_str(), "Utilization" | "Value" | "AverageValue") {
        errors.push(FieldError::invalid(path.child("type"), target.type_.as_str(), "must be either Utilization, Value, or AverageValue"));
    }
    let positive = |name: &str, amount: &Option<RawQuantity>| {
        let amount = amount.as_ref().filter(|amount| Quantity::of(amount).sign() <= 0)?;
        Some(FieldError::invalid(path.child(name), amount.0.as_str(), "must be positive"))
    };
    errors.extend(positive("value", &target.value));
    errors.extend(positive("averageValue", &target.average_value));
    if let Some(percent) = target.average_utilization.filter(|percent| *percent < 1) {
        errors.push(FieldError::invalid(path.child("averageUtilization"), percent, "must be greater than 0"));
    }
    errors
}

fn identifier(metric: &MetricIdentifier, path: &Path) -> Vec<FieldError> {
    let path = path.child("metric").child("name");
    if metric.name.is_empty() { vec![FieldError::required(path, "must specify a metric name")] } else { path_segment(&metric.name, &path) }
}
