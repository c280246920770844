//! Processes as the embedder starts, lists and ends them.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use podarium_sim::Time;

use crate::pipes::{Handle, Target};
use crate::scheduling::CALLS_AT_ONCE;
use crate::walk::{Place, join};
use crate::{ConnectionId, Credentials, Errno, ExchangeId, ExitStatus, LookupId, Machine, Pid, Program, Signal, Surroundings, TtyId};

/// What a process holds that does not say otherwise.
const USUAL_MEMORY_BYTES: u64 = 1 << 20;
/// The CPU time that it takes to start a process.
const TIME_OF_START: Duration = Duration::from_millis(1);

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
    pub credentials: Arc<Credentials>,
    pub around: Surroundings,
    /// What it goes on as.
    pub becomes: Option<Box<dyn Program>>,
    /// The bits that new files do not get.
    pub umask: u32,
    pub started_at: Time,
    pub stopped: bool,
    pub memory_bytes: u64,
    pub cpu: Duration,
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
    Lookup(LookupId),
    Connection(u16),
    Received(ConnectionId),
    Datagram(u16),
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

/// A process to start from outside.
#[derive(Clone, Debug)]
pub struct Start {
    /// The command line; its first word is looked up in `PATH` unless it has a slash.
    pub argv: Vec<String>,
    pub env: BTreeMap<String, String>,
    /// Made if it is missing.
    pub cwd: String,
    pub stdio: Stdio,
    pub credentials: Credentials,
}

/// Why a process could not be started. It prints what container runtimes print.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StartError {
    /// No directory of `PATH` has such an executable.
    NotInPath(String),
    NoSuchFile(String),
    /// A directory on the way to it does not let this user through.
    NotReachable(String),
    /// The file does not let this user execute it.
    NotExecutable(String),
    /// It is neither a program that is installed here nor a script.
    NotAProgram(String),
    /// A script whose interpreter is not there.
    NoInterpreter(String),
    /// The working directory is no directory, or not this user's to enter.
    WorkingDirectory(String, Errno),
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StartError::NotInPath(name) => write!(f, "exec: {name:?}: executable file not found in $PATH"),
            StartError::NoSuchFile(path) => write!(f, "exec: {path:?}: stat {path}: no such file or directory"),
            StartError::NotReachable(path) => write!(f, "exec: {path:?}: stat {path}: permission denied"),
            StartError::NotExecutable(path) => write!(f, "exec: {path:?}: permission denied"),
            StartError::NotAProgram(path) => write!(f, "exec {path}: exec format error"),
            StartError::NoInterpreter(path) => write!(f, "exec {path}: no such file or directory"),
            // The runtime makes the directory if it is not there, and that fails first.
            StartError::WorkingDirectory(path, Errno::NotDirectory) => write!(f, "error during container init: mkdir {path}: not a directory"),
            StartError::WorkingDirectory(path, error) => {
                write!(f, "chdir to cwd ({path:?}) set in config.json failed: {}", error.to_string().to_lowercase())
            }
        }
    }
}

impl std::error::Error for StartError {}

/// What a process does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProcessState {
    Running,
    Sleeping,
    Stopped,
    /// It has ended, and its parent has not asked how.
    Zombie,
}

impl ProcessState {
    /// As `ps` shows it.
    pub fn letter(self) -> char {
        match self {
            ProcessState::Running => 'R',
            ProcessState::Sleeping => 'S',
            ProcessState::Stopped => 'T',
            ProcessState::Zombie => 'Z',
        }
    }

    pub(crate) fn word(self) -> &'static str {
        match self {
            ProcessState::Running => "running",
            ProcessState::Sleeping => "sleeping",
            ProcessState::Stopped => "stopped",
            ProcessState::Zombie => "zombie",
        }
    }
}

/// A process as `ps` shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProcessInfo {
    pub pid: Pid,
    /// 0 for one that was started from outside, 1 for one whose parent has ended.
    pub parent: Pid,
    pub uid: u32,
    pub gid: u32,
    pub args: Vec<String>,
    pub started_at: Time,
    pub state: ProcessState,
    pub memory_bytes: u64,
    pub cpu: Duration,
    /// The terminal of its standard input.
    pub tty: Option<TtyId>,
    pub is_in_front: bool,
}

