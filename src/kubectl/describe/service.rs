//! A Service, with the addresses behind it.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/describe/describe.go (describeService), v1.36.
//! Simplified: nothing.

use serde_json::Value;

use super::{Events, Writer};
use crate::builder::Info;
use crate::client::Call;
use crate::failure::{Outcome, caught};
use crate::kubectl::Kubectl;
use crate::printers::jsonpath::go_value;
use crate::printers::table::show_labels;
use crate::unstructured::{int, items, name, namespace, strings, text};

/// So many addresses are shown.
const SHOWN: usize = 3;

pub fn describe(kubectl: &mut Kubectl<'_, '_>, info: &Info, writer: &mut Writer) -> Outcome<()> {
    let service = kubectl.get(&info.mapping, &info.namespace, &info.name)?;
    let call = Call::get(format!("/apis/discovery.k8s.io/v1/namespaces/{}/endpointslices", info.namespace));
    let slices = caught(kubectl.send(&call.query("labelSelector", format!("kubernetes.io/service-name={}", info.name))))?.unwrap_or_default();
    let slices = items(&slices, "/items");
    let events = Events::of(kubectl, info, &service, true)?;
    let now = kubectl.now()?;
    let spec = &service["spec"];
    writer.field(0, "Name", name(&service));
    writer.field(0, "Namespace", namespace(&service));
    writer.labels("Labels", &strings(&service, "/metadata/labels"));
    writer.annotations("Annotations", &strings(&service, "/metadata/annotations"));
    writer.field(0, "Selector", show_labels(&strings(spec, "/selector")));
    writer.field(0, "Type", text(spec, "/type"));
    if !text(spec, "/ipFamilyPolicy").is_empty() {
        writer.field(0, "IP Family Policy", text(spec, "/ipFamilyPolicy"));
    }
    writer.field(0, "IP Families", or_none(&joined(spec, "/ipFamilies")));
    writer.field(0, "IP", text(spec, "/clusterIP"));
    writer.field(0, "IPs", or_none(&joined(spec, "/clusterIPs")));
    for (label, value) in [
        ("External IPs", joined(spec, "/externalIPs")),
        ("Desired LoadBalancer IP", text(spec, "/loadBalancerIP").to_owned()),
        ("External Name", text(spec, "/externalName").to_owned()),
        ("LoadBalancer Ingress", ingress(&service)),
    ] {
        if !value.is_empty() {
            writer.field(0, label, value);
        }
    }
    for port in items(spec, "/ports") {
        let protocol = text(port, "/protocol");
        let shown = or_unset(text(port, "/name"));
        writer.field(0, "Port", format!("{shown}\t{}/{protocol}", int(port, "/port").unwrap_or(0)));
        writer.field(0, "TargetPort", format!("{}/{protocol}", port.get("targetPort").map(go_value).unwrap_or_default()));
        if !text(port, "/appProtocol").is_empty() {
            writer.field(0, "AppProtocol", text(port, "/appProtocol"));
        }
        if let Some(node_port) = int(port, "/nodePort").filter(|port| *port != 0) {
            writer.field(0, "NodePort", format!("{shown}\t{node_port}/{protocol}"));
        }
        writer.field(0, "Endpoints", endpoints(slices, Some(text(port, "/name"))));
    }
    writer.field(0, "Session Affinity", text(spec, "/sessionAffinity"));
    for (label, field) in [("External Traffic Policy", "/externalTrafficPolicy"), ("Internal Traffic Policy", "/internalTrafficPolicy")] {
        if !text(spec, field).is_empty() {
            writer.field(0, label, text(spec, field));
        }
    }
    if let Some(port) = int(spec, "/healthCheckNodePort").filter(|port| *port != 0) {
        writer.field(0, "HealthCheck NodePort", port);
    }
    if !joined(spec, "/loadBalancerSourceRanges").is_empty() {
        writer.field(0, "LoadBalancer Source Ranges", joined(spec, "/loadBalancerSourceRanges"));
    }
    if !text(spec, "/trafficDistribution").is_empty() {
        writer.field(0, "Traffic Distribution", text(spec, "/trafficDistribution"));
    }
    events.write(writer, now);
    Ok(())
}

fn joined(object: &Value, pointer: &str) -> String {
    items(object, pointer).iter().filter_map(Value::as_str).collect::<Vec<_>>().join(",")
}

fn or_none(value: &str) -> &str {
    if value.is_empty() { "<none>" } else { value }
}

fn or_unset(value: &str) -> &str {
    if value.is_empty() { "<unset>" } else { value }
}

fn ingress(service: &Value) -> String {
    let one = |ingress: &Value| match (text(ingress, "/ip"), text(ingress, "/ipMode")) {
        ("", _) => text(ingress, "/hostname").to_owned(),
        (ip, "") => ip.to_owned(),
        (ip, mode) => format!("{ip} ({mode})"),
    };
    items(service, "/status/loadBalancer/ingress").iter().map(one).collect::<Vec<_>>().join(", ")
}

/// The ready addresses behind a port, three of them and how many more there are.
pub fn endpoints(slices: &[Value], port_name: Option<&str>) -> String {
    if slices.is_empty() {
        return "<none>".to_owned();
    }
    let mut found: Vec<String> = Vec::new();
    for slice in slices {
        let ready = |endpoint: &&Value| endpoint.pointer("/conditions/ready").and_then(Value::as_bool).unwrap_or(true);
        let addresses: Vec<&str> = items(slice, "/endpoints").iter().filter(ready).map(|endpoint| text(endpoint, "/addresses/0")).collect();
        let ports = items(slice, "/ports");
        if ports.is_empty() {
            found.extend(addresses.iter().map(|address| (*address).to_owned()));
        }
        for port in ports.iter().filter(|port| port_name.is_none_or(|name| name == text(port, "/name"))) {
            found.extend(addresses.iter().map(|address| format!("{address}:{}", int(port, "/port").unwrap_or(0))));
        }
    }
    let more = found.len().saturating_sub(SHOWN);
    found.truncate(SHOWN);
    let shown = found.join(",");
    if more > 0 { format!("{shown} + {more} more...") } else { shown }
}
