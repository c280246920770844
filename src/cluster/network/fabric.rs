//! The machines and what lies between them: the way of a request, hop by hop.
//!
//! Models: the Linux network stack with the routes of a simple network plugin: each machine has a range of pod addresses,
//! and every machine knows which.
//! Simplified: the handshake is not a hop of its own: its time is added to that of the answer. Links neither
//! fill up nor lose anything. The cloud's load balancers know at once which machines are in order.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use podarium_machine::{HttpEvent, HttpResponse, NetError};
use podarium_sim::{Stream, Time};

use super::api_proxy::unreachable;
use super::carried::Carried;
use super::conduits::{Conduit, ConduitId, Said};
use super::exchange::{Answered, Arrival, Connected, Failure, Peer, ProcessId, Wanted};
use super::flight::{Client, Flight, FlightId, Flights, Hop, Stage};
use super::internet;
use super::names::Names;
use super::latency::{BETWEEN_MACHINES, FROM_OUTSIDE, ON_MACHINE, WAYS_TO_ASK, one_way};
use super::policy::Policies;
use super::rules::{Endpoint, Origin, Protocol, Recent, Rules, Verdict};
use super::sockets::Socket;
use super::statistics::Outcome;
use super::traffic::Generator;
use super::{Ip, Range};
use crate::cluster::{Cluster, Event};
use crate::component::{ComponentId, NetworkEffect};

pub(crate) type MachineId = u32;

/// Where something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Outside,
    /// The machine of the API server, in the network of the nodes.
    ControlPlane,
    Machine(MachineId),
}

/// A machine, as the network sees it.
#[derive(Clone, Debug)]
pub(crate) struct Machine {
    pub name: Arc<str>,
    pub address: Ip,
    pub pods: Range,
    pub kubelet: ComponentId,
    rules: Rules,
    recent: Recent,
    stream: Stream,
}

/// The state of the network.
#[derive(Clone, Debug)]
pub(crate) struct Network {
    pub(super) machines: Vec<Machine>,
    by_name: BTreeMap<Arc<str>, MachineId>,
    by_address: BTreeMap<Ip, MachineId>,
    /// By the first address of its pods.
    by_pods: BTreeMap<Ip, MachineId>,
    by_component: BTreeMap<ComponentId, Owner>,
    by_kubelet: BTreeMap<ComponentId, MachineId>,
    pub(super) flights: Flights,
    pub(super) carried: Carried,
    pub(super) generators: Vec<Generator>,
    /// Who may talk to whom.
    policies: Arc<Policies>,
    /// What the cluster's name server knows.
    pub(super) names: Arc<Names>,
    /// Requests with which programs are busy, by process and by its number for them.
    pub(super) pending: BTreeMap<(ProcessId, u64), FlightId>,
    /// Connections that carry bytes.
    pub(super) conduits: BTreeMap<ConduitId, Conduit>,
    /// Clients' sockets for datagrams.
    pub(super) sockets: BTreeMap<Client, Socket>,
    /// The load balancers of the cloud: the machines behind each address.
    balancers: BTreeMap<Ip, Vec<MachineId>>,
    /// For what happens outside of all machines.
    stream: Stream,
}

/// Whose component it is.
#[derive(Clone, Copy, Debug)]
enum Owner {
    Machine(MachineId),
    Generator(u32),
}

impl Network {
    pub fn new(seed: u64) -> Self {
        Network {
            machines: Vec::new(),
            by_name: BTreeMap::new(),
            by_address: BTreeMap::new(),
            by_pods: BTreeMap::new(),
            by_component: BTreeMap::new(),
            by_kubelet: BTreeMap::new(),
            flights: Flights::default(),
            carried: Carried::default(),
            generators: Vec::new(),
            policies: Arc::default(),
            names: Arc::default(),
            pending: BTreeMap::new(),
            conduits: BTreeMap::new(),
            sockets: BTreeMap::new(),
            balancers: BTreeMap::new(),
            stream: Stream::new(seed, "network"),
        }
    }