impl ProcessInfo {
    /// The name of the program, which Linux cuts off after 15 characters.
    pub fn name(&self) -> String {
        let word = self.args.first().map_or("", String::as_str);
        word.rsplit('/').next().unwrap_or_default().trim_start_matches('-').chars().take(15).collect()
    }
}

impl Machine {
    /// Starts a process from outside, as root. `Err(Errno::NoEntry)` when `PATH` has no such command.
    pub fn spawn(
        &mut self,
        argv: &[impl AsRef<str>],
        env: BTreeMap<String, String>,
        cwd: &str,
        stdio: Stdio,
    ) -> Result<Pid, Errno> {
        let argv: Vec<String> = argv.iter().map(|word| word.as_ref().to_owned()).collect();
        let credentials = Arc::new(Credentials::default());
        let (program, argv) = self.load(&argv, &env, cwd, &credentials, Place::ROOT)?;
        Ok(self.add_from_outside(program, argv, env, cwd, stdio, credentials))
    }

    /// Starts a process from outside as any user.
    pub fn start(&mut self, start: Start) -> Result<Pid, StartError> {
        let Start { argv, env, cwd, stdio, credentials } = start;
        let name = argv.first().cloned().unwrap_or_default();
        // Whether it can be made does not matter: what counts is whether it can be entered.
        let _ = self.files.mkdir_all(&cwd, self.now);
        let entered = self.files.look(&credentials).existing(&join(&cwd, "."));
        let is_file = self.files.stat(&cwd, true).is_ok_and(|found| !found.is_dir());
        if is_file {
            return Err(StartError::WorkingDirectory(cwd, Errno::NotDirectory));
        }
        let entered = entered.and_then(|place| match self.files.look(&credentials).may(place, crate::credentials::EXECUTE) {
            true => self.files.stat(&cwd, true),
            false => Err(Errno::AccessDenied),
        });
        match entered {
            Ok(_) => {}
            Err(error) => return Err(StartError::WorkingDirectory(cwd, error)),
        }
        match self.load(&argv, &env, &cwd, &credentials, Place::ROOT) {
            Ok((program, argv)) => Ok(self.add_from_outside(program, argv, env, &cwd, stdio, Arc::new(credentials))),
            Err(error) => Err(self.start_error(&name, &cwd, &credentials, error)),
        }
    }

    fn start_error(&self, name: &str, cwd: &str, by: &Credentials, error: Errno) -> StartError {
        let name = name.to_owned();
        if !name.contains('/') {
            return if error == Errno::ExecFormat { StartError::NotAProgram(name) } else { StartError::NotInPath(name) };
        }
        match (self.files.look(by).stat(&join(cwd, &name), true), error) {
            (Err(Errno::AccessDenied), _) => StartError::NotReachable(name),
            (Err(_), _) => StartError::NoSuchFile(name),
            (Ok(_), Errno::ExecFormat) => StartError::NotAProgram(name),
            (Ok(_), Errno::NoEntry) => StartError::NoInterpreter(name),
            (Ok(_), _) => StartError::NotExecutable(name),
        }
    }

    /// Starts a process that runs a program which is no file; of the command line only what it is called counts.
    pub fn spawn_program(&mut self, program: Box<dyn Program>, start: Start) -> Pid {
        let Start { argv, env, cwd, stdio, credentials } = start;
        self.add_from_outside(program, argv, env, &cwd, stdio, Arc::new(credentials))
    }

