//! Warnings of pods and of the pod templates in workloads.
//!
//! Models: pkg/api/pod/warnings.go, v1.36.
//! Simplified: nothing.

use std::collections::{BTreeMap, BTreeSet};

use k8s_openapi::api::core::v1::{
    Affinity, Container, ContainerPort, PodAffinityTerm, PodSpec, PodTemplateSpec, Volume, WeightedPodAffinityTerm,
};

use super::{claim_spec, node, volume_paths};
use crate::{Pod, name_rules};
use crate::field::Path;
use crate::quantity::Quantity;
use crate::validation::pod_annotations::{APP_ARMOR, SECCOMP_CONTAINER, SECCOMP_POD, app_armor_profile};
use crate::validation::pod_security::every_container;
use crate::validation::{ip, list, text};

/// Annotations that were fields once, with what became of them.
const OLD_ANNOTATIONS: &[(&str, &str)] = &[
    ("scheduler.alpha.kubernetes.io/critical-pod", "non-functional in v1.16+; use the \"priorityClassName\" field instead"),
    ("security.alpha.kubernetes.io/sysctls", "non-functional in v1.11+; use the \"sysctls\" field instead"),
    ("security.alpha.kubernetes.io/unsafe-sysctls", "non-functional in v1.11+; use the \"sysctls\" field instead"),
];

const OLD_APP_ARMOR: &str = "deprecated since v1.30; use the \"appArmorProfile\" field instead";
const OLD_SECCOMP: &str = "non-functional in v1.27+; use the \"seccompProfile\" field instead";

type Annotations = BTreeMap<String, String>;

pub(crate) fn pod(pod: &Pod) -> Vec<String> {
    let faults = name_rules::dns1123_label(pod.metadata.name.as_deref().unwrap_or_default());
    let why = "metadata.name: this is used in the Pod's hostname, which can result in surprising behavior; a DNS label is recommended";
    let name = (!faults.is_empty()).then(|| format!("{why}: [{}]", faults.join(" ")));
    let of_spec = |annotations| spec_and_annotations(&pod.spec, annotations, false, (&Path::new("spec"), &Path::new("metadata")));
    let annotations = pod.metadata.annotations.as_ref().filter(|annotations| !annotations.is_empty());
    let is_silent = annotations.is_none() && pod.spec.common().is_silent(|| of_spec(None).is_empty());
    let rest = if is_silent { Vec::new() } else { of_spec(annotations) };
    name.into_iter().chain(rest).collect()
}

/// The same of a template, whose paths begin with `path`.
pub(crate) fn template(template: &PodTemplateSpec, path: &Path) -> Vec<String> {
    let annotations = template.metadata.as_ref().and_then(|meta| meta.annotations.as_ref());
    let spec = template.spec.clone().unwrap_or_default();
    spec_and_annotations(&spec, annotations, true, (&path.child("spec"), &path.child("metadata")))
}

/// Annotations of AppArmor that stand where a field should; the server has put what it understood of them into fields by then.
pub(crate) fn old_app_armor(pod: &Pod) -> Vec<String> {
    let path = Path::new("metadata").child("annotations");
    let Some(annotations) = pod.metadata.annotations.as_ref().filter(|_| pod.spec.os.as_ref().is_none_or(|os| os.name != "windows")) else {
        return Vec::new();
    };
    let of_pod = pod.spec.security_context.as_ref().and_then(|context| context.app_armor_profile.as_ref());
    let mut warnings = Vec::new();
    for (_, container) in every_container(&pod.spec, &Path::new("spec")) {
        let key = format!("{APP_ARMOR}{}", container.name);
        let has_field = container.security_context.is_some_and(|context| context.app_armor_profile.is_some());
        let Some(annotation) = annotations.get(&key).filter(|_| !has_field) else { continue };
        let meant = app_armor_profile(annotation);
        if meant.is_none() || meant.as_ref() != of_pod {
            warnings.push(format!("{}: {OLD_APP_ARMOR}", path.key(&key)));
        }
    }
    warnings
}

