//! A piece of storage that exists by itself: a disk, a directory on a node, a share of a file server. It outlives the
//! pods that use it, and is bound to one claim at a time.
//!
//! Models: pkg/registry/core/persistentvolume/strategy.go, pkg/apis/core/v1/defaults.go, v1.36.
//! Simplified: nothing.

use std::sync::Arc;

use k8s_openapi::api::core::v1::{PersistentVolumeSpec, PersistentVolumeStatus};

use crate::defaults::{pod_spec, quantities};
use crate::field::FieldError;
use crate::{Cell, Column, ResourceInfo, Strategy, object_meta, spec_and_status_kind, tables, validation, warnings};

spec_and_status_kind! {
    /// PersistentVolume.
    PersistentVolume, "v1", spec: PersistentVolumeSpec, status: PersistentVolumeStatus
}

impl Strategy for PersistentVolume {
    const INFO: ResourceInfo = ResourceInfo {
        group: "",
        version: "v1",
        kind: "PersistentVolume",
        plural: "persistentvolumes",
        singular: "persistentvolume",
        short_names: &["pv"],
        categories: &[],
        namespaced: false,
        has_status: true,
    };

    fn set_defaults(&mut self) {
        let spec = Arc::make_mut(&mut self.spec);
        pod_spec::fill(&mut spec.persistent_volume_reclaim_policy, "Retain");
        spec.volume_mode.get_or_insert_with(|| "Filesystem".to_owned());
        quantities::canonicalize_list(&mut spec.capacity);
        default_source(spec);
        if self.status.phase.as_deref().unwrap_or_default().is_empty() {
            Arc::make_mut(&mut self.status).phase = Some("Pending".to_owned());
        }
    }

    fn prepare_for_create(&mut self) {
        self.status = Arc::new(PersistentVolumeStatus {
            phase: Some("Pending".to_owned()),
            last_phase_transition_time: self.metadata.creation_timestamp.clone(),
            ..Default::default()
        });
    }

    fn prepare_for_update(&mut self, old: &Self) {
        object_meta::share(&mut self.spec, &old.spec);
        self.status = Arc::clone(&old.status);
    }

    fn prepare_for_status_update(&mut self, old: &Self) {
        self.spec = Arc::clone(&old.spec);
        if self.status.phase == old.status.phase && self.status.last_phase_transition_time.is_none() {
            Arc::make_mut(&mut self.status).last_phase_transition_time.clone_from(&old.status.last_phase_transition_time);
        }
    }

    fn validate(&self) -> Vec<FieldError> {
        validation::persistent_volume::validate(self)
    }

    fn validate_update(&self, old: &Self) -> Vec<FieldError> {
        validation::persistent_volume::validate_update(self, old)
    }

    fn validate_status_update(&self, old: &Self) -> Vec<FieldError> {
        validation::metadata::validate_update(&self.metadata, &old.metadata)
    }

    fn warnings(&self) -> Vec<String> {
        warnings::storage::persistent_volume(self)
    }

    fn columns() -> Vec<Column> {
        tables::storage_columns::PERSISTENT_VOLUME.to_vec()
    }

    fn row(&self, now: jiff::Timestamp) -> Vec<Cell> {
        tables::storage::persistent_volume_row(self, now)
    }
}

/// The sources that have fields with defaults.
fn default_source(spec: &mut PersistentVolumeSpec) {
    if let Some(source) = &mut spec.host_path {
        source.type_.get_or_insert_default();
    }
    if let Some(source) = &mut spec.iscsi {
        pod_spec::fill(&mut source.iscsi_interface, "default");
    }
    if let Some(source) = &mut spec.rbd {
        pod_spec::fill(&mut source.pool, "rbd");
        pod_spec::fill(&mut source.user, "admin");
        pod_spec::fill(&mut source.keyring, "/etc/ceph/keyring");
    }
    if let Some(source) = &mut spec.scale_io {
        pod_spec::fill(&mut source.storage_mode, "ThinProvisioned");
        pod_spec::fill(&mut source.fs_type, "xfs");
    }
    if let Some(source) = &mut spec.azure_disk {
        source.caching_mode.get_or_insert_with(|| "ReadWrite".to_owned());
        source.kind.get_or_insert_with(|| "Shared".to_owned());
        source.fs_type.get_or_insert_with(|| "ext4".to_owned());
        source.read_only.get_or_insert(false);
    }
}
