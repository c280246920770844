//! What a kubelet may say of a pod.
//!
//! Models: pkg/apis/core/validation/validation.go (ValidatePodStatusUpdate), v1.36.
//! Simplified: what of a node's resources is claimed through devices, and the digests of image volumes, are not looked at.

use std::collections::BTreeSet;

use k8s_openapi::api::core::v1::{Container, ContainerStatus, PodExtendedResourceClaimStatus, PodResourceClaimStatus, PodSpec};
use serde_json::json;

use super::{invalid_each, ip, list, metadata, pod_annotations, text};
use crate::field::{FieldError, Path};
use crate::{Pod, name_rules};

pub(crate) fn validate(new: &Pod, old: &Pod) -> Vec<FieldError> {
    let mut errors = metadata::validate_update(&new.metadata, &old.metadata);
    errors.extend(pod_annotations::update(new, old, &Path::new("metadata").child("annotations")));
    let path = Path::new("status");
    for (index, condition) in list(&new.status.conditions).iter().enumerate() {
        let at = || path.child("conditions").index(index);
        if let Some(generation) = condition.observed_generation.filter(|generation| *generation < 0) {
            errors.push(FieldError::invalid(at().child("observedGeneration"), generation, NOT_NEGATIVE));
        }
        if !matches!(condition.type_.as_str(), "PodScheduled" | "Ready" | "Initialized") {
            invalid_each(&mut errors, &at().child("Type"), condition.type_.as_str(), name_rules::label_key(&condition.type_));
        }
    }
    if new.spec.node_name != old.spec.node_name {
        errors.push(FieldError::forbidden(path.child("nodeName"), "may not be changed directly"));
    }
    let nominated = text(&new.status.nominated_node_name);
    if !nominated.is_empty() && nominated != text(&old.status.nominated_node_name) {
        invalid_each(&mut errors, &path.child("nominatedNodeName"), nominated, name_rules::dns1123_subdomain(nominated));
        if !text(&old.spec.node_name).is_empty() {
            let why = "may not be set on pods that are already bound to a node";
            errors.push(FieldError::forbidden(path.child("nominatedNodeName"), why));
        }
    }
    if let Some(generation) = new.status.observed_generation.filter(|generation| *generation < 0) {
        errors.push(FieldError::invalid(path.child("observedGeneration"), generation, NOT_NEGATIVE));
    }
    let class = |pod: &Pod| json!(text(&pod.status.qos_class));
    errors.extend(metadata::immutable(&class(new), &class(old), &path.child("qosClass")));
    errors.extend(finished_containers(new, old, &path));
    errors.extend(claims(new, &path.child("resourceClaimStatuses")));
    if let Some(claim) = &new.status.extended_resource_claim_status {
        errors.extend(extended_resources(claim, &new.spec, &path.child("extendedResourceClaimStatus")));
    }
    errors.extend(addresses(new, old, &path));
    let statuses = [
        ("containerStatuses", list(&new.status.container_statuses), Some(new.spec.containers.as_slice())),
        ("initContainerStatuses", list(&new.status.init_container_statuses), Some(list(&new.spec.init_containers))),
        ("ephemeralContainerStatuses", list(&new.status.ephemeral_container_statuses), None),
    ];
    let system = new.spec.os.as_ref().map_or("linux", |os| os.name.as_str());
    for (name, statuses, _) in statuses {
        errors.extend(statuses.iter().enumerate().flat_map(|(index, status)| user(status, system, &path.child(name).index(index).child("user").child("linux"))));
    }
    for (name, statuses, containers) in statuses {
        errors.extend(statuses.iter().enumerate().flat_map(|(index, status)| allocated(status, containers, &path.child(name).index(index).child("allocatedResourcesStatus"))));
    }
    errors
}

const NOT_NEGATIVE: &str = "must be a non-negative integer";

/// A container that has ended for good stays ended.
fn finished_containers(new: &Pod, old: &Pod, path: &Path) -> Vec<FieldError> {
    let spec = &old.spec;
    let all_may_restart = spec.containers.iter().chain(list(&spec.init_containers)).flat_map(|container| list(&container.restart_policy_rules)).any(|rule| rule.action == "RestartAllContainers");
    let (new, old) = (&new.status, &old.status);
    let lists = [
        ("containerStatuses", list(&new.container_statuses), list(&old.container_statuses), Some(spec.containers.as_slice())),
        ("initContainerStatuses", list(&new.init_container_statuses), list(&old.init_container_statuses), Some(list(&spec.init_containers))),
        ("ephemeralContainerStatuses", list(&new.ephemeral_container_statuses), list(&old.ephemeral_container_statuses), None),
    ];
    let mut errors = Vec::new();
    for (name, new, old, containers) in lists {
        if all_may_restart && containers.is_some() {
            continue;
        }
        for (index, old) in old.iter().enumerate() {
            let Some(ended) = old.state.as_ref().and_then(|state| state.terminated.as_ref()) else { continue };
            let container = containers.into_iter().flatten().find(|container| container.name == old.name);
            let goes_on = container.is_some_and(|container| restarts(container, spec, ended.exit_code));
            let now = new.iter().find(|new| new.name == old.name);
            let back = now.is_some_and(|now| now.state.as_ref().is_none_or(|state| state.terminated.is_none()));
            if back && !goes_on {
                let why = "may not be transitioned to non-terminated state";
                errors.push(FieldError::forbidden(path.child(name).index(index).child("state"), why));
            }
        }
    }
    errors
}

