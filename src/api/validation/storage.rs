//! StorageClasses, VolumeAttributesClasses, VolumeAttachments and CSIStorageCapacities.
//!
//! Models: pkg/apis/storage/validation/validation.go, v1.36.
//! Simplified: nothing.

use std::collections::{BTreeMap, BTreeSet};

use k8s_openapi::api::core::v1::TopologySelectorTerm;
use k8s_openapi::api::storage::v1::{VolumeAttachmentSource, VolumeError};
use serde_json::json;

use super::persistent_volume::{self, Context};
use super::{invalid_each, list, metadata, persistent_volume_source, text};
use crate::field::{FieldError, Path};
use crate::quantity::Quantity;
use crate::{CSIStorageCapacity, StorageClass, VolumeAttachment, VolumeAttributesClass, name_rules};

const MAX_PARAMETERS: usize = 512;
const MAX_BYTES: usize = 256 * 1024;
const MAX_MESSAGE: usize = 1024;
const BINDING_MODES: &[&str] = &["Immediate", "WaitForFirstConsumer"];

pub(crate) fn storage_class(class: &StorageClass) -> Vec<FieldError> {
    let mut errors = metadata::validate(&class.metadata, false, metadata::SUBDOMAIN);
    errors.extend(provisioner(&class.provisioner, &Path::new("provisioner")));
    errors.extend(parameters(class.parameters.as_ref(), true));
    let policy = text(&class.reclaim_policy);
    if !policy.is_empty() && !matches!(policy, "Delete" | "Retain") {
        errors.push(FieldError::not_supported("reclaimPolicy", policy, &["Delete", "Retain"]));
    }
    match class.volume_binding_mode.as_deref() {
        None => errors.push(FieldError::required("volumeBindingMode", "")),
        Some(mode) if !BINDING_MODES.contains(&mode) => errors.push(FieldError::not_supported("volumeBindingMode", mode, BINDING_MODES)),
        Some(_) => {}
    }
    errors.extend(topologies(list(&class.allowed_topologies), &Path::new("allowedTopologies")));
    errors
}

pub(crate) fn storage_class_update(new: &StorageClass, old: &StorageClass) -> Vec<FieldError> {
    let mut errors = metadata::validate_update(&new.metadata, &old.metadata);
    let fields = [
        ("parameters", json!(new.parameters), json!(old.parameters)),
        ("provisioner", json!(new.provisioner), json!(old.provisioner)),
        ("reclaimPolicy", json!(new.reclaim_policy), json!(old.reclaim_policy)),
        ("volumeBindingMode", json!(new.volume_binding_mode), json!(old.volume_binding_mode)),
    ];
    errors.extend(fields.iter().filter_map(|(name, new, old)| metadata::immutable(new, old, &Path::new(name))));
    errors
}

fn provisioner(provisioner: &str, path: &Path) -> Vec<FieldError> {
    if provisioner.is_empty() {
        return vec![FieldError::required(path, "")];
    }
    let mut errors = Vec::new();
    let lower = provisioner.to_lowercase();
    invalid_each(&mut errors, path, lower.as_str(), name_rules::label_key(&lower));
    errors
}

fn parameters(parameters: Option<&BTreeMap<String, String>>, may_be_empty: bool) -> Vec<FieldError> {
    let path = Path::new("parameters");
    let given = parameters.map_or(0, BTreeMap::len);
    if given > MAX_PARAMETERS {
        return vec![FieldError::too_long(path, MAX_PARAMETERS)];
    }
    let mut errors = Vec::new();
    if parameters.is_some_and(|parameters| parameters.contains_key("")) {
        errors.push(FieldError::invalid(&path, "", "field can not be empty."));
    }
    let bytes: usize = parameters.into_iter().flatten().map(|(key, value)| key.len() + value.len()).sum();
    if bytes > MAX_BYTES {
        errors.push(FieldError::too_long(&path, MAX_BYTES));
    }
    if given == 0 && !may_be_empty {
        errors.push(FieldError::required(path, "must contain at least one key/value pair"));
    }
    errors
}

fn topologies(terms: &[TopologySelectorTerm], path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    // The reference begins its list of known terms with as many empty ones, so an empty term is a repeated one.
    let mut seen = vec![BTreeMap::new(); terms.len()];
    for (index, term) in terms.iter().enumerate() {
        let path = path.index(index).child("matchLabelExpressions");
        let mut values_of: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for (index, requirement) in list(&term.match_label_expressions).iter().enumerate() {
            let path = path.index(index);
            let mut values = BTreeSet::new();
            if requirement.values.is_empty() {
                errors.push(FieldError::required(path.child("values"), ""));
            }
            for (index, value) in requirement.values.iter().enumerate() {
                if !values.insert(value.as_str()) {
                    errors.push(FieldError::duplicate(path.child("values").index(index), value.as_str()));
                }
            }
            let key = requirement.key.as_str();
            invalid_each(&mut errors, &path.child("key"), key, name_rules::label_key(key));
            if values_of.insert(key, values).is_some() {
                errors.push(FieldError::duplicate(path.child("key"), key));
            }
        }
        let repeated = seen.iter().filter(|known| **known == values_of).count();
        errors.extend((0..repeated).map(|_| FieldError::duplicate(&path, "")));
        seen.push(values_of);
    }
    errors
}

