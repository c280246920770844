//! Ephemeral containers: debuggers that join a pod which runs. Each is started once and never again.
//!
//! Models: pkg/kubelet/kuberuntime/kuberuntime_manager.go (computePodActions, SyncPod), v1.36.
//! Simplified: nothing.

use std::borrow::Cow;

use k8s_openapi::api::core::v1::{Container, EphemeralContainer, PodSpec};

use super::runtime::RuntimeStatus;

/// A container of the pod, of whichever sort.
pub(super) fn declared<'a>(spec: &'a PodSpec, name: &str) -> Option<Cow<'a, Container>> {
    let plain = spec.init_containers.iter().flatten().chain(&spec.containers).find(|container| container.name == name);
    let debugger = || spec.ephemeral_containers.iter().flatten().find(|container| container.name == name);
    plain.map(Cow::Borrowed).or_else(|| debugger().map(|container| Cow::Owned(as_container(container))))
}

/// The names of those that have not been started yet.
pub(super) fn to_start(spec: &PodSpec, seen: &RuntimeStatus) -> Vec<String> {
    let all = spec.ephemeral_containers.iter().flatten();
    all.filter(|container| seen.find(&container.name).is_none()).map(|container| container.name.clone()).collect()
}

/// An ephemeral container has no more than this.
pub(super) fn as_container(ephemeral: &EphemeralContainer) -> Container {
    let ephemeral = ephemeral.clone();
    Container {
        name: ephemeral.name,
        image: ephemeral.image,
        image_pull_policy: ephemeral.image_pull_policy,
        command: ephemeral.command,
        args: ephemeral.args,
        working_dir: ephemeral.working_dir,
        env: ephemeral.env,
        env_from: ephemeral.env_from,
        volume_mounts: ephemeral.volume_mounts,
        volume_devices: ephemeral.volume_devices,
        security_context: ephemeral.security_context,
        termination_message_path: ephemeral.termination_message_path,
        termination_message_policy: ephemeral.termination_message_policy,
        stdin: ephemeral.stdin,
        stdin_once: ephemeral.stdin_once,
        tty: ephemeral.tty,
        ..Container::default()
    }
}
