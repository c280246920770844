//! Connections that carry bytes, made to the ports of pods: by programs over the network, and by `kubectl port-forward`
//! past it. A program that reads bytes is given them; one that speaks HTTP is given the requests that are in them.
//!
//! Models: containerd's internal/cri/server/sandbox_portforward_linux.go (a stream copied to a port of the sandbox's own
//! network), v2.
//! Simplified: a real TLS handshake inside a connection is not understood, and the other side is told so.

use std::collections::BTreeMap;
use std::sync::Arc;

use podarium_machine::{self as machine, ConnectionId, HANDSHAKE, HttpRequest, HttpResponse, NotHttp, RequestReader, write_response};
use podarium_sim::{Fingerprint, Time};

use super::agenda::Sleeper;
use super::host::Host;
use super::kubelet::Kubelet;
use super::pod::{PodState, Uid};
use super::port_forward::{Line, fail_line, tell_line};
use crate::component::Ctx;
use crate::images::Taken;
use crate::network::{Answered, Arrival, Asked, ConduitId, Ip, Peer, ProcessId, Said, Wanted};

/// A connection between somebody and a port of a pod.
#[derive(Clone, Debug)]
pub(super) struct Tunnel {
    pod: Uid,
    container: Arc<str>,
    process: ProcessId,
    near: Near,
    far: Far,
}

/// Who is at the client's end.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Near {
    /// A program somewhere on the network.
    Network,
    /// A client of the API server that forwards a port.
    Forward(Line),
}

/// Who is at the pod's end.
#[derive(Clone, Debug)]
enum Far {
    Bytes(ConnectionId),
    Http(Box<Http>),
}

/// A conversation in HTTP, one request after the other.
#[derive(Clone, Debug)]
struct Http {
    port: u16,
    reader: RequestReader,
    /// An answer has been written, so that a TLS connection has begun.
    begun: bool,
    /// The client sends no more.
    ended: bool,
    busy: Option<Busy>,
    method: String,
    keeps_open: bool,
}

#[derive(Clone, Debug)]
enum Busy {
    Until(Time, Arc<Answered>),
    With(ConnectionId),
}

/// All of a node's.
pub(super) type Tunnels = BTreeMap<ConduitId, Tunnel>;

/// A whole sandbox's name, which only messages show.
pub(super) fn sandbox_id(uid: &str, attempt: u32) -> String {
    let part = |number: u32| {
        let mut fingerprint = Fingerprint::default();
        fingerprint.write(format!("sandbox {uid} {attempt} {number}").as_bytes());
        format!("{:016x}", fingerprint.finish())
    };
    (0..4).map(part).collect()
}

/// The name of its network.
pub(super) fn network_namespace(uid: &str, attempt: u32) -> String {
    let id = sandbox_id(&format!("network of {uid}"), attempt);
    format!("/var/run/netns/cni-{}-{}-{}-{}-{}", &id[..8], &id[8..12], &id[12..16], &id[16..20], &id[20..32])
}

impl PodState {
    /// Connects somebody to a port of the pod. `None`: nobody listens there.
    pub fn open_tunnel(&mut self, port: u16, from: &str, near: Near, host: &mut Host, ctx: &mut Ctx<'_>) -> Option<(ConduitId, ProcessId)> {
        let now = ctx.now();
        let (container, process, far) = self.runtime.containers.iter_mut().find_map(|container| {
            let (process, computer) = (container.connected?, container.process.as_mut()?);
            let far = match computer.connect(port, from) {
                Some(connection) => Far::Bytes(connection),
                None if computer.listens(port, now) => {
                    let (reader, method) = (RequestReader::default(), String::new());
                    Far::Http(Box::new(Http { port, reader, begun: false, ended: false, busy: None, method, keeps_open: true }))
                }
                None => return None,
            };
            Some((container.record.id.clone(), process, far))
        })?;
        let id = ctx.new_conduit();
        host.tunnels.insert(id, Tunnel { pod: self.uid.clone(), container, process, near, far });
        Some((id, process))
    }

