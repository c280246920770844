//! Running: which process has a turn, what it waits for, and how it ends.

use std::time::Duration;

use podarium_sim::Time;

use crate::datagrams::DatagramPort;
use crate::http::Exchange;
use crate::pipes::{Handle, Target};
use crate::processes::{Entry, Wait};
use crate::streams::Inbox;
use crate::terminal::Terminal;
use crate::{ExchangeId, ExitStatus, Machine, Pid, Signal, Sys, Turn};

/// How many system calls a process may make at one moment before it has to let a little time pass: as many as take
/// [`PAUSE`].
pub(crate) const CALLS_AT_ONCE: u32 = 2_000;
/// How long a process pauses that has made very many calls without any time passing. Real programs take time to
/// compute; this keeps an endless loop from stopping the clock, and makes it a CPU that is fully used.
const PAUSE: Duration = Duration::from_millis(10);
/// The CPU time of one call.
pub(crate) const TIME_OF_CALL: Duration = Duration::from_micros(5);

impl Machine {
    /// Sets the clock and runs every process that can run until all wait.
    pub fn run(&mut self, now: Time) {
        self.now = self.now.max(now);
        loop {
            let mut ran = false;
            for pid in self.processes.keys().copied().collect::<Vec<_>>() {
                self.deliver_signals(pid);
                if self.is_runnable(pid) {
                    self.resume(pid);
                    self.enforce_memory_limit();
                    ran = true;
                }
            }
            if !ran {
                return;
            }
        }
    }

    /// When the machine has something to do next by itself: now, if a process can run; later, if one sleeps; `None`,
    /// if it waits for input, for HTTP answers, or for nothing.
    pub fn next_wake(&self) -> Option<Time> {
        let alive = || self.processes.values().filter(|entry| entry.exit.is_none() && !entry.stopped);
        let is_signalled = |entry: &Entry| entry.exit.is_none() && !entry.pending.is_empty();
        if self.processes.values().any(is_signalled) || self.processes.keys().any(|pid| self.is_runnable(*pid)) {
            return Some(self.now);
        }
        alive().flat_map(|entry| &entry.waits).filter_map(|wait| match wait {
            Wait::Until(time) => Some(*time),
            _ => None,
        }).min()
    }

    fn is_runnable(&self, pid: Pid) -> bool {
        self.processes.get(&pid).is_some_and(|entry| {
            entry.exit.is_none() && !entry.stopped && (entry.runnable || entry.waits.iter().any(|wait| self.is_over(*wait)))
        })
    }

    /// Whether what a process waits for has happened.
    pub(crate) fn is_over(&self, wait: Wait) -> bool {
        match wait {
            Wait::Until(time) => time <= self.now,
            Wait::Child(pid) => self.processes.get(&pid).is_none_or(|entry| entry.exit.is_some()),
            Wait::Head(id) => self.exchanges.get(&id).is_none_or(|it| it.head.is_some() || it.failed.is_some()),
            Wait::Item(id) => self.exchanges.get(&id).is_none_or(Exchange::has_item),
            Wait::Lookup(id) => self.lookups.get(&id).is_none_or(|lookup| lookup.answer.is_some()),
            Wait::Connection(port) => self.listeners.get(&port).is_none_or(|listener| !listener.backlog.is_empty()),
            Wait::Datagram(port) => self.datagram_ports.get(&port).is_none_or(DatagramPort::has_item),
            Wait::Received(id) => self.connections.get(&id).and_then(|it| it.inbox.as_ref()).is_none_or(Inbox::has_item),
            Wait::Whole(id) => self.exchanges.get(&id).is_none_or(|it| it.ended || it.failed.is_some()),
            Wait::Readable(handle) | Wait::Line(handle) | Wait::Writable(handle) => {
                let Some(description) = self.descriptions.get(&handle) else { return true };
                match (&description.target, wait) {
                    (Target::PipeReader(pipe), Wait::Line(_)) => self.pipes[pipe].has_line(),
                    (Target::PipeReader(pipe), _) => self.pipes[pipe].is_readable(),
                    (Target::PipeWriter(pipe), _) => self.pipes[pipe].is_writable(),
                    (Target::Socket(id), Wait::Line(_)) => self.exchanges.get(id).is_none_or(Exchange::has_line),
                    (Target::Socket(id), Wait::Readable(_)) => self.exchanges.get(id).is_none_or(Exchange::has_item),
                    (Target::Terminal(tty), Wait::Line(_)) => self.terminals.get(tty).is_none_or(Terminal::has_line),
                    (Target::Terminal(tty), Wait::Readable(_)) => self.terminals.get(tty).is_none_or(Terminal::is_readable),
                    _ => true,
                }
            }
        }
    }

