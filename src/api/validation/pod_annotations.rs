//! Annotations that were fields before there were fields: profiles of seccomp and AppArmor, the cost of deletion, tolerations.
//!
//! Models: pkg/apis/core/validation/validation.go (ValidatePodSpecificAnnotations, validateSeccompAnnotationsAndFields,
//! validateAppArmorAnnotationsAndFieldsMatchOnCreate), v1.36.
//! Simplified: nothing.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{AppArmorProfile, PodSpec, SeccompProfile};

use super::pod_security::{every_container, seccomp_of};
use super::{scheduling, text, volume};
use crate::Pod;
use crate::field::{FieldError, Path};

const MIRROR: &str = "kubernetes.io/config.mirror";
const TOLERATIONS: &str = "scheduler.alpha.kubernetes.io/tolerations";
const DELETION_COST: &str = "controller.kubernetes.io/pod-deletion-cost";
pub(crate) const SECCOMP_POD: &str = "seccomp.security.alpha.kubernetes.io/pod";
pub(crate) const SECCOMP_CONTAINER: &str = "container.seccomp.security.alpha.kubernetes.io/";
pub(crate) const APP_ARMOR: &str = "container.apparmor.security.beta.kubernetes.io/";

type Annotations = BTreeMap<String, String>;

/// The annotations of a pod or of a template, at `path`.
pub(super) fn validate(annotations: Option<&Annotations>, spec: &PodSpec, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let Some(annotations) = annotations else { return errors };
    if let Some(value) = annotations.get(MIRROR).filter(|_| text(&spec.node_name).is_empty()) {
        errors.push(FieldError::invalid(path.key(MIRROR), value.as_str(), "must set spec.nodeName if mirror pod annotation is set"));
    }
    if let Some(value) = annotations.get(TOLERATIONS).filter(|value| !value.is_empty()) {
        match serde_json::from_str::<Vec<_>>(value) {
            Ok(tolerations) => errors.extend(scheduling::tolerations(&tolerations, &path.child(TOLERATIONS))),
            Err(error) => errors.push(FieldError::invalid(path, TOLERATIONS, error.to_string())),
        }
    }
    if let Some(cost) = annotations.get(DELETION_COST)
        && !cost.parse::<i32>().is_ok_and(|number| number.to_string() == *cost)
    {
        errors.push(FieldError::invalid(path.key(DELETION_COST), cost.as_str(), "must be a 32bit integer"));
    }
    for (key, profile) in annotations.iter().filter(|(key, _)| *key == SECCOMP_POD || key.starts_with(SECCOMP_CONTAINER)) {
        errors.extend(seccomp_name(profile, &path.child(key)));
    }
    for (key, profile) in annotations {
        let Some(name) = key.strip_prefix(APP_ARMOR) else { continue };
        if !every_container(spec, &Path::new("spec")).iter().any(|(_, container)| container.name == name) {
            errors.push(FieldError::invalid(path.key(key), name, "container not found"));
        }
        let known = matches!(profile.as_str(), "" | "runtime/default" | "unconfined") || profile.starts_with("localhost/");
        if !known {
            errors.push(FieldError::invalid(path.key(key), profile.as_str(), format!("invalid AppArmor profile name: {profile:?}")));
        }
    }
    errors
}

/// Annotations that cannot come, go or change while the pod is there; and the others, checked once more.
pub(super) fn update(new: &Pod, old: &Pod, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let none = Annotations::new();
    let (now, was) = (new.metadata.annotations.as_ref().unwrap_or(&none), old.metadata.annotations.as_ref().unwrap_or(&none));
    if now.is_empty() && was.is_empty() {
        return errors;
    }
    let mut refuse = |key: &str, what: &str| {
        if key.starts_with(APP_ARMOR) {
            errors.push(FieldError::forbidden(path.key(key), format!("may not {what} AppArmor annotations")));
        }
        if key == MIRROR {
            errors.push(FieldError::forbidden(path.key(key), format!("may not {what} mirror pod annotation")));
        }
    };
    was.iter().filter(|(key, value)| now.get(*key) != Some(*value)).for_each(|(key, _)| refuse(key, "remove or update"));
    now.keys().filter(|key| !was.contains_key(*key)).for_each(|key| refuse(key, "add"));
    errors.extend(validate(Some(now), &new.spec.with_node(), path));
    errors
}

