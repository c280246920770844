//! Pods and pod templates.
//!
//! Models: pkg/apis/core/validation/validation.go (ValidatePodCreate, ValidatePodSpec, ValidatePodTemplateSpec), v1.36.
//! Simplified: nothing.

use std::collections::{BTreeMap, BTreeSet};

use k8s_openapi::api::core::v1::{PodDNSConfig, PodSpec, PodTemplateSpec, ResourceRequirements};

use super::{
    container, invalid_each, ip, list, metadata, one_of, pod_annotations, pod_resources, pod_security, resources, scheduling, text,
    volume, windows,
};
use crate::field::{FieldError, Path};
use crate::{Pod, name_rules};

pub(crate) fn validate_create(pod: &Pod) -> Vec<FieldError> {
    let mut errors = metadata_and_spec(pod);
    let path = Path::new("spec");
    if !list(&pod.spec.ephemeral_containers).is_empty() {
        errors.push(FieldError::forbidden(path.child("ephemeralContainers"), "cannot be set on create"));
    }
    if !text(&pod.spec.node_name).is_empty() && !list(&pod.spec.scheduling_gates).is_empty() {
        errors.push(FieldError::forbidden(path.child("nodeName"), "cannot be set until all schedulingGates have been cleared"));
    }
    let annotations = pod.metadata.annotations.as_ref();
    errors.extend(pod_annotations::seccomp_agrees(annotations, &pod.spec, &path));
    errors.extend(pod_annotations::app_armor_agrees(annotations, &pod.spec, &path));
    errors
}

/// Whether the pod only shows what a kubelet runs by itself.
pub(super) fn is_mirror(pod: &Pod) -> bool {
    pod.metadata.annotations.as_ref().is_some_and(|annotations| annotations.contains_key("kubernetes.io/config.mirror"))
}

pub(crate) fn metadata_and_spec(pod: &Pod) -> Vec<FieldError> {
    let mut errors = metadata::validate(&pod.metadata, true, metadata::SUBDOMAIN);
    let path = Path::new("spec");
    let is_known = pod.metadata.annotations.as_ref().is_none_or(BTreeMap::is_empty)
        && pod.spec.node_name.as_deref().is_none_or(|name| name_rules::dns1123_subdomain(name).is_empty())
        && pod.spec.common().is_sound(|| is_sound(&pod.spec, &path));
    if is_known {
        return errors;
    }
    let with_node = pod.spec.with_node();
    errors.extend(pod_annotations::validate(pod.metadata.annotations.as_ref(), &with_node, &Path::new("metadata").child("annotations")));
    errors.extend(spec_of_pod(&with_node, text(&pod.metadata.name), is_mirror(pod), &path));
    errors
}

/// Whether nothing is wrong with a spec, whichever pod has it.
fn is_sound(spec: &PodSpec, path: &Path) -> bool {
    // What a volume claims has the pod in its name.
    list(&spec.volumes).iter().all(|volume| volume.ephemeral.is_none()) && spec_of_pod(spec, "", false, path).is_empty()
}

fn spec_of_pod(of: &PodSpec, pod_name: &str, is_mirror: bool, path: &Path) -> Vec<FieldError> {
    let mut errors = spec(of, volume::Meta { name: pod_name, is_pod: true }, is_mirror, path);
    if text(&of.service_account_name).is_empty() {
        for (index, volume) in list(&of.volumes).iter().enumerate() {
            let sources = volume.projected.as_ref().map(|projected| list(&projected.sources)).unwrap_or_default();
            for (source_index, _) in sources.iter().enumerate().filter(|(_, source)| source.service_account_token.is_some()) {
                let field = path.child("volumes").index(index).child("projected").child("sources").index(source_index);
                let why = "must not be specified when serviceAccountName is not set";
                errors.push(FieldError::forbidden(field.child("serviceAccountToken"), why));
            }
        }
    }
    for (name, containers) in [("containers", of.containers.as_slice()), ("initContainers", list(&of.init_containers))] {
        for (index, container) in containers.iter().enumerate() {
            let image = text(&container.image);
            if image.trim() != image {
                let field = path.child(name).index(index).child("image");
                errors.push(FieldError::invalid(field, image, "must not have leading or trailing whitespace"));
            }
        }
    }
    errors
}

