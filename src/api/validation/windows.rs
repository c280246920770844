//! What a pod for Windows may ask for, and what only such a pod may.
//!
//! Models: pkg/apis/core/validation/validation.go (validateWindows, validateLinux, validateWindowsSecurityContextOptions,
//! validateWindowsHostProcessPod), v1.36.
//! Simplified: nothing.

use k8s_openapi::api::core::v1::{PodSpec, WindowsSecurityContextOptions};

use super::invalid_each;
use super::pod_security::every_container;
use crate::field::{FieldError, Path};
use crate::name_rules;

const MAX_CREDENTIAL_BYTES: usize = 64 * 1024;
const MAX_DOMAIN: usize = 256;
const MAX_USER: usize = 104;

/// The options themselves, of a pod or of a container.
pub(super) fn options(options: Option<&WindowsSecurityContextOptions>, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let Some(options) = options else { return errors };
    if let Some(name) = options.gmsa_credential_spec_name.as_deref() {
        invalid_each(&mut errors, &path.child("gmsaCredentialSpecName"), name, name_rules::dns1123_subdomain(name));
    }
    if let Some(spec) = options.gmsa_credential_spec.as_deref() {
        let why = match spec.len() {
            0 => "gmsaCredentialSpec cannot be an empty string",
            length if length > MAX_CREDENTIAL_BYTES => "gmsaCredentialSpec size must be under 64 KiB",
            _ => "",
        };
        if !why.is_empty() {
            errors.push(FieldError::invalid(path.child("gmsaCredentialSpec"), spec, why));
        }
    }
    if let Some(name) = options.run_as_user_name.as_deref() {
        errors.extend(user_name_faults(name).into_iter().map(|why| FieldError::invalid(path.child("runAsUserName"), name, why)));
    }
    errors
}

/// `DOMAIN\user` or `user`.
fn user_name_faults(name: &str) -> Vec<String> {
    let mut faults = Vec::new();
    if name.is_empty() {
        return vec!["runAsUserName cannot be an empty string".to_owned()];
    }
    if name.chars().any(|c| c.is_ascii_control()) {
        return vec!["runAsUserName cannot contain control characters".to_owned()];
    }
    let (domain, user) = match name.split('\\').collect::<Vec<_>>().as_slice() {
        [user] => (None, *user),
        [domain, user] => (Some(*domain), *user),
        _ => return vec!["runAsUserName cannot contain more than one backslash".to_owned()],
    };
    if domain.is_some_and(|domain| domain.len() >= MAX_DOMAIN) {
        faults.push(format!("runAsUserName's Domain length must be under {MAX_DOMAIN} characters"));
    }
    if domain.is_some_and(|domain| !is_net_bios(domain) && !is_domain(domain)) {
        faults.push("runAsUserName's Domain doesn't match the NetBios nor the DNS format".to_owned());
    }
    if user.is_empty() {
        faults.push("runAsUserName's User cannot be empty".to_owned());
    } else if user.len() > MAX_USER {
        faults.push(format!("runAsUserName's User length must not be longer than {MAX_USER} characters"));
    }
    if !user.is_empty() && user.chars().all(|c| matches!(c, '.' | ' ')) {
        faults.push("runAsUserName's User cannot contain only periods or spaces".to_owned());
    }
    if user.contains(|c| "\"/\\:;|=,+*?<>@[]".contains(c)) {
        faults.push("runAsUserName's User cannot contain the following characters: \"/\\:;|=,+*?<>@[]".to_owned());
    }
    faults
}

fn is_net_bios(domain: &str) -> bool {
    let length = domain.chars().count();
    (1..=15).contains(&length) && !domain.starts_with('.') && !domain.contains(|c| "\\/:*?\"<>|".contains(c))
}

/// Labels of letters, digits and inner dashes.
fn is_domain(domain: &str) -> bool {
    let is_label = |label: &str| {
        let inner = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        !label.is_empty() && label.bytes().all(inner) && !label.starts_with('-') && !label.ends_with('-')
    };
    domain.split('.').all(is_label)
}

/// Containers that run as processes of the host: all of a pod's or none, and on the host's network.
pub(super) fn host_processes(spec: &PodSpec, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let of_pod = spec.security_context.as_ref().and_then(|context| context.windows_options.as_ref()).and_then(|options| options.host_process);
    let (mut all, mut on_host) = (0, 0);
    for (path, container) in every_container(spec, path) {
        all += 1;
        let context = container.security_context.and_then(|context| context.windows_options.as_ref());
        let own = context.and_then(|options| options.host_process);
        if let (Some(of_pod), Some(own)) = (of_pod, own)
            && of_pod != own
        {
            let field = path.child("securityContext").child("windowsOptions").child("hostProcess");
            errors.push(FieldError::invalid(field, own, format!("pod hostProcess value must be identical if both are specified, was {of_pod}")));
        }
        on_host += usize::from(own.or(of_pod) == Some(true));
    }
    if on_host > 0 {
        if on_host != all {
            let why = "If pod contains any hostProcess containers then all containers must be HostProcess containers";
            errors.push(FieldError::invalid(path, "", why));
        }
        if spec.host_network != Some(true) {
            let why = "hostNetwork must be true if pod contains any hostProcess containers";
            errors.push(FieldError::invalid(path.child("hostNetwork"), false, why));
        }
    }
    errors
}

