//! RuntimeClass: a pod that names a runtime class pays its overhead and goes where that runtime is.
//!
//! Models: plugin/pkg/admission/runtimeclass/admission.go, v1.36.
//! Simplified: nothing.

use std::sync::Arc;

use podarium_api::resource::resource_list;
use podarium_api::{Kind, Object, Resource as _, RuntimeClass, Status};

use super::Attributes;
use crate::apiserver::Verb;
use crate::store::Key;

const MISMATCH: &str = "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead";

/// The class of a new pod, if it names one.
fn class_of(attributes: &Attributes<'_>) -> Result<Option<Arc<RuntimeClass>>, Status> {
    let Object::Pod(pod) = &*attributes.object else { return Ok(None) };
    let Some(name) = pod.spec.runtime_class_name.as_deref() else { return Ok(None) };
    let found = attributes.store.get(Kind::RuntimeClass, &Key::new("", name)).and_then(RuntimeClass::from_object);
    found.cloned().map(Some).ok_or_else(|| attributes.forbidden(format!("pod rejected: RuntimeClass {name:?} not found")))
}

fn concerns(attributes: &Attributes<'_>) -> bool {
    attributes.kind == Kind::Pod && attributes.verb == Verb::Create && attributes.subresource.is_none()
}

pub(super) fn admit(attributes: &mut Attributes<'_>) -> Result<(), Status> {
    if !concerns(attributes) {
        return Ok(());
    }
    let Some(class) = class_of(attributes)? else { return Ok(()) };
    let Object::Pod(pod) = &*attributes.object else { return Ok(()) };
    let mut spec = (*pod.spec).clone();
    if let Some(overhead) = &class.overhead {
        let stated = spec.overhead.as_ref().is_some_and(|overhead| !overhead.is_empty());
        if stated && resource_list(spec.overhead.as_ref()) != resource_list(overhead.pod_fixed.as_ref()) {
            return Err(attributes.forbidden(MISMATCH));
        }
        spec.overhead.clone_from(&overhead.pod_fixed);
    }
    if let Some(scheduling) = &class.scheduling {
        for (key, value) in scheduling.node_selector.iter().flatten() {
            let selector = spec.node_selector.get_or_insert_default();
            if let Some(own) = selector.get(key).filter(|own| *own != value) {
                let why = format!("conflict: runtimeClass.scheduling.nodeSelector[{key}] = {value}; pod.spec.nodeSelector[{key}] = {own}");
                return Err(attributes.forbidden(why));
            }
            selector.insert(key.clone(), value.clone());
        }
        for toleration in scheduling.tolerations.iter().flatten() {
            let tolerations = spec.tolerations.get_or_insert_default();
            if !tolerations.contains(toleration) {
                tolerations.push(toleration.clone());
            }
        }
    }
    if let Object::Pod(pod) = &mut *attributes.object {
        Arc::make_mut(pod).spec = Arc::new(spec);
    }
    Ok(())
}

pub(super) fn validate(attributes: &mut Attributes<'_>) -> Result<(), Status> {
    if !concerns(attributes) {
        return Ok(());
    }
    let class = class_of(attributes)?;
    let Object::Pod(pod) = &*attributes.object else { return Ok(()) };
    match class.as_ref().and_then(|class| class.overhead.as_ref()) {
        Some(overhead) if resource_list(overhead.pod_fixed.as_ref()) != resource_list(pod.spec.overhead.as_ref()) => Err(attributes.forbidden(MISMATCH)),
        None if pod.spec.overhead.is_some() => {
            Err(attributes.forbidden("pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead"))
        }
        _ => Ok(()),
    }
}
