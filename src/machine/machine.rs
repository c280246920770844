//! The computer as its embedder holds it.
//!
//! ```
//! use std::collections::BTreeMap;
//! use podarium_machine::{Machine, Stdio};
//! use podarium_sim::{Stream, Time};
//!
//! let mut machine = Machine::new("workstation", Stream::new(1, "workstation"));
//! podarium_machine::install_everyday_programs(&mut machine);
//! let tty = machine.open_channel();
//! let pid = machine
//!     .spawn(&["bash", "-c", "echo one; sleep 60; echo two"], BTreeMap::new(), "/", Stdio::all(tty))
//!     .unwrap();
//! machine.run(Time::ZERO);
//! assert_eq!(machine.take_output(tty), b"one\n");
//! let wake = machine.next_wake().unwrap();
//! machine.run(wake);
//! assert_eq!((wake, machine.take_output(tty)), (Time::from_secs(60), b"two\n".to_vec()));
//! assert_eq!(machine.take_exit(pid).unwrap().code, 0);
//! ```

use std::collections::BTreeMap;
use std::sync::Arc;

use podarium_sim::{Stream, Time};

use crate::files::FileSystem;
use crate::http::Exchange;
use crate::pipes::{Description, Handle, Pipe, Target};
use crate::terminal::{Input, Terminal};
use crate::{Errno, ExchangeId, ExitStatus, HttpEvent, Main, Outgoing, Pid, Program, Replay, Signal, Sys, Turn, TtyId};

/// The wall clock at virtual time zero: 1 January 2026, 08:00 UTC.
const DEFAULT_EPOCH_NANOS: i64 = 1_767_254_400_000_000_000;
/// How many system calls a process may make at one moment before it has to let a little time pass.
const CALLS_AT_ONCE: u32 = 2_000;
/// What the keys send.
pub const CTRL_C: u8 = 3;
pub const CTRL_D: u8 = 4;
/// What an installed program's file begins with; the program's name follows.
const EXECUTABLE: &str = "\u{7f}ELF simulated program ";

#[derive(Clone)]
pub struct Machine {
    pub(crate) hostname: String,
    pub(crate) now: Time,
    epoch_nanos: i64,
    pub(crate) random: Stream,
    /// The disk. The embedder may read and change it at any time.
    pub files: FileSystem,
    programs: Arc<BTreeMap<String, Installed>>,
    pub(crate) processes: BTreeMap<Pid, Entry>,
    next_pid: u32,
    pub(crate) descriptions: BTreeMap<Handle, Description>,
    pub(crate) next_handle: u64,
    pub(crate) pipes: BTreeMap<u64, Pipe>,
    pub(crate) terminals: BTreeMap<TtyId, Terminal>,
    pub(crate) exchanges: BTreeMap<ExchangeId, Exchange>,
    pub(crate) next_exchange: u64,
    pub(crate) outgoing: Vec<Outgoing>,
}

#[derive(Clone, Copy)]
enum Installed {
    Main(Main),
    Program(fn() -> Box<dyn Program>),
}

/// One process.
#[derive(Clone)]
pub(crate) struct Entry {
    pub parent: Option<Pid>,
    pub group: Pid,
    pub args: Arc<Vec<String>>,
    pub env: Arc<BTreeMap<String, String>>,
    pub cwd: String,
    pub fds: BTreeMap<u32, Handle>,
    /// Absent only while it runs.
    pub program: Option<Box<dyn Program>>,
    pub waits: Vec<Wait>,
    pub runnable: bool,
    pub pending: Vec<Signal>,
    pub ignores_interrupt: bool,
    pub exit: Option<ExitStatus>,
    /// The embedder started it and will ask how it ended.
    pub of_embedder: bool,
    /// A shell that waits for a command line: the status of the last one.
    pub idle: Option<i32>,
    pub calls_left: u32,
    pub calls_at: Time,
}

/// What a process waits for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Wait {
    Readable(Handle),
    Line(Handle),
    Writable(Handle),
    Until(Time),
    Child(Pid),
    Head(ExchangeId),
    Item(ExchangeId),
    Whole(ExchangeId),
}

