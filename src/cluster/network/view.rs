//! What a screen may see of the network: requests on their way. Read-only.
//!
//! Models: nothing of Kubernetes.
//! Simplified: nothing.

use podarium_sim::Time;

use super::fabric::Side;
use super::flight::{Client, Stage};
use super::{FlightId, Ip};
use crate::Cluster;

/// A place that a request leaves or goes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place<'a> {
    Outside,
    /// The API server, which passes on what it was asked.
    ControlPlane,
    /// A node, and the address on it: a pod's, or the node's own.
    On { node: &'a str, ip: Ip },
}

/// Which part of its way a request is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// To the node whose rules it meets first.
    ToEntry,
    /// To its endpoint.
    ToEndpoint,
    /// With the process.
    AtProcess,
    /// Back, with an answer of this status.
    Answer(u16),
    /// Back, refused or reset.
    Failure,
    /// Nowhere: the client waits in vain.
    Lost,
}

/// A request on its way, at this moment.
#[derive(Clone, Debug, PartialEq)]
pub struct InFlight<'a> {
    pub id: FlightId,
    /// The load generator that sent it; none if a program did.
    pub traffic: Option<&'a str>,
    pub client: Place<'a>,
    /// The node whose rules it met, once it has.
    pub via: Option<&'a str>,
    /// Where it goes: the endpoint, once the rules have named one.
    pub endpoint: Option<(Place<'a>, u16)>,
    pub part: Part,
    pub sent: Time,
    /// When this part of its way began, and when it ends; [`Time::MAX`] if it does not.
    pub from: Time,
    pub until: Time,
    /// The version that answers, once that is decided.
    pub version: Option<&'a str>,
}

/// A way that requests took in the last full second.
#[derive(Clone, Debug, PartialEq)]
pub struct Flow<'a> {
    pub client: Option<&'a str>,
    /// The node whose rules decided.
    pub via: Option<&'a str>,
    /// The node of the endpoint, and its address.
    pub server: (&'a str, Ip),
    pub requests: u32,
}

impl Cluster {
    /// Which way requests went in the last full second. A client without a node is outside.
    pub fn request_flows(&self) -> impl Iterator<Item = Flow<'_>> {
        let network = &self.network;
        let name = |machine: u32| &*network.machines[machine as usize].name;
        network.carried.last_second(self.now()).filter_map(move |((client, via, to), requests)| {
            let server = network.machine_of(to.0)?;
            Some(Flow { client: client.map(name), via: via.map(name), server: (name(server), to.0), requests })
        })
    }

    /// The requests that are on their way now.
    pub fn requests_in_flight(&self) -> impl Iterator<Item = InFlight<'_>> {
        let now = self.now();
        let network = &self.network;
        let name = |machine: u32| &*network.machines[machine as usize].name;
        let place = move |side: Side, ip: Ip| match side {
            Side::Outside => Place::Outside,
            Side::ControlPlane => Place::ControlPlane,
            Side::Machine(machine) => Place::On { node: name(machine), ip },
        };
        network.flights.iter().map(move |(id, flight)| {
            let (part, from, until) = match flight.stage {
                Stage::Entering(_) => (Part::ToEntry, flight.left, flight.due),
                Stage::Reaching(_) => (Part::ToEndpoint, flight.left, flight.due),
                Stage::Answering { leaves, .. } if now < leaves => (Part::AtProcess, flight.left, leaves),
                Stage::Answering { leaves, .. } => {
                    (Part::Answer(flight.answered.as_ref().map_or(0, |answered| answered.status)), leaves, flight.due)
                }
                Stage::Working(_) => (Part::AtProcess, flight.left, Time::MAX),
                Stage::Failing(_) => (Part::Failure, flight.left, flight.due),
                Stage::Lost => (Part::Lost, flight.left, Time::MAX),
            };
            let endpoint = flight.via.and_then(|_| network.machine_of(flight.to.0));
            InFlight {
                id,
                traffic: match flight.client {
                    Client::Generator(generator, _) => Some(&*network.generators[generator as usize].plan.name),
                    Client::Program(_) | Client::Proxy(_) | Client::Pod(..) => None,
                },
                client: place(flight.from, flight.source),
                via: flight.via.map(name),
                endpoint: endpoint.map(|machine| (place(Side::Machine(machine), flight.to.0), flight.to.1)),
                part,
                sent: flight.sent,
                from,
                until: until.min(flight.deadline),
                version: flight.answered.as_ref().map(|answered| &*answered.version),
            }
        })
    }
}
