//! A name for how important pods are. Pods of higher priority are scheduled first and may push others off a node.
//!
//! Models: pkg/registry/scheduling/priorityclass/strategy.go, pkg/apis/scheduling/v1/defaults.go, v1.36.
//! Simplified: nothing.

pub use k8s_openapi::api::scheduling::v1::PriorityClass;

use crate::field::FieldError;
use crate::{Cell, Column, ResourceInfo, Strategy, resource_impl, tables, validation};

resource_impl!(PriorityClass, metadata);

impl Strategy for PriorityClass {
    const INFO: ResourceInfo = ResourceInfo {
        group: "scheduling.k8s.io",
        version: "v1",
        kind: "PriorityClass",
        plural: "priorityclasses",
        singular: "priorityclass",
        short_names: &["pc"],
        categories: &[],
        namespaced: false,
        has_status: false,
    };

    fn set_defaults(&mut self) {
        self.value.get_or_insert(0);
        self.preemption_policy.get_or_insert_with(|| "PreemptLowerPriority".to_owned());
    }

    fn prepare_for_create(&mut self) {
        self.metadata.generation = Some(1);
    }

    fn validate(&self) -> Vec<FieldError> {
        validation::class::priority_class(self)
    }

    fn validate_update(&self, old: &Self) -> Vec<FieldError> {
        validation::class::priority_class_update(self, old)
    }

    fn columns() -> Vec<Column> {
        tables::policy::PRIORITY_CLASS.to_vec()
    }

    fn row(&self, now: jiff::Timestamp) -> Vec<Cell> {
        vec![
            self.metadata.name.clone().into(),
            self.value.into(),
            self.global_default.unwrap_or(false).into(),
            crate::time::age(self.metadata.creation_timestamp.as_ref(), now).into(),
            self.preemption_policy.clone().unwrap_or_default().into(),
        ]
    }
}
