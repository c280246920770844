//! The cluster's name server: what it answers about a name, from the Services and their endpoints that it knows.
//!
//! Models: CoreDNS with its plugin kubernetes (github.com/coredns/coredns/plugin/kubernetes), as kubeadm sets it up:
//! zone cluster.local, `pods insecure`, a time to live of 30 s.
//! Simplified: of names outside the cluster, those of `internet.rs` are passed on.

use std::net::Ipv4Addr;
use std::sync::Arc;

use imbl::OrdMap;
use podarium_api::{EndpointSlice, Resource as _, Service};
use podarium_machine::{LookupAnswer, Record, RecordData, RecordType};

use super::{Ip, internet};
use crate::store::Key;

const ZONE: &str = "cluster.local";
const TTL_SECONDS: u32 = 30;
const SERVICE_NAME: &str = "kubernetes.io/service-name";

/// What the name server knows. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    pub services: OrdMap<Key, Arc<Service>>,
    pub slices: OrdMap<Key, Arc<EndpointSlice>>,
}

/// An endpoint of a headless Service.
struct Address {
    hostname: String,
    ip: Ipv4Addr,
    ports: Vec<(String, String, u16)>,
}

impl Names {
    /// Answers a question about a full name.
    pub fn look_up(&self, name: &str, record: RecordType) -> LookupAnswer {
        let name = name.trim_end_matches('.').to_lowercase();
        if let Some(address) = name.strip_suffix(".in-addr.arpa") {
            return self.reverse(&name, address);
        }
        let Some(inside) = name.strip_suffix(ZONE).map(|inside| inside.trim_end_matches('.')) else { return internet::look_up(&name, record) };
        let labels: Vec<&str> = inside.split('.').filter(|label| !label.is_empty()).collect();
        match labels.as_slice() {
            [] => LookupAnswer::Records(Vec::new()),
            [.., "svc"] => self.service(&name, &labels[..labels.len() - 1], record),
            [dashed, namespace, "pod"] => match dashed.replace('-', ".").parse::<Ipv4Addr>() {
                Ok(ip) if !namespace.is_empty() => addresses(&name, &[ip], record),
                _ => LookupAnswer::NxDomain,
            },
            _ => LookupAnswer::NxDomain,
        }
    }

    /// The address that a client finds under a name as it writes it, with the domains that it searches.
    pub fn resolve(&self, name: &str, searches: &[String], ndots: usize) -> Option<Ip> {
        let as_it_is = std::iter::once(name.to_owned());
        let searched = searches.iter().map(|domain| format!("{name}.{domain}"));
        let candidates: Vec<String> = match (name.ends_with('.'), name.matches('.').count() >= ndots) {
            (true, _) => as_it_is.collect(),
            (false, true) => as_it_is.chain(searched).collect(),
            (false, false) => searched.chain(as_it_is).collect(),
        };
        candidates.iter().find_map(|candidate| match self.look_up(candidate, RecordType::A) {
            LookupAnswer::Records(records) => records.iter().find_map(|record| match record.data {
                RecordData::A(ip) => Some(Ip(u32::from(ip))),
                _ => None,
            }),
            _ => None,
        })
    }

    /// `NAME.NAMESPACE`, `HOST.NAME.NAMESPACE` or `_PORT._PROTOCOL.NAME.NAMESPACE`, without the zone.
    fn service(&self, full: &str, labels: &[&str], record: RecordType) -> LookupAnswer {
        let [rest @ .., name, namespace] = labels else { return self.namespace(labels.first().copied()) };
        let key = Key::new(namespace, name);
        let Some(service) = self.services.get(&key) else { return LookupAnswer::NxDomain };
        let spec = &service.spec;
        if spec.type_.as_deref() == Some("ExternalName") {
            let target = spec.external_name.clone().unwrap_or_default();
            return LookupAnswer::Records(vec![named(full, RecordData::Cname(format!("{}.", target.trim_end_matches('.'))))]);
        }
        let cluster_ip: Option<Ipv4Addr> = spec.cluster_ip.as_deref().and_then(|ip| ip.parse().ok());
        match (rest, cluster_ip) {
            ([], Some(ip)) => match record {
                RecordType::Srv => self.all_ports(full, &key, service),
                record => addresses(full, &[ip], record),
            },
            ([], None) => {
                let found: Vec<Ipv4Addr> = self.endpoints(&key, service).iter().map(|address| address.ip).collect();
                if found.is_empty() { LookupAnswer::NxDomain } else { addresses(full, &found, record) }
            }
            ([port, protocol], _) if port.starts_with('_') && protocol.starts_with('_') => self.ports(full, &key, service, &port[1..], &protocol[1..]),
            ([host], None) => match self.endpoints(&key, service).iter().find(|address| address.hostname == *host) {
                Some(address) => addresses(full, &[address.ip], record),
                None => LookupAnswer::NxDomain,
            },
            _ => LookupAnswer::NxDomain,
        }
    }

