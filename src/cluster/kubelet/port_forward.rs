//! `kubectl port-forward`: a client of the API server talks with ports of a pod, over one exchange that goes both ways.
//!
//! With the protocol `portforward.k8s.io` (header `Sec-WebSocket-Protocol`) the client opens as many connections as it
//! likes. Each message begins with the number of the connection, which the client chooses (four bytes, the highest
//! first), and a byte that says what it is:
//!
//! ```text
//! client → pod   0 OPEN   the port, two bytes, the higher first
//! both ways      1 DATA   bytes
//! both ways      2 END    this side sends no more; from the pod: the connection is closed
//! client → pod   3 RESET  the client has closed the connection
//! pod → client   4 ERROR  what goes to the error stream; an END follows
//! ```
//!
//! It is what SPDY carries as two streams for each connection (`streamType: data` and `error`, `port`, `requestID`);
//! whoever speaks SPDY with a real client translates. With `v4.channel.k8s.io` the ports stand in the query (`?ports=80`)
//! and each has one connection: channel 2n carries its bytes and 2n+1 its error, and each begins with the port, two bytes,
//! the lower first.
//!
//! Models: staging/src/k8s.io/cri-streaming/pkg/streaming/portforward/{websocket.go,httpstream.go}, v1.36; containerd's
//! internal/cri/server/sandbox_portforward_linux.go, v2.
//! Simplified: a client that ends its sending side is not cut off a second later. With channels the exchange ends as soon as
//! its only connection does, and with several ports it does not end by itself. SPDY itself is the server's business.

use std::collections::BTreeMap;
use std::sync::Arc;

use podarium_api::Status;
use podarium_machine::{HttpEvent, HttpRequest};

use super::kubelet::Kubelet;
use super::pod::{PodState, Uid};
use super::tunnels::{Near, network_namespace, sandbox_id};
use crate::component::Ctx;
use crate::gateway::HttpId;
use crate::http::Query;
use crate::network::{ConduitId, Said};

/// The protocol with a connection for each request of the client.
pub const PROTOCOL: &str = "portforward.k8s.io";
/// The protocol with one connection for each port.
const CHANNELS: &str = "v4.channel.k8s.io";

const OPEN: u8 = 0;
const DATA: u8 = 1;
const END: u8 = 2;
const RESET: u8 = 3;
const ERROR: u8 = 4;

/// A client that forwards ports of a pod. It outlives the pod: then each connection fails.
#[derive(Clone, Debug)]
pub(super) struct Forward {
    pod: Uid,
    framing: Framing,
    open: BTreeMap<u32, ConduitId>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Framing {
    Numbered,
    Channels,
}

/// One connection of such a client.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Line {
    client: HttpId,
    number: u32,
    framing: Framing,
    /// Whether the exchange is about this connection alone, and ends with it.
    alone: bool,
}

/// Tells a client what the pod said on one of its connections.
pub(super) fn tell_line(line: Line, said: &Said, ctx: &mut Ctx<'_>) {
    match (line.framing, said) {
        (Framing::Numbered, Said::Data(bytes)) => frame(line, DATA, bytes, ctx),
        (Framing::Numbered, Said::End | Said::Gone) => frame(line, END, &[], ctx),
        (Framing::Channels, Said::Data(bytes)) => channel(line, 0, bytes, ctx),
        // A WebSocket's channels cannot be closed one by one.
        (Framing::Channels, Said::End | Said::Gone) if line.alone => ctx.http_reply(line.client, HttpEvent::End),
        (Framing::Channels, Said::End | Said::Gone) => {}
    }
}

/// Tells it why a connection could not be, or cannot go on.
pub(super) fn fail_line(line: Line, error: &str, ctx: &mut Ctx<'_>) {
    match line.framing {
        Framing::Numbered => {
            frame(line, ERROR, error.as_bytes(), ctx);
            frame(line, END, &[], ctx);
        }
        Framing::Channels => {
            channel(line, 1, error.as_bytes(), ctx);
            if line.alone {
                ctx.http_reply(line.client, HttpEvent::End);
            }
        }
    }
}

