//! What a pod may do on its node: users, kernel settings, profiles of AppArmor and seccomp, the host's namespaces.
//!
//! Models: pkg/apis/core/validation/validation.go (validatePodSpecSecurityContext, validateSysctls,
//! ValidateAppArmorProfileField, validateHostUsers, validatePodHostName, validateFileKeyRefVolumes), v1.36.
//! Simplified: nothing.

use std::collections::BTreeSet;

use k8s_openapi::api::core::v1::{
    AppArmorProfile, EnvVar, PodSecurityContext, PodSpec, SeccompProfile, SecurityContext, VolumeDevice,
};

use super::{container, invalid_each, list, windows};
use crate::field::{FieldError, Path};
use crate::name_rules;

/// The parts of containers and ephemeral containers that rules for all of them look at.
pub(crate) struct Part<'a> {
    pub name: &'a str,
    pub security_context: Option<&'a SecurityContext>,
    pub env: &'a [EnvVar],
    pub volume_devices: &'a [VolumeDevice],
}

/// Init containers, containers and ephemeral containers, each with its path.
pub(crate) fn every_container<'a>(spec: &'a PodSpec, path: &Path) -> Vec<(Path, Part<'a>)> {
    let mut parts = Vec::new();
    for (field, containers) in [("initContainers", list(&spec.init_containers)), ("containers", spec.containers.as_slice())] {
        for (index, container) in containers.iter().enumerate() {
            let part = Part {
                name: &container.name,
                security_context: container.security_context.as_ref(),
                env: list(&container.env),
                volume_devices: list(&container.volume_devices),
            };
            parts.push((path.child(field).index(index), part));
        }
    }
    for (index, container) in list(&spec.ephemeral_containers).iter().enumerate() {
        let part = Part {
            name: &container.name,
            security_context: container.security_context.as_ref(),
            env: list(&container.env),
            volume_devices: list(&container.volume_devices),
        };
        parts.push((path.child("ephemeralContainers").index(index), part));
    }
    parts
}

pub(super) fn of_pod(context: &PodSecurityContext, spec: &PodSpec, path: &Path) -> Vec<FieldError> {
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
    errors.extend(kernel_settings(context, spec, &path.child("sysctls")));
    let mut choice = |name: &str, value: &Option<String>, known: &[&str]| {
        if let Some(value) = value.as_deref().filter(|value| !known.contains(value)) {
            errors.push(FieldError::not_supported(path.child(name), value, known));
        }
    };
    choice("fsGroupChangePolicy", &context.fs_group_change_policy, &["Always", "OnRootMismatch"]);
    if let Some(profile) = &context.seccomp_profile {
        errors.extend(container::seccomp(profile, &path.child("seccompProfile")));
    }
    errors.extend(windows::options(context.windows_options.as_ref(), &path.child("windowsOptions")));
    errors.extend(app_armor(context.app_armor_profile.as_ref(), &path.child("appArmorProfile")));
    let mut choice = |name: &str, value: &Option<String>, known: &[&str]| {
        if let Some(value) = value.as_deref().filter(|value| !known.contains(value)) {
            errors.push(FieldError::not_supported(path.child(name), value, known));
        }
    };
    choice("supplementalGroupsPolicy", &context.supplemental_groups_policy, &["Merge", "Strict"]);
    // The other one waits for a feature (SELinuxMount) that is off.
    choice("seLinuxChangePolicy", &context.se_linux_change_policy, &["Recursive"]);
    errors
}

/// Settings of the kernel, by names like `net.ipv4.ip_forward` or `net/ipv4/conf/eno2.100/forwarding`.
fn kernel_settings(context: &PodSecurityContext, spec: &PodSpec, path: &Path) -> Vec<FieldError> {
    const REGEX: &str = "^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$";
    let mut errors = Vec::new();
    let mut names = BTreeSet::new();
    for (index, sysctl) in list(&context.sysctls).iter().enumerate() {
        let (field, name) = (path.index(index).child("name"), sysctl.name.as_str());
        if name.is_empty() {
            errors.push(FieldError::required(&field, ""));
        } else if !is_sysctl_name(name) {
            errors.push(FieldError::invalid(&field, name, format!("must have at most 253 characters and match regex {REGEX}")));
        } else if names.contains(name) {
            errors.push(FieldError::duplicate(&field, name));
        }
        let normal = normal_sysctl_name(name);
        let of_network = normal.starts_with("net.");
        let of_ipc = normal == "kernel.sem" || ["kernel.shm", "kernel.msg", "fs.mqueue."].iter().any(|prefix| normal.starts_with(prefix));
        if spec.host_network == Some(true) && of_network {
            errors.push(FieldError::invalid(&field, name, "may not be specified when 'hostNetwork' is true"));
        } else if spec.host_ipc == Some(true) && of_ipc {
            errors.push(FieldError::invalid(&field, name, "may not be specified when 'hostIPC' is true"));
        }
        names.insert(name);
    }
    errors
}

fn is_sysctl_name(name: &str) -> bool {
    let is_end = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let is_segment = |segment: &str| {
        let bytes = segment.as_bytes();
        let ends = bytes.first().copied().is_some_and(is_end) && bytes.last().copied().is_some_and(is_end);
        ends && bytes.iter().all(|&byte| is_end(byte) || matches!(byte, b'-' | b'_'))
    };
    name.len() <= 253 && name.split(['.', '/']).all(is_segment)
}

