//! PersistentVolumeClaimResize: a claim may grow once it is bound, if its class allows it.
//!
//! Models: plugin/pkg/admission/storage/persistentvolume/resize/admission.go, v1.36.
//! Simplified: nothing.

use podarium_api::{Kind, Object, Status};

use super::{Attributes, name_of};
use crate::storage::{claim_class, matching};
use crate::store::Key;

pub(super) fn validate(attributes: &mut Attributes<'_>) -> Result<(), Status> {
    if attributes.subresource.is_some() {
        return Ok(());
    }
    let (Object::PersistentVolumeClaim(new), Some(Object::PersistentVolumeClaim(old))) = (&*attributes.object, attributes.old) else {
        return Ok(());
    };
    if matching::requested(new) <= matching::requested(old) {
        return Ok(());
    }
    let forbidden = |why: &str| Err(Status::forbidden(Kind::PersistentVolumeClaim, name_of(&new.metadata), why));
    if old.status.phase.as_deref() != Some("Bound") {
        return forbidden("Only bound persistent volume claims can be expanded");
    }
    let class = claim_class(new);
    let allowed = match attributes.store.get(Kind::StorageClass, &Key::new("", class)) {
        Some(Object::StorageClass(found)) => class == claim_class(old) && found.allow_volume_expansion == Some(true),
        _ => false,
    };
    if allowed {
        return Ok(());
    }
    forbidden("only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize")
}
