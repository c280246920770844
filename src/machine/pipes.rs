//! Open descriptors and what they lead to: files, pipes, terminals.
//!
//! As on Linux, a descriptor (0, 1, 2, …) of a process names an *open description*, which several descriptors can share:
//! `cmd > f 2>&1` gives two descriptors one place in one file. A [`Handle`] names the description.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::{ExchangeId, TtyId};
use crate::walk::FileId;

/// How much a pipe holds before its writer has to wait.
pub(crate) const PIPE_CAPACITY: usize = 65_536;

/// Names an open description of a machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Handle(pub(crate) u64);

#[derive(Clone, Debug)]
pub(crate) struct Description {
    pub target: Target,
    /// How many descriptors of processes lead here.
    pub references: usize,
}

#[derive(Clone, Debug)]
pub(crate) enum Target {
    Null,
    Zero,
    /// Takes nothing: `/dev/full`.
    Full,
    Random,
    File { file: FileId, offset: usize, append: bool },
    /// A text that the kernel made when it was opened: a file of `/proc`.
    Text(Arc<Vec<u8>>, usize),
    PipeReader(u64),
    PipeWriter(u64),
    Terminal(TtyId),
    /// The client's end of a connection.
    Socket(ExchangeId),
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Pipe {
    pub buffer: VecDeque<u8>,
    pub has_reader: bool,
    pub has_writer: bool,
    /// The reader waits for the end of a line, however long it is: writers may go beyond the capacity.
    pub line_wanted: bool,
}

impl Pipe {
    pub fn is_readable(&self) -> bool {
        !self.buffer.is_empty() || !self.has_writer
    }

    pub fn has_line(&self) -> bool {
        !self.has_writer || self.buffer.contains(&b'\n')
    }

    pub fn is_writable(&self) -> bool {
        !self.has_reader || self.line_wanted || self.buffer.len() < PIPE_CAPACITY
    }

    /// Takes bytes up to and including the first newline, or all there are.
    pub fn take_line(&mut self) -> Vec<u8> {
        let end = self.buffer.iter().position(|byte| *byte == b'\n').map_or(self.buffer.len(), |at| at + 1);
        self.line_wanted = false;
        self.buffer.drain(..end).collect()
    }
}
