//! Storage drivers (CSIDriver) and which of them each node has (CSINode).
//!
//! Models: pkg/apis/storage/validation/validation.go (ValidateCSIDriver, ValidateCSINode), v1.36.
//! Simplified: nothing.

use std::collections::BTreeSet;

use k8s_openapi::api::storage::v1::{CSIDriverSpec, CSINodeDriver, TokenRequest};
use serde_json::json;

use super::{invalid_each, list, metadata, nonnegative, persistent_volume_source};
use crate::field::{FieldError, Path};
use crate::{CSIDriver, CSINode, name_rules};

const MAX_NODE_ID: usize = 256;
const FS_GROUP_POLICIES: &[&str] = &["File", "None", "ReadWriteOnceWithFSType"];

pub(crate) fn driver(driver: &CSIDriver) -> Vec<FieldError> {
    let mut errors = metadata::validate(&driver.metadata, false, metadata::SUBDOMAIN);
    errors.extend(driver_spec(&driver.spec, &Path::new("spec")));
    errors
}

pub(crate) fn driver_update(new: &CSIDriver, old: &CSIDriver) -> Vec<FieldError> {
    let mut errors = metadata::validate_update(&new.metadata, &old.metadata);
    let path = Path::new("spec");
    errors.extend(driver_spec(&new.spec, &path));
    errors.extend(metadata::immutable(&json!(new.spec.attach_required), &json!(old.spec.attach_required), &path.child("attachedRequired")));
    let (modes, old_modes) = (json!(new.spec.volume_lifecycle_modes), json!(old.spec.volume_lifecycle_modes));
    errors.extend(metadata::immutable(&modes, &old_modes, &path.child("volumeLifecycleModes")));
    errors
}

fn driver_spec(spec: &CSIDriverSpec, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let required = [("attachedRequired", spec.attach_required), ("podInfoOnMount", spec.pod_info_on_mount), ("storageCapacity", spec.storage_capacity)];
    for (name, value) in required {
        if value.is_none() {
            errors.push(FieldError::required(path.child(name), ""));
        }
    }
    if let Some(policy) = spec.fs_group_policy.as_deref().filter(|policy| !FS_GROUP_POLICIES.contains(policy)) {
        errors.push(FieldError::not_supported(path.child("fsGroupPolicy"), policy, FS_GROUP_POLICIES));
    }
    errors.extend(token_requests(list(&spec.token_requests), &path.child("tokenRequests")));
    for mode in list(&spec.volume_lifecycle_modes) {
        if !matches!(mode.as_str(), "Persistent" | "Ephemeral") {
            errors.push(FieldError::not_supported(path.child("volumeLifecycleModes"), mode.as_str(), &["Persistent", "Ephemeral"]));
        }
    }
    if spec.se_linux_mount.is_none() {
        errors.push(FieldError::required(path.child("seLinuxMount"), ""));
    }
    if let Some(seconds) = spec.node_allocatable_update_period_seconds.filter(|seconds| *seconds < 10) {
        let why = "must be greater than or equal to 10 seconds";
        errors.push(FieldError::invalid(path.child("nodeAllocatableUpdatePeriodSeconds"), seconds, why));
    }
    if let Some(in_secrets) = spec.service_account_token_in_secrets
        && list(&spec.token_requests).is_empty()
    {
        let why = "serviceAccountTokenInSecrets is set but no tokenRequests are specified";
        errors.push(FieldError::invalid(path.child("serviceAccountTokenInSecrets"), in_secrets, why));
    }
    errors
}

fn token_requests(requests: &[TokenRequest], path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let mut audiences = BTreeSet::new();
    for (index, request) in requests.iter().enumerate() {
        let path = path.index(index);
        if !audiences.insert(&request.audience) {
            errors.push(FieldError::duplicate(path.child("audience"), request.audience.as_str()));
            continue;
        }
        let Some(seconds) = request.expiration_seconds else { continue };
        if seconds < 600 {
            errors.push(FieldError::invalid(path.child("expirationSeconds"), seconds, "may not specify a duration less than 10 minutes"));
        }
        if seconds > 1 << 32 {
            errors.push(FieldError::invalid(path.child("expirationSeconds"), seconds, "may not specify a duration larger than 2^32 seconds"));
        }
    }
    errors
}

pub(crate) fn node(node: &CSINode) -> Vec<FieldError> {
    let mut errors = metadata::validate(&node.metadata, false, metadata::SUBDOMAIN);
    let path = Path::new("spec").child("drivers");
    let mut names = BTreeSet::new();
    for (index, driver) in node.spec.drivers.iter().enumerate() {
        errors.extend(node_driver(driver, &mut names, &path.index(index)));
    }
    errors
}

fn node_driver<'a>(driver: &'a CSINodeDriver, names: &mut BTreeSet<&'a str>, path: &Path) -> Vec<FieldError> {
    let mut errors = persistent_volume_source::driver_name(&driver.name, &path.child("name"));
    let id = driver.node_id.as_str();
    if id.is_empty() {
        errors.push(FieldError::required(path.child("nodeID"), ""));
    }
    if id.len() > MAX_NODE_ID {
        errors.push(FieldError::invalid(path.child("nodeID"), id, format!("must be {MAX_NODE_ID} characters or less")));
    }
    if let Some(count) = driver.allocatable.as_ref().and_then(|allocatable| allocatable.count) {
        nonnegative(&mut errors, &path.child("allocatable").child("count"), count);
    }
    if !names.insert(&driver.name) {
        errors.push(FieldError::duplicate(path.child("name"), driver.name.as_str()));
    }
    let mut keys = BTreeSet::new();
    for key in list(&driver.topology_keys) {
        if key.is_empty() {
            errors.push(FieldError::required(path, ""));
        }
        if !keys.insert(key) {
            errors.push(FieldError::duplicate(path, key.as_str()));
        }
        invalid_each(&mut errors, path, key.as_str(), name_rules::label_key(key));
    }
    errors
}

pub(crate) fn node_update(new: &CSINode, old: &CSINode) -> Vec<FieldError> {
    let mut errors = node(new);
    errors.extend(metadata::validate_update(&new.metadata, &old.metadata));
    let path = Path::new("spec").child("drivers");
    // How many volumes a driver can take may change; what else is known of it may not.
    let fixed = |driver: &CSINodeDriver| CSINodeDriver { allocatable: None, ..driver.clone() };
    for was in &old.spec.drivers {
        for now in new.spec.drivers.iter().filter(|now| now.name == was.name && fixed(now) != fixed(was)) {
            errors.push(FieldError::invalid(&path, json!(fixed(now)), "field is immutable").of_struct("CSINodeDriver"));
        }
    }
    errors
}
