//! Network policies as the machines apply them: may this pod send there, may that pod be reached from here?
//!
//! A pod that no policy selects is open. One that a policy selects for a direction is closed in that direction but for
//! what some policy allows. A connection needs both ends to agree. Policies are about pods, not Services: what counts is
//! the address after the rules of kube-proxy.
//!
//! Models: staging/src/k8s.io/api/networking/v1/types.go (NetworkPolicySpec), as network plugins implement it, v1.36.
//! Simplified: TCP and UDP; pods in the network of their machine are neither selected nor meant.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use k8s_openapi::api::networking::v1::{NetworkPolicyPeer, NetworkPolicyPort};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use podarium_api::pod_state::is_pod_terminal;
use podarium_api::selector::LabelSelector;
use podarium_api::{Namespace, NetworkPolicy, Pod, Resource as _};

use super::rules::Protocol;
use super::{Ip, Range};

/// What the policies come to, by the addresses of the pods that they select.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Policies {
    closed: BTreeMap<Ip, Closed>,
    /// Ports of pods by their names.
    names: BTreeMap<Ip, Vec<(Protocol, String, u16)>>,
}

/// In which directions a pod is closed, and what is allowed all the same.
#[derive(Clone, Debug, Default, PartialEq)]
struct Closed {
    ingress: Option<Vec<Arc<Allowed>>>,
    egress: Option<Vec<Arc<Allowed>>>,
}

/// One rule of a policy: these others, on these ports.
#[derive(Clone, Debug, PartialEq)]
struct Allowed {
    /// `None`: everybody.
    others: Option<Vec<Other>>,
    /// `None`: every port.
    ports: Option<Vec<(Protocol, Port)>>,
}

#[derive(Clone, Debug, PartialEq)]
enum Other {
    Block { range: Range, except: Vec<Range> },
    /// The pods that the selectors mean, by their addresses.
    Pods(BTreeSet<Ip>),
}

#[derive(Clone, Debug, PartialEq)]
enum Port {
    Numbers { first: u16, last: u16 },
    Named(String),
    Any,
}

impl Policies {
    /// Works out what all policies come to for these pods.
    pub fn new<'a>(policies: impl Iterator<Item = &'a Arc<NetworkPolicy>>, pods: &[Arc<Pod>], namespaces: &BTreeMap<String, Arc<Namespace>>) -> Self {
        let members: Vec<(Ip, &Arc<Pod>)> = pods.iter().filter_map(|pod| Some((address(pod)?, pod))).collect();
        let mut all = Policies::default();
        for policy in policies {
            let spec = &policy.spec;
            let Ok(subject) = LabelSelector::from_raw(spec.pod_selector.as_ref()) else { continue };
            let types = spec.policy_types.as_deref().unwrap_or_default();
            let (ingress, egress) = (types.iter().any(|type_| type_ == "Ingress"), types.iter().any(|type_| type_ == "Egress"));
            let read = |peers: &Option<Vec<NetworkPolicyPeer>>, ports: &Option<Vec<NetworkPolicyPort>>| {
                Arc::new(Allowed { others: others(peers, policy.namespace(), &members, namespaces), ports: read_ports(ports) })
            };
            let into: Vec<Arc<Allowed>> = spec.ingress.iter().flatten().map(|rule| read(&rule.from, &rule.ports)).collect();
            let out: Vec<Arc<Allowed>> = spec.egress.iter().flatten().map(|rule| read(&rule.to, &rule.ports)).collect();
            let selected = members.iter().filter(|(_, pod)| pod.namespace() == policy.namespace() && subject.matches(pod.metadata.labels.as_ref()));
            for (ip, _) in selected {
                let closed = all.closed.entry(*ip).or_default();
                if ingress {
                    closed.ingress.get_or_insert_default().extend(into.iter().cloned());
                }
                if egress {
                    closed.egress.get_or_insert_default().extend(out.iter().cloned());
                }
            }
        }
        if !all.closed.is_empty() {
            all.names = members.iter().map(|(ip, pod)| (*ip, named_ports(pod))).filter(|(_, names)| !names.is_empty()).collect();
        }
        all
    }

    pub fn is_empty(&self) -> bool {
        self.closed.is_empty()
    }

    /// Whether a pod may send to an address and port.
    pub fn lets_out(&self, from: Ip, to: Ip, port: (Protocol, u16)) -> bool {
        let rules = self.closed.get(&from).and_then(|closed| closed.egress.as_ref());
        from == to || rules.is_none_or(|rules| rules.iter().any(|rule| self.allows(rule, to, to, port)))
    }

    /// Whether a pod may be reached on a port from an address.
    pub fn lets_in(&self, from: Ip, to: Ip, port: (Protocol, u16)) -> bool {
        let rules = self.closed.get(&to).and_then(|closed| closed.ingress.as_ref());
        from == to || rules.is_none_or(|rules| rules.iter().any(|rule| self.allows(rule, from, to, port)))
    }

    /// `other` is whom the rule speaks of, `to` whose port it is.
    fn allows(&self, rule: &Allowed, other: Ip, to: Ip, (protocol, port): (Protocol, u16)) -> bool {
        let is_other = rule.others.as_ref().is_none_or(|others| {
            others.iter().any(|meant| match meant {
                Other::Block { range, except } => range.contains(other) && !except.iter().any(|range| range.contains(other)),
                Other::Pods(pods) => pods.contains(&other),
            })
        });
        let names = || self.names.get(&to);
        let is_port = |(of, meant): &(Protocol, Port)| match meant {
            _ if *of != protocol => false,
            Port::Any => true,
            Port::Numbers { first, last } => (*first..=*last).contains(&port),
            Port::Named(name) => names().is_some_and(|names| names.iter().any(|(of, own, number)| (*of, *number) == (protocol, port) && own == name)),
        };
        is_other && rule.ports.as_ref().is_none_or(|ports| ports.iter().any(is_port))
    }
}