    /// Connects a machine. Addresses that cannot be read are not reached.
    pub fn add_machine(&mut self, seed: u64, name: &str, address: &str, pods: &str, kubelet: ComponentId, proxy: ComponentId) {
        let id = MachineId::try_from(self.machines.len()).expect("fewer than four billion machines");
        let nowhere = Range { first: Ip(u32::MAX), last: Ip(0) };
        let machine = Machine {
            name: name.into(),
            address: address.parse().unwrap_or_default(),
            pods: pods.parse().unwrap_or(nowhere),
            kubelet,
            rules: Rules::default(),
            recent: Recent::new(),
            stream: Stream::new(seed, &format!("network/{name}")),
        };
        self.by_name.insert(machine.name.clone(), id);
        self.by_address.insert(machine.address, id);
        self.by_pods.insert(machine.pods.first, id);
        self.by_component.insert(proxy, Owner::Machine(id));
        self.by_kubelet.insert(kubelet, id);
        self.machines.push(machine);
    }

    /// The machine on which this component is the kubelet.
    pub(super) fn machine_of_kubelet(&self, kubelet: ComponentId) -> Option<MachineId> {
        self.by_kubelet.get(&kubelet).copied()
    }

    pub(super) fn stream_of(&mut self, id: MachineId) -> &mut Stream {
        &mut self.machines[id as usize].stream
    }

    pub fn machine_named(&self, name: &str) -> Option<MachineId> {
        self.by_name.get(name).copied()
    }

    pub(super) fn own_generator(&mut self, component: ComponentId, generator: u32) {
        self.by_component.insert(component, Owner::Generator(generator));
    }

    /// The machine that has this address, itself or for one of its pods.
    pub(super) fn machine_of(&self, ip: Ip) -> Option<MachineId> {
        let of_pods = || {
            let (_, id) = self.by_pods.range(..=ip).next_back()?;
            self.machines[*id as usize].pods.contains(ip).then_some(*id)
        };
        self.by_address.get(&ip).copied().or_else(of_pods)
    }

    fn balance(&mut self, address: Ip, machines: &[String]) {
        let behind: Vec<MachineId> = machines.iter().filter_map(|name| self.machine_named(name)).collect();
        match behind.is_empty() {
            true => self.balancers.remove(&address),
            false => self.balancers.insert(address, behind),
        };
    }

    /// A number below this, drawn for what happens outside of all machines.
    pub(super) fn draw(&mut self, below: usize) -> usize {
        self.stream.below(below)
    }

    fn machine(&self, id: MachineId) -> &Machine {
        &self.machines[id as usize]
    }

    /// Whether an address is in the range of pods of any machine.
    pub(super) fn is_pod(&self, ip: Ip) -> bool {
        self.by_pods.range(..=ip).next_back().is_some_and(|(_, id)| self.machine(*id).pods.contains(ip))
    }

    /// Whether policies let a pod of a machine ask a name server on another, over UDP.
    pub(super) fn lets_ask(&self, at: MachineId, target: MachineId, from: Ip, to: Endpoint) -> bool {
        self.lets_out(at, from, to, Protocol::Udp) && self.lets_in(target, from, to, Protocol::Udp)
    }

    /// Whether policies let a pod of a machine send there. Its own machine is always in reach.
    fn lets_out(&self, at: MachineId, from: Ip, to: Endpoint, protocol: Protocol) -> bool {
        self.policies.is_empty() || to.0 == self.machine(at).address || self.policies.lets_out(from, to.0, (protocol, to.1))
    }

    /// Whether policies let a pod of a machine be reached. Its own machine always reaches it.
    fn lets_in(&self, at: MachineId, from: Ip, to: Endpoint, protocol: Protocol) -> bool {
        self.policies.is_empty() || from == self.machine(at).address || self.policies.lets_in(from, to.0, (protocol, to.1))
    }

