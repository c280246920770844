//! Ingresses and their classes: hosts, paths, and the backends that requests go to.
//!
//! Models: pkg/apis/networking/validation/validation.go (ValidateIngress…), v1.36.
//! Simplified: nothing.

use std::net::IpAddr;

use k8s_openapi::api::core::v1::TypedLocalObjectReference;
use k8s_openapi::api::networking::v1::{
    HTTPIngressPath, HTTPIngressRuleValue, IngressBackend, IngressClassParametersReference, IngressRule, IngressServiceBackend, IngressTLS,
};
use serde_json::{Value, json};

use super::{invalid_each, ip, list, metadata, text};
use crate::field::{FieldError, Path};
use crate::{Ingress, IngressClass, name_rules};

const OLD_CLASS: &str = "kubernetes.io/ingress.class";
const PATH_TYPES: &[&str] = &["Exact", "ImplementationSpecific", "Prefix"];
const MAX_CONTROLLER: usize = 250;

pub(crate) fn validate(ingress: &Ingress) -> Vec<FieldError> {
    let mut errors = itself(ingress, true, false);
    let noted = ingress.metadata.annotations.as_ref().and_then(|annotations| annotations.get(OLD_CLASS));
    if let (Some(noted), Some(class)) = (noted, &ingress.spec.ingress_class_name)
        && noted != class
    {
        let why = "must match `ingressClassName` when both are specified";
        errors.push(FieldError::invalid(Path::new("annotations").child(OLD_CLASS), noted.as_str(), why));
    }
    errors
}

pub(crate) fn validate_update(new: &Ingress, old: &Ingress) -> Vec<FieldError> {
    let mut errors = metadata::validate_update(&new.metadata, &old.metadata);
    // What is wrong in the stored object already may stay.
    let old_secrets_are_good = list(&old.spec.tls).iter().all(|tls| secret_name(tls).is_empty());
    let loose_wildcards = list(&old.spec.rules)
        .iter()
        .filter(|rule| text(&rule.host).contains('*'))
        .any(|rule| rule.http.as_ref().is_some_and(|http| !http_rule(http, &Path::new("http")).is_empty()));
    errors.extend(itself(new, old_secrets_are_good, loose_wildcards));
    errors
}

pub(crate) fn validate_status_update(new: &Ingress, old: &Ingress) -> Vec<FieldError> {
    let mut errors = metadata::validate_update(&new.metadata, &old.metadata);
    let path = Path::new("status").child("loadBalancer").child("ingress");
    let points = |ingress: &Ingress| ingress.status.load_balancer.as_ref().and_then(|balancer| balancer.ingress.clone()).unwrap_or_default();
    let stored: Vec<Option<String>> = points(old).into_iter().map(|point| point.ip).collect();
    for (index, point) in points(new).iter().enumerate() {
        let path = path.index(index);
        if let Some(address) = point.ip.as_deref().filter(|address| !address.is_empty() && !stored.contains(&point.ip)) {
            errors.extend(ip::address(address, &path.child("ip")));
        }
        if let Some(name) = point.hostname.as_deref().filter(|name| !name.is_empty()) {
            invalid_each(&mut errors, &path.child("hostname"), name, name_rules::dns1123_subdomain(name));
            errors.extend(not_an_address(name, &path.child("hostname")));
        }
    }
    errors
}

pub(super) fn not_an_address(name: &str, path: &Path) -> Option<FieldError> {
    name.parse::<IpAddr>().is_ok().then(|| FieldError::invalid(path, name, "must be a DNS name, not an IP address"))
}