/// The operating system that the pod is made for, and what does not go with it.
pub(super) fn operating_system(spec: &PodSpec, path: &Path) -> Vec<FieldError> {
    let Some(os) = &spec.os else { return Vec::new() };
    let field = path.child("os");
    match os.name.as_str() {
        "" => vec![FieldError::required(field.child("name"), "")],
        "linux" => linux(spec, path),
        "windows" => windows(spec, path),
        other => vec![FieldError::not_supported(field, other, &["linux", "windows"])],
    }
}

fn linux(spec: &PodSpec, path: &Path) -> Vec<FieldError> {
    let why = "windows options cannot be set for a linux pod";
    let own = spec.security_context.as_ref().filter(|context| context.windows_options.is_some()).map(|_| path.clone());
    let containers = every_container(spec, path).into_iter();
    let containers = containers.filter(|(_, container)| container.security_context.is_some_and(|context| context.windows_options.is_some()));
    let fields = own.into_iter().chain(containers.map(|(path, _)| path));
    fields.map(|path| FieldError::forbidden(path.child("securityContext").child("windowsOptions"), why)).collect()
}

fn windows(spec: &PodSpec, path: &Path) -> Vec<FieldError> {
    let why = "cannot be set for a windows pod";
    let own = path.child("securityContext");
    let mut errors = Vec::new();
    let context = spec.security_context.clone().unwrap_or_default();
    let given = [
        (&own, "appArmorProfile", context.app_armor_profile.is_some()),
        (&own, "seLinuxOptions", context.se_linux_options.is_some()),
        (path, "hostUsers", spec.host_users.is_some()),
        (path, "hostPID", spec.host_pid == Some(true)),
        (path, "hostIPC", spec.host_ipc == Some(true)),
        (&own, "seccompProfile", context.seccomp_profile.is_some()),
        (&own, "fsGroup", context.fs_group.is_some()),
        (&own, "fsGroupChangePolicy", context.fs_group_change_policy.is_some()),
        (&own, "sysctls", context.sysctls.as_ref().is_some_and(|sysctls| !sysctls.is_empty())),
        (path, "shareProcessNamespace", spec.share_process_namespace.is_some()),
        (&own, "runAsUser", context.run_as_user.is_some()),
        (&own, "runAsGroup", context.run_as_group.is_some()),
        (&own, "supplementalGroups", context.supplemental_groups.is_some()),
        (&own, "supplementalGroupsPolicy", context.supplemental_groups_policy.is_some()),
        (&own, "seLinuxChangePolicy", context.se_linux_change_policy.is_some()),
    ];
    errors.extend(given.into_iter().filter(|(.., given)| *given).map(|(path, name, _)| FieldError::forbidden(path.child(name), why)));
    for (path, container) in every_container(spec, path) {
        let Some(context) = container.security_context else { continue };
        let given = [
            ("appArmorProfile", context.app_armor_profile.is_some()),
            ("seLinuxOptions", context.se_linux_options.is_some()),
            ("seccompProfile", context.seccomp_profile.is_some()),
            ("capabilities", context.capabilities.is_some()),
            ("readOnlyRootFilesystem", context.read_only_root_filesystem.is_some()),
            ("privileged", context.privileged.is_some()),
            ("allowPrivilegeEscalation", context.allow_privilege_escalation.is_some()),
            ("procMount", context.proc_mount.is_some()),
            ("runAsUser", context.run_as_user.is_some()),
            ("runAsGroup", context.run_as_group.is_some()),
        ];
        let path = path.child("securityContext");
        errors.extend(given.into_iter().filter(|(_, given)| *given).map(|(name, _)| FieldError::forbidden(path.child(name), why)));
    }
    errors
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn user_names_have_at_most_one_domain() {
        let cases = [
            ("user", 0), ("DOMAIN\\user", 0), ("a.b.c\\user", 0), ("a\\b\\c", 1), ("", 1), ("a\u{7}", 1), ("\\user", 1), ("D\\", 1),
            ("D\\...", 1), ("D\\a+b", 1), ("a|b.c\\user", 1), ("waytoolongfornetbios_\\user", 1),
        ];
        for (name, faults) in cases {
            assert_eq!(user_name_faults(name).len(), faults, "{name:?}: {:?}", user_name_faults(name));
        }
    }
}
