//! Which storage class a claim or a volume is of, and which class is the default.
//!
//! Models: k8s.io/component-helpers/storage/volume/helpers.go, pkg/volume/util/storageclass.go, v1.36.
//! Simplified: nothing.

use std::cmp::Reverse;
use std::sync::Arc;

use podarium_api::{ObjectMeta, PersistentVolume, PersistentVolumeClaim, StorageClass};

use super::annotation;

/// Where the class stood before there was a field for it; it still goes first.
const OLD_CLASS: &str = "volume.beta.kubernetes.io/storage-class";
const DEFAULT_MARKS: &[&str] = &["storageclass.kubernetes.io/is-default-class", "storageclass.beta.kubernetes.io/is-default-class"];

/// The class that a claim asks for, `""` for none.
pub fn claim_class(claim: &PersistentVolumeClaim) -> &str {
    annotation(&claim.metadata, OLD_CLASS).or(claim.spec.storage_class_name.as_deref()).unwrap_or_default()
}

/// Whether a claim says anything about its class. `""` says that it wants none.
pub fn has_class(claim: &PersistentVolumeClaim) -> bool {
    annotation(&claim.metadata, OLD_CLASS).is_some() || claim.spec.storage_class_name.is_some()
}

pub fn volume_class(volume: &PersistentVolume) -> &str {
    annotation(&volume.metadata, OLD_CLASS).or(volume.spec.storage_class_name.as_deref()).unwrap_or_default()
}

fn is_default(meta: &ObjectMeta) -> bool {
    DEFAULT_MARKS.iter().any(|mark| annotation(meta, mark) == Some("true"))
}

/// The class of claims that name none: of several the newest, and of those of one second the first by name.
pub fn default_class<'a>(classes: impl Iterator<Item = &'a Arc<StorageClass>>) -> Option<&'a Arc<StorageClass>> {
    classes.filter(|class| is_default(&class.metadata)).min_by_key(|class| {
        let meta = &class.metadata;
        (Reverse(meta.creation_timestamp.as_ref().map(|time| time.0)), meta.name.clone())
    })
}

/// Whether volumes of this class wait for the first pod that uses them.
pub fn is_delayed(class: Option<&StorageClass>) -> bool {
    class.is_some_and(|class| class.volume_binding_mode.as_deref() == Some("WaitForFirstConsumer"))
}
