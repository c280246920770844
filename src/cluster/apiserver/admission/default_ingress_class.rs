//! DefaultIngressClass: an Ingress that says nothing of its class gets the default one, of several the newest.
//!
//! Models: plugin/pkg/admission/network/defaultingressclass/admission.go, v1.36.
//! Simplified: nothing.

use std::cmp::Reverse;
use std::sync::Arc;

use podarium_api::{IngressClass, Kind, Object, Resource as _, Status};

use super::Attributes;
use crate::apiserver::Verb;
use crate::storage::annotation;

const DEFAULT_MARK: &str = "ingressclass.kubernetes.io/is-default-class";
const OLD_CLASS: &str = "kubernetes.io/ingress.class";

pub(super) fn admit(attributes: &mut Attributes<'_>) -> Result<(), Status> {
    if attributes.verb != Verb::Create || attributes.subresource.is_some() {
        return Ok(());
    }
    let Object::Ingress(ingress) = &mut *attributes.object else { return Ok(()) };
    if ingress.spec.ingress_class_name.is_some() || annotation(&ingress.metadata, OLD_CLASS).is_some() {
        return Ok(());
    }
    let classes = attributes.store.list(Kind::IngressClass, None).filter_map(IngressClass::from_object);
    let defaults = classes.filter(|class| annotation(&class.metadata, DEFAULT_MARK) == Some("true"));
    let newest = defaults.min_by_key(|class| {
        let meta = &class.metadata;
        (Reverse(meta.creation_timestamp.as_ref().map(|time| time.0)), meta.name.clone())
    });
    if let Some(class) = newest {
        Arc::make_mut(&mut Arc::make_mut(ingress).spec).ingress_class_name.clone_from(&class.metadata.name);
    }
    Ok(())
}
