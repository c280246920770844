//! Services: ports, types, addresses, and what may not change.
//!
//! Models: pkg/apis/core/validation/validation.go (ValidateServiceCreate, ValidateServiceUpdate, validateService), v1.36.
//! Simplified: nothing. Whether an address or a node port is free is the allocator's business.

use std::collections::BTreeSet;

use k8s_openapi::api::core::v1::{LoadBalancerIngress, ServicePort, ServiceSpec};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use serde_json::json;

use super::container::PROTOCOLS;
use super::{ingress, invalid_each, ip, list, metadata, one_of, probe, text};
use crate::field::{FieldError, Path};
use crate::{Service, name_rules};

pub(crate) fn validate_create(service: &Service) -> Vec<FieldError> {
    let mut errors = metadata::validate(&service.metadata, true, metadata::LABEL);
    errors.extend(topology_mode(service));
    errors.extend(spec(&service.spec));
    errors.extend(annotated_ranges(service));
    errors
}

pub(crate) fn validate_update(new: &Service, old: &Service) -> Vec<FieldError> {
    let mut errors = metadata::validate_update(&new.metadata, &old.metadata);
    let path = Path::new("spec");
    errors.extend(cluster_ip_changes(&new.spec, &old.spec, &path));
    let balanced = |spec: &ServiceSpec| text(&spec.type_) == "LoadBalancer";
    if balanced(&new.spec) && balanced(&old.spec) && new.spec.load_balancer_class != old.spec.load_balancer_class {
        errors.push(FieldError::invalid(path.child("loadBalancerClass"), json!(new.spec.load_balancer_class), "may not change once set"));
    }
    if needs_health_check(&new.spec) && needs_health_check(&old.spec) && new.spec.health_check_node_port != old.spec.health_check_node_port {
        errors.push(FieldError::forbidden(path.child("healthCheckNodePort"), "field is immutable"));
    }
    errors.extend(topology_mode(new));
    errors.extend(spec(&new.spec));
    errors.extend(annotated_ranges(new));
    errors
}

/// The annotation has an older name; both say the same if both are there.
fn topology_mode(service: &Service) -> Option<FieldError> {
    const OLD: &str = "service.kubernetes.io/topology-aware-hints";
    const NEW: &str = "service.kubernetes.io/topology-mode";
    let annotation = |name: &str| service.metadata.annotations.as_ref()?.get(name);
    let (hints, mode) = (annotation(OLD)?, annotation(NEW)?);
    let why = format!("must match annotations[{OLD}] when both are specified");
    (hints != mode).then(|| FieldError::invalid(Path::new("metadata").child("annotations").key(NEW), mode.as_str(), why))
}

/// The ranges of clients in the annotation that came before the field; the field has precedence.
fn annotated_ranges(service: &Service) -> Vec<FieldError> {
    const ANNOTATION: &str = "service.beta.kubernetes.io/load-balancer-source-ranges";
    let path = Path::new("metadata").child("annotations").key(ANNOTATION);
    let Some(text) = service.metadata.annotations.as_ref().and_then(|annotations| annotations.get(ANNOTATION)) else { return Vec::new() };
    if !list(&service.spec.load_balancer_source_ranges).is_empty() {
        return Vec::new();
    }
    if service.spec.type_.as_deref() != Some("LoadBalancer") {
        return vec![FieldError::forbidden(path, "may only be used when `type` is 'LoadBalancer'")];
    }
    let ranges = text.trim().split(',').filter(|_| !text.trim().is_empty());
    ranges.filter_map(|range| ip::network(range.trim(), &path)).collect()
}

pub(crate) fn validate_status_update(new: &Service, old: &Service) -> Vec<FieldError> {
    let mut errors = metadata::validate_update(&new.metadata, &old.metadata);
    let path = Path::new("status").child("loadBalancer").child("ingress");
    let ingress = new.status.load_balancer.as_ref().map(|balancer| list(&balancer.ingress)).unwrap_or_default();
    if text(&new.spec.type_) != "LoadBalancer" && !ingress.is_empty() {
        return vec![FieldError::forbidden(path, "may only be used when `spec.type` is 'LoadBalancer'")];
    }
    for (index, point) in ingress.iter().enumerate() {
        let path = path.index(index);
        if let Some(address) = point.ip.as_deref().filter(|address| !address.is_empty()) {
            errors.extend(ip::address(address, &path.child("ip")));
        }
        errors.extend(ip_mode(point, &path.child("ipMode")));
        if let Some(name) = point.hostname.as_deref().filter(|name| !name.is_empty()) {
            invalid_each(&mut errors, &path.child("hostname"), name, name_rules::dns1123_subdomain(name));
            errors.extend(ingress::not_an_address(name, &path.child("hostname")));
        }
    }
    errors
}

