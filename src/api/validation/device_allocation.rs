//! Validation of what a claim got: the devices, who may use them, what their drivers say.
//!
//! Models: pkg/apis/resource/validation/validation.go, v1.36.
//! Simplified: conditions and network data of devices are not looked at.

use std::collections::BTreeSet;

use k8s_openapi::api::resource::v1::{AllocatedDeviceStatus, AllocationResult, DeviceRequestAllocationResult, ResourceClaimConsumerReference};
use serde_json::{Value, json};

use super::device_claim::{CONFIGURATIONS, each, label, opaque, reference, references, request_names, set};
use super::{device_slice, list, metadata, persistent_volume_source, scheduling};
use crate::field::{FieldError, Path};
use crate::{ResourceClaim, name_rules};

const RESERVATIONS: usize = 256;
const RESULTS: usize = 32;

pub(crate) fn status_update(new: &ResourceClaim, old: &ResourceClaim) -> Vec<FieldError> {
    let mut errors = metadata::validate_update(&new.metadata, &old.metadata);
    let path = Path::new("status");
    let status = &new.status;
    let names = request_names(&new.spec.devices.clone().unwrap_or_default());
    errors.extend(set(list(&status.reserved_for), Some(RESERVATIONS), &path.child("reservedFor"), |one| json!(one.uid), consumer));
    let allocated: Vec<Value> = results(status.allocation.as_ref()).iter().map(|one| json!([one.driver, one.pool, one.device, one.share_id])).collect();
    errors.extend(set(list(&status.devices), None, &path.child("devices"), device_id, |one, path| device(one, path, &allocated)));
    if !list(&status.reserved_for).is_empty() {
        let at = path.child("reservedFor");
        let added = list(&status.reserved_for).iter().any(|one| !list(&old.status.reserved_for).contains(one));
        if status.allocation.is_none() {
            errors.push(FieldError::forbidden(at, "may not be specified when `allocated` is not set"));
        } else if new.metadata.deletion_timestamp.is_some() && added {
            errors.push(FieldError::forbidden(at, "new entries may not be added while `deallocationRequested` or `deletionTimestamp` are set"));
        }
    }
    let at = path.child("allocation");
    match (&status.allocation, &old.status.allocation) {
        (Some(new), Some(old)) if new != old => errors.push(FieldError::invalid(at, json!(new), "field is immutable")),
        (Some(new), None) => errors.extend(allocation(new, &at, &names)),
        _ => {}
    }
    errors
}

fn results(allocation: Option<&AllocationResult>) -> &[DeviceRequestAllocationResult] {
    allocation.and_then(|allocation| allocation.devices.as_ref()).map_or(&[], |devices| list(&devices.results))
}

fn consumer(one: &ResourceClaimConsumerReference, path: &Path) -> Vec<FieldError> {
    let fields = [("resource", &one.resource), ("name", &one.name), ("uid", &one.uid)];
    fields.into_iter().filter(|(_, value)| value.is_empty()).map(|(field, _)| FieldError::required(path.child(field), "")).collect()
}

fn device_id(device: &AllocatedDeviceStatus) -> Value {
    json!([device.driver, device.pool, device.device, device.share_id])
}

fn device(device: &AllocatedDeviceStatus, path: &Path, allocated: &[Value]) -> Vec<FieldError> {
    let mut errors = persistent_volume_source::driver_name(&device.driver, &path.child("driver"));
    errors.extend(pool_name(&device.pool, &path.child("pool")));
    errors.extend(label(&device.device, &path.child("device")));
    let id = device_id(device);
    if !allocated.contains(&id) {
        let shown = json!({"Driver": device.driver, "Pool": device.pool, "Device": device.device, "ShareID": device.share_id}).to_string();
        errors.push(FieldError::invalid(path, id, "must be an allocated device in the claim").shown_as(shown));
    }
    errors
}

fn allocation(allocation: &AllocationResult, path: &Path, names: &BTreeSet<String>) -> Vec<FieldError> {
    let devices = allocation.devices.clone().unwrap_or_default();
    let at = path.child("devices");
    let mut errors = each(list(&devices.results), Some(RESULTS), &at.child("results"), |one, path| {
        let mut errors = reference(&one.request, &path.child("request"), names);
        errors.extend(persistent_volume_source::driver_name(&one.driver, &path.child("driver")));
        errors.extend(pool_name(&one.pool, &path.child("pool")));
        errors.extend(label(&one.device, &path.child("device")));
        errors.extend(device_slice::conditions(one.binding_conditions.as_deref(), one.binding_failure_conditions.as_deref(), path));
        errors
    });
    errors.extend(each(list(&devices.config), Some(2 * CONFIGURATIONS), &at.child("config"), |one, path| {
        let mut errors = Vec::new();
        super::one_of(&mut errors, &path.child("source"), Some(&one.source), &["FromClaim", "FromClass"]);
        errors.extend(references(list(&one.requests), &path.child("requests"), names));
        errors.extend(opaque(one.opaque.as_ref(), path));
        errors
    }));
    if let Some(selector) = &allocation.node_selector {
        errors.extend(scheduling::node_selector(selector, &path.child("nodeSelector")));
    }
    errors
}

/// Subdomains with slashes between them.
pub(super) fn pool_name(name: &str, path: &Path) -> Vec<FieldError> {
    if name.is_empty() {
        return vec![FieldError::required(path, "")];
    }
    let mut errors = Vec::new();
    if name.len() > 253 {
        errors.push(FieldError::too_long(path, 253));
    }
    for part in name.split('/') {
        super::invalid_each(&mut errors, path, part, name_rules::dns1123_subdomain(part));
    }
    errors
}
