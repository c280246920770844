//! HTTP as a machine sees it: requests that go out, answers that come in whole or piece by piece.
//!
//! The machine has no network of its own. What its programs ask for is collected as [`Outgoing`]; the embedder carries
//! it wherever it belongs and answers with [`HttpEvent`]s, at once or at any later virtual time.

use std::collections::VecDeque;
use std::time::Duration;

use crate::wire::reason;
use crate::{LookupId, NetError, Pid, RecordType, Trust};

/// Names one request and its answer, for as long as the exchange lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ExchangeId(pub u64);

/// The method of a request that asks for a handshake alone.
pub const HANDSHAKE: &str = "HANDSHAKE";

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HttpRequest {
    /// `GET`, `POST`, …
    pub method: String,
    /// The whole address: `https://10.0.0.1:6443/api/v1/pods?watch=1`.
    pub url: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// How long the program waits for the answer (for a stream: for its head). `None`: for ever.
    pub timeout: Option<Duration>,
    /// On a server: address and port of who asks, as the embedder knows them. Programs leave it empty.
    pub from: String,
    /// On a client: which certificates it believes. A server sees by `https://` in the address that TLS was spoken.
    pub trust: Trust,
    /// On a client: the certificate that it shows (DER), if it has one.
    pub certificate: Vec<u8>,
}

impl HttpRequest {
    pub fn new(method: &str, url: impl Into<String>) -> Self {
        HttpRequest { method: method.to_owned(), url: url.into(), ..HttpRequest::default() }
    }

    pub fn get(url: impl Into<String>) -> Self {
        HttpRequest::new("GET", url)
    }

    /// Opens a connection that carries bytes: method `CONNECT`, address `tcp://HOST:PORT`. A head means that somebody
    /// accepted it.
    pub fn connect(host: &str, port: u16) -> Self {
        HttpRequest::new("CONNECT", format!("tcp://{host}:{port}"))
    }

    /// Opens a socket that sends datagrams to one address: method `CONNECT`, address `udp://HOST:PORT`. A head means that
    /// the name has an address.
    pub fn datagrams(host: &str, port: u16) -> Self {
        HttpRequest::new("CONNECT", format!("udp://{host}:{port}"))
    }

    /// Shakes hands over TLS and no more: method `HANDSHAKE`. The body of the answer is the server's certificates in PEM.
    pub fn handshake(host: &str, port: u16, server_name: &str) -> Self {
        HttpRequest::new(HANDSHAKE, format!("https://{host}:{port}/")).header("Host", server_name)
    }

    /// Asks whether there is such a host: method `ECHO`, address `icmp://HOST`. Any answer means yes; its status is the
    /// time to live that is left of the packet.
    pub fn ping(host: &str) -> Self {
        HttpRequest::new("ECHO", format!("icmp://{host}"))
    }

    /// The value of a header, whatever the case of its name.
    pub fn header_value(&self, name: &str) -> Option<&str> {
        find_header(&self.headers, name)
    }

    /// The path of the address, with what follows a `?`: `/index.html?x=1`.
    pub fn path(&self) -> &str {
        let rest = self.url.split_once("://").map_or(self.url.as_str(), |(_, rest)| rest);
        rest.find('/').map_or("/", |at| &rest[at..])
    }

    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    #[must_use]
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HttpResponse {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl HttpResponse {
    pub fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        HttpResponse { status, headers: Vec::new(), body: body.into() }
    }

    #[must_use]
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The value of a header, whatever the case of its name.
    pub fn header(&self, name: &str) -> Option<&str> {
        find_header(&self.headers, name)
    }

    /// Its status with the words that belong to it: `404 Not Found`.
    pub fn status_line(&self) -> String {
        format!("{} {}", self.status, reason(self.status)).trim_end().to_owned()
    }
}

/// An answer whose head has come and whose body comes in pieces: a watch, followed logs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpStream {
    pub id: ExchangeId,
    pub status: u16,
    pub headers: Vec<(String, String)>,
}

impl HttpStream {
    /// The value of a header, whatever the case of its name.
    pub fn header(&self, name: &str) -> Option<&str> {
        find_header(&self.headers, name)
    }
}

