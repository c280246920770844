//! A kind of storage that can be asked for by name: who makes the volumes, with which parameters, when, and what becomes
//! of them afterwards.
//!
//! Models: pkg/registry/storage/storageclass/strategy.go, pkg/apis/storage/v1/defaults.go, v1.36.
//! Simplified: nothing.

pub use k8s_openapi::api::storage::v1::StorageClass;

use crate::field::FieldError;
use crate::{Cell, Column, ResourceInfo, Strategy, resource_impl, tables, validation, warnings};

resource_impl!(StorageClass, metadata);

impl Strategy for StorageClass {
    const INFO: ResourceInfo = ResourceInfo {
        group: "storage.k8s.io",
        version: "v1",
        kind: "StorageClass",
        plural: "storageclasses",
        singular: "storageclass",
        short_names: &["sc"],
        categories: &[],
        namespaced: false,
        has_status: false,
    };

    fn set_defaults(&mut self) {
        self.reclaim_policy.get_or_insert_with(|| "Delete".to_owned());
        self.volume_binding_mode.get_or_insert_with(|| "Immediate".to_owned());
    }

    fn validate(&self) -> Vec<FieldError> {
        validation::storage::storage_class(self)
    }

    fn is_validated_whole_on_update() -> bool {
        true
    }

    fn validate_update(&self, old: &Self) -> Vec<FieldError> {
        validation::storage::storage_class_update(self, old)
    }

    fn warnings(&self) -> Vec<String> {
        warnings::storage::storage_class(self)
    }

    fn columns() -> Vec<Column> {
        tables::storage_columns::STORAGE_CLASS.to_vec()
    }

    fn row(&self, now: jiff::Timestamp) -> Vec<Cell> {
        tables::storage::storage_class_row(self, now)
    }
}