fn spec_and_annotations(spec: &PodSpec, annotations: Option<&Annotations>, is_template: bool, (path, meta): (&Path, &Path)) -> Vec<String> {
    let annotation_path = meta.child("annotations");
    let annotation = |key: &str| annotations.and_then(|annotations| annotations.get(key));
    let mut warnings = node::labels_of_pod(spec, path);
    for (index, constraint) in list(&spec.topology_spread_constraints).iter().enumerate() {
        let field = path.child("topologySpreadConstraints").index(index);
        warnings.extend(node::old_label(&constraint.topology_key).map(|why| format!("{}: {} is {why}", field.child("topologyKey"), constraint.topology_key)));
        if constraint.label_selector.is_none() {
            warnings.push(format!("{}: a null labelSelector results in matching no pod", field.child("labelSelector")));
        }
    }
    for (key, why) in OLD_ANNOTATIONS.iter().filter(|(key, _)| annotation(key).is_some()) {
        warnings.push(format!("{}: {why}", annotation_path.key(key)));
    }
    for (index, volume) in list(&spec.volumes).iter().enumerate() {
        warnings.extend(old_volume(volume, &path.child("volumes").index(index)));
    }
    warnings.extend(volume_paths::overlaps(list(&spec.volumes)));
    warnings.extend(repeated_names(spec, path));
    for resource in ["memory", "ephemeral-storage"] {
        let amount = spec.overhead.as_ref().and_then(|overhead| overhead.get(resource)).map(Quantity::of);
        if let Some(amount) = amount.filter(|amount| amount.milli_value() % 1000 != 0) {
            let field = path.child("overhead").key(resource);
            warnings.push(format!("{field}: fractional byte value \"{amount}\" is invalid, must be an integer"));
        }
    }
    if spec.security_context.as_ref().is_none_or(|context| context.seccomp_profile.is_none()) && annotation(SECCOMP_POD).is_some() {
        warnings.push(format!("{}: {OLD_SECCOMP}", annotation_path.key(SECCOMP_POD)));
    }
    let containers: Vec<(Path, &Container)> = [("initContainers", list(&spec.init_containers)), ("containers", spec.containers.as_slice())]
        .into_iter()
        .flat_map(|(name, list)| list.iter().enumerate().map(move |(index, container)| (path.child(name).index(index), container)))
        .collect();
    for (path, container) in &containers {
        warnings.extend(old_profiles(container, spec, annotations, is_template, &annotation_path));
        warnings.extend(fractions_of_bytes(container, path));
        warnings.extend(hidden_variables(container, path));
    }
    warnings.extend(ports(&containers));
    if spec.termination_grace_period_seconds.is_some_and(|seconds| seconds < 0) {
        let field = path.child("terminationGracePeriodSeconds");
        warnings.push(format!("{field}: must be >= 0; negative values are invalid and will be treated as 1"));
    }
    if let Some(affinity) = &spec.affinity {
        warnings.extend(selectors_of_nothing(affinity, &path.child("affinity")));
    }
    for (index, server) in spec.dns_config.iter().flat_map(|config| list(&config.nameservers)).enumerate() {
        warnings.extend(ip::unusual_form(server, &path.child("dnsConfig").child("nameservers").index(index)));
    }
    for (index, alias) in list(&spec.host_aliases).iter().enumerate() {
        warnings.extend(ip::unusual_form(&alias.ip, &path.child("hostAliases").index(index).child("ip")));
    }
    warnings
}

/// Volumes of types that are gone.
fn old_volume(volume: &Volume, path: &Path) -> Vec<String> {
    let kinds = [
        ("photonPersistentDisk", volume.photon_persistent_disk.is_some(), "deprecated in v1.11, non-functional in v1.16+"),
        ("gitRepo", volume.git_repo.is_some(), "deprecated in v1.11, and disabled by default in v1.33+"),
        ("scaleIO", volume.scale_io.is_some(), "deprecated in v1.16, non-functional in v1.22+"),
        ("flocker", volume.flocker.is_some(), "deprecated in v1.22, non-functional in v1.25+"),
        ("storageOS", volume.storageos.is_some(), "deprecated in v1.22, non-functional in v1.25+"),
        ("quobyte", volume.quobyte.is_some(), "deprecated in v1.22, non-functional in v1.25+"),
        ("glusterfs", volume.glusterfs.is_some(), "deprecated in v1.25, non-functional in v1.26+"),
    ];
    let told = |kinds: &[(&str, bool, &str)]| -> Vec<String> {
        kinds.iter().filter(|(_, given, _)| *given).map(|(name, _, why)| format!("{}: {why}", path.child(name))).collect()
    };
    let mut warnings = told(&kinds);
    if let Some(template) = volume.ephemeral.as_ref().and_then(|source| source.volume_claim_template.as_ref()) {
        warnings.extend(claim_spec(&template.spec, &path.child("ephemeral").child("volumeClaimTemplate").child("spec")));
    }
    warnings.extend(told(&[
        ("cephfs", volume.cephfs.is_some(), "deprecated in v1.28, non-functional in v1.31+"),
        ("rbd", volume.rbd.is_some(), "deprecated in v1.28, non-functional in v1.31+"),
    ]));
    warnings
}