/// How packets to an address of a load balancer reach the nodes, which every address says.
fn ip_mode(point: &LoadBalancerIngress, path: &Path) -> Option<FieldError> {
    const MODES: &[&str] = &["Proxy", "VIP"];
    match (point.ip_mode.as_deref(), text(&point.ip)) {
        (None, "") => None,
        (None, _) => Some(FieldError::required(path, "must be specified when `ip` is set")),
        (Some(_), "") => Some(FieldError::forbidden(path, "may not be specified when `ip` is not set")),
        (Some(mode), _) => (!MODES.contains(&mode)).then(|| FieldError::not_supported(path, mode, MODES)),
    }
}

fn is_headless(spec: &ServiceSpec) -> bool {
    list(&spec.cluster_ips) == ["None"]
}

fn needs_health_check(spec: &ServiceSpec) -> bool {
    text(&spec.type_) == "LoadBalancer" && text(&spec.external_traffic_policy) == "Local"
}

fn cluster_ip_changes(new: &ServiceSpec, old: &ServiceSpec, path: &Path) -> Vec<FieldError> {
    let external = |spec: &ServiceSpec| text(&spec.type_) == "ExternalName";
    if external(new) || external(old) || (is_headless(new) && is_headless(old)) {
        return Vec::new();
    }
    let (new_ips, old_ips) = (list(&new.cluster_ips), list(&old.cluster_ips));
    let at = |index: usize| path.child("clusterIPs").index(index);
    let changed = |index: usize| FieldError::invalid(at(index), new_ips.to_vec(), "may not change once set");
    if new_ips.len() == old_ips.len() {
        return (0..old_ips.len()).filter(|&index| old_ips[index] != new_ips[index]).map(changed).collect();
    }
    match (new_ips.first(), old_ips.first()) {
        (None, Some(_)) => vec![FieldError::invalid(at(0), json!(new.cluster_ips), "primary clusterIP can not be unset")],
        (Some(new), Some(old)) if new != old => vec![changed(0)],
        _ => Vec::new(),
    }
}

fn spec(spec: &ServiceSpec) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let path = Path::new("spec");
    let (type_, ports) = (text(&spec.type_), list(&spec.ports));
    if ports.is_empty() && !is_headless(spec) && type_ != "ExternalName" {
        errors.push(FieldError::required(path.child("ports"), ""));
    }
    errors.extend(type_and_address(spec, &path));
    let mut names = BTreeSet::new();
    for (index, port) in ports.iter().enumerate() {
        errors.extend(service_port(port, ports.len() > 1, &mut names, &path.child("ports").index(index)));
    }
    errors.extend(metadata::labels(spec.selector.as_ref(), &path.child("selector")));
    errors.extend(affinity(spec, &path));
    errors.extend(addresses(spec));
    for (index, address) in list(&spec.external_ips).iter().enumerate() {
        let path = path.child("externalIPs").index(index);
        let malformed = ip::address(address, &path);
        errors.extend(if let Some(error) = malformed { vec![error] } else { ip::endpoint(address, &path) });
    }
    one_of(&mut errors, &path.child("type"), spec.type_.as_deref(), &["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"]);
    errors.extend(unique_ports(type_, ports, &path.child("ports")));
    errors.extend(load_balancer(spec, &path));
    errors.extend(traffic(spec, &path));
    errors
}

