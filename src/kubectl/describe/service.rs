//! Service, with the addresses behind each of its ports.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/describe/describe.go (describeService, formatEndpointSlices), v1.36.
//! Simplified: nothing.

use k8s_openapi::api::core::v1::{LoadBalancerIngress, ServicePort};
use k8s_openapi::api::discovery::v1::Endpoint;
use podarium_api::selector::format_labels;
use podarium_api::{EndpointSlice, Service};

use super::events::events;
use super::metadata;
use super::page::{Page, joined, text, text_or};
use super::probe::port_text;
use super::related::Related;

/// So many addresses are shown, of more only their number.
const MOST_ADDRESSES: usize = 3;

pub fn describe(page: &mut Page, service: &Service, related: &Related) {
    let spec = &service.spec;
    metadata::identity(page, &service.metadata);
    page.field(0, "Selector", format_labels(spec.selector.as_ref()));
    page.field(0, "Type", text(&spec.type_));
    addresses(page, service);
    for port in spec.ports.iter().flatten() {
        service_port(page, port, &related.endpoint_slices);
    }
    page.field(0, "Session Affinity", text(&spec.session_affinity));
    page.field_unless_empty(0, "External Traffic Policy", spec.external_traffic_policy.as_deref());
    if let Some(policy) = &spec.internal_traffic_policy {
        page.field(0, "Internal Traffic Policy", policy);
    }
    if let Some(port) = spec.health_check_node_port.filter(|port| *port != 0) {
        page.field(0, "HealthCheck NodePort", port);
    }
    page.field_unless_empty(0, "LoadBalancer Source Ranges", spec.load_balancer_source_ranges.as_ref().map(|ranges| ranges.join(",")).as_deref());
    if let Some(distribution) = &spec.traffic_distribution {
        page.field(0, "Traffic Distribution", distribution);
    }
    events(page, related);
}

fn addresses(page: &mut Page, service: &Service) {
    let spec = &service.spec;
    let list = |values: &Option<Vec<String>>| joined(values.as_deref().unwrap_or_default(), ",");
    if let Some(policy) = &spec.ip_family_policy {
        page.field(0, "IP Family Policy", policy);
    }
    page.field(0, "IP Families", list(&spec.ip_families));
    page.field(0, "IP", text(&spec.cluster_ip));
    // The one address of an ExternalName service is empty, and its list has no entry.
    page.field(0, "IPs", list(&spec.cluster_ips));
    page.field_unless_empty(0, "External IPs", spec.external_ips.as_ref().map(|list| list.join(",")).as_deref());
    page.field_unless_empty(0, "Desired LoadBalancer IP", spec.load_balancer_ip.as_deref());
    page.field_unless_empty(0, "External Name", spec.external_name.as_deref());
    let ingress = service.status.load_balancer.as_ref().and_then(|balancer| balancer.ingress.as_ref());
    if let Some(ingress) = ingress.filter(|ingress| !ingress.is_empty()) {
        let shown = ingress.iter().map(ingress_text).collect::<Vec<_>>();
        page.field(0, "LoadBalancer Ingress", shown.join(", "));
    }
}

/// `192.0.2.1 (VIP)`, or the host name.
fn ingress_text(ingress: &LoadBalancerIngress) -> String {
    match (text(&ingress.ip), &ingress.ip_mode) {
        ("", _) => text(&ingress.hostname).to_owned(),
        (ip, None) => ip.to_owned(),
        (ip, Some(mode)) => format!("{ip} ({mode})"),
    }
}

fn service_port(page: &mut Page, port: &ServicePort, slices: &[EndpointSlice]) {
    let (name, protocol) = (text_or(&port.name, "<unset>"), text(&port.protocol));
    page.field(0, "Port", format_args!("{name}\t{}/{protocol}", port.port));
    let target = port.target_port.as_ref().map_or_else(|| "0".to_owned(), port_text);
    page.field(0, "TargetPort", format_args!("{target}/{protocol}"));
    if let Some(protocol) = &port.app_protocol {
        page.field(0, "AppProtocol", protocol);
    }
    if let Some(node_port) = port.node_port.filter(|port| *port != 0) {
        page.field(0, "NodePort", format_args!("{name}\t{node_port}/{protocol}"));
    }
    page.field(0, "Endpoints", endpoints(slices, text(&port.name)));
}

/// `10.0.0.1:80,10.0.0.2:80,10.0.0.3:80 + 2 more...`: the ready addresses for the port of this name.
pub(super) fn endpoints(slices: &[EndpointSlice], port_name: &str) -> String {
    if slices.is_empty() {
        return "<none>".to_owned();
    }
    let (mut shown, mut count, mut more) = (Vec::new(), 0, false);
    let mut see = |endpoint: &Endpoint, port: Option<i32>| {
        // As in the reference, an unready address after the third also makes it "+ 0 more".
        more |= shown.len() == MOST_ADDRESSES;
        let ready = endpoint.conditions.as_ref().and_then(|conditions| conditions.ready).unwrap_or(true);
        if !ready {
            return;
        }
        if !more {
            let address = endpoint.addresses.first().map(String::as_str).unwrap_or_default();
            shown.push(match port {
                None => address.to_owned(),
                Some(port) if address.contains(':') => format!("[{address}]:{port}"),
                Some(port) => format!("{address}:{port}"),
            });
        }
        count += 1;
    };
    for slice in slices {
        let endpoints = slice.endpoints.as_deref().unwrap_or_default();
        let ports = slice.ports.as_deref().unwrap_or_default();
        if ports.is_empty() {
            endpoints.iter().for_each(|endpoint| see(endpoint, None));
        }
        for port in ports.iter().filter(|port| text(&port.name) == port_name) {
            endpoints.iter().for_each(|endpoint| see(endpoint, Some(port.port.unwrap_or_default())));
        }
    }
    let list = shown.join(",");
    if more { format!("{list} + {} more...", count - MOST_ADDRESSES) } else { list }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn ready_addresses_are_listed_up_to_three() {
        let slice = |ready: &[bool]| -> EndpointSlice {
            let endpoints: Vec<_> = ready.iter().enumerate().map(|(at, ready)| json!({"addresses": [format!("10.0.0.{at}")], "conditions": {"ready": ready}})).collect();
            serde_json::from_value(json!({"addressType": "IPv4", "endpoints": endpoints, "ports": [{"name": "http", "port": 80, "protocol": "TCP"}]})).unwrap()
        };
        let cases: [(&[bool], &str); 4] = [
            (&[], ""),
            (&[true, false, true], "10.0.0.0:80,10.0.0.2:80"),
            (&[true; 5], "10.0.0.0:80,10.0.0.1:80,10.0.0.2:80 + 2 more..."),
            (&[true, true, true, false], "10.0.0.0:80,10.0.0.1:80,10.0.0.2:80 + 0 more..."),
        ];
        for (ready, text) in cases {
            assert_eq!(endpoints(&[slice(ready)], "http"), text);
        }
        assert_eq!(endpoints(&[slice(&[true])], "other"), "");
        assert_eq!(endpoints(&[], "http"), "<none>");
    }
}
