//! The system calls, as an explicit state machine makes them.
//!
//! A call that may have to wait gives an `Option`: `None` means that it cannot be answered yet and that the process is
//! woken when it can. The program then returns [`crate::Turn::Wait`] and makes the same call again when it is resumed.
//! It may make several such calls in one turn; it is woken by the first that can be answered.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use podarium_sim::Time;

use crate::pipes::{Handle, Pipe, Target};
use crate::processes::{Entry, Wait};
use crate::scheduling::TIME_OF_CALL;
use crate::walk::FileId;
use crate::{
    Credentials, Errno, ExitStatus, Group, Hardware, Machine, Pid, ProcessInfo, Program, Ready, Signal, Source, Spawn, Surroundings,
};

/// How much of an endless device is read at once.
const ENDLESS_PIECE: usize = 1 << 16;

/// How a file is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OpenMode {
    Read,
    /// Made if it is not there, emptied if it is.
    Write,
    /// Made if it is not there, written at its end.
    Append,
    /// For reading and writing, made if it is not there, kept if it is (`<>`).
    ReadWrite,
}

/// The machine as one of its processes sees it.
pub struct Sys<'a> {
    pub(crate) machine: &'a mut Machine,
    pid: Pid,
}

impl<'a> Sys<'a> {
    pub(crate) fn new(machine: &'a mut Machine, pid: Pid) -> Self {
        Sys { machine, pid }
    }

    pub(crate) fn reborrow(&mut self) -> Sys<'_> {
        Sys { machine: self.machine, pid: self.pid }
    }

    pub(crate) fn entry(&self) -> &Entry {
        &self.machine.processes[&self.pid]
    }

    pub(crate) fn entry_mut(&mut self) -> &mut Entry {
        self.machine.processes.get_mut(&self.pid).expect("a running process has its entry")
    }

    /// Counts a call. `false`: the process has made too many at this moment and is woken a little later.
    pub fn spend_turn(&mut self) -> bool {
        let later = self.machine.now + self.machine.pause();
        let entry = self.entry_mut();
        if entry.calls_left == 0 {
            entry.waits.push(Wait::Until(later));
            return false;
        }
        entry.calls_left -= 1;
        entry.cpu += TIME_OF_CALL;
        true
    }

    /// Lets others run, and signals arrive, before the process goes on at the same moment.
    pub fn end_turn(&mut self) {
        let now = self.machine.now;
        self.entry_mut().waits.push(Wait::Until(now));
    }

    pub(crate) fn wait_for(&mut self, wait: Wait) -> bool {
        let over = self.machine.is_over(wait);
        if !over {
            self.entry_mut().waits.push(wait);
        }
        over
    }
}

/// Who and when.
impl Sys<'_> {
    pub fn pid(&self) -> Pid {
        self.pid
    }

    pub fn parent(&self) -> Option<Pid> {
        self.entry().parent
    }

    pub fn args(&self) -> &[String] {
        &self.entry().args
    }

    pub fn env(&self) -> &BTreeMap<String, String> {
        &self.entry().env
    }

    pub fn hostname(&self) -> &str {
        self.machine.hostname_at(&self.entry().around)
    }

    pub fn now(&self) -> Time {
        self.machine.now
    }

    pub fn unix_nanos(&self) -> i64 {
        self.machine.unix_nanos()
    }

    pub fn random_bits(&mut self) -> u64 {
        self.machine.random.bits()
    }

    pub fn credentials(&self) -> &Credentials {
        &self.entry().credentials
    }

    /// The bits that new files do not get.
    pub fn umask(&self) -> u32 {
        self.entry().umask
    }

    pub fn set_umask(&mut self, umask: u32) {
        self.entry_mut().umask = umask & 0o777;
    }

    /// All processes of the machine.
    pub fn processes(&self) -> Vec<ProcessInfo> {
        self.machine.processes()
    }

    pub(crate) fn install(&mut self, name: &str) -> bool {
        crate::programs::install_programs(self.machine, &[name]).is_empty()
    }

    pub(crate) fn is_busybox(&self) -> bool {
        self.machine.busybox && !self.machine.is_hosts(self.entry().around.root)
    }

    pub fn hardware(&self) -> &Hardware {
        &self.machine.hardware
    }

    /// How long the machine has been on.
    pub fn uptime(&self) -> Duration {
        self.machine.now.since(self.machine.started_at)
    }

    /// The next process gets at least this number: others have come and gone that are not simulated.
    pub fn skip_pids(&mut self, first: u32) {
        self.machine.next_pid = self.machine.next_pid.max(first);
    }

    /// Says how much memory the process holds. Too much, and the kernel ends it before its next turn.
    pub fn set_memory(&mut self, bytes: u64) {
        self.entry_mut().memory_bytes = bytes;
    }

    /// Counts CPU time that the process needs, and says when it will have had it.
    pub fn use_cpu(&mut self, cpu: Duration) -> Time {
        self.entry_mut().cpu += cpu;
        self.machine.now + self.machine.stretched(cpu)
    }

    pub fn sleep_until(&mut self, time: Time) -> Option<()> {
        self.wait_for(Wait::Until(time)).then_some(())
    }
}