/// What goes with the type: a name for ExternalName, an address for NodePort and LoadBalancer.
fn type_and_address(spec: &ServiceSpec, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    match text(&spec.type_) {
        type_ @ ("LoadBalancer" | "NodePort") if is_headless(spec) => {
            let why = format!("may not be set to 'None' for {type_} services");
            errors.push(FieldError::invalid(path.child("clusterIPs").index(0), "None", why));
        }
        "ExternalName" => {
            let given = [
                ("clusterIPs", !list(&spec.cluster_ips).is_empty()), ("ipFamilies", !list(&spec.ip_families).is_empty()),
                ("ipFamilyPolicy", spec.ip_family_policy.is_some()),
            ];
            for (name, _) in given.into_iter().filter(|(_, given)| *given) {
                errors.push(FieldError::forbidden(path.child(name), "may not be set for ExternalName services"));
            }
            let name = text(&spec.external_name);
            match name.strip_suffix('.').unwrap_or(name) {
                "" => errors.push(FieldError::required(path.child("externalName"), "")),
                name => invalid_each(&mut errors, &path.child("externalName"), name, name_rules::dns1123_subdomain(name)),
            }
        }
        _ => {}
    }
    errors
}

fn service_port<'a>(port: &'a ServicePort, name_required: bool, names: &mut BTreeSet<&'a str>, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    match text(&port.name) {
        "" if name_required => errors.push(FieldError::required(path.child("name"), "")),
        "" => {}
        name => {
            invalid_each(&mut errors, &path.child("name"), name, name_rules::dns1123_label(name));
            if !names.insert(name) {
                errors.push(FieldError::duplicate(path.child("name"), name));
            }
        }
    }
    invalid_each(&mut errors, &path.child("port"), port.port, name_rules::port_number(i64::from(port.port)));
    one_of(&mut errors, &path.child("protocol"), port.protocol.as_deref(), PROTOCOLS);
    let target = port.target_port.clone().unwrap_or(IntOrString::Int(0));
    errors.extend(probe::port_number_or_name(&target, &path.child("targetPort")));
    if let Some(protocol) = &port.app_protocol {
        invalid_each(&mut errors, &path.child("appProtocol"), protocol.as_str(), name_rules::label_key(protocol));
    }
    errors
}

fn affinity(spec: &ServiceSpec, path: &Path) -> Vec<FieldError> {
    const MOST_SECONDS: i32 = 86_400;
    let mut errors = Vec::new();
    one_of(&mut errors, &path.child("sessionAffinity"), spec.session_affinity.as_deref(), &["ClientIP", "None"]);
    let config_path = path.child("sessionAffinityConfig");
    let client = spec.session_affinity_config.as_ref().map(|config| config.client_ip.as_ref());
    match (text(&spec.session_affinity), client) {
        ("ClientIP", None) => errors.push(FieldError::required(config_path, "when session affinity type is ClientIP")),
        ("ClientIP", Some(None)) => {
            errors.push(FieldError::required(config_path.child("clientIP"), "when session affinity type is ClientIP"));
        }
        ("ClientIP", Some(Some(client))) => {
            let field = config_path.child("clientIP").child("timeoutSeconds");
            match client.timeout_seconds {
                None => errors.push(FieldError::required(field, "when session affinity type is ClientIP")),
                Some(seconds) if !(1..=MOST_SECONDS).contains(&seconds) => {
                    errors.push(FieldError::invalid(field, seconds, format!("must be greater than 0 and less than {MOST_SECONDS}")));
                }
                Some(_) => {}
            }
        }
        ("None", Some(_)) => errors.push(FieldError::forbidden(config_path, "must not be set when session affinity is None")),
        _ => {}
    }
    errors
}

