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

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use podarium_sim::{Stream, Time};

use crate::datagrams::DatagramPort;
use crate::files::FileSystem;
use crate::http::Exchange;
use crate::network::{Connection, Listener, Lookup};
use crate::pipes::{Description, Handle, Pipe, Target};
use crate::processes::Entry;
use crate::terminal::Terminal;
use crate::mount_table;
use crate::surroundings::Host;
use crate::walk::{FileId, Place};
use crate::{Answered, ConnectionId, Errno, ExchangeId, LookupId, Main, MountTable, Namespaces, Neighbour, Outgoing, Pid, Program, Replay, Signal, TtyId};

/// The wall clock at virtual time zero: 1 January 2026, 08:00 UTC.
const DEFAULT_EPOCH_NANOS: i64 = 1_767_254_400_000_000_000;
/// What an installed program's file begins with; the path that it was installed at follows.
const EXECUTABLE: &str = "\u{7f}ELF simulated program ";

/// A computer that is switched on. Cloning one that was set up and runs nothing is cheap: its files and programs are
/// shared until one of the two changes them. So an image is set up once, and each container has a clone.
#[derive(Clone)]
pub struct Machine {
    pub(crate) hostname: String,
    pub(crate) now: Time,
    /// When it was switched on: what `uptime` counts from.
    pub(crate) started_at: Time,
    epoch_nanos: i64,
    pub(crate) random: Stream,
    /// The disk. The embedder may read and change it at any time.
    pub files: FileSystem,
    pub(crate) programs: Arc<BTreeMap<String, Installed>>,
    pub(crate) hardware: Hardware,
    /// Its everyday programs are those of busybox.
    pub(crate) busybox: bool,
    pub(crate) processes: BTreeMap<Pid, Entry>,
    pub(crate) next_pid: u32,
    pub(crate) descriptions: BTreeMap<Handle, Description>,
    pub(crate) next_handle: u64,
    pub(crate) pipes: BTreeMap<u64, Pipe>,
    pub(crate) terminals: BTreeMap<TtyId, Terminal>,
    pub(crate) next_tty: u32,
    pub(crate) exchanges: BTreeMap<ExchangeId, Exchange>,
    pub(crate) lookups: BTreeMap<LookupId, Lookup>,
    pub(crate) listeners: BTreeMap<u16, Listener>,
    pub(crate) datagram_ports: BTreeMap<u16, DatagramPort>,
    pub(crate) connections: BTreeMap<ConnectionId, Connection>,
    /// Connections whose clients are gone and whose servers do not know it yet.
    pub(crate) forsaken: BTreeSet<ConnectionId>,
    /// The number of the next exchange, look-up or connection.
    pub(crate) next_exchange: u64,
    pub(crate) outgoing: Vec<Outgoing>,
    pub(crate) answers: Vec<(ConnectionId, Answered)>,
    /// What processes that have ended have used.
    pub(crate) cpu_of_ended: Duration,
    pub(crate) ran_out_of_memory: bool,
    /// Processes of others that are seen here, and what was sent to them.
    pub(crate) neighbours: Vec<Neighbour>,
    pub(crate) signals_to_neighbours: Vec<(Pid, Signal)>,
    /// What user and group 0 are outside, where they are not root's.
    user_namespace: Option<u32>,
    pub(crate) namespaces: Namespaces,
    pub(crate) namespaces_made: u32,
    /// The computer below it, for those who get there.
    pub(crate) host: Option<Arc<Host>>,
    pub(crate) mount_table: MountTable,
}

/// What `nproc`, `free` and `df` say, and what a process can have of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hardware {
    pub cpus: u32,
    pub memory_bytes: u64,
    pub disk_bytes: u64,
    /// How many thousandths of a CPU its processes get: the quota of a container.
    pub cpu_limit_millis: Option<u32>,
    /// When its processes hold more than this together, the kernel kills them all.
    pub memory_limit_bytes: Option<u64>,
}

impl Default for Hardware {
    fn default() -> Self {
        Hardware { cpus: 4, memory_bytes: 8 << 30, disk_bytes: 40 << 30, cpu_limit_millis: None, memory_limit_bytes: None }
    }
}

#[derive(Clone, Copy)]
pub(crate) enum Installed {
    Main(Main),
    Program(fn() -> Box<dyn Program>),
}

/// Setting up.
impl Machine {
    /// An empty computer: a few directories and devices, root, no programs.
    pub fn new(hostname: &str, random: Stream) -> Self {
        let mut machine = Machine {
            hostname: String::new(),
            now: Time::ZERO,
            started_at: Time::ZERO,
            epoch_nanos: DEFAULT_EPOCH_NANOS,
            random,
            files: FileSystem::default(),
            programs: Arc::default(),
            hardware: Hardware::default(),
            busybox: false,
            processes: BTreeMap::new(),
            next_pid: 1,
            descriptions: BTreeMap::new(),
            next_handle: 0,
            pipes: BTreeMap::new(),
            terminals: BTreeMap::new(),
            next_tty: 0,
            exchanges: BTreeMap::new(),
            lookups: BTreeMap::new(),
            listeners: BTreeMap::new(),
            datagram_ports: BTreeMap::new(),
            connections: BTreeMap::new(),
            forsaken: BTreeSet::new(),
            next_exchange: 0,
            outgoing: Vec::new(),
            answers: Vec::new(),
            cpu_of_ended: Duration::ZERO,
            ran_out_of_memory: false,
            neighbours: Vec::new(),
            signals_to_neighbours: Vec::new(),
            user_namespace: None,
            namespaces: Namespaces::default(),
            namespaces_made: 0,
            host: None,
            mount_table: mount_table::plain(Hardware::default().disk_bytes),
        };
        machine.set_hostname(hostname);
        for (path, text) in [
            ("/etc/passwd", "root:x:0:0:root:/root:/bin/bash\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n"),
            ("/etc/group", "root:x:0:\nnogroup:x:65534:\n"),
        ] {
            machine.files.write(path, text, 0o644, Time::ZERO).expect("/etc is there");
        }
        machine
    }

