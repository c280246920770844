//! The machine's terminals and channels, as whoever sits in front of them uses them.

use crate::pipes::{Description, Target};
use crate::processes::{Entry, Wait};
use crate::terminal::{Input, Terminal};
pub use crate::terminal::CTRL_D;
use crate::{Machine, Pid, Signal, TtyId};

/// What the keys send.
pub const CTRL_C: u8 = 3;

impl Machine {
    pub fn open_terminal(&mut self, columns: usize) -> TtyId {
        self.add_terminal(Terminal::new(true, columns))
    }

    /// A way in and out that programs do not take for a terminal.
    pub fn open_channel(&mut self) -> TtyId {
        self.add_terminal(Terminal::new(false, 80))
    }

    fn add_terminal(&mut self, terminal: Terminal) -> TtyId {
        let id = TtyId(self.next_tty);
        self.next_tty += 1;
        self.terminals.insert(id, terminal);
        id
    }

    pub fn resize(&mut self, tty: TtyId, columns: usize) {
        self.terminal(tty).columns = columns;
    }

    /// Makes a terminal of a channel or the other way round, for programs that are started from now on.
    pub fn set_is_tty(&mut self, tty: TtyId, is_tty: bool) {
        let terminal = self.terminal(tty);
        (terminal.is_tty, terminal.echoes) = (is_tty, is_tty);
    }

    /// Whether it is a terminal and no channel.
    pub fn is_tty(&self, tty: TtyId) -> bool {
        self.terminals.get(&tty).is_some_and(|terminal| terminal.is_tty)
    }

    /// Puts a process group in front, where Ctrl-C reaches it.
    pub fn set_foreground(&mut self, tty: TtyId, group: Pid) {
        self.terminal(tty).foreground = Some(group);
    }

    /// Whether what is typed appears in the output. A keyboard that shows it by itself wants this off.
    pub fn set_echo(&mut self, tty: TtyId, echoes: bool) {
        self.terminal(tty).echoes = echoes;
    }

    /// Whether a program in front waits for somebody to type, and nothing that was typed is left. A shell that has not
    /// run since something was typed does not count as waiting.
    pub fn wants_input(&self, tty: TtyId) -> bool {
        let terminal = &self.terminals[&tty];
        let in_front = |entry: &&Entry| entry.exit.is_none() && !entry.runnable && Some(entry.group) == terminal.foreground;
        let reads = |wait: &Wait| match wait {
            Wait::Readable(handle) | Wait::Line(handle) => {
                matches!(self.descriptions.get(handle), Some(Description { target: Target::Terminal(of), .. }) if *of == tty)
            }
            _ => false,
        };
        !terminal.is_readable() && self.processes.values().filter(in_front).any(|entry| entry.waits.iter().any(reads))
    }

    /// What has been written since the last call.
    pub fn take_output(&mut self, tty: TtyId) -> Vec<u8> {
        std::mem::take(&mut self.terminal(tty).output)
    }

    /// A line typed on a terminal (and echoed by it), or sent into a channel. The newline is added.
    pub fn type_line(&mut self, tty: TtyId, line: &str) {
        self.type_bytes(tty, format!("{line}\n").as_bytes());
    }

    pub fn type_bytes(&mut self, tty: TtyId, bytes: &[u8]) {
        self.terminal(tty).type_bytes(bytes);
    }

    /// Keys as a keyboard sends them one by one; the terminal edits the line.
    pub fn press(&mut self, tty: TtyId, keys: &[u8]) {
        for key in keys {
            match *key {
                CTRL_C => self.interrupt(tty),
                CTRL_D if !self.terminal(tty).is_editing() => self.end_input(tty),
                key => self.terminal(tty).press(key),
            }
        }
    }

    /// Whether a line has been begun that the terminal edits.
    pub fn is_editing(&self, tty: TtyId) -> bool {
        self.terminals.get(&tty).is_some_and(Terminal::is_editing)
    }

    /// Ctrl-D on a terminal; the end of a channel's input.
    pub fn end_input(&mut self, tty: TtyId) {
        let terminal = self.terminal(tty);
        match terminal.raw {
            true => terminal.type_bytes(&[CTRL_D]),
            false => {
                terminal.give_line();
                terminal.input.push_back(Input::End);
            }
        }
    }

    /// Ctrl-C: SIGINT to the terminal's foreground group. What was typed ahead is dropped.
    pub fn interrupt(&mut self, tty: TtyId) {
        let terminal = self.terminal(tty);
        if terminal.raw {
            return terminal.type_bytes(&[CTRL_C]);
        }
        terminal.drop_line();
        terminal.output.extend(b"^C\n");
        let Some(group) = terminal.foreground else { return };
        for entry in self.processes.values_mut().filter(|entry| entry.group == group && entry.exit.is_none()) {
            entry.pending.push(Signal::Interrupt);
        }
    }

    pub(crate) fn terminal(&mut self, tty: TtyId) -> &mut Terminal {
        self.terminals.get_mut(&tty).expect("a terminal that was opened")
    }

    /// Hangs up: what is written there from now on is lost, and who reads there finds the end.
    pub fn close_terminal(&mut self, tty: TtyId) {
        self.terminals.remove(&tty);
    }

    /// The group that Ctrl-C on this terminal reaches, and with it the answer to "who is in front?".
    pub fn foreground(&self, tty: TtyId) -> Option<Pid> {
        self.terminals.get(&tty).and_then(|terminal| terminal.foreground)
    }
}
