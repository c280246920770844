//! Nodes and namespaces.
//!
//! Models: pkg/apis/core/validation/validation.go (ValidateNode, ValidateNodeUpdate, ValidateNamespace), v1.36.
//! Simplified: dynamic kubelet configuration (which was removed), swap, declared features and what is inside the annotation of
//! avoided pods are not checked.

use serde_json::json;

use super::{invalid_each, ip, list, metadata, resources, scheduling, text};
use crate::field::{FieldError, Path};
use crate::resource::resource_list;
use crate::{Namespace, Node, name_rules};

pub(crate) fn node(node: &Node) -> Vec<FieldError> {
    let mut errors = metadata::validate(&node.metadata, false, metadata::SUBDOMAIN);
    errors.extend(avoided_pods(node));
    errors.extend(taints_and_resources(node));
    let (networks, networks_path) = (list(&node.spec.pod_cidrs), Path::new("spec").child("podCIDRs"));
    for (index, network) in networks.iter().enumerate() {
        errors.extend(ip::network(network, &networks_path.index(index)));
    }
    // Whether there is one of each family is asked of networks alone.
    let first_odd = networks.iter().enumerate().find(|(_, network)| ip::network(network, &networks_path).is_some());
    if let Some((index, odd)) = first_odd.filter(|_| networks.len() > 1) {
        let why = format!("invalid PodCIDRs. failed to check with dual stack with error:invalid CIDR[{index}]: <nil> (invalid CIDR address: {odd})");
        errors.push(FieldError::internal(&networks_path, why));
    }
    let is_six = |network: &String| network.contains(':');
    let both_families = networks.iter().any(is_six) && !networks.iter().all(is_six);
    if networks.len() > 2 || (networks.len() == 2 && !both_families) {
        errors.push(FieldError::invalid(networks_path, json!(networks), "may specify no more than one CIDR for each IP family"));
    }
    errors
}

pub(crate) fn node_update(new: &Node, old: &Node) -> Vec<FieldError> {
    let mut errors = metadata::validate_update(&new.metadata, &old.metadata);
    errors.extend(avoided_pods(new));
    errors.extend(taints_and_resources(new));
    let addresses = list(&new.status.addresses);
    for (index, address) in addresses.iter().enumerate().filter(|(index, address)| addresses[..*index].contains(address)) {
        let shown = format!("{{\"Type\":{},\"Address\":{}}}", json!(address.type_), json!(address.address));
        errors.push(FieldError::duplicate(Path::new("status").child("addresses").index(index), json!(address)).shown_as(shown));
    }
    let path = Path::new("spec");
    let old_networks = list(&old.spec.pod_cidrs);
    if !old_networks.is_empty() && old_networks != list(&new.spec.pod_cidrs) {
        let why = "node updates may not change podCIDR except from \"\" to valid";
        errors.push(FieldError::forbidden(path.child("podCIDRs"), why));
    }
    let old_provider = text(&old.spec.provider_id);
    if !old_provider.is_empty() && old_provider != text(&new.spec.provider_id) {
        let why = "node updates may not change providerID except from \"\" to valid";
        errors.push(FieldError::forbidden(path.child("providerID"), why));
    }
    if text(&new.spec.external_id) != text(&old.spec.external_id) {
        errors.push(FieldError::forbidden(path.child("externalID"), "may not be updated"));
    }
    errors
}

/// An old annotation that holds JSON.
fn avoided_pods(node: &Node) -> Option<FieldError> {
    const ANNOTATION: &str = "scheduler.alpha.kubernetes.io/preferAvoidPods";
    let given = node.metadata.annotations.as_ref()?.get(ANNOTATION).filter(|given| !given.is_empty())?;
    let why = crate::decode::parse_json(given.as_bytes()).err()?;
    let why = why.trim_start_matches("couldn't get version/kind; json parse error: ").to_owned();
    Some(FieldError::invalid("metadata.annotations.AvoidPods", ANNOTATION, why))
}

fn taints_and_resources(node: &Node) -> Vec<FieldError> {
    // The reference reports taints under `metadata`.
    let mut errors = scheduling::taints(list(&node.spec.taints), &Path::new("metadata").child("taints"));
    for (name, amounts) in [("capacity", &node.status.capacity), ("allocatable", &node.status.allocatable)] {
        for (resource, amount) in resource_list(amounts.as_ref()) {
            errors.extend(resources::amount(&resource, amount, &Path::new("status").child(name).child(&resource)));
        }
    }
    errors
}

pub(crate) fn namespace(namespace: &Namespace) -> Vec<FieldError> {
    let mut errors = metadata::validate(&namespace.metadata, false, metadata::LABEL);
    errors.extend(finalizers(namespace, |path, _| path.clone()));
    errors
}

/// Finalizers can be replaced through a path of their own alone; here the reference says which is wrong.
/// The phase follows from whether the namespace is going away.
pub(crate) fn namespace_status_update(new: &Namespace, old: &Namespace) -> Vec<FieldError> {
    let mut errors = metadata::validate_update(&new.metadata, &old.metadata);
    let phase = text(&new.status.phase);
    let (wanted, when) = if new.metadata.deletion_timestamp.is_some() { ("Terminating", "is not") } else { ("Active", "is") };
    if phase != wanted {
        let why = format!("may only be '{wanted}' if `deletionTimestamp` {when} empty");
        errors.push(FieldError::invalid(Path::new("status").child("Phase"), phase, why));
    }
    errors
}

pub(crate) fn namespace_update(new: &Namespace, old: &Namespace) -> Vec<FieldError> {
    let mut errors = metadata::validate(&new.metadata, false, metadata::LABEL);
    errors.extend(metadata::validate_update(&new.metadata, &old.metadata));
    if new.spec.finalizers != old.spec.finalizers {
        errors.extend(finalizers(new, |path, index| path.index(index)));
    }
    errors
}

fn finalizers(namespace: &Namespace, place: impl Fn(&Path, usize) -> Path) -> Vec<FieldError> {
    let (mut errors, path) = (Vec::new(), Path::new("spec").child("finalizers"));
    for (index, finalizer) in list(&namespace.spec.finalizers).iter().enumerate() {
        let path = place(&path, index);
        invalid_each(&mut errors, &path, finalizer.as_str(), name_rules::label_key(finalizer));
        if !finalizer.contains('/') && !matches!(finalizer.as_str(), "kubernetes" | "orphan" | "foregroundDeletion") {
            let why = "name is neither a standard finalizer name nor is it fully qualified";
            errors.push(FieldError::invalid(&path, finalizer.as_str(), why));
        }
    }
    errors
}
