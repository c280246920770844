//! Containers: names, images, ports, environment, mounts, security.
//!
//! Models: pkg/apis/core/validation/validation.go (validateContainers, validateInitContainers, ValidateEnv,
//! ValidateVolumeMounts, ValidateSecurityContext), v1.36.
//! Simplified: nothing.

use std::collections::{BTreeMap, BTreeSet};

use k8s_openapi::api::core::v1::{
    Container, ContainerPort, ContainerRestartRule, EnvFromSource, EnvVar, EnvVarSource, FileKeySelector, ObjectFieldSelector,
    PodSpec, ResourceFieldSelector, SeccompProfile, SecurityContext, Volume, VolumeMount,
};
use serde_json::json;

use super::{ephemeral_container, invalid_each, list, one_of, pod_security, probe, resources, text, volume, windows};
use crate::field::{FieldError, Path};
use crate::name_rules;
use crate::quantity::Quantity;
use crate::resource::is_sidecar;

pub(crate) const PROTOCOLS: &[&str] = &["SCTP", "TCP", "UDP"];

/// What containers need to know of the pod around them.
pub(super) struct Pod<'a> {
    volumes: BTreeSet<&'a str>,
    /// Those of the volumes that can be used as block devices.
    claims: BTreeSet<&'a str>,
    /// The names of the claims on devices of other kinds.
    resource_claims: BTreeSet<&'a str>,
    host_users: bool,
    restart_policy: &'a str,
    grace_period: Option<i64>,
}

/// All containers of a pod. `volumes` are the names of the volumes that are in order.
pub(crate) fn validate_all(spec: &PodSpec, volumes: BTreeSet<&str>, path: &Path) -> Vec<FieldError> {
    let is_claim = |volume: &&Volume| volume.persistent_volume_claim.is_some() || volume.ephemeral.is_some();
    let pod = Pod {
        claims: list(&spec.volumes).iter().filter(is_claim).map(|volume| volume.name.as_str()).collect(),
        volumes,
        resource_claims: list(&spec.resource_claims).iter().map(|claim| claim.name.as_str()).filter(|name| !name.is_empty()).collect(),
        host_users: spec.host_users != Some(false),
        restart_policy: text(&spec.restart_policy),
        grace_period: spec.termination_grace_period_seconds,
    };
    let mut errors = containers(&spec.containers, &pod, &path.child("containers"));
    errors.extend(init_containers(spec, &pod, &path.child("initContainers")));
    errors.extend(ephemeral_container::all(spec, &pod, &path.child("ephemeralContainers")));
    errors
}

fn containers(containers: &[Container], pod: &Pod<'_>, path: &Path) -> Vec<FieldError> {
    if containers.is_empty() {
        return vec![FieldError::required(path, "")];
    }
    let mut errors = Vec::new();
    let mut names = BTreeSet::new();
    for (index, container) in containers.iter().enumerate() {
        let path = path.index(index);
        errors.extend(common(container, pod, &path));
        if !names.insert(container.name.as_str()) {
            errors.push(FieldError::duplicate(path.child("name"), container.name.as_str()));
        }
        errors.extend(probe::of_container(container, pod.grace_period, &path));
        errors.extend(restart_policy(container, &path));
    }
    errors.extend(host_port_conflicts(containers, path));
    errors
}

fn init_containers(spec: &PodSpec, pod: &Pod<'_>, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let mut names: BTreeSet<&str> = spec.containers.iter().map(|container| container.name.as_str()).collect();
    for (index, container) in list(&spec.init_containers).iter().enumerate() {
        let own = path.index(index);
        errors.extend(common(container, pod, &own));
        errors.extend(restart_policy(container, &own));
        if names.contains(container.name.as_str()) {
            errors.push(FieldError::duplicate(own.child("name"), container.name.as_str()));
        } else if !container.name.is_empty() {
            names.insert(container.name.as_str());
        }
        errors.extend(host_port_conflicts(std::slice::from_ref(container), path));
        if is_sidecar(container) {
            errors.extend(probe::of_container(container, pod.grace_period, &own));
            continue;
        }
        let given = [
            ("lifecycle", container.lifecycle.is_some()), ("livenessProbe", container.liveness_probe.is_some()),
            ("readinessProbe", container.readiness_probe.is_some()), ("startupProbe", container.startup_probe.is_some()),
        ];
        for (name, _) in given.into_iter().filter(|(_, given)| *given) {
            errors.push(FieldError::forbidden(own.child(name), "may not be set for init containers without restartPolicy=Always"));
        }
        for (policy_index, policy) in list(&container.resize_policy).iter().enumerate().filter(|(_, policy)| policy.restart_policy == "RestartContainer") {
            let field = own.child("resizePolicy").index(policy_index).child("restartPolicy");
            let why = "must not be set to 'RestartContainer' for non-sidecar initContainers";
            errors.push(FieldError::invalid(field, policy.restart_policy.as_str(), why));
        }
    }
    errors
}

