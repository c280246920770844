//! A container as the kubelet deals with it: what it is started with, what comes out of it, and what may be asked of it.
//!
//! Models: the Container Runtime Interface (ContainerConfig, ExecSync), v1.36.
//! Simplified: nothing.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use podarium_machine::{self as machine, CertificateProblem, ConnectionId, Credentials, Outgoing, Volume};
use podarium_sim::{Stream, Time};

use super::access_log::Access;
use super::greeting::Greeting;
use super::{Isolation, Membership, PodVolume, ProcessNamespaces};
use crate::network::Answered;

/// What a container is started with.
#[derive(Clone, Debug)]
pub struct Spawned {
    pub at: Time,
    /// Takes the place of the image's entry point; empty if the image decides.
    pub command: Vec<String>,
    /// Takes the place of the image's own arguments.
    pub args: Vec<String>,
    pub env: BTreeMap<String, String>,
    pub workdir: Option<String>,
    pub hostname: String,
    /// Whether anybody can attach to its standard input.
    pub stdin: bool,
    pub tty: bool,
    pub credentials: Credentials,
    pub read_only_root: bool,
    pub mounts: Vec<MountPoint>,
    /// Files that are written into it, by path.
    pub files: Vec<(String, String)>,
    /// How often the container was started before.
    pub attempt: u32,
    /// With whom it shares its processes' numbers, if with anybody.
    pub shares_processes: Option<Membership>,
    /// What its user 0 is on the machine, where that is not root.
    pub user_namespace: Option<u32>,
    pub isolation: Isolation,
    /// The container's memory limit.
    pub memory_limit: Option<u64>,
    /// The container's CPU limit, in thousandths of a CPU.
    pub cpu_limit: Option<u64>,
    /// What the machine under it has.
    pub cpus: u32,
    pub memory: u64,
    /// For what its programs draw.
    pub random: Stream,
    /// Nanoseconds from 1970 to virtual time zero.
    pub epoch_nanos: i64,
}

#[cfg(test)]
impl Spawned {
    /// A container of which nothing is said, started at this time.
    pub fn plain(at: Time) -> Self {
        Spawned {
            at,
            command: Vec::new(),
            args: Vec::new(),
            env: BTreeMap::new(),
            workdir: None,
            hostname: "p".to_owned(),
            stdin: false,
            tty: false,
            credentials: Credentials::default(),
            read_only_root: false,
            mounts: Vec::new(),
            files: Vec::new(),
            attempt: 0,
            shares_processes: None,
            user_namespace: None,
            isolation: Isolation::default(),
            memory_limit: None,
            cpu_limit: None,
            cpus: 4,
            memory: 8 << 30,
            random: Stream::new(1, "container"),
            epoch_nanos: 0,
        }
    }
}

/// A volume in a container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MountPoint {
    pub path: String,
    /// Where it is on the machine, for the runtime's complaints.
    pub source: String,
    pub mounted: Mounted,
    pub sub_path: Option<String>,
    pub read_only: bool,
}

impl MountPoint {
    /// What the runtime says of a file upon a directory, or a directory upon a file.
    pub(super) fn refusal(&self) -> StartError {
        let (source, path) = (&self.source, &self.path);
        let flags = if self.read_only { "0x5001" } else { "0x5000" };
        StartError(format!("error during container init: error mounting {source:?} to rootfs at {path:?}: mount {source}:{path} (via /proc/self/fd/6), flags: {flags}: not a directory"))
    }
}

/// Where the files of a volume are.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mounted {
    /// The pod's volume of this name.
    Pod(Arc<str>),
    /// The disk of this name, among all there are.
    Disk(Arc<str>),
}

/// The disks of machines and of the storage, by name: what is on them outlives pods and nodes.
#[derive(Clone, Debug, Default)]
pub struct Disks(pub imbl::OrdMap<Arc<str>, Volume>);

/// All files that are not a container's own.
#[derive(Debug)]
pub struct Storage<'a> {
    /// The pod's volumes, by name.
    pub pod: &'a mut BTreeMap<Arc<str>, PodVolume>,
    pub disks: &'a mut Disks,
    /// What containers of the pod see of each other's processes.
    pub processes: &'a mut ProcessNamespaces,
}

impl Storage<'_> {
    /// Lends the files of a volume: who takes them brings them back.
    pub(super) fn take(&mut self, mounted: &Mounted) -> Volume {
        match mounted {
            Mounted::Pod(name) => self.pod.get_mut(name).map(|volume| std::mem::take(volume.made())),
            Mounted::Disk(name) => self.disks.0.get_mut(name).map(std::mem::take),
        }
        .unwrap_or_default()
    }

    pub(super) fn put(&mut self, mounted: &Mounted, volume: Volume) {
        match mounted {
            Mounted::Pod(name) => {
                self.pod.insert(name.clone(), volume.into());
            }
            Mounted::Disk(name) => {
                self.disks.0.insert(name.clone(), volume);
            }
        }
    }
}

/// The end of a container's main process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ended {
    pub code: i32,
    /// The kernel killed it because it went over its memory limit.
    pub out_of_memory: bool,
}

impl Ended {
    pub fn code(code: i32) -> Self {
        Ended { code, out_of_memory: false }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogLine {
    pub at: Time,
    pub text: Line,
}

/// What a line says. Web servers under load write very many, of which few are read: those are written when they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    Text(Arc<str>),
    Access(Arc<Access>),
    /// One of those with which a played program starts.
    Greeting(Arc<Greeting>, u32),
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Line::Text(text) => f.write_str(text),
            Line::Access(access) => access.fmt(f),
            Line::Greeting(greeting, number) => f.write_str(&greeting.line(*number)),
        }
    }
}

/// What comes out of a container while it runs.
#[derive(Debug, Default)]
pub struct Output {
    pub lines: Vec<LogLine>,
    pub ended: Option<Ended>,
    /// What became of the commands that were run in it.
    pub execs: Vec<(ExecId, ExecEvent)>,
    /// What its programs answered as servers.
    pub answers: Vec<(ConnectionId, machine::Answered)>,
    /// What its programs ask of others.
    pub outgoing: Vec<Outgoing>,
}

/// What became of a request that came to a port.
#[derive(Clone, Debug, PartialEq)]
pub enum Taken {
    /// It does not listen there.
    Refused,
    /// It listens, but does not understand TLS.
    NotTls,
    /// The client leaves when it sees the certificate.
    Untrusted(CertificateProblem),
    /// It answers at this time, if it lives so long.
    Answer { at: Time, answered: Arc<Answered> },
    /// A program has it, and answers when it is done.
    Later(ConnectionId),
}

/// Names a command that is run in a container beside its main process. Unique within the container.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ExecId(pub u32);

impl ExecId {
    /// The main process itself, for those who are attached to it.
    pub const MAIN: ExecId = ExecId(u32::MAX);
}

/// A command to run in a container.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exec {
    pub command: Vec<String>,
    /// Whether somebody will write to its standard input.
    pub stdin: bool,
    pub tty: bool,
}

/// What comes of a command that is run in a container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExecEvent {
    Stdout(Vec<u8>),
    Stderr(Vec<u8>),
    /// It ended with this code, or was ended by a signal (128 and more).
    Ended(i32),
}

/// Why a command could not be started, in the words of runc.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StartError(pub String);
