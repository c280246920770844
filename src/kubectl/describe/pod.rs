//! A pod.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/describe/describe.go (describePod), v1.36.
//! Simplified: nothing.

use serde_json::Value;

use super::container::{Context, containers, resources, seccomp};
use super::pod_template::spread;
use super::volume::volumes;
use super::writer::controller;
use super::{Events, Writer, age_of, rfc1123};
use crate::builder::Info;
use crate::failure::Outcome;
use crate::kubectl::Kubectl;
use crate::unstructured::{int, items, name, namespace, strings, text};

pub fn describe(kubectl: &mut Kubectl<'_, '_>, info: &Info, writer: &mut Writer) -> Outcome<()> {
    let pod = kubectl.get(&info.mapping, &info.namespace, &info.name)?;
    let events = Events::of(kubectl, info, &pod, false)?;
    let now = kubectl.now()?;
    writer.field(0, "Name", name(&pod));
    writer.field(0, "Namespace", namespace(&pod));
    if let Some(priority) = int(&pod, "/spec/priority") {
        writer.field(0, "Priority", priority);
    }
    for (label, field) in [("Priority Class Name", "/spec/priorityClassName"), ("Runtime Class Name", "/spec/runtimeClassName"), ("Service Account", "/spec/serviceAccountName")] {
        if !text(&pod, field).is_empty() {
            writer.field(0, label, text(&pod, field));
        }
    }
    match text(&pod, "/spec/nodeName") {
        "" => writer.field(0, "Node", "<none>"),
        node => writer.field(0, "Node", format!("{node}/{}", text(&pod, "/status/hostIP"))),
    }
    if !text(&pod, "/status/startTime").is_empty() {
        writer.field(0, "Start Time", rfc1123(text(&pod, "/status/startTime")));
    }
    writer.labels("Labels", &strings(&pod, "/metadata/labels"));
    writer.annotations("Annotations", &strings(&pod, "/metadata/annotations"));
    let phase = text(&pod, "/status/phase");
    let deleted = text(&pod, "/metadata/deletionTimestamp");
    if !deleted.is_empty() && phase != "Failed" && phase != "Succeeded" {
        writer.field(0, "Status", format!("Terminating (lasts {})", age_of(deleted, now)));
        writer.field(0, "Termination Grace Period", format!("{}s", int(&pod, "/metadata/deletionGracePeriodSeconds").unwrap_or(0)));
    } else {
        writer.field(0, "Status", phase);
    }
    for (label, field) in [("Reason", "/status/reason"), ("Message", "/status/message")] {
        if !text(&pod, field).is_empty() {
            writer.field(0, label, text(&pod, field));
        }
    }
    seccomp(writer, &pod["spec"], 0);
    writer.field(0, "IP", text(&pod, "/status/podIP"));
    let addresses = items(&pod, "/status/podIPs");
    writer.write(0, if addresses.is_empty() { "IPs:\t<none>\n" } else { "IPs:\n" });
    addresses.iter().for_each(|address| writer.field(1, "IP", text(address, "/ip")));
    if let Some(controller) = controller(&pod) {
        writer.field(0, "Controlled By", controller);
    }
    if !text(&pod, "/status/nominatedNodeName").is_empty() {
        writer.field(0, "NominatedNodeName", text(&pod, "/status/nominatedNodeName"));
    }
    if pod.pointer("/spec/resources").is_some() {
        writer.write(0, "Resources:\n");
        resources(writer, &pod["spec"], 1);
    }
    all_containers(writer, &pod);
    conditions(writer, &pod);
    volumes(writer, items(&pod, "/spec/volumes"), "");
    writer.field(0, "QoS Class", qos_class(&pod));
    writer.labels("Node-Selectors", &strings(&pod, "/spec/nodeSelector"));
    writer.tolerations("Tolerations", items(&pod, "/spec/tolerations"));
    spread(writer, items(&pod, "/spec/topologySpreadConstraints"), "");
    events.write(writer, now);
    Ok(())
}

fn all_containers(writer: &mut Writer, pod: &Value) {
    for (label, spec, status) in [
        ("Init Containers", "/spec/initContainers", "/status/initContainerStatuses"),
        ("Containers", "/spec/containers", "/status/containerStatuses"),
        ("Ephemeral Containers", "/spec/ephemeralContainers", "/status/ephemeralContainerStatuses"),
    ] {
        let all = items(pod, spec);
        if label == "Containers" || !all.is_empty() {
            containers(writer, label, all, &Context { pod: Some(pod), statuses: items(pod, status), inside: false });
        }
    }
}

fn conditions(writer: &mut Writer, pod: &Value) {
    let conditions = items(pod, "/status/conditions");
    let gates = items(pod, "/spec/readinessGates");
    if !gates.is_empty() {
        writer.write(0, "Readiness Gates:\n  Type\tStatus\n");
    }
    for gate in gates {
        let kind = text(gate, "/conditionType");
        let status = conditions.iter().find(|condition| text(condition, "/type") == kind).map_or("<none>", |condition| text(condition, "/status"));
        writer.write(1, format!("{kind} \t{status} \n"));
    }
    if !conditions.is_empty() {
        writer.write(0, "Conditions:\n  Type\tStatus\n");
    }
    for condition in conditions {
        writer.write(1, format!("{} \t{} \n", text(condition, "/type"), text(condition, "/status")));
    }
}

fn qos_class(pod: &Value) -> String {
    match text(pod, "/status/qosClass") {
        "" => serde_json::from_value(pod["spec"].clone()).map_or(String::new(), |spec| podarium_api::pod_state::qos_class(&spec).to_owned()),
        class => class.to_owned(),
    }
}
