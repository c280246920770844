//! A way to run containers, such as in a virtual machine each, with what it costs and on which nodes it is to be had.
//!
//! Models: pkg/registry/node/runtimeclass/strategy.go, v1.36.
//! Simplified: nothing.

pub use k8s_openapi::api::node::v1::RuntimeClass;

use crate::field::FieldError;
use crate::{Cell, Column, ResourceInfo, Strategy, resource_impl, tables, validation};

resource_impl!(RuntimeClass, metadata);

impl Strategy for RuntimeClass {
    const INFO: ResourceInfo = ResourceInfo {
        group: "node.k8s.io",
        version: "v1",
        kind: "RuntimeClass",
        plural: "runtimeclasses",
        singular: "runtimeclass",
        short_names: &[],
        categories: &[],
        namespaced: false,
        has_status: false,
    };

    fn validate(&self) -> Vec<FieldError> {
        validation::class::runtime_class(self)
    }

    fn is_validated_whole_on_update() -> bool {
        true
    }

    fn validate_update(&self, old: &Self) -> Vec<FieldError> {
        validation::class::runtime_class_update(self, old)
    }

    fn warnings(&self) -> Vec<String> {
        crate::warnings::node::of_runtime_class(self.scheduling.as_ref())
    }

    fn columns() -> Vec<Column> {
        tables::policy::RUNTIME_CLASS.to_vec()
    }

    fn row(&self, now: jiff::Timestamp) -> Vec<Cell> {
        let age = crate::time::age(self.metadata.creation_timestamp.as_ref(), now);
        vec![self.metadata.name.clone().into(), self.handler.clone().into(), age.into()]
    }
}
