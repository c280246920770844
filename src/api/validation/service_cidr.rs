//! The ranges that addresses of Services come from (ServiceCIDR), and each address that is taken (IPAddress).
//!
//! Models: pkg/apis/networking/validation/validation.go (ValidateServiceCIDR, ValidateIPAddress), v1.36.
//! Simplified: nothing.

use serde_json::json;

use super::cidr::Network;
use super::{cidr, invalid_each, list, metadata, text};
use crate::field::{FieldError, Path};
use crate::{IPAddress, ServiceCIDR, name_rules};

pub(crate) fn service_cidr(range: &ServiceCIDR) -> Vec<FieldError> {
    let mut errors = metadata::validate(&range.metadata, false, metadata::SUBDOMAIN);
    errors.extend(networks(range));
    errors
}

fn networks(range: &ServiceCIDR) -> Vec<FieldError> {
    let (networks, path) = (list(&range.spec.cidrs), Path::new("spec").child("cidrs"));
    if networks.is_empty() {
        return vec![FieldError::required(path, "at least one CIDR required")];
    }
    if networks.len() > 2 {
        return vec![FieldError::invalid(path, json!({"CIDRs": networks}), "may only hold up to 2 values")];
    }
    let mut errors: Vec<FieldError> = networks.iter().enumerate().flat_map(|(index, network)| cidr::strict(network, &path.index(index))).collect();
    let families: Vec<bool> = networks.iter().filter_map(|network| Network::parse(network)).map(|network| network.address.is_ipv4()).collect();
    if matches!(families.as_slice(), [first, second] if first == second) {
        let why = "may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64";
        errors.push(FieldError::invalid(path, json!(networks), why));
    }
    errors
}

pub(crate) fn service_cidr_update(new: &ServiceCIDR, old: &ServiceCIDR) -> Vec<FieldError> {
    let mut errors = metadata::validate_update(&new.metadata, &old.metadata);
    let (now, was, path) = (list(&new.spec.cidrs), list(&old.spec.cidrs), Path::new("spec").child("cidrs"));
    let changed = |index: usize| FieldError::invalid(path.index(index), now[index].as_str(), "field is immutable");
    if now.len() == was.len() {
        errors.extend((0..was.len()).filter(|&index| was[index] != now[index]).map(changed));
    } else if let ([only], [first, _]) = (was, now) {
        // A second family of addresses may be added.
        errors.extend((only != first).then(|| changed(0)));
        errors.extend(networks(new));
    } else {
        errors.push(FieldError::invalid(path, json!(new.spec.cidrs), "field is immutable"));
    }
    errors
}

pub(crate) fn ip_address(address: &IPAddress) -> Vec<FieldError> {
    let mut errors = metadata::validate(&address.metadata, false, cidr::address_name);
    let (parent, path) = (&address.spec.parent_ref, Path::new("spec").child("parentRef"));
    if *parent == Default::default() {
        // It is a pointer in Go: one to nothing lacks its parts.
        let parts = ["resource", "name"].map(|part| FieldError::required(path.child(part), ""));
        return [errors, vec![FieldError::required(path, "").unless_empty(parts)]].concat();
    }
    let group = text(&parent.group);
    if !group.is_empty() {
        invalid_each(&mut errors, &path.child("group"), group, name_rules::dns1123_subdomain(group));
    }
    for (name, value, required) in [("resource", parent.resource.as_str(), true), ("name", parent.name.as_str(), true), ("namespace", text(&parent.namespace), false)] {
        match value {
            "" if required => errors.push(FieldError::required(path.child(name), "")),
            value => invalid_each(&mut errors, &path.child(name), value, name_rules::path_segment(value)),
        }
    }
    errors
}

pub(crate) fn ip_address_update(new: &IPAddress, old: &IPAddress) -> Vec<FieldError> {
    let mut errors = ip_address(new);
    errors.extend(metadata::validate_update(&new.metadata, &old.metadata));
    let (now, was) = (&new.spec.parent_ref, &old.spec.parent_ref);
    if now != was {
        let order = [("Group", text(&now.group)), ("Resource", &now.resource), ("Namespace", text(&now.namespace)), ("Name", &now.name)];
        let shown: Vec<String> = order.iter().map(|(name, value)| format!("{name:?}:{}", json!(value))).collect();
        let error = FieldError::invalid("spec.parentRef", json!(now), "field is immutable");
        if *now == Default::default() {
            return [errors, vec![error.shown_as("null")]].concat();
        }
        errors.push(error.shown_as(format!("{{{}}}", shown.join(","))));
    }
    errors
}
