//! Terminals, and the plain channels that stand in their place where nobody sits in front of the program.
//!
//! A terminal gathers whole lines and gives them to whoever reads; it echoes what is typed and turns Ctrl-C into
//! SIGINT for the foreground group, unless a program has asked for every key itself (raw mode). A *channel* is the same without a keyboard's manners: no echo, no signals, and
//! programs see that it is no terminal. The standard output of a container without `tty: true` is a channel.

use std::collections::VecDeque;

use crate::Pid;

pub const CTRL_D: u8 = 4;
const BACKSPACE: u8 = 8;
const CTRL_U: u8 = 0x15;
const CTRL_W: u8 = 0x17;
const DELETE: u8 = 0x7f;

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
    /// What has been typed of a line that is edited here.
    line: Vec<u8>,
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
        Terminal { is_tty, echoes: is_tty, columns, input: VecDeque::new(), output: Vec::new(), foreground: None, raw: false, line: Vec::new(), shown: VecDeque::new() }
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

    /// A key of a keyboard that sends each by itself, as a real terminal does that is far away. The line is edited here and
    /// given to whoever reads when it is whole.
    pub fn press(&mut self, key: u8) {
        let key = if key == b'\r' { b'\n' } else { key };
        if self.raw {
            return self.type_bytes(&[key]);
        }
        match key {
            b'\n' => {
                self.line.push(b'\n');
                self.echo(b"\n");
                self.give_line();
            }
            CTRL_D => self.give_line(),
            BACKSPACE | DELETE => self.erase(1),
            CTRL_U => self.erase(usize::MAX),
            CTRL_W => {
                let text = String::from_utf8_lossy(&self.line).into_owned();
                let kept = text.trim_end().rfind(' ').map_or(0, |space| text[..=space].chars().count());
                self.erase(text.chars().count() - kept);
            }
            key => {
                self.line.push(key);
                match key {
                    0..0x20 if key != b'\t' => self.echo(&[b'^', key + b'@']),
                    key => self.echo(&[key]),
                }
            }
        }
    }

    /// Whether a line has been begun that is edited here.
    pub fn is_editing(&self) -> bool {
        !self.line.is_empty()
    }

    /// Ctrl-C throws away what has been typed.
    pub fn drop_line(&mut self) {
        self.line.clear();
        self.input.clear();
    }

    /// Whoever reads gets the line as it is.
    pub fn give_line(&mut self) {
        if !self.line.is_empty() {
            self.input.push_back(Input::Bytes(std::mem::take(&mut self.line).into()));
        }
    }

    fn echo(&mut self, bytes: &[u8]) {
        if self.echoes {
            self.output.extend_from_slice(bytes);
        }
    }

    /// Takes characters off the end of the line, and off the screen.
    fn erase(&mut self, count: usize) {
        for _ in 0..count {
            let start = self.line.iter().rposition(|byte| byte & 0xc0 != 0x80);
            let Some(start) = start else { return };
            let columns = if self.line[start] < 0x20 { 2 } else { 1 };
            self.line.truncate(start);
            for _ in 0..columns {
                self.echo(b"\x08 \x08");
            }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn pressed(keys: &str) -> (String, String) {
        let mut terminal = Terminal::new(true, 80);
        keys.bytes().for_each(|key| terminal.press(key));
        let read = String::from_utf8(terminal.take(usize::MAX)).expect("a text");
        (read, String::from_utf8(terminal.output).expect("a text"))
    }

    #[test]
    fn a_line_is_edited_before_anybody_reads_it() {
        for (keys, read, shown) in [
            ("ls\r", "ls\n", "ls\n"),
            ("ls", "", "ls"),
            ("lx\x7fs\r", "ls\n", "lx\x08 \x08s\n"),
            ("\x7fé\x7fe\r", "e\n", "é\x08 \x08e\n"),
            ("rm x\x15w\r", "w\n", "rm x\x08 \x08\x08 \x08\x08 \x08\x08 \x08w\n"),
            ("a bc \x17d\r", "a d\n", "a bc \x08 \x08\x08 \x08\x08 \x08d\n"),
            ("a\x1b[A\r", "a\x1b[A\n", "a^[[A\n"),
            // Ctrl-D gives what there is of a line.
            ("ab\x04", "ab", "ab"),
        ] {
            assert_eq!(pressed(keys), (read.to_owned(), shown.to_owned()), "{keys:?}");
        }
    }
}
