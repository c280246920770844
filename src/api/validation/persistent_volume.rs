//! PersistentVolumes: exactly one source, an amount of storage, how it may be mounted, and what may not change.
//!
//! Models: pkg/apis/core/validation/validation.go (ValidatePersistentVolume, ValidatePersistentVolumeUpdate),
//! pkg/volume/validation/pv_validation.go, v1.36.
//! Simplified: nothing.

use k8s_openapi::api::core::v1::{NodeSelectorRequirement, PersistentVolumeSpec, VolumeNodeAffinity};
use serde_json::{Value, json};

use super::{invalid_each, list, metadata, persistent_volume_source as source, scheduling, text};
use crate::field::{FieldError, Path};
use crate::quantity::Quantity;
use crate::resource::resource_list;
use crate::{PersistentVolume, name_rules};

pub(super) const ACCESS_MODES: &[&str] = &["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"];
pub(super) const VOLUME_MODES: &[&str] = &["Block", "Filesystem"];
const RECLAIM_POLICIES: &[&str] = &["Delete", "Recycle", "Retain"];
const MOUNT_OPTIONS: &str = "volume.beta.kubernetes.io/mount-options";

/// Where a volume's spec stands: in a volume, or inline in an attachment, where less may be said.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Context<'a> {
    Volume(&'a str),
    Inline,
}

pub(crate) fn validate(volume: &PersistentVolume) -> Vec<FieldError> {
    let mut errors = itself(volume);
    errors.extend(mount_options(volume));
    errors
}

fn itself(volume: &PersistentVolume) -> Vec<FieldError> {
    let mut errors = metadata::validate(&volume.metadata, false, metadata::SUBDOMAIN);
    errors.extend(spec(&volume.spec, Context::Volume(text(&volume.metadata.name)), &Path::new("spec")));
    errors
}

/// Sources whose driver takes mount options; with others the old annotation is refused.
fn mount_options(volume: &PersistentVolume) -> Option<FieldError> {
    const TAKING: &[&str] = &[
        "gcePersistentDisk", "awsElasticBlockStore", "glusterfs", "nfs", "rbd", "quobyte", "iscsi", "cinder", "cephfs",
        "azureFile", "vsphereVolume", "azureDisk", "photonPersistentDisk",
    ];
    let given = volume.metadata.annotations.as_ref().is_some_and(|annotations| annotations.contains_key(MOUNT_OPTIONS));
    let spec = json!(&*volume.spec);
    let refused = given && TAKING.iter().all(|name| spec.get(name).is_none());
    let path = Path::new("metadata").child("annotations").child(MOUNT_OPTIONS);
    refused.then(|| FieldError::forbidden(path, "may not specify mount options for this volume type"))
}

/// Access modes of a volume or a claim, once it has any.
pub(super) fn access_modes(modes: &[String], path: &Path) -> Vec<FieldError> {
    let mut errors: Vec<FieldError> = modes
        .iter()
        .filter(|mode| !ACCESS_MODES.contains(&mode.as_str()))
        .map(|mode| FieldError::not_supported(path, mode.as_str(), ACCESS_MODES))
        .collect();
    let (alone, others): (Vec<&String>, Vec<&String>) =
        modes.iter().filter(|mode| ACCESS_MODES.contains(&mode.as_str())).partition(|mode| *mode == "ReadWriteOncePod");
    if !alone.is_empty() && !others.is_empty() {
        errors.push(FieldError::forbidden(path, "may not use ReadWriteOncePod with other access modes"));
    }
    errors
}

pub(crate) fn spec(spec: &PersistentVolumeSpec, context: Context<'_>, path: &Path) -> Vec<FieldError> {
    let mut errors = if context == Context::Inline { inline_parts(spec, path) } else { Vec::new() };
    let modes = list(&spec.access_modes);
    if modes.is_empty() {
        errors.push(FieldError::required(path.child("accessModes"), ""));
    }
    errors.extend(access_modes(modes, &path.child("accessModes")));
    if context != Context::Inline {
        errors.extend(capacity(spec, &path.child("capacity")));
    }
    errors.extend(reclaim_policy(spec, context, &path.child("persistentVolumeReclaimPolicy")));
    if let Some(affinity) = spec.node_affinity.as_ref() {
        errors.extend(node_affinity(affinity, context, &path.child("nodeAffinity")));
    }
    let name = if let Context::Volume(name) = context { name } else { "" };
    errors.extend(source::validate(spec, name, path));
    let whole_disk = spec.host_path.as_ref().is_some_and(|source| source::cleaned(&source.path) == "/");
    if whole_disk && text(&spec.persistent_volume_reclaim_policy) == "Recycle" {
        let why = "may not be 'recycle' for a hostPath mount of '/'";
        errors.push(FieldError::forbidden(path.child("persistentVolumeReclaimPolicy"), why));
    }
    errors.extend(classes(spec, context, path));
    errors
}

