//! What is asked of a process and what it answers; how an exchange can fail.
//!
//! Models: HTTP/1.1 over TCP, one request to a connection; UDP.
//! Simplified: connections are not kept, but those that carry bytes; TLS is a property of the request and costs nothing.

use std::sync::Arc;

use podarium_machine::{CertificateProblem, Trust};
use podarium_sim::Time;

use super::Ip;
use super::conduits::ConduitId;
use super::rules::Protocol;

/// An HTTP request, as the process sees it. Load generators send the same one again and again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    pub method: String,
    /// The header `Host`: the name or address that the client used.
    pub host: String,
    /// With the query.
    pub path: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// Whether the client speaks TLS.
    pub tls: bool,
    /// Which certificates it believes, and the host that it wants to be sure of.
    pub trust: Trust,
    pub server_name: String,
    pub wanted: Wanted,
}

/// What a client is after.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Wanted {
    /// An answer to an HTTP request.
    #[default]
    Answer,
    /// A connection that carries bytes both ways.
    Bytes,
    /// The certificates that a server shows over TLS.
    Handshake,
    /// A sign of life of the host (ICMP).
    Echo,
    /// That its body arrives as a datagram (UDP), and those that follow it.
    Datagrams,
    /// To know whether somebody listens (a datagram that will be answered).
    Listener,
}

impl Wanted {
    pub(crate) fn protocol(self) -> Protocol {
        match self {
            Wanted::Datagrams | Wanted::Listener => Protocol::Udp,
            Wanted::Answer | Wanted::Bytes | Wanted::Handshake | Wanted::Echo => Protocol::Tcp,
        }
    }
}

impl Asked {
    pub fn get(host: &str, path: &str) -> Self {
        Asked { method: "GET".to_owned(), host: host.to_owned(), path: path.to_owned(), ..Asked::default() }
    }

    /// The path alone.
    pub fn path_only(&self) -> &str {
        self.path.split('?').next().unwrap_or_default()
    }
}

/// An answer. Processes make the ones that they give often only once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answered {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// Which version of the program answered, e.g. `2.0.0`.
    pub version: Arc<str>,
}

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Failure {
    /// Nobody listens there, or the Service has no endpoints.
    Refused,
    /// Nothing came back for as long as the client was ready to wait.
    TimedOut,
    /// The process died over it.
    Reset,
    /// There is no such name.
    UnknownHost,
    /// The client speaks TLS and the process does not.
    NotTls,
    /// The client does not believe the certificate that it was shown.
    Certificate(CertificateProblem),
}

impl Failure {
    /// Those that load generators meet: they look at no certificates.
    pub const ALL: [Failure; 5] = [Failure::Refused, Failure::TimedOut, Failure::Reset, Failure::UnknownHost, Failure::NotTls];

    /// Its place in [`Failure::ALL`].
    pub(super) fn place(self) -> usize {
        Failure::ALL.iter().position(|failure| *failure == self).unwrap_or(Failure::ALL.len() - 1)
    }

    pub fn name(self) -> &'static str {
        match self {
            Failure::Refused => "refused",
            Failure::TimedOut => "timed out",
            Failure::Reset => "reset",
            Failure::UnknownHost => "unknown host",
            Failure::NotTls => "not TLS",
            Failure::Certificate(_) => "certificate",
        }
    }
}

/// A run of a process, for those who hold connections to it. Unique within the cluster, never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ProcessId(pub u64);

/// Where a request comes from, as the process sees it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Peer {
    pub ip: Ip,
    pub port: u16,
}

impl Peer {
    /// One of the ports that Linux gives to clients; each request has its own number.
    pub fn numbered(ip: Ip, number: u64) -> Self {
        const FIRST: u64 = 32_768;
        const COUNT: u64 = 28_232;
        // Linux does not give them out in order.
        let place = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
        Peer { ip, port: u16::try_from(FIRST + place % COUNT).unwrap_or(u16::MAX) }
    }
}

impl std::fmt::Display for Peer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.ip, self.port)
    }
}

/// A request that reaches a machine.
#[derive(Clone, Copy, Debug)]
pub struct Arrival<'a> {
    /// The client, as it is seen there.
    pub from: Peer,
    pub to: Ip,
    pub port: u16,
    pub asked: &'a Arc<Asked>,
}

/// What became of it there.
#[derive(Clone, Debug)]
pub enum Connected {
    /// Nobody has this address: nothing comes back.
    Dropped,
    Refused,
    /// A process has it, and does not understand TLS.
    NotTls,
    /// The client has left after the handshake.
    Untrusted(CertificateProblem),
    /// A process has it, and answers at this time if it lives so long.
    Accepted { process: ProcessId, at: Time, answered: Arc<Answered> },
    /// A process has it, and nobody knows yet when it answers: it says so with this number.
    Pending { process: ProcessId, connection: u64 },
    /// A process has accepted a connection that carries bytes, or has a client's first datagram.
    Opened { process: ProcessId, conduit: ConduitId },
    /// The host is there (ICMP).
    Alive,
}