/// The name with dots between its parts. Where slashes part them, a dot is part of a name.
fn normal_sysctl_name(name: &str) -> String {
    match name.find(['.', '/']).map(|at| name.as_bytes()[at]) {
        Some(b'/') => name.chars().map(|c| match c { '/' => '.', '.' => '/', c => c }).collect(),
        _ => name.to_owned(),
    }
}

/// A profile of the kernel's AppArmor.
pub(crate) fn app_armor(profile: Option<&AppArmorProfile>, path: &Path) -> Vec<FieldError> {
    const MAX_PATH: usize = 4095;
    const MISSING: &str = "must be set when AppArmor type is Localhost";
    let Some(profile) = profile else { return Vec::new() };
    let local = path.child("localhostProfile");
    let mut errors = Vec::new();
    match (profile.type_.as_str(), profile.localhost_profile.as_deref()) {
        ("Localhost", None) => errors.push(FieldError::required(local, MISSING)),
        ("Localhost", Some(name)) => {
            if name.trim() != name {
                errors.push(FieldError::invalid(&local, name, "must not be padded with whitespace"));
            } else if name.is_empty() {
                errors.push(FieldError::required(&local, MISSING));
            }
            if name.len() > MAX_PATH {
                errors.push(FieldError::too_long(local, MAX_PATH));
            }
        }
        ("RuntimeDefault" | "Unconfined", None) => {}
        ("RuntimeDefault" | "Unconfined", Some(name)) => {
            errors.push(FieldError::invalid(local, name, "can only be set when AppArmor type is Localhost"));
        }
        ("", _) => errors.push(FieldError::required(path.child("type"), "type is required when appArmorProfile is set")),
        (other, _) => errors.push(FieldError::not_supported(path.child("type"), other, &["Localhost", "RuntimeDefault", "Unconfined"])),
    }
    errors
}

/// Users of the pod that are not users of the host go with few of the host's namespaces.
pub(super) fn host_users(spec: &PodSpec, path: &Path) -> Vec<FieldError> {
    let why = "when `hostUsers` is false";
    let mut errors = Vec::new();
    if spec.host_users != Some(false) {
        return errors;
    }
    // The reference names two of the fields by Go's names.
    for (name, given) in [("hostNetwork", spec.host_network), ("HostPID", spec.host_pid), ("HostIPC", spec.host_ipc)] {
        if given == Some(true) {
            errors.push(FieldError::forbidden(path.child(name), why));
        }
    }
    for (path, _) in every_container(spec, path).into_iter().filter(|(_, container)| !container.volume_devices.is_empty()) {
        errors.push(FieldError::forbidden(path.child("volumeDevices"), why));
    }
    errors
}

pub(super) fn hostname_override(spec: &PodSpec, path: &Path) -> Vec<FieldError> {
    const MAX: usize = 64;
    let mut errors = Vec::new();
    let Some(name) = spec.hostname_override.as_deref() else { return errors };
    let field = path.child("hostnameOverride");
    if spec.set_hostname_as_fqdn == Some(true) {
        errors.push(FieldError::forbidden(&field, "may not be specified when setHostnameAsFQDN is true"));
    }
    if spec.host_network == Some(true) {
        errors.push(FieldError::forbidden(&field, "may not be specified when hostNetwork is true"));
    }
    if name.len() > MAX {
        errors.push(FieldError::too_long(&field, MAX));
    }
    invalid_each(&mut errors, &field, name, name_rules::dns1123_subdomain(name));
    errors
}

/// Variables that come from files name an emptyDir that the pod has.
pub(super) fn file_variables(spec: &PodSpec, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    for (path, container) in every_container(spec, path) {
        for (index, variable) in container.env.iter().enumerate() {
            let Some(file) = variable.value_from.as_ref().and_then(|source| source.file_key_ref.as_ref()) else { continue };
            let field = path.child("env").index(index).child("valueFrom").child("fileKeyRef").child("volumeName");
            match list(&spec.volumes).iter().rfind(|volume| volume.name == file.volume_name) {
                None => errors.push(FieldError::not_found(field, file.volume_name.as_str())),
                Some(volume) if volume.empty_dir.is_none() => {
                    errors.push(FieldError::invalid(field, file.volume_name.as_str(), "referenced volume must be of type emptyDir"));
                }
                Some(_) => {}
            }
        }
    }
    errors
}

/// The seccomp profile of a container, for comparing it with an old annotation.
pub(super) fn seccomp_of<'a>(container: &Part<'a>) -> Option<&'a SeccompProfile> {
    container.security_context.and_then(|context| context.seccomp_profile.as_ref())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kernel_settings_have_names_with_dots_or_slashes() {
        let cases = [
            ("a.b.c.d", true), ("a", true), ("a_b", true), ("a-b", true), ("net/ipv4/conf/eno2.100/forwarding", true), ("", false),
            ("á", false), ("a.", false), ("a..b", false), ("a/b/c-", false), ("_a", false),
        ];
        for (name, good) in cases {
            assert_eq!(is_sysctl_name(name), good, "{name:?}");
        }
        assert_eq!(normal_sysctl_name("net/ipv4/conf/eno2.100/forwarding"), "net.ipv4.conf.eno2/100.forwarding");
    }
}
