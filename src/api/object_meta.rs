//! What happens to the metadata of every object on a write, whatever its kind.
//!
//! Models: staging/src/k8s.io/apiserver/pkg/registry/rest/create.go and update.go, apimachinery/pkg/api/validation/objectmeta.go, v1.36.
//! Simplified: nothing.

use std::sync::Arc;

use crate::ObjectMeta;

/// A creator cannot say that the object is being deleted.
pub(crate) fn prepare_for_create(meta: &mut ObjectMeta) {
    meta.deletion_timestamp = None;
    meta.deletion_grace_period_seconds = None;
    meta.self_link = None;
    // The API server keeps them beside the object.
    meta.managed_fields = None;
}

/// What an updater may leave out is taken from the stored object; a deletion cannot be taken back.
pub(crate) fn prepare_for_update(meta: &mut ObjectMeta, old: &ObjectMeta) {
    meta.generation = old.generation;
    meta.self_link = None;
    meta.managed_fields = None;
    if meta.uid.as_deref().is_none_or(str::is_empty) {
        meta.uid.clone_from(&old.uid);
    }
    if meta.creation_timestamp.is_none() {
        meta.creation_timestamp.clone_from(&old.creation_timestamp);
    }
    if old.deletion_timestamp.is_some() {
        meta.deletion_timestamp.clone_from(&old.deletion_timestamp);
    }
    if meta.deletion_grace_period_seconds.is_none() {
        meta.deletion_grace_period_seconds = old.deletion_grace_period_seconds;
    }
    if meta.generate_name.is_none() {
        meta.generate_name.clone_from(&old.generate_name);
    }
}

/// A write of one part of an object leaves the metadata alone.
pub(crate) fn keep_for_part(meta: &mut ObjectMeta, old: &ObjectMeta) {
    meta.deletion_timestamp.clone_from(&old.deletion_timestamp);
    meta.generation = old.generation;
    meta.self_link = None;
    meta.labels.clone_from(&old.labels);
    meta.annotations.clone_from(&old.annotations);
    meta.finalizers.clone_from(&old.finalizers);
    meta.owner_references.clone_from(&old.owner_references);
}

/// The generation counts the versions of what is wanted: it rises when the spec changes.
pub(crate) fn next_generation(meta: &mut ObjectMeta, old: &ObjectMeta, changed: bool) {
    if changed {
        meta.generation = Some(old.generation.unwrap_or(0) + 1);
    }
}

/// Whether something differs that a writer can own: not the identity, not what the server counts.
pub(crate) fn ownable_differs(old: &ObjectMeta, new: &ObjectMeta) -> bool {
    old.labels != new.labels
        || old.annotations != new.annotations
        || old.owner_references != new.owner_references
        || old.finalizers != new.finalizers
        || old.generate_name != new.generate_name
        || old.deletion_timestamp != new.deletion_timestamp
        || old.deletion_grace_period_seconds != new.deletion_grace_period_seconds
}

/// Keeps the very part that is stored if the new one is equal, so that an update that changes something else costs no
/// memory. Returns whether the part has changed.
pub(crate) fn share<T: PartialEq>(new: &mut Arc<T>, old: &Arc<T>) -> bool {
    if Arc::ptr_eq(new, old) {
        return false;
    }
    let changed = **new != **old;
    if !changed {
        *new = Arc::clone(old);
    }
    changed
}
