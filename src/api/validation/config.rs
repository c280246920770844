//! ConfigMaps and Secrets: keys, sizes, what each type of Secret must hold, and immutability.
//!
//! Models: pkg/apis/core/validation/validation.go (ValidateConfigMap, ValidateSecret), v1.36.
//! Simplified: nothing.

use serde_json::json;

use super::{invalid_each, metadata, text};
use crate::field::{FieldError, Path};
use crate::{ConfigMap, Secret, decode, name_rules};

const MAX_BYTES: usize = 1024 * 1024;

pub(crate) fn config_map(map: &ConfigMap) -> Vec<FieldError> {
    let mut errors = metadata::validate(&map.metadata, true, metadata::SUBDOMAIN);
    let mut bytes = 0;
    for (key, value) in map.data.iter().flatten() {
        let path = Path::new("data").key(key);
        invalid_each(&mut errors, &path, key.as_str(), name_rules::config_map_key(key));
        if map.binary_data.as_ref().is_some_and(|data| data.contains_key(key)) {
            errors.push(FieldError::invalid(path, key.as_str(), "duplicate of key present in binaryData"));
        }
        bytes += value.len();
    }
    for (key, value) in map.binary_data.iter().flatten() {
        invalid_each(&mut errors, &Path::new("binaryData").key(key), key.as_str(), name_rules::config_map_key(key));
        bytes += value.0.len();
    }
    if bytes > MAX_BYTES {
        // The reference names no field, which reads so.
        errors.push(FieldError::too_long("[]", MAX_BYTES));
    }
    errors
}

pub(crate) fn config_map_update(new: &ConfigMap, old: &ConfigMap) -> Vec<FieldError> {
    let mut errors = metadata::validate_update(&new.metadata, &old.metadata);
    // Its `data` are there by default, if with nothing in them.
    let changed = [("data", new.data != old.data, false), ("binaryData", new.binary_data != old.binary_data, old.binary_data.is_none())];
    errors.extend(frozen(new.immutable, old.immutable, &changed));
    errors.extend(config_map(new));
    errors
}

/// What must not change is named with whether it has, and whether a map without anything in it would be a change too.
fn frozen(new: Option<bool>, old: Option<bool>, changed: &[(&str, bool, bool)]) -> Vec<FieldError> {
    if old != Some(true) {
        return Vec::new();
    }
    let thawed = [("immutable", new != Some(true), false)];
    let error = |name: &str| FieldError::forbidden(name, "field is immutable when `immutable` is set");
    let wrong = thawed.iter().chain(changed).filter_map(|(name, changed, or_empty)| match (changed, or_empty) {
        (true, _) => Some(error(name)),
        (false, true) => Some(error(name).only_if_empty()),
        (false, false) => None,
    });
    wrong.collect()
}

pub(crate) fn secret(secret: &Secret) -> Vec<FieldError> {
    let mut errors = metadata::validate(&secret.metadata, true, metadata::SUBDOMAIN);
    let path = Path::new("data");
    let mut bytes = 0;
    for (key, value) in secret.data.iter().flatten() {
        invalid_each(&mut errors, &path.key(key), key.as_str(), name_rules::config_map_key(key));
        bytes += value.0.len();
    }
    if bytes > MAX_BYTES {
        errors.push(FieldError::too_long(&path, MAX_BYTES));
    }
    errors.extend(content(secret, &path));
    errors
}

/// What the type promises.
fn content(secret: &Secret, path: &Path) -> Vec<FieldError> {
    let value = |key: &str| secret.data.as_ref().and_then(|data| data.get(key)).map(|value| value.0.as_slice());
    let missing = |key: &str| FieldError::required(path.key(key), "");
    let json_object = |key: &str| match value(key) {
        None => Some(missing(key)),
        Some(bytes) => decode::json_object_error(bytes).map(|why| FieldError::invalid(path.key(key), "<secret contents redacted>", why)),
    };
    let one = |error: Option<FieldError>| error.into_iter().collect();
    match text(&secret.type_) {
        "kubernetes.io/service-account-token" => {
            let name = "kubernetes.io/service-account.name";
            let annotation = secret.metadata.annotations.as_ref().and_then(|annotations| annotations.get(name));
            let field = Path::new("metadata").child("annotations").key(name);
            one(annotation.is_none_or(String::is_empty).then(|| FieldError::required(field, "")))
        }
        "kubernetes.io/dockercfg" => one(json_object(".dockercfg")),
        "kubernetes.io/dockerconfigjson" => one(json_object(".dockerconfigjson")),
        "kubernetes.io/basic-auth" if value("username").is_none() && value("password").is_none() => {
            vec![missing("username"), missing("password")]
        }
        "kubernetes.io/ssh-auth" => one(value("ssh-privatekey").is_none_or(<[u8]>::is_empty).then(|| missing("ssh-privatekey"))),
        "kubernetes.io/tls" => ["tls.crt", "tls.key"].into_iter().filter(|key| value(key).is_none()).map(missing).collect(),
        _ => Vec::new(),
    }
}

pub(crate) fn secret_update(new: &Secret, old: &Secret) -> Vec<FieldError> {
    let mut errors = metadata::validate_update(&new.metadata, &old.metadata);
    errors.extend(metadata::immutable(&json!(text(&new.type_)), &json!(text(&old.type_)), &Path::new("type")));
    errors.extend(frozen(new.immutable, old.immutable, &[("data", new.data != old.data, old.data.is_none())]));
    errors.extend(secret(new));
    errors
}
