//! PersistentVolumeClaims: what may be asked for, and that hardly anything of it may change afterwards.
//!
//! Models: pkg/apis/core/validation/validation.go (ValidatePersistentVolumeClaim, …Update, …StatusUpdate), v1.36.
//! Simplified: nothing.

use k8s_openapi::api::core::v1::{PersistentVolumeClaimSpec, PersistentVolumeClaimTemplate};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity as RawQuantity;
use serde_json::json;

use super::persistent_volume::{VOLUME_MODES, access_modes, basic_amount, positive};
use super::{invalid_each, list, metadata, resources, text};
use crate::field::{FieldError, Path};
use crate::quantity::Quantity;
use crate::resource::resource_list;
use crate::{PersistentVolumeClaim, name_rules};

const OLD_CLASS: &str = "volume.beta.kubernetes.io/storage-class";
const RESIZE_STATUSES: &[&str] =
    &["ControllerResizeInProgress", "ControllerResizeInfeasible", "NodeResizePending", "NodeResizeInProgress", "NodeResizeInfeasible"];

pub(crate) fn validate(claim: &PersistentVolumeClaim) -> Vec<FieldError> {
    let mut errors = metadata::validate(&claim.metadata, true, metadata::SUBDOMAIN);
    errors.extend(spec(&claim.spec, &Path::new("spec")));
    errors
}

/// The claim inside a pod's ephemeral volume.
pub(crate) fn template(template: &PersistentVolumeClaimTemplate, path: &Path) -> Vec<FieldError> {
    let mut errors = metadata::of_template(&template.metadata.clone().unwrap_or_default(), &path.child("metadata"));
    errors.extend(spec(&template.spec, &path.child("spec")));
    errors
}

pub(crate) fn spec(spec: &PersistentVolumeClaimSpec, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let modes = list(&spec.access_modes);
    if modes.is_empty() {
        errors.push(FieldError::required(path.child("accessModes"), "at least 1 access mode is required"));
    }
    errors.extend(metadata::label_selector(spec.selector.as_ref(), &path.child("selector")));
    errors.extend(access_modes(modes, &path.child("accessModes")));
    let field = path.child("resources").key("storage");
    match storage_request(spec) {
        None => errors.push(FieldError::required(field, "")),
        Some(amount) => match positive(amount, &field) {
            Some(error) => errors.push(error),
            None => errors.extend(resources::amount("storage", amount, &field)),
        },
    }
    let class = text(&spec.storage_class_name);
    if !class.is_empty() {
        invalid_each(&mut errors, &path.child("storageClassName"), class, name_rules::dns1123_subdomain(class));
    }
    if let Some(mode) = spec.volume_mode.as_deref().filter(|mode| !VOLUME_MODES.contains(mode)) {
        errors.push(FieldError::not_supported(path.child("volumeMode"), mode, VOLUME_MODES));
    }
    errors.extend(data_sources(spec, path));
    let attributes = text(&spec.volume_attributes_class_name);
    if !attributes.is_empty() {
        invalid_each(&mut errors, &path.child("volumeAttributesClassName"), attributes, name_rules::dns1123_subdomain(attributes));
    }
    errors
}

fn storage_request(spec: &PersistentVolumeClaimSpec) -> Option<Quantity> {
    spec.resources.as_ref()?.requests.as_ref()?.get("storage").map(Quantity::of)
}

/// A data source by its group, kind and name.
fn data_source((group, kind, name): (Option<&str>, &str, &str), path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    for (field, value) in [("name", name), ("kind", kind)] {
        if value.is_empty() {
            errors.push(FieldError::required(path.child(field), ""));
        }
    }
    let group = group.unwrap_or_default();
    if group.is_empty() && kind != "PersistentVolumeClaim" {
        errors.push(FieldError::invalid(path, kind, "must be 'PersistentVolumeClaim' when referencing the default apiGroup"));
    }
    if !group.is_empty() {
        invalid_each(&mut errors, &path.child("apiGroup"), group, name_rules::dns1123_subdomain(group));
    }
    errors
}

fn data_sources(spec: &PersistentVolumeClaimSpec, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    if let Some(source) = &spec.data_source {
        errors.extend(data_source((source.api_group.as_deref(), &source.kind, &source.name), &path.child("dataSource")));
    }
    let Some(reference) = &spec.data_source_ref else { return errors };
    let own = path.child("dataSourceRef");
    errors.extend(data_source((reference.api_group.as_deref(), &reference.kind, &reference.name), &own));
    let namespace = text(&reference.namespace);
    if !namespace.is_empty() {
        invalid_each(&mut errors, &own.child("namespace"), namespace, name_rules::dns1123_label(namespace));
    }
    let Some(source) = &spec.data_source else { return errors };
    let differ = (&source.api_group, &source.kind, &source.name) != (&reference.api_group, &reference.kind, &reference.name);
    let why = match () {
        () if !namespace.is_empty() => "may not be specified when dataSourceRef.namespace is specified",
        () if differ => "must match dataSourceRef",
        () => return errors,
    };
    // The value that the reference shows is an empty struct: the path of the field itself.
    errors.push(FieldError::invalid(path, path.child("dataSource").to_string(), why).shown_as("{}"));
    errors
}

