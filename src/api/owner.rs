//! Owner references: who an object belongs to, and which one of its owners controls it.
//!
//! Models: staging/src/k8s.io/apimachinery/pkg/apis/meta/v1/controller_ref.go, v1.36.
//! Simplified: nothing.

use crate::{ObjectMeta, OwnerReference, Resource};

/// The owner that controls the object: at most one has `controller: true`.
pub fn controller_of(meta: &ObjectMeta) -> Option<&OwnerReference> {
    meta.owner_references.iter().flatten().find(|owner| owner.controller == Some(true))
}

pub fn is_controlled_by(meta: &ObjectMeta, owner_uid: &str) -> bool {
    controller_of(meta).is_some_and(|owner| owner.uid == owner_uid)
}

/// The reference that a controller writes into what it creates: `controller` and `blockOwnerDeletion` are set.
pub fn controller_reference<R: Resource>(owner: &R) -> OwnerReference {
    OwnerReference {
        api_version: R::INFO.api_version(),
        kind: R::INFO.kind.to_owned(),
        name: owner.name().to_owned(),
        uid: owner.uid().to_owned(),
        controller: Some(true),
        block_owner_deletion: Some(true),
    }
}

/// Whether the object is on its way out: it has a deletion timestamp.
pub fn is_terminating(meta: &ObjectMeta) -> bool {
    meta.deletion_timestamp.is_some()
}
