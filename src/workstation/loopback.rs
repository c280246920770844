//! The student's computer talks with itself: what its programs ask of localhost, its other programs answer
//! (`kubectl port-forward`, `kubectl proxy`, a server of the student's own).

use std::collections::BTreeMap;

use podarium_machine::{Answered, ConnectionId, ExchangeId, HttpEvent, HttpRequest, HttpResponse, Machine, NetError, RequestReader, write_response};

const LOCAL: &str = "127.0.0.1";

/// The exchanges between programs of one computer.
#[derive(Clone, Debug, Default)]
pub(crate) struct Loopback {
    asked: BTreeMap<ExchangeId, Asked>,
    /// What is to be told to those who asked.
    told: Vec<(ExchangeId, HttpEvent)>,
}

#[derive(Clone, Debug)]
enum Asked {
    /// A request that waits for its answer.
    Request(ConnectionId),
    /// A connection that carries bytes to a program that reads bytes.
    Bytes(ConnectionId),
    /// One to a program that reads requests, of which one may wait for its answer.
    Typed { port: u16, reader: RequestReader, waits: Option<(ConnectionId, String)> },
}

/// The port of a URL of this very computer.
pub(crate) fn own_port(url: &str) -> Option<u16> {
    let (scheme, rest) = url.split_once("://")?;
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let (host, port) = match authority.strip_prefix('[') {
        Some(rest) => rest.split_once(']').map(|(host, port)| (host, port.strip_prefix(':')))?,
        None => authority.split_once(':').map_or((authority, None), |(host, port)| (host, Some(port))),
    };
    let is_own = matches!(host, "localhost" | "::1" | "0.0.0.0" | "podarium") || host.starts_with("127.");
    let usual = match scheme {
        "https" => 443,
        _ => 80,
    };
    is_own.then(|| port.map_or(Some(usual), |port| port.parse().ok())).flatten()
}

impl Loopback {
    fn tell(&mut self, id: ExchangeId, event: HttpEvent) {
        self.told.push((id, event));
    }

    /// What is to be told since the last call.
    pub fn take_told(&mut self) -> Vec<(ExchangeId, HttpEvent)> {
        std::mem::take(&mut self.told)
    }

    /// Takes a request if it is for this very computer.
    pub fn take(&mut self, id: ExchangeId, request: &HttpRequest, machine: &mut Machine) -> bool {
        let Some(port) = own_port(&request.url) else { return false };
        if request.url.starts_with("icmp:") {
            self.tell(id, HttpEvent::Response(HttpResponse::new(64, "")));
            return true;
        }
        let wants_bytes = request.url.starts_with("tcp:");
        let asked = match (machine.takes_bytes(port), wants_bytes) {
            (None, _) => None,
            (Some(true), true) => machine.connect(port, LOCAL).map(Asked::Bytes),
            (Some(false), true) => Some(Asked::Typed { port, reader: RequestReader::default(), waits: None }),
            (Some(false), false) if request.url.starts_with("https:") => {
                self.tell(id, HttpEvent::Failed(NetError::NotTls));
                return true;
            }
            (Some(_), false) => machine.deliver_in_pieces(port, HttpRequest { from: LOCAL.to_owned(), ..request.clone() }).map(Asked::Request),
        };
        match asked {
            Some(asked) => {
                if wants_bytes {
                    self.tell(id, HttpEvent::Head { status: 200, headers: Vec::new() });
                }
                self.asked.insert(id, asked);
            }
            None => self.tell(id, HttpEvent::Failed(NetError::ConnectionRefused)),
        }
        true
    }

    /// More bytes of a connection; nothing: no more will come. Whether it is one of these.
    pub fn data(&mut self, id: ExchangeId, bytes: &[u8], machine: &mut Machine) -> bool {
        match self.asked.get_mut(&id) {
            None => return false,
            Some(Asked::Request(_)) => {}
            Some(Asked::Bytes(connection)) => machine.connection_data(*connection, bytes),
            Some(Asked::Typed { reader, .. }) => {
                reader.push(bytes);
                self.next_typed(id, machine);
            }
        }
        true
    }

    /// Hands over the next request of those that were typed.
    fn next_typed(&mut self, id: ExchangeId, machine: &mut Machine) {
        let Some(Asked::Typed { port, reader, waits }) = self.asked.get_mut(&id) else { return };
        if waits.is_some() {
            return;
        }
        match reader.next_request() {
            Ok(None) => {}
            Ok(Some(request)) => {
                let method = request.method.clone();
                *waits = machine.deliver(*port, HttpRequest { from: LOCAL.to_owned(), ..request }).map(|connection| (connection, method));
                if waits.is_none() {
                    self.end(id);
                }
            }
            Err(_) => {
                self.tell(id, HttpEvent::Chunk(write_response(&HttpResponse::new(400, "").with_header("Connection", "close"), "GET", false)));
                self.end(id);
            }
        }
    }

    fn end(&mut self, id: ExchangeId) {
        self.asked.remove(&id);
        self.tell(id, HttpEvent::End);
    }

    /// The program that asked has gone. Whether it had asked here.
    pub fn close(&mut self, id: ExchangeId, machine: &mut Machine) -> bool {
        match self.asked.remove(&id) {
            None => false,
            Some(Asked::Request(connection) | Asked::Bytes(connection) | Asked::Typed { waits: Some((connection, _)), .. }) => {
                machine.hang_up(connection);
                true
            }
            Some(Asked::Typed { .. }) => true,
        }
    }

    /// Gives the answers of programs to those who asked.
    pub fn hand_over(&mut self, machine: &mut Machine) {
        for (connection, answered) in machine.take_answers() {
            let is_it = |asked: &Asked| match asked {
                Asked::Request(of) | Asked::Bytes(of) => *of == connection,
                Asked::Typed { waits, .. } => waits.as_ref().is_some_and(|(of, _)| *of == connection),
            };
            let Some(id) = self.asked.iter().find(|(_, asked)| is_it(asked)).map(|(id, _)| *id) else { continue };
            if let (Answered::Response(response), Some(Asked::Typed { waits, reader, .. })) = (&answered, self.asked.get_mut(&id)) {
                let method = waits.take().map_or_else(String::new, |(_, method)| method);
                let closes = reader.wants_close();
                self.tell(id, HttpEvent::Chunk(write_response(response, &method, false)));
                match closes {
                    true => self.end(id),
                    false => self.next_typed(id, machine),
                }
                continue;
            }
            let goes_on = matches!(answered, Answered::Head { .. } | Answered::Data(_));
            if !goes_on {
                self.asked.remove(&id);
            }
            self.tell(id, match answered {
                Answered::Head { status, headers } => HttpEvent::Head { status, headers },
                Answered::Data(bytes) => HttpEvent::Chunk(bytes),
                Answered::Response(response) => HttpEvent::Response(response),
                Answered::Failed(error) => HttpEvent::Failed(error),
                Answered::Reset => HttpEvent::Failed(NetError::ConnectionReset),
                Answered::End => HttpEvent::End,
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_addresses_are_known() {
        let cases = [
            ("http://127.0.0.1:10080/secure", Some(10080)),
            ("http://user:pw@localhost:8080", Some(8080)),
            ("https://localhost/", Some(443)),
            ("http://[::1]:8001/api", Some(8001)),
            ("tcp://127.0.0.1:5432", Some(5432)),
            ("http://10.0.0.2:6443/", None),
            ("http://localhost:x/", None),
        ];
        for (url, port) in cases {
            assert_eq!(own_port(url), port, "{url}");
        }
    }
}
