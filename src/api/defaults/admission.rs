//! Defaults of admission policies and webhooks.
//!
//! Models: pkg/apis/admissionregistration/v1/defaults.go, v1.36.
//! Simplified: nothing.

use k8s_openapi::api::admissionregistration::v1::{MatchResources, MutatingWebhook, ValidatingWebhook, WebhookClientConfig};

fn scope(scope: &mut Option<String>) {
    scope.get_or_insert_with(|| "*".to_owned());
}

pub(crate) fn match_resources(resources: &mut MatchResources) {
    resources.match_policy.get_or_insert_with(|| "Equivalent".to_owned());
    resources.namespace_selector.get_or_insert_default();
    resources.object_selector.get_or_insert_default();
    for rule in resources.resource_rules.iter_mut().chain(&mut resources.exclude_resource_rules).flatten() {
        scope(&mut rule.scope);
    }
}

fn client(config: &mut WebhookClientConfig) {
    if let Some(service) = &mut config.service {
        service.port.get_or_insert(443);
    }
}

pub(crate) fn validating_webhook(webhook: &mut ValidatingWebhook) {
    client(&mut webhook.client_config);
    webhook.failure_policy.get_or_insert_with(|| "Fail".to_owned());
    webhook.match_policy.get_or_insert_with(|| "Equivalent".to_owned());
    webhook.namespace_selector.get_or_insert_default();
    webhook.object_selector.get_or_insert_default();
    webhook.timeout_seconds.get_or_insert(10);
    webhook.rules.iter_mut().flatten().for_each(|rule| scope(&mut rule.scope));
}

pub(crate) fn mutating_webhook(webhook: &mut MutatingWebhook) {
    client(&mut webhook.client_config);
    webhook.failure_policy.get_or_insert_with(|| "Fail".to_owned());
    webhook.match_policy.get_or_insert_with(|| "Equivalent".to_owned());
    webhook.namespace_selector.get_or_insert_default();
    webhook.object_selector.get_or_insert_default();
    webhook.timeout_seconds.get_or_insert(10);
    webhook.reinvocation_policy.get_or_insert_with(|| "Never".to_owned());
    webhook.rules.iter_mut().flatten().for_each(|rule| scope(&mut rule.scope));
}