/// Where one of a process's first three descriptors leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Endpoint {
    Null,
    Tty(TtyId),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stdio {
    pub stdin: Endpoint,
    pub stdout: Endpoint,
    pub stderr: Endpoint,
}

impl Stdio {
    /// All three on one terminal or channel.
    pub fn all(tty: TtyId) -> Self {
        Stdio { stdin: Endpoint::Tty(tty), stdout: Endpoint::Tty(tty), stderr: Endpoint::Tty(tty) }
    }
}

/// Setting up.
impl Machine {
    /// An empty computer: a few directories and devices, no programs.
    pub fn new(hostname: &str, random: Stream) -> Self {
        let mut machine = Machine {
            hostname: hostname.to_owned(),
            now: Time::ZERO,
            epoch_nanos: DEFAULT_EPOCH_NANOS,
            random,
            files: FileSystem::default(),
            programs: Arc::default(),
            processes: BTreeMap::new(),
            next_pid: 1,
            descriptions: BTreeMap::new(),
            next_handle: 0,
            pipes: BTreeMap::new(),
            terminals: BTreeMap::new(),
            exchanges: BTreeMap::new(),
            next_exchange: 0,
            outgoing: Vec::new(),
        };
        let name = format!("{hostname}\n");
        machine.files.write("/etc/hostname", name, 0o644, Time::ZERO).expect("/etc is there");
        machine
    }

    /// Gives a copy of a machine a name and a random stream of its own.
    pub fn set_identity(&mut self, hostname: &str, random: Stream) {
        hostname.clone_into(&mut self.hostname);
        self.random = random;
        self.files.write("/etc/hostname", format!("{hostname}\n"), 0o644, Time::ZERO).expect("/etc is there");
    }

    /// Sets the wall clock: nanoseconds from 1970 to virtual time zero.
    pub fn set_epoch(&mut self, unix_nanos: i64) {
        self.epoch_nanos = unix_nanos;
    }

    pub fn unix_nanos(&self) -> i64 {
        self.epoch_nanos + i64::try_from(self.now.as_nanos()).unwrap_or(i64::MAX)
    }

    pub fn now(&self) -> Time {
        self.now
    }

    pub fn hostname(&self) -> &str {
        &self.hostname
    }

    /// Sets the number of the next process. The first one of a machine is 1, `init`, which signals do not end and whose
    /// end ends all others; a workstation starts higher.
    pub fn set_next_pid(&mut self, pid: u32) {
        self.next_pid = pid;
    }

    /// Installs a sequential program as `/usr/bin/NAME`.
    pub fn install(&mut self, name: &str, main: Main) {
        self.install_file(name, Installed::Main(main));
    }

    /// Installs a program that is an explicit state machine.
    pub fn install_program(&mut self, name: &str, make: fn() -> Box<dyn Program>) {
        self.install_file(name, Installed::Program(make));
    }

    fn install_file(&mut self, name: &str, installed: Installed) {
        let path = format!("/usr/bin/{name}");
        let bytes = format!("{EXECUTABLE}{name}\n");
        self.files.write(&path, bytes, 0o755, Time::ZERO).expect("/usr/bin is there and holds only programs");
        Arc::make_mut(&mut self.programs).insert(name.to_owned(), installed);
    }

    /// The program whose file holds these bytes, if it is one.
    pub(crate) fn program_of(&self, bytes: &[u8]) -> Option<Box<dyn Program>> {
        let name = bytes.strip_prefix(EXECUTABLE.as_bytes())?.strip_suffix(b"\n")?;
        Some(match self.programs.get(std::str::from_utf8(name).ok()?)? {
            Installed::Main(main) => Box::new(Replay::new(*main)),
            Installed::Program(make) => make(),
        })
    }
}

/// Terminals and HTTP: the machine's outside.
impl Machine {
    pub fn open_terminal(&mut self, columns: usize) -> TtyId {
        self.add_terminal(Terminal::new(true, columns))
    }

    /// A way in and out that programs do not take for a terminal.
    pub fn open_channel(&mut self) -> TtyId {
        self.add_terminal(Terminal::new(false, 80))
    }

    fn add_terminal(&mut self, terminal: Terminal) -> TtyId {
        let id = TtyId(self.terminals.last_key_value().map_or(0, |(last, _)| last.0 + 1));
        self.terminals.insert(id, terminal);
        id
    }

