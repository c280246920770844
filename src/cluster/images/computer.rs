//! A running container: a computer of its own, with the image's files, on which the main process and the commands of
//! `kubectl exec` run.
//!
//! What the image's own program does is often played by a [`Behavior`](super::Behavior), a timetable: that costs next to
//! nothing, and there may be thousands of pods. Everything else (a shell, a script, a command of the pod's own) really
//! runs. The computer behind a played program is made when the first command comes.
//!
//! When its programs need more memory than the container may have, all of them are killed, whichever it was: the kubelet of 1.36
//! has it so on cgroup v2 (`memory.oom.group`, unless `singleProcessOOMKill`).
//!
//! Models: runc and the Linux kernel under a container, as far as its programs notice.
//! Simplified: the CPU is never short except for played programs.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use podarium_machine::{
    Certificate, ConnectionId, Endpoint, ExchangeId, FileSystem, Hardware, HttpEvent, HttpRequest, LookupAnswer, LookupId, Machine, Neighbour, Pid, Program, Signal, Start, Stdio, Sys, Turn, TtyId, VolumeId,
};
use imbl::Vector;
use podarium_sim::Time;

use super::behaving::Behaving;
use super::cpu_meter::CpuMeter;
use super::process_namespaces::after_runc;
use super::web_files;
use super::{Behavior, Ended, Membership, Exec, ExecEvent, ExecId, Image, Line, LogLine, Mounted, Output, Spawned, StartError, Storage, Taken};
use crate::network::{Answered, Asked, Peer, Wanted};

/// From the container's start until its main program's first instruction.
const START_UP: Duration = Duration::from_millis(20);

const ENVIRONMENT: [(&str, &str); 2] = [("HOME", "/root"), ("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")];

/// The number of the volume that is `/dev/shm`, which the others do not get to.
const SHARED_MEMORY: u64 = 1 << 40;

/// A container that runs.
#[derive(Clone)]
pub struct Computer {
    main: Main,
    image: Arc<Image>,
    spawned: Arc<Spawned>,
    /// The empty computer with the image's programs.
    prototype: Arc<Machine>,
    machine: Option<Box<Machine>>,
    /// The volumes that it has mounted, by the machine's numbers.
    volumes: BTreeMap<VolumeId, Mounted>,
    /// What its image has put on its disk.
    image_bytes: u64,
    /// When the main program's first instruction runs.
    begins: Time,
    /// Where the main program's output goes, and what of it has no end of line yet.
    console: Option<TtyId>,
    unfinished: Vec<u8>,
    /// Whether somebody is attached to the main process.
    watched: bool,
    execs: BTreeMap<ExecId, Running>,
    next_exec: u32,
    /// What came of commands that ended before anything ran.
    at_once: Vec<(ExecId, ExecEvent)>,
    /// What a played program had not said yet when a real one took its place.
    unsaid: Vec<LogLine>,
    /// What its programs have used.
    cpu: CpuMeter,
    cpu_counted: Duration,
}

#[derive(Clone)]
enum Main {
    Played(Box<Behaving>),
    Program(Pid),
}

/// A command under way.
#[derive(Clone, Copy, Debug)]
struct Running {
    pid: Pid,
    stdin: Option<TtyId>,
    stdout: TtyId,
    /// Absent on a terminal, where both are one.
    stderr: Option<TtyId>,
}

impl fmt::Debug for Computer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Computer").field("image", &self.image.name).field("execs", &self.execs).finish_non_exhaustive()
    }
}

