//! What a claim on storage asks for.
//!
//! Models: pkg/apis/core/validation/validation.go (ValidatePersistentVolumeClaimSpec), v1.36.
//! Simplified: nothing.

use k8s_openapi::api::core::v1::PersistentVolumeClaimSpec;

use super::{invalid_each, list, metadata, resources, text};
use crate::field::{FieldError, Path};
use crate::name_rules;
use crate::resource::resource_list;

const MODES: &[&str] = &["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"];

pub(crate) fn spec(spec: &PersistentVolumeClaimSpec, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let modes = list(&spec.access_modes);
    if modes.is_empty() {
        errors.push(FieldError::required(path.child("accessModes"), "at least 1 access mode is required"));
    }
    errors.extend(metadata::label_selector(spec.selector.as_ref(), &path.child("selector")));
    for mode in modes.iter().filter(|mode| !MODES.contains(&mode.as_str())) {
        errors.push(FieldError::not_supported(path.child("accessModes"), mode.as_str(), MODES));
    }
    let alone = modes.iter().any(|mode| mode == "ReadWriteOncePod");
    if alone && modes.iter().any(|mode| mode != "ReadWriteOncePod" && MODES.contains(&mode.as_str())) {
        errors.push(FieldError::forbidden(path.child("accessModes"), "may not use ReadWriteOncePod with other access modes"));
    }
    let requests = resource_list(spec.resources.as_ref().and_then(|resources| resources.requests.as_ref()));
    let field = path.child("resources").key("storage");
    match requests.get("storage") {
        None => errors.push(FieldError::required(&field, "")),
        Some(amount) if amount.value() <= 0 => {
            errors.push(FieldError::invalid(&field, amount.to_string(), "must be greater than zero"));
        }
        Some(amount) => errors.extend(resources::amount("storage", *amount, &field)),
    }
    for (name, class) in [("storageClassName", &spec.storage_class_name), ("volumeAttributesClassName", &spec.volume_attributes_class_name)] {
        if !text(class).is_empty() {
            invalid_each(&mut errors, &path.child(name), text(class), name_rules::dns1123_subdomain(text(class)));
        }
    }
    if let Some(mode) = spec.volume_mode.as_deref().filter(|mode| !matches!(*mode, "Block" | "Filesystem")) {
        errors.push(FieldError::not_supported(path.child("volumeMode"), mode, &["Block", "Filesystem"]));
    }
    errors
}
