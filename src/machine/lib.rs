//! A simulated computer: files, processes, pipes, terminals, signals, HTTP clients, virtual time.
//!
//! Invariant: a [`Machine`] is a plain value. It never waits, reads no clock and does no I/O; its embedder tells it
//! what time it is ([`Machine::run`]), carries its HTTP requests, and types on its terminals. A clone taken at any
//! moment, in the middle of a pipeline or of an answer, goes on exactly as the original does. Not a word of
//! Kubernetes in here.
//!
//! Who writes a program (`kubectl`, `grep`) reads [`program`] and [`process`]. Who puts a machine somewhere (a
//! workstation, a container) reads [`machine`].

mod error;
mod files;
mod http;
mod machine;
mod pipes;
mod process;
mod program;
mod programs;
mod shell;
mod signal;
mod spawn;
mod sys;
mod sys_files;
mod terminal;

pub use error::{Errno, NetError};
pub use files::{FileKind, FileSystem, Metadata};
pub use http::{ExchangeId, HttpEvent, HttpRequest, HttpResponse, HttpStream, Outgoing, StreamItem};
pub use machine::{CTRL_C, CTRL_D, Endpoint, Machine, Stdio};
pub use pipes::Handle;
pub use process::{Process, Ready, Source};
pub use programs::install_everyday_programs;
pub use program::{Main, Program, Replay, Suspend, Turn};
pub use signal::{ExitStatus, Pid, Signal};
pub use spawn::{Group, Spawn};
pub use sys::{OpenMode, Sys};
pub use terminal::TtyId;