pub(super) fn common(container: &Container, pod: &Pod<'_>, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    match container.name.as_str() {
        "" => errors.push(FieldError::required(path.child("name"), "")),
        name => invalid_each(&mut errors, &path.child("name"), name, name_rules::dns1123_label(name)),
    }
    if text(&container.image).is_empty() {
        errors.push(FieldError::required(path.child("image"), ""));
    }
    let policy = container.termination_message_policy.as_deref();
    one_of(&mut errors, &path.child("terminationMessagePolicy"), policy, &["File", "FallbackToLogsOnError"]);
    errors.extend(ports(list(&container.ports), &path.child("ports")));
    errors.extend(environment(list(&container.env), &path.child("env")));
    errors.extend(environment_from(list(&container.env_from), &path.child("envFrom")));
    errors.extend(mounts(container, pod, &path.child("volumeMounts")));
    errors.extend(devices(container, pod, &path.child("volumeDevices")));
    one_of(&mut errors, &path.child("imagePullPolicy"), container.image_pull_policy.as_deref(), &["Always", "IfNotPresent", "Never"]);
    if let Some(own) = &container.resources {
        errors.extend(resources::requirements(own, resources::container_resource_name, &pod.resource_claims, &path.child("resources")));
    }
    errors.extend(resize_policy(container, pod, &path.child("resizePolicy")));
    if let Some(context) = &container.security_context {
        errors.extend(security_context(context, pod.host_users, &path.child("securityContext")));
    }
    errors
}

fn ports(ports: &[ContainerPort], path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let mut names = BTreeSet::new();
    for (index, port) in ports.iter().enumerate() {
        let path = path.index(index);
        if let Some(name) = port.name.as_deref().filter(|name| !name.is_empty()) {
            let faults = name_rules::port_name(name);
            if faults.is_empty() && !names.insert(name) {
                errors.push(FieldError::duplicate(path.child("name"), name));
            }
            invalid_each(&mut errors, &path.child("name"), name, faults);
        }
        match port.container_port {
            0 => errors.push(FieldError::required(path.child("containerPort"), "")),
            number => invalid_each(&mut errors, &path.child("containerPort"), number, name_rules::port_number(i64::from(number))),
        }
        if let Some(number) = port.host_port.filter(|number| *number != 0) {
            invalid_each(&mut errors, &path.child("hostPort"), number, name_rules::port_number(i64::from(number)));
        }
        one_of(&mut errors, &path.child("protocol"), port.protocol.as_deref(), PROTOCOLS);
    }
    errors
}

fn host_port_conflicts(containers: &[Container], path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let mut taken = BTreeSet::new();
    for (index, container) in containers.iter().enumerate() {
        for (port_index, port) in list(&container.ports).iter().enumerate() {
            let Some(number) = port.host_port.filter(|number| *number != 0) else { continue };
            let key = format!("{}/{}/{number}", text(&port.protocol), text(&port.host_ip));
            if !taken.insert(key.clone()) {
                errors.push(FieldError::duplicate(path.index(index).child("ports").index(port_index).child("hostPort"), key));
            }
        }
    }
    errors
}

fn environment(variables: &[EnvVar], path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    for (index, variable) in variables.iter().enumerate() {
        let path = path.index(index);
        match variable.name.as_str() {
            "" => errors.push(FieldError::required(path.child("name"), "")),
            name => invalid_each(&mut errors, &path.child("name"), name, name_rules::env_var_name(name)),
        }
        if let Some(source) = &variable.value_from {
            errors.extend(value_from(source, text(&variable.value), &path.child("valueFrom")));
        }
    }
    errors
}

