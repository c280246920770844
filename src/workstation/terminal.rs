//! The student's terminal: a keyboard, a screen, and tabs with a shell each, which run at the same time on one computer.

use podarium_machine::{Machine, Pid, Signal, Start, Stdio, TtyId};

use crate::World;
use crate::student::{HOME, credentials, environment};

/// How wide the terminal is, in characters.
const COLUMNS: usize = 120;
/// How many lines the up arrow goes back.
const REMEMBERED: usize = 1000;

/// A tab with its shell.
#[derive(Clone)]
struct Seat {
    tty: TtyId,
    shell: Pid,
    /// The shell has had its first turn; from then on it knows whether it is interactive.
    started: bool,
    ended: bool,
    status: u8,
    /// What was typed here, for the up arrow.
    typed: Vec<String>,
}

impl Seat {
    fn new(machine: &mut Machine, interactive: bool, echoes: bool, columns: usize) -> Self {
        let tty = machine.open_terminal(columns);
        machine.set_is_tty(tty, interactive);
        machine.set_echo(tty, echoes && interactive);
        let shell = start_shell(machine, tty);
        Seat { tty, shell, started: false, ended: false, status: 0, typed: Vec::new() }
    }

    /// Looks at the shell after the machine has run.
    fn look(&mut self, machine: &mut Machine) {
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

/// The tabs of the terminal. There is always one, and one of them is in front.
#[derive(Clone)]
pub(crate) struct Tabs {
    seats: Vec<Seat>,
    front: usize,
    interactive: bool,
    echoes: bool,
    columns: usize,
}

impl Tabs {
    pub(crate) fn new(machine: &mut Machine) -> Self {
        Tabs { seats: vec![Seat::new(machine, true, true, COLUMNS)], front: 0, interactive: true, echoes: true, columns: COLUMNS }
    }

    /// Looks at all shells after the machine has run.
    pub(crate) fn look(&mut self, machine: &mut Machine) {
        self.seats.iter_mut().for_each(|seat| seat.look(machine));
    }

    fn front(&self) -> &Seat {
        &self.seats[self.front]
    }

    /// The shell in front.
    pub(crate) fn shell(&self) -> Pid {
        self.front().shell
    }
}

/// The tab in front, as whoever shows it uses it.
impl World {
    /// Types a line and the Enter key.
    pub fn type_line(&mut self, line: &str) {
        self.forget_completion();
        let is_command = self.next_line_is_command();
        let seat = &mut self.tabs.seats[self.tabs.front];
        if is_command && !line.trim().is_empty() && seat.typed.last().is_none_or(|last| last != line) {
            seat.typed.push(line.to_owned());
            let surplus = seat.typed.len().saturating_sub(REMEMBERED);
            seat.typed.drain(..surplus);
        }
        self.machine.type_line(seat.tty, line);
    }

    /// Ctrl-C.
    pub fn interrupt(&mut self) {
        self.machine.interrupt(self.tabs.front().tty);
    }

    /// Ctrl-D, or the end of the script.
    pub fn end_input(&mut self) {
        self.machine.end_input(self.tabs.front().tty);
    }

    /// What appeared on the screen since the last call.
    pub fn take_output(&mut self) -> Vec<u8> {
        self.take_output_of(self.tabs.front)
    }

    /// Whether the next line can be typed: the shell waits for a command, or a program in front (`read`, `cat`) for its
    /// input; or the shell has ended.
    pub fn is_idle(&self) -> bool {
        self.tabs.front().ended || self.machine.wants_input(self.tabs.front().tty)
    }

    /// Whether the next line is the shell's, now or later; not so while a program in front waits for its input.
    pub fn next_line_is_command(&self) -> bool {
        let seat = self.tabs.front();
        self.machine.idle_status(seat.shell).is_some() || !self.machine.wants_input(seat.tty)
    }

    /// `exit`, or the end of the input.
    pub fn shell_ended(&self) -> bool {
        self.tabs.front().ended
    }

    /// The status of the last command line; of the shell itself, once it has ended.
    pub fn last_status(&self) -> u8 {
        self.tabs.front().status
    }

    /// What was typed in the tab in front, the oldest first: what the up arrow goes through.
    pub fn typed_lines(&self) -> &[String] {
        &self.tabs.front().typed
    }

    /// How wide the screen is, in characters.
    pub fn set_columns(&mut self, columns: usize) {
        self.tabs.columns = columns;
        for seat in self.tabs.seats.iter().filter(|seat| !seat.ended) {
            self.machine.resize(seat.tty, columns);
        }
    }

    /// Interactive: a prompt, and what is typed is shown. Not interactive: neither, as when bash reads a script from a
    /// pipe. A shell learns this in its first turn; if it has had that, a new shell takes its place.
    pub fn set_interactive(&mut self, interactive: bool) {
        if interactive == self.tabs.interactive {
            return;
        }
        self.tabs.interactive = interactive;
        for seat in &mut self.tabs.seats {
            self.machine.set_is_tty(seat.tty, interactive);
            if seat.started && !seat.ended {
                let old = seat.shell;
                seat.shell = start_shell(&mut self.machine, seat.tty);
                self.machine.set_foreground(seat.tty, seat.shell);
                // The old shell was not seen to end; nobody asks how it does.
                let _ = self.machine.kill(old, Signal::Kill);
            }
        }
    }

    /// Whether the terminal shows what is typed. Off for a keyboard that shows it by itself.
    pub fn set_echo(&mut self, echoes: bool) {
        self.tabs.echoes = echoes;
        for seat in &self.tabs.seats {
            self.machine.set_echo(seat.tty, echoes);
        }
    }
}

/// All tabs.
impl World {
    /// How many tabs there are.
    pub fn tabs(&self) -> usize {
        self.tabs.seats.len()
    }

    /// The number of the tab in front.
    pub fn front_tab(&self) -> usize {
        self.tabs.front
    }

    /// Opens a tab with a shell of its own and puts it in front. Its number.
    pub fn open_tab(&mut self) -> usize {
        let seat = Seat::new(&mut self.machine, self.tabs.interactive, self.tabs.echoes, self.tabs.columns);
        self.tabs.seats.push(seat);
        self.tabs.front = self.tabs.seats.len() - 1;
        self.tabs.front
    }

    /// Puts a tab in front; one that is not there changes nothing.
    pub fn select_tab(&mut self, tab: usize) {
        if tab < self.tabs.seats.len() {
            self.tabs.front = tab;
        }
    }

    /// Closes a tab: its programs are hung up. The last one stays.
    pub fn close_tab(&mut self, tab: usize) {
        if tab >= self.tabs.seats.len() || self.tabs.seats.len() == 1 {
            return;
        }
        let seat = self.tabs.seats.remove(tab);
        if self.tabs.front > tab || self.tabs.front == self.tabs.seats.len() {
            self.tabs.front -= 1;
        }
        // The shell, and whoever descends from it.
        let mut pids = vec![seat.shell];
        for process in self.machine.processes() {
            if pids.contains(&process.parent) {
                pids.push(process.pid);
            }
        }
        for pid in pids {
            // A process that has ended meanwhile needs no signal.
            let _ = self.machine.kill(pid, Signal::Hangup);
        }
        self.machine.close_terminal(seat.tty);
    }

    /// The program in front of a tab: `bash` while it waits for a command.
    pub fn program_of_tab(&self, tab: usize) -> String {
        let Some(seat) = self.tabs.seats.get(tab) else { return String::new() };
        let group = self.machine.foreground(seat.tty).unwrap_or(seat.shell);
        let found = self.machine.processes().into_iter().find(|process| process.pid == group);
        found.map(|process| process.name()).unwrap_or_default()
    }

    /// Whether the shell of a tab has ended: `exit`, or the end of the input.
    pub fn tab_ended(&self, tab: usize) -> bool {
        self.tabs.seats.get(tab).is_some_and(|seat| seat.ended)
    }

    /// What appeared in a tab since the last call.
    pub fn take_output_of(&mut self, tab: usize) -> Vec<u8> {
        match self.tabs.seats.get(tab) {
            Some(seat) => self.machine.take_output(seat.tty),
            None => Vec::new(),
        }
    }
}