impl Computer {
    /// Starts the main process of a container of this image.
    pub fn start(image: Arc<Image>, prototype: Arc<Machine>, spawned: Spawned, storage: &mut Storage<'_>) -> Result<Self, StartError> {
        let line = image.command_line(&spawned.command, &spawned.args);
        let played = played(&image, &spawned, &line).map(|behavior| Behaving::start(behavior, &image.version, &spawned));
        let mut computer = Computer {
            main: Main::Program(Pid(1)),
            image,
            begins: spawned.at + START_UP,
            cpu: CpuMeter::new(spawned.at),
            cpu_counted: Duration::ZERO,
            unsaid: Vec::new(),
            spawned: Arc::new(spawned),
            prototype,
            machine: None,
            volumes: BTreeMap::new(),
            image_bytes: 0,
            console: None,
            unfinished: Vec::new(),
            watched: false,
            execs: BTreeMap::new(),
            next_exec: 0,
            at_once: Vec::new(),
        };
        match played {
            Some(behaving) => {
                if computer.spawned.mounts.iter().any(|point| point.sub_path.is_some()) {
                    let (mut machine, mounted) = computer.build(storage);
                    computer.take_volumes_out(&mut machine, storage);
                    mounted?;
                }
                computer.main = Main::Played(Box::new(behaving));
                // Others may look at its processes at any time.
                if computer.spawned.shares_processes.is_some() {
                    computer.make_machine(computer.spawned.at, storage);
                    if let Some(mut machine) = computer.machine.take() {
                        computer.take_volumes_out(&mut machine, storage);
                        computer.machine = Some(machine);
                    }
                }
            }
            None => computer.start_program(&line, storage)?,
        }
        Ok(computer)
    }

    fn start_program(&mut self, line: &[String], storage: &mut Storage<'_>) -> Result<(), StartError> {
        let (mut machine, mounted) = self.build(storage);
        let spawned = self.spawned.clone();
        let console = if spawned.tty { machine.open_terminal(80) } else { machine.open_channel() };
        let stdin = if spawned.stdin || spawned.tty { Endpoint::Tty(console) } else { Endpoint::Null };
        let stdio = Stdio { stdin, stdout: Endpoint::Tty(console), stderr: Endpoint::Tty(console) };
        let started = machine.start(self.start_of(line.to_vec(), stdio));
        after_runc(&mut machine);
        self.take_volumes_out(&mut machine, storage);
        mounted?;
        self.main = Main::Program(started.map_err(|error| StartError(error.to_string()))?);
        self.console = Some(console);
        self.machine = Some(Box::new(machine));
        Ok(())
    }

    fn start_of(&self, argv: Vec<String>, stdio: Stdio) -> Start {
        Start { argv, env: self.environment(), cwd: self.workdir(), stdio, credentials: self.spawned.credentials.clone() }
    }

    /// The computer with its files and its volumes, and no process yet; and the first mount that failed.
    fn build(&mut self, storage: &mut Storage<'_>) -> (Machine, Result<(), StartError>) {
        let mut machine = self.prototype.as_ref().clone();
        let spawned = self.spawned.clone();
        machine.set_epoch(spawned.epoch_nanos);
        machine.set_started_at(spawned.at);
        machine.set_hostname(&spawned.hostname);
        machine.set_random(spawned.random.clone());
        machine.set_hardware(Hardware {
            cpus: spawned.cpus,
            memory_bytes: spawned.memory,
            cpu_limit_millis: spawned.cpu_limit.and_then(|millis| u32::try_from(millis).ok()),
            memory_limit_bytes: spawned.memory_limit,
            ..Hardware::default()
        });
        Self::put_files(&self.image, &mut machine, spawned.at);
        Self::write_files(&spawned.files, &mut machine, spawned.at);
        let mut failed = Ok(());
        let isolation = &spawned.isolation;
        let below = isolation.below.as_ref().map(|below| self.lend(&Mounted::Disk(below.disk.clone()), &mut machine, storage));
        isolation.put_in(&mut machine, below);
        if spawned.mounts.iter().all(|point| point.path.trim_end_matches('/') != "/dev/shm") {
            let (shared, volume) = isolation.shared_memory(storage);
            let id = VolumeId(SHARED_MEMORY);
            machine.files.set_volume(id, volume);
            self.volumes.extend(shared.map(|mounted| (id, mounted)));
            // Its own `/dev` is the image's to begin with.
            let shown = machine.files.mount("/dev/shm", id, None, false);
            debug_assert!(shown.is_ok(), "/dev/shm: {shown:?}");
        }
        for point in &spawned.mounts {
            let id = self.lend(&point.mounted, &mut machine, storage);
            let mounted = machine.files.mount(&point.path, id, point.sub_path.as_deref(), point.read_only);
            if mounted.is_err() && failed.is_ok() {
                failed = Err(point.refusal());
            }
        }
        machine.files.set_overlay(spawned.read_only_root);
        if let Some(member) = &spawned.shares_processes {
            storage.processes.put_in(member, &mut machine);
        }
        if let Some(first) = spawned.user_namespace {
            machine.set_user_namespace(first);
        }
        self.image_bytes = machine.files.used_bytes();
        (machine, failed)
    }

