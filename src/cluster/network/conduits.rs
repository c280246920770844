//! Connections that carry bytes both ways, once they are made: from a program outside or in a pod to a program in a pod.
//! They are made as a request is asked, past the same rules and policies; then each piece takes one way.
//!
//! Models: TCP, as programs see it that read and write.
//! Simplified: a connection under way is not cut by policies or rules; there is no window, so nobody waits who writes much.

use std::time::Duration;

use podarium_machine::HttpEvent;
use podarium_sim::Time;

use super::exchange::ProcessId;
use super::fabric::{MachineId, Side};
use super::flight::Client;
use super::pods::PodCall;
use crate::cause::Cause;
use crate::cluster::{Cluster, Event};
use crate::component::{ComponentId, Message};
use crate::gateway::HttpId;

/// Names a connection that carries bytes. Unique within the cluster, never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ConduitId(pub u64);

/// What one end says to the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    Data(Vec<u8>),
    /// No more will come from this side.
    End,
    /// This side is no longer there.
    Gone,
}

#[derive(Clone, Debug)]
pub(crate) struct Conduit {
    client: Client,
    from: Side,
    via: Option<MachineId>,
    server: MachineId,
    kubelet: ComponentId,
    process: ProcessId,
    /// When what was said last arrives at the server and at the client: nothing overtakes.
    to_server: Time,
    to_client: Time,
    /// The server sends no more.
    ended: bool,
    /// It carries datagrams: no end of it is told.
    datagrams: bool,
}

/// How long Linux remembers a flow of datagrams (`nf_conntrack_udp_timeout_stream`).
const REMEMBERED: Duration = Duration::from_secs(120);

/// How long a client takes that is told the end until it closes the connection.
const CLOSING: Duration = Duration::from_millis(1);

impl Cluster {
    /// A process has accepted a connection, which its client learns of at this time.
    pub(super) fn conduit_opens(&mut self, id: ConduitId, client: Client, way: (Side, Option<MachineId>, MachineId), process: ProcessId, known_at: Time) {
        let (from, via, server) = way;
        let kubelet = self.network.machines[server as usize].kubelet;
        let conduit = Conduit { client, from, via, server, kubelet, process, to_server: known_at, to_client: known_at, ended: false, datagrams: false };
        self.network.conduits.insert(id, conduit);
    }

    /// The same for a client whose first datagram has come.
    pub(super) fn flow_opens(&mut self, id: ConduitId, client: Client, way: (Side, Option<MachineId>, MachineId), process: ProcessId) {
        self.conduit_opens(id, client, way, process, self.now());
        if let Some(conduit) = self.network.conduits.get_mut(&id) {
            conduit.datagrams = true;
        }
    }

    /// The client's flow of datagrams, unless nothing has come on it for so long that the machine has forgotten it.
    pub(super) fn flow_of(&mut self, client: Client) -> Option<ConduitId> {
        let id = self.conduit_of(client)?;
        let conduit = self.network.conduits.get(&id)?;
        if self.now() < conduit.to_server.max(conduit.to_client) + REMEMBERED {
            return Some(id);
        }
        self.client_says(id, Said::Gone);
        None
    }

    fn conduit_of(&self, client: Client) -> Option<ConduitId> {
        self.network.conduits.iter().find(|(_, conduit)| conduit.client == client).map(|(id, _)| *id)
    }

    /// A program outside says something on its connection. Whether it has one.
    pub(crate) fn outside_says(&mut self, http: HttpId, said: Said) -> bool {
        let said = match self.socket_says(Client::Program(http), said) {
            None => return true,
            Some(said) => said,
        };
        let Some(id) = self.conduit_of(Client::Program(http)) else { return false };
        self.client_says(id, said);
        true
    }

    /// A program in a pod of this kubelet says something on a connection that it has opened.
    pub(crate) fn pod_says(&mut self, kubelet: ComponentId, call: PodCall, said: Said) {
        let Some(said) = self.socket_says(Client::Pod(kubelet, call), said) else { return };
        match self.conduit_of(Client::Pod(kubelet, call)) {
            Some(id) => self.client_says(id, said),
            // It talks with the API server, or its request is still on the way.
            None => self.pod_says_to_server(kubelet, call, said),
        }
    }

    pub(super) fn client_says(&mut self, id: ConduitId, said: Said) {
        let Some(conduit) = self.network.conduits.get(&id) else { return };
        let (from, via, server, kubelet) = (conduit.from, conduit.via, conduit.server, conduit.kubelet);
        let reaches = self.gets_through(from, server);
        let takes = self.network.whole_way(from, via, Some(server));
        let now = self.now();
        let Some(conduit) = self.network.conduits.get_mut(&id) else { return };
        conduit.to_server = conduit.to_server.max(now + takes);
        let at = conduit.to_server;
        if said == Said::Gone {
            self.network.conduits.remove(&id);
        }
        if reaches {
            self.deliver(kubelet, Message::Conduit { id, said }, Cause::Timer("connection"), at);
        }
    }

    /// The process at the other end says something.
    pub(crate) fn server_says(&mut self, id: ConduitId, said: Said) {
        let Some(conduit) = self.network.conduits.get(&id) else { return };
        let (from, via, server) = (conduit.from, conduit.via, conduit.server);
        let reaches = self.gets_through(from, server);
        let takes = self.network.whole_way(from, via, Some(server));
        let now = self.now();
        let Some(conduit) = self.network.conduits.get_mut(&id) else { return };
        // What a server says at once comes after the news that the connection is there.
        conduit.to_client = (conduit.to_client + Duration::from_nanos(1)).max(now + takes);
        let (client, at, kubelet, ended) = (conduit.client, conduit.to_client, conduit.kubelet, conduit.ended);
        if conduit.datagrams && !matches!(said, Said::Data(_)) {
            // A client finds out only when it sends the next one.
            self.network.conduits.remove(&id);
            return self.deliver(kubelet, Message::Conduit { id, said: Said::Gone }, Cause::Timer("connection"), now);
        }
        let event = match said {
            Said::Data(bytes) => HttpEvent::Chunk(bytes),
            Said::End => {
                conduit.ended = true;
                let closed = conduit.to_server.max(at + CLOSING + takes);
                self.deliver(kubelet, Message::Conduit { id, said: Said::Gone }, Cause::Timer("connection"), closed);
                HttpEvent::End
            }
            Said::Gone => {
                self.network.conduits.remove(&id);
                HttpEvent::End
            }
        };
        if reaches && !ended {
            self.tell_client_at(client, event, at);
        }
    }

    fn tell_client_at(&mut self, client: Client, event: HttpEvent, at: Time) {
        match client {
            Client::Program(http) => self.schedule(at, Event::HttpOut { id: http, event: Box::new(event) }),
            Client::Pod(kubelet, call) => self.deliver(kubelet, Message::PodHttp { call, event }, Cause::Timer("connection"), at),
            Client::Generator(..) | Client::Proxy(_) => {}
        }
    }

    /// A process has ended: its end of each connection is closed.
    pub(super) fn close_conduits(&mut self, process: ProcessId) {
        let open: Vec<ConduitId> = self.network.conduits.iter().filter(|(_, conduit)| conduit.process == process).map(|(id, _)| *id).collect();
        for id in open {
            self.server_says(id, Said::Gone);
        }
    }
}