    /// What the rules of a machine say of an address; `None`: nothing.
    pub(super) fn verdict(&mut self, at: MachineId, source: Ip, (protocol, to): (Protocol, Endpoint), is_ours: bool, now: Time) -> Option<Verdict> {
        let machine = &mut self.machines[at as usize];
        let is_own = machine.address == to.0;
        let Machine { rules, recent, stream, .. } = machine;
        let origin = if is_ours { Origin::Here } else { Origin::Elsewhere };
        rules.of(protocol).find(to, is_own).map(|(door, rule)| rule.decide(door, source, origin, now, recent, stream))
    }

    /// One way between two places.
    fn way(&mut self, from: Side, to: Side) -> Duration {
        match (from, to) {
            (Side::Machine(a), Side::Machine(b)) => {
                let base = if a == b { ON_MACHINE } else { BETWEEN_MACHINES };
                one_way(base, &mut self.machines[a as usize].stream)
            }
            (Side::Outside, _) | (_, Side::Outside) => one_way(FROM_OUTSIDE, &mut self.stream),
            (Side::ControlPlane, _) | (_, Side::ControlPlane) => one_way(BETWEEN_MACHINES, &mut self.stream),
        }
    }

    /// One way between client and server, by way of the machine whose rules decided.
    pub(super) fn whole_way(&mut self, from: Side, via: Option<MachineId>, server: Option<MachineId>) -> Duration {
        let via = via.map_or(from, Side::Machine);
        let server = server.map_or(via, Side::Machine);
        let inner = self.way(via, server);
        if via == from { inner } else { inner + self.way(from, via) }
    }
}

/// A request from its start to its end.
impl Cluster {
    /// What a component did to the network.
    pub(crate) fn network_effect(&mut self, by: ComponentId, effect: NetworkEffect) {
        match (effect, self.network.by_component.get(&by).copied()) {
            (NetworkEffect::Program(rules), Some(Owner::Machine(id))) => self.network.machines[id as usize].rules = rules,
            (NetworkEffect::Aim(aims), Some(Owner::Generator(id))) => self.network.generators[id as usize].aims = aims,
            (NetworkEffect::HangUp(process), _) => self.hang_up(process),
            (NetworkEffect::Policies(policies), _) => self.network.policies = policies,
            (NetworkEffect::Names(names), _) => self.network.names = names,
            (NetworkEffect::Answered { process, connection, answered }, _) => self.program_answered(process, connection, answered),
            (NetworkEffect::Call { call, place, request }, _) => self.http_from_pod(by, call, &place, &request),
            (NetworkEffect::LookUp { call, place, name, record }, _) => self.look_up_from_pod(by, call, &place, &name, record),
            (NetworkEffect::Said { conduit, said }, _) => self.server_says(conduit, said),
            (NetworkEffect::Say { call, said }, _) => self.pod_says(by, call, said),
            (NetworkEffect::Balance(address, machines), _) => self.network.balance(address, &machines),
            (NetworkEffect::Program(_) | NetworkEffect::Aim(_), _) => {}
        }
    }

    pub(crate) fn hop(&mut self, hop: Hop) {
        match hop {
            Hop::Flight(id) => self.flight_due(id),
            Hop::Send(generator, turn) => self.traffic_wakes(generator, turn),
            Hop::Second(generator, turn) => self.traffic_second(generator, turn),
        }
    }

    fn flight_due(&mut self, id: FlightId) {
        let now = self.now();
        let Some(flight) = self.network.flights.get_mut(id) else { return };
        if now < flight.due {
            return self.finish(id, Outcome::Failed(Failure::TimedOut));
        }
        match flight.stage {
            Stage::Entering(machine) => self.enter(id, machine),
            Stage::Reaching(machine) => self.reach(id, machine),
            Stage::Answering { .. } => {
                let answered = flight.answered.take().unwrap_or_default();
                self.finish(id, Outcome::Answered(answered));
            }
            Stage::Failing(failure) => self.finish(id, Outcome::Failed(failure)),
            Stage::Lost | Stage::Working(_) => self.finish(id, Outcome::Failed(Failure::TimedOut)),
        }
    }