    /// Puts the files of a volume into its computer, if they are not there yet.
    fn lend(&mut self, mounted: &Mounted, machine: &mut Machine, storage: &mut Storage<'_>) -> VolumeId {
        if let Some((id, _)) = self.volumes.iter().find(|(_, known)| *known == mounted) {
            return *id;
        }
        let id = VolumeId(self.volumes.len() as u64);
        machine.files.set_volume(id, storage.take(mounted));
        self.volumes.insert(id, mounted.clone());
        id
    }

    /// Gives a computer the files of an image.
    pub(super) fn put_files(image: &Image, machine: &mut Machine, now: Time) {
        Self::write_files(&image.files, machine, now);
        for (path, target) in &image.links {
            let directory = path.rsplit_once('/').map_or("/", |(directory, _)| directory);
            let linked = machine.files.mkdir_all(directory, now).and_then(|()| machine.files.symlink(target, path, now));
            debug_assert!(linked.is_ok(), "{path}: {linked:?}");
        }
    }

    fn write_files(files: &[(String, String)], machine: &mut Machine, now: Time) {
        for (path, text) in files {
            let (directory, name) = path.rsplit_once('/').unwrap_or(("/", path));
            let made = machine.files.mkdir_all(directory, now);
            let written = if name.is_empty() { made } else { made.and_then(|()| machine.files.write(path, text.as_bytes(), if text.starts_with("#!") { 0o755 } else { 0o644 }, now)) };
            debug_assert!(written.is_ok(), "{path}: {written:?}");
        }
    }

    /// Puts the volumes in as others have left them.
    fn put_volumes_in(&mut self, storage: &mut Storage<'_>) {
        let Some(machine) = self.machine.as_mut() else { return };
        for (id, mounted) in &self.volumes {
            machine.files.set_volume(*id, storage.take(mounted));
        }
        if let Some(member) = &self.spawned.shares_processes {
            storage.processes.put_in(member, machine);
        }
    }

    /// Takes the volumes out, for others to see.
    fn take_volumes_out(&self, machine: &mut Machine, storage: &mut Storage<'_>) {
        if let Some(member) = &self.spawned.shares_processes {
            storage.processes.take_out(member, machine);
        }
        for (id, mounted) in &self.volumes {
            storage.put(mounted, machine.files.volume(*id).cloned().unwrap_or_default());
        }
    }

    fn environment(&self) -> BTreeMap<String, String> {
        let mut all: BTreeMap<String, String> = ENVIRONMENT.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        all.insert("HOSTNAME".to_owned(), self.spawned.hostname.clone());
        all.extend(self.image.env.iter().cloned());
        all.extend(self.spawned.env.clone());
        all
    }

    fn workdir(&self) -> String {
        self.spawned.workdir.clone().or_else(|| self.image.workdir.clone()).unwrap_or_else(|| "/".to_owned())
    }

    /// Makes the computer, if only a played program ran so far.
    fn make_machine(&mut self, now: Time, storage: &mut Storage<'_>) {
        if self.machine.is_some() {
            return self.put_volumes_in(storage);
        }
        // What could not be mounted kept the container from starting.
        let (mut machine, _) = self.build(storage);
        let line = self.image.command_line(&self.spawned.command, &self.spawned.args);
        if let (Main::Played(behaving), Some(binary)) = (&mut self.main, self.image.resumes) {
            // What is played so far goes on as a program.
            let mut out = Output::default();
            behaving.run(now, &mut out);
            self.unsaid.append(&mut out.lines);
            let console = if self.spawned.tty { machine.open_terminal(80) } else { machine.open_channel() };
            let pid = machine.spawn_program((binary.program)(), self.start_of(line, Stdio::all(console)));
            after_runc(&mut machine);
            machine.run(now);
            (self.main, self.console, self.begins) = (Main::Program(pid), Some(console), now);
            self.machine = Some(Box::new(machine));
            return;
        }
        let stdio = Stdio { stdin: Endpoint::Null, stdout: Endpoint::Null, stderr: Endpoint::Null };
        machine.spawn_program(Box::new(Elsewhere), self.start_of(line, stdio));
        after_runc(&mut machine);
        self.machine = Some(Box::new(machine));
    }

