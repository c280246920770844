//! EndpointSlice: some of the addresses of a Service.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/describe/describe.go (describeEndpointSliceV1), v1.36.
//! Simplified: nothing.

use k8s_openapi::api::discovery::v1::Endpoint;
use podarium_api::EndpointSlice;

use super::events::events;
use super::metadata;
use super::page::{Page, joined, text, text_or};
use super::related::Related;

pub fn describe(page: &mut Page, slice: &EndpointSlice, related: &Related) {
    metadata::identity(page, &slice.metadata);
    page.field(0, "AddressType", &slice.address_type);
    let ports = slice.ports.as_deref().unwrap_or_default();
    if ports.is_empty() {
        page.line(0, "Ports: <unset>");
    } else {
        page.line(0, "Ports:");
        page.header(1, &["Name", "Port", "Protocol"]);
    }
    for port in ports {
        let number = port.port.map_or_else(|| "<unset>".to_owned(), |number| number.to_string());
        page.row(1, &[text_or(&port.name, "<unset>"), &number, text(&port.protocol)]);
    }
    let endpoints = slice.endpoints.as_deref().unwrap_or_default();
    page.line(0, if endpoints.is_empty() { "Endpoints: <none>" } else { "Endpoints:" });
    for one in endpoints {
        endpoint(page, one);
    }
    events(page, related);
}

fn endpoint(page: &mut Page, endpoint: &Endpoint) {
    let shown = |value: &Option<String>| value.clone().unwrap_or_else(|| "<unset>".to_owned());
    page.field(1, "- Addresses", joined(&endpoint.addresses, ", "));
    page.line(2, "Conditions:");
    let ready = endpoint.conditions.as_ref().and_then(|conditions| conditions.ready);
    page.field(3, "Ready", shown(&ready.map(|ready| ready.to_string())));
    page.field(2, "Hostname", shown(&endpoint.hostname));
    if let Some(target) = &endpoint.target_ref {
        page.field(2, "TargetRef", format_args!("{}/{}", text(&target.kind), text(&target.name)));
    }
    page.field(2, "NodeName", shown(&endpoint.node_name));
    page.field(2, "Zone", shown(&endpoint.zone));
}