    /// Sets a request on its way. `flight.stage`, `left` and `due` are given here.
    pub(super) fn launch(&mut self, mut flight: Flight) -> FlightId {
        let (from, to) = (flight.from, flight.to.0);
        flight.stage = Stage::Lost;
        flight.due = Time::MAX;
        let id = self.network.flights.add(flight);
        match from {
            // The rules of its own machine come first.
            Side::Machine(machine) => self.enter(id, machine),
            Side::Outside | Side::ControlPlane => match self.entrance(from, to, id) {
                Some(machine) => {
                    let takes = self.network.way(from, Side::Machine(machine));
                    self.travel(id, Stage::Entering(machine), takes);
                }
                None => self.beyond(id, to),
            },
        }
        id
    }

    /// A request leaves the cluster, or never was in it.
    fn beyond(&mut self, id: FlightId, to: Ip) {
        let Some(host) = internet::host(to) else { return self.lose(id) };
        let Some(flight) = self.network.flights.get_mut(id) else { return };
        let (from, wanted, port) = (flight.from, flight.asked.wanted, flight.to.1);
        let answered = match wanted {
            Wanted::Echo => Answered { status: internet::TIME_TO_LIVE, ..Answered::default() },
            Wanted::Datagrams => return self.lose(id),
            // Their certificates are not known here.
            Wanted::Handshake => Answered { status: 501, ..Answered::default() },
            _ if !matches!(port, 80 | 443) => return self.lose(id),
            _ => {
                let HttpResponse { status, headers, body } = internet::answer(host);
                Answered { status, headers, body, version: "".into() }
            }
        };
        flight.answered = Some(Arc::new(answered));
        let takes = self.network.way(from, Side::Outside) * 2;
        let now = self.now();
        self.travel(id, Stage::Answering { process: ProcessId(0), leaves: now }, takes);
    }

    /// A request to a name that there is not ends before it begins.
    pub(super) fn launch_nowhere(&mut self, flight: Flight, takes: Duration) {
        let id = self.network.flights.add(flight);
        self.travel(id, Stage::Failing(Failure::UnknownHost), takes);
    }

    /// The machine at which a request from outside comes in: the one that it names, or one behind the load balancer.
    fn entrance(&mut self, from: Side, to: Ip, id: FlightId) -> Option<MachineId> {
        if let Some(machine) = self.network.by_address.get(&to) {
            return Some(*machine);
        }
        if from == Side::ControlPlane {
            return self.network.machine_of(to);
        }
        let flight = self.network.flights.get_mut(id)?;
        let (port, protocol) = (flight.to.1, flight.asked.wanted.protocol());
        let behind = self.network.balancers.get(&to)?.clone();
        let healthy: Vec<MachineId> = behind.into_iter().filter(|id| self.answers_health_check(*id, (to, port), protocol)).collect();
        if healthy.is_empty() { None } else { Some(healthy[self.network.stream.below(healthy.len())]) }
    }

    fn answers_health_check(&self, id: MachineId, to: Endpoint, protocol: Protocol) -> bool {
        let machine = self.network.machine(id);
        self.is_connected(machine.kubelet) && machine.rules.of(protocol).takes(to)
    }

    fn is_connected(&self, kubelet: ComponentId) -> bool {
        self.is_running(kubelet) && !self.is_cut_off(kubelet)
    }

    /// Whether something gets from one place to a machine at all.
    pub(super) fn gets_through(&self, from: Side, to: MachineId) -> bool {
        let machine = self.network.machine(to);
        match from {
            Side::Machine(from) if from == to => self.is_running(machine.kubelet),
            Side::Machine(from) => self.is_connected(self.network.machine(from).kubelet) && self.is_connected(machine.kubelet),
            Side::Outside | Side::ControlPlane => self.is_connected(machine.kubelet),
        }
    }