    /// Hands a client's first datagram to whoever takes them on a port of the pod. `None`: nobody does.
    pub fn open_flow(&mut self, arrival: Arrival<'_>, host: &mut Host, ctx: &mut Ctx<'_>) -> Option<(ConduitId, ProcessId)> {
        let (container, process, connection) = self.runtime.containers.iter_mut().find_map(|container| {
            let (process, computer) = (container.connected?, container.process.as_mut()?);
            let connection = computer.datagram(arrival.port, &arrival.from.to_string(), &arrival.asked.body)?;
            Some((container.record.id.clone(), process, connection))
        })?;
        let id = ctx.new_conduit();
        host.tunnels.insert(id, Tunnel { pod: self.uid.clone(), container, process, near: Near::Network, far: Far::Bytes(connection) });
        Some((id, process))
    }

    /// The client says something. Its pod is to be run then.
    pub fn tunnel_heard(&mut self, id: ConduitId, said: &Said, host: &mut Host, ctx: &mut Ctx<'_>) {
        let Some(tunnel) = host.tunnels.get_mut(&id) else { return };
        match &mut tunnel.far {
            Far::Bytes(connection) => {
                let connection = *connection;
                if let Some(computer) = self.runtime.get_mut(&tunnel.container).and_then(|container| container.process.as_mut()) {
                    match said {
                        Said::Data(bytes) => computer.connection_data(connection, bytes),
                        Said::End => computer.connection_data(connection, &[]),
                        Said::Gone => computer.hang_up(connection),
                    }
                }
            }
            Far::Http(http) => match said {
                Said::Data(bytes) => http.reader.push(bytes),
                Said::End | Said::Gone => http.ended = true,
            },
        }
        match said {
            Said::Gone => {
                if host.tunnels.remove(&id).is_some_and(|tunnel| tunnel.near == Near::Network) {
                    ctx.say_to_client(id, Said::Gone);
                }
            }
            Said::Data(_) | Said::End => self.pump(id, host, ctx),
        }
    }

    /// Takes requests out of what the client has said, and writes the answers that are due.
    fn pump(&mut self, id: ConduitId, host: &mut Host, ctx: &mut Ctx<'_>) {
        let now = ctx.now();
        while let Some(Tunnel { far: Far::Http(http), container, .. }) = host.tunnels.get_mut(&id) {
            let container = container.clone();
            match &http.busy {
                Some(Busy::With(_)) => return,
                Some(Busy::Until(at, _)) if *at > now => return host.agenda.sooner(Sleeper::Tunnels, *at),
                Some(Busy::Until(_, answered)) => {
                    let response = HttpResponse { status: answered.status, headers: answered.headers.clone(), body: answered.body.clone() };
                    answer(host, id, &response, ctx);
                    continue;
                }
                None => {}
            }
            let request = match http.reader.next_request() {
                Ok(Some(request)) => request,
                Ok(None) if http.ended => return close(host, id, ctx),
                Ok(None) => return,
                Err(NotHttp::RealTls) => {
                    return fail(host, id, "not simulated: a TLS handshake inside a forwarded connection", ctx);
                }
                // What is no request is answered so by all servers.
                Err(NotHttp::Garbage) => {
                    http.keeps_open = false;
                    let response = HttpResponse::new(400, "").with_header("Connection", "close");
                    answer(host, id, &response, ctx);
                    return;
                }
            };
            http.method.clone_from(&request.method);
            http.keeps_open = !http.reader.wants_close();
            let asked = asked(request, http.reader.is_tls() == Some(true));
            let port = http.port;
            let taken = match self.runtime.take(port, &Arc::new(asked), Peer::numbered(Ip::LOCAL, id.0), now, ctx.disks) {
                Some((of, taken)) if of.record.id == container => taken,
                _ => Taken::Refused,
            };
            let Some(Tunnel { far: Far::Http(http), .. }) = host.tunnels.get_mut(&id) else { return };
            match taken {
                // It listened a moment ago.
                Taken::Refused | Taken::Untrusted(_) => return close(host, id, ctx),
                Taken::NotTls => {
                    http.keeps_open = false;
                    http.begun = true;
                    answer(host, id, &HttpResponse::new(400, ""), ctx);
                    return;
                }
                Taken::Answer { at, answered } => http.busy = Some(Busy::Until(at, answered)),
                Taken::Later(connection) => {
                    http.busy = Some(Busy::With(connection));
                    return;
                }
            }
        }
    }