/// Descriptors.
impl Sys<'_> {
    pub(crate) fn handle(&self, fd: u32) -> Option<Handle> {
        self.entry().fds.get(&fd).copied()
    }

    pub fn is_open(&self, fd: u32) -> bool {
        self.handle(fd).is_some()
    }

    fn target(&self, fd: u32) -> Option<(Handle, Target)> {
        let handle = self.handle(fd)?;
        Some((handle, self.machine.descriptions[&handle].target.clone()))
    }

    pub fn is_tty(&self, fd: u32) -> bool {
        match self.target(fd) {
            Some((_, Target::Terminal(tty))) => self.machine.terminals.get(&tty).is_some_and(|terminal| terminal.is_tty),
            _ => false,
        }
    }

    /// Has a terminal hand over every key as it is, or not any more.
    pub fn set_raw(&mut self, fd: u32, raw: bool) {
        if let Some((_, Target::Terminal(tty))) = self.target(fd) {
            self.machine.terminal(tty).set_raw(raw);
        }
    }

    /// The width of the terminal that a descriptor leads to.
    pub fn columns(&self, fd: u32) -> Option<usize> {
        match self.target(fd) {
            Some((_, Target::Terminal(tty))) if self.is_tty(fd) => self.machine.terminals.get(&tty).map(|terminal| terminal.columns),
            _ => None,
        }
    }

    /// Up to `max` bytes, as soon as there are any. Empty: the end.
    pub fn read(&mut self, fd: u32, max: usize) -> Option<Result<Vec<u8>, Errno>> {
        let Some((handle, target)) = self.target(fd) else { return Some(Err(Errno::BadDescriptor)) };
        if !self.wait_for(Wait::Readable(handle)) {
            return None;
        }
        Some(match target {
            Target::Null => Ok(Vec::new()),
            Target::Zero | Target::Full => Ok(vec![0; max.min(ENDLESS_PIECE)]),
            Target::Random => Ok((0..max.min(4096)).map(|_| self.machine.random.bits() as u8).collect()),
            Target::File { .. } | Target::Text(..) => self.read_open_file(handle, |rest| rest.len().min(max)),
            Target::PipeReader(pipe) => {
                let buffer = &mut self.pipe_mut(pipe).buffer;
                let taken = buffer.len().min(max);
                Ok(buffer.drain(..taken).collect())
            }
            Target::Terminal(tty) => Ok(self.machine.terminals.get_mut(&tty).map_or_else(Vec::new, |it| it.take(max))),
            Target::Socket(id) => Ok(self.machine.exchanges.get_mut(&id).map_or_else(Vec::new, |it| it.take(max))),
            Target::PipeWriter(_) => Err(Errno::BadDescriptor),
        })
    }

    /// One line with its newline. Empty: the end. Errors read as the end.
    pub fn read_line(&mut self, fd: u32) -> Option<Vec<u8>> {
        let Some((handle, target)) = self.target(fd) else { return Some(Vec::new()) };
        if !self.wait_for(Wait::Line(handle)) {
            if let Target::PipeReader(pipe) = target {
                self.pipe_mut(pipe).line_wanted = true;
            }
            return None;
        }
        Some(match target {
            Target::File { .. } | Target::Text(..) => {
                let line = |rest: &[u8]| rest.iter().position(|byte| *byte == b'\n').map_or(rest.len(), |at| at + 1);
                self.read_open_file(handle, line).unwrap_or_default()
            }
            Target::PipeReader(pipe) => self.pipe_mut(pipe).take_line(),
            Target::Terminal(tty) => self.machine.terminals.get_mut(&tty).map_or_else(Vec::new, |it| it.take_line()),
            Target::Socket(id) => self.machine.exchanges.get_mut(&id).map_or_else(Vec::new, crate::http::Exchange::take_line),
            Target::Null | Target::Zero | Target::Full | Target::Random | Target::PipeWriter(_) => Vec::new(),
        })
    }

    /// Reads on in a file or text; `length` says how much of what is left is taken.
    fn read_open_file(&mut self, handle: Handle, length: impl FnOnce(&[u8]) -> usize) -> Result<Vec<u8>, Errno> {
        let description = self.machine.descriptions.get_mut(&handle).expect("an open file");
        let (bytes, offset) = match &mut description.target {
            Target::File { file, offset, .. } => (self.machine.files.bytes(*file)?, offset),
            Target::Text(bytes, offset) => (&*bytes, offset),
            _ => return Err(Errno::BadDescriptor),
        };
        let start = (*offset).min(bytes.len());
        let taken = length(&bytes[start..]);
        *offset = start + taken;
        Ok(bytes[start..start + taken].to_vec())
    }

    /// Writes all bytes, or none yet. Writing where nobody reads any more sends SIGPIPE to the process.
    pub fn write(&mut self, fd: u32, bytes: &[u8]) -> Option<Result<(), Errno>> {
        let Some((handle, target)) = self.target(fd) else { return Some(Err(Errno::BadDescriptor)) };
        if !self.wait_for(Wait::Writable(handle)) {
            return None;
        }
        Some(match target {
            Target::Null | Target::Zero | Target::Random => Ok(()),
            Target::Full => Err(Errno::NoSpace),
            Target::File { file, offset, append } => self.write_open_file(handle, file, (!append).then_some(offset), bytes),
            Target::PipeWriter(pipe) if !self.machine.pipes[&pipe].has_reader => {
                // The signal ends the process before it gets another turn.
                self.entry_mut().pending.push(Signal::Pipe);
                return None;
            }
            Target::PipeWriter(pipe) => {
                self.pipe_mut(pipe).buffer.extend(bytes);
                Ok(())
            }
            Target::Terminal(tty) => {
                if let Some(terminal) = self.machine.terminals.get_mut(&tty) {
                    terminal.write(bytes);
                }
                Ok(())
            }
            Target::Socket(id) => {
                self.http_write(id, bytes);
                Ok(())
            }
            Target::PipeReader(_) | Target::Text(..) => Err(Errno::BadDescriptor),
        })
    }

    fn write_open_file(&mut self, handle: Handle, file: FileId, at: Option<usize>, bytes: &[u8]) -> Result<(), Errno> {
        let now = self.machine.now;
        let end = self.machine.files.write_at(file, at, bytes, now)?;
        if let Some(description) = self.machine.descriptions.get_mut(&handle)
            && let Target::File { offset, .. } = &mut description.target
        {
            *offset = end;
        }
        Ok(())
    }

    fn pipe_mut(&mut self, pipe: u64) -> &mut Pipe {
        self.machine.pipes.get_mut(&pipe).expect("a pipe with an open end")
    }

    /// A new pipe: the descriptor to read from and the one to write to.
    pub fn pipe(&mut self) -> (u32, u32) {
        // Handles are never reused, so the number of the next one is free as a name for the pipe.
        let id = self.machine.next_handle;
        self.machine.pipes.insert(id, Pipe { has_reader: true, has_writer: true, ..Pipe::default() });
        let reader = self.machine.add_description(Target::PipeReader(id));
        let writer = self.machine.add_description(Target::PipeWriter(id));
        (self.add_fd(reader), self.add_fd(writer))
    }

    /// Gives a description the lowest free descriptor from 10 on, out of the way of those that scripts name.
    pub(crate) fn add_fd(&mut self, handle: Handle) -> u32 {
        let fds = &mut self.entry_mut().fds;
        let fd = (10..).find(|fd| !fds.contains_key(fd)).expect("descriptors do not run out");
        fds.insert(fd, handle);
        fd
    }

    pub fn close(&mut self, fd: u32) {
        if let Some(handle) = self.entry_mut().fds.remove(&fd) {
            self.machine.release(handle);
        }
    }

    /// Makes `to` lead where `from` leads, as `dup2`.
    pub fn duplicate(&mut self, from: u32, to: u32) -> Result<(), Errno> {
        let handle = self.handle(from).ok_or(Errno::BadDescriptor)?;
        if from != to {
            self.machine.retain(handle);
            self.close(to);
            self.entry_mut().fds.insert(to, handle);
        }
        Ok(())
    }

    /// A second descriptor, from 10 on, for what `fd` leads to.
    pub fn keep_copy(&mut self, fd: u32) -> Result<u32, Errno> {
        let handle = self.handle(fd).ok_or(Errno::BadDescriptor)?;
        self.machine.retain(handle);
        Ok(self.add_fd(handle))
    }
}