    /// A request meets the rules of a machine.
    fn enter(&mut self, id: FlightId, at: MachineId) {
        let now = self.now();
        let Some(flight) = self.network.flights.get_mut(id) else { return };
        let (from, source, to, protocol) = (flight.from, flight.source, flight.to, flight.asked.wanted.protocol());
        if !self.gets_through(from, at) {
            return self.lose(id);
        }
        let is_ours = from == Side::Machine(at) || self.network.is_pod(source);
        let verdict = self.network.verdict(at, source, (protocol, to), is_ours, now);
        let machine = self.network.machine(at);
        let (address, is_own) = (machine.address, machine.address == to.0);
        let Some(flight) = self.network.flights.get_mut(id) else { return };
        flight.via = Some(at);
        let endpoint = match verdict {
            Some(Verdict::To { endpoint, .. }) => endpoint,
            _ => to,
        };
        if from == Side::Machine(at) && !self.network.lets_out(at, source, endpoint, protocol) {
            return self.lose(id);
        }
        let Some(flight) = self.network.flights.get_mut(id) else { return };
        match verdict {
            Some(Verdict::To { endpoint, masquerade }) => {
                flight.to = endpoint;
                if masquerade {
                    flight.source = address;
                }
                self.forward(id, at, true);
            }
            // The cloud's edge lets no error messages of the network out, so a rejected client waits in vain.
            Some(Verdict::Reject) if from == Side::Outside && self.config().cloud => self.lose(id),
            Some(Verdict::Reject) => self.fail(id, Failure::Refused),
            Some(Verdict::Drop) => self.lose(id),
            None => self.forward(id, at, is_own),
        }
    }

    /// From a machine on to the one that has the address. `decided`: no more rules are met on the way.
    fn forward(&mut self, id: FlightId, at: MachineId, decided: bool) {
        let Some(to) = self.network.flights.get_mut(id).map(|flight| flight.to.0) else { return };
        let target = self.network.machine_of(to).or_else(|| self.entrance(Side::Machine(at), to, id));
        let Some(target) = target else { return self.beyond(id, to) };
        let takes = self.network.way(Side::Machine(at), Side::Machine(target));
        let is_pod = self.network.machine(target).pods.contains(to);
        let stage = if decided || is_pod || target == at { Stage::Reaching(target) } else { Stage::Entering(target) };
        self.travel(id, stage, takes);
    }

    /// A request reaches the machine of its endpoint.
    fn reach(&mut self, id: FlightId, at: MachineId) {
        let Some(flight) = self.network.flights.get_mut(id) else { return };
        flight.server = Some(at);
        let last = flight.via.map_or(flight.from, Side::Machine);
        let (source, to, asked) = (flight.source, flight.to, flight.asked.clone());
        if !self.gets_through(last, at) || !self.network.lets_in(at, source, to, asked.wanted.protocol()) {
            return self.lose(id);
        }
        let kubelet = self.network.machine(at).kubelet;
        let from = Peer::numbered(source, id.number());
        match self.connect(kubelet, Arrival { from, to: to.0, port: to.1, asked: &asked }) {
            Connected::Dropped => self.lose(id),
            Connected::Refused => self.fail(id, Failure::Refused),
            Connected::NotTls => self.fail(id, Failure::NotTls),
            Connected::Untrusted(problem) => self.fail(id, Failure::Certificate(problem)),
            Connected::Pending { process, connection } => {
                self.network.pending.insert((process, connection), id);
                // It is woken by the answer; until then only its client's patience can end.
                self.travel(id, Stage::Working(process), Duration::MAX);
            }
            Connected::Accepted { process, at: leaves, answered } => {
                self.answer_leaves(id, process, leaves, answered);
            }
            Connected::Opened { process, conduit } if asked.wanted == Wanted::Datagrams => self.datagram_arrived(id, at, process, conduit),
            Connected::Opened { process, conduit } => {
                let now = self.now();
                self.answer_leaves(id, process, now, Arc::default());
                let Some(flight) = self.network.flights.get_mut(id) else { return };
                flight.opens = Some(conduit);
                let (client, way, known_at) = (flight.client, (flight.from, flight.via, at), flight.due);
                self.conduit_opens(conduit, client, way, process, known_at);
            }
            // Somebody has it, and says nothing to it.
            Connected::Alive if asked.wanted == Wanted::Datagrams => self.lose(id),
            Connected::Alive => self.echo(id),
        }
    }