fn itself(ingress: &Ingress, check_secrets: bool, loose_wildcards: bool) -> Vec<FieldError> {
    let mut errors = metadata::validate(&ingress.metadata, true, metadata::SUBDOMAIN);
    let (spec, path) = (&ingress.spec, Path::new("spec"));
    let rules = list(&spec.rules);
    if rules.is_empty() && spec.default_backend.is_none() {
        let error = FieldError::invalid(&path, Value::Null, "either `defaultBackend` or `rules` must be specified");
        errors.push(error.in_place(path.child("rules")));
    }
    errors.extend(spec.default_backend.iter().flat_map(|one| backend(one, &path.child("defaultBackend"))));
    for (index, rule) in rules.iter().enumerate() {
        errors.extend(ingress_rule(rule, loose_wildcards, &path.child("rules").index(index)));
    }
    for (index, tls) in list(&spec.tls).iter().enumerate() {
        errors.extend(tls_hosts(tls, &path.child("tls").index(index)));
        if check_secrets {
            let field = path.child("tls").index(index).child("secretName");
            invalid_each(&mut errors, &field, text(&tls.secret_name), secret_name(tls));
        }
    }
    if let Some(class) = spec.ingress_class_name.as_deref() {
        invalid_each(&mut errors, &path.child("ingressClassName"), class, name_rules::dns1123_subdomain(class));
    }
    errors
}

fn host_faults(host: &str) -> Vec<String> {
    if host.contains('*') { name_rules::wildcard_dns1123_subdomain(host) } else { name_rules::dns1123_subdomain(host) }
}

fn tls_hosts(tls: &IngressTLS, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    for (index, host) in list(&tls.hosts).iter().enumerate() {
        invalid_each(&mut errors, &path.child("hosts").index(index), host.as_str(), host_faults(host));
    }
    errors
}

fn secret_name(tls: &IngressTLS) -> Vec<String> {
    match text(&tls.secret_name) {
        "" => Vec::new(),
        name => name_rules::dns1123_subdomain(name),
    }
}

fn ingress_rule(rule: &IngressRule, loose_wildcards: bool, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let host = text(&rule.host);
    if !host.is_empty() {
        errors.extend(not_an_address(host, &path.child("host")));
        invalid_each(&mut errors, &path.child("host"), host, host_faults(host));
    }
    if let Some(http) = rule.http.as_ref().filter(|_| !(loose_wildcards && host.contains('*'))) {
        errors.extend(http_rule(http, &path.child("http")));
    }
    errors
}

fn http_rule(rule: &HTTPIngressRuleValue, path: &Path) -> Vec<FieldError> {
    let path = path.child("paths");
    if rule.paths.is_empty() {
        return vec![FieldError::required(path, "")];
    }
    rule.paths.iter().enumerate().flat_map(|(index, one)| http_path(one, &path.index(index))).collect()
}

fn http_path(path: &HTTPIngressPath, at: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let (given, field) = (text(&path.path), at.child("path"));
    let relative = || (!given.starts_with('/')).then(|| FieldError::invalid(&field, given, "must be an absolute path"));
    match path.path_type.as_str() {
        "" => {
            let empty = FieldError::not_supported(at.child("pathType"), "", PATH_TYPES);
            return vec![FieldError::required(at.child("pathType"), "pathType must be specified").unless_empty([empty])];
        }
        "Exact" | "Prefix" => {
            errors.extend(relative());
            for part in ["//", "/./", "/../", "%2f", "%2F"] {
                if given.contains(part) {
                    errors.push(FieldError::invalid(&field, given, format!("must not contain '{part}'")));
                }
            }
            for end in ["/..", "/."] {
                if given.ends_with(end) {
                    errors.push(FieldError::invalid(&field, given, format!("cannot end with '{end}'")));
                }
            }
        }
        "ImplementationSpecific" if given.is_empty() => {}
        "ImplementationSpecific" => errors.extend(relative()),
        other => errors.push(FieldError::not_supported(at.child("pathType"), other, PATH_TYPES)),
    }
    errors.extend(backend(&path.backend, &at.child("backend")));
    errors
}

fn backend(backend: &IngressBackend, path: &Path) -> Vec<FieldError> {
    match (&backend.resource, &backend.service) {
        (Some(_), Some(_)) => vec![FieldError::invalid(path, "", "cannot set both resource and service backends")],
        (Some(resource), None) => reference(resource, &path.child("resource")),
        (None, Some(service)) => service_backend(service, path),
        (None, None) => vec![FieldError::invalid(path, "", "resource or service backend is required")],
    }
}