/// Processes and signals.
impl Sys<'_> {
    pub fn spawn(&mut self, spawn: Spawn) -> Result<Pid, Errno> {
        let env = spawn.env.clone().unwrap_or_else(|| self.entry().env.clone());
        let cwd = spawn.cwd.clone().unwrap_or_else(|| self.entry().cwd.clone());
        let credentials = spawn.credentials.map_or_else(|| self.entry().credentials.clone(), Arc::new);
        let around = spawn.around.unwrap_or(self.entry().around);
        let (program, argv) = self.machine.load(&spawn.argv, &env, &cwd, &credentials, around.root)?;
        Ok(self.add_child(program, argv, env, cwd, spawn.fds, spawn.group, credentials, around))
    }

    /// Goes on as another program, where and as whom that is said. The descriptors stay.
    pub(crate) fn become_program(&mut self, spawn: Spawn) -> Result<(), Errno> {
        let env = spawn.env.unwrap_or_else(|| self.entry().env.clone());
        let cwd = spawn.cwd.unwrap_or_else(|| self.entry().cwd.clone());
        let credentials = spawn.credentials.map_or_else(|| self.entry().credentials.clone(), Arc::new);
        let around = spawn.around.unwrap_or(self.entry().around);
        let (program, argv) = self.machine.load(&spawn.argv, &env, &cwd, &credentials, around.root)?;
        let entry = self.entry_mut();
        (entry.args, entry.env, entry.cwd, entry.credentials, entry.around) = (Arc::new(argv), env, cwd, credentials, around);
        entry.becomes = Some(program);
        Ok(())
    }

    /// Starts a child that runs a program which is no file, such as a subshell. `spawn.argv` is only its name.
    pub fn spawn_program(&mut self, program: Box<dyn Program>, spawn: Spawn) -> Pid {
        let env = spawn.env.unwrap_or_else(|| self.entry().env.clone());
        let cwd = spawn.cwd.unwrap_or_else(|| self.entry().cwd.clone());
        let credentials = spawn.credentials.map_or_else(|| self.entry().credentials.clone(), Arc::new);
        let around = spawn.around.unwrap_or(self.entry().around);
        self.add_child(program, spawn.argv, env, cwd, spawn.fds, spawn.group, credentials, around)
    }

    fn add_child(
        &mut self,
        program: Box<dyn Program>,
        argv: Vec<String>,
        env: Arc<BTreeMap<String, String>>,
        cwd: String,
        fds: Option<Vec<(u32, u32)>>,
        group: Group,
        credentials: Arc<Credentials>,
        around: Surroundings,
    ) -> Pid {
        let mut handles = BTreeMap::new();
        for (child, parent) in fds.unwrap_or_else(|| vec![(0, 0), (1, 1), (2, 2)]) {
            if let Some(handle) = self.handle(parent) {
                handles.insert(child, self.machine.retain(handle));
            }
        }
        let group = match group {
            Group::Parent => Some(self.entry().group),
            Group::Own => None,
            Group::Of(pid) => Some(pid),
        };
        let (ignores_interrupt, umask) = (self.entry().ignores_interrupt, self.entry().umask);
        let pid = self.machine.add_process(Some(self.pid), group, program, Arc::new(argv), env, cwd, handles, credentials);
        let child = self.machine.processes.get_mut(&pid).expect("it was just added");
        (child.ignores_interrupt, child.umask, child.around) = (ignores_interrupt, umask, around);
        pid
    }

    /// How a child ended, taking the answer; waits until it has.
    pub fn wait_child(&mut self, child: Pid) -> Option<Result<ExitStatus, Errno>> {
        if self.machine.processes.get(&child).is_none_or(|entry| entry.parent != Some(self.pid)) {
            return Some(Err(Errno::NoChild));
        }
        if !self.wait_for(Wait::Child(child)) {
            return None;
        }
        let exit = self.machine.processes.remove(&child)?.exit?;
        Some(Ok(exit))
    }

    /// Whether a child has ended and can be waited for without waiting.
    pub fn has_ended(&self, child: Pid) -> bool {
        self.machine.is_over(Wait::Child(child))
    }

    /// Sends a signal to a process of the same user; root may to all. The first process cannot be killed or stopped from
    /// inside: of those signals it never learns.
    pub fn kill(&mut self, pid: Pid, signal: Signal) -> Result<(), Errno> {
        self.exists(pid)?;
        if pid == Pid(1) && matches!(signal, Signal::Kill | Signal::Stop) {
            return Ok(());
        }
        if !self.machine.processes.contains_key(&pid) {
            self.machine.signals_to_neighbours.push((pid, signal));
            return Ok(());
        }
        self.machine.kill(pid, signal)
    }

    /// From now on SIGINT does nothing to this process and the children that it starts: jobs in the background.
    pub fn ignore_interrupt(&mut self, child: Pid) {
        if let Some(entry) = self.machine.processes.get_mut(&child) {
            entry.ignores_interrupt = true;
        }
    }

    /// Whether there is such a process, and one that may be signalled: what `kill -0` asks.
    pub fn exists(&self, pid: Pid) -> Result<(), Errno> {
        let own = self.machine.processes.get(&pid).map(|entry| entry.credentials.uid);
        let of_neighbour = || self.machine.neighbours.iter().find(|it| it.info.pid == pid).map(|it| it.info.uid);
        let target = own.or_else(of_neighbour).ok_or(Errno::NoProcess)?;
        let by = &self.entry().credentials;
        if by.is_capable("KILL") || by.uid == target { Ok(()) } else { Err(Errno::NotPermitted) }
    }

    /// A shell says that it waits for a command line, and what the last one came to.
    pub fn report_idle(&mut self, status: i32) {
        self.entry_mut().idle = Some(status);
    }

    pub fn group(&self) -> Pid {
        self.entry().group
    }

    /// Puts a process group in front on the terminal of standard input.
    pub fn set_foreground(&mut self, group: Pid) {
        if let Some((_, Target::Terminal(tty))) = self.target(0)
            && let Some(terminal) = self.machine.terminals.get_mut(&tty)
        {
            terminal.foreground = Some(group);
        }
    }

    /// Changes the process's own arguments and environment, as `exec` does.
    pub fn set_identity(&mut self, args: Vec<String>, env: impl Into<Arc<BTreeMap<String, String>>>) {
        let entry = self.entry_mut();
        entry.args = Arc::new(args);
        entry.env = env.into();
    }

    /// The program that a command line names, to go on as it ([`crate::Turn::Become`]), and its final command line.
    pub fn load(
        &self,
        argv: &[String],
        env: &BTreeMap<String, String>,
    ) -> Result<(Box<dyn Program>, Vec<String>), Errno> {
        self.machine.load(argv, env, &self.entry().cwd, &self.entry().credentials, self.entry().around.root)
    }

    /// Waits for the first of several things.
    pub fn poll(&mut self, sources: &[Source], deadline: Option<Time>) -> Option<Ready> {
        let mut ready = None;
        for (index, source) in sources.iter().enumerate() {
            let wait = match *source {
                Source::Readable(fd) => match self.handle(fd) {
                    Some(handle) => Wait::Readable(handle),
                    None => Wait::Until(Time::ZERO),
                },
                Source::Stream(id) => Wait::Item(id),
                Source::Child(pid) => Wait::Child(pid),
                Source::Connection(port) => Wait::Connection(port),
                Source::Received(id) => Wait::Received(id),
                Source::Datagram(port) => Wait::Datagram(port),
            };
            if self.wait_for(wait) {
                ready = ready.or(Some(Ready::Source(index)));
            }
        }
        match deadline {
            Some(deadline) if ready.is_none() => self.wait_for(Wait::Until(deadline)).then_some(Ready::TimedOut),
            _ => ready,
        }
    }
}