    /// What is left of it when it is switched off: its files and programs. An image is made of that.
    #[must_use]
    pub fn at_rest(&self) -> Machine {
        let mut rest = Machine::new("", self.random.clone());
        rest.files = self.files.clone();
        rest.programs = self.programs.clone();
        rest.busybox = self.busybox;
        rest.epoch_nanos = self.epoch_nanos;
        rest.mount_table = self.mount_table.clone();
        rest
    }

    /// Names the machine, also in `/etc/hostname`.
    pub fn set_hostname(&mut self, hostname: &str) {
        hostname.clone_into(&mut self.hostname);
        // Who has made a directory of the file does not want it.
        let _ = self.files.write("/etc/hostname", format!("{hostname}\n"), 0o644, self.now);
    }

    /// Where `$RANDOM`, `mktemp` and the like draw from: each clone of a prototype wants its own.
    pub fn set_random(&mut self, random: Stream) {
        self.random = random;
    }

    /// Switches the machine on at this moment: what `uptime` counts from.
    pub fn set_started_at(&mut self, time: Time) {
        self.started_at = time;
        self.now = self.now.max(time);
    }

    /// Says that the everyday programs are those of BusyBox.
    pub fn set_busybox(&mut self, busybox: bool) {
        self.busybox = busybox;
    }

    pub fn set_hardware(&mut self, hardware: Hardware) {
        self.hardware = hardware;
    }

    pub fn hardware(&self) -> &Hardware {
        &self.hardware
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

    /// Sets the number of the next exchange, for machines that share whoever answers them.
    pub fn set_next_exchange(&mut self, number: u64) {
        self.next_exchange = number;
    }

    /// Gives its users numbers of their own: outside, user 0 is this one, and so on for 65536 of them.
    pub fn set_user_namespace(&mut self, first: u32) {
        self.user_namespace = Some(first);
        self.namespaces = self.namespaces.with("user", 4_026_532_208 + (first >> 16));
    }

    /// Says which file systems it has beside its volumes.
    pub fn set_mount_table(&mut self, mounts: MountTable) {
        self.mount_table = mounts;
    }

    /// `/proc/self/uid_map`: first number inside, first number outside, how many.
    pub(crate) fn user_map(&self) -> String {
        let (outside, count) = self.user_namespace.map_or((0, u32::MAX), |first| (first, 1 << 16));
        format!("{:>10} {outside:>10} {count:>10}\n", 0)
    }

    /// Installs a sequential program as `/usr/bin/NAME`.
    pub fn install(&mut self, name: &str, main: Main) {
        self.install_at(&format!("/usr/bin/{name}"), main);
    }

    /// Installs a sequential program anywhere. Directories that are missing are made.
    pub fn install_at(&mut self, path: &str, main: Main) {
        self.install_file(path, Installed::Main(main));
    }

    /// Installs a program that is an explicit state machine as `/usr/bin/NAME`.
    pub fn install_program(&mut self, name: &str, make: fn() -> Box<dyn Program>) {
        self.install_program_at(&format!("/usr/bin/{name}"), make);
    }

    pub fn install_program_at(&mut self, path: &str, make: fn() -> Box<dyn Program>) {
        self.install_file(path, Installed::Program(make));
    }

    fn install_file(&mut self, path: &str, installed: Installed) {
        let directory = path.rsplit_once('/').map_or("/", |(directory, _)| directory);
        let bytes = format!("{EXECUTABLE}{path}\n");
        let mut written = self.files.write(path, bytes.as_str(), 0o755, Time::ZERO);
        if written == Err(Errno::NoEntry) {
            let made = self.files.mkdir_all(directory, Time::ZERO);
            written = made.and_then(|()| self.files.write(path, bytes, 0o755, Time::ZERO));
        }
        written.expect("a program is installed where a file can be");
        Arc::make_mut(&mut self.programs).insert(path.to_owned(), installed);
    }

    /// The program whose file holds these bytes, if it is one where this is the root.
    pub(crate) fn program_of(&self, bytes: &[u8], root: Place) -> Option<Box<dyn Program>> {
        let name = bytes.strip_prefix(EXECUTABLE.as_bytes())?.strip_suffix(b"\n")?;
        Some(match self.programs_at(root).get(std::str::from_utf8(name).ok()?)? {
            Installed::Main(main) => Box::new(Replay::new(*main)),
            Installed::Program(make) => make(),
        })
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
        let target = description.target.clone();
        self.descriptions.remove(&handle);
        let (pipe, is_reader) = match target {
            Target::PipeReader(pipe) => (pipe, true),
            Target::PipeWriter(pipe) => (pipe, false),
            Target::File { file, .. } => return self.forget_unless_open(file),
            Target::Socket(id) => return self.close_exchange(id),
            _ => return,
        };
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

    /// A file has lost a name or a reader: if it has no more of either, its bytes are dropped.
    pub(crate) fn forget_unless_open(&mut self, of: FileId) {
        let is_open = self.descriptions.values().any(|it| matches!(it.target, Target::File { file, .. } if file == of));
        if !is_open {
            self.files.forget(of);
        }
    }
}
