//! The wish that a volume be attached to a node, and whether it is.
//!
//! Models: pkg/registry/storage/volumeattachment/strategy.go, v1.36.
//! Simplified: nothing.

use std::sync::Arc;

use k8s_openapi::api::storage::v1::{VolumeAttachmentSpec, VolumeAttachmentStatus};

use crate::field::FieldError;
use crate::{Cell, Column, ObjectMeta, ResourceInfo, Strategy, object_meta, spec_and_status_kind, tables, validation};

spec_and_status_kind! {
    /// VolumeAttachment.
    VolumeAttachment, "storage.k8s.io/v1", spec: VolumeAttachmentSpec, status: VolumeAttachmentStatus
}

impl Strategy for VolumeAttachment {
    const INFO: ResourceInfo = ResourceInfo {
        group: "storage.k8s.io",
        version: "v1",
        kind: "VolumeAttachment",
        plural: "volumeattachments",
        singular: "volumeattachment",
        short_names: &[],
        categories: &[],
        namespaced: false,
        has_status: true,
    };

    fn prepare_for_create(&mut self) {
        self.status = Default::default();
    }

    fn prepare_for_update(&mut self, old: &Self) {
        object_meta::share(&mut self.spec, &old.spec);
        self.status = Arc::clone(&old.status);
    }

    fn prepare_for_status_update(&mut self, old: &Self) {
        self.spec = Arc::clone(&old.spec);
        // Of the metadata only the version comes from the writer.
        let resource_version = self.metadata.resource_version.take();
        self.metadata = ObjectMeta { resource_version, ..old.metadata.clone() };
    }

    fn validate(&self) -> Vec<FieldError> {
        validation::storage::attachment(self)
    }

    fn validate_update(&self, old: &Self) -> Vec<FieldError> {
        validation::storage::attachment_update(self, old)
    }

    fn validate_status_update(&self, old: &Self) -> Vec<FieldError> {
        validation::storage::attachment_update(self, old)
    }

    fn columns() -> Vec<Column> {
        tables::storage_columns::VOLUME_ATTACHMENT.to_vec()
    }

    fn row(&self, now: jiff::Timestamp) -> Vec<Cell> {
        tables::storage::volume_attachment_row(self, now)
    }
}
