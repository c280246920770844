//! Resources of the pod as a whole, and the claims on devices that its containers use.
//!
//! Models: pkg/apis/core/validation/validation.go (validatePodResources, validatePodResourceConsistency,
//! validatePodResourceClaims, validateResourceClaimNames), v1.36.
//! Simplified: nothing.

use std::collections::BTreeSet;

use k8s_openapi::api::core::v1::{PodResourceClaim, PodSpec, ResourceClaim};
use serde_json::json;

use super::{invalid_each, resources};
use crate::field::{FieldError, Path};
use crate::name_rules;
use crate::resource::{self, resource_list};

pub(super) fn whole_pod(spec: &PodSpec, claims: &BTreeSet<&str>, path: &Path) -> Vec<FieldError> {
    let Some(own) = &spec.resources else { return Vec::new() };
    let path = path.child("resources");
    if spec.os.as_ref().is_some_and(|os| os.name == "windows") {
        return vec![FieldError::forbidden(path, "may not be set for a windows pod")];
    }
    let mut errors = Vec::new();
    if own.claims.is_some() {
        errors.push(FieldError::forbidden(path.child("claims"), "claims may not be set for Resources at pod-level"));
    }
    errors.extend(resources::requirements(own, resources::pod_resource_name, claims, &path));
    errors.extend(consistency(spec, &path));
    errors
}

/// The pod asks for no less than its containers together, and no container may have more than the pod.
fn consistency(spec: &PodSpec, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let own = spec.resources.clone().unwrap_or_default();
    let (requests, limits) = (resource_list(own.requests.as_ref()), resource_list(own.limits.as_ref()));
    let containers = PodSpec { resources: None, overhead: None, ..spec.clone() };
    for (name, sum) in resource::pod_requests(&containers) {
        if let Some(request) = requests.get(&name).filter(|request| sum > **request) {
            let why = format!("must be greater than or equal to aggregate container requests of {sum}");
            errors.push(FieldError::invalid(path.child("requests").key(&name), request.to_string(), why));
        }
    }
    for (name, sum) in resource::pod_limits(&containers).into_iter().filter(|(name, _)| resources::is_huge_pages(name)) {
        if let Some(limit) = limits.get(&name).filter(|limit| sum > **limit) {
            let why = format!("must be greater than or equal to aggregate container limits of {sum}");
            errors.push(FieldError::invalid(path.child("limits").key(&name), limit.to_string(), why));
        }
    }
    for (index, container) in spec.containers.iter().enumerate() {
        for (name, amount) in resource_list(container.resources.as_ref().and_then(|own| own.limits.as_ref())) {
            if let Some(limit) = limits.get(&name).filter(|limit| amount > **limit) {
                let field = path.child("containers").index(index).key(&name).child("limits");
                errors.push(FieldError::invalid(field, amount.to_string(), format!("must be less than or equal to pod limits of {limit}")));
            }
        }
    }
    errors
}

/// The pod's claims on devices.
pub(super) fn pod_claims(claims: &[PodResourceClaim], is_mirror: bool, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let mut names = BTreeSet::new();
    for (index, claim) in claims.iter().enumerate() {
        let path = path.index(index);
        if is_mirror {
            errors.push(FieldError::forbidden(Path::new(""), "static pods do not support resource claims"));
            continue;
        }
        match claim.name.as_str() {
            "" => errors.push(FieldError::required(path.child("name"), "")),
            name if names.contains(name) => errors.push(FieldError::duplicate(path.child("name"), name)),
            name => {
                invalid_each(&mut errors, &path.child("name"), name, name_rules::dns1123_label(name));
                names.insert(name);
            }
        }
        let why = match (&claim.resource_claim_name, &claim.resource_claim_template_name) {
            (Some(_), Some(_)) => "at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified",
            (None, None) => "must specify one of: `resourceClaimName`, `resourceClaimTemplateName`",
            _ => "",
        };
        if !why.is_empty() {
            errors.push(FieldError::invalid(&path, json!(claim), why).of_struct("PodResourceClaim"));
        }
        for (field, name) in [("resourceClaimName", &claim.resource_claim_name), ("resourceClaimTemplateName", &claim.resource_claim_template_name)] {
            if let Some(name) = name.as_deref() {
                invalid_each(&mut errors, &path.child(field), name, name_rules::dns1123_subdomain(name));
            }
        }
    }
    errors
}

/// The claims that one container uses, each of them one of the pod's, as a whole or one request of it.
pub(super) fn used_claims(claims: &[ResourceClaim], of_pod: &BTreeSet<&str>, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let mut seen: BTreeSet<String> = BTreeSet::new();
    for (index, claim) in claims.iter().enumerate() {
        let (path, name) = (path.index(index), claim.name.as_str());
        let request = claim.request.as_deref().unwrap_or_default();
        if name.is_empty() {
            errors.push(FieldError::required(path, ""));
            continue;
        }
        if seen.contains(name) {
            errors.push(FieldError::duplicate(&path, name));
        } else {
            let mut key = name.to_owned();
            if !request.is_empty() {
                invalid_each(&mut errors, &path.child("request"), request, name_rules::dns1123_label(request));
                key = format!("{name}/{request}");
            }
            if seen.contains(&key) {
                errors.push(FieldError::duplicate(&path, key.as_str()));
            } else if request.is_empty() {
                let parts = seen.iter().filter(|seen| seen.split_once('/').is_some_and(|(of, _)| of == name)).count();
                errors.extend((0..parts).map(|_| FieldError::duplicate(&path, name)));
            }
            seen.insert(key);
        }
        if !of_pod.contains(name) {
            let known = if of_pod.is_empty() { " which is empty".to_owned() } else { format!(": {}", of_pod.iter().copied().collect::<Vec<_>>().join(", ")) };
            let error = FieldError::not_found(path, name);
            errors.push(error.with_detail(format!("must be one of the names in pod.spec.resourceClaims{known}")));
        }
    }
    errors
}