/// The labels and annotations of a template.
pub(crate) fn template_metadata(template: &PodTemplateSpec, path: &Path) -> Vec<FieldError> {
    let meta = template.metadata.clone().unwrap_or_default();
    let mut errors = metadata::labels(meta.labels.as_ref(), &path.child("labels"));
    errors.extend(metadata::annotations(meta.annotations.as_ref(), &path.child("annotations")));
    let spec = template.spec.clone().unwrap_or_default();
    errors.extend(pod_annotations::validate(meta.annotations.as_ref(), &spec, &path.child("annotations")));
    errors
}

pub(crate) fn template(template: &PodTemplateSpec, path: &Path) -> Vec<FieldError> {
    let mut errors = template_metadata(template, path);
    let own = template.spec.clone().unwrap_or_default();
    let spec_path = path.child("spec");
    errors.extend(spec(&own, volume::Meta { name: "", is_pod: false }, false, &spec_path));
    let annotations = template.metadata.as_ref().and_then(|meta| meta.annotations.as_ref());
    errors.extend(pod_annotations::seccomp_agrees(annotations, &own, &spec_path));
    if !list(&own.ephemeral_containers).is_empty() {
        let why = "ephemeral containers not allowed in pod template";
        errors.push(FieldError::forbidden(spec_path.child("ephemeralContainers"), why));
    }
    errors
}

fn spec(spec: &PodSpec, meta: volume::Meta<'_>, is_mirror: bool, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    if spec.termination_grace_period_seconds.is_none() {
        errors.push(FieldError::required(path.child("terminationGracePeriodSeconds"), ""));
    }
    let (volumes, faulty) = volume::validate_all(list(&spec.volumes), meta, &path.child("volumes"));
    errors.extend(faulty);
    errors.extend(volume::claims_of_others(list(&spec.volumes), meta, &path.child("volumes")));
    errors.extend(pod_resources::pod_claims(list(&spec.resource_claims), is_mirror, &path.child("resourceClaims")));
    errors.extend(container::validate_all(spec, volumes, path));
    let claims = list(&spec.resource_claims).iter().map(|claim| claim.name.as_str()).collect();
    errors.extend(pod_resources::whole_pod(spec, &claims, path));
    errors.extend(host_network_ports(spec, meta.is_pod, &path.child("containers")));
    one_of(&mut errors, &path.child("restartPolicy"), spec.restart_policy.as_deref(), &["Always", "OnFailure", "Never"]);
    let dns_policies = &["ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"];
    one_of(&mut errors, &path.child("dnsPolicy"), spec.dns_policy.as_deref(), dns_policies);
    errors.extend(metadata::labels(spec.node_selector.as_ref(), &path.child("nodeSelector")));
    if let Some(context) = &spec.security_context {
        errors.extend(pod_security::of_pod(context, spec, &path.child("securityContext")));
    }
    if let Some(affinity) = &spec.affinity {
        errors.extend(scheduling::affinity(affinity, &path.child("affinity")));
    }
    errors.extend(dns_config(spec.dns_config.as_ref(), text(&spec.dns_policy), &path.child("dnsConfig")));
    errors.extend(scheduling::gates(spec, path));
    errors.extend(scheduling::spread(list(&spec.topology_spread_constraints), &path.child("topologySpreadConstraints")));
    errors.extend(windows::host_processes(spec, path));
    errors.extend(pod_security::host_users(spec, path));
    errors.extend(pod_security::hostname_override(spec, path));
    errors.extend(names(spec, path));
    errors.extend(scheduling::tolerations(list(&spec.tolerations), &path.child("tolerations")));
    errors.extend(host_aliases(spec, &path.child("hostAliases")));
    errors.extend(classes(spec, path));
    if spec.overhead.is_some() {
        // As if they were the limits of a container.
        let limits = ResourceRequirements { limits: spec.overhead.clone(), ..ResourceRequirements::default() };
        errors.extend(resources::requirements(&limits, resources::container_resource_name, &BTreeSet::new(), &path.child("overhead")));
    }
    errors.extend(windows::operating_system(spec, path));
    errors.extend(pod_security::file_variables(spec, path));
    errors
}

