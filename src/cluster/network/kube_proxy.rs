//! kube-proxy: the agent on each machine that turns Services and their EndpointSlices into the machine's rules.
//!
//! It is not in the way of any request: it writes the rules, and the kernel follows them, also when kube-proxy is dead.
//! Rules are written at most once a second, so they lag behind the endpoints by up to that, and longer when the API
//! server cannot be reached. A request that comes to a pod which has just gone is the usual consequence.
//!
//! Models: pkg/proxy/iptables/proxier.go, pkg/proxy/{servicechangetracker,serviceport}.go,
//! pkg/proxy/runner/bounded_frequency_runner.go, v1.36.
//! Simplified: TCP and UDP, and IPv4 only; nothing is written between changes, as nobody else touches the rules.

use std::any::Any;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use k8s_openapi::api::core::v1::ServicePort;
use podarium_api::{EndpointSlice, Kind, Node, Object, Service};
use podarium_sim::Time;

use super::endpoints::{Known, categorize, known};
use super::rules::{Door, Endpoint, Protocol, Rule, Rules};
use super::{Ip, Range};
use crate::apiserver::Filter;
use crate::client::{Caches, Change, Informers};
use crate::component::{Component, Ctx, Message};
use crate::store::Key;

const INFORMERS: u64 = 0;
const SYNC: u64 = 1;

/// `iptables.minSyncPeriod`: the least time between two writings.
const MIN_SYNC_PERIOD: Duration = Duration::from_secs(1);
/// How long writing takes, up to half as long again.
const SYNC_TAKES: Duration = Duration::from_millis(20);

const SERVICE_NAME: &str = "kubernetes.io/service-name";
const PROXY_NAME: &str = "service.kubernetes.io/service-proxy-name";
const HEADLESS: &str = "service.kubernetes.io/headless";
const ZONE: &str = "topology.kubernetes.io/zone";

/// The proxy of one machine. Start it as `kube-proxy/NODE`.
#[derive(Clone)]
pub struct KubeProxy {
    node: String,
    informers: Informers,
    /// Services whose rules may be out of date.
    dirty: BTreeSet<Key>,
    /// The rules as last written or being written, and what each Service has in them.
    rules: Rules,
    written: BTreeMap<Key, Vec<Entry>>,
    /// When the writing under way is done.
    writing: Option<Time>,
    /// When the next may begin.
    next_at: Time,
    started: bool,
}

/// One rule's place among the others.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Entry {
    Address(Protocol, Endpoint),
    NodePort(Protocol, u16),
}

impl KubeProxy {
    pub fn new(node: &str) -> Self {
        let watched = [
            (Kind::Service, Filter::all()),
            (Kind::EndpointSlice, Filter::all()),
            (Kind::Node, Filter::field("metadata.name", node)),
        ];
        KubeProxy {
            node: node.to_owned(),
            informers: Informers::new(watched, INFORMERS),
            dirty: BTreeSet::new(),
            rules: Rules::default(),
            written: BTreeMap::new(),
            writing: None,
            next_at: Time::ZERO,
            started: false,
        }
    }

    fn changed(&mut self, changes: &[Change]) {
        for change in changes {
            match change.object() {
                Object::Service(_) => {
                    self.dirty.insert(change.key.clone());
                }
                Object::EndpointSlice(slice) => self.dirty.extend(service_of(slice)),
                // The zone of the machine may have changed, and with it every choice.
                Object::Node(_) if zone_changed(change) => {
                    self.dirty.extend(self.informers.caches().list::<Service>().map(|service| Key::of_meta(&service.metadata)));
                }
                _ => {}
            }
        }
    }

    /// Begins to write if there is anything to write and it is time.
    fn begin(&mut self, ctx: &mut Ctx<'_>) {
        let first = !self.started && self.informers.synced();
        if self.writing.is_some() || !self.informers.synced() || (self.dirty.is_empty() && !first) {
            return;
        }
        if ctx.now() < self.next_at {
            return ctx.timer_at(self.next_at, SYNC);
        }
        self.started = true;
        let caches = self.informers.caches().clone();
        let slices = slices_by_service(&caches, &self.dirty);
        for key in std::mem::take(&mut self.dirty) {
            self.write(&caches, &key, slices.get(&key).map_or(&[][..], Vec::as_slice));
        }
        let done = ctx.now() + ctx.stream().jitter(SYNC_TAKES, 0.5);
        self.writing = Some(done);
        ctx.timer_at(done, SYNC);
    }

    fn finish(&mut self, ctx: &mut Ctx<'_>) {
        if self.writing.is_some_and(|done| done <= ctx.now()) {
            self.writing = None;
            self.next_at = ctx.now() + MIN_SYNC_PERIOD;
            ctx.program(self.rules.clone());
        }
    }

