//! Finalizers that keep volumes and claims until nobody uses them.
//!
//! Models: pkg/volume/util/finalizer.go, pkg/controller/util/protectionutil, v1.36.
//! Simplified: nothing.

use podarium_api::ObjectMeta;

pub const VOLUME: &str = "kubernetes.io/pv-protection";
pub const CLAIM: &str = "kubernetes.io/pvc-protection";
pub const ATTRIBUTES_CLASS: &str = "kubernetes.io/vac-protection";

/// Whether the object waits for its end with this finalizer on it.
pub fn waits_for_end(meta: &ObjectMeta, finalizer: &str) -> bool {
    meta.deletion_timestamp.is_some() && has(meta, finalizer)
}

/// Whether the object lives without this finalizer.
pub fn lacks(meta: &ObjectMeta, finalizer: &str) -> bool {
    meta.deletion_timestamp.is_none() && !has(meta, finalizer)
}

fn has(meta: &ObjectMeta, finalizer: &str) -> bool {
    meta.finalizers.iter().flatten().any(|found| found == finalizer)
}

pub fn add(meta: &mut ObjectMeta, finalizer: &str) {
    meta.finalizers.get_or_insert_default().push(finalizer.to_owned());
}

pub fn remove(meta: &mut ObjectMeta, finalizer: &str) {
    meta.finalizers.iter_mut().for_each(|finalizers| finalizers.retain(|found| found != finalizer));
}
