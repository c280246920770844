//! Servers and name look-ups: what reaches a machine from outside, and what it asks about names.
//!
//! A program listens on a port, accepts requests and answers them; whole requests and whole answers, as on the client's
//! side in `http.rs`. The embedder delivers requests and takes the answers, at whatever virtual time the network needs.
//!
//! Simplified: a server hears a request when it is complete, a port belongs to all addresses of the machine, and ports
//! below 1024 are free for every user, as container runtimes set them.

use std::collections::VecDeque;
use std::sync::Arc;
use std::net::{Ipv4Addr, Ipv6Addr};

use crate::certificate::problem_of;
use crate::streams::Inbox;
use crate::{Certificate, CertificateProblem, ExchangeId, HttpEvent, HttpRequest, HttpResponse, Machine, NetError, Outgoing, Pid, Trust};

/// Names a request that was delivered, until it is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ConnectionId(pub u64);

/// What a request that was delivered has come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answered {
    Response(HttpResponse),
    /// Status and headers of an answer that comes in pieces, where these are wanted ([`Machine::deliver_in_pieces`]).
    Head { status: u16, headers: Vec<(String, String)> },
    /// Bytes, of a connection that carries bytes or of an answer that comes in pieces.
    Data(Vec<u8>),
    /// The server sends no more of these.
    End,
    /// A whole request came to a port that takes bytes, and what came back is no answer.
    Failed(NetError),
    /// The process that had it, or should have taken it, has ended.
    Reset,
}

#[derive(Clone, Debug)]
pub(crate) struct Listener {
    pub pid: Pid,
    /// Requests that wait to be accepted.
    pub backlog: VecDeque<ConnectionId>,
    /// It takes connections that carry bytes, instead of requests.
    pub bytes: bool,
    /// If it speaks TLS: what it shows to those who ask for which host; the first to all others.
    pub tls: Arc<Vec<Identity>>,
}

/// A chain of certificates, and the hosts for which a server shows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    pub hosts: Vec<String>,
    pub chain: Vec<Certificate>,
}

#[derive(Clone, Debug)]
pub(crate) struct Connection {
    /// Who has to answer.
    pub pid: Pid,
    /// Until it is accepted.
    pub request: Option<HttpRequest>,
    /// What has come, on a connection that carries bytes.
    pub inbox: Option<Inbox>,
}

/// Names one look-up until it is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LookupId(pub u64);

/// What is asked about a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordType {
    A,
    Aaaa,
    Cname,
    Mx,
    Ns,
    Ptr,
    Soa,
    Srv,
    Txt,
}

const RECORD_TYPES: [(RecordType, &str); 9] = [
    (RecordType::A, "A"),
    (RecordType::Aaaa, "AAAA"),
    (RecordType::Cname, "CNAME"),
    (RecordType::Mx, "MX"),
    (RecordType::Ns, "NS"),
    (RecordType::Ptr, "PTR"),
    (RecordType::Soa, "SOA"),
    (RecordType::Srv, "SRV"),
    (RecordType::Txt, "TXT"),
];

impl RecordType {
    pub fn name(self) -> &'static str {
        RECORD_TYPES.iter().find(|(it, _)| *it == self).expect("every type is in the table").1
    }

    pub fn parse(text: &str) -> Option<RecordType> {
        RECORD_TYPES.iter().find(|(_, name)| name.eq_ignore_ascii_case(text)).map(|(it, _)| *it)
    }
}

/// One line of a name server's answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Whose record it is, with the dot at its end.
    pub name: String,
    pub ttl_seconds: u32,
    pub data: RecordData,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RecordData {
    A(Ipv4Addr),
    Aaaa(Ipv6Addr),
    Cname(String),
    Mx { preference: u16, exchange: String },
    Ns(String),
    Ptr(String),
    Soa(String),
    Srv { priority: u16, weight: u16, port: u16, target: String },
    Txt(String),
}

impl RecordData {
    pub fn record_type(&self) -> RecordType {
        match self {
            RecordData::A(_) => RecordType::A,
            RecordData::Aaaa(_) => RecordType::Aaaa,
            RecordData::Cname(_) => RecordType::Cname,
            RecordData::Mx { .. } => RecordType::Mx,
            RecordData::Ns(_) => RecordType::Ns,
            RecordData::Ptr(_) => RecordType::Ptr,
            RecordData::Soa(_) => RecordType::Soa,
            RecordData::Srv { .. } => RecordType::Srv,
            RecordData::Txt(_) => RecordType::Txt,
        }
    }
}

/// What a name server says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LookupAnswer {
    /// The name is there. The records asked for may be none; CNAMEs on the way to them come first.
    Records(Vec<Record>),
    /// There is no such name.
    NxDomain,
    ServFail,
    Refused,
    /// No server answered. The embedder says so at the time at which the client gives up.
    TimedOut,
}

