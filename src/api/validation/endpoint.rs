//! EndpointSlices and Leases.
//!
//! Models: pkg/apis/discovery/validation, pkg/apis/coordination/validation, v1.36.
//! Simplified: nothing.

use k8s_openapi::api::discovery::v1::{Endpoint, EndpointHints};
use serde_json::json;

use super::container::PROTOCOLS;
use super::{invalid_each, ip, list, metadata, one_of, text};
use crate::field::{FieldError, Path};
use crate::{EndpointSlice, Lease, name_rules};

const MAX_ENDPOINTS: usize = 1000;
const MAX_ADDRESSES: usize = 100;
const MAX_PORTS: usize = 20_000;

pub(crate) fn slice(slice: &EndpointSlice) -> Vec<FieldError> {
    let mut errors = metadata::validate(&slice.metadata, true, metadata::SUBDOMAIN);
    one_of(&mut errors, &Path::new("addressType"), Some(&slice.address_type), &["FQDN", "IPv4", "IPv6"]);
    errors.extend(ports(slice));
    let (path, endpoints) = (Path::new("endpoints"), list(&slice.endpoints));
    if endpoints.len() > MAX_ENDPOINTS {
        errors.push(FieldError::too_many(path, endpoints.len(), MAX_ENDPOINTS));
        return errors;
    }
    for (index, one) in endpoints.iter().enumerate() {
        errors.extend(endpoint(one, &slice.address_type, &path.index(index)));
    }
    errors
}

pub(crate) fn slice_update(new: &EndpointSlice, old: &EndpointSlice) -> Vec<FieldError> {
    let mut errors = metadata::validate_update(&new.metadata, &old.metadata);
    errors.extend(slice(new));
    errors.extend(metadata::immutable(&json!(new.address_type), &json!(old.address_type), &Path::new("addressType")));
    errors
}

fn ports(slice: &EndpointSlice) -> Vec<FieldError> {
    let (path, ports) = (Path::new("ports"), list(&slice.ports));
    if ports.len() > MAX_PORTS {
        return vec![FieldError::too_many(path, ports.len(), MAX_PORTS)];
    }
    let mut errors = Vec::new();
    let mut names = Vec::new();
    for (index, port) in ports.iter().enumerate() {
        let path = path.index(index);
        let name = text(&port.name);
        if !name.is_empty() {
            invalid_each(&mut errors, &path.child("name"), name, name_rules::dns1123_label(name));
        }
        if names.contains(&name) {
            errors.push(FieldError::duplicate(path.child("name"), name));
        }
        names.push(name);
        super::pointed_to(&mut errors, &path.child("protocol"), port.protocol.as_deref(), PROTOCOLS);
        if let Some(protocol) = &port.app_protocol {
            invalid_each(&mut errors, &path.child("appProtocol"), protocol.as_str(), name_rules::label_key(protocol));
        }
    }
    errors
}

fn endpoint(endpoint: &Endpoint, address_type: &str, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let field = path.child("addresses");
    match endpoint.addresses.len() {
        0 => errors.push(FieldError::required(&field, "must contain at least 1 address")),
        count if count > MAX_ADDRESSES => errors.push(FieldError::too_many(&field, count, MAX_ADDRESSES)),
        _ => {}
    }
    let known = matches!(address_type, "FQDN" | "IPv4" | "IPv6");
    for (index, address) in endpoint.addresses.iter().enumerate().filter(|_| known) {
        let at = field.index(index);
        if address_type == "FQDN" {
            errors.extend(domain(address, &at));
            continue;
        }
        if let Some(error) = ip::address(address, &at) {
            errors.push(error);
            continue;
        }
        if address_type == "IPv4" && address.contains(':') {
            errors.push(FieldError::invalid(&field, address.as_str(), "must be an IPv4 address"));
        }
        if address_type == "IPv6" && !address.contains(':') {
            errors.push(FieldError::invalid(&field, address.as_str(), "must be an IPv6 address"));
        }
        errors.extend(ip::endpoint(address, &at));
    }
    if let Some(node) = &endpoint.node_name {
        invalid_each(&mut errors, &path.child("nodeName"), node.as_str(), name_rules::dns1123_subdomain(node));
    }
    if let Some(hostname) = &endpoint.hostname {
        invalid_each(&mut errors, &path.child("hostname"), hostname.as_str(), name_rules::dns1123_label(hostname));
    }
    if let Some(own) = &endpoint.hints {
        errors.extend(hints(own, &path.child("hints")));
    }
    errors
}

/// A name of at least two parts, which may end in a dot.
fn domain(name: &str, path: &Path) -> Option<FieldError> {
    if name.is_empty() {
        return Some(FieldError::required(path, ""));
    }
    let name = name.strip_suffix('.').unwrap_or(name);
    let faults = name_rules::dns1123_subdomain(name);
    if !faults.is_empty() {
        return Some(FieldError::invalid(path, name, faults.join(",")));
    }
    if !name.contains('.') {
        return Some(FieldError::invalid(path, name, "should be a domain with at least two segments separated by dots"));
    }
    let long = name.split('.').find(|label| !name_rules::dns1123_label(label).is_empty())?;
    Some(FieldError::invalid(path, long, name_rules::dns1123_label(long).join(",")))
}

/// Which zones and nodes had better use the endpoint.
fn hints(hints: &EndpointHints, path: &Path) -> Vec<FieldError> {
    const MAX_HINTS: usize = 8;
    let zones: Vec<&str> = list(&hints.for_zones).iter().map(|zone| zone.name.as_str()).collect();
    let nodes: Vec<&str> = list(&hints.for_nodes).iter().map(|node| node.name.as_str()).collect();
    let mut errors = Vec::new();
    let lists: [(&str, Vec<&str>, metadata::NameRule); 2] =
        [("forZones", zones, name_rules::label_value), ("forNodes", nodes, name_rules::dns1123_subdomain)];
    for (field, names, rule) in lists {
        let path = path.child(field);
        if names.len() > MAX_HINTS {
            errors.push(FieldError::too_many(path, names.len(), MAX_HINTS));
            return errors;
        }
        for (index, name) in names.iter().enumerate() {
            let path = path.index(index).child("name");
            if names[..index].contains(name) {
                errors.push(FieldError::duplicate(&path, *name));
            }
            invalid_each(&mut errors, &path, *name, rule(name));
        }
    }
    errors
}

pub(crate) fn lease_spec(lease: &Lease) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let path = Path::new("spec");
    if let Some(seconds) = lease.spec.lease_duration_seconds.filter(|seconds| *seconds <= 0) {
        errors.push(FieldError::invalid(path.child("leaseDurationSeconds"), seconds, "must be greater than 0"));
    }
    if let Some(count) = lease.spec.lease_transitions.filter(|count| *count < 0) {
        errors.push(FieldError::invalid(path.child("leaseTransitions"), count, "must be greater than or equal to 0"));
    }
    if !text(&lease.spec.preferred_holder).is_empty() && text(&lease.spec.strategy).is_empty() {
        errors.push(FieldError::forbidden(path.child("preferredHolder"), "may only be specified if `strategy` is defined"));
    }
    errors
}