    /// When it does something by itself next.
    pub fn next_at(&self) -> Option<Time> {
        let played = match &self.main {
            Main::Played(behaving) => behaving.next_at(),
            Main::Program(_) => None,
        };
        let at_once = (!self.at_once.is_empty() || !self.unsaid.is_empty()).then_some(Time::ZERO);
        let programs = self.machine.as_ref().and_then(|machine| machine.next_wake()).map(|at| at.max(self.begins));
        [played, at_once, programs].into_iter().flatten().min()
    }

    /// Lets it do what is due at `now`.
    pub fn run(&mut self, now: Time, storage: &mut Storage<'_>, out: &mut Output) {
        if let Main::Played(behaving) = &mut self.main {
            behaving.run(now, out);
            if self.watched && !out.lines.is_empty() {
                let text: String = out.lines.iter().map(|line| format!("{}\n", line.text)).collect();
                out.execs.push((ExecId::MAIN, ExecEvent::Stdout(text.into_bytes())));
            }
        }
        out.lines.append(&mut self.unsaid);
        out.execs.append(&mut self.at_once);
        self.run_machine(now, storage, out);
    }

    fn run_machine(&mut self, now: Time, storage: &mut Storage<'_>, out: &mut Output) {
        if now < self.begins {
            return;
        }
        self.put_volumes_in(storage);
        let Some(mut machine) = self.machine.take() else { return };
        machine.run(now);
        let used = machine.cpu_time();
        self.cpu.add(now, used.saturating_sub(self.cpu_counted));
        self.cpu_counted = used;
        self.take_volumes_out(&mut machine, storage);
        self.take_output(&mut machine, now, out);
        self.machine = Some(machine);
    }

    fn take_output(&mut self, machine: &mut Machine, now: Time, out: &mut Output) {
        if let Some(console) = self.console {
            let fresh = machine.take_output(console);
            take_lines(&mut self.unfinished, &fresh, now, &mut out.lines);
            if self.watched && !fresh.is_empty() {
                out.execs.push((ExecId::MAIN, ExecEvent::Stdout(fresh)));
            }
        }
        self.execs.retain(|id, running| {
            let mut take = |tty: Option<TtyId>, event: fn(Vec<u8>) -> ExecEvent| {
                let bytes = tty.map(|tty| machine.take_output(tty)).unwrap_or_default();
                if !bytes.is_empty() {
                    out.execs.push((*id, event(bytes)));
                }
            };
            take(Some(running.stdout), ExecEvent::Stdout);
            take(running.stderr, ExecEvent::Stderr);
            let ended = machine.take_exit(running.pid);
            if let Some(exit) = ended {
                out.execs.push((*id, ExecEvent::Ended(exit.code)));
            }
            ended.is_none()
        });
        out.answers.append(&mut machine.take_answers());
        out.outgoing.append(&mut machine.take_outgoing());
        if let Main::Program(pid) = self.main
            && let Some(exit) = machine.take_exit(pid)
        {
            if !self.unfinished.is_empty() {
                take_lines(&mut self.unfinished, b"\n", now, &mut out.lines);
            }
            out.ended = Some(Ended { code: exit.code, out_of_memory: machine.take_out_of_memory() });
        }
    }

    /// The signal to stop. It may end now, later (it says so with `next_at`), or never.
    pub fn terminate(&mut self, now: Time, storage: &mut Storage<'_>, out: &mut Output) {
        if matches!(self.main, Main::Played(_)) && self.image.resumes.is_some() {
            self.make_machine(now, storage);
        }
        match &mut self.main {
            Main::Played(behaving) => behaving.terminate(now, out),
            Main::Program(pid) => {
                if let Some(machine) = self.machine.as_mut() {
                    // A process that has just ended cannot be signalled, which is no matter.
                    let _ = machine.kill(*pid, self.image.stop_signal);
                }
                self.run_machine(now, storage, out);
            }
        }
    }

    /// A signal comes from a process in another container to one in this. Whether there is such a process.
    pub fn signal(&mut self, pid: Pid, signal: Signal, now: Time, storage: &mut Storage<'_>, out: &mut Output) -> bool {
        let Some(machine) = self.machine.as_mut().filter(|machine| machine.is_running(pid)) else { return false };
        let is_played = machine.process_list().first().is_some_and(|(first, _)| *first == pid);
        match (&mut self.main, signal) {
            (Main::Played(_), Signal::Kill) if is_played => out.ended = Some(Ended::code(137)),
            (Main::Played(behaving), Signal::Terminate | Signal::Interrupt | Signal::Quit) if is_played => behaving.terminate(now, out),
            _ => {
                // It was there a moment ago.
                let _ = machine.kill(pid, signal);
                self.run_machine(now, storage, out);
            }
        }
        true
    }

