//! Pods and pod templates.
//!
//! Models: pkg/apis/core/validation/validation.go (ValidatePodCreate, ValidatePodSpec, ValidatePodTemplateSpec), v1.36.
//! Simplified: operating systems, dynamic resource claims, sysctls, host users and the old annotations of security
//! profiles are not checked.

use k8s_openapi::api::core::v1::{PodDNSConfig, PodSecurityContext, PodSpec, PodTemplateSpec};

use super::{container, invalid_each, ip, list, metadata, one_of, resources, scheduling, text, volume};
use crate::field::{FieldError, Path};
use crate::resource::resource_list;
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
    errors
}

/// Whether the pod only shows what a kubelet runs by itself.
pub(super) fn is_mirror(pod: &Pod) -> bool {
    pod.metadata.annotations.as_ref().is_some_and(|annotations| annotations.contains_key("kubernetes.io/config.mirror"))
}

pub(crate) fn metadata_and_spec(pod: &Pod) -> Vec<FieldError> {
    let mut errors = metadata::validate(&pod.metadata, true, metadata::SUBDOMAIN);
    let annotations = Path::new("metadata").child("annotations");
    let annotation = |name: &str| pod.metadata.annotations.as_ref().and_then(|annotations| annotations.get(name));
    errors.extend(deletion_cost(annotation("controller.kubernetes.io/pod-deletion-cost").map(String::as_str), &annotations));
    if let Some(value) = annotation("kubernetes.io/config.mirror").filter(|_| text(&pod.spec.node_name).is_empty()) {
        let why = "must set spec.nodeName if mirror pod annotation is set";
        errors.push(FieldError::invalid(annotations.key("kubernetes.io/config.mirror"), value.as_str(), why));
    }
    let path = Path::new("spec");
    errors.extend(spec(&pod.spec, true, &path));
    if text(&pod.spec.service_account_name).is_empty() {
        for (index, volume) in list(&pod.spec.volumes).iter().enumerate() {
            let sources = volume.projected.as_ref().map(|projected| list(&projected.sources)).unwrap_or_default();
            for (source_index, _) in sources.iter().enumerate().filter(|(_, source)| source.service_account_token.is_some()) {
                let field = path.child("volumes").index(index).child("projected").child("sources").index(source_index);
                let why = "must not be specified when serviceAccountName is not set";
                errors.push(FieldError::forbidden(field.child("serviceAccountToken"), why));
            }
        }
    }
    for (name, containers) in [("containers", pod.spec.containers.as_slice()), ("initContainers", list(&pod.spec.init_containers))] {
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

fn deletion_cost(cost: Option<&str>, path: &Path) -> Option<FieldError> {
    let cost = cost?;
    let canonical = cost.parse::<i32>().is_ok_and(|number| number.to_string() == cost);
    let field = path.key("controller.kubernetes.io/pod-deletion-cost");
    (!canonical).then(|| FieldError::invalid(field, cost, "must be a 32bit integer"))
}

/// The labels and annotations of a template.
pub(crate) fn template_metadata(template: &PodTemplateSpec, path: &Path) -> Vec<FieldError> {
    let meta = template.metadata.clone().unwrap_or_default();
    let mut errors = metadata::labels(meta.labels.as_ref(), &path.child("labels"));
    errors.extend(metadata::annotations(meta.annotations.as_ref(), &path.child("annotations")));
    let cost = meta.annotations.as_ref().and_then(|annotations| annotations.get("controller.kubernetes.io/pod-deletion-cost"));
    errors.extend(deletion_cost(cost.map(String::as_str), &path.child("annotations")));
    errors
}

pub(crate) fn template(template: &PodTemplateSpec, path: &Path) -> Vec<FieldError> {
    let mut errors = template_metadata(template, path);
    let own = template.spec.clone().unwrap_or_default();
    errors.extend(spec(&own, false, &path.child("spec")));
    if !list(&own.ephemeral_containers).is_empty() {
        let why = "ephemeral containers not allowed in pod template";
        errors.push(FieldError::forbidden(path.child("spec").child("ephemeralContainers"), why));
    }
    errors
}

fn spec(spec: &PodSpec, is_pod: bool, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    if spec.termination_grace_period_seconds.is_none() {
        errors.push(FieldError::required(path.child("terminationGracePeriodSeconds"), ""));
    }
    let (volumes, faulty) = volume::validate_all(list(&spec.volumes), &path.child("volumes"));
    errors.extend(faulty);
    errors.extend(container::validate_all(spec, volumes, path));
    if let Some(whole_pod) = &spec.resources {
        errors.extend(resources::requirements(whole_pod, &path.child("resources")));
    }
    errors.extend(host_network_ports(spec, is_pod, &path.child("containers")));
    one_of(&mut errors, &path.child("restartPolicy"), spec.restart_policy.as_deref(), &["Always", "OnFailure", "Never"]);
    let dns_policies = &["ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"];
    one_of(&mut errors, &path.child("dnsPolicy"), spec.dns_policy.as_deref(), dns_policies);
    errors.extend(metadata::labels(spec.node_selector.as_ref(), &path.child("nodeSelector")));
    if let Some(context) = &spec.security_context {
        errors.extend(security_context(context, spec, &path.child("securityContext")));
    }
    if let Some(affinity) = &spec.affinity {
        errors.extend(scheduling::affinity(affinity, &path.child("affinity")));
    }
    errors.extend(dns_config(spec.dns_config.as_ref(), text(&spec.dns_policy), &path.child("dnsConfig")));
    errors.extend(scheduling::gates(spec, path));
    errors.extend(scheduling::spread(list(&spec.topology_spread_constraints), &path.child("topologySpreadConstraints")));
    errors.extend(names(spec, path));
    errors.extend(scheduling::tolerations(list(&spec.tolerations), &path.child("tolerations")));
    errors.extend(host_aliases(spec, &path.child("hostAliases")));
    errors.extend(classes(spec, path));
    for (name, amount) in resource_list(spec.overhead.as_ref()) {
        errors.extend(resources::amount(&name, amount, &path.child("overhead").key(&name)));
    }
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

fn security_context(context: &PodSecurityContext, spec: &PodSpec, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    for (name, id) in [("fsGroup", context.fs_group), ("runAsUser", context.run_as_user), ("runAsGroup", context.run_as_group)] {
        if let Some(id) = id {
            invalid_each(&mut errors, &path.child(name), id, name_rules::user_id(id));
        }
    }
    for (index, id) in list(&context.supplemental_groups).iter().enumerate() {
        invalid_each(&mut errors, &path.child("supplementalGroups").index(index), *id, name_rules::user_id(*id));
    }
    if spec.share_process_namespace == Some(true) && spec.host_pid == Some(true) {
        let why = "ShareProcessNamespace and HostPID cannot both be enabled";
        errors.push(FieldError::invalid(path.child("shareProcessNamespace"), true, why));
    }
    if let Some(policy) = context.fs_group_change_policy.as_deref().filter(|policy| !matches!(*policy, "Always" | "OnRootMismatch")) {
        errors.push(FieldError::not_supported(path.child("fsGroupChangePolicy"), policy, &["Always", "OnRootMismatch"]));
    }
    if let Some(profile) = &context.seccomp_profile {
        errors.extend(container::seccomp(profile, &path.child("seccompProfile")));
    }
    errors
}

fn dns_config(config: Option<&PodDNSConfig>, policy: &str, path: &Path) -> Vec<FieldError> {
    const MAX_NAMESERVERS: usize = 3;
    const MAX_SEARCHES: usize = 32;
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
    for (index, search) in searches.iter().enumerate().filter(|(_, search)| *search != ".") {
        let domain = search.strip_suffix('.').unwrap_or(search);
        let faults = name_rules::dns1123_subdomain(&domain.replace('_', "a"));
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
