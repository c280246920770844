//! How much room a storage class has left in one part of the cluster, as its driver reports it.
//!
//! Models: pkg/registry/storage/csistoragecapacity/strategy.go, v1.36.
//! Simplified: nothing.

pub use k8s_openapi::api::storage::v1::CSIStorageCapacity;

use crate::defaults::quantities;
use crate::field::FieldError;
use crate::kinds::default_row;
use crate::{Cell, ResourceInfo, Strategy, resource_impl, validation};

resource_impl!(CSIStorageCapacity, metadata);

impl Strategy for CSIStorageCapacity {
    const INFO: ResourceInfo = ResourceInfo {
        group: "storage.k8s.io",
        version: "v1",
        kind: "CSIStorageCapacity",
        plural: "csistoragecapacities",
        singular: "csistoragecapacity",
        short_names: &[],
        categories: &[],
        namespaced: true,
        has_status: false,
    };

    fn set_defaults(&mut self) {
        self.capacity.iter_mut().chain(&mut self.maximum_volume_size).for_each(quantities::canonicalize);
    }

    fn validate(&self) -> Vec<FieldError> {
        validation::storage::capacity(self)
    }

    fn is_validated_whole_on_update() -> bool {
        true
    }

    fn validate_update(&self, old: &Self) -> Vec<FieldError> {
        validation::storage::capacity_update(self, old)
    }

    fn warnings(&self) -> Vec<String> {
        crate::warnings::storage::storage_capacity(self)
    }

    fn row(&self, _now: jiff::Timestamp) -> Vec<Cell> {
        default_row(&self.metadata)
    }
}