    /// Its processes, as they look from outside.
    pub fn shown(&mut self, now: Time, storage: &mut Storage<'_>) -> Vec<Neighbour> {
        if self.machine.is_none() {
            self.make_machine(now, storage);
            if let Some(mut machine) = self.machine.take() {
                self.take_volumes_out(&mut machine, storage);
                self.machine = Some(machine);
            }
        }
        self.machine.as_ref().map(|machine| machine.shown_to_neighbours()).unwrap_or_default()
    }

    /// Whether it has such a process.
    pub fn runs(&self, pid: Pid) -> bool {
        self.machine.as_ref().is_some_and(|machine| machine.is_running(pid))
    }

    /// Others see its processes from now on, and it theirs.
    pub fn share_processes(&mut self, member: Membership, now: Time, storage: &mut Storage<'_>) {
        Arc::make_mut(&mut self.spawned).shares_processes = Some(member);
        self.make_machine(now, storage);
        if let Some(mut machine) = self.machine.take() {
            self.take_volumes_out(&mut machine, storage);
            self.machine = Some(machine);
        }
    }

    /// Where it shares its processes.
    pub fn shares_processes(&self) -> Option<&Membership> {
        self.spawned.shares_processes.as_ref()
    }

    /// Whether it accepts connections on this port.
    pub fn listens(&self, port: u16, now: Time) -> bool {
        match &self.main {
            Main::Played(behaving) if behaving.listens(port, now) => true,
            _ => self.machine.as_ref().is_some_and(|machine| machine.listens(port)),
        }
    }

    /// Whether it takes datagrams on this port.
    pub fn takes_datagrams(&self, port: u16, now: Time) -> bool {
        match &self.main {
            Main::Played(behaving) if behaving.takes_datagrams(port, now) => true,
            _ => self.machine.as_ref().is_some_and(|machine| machine.takes_datagrams(port)),
        }
    }

    /// A client's first datagram comes to one of its ports; `None`: no program takes it. More go with
    /// [`Computer::connection_data`].
    pub fn datagram(&mut self, port: u16, from: &str, bytes: &[u8]) -> Option<ConnectionId> {
        self.machine.as_mut()?.datagram(port, from, bytes)
    }

    /// A request comes to one of its ports. The time for the answer includes the time that the request has to wait for
    /// others before it.
    pub fn take(&mut self, port: u16, asked: &Arc<Asked>, from: Peer, now: Time, storage: &mut Storage<'_>, log: &mut Vector<LogLine>) -> Taken {
        if asked.wanted == Wanted::Handshake {
            return self.shake_hands(port, asked, now);
        }
        if let Main::Played(behaving) = &mut self.main {
            let taken = behaving.take(port, asked, now);
            let root = behaving.root().map(str::to_owned);
            match (taken, root) {
                (Taken::Refused, _) => {}
                (Taken::Answer { at, answered }, root) => {
                    let answered = match root.filter(|root| self.has_files_of_others(root)) {
                        Some(root) => self.file(&root, asked, now, storage),
                        None => answered,
                    };
                    if let Some(line) = self.access(asked, from, &answered, now) {
                        log.push_back(LogLine { at: now, text: line });
                    }
                    return Taken::Answer { at, answered };
                }
                (taken, _) => return taken,
            }
        }
        let Some(machine) = self.machine.as_mut().filter(|machine| machine.listens(port)) else { return Taken::Refused };
        if asked.tls {
            match machine.handshake(port, &asked.server_name, &asked.trust) {
                None => return Taken::NotTls,
                Some(Err(problem)) => return Taken::Untrusted(problem),
                Some(Ok(())) => {}
            }
        }
        machine.deliver(port, request(asked, from)).map_or(Taken::Refused, Taken::Later)
    }

