//! Requests and look-ups of programs in pods, and the answers that they give as servers.
//!
//! Models: the network of a pod's sandbox; glibc's and musl's resolvers.
//! Simplified: a look-up on the way to a connection takes no time; nobody checks the API server's certificate.

use std::sync::Arc;
use std::time::Duration;

use podarium_machine::{HttpEvent, HttpRequest, LookupAnswer, NetError, RecordType};

use super::Ip;
use super::exchange::{Answered, Arrival, Asked, Connected, Peer, ProcessId, Wanted};
use super::fabric::{MachineId, Side};
use super::flight::{Client, Flight};
use super::latency::{BETWEEN_MACHINES, ON_MACHINE, one_way};
use super::metadata;
use super::outside::{LONGEST, read};
use super::rules::{Protocol, Verdict};
use crate::apiserver::Connection;
use crate::cause::Cause;
use crate::cluster::Cluster;
use crate::component::{ComponentId, Message};
use crate::system::SystemPods;

/// The API server's address in the network of the nodes.
const API_SERVER: Ip = Ip(u32::from_be_bytes([10, 0, 0, 2]));

const DNS_PORT: u16 = 53;
/// Two attempts of five seconds, as resolvers make them.
const LOOK_UP_TIMEOUT: Duration = Duration::from_secs(10);

/// What a name server does with a question.
#[derive(Clone, Copy, Debug, PartialEq)]
enum NameServer {
    Answers,
    /// Nobody listens there, or its Service has no endpoints.
    Refuses,
    /// Nothing comes back.
    Silent,
}

/// Names an exchange or a look-up of a program in a pod. Unique within the cluster, never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PodCall(pub u64);

/// Where a program in a pod is, and how it resolves names.
#[derive(Clone, Debug)]
pub(crate) struct PodPlace {
    pub ip: Ip,
    /// The first that its resolver knows.
    pub name_server: Option<Ip>,
    pub searches: Vec<String>,
    pub ndots: usize,
}

impl Cluster {
    /// Sends the request of a program in a pod. The answer comes to the kubelet.
    pub(crate) fn http_from_pod(&mut self, kubelet: ComponentId, call: PodCall, place: &PodPlace, request: &HttpRequest) {
        let names = self.network.names.clone();
        let server = self.name_server(kubelet, place);
        let resolve = |host: &str| match host {
            "localhost" => Some(place.ip),
            host if self.config().cloud && metadata::is_name(host) => Some(metadata::ADDRESS),
            host if server == NameServer::Answers => names.resolve(host, &place.searches, place.ndots),
            _ => None,
        };
        let now = self.now();
        let (to, asked) = match read(request, resolve) {
            Ok(read) => read,
            Err(error) => {
                let silent = error == NetError::UnknownHost && server == NameServer::Silent;
                let takes = if silent { LOOK_UP_TIMEOUT.min(request.timeout.unwrap_or(LOOK_UP_TIMEOUT)) } else { Duration::ZERO };
                return self.tell_pod(kubelet, call, HttpEvent::Failed(error), takes);
            }
        };
        if to.0 == metadata::ADDRESS && self.config().cloud {
            let machine = self.network.machine_of_kubelet(kubelet).unwrap_or(MachineId::MAX);
            let answer = self.metadata(machine, request);
            return self.tell_pod(kubelet, call, HttpEvent::Response(answer), ON_MACHINE * 2);
        }
        if self.is_api_server(to.0) && asked.tls {
            let id = self.http_over(Connection::default(), request.clone(), Cause::Timer("request"));
            self.gateway.for_pods.insert(id, (kubelet, call));
            return;
        }
        // What runs on the same machine is asked at the pod's own address.
        let to = if to.0.0 >> 24 == 127 { (place.ip, to.1) } else { to };
        let Some(machine) = self.network.machine_of_kubelet(kubelet) else {
            return self.tell_pod(kubelet, call, HttpEvent::Failed(NetError::NetworkUnreachable), Duration::ZERO);
        };
        if asked.wanted == Wanted::Datagrams {
            self.open_socket(Client::Pod(kubelet, call), asked, Side::Machine(machine), place.ip, to);
            return self.tell_pod(kubelet, call, HttpEvent::Head { status: 200, headers: Vec::new() }, Duration::ZERO);
        }
        self.launch(Flight::begins(Client::Pod(kubelet, call), Arc::new(asked), (Side::Machine(machine), place.ip), to, now, request.timeout.unwrap_or(LONGEST)));
    }

