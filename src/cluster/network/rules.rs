//! What a machine does with the addresses of Services: the rules in its kernel, as its kube-proxy last wrote them.
//!
//! An address of a Service belongs to nobody. A rule turns it into the address of an endpoint, drawn anew for each
//! connection, unless the Service asks for session affinity.
//!
//! Models: pkg/proxy/iptables/proxier.go (the chains KUBE-SERVICES, KUBE-NODEPORTS, KUBE-EXT, KUBE-FW), v1.36.
//! Simplified: TCP and UDP; node ports are not served on 127.0.0.1.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use imbl::OrdMap;
use podarium_sim::{Stream, Time};

use super::{Ip, Range};

/// The address and port of an endpoint.
pub(crate) type Endpoint = (Ip, u16);

/// What a port belongs to: both have all numbers for themselves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Protocol {
    #[default]
    Tcp,
    Udp,
}

impl Protocol {
    /// As objects of the API name it, where TCP is what is meant without a word. `None`: no simulated one.
    pub fn named(name: Option<&str>) -> Option<Self> {
        match name.unwrap_or("TCP") {
            "TCP" => Some(Protocol::Tcp),
            "UDP" => Some(Protocol::Udp),
            _ => None,
        }
    }
}

/// One port of one Service, as a machine sees it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Rule {
    /// The cluster IP and port: the name under which clients are remembered.
    pub name: Endpoint,
    pub protocol: Protocol,
    /// The endpoints for the traffic policy `Cluster`, and for `Local`.
    pub cluster: Vec<Endpoint>,
    pub local: Vec<Endpoint>,
    /// Whether there is any endpoint anywhere.
    pub has_endpoints: bool,
    pub internal_local: bool,
    pub external_local: bool,
    /// How long a client comes back to the same endpoint.
    pub affinity: Option<Duration>,
    /// Who may come over a load balancer; empty: everybody.
    pub source_ranges: Vec<Range>,
}

/// By which of a Service's addresses it was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Door {
    ClusterIp,
    NodePort,
    ExternalIp,
    LoadBalancer,
}

/// Where a client is, as far as rules care.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// A pod of this cluster, or the machine itself.
    Here,
    Elsewhere,
}

/// What the rules say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// On to this endpoint; `masquerade`: as if the machine itself were the client.
    To { endpoint: Endpoint, masquerade: bool },
    Reject,
    Drop,
}

/// All rules of a machine.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rules {
    tcp: Table,
    udp: Table,
}

/// Those about one protocol.
#[derive(Clone, Debug, Default)]
pub(crate) struct Table {
    pub addresses: OrdMap<Endpoint, (Door, Arc<Rule>)>,
    pub node_ports: OrdMap<u16, Arc<Rule>>,
}

/// Which client came to which endpoint of which Service, and when last.
pub(crate) type Recent = BTreeMap<(Protocol, Endpoint, Ip), (Endpoint, Time)>;

/// How many clients a machine remembers before it looks for those that it may forget.
const REMEMBERED: usize = 4096;

impl Rules {
    pub fn of(&self, protocol: Protocol) -> &Table {
        match protocol {
            Protocol::Tcp => &self.tcp,
            Protocol::Udp => &self.udp,
        }
    }

    pub fn of_mut(&mut self, protocol: Protocol) -> &mut Table {
        match protocol {
            Protocol::Tcp => &mut self.tcp,
            Protocol::Udp => &mut self.udp,
        }
    }
}

impl Table {
    /// The rule for a destination. A node port counts on the machine's own address alone.
    pub fn find(&self, to: Endpoint, is_own: bool) -> Option<(Door, &Arc<Rule>)> {
        if let Some((door, rule)) = self.addresses.get(&to) {
            return Some((*door, rule));
        }
        if !is_own {
            return None;
        }
        self.node_ports.get(&to.1).map(|rule| (Door::NodePort, rule))
    }

    /// Whether a load balancer with this address may send here: by the policy `Local` only to endpoints of the machine.
    pub fn takes(&self, to: Endpoint) -> bool {
        self.addresses.get(&to).is_some_and(|(_, rule)| !rule.external_local || !rule.local.is_empty())
    }
}

impl Rule {
    /// Decides about one connection.
    pub fn decide(&self, door: Door, client: Ip, origin: Origin, now: Time, recent: &mut Recent, stream: &mut Stream) -> Verdict {
        if !self.has_endpoints {
            return Verdict::Reject;
        }
        if door == Door::ClusterIp {
            let endpoints = if self.internal_local { &self.local } else { &self.cluster };
            return self.choose(endpoints, false, client, now, recent, stream);
        }
        let barred = !self.source_ranges.is_empty() && !self.source_ranges.iter().any(|range| range.contains(client));
        if door == Door::LoadBalancer && barred {
            return Verdict::Drop;
        }
        if !self.external_local {
            return self.choose(&self.cluster, true, client, now, recent, stream);
        }
        // What comes from a pod or the machine itself goes out and comes back in, so to speak: no policy holds it.
        let endpoints = if origin == Origin::Here { &self.cluster } else { &self.local };
        self.choose(endpoints, false, client, now, recent, stream)
    }

