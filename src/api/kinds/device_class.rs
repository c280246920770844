//! A class of devices that claims name: how to select them, with which configuration.
//!
//! Models: pkg/registry/resource/deviceclass/strategy.go, v1.36.
//! Simplified: no driver offers devices, so nothing is ever allocated.

use k8s_openapi::api::resource::v1::DeviceClassSpec;

use crate::field::FieldError;
use crate::{Cell, Column, ResourceInfo, Strategy, object_meta, spec_and_status_kind, tables, validation};

spec_and_status_kind! {
    /// DeviceClass.
    DeviceClass, "resource.k8s.io/v1", spec: DeviceClassSpec
}

impl Strategy for DeviceClass {
    const INFO: ResourceInfo = ResourceInfo {
        group: "resource.k8s.io",
        version: "v1",
        kind: "DeviceClass",
        plural: "deviceclasses",
        singular: "deviceclass",
        short_names: &[],
        categories: &[],
        namespaced: false,
        has_status: false,
    };

    fn prepare_for_create(&mut self) {
        self.metadata.generation = Some(1);
    }

    fn prepare_for_update(&mut self, old: &Self) {
        let changed = object_meta::share(&mut self.spec, &old.spec);
        object_meta::next_generation(&mut self.metadata, &old.metadata, changed);
    }

    fn is_validated_whole_on_update() -> bool {
        true
    }

    fn validate(&self) -> Vec<FieldError> {
        validation::device_claim::class(self)
    }

    fn validate_update(&self, old: &Self) -> Vec<FieldError> {
        validation::metadata::validate_update(&self.metadata, &old.metadata)
    }

    fn columns() -> Vec<Column> {
        tables::devices::NAMED.to_vec()
    }

    fn row(&self, now: jiff::Timestamp) -> Vec<Cell> {
        tables::devices::named_row(&self.metadata, now)
    }
}
