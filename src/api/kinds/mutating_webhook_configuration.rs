//! Servers that may change what is written to the API. They are kept here, but nobody calls them: a write that one would
//! have to see is answered so.
//!
//! Models: pkg/registry/admissionregistration/mutatingwebhookconfiguration/strategy.go, v1.36.
//! Simplified: nothing of the object itself.

pub use k8s_openapi::api::admissionregistration::v1::MutatingWebhookConfiguration;

use crate::field::FieldError;
use crate::{Cell, Column, ResourceInfo, Strategy, defaults, object_meta, resource_impl, tables, validation};

resource_impl!(MutatingWebhookConfiguration, metadata);

impl Strategy for MutatingWebhookConfiguration {
    const INFO: ResourceInfo = ResourceInfo {
        group: "admissionregistration.k8s.io",
        version: "v1",
        kind: "MutatingWebhookConfiguration",
        plural: "mutatingwebhookconfigurations",
        singular: "mutatingwebhookconfiguration",
        short_names: &[],
        categories: &["api-extensions"],
        namespaced: false,
        has_status: false,
    };

    fn set_defaults(&mut self) {
        self.webhooks.iter_mut().flatten().for_each(defaults::admission::mutating_webhook);
    }

    fn prepare_for_create(&mut self) {
        self.metadata.generation = Some(1);
    }

    fn prepare_for_update(&mut self, old: &Self) {
        object_meta::next_generation(&mut self.metadata, &old.metadata, self.webhooks != old.webhooks);
    }

    fn counts_sent_empty() -> &'static [&'static str] {
        &["webhooks"]
    }

    fn validate(&self) -> Vec<FieldError> {
        validation::admission_webhook::mutating(self)
    }

    fn is_validated_whole_on_update() -> bool {
        true
    }

    fn validate_update(&self, old: &Self) -> Vec<FieldError> {
        validation::metadata::validate_update_any(&self.metadata, &old.metadata)
    }

    fn columns() -> Vec<Column> {
        tables::admission::WEBHOOKS.to_vec()
    }

    fn row(&self, now: jiff::Timestamp) -> Vec<Cell> {
        tables::admission::webhooks_row(&self.metadata, self.webhooks.as_ref().map_or(0, Vec::len), now)
    }
}
