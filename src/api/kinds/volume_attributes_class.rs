//! Properties of a volume that may change while it is in use, such as its speed, by the name of a class.
//!
//! Models: pkg/registry/storage/volumeattributesclass/strategy.go, v1.36.
//! Simplified: nothing.

pub use k8s_openapi::api::storage::v1::VolumeAttributesClass;

use crate::field::FieldError;
use crate::{Cell, Column, ResourceInfo, Strategy, resource_impl, tables, validation};

resource_impl!(VolumeAttributesClass, metadata);

impl Strategy for VolumeAttributesClass {
    const INFO: ResourceInfo = ResourceInfo {
        group: "storage.k8s.io",
        version: "v1",
        kind: "VolumeAttributesClass",
        plural: "volumeattributesclasses",
        singular: "volumeattributesclass",
        short_names: &["vac"],
        categories: &[],
        namespaced: false,
        has_status: false,
    };

    fn validate(&self) -> Vec<FieldError> {
        validation::storage::attributes_class(self)
    }

    fn validate_update(&self, old: &Self) -> Vec<FieldError> {
        validation::storage::attributes_class_update(self, old)
    }

    fn columns() -> Vec<Column> {
        tables::storage_columns::VOLUME_ATTRIBUTES_CLASS.to_vec()
    }

    fn row(&self, now: jiff::Timestamp) -> Vec<Cell> {
        vec![
            self.metadata.name.clone().into(),
            self.driver_name.clone().into(),
            crate::time::age(self.metadata.creation_timestamp.as_ref(), now).into(),
        ]
    }
}
