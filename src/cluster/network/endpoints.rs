//! The endpoints of a Service as a machine may use them: the ready ones, and those on their way out only if there are
//! no others.
//!
//! Models: pkg/proxy/topology.go (CategorizeEndpoints), pkg/proxy/endpointslicecache.go, v1.36.
//! Simplified: nothing.

use std::collections::BTreeMap;
use std::sync::Arc;

use podarium_api::EndpointSlice;

use super::Ip;
use super::rules::Endpoint;

/// One endpoint, as the slices describe it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Known {
    pub endpoint: Endpoint,
    pub ready: bool,
    pub serving: bool,
    pub terminating: bool,
    pub is_local: bool,
    zone_hints: Vec<String>,
    node_hints: Vec<String>,
}

/// The endpoints of the port of this name, in the order of their addresses.
pub(super) fn known(slices: &[Arc<EndpointSlice>], port_name: &str, node: &str) -> Vec<Known> {
    let mut found: BTreeMap<Endpoint, Known> = BTreeMap::new();
    for slice in slices.iter().filter(|slice| slice.address_type == "IPv4") {
        let ports = slice.ports.iter().flatten().filter(|port| port.name.as_deref().unwrap_or_default() == port_name);
        for port in ports.filter_map(|port| u16::try_from(port.port?).ok()) {
            for endpoint in slice.endpoints.iter().flatten() {
                let Some(ip) = endpoint.addresses.first().and_then(|text| text.parse::<Ip>().ok()) else { continue };
                let condition = |value: fn(&k8s_openapi::api::discovery::v1::EndpointConditions) -> Option<bool>| endpoint.conditions.as_ref().and_then(value);
                let ready = condition(|all| all.ready).unwrap_or(true);
                let hints = endpoint.hints.as_ref();
                let known = Known {
                    endpoint: (ip, port),
                    ready,
                    serving: condition(|all| all.serving).unwrap_or(ready),
                    terminating: condition(|all| all.terminating).unwrap_or(false),
                    is_local: endpoint.node_name.as_deref() == Some(node),
                    zone_hints: hints.iter().flat_map(|hints| hints.for_zones.iter().flatten()).map(|zone| zone.name.clone()).collect(),
                    node_hints: hints.iter().flat_map(|hints| hints.for_nodes.iter().flatten()).map(|node| node.name.clone()).collect(),
                };
                // Two slices may name the same endpoint while it moves from one to the other: the ready one counts.
                match found.get(&known.endpoint) {
                    Some(other) if other.ready && !known.ready => {}
                    _ => {
                        found.insert(known.endpoint, known);
                    }
                }
            }
        }
    }
    found.into_values().collect()
}

/// What is usable.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Usable {
    pub cluster: Vec<Endpoint>,
    pub local: Vec<Endpoint>,
    pub any: bool,
}

/// Sorts endpoints by what may be used for the traffic policies `Cluster` and `Local`.
pub(super) fn categorize(all: &[Known], uses_cluster: bool, uses_local: bool, node: &str, zone: &str) -> Usable {
    let mut usable = Usable::default();
    let leaving = |known: &&Known| known.serving && known.terminating;
    let pick = |wanted: &dyn Fn(&&Known) -> bool| all.iter().filter(wanted).map(|known| known.endpoint).collect::<Vec<_>>();
    if uses_cluster {
        let hinted = hint(all, node, zone);
        usable.cluster = pick(&|known| known.ready && hinted.allows(known, node, zone));
        if usable.cluster.is_empty() {
            usable.cluster = pick(&leaving);
        }
        usable.any = !usable.cluster.is_empty();
    }
    if uses_local {
        usable.any |= all.iter().any(|known| known.ready || leaving(&known));
        usable.local = pick(&|known| known.is_local && known.ready);
        if usable.local.is_empty() {
            usable.local = pick(&|known| known.is_local && leaving(known));
        }
    }
    usable
}

#[derive(Clone, Copy, PartialEq)]
enum Hint {
    None,
    Zone,
    Node,
}

impl Hint {
    fn allows(self, known: &Known, node: &str, zone: &str) -> bool {
        match self {
            Hint::None => true,
            Hint::Zone => known.zone_hints.iter().any(|hint| hint == zone),
            Hint::Node => known.node_hints.iter().any(|hint| hint == node),
        }
    }
}

/// Hints count only if all ready endpoints have them and one of them points here.
fn hint(all: &[Known], node: &str, zone: &str) -> Hint {
    let ready = || all.iter().filter(|known| known.ready);
    if ready().next().is_none() {
        return Hint::None;
    }
    if ready().all(|known| !known.node_hints.is_empty()) && ready().any(|known| Hint::Node.allows(known, node, zone)) {
        return Hint::Node;
    }
    let zoned = !zone.is_empty() && ready().all(|known| !known.zone_hints.is_empty());
    if zoned && ready().any(|known| Hint::Zone.allows(known, node, zone)) { Hint::Zone } else { Hint::None }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `a` to `d`: ready here, ready elsewhere, on its way out here and elsewhere.
    fn endpoint(number: u32, state: &str, zone_hints: &[&str]) -> Known {
        let ready = state.starts_with("ready");
        Known {
            endpoint: (Ip(number), 80),
            ready,
            serving: ready || state.starts_with("leaving"),
            terminating: state.starts_with("leaving"),
            is_local: state.ends_with(" here"),
            zone_hints: zone_hints.iter().map(|zone| (*zone).to_owned()).collect(),
            node_hints: Vec::new(),
        }
    }

    fn numbers(endpoints: &[Endpoint]) -> Vec<u32> {
        endpoints.iter().map(|endpoint| endpoint.0.0).collect()
    }

    #[test]
    fn ready_endpoints_come_first_and_leaving_ones_fill_in() {
        let cases: [(&[&str], &[u32], &[u32], bool); 6] = [
            (&["ready here", "ready there", "leaving here"], &[0, 1], &[0], true),
            (&["ready there", "leaving here"], &[0], &[1], true),
            (&["leaving here", "leaving there"], &[0, 1], &[0], true),
            (&["unready here", "unready there"], &[], &[], false),
            (&["unready here", "leaving there"], &[1], &[], true),
            (&[], &[], &[], false),
        ];
        for (states, cluster, local, any) in cases {
            let all: Vec<Known> = (0..).zip(states).map(|(number, state)| endpoint(number, state, &[])).collect();
            let usable = categorize(&all, true, true, "node-1", "a");
            assert_eq!((numbers(&usable.cluster), numbers(&usable.local), usable.any), (cluster.to_vec(), local.to_vec(), any), "{states:?}");
        }
    }

    #[test]
    fn hints_count_when_all_ready_endpoints_have_them_and_one_points_here() {
        let all = [endpoint(0, "ready here", &["a"]), endpoint(1, "ready there", &["b"])];
        assert_eq!(numbers(&categorize(&all, true, false, "node-1", "a").cluster), [0]);
        assert_eq!(numbers(&categorize(&all, true, false, "node-1", "c").cluster), [0, 1], "none points to zone c");
        let some = [endpoint(0, "ready here", &["a"]), endpoint(1, "ready there", &[])];
        assert_eq!(numbers(&categorize(&some, true, false, "node-1", "a").cluster), [0, 1]);
    }
}