    /// Puts the rules of one Service in the place of its old ones.
    fn write(&mut self, caches: &Caches, key: &Key, slices: &[Arc<EndpointSlice>]) {
        for entry in self.written.remove(key).unwrap_or_default() {
            match entry {
                Entry::Address(protocol, address) => self.rules.of_mut(protocol).addresses.remove(&address).is_some(),
                Entry::NodePort(protocol, port) => self.rules.of_mut(protocol).node_ports.remove(&port).is_some(),
            };
        }
        let Some(service) = caches.get::<Service>(key).filter(|service| is_ours(service)) else { return };
        let node = caches.get::<Node>(&Key::new("", &self.node));
        let zone = node.and_then(|node| node.metadata.labels.as_ref()?.get(ZONE).cloned()).unwrap_or_default();
        let mut entries = Vec::new();
        for port in service.spec.ports.iter().flatten() {
            let Some(protocol) = Protocol::named(port.protocol.as_deref()) else { continue };
            let endpoints = known(slices, port.name.as_deref().unwrap_or_default(), &self.node);
            let Some(rule) = rule(service, port, &endpoints, &self.node, &zone) else { continue };
            for (door, address) in addresses(service, port) {
                self.rules.of_mut(protocol).addresses.insert(address, (door, rule.clone()));
                entries.push(Entry::Address(protocol, address));
            }
            if let Some(node_port) = node_port(port) {
                self.rules.of_mut(protocol).node_ports.insert(node_port, rule.clone());
                entries.push(Entry::NodePort(protocol, node_port));
            }
        }
        self.written.insert(key.clone(), entries);
    }
}

fn zone_changed(change: &Change) -> bool {
    let zone = |object: &Option<Object>| object.as_ref().and_then(|object| object.meta().labels.as_ref()?.get(ZONE).cloned());
    zone(&change.old) != zone(&change.new)
}

fn service_of(slice: &EndpointSlice) -> Option<Key> {
    let labels = slice.metadata.labels.as_ref()?;
    let name = labels.get(SERVICE_NAME).filter(|_| !labels.contains_key(HEADLESS) && !labels.contains_key(PROXY_NAME))?;
    Some(Key::new(slice.metadata.namespace.as_deref().unwrap_or_default(), name))
}

fn slices_by_service(caches: &Caches, wanted: &BTreeSet<Key>) -> BTreeMap<Key, Vec<Arc<EndpointSlice>>> {
    let mut found: BTreeMap<Key, Vec<Arc<EndpointSlice>>> = BTreeMap::new();
    let namespaces: BTreeSet<&str> = wanted.iter().map(|key| &*key.namespace).collect();
    for slice in namespaces.into_iter().flat_map(|namespace| caches.list_in::<EndpointSlice>(namespace)) {
        if let Some(key) = service_of(slice).filter(|key| wanted.contains(key)) {
            found.entry(key).or_default().push(slice.clone());
        }
    }
    found
}

/// Headless Services and aliases have no address that would need rules.
fn is_ours(service: &Service) -> bool {
    let has_address = service.spec.cluster_ip.as_deref().is_some_and(|ip| !ip.is_empty() && ip != "None");
    has_address && service.spec.type_.as_deref() != Some("ExternalName") && service.metadata.labels.as_ref().is_none_or(|labels| !labels.contains_key(PROXY_NAME))
}

fn node_port(port: &ServicePort) -> Option<u16> {
    port.node_port.and_then(|port| u16::try_from(port).ok()).filter(|port| *port != 0)
}

/// The addresses under which this port is reached, apart from the node port.
fn addresses(service: &Service, port: &ServicePort) -> Vec<(Door, Endpoint)> {
    let Ok(number) = u16::try_from(port.port) else { return Vec::new() };
    let with = |door: Door, ip: &str| ip.parse::<Ip>().ok().map(|ip| (door, (ip, number)));
    let cluster = service.spec.cluster_ip.iter().filter_map(|ip| with(Door::ClusterIp, ip));
    let external = service.spec.external_ips.iter().flatten().filter_map(|ip| with(Door::ExternalIp, ip));
    let balancers = service.status.load_balancer.iter().flat_map(|balancer| balancer.ingress.iter().flatten());
    let direct = balancers.filter(|ingress| ingress.ip_mode.as_deref() != Some("Proxy")).filter_map(|ingress| with(Door::LoadBalancer, ingress.ip.as_deref()?));
    cluster.chain(external).chain(direct).collect()
}

fn rule(service: &Service, port: &ServicePort, endpoints: &[Known], node: &str, zone: &str) -> Option<Arc<Rule>> {
    let spec = &service.spec;
    let is_local = |policy: &Option<String>| policy.as_deref() == Some("Local");
    let externally = node_port(port).is_some() || addresses(service, port).iter().any(|(door, _)| *door != Door::ClusterIp);
    let (internal_local, external_local) = (is_local(&spec.internal_traffic_policy), is_local(&spec.external_traffic_policy));
    let usable = categorize(endpoints, !internal_local || externally, internal_local || (external_local && externally), node, zone);
    let timeout = spec.session_affinity_config.as_ref().and_then(|config| config.client_ip.as_ref()?.timeout_seconds).unwrap_or(10_800);
    let ranges = spec.load_balancer_source_ranges.iter().flatten();
    Some(Arc::new(Rule {
        name: (spec.cluster_ip.as_deref()?.parse().ok()?, u16::try_from(port.port).ok()?),
        protocol: Protocol::named(port.protocol.as_deref())?,
        cluster: usable.cluster,
        local: usable.local,
        has_endpoints: usable.any,
        internal_local,
        external_local,
        affinity: (spec.session_affinity.as_deref() == Some("ClientIP")).then(|| Duration::from_secs(u64::try_from(timeout).unwrap_or(0))),
        source_ranges: ranges.filter_map(|range| range.trim().parse::<Range>().ok()).collect(),
    }))
}

impl Component for KubeProxy {
    fn on(&mut self, message: Message, ctx: &mut Ctx<'_>) {
        if let Some(changes) = self.informers.on(&message, ctx) {
            self.changed(&changes);
        }
        self.finish(ctx);
        self.begin(ctx);
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