    pub fn resize(&mut self, tty: TtyId, columns: usize) {
        self.terminal(tty).columns = columns;
    }

    /// Makes a terminal of a channel or the other way round, for programs that are started from now on.
    pub fn set_is_tty(&mut self, tty: TtyId, is_tty: bool) {
        let terminal = self.terminal(tty);
        (terminal.is_tty, terminal.echoes) = (is_tty, is_tty);
    }

    /// Whether it is a terminal and no channel.
    pub fn is_tty(&self, tty: TtyId) -> bool {
        self.terminals.get(&tty).is_some_and(|terminal| terminal.is_tty)
    }

    /// Puts a process group in front, where Ctrl-C reaches it.
    pub fn set_foreground(&mut self, tty: TtyId, group: Pid) {
        self.terminal(tty).foreground = Some(group);
    }

    /// Whether what is typed appears in the output. A keyboard that shows it by itself wants this off.
    pub fn set_echo(&mut self, tty: TtyId, echoes: bool) {
        self.terminal(tty).echoes = echoes;
    }

    /// Whether a program in front waits for somebody to type, and nothing that was typed is left. A shell that has not
    /// run since something was typed does not count as waiting.
    pub fn wants_input(&self, tty: TtyId) -> bool {
        let terminal = &self.terminals[&tty];
        let in_front = |entry: &&Entry| entry.exit.is_none() && !entry.runnable && Some(entry.group) == terminal.foreground;
        let reads = |wait: &Wait| match wait {
            Wait::Readable(handle) | Wait::Line(handle) => {
                matches!(self.descriptions.get(handle), Some(Description { target: Target::Terminal(of), .. }) if *of == tty)
            }
            _ => false,
        };
        !terminal.is_readable() && self.processes.values().filter(in_front).any(|entry| entry.waits.iter().any(reads))
    }

    /// What has been written since the last call.
    pub fn take_output(&mut self, tty: TtyId) -> Vec<u8> {
        std::mem::take(&mut self.terminal(tty).output)
    }

    /// A line typed on a terminal (and echoed by it), or sent into a channel. The newline is added.
    pub fn type_line(&mut self, tty: TtyId, line: &str) {
        self.type_bytes(tty, format!("{line}\n").as_bytes());
    }

    pub fn type_bytes(&mut self, tty: TtyId, bytes: &[u8]) {
        self.terminal(tty).type_bytes(bytes);
    }

    /// Ctrl-D on a terminal; the end of a channel's input.
    pub fn end_input(&mut self, tty: TtyId) {
        let terminal = self.terminal(tty);
        match terminal.raw {
            true => terminal.type_bytes(&[CTRL_D]),
            false => terminal.input.push_back(Input::End),
        }
    }

    /// Ctrl-C: SIGINT to the terminal's foreground group. What was typed ahead is dropped.
    pub fn interrupt(&mut self, tty: TtyId) {
        let terminal = self.terminal(tty);
        if terminal.raw {
            return terminal.type_bytes(&[CTRL_C]);
        }
        terminal.input.clear();
        terminal.output.extend(b"^C\n");
        let Some(group) = terminal.foreground else { return };
        for entry in self.processes.values_mut().filter(|entry| entry.group == group && entry.exit.is_none()) {
            entry.pending.push(Signal::Interrupt);
        }
    }

    pub(crate) fn terminal(&mut self, tty: TtyId) -> &mut Terminal {
        self.terminals.get_mut(&tty).expect("a terminal that was opened")
    }

    /// Requests that programs have sent, and closed exchanges, in order.
    pub fn take_outgoing(&mut self) -> Vec<Outgoing> {
        std::mem::take(&mut self.outgoing)
    }

    /// Gives a program a piece of its answer. An exchange that the program has closed takes nothing any more.
    pub fn http_reply(&mut self, id: ExchangeId, event: HttpEvent) {
        if let Some(exchange) = self.exchanges.get_mut(&id) {
            exchange.take_event(event);
        }
    }
}

