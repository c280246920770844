//! The level `baseline`: no known way out of the container.
//!
//! Models: staging/src/k8s.io/pod-security-admission/policy/check_*.go of the level baseline, v1.36.
//! Simplified: nothing.

use std::collections::BTreeSet;

use k8s_openapi::api::core::v1::{PodSpec, SELinuxOptions};
use podarium_api::ObjectMeta;

use super::registry::Violation;
use super::wording::{AnyContainer, containers, named, plural, quoted, setters, sorted};

const DEFAULT_CAPABILITIES: &[&str] = &[
    "AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE", "SETFCAP", "SETGID",
    "SETPCAP", "SETUID", "SYS_CHROOT",
];

/// Safe kernel parameters, with the minor version since which they count as safe.
const SAFE_SYSCTLS: &[(&str, u32)] = &[
    ("kernel.shm_rmid_forced", 0), ("net.ipv4.ip_local_port_range", 0), ("net.ipv4.tcp_syncookies", 0),
    ("net.ipv4.ping_group_range", 0), ("net.ipv4.ip_unprivileged_port_start", 0), ("net.ipv4.ip_local_reserved_ports", 27),
    ("net.ipv4.tcp_keepalive_time", 29), ("net.ipv4.tcp_fin_timeout", 29), ("net.ipv4.tcp_keepalive_intvl", 29),
    ("net.ipv4.tcp_keepalive_probes", 29), ("net.ipv4.tcp_rmem", 32), ("net.ipv4.tcp_wmem", 32),
];

fn annotation<'a>(meta: &'a ObjectMeta, name: &str) -> Option<&'a str> {
    meta.annotations.as_ref()?.get(name).map(String::as_str)
}