    /// The name of a namespace (or of all Services) has nothing under itself, but it is one.
    fn namespace(&self, name: Option<&str>) -> LookupAnswer {
        let is_known = |name: &str| self.services.range(Key::new(name, "")..).next().is_some_and(|(key, _)| &*key.namespace == name);
        if name.is_none_or(is_known) { LookupAnswer::Records(Vec::new()) } else { LookupAnswer::NxDomain }
    }

    fn endpoints(&self, key: &Key, service: &Service) -> Vec<Address> {
        let all = service.spec.publish_not_ready_addresses == Some(true);
        let of_service = |slice: &&Arc<EndpointSlice>| slice.metadata.labels.as_ref().and_then(|labels| labels.get(SERVICE_NAME)).map(String::as_str) == Some(&key.name);
        let in_namespace = self.slices.range(Key::new(&key.namespace, "")..).map(|(_, slice)| slice).take_while(|slice| slice.namespace() == &*key.namespace);
        let mut found = Vec::new();
        for slice in in_namespace.filter(of_service) {
            let ports: Vec<(String, String, u16)> = slice
                .ports
                .iter()
                .flatten()
                .filter_map(|port| Some((port.name.clone().unwrap_or_default(), port.protocol.clone().unwrap_or_default().to_lowercase(), u16::try_from(port.port?).ok()?)))
                .collect();
            for endpoint in slice.endpoints.iter().flatten() {
                let ready = endpoint.conditions.as_ref().and_then(|conditions| conditions.ready) != Some(false);
                let ips = endpoint.addresses.iter().filter_map(|address| address.parse::<Ipv4Addr>().ok()).filter(|_| ready || all);
                found.extend(ips.map(|ip| Address {
                    hostname: endpoint.hostname.clone().unwrap_or_else(|| ip.to_string().replace('.', "-")),
                    ip,
                    ports: ports.clone(),
                }));
            }
        }
        found.sort_by_key(|address| address.ip);
        found
    }

    fn all_ports(&self, full: &str, key: &Key, service: &Service) -> LookupAnswer {
        let ports = service.spec.ports.iter().flatten();
        let records = ports.filter_map(|port| Some(srv(full, u16::try_from(port.port).ok()?, &format!("{}.{}.svc.{ZONE}.", key.name, key.namespace))));
        LookupAnswer::Records(records.collect())
    }

    fn ports(&self, full: &str, key: &Key, service: &Service, port: &str, protocol: &str) -> LookupAnswer {
        let place = format!("{}.{}.svc.{ZONE}.", key.name, key.namespace);
        let mut records = Vec::new();
        if service.spec.cluster_ip.as_deref() == Some("None") {
            for address in self.endpoints(key, service) {
                let matching = address.ports.iter().filter(|(name, of, _)| name == port && of == protocol);
                records.extend(matching.map(|(_, _, number)| srv(full, *number, &format!("{}.{place}", address.hostname))));
            }
        } else {
            let matching = service.spec.ports.iter().flatten().filter(|declared| {
                declared.name.as_deref() == Some(port) && declared.protocol.as_deref().unwrap_or("TCP").eq_ignore_ascii_case(protocol)
            });
            records.extend(matching.filter_map(|declared| Some(srv(full, u16::try_from(declared.port).ok()?, &place))));
        }
        if records.is_empty() { LookupAnswer::NxDomain } else { LookupAnswer::Records(records) }
    }

    fn reverse(&self, full: &str, address: &str) -> LookupAnswer {
        let forward: Vec<&str> = address.split('.').rev().collect();
        let ip = forward.join(".");
        let service = self.services.values().find(|service| service.spec.cluster_ip.as_deref() == Some(&*ip));
        if let Some(service) = service {
            let name = format!("{}.{}.svc.{ZONE}.", service.name(), service.namespace());
            return LookupAnswer::Records(vec![named(full, RecordData::Ptr(name))]);
        }
        LookupAnswer::NxDomain
    }
}

fn named(full: &str, data: RecordData) -> Record {
    Record { name: format!("{full}."), ttl_seconds: TTL_SECONDS, data }
}