/// The address of a pod that has one of its own and is alive.
fn address(pod: &Pod) -> Option<Ip> {
    let has_own = pod.spec.host_network != Some(true) && !is_pod_terminal(pod);
    pod.status.pod_ip.as_deref().filter(|_| has_own)?.parse().ok()
}

fn named_ports(pod: &Pod) -> Vec<(Protocol, String, u16)> {
    let sidecars = pod.spec.init_containers.iter().flatten().filter(|container| podarium_api::resource::is_sidecar(container));
    let ports = sidecars.chain(&pod.spec.containers).flat_map(|container| container.ports.iter().flatten());
    let named = ports.filter_map(|port| {
        let protocol = Protocol::named(port.protocol.as_deref())?;
        Some((protocol, port.name.clone()?, u16::try_from(port.container_port).ok()?))
    });
    named.collect()
}

fn others(peers: &Option<Vec<NetworkPolicyPeer>>, own: &str, members: &[(Ip, &Arc<Pod>)], namespaces: &BTreeMap<String, Arc<Namespace>>) -> Option<Vec<Other>> {
    let peers = peers.as_ref().filter(|peers| !peers.is_empty())?;
    Some(peers.iter().filter_map(|peer| other(peer, own, members, namespaces)).collect())
}

fn other(peer: &NetworkPolicyPeer, own: &str, members: &[(Ip, &Arc<Pod>)], namespaces: &BTreeMap<String, Arc<Namespace>>) -> Option<Other> {
    if let Some(block) = &peer.ip_block {
        let except = block.except.iter().flatten().filter_map(|range| range.parse().ok()).collect();
        return Some(Other::Block { range: block.cidr.parse().ok()?, except });
    }
    let pods = match &peer.pod_selector {
        Some(selector) => LabelSelector::from_raw(Some(selector)).ok()?,
        None => LabelSelector::default(),
    };
    let places = peer.namespace_selector.as_ref().map(|selector| LabelSelector::from_raw(Some(selector)));
    let places = places.transpose().ok()?;
    let is_meant = |pod: &Pod| {
        let in_place = match &places {
            None => pod.namespace() == own,
            Some(places) => namespaces.get(pod.namespace()).is_some_and(|namespace| places.matches(namespace.metadata.labels.as_ref())),
        };
        in_place && pods.matches(pod.metadata.labels.as_ref())
    };
    Some(Other::Pods(members.iter().filter(|(_, pod)| is_meant(pod)).map(|(ip, _)| *ip).collect()))
}

/// Ports of SCTP allow nothing here, and are kept as an empty list if they stand alone.
fn read_ports(ports: &Option<Vec<NetworkPolicyPort>>) -> Option<Vec<(Protocol, Port)>> {
    let ports = ports.as_ref().filter(|ports| !ports.is_empty())?;
    let number = |number: i32| u16::try_from(number).ok();
    let read = |port: &NetworkPolicyPort| match &port.port {
        None => Some(Port::Any),
        Some(IntOrString::String(name)) => Some(Port::Named(name.clone())),
        Some(IntOrString::Int(first)) => Some(Port::Numbers { first: number(*first)?, last: number(port.end_port.unwrap_or(*first))? }),
    };
    let known = ports.iter().filter_map(|port| Some((Protocol::named(port.protocol.as_deref())?, read(port)?)));
    Some(known.collect())
}
