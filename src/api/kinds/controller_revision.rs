//! A version of a StatefulSet or DaemonSet as it once was, kept so that the set can go back to it.
//!
//! Models: pkg/registry/apps/controllerrevision/strategy.go, v1.36.
//! Simplified: nothing.

pub use k8s_openapi::api::apps::v1::ControllerRevision;

use crate::field::FieldError;
use crate::{Cell, Column, ResourceInfo, Strategy, resource_impl, tables, validation};

resource_impl!(ControllerRevision, metadata);

impl Strategy for ControllerRevision {
    const INFO: ResourceInfo = ResourceInfo {
        group: "apps",
        version: "v1",
        kind: "ControllerRevision",
        plural: "controllerrevisions",
        singular: "controllerrevision",
        short_names: &[],
        categories: &[],
        namespaced: true,
        has_status: false,
    };

    fn validate(&self) -> Vec<FieldError> {
        validation::controller_revision::create(self)
    }

    fn validate_update(&self, old: &Self) -> Vec<FieldError> {
        validation::controller_revision::update(self, old)
    }

    fn columns() -> Vec<Column> {
        tables::columns::CONTROLLER_REVISION.to_vec()
    }

    fn row(&self, now: jiff::Timestamp) -> Vec<Cell> {
        tables::workload::controller_revision_row(self, now)
    }
}
