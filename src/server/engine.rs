//! The simulation on a thread of its own, and the only way to it: commands in, answers out.
//!
//! Virtual time follows the wall clock at the chosen speed. At speed 0 it stands still, except that a request lets just
//! as much of it pass as its answer takes, and a client can ask for a step.

use std::collections::BTreeMap;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use podarium_cluster::HttpId;
use podarium_course::Caller;
use podarium_host::{Player, Speed};
use podarium_machine::{HttpEvent, HttpRequest};
use tokio::sync::mpsc::error::TrySendError;

/// How many pieces of an answer may wait for a slow client. Who falls further behind is cut off, as by the real server.
pub const BACKLOG: usize = 1024;
/// The longest that the engine sleeps while time moves.
const TICK: Duration = Duration::from_millis(50);
/// How much virtual time an answer may take while time stands still otherwise.
const PATIENCE: Duration = Duration::from_secs(60);

/// Names an exchange from its first moment, before the simulation has a name for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Exchange(pub u64);

pub enum Command {
    Request { exchange: Exchange, request: Box<HttpRequest>, caller: Caller, answers: tokio::sync::mpsc::Sender<HttpEvent> },
    /// The client says something more, over an exchange that goes both ways.
    Data { exchange: Exchange, bytes: Vec<u8> },
    /// The client is gone, or has what it wanted.
    HangUp(Exchange),
    /// Lets so much virtual time pass at once; the answer is the time on the clock.
    Step { by: Duration, done: tokio::sync::oneshot::Sender<podarium_sim::Time> },
    Stop,
}

struct Open {
    exchange: Exchange,
    answers: tokio::sync::mpsc::Sender<HttpEvent>,
    /// The head of the answer has not come yet.
    waiting: bool,
}

struct Engine {
    player: Player,
    open: BTreeMap<HttpId, Open>,
    ids: BTreeMap<Exchange, HttpId>,
}

/// Starts the thread. It ends when told so, or when nobody can send commands any more; the recording is saved then.
pub fn start(player: Player) -> (Sender<Command>, std::thread::JoinHandle<std::io::Result<()>>) {
    let (sender, commands) = channel();
    let thread = std::thread::spawn(move || Engine { player, open: BTreeMap::new(), ids: BTreeMap::new() }.run(&commands));
    (sender, thread)
}

impl Engine {
    fn run(&mut self, commands: &Receiver<Command>) -> std::io::Result<()> {
        let mut last = Instant::now();
        loop {
            let stands_still = self.player.speed() == Speed::Times(0.0);
            let wait = if stands_still { None } else { Some(self.until_next()) };
            let mut next = match wait {
                None => commands.recv().map_err(|_| RecvTimeoutError::Disconnected),
                Some(wait) => commands.recv_timeout(wait),
            };
            self.player.advance(last.elapsed());
            last = Instant::now();
            loop {
                match next {
                    Ok(Command::Stop) | Err(RecvTimeoutError::Disconnected) => return self.player.save(),
                    Ok(command) => self.take(command)?,
                    Err(RecvTimeoutError::Timeout) => break,
                }
                next = commands.try_recv().map_err(|_| RecvTimeoutError::Timeout);
            }
            if stands_still {
                self.answer_all();
            }
            self.hand_over();
        }
    }

    /// How long on the wall clock nothing happens in the simulation.
    fn until_next(&self) -> Duration {
        let Speed::Times(times) = self.player.speed() else { return Duration::ZERO };
        let now = self.player.now();
        let virtually = self.player.simulation().next_at().map_or(TICK, |at| if at > now { at - now } else { Duration::ZERO });
        virtually.div_f64(times.max(1e-6)).min(TICK)
    }

    fn take(&mut self, command: Command) -> std::io::Result<()> {
        match command {
            Command::Request { exchange, request, caller, answers } => {
                let id = self.player.http(*request, caller)?;
                self.open.insert(id, Open { exchange, answers, waiting: true });
                self.ids.insert(exchange, id);
            }
            Command::Data { exchange, bytes } => {
                if let Some(id) = self.ids.get(&exchange) {
                    self.player.http_data(*id, bytes)?;
                }
            }
            Command::HangUp(exchange) => {
                if let Some(id) = self.ids.remove(&exchange) {
                    self.open.remove(&id);
                    self.player.hang_up(id)?;
                }
            }
            Command::Step { by, done } => {
                self.player.step_by(by);
                // Who asked may be gone; the step is taken all the same.
                let _ = done.send(self.player.now());
            }
            Command::Stop => {}
        }
        Ok(())
    }

    /// Lets virtual time pass until every request has the beginning of its answer.
    fn answer_all(&mut self) {
        let limit = self.player.now() + PATIENCE;
        loop {
            self.hand_over();
            if !self.open.values().any(|open| open.waiting) {
                return;
            }
            match self.player.simulation().next_at() {
                Some(next) if next <= limit => self.player.simulation_mut().advance(next),
                _ => return,
            }
        }
    }

    /// Passes on what has come back. The engine does not wait for anybody: who reads too slowly is cut off.
    fn hand_over(&mut self) {
        for (id, event) in self.player.simulation_mut().world_mut().take_outside_events() {
            let Some(open) = self.open.get_mut(&id) else { continue };
            let last = matches!(event, HttpEvent::Response(_) | HttpEvent::End | HttpEvent::Failed(_));
            open.waiting = false;
            let sent = open.answers.try_send(event);
            let slow = matches!(sent, Err(TrySendError::Full(_)));
            if last || sent.is_err() {
                let exchange = open.exchange;
                self.open.remove(&id);
                self.ids.remove(&exchange);
                if slow {
                    eprintln!("podarium: a client reads too slowly and was cut off");
                }
                if !last && let Err(error) = self.player.hang_up(id) {
                    eprintln!("podarium: the recording could not be written: {error}");
                }
            }
        }
    }
}