    fn is_api_server(&self, ip: Ip) -> bool {
        let service = self.network.names.services.get(&crate::store::Key::new("default", "kubernetes"));
        ip == API_SERVER || service.is_some_and(|service| service.spec.cluster_ip.as_deref().and_then(|address| address.parse().ok()) == Some(ip))
    }

    /// Whether the name server of a pod's resolver answers: where it is a pod, its Service has to lead there, no policy may
    /// forbid it, and a container has to listen.
    fn name_server(&mut self, kubelet: ComponentId, place: &PodPlace) -> NameServer {
        let service = self.config().flags.services.name_server().parse::<Ip>().ok();
        if self.config().system_pods == SystemPods::None || place.name_server.is_none() || place.name_server != service {
            return NameServer::Answers;
        }
        let (Some(at), Some(server)) = (self.network.machine_of_kubelet(kubelet), service) else { return NameServer::Silent };
        let now = self.now();
        let endpoint = match self.network.verdict(at, place.ip, (Protocol::Udp, (server, DNS_PORT)), true, now) {
            Some(Verdict::To { endpoint, .. }) => endpoint,
            Some(Verdict::Reject) => return NameServer::Refuses,
            Some(Verdict::Drop) | None => return NameServer::Silent,
        };
        let Some(target) = self.network.machine_of(endpoint.0) else { return NameServer::Silent };
        if !self.network.lets_ask(at, target, place.ip, endpoint) || !self.gets_through(Side::Machine(at), target) {
            return NameServer::Silent;
        }
        let kubelet = self.network.machines[target as usize].kubelet;
        let asked = Arc::new(Asked { wanted: Wanted::Listener, ..Asked::default() });
        match self.connect(kubelet, Arrival { from: Peer { ip: place.ip, port: 0 }, to: endpoint.0, port: DNS_PORT, asked: &asked }) {
            Connected::Alive => NameServer::Answers,
            Connected::Refused => NameServer::Refuses,
            _ => NameServer::Silent,
        }
    }

    /// Asks the cluster's name server.
    pub(crate) fn look_up_from_pod(&mut self, kubelet: ComponentId, call: PodCall, place: &PodPlace, name: &str, record: RecordType) {
        let (answer, waits) = match self.name_server(kubelet, place) {
            NameServer::Answers => (self.network.names.look_up(name, record), Duration::ZERO),
            NameServer::Refuses => (LookupAnswer::ServFail, Duration::ZERO),
            NameServer::Silent => (LookupAnswer::TimedOut, LOOK_UP_TIMEOUT),
        };
        let Some(machine) = self.network.machine_of_kubelet(kubelet) else { return };
        let takes = waits + one_way(BETWEEN_MACHINES, self.network.stream_of(machine)) * 2;
        let at = self.now() + takes;
        self.deliver(kubelet, Message::Named { call, answer }, Cause::Timer("answer"), at);
    }

    pub(super) fn tell_pod(&mut self, kubelet: ComponentId, call: PodCall, event: HttpEvent, takes: Duration) {
        let at = self.now() + takes;
        self.deliver(kubelet, Message::PodHttp { call, event }, Cause::Timer("answer"), at);
    }

    /// A program has answered a request that it had accepted; `None`: it ended over it.
    pub(crate) fn program_answered(&mut self, process: ProcessId, connection: u64, answered: Option<Arc<Answered>>) {
        let Some(id) = self.network.pending.remove(&(process, connection)) else { return };
        match answered {
            Some(answered) => self.send_answer(id, process, answered),
            None => self.break_off(id),
        }
    }
}
