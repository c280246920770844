//! The student's terminal: a keyboard, a screen, and the shell between them.

use podarium_machine::{Machine, Pid, Start, Stdio, TtyId};

use crate::World;
use crate::student::{HOME, credentials, environment};

/// How wide the terminal is, in characters.
const COLUMNS: usize = 120;

/// The terminal with its shell.
#[derive(Clone)]
pub(crate) struct Seat {
    tty: TtyId,
    shell: Pid,
    interactive: bool,
    /// The shell has had its first turn; from then on it knows whether it is interactive.
    started: bool,
    ended: bool,
    status: u8,
}

impl Seat {
    pub(crate) fn new(machine: &mut Machine) -> Self {
        let tty = machine.open_terminal(COLUMNS);
        let shell = start_shell(machine, tty);
        Seat { tty, shell, interactive: true, started: false, ended: false, status: 0 }
    }

    /// Looks at the shell after the machine has run.
    pub(crate) fn look(&mut self, machine: &mut Machine) {
        self.started = true;
        if self.ended {
            return;
        }
        let exit = machine.take_exit(self.shell).map(|exit| exit.code);
        self.ended = exit.is_some();
        if let Some(status) = exit.or(machine.idle_status(self.shell)) {
            self.status = u8::try_from(status & 0xff).unwrap_or(u8::MAX);
        }
    }
}

fn start_shell(machine: &mut Machine, tty: TtyId) -> Pid {
    let (argv, cwd, stdio) = (vec!["bash".to_owned()], HOME.to_owned(), Stdio::all(tty));
    let start = Start { argv, env: environment(), cwd, stdio, credentials: credentials() };
    machine.start(start).expect("every workstation has a shell")
}

/// The terminal, as whoever shows it uses it.
impl World {
    /// Types a line and the Enter key.
    pub fn type_line(&mut self, line: &str) {
        self.machine.type_line(self.seat.tty, line);
    }

    /// Ctrl-C.
    pub fn interrupt(&mut self) {
        self.machine.interrupt(self.seat.tty);
    }

    /// Ctrl-D, or the end of the script.
    pub fn end_input(&mut self) {
        self.machine.end_input(self.seat.tty);
    }

    /// What appeared on the screen since the last call.
    pub fn take_output(&mut self) -> Vec<u8> {
        self.machine.take_output(self.seat.tty)
    }

    /// Whether the next line can be typed: the shell waits for a command, or a program in front (`read`, `cat`) for its
    /// input; or the shell has ended.
    pub fn is_idle(&self) -> bool {
        self.seat.ended || self.machine.wants_input(self.seat.tty)
    }

    /// `exit`, or the end of the input.
    pub fn shell_ended(&self) -> bool {
        self.seat.ended
    }

    /// The status of the last command line; of the shell itself, once it has ended.
    pub fn last_status(&self) -> u8 {
        self.seat.status
    }

    /// How wide the screen is, in characters.
    pub fn set_columns(&mut self, columns: usize) {
        self.machine.resize(self.seat.tty, columns);
    }

    /// Interactive: a prompt, and what is typed is shown. Not interactive: neither, as when bash reads a script from a
    /// pipe. The shell learns this in its first turn; if it has had that, a new shell takes its place.
    pub fn set_interactive(&mut self, interactive: bool) {
        if interactive == self.seat.interactive {
            return;
        }
        self.seat.interactive = interactive;
        self.machine.set_is_tty(self.seat.tty, interactive);
        if self.seat.started && !self.seat.ended {
            let old = self.seat.shell;
            self.seat.shell = start_shell(&mut self.machine, self.seat.tty);
            self.machine.set_foreground(self.seat.tty, self.seat.shell);
            // The old shell was not seen to end; nobody asks how it does.
            let _ = self.machine.kill(old, podarium_machine::Signal::Kill);
        }
    }

    /// Whether the terminal shows what is typed. Off for a keyboard that shows it by itself.
    pub fn set_echo(&mut self, echoes: bool) {
        self.machine.set_echo(self.seat.tty, echoes);
    }
}