/// Addresses and pull secrets that are named twice, and pull secrets without a name.
fn repeated_names(spec: &PodSpec, path: &Path) -> Vec<String> {
    let mut warnings = Vec::new();
    let mut seen = BTreeSet::new();
    for (index, alias) in list(&spec.host_aliases).iter().enumerate() {
        if !seen.insert(&alias.ip) {
            warnings.push(format!("{}: duplicate ip {:?}", path.child("hostAliases").index(index).child("ip"), alias.ip));
        }
    }
    let mut seen = BTreeSet::new();
    let field = |index: usize| path.child("imagePullSecrets").index(index).child("name");
    for (index, secret) in list(&spec.image_pull_secrets).iter().enumerate() {
        if !seen.insert(&secret.name) {
            warnings.push(format!("{}: duplicate name {:?}", field(index), secret.name));
        }
    }
    for (index, _) in list(&spec.image_pull_secrets).iter().enumerate().filter(|(_, secret)| secret.name.is_empty()) {
        warnings.push(format!("{}: invalid empty name \"\"", field(index)));
    }
    warnings
}

fn old_profiles(container: &Container, spec: &PodSpec, annotations: Option<&Annotations>, is_template: bool, path: &Path) -> Vec<String> {
    let mut warnings = Vec::new();
    let Some(annotations) = annotations else { return warnings };
    let context = container.security_context.as_ref();
    let key = format!("{SECCOMP_CONTAINER}{}", container.name);
    if context.is_none_or(|context| context.seccomp_profile.is_none()) && annotations.contains_key(&key) {
        warnings.push(format!("{}: {OLD_SECCOMP}", path.key(&key)));
    }
    let key = format!("{APP_ARMOR}{}", container.name);
    let of_pod = spec.security_context.as_ref().and_then(|context| context.app_armor_profile.as_ref());
    if is_template
        && context.is_none_or(|context| context.app_armor_profile.is_none())
        && let Some(annotation) = annotations.get(&key)
        && (of_pod.is_none() || app_armor_profile(annotation).as_ref() != of_pod)
    {
        warnings.push(format!("{}: {OLD_APP_ARMOR}", path.key(&key)));
    }
    warnings
}

/// Terms that select no pod at all.
fn selectors_of_nothing(affinity: &Affinity, path: &Path) -> Vec<String> {
    let mut warnings = Vec::new();
    let mut check = |name: &str, musts: &Option<Vec<PodAffinityTerm>>, wishes: &Option<Vec<WeightedPodAffinityTerm>>| {
        let path = path.child(name);
        let musts = list(musts).iter().enumerate().map(|(index, term)| (path.child("requiredDuringSchedulingIgnoredDuringExecution").index(index), term));
        let wishes = list(wishes).iter().enumerate().map(|(index, wish)| {
            (path.child("preferredDuringSchedulingIgnoredDuringExecution").index(index).child("podAffinityTerm"), &wish.pod_affinity_term)
        });
        let empty = musts.chain(wishes).filter(|(_, term)| term.label_selector.is_none());
        warnings.extend(empty.map(|(path, _)| format!("{}: a null labelSelector results in matching no pod", path.child("labelSelector"))));
    };
    if let Some(own) = &affinity.pod_affinity {
        check("podAffinity", &own.required_during_scheduling_ignored_during_execution, &own.preferred_during_scheduling_ignored_during_execution);
    }
    if let Some(own) = &affinity.pod_anti_affinity {
        check("podAntiAffinity", &own.required_during_scheduling_ignored_during_execution, &own.preferred_during_scheduling_ignored_during_execution);
    }
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

/// A port as Go shows its struct.
fn shown(port: &ContainerPort) -> String {
    let (name, protocol, host) = (text(&port.name), text(&port.protocol), text(&port.host_ip));
    format!("{{Name:{name} HostPort:{} ContainerPort:{} Protocol:{protocol} HostIP:{host}}}", port.host_port.unwrap_or(0), port.container_port)
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
        if !text(&port.host_ip).is_empty() && host_port(port) == 0 {
            warnings.push(format!("{field}: hostIP set without hostPort: {}", shown(port)));
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn of_spec(spec: &PodSpec) -> Vec<String> {
        spec_and_annotations(spec, None, false, (&Path::new("spec"), &Path::new("metadata")))
    }

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
            of_spec(&spec),
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