    /// Shows its certificates.
    fn shake_hands(&self, port: u16, asked: &Asked, now: Time) -> Taken {
        if !self.listens(port, now) {
            return Taken::Refused;
        }
        let answered = |status: u16, body: String| Taken::Answer { at: now, answered: Arc::new(Answered { status, body: body.into(), ..Answered::default() }) };
        match (&self.main, self.machine.as_ref().and_then(|machine| machine.chain_shown(port, &asked.server_name))) {
            (_, Some(chain)) => answered(200, chain.iter().map(Certificate::pem).collect()),
            // One that is played has none that could be shown.
            (Main::Played(behaving), None) if behaving.speaks_tls(port, now) => answered(501, String::new()),
            _ => Taken::NotTls,
        }
    }

    fn access(&self, asked: &Arc<Asked>, from: Peer, answered: &Answered, now: Time) -> Option<Line> {
        let unix_nanos = self.spawned.epoch_nanos + i64::try_from(now.as_nanos()).unwrap_or(i64::MAX);
        match &self.main {
            Main::Played(behaving) => behaving.access(asked, from, answered, unix_nanos),
            Main::Program(_) => None,
        }
    }

    /// Opens a connection that carries bytes to a program that listens for such. What it does with it comes out of
    /// [`Computer::run`]; `None`: no program takes bytes on this port.
    pub fn connect(&mut self, port: u16, from: &str) -> Option<ConnectionId> {
        self.machine.as_mut()?.connect(port, from)
    }

    /// Something comes from the client of such a connection; nothing: no more will come.
    pub fn connection_data(&mut self, id: ConnectionId, bytes: &[u8]) {
        if let Some(machine) = self.machine.as_mut() {
            machine.connection_data(id, bytes);
        }
    }

    /// Its client is gone.
    pub fn hang_up(&mut self, id: ConnectionId) {
        if let Some(machine) = self.machine.as_mut() {
            machine.hang_up(id);
        }
    }

    /// Looks at its files or changes them, between two turns of its programs.
    pub fn with_files<T>(&mut self, now: Time, storage: &mut Storage<'_>, act: impl FnOnce(&mut FileSystem) -> T) -> Option<T> {
        self.make_machine(now, storage);
        let mut machine = self.machine.take()?;
        let done = act(&mut machine.files);
        self.take_volumes_out(&mut machine, storage);
        self.machine = Some(machine);
        Some(done)
    }

    /// Its own disk with what was written there, and nothing that runs: what a container leaves that has stopped. `None`: it
    /// is the image's.
    pub fn disk(&self) -> Option<Machine> {
        let mut rest = self.machine.as_ref()?.at_rest();
        rest.files.forget_mounts();
        Some(rest)
    }

    /// A file of its own, if its programs have written one there.
    pub fn read_file(&self, path: &str) -> Option<Vec<u8>> {
        self.machine.as_ref()?.files.read(path).ok()
    }

    /// Its container has other limits now.
    pub fn resize(&mut self, memory_limit: Option<u64>, cpu_limit: Option<u64>, now: Time) {
        if let Main::Played(behaving) = &mut self.main {
            behaving.resize(memory_limit, cpu_limit, now);
        }
        let spawned = Arc::make_mut(&mut self.spawned);
        (spawned.memory_limit, spawned.cpu_limit) = (memory_limit, cpu_limit);
        if let Some(machine) = self.machine.as_mut() {
            let cpu_limit_millis = cpu_limit.and_then(|millis| u32::try_from(millis).ok());
            let hardware = Hardware { cpu_limit_millis, memory_limit_bytes: memory_limit, ..machine.hardware().clone() };
            machine.set_hardware(hardware);
        }
    }

    /// Whether what is in a directory may be other than the image has it.
    fn has_files_of_others(&self, directory: &str) -> bool {
        let meets = |path: &str| path.starts_with(directory) || directory.starts_with(path);
        self.machine.is_some() || self.image.contents.is_some() || self.spawned.mounts.iter().any(|point| meets(&point.path))
    }

    /// A file of its own, as its web server hands it out.
    fn file(&mut self, root: &str, asked: &Asked, now: Time, storage: &mut Storage<'_>) -> Arc<Answered> {
        self.make_machine(now, storage);
        let server = format!("{}/{}", self.image.programs.first().map_or("", String::as_str), self.image.version);
        let version: Arc<str> = self.image.version.as_str().into();
        let Some(mut machine) = self.machine.take() else { return Arc::default() };
        self.take_volumes_out(&mut machine, storage);
        let answered = web_files::answer(&machine, root, asked, &server, &version);
        self.machine = Some(machine);
        Arc::new(answered)
    }