/// The one address and the list of addresses, and the families that they are of.
pub(crate) fn addresses(spec: &ServiceSpec) -> Vec<FieldError> {
    let (mut errors, path) = (Vec::new(), Path::new("spec"));
    if text(&spec.type_) == "ExternalName" {
        return errors;
    }
    let (first, all) = (text(&spec.cluster_ip), list(&spec.cluster_ips));
    let field = path.child("clusterIPs");
    match (first, all.first()) {
        ("", Some(_)) => errors.push(FieldError::invalid(&field, all.to_vec(), "must be empty when `clusterIP` is not specified")),
        ("", None) => {}
        (_, None) => errors.push(FieldError::required(&field, "")),
        (first, Some(head)) if first != head => {
            errors.push(FieldError::invalid(&field, all.to_vec(), "first value must match `clusterIP`"));
        }
        _ => {}
    }
    let families = list(&spec.ip_families);
    for (index, family) in families.iter().enumerate() {
        if !matches!(family.as_str(), "IPv4" | "IPv6") {
            errors.push(FieldError::not_supported(path.child("ipFamilies").index(index), family.as_str(), &["IPv4", "IPv6"]));
        }
        if families[..index].contains(family) {
            errors.push(FieldError::duplicate(path.child("ipFamilies").index(index), family.as_str()));
        }
    }
    let policies = &["PreferDualStack", "RequireDualStack", "SingleStack"];
    if let Some(policy) = spec.ip_family_policy.as_deref().filter(|policy| !policies.contains(policy)) {
        errors.push(FieldError::not_supported(path.child("ipFamilyPolicy"), policy, policies));
    }
    let mut are_addresses = true;
    for (index, address) in all.iter().enumerate() {
        if index == 0 && address == "None" {
            are_addresses &= all.len() == 1;
            if all.len() > 1 {
                errors.push(FieldError::invalid(&field, all.to_vec(), "'None' must be the first and only value"));
            }
            continue;
        }
        let malformed = ip::address(address, &field.index(index));
        are_addresses &= malformed.is_none();
        errors.extend(malformed);
    }
    if all.len() > 2 {
        errors.push(FieldError::invalid(&field, all.to_vec(), "may only hold up to 2 values"));
    }
    if !are_addresses {
        return errors;
    }
    let is_six = |address: &String| address.contains(':');
    if all.len() > 1 && (all.iter().all(is_six) || !all.iter().any(is_six)) {
        errors.push(FieldError::invalid(&field, all.to_vec(), "may specify no more than one IP for each IP family"));
    }
    if !is_headless(spec) {
        for (index, (address, family)) in all.iter().zip(families).enumerate().filter(|(_, (address, family))| is_six(address) != (*family == "IPv6")) {
            let why = format!("expected an {family} value as indicated by `ipFamilies[{index}]`");
            errors.push(FieldError::invalid(field.index(index), address.as_str(), why));
        }
    }
    errors
}

fn unique_ports(type_: &str, ports: &[ServicePort], path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let node_port = |port: &ServicePort| port.node_port.filter(|number| *number != 0);
    if type_ == "ClusterIP" {
        for (index, _) in ports.iter().enumerate().filter(|(_, port)| node_port(port).is_some()) {
            errors.push(FieldError::forbidden(path.index(index).child("nodePort"), "may not be used when `type` is 'ClusterIP'"));
        }
    }
    let mut taken = BTreeSet::new();
    for (index, port) in ports.iter().enumerate() {
        if let Some(number) = node_port(port)
            && !taken.insert((text(&port.protocol), number))
        {
            errors.push(FieldError::duplicate(path.index(index).child("nodePort"), number));
        }
    }
    let mut taken = BTreeSet::new();
    for (index, port) in ports.iter().enumerate() {
        let protocol = text(&port.protocol);
        if !taken.insert((protocol, port.port)) {
            let shown = format!(
                "{{\"Name\":\"\",\"Protocol\":{},\"AppProtocol\":null,\"Port\":{},\"TargetPort\":0,\"NodePort\":0}}",
                json!(protocol), port.port
            );
            errors.push(FieldError::duplicate(path.index(index), port.port).shown_as(shown));
        }
    }
    errors
}

fn load_balancer(spec: &ServiceSpec, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let balanced = text(&spec.type_) == "LoadBalancer";
    let only = "may only be used when `type` is 'LoadBalancer'";
    let ranges = list(&spec.load_balancer_source_ranges);
    let field = path.child("LoadBalancerSourceRanges");
    if !ranges.is_empty() && !balanced {
        errors.push(FieldError::forbidden(&field, only));
    }
    for (index, range) in ranges.iter().enumerate() {
        errors.extend(ip::network(range.trim(), &field.index(index)));
    }
    match spec.allocate_load_balancer_node_ports {
        Some(_) if !balanced => errors.push(FieldError::forbidden(path.child("allocateLoadBalancerNodePorts"), only)),
        None if balanced => errors.push(FieldError::required("allocateLoadBalancerNodePorts", "")),
        _ => {}
    }
    match &spec.load_balancer_class {
        Some(class) if balanced => {
            invalid_each(&mut errors, &path.child("loadBalancerClass"), class.as_str(), name_rules::label_key(class));
        }
        Some(_) => errors.push(FieldError::forbidden(path.child("loadBalancerClass"), only)),
        None => {}
    }
    errors
}

