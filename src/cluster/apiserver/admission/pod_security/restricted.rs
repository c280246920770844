//! The level `restricted`: the baseline, and every safeguard that there is must be on.
//!
//! Models: staging/src/k8s.io/pod-security-admission/policy/check_*.go of the level restricted, v1.36.
//! Simplified: nothing.

use std::collections::BTreeSet;

use k8s_openapi::api::core::v1::{PodSpec, Volume};
use podarium_api::ObjectMeta;

use super::baseline::{any_proc_mount, bad, bad_seccomp};
use super::registry::Violation;
use super::wording::{containers, named, plural, quoted, setters, sorted};

/// Since 1.25 what Windows does not have is not asked of its pods.
fn is_windows(spec: &PodSpec, minor: u32) -> bool {
    minor >= 25 && spec.os.as_ref().is_some_and(|os| os.name == "windows")
}

/// Since 1.35 root in a user namespace of its own does not count as root.
fn has_own_users(spec: &PodSpec, minor: u32) -> bool {
    minor >= 35 && spec.host_users == Some(false)
}

pub(super) fn allow_privilege_escalation(_meta: &ObjectMeta, spec: &PodSpec, minor: u32) -> Option<Violation> {
    if minor < 8 || is_windows(spec, minor) {
        return None;
    }
    let all = containers(spec);
    let names = bad(&all, |container| container.context.allow_privilege_escalation != Some(false));
    let detail = || format!("{} must set securityContext.allowPrivilegeEscalation=false", named(&names));
    (!names.is_empty()).then(|| Violation::new("allowPrivilegeEscalation != false", detail()))
}

pub(super) fn capabilities(_meta: &ObjectMeta, spec: &PodSpec, minor: u32) -> Option<Violation> {
    if is_windows(spec, minor) {
        return None;
    }
    let mut added = BTreeSet::new();
    let all = containers(spec);
    let keeping = bad(&all, |container| {
        let drop = container.context.capabilities.as_ref().and_then(|capabilities| capabilities.drop.as_deref()).unwrap_or_default();
        !drop.iter().any(|capability| capability == "ALL")
    });
    let adding = bad(&all, |container| {
        let add = container.context.capabilities.as_ref().and_then(|capabilities| capabilities.add.as_deref()).unwrap_or_default();
        let foreign: Vec<&str> = add.iter().map(String::as_str).filter(|capability| *capability != "NET_BIND_SERVICE").collect();
        added.extend(foreign.iter().copied());
        !foreign.is_empty()
    });
    let mut details = Vec::new();
    if !keeping.is_empty() {
        details.push(format!("{} must set securityContext.capabilities.drop=[\"ALL\"]", named(&keeping)));
    }
    if !adding.is_empty() {
        details.push(format!("{} must not include {} in securityContext.capabilities.add", named(&adding), quoted(sorted(&added))));
    }
    (!details.is_empty()).then(|| Violation::new("unrestricted capabilities", details.join("; ")))
}

pub(super) fn proc_mount(meta: &ObjectMeta, spec: &PodSpec, minor: u32) -> Option<Violation> {
    any_proc_mount(meta, spec, minor)
}

pub(super) fn volumes(_meta: &ObjectMeta, spec: &PodSpec, _minor: u32) -> Option<Violation> {
    let mut kinds = BTreeSet::new();
    let mut names = Vec::new();
    for volume in spec.volumes.iter().flatten() {
        if let Some(kind) = restricted_volume(volume) {
            names.push(volume.name.as_str());
            kinds.insert(kind);
        }
    }
    let detail = || {
        let (volumes, uses) = (plural("volume", "volumes", names.len()), plural("uses", "use", names.len()));
        let word = plural("restricted volume type", "restricted volume types", kinds.len());
        format!("{volumes} {} {uses} {word} {}", quoted(names.iter().copied()), quoted(sorted(&kinds)))
    };
    (!names.is_empty()).then(|| Violation::new("restricted volume types", detail()))
}