    /// What it uses at the moment, for metrics.
    pub fn memory_bytes(&self, now: Time) -> u64 {
        match &self.main {
            Main::Played(behaving) => behaving.memory_bytes(now),
            Main::Program(_) => self.machine.as_ref().map_or(0, |machine| machine.memory_bytes()),
        }
    }

    /// What was written on its own disk.
    pub fn written_bytes(&self) -> u64 {
        self.machine.as_ref().map_or(0, |machine| machine.files.used_bytes().saturating_sub(self.image_bytes))
    }

    /// How many processes run.
    pub fn processes(&self) -> u64 {
        self.machine.as_ref().map_or(1, |machine| machine.running_processes() as u64)
    }

    /// CPU time since it started.
    pub fn cpu_total(&self, now: Time) -> Duration {
        match &self.main {
            Main::Played(behaving) => behaving.cpu_total(now),
            Main::Program(_) => now.since(self.spawned.at) / 1000 + self.cpu.total(),
        }
    }

    pub fn cpu_millis(&self, now: Time) -> u64 {
        match &self.main {
            Main::Played(behaving) => behaving.cpu_millis(now),
            Main::Program(_) => 1 + self.cpu.millis(now),
        }
    }
}

/// What comes back to its programs.
impl Computer {
    /// A piece of the answer to a request of one of its programs.
    pub fn http_reply(&mut self, id: ExchangeId, event: HttpEvent) {
        if let Some(machine) = self.machine.as_mut() {
            machine.http_reply(id, event);
        }
    }

    pub fn lookup_reply(&mut self, id: LookupId, answer: LookupAnswer) {
        if let Some(machine) = self.machine.as_mut() {
            machine.lookup_reply(id, answer);
        }
    }
}

/// A request as a program in the container reads it.
fn request(asked: &Asked, from: Peer) -> HttpRequest {
    let mut headers = vec![("Host".to_owned(), asked.host.clone())];
    headers.extend(asked.headers.iter().filter(|(name, _)| !name.eq_ignore_ascii_case("host")).cloned());
    let url = if asked.tls { format!("https://{}{}", asked.host, asked.path) } else { asked.path.clone() };
    HttpRequest { method: asked.method.clone(), url, headers, body: asked.body.clone(), from: from.to_string(), ..HttpRequest::default() }
}

/// Commands beside the main process.
impl Computer {
    /// Runs a command in the container. What comes of it comes out of [`Computer::run`], which is to be called next.
    pub fn exec(&mut self, exec: &Exec, now: Time, storage: &mut Storage<'_>) -> Result<ExecId, StartError> {
        let id = ExecId(self.next_exec);
        if let Main::Played(behaving) = &self.main
            && let Some((code, text)) = behaving.exec(&exec.command.join(" "), now)
        {
            self.next_exec += 1;
            if !text.is_empty() {
                self.at_once.push((id, ExecEvent::Stdout(text.into_bytes())));
            }
            self.at_once.push((id, ExecEvent::Ended(code)));
            return Ok(id);
        }
        self.make_machine(now, storage);
        let Some(mut machine) = self.machine.take() else { return Err(StartError("the container has no computer".to_owned())) };
        let (stdin, stdout, stderr) = match exec.tty {
            true => {
                let tty = machine.open_terminal(80);
                (exec.stdin.then_some(tty), tty, None)
            }
            false => (exec.stdin.then(|| machine.open_channel()), machine.open_channel(), Some(machine.open_channel())),
        };
        let stdio = Stdio {
            stdin: stdin.map_or(Endpoint::Null, Endpoint::Tty),
            stdout: Endpoint::Tty(stdout),
            stderr: Endpoint::Tty(stderr.unwrap_or(stdout)),
        };
        let started = machine.start(self.start_of(exec.command.clone(), stdio));
        if started.is_ok() {
            after_runc(&mut machine);
        }
        self.take_volumes_out(&mut machine, storage);
        self.machine = Some(machine);
        let pid = started.map_err(|error| StartError(error.to_string()))?;
        self.next_exec += 1;
        self.execs.insert(id, Running { pid, stdin, stdout, stderr });
        Ok(id)
    }