fn inline_parts(spec: &PersistentVolumeSpec, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let unwanted = [("claimRef", spec.claim_ref.is_some()), ("capacity", spec.capacity.as_ref().is_some_and(|capacity| !capacity.is_empty()))];
    for (name, _) in unwanted.into_iter().filter(|(_, given)| *given) {
        errors.push(FieldError::forbidden(path.child(name), "may not be specified in the context of inline volumes"));
    }
    if spec.csi.is_none() {
        errors.push(FieldError::required(path.child("csi"), "has to be specified in the context of inline volumes"));
    }
    errors
}

fn capacity(spec: &PersistentVolumeSpec, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let amounts = resource_list(spec.capacity.as_ref());
    if amounts.is_empty() {
        errors.push(FieldError::required(path, ""));
    }
    if !amounts.contains_key("storage") || amounts.len() > 1 {
        errors.push(FieldError::not_supported(path, json!(spec.capacity), &["storage"]));
    }
    for (name, amount) in amounts {
        errors.extend(basic_amount(amount, &path.key(&name)));
        errors.extend(positive(amount, &path.key(&name)));
    }
    errors
}

/// An amount that is no less than nothing.
pub(super) fn basic_amount(amount: Quantity, path: &Path) -> Option<FieldError> {
    (amount.value() < 0).then(|| FieldError::invalid(path, amount.value(), "must be a valid resource quantity"))
}

pub(super) fn positive(amount: Quantity, path: &Path) -> Option<FieldError> {
    (amount.sign() <= 0).then(|| FieldError::invalid(path, amount.to_string(), "must be greater than zero"))
}

fn reclaim_policy(spec: &PersistentVolumeSpec, context: Context<'_>, path: &Path) -> Option<FieldError> {
    let policy = Some(text(&spec.persistent_volume_reclaim_policy)).filter(|policy| !policy.is_empty())?;
    if context == Context::Inline {
        return (policy != "Retain").then(|| FieldError::forbidden(path, "may only be Retain in the context of inline volumes"));
    }
    (!RECLAIM_POLICIES.contains(&policy)).then(|| FieldError::not_supported(path, policy, RECLAIM_POLICIES))
}

fn node_affinity(affinity: &VolumeNodeAffinity, context: Context<'_>, path: &Path) -> Vec<FieldError> {
    if context == Context::Inline {
        return vec![FieldError::forbidden(path, "may not be specified in the context of inline volumes")];
    }
    match &affinity.required {
        Some(selector) => scheduling::node_selector(selector, &path.child("required")),
        None => vec![FieldError::required(path.child("required"), "must specify required node constraints")],
    }
}

/// The storage class, the mode of the volume, and the class of its attributes.
fn classes(spec: &PersistentVolumeSpec, context: Context<'_>, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let class = text(&spec.storage_class_name);
    if !class.is_empty() {
        let path = path.child("storageClassName");
        if context == Context::Inline {
            errors.push(FieldError::forbidden(&path, "may not be specified in the context of inline volumes"));
        } else {
            invalid_each(&mut errors, &path, class, name_rules::dns1123_subdomain(class));
        }
    }
    if let Some(mode) = spec.volume_mode.as_deref() {
        let path = path.child("volumeMode");
        if context != Context::Inline && !VOLUME_MODES.contains(&mode) {
            errors.push(FieldError::not_supported(path, mode, VOLUME_MODES));
        } else if context == Context::Inline && mode != "Filesystem" {
            let why = "may not specify volumeMode other than Filesystem in the context of inline volumes";
            errors.push(FieldError::forbidden(path, why));
        }
    }
    // An inline volume is checked without the option that looks at this field.
    if let Some(class) = spec.volume_attributes_class_name.as_deref().filter(|_| context != Context::Inline) {
        let field = path.child("volumeAttributesClassName");
        if class.is_empty() {
            errors.push(FieldError::required(&field, "an empty string is disallowed"));
        } else {
            invalid_each(&mut errors, &field, class, name_rules::dns1123_subdomain(class));
        }
        if spec.csi.is_none() {
            errors.push(FieldError::required(path.child("csi"), "has to be specified when using volumeAttributesClassName"));
        }
    }
    errors
}