/// Processes.
impl Machine {
    /// Starts a process from outside. `Err(Errno::NoEntry)` when `PATH` has no such command.
    pub fn spawn(
        &mut self,
        argv: &[impl AsRef<str>],
        env: BTreeMap<String, String>,
        cwd: &str,
        stdio: Stdio,
    ) -> Result<Pid, Errno> {
        let argv: Vec<String> = argv.iter().map(|word| word.as_ref().to_owned()).collect();
        let (program, argv) = self.load(&argv, &env, cwd)?;
        Ok(self.spawn_program(program, argv, env, cwd, stdio))
    }

    /// Starts a process that runs a program which is no file.
    pub fn spawn_program(
        &mut self,
        program: Box<dyn Program>,
        argv: Vec<String>,
        env: BTreeMap<String, String>,
        cwd: &str,
        stdio: Stdio,
    ) -> Pid {
        let mut fds = BTreeMap::new();
        for (fd, endpoint) in [(0, stdio.stdin), (1, stdio.stdout), (2, stdio.stderr)] {
            let target = match endpoint {
                Endpoint::Null => Target::Null,
                Endpoint::Tty(tty) => Target::Terminal(tty),
            };
            fds.insert(fd, self.add_description(target));
        }
        let pid = self.add_process(None, None, program, Arc::new(argv), Arc::new(env), cwd.to_owned(), fds);
        self.processes.get_mut(&pid).expect("it was just added").of_embedder = true;
        if let Endpoint::Tty(tty) = stdio.stdin {
            self.terminal(tty).foreground.get_or_insert(pid);
        }
        pid
    }

    pub(crate) fn add_process(
        &mut self,
        parent: Option<Pid>,
        group: Option<Pid>,
        program: Box<dyn Program>,
        args: Arc<Vec<String>>,
        env: Arc<BTreeMap<String, String>>,
        cwd: String,
        fds: BTreeMap<u32, Handle>,
    ) -> Pid {
        let pid = Pid(self.next_pid);
        self.next_pid += 1;
        let entry = Entry {
            parent,
            group: group.unwrap_or(pid),
            args,
            env,
            cwd,
            fds,
            program: Some(program),
            waits: Vec::new(),
            runnable: true,
            pending: Vec::new(),
            ignores_interrupt: false,
            exit: None,
            of_embedder: false,
            idle: None,
            calls_left: CALLS_AT_ONCE,
            calls_at: self.now,
        };
        self.processes.insert(pid, entry);
        pid
    }

    /// Sends a signal. It is delivered when the machine runs next.
    pub fn kill(&mut self, pid: Pid, signal: Signal) -> Result<(), Errno> {
        match self.processes.get_mut(&pid) {
            Some(entry) if entry.exit.is_none() => entry.pending.push(signal),
            // A process that has ended and was not waited for yet can still be signalled, to no effect.
            Some(_) => {}
            None => return Err(Errno::NoProcess),
        }
        Ok(())
    }

    /// How a process that the embedder started ended. Asking takes the answer: the second time there is none.
    pub fn take_exit(&mut self, pid: Pid) -> Option<ExitStatus> {
        let exit = self.processes.get(&pid)?.exit?;
        self.processes.remove(&pid);
        Some(exit)
    }

    pub fn is_running(&self, pid: Pid) -> bool {
        self.processes.get(&pid).is_some_and(|entry| entry.exit.is_none())
    }

    /// The status of the last command line, if the process is a shell that waits for the next one. Typing sets this
    /// back only when the machine runs.
    pub fn idle_status(&self, pid: Pid) -> Option<i32> {
        self.processes.get(&pid).and_then(|entry| entry.idle)
    }

    /// The processes that have not ended, with their command lines.
    pub fn process_list(&self) -> Vec<(Pid, Vec<String>)> {
        let running = self.processes.iter().filter(|(_, entry)| entry.exit.is_none());
        running.map(|(pid, entry)| (*pid, entry.args.as_ref().clone())).collect()
    }

    /// The group that Ctrl-C on this terminal reaches, and with it the answer to "who is in front?".
    pub fn foreground(&self, tty: TtyId) -> Option<Pid> {
        self.terminals.get(&tty).and_then(|terminal| terminal.foreground)
    }
}

