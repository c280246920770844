//! DefaultStorageClass: a claim that says nothing of its class gets the default one, if there is one.
//!
//! Models: plugin/pkg/admission/storage/storageclass/setdefault/admission.go, v1.36.
//! Simplified: nothing.

use std::sync::Arc;

use podarium_api::{Kind, Object, Resource as _, Status, StorageClass};

use super::Attributes;
use crate::apiserver::Verb;
use crate::storage::classes;

pub(super) fn admit(attributes: &mut Attributes<'_>) -> Result<(), Status> {
    if attributes.verb != Verb::Create || attributes.subresource.is_some() {
        return Ok(());
    }
    let Object::PersistentVolumeClaim(claim) = &mut *attributes.object else { return Ok(()) };
    if classes::has_class(claim) {
        return Ok(());
    }
    let all = attributes.store.list(Kind::StorageClass, None).filter_map(StorageClass::from_object);
    if let Some(class) = classes::default_class(all) {
        Arc::make_mut(&mut Arc::make_mut(claim).spec).storage_class_name.clone_from(&class.metadata.name);
    }
    Ok(())
}
