//! The system calls on the network: asking, serving, looking up names.

use std::sync::Arc;

use podarium_sim::Time;

use crate::http::Exchange;
use crate::network::{Listener, Lookup};
use crate::pipes::Target;
use crate::processes::Wait;
use crate::{
    Answered, ConnectionId, Errno, ExchangeId, HttpRequest, HttpResponse, HttpStream, Identity, LookupAnswer, LookupId, NetError,
    Outgoing, RecordType, StreamItem, Sys,
};

/// Asking.
impl Sys<'_> {
    pub fn http_send(&mut self, request: HttpRequest) -> ExchangeId {
        let id = ExchangeId(self.machine.next_exchange);
        self.machine.next_exchange += 1;
        let mut exchange = Exchange::new(self.pid());
        if self.has_no_network() {
            exchange.failed = Some(NetError::NetworkUnreachable);
        } else if request.url.contains("://") {
            let in_hosts_network = self.is_in_hosts_network();
            self.machine.outgoing.push(Outgoing::Request { id, pid: self.pid(), request, in_hosts_network });
        } else {
            exchange.failed = Some(NetError::BadUrl);
        }
        self.machine.exchanges.insert(id, exchange);
        id
    }

    /// The whole answer.
    pub fn http_whole(&mut self, id: ExchangeId, deadline: Option<Time>) -> Option<Result<HttpResponse, NetError>> {
        if !self.wait_for(Wait::Whole(id)) {
            return self.past(deadline).then_some(Err(NetError::TimedOut));
        }
        let Some(exchange) = self.machine.exchanges.get_mut(&id) else { return Some(Err(NetError::ConnectionReset)) };
        if let Some(error) = exchange.failed {
            return Some(Err(error));
        }
        let (status, headers) = exchange.head.clone().unwrap_or_default();
        let body = exchange.chunks.drain(..).reduce(|mut body, chunk| { body.extend(chunk); body }).unwrap_or_default();
        Some(Ok(HttpResponse { status, headers, body }))
    }

    /// The head of an answer.
    pub fn http_head(&mut self, id: ExchangeId, deadline: Option<Time>) -> Option<Result<HttpStream, NetError>> {
        if !self.wait_for(Wait::Head(id)) {
            return self.past(deadline).then_some(Err(NetError::TimedOut));
        }
        let Some(exchange) = self.machine.exchanges.get(&id) else { return Some(Err(NetError::ConnectionReset)) };
        Some(match (&exchange.head, exchange.failed) {
            (Some((status, headers)), _) => Ok(HttpStream { id, status: *status, headers: headers.clone() }),
            (None, error) => Err(error.unwrap_or(NetError::ConnectionReset)),
        })
    }

    /// The next piece of a body.
    pub fn http_next(&mut self, id: ExchangeId, deadline: Option<Time>) -> Option<StreamItem> {
        if !self.wait_for(Wait::Item(id)) {
            return self.past(deadline).then_some(StreamItem::TimedOut);
        }
        match self.machine.exchanges.get_mut(&id) {
            Some(exchange) => exchange.next_item(),
            None => Some(StreamItem::End),
        }
    }

    pub fn http_write(&mut self, id: ExchangeId, bytes: &[u8]) {
        if self.machine.exchanges.contains_key(&id) {
            self.machine.outgoing.push(Outgoing::Data { id, bytes: bytes.to_vec() });
        }
    }

    pub fn http_close(&mut self, id: ExchangeId) {
        self.machine.close_exchange(id);
    }

    /// The descriptor of a connection that carries bytes or of a socket for datagrams, from 10 on. It is there once
    /// [`Sys::http_head`] says so.
    pub fn open_socket(&mut self, request: HttpRequest) -> (u32, ExchangeId) {
        let id = self.http_send(request);
        let handle = self.machine.add_description(Target::Socket(id));
        (self.add_fd(handle), id)
    }

    fn past(&mut self, deadline: Option<Time>) -> bool {
        deadline.is_some_and(|deadline| self.wait_for(Wait::Until(deadline)))
    }
}