/// Whether a container that ended with this code starts again.
fn restarts(container: &Container, pod: &PodSpec, exit_code: i32) -> bool {
    let by_policy = |policy: &str| match policy {
        "Never" => false,
        "OnFailure" => exit_code != 0,
        _ => true,
    };
    let Some(policy) = container.restart_policy.as_deref() else { return by_policy(text(&pod.restart_policy)) };
    let matching = list(&container.restart_policy_rules).iter().find(|rule| {
        rule.exit_codes.as_ref().is_some_and(|codes| list(&codes.values).contains(&exit_code) == (codes.operator == "In"))
    });
    matching.is_some_and(|rule| rule.action == "Restart") || by_policy(policy)
}

fn claims(pod: &Pod, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let statuses: &[PodResourceClaimStatus] = list(&pod.status.resource_claim_statuses);
    for (index, status) in statuses.iter().enumerate() {
        let at = path.index(index);
        if !list(&pod.spec.resource_claims).iter().any(|claim| claim.name == status.name) {
            errors.push(FieldError::invalid(at.child("name"), status.name.as_str(), "must match the name of an entry in `spec.resourceClaims`"));
        }
        if statuses[..index].iter().any(|other| other.name == status.name) {
            errors.push(FieldError::duplicate(at.child("name"), status.name.as_str()));
        }
        if let Some(name) = &status.resource_claim_name {
            invalid_each(&mut errors, &at.child("resourceClaimName"), name.as_str(), name_rules::dns1123_subdomain(name));
        }
    }
    errors
}

fn extended_resources(status: &PodExtendedResourceClaimStatus, spec: &PodSpec, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let mappings = path.child("requestMappings");
    if status.request_mappings.is_empty() {
        errors.push(FieldError::required(&mappings, "at least one request mapping is required"));
    }
    for (index, mapping) in status.request_mappings.iter().enumerate() {
        let at = mappings.index(index);
        let container = spec.containers.iter().chain(list(&spec.init_containers)).find(|container| container.name == mapping.container_name);
        let requests = |container: &Container| container.resources.as_ref().and_then(|resources| resources.requests.as_ref()).is_some_and(|requests| requests.contains_key(&mapping.resource_name));
        match container {
            None => {
                let why = "must match the name of an entry in spec.initContainers.name or spec.containers.name";
                errors.push(FieldError::invalid(at.child("containerName"), mapping.container_name.as_str(), why));
            }
            Some(container) if !requests(container) => {
                let why = "must match the extended resource name of an entry in spec.initContainers.resources.requests or spec.containers.resources.requests";
                errors.push(FieldError::invalid(at.child("resourceName"), mapping.resource_name.as_str(), why));
            }
            Some(_) => {}
        }
        invalid_each(&mut errors, &path.child("requestName"), mapping.request_name.as_str(), name_rules::dns1123_label(&mapping.request_name));
        if status.request_mappings[..index].contains(mapping) {
            errors.push(FieldError::duplicate(at.child("containerName"), mapping.container_name.as_str()));
            errors.push(FieldError::duplicate(at.child("resourceName"), mapping.resource_name.as_str()));
            errors.push(FieldError::duplicate(at.child("requestName"), mapping.request_name.as_str()));
        }
    }
    let name = status.resource_claim_name.as_str();
    if name.is_empty() {
        errors.push(FieldError::required(path.child("resourceClaimName"), ""));
    } else {
        invalid_each(&mut errors, &path.child("resourceClaimName"), name, name_rules::dns1123_subdomain(name));
    }
    errors
}

