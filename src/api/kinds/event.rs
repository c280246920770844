//! A note of what happened to an object, kept for an hour.
//!
//! Models: pkg/registry/core/event/strategy.go, v1.36.
//! Simplified: nothing.

pub use k8s_openapi::api::core::v1::Event;

use crate::field::FieldError;
use crate::{Cell, Column, ResourceInfo, Strategy, resource_impl, tables, validation};

resource_impl!(Event, metadata);

impl Strategy for Event {
    const INFO: ResourceInfo = ResourceInfo {
        group: "",
        version: "v1",
        kind: "Event",
        plural: "events",
        singular: "event",
        short_names: &["ev"],
        categories: &[],
        namespaced: true,
        has_status: false,
    };

    fn set_defaults(&mut self) {
        self.source.get_or_insert_default();
        self.reporting_component.get_or_insert_default();
        self.reporting_instance.get_or_insert_default();
    }

    fn selectable_fields(&self) -> Vec<(&'static str, String)> {
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        let about = &self.involved_object;
        let source = self.source.as_ref().map_or_else(String::new, |source| text(&source.component));
        let reporter = text(&self.reporting_component);
        vec![
            ("involvedObject.kind", text(&about.kind)),
            ("involvedObject.namespace", text(&about.namespace)),
            ("involvedObject.name", text(&about.name)),
            ("involvedObject.uid", text(&about.uid)),
            ("involvedObject.apiVersion", text(&about.api_version)),
            ("involvedObject.resourceVersion", text(&about.resource_version)),
            ("involvedObject.fieldPath", text(&about.field_path)),
            ("reason", text(&self.reason)),
            ("reportingComponent", reporter.clone()),
            ("source", if source.is_empty() { reporter } else { source }),
            ("type", text(&self.type_)),
        ]
    }

    fn validate(&self) -> Vec<FieldError> {
        validation::event::lax(self)
    }

    fn validate_last(&self) -> Vec<FieldError> {
        validation::metadata::validate_any(&self.metadata, true, crate::name_rules::path_segment)
    }

    fn validate_update(&self, _old: &Self) -> Vec<FieldError> {
        validation::event::lax(self)
    }

    fn columns() -> Vec<Column> {
        tables::columns::EVENT.to_vec()
    }

    fn row(&self, now: jiff::Timestamp) -> Vec<Cell> {
        tables::event::row(self, now)
    }
}