fn frame(line: Line, kind: u8, bytes: &[u8], ctx: &mut Ctx<'_>) {
    let message = [&line.number.to_be_bytes()[..], &[kind], bytes].concat();
    ctx.http_reply(line.client, HttpEvent::Chunk(message));
}

fn channel(line: Line, offset: u8, bytes: &[u8], ctx: &mut Ctx<'_>) {
    let number = u8::try_from(line.number * 2).unwrap_or(u8::MAX - 1) + offset;
    ctx.http_reply(line.client, HttpEvent::Chunk([&[number], bytes].concat()));
}

/// The ports of a query, or what is wrong with it.
fn ports(query: &str) -> Result<Vec<u16>, String> {
    let query = Query::parse(query);
    let values: Vec<&str> = query.all("ports").chain(query.all("port")).collect();
    if values.is_empty() {
        return Err("query parameter \"port\" is required".to_owned());
    }
    let mut ports = Vec::new();
    for value in values {
        if value.is_empty() {
            return Err("query parameter \"port\" cannot be empty".to_owned());
        }
        for word in value.split(',') {
            match word.parse::<u16>() {
                Ok(0) => return Err(format!("port {value:?} must be > 0")),
                Ok(port) => ports.push(port),
                Err(_) => return Err(format!("unable to parse {value:?} as a port: strconv.ParseUint: parsing {word:?}: invalid syntax")),
            }
        }
    }
    Ok(ports)
}

impl Kubelet {
    /// Agrees to forward ports of a pod. With channels, connects to all of them at once.
    pub(super) fn begin_forward(&mut self, id: HttpId, uid: Uid, request: &HttpRequest, ctx: &mut Ctx<'_>) {
        let offered: Vec<&str> = request.header_value("sec-websocket-protocol").unwrap_or(PROTOCOL).split(',').map(str::trim).collect();
        let known = [(PROTOCOL, Framing::Numbered), (CHANNELS, Framing::Channels)];
        let Some((protocol, framing)) = offered.iter().find_map(|offer| known.iter().copied().find(|(name, _)| name == offer)) else {
            let status = Status::not_simulated(&format!("port-forward by {}", offered.join(", ")));
            return ctx.http_reply(id, HttpEvent::Response(crate::http::error(&status)));
        };
        let query = request.url.split_once('?').map_or("", |(_, query)| query);
        let fixed = match framing {
            Framing::Numbered => Vec::new(),
            Framing::Channels => match ports(query) {
                Ok(ports) => ports,
                Err(error) => return ctx.http_reply(id, super::streaming::refusal(400, &error)),
            },
        };
        let headers = vec![("Upgrade".to_owned(), "websocket".to_owned()), ("Sec-WebSocket-Protocol".to_owned(), protocol.to_owned())];
        ctx.http_reply(id, HttpEvent::Head { status: 101, headers });
        let mut forward = Forward { pod: uid.clone(), framing, open: BTreeMap::new() };
        let alone = fixed.len() == 1;
        for (number, port) in (0..).zip(fixed) {
            let line = Line { client: id, number, framing, alone };
            channel(line, 0, &port.to_le_bytes(), ctx);
            channel(line, 1, &port.to_le_bytes(), ctx);
            self.connect_line(&mut forward, line, port, ctx);
        }
        self.conversations.insert(id, super::streaming::Conversation::Forward(forward));
        self.run_pod(&uid, ctx);
    }

    fn connect_line(&mut self, forward: &mut Forward, line: Line, port: u16, ctx: &mut Ctx<'_>) {
        match self.dial(&forward.pod, line, port, ctx) {
            Ok(conduit) => {
                forward.open.insert(line.number, conduit);
            }
            Err((sandbox, error)) => fail_line(line, &format!("error forwarding port {port} to pod {sandbox}, uid : {error}"), ctx),
        }
    }