    /// The process sends its answer at this time.
    fn answer_leaves(&mut self, id: FlightId, process: ProcessId, leaves: Time, answered: Arc<Answered>) {
        let Some(flight) = self.network.flights.get_mut(id) else { return };
        flight.answered = Some(answered);
        let (from, via, server, to) = (flight.from, flight.via, flight.server, flight.to);
        let now = self.now();
        self.network.carried.count(from, via, to, now);
        let way = self.network.whole_way(from, via, server);
        // The handshake: one way is behind us, two more are before the process has the request.
        let leaves = leaves + way * (WAYS_TO_ASK - 1);
        self.travel(id, Stage::Answering { process, leaves }, leaves + way - now);
    }

    /// A process has an answer to a request that it was busy with.
    pub(super) fn send_answer(&mut self, id: FlightId, process: ProcessId, answered: Arc<Answered>) {
        if self.network.flights.get_mut(id).is_some() {
            let (id, now) = (self.network.flights.renew(id), self.now());
            self.answer_leaves(id, process, now, answered);
        }
    }

    /// A process ended over a request.
    pub(super) fn break_off(&mut self, id: FlightId) {
        if self.network.flights.get_mut(id).is_some() {
            let id = self.network.flights.renew(id);
            self.fail(id, Failure::Reset);
        }
    }

    /// Lets a request go on to its next stage, which it reaches after this time, if its client waits so long.
    fn travel(&mut self, id: FlightId, stage: Stage, takes: Duration) {
        let now = self.now();
        let Some(flight) = self.network.flights.get_mut(id) else { return };
        flight.stage = stage;
        flight.left = now;
        flight.due = now + takes;
        let at = flight.due.min(flight.deadline);
        self.schedule(at, Event::Network(Hop::Flight(id)));
    }

    /// Nothing will come back: the client waits until its patience is over.
    fn lose(&mut self, id: FlightId) {
        let id = self.network.flights.renew(id);
        self.travel(id, Stage::Lost, Duration::MAX);
    }

    /// Tells the client that it failed.
    fn fail(&mut self, id: FlightId, failure: Failure) {
        let Some(flight) = self.network.flights.get_mut(id) else { return };
        let (from, via, server) = (flight.from, flight.via, flight.server);
        let takes = self.network.whole_way(from, via, server);
        self.travel(id, Stage::Failing(failure), takes);
    }

    /// The client has its answer, or has given up.
    fn finish(&mut self, id: FlightId, outcome: Outcome) {
        let now = self.now();
        let Some(flight) = self.network.flights.remove(id) else { return };
        self.trace_number(now.as_nanos() ^ u64::from(flight.to.0.0));
        if flight.asked.wanted == Wanted::Datagrams {
            return self.datagram_failed(flight.client, &outcome);
        }
        let event = || match (&outcome, flight.opens) {
            (Outcome::Answered(_), Some(_)) => HttpEvent::Head { status: 200, headers: Vec::new() },
            (Outcome::Answered(answered), None) => HttpEvent::Response(response(answered)),
            (Outcome::Failed(failure), _) => HttpEvent::Failed(net_error(*failure)),
        };
        if let (Outcome::Failed(_), Some(conduit)) = (&outcome, flight.opens) {
            self.client_says(conduit, Said::Gone);
        }
        match flight.client {
            Client::Generator(generator, turn) => self.traffic_ended(generator, turn, now - flight.sent, &outcome),
            Client::Program(http) => self.http_out(http, event()),
            Client::Pod(kubelet, call) => self.tell_pod(kubelet, call, event(), Duration::ZERO),
            Client::Proxy(http) => {
                let event = match outcome {
                    Outcome::Answered(answered) => HttpEvent::Response(response(&answered)),
                    Outcome::Failed(failure) => unreachable(flight.to, failure),
                };
                self.http_reply(http, event, false);
            }
        }
    }