pub(crate) fn attributes_class(class: &VolumeAttributesClass) -> Vec<FieldError> {
    let mut errors = metadata::validate(&class.metadata, false, metadata::SUBDOMAIN);
    errors.extend(provisioner(&class.driver_name, &Path::new("driverName")));
    errors.extend(parameters(class.parameters.as_ref(), false));
    errors
}

pub(crate) fn attributes_class_update(new: &VolumeAttributesClass, old: &VolumeAttributesClass) -> Vec<FieldError> {
    let mut errors = metadata::validate_update(&new.metadata, &old.metadata);
    let changed = [("driverName", new.driver_name != old.driver_name), ("parameters", new.parameters != old.parameters)];
    for (name, _) in changed.into_iter().filter(|(_, changed)| *changed) {
        errors.push(FieldError::forbidden(name, format!("updates to {name} are forbidden.")));
    }
    errors.extend(attributes_class(new));
    errors
}

pub(crate) fn attachment(attachment: &VolumeAttachment) -> Vec<FieldError> {
    let mut errors = metadata::validate(&attachment.metadata, false, metadata::SUBDOMAIN);
    let (path, spec) = (Path::new("spec"), &attachment.spec);
    errors.extend(persistent_volume_source::driver_name(&spec.attacher, &path.child("attacher")));
    errors.extend(attachment_source(&spec.source, &path.child("source")));
    invalid_each(&mut errors, &path.child("nodeName"), spec.node_name.as_str(), name_rules::dns1123_subdomain(&spec.node_name));
    let (path, status) = (Path::new("status"), &attachment.status);
    let bytes: usize = status.attachment_metadata.iter().flatten().map(|(key, value)| key.len() + value.len()).sum();
    if bytes > MAX_BYTES {
        errors.push(FieldError::too_long(path.child("attachmentMetadata"), MAX_BYTES));
    }
    errors.extend(volume_error(status.attach_error.as_ref(), &path.child("attachError")));
    errors.extend(volume_error(status.detach_error.as_ref(), &path.child("detachError")));
    if let Some(volume) = spec.source.persistent_volume_name.as_deref() {
        invalid_each(&mut errors, &Path::new("spec.source.persistentVolumeName"), volume, name_rules::dns1123_subdomain(volume));
    }
    errors
}

fn attachment_source(source: &VolumeAttachmentSource, path: &Path) -> Vec<FieldError> {
    const ONE: &str = "must specify exactly one of inlineVolumeSpec and persistentVolumeName";
    match (&source.inline_volume_spec, source.persistent_volume_name.as_deref()) {
        (None, None) => vec![FieldError::required(path, ONE)],
        (Some(_), Some(_)) => vec![FieldError::forbidden(path, ONE)],
        (None, Some("")) => vec![FieldError::required(path.child("persistentVolumeName"), "must specify non empty persistentVolumeName")],
        (None, Some(_)) => Vec::new(),
        (Some(spec), None) => persistent_volume::spec(spec, Context::Inline, &path.child("inlineVolumeSpec")),
    }
}

fn volume_error(error: Option<&VolumeError>, path: &Path) -> Vec<FieldError> {
    let Some(error) = error else { return Vec::new() };
    let mut errors = Vec::new();
    if text(&error.message).len() > MAX_MESSAGE {
        // The limit that the text names is that of the metadata.
        errors.push(FieldError::too_long(path.child("message"), MAX_BYTES));
    }
    if let Some(code) = error.error_code.filter(|code| *code < 0) {
        errors.push(FieldError::invalid(path.child("errorCode"), code, name_rules::inclusive_range(0, i64::from(i32::MAX))));
    }
    errors
}

pub(crate) fn attachment_update(new: &VolumeAttachment, old: &VolumeAttachment) -> Vec<FieldError> {
    let mut errors = attachment(new);
    errors.extend(metadata::validate_update(&new.metadata, &old.metadata));
    if new.spec != old.spec {
        errors.push(FieldError::invalid("spec", json!(*new.spec), "field is immutable").of_struct("VolumeAttachmentSpec"));
    }
    errors
}

pub(crate) fn capacity(capacity: &CSIStorageCapacity) -> Vec<FieldError> {
    let mut errors = metadata::validate(&capacity.metadata, true, metadata::SUBDOMAIN);
    errors.extend(metadata::label_selector(capacity.node_topology.as_ref(), &Path::new("nodeTopology")));
    let class = capacity.storage_class_name.as_str();
    invalid_each(&mut errors, &Path::new("storageClassName"), class, name_rules::dns1123_subdomain(class));
    if let Some(amount) = capacity.capacity.as_ref().map(Quantity::of).filter(|amount| amount.sign() < 0) {
        errors.push(FieldError::invalid("capacity", amount.to_string(), "must be greater than or equal to 0"));
    }
    errors
}

pub(crate) fn capacity_update(new: &CSIStorageCapacity, old: &CSIStorageCapacity) -> Vec<FieldError> {
    let mut errors = metadata::validate_update(&new.metadata, &old.metadata);
    errors.extend(metadata::immutable(&json!(new.node_topology), &json!(old.node_topology), &Path::new("nodeTopology")));
    errors.extend(metadata::immutable(&json!(new.storage_class_name), &json!(old.storage_class_name), &Path::new("storageClassName")));
    errors
}
