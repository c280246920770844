//! What the slices of an Endpoints object should hold: its addresses, grouped by the ports that they share and by family.
//!
//! Models: pkg/controller/endpointslicemirroring/reconciler_helpers.go, pkg/api/v1/endpoints/util.go (RepackSubsets), v1.36.
//! Simplified: nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use k8s_openapi::api::core::v1::{EndpointAddress, EndpointPort as OldPort};
use k8s_openapi::api::discovery::v1::{Endpoint, EndpointConditions, EndpointPort};
use podarium_api::{EndpointSlice, Endpoints};

/// How many addresses of one subset are mirrored.
pub const MAX_ADDRESSES: usize = 1000;

/// Addresses of one family that share their ports.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    pub address_type: &'static str,
    pub ports: Vec<EndpointPort>,
    pub endpoints: Vec<Endpoint>,
}

#[derive(Debug, Default)]
pub struct Desired {
    pub groups: Vec<Group>,
    /// Addresses that are none.
    pub invalid: usize,
    /// Addresses that are left out, invalid ones among them.
    pub skipped: usize,
}

impl Group {
    /// Whether a slice is meant for this group.
    pub fn holds(&self, slice: &EndpointSlice) -> bool {
        slice.address_type == self.address_type && ports_key(slice.ports.as_deref().unwrap_or_default()) == ports_key(&self.ports)
    }
}

type PortKey = (String, i32, String, String);

fn port_key(port: &EndpointPort) -> PortKey {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    (text(&port.name), port.port.unwrap_or(0), text(&port.protocol), text(&port.app_protocol))
}

fn ports_key(ports: &[EndpointPort]) -> BTreeSet<PortKey> {
    ports.iter().map(port_key).collect()
}

fn new_port(port: &OldPort) -> EndpointPort {
    EndpointPort {
        name: Some(port.name.clone().unwrap_or_default()),
        port: Some(port.port),
        protocol: Some(port.protocol.clone().unwrap_or_else(|| "TCP".to_owned())),
        app_protocol: port.app_protocol.clone(),
    }
}

/// What tells addresses apart.
type AddressKey = (String, Option<String>);

/// The ports with the addresses behind them, those with the same addresses together. Somebody may have written one subset
/// for each port; a slice has all ports that belong together.
fn repacked(endpoints: &Endpoints) -> Vec<(Vec<EndpointPort>, Vec<(EndpointAddress, bool)>)> {
    let mut addresses: BTreeMap<AddressKey, EndpointAddress> = BTreeMap::new();
    let mut by_port: BTreeMap<Option<PortKey>, (Option<EndpointPort>, BTreeMap<AddressKey, bool>)> = BTreeMap::new();
    for subset in endpoints.subsets.iter().flatten() {
        let mut ports: Vec<Option<EndpointPort>> = subset.ports.iter().flatten().map(|port| Some(new_port(port))).collect();
        if ports.is_empty() {
            ports.push(None);
        }
        for port in ports {
            let behind = &mut by_port.entry(port.as_ref().map(port_key)).or_insert((port, BTreeMap::new())).1;
            for (list, ready) in [(&subset.addresses, true), (&subset.not_ready_addresses, false)] {
                for address in list.iter().flatten() {
                    let key = (address.ip.clone(), address.target_ref.as_ref().and_then(|target| target.uid.clone()));
                    // An address that is not ready anywhere for a port is not ready.
                    behind.entry(key.clone()).and_modify(|known| *known &= ready).or_insert(ready);
                    addresses.entry(key).or_insert_with(|| address.clone());
                }
            }
        }
    }
    let mut packed: Vec<(Vec<EndpointPort>, BTreeMap<AddressKey, bool>)> = Vec::new();
    for (port, behind) in by_port.into_values() {
        match packed.iter_mut().find(|(_, known)| *known == behind) {
            Some((ports, _)) => ports.extend(port),
            None => packed.push((port.into_iter().collect(), behind)),
        }
    }
    let with_addresses = |behind: BTreeMap<AddressKey, bool>| {
        let mut list: Vec<(EndpointAddress, bool)> = behind.into_iter().map(|(key, ready)| (addresses[&key].clone(), ready)).collect();
        list.sort_by_key(|(_, ready)| !ready);
        list
    };
    packed.into_iter().map(|(ports, behind)| (ports, with_addresses(behind))).collect()
}

fn endpoint(address: EndpointAddress, ip: IpAddr, ready: bool) -> Endpoint {
    Endpoint {
        addresses: vec![ip.to_string()],
        conditions: Some(EndpointConditions { ready: Some(ready), ..EndpointConditions::default() }),
        target_ref: address.target_ref,
        node_name: address.node_name,
        hostname: address.hostname.filter(|hostname| !hostname.is_empty()),
        ..Endpoint::default()
    }
}

pub fn groups(endpoints: &Endpoints) -> Desired {
    let mut desired = Desired::default();
    for (ports, addresses) in repacked(endpoints) {
        let mut v4 = Group { address_type: "IPv4", ports: ports.clone(), endpoints: Vec::new() };
        let mut v6 = Group { address_type: "IPv6", ports, endpoints: Vec::new() };
        for (address, ready) in addresses {
            if v4.endpoints.len() + v6.endpoints.len() >= MAX_ADDRESSES {
                desired.skipped += 1;
                continue;
            }
            match address.ip.parse::<IpAddr>() {
                Ok(ip @ IpAddr::V4(_)) => v4.endpoints.push(endpoint(address, ip, ready)),
                Ok(ip) => v6.endpoints.push(endpoint(address, ip, ready)),
                Err(_) => {
                    desired.invalid += 1;
                    desired.skipped += 1;
                }
            }
        }
        desired.groups.extend([v4, v6]);
    }
    desired
}

/// Whether a slice is already what it should be. Its owner may be an earlier object of the same name.
pub fn is_same(slice: &EndpointSlice, wanted: &EndpointSlice) -> bool {
    let sorted = |slice: &EndpointSlice| {
        let mut endpoints = slice.endpoints.clone();
        endpoints.iter_mut().for_each(|list| list.sort_by(|a, b| a.addresses.cmp(&b.addresses)));
        endpoints
    };
    let annotations = |slice: &EndpointSlice| slice.metadata.annotations.clone().unwrap_or_default();
    slice.metadata.labels == wanted.metadata.labels
        && annotations(slice) == annotations(wanted)
        && slice.metadata.owner_references == wanted.metadata.owner_references
        && sorted(slice) == sorted(wanted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn ports_with_the_same_addresses_come_together() {
        let endpoints: Endpoints = serde_json::from_value(json!({"subsets": [
            {"addresses": [{"ip": "10.0.0.1"}], "ports": [{"name": "a", "port": 1}]},
            {"addresses": [{"ip": "10.0.0.1"}], "ports": [{"name": "b", "port": 2}]},
            {"addresses": [{"ip": "10.0.0.2"}, {"ip": "nonsense"}], "ports": [{"name": "c", "port": 3}]},
        ]})).unwrap();
        let desired = groups(&endpoints);
        let filled: Vec<(Vec<&str>, usize)> = desired
            .groups
            .iter()
            .filter(|group| !group.endpoints.is_empty())
            .map(|group| (group.ports.iter().filter_map(|port| port.name.as_deref()).collect(), group.endpoints.len()))
            .collect();
        assert_eq!(filled, [(vec!["a", "b"], 1), (vec!["c"], 1)]);
        assert_eq!((desired.invalid, desired.skipped), (1, 1));
    }
}