    /// Connects to a port in the pod's own network; else the sandbox's name and what went wrong.
    fn dial(&mut self, uid: &Uid, line: Line, port: u16, ctx: &mut Ctx<'_>) -> Result<ConduitId, (String, String)> {
        let Some(state) = self.pods.get_mut(uid) else {
            let id = sandbox_id(uid, 0);
            return Err((id.clone(), format!("failed to find sandbox {id:?} in store: not found")));
        };
        let state: &mut PodState = Arc::make_mut(state);
        let (attempt, ready) = state.runtime.sandbox.as_ref().map_or((0, false), |sandbox| (sandbox.attempt, sandbox.ready));
        let (id, on_host) = (sandbox_id(uid, attempt), state.is_host_network());
        if !ready && !on_host {
            return Err((id.clone(), format!("network namespace for sandbox {id:?} is closed")));
        }
        let near = Near::Forward(line);
        let opened = state.open_tunnel(port, "127.0.0.1", near, &mut self.host, ctx);
        let opened = opened.or_else(|| if on_host { self.dial_host(port, near, ctx) } else { None });
        opened.map(|(conduit, _)| conduit).ok_or_else(|| {
            let namespace = if on_host { "host".to_owned() } else { network_namespace(uid, attempt) };
            let refused = |address: &str| format!("{address}:{port}: connect: connection refused");
            let (v4, v6) = (refused("dial tcp4 127.0.0.1"), refused("dial tcp6 [::1]"));
            let error = format!("failed to execute portforward in network namespace {namespace:?}: failed to connect to localhost:{port} inside namespace {id:?}, IPv4: {v4} IPv6 {v6} ");
            (id, error)
        })
    }

    /// Any pod in the machine's own network may listen there.
    fn dial_host(&mut self, port: u16, near: Near, ctx: &mut Ctx<'_>) -> Option<(ConduitId, crate::network::ProcessId)> {
        let on_host: Vec<Uid> = self.pods.values().filter(|state| state.is_host_network() && !state.vanished).map(|state| state.uid.clone()).collect();
        on_host.iter().find_map(|uid| Arc::make_mut(self.pods.get_mut(uid)?).open_tunnel(port, "127.0.0.1", near, &mut self.host, ctx))
    }

    /// The client says something on one of its connections.
    pub(super) fn forward_heard(&mut self, id: HttpId, mut forward: Forward, message: &[u8], ctx: &mut Ctx<'_>) {
        let (number, said) = match forward.framing {
            Framing::Numbered => {
                let Some((number, rest)) = message.split_first_chunk::<4>() else { return };
                let (number, Some((kind, bytes))) = (u32::from_be_bytes(*number), rest.split_first()) else { return };
                match *kind {
                    OPEN => {
                        let port = bytes.first_chunk::<2>().map_or(0, |port| u16::from_be_bytes(*port));
                        self.connect_line(&mut forward, Line { client: id, number, framing: Framing::Numbered, alone: false }, port, ctx);
                        let uid = forward.pod.clone();
                        self.conversations.insert(id, super::streaming::Conversation::Forward(forward));
                        return self.run_pod(&uid, ctx);
                    }
                    DATA => (number, Said::Data(bytes.to_vec())),
                    END => (number, Said::End),
                    RESET => (number, Said::Gone),
                    _ => return,
                }
            }
            Framing::Channels => {
                let Some((channel, bytes)) = message.split_first() else { return };
                (u32::from(*channel / 2), Said::Data(bytes.to_vec()))
            }
        };
        let Some(conduit) = forward.open.get(&number).copied() else { return };
        if said == Said::Gone {
            forward.open.remove(&number);
            self.conversations.insert(id, super::streaming::Conversation::Forward(forward));
        }
        self.conduit_heard(conduit, &said, ctx);
    }

    /// The client has gone.
    pub(super) fn forward_ended(&mut self, forward: &Forward, ctx: &mut Ctx<'_>) {
        for conduit in forward.open.values() {
            self.conduit_heard(*conduit, &Said::Gone, ctx);
        }
    }
}