pub(crate) fn validate_update(new: &PersistentVolumeClaim, old: &PersistentVolumeClaim) -> Vec<FieldError> {
    let mut errors = metadata::validate_update(&new.metadata, &old.metadata);
    errors.extend(validate(new));
    let (mut now, mut was) = ((*new.spec).clone(), (*old.spec).clone());
    if text(&was.volume_name).is_empty() {
        // The binder gives the claim its volume, once.
        was.volume_name.clone_from(&now.volume_name);
    }
    errors.extend(class_change(new, old, &mut now));
    if new.status.phase.as_deref() == Some("Bound") {
        if let Some(requests) = now.resources.as_mut().and_then(|resources| resources.requests.as_mut()) {
            let stored = old.spec.resources.as_ref().and_then(|resources| resources.requests.as_ref()?.get("storage").cloned());
            requests.insert("storage".to_owned(), stored.unwrap_or_else(|| RawQuantity("0".to_owned())));
        }
        now.volume_attributes_class_name.clone_from(&was.volume_attributes_class_name);
    }
    if !equal(&now, &was) {
        let why = "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims\n";
        errors.push(FieldError::forbidden("spec", why).with_difference("PersistentVolumeClaimSpec", json!(was), json!(now), Vec::new()));
    }
    let (new_size, old_size) = (storage_request(&new.spec).unwrap_or_default(), storage_request(&old.spec).unwrap_or_default());
    let in_status = old.status.capacity.as_ref().and_then(|capacity| capacity.get("storage")).map(Quantity::of).unwrap_or_default();
    if new_size < old_size && new_size <= in_status {
        errors.push(FieldError::forbidden("spec.resources.requests.storage", "field can not be less than status.capacity"));
    }
    errors.extend(metadata::immutable(&json!(new.spec.volume_mode), &json!(old.spec.volume_mode), &Path::new("volumeMode")));
    if new.spec.volume_attributes_class_name != old.spec.volume_attributes_class_name && old.status.current_volume_attributes_class_name.is_some() {
        let field = "spec.volumeAttributesClassName";
        match new.spec.volume_attributes_class_name.as_deref() {
            None => errors.push(FieldError::forbidden(field, "update to nil is forbidden when status.currentVolumeAttributesClassName is not nil")),
            Some("") => errors.push(FieldError::forbidden(field, "update to empty string is forbidden when status.currentVolumeAttributesClassName is not nil")),
            Some(_) => {}
        }
    }
    errors
}

/// The class of a claim may be given later: by the claim's old annotation, or where there was none.
fn class_change(new: &PersistentVolumeClaim, old: &PersistentVolumeClaim, now: &mut PersistentVolumeClaimSpec) -> Option<FieldError> {
    let annotation = |claim: &PersistentVolumeClaim| claim.metadata.annotations.as_ref().and_then(|annotations| annotations.get(OLD_CLASS).cloned());
    let (noted, was_noted) = (annotation(new), annotation(old));
    let (class, was) = (&new.spec.storage_class_name, &old.spec.storage_class_name);
    let from_annotation = was_noted.is_some() && was.is_none() && *class == was_noted && (noted.is_none() || noted == was_noted);
    if from_annotation {
        now.storage_class_name = None;
        return None;
    }
    if class.is_some() && was.is_none() && (was_noted.is_none() || *class == was_noted) {
        now.storage_class_name = None;
    }
    let (noted, was_noted) = (noted.unwrap_or_default(), was_noted.unwrap_or_default());
    let path = Path::new("metadata").child("annotations").child(OLD_CLASS);
    (noted != was_noted).then(|| FieldError::invalid(path, noted, "field is immutable"))
}

/// Equality as the reference sees it: amounts by their value, an empty name as a missing one.
fn equal(a: &PersistentVolumeClaimSpec, b: &PersistentVolumeClaimSpec) -> bool {
    let amounts = |spec: &PersistentVolumeClaimSpec| {
        let resources = spec.resources.clone().unwrap_or_default();
        (resource_list(resources.limits.as_ref()), resource_list(resources.requests.as_ref()))
    };
    let rest = |spec: &PersistentVolumeClaimSpec| PersistentVolumeClaimSpec {
        resources: None,
        volume_name: spec.volume_name.clone().filter(|name| !name.is_empty()),
        ..spec.clone()
    };
    amounts(a) == amounts(b) && rest(a) == rest(b)
}

pub(crate) fn validate_status_update(new: &PersistentVolumeClaim, old: &PersistentVolumeClaim) -> Vec<FieldError> {
    let mut errors = metadata::validate_update(&new.metadata, &old.metadata);
    if text(&new.metadata.resource_version).is_empty() {
        errors.push(FieldError::required("resourceVersion", ""));
    }
    if list(&new.spec.access_modes).is_empty() {
        errors.push(FieldError::required("Spec.accessModes", ""));
    }
    let status = Path::new("status");
    for (name, amount) in resource_list(new.status.capacity.as_ref()) {
        errors.extend(basic_amount(amount, &status.child("capacity").key(&name)));
    }
    let path = status.child("allocatedResourceStatuses");
    for (name, state) in new.status.allocated_resource_statuses.iter().flatten() {
        errors.extend(resource_key(name, &path));
        if !RESIZE_STATUSES.contains(&state.as_str()) {
            let mut known = RESIZE_STATUSES.to_vec();
            known.sort_unstable();
            errors.push(FieldError::not_supported(&path, name.as_str(), &known));
        }
    }
    let path = status.child("allocatedResources");
    for (name, amount) in resource_list(new.status.allocated_resources.as_ref()) {
        let wrong = resource_key(&name, &path);
        if !wrong.is_empty() {
            errors.extend(wrong);
            continue;
        }
        match basic_amount(amount, &path.key(&name)) {
            Some(error) => errors.push(error),
            None => errors.extend(resources::amount("storage", amount, &path.key(&name))),
        }
    }
    errors
}

/// Of the resources of Kubernetes itself a claim can have storage alone.
fn resource_key(name: &str, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    invalid_each(&mut errors, path, name, name_rules::label_key(name));
    if errors.is_empty() && resources::is_native(name) && name != "storage" {
        errors.push(FieldError::not_supported(path, name, &["storage"]));
    }
    errors
}