/// Serving.
impl Sys<'_> {
    /// Ports are the machine's own; in another network that was entered none can be had.
    pub(crate) fn check_own_network(&mut self) -> Result<(), Errno> {
        if !self.is_in_hosts_network() && !self.has_no_network() {
            return Ok(());
        }
        // Whoever takes no more writing does not want to know.
        let _ = self.write(2, b"podarium: not simulated: a port in a network that was entered\n");
        Err(Errno::NotPermitted)
    }

    /// Takes a port, until the process ends or [`Sys::stop_listening`].
    pub fn listen(&mut self, port: u16) -> Result<(), Errno> {
        self.listen_tls(port, Vec::new())
    }

    /// The same for a port on which the process speaks TLS if it has any certificates. Who has the port already
    /// changes them.
    pub fn listen_tls(&mut self, port: u16, identities: Vec<Identity>) -> Result<(), Errno> {
        self.check_own_network()?;
        let (own, tls) = (self.pid(), Arc::new(identities));
        match self.machine.listeners.get_mut(&port) {
            Some(listener) if listener.pid == own => {
                listener.tls = tls;
                Ok(())
            }
            Some(_) => Err(Errno::AddressInUse),
            None => {
                let listener = Listener { pid: own, backlog: Default::default(), bytes: false, tls };
                self.machine.listeners.insert(port, listener);
                Ok(())
            }
        }
    }

    /// Gives a port back. Requests that nobody has accepted are reset; those that were accepted can still be answered.
    pub fn stop_listening(&mut self, port: u16) {
        if self.machine.listeners.get(&port).is_some_and(|listener| listener.pid == self.pid())
            && let Some(listener) = self.machine.listeners.remove(&port)
        {
            for id in listener.backlog {
                self.machine.connections.remove(&id);
                self.machine.answers.push((id, Answered::Reset));
            }
        }
    }

    /// The next request on a port, as soon as there is one. It has to be answered with [`Sys::respond`].
    pub fn accept(&mut self, port: u16) -> Option<(ConnectionId, HttpRequest)> {
        if !self.wait_for(Wait::Connection(port)) {
            return None;
        }
        let pid = self.pid();
        let id = self.machine.listeners.get_mut(&port)?.backlog.pop_front()?;
        let connection = self.machine.connections.get_mut(&id)?;
        connection.pid = pid;
        Some((id, connection.request.take()?))
    }

    /// Answers a request. If the client has gone meanwhile, nothing happens.
    pub fn respond(&mut self, id: ConnectionId, response: HttpResponse) {
        if self.machine.connections.remove(&id).is_some() {
            self.machine.answers.push((id, Answered::Response(response)));
        }
    }

    /// Breaks a connection off without an answer.
    pub fn reset(&mut self, id: ConnectionId) {
        if self.machine.connections.remove(&id).is_some() {
            self.machine.answers.push((id, Answered::Reset));
        }
    }
}

/// Looking up names.
impl Sys<'_> {
    /// Asks a name server: the given one, or the first in `/etc/resolv.conf`. The name is taken as it is, without
    /// search domains.
    pub fn lookup_send(&mut self, server: Option<&str>, name: &str, record: RecordType) -> LookupId {
        let id = LookupId(self.machine.next_exchange);
        self.machine.next_exchange += 1;
        let (server, name, pid) = (server.map(str::to_owned), name.to_owned(), self.pid());
        let answer = self.has_no_network().then_some(LookupAnswer::TimedOut);
        if answer.is_none() {
            let in_hosts_network = self.is_in_hosts_network();
            self.machine.outgoing.push(Outgoing::Lookup { id, pid, server, name, record, in_hosts_network });
        }
        self.machine.lookups.insert(id, Lookup { pid, answer });
        id
    }

    pub fn lookup_answer(&mut self, id: LookupId) -> Option<LookupAnswer> {
        if !self.wait_for(Wait::Lookup(id)) {
            return None;
        }
        Some(self.machine.lookups.remove(&id).and_then(|lookup| lookup.answer).unwrap_or(LookupAnswer::TimedOut))
    }
}