fn value_from(source: &EnvVarSource, value: &str, path: &Path) -> Vec<FieldError> {
    const FIELDS: &[&str] = &[
        "metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.serviceAccountName", "status.hostIP",
        "status.hostIPs", "status.podIP", "status.podIPs",
    ];
    let mut errors = Vec::new();
    let mut sources = 0;
    if let Some(selector) = &source.field_ref {
        sources += 1;
        errors.extend(field_ref(selector, FIELDS, &path.child("fieldRef")));
    }
    if let Some(selector) = &source.resource_field_ref {
        sources += 1;
        errors.extend(resource_ref(selector, false, &path.child("resourceFieldRef")));
    }
    if let Some(selector) = &source.config_map_key_ref {
        sources += 1;
        errors.extend(key_ref(&selector.name, &selector.key, &path.child("configMapKeyRef")));
    }
    if let Some(selector) = &source.secret_key_ref {
        sources += 1;
        errors.extend(key_ref(&selector.name, &selector.key, &path.child("secretKeyRef")));
    }
    if let Some(selector) = &source.file_key_ref {
        sources += 1;
        errors.extend(file_key(selector, &path.child("fileKeyRef")));
    }
    let why = match sources {
        0 => "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`",
        _ if !value.is_empty() => "may not be specified when `value` is not empty",
        1 => return errors,
        _ => "may not have more than one field specified at a time",
    };
    errors.push(FieldError::invalid(path, "", why));
    errors
}

/// A variable that stands in a file of a volume.
fn file_key(selector: &FileKeySelector, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    match selector.key.as_str() {
        "" => errors.push(FieldError::required(path.child("key"), "")),
        key => invalid_each(&mut errors, &path.child("key"), key, name_rules::env_var_name(key)),
    }
    match selector.volume_name.as_str() {
        "" => errors.push(FieldError::required(path.child("volumeName"), "")),
        name => invalid_each(&mut errors, &path.child("volumeName"), name, name_rules::dns1123_label(name)),
    }
    match selector.path.as_str() {
        "" => errors.push(FieldError::required(path.child("path"), "")),
        file => errors.extend(volume::no_backsteps(file, &path.child("path"))),
    }
    errors
}

fn key_ref(name: &str, key: &str, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    invalid_each(&mut errors, &path.child("name"), name, name_rules::dns1123_subdomain(name));
    match key {
        "" => errors.push(FieldError::required(path.child("key"), "")),
        key => invalid_each(&mut errors, &path.child("key"), key, name_rules::config_map_key(key)),
    }
    errors
}

/// A field of the pod that a container may see: `metadata.name`, `metadata.labels['app']`.
pub(crate) fn field_ref(selector: &ObjectFieldSelector, fields: &[&str], path: &Path) -> Vec<FieldError> {
    const KNOWN: &[&str] = &[
        "metadata.annotations", "metadata.labels", "metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName",
        "spec.restartPolicy", "spec.serviceAccountName", "spec.schedulerName", "status.phase", "status.hostIP",
        "status.hostIPs", "status.podIP", "status.podIPs", "spec.host",
    ];
    let mut errors = Vec::new();
    if text(&selector.api_version).is_empty() {
        return vec![FieldError::required(path.child("apiVersion"), "")];
    }
    if selector.field_path.is_empty() {
        return vec![FieldError::required(path.child("fieldPath"), "")];
    }
    let field = selector.field_path.as_str();
    let cannot_convert = |why: String| FieldError::invalid(path.child("fieldPath"), field, format!("error converting fieldPath: {why}"));
    if text(&selector.api_version) != "v1" {
        return vec![cannot_convert(format!("unsupported pod version: {}", text(&selector.api_version)))];
    }
    if let Some((whole, key)) = field.strip_suffix("']").and_then(|rest| rest.split_once("['")) {
        match whole {
            "metadata.annotations" => invalid_each(&mut errors, path, key.to_lowercase(), name_rules::label_key(&key.to_lowercase())),
            "metadata.labels" => invalid_each(&mut errors, path, key, name_rules::label_key(key)),
            _ => errors.push(cannot_convert(format!("field label does not support subscript: {field}"))),
        }
        return errors;
    }
    if !KNOWN.contains(&field) {
        errors.push(cannot_convert(format!("field label not supported: {field}")));
    } else if field != "spec.host" && !fields.contains(&field) {
        let mut sorted = fields.to_vec();
        sorted.sort_unstable();
        errors.push(FieldError::not_supported(path.child("fieldPath"), field, &sorted));
    }
    errors
}

