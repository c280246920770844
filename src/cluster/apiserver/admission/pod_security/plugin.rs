//! The plugin: pods are held to what the namespace enforces, writers of anything with pods in it are warned, and a
//! namespace that becomes stricter says which of its pods would no longer be let in.
//!
//! Models: staging/src/k8s.io/pod-security-admission/admission/admission.go, v1.36.
//! Simplified: nothing is exempt, as with the plugin's default configuration; there is no audit log for the level `audit`.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{EphemeralContainer, PodSpec};
use podarium_api::{Kind, Object, ObjectMeta, Pod, Resource as _, Status};

use super::super::Attributes;
use super::labels::{Level, Policies, Policy};
use super::registry::{Violation, detailed, reasons, violations};
use crate::apiserver::{Subresource, Verb};
use crate::store::Key;

/// How many pods of a namespace are looked at when it becomes stricter.
const MOST_PODS: usize = 3000;

pub(in crate::apiserver::admission) fn validate(attributes: &mut Attributes<'_>) -> Result<(), Status> {
    match (&*attributes.object, attributes.verb) {
        (_, Verb::Delete) => Ok(()),
        (Object::Namespace(_), _) => validate_namespace(attributes),
        (Object::Pod(_), _) => validate_pod(attributes),
        _ => warn_of_template(attributes),
    }
}

/// The policies of the object's namespace.
fn policies(attributes: &Attributes<'_>) -> Policies {
    let namespace = attributes.object.meta().namespace.as_deref().unwrap_or_default();
    let labels = attributes.store.get(Kind::Namespace, &Key::new("", namespace)).and_then(|namespace| namespace.meta().labels.as_ref());
    Policies::of(labels).0
}

fn validate_pod(attributes: &mut Attributes<'_>) -> Result<(), Status> {
    if matches!(attributes.subresource, Some(Subresource::Status | Subresource::Binding | Subresource::Eviction)) {
        return Ok(());
    }
    let policies = policies(attributes);
    let Object::Pod(pod) = &*attributes.object else { return Ok(()) };
    if policies.are_privileged() || matches!(attributes.old, Some(Object::Pod(old)) if !is_significant(pod, old)) {
        return Ok(());
    }
    let found = violations(policies.enforce, &pod.metadata, &pod.spec);
    if !found.is_empty() {
        let why = format!("violates PodSecurity \"{}\": {}", policies.enforce, detailed(&found));
        return Err(attributes.forbidden(why));
    }
    let warning = warning(policies.warn, &violations(policies.warn, &pod.metadata, &pod.spec));
    attributes.warnings.extend(warning);
    Ok(())
}

fn warning(policy: Policy, found: &[Violation]) -> Option<String> {
    (!found.is_empty()).then(|| format!("would violate PodSecurity \"{policy}\": {}", detailed(found)))
}

/// Of a pod's fields that can be changed only images and new containers matter.
fn is_significant(new: &Pod, old: &Pod) -> bool {
    let images = |pod: &Pod| -> Vec<Option<String>> { pod.spec.containers.iter().map(|container| container.image.clone()).collect() };
    let init_images = |pod: &Pod| -> Vec<Option<String>> { pod.spec.init_containers.iter().flatten().map(|container| container.image.clone()).collect() };
    let known = |container: &EphemeralContainer| {
        old.spec.ephemeral_containers.iter().flatten().any(|other| other.name == container.name && other.image == container.image)
    };
    images(new) != images(old) || init_images(new) != init_images(old) || new.spec.ephemeral_containers.iter().flatten().any(|container| !known(container))
}

/// Whoever writes something that will make pods is warned; the pods themselves are refused later.
fn warn_of_template(attributes: &mut Attributes<'_>) -> Result<(), Status> {
    if attributes.subresource.is_some() {
        return Ok(());
    }
    let policies = policies(attributes);
    if policies.warn.level == Level::Privileged {
        return Ok(());
    }
    let Some((meta, spec)) = template_of(attributes.object) else { return Ok(()) };
    let warning = warning(policies.warn, &violations(policies.warn, &meta, &spec));
    attributes.warnings.extend(warning);
    Ok(())
}

