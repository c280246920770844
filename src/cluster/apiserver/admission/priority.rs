//! Priority: turns a pod's priority class into a number, and keeps the default class unique.
//!
//! Models: plugin/pkg/admission/priority/admission.go, v1.36.
//! Simplified: nothing.

use std::sync::Arc;

use podarium_api::{Kind, Object, PriorityClass, Resource as _, Status};

use super::Attributes;
use crate::apiserver::Verb;
use crate::store::{Key, Store};

/// The class for pods that name none: of several the one of the least value.
fn default_class(store: &Store) -> Option<&Arc<PriorityClass>> {
    let classes = store.list(Kind::PriorityClass, None).filter_map(PriorityClass::from_object);
    classes.filter(|class| class.global_default == Some(true)).min_by_key(|class| class.value)
}

pub(super) fn admit(attributes: &mut Attributes<'_>) -> Result<(), Status> {
    if attributes.kind != Kind::Pod || attributes.subresource.is_some() {
        return Ok(());
    }
    match attributes.verb {
        Verb::Create => admit_new(attributes),
        Verb::Update => {
            keep(attributes);
            Ok(())
        }
        _ => Ok(()),
    }
}

fn admit_new(attributes: &mut Attributes<'_>) -> Result<(), Status> {
    let store = attributes.store;
    let Object::Pod(pod) = &*attributes.object else { return Ok(()) };
    let class = match pod.spec.priority_class_name.as_deref().unwrap_or_default() {
        "" => default_class(store),
        name => {
            let found = store.get(Kind::PriorityClass, &Key::new("", name)).and_then(PriorityClass::from_object);
            Some(found.ok_or_else(|| attributes.forbidden(format!("no PriorityClass with name {name} was found")))?)
        }
    };
    let priority = class.and_then(|class| class.value).unwrap_or(0);
    let policy = class.and_then(|class| class.preemption_policy.clone()).unwrap_or_else(|| "PreemptLowerPriority".to_owned());
    let computed = "must not be provided in pod spec; priority admission controller computed";
    if let Some(asked) = pod.spec.priority.filter(|asked| *asked != priority) {
        let why = format!("the integer value of priority ({asked}) {computed} {priority} from the given PriorityClass name");
        return Err(attributes.forbidden(why));
    }
    if let Some(asked) = pod.spec.preemption_policy.as_ref().filter(|asked| **asked != policy) {
        let why = format!("the string value of PreemptionPolicy ({asked}) {computed} {policy} from the given PriorityClass name");
        return Err(attributes.forbidden(why));
    }
    let name = class.and_then(|class| class.metadata.name.clone());
    let Object::Pod(pod) = &mut *attributes.object else { return Ok(()) };
    let spec = Arc::make_mut(&mut Arc::make_mut(pod).spec);
    spec.step(format!("priority {priority} {policy} {name:?}"), |spec| {
        if name.is_some() {
            spec.priority_class_name = name;
        }
        spec.priority = Some(priority);
        spec.preemption_policy = Some(policy);
    });
    Ok(())
}

/// An update that leaves the priority out keeps it.
fn keep(attributes: &mut Attributes<'_>) {
    let (Object::Pod(pod), Some(Object::Pod(old))) = (&mut *attributes.object, attributes.old) else { return };
    if pod.spec.priority.is_some() && pod.spec.preemption_policy.is_some() {
        return;
    }
    let spec = Arc::make_mut(&mut Arc::make_mut(pod).spec);
    spec.priority = spec.priority.or(old.spec.priority);
    spec.preemption_policy = spec.preemption_policy.take().or_else(|| old.spec.preemption_policy.clone());
}

/// There is at most one default class.
pub(super) fn validate(attributes: &mut Attributes<'_>) -> Result<(), Status> {
    let Object::PriorityClass(class) = &*attributes.object else { return Ok(()) };
    let Some(default) = default_class(attributes.store).filter(|_| class.global_default == Some(true)) else { return Ok(()) };
    if attributes.verb == Verb::Create || default.name() != class.name() {
        let why = format!("PriorityClass {} is already marked as default. Only one default can exist", default.name());
        return Err(attributes.forbidden(why));
    }
    Ok(())
}