/// The kind of a volume that is not for restricted pods.
fn restricted_volume(volume: &Volume) -> Option<&'static str> {
    let allowed = volume.config_map.is_some()
        || volume.csi.is_some()
        || volume.downward_api.is_some()
        || volume.empty_dir.is_some()
        || volume.ephemeral.is_some()
        || volume.image.is_some()
        || volume.persistent_volume_claim.is_some()
        || volume.projected.is_some()
        || volume.secret.is_some();
    let kinds = [
        ("hostPath", volume.host_path.is_some()),
        ("gcePersistentDisk", volume.gce_persistent_disk.is_some()),
        ("awsElasticBlockStore", volume.aws_elastic_block_store.is_some()),
        ("gitRepo", volume.git_repo.is_some()),
        ("nfs", volume.nfs.is_some()),
        ("iscsi", volume.iscsi.is_some()),
        ("glusterfs", volume.glusterfs.is_some()),
        ("rbd", volume.rbd.is_some()),
        ("flexVolume", volume.flex_volume.is_some()),
        ("cinder", volume.cinder.is_some()),
        ("cephfs", volume.cephfs.is_some()),
        ("flocker", volume.flocker.is_some()),
        ("fc", volume.fc.is_some()),
        ("azureFile", volume.azure_file.is_some()),
        ("vsphereVolume", volume.vsphere_volume.is_some()),
        ("quobyte", volume.quobyte.is_some()),
        ("azureDisk", volume.azure_disk.is_some()),
        ("photonPersistentDisk", volume.photon_persistent_disk.is_some()),
        ("portworxVolume", volume.portworx_volume.is_some()),
        ("scaleIO", volume.scale_io.is_some()),
        ("storageos", volume.storageos.is_some()),
    ];
    (!allowed).then(|| kinds.into_iter().find(|(_, is)| *is).map_or("unknown", |(kind, _)| kind))
}

pub(super) fn run_as_non_root(_meta: &ObjectMeta, spec: &PodSpec, minor: u32) -> Option<Violation> {
    if has_own_users(spec, minor) {
        return None;
    }
    let of_pod = spec.security_context.as_ref().and_then(|context| context.run_as_non_root);
    let all = containers(spec);
    let explicit = bad(&all, |container| container.context.run_as_non_root == Some(false));
    let reason = "runAsNonRoot != true";
    if let Some(who) = setters(of_pod == Some(false), &explicit) {
        return Some(Violation::new(reason, format!("{who} must not set securityContext.runAsNonRoot=false")));
    }
    let implicit = bad(&all, |container| container.context.run_as_non_root.is_none() && of_pod != Some(true));
    let detail = || format!("pod or {} must set securityContext.runAsNonRoot=true", named(&implicit));
    (!implicit.is_empty()).then(|| Violation::new(reason, detail()))
}

pub(super) fn run_as_user(_meta: &ObjectMeta, spec: &PodSpec, minor: u32) -> Option<Violation> {
    if minor < 23 || has_own_users(spec, minor) {
        return None;
    }
    let all = containers(spec);
    let names = bad(&all, |container| container.context.run_as_user == Some(0));
    let who = setters(spec.security_context.as_ref().is_some_and(|context| context.run_as_user == Some(0)), &names)?;
    Some(Violation::new("runAsUser=0", format!("{who} must not set runAsUser=0")))
}

pub(super) fn seccomp_profile(_meta: &ObjectMeta, spec: &PodSpec, minor: u32) -> Option<Violation> {
    if is_windows(spec, minor) {
        return None;
    }
    if let Some(violation) = bad_seccomp(spec) {
        return Some(violation);
    }
    let of_pod = spec.security_context.as_ref().is_some_and(|context| context.seccomp_profile.is_some());
    let all = containers(spec);
    let names = bad(&all, |container| container.context.seccomp_profile.is_none() && !of_pod);
    let detail = || format!("pod or {} must set securityContext.seccompProfile.type to \"RuntimeDefault\" or \"Localhost\"", named(&names));
    (!names.is_empty()).then(|| Violation::new("seccompProfile", detail()))
}