    /// A process has ended: the connections to it are reset.
    fn hang_up(&mut self, process: ProcessId) {
        let now = self.now();
        let open = |stage: Stage| match stage {
            Stage::Answering { process: of, leaves } => of == process && leaves > now,
            Stage::Working(of) => of == process,
            _ => false,
        };
        // A connection that was made ends in order; a request that was not answered does not.
        for id in self.flights_where(|flight| open(flight.stage) && flight.opens.is_none()) {
            let id = self.network.flights.renew(id);
            self.fail(id, Failure::Reset);
        }
        self.close_conduits(process);
    }

    /// A host answers a ping.
    fn echo(&mut self, id: FlightId) {
        let Some(flight) = self.network.flights.get_mut(id) else { return };
        let (from, via, server) = (flight.from, flight.via, flight.server);
        // Each machine on the way takes one off.
        let hops = u16::from(server.is_some_and(|server| from != Side::Machine(server))) * 2;
        flight.answered = Some(Arc::new(Answered { status: 64 - hops, ..Answered::default() }));
        let now = self.now();
        let takes = self.network.whole_way(from, via, server);
        self.travel(id, Stage::Answering { process: ProcessId(0), leaves: now }, takes);
    }

    /// A machine has been switched off. Its clients are gone, and so is what its processes were about to say.
    pub(crate) fn machine_went(&mut self, name: &str) {
        let Some(id) = self.network.machine_named(name) else { return };
        let machine = &mut self.network.machines[id as usize];
        machine.rules = Rules::default();
        machine.recent.clear();
        for flight in self.flights_where(|flight| flight.from == Side::Machine(id)) {
            if let Some(Flight { client: Client::Generator(generator, turn), .. }) = self.network.flights.remove(flight) {
                self.traffic_lost(generator, turn);
            }
        }
        self.lose_answers(id, true);
    }

    /// A machine has been cut off the network: what its processes say to others is lost.
    pub(crate) fn machine_cut_off(&mut self, name: &str) {
        if let Some(id) = self.network.machine_named(name) {
            self.lose_answers(id, false);
        }
    }

    fn lose_answers(&mut self, machine: MachineId, also_local: bool) {
        let now = self.now();
        let here = Side::Machine(machine);
        let lost = |flight: &Flight| {
            let under_way = match flight.stage {
                Stage::Answering { leaves, .. } => leaves > now,
                Stage::Working(_) => true,
                _ => false,
            };
            let served_here = flight.server == Some(machine);
            let crosses = (flight.from == here) != served_here || (flight.via == Some(machine)) != served_here;
            under_way && ((served_here && also_local) || (crosses && (served_here || flight.from == here || flight.via == Some(machine))))
        };
        for id in self.flights_where(lost) {
            self.lose(id);
        }
    }

    fn flights_where(&self, wanted: impl Fn(&Flight) -> bool) -> Vec<FlightId> {
        self.network.flights.iter().filter(|(_, flight)| wanted(flight)).map(|(id, _)| id).collect()
    }
}

fn response(answered: &Answered) -> HttpResponse {
    HttpResponse { status: answered.status, headers: answered.headers.clone(), body: answered.body.clone() }
}

fn net_error(failure: Failure) -> NetError {
    match failure {
        Failure::Refused => NetError::ConnectionRefused,
        Failure::TimedOut => NetError::TimedOut,
        Failure::Reset => NetError::ConnectionReset,
        Failure::UnknownHost => NetError::UnknownHost,
        Failure::NotTls => NetError::NotTls,
        Failure::Certificate(problem) => NetError::Certificate(problem),
    }
}
