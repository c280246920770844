//! Endpoints: the addresses of a Service in their old form.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/describe/describe.go (describeEndpoints), v1.36.
//! Simplified: nothing.

use k8s_openapi::api::core::v1::EndpointAddress;
use podarium_api::Endpoints;

use super::events::events;
use super::metadata;
use super::page::{Page, joined, text, text_or};
use super::related::Related;

pub fn describe(page: &mut Page, endpoints: &Endpoints, related: &Related) {
    metadata::identity(page, &endpoints.metadata);
    page.line(0, "Subsets:");
    for subset in endpoints.subsets.iter().flatten() {
        let list = |addresses: &Option<Vec<EndpointAddress>>| {
            joined(&addresses.iter().flatten().map(|address| address.ip.clone()).collect::<Vec<_>>(), ",")
        };
        page.field(1, "Addresses", list(&subset.addresses));
        page.field(1, "NotReadyAddresses", list(&subset.not_ready_addresses));
        let ports = subset.ports.as_deref().unwrap_or_default();
        if !ports.is_empty() {
            page.line(1, "Ports:");
            page.header(2, &["Name", "Port", "Protocol"]);
        }
        for port in ports {
            page.row(2, &[text_or(&port.name, "<unset>"), &port.port.to_string(), text(&port.protocol)]);
        }
        page.line(0, "");
    }
    events(page, related);
}
