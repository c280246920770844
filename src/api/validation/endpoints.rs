//! Endpoints: where the traffic of a Service goes, in the old form, which people still write for Services without a selector.
//!
//! Models: pkg/apis/core/validation/validation.go (ValidateEndpoints, ValidateEndpointsUpdate), v1.36.
//! Simplified: nothing.

use k8s_openapi::api::core::v1::{EndpointAddress, EndpointPort, EndpointSubset};

use super::container::PROTOCOLS;
use super::{invalid_each, ip, list, metadata, one_of, text};
use crate::field::{FieldError, Path};
use crate::{Endpoints, name_rules};

pub(crate) fn endpoints(endpoints: &Endpoints) -> Vec<FieldError> {
    let mut errors = metadata::validate(&endpoints.metadata, true, metadata::SUBDOMAIN);
    let subsets = list(&endpoints.subsets).iter().enumerate();
    errors.extend(subsets.flat_map(|(index, one)| subset(one, &Path::new("subsets").index(index))));
    errors
}

pub(crate) fn update(new: &Endpoints, old: &Endpoints) -> Vec<FieldError> {
    let mut errors = metadata::validate_update(&new.metadata, &old.metadata);
    // Subsets that were accepted once may stay.
    errors.extend(if new.subsets == old.subsets { metadata::validate(&new.metadata, true, metadata::SUBDOMAIN) } else { endpoints(new) });
    errors
}

fn subset(subset: &EndpointSubset, path: &Path) -> Vec<FieldError> {
    let (ready, not_ready, ports) = (list(&subset.addresses), list(&subset.not_ready_addresses), list(&subset.ports));
    let mut errors = Vec::new();
    if ready.is_empty() && not_ready.is_empty() {
        errors.push(FieldError::required(path, "must specify `addresses` or `notReadyAddresses`"));
    }
    for (name, addresses) in [("addresses", ready), ("notReadyAddresses", not_ready)] {
        errors.extend(addresses.iter().enumerate().flat_map(|(index, one)| address(one, &path.child(name).index(index))));
    }
    errors.extend(ports.iter().enumerate().flat_map(|(index, one)| port(one, ports.len() > 1, &path.child("ports").index(index))));
    errors
}

fn address(address: &EndpointAddress, path: &Path) -> Vec<FieldError> {
    let field = path.child("ip");
    let malformed = ip::address(&address.ip, &field);
    let is_address = malformed.is_none();
    let mut errors: Vec<FieldError> = malformed.into_iter().collect();
    if let Some(name) = address.hostname.as_deref().filter(|name| !name.is_empty()) {
        invalid_each(&mut errors, &path.child("hostname"), name, name_rules::dns1123_label(name));
    }
    if let Some(name) = address.node_name.as_deref() {
        invalid_each(&mut errors, &path.child("nodeName"), name, name_rules::dns1123_subdomain(name));
    }
    if is_address {
        errors.extend(ip::endpoint(&address.ip, &field));
    } else {
        errors.push(FieldError::invalid(field, address.ip.as_str(), "must be a valid IP address"));
    }
    errors
}

fn port(port: &EndpointPort, name_required: bool, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    match text(&port.name) {
        "" if name_required => errors.push(FieldError::required(path.child("name"), "")),
        "" => {}
        name => invalid_each(&mut errors, &path.child("name"), name, name_rules::dns1123_label(name)),
    }
    invalid_each(&mut errors, &path.child("port"), port.port, name_rules::port_number(i64::from(port.port)));
    one_of(&mut errors, &path.child("protocol"), port.protocol.as_deref(), PROTOCOLS);
    if let Some(protocol) = &port.app_protocol {
        invalid_each(&mut errors, &path.child("appProtocol"), protocol.as_str(), name_rules::label_key(protocol));
    }
    errors
}