/// Running.
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
        let alive = || self.processes.values().filter(|entry| entry.exit.is_none());
        if alive().any(|entry| !entry.pending.is_empty()) || self.processes.keys().any(|pid| self.is_runnable(*pid)) {
            return Some(self.now);
        }
        alive().flat_map(|entry| &entry.waits).filter_map(|wait| match wait {
            Wait::Until(time) => Some(*time),
            _ => None,
        }).min()
    }

    fn is_runnable(&self, pid: Pid) -> bool {
        self.processes.get(&pid).is_some_and(|entry| {
            entry.exit.is_none() && (entry.runnable || entry.waits.iter().any(|wait| self.is_over(*wait)))
        })
    }

    /// Whether what a process waits for has happened.
    pub(crate) fn is_over(&self, wait: Wait) -> bool {
        match wait {
            Wait::Until(time) => time <= self.now,
            Wait::Child(pid) => self.processes.get(&pid).is_none_or(|entry| entry.exit.is_some()),
            Wait::Head(id) => self.exchanges.get(&id).is_none_or(|it| it.head.is_some() || it.failed.is_some()),
            Wait::Item(id) => self.exchanges.get(&id).is_none_or(Exchange::has_item),
            Wait::Whole(id) => self.exchanges.get(&id).is_none_or(|it| it.ended || it.failed.is_some()),
            Wait::Readable(handle) | Wait::Line(handle) | Wait::Writable(handle) => {
                let Some(description) = self.descriptions.get(&handle) else { return true };
                match (&description.target, wait) {
                    (Target::PipeReader(pipe), Wait::Line(_)) => self.pipes[pipe].has_line(),
                    (Target::PipeReader(pipe), _) => self.pipes[pipe].is_readable(),
                    (Target::PipeWriter(pipe), _) => self.pipes[pipe].is_writable(),
                    (Target::Terminal(tty), Wait::Line(_)) => self.terminals[tty].has_line(),
                    (Target::Terminal(tty), Wait::Readable(_)) => self.terminals[tty].is_readable(),
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
            let program = entry.program.as_mut().expect("signals are delivered between turns");
            let always_ends = matches!(signal, Signal::Kill | Signal::Pipe);
            if !always_ends && program.signal(signal) {
                entry.runnable = true;
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
        handles.into_iter().for_each(|handle| self.release(handle));
        let open: Vec<ExchangeId> = self.exchanges.iter().filter(|(_, it)| it.pid == pid).map(|(id, _)| *id).collect();
        open.into_iter().for_each(|id| self.close_exchange(id));
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

    pub(crate) fn close_exchange(&mut self, id: ExchangeId) {
        // One that has come to its end is only forgotten: there is nothing to call off.
        if let Some(exchange) = self.exchanges.remove(&id)
            && !exchange.ended
            && exchange.failed.is_none()
        {
            self.outgoing.push(Outgoing::Close { id });
        }
    }
}

/// Open descriptions.
impl Machine {
    pub(crate) fn add_description(&mut self, target: Target) -> Handle {
        let handle = Handle(self.next_handle);
        self.next_handle += 1;
        self.descriptions.insert(handle, Description { target, references: 1 });
        handle
    }

    pub(crate) fn retain(&mut self, handle: Handle) -> Handle {
        self.descriptions.get_mut(&handle).expect("a handle in use").references += 1;
        handle
    }

    /// One descriptor less leads here; the last one closes the description and its end of a pipe.
    pub(crate) fn release(&mut self, handle: Handle) {
        let Some(description) = self.descriptions.get_mut(&handle) else { return };
        description.references -= 1;
        if description.references > 0 {
            return;
        }
        let (pipe, is_reader) = match description.target {
            Target::PipeReader(pipe) => (pipe, true),
            Target::PipeWriter(pipe) => (pipe, false),
            _ => {
                self.descriptions.remove(&handle);
                return;
            }
        };
        self.descriptions.remove(&handle);
        if let Some(ends) = self.pipes.get_mut(&pipe) {
            match is_reader {
                true => ends.has_reader = false,
                false => ends.has_writer = false,
            }
            if !ends.has_reader && !ends.has_writer {
                self.pipes.remove(&pipe);
            }
        }
    }
}