fn traffic(spec: &ServiceSpec, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let type_ = text(&spec.type_);
    let external = matches!(type_, "NodePort" | "LoadBalancer") || (type_ == "ClusterIP" && !list(&spec.external_ips).is_empty());
    let field = path.child("externalTrafficPolicy");
    match text(&spec.external_traffic_policy) {
        "" if !external => {}
        policy if !external => errors.push(FieldError::invalid(field, policy, "may only be set for externally-accessible services")),
        policy => one_of(&mut errors, &field, Some(policy), &["Cluster", "Local"]),
    }
    if let Some(port) = spec.health_check_node_port.filter(|port| *port != 0 && !needs_health_check(spec)) {
        let why = "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'";
        errors.push(FieldError::invalid(path.child("healthCheckNodePort"), port, why));
    }
    if let Some(port) = spec.health_check_node_port.filter(|port| *port != 0 && needs_health_check(spec)) {
        invalid_each(&mut errors, &path.child("healthCheckNodePort"), port, name_rules::port_number(i64::from(port)));
    }
    let field = path.child("internalTrafficPolicy");
    match &spec.internal_traffic_policy {
        None if matches!(type_, "NodePort" | "LoadBalancer" | "ClusterIP") => errors.push(FieldError::required(field, "")),
        Some(policy) if !matches!(policy.as_str(), "Cluster" | "Local") => {
            errors.push(FieldError::not_supported(field, policy.as_str(), &["Cluster", "Local"]));
        }
        _ => {}
    }
    let choices = &["PreferClose", "PreferSameZone", "PreferSameNode"];
    if let Some(choice) = spec.traffic_distribution.as_deref().filter(|choice| !choices.contains(choice)) {
        errors.push(FieldError::not_supported(path.child("trafficDistribution"), choice, choices));
    }
    errors
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(errors: &[FieldError]) -> Vec<String> {
        errors.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn both_names_of_the_topology_annotation_say_the_same() {
        let with = |mode: &str| -> Service {
            let annotations = json!({"service.kubernetes.io/topology-aware-hints": "Auto", "service.kubernetes.io/topology-mode": mode});
            serde_json::from_value(json!({"metadata": {"annotations": annotations}})).unwrap()
        };
        assert_eq!(topology_mode(&with("Auto")), None);
        let error = topology_mode(&with("Disabled")).unwrap().to_string();
        assert_eq!(error, "metadata.annotations[service.kubernetes.io/topology-mode]: Invalid value: \"Disabled\": must match annotations[service.kubernetes.io/topology-aware-hints] when both are specified");
    }

    #[test]
    fn addresses_of_a_load_balancer_say_how_they_are_reached() {
        let status = |point: serde_json::Value| {
            let service = json!({"metadata": {"name": "a", "namespace": "b", "resourceVersion": "1"}, "spec": {"type": "LoadBalancer"}, "status": {"loadBalancer": {"ingress": [point]}}});
            let service: Service = serde_json::from_value(service).unwrap();
            texts(&validate_status_update(&service, &service))
        };
        let path = "status.loadBalancer.ingress[0]";
        assert_eq!(status(json!({"ip": "10.0.0.1", "ipMode": "VIP"})), [""; 0]);
        assert_eq!(status(json!({"ip": "10.0.0.1"})), [format!("{path}.ipMode: Required value: must be specified when `ip` is set")]);
        assert_eq!(status(json!({"ipMode": "VIP"})), [format!("{path}.ipMode: Forbidden: may not be specified when `ip` is not set")]);
        assert_eq!(status(json!({"ip": "10.0.0.1", "ipMode": "x"})), [format!("{path}.ipMode: Unsupported value: \"x\": supported values: \"Proxy\", \"VIP\"")]);
        assert_eq!(status(json!({"hostname": "10.0.0.1"})), [format!("{path}.hostname: Invalid value: \"10.0.0.1\": must be a DNS name, not an IP address")]);
    }
}