pub(crate) fn resource_ref(selector: &ResourceFieldSelector, in_volume: bool, path: &Path) -> Vec<FieldError> {
    const RESOURCES: &[&str] =
        &["limits.cpu", "limits.ephemeral-storage", "limits.memory", "requests.cpu", "requests.ephemeral-storage", "requests.memory"];
    let mut errors = Vec::new();
    let resource = selector.resource.as_str();
    let huge_pages = resource.starts_with("requests.hugepages-") || resource.starts_with("limits.hugepages-");
    if in_volume && text(&selector.container_name).is_empty() {
        errors.push(FieldError::required(path.child("containerName"), ""));
    } else if resource.is_empty() {
        errors.push(FieldError::required(path.child("resource"), ""));
    } else if !RESOURCES.contains(&resource) && !huge_pages {
        errors.push(FieldError::not_supported(path.child("resource"), resource, RESOURCES));
    }
    let divisor = selector.divisor.as_ref().map(Quantity::of).unwrap_or_default();
    if !divisor.is_zero() {
        let divisor = divisor.to_string();
        let bytes = "1, 1k, 1M, 1G, 1T, 1P, 1E, 1Ki, 1Mi, 1Gi, 1Ti, 1Pi, 1Ei";
        let what = resource.split_once('.').map_or("", |(_, what)| what);
        let (good, why) = match what {
            "cpu" => (matches!(divisor.as_str(), "1" | "1m"), "only divisor's values 1m and 1 are supported with the cpu resource".to_owned()),
            "memory" => (bytes.split(", ").any(|known| known == divisor), format!("only divisor's values {bytes} are supported with the memory resource")),
            "ephemeral-storage" => {
                let why = format!("only divisor's values {bytes} are supported with the local ephemeral storage resource");
                (bytes.split(", ").any(|known| known == divisor), why)
            }
            _ => (true, String::new()),
        };
        if !good {
            errors.push(FieldError::invalid(path.child("divisor"), resource, why));
        }
    }
    errors
}

fn environment_from(sources: &[EnvFromSource], path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    for (index, source) in sources.iter().enumerate() {
        let own = path.index(index);
        let prefix = text(&source.prefix);
        if !prefix.is_empty() {
            invalid_each(&mut errors, &own.child("prefix"), prefix, name_rules::env_var_name(prefix));
        }
        let config_map = source.config_map_ref.as_ref().map(|reference| ("configMapRef", reference.name.as_str()));
        let secret = source.secret_ref.as_ref().map(|reference| ("secretRef", reference.name.as_str()));
        for (name, reference) in config_map.into_iter().chain(secret) {
            let path = own.child(name).child("name");
            match reference {
                "" => errors.push(FieldError::required(path, "")),
                reference => invalid_each(&mut errors, &path, reference, name_rules::dns1123_subdomain(reference)),
            }
        }
        match (config_map, secret) {
            (None, None) => errors.push(FieldError::invalid(path, "", "must specify one of: `configMapRef` or `secretRef`")),
            (Some(_), Some(_)) => errors.push(FieldError::invalid(path, "", "may not have more than one field specified at a time")),
            _ => {}
        }
    }
    errors
}

fn mounts(container: &Container, pod: &Pod<'_>, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let mut mount_paths = BTreeSet::new();
    let devices: BTreeMap<&str, &str> =
        list(&container.volume_devices).iter().map(|device| (device.name.as_str(), device.device_path.as_str())).collect();
    for (index, mount) in list(&container.volume_mounts).iter().enumerate() {
        let own = path.index(index);
        if mount.name.is_empty() {
            errors.push(FieldError::required(own.child("name"), ""));
        }
        if !pod.volumes.contains(mount.name.as_str()) {
            errors.push(FieldError::not_found(own.child("name"), mount.name.as_str()));
        }
        if mount.mount_path.is_empty() {
            errors.push(FieldError::required(own.child("mountPath"), ""));
        }
        let at = mount.mount_path.as_str();
        if !mount_paths.insert(at) {
            errors.push(FieldError::invalid(own.child("mountPath"), at, "must be unique"));
        }
        if devices.contains_key(mount.name.as_str()) {
            errors.push(FieldError::invalid(own.child("name"), mount.name.as_str(), "must not already exist in volumeDevices"));
        }
        if devices.values().any(|device| *device == at) {
            errors.push(FieldError::invalid(own.child("mountPath"), at, "must not already exist as a path in volumeDevices"));
        }
        errors.extend(sub_paths(mount, path, &own));
        errors.extend(propagation(mount, container, path));
        errors.extend(recursive_read_only(mount, &path.child("recursiveReadOnly")));
    }
    errors
}