#[derive(Clone, Debug)]
pub(crate) struct Lookup {
    pub pid: Pid,
    pub answer: Option<LookupAnswer>,
}

/// The network, as the embedder carries it.
impl Machine {
    /// What programs have sent: requests, look-ups, and closed exchanges, in order.
    pub fn take_outgoing(&mut self) -> Vec<Outgoing> {
        std::mem::take(&mut self.outgoing)
    }

    /// Gives a program a piece of its answer. An exchange that the program has closed takes nothing any more.
    pub fn http_reply(&mut self, id: ExchangeId, event: HttpEvent) {
        if let Some(exchange) = self.exchanges.get_mut(&id) {
            exchange.take_event(event);
        }
    }

    /// Answers a look-up. The first answer counts.
    pub fn lookup_reply(&mut self, id: LookupId, answer: LookupAnswer) {
        if let Some(lookup) = self.lookups.get_mut(&id) {
            lookup.answer.get_or_insert(answer);
        }
    }

    /// Whether a process listens on a port.
    pub fn listens(&self, port: u16) -> bool {
        self.listeners.contains_key(&port)
    }

    /// The ports that processes listen on, in order, and who does.
    pub fn listeners(&self) -> Vec<(u16, Pid)> {
        self.listeners.iter().map(|(port, listener)| (*port, listener.pid)).collect()
    }

    /// What comes of a TLS handshake on a port with a client that asks for this host: `None`, nobody there speaks TLS.
    pub fn handshake(&self, port: u16, host: &str, trust: &Trust) -> Option<Result<(), CertificateProblem>> {
        let host = host.rsplit_once(':').map_or(host, |(host, _)| host);
        let chain = self.chain_shown(port, host)?;
        Some(problem_of(chain, trust, host, self.unix_nanos() / 1_000_000_000).map_or(Ok(()), Err))
    }

    /// The certificates that are shown on a port to a client that asks for this host; `None`: nobody there speaks TLS.
    pub fn chain_shown(&self, port: u16, host: &str) -> Option<&[Certificate]> {
        let identities = &self.listeners.get(&port)?.tls;
        let own = identities.iter().find(|identity| identity.hosts.iter().any(|name| name.eq_ignore_ascii_case(host)));
        own.or(identities.first()).map(|identity| identity.chain.as_slice())
    }

    /// Like [`Machine::deliver`], for whoever can take an answer in pieces.
    pub fn deliver_in_pieces(&mut self, port: u16, request: HttpRequest) -> Option<ConnectionId> {
        match self.takes_bytes(port)? {
            true => self.deliver_as_bytes(port, &request, true),
            false => self.deliver(port, request),
        }
    }

    /// Hands a request to whoever listens on the port; `None`: the connection is refused. The machine has to run for
    /// the program to see it.
    pub fn deliver(&mut self, port: u16, request: HttpRequest) -> Option<ConnectionId> {
        if self.takes_bytes(port)? {
            return self.deliver_as_bytes(port, &request, false);
        }
        let listener = self.listeners.get_mut(&port)?;
        let id = ConnectionId(self.next_exchange);
        self.next_exchange += 1;
        listener.backlog.push_back(id);
        self.connections.insert(id, Connection { pid: listener.pid, request: Some(request), inbox: None });
        Some(id)
    }

    /// The client has gone. An answer that comes later is dropped.
    pub fn hang_up(&mut self, id: ConnectionId) {
        match self.connections.get(&id) {
            Some(Connection { inbox: Some(_), .. }) => self.gone(id),
            _ => {
                self.connections.remove(&id);
                self.forget_datagram_peer(id);
            }
        }
        for listener in self.listeners.values_mut() {
            listener.backlog.retain(|waiting| *waiting != id);
        }
    }

    /// How requests that were delivered have ended since the last call, in order.
    pub fn take_answers(&mut self) -> Vec<(ConnectionId, Answered)> {
        std::mem::take(&mut self.answers)
    }

    /// A process has ended: its ports are closed and whoever waits for its answers learns it.
    pub(crate) fn reset_connections(&mut self, pid: Pid) {
        self.listeners.retain(|_, listener| listener.pid != pid);
        self.close_datagram_ports(pid);
        let open: Vec<ConnectionId> = self.connections.iter().filter(|(_, it)| it.pid == pid).map(|(id, _)| *id).collect();
        for id in open {
            if self.connections.get(&id).is_some_and(|connection| connection.inbox.is_some()) {
                self.close_connection(id);
                continue;
            }
            self.connections.remove(&id);
            self.answers.push((id, Answered::Reset));
        }
    }

    pub(crate) fn close_exchange(&mut self, id: ExchangeId) {
        // One that has come to its end is only forgotten: there is nothing to call off.
        if let Some(exchange) = self.exchanges.remove(&id)
            && !exchange.ended
            && exchange.failed.is_none()
        {
            self.outgoing.push(Outgoing::Close { id });
        }
    }
}
