//! Servers whose clients keep a connection and speak a language of their own, and the clients' side of it.
//!
//! Models: nothing of Kubernetes.
//! Simplified: nothing.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::time::Duration;

use podarium_machine::{ConnectionId, ExchangeId, HttpRequest, NetError, Process, Program, Signal, StreamItem, Suspend, Sys, Turn};
use podarium_sim::Time;

/// A server that listens to what its clients say.
pub(super) trait Conversation: Clone + Send + Sync + 'static {
    fn start(sys: &mut Sys<'_>) -> Result<Self, i32>;

    fn port(&self) -> u16;

    /// Does the next part of its start. `Some`: there is more to do after so long; `None`: it is ready to listen.
    fn prepare(&mut self, sys: &mut Sys<'_>, step: u32) -> Result<Option<Duration>, i32>;

    /// What it says to whoever connects.
    fn greet(&mut self, _sys: &mut Sys<'_>, _id: ConnectionId, _from: &str) -> Vec<u8> {
        Vec::new()
    }

    /// Takes what it understands out of what has come from a client. `Err`: the last words before it hangs up.
    fn hear(&mut self, sys: &mut Sys<'_>, id: ConnectionId, heard: &mut Vec<u8>) -> Result<Vec<u8>, Vec<u8>>;

    /// A client is gone.
    fn left(&mut self, _id: ConnectionId) {}

    /// A signal to stop; the code with which it ends.
    fn stop(&mut self, sys: &mut Sys<'_>, signal: Signal) -> Option<i32>;

    /// When it has something to do by itself; it is asked again then.
    fn wakes(&mut self, _sys: &mut Sys<'_>) -> Option<Time> {
        None
    }

    /// It has been asked by a client to end, with this code.
    fn ends(&self) -> Option<i32> {
        None
    }
}

/// Runs a [`Conversation`].
#[derive(Clone)]
pub(super) struct Talker<C> {
    server: Option<C>,
    signals: Vec<Signal>,
    /// The next step of the start, and when it is due; `None` once it listens.
    starting: Option<(u32, Time)>,
    clients: BTreeMap<ConnectionId, Vec<u8>>,
}

impl<C: Conversation> Talker<C> {
    pub fn program() -> Box<dyn Program> {
        Box::new(Talker::<C> { server: None, signals: Vec::new(), starting: Some((0, Time::ZERO)), clients: BTreeMap::new() })
    }

    fn talk(&mut self, sys: &mut Sys<'_>, server: &mut C) {
        while let Some((id, from)) = sys.accept_stream(server.port()) {
            let greeting = server.greet(sys, id, &from);
            sys.stream_write(id, &greeting);
            self.clients.insert(id, Vec::new());
        }
        for id in self.clients.keys().copied().collect::<Vec<_>>() {
            while let Some(bytes) = sys.stream_read(id) {
                let Some(heard) = self.clients.get_mut(&id) else { break };
                if bytes.is_empty() {
                    self.clients.remove(&id);
                    server.left(id);
                    sys.stream_close(id);
                    break;
                }
                heard.extend(bytes);
                match server.hear(sys, id, heard) {
                    Ok(answer) => sys.stream_write(id, &answer),
                    Err(last) => {
                        sys.stream_write(id, &last);
                        self.clients.remove(&id);
                        server.left(id);
                        sys.stream_close(id);
                        break;
                    }
                }
            }
        }
    }
}

impl<C: Conversation> Program for Talker<C> {
    fn resume(&mut self, sys: &mut Sys<'_>) -> Turn {
        let mut server = match self.server.take().map_or_else(|| C::start(sys), Ok) {
            Ok(server) => server,
            Err(code) => return Turn::Exit(code),
        };
        for signal in std::mem::take(&mut self.signals) {
            if let Some(code) = server.stop(sys, signal) {
                return Turn::Exit(code);
            }
        }
        while let Some((step, at)) = self.starting {
            if sys.sleep_until(at).is_none() {
                self.server = Some(server);
                return Turn::Wait;
            }
            match server.prepare(sys, step) {
                Err(code) => return Turn::Exit(code),
                Ok(Some(wait)) => self.starting = Some((step + 1, sys.now() + wait)),
                Ok(None) => {
                    if sys.listen_stream(server.port()).is_err() {
                        return Turn::Exit(1);
                    }
                    self.starting = None;
                }
            }
        }
        self.talk(sys, &mut server);
        let code = server.ends();
        if let Some(at) = server.wakes(sys) {
            let _ = sys.sleep_until(at);
        }
        self.server = Some(server);
        code.map_or(Turn::Wait, Turn::Exit)
    }

    fn signal(&mut self, signal: Signal) -> bool {
        let stops = matches!(signal, Signal::Terminate | Signal::Interrupt | Signal::Quit);
        if stops {
            self.signals.push(signal);
        }
        stops
    }

    fn clone_box(&self) -> Box<dyn Program> {
        Box::new(self.clone())
    }
}

/// A client's connection: opens it and waits until it is there.
pub(super) fn open(process: &mut Process<'_>, host: &str, port: u16) -> Result<Result<ExchangeId, NetError>, Suspend> {
    let mut request = HttpRequest::connect(host, port);
    request.timeout = Some(Duration::from_secs(30));
    Ok(process.http_open(request)?.map(|stream| stream.id))
}

/// What the server says until `done` finds an end in it: the length of what belongs together. `None`: it hung up.
pub(super) fn listen(process: &mut Process<'_>, stream: ExchangeId, done: fn(&[u8]) -> Option<usize>) -> Result<Option<Vec<u8>>, Suspend> {
    process.repeat(Vec::new(), |process, heard: &mut Vec<u8>| {
        if let Some(length) = done(heard) {
            return Ok(ControlFlow::Break(Some(heard[..length].to_vec())));
        }
        Ok(match process.http_next(stream, None)? {
            StreamItem::Chunk(bytes) => {
                heard.extend(bytes);
                ControlFlow::Continue(())
            }
            _ => ControlFlow::Break(None),
        })
    })
}

/// The end of a line.
pub(super) fn line(heard: &[u8]) -> Option<usize> {
    heard.iter().position(|byte| *byte == b'\n').map(|at| at + 1)
}

/// Asks a question of one line that is answered by one line.
pub(super) fn ask(process: &mut Process<'_>, stream: ExchangeId, question: &str) -> Result<Option<String>, Suspend> {
    process.http_write(stream, format!("{question}\n").as_bytes())?;
    let answer = listen(process, stream, line)?;
    Ok(answer.map(|bytes| String::from_utf8_lossy(&bytes).trim_end().to_owned()))
}