/// The containers that a rule finds fault with, by name.
pub(super) fn bad<'a>(all: &'a [AnyContainer<'a>], mut fault: impl FnMut(&'a AnyContainer<'a>) -> bool) -> Vec<&'a str> {
    all.iter().filter(|container| fault(container)).map(|container| container.name).collect()
}

pub(super) fn app_armor_profile(meta: &ObjectMeta, spec: &PodSpec, _minor: u32) -> Option<Violation> {
    let allowed = |profile: &str| matches!(profile, "RuntimeDefault" | "Localhost");
    let mut values = BTreeSet::new();
    let pod = spec.security_context.as_ref().and_then(|context| context.app_armor_profile.as_ref()).is_some_and(|profile| {
        let bad = !allowed(&profile.type_);
        values.extend(bad.then_some(profile.type_.as_str()));
        bad
    });
    let all = containers(spec);
    let names = bad(&all, |container| {
        let profile = container.context.app_armor_profile.as_ref().map(|profile| profile.type_.as_str()).filter(|profile| !allowed(profile));
        values.extend(profile);
        profile.is_some()
    });
    let fine = |value: &str| value.is_empty() || value == "runtime/default" || value.starts_with("localhost/");
    let annotations: Vec<String> = meta
        .annotations
        .iter()
        .flatten()
        .filter(|(key, value)| key.starts_with("container.apparmor.security.beta.kubernetes.io/") && !fine(value))
        .map(|(key, value)| format!("{key}={value:?}"))
        .collect();
    let mut shown = sorted(&values);
    shown.extend(annotations.iter().map(String::as_str));
    let mut who: Vec<String> = setters(pod, &names).into_iter().collect();
    who.extend((!annotations.is_empty()).then(|| plural("annotation", "annotations", annotations.len()).to_owned()));
    let reason = plural("forbidden AppArmor profile", "forbidden AppArmor profiles", shown.len());
    (!who.is_empty()).then(|| Violation::new(reason, format!("{} must not set AppArmor profile type to {}", who.join(" and "), quoted(shown))))
}

pub(super) fn capabilities(_meta: &ObjectMeta, spec: &PodSpec, _minor: u32) -> Option<Violation> {
    let mut added = BTreeSet::new();
    let all = containers(spec);
    let names = bad(&all, |container| {
        let add = container.context.capabilities.as_ref().and_then(|capabilities| capabilities.add.as_deref()).unwrap_or_default();
        let foreign: Vec<&str> = add.iter().map(String::as_str).filter(|capability| !DEFAULT_CAPABILITIES.contains(capability)).collect();
        added.extend(foreign.iter().copied());
        !foreign.is_empty()
    });
    let detail = || format!("{} must not include {} in securityContext.capabilities.add", named(&names), quoted(sorted(&added)));
    (!names.is_empty()).then(|| Violation::new("non-default capabilities", detail()))
}

pub(super) fn host_namespaces(_meta: &ObjectMeta, spec: &PodSpec, _minor: u32) -> Option<Violation> {
    let shared = [("hostNetwork=true", spec.host_network), ("hostPID=true", spec.host_pid), ("hostIPC=true", spec.host_ipc)];
    let shared: Vec<&str> = shared.into_iter().filter(|(_, set)| *set == Some(true)).map(|(name, _)| name).collect();
    (!shared.is_empty()).then(|| Violation::new("host namespaces", shared.join(", ")))
}

pub(super) fn host_path_volumes(_meta: &ObjectMeta, spec: &PodSpec, _minor: u32) -> Option<Violation> {
    let names: Vec<&str> = spec.volumes.iter().flatten().filter(|volume| volume.host_path.is_some()).map(|volume| volume.name.as_str()).collect();
    let detail = || format!("{} {}", plural("volume", "volumes", names.len()), quoted(names.iter().copied()));
    (!names.is_empty()).then(|| Violation::new("hostPath volumes", detail()))
}

pub(super) fn host_ports(_meta: &ObjectMeta, spec: &PodSpec, _minor: u32) -> Option<Violation> {
    let mut ports: BTreeSet<String> = BTreeSet::new();
    let all = containers(spec);
    let names = bad(&all, |container| {
        let used: Vec<String> = container.ports.iter().filter_map(|port| port.host_port).filter(|port| *port != 0).map(|port| port.to_string()).collect();
        let any = !used.is_empty();
        ports.extend(used);
        any
    });
    let detail = || {
        let shown: Vec<&str> = ports.iter().map(String::as_str).collect();
        let (uses, word) = (plural("uses", "use", names.len()), plural("hostPort", "hostPorts", ports.len()));
        format!("{} {uses} {word} {}", named(&names), shown.join(", "))
    };
    (!names.is_empty()).then(|| Violation::new("hostPort", detail()))
}

/// Since 1.34: a probe or hook that goes to another host makes the kubelet send requests for the pod.
pub(super) fn host_probes_and_lifecycle(_meta: &ObjectMeta, spec: &PodSpec, minor: u32) -> Option<Violation> {
    if minor < 34 {
        return None;
    }
    let (mut hosts, mut names) = (BTreeSet::new(), BTreeSet::new());
    let all = containers(spec);
    for container in &all {
        let probes = container.probes.iter().flatten().map(|probe| (&probe.http_get, &probe.tcp_socket));
        let hooks = container.lifecycle.into_iter().flat_map(|lifecycle| [&lifecycle.post_start, &lifecycle.pre_stop]);
        let hooks = hooks.flatten().map(|hook| (&hook.http_get, &hook.tcp_socket));
        for (http, tcp) in probes.chain(hooks) {
            let http = http.as_ref().and_then(|action| action.host.as_deref());
            let tcp = tcp.as_ref().and_then(|action| action.host.as_deref());
            for host in [http, tcp].into_iter().flatten().filter(|host| !host.is_empty()) {
                hosts.insert(host);
                names.insert(container.name);
            }
        }
    }
    let names = sorted(&names);
    let detail = || {
        let word = plural("probe or lifecycle host", "probe or lifecycle hosts", hosts.len());
        format!("{} {} {word} {}", named(&names), plural("uses", "use", names.len()), quoted(sorted(&hosts)))
    };
    (!names.is_empty()).then(|| Violation::new("probe or lifecycle host", detail()))
}

pub(super) fn privileged(_meta: &ObjectMeta, spec: &PodSpec, _minor: u32) -> Option<Violation> {
    let all = containers(spec);
    let names = bad(&all, |container| container.context.privileged == Some(true));
    (!names.is_empty()).then(|| Violation::new("privileged", format!("{} must not set securityContext.privileged=true", named(&names))))
}

/// The mask over `/proc`. Since 1.35 a pod in a user namespace of its own may do without it at this level.
pub(super) fn proc_mount(meta: &ObjectMeta, spec: &PodSpec, minor: u32) -> Option<Violation> {
    if minor >= 35 && spec.host_users == Some(false) {
        return None;
    }
    any_proc_mount(meta, spec, minor)
}

pub(super) fn any_proc_mount(_meta: &ObjectMeta, spec: &PodSpec, _minor: u32) -> Option<Violation> {
    let mut kinds = BTreeSet::new();
    let all = containers(spec);
    let names = bad(&all, |container| {
        let kind = container.context.proc_mount.as_deref().filter(|kind| *kind != "Default");
        kinds.extend(kind);
        kind.is_some()
    });
    let detail = || format!("{} must not set securityContext.procMount to {}", named(&names), quoted(sorted(&kinds)));
    (!names.is_empty()).then(|| Violation::new("procMount", detail()))
}

pub(super) fn se_linux_options(_meta: &ObjectMeta, spec: &PodSpec, minor: u32) -> Option<Violation> {
    let (mut types, mut user, mut role) = (BTreeSet::new(), false, false);
    fn text(text: &Option<String>) -> &str {
        text.as_deref().unwrap_or_default()
    }
    let allowed = |kind: &str| matches!(kind, "" | "container_t" | "container_init_t" | "container_kvm_t") || minor >= 31 && kind == "container_engine_t";
    let all = containers(spec);
    let mut look = |options: &SELinuxOptions| {
        let kind = text(&options.type_);
        if !allowed(kind) {
            types.insert(kind.to_owned());
        }
        let (sets_user, sets_role) = (!text(&options.user).is_empty(), !text(&options.role).is_empty());
        user |= sets_user;
        role |= sets_role;
        !allowed(kind) || sets_user || sets_role
    };
    let pod = spec.security_context.as_ref().and_then(|context| context.se_linux_options.as_ref()).is_some_and(&mut look);
    let names = bad(&all, |container| container.context.se_linux_options.as_ref().is_some_and(&mut look));
    let who = setters(pod, &names)?;
    let mut what = Vec::new();
    if !types.is_empty() {
        what.push(format!("{} {}", plural("type", "types", types.len()), quoted(types.iter().map(String::as_str))));
    }
    what.extend(user.then(|| "user may not be set".to_owned()));
    what.extend(role.then(|| "role may not be set".to_owned()));
    Some(Violation::new("seLinuxOptions", format!("{who} set forbidden securityContext.seLinuxOptions: {}", what.join("; "))))
}

pub(super) fn seccomp_profile(meta: &ObjectMeta, spec: &PodSpec, minor: u32) -> Option<Violation> {
    if minor < 19 {
        return seccomp_annotations(meta, spec);
    }
    bad_seccomp(spec)
}

/// Before 1.19 profiles were annotations.
fn seccomp_annotations(meta: &ObjectMeta, spec: &PodSpec) -> Option<Violation> {
    let fine = |value: &str| matches!(value, "runtime/default" | "docker/default") || value.starts_with("localhost/");
    let of_containers = containers(spec).iter().map(|container| format!("container.seccomp.security.alpha.kubernetes.io/{}", container.name)).collect::<Vec<_>>();
    let names = std::iter::once("seccomp.security.alpha.kubernetes.io/pod".to_owned()).chain(of_containers);
    let found: BTreeSet<String> =
        names.filter_map(|name| annotation(meta, &name).filter(|value| !fine(value)).map(|value| format!("{name}={value:?}"))).collect();
    let shown = found.iter().cloned().collect::<Vec<_>>().join(", ");
    let detail = format!("forbidden {} {shown}", plural("annotation", "annotations", found.len()));
    (!found.is_empty()).then(|| Violation::new("seccompProfile", detail))
}

/// Profiles that are set to something that does not protect.
pub(super) fn bad_seccomp(spec: &PodSpec) -> Option<Violation> {
    let mut values = BTreeSet::new();
    let fine = |kind: &str| matches!(kind, "Localhost" | "RuntimeDefault");
    let all = containers(spec);
    let profile = spec.security_context.as_ref().and_then(|context| context.seccomp_profile.as_ref());
    let of_pod = profile.map(|profile| profile.type_.as_str()).filter(|kind| !fine(kind));
    values.extend(of_pod);
    let names = bad(&all, |container| {
        let kind = container.context.seccomp_profile.as_ref().map(|profile| profile.type_.as_str()).filter(|kind| !fine(kind));
        values.extend(kind);
        kind.is_some()
    });
    let who = setters(of_pod.is_some(), &names)?;
    let detail = format!("{who} must not set securityContext.seccompProfile.type to {}", quoted(sorted(&values)));
    Some(Violation::new("seccompProfile", detail))
}

pub(super) fn sysctls(_meta: &ObjectMeta, spec: &PodSpec, minor: u32) -> Option<Violation> {
    let safe = |name: &str| SAFE_SYSCTLS.iter().any(|(known, since)| *known == name && *since <= minor);
    let set = spec.security_context.as_ref().and_then(|context| context.sysctls.as_deref()).unwrap_or_default();
    let unsafe_ones: Vec<&str> = set.iter().map(|sysctl| sysctl.name.as_str()).filter(|name| !safe(name)).collect();
    (!unsafe_ones.is_empty()).then(|| Violation::new("forbidden sysctls", unsafe_ones.join(", ")))
}

pub(super) fn windows_host_process(_meta: &ObjectMeta, spec: &PodSpec, _minor: u32) -> Option<Violation> {
    let all = containers(spec);
    let names = bad(&all, |container| container.context.windows_options.as_ref().is_some_and(|options| options.host_process == Some(true)));
    let options = spec.security_context.as_ref().and_then(|context| context.windows_options.as_ref());
    let who = setters(options.is_some_and(|options| options.host_process == Some(true)), &names)?;
    Some(Violation::new("hostProcess", format!("{who} must not set securityContext.windowsOptions.hostProcess=true")))
}
