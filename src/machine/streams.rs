//! Connections as streams of bytes, for programs that do not speak HTTP: `nc`, tunnels, databases and their clients.
//!
//! A client opens one with [`HttpRequest::connect`] through [`Process::http_open`]: once the head of the answer has come
//! the connection is there, `http_next` reads from it, `http_write` writes to it, and writing nothing says that no more
//! will come. A server listens with [`Sys::listen_stream`], accepts with [`Sys::accept_stream`], and reads and writes
//! with [`Sys::stream_read`] and [`Sys::stream_write`]. A client that is told the end closes the connection, too.
//!
//! A request that comes whole to a port that takes bytes (`curl` asks `nc -l`) is written on the wire, and what comes back
//! is read as the answer.
//!
//! [`Process::http_open`]: crate::Process::http_open

use std::collections::VecDeque;

use crate::network::{Connection, Listener};
use crate::processes::Wait;
use crate::wire::{self, Read, ResponseReader};
use crate::{Answered, ConnectionId, Errno, HttpRequest, Machine, NetError, Sys};

/// The bytes that have come on a connection and have not been read.
#[derive(Clone, Debug)]
pub(crate) struct Inbox {
    pieces: VecDeque<Vec<u8>>,
    /// Nothing more will come.
    ended: bool,
    /// The client waits for one answer in HTTP.
    answer: Option<ResponseReader>,
    from: String,
    accepted: bool,
    /// The server has said that it sends no more.
    answered: bool,
}

impl Inbox {
    pub fn has_item(&self) -> bool {
        !self.pieces.is_empty() || self.ended
    }
}

/// What the embedder does with them.
impl Machine {
    /// Whether whoever listens on a port takes bytes. `None`: nobody listens.
    pub fn takes_bytes(&self, port: u16) -> Option<bool> {
        self.listeners.get(&port).map(|listener| listener.bytes)
    }

    /// Opens a connection to a port that takes bytes, from this address; `None`: nobody listens there, or only for HTTP.
    pub fn connect(&mut self, port: u16, from: &str) -> Option<ConnectionId> {
        self.connect_with(port, from, None)
    }

    fn connect_with(&mut self, port: u16, from: &str, answer: Option<ResponseReader>) -> Option<ConnectionId> {
        let listener = self.listeners.get_mut(&port).filter(|listener| listener.bytes)?;
        let id = ConnectionId(self.next_exchange);
        self.next_exchange += 1;
        listener.backlog.push_back(id);
        let inbox = Inbox { pieces: VecDeque::new(), ended: false, answer, from: from.to_owned(), accepted: false, answered: false };
        self.connections.insert(id, Connection { pid: listener.pid, request: None, inbox: Some(inbox) });
        Some(id)
    }

    /// Something comes from the client; nothing: no more will come.
    pub fn connection_data(&mut self, id: ConnectionId, bytes: &[u8]) {
        if self.next_datagram(id, bytes) {
            return;
        }
        let Some(inbox) = self.connections.get_mut(&id).and_then(|connection| connection.inbox.as_mut()) else { return };
        match bytes {
            [] => inbox.ended = true,
            bytes => inbox.pieces.push_back(bytes.to_vec()),
        }
    }

    /// A whole request comes to a port that takes bytes.
    pub(crate) fn deliver_as_bytes(&mut self, port: u16, request: &HttpRequest, in_pieces: bool) -> Option<ConnectionId> {
        let tls = request.url.starts_with("https://");
        let reader = ResponseReader::to(request, tls);
        let id = self.connect_with(port, &request.from, Some(if in_pieces { reader.in_pieces() } else { reader }))?;
        self.connection_data(id, &wire::write_request(request, tls));
        Some(id)
    }