/// Volumes that the container sees as raw disks.
fn devices(container: &Container, pod: &Pod<'_>, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let (mut paths, mut names) = (BTreeSet::new(), BTreeSet::new());
    let mounts = list(&container.volume_mounts);
    for (index, device) in list(&container.volume_devices).iter().enumerate() {
        let (own, name, at) = (path.index(index), device.name.as_str(), device.device_path.as_str());
        if name.is_empty() {
            errors.push(FieldError::required(own.child("name"), ""));
        }
        if names.contains(name) {
            errors.push(FieldError::invalid(own.child("name"), name, "must be unique"));
        }
        if !pod.volumes.contains(name) {
            errors.push(FieldError::not_found(own.child("name"), name));
        } else if !pod.claims.contains(name) {
            let why = "can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode";
            errors.push(FieldError::invalid(own.child("name"), name, why));
        }
        if at.is_empty() {
            errors.push(FieldError::required(own.child("devicePath"), ""));
        }
        if paths.contains(at) {
            errors.push(FieldError::invalid(own.child("devicePath"), at, "must be unique"));
        }
        if volume::no_backsteps(at, path).is_some() {
            errors.push(FieldError::invalid(own.child("devicePath"), at, "can not contain backsteps ('..')"));
        } else {
            paths.insert(at);
        }
        if mounts.iter().any(|mount| mount.name == name) {
            errors.push(FieldError::invalid(own.child("name"), name, "must not already exist in volumeMounts"));
        }
        if mounts.iter().any(|mount| mount.mount_path == at) {
            errors.push(FieldError::invalid(own.child("devicePath"), at, "must not already exist as a path in volumeMounts"));
        }
        names.extend((!name.is_empty()).then_some(name));
    }
    errors
}

fn recursive_read_only(mount: &VolumeMount, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    match mount.recursive_read_only.as_deref() {
        None | Some("Disabled") => {}
        Some("Enabled" | "IfPossible") => {
            if mount.read_only != Some(true) {
                errors.push(FieldError::forbidden(path, "may only be specified when readOnly is true"));
            }
            if mount.mount_propagation.as_deref().is_some_and(|mode| mode != "None") {
                errors.push(FieldError::forbidden(path, "may only be specified when mountPropagation is None or not specified"));
            }
        }
        Some(other) => errors.push(FieldError::not_supported(path, other, &["Disabled", "Enabled", "IfPossible"])),
    }
    errors
}

/// The reference reports these under the list and not under the mount.
fn sub_paths(mount: &VolumeMount, path: &Path, own: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let (plain, expression) = (text(&mount.sub_path), text(&mount.sub_path_expr));
    if !plain.is_empty() {
        errors.extend(volume::descending_path(plain, &path.child("subPath")));
    }
    if !expression.is_empty() {
        if !plain.is_empty() {
            errors.push(FieldError::invalid(own.child("subPathExpr"), expression, "subPathExpr and subPath are mutually exclusive"));
        }
        errors.extend(volume::descending_path(expression, &path.child("subPathExpr")));
    }
    errors
}

fn propagation(mount: &VolumeMount, container: &Container, path: &Path) -> Vec<FieldError> {
    let Some(mode) = mount.mount_propagation.as_deref() else { return Vec::new() };
    let mut errors = Vec::new();
    let path = path.child("mountPropagation");
    if !matches!(mode, "Bidirectional" | "HostToContainer" | "None") {
        errors.push(FieldError::not_supported(&path, mode, &["Bidirectional", "HostToContainer", "None"]));
    }
    let privileged = container.security_context.as_ref().and_then(|context| context.privileged) == Some(true);
    if mode == "Bidirectional" && !privileged {
        errors.push(FieldError::forbidden(path, "Bidirectional mount propagation is available only to privileged containers"));
    }
    errors
}