    /// The commands that have not ended.
    pub fn execs(&self) -> impl Iterator<Item = ExecId> {
        self.execs.keys().copied()
    }

    /// Whether what the main process writes is to come out as it is, too.
    pub fn set_watched(&mut self, watched: bool) {
        self.watched = watched;
    }

    /// Where a command, or the main process, reads from.
    fn input_of(&mut self, id: ExecId) -> Option<(&mut Machine, TtyId)> {
        let stdin = match id {
            ExecId::MAIN => self.console.filter(|_| self.spawned.stdin),
            id => self.execs.get(&id)?.stdin,
        };
        Some((self.machine.as_mut()?, stdin?))
    }

    /// Somebody types, or sends into the command's standard input.
    pub fn exec_input(&mut self, id: ExecId, bytes: &[u8]) {
        let Some((machine, stdin)) = self.input_of(id) else { return };
        match bytes {
            // A student's keyboard sends whole lines, others send keys.
            keys if machine.is_tty(stdin) && (machine.is_editing(stdin) || keys.contains(&b'\r') || !keys.ends_with(b"\n")) => machine.press(stdin, keys),
            bytes => machine.type_bytes(stdin, bytes),
        }
    }

    /// Nothing more will come.
    pub fn exec_end_input(&mut self, id: ExecId) {
        if let Some((machine, stdin)) = self.input_of(id) {
            machine.end_input(stdin);
        }
    }

    /// The client's terminal has this width now.
    pub fn exec_resize(&mut self, id: ExecId, columns: usize) {
        if let (Some(running), Some(machine)) = (self.execs.get(&id), self.machine.as_mut()) {
            machine.resize(running.stdout, columns);
        }
    }

    /// The client is gone: what reads from it finds the end, what writes to it writes into the void.
    pub fn exec_hang_up(&mut self, id: ExecId) {
        self.exec_end_input(id);
    }

    /// Nobody waits for the command any more, so it is ended.
    pub fn exec_kill(&mut self, id: ExecId) {
        if let (Some(running), Some(machine)) = (self.execs.get(&id), self.machine.as_mut()) {
            // It may have ended at this very moment.
            let _ = machine.kill(running.pid, Signal::Kill);
        }
    }
}

/// The timetable that stands for this command line, if one does.
fn played(image: &Image, spawned: &Spawned, line: &[String]) -> Option<Arc<Behavior>> {
    let is_default = spawned.command.is_empty() && spawned.args.is_empty();
    if !is_default {
        let text = line.join(" ");
        if let Some(command) = image.commands.iter().find(|command| text.contains(&command.contains)) {
            return Some(command.behavior.clone());
        }
    }
    let behavior = image.behavior.as_ref()?;
    let meets = |path: &str, place: &str| path.starts_with(place) || place.starts_with(path);
    if spawned.mounts.iter().any(|point| image.looks_at.iter().any(|place| meets(&point.path, place))) {
        return None;
    }
    // Who has fewer rights may not get far; a real one shows how far.
    if image.resumes.is_some() && (spawned.credentials.uid != 0 || spawned.read_only_root) {
        return None;
    }
    let runs_own_program = || line.first().is_some_and(|program| image.programs.iter().any(|own| own == base_name(program)));
    (is_default || runs_own_program()).then(|| behavior.clone())
}

fn base_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Takes the whole lines out of what was written.
fn take_lines(unfinished: &mut Vec<u8>, fresh: &[u8], now: Time, lines: &mut Vec<LogLine>) {
    unfinished.extend_from_slice(fresh);
    while let Some(end) = unfinished.iter().position(|byte| *byte == b'\n') {
        let rest = unfinished.split_off(end + 1);
        unfinished.truncate(end);
        lines.push(LogLine { at: now, text: Line::Text(String::from_utf8_lossy(unfinished).into()) });
        *unfinished = rest;
    }
}

/// Stands in the list of processes for a main program that is played.
#[derive(Clone)]
struct Elsewhere;

impl Program for Elsewhere {
    fn resume(&mut self, _sys: &mut Sys<'_>) -> Turn {
        Turn::Wait
    }

    fn signal(&mut self, _signal: Signal) -> bool {
        true
    }

    fn clone_box(&self) -> Box<dyn Program> {
        Box::new(self.clone())
    }
}
