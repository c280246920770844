//! Configurations of admission webhooks.
//!
//! Models: pkg/apis/admissionregistration/validation/validation.go, v1.36.
//! Simplified: nothing.

use k8s_openapi::api::admissionregistration::v1::{
    MatchCondition, MutatingWebhookConfiguration, RuleWithOperations, ValidatingWebhookConfiguration, WebhookClientConfig,
};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;
use serde_json::json;

use super::admission_rules::{Rule, failure_policy, match_conditions, rule};
use super::{list, metadata, webhook};
use crate::admission_policy::Expressions;
use crate::field::{FieldError, Path};
use crate::{ObjectMeta, name_rules};

const SIDE_EFFECTS: &[&str] = &["None", "NoneOnDryRun"];

/// What both types of webhooks have.
struct Webhook<'a> {
    name: &'a str,
    rules: &'a Option<Vec<RuleWithOperations>>,
    failure_policy: &'a Option<String>,
    match_policy: &'a Option<String>,
    side_effects: &'a str,
    timeout: Option<i32>,
    selectors: [(&'static str, &'a Option<LabelSelector>); 2],
    client: &'a WebhookClientConfig,
    conditions: &'a Option<Vec<MatchCondition>>,
    review_versions: &'a [String],
    reinvocation: Option<&'a str>,
}

macro_rules! webhook {
    ($hook:expr, $reinvocation:expr) => {
        Webhook {
            name: &$hook.name,
            rules: &$hook.rules,
            failure_policy: &$hook.failure_policy,
            match_policy: &$hook.match_policy,
            side_effects: &$hook.side_effects,
            timeout: $hook.timeout_seconds,
            selectors: [("namespaceSelector", &$hook.namespace_selector), ("objectSelector", &$hook.object_selector)],
            client: &$hook.client_config,
            conditions: &$hook.match_conditions,
            review_versions: &$hook.admission_review_versions,
            reinvocation: $reinvocation,
        }
    };
}

pub(crate) fn validating(configuration: &ValidatingWebhookConfiguration) -> Vec<FieldError> {
    let hooks: Vec<Webhook<'_>> = list(&configuration.webhooks).iter().map(|hook| webhook!(hook, None)).collect();
    validate(&configuration.metadata, &hooks)
}

pub(crate) fn mutating(configuration: &MutatingWebhookConfiguration) -> Vec<FieldError> {
    let hooks: Vec<Webhook<'_>> = list(&configuration.webhooks).iter().map(|hook| webhook!(hook, hook.reinvocation_policy.as_deref())).collect();
    validate(&configuration.metadata, &hooks)
}

fn validate(meta: &ObjectMeta, hooks: &[Webhook<'_>]) -> Vec<FieldError> {
    let mut errors = metadata::validate_any(meta, false, metadata::SUBDOMAIN);
    for (index, hook) in hooks.iter().enumerate() {
        let path = Path::new("webhooks").index(index);
        errors.extend(validate_hook(hook, &path));
        errors.extend(review_versions(hook.review_versions, &path.child("admissionReviewVersions")));
        if !hook.name.is_empty() && hooks[..index].iter().any(|other| other.name == hook.name) {
            errors.push(FieldError::duplicate(path.child("name"), hook.name));
        }
    }
    errors
}

/// A name of at least three parts, such as `check.example.com`.
fn qualified_name(name: &str, path: &Path) -> Vec<FieldError> {
    if name.is_empty() {
        return vec![FieldError::required(path, "")];
    }
    let faults = name_rules::dns1123_subdomain(name);
    if !faults.is_empty() {
        return vec![FieldError::invalid(path, name, faults.join(","))];
    }
    if name.split('.').count() < 3 {
        return vec![FieldError::invalid(path, name, "should be a domain with at least three segments separated by dots")];
    }
    Vec::new()
}

fn validate_hook(hook: &Webhook<'_>, path: &Path) -> Vec<FieldError> {
    let mut errors = qualified_name(hook.name, &path.child("name"));
    for (index, own) in list(hook.rules).iter().enumerate() {
        let parts = Rule { operations: &own.operations, groups: &own.api_groups, versions: &own.api_versions, resources: &own.resources, scope: &own.scope };
        errors.extend(rule(&parts, &path.child("rules").index(index)));
    }
    errors.extend(failure_policy(hook.failure_policy, path));
    if let Some(policy) = hook.match_policy.as_deref().filter(|policy| !matches!(*policy, "Equivalent" | "Exact")) {
        errors.push(FieldError::not_supported(path.child("matchPolicy"), policy, &["Equivalent", "Exact"]));
    }
    match hook.side_effects {
        "" => {
            let empty = FieldError::not_supported(path.child("sideEffects"), "", SIDE_EFFECTS);
            errors.push(FieldError::required(path.child("sideEffects"), "must specify one of None, NoneOnDryRun").unless_empty([empty]));
        }
        "None" | "NoneOnDryRun" => {}
        other => errors.push(FieldError::not_supported(path.child("sideEffects"), other, SIDE_EFFECTS)),
    }
    if let Some(seconds) = hook.timeout.filter(|seconds| !(1..=30).contains(seconds)) {
        errors.push(FieldError::invalid(path.child("timeoutSeconds"), seconds, "the timeout value must be between 1 and 30 seconds"));
    }
    for (name, selector) in hook.selectors {
        errors.extend(metadata::label_selector(selector.as_ref(), &path.child(name)));
    }
    if let Some(policy) = hook.reinvocation.filter(|policy| !matches!(*policy, "IfNeeded" | "Never")) {
        errors.push(FieldError::not_supported(path.child("reinvocationPolicy"), policy, &["IfNeeded", "Never"]));
    }
    errors.extend(client(hook.client, &path.child("clientConfig")));
    errors.extend(match_conditions(list(hook.conditions), &Expressions::new(false), &path.child("matchConditions")));
    errors
}

fn client(config: &WebhookClientConfig, path: &Path) -> Vec<FieldError> {
    match (&config.url, &config.service) {
        (Some(url), None) => webhook::url(url, &path.child("url")),
        (None, Some(service)) => webhook::service(&service.namespace, &service.name, service.path.as_deref(), service.port, &path.child("service")),
        _ => vec![FieldError::required(path, "exactly one of url or service is required")],
    }
}

fn review_versions(versions: &[String], path: &Path) -> Vec<FieldError> {
    if versions.is_empty() {
        return vec![FieldError::required(path, "must specify one of v1, v1beta1")];
    }
    let mut errors = Vec::new();
    for (index, version) in versions.iter().enumerate() {
        if versions[..index].contains(version) {
            errors.push(FieldError::invalid(path.index(index), version.as_str(), "duplicate version"));
            continue;
        }
        errors.extend(name_rules::dns1035_label(version).into_iter().map(|fault| FieldError::invalid(path.index(index), version.as_str(), fault)));
    }
    if !versions.iter().any(|version| matches!(version.as_str(), "v1" | "v1beta1")) {
        errors.push(FieldError::invalid(path, json!(versions), "must include at least one of v1, v1beta1"));
    }
    errors
}