    /// A program has said something to a client. Whether that was one of a tunnel.
    pub fn tunnel_answered(&mut self, container: &Arc<str>, connection: ConnectionId, answered: &machine::Answered, host: &mut Host, ctx: &mut Ctx<'_>) -> bool {
        let is_it = |tunnel: &Tunnel| match &tunnel.far {
            Far::Bytes(of) => *of == connection,
            Far::Http(http) => matches!(&http.busy, Some(Busy::With(of)) if *of == connection),
        };
        let found = host.tunnels.iter().find(|(_, tunnel)| tunnel.container == *container && is_it(tunnel));
        let Some((id, near)) = found.map(|(id, tunnel)| (*id, tunnel.near)) else { return false };
        match answered {
            machine::Answered::Data(bytes) => say(near, id, &Said::Data(bytes.clone()), ctx),
            machine::Answered::Response(response) => {
                answer(host, id, response, ctx);
                self.pump(id, host, ctx);
            }
            // It may go on reading what is under way.
            machine::Answered::End => say(near, id, &Said::End, ctx),
            // Nobody asks for an answer in pieces here.
            machine::Answered::Head { .. } | machine::Answered::Reset | machine::Answered::Failed(_) => close(host, id, ctx),
        }
        true
    }
}

/// The client's end of a tunnel learns something.
fn say(near: Near, id: ConduitId, said: &Said, ctx: &mut Ctx<'_>) {
    match near {
        Near::Network => ctx.say_to_client(id, said.clone()),
        Near::Forward(line) => tell_line(line, said, ctx),
    }
}

fn close(host: &mut Host, id: ConduitId, ctx: &mut Ctx<'_>) {
    if let Some(tunnel) = host.tunnels.remove(&id) {
        say(tunnel.near, id, &Said::Gone, ctx);
    }
}

/// Closes it with an error, which a client that forwards a port is told.
fn fail(host: &mut Host, id: ConduitId, error: &str, ctx: &mut Ctx<'_>) {
    let Some(tunnel) = host.tunnels.remove(&id) else { return };
    match tunnel.near {
        Near::Forward(line) => fail_line(line, error, ctx),
        near => say(near, id, &Said::Gone, ctx),
    }
}

/// Writes an answer, after which the next request may come.
fn answer(host: &mut Host, id: ConduitId, response: &HttpResponse, ctx: &mut Ctx<'_>) {
    let Some(Tunnel { far: Far::Http(http), near, .. }) = host.tunnels.get_mut(&id) else { return };
    let begins_tls = http.reader.is_tls() == Some(true) && !http.begun;
    let bytes = write_response(response, &http.method, begins_tls);
    (http.busy, http.begun) = (None, true);
    let closes = !http.keeps_open;
    say(*near, id, &Said::Data(bytes), ctx);
    if closes {
        close(host, id, ctx);
    }
}

fn asked(request: HttpRequest, tls: bool) -> Asked {
    let host = request.header_value("host").unwrap_or_default().to_owned();
    let path = request.path().to_owned();
    let path = if request.url.starts_with('/') { request.url.clone() } else { path };
    let wanted = if request.method == HANDSHAKE { Wanted::Handshake } else { Wanted::Answer };
    Asked { method: request.method, server_name: host.clone(), host, path, headers: request.headers, body: request.body, tls, wanted, ..Asked::default() }
}

/// A process has ended, and with it the connections to it.
pub(super) fn close_all(host: &mut Host, process: ProcessId, ctx: &mut Ctx<'_>) {
    let open: Vec<ConduitId> = host.tunnels.iter().filter(|(_, tunnel)| tunnel.process == process).map(|(id, _)| *id).collect();
    for id in open {
        close(host, id, ctx);
    }
}

impl Kubelet {
    /// A client says something on a connection.
    pub(super) fn conduit_heard(&mut self, id: ConduitId, said: &Said, ctx: &mut Ctx<'_>) {
        let Some(uid) = self.host.tunnels.get(&id).map(|tunnel| tunnel.pod.clone()) else { return };
        let Some(state) = self.pods.get_mut(&uid) else { return };
        Arc::make_mut(state).tunnel_heard(id, said, &mut self.host, ctx);
        self.run_pod(&uid, ctx);
    }

    /// Writes the answers that are due.
    pub(super) fn run_tunnels(&mut self, ctx: &mut Ctx<'_>) {
        for id in self.host.tunnels.keys().copied().collect::<Vec<_>>() {
            let Some(uid) = self.host.tunnels.get(&id).map(|tunnel| tunnel.pod.clone()) else { continue };
            let Some(state) = self.pods.get_mut(&uid) else { continue };
            Arc::make_mut(state).pump(id, &mut self.host, ctx);
        }
    }
}