pub(crate) fn validate_update(new: &PersistentVolume, old: &PersistentVolume) -> Vec<FieldError> {
    // The reference checks the volume twice; the text says each fault once, the list of causes twice.
    let mut errors = validate(new);
    errors.extend(itself(new));
    let (mut now, was) = (source_of(&new.spec), source_of(&old.spec));
    let secret = |source: &Value| source.pointer("/csi/controllerExpandSecretRef").is_some();
    if old.spec.csi.is_some() && !secret(&was) && secret(&now) {
        now["csi"].as_object_mut().expect("a source is an object").remove("controllerExpandSecretRef");
    }
    if now != was {
        let error = FieldError::forbidden("spec.persistentvolumesource", "spec.persistentvolumesource is immutable after creation\n");
        errors.push(error.in_place("spec").with_difference("PersistentVolumeSource", was, now, Vec::new()));
    }
    errors.extend(metadata::immutable(&json!(new.spec.volume_mode), &json!(old.spec.volume_mode), &Path::new("volumeMode")));
    if let Some(affinity) = old.spec.node_affinity.as_ref()
        && !same_affinity(new.spec.node_affinity.as_ref(), affinity)
    {
        let why = "field is immutable, except for updating from beta label to GA";
        let error = FieldError::invalid("nodeAffinity", json!(new.spec.node_affinity), why);
        errors.push(error.of_struct("VolumeNodeAffinity").in_place("spec.nodeAffinity"));
    }
    if old.spec.volume_attributes_class_name.is_some() && new.spec.volume_attributes_class_name.is_none() {
        errors.push(FieldError::forbidden("spec.volumeAttributesClassName", "update from non-nil value to nil is forbidden"));
    }
    errors
}

/// The fields of a spec that say where the data lies.
fn source_of(spec: &PersistentVolumeSpec) -> Value {
    let mut value = json!(spec);
    value.as_object_mut().expect("a spec is an object").retain(|name, _| source::NAMES.contains(&name.as_str()));
    value
}

/// Labels that had another name once: a volume may change from the old name to the new one.
const RENAMED: &[(&str, &str)] = &[
    ("failure-domain.beta.kubernetes.io/zone", "topology.kubernetes.io/zone"),
    ("failure-domain.beta.kubernetes.io/region", "topology.kubernetes.io/region"),
    ("beta.kubernetes.io/os", "kubernetes.io/os"),
    ("beta.kubernetes.io/arch", "kubernetes.io/arch"),
    ("beta.kubernetes.io/instance-type", "node.kubernetes.io/instance-type"),
];

fn same_affinity(new: Option<&VolumeNodeAffinity>, old: &VolumeNodeAffinity) -> bool {
    let Some(new) = new else { return false };
    let (Some(now), Some(was)) = (&new.required, &old.required) else { return new == old };
    let same_requirements = |now: &[NodeSelectorRequirement], was: &[NodeSelectorRequirement]| {
        now.len() == was.len()
            && now.iter().zip(was).all(|(now, was)| {
                // Of a label that never had another name the reference reads the empty text.
                let renamed = RENAMED.iter().find(|(old, _)| *old == was.key).map_or("", |(_, new)| *new) == now.key;
                (now.key == was.key || renamed) && now.operator == was.operator && list(&now.values) == list(&was.values)
            })
    };
    now.node_selector_terms.len() == was.node_selector_terms.len()
        && now.node_selector_terms.iter().zip(&was.node_selector_terms).all(|(now, was)| {
            same_requirements(list(&now.match_expressions), list(&was.match_expressions))
                && same_requirements(list(&now.match_fields), list(&was.match_fields))
        })
}