fn service_backend(service: &IngressServiceBackend, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let own = path.child("service");
    match service.name.as_str() {
        "" => errors.push(FieldError::required(own.child("name"), "")),
        name => invalid_each(&mut errors, &own.child("name"), name, name_rules::dns1123_label(name)),
    }
    let port = service.port.clone().unwrap_or_default();
    match (text(&port.name), port.number.unwrap_or(0)) {
        ("", 0) => errors.push(FieldError::required(path, "port name or number is required")),
        ("", number) => {
            invalid_each(&mut errors, &own.child("port").child("number"), number, name_rules::port_number(i64::from(number)));
        }
        (name, 0) => invalid_each(&mut errors, &own.child("port").child("name"), name, name_rules::port_name(name)),
        _ => errors.push(FieldError::invalid(path, "", "cannot set both port name & port number")),
    }
    errors
}

/// A named object of some kind, in parts that are checked one by one.
fn named_object(group: Option<&str>, kind: &str, name: &str, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    if let Some(group) = group {
        invalid_each(&mut errors, &path.child("apiGroup"), group, name_rules::dns1123_subdomain(group));
    }
    for (field, value) in [("kind", kind), ("name", name)] {
        match value {
            "" => errors.push(FieldError::required(path.child(field), "")),
            value => invalid_each(&mut errors, &path.child(field), value, name_rules::path_segment(value)),
        }
    }
    errors
}

fn reference(reference: &TypedLocalObjectReference, path: &Path) -> Vec<FieldError> {
    named_object(reference.api_group.as_deref(), &reference.kind, &reference.name, path)
}

pub(crate) fn class(class: &IngressClass) -> Vec<FieldError> {
    let mut errors = metadata::validate(&class.metadata, false, metadata::SUBDOMAIN);
    let path = Path::new("spec");
    let controller = text(&class.spec.controller);
    if controller.len() > MAX_CONTROLLER {
        errors.push(FieldError::too_long(path.child("controller"), MAX_CONTROLLER));
    }
    errors.extend(domain_prefixed_path(controller, &path.child("controller")));
    errors.extend(class.spec.parameters.iter().flat_map(|one| parameters(one, &path.child("parameters"))));
    errors
}

pub(crate) fn class_update(new: &IngressClass, old: &IngressClass) -> Vec<FieldError> {
    let mut errors = metadata::validate_update(&new.metadata, &old.metadata);
    let (now, was) = (json!(text(&new.spec.controller)), json!(text(&old.spec.controller)));
    errors.extend(metadata::immutable(&now, &was, &Path::new("spec").child("controller")));
    errors.extend(class(new));
    errors
}

/// `example.com/controller`.
fn domain_prefixed_path(value: &str, path: &Path) -> Vec<FieldError> {
    if value.is_empty() {
        return vec![FieldError::required(path, "")];
    }
    let Some((host, rest)) = value.split_once('/').filter(|(host, rest)| !host.is_empty() && !rest.is_empty()) else {
        return vec![FieldError::invalid(path, value, "must be a domain-prefixed path (such as \"acme.io/foo\")")];
    };
    let mut errors = Vec::new();
    invalid_each(&mut errors, path, host, name_rules::dns1123_subdomain(host));
    invalid_each(&mut errors, path, rest, name_rules::http_path(rest));
    errors
}

fn parameters(parameters: &IngressClassParametersReference, path: &Path) -> Vec<FieldError> {
    let mut errors = named_object(parameters.api_group.as_deref(), &parameters.kind, &parameters.name, path);
    let field = path.child("namespace");
    match (parameters.scope.as_deref(), parameters.namespace.as_deref()) {
        (None, _) => errors.push(FieldError::required(path.child("scope"), "")),
        (Some("Namespace"), None) => errors.push(FieldError::required(field, "`parameters.scope` is set to 'Namespace'")),
        (Some("Namespace"), Some(namespace)) => invalid_each(&mut errors, &field, namespace, name_rules::dns1123_label(namespace)),
        (Some("Cluster"), Some(_)) => errors.push(FieldError::forbidden(field, "`parameters.scope` is set to 'Cluster'")),
        (Some("Cluster"), None) => {}
        (Some(other), _) => errors.push(FieldError::not_supported(path.child("scope"), other, &["Cluster", "Namespace"])),
    }
    errors
}
