//! Connections that carry bytes to containers, and datagrams: `redis-cli -h cache`, `nc web 80`, a client on the host at a published port.

use podarium_machine::{ExchangeId, HttpEvent, HttpResponse, NetError, RequestReader, write_response};
use podarium_sim::Time;

use super::Daemon;

/// A client that sends bytes to a server of whole requests: what it has typed, and which request waits for its answer.
#[derive(Clone, Debug)]
pub struct Typed {
    container: String,
    port: u16,
    reader: RequestReader,
    waits: Option<String>,
}

/// A client's socket for datagrams that has sent none yet.
#[derive(Clone, Debug)]
pub struct Socket {
    container: String,
    port: u16,
    from: String,
}

impl Daemon {
    /// Connects a client to a port of a container; `published`: docker's proxy stands between, which accepts before it knows
    /// that nobody listens.
    pub(super) fn connect(&mut self, index: usize, port: u16, client: ExchangeId, from: &str, published: bool, now: Time) {
        let container = &mut self.containers[index];
        let head = HttpEvent::Head { status: 200, headers: Vec::new() };
        let event = if container.connect(port, client, from) {
            head
        } else if container.listens(port, now) {
            let typed = Typed { container: container.id.clone(), port, reader: RequestReader::default(), waits: None };
            self.typed.insert(client, typed);
            head
        } else {
            HttpEvent::Failed(if published { NetError::ConnectionReset } else { NetError::ConnectionRefused })
        };
        self.reply(now, client, event);
    }

    /// Opens a client's socket for datagrams to a port of a container. Whether anybody takes them shows with the first.
    pub(super) fn open_datagrams(&mut self, index: usize, port: u16, client: ExchangeId, from: &str, now: Time) {
        let id = self.containers[index].id.clone();
        self.sockets.insert(client, Socket { container: id, port, from: from.to_owned() });
        self.reply(now, client, HttpEvent::Head { status: 200, headers: Vec::new() });
    }

    /// More bytes of a client; none: no more will come. Whether it is one of these.
    pub(super) fn stream_data(&mut self, client: ExchangeId, bytes: &[u8], now: Time) -> bool {
        if let Some(Socket { container, port, from }) = self.sockets.remove(&client) {
            let container = self.containers.iter_mut().find(|known| known.id == container && known.is_running());
            if !container.is_some_and(|container| container.datagram(port, client, &from, bytes)) {
                self.reply(now, client, HttpEvent::Failed(NetError::ConnectionRefused));
            }
            return true;
        }
        if let Some(typed) = self.typed.get_mut(&client) {
            typed.reader.push(bytes);
            match bytes.is_empty() && typed.waits.is_none() {
                true => self.end_typed(client, now),
                false => self.next_typed(client, now),
            }
            return true;
        }
        self.containers.iter_mut().any(|container| container.stream_data(client, bytes))
    }

    fn end_typed(&mut self, client: ExchangeId, now: Time) {
        self.typed.remove(&client);
        self.reply(now, client, HttpEvent::End);
    }

    /// Hands over the next request of those that were typed.
    fn next_typed(&mut self, client: ExchangeId, now: Time) {
        let Some(typed) = self.typed.get_mut(&client).filter(|typed| typed.waits.is_none()) else { return };
        match typed.reader.next_request() {
            Ok(None) => {}
            Ok(Some(request)) => {
                typed.waits = Some(request.method.clone());
                let (port, id) = (typed.port, typed.container.clone());
                let container = self.containers.iter_mut().find(|container| container.id == id);
                let reply = container.and_then(|container| container.take(port, client, &request, now, &mut self.volumes));
                self.take(reply.into_iter().collect());
            }
            Err(_) => {
                let refused = write_response(&HttpResponse::new(400, "").with_header("Connection", "close"), "GET", false);
                self.reply(now, client, HttpEvent::Chunk(refused));
                self.end_typed(client, now);
            }
        }
    }

    /// What a client gets for an answer of the server: bytes, if it has typed its request.
    pub(super) fn as_typed(&mut self, client: ExchangeId, event: HttpEvent, now: Time) -> HttpEvent {
        let (HttpEvent::Response(response), Some(typed)) = (&event, self.typed.get_mut(&client)) else { return event };
        let Some(method) = typed.waits.take() else { return event };
        let bytes = write_response(response, &method, false);
        match typed.reader.wants_close() {
            true => self.end_typed(client, now),
            false => self.next_typed(client, now),
        }
        HttpEvent::Chunk(bytes)
    }
}
