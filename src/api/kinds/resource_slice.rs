//! What devices a driver offers on a node, told to the scheduler in pieces.
//!
//! Models: pkg/registry/resource/resourceslice/strategy.go, pkg/apis/resource/v1/defaults.go, v1.36.
//! Simplified: no driver runs, so slices are what somebody writes by hand, and nothing allocates from them.

use std::sync::Arc;

use k8s_openapi::api::resource::v1::ResourceSliceSpec;

use crate::field::FieldError;
use crate::{Cell, Column, ResourceInfo, Strategy, object_meta, spec_and_status_kind, tables, validation};

spec_and_status_kind! {
    /// ResourceSlice.
    ResourceSlice, "resource.k8s.io/v1", spec: ResourceSliceSpec
}

impl Strategy for ResourceSlice {
    const INFO: ResourceInfo = ResourceInfo {
        group: "resource.k8s.io",
        version: "v1",
        kind: "ResourceSlice",
        plural: "resourceslices",
        singular: "resourceslice",
        short_names: &[],
        categories: &[],
        namespaced: false,
        has_status: false,
    };

    fn prepare_for_create(&mut self) {
        self.metadata.generation = Some(1);
        validation::device_slice::drop_disabled(Arc::make_mut(&mut self.spec));
    }

    fn prepare_for_update(&mut self, old: &Self) {
        validation::device_slice::drop_disabled(Arc::make_mut(&mut self.spec));
        let changed = object_meta::share(&mut self.spec, &old.spec);
        object_meta::next_generation(&mut self.metadata, &old.metadata, changed);
    }

    fn validate(&self) -> Vec<FieldError> {
        validation::device_slice::slice(self)
    }

    fn validate_update(&self, old: &Self) -> Vec<FieldError> {
        validation::device_slice::update(self, old)
    }

    fn warnings(&self) -> Vec<String> {
        validation::device_slice::driver_warning(&self.spec.driver).into_iter().collect()
    }

    fn selectable_fields(&self) -> Vec<(&'static str, String)> {
        vec![("spec.driver", self.spec.driver.clone()), ("spec.nodeName", self.spec.node_name.clone().unwrap_or_default())]
    }

    fn columns() -> Vec<Column> {
        tables::devices::RESOURCE_SLICE.to_vec()
    }

    fn row(&self, now: jiff::Timestamp) -> Vec<Cell> {
        let spec = &self.spec;
        let [name, age] = tables::devices::named_row(&self.metadata, now).try_into().unwrap_or_default();
        vec![name, spec.node_name.clone().unwrap_or_default().into(), spec.driver.clone().into(), spec.pool.name.clone().into(), age]
    }
}
