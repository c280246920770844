//! Ingress, with the addresses behind its backends, and IngressClass.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/describe/describe.go (describeIngressV1, describeBackendV1,
//! describeIngressClassV1), v1.36.
//! Simplified: nothing.

use k8s_openapi::api::networking::v1::{IngressBackend, IngressServiceBackend};
use podarium_api::{Ingress, IngressClass, Resource as _};

use super::events::events;
use super::metadata;
use super::page::{Page, text};
use super::related::Related;
use super::service::endpoints;

pub fn describe(page: &mut Page, ingress: &Ingress, related: &Related) {
    let (meta, spec) = (&ingress.metadata, &ingress.spec);
    page.field(0, "Name", text(&meta.name));
    metadata::labels(page, "Labels", meta.labels.as_ref());
    page.field(0, "Namespace", text(&meta.namespace));
    page.field(0, "Address", addresses(ingress));
    page.field(0, "Ingress Class", spec.ingress_class_name.as_deref().unwrap_or("<none>"));
    let default = spec.default_backend.as_ref().map_or_else(|| "<default>".to_owned(), |backend| backend_text(backend, related));
    page.field(0, "Default backend", &default);
    let all_tls = spec.tls.as_deref().unwrap_or_default();
    if !all_tls.is_empty() {
        page.line(0, "TLS:");
    }
    for tls in all_tls {
        let hosts = tls.hosts.clone().unwrap_or_default().join(",");
        match text(&tls.secret_name) {
            "" => page.line(1, format_args!("SNI routes {hosts}")),
            secret => page.line(1, format_args!("{secret} terminates {hosts}")),
        }
    }
    page.line(0, "Rules:");
    page.row(1, &["Host", "Path", "Backends"]);
    page.row(1, &["----", "----", "--------"]);
    let mut any = false;
    for rule in spec.rules.iter().flatten() {
        let Some(http) = &rule.http else { continue };
        any = true;
        let host = Some(text(&rule.host)).filter(|host| !host.is_empty()).unwrap_or("*");
        page.line(1, format_args!("{host}\t"));
        for path in &http.paths {
            page.line(2, format_args!("\t{} \t{}", text(&path.path), backend_text(&path.backend, related)));
        }
    }
    if !any {
        page.row(1, &["*", "*", &default]);
    }
    metadata::annotations(page, "Annotations", meta.annotations.as_ref());
    events(page, related);
}

/// The sorted addresses of its load balancer.
fn addresses(ingress: &Ingress) -> String {
    let balancers = ingress.status.load_balancer.as_ref().and_then(|balancer| balancer.ingress.as_ref());
    let address = |ip: &Option<String>, host: &Option<String>| if text(ip).is_empty() { text(host).to_owned() } else { text(ip).to_owned() };
    let all = balancers.into_iter().flatten().map(|one| address(&one.ip, &one.hostname));
    all.filter(|address| !address.is_empty()).collect::<std::collections::BTreeSet<_>>().into_iter().collect::<Vec<_>>().join(",")
}

fn backend_text(backend: &IngressBackend, related: &Related) -> String {
    if let Some(service) = &backend.service {
        return service_text(service, related);
    }
    let resource = backend.resource.as_ref();
    let shown = resource.map(|resource| {
        let group = resource.api_group.as_deref().unwrap_or("<none>");
        format!("APIGroup: {group}, Kind: {}, Name: {}", resource.kind, resource.name)
    });
    shown.unwrap_or_default()
}

/// `web:80 (10.0.0.1:80,10.0.0.2:80)`
fn service_text(backend: &IngressServiceBackend, related: &Related) -> String {
    let port = backend.port.clone().unwrap_or_default();
    let number = port.number.unwrap_or_default();
    let shown = if number == 0 { text(&port.name).to_owned() } else { number.to_string() };
    let failure = related.failure("endpointslices", &backend.name).or_else(|| related.failure("services", &backend.name));
    let service = match (failure, related.services.iter().find(|service| service.name() == backend.name)) {
        (Some(why), _) => return format!("{}:{shown} (<error: {why}>)", backend.name),
        (None, service) => service.cloned().unwrap_or_default(),
    };
    let mut ports = service.spec.ports.iter().flatten();
    let named = ports.rfind(|one| (number != 0 && number == one.port) || (!text(&port.name).is_empty() && port.name == one.name));
    let named = named.map(|port| text(&port.name).to_owned()).unwrap_or_default();
    let of = |slice: &&podarium_api::EndpointSlice| {
        slice.metadata.labels.as_ref().and_then(|labels| labels.get("kubernetes.io/service-name")) == Some(&backend.name)
    };
    let slices: Vec<_> = related.endpoint_slices.iter().filter(of).cloned().collect();
    format!("{}:{shown} ({})", backend.name, endpoints(&slices, &named))
}

pub fn describe_class(page: &mut Page, class: &IngressClass, related: &Related) {
    page.field(0, "Name", text(&class.metadata.name));
    metadata::labels_and_annotations(page, &class.metadata);
    page.field(0, "Controller", text(&class.spec.controller));
    if let Some(parameters) = &class.spec.parameters {
        page.line(0, "Parameters:");
        if let Some(group) = &parameters.api_group {
            page.field(1, "APIGroup", group);
        }
        page.field(1, "Kind", &parameters.kind);
        page.field(1, "Name", &parameters.name);
    }
    events(page, related);
}
