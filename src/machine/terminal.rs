//! Terminals, and the plain channels that stand in their place where nobody sits in front of the program.
//!
//! A terminal gathers whole lines and gives them to whoever reads; it echoes what is typed and turns Ctrl-C into
//! SIGINT for the foreground group, unless a program has asked for every key itself (raw mode). A *channel* is the same without a keyboard's manners: no echo, no signals, and
//! programs see that it is no terminal. The standard output of a container without `tty: true` is a channel.

use std::collections::VecDeque;

use crate::Pid;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TtyId(pub u32);

#[derive(Clone, Debug)]
pub(crate) struct Terminal {
    pub is_tty: bool,
    /// Whether what is typed appears in the output.
    pub echoes: bool,
    pub columns: usize,
    pub input: VecDeque<Input>,
    pub output: Vec<u8>,
    /// The process group that Ctrl-C goes to.
    pub foreground: Option<Pid>,
    /// A program in front has asked for every key as it is: no echo, no signals.
    pub raw: bool,
    /// What a keyboard has shown by itself, and whoever reads it in raw mode is about to show again.
    shown: VecDeque<u8>,
}

#[derive(Clone, Debug)]
pub(crate) enum Input {
    Bytes(VecDeque<u8>),
    /// Ctrl-D, or the end of a channel.
    End,
}

impl Terminal {
    pub fn new(is_tty: bool, columns: usize) -> Self {
        Terminal { is_tty, echoes: is_tty, columns, input: VecDeque::new(), output: Vec::new(), foreground: None, raw: false, shown: VecDeque::new() }
    }

    /// What is typed, shown as the mode has it.
    pub fn type_bytes(&mut self, bytes: &[u8]) {
        self.input.push_back(Input::Bytes(bytes.iter().copied().collect()));
        match (self.raw, self.echoes) {
            (false, true) => self.output.extend(bytes),
            (true, false) if self.is_tty => self.shown.extend(bytes),
            _ => {}
        }
    }

    /// What a program writes.
    pub fn write(&mut self, bytes: &[u8]) {
        let mut rest = bytes;
        while let (Some(expected), Some((first, more))) = (self.shown.front(), rest.split_first()) {
            if expected != first {
                self.shown.clear();
                break;
            }
            self.shown.pop_front();
            rest = more;
        }
        self.output.extend_from_slice(rest);
    }

    pub fn set_raw(&mut self, raw: bool) {
        self.raw = raw;
        self.shown.clear();
    }

    pub fn is_readable(&self) -> bool {
        !self.input.is_empty()
    }

    pub fn has_line(&self) -> bool {
        self.is_tty && self.is_readable()
            || self.input.iter().any(|input| match input {
                Input::Bytes(bytes) => bytes.contains(&b'\n'),
                Input::End => true,
            })
    }

    pub fn take(&mut self, max: usize) -> Vec<u8> {
        self.take_while(max, false)
    }

    pub fn take_line(&mut self) -> Vec<u8> {
        self.take_while(usize::MAX, true)
    }

    /// Bytes from the front, up to `max`, up to the end of a line if asked, and never past an end mark. A read that
    /// finds the mark first takes it from a terminal (Ctrl-D ends one read) and leaves it in a channel (it stays closed).
    fn take_while(&mut self, max: usize, one_line: bool) -> Vec<u8> {
        let mut taken = Vec::new();
        while let Some(front) = self.input.front_mut() {
            let Input::Bytes(bytes) = front else {
                if taken.is_empty() && self.is_tty {
                    self.input.pop_front();
                }
                break;
            };
            while taken.len() < max {
                let Some(byte) = bytes.pop_front() else { break };
                taken.push(byte);
                if one_line && byte == b'\n' {
                    break;
                }
            }
            if bytes.is_empty() {
                self.input.pop_front();
            }
            // A terminal gives one line at a time.
            if taken.len() >= max || (one_line || self.is_tty) && taken.last() == Some(&b'\n') {
                break;
            }
        }
        taken
    }
}
