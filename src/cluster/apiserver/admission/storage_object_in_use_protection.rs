//! StorageObjectInUseProtection: volumes and claims get a finalizer, so that what is in use does not vanish at once.
//!
//! Models: plugin/pkg/admission/storage/storageobjectinuseprotection/admission.go, v1.36.
//! Simplified: nothing.

use podarium_api::{Kind, Status};

use super::Attributes;
use crate::apiserver::Verb;
use crate::storage::protection;

pub(super) fn admit(attributes: &mut Attributes<'_>) -> Result<(), Status> {
    if attributes.verb != Verb::Create || attributes.subresource.is_some() {
        return Ok(());
    }
    let finalizer = match attributes.kind {
        Kind::PersistentVolume => protection::VOLUME,
        Kind::PersistentVolumeClaim => protection::CLAIM,
        Kind::VolumeAttributesClass => protection::ATTRIBUTES_CLASS,
        _ => return Ok(()),
    };
    let finalizers = attributes.object.meta_mut().finalizers.get_or_insert_default();
    if !finalizers.iter().any(|found| found == finalizer) {
        finalizers.push(finalizer.to_owned());
    }
    Ok(())
}