fn srv(full: &str, port: u16, target: &str) -> Record {
    named(full, RecordData::Srv { priority: 0, weight: 100, port, target: target.to_owned() })
}

/// Addresses, for those who asked for addresses of this family; for others there is the name and nothing under it.
fn addresses(full: &str, ips: &[Ipv4Addr], record: RecordType) -> LookupAnswer {
    let wanted = if record == RecordType::A { ips } else { &[] };
    LookupAnswer::Records(wanted.iter().map(|ip| named(full, RecordData::A(*ip))).collect())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn names() -> Names {
        let mut names = Names::default();
        let mut service = |name: &str, spec: Value| {
            let service: Service = serde_json::from_value(json!({"metadata": {"name": name, "namespace": "shop"}, "spec": spec})).unwrap();
            names.services.insert(Key::new("shop", name), Arc::new(service));
        };
        service("web", json!({"clusterIP": "10.96.1.2", "ports": [{"name": "http", "port": 80, "protocol": "TCP"}]}));
        service("db", json!({"clusterIP": "None", "ports": [{"name": "sql", "port": 5432}]}));
        service("out", json!({"type": "ExternalName", "externalName": "example.com"}));
        let slice = json!({"metadata": {"name": "db-x", "namespace": "shop", "labels": {SERVICE_NAME: "db"}}, "addressType": "IPv4",
            "ports": [{"name": "sql", "port": 5432, "protocol": "TCP"}],
            "endpoints": [{"addresses": ["10.244.1.3"], "hostname": "db-0", "conditions": {"ready": true}}, {"addresses": ["10.244.1.4"], "conditions": {"ready": false}}]});
        names.slices.insert(Key::new("shop", "db-x"), Arc::new(serde_json::from_value(slice).unwrap()));
        names
    }

    fn answer(name: &str, record: RecordType) -> String {
        match names().look_up(name, record) {
            LookupAnswer::Records(records) => records.iter().map(|record| format!("{:?}", record.data)).collect::<Vec<_>>().join(" "),
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn services_headless_ones_and_their_pods_have_names() {
        let cases = [
            ("web.shop.svc.cluster.local", RecordType::A, "A(10.96.1.2)"),
            ("WEB.shop.svc.cluster.local.", RecordType::A, "A(10.96.1.2)"),
            ("web.shop.svc.cluster.local", RecordType::Aaaa, ""),
            ("none.shop.svc.cluster.local", RecordType::A, "NxDomain"),
            ("db.shop.svc.cluster.local", RecordType::A, "A(10.244.1.3)"),
            ("db-0.db.shop.svc.cluster.local", RecordType::A, "A(10.244.1.3)"),
            ("10-244-1-9.shop.pod.cluster.local", RecordType::A, "A(10.244.1.9)"),
            ("out.shop.svc.cluster.local", RecordType::A, "Cname(\"example.com.\")"),
            ("_http._tcp.web.shop.svc.cluster.local", RecordType::Srv, "Srv { priority: 0, weight: 100, port: 80, target: \"web.shop.svc.cluster.local.\" }"),
            ("_sql._tcp.db.shop.svc.cluster.local", RecordType::Srv, "Srv { priority: 0, weight: 100, port: 5432, target: \"db-0.db.shop.svc.cluster.local.\" }"),
            ("2.1.96.10.in-addr.arpa", RecordType::Ptr, "Ptr(\"web.shop.svc.cluster.local.\")"),
            ("google.com", RecordType::A, "A(142.250.185.78)"),
            ("google.com", RecordType::Aaaa, ""),
            ("nowhere.example", RecordType::A, "NxDomain"),
            ("shop.svc.cluster.local", RecordType::A, ""),
            ("web.svc.cluster.local", RecordType::A, "NxDomain"),
        ];
        for (name, record, expected) in cases {
            assert_eq!(answer(name, record), expected, "{name}");
        }
    }

    #[test]
    fn short_names_are_searched() {
        let searches = ["shop.svc.cluster.local", "svc.cluster.local", "cluster.local"].map(str::to_owned);
        let found = |name: &str| names().resolve(name, &searches, 5).map(|ip| ip.to_string());
        assert_eq!(found("web").as_deref(), Some("10.96.1.2"));
        assert_eq!(found("web.shop").as_deref(), Some("10.96.1.2"));
        assert_eq!(found("web.shop.svc.cluster.local").as_deref(), Some("10.96.1.2"));
        assert_eq!(found("web.other"), None);
    }
}
