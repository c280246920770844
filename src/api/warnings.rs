//! Warnings: an object that is accepted although its writer should know better.
//!
//! Models: pkg/api/pod/warnings.go, pkg/api/service/warnings.go, pkg/registry/core/{secret,resourcequota}/strategy.go, v1.36.
//! Simplified: deprecated volume types, node labels and annotations are not warned of; of a certificate only its frame
//! is looked at.

pub(crate) mod storage;

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{Container, ContainerPort, PersistentVolumeClaimSpec, PodSpec};
use k8s_openapi::api::batch::v1::JobSpec;

use crate::field::Path;
use crate::quantity::Quantity;
use crate::validation::{list, text};
use crate::{ResourceQuota, Secret, Service, name_rules};

/// Warnings of a pod, whose paths begin with `spec`, or of a template at `spec.template.spec`.
pub(crate) fn pod_spec(spec: &PodSpec, path: &Path) -> Vec<String> {
    let mut warnings = Vec::new();
    for (index, constraint) in list(&spec.topology_spread_constraints).iter().enumerate() {
        if constraint.label_selector.is_none() {
            let field = path.child("topologySpreadConstraints").index(index).child("labelSelector");
            warnings.push(format!("{field}: a null labelSelector results in matching no pod"));
        }
    }
    let mut names = Vec::new();
    for (index, secret) in list(&spec.image_pull_secrets).iter().enumerate() {
        let field = path.child("imagePullSecrets").index(index).child("name");
        if names.contains(&secret.name.as_str()) {
            warnings.push(format!("{field}: duplicate name {:?}", secret.name));
        }
        if secret.name.is_empty() {
            warnings.push(format!("{field}: invalid empty name \"\""));
        }
        names.push(&secret.name);
    }
    let containers: Vec<(Path, &Container)> = [("initContainers", list(&spec.init_containers)), ("containers", spec.containers.as_slice())]
        .into_iter()
        .flat_map(|(name, list)| list.iter().enumerate().map(move |(index, container)| (path.child(name).index(index), container)))
        .collect();
    for (path, container) in &containers {
        warnings.extend(fractions_of_bytes(container, path));
        warnings.extend(hidden_variables(container, path));
    }
    warnings.extend(ports(&containers));
    if spec.termination_grace_period_seconds.is_some_and(|seconds| seconds < 0) {
        let field = path.child("terminationGracePeriodSeconds");
        warnings.push(format!("{field}: must be >= 0; negative values are invalid and will be treated as 1"));
    }
    warnings
}

/// Warnings of a Job, or of the template in a CronJob, under the object's name.
pub(crate) fn job(name: &str, spec: &JobSpec, path: &Path) -> Vec<String> {
    let mut warnings = Vec::new();
    let faults = name_rules::dns1123_label(name);
    if !faults.is_empty() {
        let faults = faults.join(" ");
        warnings.push(format!("metadata.name: this is used in Pod names and hostnames, which can result in surprising behavior; a DNS label is recommended: [{faults}]"));
    }
    let many = spec.completions.unwrap_or(0) > 100_000 && spec.parallelism.unwrap_or(0) > 10_000;
    if many && spec.completion_mode.as_deref() == Some("Indexed") {
        warnings.push(format!("{path}: In Indexed Jobs with a number of completions higher than 10^5 and a parallelism higher than 10^4, Kubernetes might not be able to track completedIndexes when a big number of indexes fail"));
    }
    let pod = spec.template.spec.clone().unwrap_or_default();
    warnings.extend(pod_spec(&pod, &path.child("template").child("spec")));
    warnings
}

fn fractions_of_bytes(container: &Container, path: &Path) -> Vec<String> {
    let mut warnings = Vec::new();
    let Some(resources) = &container.resources else { return warnings };
    for resource in ["memory", "ephemeral-storage"] {
        for (name, amounts) in [("limits", &resources.limits), ("requests", &resources.requests)] {
            let Some(amount) = amounts.as_ref().and_then(|amounts| amounts.get(resource)).map(Quantity::of) else { continue };
            if amount.milli_value() % 1000 != 0 {
                let field = path.child("resources").child(name).key(resource);
                warnings.push(format!("{field}: fractional byte value \"{amount}\" is invalid, must be an integer"));
            }
        }
    }
    warnings
}

