//! Metadata of every object: names, labels, annotations, owners, finalizers; and label selectors inside objects.
//!
//! Models: staging/src/k8s.io/apimachinery/pkg/api/validation/objectmeta.go, pkg/apis/meta/v1/validation, v1.36.
//! Simplified: managedFields are not looked at.

use std::collections::BTreeMap;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::{LabelSelector, LabelSelectorRequirement};
use serde_json::{Value, json};

use super::{go_dump, invalid_each, list, text};
use crate::field::{FieldError, Path};
use crate::{ObjectMeta, OwnerReference, name_rules};

/// A rule that names of a kind follow. `prefix` is true for `generateName`, which may end in `-`.
pub(crate) type NameRule = fn(&str) -> Vec<String>;

const MAX_ANNOTATION_BYTES: usize = 256 * 1024;

/// The rule for the names of nodes, ConfigMaps and most others.
pub(crate) const SUBDOMAIN: NameRule = name_rules::dns1123_subdomain;
/// The rule for namespaces and (since 1.36) Services.
pub(crate) const LABEL: NameRule = name_rules::dns1123_label;

/// The metadata of the kinds of Kubernetes itself, whose finalizers are its own or have a domain.
pub(crate) fn validate(meta: &ObjectMeta, namespaced: bool, rule: impl Fn(&str) -> Vec<String>) -> Vec<FieldError> {
    let mut errors = validate_any(meta, namespaced, rule);
    errors.extend(finalizer_names(meta));
    errors
}

fn finalizer_names(meta: &ObjectMeta) -> Vec<FieldError> {
    let path = Path::new("metadata").child("finalizers");
    let standard = |name: &str| matches!(name, "kubernetes" | "orphan" | "foregroundDeletion");
    let odd = list(&meta.finalizers).iter().enumerate().filter(|(_, name)| !name.contains('/') && !standard(name));
    let why = "name is neither a standard finalizer name nor is it fully qualified";
    odd.map(|(index, name)| FieldError::invalid(path.index(index), name.as_str(), why)).collect()
}

/// The metadata of any object.
pub(crate) fn validate_any(meta: &ObjectMeta, namespaced: bool, rule: impl Fn(&str) -> Vec<String>) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let path = Path::new("metadata");
    let generate_name = text(&meta.generate_name);
    if !generate_name.is_empty() {
        // The end that will be made up follows a final dash, so the dash is no fault.
        let shape = generate_name.strip_suffix('-').filter(|rest| !rest.is_empty()).map(|rest| format!("{rest}a"));
        invalid_each(&mut errors, &path.child("generateName"), generate_name, rule(shape.as_deref().unwrap_or(generate_name)));
    }
    match text(&meta.name) {
        "" => errors.push(FieldError::required(path.child("name"), "name or generateName is required")),
        name => invalid_each(&mut errors, &path.child("name"), name, rule(name)),
    }
    match text(&meta.namespace) {
        "" if namespaced => errors.push(FieldError::required(path.child("namespace"), "")),
        "" => {}
        namespace if namespaced => invalid_each(&mut errors, &path.child("namespace"), namespace, name_rules::dns1123_label(namespace)),
        _ => errors.push(FieldError::forbidden(path.child("namespace"), "not allowed on this type")),
    }
    super::nonnegative(&mut errors, &path.child("generation"), meta.generation.unwrap_or(0));
    errors.extend(labels(meta.labels.as_ref(), &path.child("labels")));
    errors.extend(annotations(meta.annotations.as_ref(), &path.child("annotations")));
    errors.extend(owner_references(list(&meta.owner_references), &path.child("ownerReferences")));
    errors.extend(finalizers(list(&meta.finalizers), &path.child("finalizers")));
    errors
}

/// An update of the metadata of the kinds of Kubernetes itself.
pub(crate) fn validate_update(new: &ObjectMeta, old: &ObjectMeta) -> Vec<FieldError> {
    let mut errors = validate_update_any(new, old);
    errors.extend(finalizer_names(new));
    errors
}

/// An update of the metadata of any object.
pub(crate) fn validate_update_any(new: &ObjectMeta, old: &ObjectMeta) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let path = Path::new("metadata");
    if old.deletion_timestamp.is_some() {
        let known = list(&old.finalizers);
        let mut added: Vec<&String> = list(&new.finalizers).iter().filter(|finalizer| !known.contains(finalizer)).collect();
        added.sort();
        if !added.is_empty() {
            let shown: Vec<String> = added.iter().map(|finalizer| format!("{finalizer:?}")).collect();
            let why = format!("no new finalizers can be added if the object is being deleted, found new finalizers []string{{{}}}", shown.join(", "));
            errors.push(FieldError::forbidden(path.child("finalizers"), why));
        }
    }
    if text(&new.resource_version).is_empty() {
        errors.push(FieldError::invalid(path.child("resourceVersion"), "", "must be specified for an update"));
    }
    if new.generation.unwrap_or(0) < old.generation.unwrap_or(0) {
        errors.push(FieldError::invalid(path.child("generation"), new.generation.unwrap_or(0), "must not be decremented"));
    }
    for (name, new, old) in [("name", &new.name, &old.name), ("namespace", &new.namespace, &old.namespace), ("uid", &new.uid, &old.uid)] {
        if text(new) != text(old) {
            errors.extend(immutable(&json!(text(new)), &json!(text(old)), &path.child(name)));
        }
    }
    for (name, new, old) in [("creationTimestamp", &new.creation_timestamp, &old.creation_timestamp), ("deletionTimestamp", &new.deletion_timestamp, &old.deletion_timestamp)] {
        if new != old {
            errors.extend(immutable(&json!(new), &json!(old), &path.child(name)));
        }
    }
    let (new_grace, old_grace) = (new.deletion_grace_period_seconds, old.deletion_grace_period_seconds);
    if new_grace != old_grace {
        errors.extend(immutable(&json!(new_grace), &json!(old_grace), &path.child("deletionGracePeriodSeconds")));
    }
    errors.extend(labels(new.labels.as_ref(), &path.child("labels")));
    errors.extend(annotations(new.annotations.as_ref(), &path.child("annotations")));
    errors.extend(owner_references(list(&new.owner_references), &path.child("ownerReferences")));
    errors
}

