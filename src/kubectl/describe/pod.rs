//! Pod.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/describe/describe.go (describePod), v1.36.
//! Simplified: nothing.

use k8s_openapi::api::core::v1::{Container, EphemeralContainer, PodSpec};
use podarium_api::Pod;
use podarium_api::pod_state::{pod_condition, qos_class};

use super::containers::{Setting, containers, resources, seccomp};
use super::events::events;
use super::page::{Page, date, text};
use super::pod_template::{scheduling_group, spread_constraints};
use super::related::Related;
use super::{metadata, tolerations, volumes};

pub fn describe(page: &mut Page, pod: &Pod, related: &Related) {
    // With the pod's own name of its token's volume.
    let spec = &pod.spec.whole();
    placement(page, pod);
    metadata::labels_and_annotations(page, &pod.metadata);
    state(page, pod);
    if let Some(resources_of_pod) = &spec.resources {
        page.line(0, "Resources:");
        resources(page, 1, Some(resources_of_pod));
    }
    all_containers(page, spec, pod);
    conditions(page, pod);
    volumes::volumes(page, spec.volumes.as_ref(), Setting::Pod(pod));
    page.field(0, "QoS Class", pod.status.qos_class.as_deref().filter(|class| !class.is_empty()).unwrap_or_else(|| qos_class(spec)));
    metadata::labels(page, "Node-Selectors", spec.node_selector.as_ref());
    tolerations::tolerations(page, "Tolerations", spec.tolerations.as_ref());
    spread_constraints(page, spec.topology_spread_constraints.as_ref(), Setting::Pod(pod));
    scheduling_group(page, spec.scheduling_group.as_ref(), Setting::Pod(pod));
    events(page, related);
}

/// Who the pod is and where it runs.
fn placement(page: &mut Page, pod: &Pod) {
    let (spec, status) = (&pod.spec, &pod.status);
    metadata::name(page, &pod.metadata);
    if let Some(priority) = spec.priority {
        page.field(0, "Priority", priority);
    }
    page.field_unless_empty(0, "Priority Class Name", spec.priority_class_name.as_deref());
    page.field_unless_empty(0, "Runtime Class Name", spec.runtime_class_name.as_deref());
    page.field_unless_empty(0, "Service Account", spec.service_account_name.as_deref());
    match text(&spec.node_name) {
        "" => page.field(0, "Node", "<none>"),
        node => page.field(0, "Node", format_args!("{node}/{}", text(&status.host_ip))),
    }
    if status.start_time.is_some() {
        page.field(0, "Start Time", date(status.start_time.as_ref()));
    }
}

fn state(page: &mut Page, pod: &Pod) {
    let (spec, status, meta) = (&pod.spec, &pod.status, &pod.metadata);
    let phase = text(&status.phase);
    match &meta.deletion_timestamp {
        Some(time) if !matches!(phase, "Failed" | "Succeeded") => {
            page.field(0, "Status", format_args!("Terminating (lasts {})", page.age(Some(time))));
            page.field(0, "Termination Grace Period", format_args!("{}s", meta.deletion_grace_period_seconds.unwrap_or_default()));
        }
        _ => page.field(0, "Status", phase),
    }
    page.field_unless_empty(0, "Reason", status.reason.as_deref());
    page.field_unless_empty(0, "Message", status.message.as_deref());
    seccomp(page, 0, 0, spec.security_context.as_ref().and_then(|context| context.seccomp_profile.as_ref()));
    page.field(0, "IP", text(&status.pod_ip));
    match status.pod_ips.as_deref().unwrap_or_default() {
        [] => page.field(0, "IPs", "<none>"),
        addresses => {
            page.line(0, "IPs:");
            addresses.iter().for_each(|address| page.field(1, "IP", &address.ip));
        }
    }
    metadata::controlled_by(page, meta);
    page.field_unless_empty(0, "NominatedNodeName", status.nominated_node_name.as_deref());
}

fn all_containers(page: &mut Page, spec: &PodSpec, pod: &Pod) {
    let (status, setting) = (&pod.status, Setting::Pod(pod));
    if let Some(init) = spec.init_containers.as_ref().filter(|init| !init.is_empty()) {
        containers(page, "Init Containers", init, status.init_container_statuses.as_ref(), setting);
    }
    containers(page, "Containers", &spec.containers, status.container_statuses.as_ref(), setting);
    let ephemeral: Vec<Container> = spec.ephemeral_containers.iter().flatten().map(as_container).collect();
    if !ephemeral.is_empty() {
        containers(page, "Ephemeral Containers", &ephemeral, status.ephemeral_container_statuses.as_ref(), setting);
    }
}

/// What a debugging container has in common with others.
fn as_container(ephemeral: &EphemeralContainer) -> Container {
    let container = ephemeral.clone();
    Container {
        name: container.name,
        image: container.image,
        command: container.command,
        args: container.args,
        ports: container.ports,
        env: container.env,
        env_from: container.env_from,
        resources: container.resources,
        volume_mounts: container.volume_mounts,
        volume_devices: container.volume_devices,
        liveness_probe: container.liveness_probe,
        readiness_probe: container.readiness_probe,
        startup_probe: container.startup_probe,
        security_context: container.security_context,
        ..Container::default()
    }
}

/// Types and states. A blank behind each keeps the columns three apart, as the reference has them.
fn conditions(page: &mut Page, pod: &Pod) {
    let gates = pod.spec.readiness_gates.as_deref().unwrap_or_default();
    if !gates.is_empty() {
        page.line(0, "Readiness Gates:\n  Type\tStatus");
    }
    for gate in gates {
        let status = pod_condition(pod, &gate.condition_type).map_or("<none>", |condition| condition.status.as_str());
        page.line(1, format_args!("{} \t{status} ", gate.condition_type));
    }
    let conditions = pod.status.conditions.as_deref().unwrap_or_default();
    if !conditions.is_empty() {
        page.line(0, "Conditions:\n  Type\tStatus");
    }
    for condition in conditions {
        page.line(1, format_args!("{} \t{} ", condition.type_, condition.status));
    }
}