fn find_header<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    headers.iter().find(|(header, _)| header.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
}

/// What the next piece of a stream is. Pieces come as the server sent them: a line may span two of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StreamItem {
    Chunk(Vec<u8>),
    /// The body is complete.
    End,
    /// Nothing came for as long as the program was ready to wait. The stream is still open.
    TimedOut,
    /// The connection broke.
    Failed(NetError),
}

/// What leaves the machine, in order. The embedder takes it with `Machine::take_outgoing`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outgoing {
    /// With whether the process has entered the network of the computer below.
    Request { id: ExchangeId, pid: Pid, request: HttpRequest, in_hosts_network: bool },
    /// More of the request's body, for exchanges that talk both ways (`exec -i`, `attach`).
    Data { id: ExchangeId, bytes: Vec<u8> },
    /// A question to a name server: the given one, or whichever `/etc/resolv.conf` names. The embedder answers with
    /// `Machine::lookup_reply`.
    Lookup { id: LookupId, pid: Pid, server: Option<String>, name: String, record: RecordType, in_hosts_network: bool },
    /// The program (or its end) closed the exchange: no answer is wanted any more.
    Close { id: ExchangeId },
}

/// What the embedder answers with `Machine::http_reply`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HttpEvent {
    /// The whole answer, and its end.
    Response(HttpResponse),
    /// Status and headers of an answer whose body follows as `Chunk`s and an `End`.
    Head { status: u16, headers: Vec<(String, String)> },
    Chunk(Vec<u8>),
    End,
    Failed(NetError),
}

/// One exchange while it lasts.
#[derive(Clone, Debug)]
pub(crate) struct Exchange {
    pub pid: Pid,
    pub head: Option<(u16, Vec<(String, String)>)>,
    pub chunks: VecDeque<Vec<u8>>,
    pub ended: bool,
    pub failed: Option<NetError>,
}

impl Exchange {
    pub fn new(pid: Pid) -> Self {
        Exchange { pid, head: None, chunks: VecDeque::new(), ended: false, failed: None }
    }

    pub fn take_event(&mut self, event: HttpEvent) {
        match event {
            HttpEvent::Response(response) => {
                self.head = Some((response.status, response.headers));
                if !response.body.is_empty() {
                    self.chunks.push_back(response.body);
                }
                self.ended = true;
            }
            HttpEvent::Head { status, headers } => self.head = Some((status, headers)),
            HttpEvent::Chunk(bytes) => self.chunks.push_back(bytes),
            HttpEvent::End => self.ended = true,
            HttpEvent::Failed(error) => self.failed = Some(error),
        }
    }

    /// The next piece of the body, or `None` while there is nothing to say.
    pub fn next_item(&mut self) -> Option<StreamItem> {
        if let Some(chunk) = self.chunks.pop_front() {
            return Some(StreamItem::Chunk(chunk));
        }
        match (self.failed, self.ended) {
            (Some(error), _) => Some(StreamItem::Failed(error)),
            (None, true) => Some(StreamItem::End),
            (None, false) => None,
        }
    }

    /// As it is read through a descriptor: up to so many bytes of the next piece. Nothing: the end.
    pub fn take(&mut self, max: usize) -> Vec<u8> {
        let Some(mut piece) = self.chunks.pop_front() else { return Vec::new() };
        if piece.len() > max {
            let rest = piece.split_off(max);
            self.chunks.push_front(rest);
        }
        piece
    }

    /// The same up to the end of the first line, or all there is.
    pub fn take_line(&mut self) -> Vec<u8> {
        let mut all: Vec<u8> = self.chunks.drain(..).flatten().collect();
        let end = all.iter().position(|byte| *byte == b'\n').map_or(all.len(), |at| at + 1);
        let rest = all.split_off(end);
        if !rest.is_empty() {
            self.chunks.push_front(rest);
        }
        all
    }

    pub fn has_line(&self) -> bool {
        self.ended || self.failed.is_some() || self.chunks.iter().any(|piece| piece.contains(&b'\n'))
    }

    pub fn has_item(&self) -> bool {
        !self.chunks.is_empty() || self.ended || self.failed.is_some()
    }
}