    fn deliver_signals(&mut self, pid: Pid) {
        let Some(entry) = self.processes.get_mut(&pid) else { return };
        for signal in std::mem::take(&mut entry.pending) {
            let Some(entry) = self.processes.get_mut(&pid).filter(|entry| entry.exit.is_none()) else { return };
            if signal == Signal::Interrupt && entry.ignores_interrupt {
                continue;
            }
            entry.stopped &= signal != Signal::Continue;
            let program = entry.program.as_mut().expect("signals are delivered between turns");
            let always_ends = matches!(signal, Signal::Kill | Signal::Pipe);
            if signal == Signal::Stop {
                entry.stopped = pid != Pid(1);
            } else if !always_ends && program.signal(signal) {
                entry.runnable = true;
            } else if signal.stops() {
                entry.stopped = pid != Pid(1);
            } else if signal == Signal::Continue || signal.is_ignored_by_default() {
                // Nothing else happens.
            } else if always_ends || pid != Pid(1) {
                self.end_process(pid, ExitStatus::killed(signal));
            }
        }
    }

    fn resume(&mut self, pid: Pid) {
        let now = self.now;
        let Some(entry) = self.processes.get_mut(&pid) else { return };
        entry.runnable = false;
        entry.waits.clear();
        entry.idle = None;
        if entry.calls_at != now {
            (entry.calls_left, entry.calls_at) = (CALLS_AT_ONCE, now);
        }
        let mut program = entry.program.take().expect("a process that is not running has its program");
        let turn = program.resume(&mut Sys::new(self, pid));
        let entry = self.processes.get_mut(&pid).expect("a process does not vanish in its own turn");
        match turn {
            Turn::Wait => entry.program = Some(program),
            Turn::Become(next) => {
                entry.program = Some(next);
                entry.runnable = true;
            }
            Turn::Exit(code) => {
                entry.program = Some(program);
                self.end_process(pid, ExitStatus::exited(code));
            }
        }
    }

    fn end_process(&mut self, pid: Pid, exit: ExitStatus) {
        let Some(entry) = self.processes.get_mut(&pid) else { return };
        entry.exit = Some(exit);
        entry.waits.clear();
        let handles: Vec<Handle> = std::mem::take(&mut entry.fds).into_values().collect();
        let (parent, of_embedder) = (entry.parent, entry.of_embedder);
        self.cpu_of_ended += std::mem::take(&mut entry.cpu);
        handles.into_iter().for_each(|handle| self.release(handle));
        let open: Vec<ExchangeId> = self.exchanges.iter().filter(|(_, it)| it.pid == pid).map(|(id, _)| *id).collect();
        open.into_iter().for_each(|id| self.close_exchange(id));
        self.lookups.retain(|_, lookup| lookup.pid != pid);
        self.reset_connections(pid);
        let orphan = parent.is_none_or(|parent| !self.is_running(parent));
        if orphan && !of_embedder {
            self.processes.remove(&pid);
        }
        // Nobody will wait for the children of a process that has ended.
        self.processes.retain(|_, child| child.parent != Some(pid) || child.exit.is_none());
        for child in self.processes.values_mut().filter(|child| child.parent == Some(pid)) {
            child.parent = None;
        }
        if pid == Pid(1) {
            for other in self.processes.values_mut().filter(|other| other.exit.is_none()) {
                other.pending.push(Signal::Kill);
            }
        }
    }

    /// How long computing takes that needs this much CPU, under the quota.
    pub(crate) fn stretched(&self, cpu: Duration) -> Duration {
        match self.hardware.cpu_limit_millis {
            Some(millis) if millis < 1000 => cpu * 1000 / millis.max(1),
            _ => cpu,
        }
    }

    /// How long a process pauses that has used up its calls.
    pub(crate) fn pause(&self) -> Duration {
        self.stretched(PAUSE)
    }

    /// The kernel kills everything when the processes hold more memory than there is for them.
    fn enforce_memory_limit(&mut self) {
        if self.hardware.memory_limit_bytes.is_some_and(|limit| self.memory_bytes() > limit) {
            self.ran_out_of_memory = true;
            for pid in self.processes.keys().copied().collect::<Vec<_>>() {
                if self.is_running(pid) {
                    self.end_process(pid, ExitStatus::killed(Signal::Kill));
                }
            }
        }
    }
}