fn seccomp_name(profile: &str, path: &Path) -> Vec<FieldError> {
    match profile {
        "runtime/default" | "docker/default" | "unconfined" => Vec::new(),
        _ => match profile.strip_prefix("localhost/") {
            Some(file) => volume::descending_path(file, path),
            None => vec![FieldError::invalid(path, profile, "must be a valid seccomp profile")],
        },
    }
}

/// A seccomp profile that stands in an annotation and in a field must be the same.
pub(super) fn seccomp_agrees(annotations: Option<&Annotations>, spec: &PodSpec, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let Some(annotations) = annotations else { return errors };
    let mut check = |key: &str, profile: Option<&SeccompProfile>, path: &Path| {
        if let (Some(annotation), Some(profile)) = (annotations.get(key), profile) {
            let plain: &[&str] = match profile.type_.as_str() {
                "Unconfined" => &["unconfined"],
                "RuntimeDefault" => &["runtime/default", "docker/default"],
                _ => &[],
            };
            let local = profile.localhost_profile.as_deref();
            let path = path.child("securityContext").child("seccompProfile");
            errors.extend(disagreement("seccomp", (&profile.type_, local), annotation, plain, &path));
        }
    };
    check(SECCOMP_POD, spec.security_context.as_ref().and_then(|context| context.seccomp_profile.as_ref()), path);
    for (path, container) in every_container(spec, path) {
        check(&format!("{SECCOMP_CONTAINER}{}", container.name), seccomp_of(&container), &path);
    }
    errors
}

fn disagreement(what: &str, (type_, local): (&str, Option<&str>), annotation: &str, plain: &[&str], path: &Path) -> Option<FieldError> {
    let wrong_type = || FieldError::forbidden(path.child("type"), format!("{what} type in annotation and field must match"));
    match type_ {
        "Localhost" => match annotation.strip_prefix("localhost/") {
            None => Some(wrong_type()),
            Some(file) if local == Some(file) => None,
            Some(_) => Some(FieldError::forbidden(path.child("localhostProfile"), format!("{what} profile in annotation and field must match"))),
        },
        "Unconfined" | "RuntimeDefault" if !plain.contains(&annotation) => Some(wrong_type()),
        _ => None,
    }
}

/// The same of AppArmor, where a container without a profile has the pod's.
pub(super) fn app_armor_agrees(annotations: Option<&Annotations>, spec: &PodSpec, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let Some(annotations) = annotations.filter(|_| spec.os.as_ref().is_none_or(|os| os.name != "windows")) else { return errors };
    let of_pod = spec.security_context.as_ref().and_then(|context| context.app_armor_profile.as_ref());
    for (path, container) in every_container(spec, path) {
        let own = container.security_context.and_then(|context| context.app_armor_profile.as_ref());
        let (Some(profile), Some(annotation)) = (own.or(of_pod), annotations.get(&format!("{APP_ARMOR}{}", container.name))) else { continue };
        let plain = if profile.type_ == "Unconfined" { "unconfined" } else { "runtime/default" };
        let path = path.child("securityContext").child("appArmorProfile");
        errors.extend(disagreement("apparmor", (&profile.type_, profile.localhost_profile.as_deref()), annotation, &[plain], &path));
    }
    errors
}

/// The profile that an annotation means, if it means one.
pub(crate) fn app_armor_profile(annotation: &str) -> Option<AppArmorProfile> {
    let plain = |type_: &str| Some(AppArmorProfile { type_: type_.to_owned(), localhost_profile: None });
    match annotation {
        "unconfined" => plain("Unconfined"),
        "runtime/default" => plain("RuntimeDefault"),
        _ => {
            let name = annotation.strip_prefix("localhost/").filter(|name| !name.is_empty())?;
            Some(AppArmorProfile { type_: "Localhost".to_owned(), localhost_profile: Some(name.to_owned()) })
        }
    }
}
