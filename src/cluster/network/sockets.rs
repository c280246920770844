//! Sockets of clients for datagrams (UDP). Opening one asks nobody; the first datagram meets rules and policies as a request
//! does, and what follows takes the same way, as the machine remembers it.
//!
//! Models: UDP sockets of Linux that are connected to an address; nf_conntrack.
//! Simplified: what is sent while the first datagram is still on its way waits for it; a flow stays with its endpoint as long as
//! that lives, also when kube-proxy no longer names it; none is lost or overtaken on a link; a socket that
//! was refused once stays so.

use std::sync::Arc;
use std::time::Duration;

use podarium_machine::{HttpEvent, NetError};

use super::Ip;
use super::conduits::{ConduitId, Said};
use super::exchange::{Asked, Failure, ProcessId};
use super::fabric::{MachineId, Side};
use super::flight::{Client, Flight, FlightId};
use super::rules::Endpoint;
use super::statistics::Outcome;
use crate::cause::Cause;
use crate::cluster::{Cluster, Event};
use crate::component::Message;

/// How long a datagram of which nothing was heard holds back the next ones: longer than any way.
const ON_THE_WAY: Duration = Duration::from_secs(1);

/// A client's socket.
#[derive(Clone, Debug)]
pub(crate) struct Socket {
    asked: Asked,
    from: Side,
    source: Ip,
    to: Endpoint,
    /// The first datagram is on its way, and these wait for what becomes of it.
    opening: bool,
    waiting: Vec<Vec<u8>>,
    /// The client has closed it meanwhile.
    closed: bool,
}

impl Cluster {
    pub(super) fn open_socket(&mut self, client: Client, asked: Asked, from: Side, source: Ip, to: Endpoint) {
        self.network.sockets.insert(client, Socket { asked, from, source, to, opening: false, waiting: Vec::new(), closed: false });
    }

    /// A client says something, on its socket if it has one; if not, it is given back.
    pub(super) fn socket_says(&mut self, client: Client, said: Said) -> Option<Said> {
        let Some(socket) = self.network.sockets.get_mut(&client) else { return Some(said) };
        match said {
            Said::Data(bytes) if socket.opening => socket.waiting.push(bytes),
            Said::Data(bytes) => self.send_datagram(client, bytes),
            Said::Gone if socket.opening => socket.closed = true,
            Said::Gone => {
                self.network.sockets.remove(&client);
                if let Some(id) = self.flow_of(client) {
                    self.client_says(id, Said::Gone);
                }
            }
            // There is no end of datagrams that could be told.
            Said::End => {}
        }
        None
    }

    fn send_datagram(&mut self, client: Client, bytes: Vec<u8>) {
        if let Some(id) = self.flow_of(client) {
            return self.client_says(id, Said::Data(bytes));
        }
        let now = self.now();
        let Some(socket) = self.network.sockets.get_mut(&client) else { return };
        socket.opening = true;
        let asked = Arc::new(Asked { body: bytes, ..socket.asked.clone() });
        let (from, source, to) = (socket.from, socket.source, socket.to);
        self.launch(Flight::begins(client, asked, (from, source), to, now, ON_THE_WAY));
    }

    /// A process has a client's first datagram.
    pub(super) fn datagram_arrived(&mut self, id: FlightId, at: MachineId, process: ProcessId, conduit: ConduitId) {
        let Some(flight) = self.network.flights.remove(id) else { return };
        let now = self.now();
        self.network.carried.count(flight.from, flight.via, flight.to, now);
        self.flow_opens(conduit, flight.client, (flight.from, flight.via, at), process);
        for said in self.settle(flight.client) {
            self.client_says(conduit, said);
        }
    }

    /// A first datagram was refused, or nothing was heard of it.
    pub(super) fn datagram_failed(&mut self, client: Client, outcome: &Outcome) {
        self.settle(client);
        let Outcome::Failed(Failure::Refused) = outcome else { return };
        self.network.sockets.remove(&client);
        let event = HttpEvent::Failed(NetError::ConnectionRefused);
        let now = self.now();
        match client {
            Client::Program(http) => self.schedule(now, Event::HttpOut { id: http, event: Box::new(event) }),
            Client::Pod(kubelet, call) => self.deliver(kubelet, Message::PodHttp { call, event }, Cause::Timer("connection"), now),
            Client::Generator(..) | Client::Proxy(_) => {}
        }
    }

    /// What a client has said since its first datagram.
    fn settle(&mut self, client: Client) -> Vec<Said> {
        let Some(socket) = self.network.sockets.get_mut(&client) else { return vec![Said::Gone] };
        socket.opening = false;
        let mut said: Vec<Said> = std::mem::take(&mut socket.waiting).into_iter().map(Said::Data).collect();
        if socket.closed {
            self.network.sockets.remove(&client);
            said.push(Said::Gone);
        }
        said
    }
}
