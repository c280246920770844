//! NamespaceLifecycle: nothing is made in a namespace that does not exist or is going away.
//!
//! Models: staging/src/k8s.io/apiserver/pkg/admission/plugin/namespace/lifecycle/admission.go, v1.36.
//! Simplified: nothing.

use podarium_api::{Kind, Object, Status};

use super::{Attributes, name_of};
use crate::apiserver::Verb;
use crate::store::Key;

pub(super) fn admit(attributes: &mut Attributes<'_>) -> Result<(), Status> {
    let meta = attributes.object.meta();
    if !attributes.kind.info().namespaced || attributes.verb != Verb::Create {
        return Ok(());
    }
    let name = meta.namespace.as_deref().unwrap_or_default();
    match attributes.store.get(Kind::Namespace, &Key::new("", name)) {
        None => Err(Status::not_found(Kind::Namespace, name)),
        Some(Object::Namespace(namespace)) if namespace.status.phase.as_deref() == Some("Terminating") => {
            let object = name_of(meta);
            let why = format!("unable to create new content in namespace {name} because it is being terminated");
            Err(Status::forbidden(attributes.kind, object, why).with_cause(
                "metadata.namespace",
                "NamespaceTerminating",
                format!("namespace {name} is being terminated"),
            ))
        }
        Some(_) => Ok(()),
    }
}