/// A variable that is set twice, unless the second one builds on the first: `PATH: $(PATH):/opt`.
fn hidden_variables(container: &Container, path: &Path) -> Vec<String> {
    let mut warnings = Vec::new();
    let mut names = Vec::new();
    for (index, variable) in list(&container.env).iter().enumerate() {
        let reference = format!("$({})", variable.name);
        let value = text(&variable.value);
        let builds_on_it = variable.value_from.is_none() && value != reference && value.contains(&reference);
        if names.contains(&variable.name.as_str()) && !builds_on_it {
            let field = path.child("env").index(index);
            warnings.push(format!("{field}: hides previous definition of {:?}, which may be dropped when using apply", variable.name));
        }
        names.push(&variable.name);
    }
    warnings
}

fn ports(containers: &[(Path, &Container)]) -> Vec<String> {
    let mut warnings = Vec::new();
    let mut seen: Vec<(Path, &ContainerPort)> = Vec::new();
    let mut names: BTreeMap<&str, Path> = BTreeMap::new();
    let all = || containers.iter().flat_map(|(path, container)| {
        list(&container.ports).iter().enumerate().map(move |(index, port)| (path.child("ports").index(index), port))
    });
    let host_port = |port: &ContainerPort| port.host_port.unwrap_or(0);
    for (field, port) in all() {
        for (other_field, other) in seen.iter().filter(|(_, other)| other.container_port == port.container_port && other.protocol == port.protocol) {
            let (one, two) = (text(&port.host_ip), text(&other.host_ip));
            let what = if one == two && host_port(port) == host_port(other) {
                "duplicate"
            } else if host_port(port) == 0 || host_port(other) == 0 {
                "overlapping"
            } else if host_port(port) == host_port(other) && one.is_empty() != two.is_empty() {
                "dangerously ambiguous"
            } else {
                continue;
            };
            warnings.push(format!("{field}: {what} port definition with {other_field}"));
        }
        seen.push((field, port));
    }
    for (field, port) in all() {
        let name = text(&port.name);
        if name.is_empty() {
            continue;
        }
        match names.get(name) {
            Some(other) => warnings.push(format!(
                "{field}: duplicate port name {name:?} with {other}, services and probes that select ports by name will use {other}"
            )),
            None => {
                names.insert(name, field);
            }
        }
    }
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
    let mut warn = |when: bool, text: &str| warnings.extend(when.then(|| text.to_owned()));
    warn(headless && !text(&spec.load_balancer_ip).is_empty(), "spec.loadBalancerIP is ignored for headless services");
    warn(headless && has_external_ips, "spec.externalIPs is ignored for headless services");
    warn(headless && text(&spec.session_affinity) != "None", "spec.SessionAffinity is ignored for headless services");
    warn(
        has_external_ips && !headless && !external_name,
        "spec.externalIPs is deprecated and may no longer be implemented in some clusters",
    );
    warn(external_name && has_external_ips, "spec.externalIPs is ignored when spec.type is \"ExternalName\"");
    warn(!external_name && !text(&spec.external_name).is_empty(), "spec.externalName is ignored when spec.type is not \"ExternalName\"");
    warn(
        text(&spec.traffic_distribution) == "PreferClose",
        "spec.trafficDistribution: \"PreferClose\" is deprecated; use \"PreferSameZone\"",
    );
    warnings
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

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn pods_are_warned_about_what_hides_and_overlaps() {
        let spec: PodSpec = serde_json::from_value(json!({
            "terminationGracePeriodSeconds": -1,
            "containers": [
                {"name": "a", "env": [{"name": "X", "value": "1"}, {"name": "X", "value": "2"}, {"name": "X", "value": "$(X):3"}],
                    "ports": [{"name": "http", "containerPort": 80, "protocol": "TCP"}], "resources": {"limits": {"memory": "100m"}}},
                {"name": "b", "ports": [{"name": "http", "containerPort": 80, "protocol": "TCP"}]}
            ]
        }))
        .unwrap();
        assert_eq!(
            pod_spec(&spec, &Path::new("spec")),
            [
                "spec.containers[0].resources.limits[memory]: fractional byte value \"100m\" is invalid, must be an integer",
                "spec.containers[0].env[1]: hides previous definition of \"X\", which may be dropped when using apply",
                "spec.containers[1].ports[0]: duplicate port definition with spec.containers[0].ports[0]",
                "spec.containers[1].ports[0]: duplicate port name \"http\" with spec.containers[0].ports[0], services and probes that select ports by name will use spec.containers[0].ports[0]",
                "spec.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1",
            ]
        );
    }
}