    fn choose(&self, endpoints: &[Endpoint], masquerade: bool, client: Ip, now: Time, recent: &mut Recent, stream: &mut Stream) -> Verdict {
        if endpoints.is_empty() {
            return Verdict::Drop;
        }
        let endpoint = match self.affinity {
            None => endpoints[stream.below(endpoints.len())],
            Some(timeout) => {
                let key = (self.protocol, self.name, client);
                let known = recent.get(&key).filter(|(endpoint, last)| now - *last <= timeout && endpoints.contains(endpoint));
                let endpoint = known.map_or_else(|| endpoints[stream.below(endpoints.len())], |(endpoint, _)| *endpoint);
                if recent.len() >= REMEMBERED && !recent.contains_key(&key) {
                    recent.retain(|_, (_, last)| now - *last <= timeout);
                }
                recent.insert(key, (endpoint, now));
                endpoint
            }
        };
        Verdict::To { endpoint, masquerade }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> Ip {
        text.parse().unwrap()
    }

    fn rule() -> Rule {
        let endpoint = |text: &str| (ip(text), 80);
        Rule {
            name: (ip("10.96.0.7"), 80),
            cluster: vec![endpoint("10.244.0.2"), endpoint("10.244.1.2")],
            local: vec![endpoint("10.244.0.2")],
            has_endpoints: true,
            ..Rule::default()
        }
    }

    fn decide(rule: &Rule, door: Door, client: &str, origin: Origin) -> Verdict {
        let mut stream = Stream::new(1, "rules");
        rule.decide(door, ip(client), origin, Time::ZERO, &mut Recent::new(), &mut stream)
    }

    #[test]
    fn what_has_no_endpoints_rejects_and_what_has_none_here_drops() {
        let none = Rule { has_endpoints: false, ..rule() };
        assert_eq!(decide(&none, Door::ClusterIp, "1.1.1.1", Origin::Here), Verdict::Reject);
        let elsewhere = Rule { local: Vec::new(), external_local: true, internal_local: true, ..rule() };
        assert_eq!(decide(&elsewhere, Door::ClusterIp, "10.244.0.9", Origin::Here), Verdict::Drop);
        assert_eq!(decide(&elsewhere, Door::NodePort, "1.1.1.1", Origin::Elsewhere), Verdict::Drop);
        assert!(matches!(decide(&elsewhere, Door::NodePort, "10.244.0.9", Origin::Here), Verdict::To { .. }), "local traffic is short-circuited");
    }

    #[test]
    fn source_ranges_bar_the_load_balancer_and_nothing_else() {
        let barred = Rule { source_ranges: vec!["203.0.113.0/24".parse().unwrap()], ..rule() };
        assert_eq!(decide(&barred, Door::LoadBalancer, "198.51.100.1", Origin::Elsewhere), Verdict::Drop);
        assert!(matches!(decide(&barred, Door::LoadBalancer, "203.0.113.9", Origin::Elsewhere), Verdict::To { masquerade: true, .. }));
        assert!(matches!(decide(&barred, Door::NodePort, "198.51.100.1", Origin::Elsewhere), Verdict::To { .. }));
    }

    #[test]
    fn a_client_comes_back_to_its_endpoint_until_it_was_away_too_long() {
        let sticky = Rule { affinity: Some(Duration::from_secs(10)), cluster: (0..50).map(|n| (Ip(n), 80)).collect(), ..rule() };
        let (mut recent, mut stream) = (Recent::new(), Stream::new(1, "rules"));
        let mut ask = |client: &str, second| sticky.decide(Door::ClusterIp, ip(client), Origin::Here, Time::from_secs(second), &mut recent, &mut stream);
        let first = ask("10.0.0.1", 0);
        let others: Vec<Verdict> = (0..9).map(|n| ask(&format!("10.0.1.{n}"), 1)).collect();
        assert!(others.iter().any(|other| *other != first));
        assert_eq!(ask("10.0.0.1", 9), first);
        assert_eq!(ask("10.0.0.1", 19), first, "each visit counts anew");
        let later: Vec<Verdict> = (0..5).map(|n| ask("10.0.0.1", 40 + 20 * n)).collect();
        assert!(later.iter().any(|other| *other != first));
    }
}
