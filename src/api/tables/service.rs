//! The rows of Services and of what stands behind them: EndpointSlices and Endpoints.
//!
//! Models: pkg/printers/internalversion/printers.go (printService, printEndpointSlice, printEndpoints), v1.36.
//! Simplified: nothing.

use std::collections::BTreeSet;

use jiff::Timestamp;
use k8s_openapi::api::core::v1::{EndpointAddress, ServicePort};

use crate::selector::format_labels;
use crate::time::age;
use crate::{Cell, EndpointSlice, Endpoints, Service};

/// How many endpoints a cell shows before it says `+ 2 more...`.
const SHOWN: usize = 3;

pub(crate) fn service_row(service: &Service, now: Timestamp) -> Vec<Cell> {
    let spec = &service.spec;
    let ports: Vec<String> = spec.ports.iter().flatten().map(port_text).collect();
    vec![
        service.metadata.name.clone().into(),
        spec.type_.clone().unwrap_or_default().into(),
        spec.cluster_ips.iter().flatten().next().map_or("<none>", String::as_str).into(),
        external_ip(service).into(),
        if ports.is_empty() { "<none>".to_owned() } else { ports.join(",") }.into(),
        age(service.metadata.creation_timestamp.as_ref(), now).into(),
        format_labels(spec.selector.as_ref()).into(),
    ]
}

fn port_text(port: &ServicePort) -> String {
    let protocol = port.protocol.as_deref().unwrap_or_default();
    match port.node_port {
        Some(node_port) if node_port > 0 => format!("{}:{node_port}/{protocol}", port.port),
        _ => format!("{}/{protocol}", port.port),
    }
}

fn external_ip(service: &Service) -> String {
    let own = service.spec.external_ips.as_deref().unwrap_or_default();
    match service.spec.type_.as_deref() {
        Some("ClusterIP" | "NodePort") if own.is_empty() => "<none>".to_owned(),
        Some("ClusterIP" | "NodePort") => own.join(","),
        Some("LoadBalancer") => {
            let ingress = service.status.load_balancer.iter().flat_map(|balancer| balancer.ingress.iter().flatten());
            let given: BTreeSet<&String> = ingress.filter_map(|point| point.ip.as_ref().or(point.hostname.as_ref())).collect();
            let all: Vec<&str> = given.into_iter().chain(own).map(String::as_str).collect();
            if all.is_empty() { "<pending>".to_owned() } else { all.join(",") }
        }
        Some("ExternalName") => service.spec.external_name.clone().unwrap_or_default(),
        _ => "<unknown>".to_owned(),
    }
}

pub(crate) fn endpoint_slice_row(slice: &EndpointSlice, now: Timestamp) -> Vec<Cell> {
    let ports = slice.ports.iter().flatten().map(|port| match (port.port, &port.name) {
        (Some(number), _) => number.to_string(),
        (None, Some(name)) => name.clone(),
        (None, None) => "*".to_owned(),
    });
    let addresses = slice.endpoints.iter().flatten().flat_map(|endpoint| endpoint.addresses.iter().cloned());
    // A slice without any ports says `<unset>`, since it means all ports.
    let shown = |list: Vec<String>| if list.is_empty() { "<unset>".to_owned() } else { first_few(&list) };
    vec![
        slice.metadata.name.clone().into(),
        slice.address_type.clone().into(),
        shown(ports.collect()).into(),
        shown(addresses.collect()).into(),
        age(slice.metadata.creation_timestamp.as_ref(), now).into(),
    ]
}

fn first_few(list: &[String]) -> String {
    if list.len() <= SHOWN {
        return list.join(",");
    }
    format!("{} + {} more...", list[..SHOWN].join(","), list.len() - SHOWN)
}

pub(crate) fn endpoints_row(endpoints: &Endpoints, now: Timestamp) -> Vec<Cell> {
    let subsets = endpoints.subsets.as_deref().unwrap_or_default();
    let mut list = Vec::new();
    for subset in subsets {
        let addresses: &[EndpointAddress] = subset.addresses.as_deref().unwrap_or_default();
        match subset.ports.as_deref() {
            None | Some([]) => list.extend(addresses.iter().map(|address| address.ip.clone())),
            Some(ports) => {
                for port in ports {
                    list.extend(addresses.iter().map(|address| join_host_port(&address.ip, port.port)));
                }
            }
        }
    }
    let shown = if subsets.is_empty() { "<none>".to_owned() } else { first_few(&list) };
    vec![endpoints.metadata.name.clone().into(), shown.into(), age(endpoints.metadata.creation_timestamp.as_ref(), now).into()]
}

fn join_host_port(host: &str, port: i32) -> String {
    if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn services_show_where_they_are_reached() {
        let ports = json!([{"port": 80, "protocol": "TCP"}, {"port": 53, "protocol": "UDP", "nodePort": 30053}]);
        let cases = [
            (json!({"type": "ClusterIP", "clusterIPs": ["10.0.0.1"], "ports": ports}), json!({}), ["ClusterIP", "10.0.0.1", "<none>", "80/TCP,53:30053/UDP"]),
            (json!({"type": "NodePort", "externalIPs": ["1.1.1.1", "2.2.2.2"]}), json!({}), ["NodePort", "<none>", "1.1.1.1,2.2.2.2", "<none>"]),
            (json!({"type": "LoadBalancer"}), json!({}), ["LoadBalancer", "<none>", "<pending>", "<none>"]),
            (json!({"type": "LoadBalancer", "externalIPs": ["9.9.9.9"]}), json!({"loadBalancer": {"ingress": [{"ip": "2.2.2.2"}, {"hostname": "h"}]}}), ["LoadBalancer", "<none>", "2.2.2.2,h,9.9.9.9", "<none>"]),
            (json!({"type": "ExternalName", "externalName": "db.example.com"}), json!({}), ["ExternalName", "<none>", "db.example.com", "<none>"]),
        ];
        for (spec, status, expected) in cases {
            let service: Service = serde_json::from_value(json!({"metadata": {"name": "s"}, "spec": spec, "status": status})).unwrap();
            let row = service_row(&service, Timestamp::UNIX_EPOCH);
            assert_eq!(row[1..5].iter().map(|cell| cell.as_str().unwrap()).collect::<Vec<_>>(), expected, "{spec}");
        }
    }

    #[test]
    fn long_lists_of_endpoints_are_cut_after_three() {
        let addresses: Vec<_> = (1..=5).map(|n| json!({"addresses": [format!("10.0.0.{n}")]})).collect();
        let slice: EndpointSlice = serde_json::from_value(json!({"addressType": "IPv4", "endpoints": addresses, "ports": [{"port": 80}]})).unwrap();
        let row = endpoint_slice_row(&slice, Timestamp::UNIX_EPOCH);
        assert_eq!((row[2].as_str(), row[3].as_str()), (Some("80"), Some("10.0.0.1,10.0.0.2,10.0.0.3 + 2 more...")));
        let endpoints: Endpoints = serde_json::from_value(json!({"subsets": [{"addresses": [{"ip": "10.0.0.1"}, {"ip": "fd00::1"}], "ports": [{"port": 80}]}]})).unwrap();
        assert_eq!(endpoints_row(&endpoints, Timestamp::UNIX_EPOCH)[1], "10.0.0.1:80,[fd00::1]:80");
    }
}