/// The metadata in a template of claims: nothing but labels and annotations goes from it to what is made of it.
pub(crate) fn of_template(meta: &ObjectMeta, path: &Path) -> Vec<FieldError> {
    let mut errors = annotations(meta.annotations.as_ref(), &path.child("annotations"));
    errors.extend(labels(meta.labels.as_ref(), &path.child("labels")));
    let others = json!(ObjectMeta { annotations: None, labels: None, ..meta.clone() });
    for (name, ..) in go_dump::fields("ObjectMeta").iter().filter(|(name, ..)| others.get(name).is_some()) {
        // The name of the field in Go with a small letter at its beginning.
        let name = if *name == "uid" { "uID" } else { name };
        errors.push(FieldError::forbidden(path.child(name), "cannot be set"));
    }
    errors
}

pub(crate) fn immutable(new: &Value, old: &Value, field: &Path) -> Option<FieldError> {
    (new != old).then(|| FieldError::invalid(field, new.clone(), "field is immutable"))
}

pub(crate) fn labels(labels: Option<&BTreeMap<String, String>>, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    for (key, value) in labels.into_iter().flatten() {
        invalid_each(&mut errors, path, key.as_str(), name_rules::label_key(key));
        invalid_each(&mut errors, path, value.as_str(), name_rules::label_value(value));
    }
    errors
}

pub(crate) fn annotations(annotations: Option<&BTreeMap<String, String>>, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let mut bytes = 0;
    for (key, value) in annotations.into_iter().flatten() {
        invalid_each(&mut errors, path, key.as_str(), name_rules::label_key(&key.to_lowercase()));
        bytes += key.len() + value.len();
    }
    if bytes > MAX_ANNOTATION_BYTES {
        errors.push(FieldError::too_long(path, MAX_ANNOTATION_BYTES));
    }
    errors
}

fn owner_references(owners: &[OwnerReference], path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let mut controller: Option<String> = None;
    for owner in owners {
        // What has more than one slash is no group and version.
        let version = owner.api_version.rsplit('/').next().filter(|version| !version.is_empty());
        if version.is_none() || owner.api_version.matches('/').count() > 1 {
            errors.push(FieldError::invalid(path.child("apiVersion"), owner.api_version.as_str(), "version must not be empty"));
        }
        for (name, value) in [("kind", &owner.kind), ("name", &owner.name), ("uid", &owner.uid)] {
            if value.is_empty() {
                errors.push(FieldError::invalid(path.child(name), "", "must not be empty"));
            }
        }
        if owner.api_version == "v1" && owner.kind == "Event" {
            errors.push(FieldError::invalid(path, json!(owner), "/v1, Kind=Event is disallowed from being an owner"));
        }
        if owner.controller == Some(true) {
            let this = format!("{}/{}", owner.kind, owner.name);
            match &controller {
                Some(first) => {
                    let why = format!("Only one reference can have Controller set to true. Found \"true\" in references for {first} and {this}");
                    errors.push(FieldError::invalid(path, json!(owners), why));
                }
                None => controller = Some(this),
            }
        }
    }
    errors
}

fn finalizers(finalizers: &[String], path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    for finalizer in finalizers {
        invalid_each(&mut errors, path, finalizer.as_str(), name_rules::label_key(finalizer));
    }
    let has = |name: &str| finalizers.iter().any(|finalizer| finalizer == name);
    if has("orphan") && has("foregroundDeletion") {
        let why = "finalizer orphan and foregroundDeletion cannot be both set";
        errors.push(FieldError::invalid(path, finalizers.to_vec(), why));
    }
    errors
}

/// A selector inside an object.
pub(crate) fn label_selector(selector: Option<&LabelSelector>, path: &Path) -> Vec<FieldError> {
    let Some(selector) = selector else { return Vec::new() };
    let mut errors = labels(selector.match_labels.as_ref(), &path.child("matchLabels"));
    for (index, expression) in list(&selector.match_expressions).iter().enumerate() {
        errors.extend(selector_requirement(expression, &path.child("matchExpressions").index(index)));
    }
    errors
}

fn selector_requirement(requirement: &LabelSelectorRequirement, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let values = list(&requirement.values);
    match requirement.operator.as_str() {
        "In" | "NotIn" if values.is_empty() => {
            errors.push(FieldError::required(path.child("values"), "must be specified when `operator` is 'In' or 'NotIn'"));
        }
        "Exists" | "DoesNotExist" if !values.is_empty() => {
            errors.push(FieldError::forbidden(path.child("values"), "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"));
        }
        "In" | "NotIn" | "Exists" | "DoesNotExist" => {}
        other => errors.push(FieldError::invalid(path.child("operator"), other, "not a valid selector operator")),
    }
    invalid_each(&mut errors, &path.child("key"), requirement.key.as_str(), name_rules::label_key(&requirement.key));
    for (index, value) in values.iter().enumerate() {
        invalid_each(&mut errors, &path.child("values").index(index), value.as_str(), name_rules::label_value(value));
    }
    errors
}
