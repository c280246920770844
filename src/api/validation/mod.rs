//! Validation: what the API server refuses, field by field, in its own words.

pub(crate) mod admission_policy;
pub(crate) mod admission_rules;
pub(crate) mod admission_webhook;
pub(crate) mod api_service;
pub(crate) mod autoscaler;
pub(crate) mod certificate;
pub(crate) mod cidr;
pub(crate) mod class;
pub(crate) mod config;
pub(crate) mod container;
pub(crate) mod custom_resource_definition;
pub(crate) mod controller_revision;
pub(crate) mod cron_job;
pub(crate) mod csi;
pub(crate) mod daemon_set;
pub(crate) mod device_allocation;
mod device_capacity;
pub(crate) mod device_claim;
mod device_selector;
pub(crate) mod device_slice;
pub(crate) mod disruption_budget;
pub(crate) mod endpoint;
pub(crate) mod endpoints;
pub(crate) mod ephemeral_container;
pub(crate) mod flow_control;
pub(crate) mod event;
pub(crate) mod go_dump;
mod go_types;
pub(crate) mod ingress;
pub(crate) mod ip;
pub(crate) mod job;
mod job_policies;
pub(crate) mod job_status;
pub(crate) mod limit_range;
pub(crate) mod metadata;
mod metric;
pub(crate) mod network_policy;
pub(crate) mod node;
pub(crate) mod persistent_volume;
pub(crate) mod persistent_volume_claim;
mod persistent_volume_source;
pub(crate) mod pod;
pub(crate) mod pod_resize;
pub(crate) mod pod_annotations;
mod pod_resources;
pub(crate) mod pod_security;
pub(crate) mod pod_status;
pub(crate) mod pod_update;
pub(crate) mod priority_level;
pub(crate) mod probe;
pub(crate) mod quota;
pub(crate) mod rbac;
pub(crate) mod replication_controller;
pub(crate) mod resources;
pub(crate) mod review;
pub(crate) mod scheduling;
pub(crate) mod service;
pub(crate) mod service_cidr;
pub(crate) mod stateful_set;
pub(crate) mod storage;
pub(crate) mod unified_diff;
mod volume;
mod volume_source;
pub(crate) mod webhook;
mod windows;
pub(crate) mod workload;

use serde_json::Value;

use crate::field::{FieldError, Path};

/// Turns the faults that a rule of names found into errors of a field.
pub(crate) fn invalid_each(errors: &mut Vec<FieldError>, field: &Path, value: impl Into<Value>, faults: Vec<String>) {
    if faults.is_empty() {
        return;
    }
    let value = value.into();
    errors.extend(faults.into_iter().map(|fault| FieldError::invalid(field, value.clone(), fault)));
}

pub(crate) fn nonnegative(errors: &mut Vec<FieldError>, field: &Path, value: impl Into<i64>) {
    let value = value.into();
    if value < 0 {
        errors.push(FieldError::invalid(field, value, "must be greater than or equal to 0"));
    }
}

/// A value that must be one of a few, and must be there.
pub(crate) fn one_of(errors: &mut Vec<FieldError>, field: &Path, value: Option<&str>, supported: &[&str]) {
    pointed_to(errors, field, value.filter(|value| !value.is_empty()), supported);
}

/// The same where Go has a pointer: an empty text is there, and it is none of the few.
pub(crate) fn pointed_to(errors: &mut Vec<FieldError>, field: &Path, value: Option<&str>, supported: &[&str]) {
    match value {
        None => errors.push(FieldError::required(field, "")),
        Some(value) if !supported.contains(&value) => errors.push(FieldError::not_supported(field, value, supported)),
        Some(_) => {}
    }
}

/// The value of an optional text, empty if it is missing.
pub(crate) fn text(value: &Option<String>) -> &str {
    value.as_deref().unwrap_or_default()
}

/// A list that may be missing.
pub(crate) fn list<T>(value: &Option<Vec<T>>) -> &[T] {
    value.as_deref().unwrap_or_default()
}
