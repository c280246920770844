//! NetworkPolicies: whom a rule names, and by which ports.
//!
//! Models: pkg/apis/networking/validation/validation.go (ValidateNetworkPolicy), v1.36.
//! Simplified: nothing.

use k8s_openapi::api::networking::v1::{IPBlock, NetworkPolicyPeer, NetworkPolicyPort};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use serde_json::json;

use super::cidr::{self, Network};
use super::{invalid_each, list, metadata};
use crate::field::{FieldError, Path};
use crate::{NetworkPolicy, name_rules};

const TYPES: &[&str] = &["Ingress", "Egress"];

pub(crate) fn validate(policy: &NetworkPolicy) -> Vec<FieldError> {
    let mut errors = metadata::validate(&policy.metadata, true, metadata::SUBDOMAIN);
    errors.extend(spec(policy, &[]));
    errors
}

pub(crate) fn validate_update(new: &NetworkPolicy, old: &NetworkPolicy) -> Vec<FieldError> {
    let mut errors = metadata::validate_update(&new.metadata, &old.metadata);
    let blocks: Vec<&IPBlock> = rules(old).flat_map(|(_, peers, _)| peers).filter_map(|peer| peer.ip_block.as_ref()).collect();
    let stored: Vec<&str> =
        blocks.iter().flat_map(|block| std::iter::once(block.cidr.as_str()).chain(list(&block.except).iter().map(String::as_str))).collect();
    errors.extend(spec(new, &stored));
    errors
}

/// The rules of both directions: where each stands, its peers with their field's name, and its ports.
fn rules(policy: &NetworkPolicy) -> impl Iterator<Item = ((Path, &'static str), &[NetworkPolicyPeer], &[NetworkPolicyPort])> {
    let path = Path::new("spec");
    let into = path.child("ingress");
    let out = path.child("egress");
    let ingress = list(&policy.spec.ingress).iter().enumerate();
    let egress = list(&policy.spec.egress).iter().enumerate();
    let ingress = ingress.map(move |(index, rule)| ((into.index(index), "from"), list(&rule.from), list(&rule.ports)));
    ingress.chain(egress.map(move |(index, rule)| ((out.index(index), "to"), list(&rule.to), list(&rule.ports))))
}

fn spec(policy: &NetworkPolicy, stored: &[&str]) -> Vec<FieldError> {
    let path = Path::new("spec");
    let mut errors = metadata::label_selector(policy.spec.pod_selector.as_ref(), &path.child("podSelector"));
    for ((path, name), peers, ports) in rules(policy) {
        for (index, one) in ports.iter().enumerate() {
            errors.extend(port(one, &path.child("ports").index(index)));
        }
        for (index, one) in peers.iter().enumerate() {
            errors.extend(peer(one, stored, &path.child(name).index(index)));
        }
    }
    let (types, path) = (list(&policy.spec.policy_types), path.child("policyTypes"));
    if types.len() > TYPES.len() {
        errors.push(FieldError::invalid(path, json!(types), "may not specify more than two policyTypes"));
        return errors;
    }
    let unknown = types.iter().enumerate().filter(|(_, type_)| !TYPES.contains(&type_.as_str()));
    errors.extend(unknown.map(|(index, type_)| FieldError::not_supported(path.index(index), type_.as_str(), TYPES)));
    errors
}

fn port(port: &NetworkPolicyPort, path: &Path) -> Vec<FieldError> {
    const PROTOCOLS: &[&str] = &["TCP", "UDP", "SCTP"];
    let mut errors = Vec::new();
    if let Some(protocol) = port.protocol.as_deref().filter(|protocol| !PROTOCOLS.contains(protocol)) {
        errors.push(FieldError::not_supported(path.child("protocol"), protocol, PROTOCOLS));
    }
    let end = path.child("endPort");
    match (&port.port, port.end_port) {
        (Some(IntOrString::Int(number)), last) => {
            invalid_each(&mut errors, &path.child("port"), *number, name_rules::port_number(i64::from(*number)));
            let Some(last) = last else { return errors };
            if last < *number {
                errors.push(FieldError::invalid(&end, *number, "must be greater than or equal to `port`"));
            }
            invalid_each(&mut errors, &end, last, name_rules::port_number(i64::from(last)));
        }
        (Some(IntOrString::String(name)), last) => {
            if let Some(last) = last {
                errors.push(FieldError::invalid(&end, last, "may not be specified when `port` is non-numeric"));
            }
            invalid_each(&mut errors, &path.child("port"), name.as_str(), name_rules::port_name(name));
        }
        (None, Some(last)) => errors.push(FieldError::invalid(&end, last, "may not be specified when `port` is not specified")),
        (None, None) => {}
    }
    errors
}

fn peer(peer: &NetworkPolicyPeer, stored: &[&str], path: &Path) -> Vec<FieldError> {
    let mut errors = metadata::label_selector(peer.pod_selector.as_ref(), &path.child("podSelector"));
    errors.extend(metadata::label_selector(peer.namespace_selector.as_ref(), &path.child("namespaceSelector")));
    errors.extend(peer.ip_block.iter().flat_map(|block| ip_block(block, stored, &path.child("ipBlock"))));
    let selected = peer.pod_selector.is_some() || peer.namespace_selector.is_some();
    match (selected, peer.ip_block.is_some()) {
        (false, false) => errors.push(FieldError::required(path, "must specify a peer")),
        (true, true) => errors.push(FieldError::forbidden(path, "may not specify both ipBlock and another peer")),
        _ => {}
    }
    errors
}

fn ip_block(block: &IPBlock, stored: &[&str], path: &Path) -> Vec<FieldError> {
    if block.cidr.is_empty() {
        return vec![FieldError::required(path.child("cidr"), "")];
    }
    let mut errors = cidr::legacy(&block.cidr, stored, &path.child("cidr"));
    let Some(network) = Network::parse(&block.cidr) else { return errors };
    for (index, except) in list(&block.except).iter().enumerate() {
        let path = path.child("except").index(index);
        errors.extend(cidr::legacy(except, stored, &path));
        let Some(part) = Network::parse(except) else { continue };
        if !network.contains(part.masked().address) || network.prefix >= part.prefix {
            errors.push(FieldError::invalid(path, except.as_str(), "must be a strict subset of `cidr`"));
        }
    }
    errors
}

/// Networks that are spelled oddly.
pub(crate) fn warnings(policy: &NetworkPolicy) -> Vec<String> {
    let mut warnings = Vec::new();
    for ((path, name), peers, _) in rules(policy) {
        for (index, block) in peers.iter().enumerate().filter_map(|(index, peer)| Some((index, peer.ip_block.as_ref()?))) {
            let path = path.child(name).index(index).child("ipBlock");
            warnings.extend(cidr::warnings(&block.cidr, &path.child("cidr")));
            let exceptions = list(&block.except).iter().enumerate();
            warnings.extend(exceptions.flat_map(|(index, except)| cidr::warnings(except, &path.child("except").index(index))));
        }
    }
    warnings
}