/// Addresses of the pod and of its node; those that were there before may stay as they are.
fn addresses(new: &Pod, old: &Pod, path: &Path) -> Vec<FieldError> {
    let pod = |pod: &Pod| -> Vec<String> { list(&pod.status.pod_ips).iter().map(|ip| ip.ip.clone()).collect() };
    let host = |pod: &Pod| -> Vec<String> { list(&pod.status.host_ips).iter().map(|ip| ip.ip.clone()).collect() };
    let mut errors = family_of_addresses(&pod(new), &pod(old), json!(new.status.pod_ips), &path.child("podIPs"));
    let hosts = host(new);
    if let Some(first) = hosts.first().filter(|first| *first != text(&new.status.host_ip)) {
        errors.push(FieldError::invalid(path.child("hostIPs").index(0).child("ip"), first.as_str(), "must be equal to `hostIP`"));
    }
    errors.extend(family_of_addresses(&hosts, &host(old), json!(new.status.host_ips), &path.child("hostIPs")));
    errors
}

fn family_of_addresses(new: &[String], old: &[String], shown: serde_json::Value, path: &Path) -> Vec<FieldError> {
    let fresh = new.iter().enumerate().filter(|(_, address)| !old.contains(address));
    let mut errors: Vec<FieldError> = fresh.filter_map(|(index, address)| ip::address(address, &path.index(index))).collect();
    let is_six = |address: &String| address.contains(':');
    let both = new.iter().any(is_six) && !new.iter().all(is_six);
    if new.len() > 2 || (new.len() == 2 && !both) {
        // Inside the server the field has another name.
        let shown = crate::field::go_json(&shown).replace("{\"ip\":", "{\"IP\":");
        errors.push(FieldError::invalid(path, "", "may specify no more than one IP for each IP family").shown_as(shown));
    }
    errors
}

fn user(status: &ContainerStatus, system: &str, path: &Path) -> Vec<FieldError> {
    let Some(user) = status.user.as_ref().and_then(|user| user.linux.as_ref()) else { return Vec::new() };
    if system == "windows" {
        return vec![FieldError::forbidden(path, "cannot be set for a windows pod")];
    }
    let most = i64::from(i32::MAX);
    let ids = [(path.child("uid"), user.uid), (path.child("gid"), user.gid)].into_iter();
    let groups = list(&user.supplemental_groups).iter().enumerate().map(|(index, id)| (path.child("supplementalGroups").index(index), *id));
    ids.chain(groups).filter(|(_, id)| !(0..=most).contains(id)).map(|(at, id)| FieldError::invalid(at, id, name_rules::inclusive_range(0, most))).collect()
}

/// How the devices of a container are. A container that joined later has none.
fn allocated(status: &ContainerStatus, containers: Option<&[Container]>, path: &Path) -> Vec<FieldError> {
    const HEALTH: &[&str] = &["Healthy", "Unhealthy", "Unknown"];
    const MESSAGE_BYTES: usize = 4096;
    let resources = list(&status.allocated_resources_status);
    let Some(containers) = containers else {
        return if resources.is_empty() { Vec::new() } else { vec![FieldError::forbidden(path, "must not be specified in container status")] };
    };
    let mut errors = Vec::new();
    let of_container = containers.iter().find(|container| container.name == status.name).map(|container| container.resources.clone().unwrap_or_default());
    for (index, resource) in resources.iter().enumerate() {
        let at = path.index(index);
        if let Some(wanted) = &of_container {
            let claim = |claim: &k8s_openapi::api::core::v1::ResourceClaim| match text(&claim.request) {
                "" => format!("claim:{}", claim.name),
                request => format!("claim:{}/{request}", claim.name),
            };
            let (found, why) = match resource.name.starts_with("claim:") {
                true => (list(&wanted.claims).iter().any(|one| claim(one) == resource.name), "must match one of the container's resource claims in a format 'claim:<claimName>/<request>' or 'claim:<claimName>' if request is empty"),
                false => (wanted.requests.as_ref().is_some_and(|requests| requests.contains_key(&resource.name)), "must match one of the container's resource requests"),
            };
            if !found {
                errors.push(FieldError::invalid(at.child("name"), resource.name.as_str(), why));
            }
        }
        let mut seen = BTreeSet::new();
        for (index, one) in list(&resource.resources).iter().enumerate() {
            let at = at.child("resources").index(index);
            if !HEALTH.contains(&text(&one.health)) {
                errors.push(FieldError::not_supported(at.child("health"), text(&one.health), HEALTH));
            }
            match one.message.as_deref() {
                Some("") => errors.push(FieldError::required(at.child("message"), "must be non-empty if specified")),
                Some(message) if message.len() > MESSAGE_BYTES => errors.push(FieldError::too_long(at.child("message"), MESSAGE_BYTES)),
                _ => {}
            }
            if !seen.insert(&one.resource_id) {
                errors.push(FieldError::duplicate(at.child("resourceID"), one.resource_id.as_str()));
            }
        }
    }
    errors
}
