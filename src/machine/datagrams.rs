//! Datagrams (UDP): what is sent arrives whole or not at all, and nobody has to accept anything first.
//!
//! A client opens a socket to one address with [`HttpRequest::datagrams`] through [`Process::http_open`], which asks nobody:
//! then each `http_write` sends a datagram and each item that `http_next` gives is one; it fails with *refused* when the
//! other host has said that nobody listens there. A server takes a port with [`Sys::listen_datagrams`], and has what
//! comes with [`Sys::receive`], whose number for the client is where [`Sys::reply`] sends to.
//!
//! [`HttpRequest::datagrams`]: crate::HttpRequest::datagrams
//! [`Process::http_open`]: crate::Process::http_open
//!
//! Simplified: a client's socket is connected to one address, and a server sends only to those from whom it has heard.

use std::collections::{BTreeMap, VecDeque};

use crate::processes::Wait;
use crate::{Answered, ConnectionId, Errno, Machine, Pid, Sys};

/// A port that takes datagrams.
#[derive(Clone, Debug)]
pub(crate) struct DatagramPort {
    pub pid: Pid,
    queue: VecDeque<(ConnectionId, Vec<u8>)>,
    /// Whom it has heard of, with their addresses.
    peers: BTreeMap<ConnectionId, String>,
    /// The only one whom it listens to.
    only: Option<ConnectionId>,
}

impl DatagramPort {
    pub fn has_item(&self) -> bool {
        !self.queue.is_empty()
    }
}

/// What the embedder does with them.
impl Machine {
    /// Whether a process takes datagrams on a port.
    pub fn takes_datagrams(&self, port: u16) -> bool {
        self.datagram_ports.contains_key(&port)
    }

    /// The ports on which processes take datagrams, in order, and who does.
    pub fn datagram_listeners(&self) -> Vec<(u16, Pid)> {
        self.datagram_ports.iter().map(|(port, it)| (*port, it.pid)).collect()
    }

    /// The first datagram of a client with this address; the number is where more of it go with
    /// [`Machine::connection_data`]. `None`: nobody listens to it.
    pub fn datagram(&mut self, port: u16, from: &str, bytes: &[u8]) -> Option<ConnectionId> {
        let it = self.datagram_ports.get_mut(&port).filter(|it| it.only.is_none())?;
        let id = ConnectionId(self.next_exchange);
        self.next_exchange += 1;
        it.peers.insert(id, from.to_owned());
        it.queue.push_back((id, bytes.to_vec()));
        Some(id)
    }

    /// Another one of a client that is known. Whether it is one of those who send datagrams.
    pub(crate) fn next_datagram(&mut self, id: ConnectionId, bytes: &[u8]) -> bool {
        let Some(it) = self.datagram_ports.values_mut().find(|it| it.peers.contains_key(&id)) else { return false };
        if it.only.is_none_or(|only| only == id) {
            it.queue.push_back((id, bytes.to_vec()));
        }
        true
    }

    /// A client has closed its socket.
    pub(crate) fn forget_datagram_peer(&mut self, id: ConnectionId) {
        for it in self.datagram_ports.values_mut() {
            // What it has sent is still read; an answer then goes nowhere.
            if !it.queue.iter().any(|(of, _)| *of == id) {
                it.peers.remove(&id);
            }
        }
    }

    /// A process has ended: nobody listens on its ports any more.
    pub(crate) fn close_datagram_ports(&mut self, pid: Pid) {
        let ports: Vec<u16> = self.datagram_ports.iter().filter(|(_, it)| it.pid == pid).map(|(port, _)| *port).collect();
        for port in ports {
            self.close_datagram_port(port);
        }
    }

    fn close_datagram_port(&mut self, port: u16) {
        if let Some(it) = self.datagram_ports.remove(&port) {
            self.answers.extend(it.peers.into_keys().map(|id| (id, Answered::End)));
        }
    }
}

/// What a server does with them.
impl Sys<'_> {
    /// Takes a port for datagrams, until the process ends.
    pub fn listen_datagrams(&mut self, port: u16) -> Result<(), Errno> {
        self.check_own_network()?;
        match self.machine.datagram_ports.get(&port) {
            Some(it) if it.pid == self.pid() => Ok(()),
            Some(_) => Err(Errno::AddressInUse),
            None => {
                let it = DatagramPort { pid: self.pid(), queue: VecDeque::new(), peers: BTreeMap::new(), only: None };
                self.machine.datagram_ports.insert(port, it);
                Ok(())
            }
        }
    }

    /// The next datagram on a port, as soon as there is one: whose, from which address, and what.
    pub fn receive(&mut self, port: u16) -> Option<(ConnectionId, String, Vec<u8>)> {
        if !self.wait_for(Wait::Datagram(port)) {
            return None;
        }
        let it = self.machine.datagram_ports.get_mut(&port)?;
        let (id, bytes) = it.queue.pop_front()?;
        let from = it.peers.get(&id).cloned().unwrap_or_default();
        Some((id, from, bytes))
    }

    /// Listens to this client alone from now on (`connect` on the socket).
    pub fn receive_only_from(&mut self, port: u16, client: ConnectionId) {
        if let Some(it) = self.machine.datagram_ports.get_mut(&port) {
            it.only = Some(client);
            it.queue.retain(|(of, _)| *of == client);
        }
    }

    /// Sends a client a datagram.
    pub fn reply(&mut self, client: ConnectionId, bytes: &[u8]) {
        self.machine.answers.push((client, Answered::Data(bytes.to_vec())));
    }
}