/// The pod in an object that makes pods.
fn template_of(object: &Object) -> Option<(ObjectMeta, PodSpec)> {
    let path = match object.kind().info().kind {
        "Deployment" | "ReplicaSet" | "DaemonSet" | "StatefulSet" | "Job" | "ReplicationController" => "/spec/template",
        "CronJob" => "/spec/jobTemplate/spec/template",
        "PodTemplate" => "/template",
        _ => return None,
    };
    let value = object.to_value();
    let template = value.pointer(path)?;
    let meta = template.get("metadata").cloned().and_then(|meta| serde_json::from_value(meta).ok()).unwrap_or_default();
    Some((meta, serde_json::from_value(template.get("spec")?.clone()).ok()?))
}

fn validate_namespace(attributes: &mut Attributes<'_>) -> Result<(), Status> {
    if attributes.subresource.is_some() {
        return Ok(());
    }
    let (new, errors) = Policies::of(attributes.object.meta().labels.as_ref());
    let name = attributes.object.meta().name.clone().unwrap_or_default();
    let before = attributes.old.map(|old| Policies::of(old.meta().labels.as_ref()));
    if !errors.is_empty() && before.as_ref().is_none_or(|(_, known)| *known != errors) {
        return Err(Status::invalid(Kind::Namespace, &name, &errors));
    }
    let Some((old, _)) = before else { return Ok(()) };
    let relaxed = new.enforce.version == old.enforce.version && new.enforce.level <= old.enforce.level;
    if new.enforce == old.enforce || new.enforce.level == Level::Privileged || relaxed {
        return Ok(());
    }
    let warnings = warnings_of_pods(attributes, &name, new.enforce);
    attributes.warnings.extend(warnings);
    Ok(())
}

/// Pods of one controller are alike, so the first of each is looked at before the others.
fn prioritized<'a>(pods: impl Iterator<Item = &'a Pod>) -> Vec<&'a Pod> {
    let (mut first, mut more, mut seen) = (Vec::new(), Vec::new(), Vec::new());
    for pod in pods {
        match podarium_api::owner::controller_of(&pod.metadata) {
            Some(owner) if seen.contains(&&owner.uid) => more.push(pod),
            Some(owner) => {
                seen.push(&owner.uid);
                first.push(pod);
            }
            None => first.push(pod),
        }
    }
    first.append(&mut more);
    first
}

fn warnings_of_pods(attributes: &Attributes<'_>, namespace: &str, enforce: Policy) -> Vec<String> {
    let pods = attributes.store.list(Kind::Pod, Some(namespace)).filter_map(Pod::from_object).map(|pod| &**pod);
    let pods = prioritized(pods);
    let mut found: BTreeMap<String, (&str, usize)> = BTreeMap::new();
    for pod in pods.iter().take(MOST_PODS) {
        let violations = violations(enforce, &pod.metadata, &pod.spec);
        if violations.is_empty() {
            continue;
        }
        let (first, count) = found.entry(reasons(&violations)).or_insert((pod.name(), 0));
        *first = (*first).min(pod.name());
        *count += 1;
    }
    let mut warnings = Vec::new();
    if pods.len() > MOST_PODS {
        warnings.push(format!("new PodSecurity enforce level only checked against the first {MOST_PODS} of {} existing pods", pods.len()));
    }
    if !found.is_empty() {
        warnings.push(format!("existing pods in namespace {namespace:?} violate the new PodSecurity enforce level \"{enforce}\""));
    }
    let mut of_pods: Vec<String> = found
        .iter()
        .map(|(reasons, (first, count))| match count {
            1 => format!("{first}: {reasons}"),
            2 => format!("{first} (and 1 other pod): {reasons}"),
            count => format!("{first} (and {} other pods): {reasons}", count - 1),
        })
        .collect();
    of_pods.sort();
    warnings.append(&mut of_pods);
    warnings
}
