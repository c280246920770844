//! Configuration as keys and values, for pods to read as variables or files.
//!
//! Models: pkg/registry/core/configmap/strategy.go, v1.36.
//! Simplified: nothing.

pub use k8s_openapi::api::core::v1::ConfigMap;

use crate::field::FieldError;
use crate::{Cell, Column, ResourceInfo, Strategy, resource_impl, tables, validation};

resource_impl!(ConfigMap, metadata);

impl Strategy for ConfigMap {
    const INFO: ResourceInfo = ResourceInfo {
        group: "",
        version: "v1",
        kind: "ConfigMap",
        plural: "configmaps",
        singular: "configmap",
        short_names: &["cm"],
        categories: &[],
        namespaced: true,
        has_status: false,
    };

    fn validate(&self) -> Vec<FieldError> {
        validation::config::config_map(self)
    }

    fn validate_update(&self, old: &Self) -> Vec<FieldError> {
        validation::config::config_map_update(self, old)
    }

    fn columns() -> Vec<Column> {
        tables::columns::CONFIG_MAP.to_vec()
    }

    fn row(&self, now: jiff::Timestamp) -> Vec<Cell> {
        let keys = self.data.as_ref().map_or(0, |data| data.len()) + self.binary_data.as_ref().map_or(0, |data| data.len());
        vec![self.metadata.name.clone().into(), keys.into(), crate::time::age(self.metadata.creation_timestamp.as_ref(), now).into()]
    }
}