fn restart_policy(container: &Container, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let rules: &[ContainerRestartRule] = list(&container.restart_policy_rules);
    match container.restart_policy.as_deref() {
        None if rules.is_empty() => return errors,
        None => errors.push(FieldError::required(path.child("restartPolicy"), "must specify restartPolicy when restart rules are used")),
        Some("Always" | "Never" | "OnFailure") => {}
        Some(other) => errors.push(FieldError::not_supported(path.child("restartPolicy"), other, &["Always", "Never", "OnFailure"])),
    }
    if rules.len() > 20 {
        errors.push(FieldError::too_many(path.child("restartPolicyRules"), rules.len(), 20));
    }
    for (index, rule) in rules.iter().enumerate() {
        let path = path.child("restartPolicyRules").index(index);
        if !matches!(rule.action.as_str(), "Restart" | "RestartAllContainers") {
            errors.push(FieldError::not_supported(path.child("action"), rule.action.as_str(), &["Restart", "RestartAllContainers"]));
        }
        match &rule.exit_codes {
            None => errors.push(FieldError::required(path.child("exitCodes"), "must be specified")),
            Some(codes) => {
                let path = path.child("exitCodes");
                if !matches!(codes.operator.as_str(), "In" | "NotIn") {
                    errors.push(FieldError::not_supported(path.child("operator"), codes.operator.as_str(), &["In", "NotIn"]));
                }
                if list(&codes.values).len() > 255 {
                    errors.push(FieldError::too_many(path.child("values"), list(&codes.values).len(), 255));
                }
            }
        }
    }
    errors
}

fn resize_policy(container: &Container, pod: &Pod<'_>, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let mut seen = BTreeSet::new();
    for (index, policy) in list(&container.resize_policy).iter().enumerate() {
        if !seen.insert(policy.resource_name.as_str()) {
            errors.push(FieldError::duplicate(path.index(index), policy.resource_name.as_str()));
        }
        one_of(&mut errors, path, Some(&policy.resource_name), &["cpu", "memory"]);
        one_of(&mut errors, path, Some(&policy.restart_policy), &["NotRequired", "RestartContainer"]);
        if pod.restart_policy == "Never" && policy.restart_policy != "NotRequired" {
            let why = "must be 'NotRequired' when pod `restartPolicy` is 'Never'";
            errors.push(FieldError::invalid(path, policy.restart_policy.as_str(), why));
        }
    }
    errors
}

fn security_context(context: &SecurityContext, host_users: bool, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    for (name, id) in [("runAsUser", context.run_as_user), ("runAsGroup", context.run_as_group)] {
        if let Some(id) = id {
            invalid_each(&mut errors, &path.child(name), id, name_rules::user_id(id));
        }
    }
    if let Some(mode) = context.proc_mount.as_deref() {
        let field = path.child("procMount");
        if !matches!(mode, "Default" | "Unmasked") {
            errors.push(FieldError::not_supported(&field, mode, &["Default", "Unmasked"]));
        }
        if host_users && mode == "Unmasked" {
            errors.push(FieldError::invalid(field, mode, "`hostUsers` must be false to use `Unmasked`"));
        }
    }
    if let Some(profile) = &context.seccomp_profile {
        errors.extend(seccomp(profile, &path.child("seccompProfile")));
    }
    if context.allow_privilege_escalation == Some(false) {
        if context.privileged == Some(true) {
            let why = "cannot set `allowPrivilegeEscalation` to false and `privileged` to true";
            errors.push(FieldError::invalid(path, json!(context), why).of_struct("SecurityContext"));
        }
        let added = context.capabilities.as_ref().map(|capabilities| list(&capabilities.add)).unwrap_or_default();
        if added.iter().any(|capability| capability == "CAP_SYS_ADMIN") {
            let why = "cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN";
            errors.push(FieldError::invalid(path, json!(context), why).of_struct("SecurityContext"));
        }
    }
    errors.extend(windows::options(context.windows_options.as_ref(), &path.child("windowsOptions")));
    errors.extend(pod_security::app_armor(context.app_armor_profile.as_ref(), &path.child("appArmorProfile")));
    errors
}

pub(crate) fn seccomp(profile: &SeccompProfile, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    match profile.type_.as_str() {
        "" => errors.push(FieldError::required(path.child("type"), "type is required when seccompProfile is set")),
        "Localhost" | "RuntimeDefault" | "Unconfined" => {}
        other => errors.push(FieldError::not_supported(path.child("type"), other, &["Localhost", "RuntimeDefault", "Unconfined"])),
    }
    let local = path.child("localhostProfile");
    match (&profile.localhost_profile, profile.type_.as_str()) {
        (None, "Localhost") => errors.push(FieldError::required(local, "must be set when seccomp type is Localhost")),
        (Some(file), "Localhost") => errors.extend(volume::descending_path(file, &local)),
        (Some(_), _) => errors.push(FieldError::invalid(local, json!(profile), "can only be set when seccomp type is Localhost").of_struct("SeccompProfile")),
        (None, _) => {}
    }
    errors
}