    fn add_from_outside(
        &mut self,
        program: Box<dyn Program>,
        argv: Vec<String>,
        env: BTreeMap<String, String>,
        cwd: &str,
        stdio: Stdio,
        credentials: Arc<Credentials>,
    ) -> Pid {
        let mut fds = BTreeMap::new();
        for (fd, endpoint) in [(0, stdio.stdin), (1, stdio.stdout), (2, stdio.stderr)] {
            let target = match endpoint {
                Endpoint::Null => Target::Null,
                Endpoint::Tty(tty) => Target::Terminal(tty),
            };
            fds.insert(fd, self.add_description(target));
        }
        let pid = self.add_process(None, None, program, Arc::new(argv), Arc::new(env), cwd.to_owned(), fds, credentials);
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
        credentials: Arc<Credentials>,
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
            credentials,
            around: self.surroundings(),
            becomes: None,
            umask: 0o022,
            started_at: self.now,
            stopped: false,
            memory_bytes: USUAL_MEMORY_BYTES,
            cpu: TIME_OF_START,
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

    /// How many processes have not ended.
    pub fn running_processes(&self) -> usize {
        self.processes.values().filter(|entry| entry.exit.is_none()).count()
    }

    /// How a process that the embedder started ended. Asking takes the answer: the second time there is none.
    pub fn take_exit(&mut self, pid: Pid) -> Option<ExitStatus> {
        let exit = self.processes.get(&pid)?.exit?;
        self.processes.remove(&pid);
        Some(exit)
    }

    /// Nobody will ask how this process ends, which was started from outside: then it leaves nothing behind.
    pub fn disown(&mut self, pid: Pid) {
        match self.processes.get_mut(&pid) {
            Some(entry) if entry.exit.is_none() => entry.of_embedder = false,
            _ => drop(self.processes.remove(&pid)),
        }
    }

    pub fn is_running(&self, pid: Pid) -> bool {
        self.processes.get(&pid).is_some_and(|entry| entry.exit.is_none())
    }

    /// The status of the last command line, if the process is a shell that waits for the next one. Typing sets this
    /// back only when the machine runs.
    pub fn idle_status(&self, pid: Pid) -> Option<i32> {
        self.processes.get(&pid).and_then(|entry| entry.idle)
    }

    /// The working directory of a process.
    pub fn cwd_of(&self, pid: Pid) -> Option<&str> {
        self.processes.get(&pid).map(|entry| entry.cwd.as_str())
    }

    /// The processes that have not ended, with their command lines.
    pub fn process_list(&self) -> Vec<(Pid, Vec<String>)> {
        let running = self.processes.iter().filter(|(_, entry)| entry.exit.is_none());
        running.map(|(pid, entry)| (*pid, entry.args.as_ref().clone())).collect()
    }

    /// All processes, zombies and neighbours too.
    pub fn processes(&self) -> Vec<ProcessInfo> {
        let own = self.processes.iter().map(|(pid, entry)| self.process_info(*pid, entry));
        let mut all: Vec<ProcessInfo> = own.chain(self.neighbours.iter().map(|it| it.info.clone())).collect();
        all.sort_by_key(|it| it.pid);
        all
    }

    pub(crate) fn process_info(&self, pid: Pid, entry: &Entry) -> ProcessInfo {
        let state = match entry {
            Entry { exit: Some(_), .. } => ProcessState::Zombie,
            Entry { stopped: true, .. } => ProcessState::Stopped,
            // One that only lets its share of time pass is busy.
            Entry { runnable: true, .. } | Entry { program: None, .. } | Entry { calls_left: 0, .. } => ProcessState::Running,
            _ => ProcessState::Sleeping,
        };
        let parent = match entry.parent {
            Some(parent) => parent,
            None if entry.of_embedder => Pid(0),
            None => Pid(1),
        };
        let tty = entry.fds.get(&0).and_then(|handle| match self.descriptions.get(handle)?.target {
            Target::Terminal(tty) => self.terminals.get(&tty).filter(|terminal| terminal.is_tty).map(|_| tty),
            _ => None,
        });
        ProcessInfo {
            pid,
            parent,
            uid: entry.credentials.uid,
            gid: entry.credentials.gid,
            args: entry.args.as_ref().clone(),
            started_at: entry.started_at,
            state,
            memory_bytes: entry.memory_bytes,
            cpu: entry.cpu,
            tty,
            is_in_front: tty.is_some_and(|tty| self.foreground(tty) == Some(entry.group)),
        }
    }

    /// The memory that all processes hold together.
    pub fn memory_bytes(&self) -> u64 {
        self.processes.values().filter(|entry| entry.exit.is_none()).map(|entry| entry.memory_bytes).sum()
    }

    /// The CPU time that all processes have used so far, those that have ended too. It only grows.
    pub fn cpu_time(&self) -> Duration {
        self.cpu_of_ended + self.processes.values().map(|entry| entry.cpu).sum::<Duration>()
    }

    /// Whether the kernel has killed all processes for want of memory, since the last call.
    pub fn take_out_of_memory(&mut self) -> bool {
        std::mem::take(&mut self.ran_out_of_memory)
    }
}
