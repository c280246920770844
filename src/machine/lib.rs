//! A simulated computer: files and volumes, users, processes, pipes, terminals, signals, HTTP clients and servers,
//! virtual time.
//!
//! Invariant: a [`Machine`] is a plain value. It never waits, reads no clock and does no I/O; its embedder tells it
//! what time it is ([`Machine::run`]), carries its HTTP requests, and types on its terminals. A clone taken at any
//! moment, in the middle of a pipeline or of an answer, goes on exactly as the original does. Not a word of
//! Kubernetes in here.
//!
//! Who writes a program (`kubectl`, `grep`) reads [`program`] and [`process`]. Who puts a machine somewhere (a
//! workstation, a container) reads [`machine`].

mod certificate;
mod credentials;
mod error;
mod file_bytes;
mod files;
mod http;
mod machine;
mod mount_table;
mod neighbours;
mod datagrams;
mod network;
mod outside;
mod pipes;
mod process;
mod processes;
mod procfs;
mod program;
mod programs;
mod scheduling;
mod shell;
mod signal;
mod spawn;
mod streams;
mod surroundings;
mod sys;
mod sys_files;
mod sys_network;
mod terminal;
mod tree;
mod users;
mod volume;
mod walk;
mod wire;

pub use certificate::{Certificate, CertificateProblem, Trust, problem_of};
pub use credentials::{CAPABILITIES, Capabilities, Credentials};
pub use error::{Errno, NetError};
pub use file_bytes::FileBytes;
pub use files::{FileKind, FileSystem, Metadata, Mount};
pub use http::{ExchangeId, HANDSHAKE, HttpEvent, HttpRequest, HttpResponse, HttpStream, Outgoing, StreamItem};
pub use machine::{Hardware, Machine};
pub use mount_table::{DISK_BELOW, MountTable, SystemMount};
pub use neighbours::Neighbour;
pub use network::{Answered, ConnectionId, Identity, LookupAnswer, LookupId, Record, RecordData, RecordType};
pub use outside::{CTRL_C, CTRL_D};
pub use pipes::Handle;
pub use process::{Process, Ready, Source};
pub use processes::{Endpoint, ProcessInfo, ProcessState, Start, StartError, Stdio};
pub use programs::{install_absent, install_busybox, install_everyday_programs, install_programs};
pub use program::{Main, Program, Replay, Suspend, Turn};
pub use signal::{ExitStatus, Pid, Signal};
pub use spawn::{Group, Spawn};
pub use surroundings::{Namespaces, Surroundings};
pub use sys::{OpenMode, Sys};
pub use terminal::TtyId;
pub use wire::{NotHttp, RequestReader, write_chunk, write_chunked_head, write_response};
pub use volume::{Volume, VolumeId, VolumeKind};
