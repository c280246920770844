//! A request for storage: so much of it, with this access, of that class. A volume that fits is bound to it, or made.
//!
//! Models: pkg/registry/core/persistentvolumeclaim/strategy.go, pkg/api/persistentvolumeclaim/util.go, v1.36.
//! Simplified: nothing.

use std::sync::Arc;

use k8s_openapi::api::core::v1::{
    PersistentVolumeClaimSpec, PersistentVolumeClaimStatus, TypedLocalObjectReference, TypedObjectReference,
};

use crate::defaults::quantities;
use crate::field::FieldError;
use crate::{Cell, Column, ResourceInfo, Strategy, object_meta, spec_and_status_kind, tables, validation, warnings};

spec_and_status_kind! {
    /// PersistentVolumeClaim.
    PersistentVolumeClaim, "v1", spec: PersistentVolumeClaimSpec, status: PersistentVolumeClaimStatus
}

impl Strategy for PersistentVolumeClaim {
    const INFO: ResourceInfo = ResourceInfo {
        group: "",
        version: "v1",
        kind: "PersistentVolumeClaim",
        plural: "persistentvolumeclaims",
        singular: "persistentvolumeclaim",
        short_names: &["pvc"],
        categories: &[],
        namespaced: true,
        has_status: true,
    };

    fn set_defaults(&mut self) {
        default_spec(Arc::make_mut(&mut self.spec));
        let status = Arc::make_mut(&mut self.status);
        if status.phase.as_deref().unwrap_or_default().is_empty() {
            status.phase = Some("Pending".to_owned());
        }
        quantities::canonicalize_list(&mut status.capacity);
        quantities::canonicalize_list(&mut status.allocated_resources);
    }

    fn prepare_for_create(&mut self) {
        // The phase comes with the defaults of the answer.
        self.status = Arc::new(PersistentVolumeClaimStatus { phase: Some("Pending".to_owned()), ..Default::default() });
        complete_data_sources(Arc::make_mut(&mut self.spec), None);
    }

    fn prepare_for_update(&mut self, old: &Self) {
        self.status = Arc::clone(&old.status);
        complete_data_sources(Arc::make_mut(&mut self.spec), Some(&old.spec));
        object_meta::share(&mut self.spec, &old.spec);
    }

    fn prepare_for_status_update(&mut self, old: &Self) {
        self.spec = Arc::clone(&old.spec);
    }

    fn validate(&self) -> Vec<FieldError> {
        validation::persistent_volume_claim::validate(self)
    }

    fn validate_update(&self, old: &Self) -> Vec<FieldError> {
        validation::persistent_volume_claim::validate_update(self, old)
    }

    fn validate_status_update(&self, old: &Self) -> Vec<FieldError> {
        validation::persistent_volume_claim::validate_status_update(self, old)
    }

    fn warnings(&self) -> Vec<String> {
        warnings::storage::persistent_volume_claim(self)
    }

    fn columns() -> Vec<Column> {
        tables::storage_columns::PERSISTENT_VOLUME_CLAIM.to_vec()
    }

    fn row(&self, now: jiff::Timestamp) -> Vec<Cell> {
        tables::storage::persistent_volume_claim_row(self, now)
    }
}

/// The defaults of a claim, wherever its spec stands: in a claim, in a pod's ephemeral volume, in a StatefulSet.
pub(crate) fn default_spec(spec: &mut PersistentVolumeClaimSpec) {
    spec.volume_mode.get_or_insert_with(|| "Filesystem".to_owned());
    if let Some(resources) = &mut spec.resources {
        quantities::canonicalize_list(&mut resources.limits);
        quantities::canonicalize_list(&mut resources.requests);
    }
}

/// The old field `dataSource` and the new one `dataSourceRef` say the same. What the old one never took (anything but a
/// claim or a snapshot) is dropped from it.
fn complete_data_sources(spec: &mut PersistentVolumeClaimSpec, old: Option<&PersistentVolumeClaimSpec>) {
    let in_other_namespace = |reference: &TypedObjectReference| reference.namespace.as_deref().is_some_and(|namespace| !namespace.is_empty());
    if spec.data_source_ref.as_ref().is_some_and(in_other_namespace) && old.is_none_or(|old| old.data_source_ref.is_none()) {
        spec.data_source_ref = None;
    }
    let in_use = old.is_some_and(|old| old.data_source.is_some() || old.data_source_ref.is_some());
    if !in_use && spec.data_source_ref.is_none() {
        spec.data_source = spec.data_source.take().filter(|source| {
            matches!((source.api_group.as_deref().unwrap_or_default(), source.kind.as_str()), ("", "PersistentVolumeClaim") | ("snapshot.storage.k8s.io", "VolumeSnapshot"))
        });
    }
    match (&spec.data_source, &spec.data_source_ref) {
        (Some(source), None) => {
            spec.data_source_ref = Some(TypedObjectReference {
                api_group: source.api_group.clone(),
                kind: source.kind.clone(),
                name: source.name.clone(),
                namespace: None,
            });
        }
        (None, Some(reference)) if !in_other_namespace(reference) => {
            spec.data_source = Some(TypedLocalObjectReference {
                api_group: reference.api_group.clone(),
                kind: reference.kind.clone(),
                name: reference.name.clone(),
            });
        }
        _ => {}
    }
}
