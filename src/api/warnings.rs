//! Warnings: an object that is accepted although its writer should know better.
//!
//! Models: pkg/api/service/warnings.go, pkg/api/job/warnings.go, pkg/registry/core/{secret,resourcequota}/strategy.go, v1.36.
//! Simplified: of a certificate only its frame is looked at.

pub(crate) mod node;
pub(crate) mod pod;
pub(crate) mod storage;
mod volume_paths;

use k8s_openapi::api::core::v1::PersistentVolumeClaimSpec;
use k8s_openapi::api::batch::v1::JobSpec;

use crate::field::Path;
use crate::quantity::Quantity;
use crate::validation::{ip, list, text};
use crate::{ResourceQuota, Secret, Service, name_rules};

/// The name of what makes pods should do for a host.
pub(crate) fn name_of_pods(name: &str) -> Option<String> {
    let faults = name_rules::dns1123_label(name);
    let text = "metadata.name: this is used in Pod names and hostnames, which can result in surprising behavior; a DNS label is recommended";
    (!faults.is_empty()).then(|| format!("{text}: [{}]", faults.join(" ")))
}

/// Warnings of a Job, or of the template in a CronJob, under the object's name.
pub(crate) fn job(name: &str, spec: &JobSpec, path: &Path) -> Vec<String> {
    let mut warnings: Vec<String> = name_of_pods(name).into_iter().collect();
    let many = spec.completions.unwrap_or(0) > 100_000 && spec.parallelism.unwrap_or(0) > 10_000;
    if many && spec.completion_mode.as_deref() == Some("Indexed") {
        warnings.push(format!("{path}: In Indexed Jobs with a number of completions higher than 10^5 and a parallelism higher than 10^4, Kubernetes might not be able to track completedIndexes when a big number of indexes fail"));
    }
    warnings.extend(pod::template(&spec.template, &path.child("template")));
    warnings
}

/// A claim for storage, whose size is an amount of bytes.
pub(crate) fn claim_spec(spec: &PersistentVolumeClaimSpec, path: &Path) -> Vec<String> {
    let resources = spec.resources.clone().unwrap_or_default();
    let mut warnings = Vec::new();
    for (name, amounts) in [("requests", resources.requests), ("limits", resources.limits)] {
        let Some(amount) = amounts.as_ref().and_then(|amounts| amounts.get("storage")).map(Quantity::of) else { continue };
        if amount.milli_value() % 1000 != 0 {
            let field = path.child("resources").child(name).key("storage");
            warnings.push(format!("{field}: fractional byte value \"{amount}\" is invalid, must be an integer"));
        }
    }
    warnings
}

pub(crate) fn service(service: &Service) -> Vec<String> {
    let mut warnings = Vec::new();
    let spec = &service.spec;
    let headless = list(&spec.cluster_ips) == ["None"];
    let external_name = text(&spec.type_) == "ExternalName";
    let has_external_ips = !list(&spec.external_ips).is_empty();
    let path = Path::new("spec");
    if service.metadata.annotations.as_ref().is_some_and(|annotations| annotations.contains_key("service.kubernetes.io/topology-aware-hints")) {
        warnings.push("annotation service.kubernetes.io/topology-aware-hints is deprecated, please use service.kubernetes.io/topology-mode instead".to_owned());
    }
    if !headless && !external_name {
        warnings.extend(unusual_addresses(list(&spec.cluster_ips), &path.child("clusterIPs")));
    }
    let mut warn = |when: bool, text: &str| warnings.extend(when.then(|| text.to_owned()));
    warn(headless && !text(&spec.load_balancer_ip).is_empty(), "spec.loadBalancerIP is ignored for headless services");
    warn(headless && has_external_ips, "spec.externalIPs is ignored for headless services");
    warn(headless && text(&spec.session_affinity) != "None", "spec.SessionAffinity is ignored for headless services");
    warnings.extend(unusual_addresses(list(&spec.external_ips), &path.child("externalIPs")));
    let mut warn = |when: bool, text: &str| warnings.extend(when.then(|| text.to_owned()));
    warn(
        has_external_ips && !headless && !external_name,
        "spec.externalIPs is deprecated and may no longer be implemented in some clusters",
    );
    warnings.extend(ip::unusual_form(text(&spec.load_balancer_ip), &path.child("loadBalancerIP")));
    for (index, range) in list(&spec.load_balancer_source_ranges).iter().enumerate() {
        warnings.extend(ip::unusual_network(range, &path.child("loadBalancerSourceRanges").index(index)));
    }
    let mut warn = |when: bool, text: &str| warnings.extend(when.then(|| text.to_owned()));
    warn(external_name && has_external_ips, "spec.externalIPs is ignored when spec.type is \"ExternalName\"");
    warn(!external_name && !text(&spec.external_name).is_empty(), "spec.externalName is ignored when spec.type is not \"ExternalName\"");
    warn(
        text(&spec.traffic_distribution) == "PreferClose",
        "spec.trafficDistribution: \"PreferClose\" is deprecated; use \"PreferSameZone\"",
    );
    warnings
}

fn unusual_addresses(addresses: &[String], path: &Path) -> Vec<String> {
    addresses.iter().enumerate().filter_map(|(index, address)| ip::unusual_form(address, &path.index(index))).collect()
}

/// A TLS Secret whose parts are not even framed as certificate and key.
pub(crate) fn secret(secret: &Secret) -> Vec<String> {
    if text(&secret.type_) != "kubernetes.io/tls" {
        return Vec::new();
    }
    let framed = |key: &str| {
        let bytes = secret.data.as_ref().and_then(|data| data.get(key)).map(|value| value.0.as_slice()).unwrap_or_default();
        String::from_utf8_lossy(bytes).contains("-----BEGIN ")
    };
    if !framed("tls.crt") {
        return vec!["tls: failed to find any PEM data in certificate input".to_owned()];
    }
    let missing_key = !framed("tls.key");
    missing_key.then(|| "tls: failed to find any PEM data in key input".to_owned()).into_iter().collect()
}

/// A quota that lets more be requested than be used at most.
pub(crate) fn resource_quota(quota: &ResourceQuota) -> Vec<String> {
    let hard = |name: &str| quota.spec.hard.as_ref().and_then(|hard| hard.get(name)).map(Quantity::of);
    let check = |resource: &str| {
        let bare = matches!(resource, "cpu" | "memory");
        let long = format!("requests.{resource}");
        let (name, request) = match hard(&long) {
            Some(request) => (long.as_str(), request),
            None => (resource, hard(resource).filter(|_| bare)?),
        };
        let limits = format!("limits.{resource}");
        let limit = hard(&limits)?;
        (request > limit).then(|| format!("ResourceQuota {name} ({request}) should be less than {limits} ({limit})"))
    };
    ["cpu", "memory", "storage", "ephemeral-storage"].into_iter().filter_map(check).collect()
}
