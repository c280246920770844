//! Like a ConfigMap, for what should not be shown: passwords, tokens, certificates.
//!
//! Models: pkg/registry/core/secret/strategy.go, v1.36.
//! Simplified: nothing.

pub use k8s_openapi::api::core::v1::Secret;

use k8s_openapi::ByteString;

use crate::defaults::pod_spec;
use crate::field::FieldError;
use crate::{Cell, Column, ResourceInfo, Strategy, resource_impl, tables, validation, warnings};

resource_impl!(Secret, metadata);

impl Strategy for Secret {
    const INFO: ResourceInfo = ResourceInfo {
        group: "",
        version: "v1",
        kind: "Secret",
        plural: "secrets",
        singular: "secret",
        short_names: &[],
        categories: &[],
        namespaced: true,
        has_status: false,
    };

    fn set_defaults(&mut self) {
        for (key, text) in self.string_data.take().into_iter().flatten() {
            self.data.get_or_insert_default().insert(key, ByteString(text.into_bytes()));
        }
        pod_spec::fill(&mut self.type_, "Opaque");
    }

    fn selectable_fields(&self) -> Vec<(&'static str, String)> {
        vec![("type", self.type_.clone().unwrap_or_default())]
    }

    fn validate(&self) -> Vec<FieldError> {
        validation::config::secret(self)
    }

    fn validate_update(&self, old: &Self) -> Vec<FieldError> {
        validation::config::secret_update(self, old)
    }

    fn warnings(&self) -> Vec<String> {
        warnings::secret(self)
    }

    fn columns() -> Vec<Column> {
        tables::columns::SECRET.to_vec()
    }

    fn row(&self, now: jiff::Timestamp) -> Vec<Cell> {
        vec![
            self.metadata.name.clone().into(),
            self.type_.clone().unwrap_or_default().into(),
            self.data.as_ref().map_or(0, |data| data.len()).into(),
            crate::time::age(self.metadata.creation_timestamp.as_ref(), now).into(),
        ]
    }
}
