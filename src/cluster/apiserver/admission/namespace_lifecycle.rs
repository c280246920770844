//! NamespaceLifecycle: nothing is made in a namespace that does not exist or is going away, and the system's own
//! namespaces stay.
//!
//! Models: staging/src/k8s.io/apiserver/pkg/admission/plugin/namespace/lifecycle/admission.go, v1.36.
//! Simplified: nothing.

use podarium_api::{Kind, Object, Status};

use super::Attributes;
use crate::apiserver::Verb;
use crate::store::Key;

const IMMORTAL: [&str; 3] = ["default", "kube-system", "kube-public"];

pub(super) fn admit(attributes: &mut Attributes<'_>) -> Result<(), Status> {
    let meta = attributes.object.meta();
    if attributes.verb == Verb::Delete && attributes.kind == Kind::Namespace {
        let immortal = IMMORTAL.contains(&meta.name.as_deref().unwrap_or_default());
        return if immortal { Err(attributes.forbidden("this namespace may not be deleted")) } else { Ok(()) };
    }
    // A question about what may be done in a namespace is no content of it.
    if !attributes.kind.info().namespaced || attributes.verb != Verb::Create || attributes.kind == Kind::LocalSubjectAccessReview {
        return Ok(());
    }
    let name = meta.namespace.as_deref().unwrap_or_default();
    match attributes.store.get(Kind::Namespace, &Key::new("", name)) {
        None => Err(Status::not_found(Kind::Namespace, name)),
        Some(Object::Namespace(namespace)) if namespace.status.phase.as_deref() == Some("Terminating") => {
            let why = format!("unable to create new content in namespace {name} because it is being terminated");
            Err(attributes.forbidden(why).with_cause("metadata.namespace", "NamespaceTerminating", format!("namespace {name} is being terminated")))
        }
        Some(_) => Ok(()),
    }
}