    /// What a server has written reaches the client, or the part of it that waits for an answer in HTTP.
    fn answer_bytes(&mut self, id: ConnectionId, bytes: &[u8], ended: bool) {
        let Some(inbox) = self.connections.get_mut(&id).and_then(|connection| connection.inbox.as_mut()) else { return };
        if inbox.answered {
            return;
        }
        inbox.answered = ended;
        let Some(reader) = inbox.answer.as_mut() else {
            if !bytes.is_empty() {
                self.answers.push((id, Answered::Data(bytes.to_vec())));
            }
            if ended {
                self.answers.push((id, Answered::End));
            }
            return;
        };
        reader.push(bytes);
        let answered = loop {
            match reader.read(ended) {
                Read::Partly => return,
                Read::Head { status, headers } => self.answers.push((id, Answered::Head { status, headers })),
                Read::Piece(bytes) => self.answers.push((id, Answered::Data(bytes))),
                Read::End => break Answered::End,
                Read::Response(response) => break Answered::Response(response),
                Read::NotTls => break Answered::Failed(NetError::NotTls),
                Read::NotHttp => break Answered::Failed(NetError::NotHttp),
                Read::Empty => break Answered::Failed(NetError::EmptyReply),
            }
        };
        // The client has what it wanted and closes the connection; the server finds out.
        self.gone(id);
        self.answers.push((id, answered));
    }

    /// The client of a connection is gone.
    pub(crate) fn gone(&mut self, id: ConnectionId) {
        let Some(inbox) = self.connections.get_mut(&id).and_then(|connection| connection.inbox.as_mut()) else { return };
        if inbox.accepted {
            (inbox.ended, inbox.answer) = (true, None);
            self.forsaken.insert(id);
        } else {
            self.connections.remove(&id);
        }
    }

    /// The server of a connection closes it, or has ended.
    pub(crate) fn close_connection(&mut self, id: ConnectionId) {
        if !self.forsaken.remove(&id) {
            self.answer_bytes(id, &[], true);
        }
        self.forsaken.remove(&id);
        self.connections.remove(&id);
    }
}

/// What a server does with them.
impl Sys<'_> {
    /// Takes a port for connections that carry bytes.
    pub fn listen_stream(&mut self, port: u16) -> Result<(), Errno> {
        self.check_own_network()?;
        match self.machine.listeners.get(&port) {
            Some(listener) if listener.pid == self.pid() && listener.bytes => Ok(()),
            Some(_) => Err(Errno::AddressInUse),
            None => {
                let listener = Listener { pid: self.pid(), backlog: VecDeque::new(), bytes: true, tls: Default::default() };
                self.machine.listeners.insert(port, listener);
                Ok(())
            }
        }
    }

    /// The next connection on a port, as soon as there is one, and the address that it comes from.
    pub fn accept_stream(&mut self, port: u16) -> Option<(ConnectionId, String)> {
        if !self.wait_for(Wait::Connection(port)) {
            return None;
        }
        let pid = self.pid();
        let id = self.machine.listeners.get_mut(&port).filter(|listener| listener.bytes)?.backlog.pop_front()?;
        let connection = self.machine.connections.get_mut(&id)?;
        connection.pid = pid;
        let inbox = connection.inbox.as_mut()?;
        inbox.accepted = true;
        Some((id, inbox.from.clone()))
    }

    /// What has come, as soon as something has; nothing: no more will come.
    pub fn stream_read(&mut self, id: ConnectionId) -> Option<Vec<u8>> {
        if !self.wait_for(Wait::Received(id)) {
            return None;
        }
        let inbox = self.machine.connections.get_mut(&id).and_then(|connection| connection.inbox.as_mut());
        Some(inbox.and_then(|inbox| inbox.pieces.pop_front()).unwrap_or_default())
    }

    /// Writes to the client. If it has gone meanwhile, nothing happens.
    pub fn stream_write(&mut self, id: ConnectionId, bytes: &[u8]) {
        if !bytes.is_empty() && !self.machine.forsaken.contains(&id) {
            self.machine.answer_bytes(id, bytes, false);
        }
    }

    /// Says that no more will come, and goes on reading.
    pub fn stream_end(&mut self, id: ConnectionId) {
        if !self.machine.forsaken.contains(&id) {
            self.machine.answer_bytes(id, &[], true);
        }
    }

    pub fn stream_close(&mut self, id: ConnectionId) {
        self.machine.close_connection(id);
    }
}
