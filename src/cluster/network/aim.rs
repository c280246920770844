//! How a load generator learns where its clients are and where to send: it reads Services, pods and nodes of the API
//! server, as somebody does who looks up an external IP before starting a test.
//!
//! From within the cluster it asks the Service's cluster IP; of a headless Service, one of its addresses. From outside it
//! asks the external IP, or else the node port on any node. A Service that cannot be reached from outside is asked on
//! its cluster IP all the same, and nobody answers.
//!
//! Models: nothing of Kubernetes.
//! Simplified: the name is looked up here and not at the cluster's DNS server.

use std::any::Any;
use std::sync::Arc;

use podarium_api::condition::get_condition;
use podarium_api::pod_state::phase;
use podarium_api::{EndpointSlice, Kind, Node, Pod, Service};

use super::rules::Endpoint;
use super::traffic::{From, TrafficPlan};
use super::Ip;
use crate::apiserver::Filter;
use crate::client::{Caches, Informers};
use crate::component::{Component, Ctx, Message};
use crate::store::Key;

const INFORMERS: u64 = 0;
const SERVICE_NAME: &str = "kubernetes.io/service-name";

/// What a load generator knows.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Aims {
    /// Addresses of clients on machines or in pods. Unused from outside.
    pub clients: Vec<Ip>,
    /// Where to connect to; none if there is no such Service.
    pub targets: Vec<Endpoint>,
    /// The caches have been filled.
    pub known: bool,
}

/// The component behind one load generator. Start it as `traffic/NAME`.
#[derive(Clone)]
pub(crate) struct Aim {
    from: From,
    service: Key,
    port: u16,
    informers: Informers,
    aims: Arc<Aims>,
}

impl Aim {
    pub fn new(plan: &TrafficPlan) -> Self {
        let all = Filter::namespace(&plan.service.namespace);
        let name = Filter { namespace: all.namespace.clone(), ..Filter::field("metadata.name", &plan.service.name) };
        let mut watched = vec![(Kind::Service, name), (Kind::EndpointSlice, all.clone()), (Kind::Node, Filter::all())];
        if let From::Pods(_) = plan.from {
            watched.push((Kind::Pod, all));
        }
        Aim {
            from: plan.from.clone(),
            service: plan.service.clone(),
            port: plan.port,
            informers: Informers::new(watched, INFORMERS),
            aims: Arc::default(),
        }
    }

    fn look(&self) -> Aims {
        let caches = self.informers.caches();
        let clients = match &self.from {
            From::Outside { .. } => Vec::new(),
            From::Nodes => nodes(caches),
            From::Pods(selector) => {
                let running = caches.list_in::<Pod>(&self.service.namespace).filter(|pod| phase(pod) == "Running" && pod.metadata.deletion_timestamp.is_none());
                let selected = running.filter(|pod| selector.matches(pod.metadata.labels.as_ref()));
                selected.filter_map(|pod| pod.status.pod_ip.as_deref()?.parse().ok()).collect()
            }
        };
        Aims { clients, targets: self.targets(caches), known: self.informers.synced() }
    }

    fn targets(&self, caches: &Caches) -> Vec<Endpoint> {
        let Some(service) = caches.get::<Service>(&self.service) else { return Vec::new() };
        let spec = &service.spec;
        if let From::Outside { .. } = self.from {
            let ingress = service.status.load_balancer.iter().flat_map(|balancer| balancer.ingress.iter().flatten());
            let external: Vec<Endpoint> = ingress.filter_map(|ingress| Some((ingress.ip.as_deref()?.parse().ok()?, self.port))).collect();
            if !external.is_empty() {
                return external;
            }
            let port = spec.ports.iter().flatten().find(|port| port.port == i32::from(self.port));
            let node_port = port.and_then(|port| port.node_port).and_then(|port| u16::try_from(port).ok()).filter(|port| *port != 0);
            if let Some(node_port) = node_port.filter(|_| spec.type_.as_deref() == Some("NodePort")) {
                return nodes(caches).into_iter().map(|ip| (ip, node_port)).collect();
            }
        }
        match spec.cluster_ip.as_deref().and_then(|ip| ip.parse().ok()) {
            Some(ip) => vec![(ip, self.port)],
            None => self.endpoints(caches),
        }
    }

    /// The ready addresses of a headless Service. Its port has no meaning: clients use the port that they know.
    fn endpoints(&self, caches: &Caches) -> Vec<Endpoint> {
        let slices = caches.list_in::<EndpointSlice>(&self.service.namespace);
        let ours = slices.filter(|slice| slice.metadata.labels.as_ref().and_then(|labels| labels.get(SERVICE_NAME)).is_some_and(|of| **of == *self.service.name));
        let ready = ours.flat_map(|slice| slice.endpoints.iter().flatten()).filter(|endpoint| endpoint.conditions.as_ref().and_then(|all| all.ready).unwrap_or(true));
        ready.flat_map(|endpoint| &endpoint.addresses).filter_map(|ip| Some((ip.parse().ok()?, self.port))).collect()
    }
}

/// The machines that are ready.
fn nodes(caches: &Caches) -> Vec<Ip> {
    let ready = caches.list::<Node>().filter(|node| get_condition(&node.status.conditions, "Ready").is_some_and(|ready| ready.status == "True"));
    let internal = ready.filter_map(|node| node.status.addresses.iter().flatten().find(|address| address.type_ == "InternalIP"));
    internal.filter_map(|address| address.address.parse().ok()).collect()
}

impl Component for Aim {
    fn on(&mut self, message: Message, ctx: &mut Ctx<'_>) {
        if self.informers.on(&message, ctx).is_none() {
            return;
        }
        let aims = self.look();
        if *self.aims != aims {
            self.aims = Arc::new(aims);
            ctx.aim(self.aims.clone());
        }
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