/// What the pod names: its account, its node, itself; and its deadline.
fn names(spec: &PodSpec, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    for (field, name) in [("serviceAccountName", &spec.service_account_name), ("nodeName", &spec.node_name)] {
        if let Some(name) = name.as_deref().filter(|name| !name.is_empty()) {
            invalid_each(&mut errors, &path.child(field), name, name_rules::dns1123_subdomain(name));
        }
    }
    let most = i64::from(i32::MAX);
    if let Some(seconds) = spec.active_deadline_seconds.filter(|seconds| !(1..=most).contains(seconds)) {
        errors.push(FieldError::invalid(path.child("activeDeadlineSeconds"), seconds, name_rules::inclusive_range(1, most)));
    }
    for (field, name) in [("hostname", &spec.hostname), ("subdomain", &spec.subdomain)] {
        if let Some(name) = name.as_deref().filter(|name| !name.is_empty()) {
            invalid_each(&mut errors, &path.child(field), name, name_rules::dns1123_label(name));
        }
    }
    errors
}

fn classes(spec: &PodSpec, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    for (field, name) in [("priorityClassName", &spec.priority_class_name), ("runtimeClassName", &spec.runtime_class_name)] {
        if let Some(name) = name.as_deref().filter(|name| !name.is_empty()) {
            invalid_each(&mut errors, &path.child(field), name, name_rules::dns1123_subdomain(name));
        }
    }
    if let Some(policy) = &spec.preemption_policy {
        one_of(&mut errors, &path.child("preemptionPolicy"), Some(policy), &["PreemptLowerPriority", "Never"]);
    }
    errors
}

fn host_network_ports(spec: &PodSpec, is_pod: bool, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    if spec.host_network != Some(true) {
        return errors;
    }
    for (index, container) in spec.containers.iter().enumerate() {
        for (port_index, port) in list(&container.ports).iter().enumerate() {
            let host_port = port.host_port.unwrap_or(0);
            if (is_pod || host_port != 0) && host_port != port.container_port {
                let field = path.index(index).child("ports").index(port_index).child("hostPort");
                errors.push(FieldError::invalid(field, host_port, "must match `containerPort` when `hostNetwork` is true"));
            }
        }
    }
    errors
}

fn dns_config(config: Option<&PodDNSConfig>, policy: &str, path: &Path) -> Vec<FieldError> {
    const MAX_NAMESERVERS: usize = 3;
    const MAX_SEARCHES: usize = 32;
    const MAX_SEARCH_CHARACTERS: usize = 2048;
    let mut errors = Vec::new();
    let Some(config) = config else {
        let missing = policy == "None";
        let why = "must provide `dnsConfig` when `dnsPolicy` is None";
        return missing.then(|| FieldError::required(path, why)).into_iter().collect();
    };
    let (nameservers, searches) = (list(&config.nameservers), list(&config.searches));
    if policy == "None" && nameservers.is_empty() {
        let why = "must provide at least one DNS nameserver when `dnsPolicy` is None";
        return vec![FieldError::required(path.child("nameservers"), why)];
    }
    if nameservers.len() > MAX_NAMESERVERS {
        errors.push(FieldError::invalid(path.child("nameservers"), nameservers.to_vec(), "must not have more than 3 nameservers"));
    }
    for (index, server) in nameservers.iter().enumerate() {
        errors.extend(ip::address(server, &path.child("nameservers").index(index)));
    }
    if searches.len() > MAX_SEARCHES {
        errors.push(FieldError::invalid(path.child("searches"), searches.to_vec(), "must not have more than 32 search paths"));
    }
    if searches.join(" ").len() > MAX_SEARCH_CHARACTERS {
        let why = "must not have more than 2048 characters (including spaces) in the search list";
        errors.push(FieldError::invalid(path.child("searches"), searches.to_vec(), why));
    }
    for (index, search) in searches.iter().enumerate().filter(|(_, search)| *search != ".") {
        let domain = search.strip_suffix('.').unwrap_or(search);
        let faults = name_rules::dns1123_subdomain_with_underscore(domain);
        invalid_each(&mut errors, &path.child("searches").index(index), domain, faults);
    }
    for (index, _) in list(&config.options).iter().enumerate().filter(|(_, option)| text(&option.name).is_empty()) {
        errors.push(FieldError::required(path.child("options").index(index), "must not be empty"));
    }
    errors
}

fn host_aliases(spec: &PodSpec, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    for (index, alias) in list(&spec.host_aliases).iter().enumerate() {
        let path = path.index(index);
        errors.extend(ip::address(&alias.ip, &path.child("ip")));
        for (name_index, name) in list(&alias.hostnames).iter().enumerate() {
            invalid_each(&mut errors, &path.child("hostnames").index(name_index), name.as_str(), name_rules::dns1123_subdomain(name));
        }
    }
    errors
}
