//! The storage drivers of one node: under which name each knows the node, and how many volumes it can take there.
//!
//! Models: pkg/registry/storage/csinode/strategy.go, v1.36.
//! Simplified: nothing.

use k8s_openapi::api::storage::v1::CSINodeSpec;

use crate::field::FieldError;
use crate::{Cell, Column, ResourceInfo, Strategy, spec_and_status_kind, tables, validation};

spec_and_status_kind! {
    /// CSINode.
    CSINode, "storage.k8s.io/v1", spec: CSINodeSpec
}

impl Strategy for CSINode {
    const INFO: ResourceInfo = ResourceInfo {
        group: "storage.k8s.io",
        version: "v1",
        kind: "CSINode",
        plural: "csinodes",
        singular: "csinode",
        short_names: &[],
        categories: &[],
        namespaced: false,
        has_status: false,
    };

    fn validate(&self) -> Vec<FieldError> {
        validation::csi::node(self)
    }

    fn validate_update(&self, old: &Self) -> Vec<FieldError> {
        validation::csi::node_update(self, old)
    }

    fn columns() -> Vec<Column> {
        tables::storage_columns::CSI_NODE.to_vec()
    }

    fn row(&self, now: jiff::Timestamp) -> Vec<Cell> {
        vec![self.metadata.name.clone().into(), self.spec.drivers.len().into(), crate::time::age(self.metadata.creation_timestamp.as_ref(), now).into()]
    }
}
