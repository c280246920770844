//! A storage driver that the cluster knows, with what it needs: attaching, the pod's identity, capacity.
//!
//! Models: pkg/registry/storage/csidriver/strategy.go, pkg/apis/storage/v1/defaults.go, v1.36.
//! Simplified: nothing.

use std::sync::Arc;

use k8s_openapi::api::storage::v1::CSIDriverSpec;

use crate::field::FieldError;
use crate::{Cell, Column, ResourceInfo, Strategy, object_meta, spec_and_status_kind, tables, validation};

spec_and_status_kind! {
    /// CSIDriver.
    CSIDriver, "storage.k8s.io/v1", spec: CSIDriverSpec
}

impl Strategy for CSIDriver {
    const INFO: ResourceInfo = ResourceInfo {
        group: "storage.k8s.io",
        version: "v1",
        kind: "CSIDriver",
        plural: "csidrivers",
        singular: "csidriver",
        short_names: &[],
        categories: &[],
        namespaced: false,
        has_status: false,
    };

    fn set_defaults(&mut self) {
        let spec = Arc::make_mut(&mut self.spec);
        spec.attach_required.get_or_insert(true);
        spec.pod_info_on_mount.get_or_insert(false);
        spec.storage_capacity.get_or_insert(false);
        spec.fs_group_policy.get_or_insert_with(|| "ReadWriteOnceWithFSType".to_owned());
        if spec.volume_lifecycle_modes.as_ref().is_none_or(Vec::is_empty) {
            spec.volume_lifecycle_modes = Some(vec!["Persistent".to_owned()]);
        }
        spec.requires_republish.get_or_insert(false);
        spec.se_linux_mount.get_or_insert(false);
    }

    fn prepare_for_create(&mut self) {
        // A field whose feature is off by default.
        Arc::make_mut(&mut self.spec).prevent_pod_scheduling_if_missing = None;
    }

    fn prepare_for_update(&mut self, old: &Self) {
        Arc::make_mut(&mut self.spec).prevent_pod_scheduling_if_missing = None;
        let changed = object_meta::share(&mut self.spec, &old.spec);
        object_meta::next_generation(&mut self.metadata, &old.metadata, changed);
    }

    fn validate(&self) -> Vec<FieldError> {
        validation::csi::driver(self)
    }

    fn validate_update(&self, old: &Self) -> Vec<FieldError> {
        validation::csi::driver_update(self, old)
    }

    fn warnings(&self) -> Vec<String> {
        crate::warnings::storage::csi_driver(self)
    }

    /// An update is warned of only where it changes which tokens the driver gets.
    fn warnings_on_update(&self, old: &Self) -> Vec<String> {
        if self.spec.token_requests == old.spec.token_requests { Vec::new() } else { self.warnings() }
    }

    fn columns() -> Vec<Column> {
        tables::storage_columns::CSI_DRIVER.to_vec()
    }

    fn row(&self, now: jiff::Timestamp) -> Vec<Cell> {
        tables::storage::csi_driver_row(self, now)
    }
}
