//! The shell as a program: its state, and the loop that runs its stack of frames.

use std::sync::Arc;

use imbl::OrdMap;
use podarium_sim::{Stream, Time};

use super::code::Code;
use super::dialect::Dialect;
use super::expand::{Answer, Expander, Stop};
use super::frames::{Frame, Input, Kind};
use super::variables::{Variable, Variables};
use crate::{Group, Pid, Program, Signal, Spawn, Sys, Turn};

/// Functions that call themselves without end stop here.
pub(super) const STACK_LIMIT: usize = 10_000;

#[derive(Clone)]
pub(crate) struct Shell {
    pub(super) dialect: Dialect,
    pub(super) stack: Vec<Frame>,
    pub(super) variables: Variables,
    pub(super) functions: OrdMap<String, Code>,
    pub(super) aliases: OrdMap<String, String>,
    pub(super) traps: OrdMap<String, String>,
    pub(super) positional: Arc<Vec<String>>,
    /// `$0`
    pub(super) name: String,
    /// `$?`
    pub(super) status: i32,
    pub(super) options: Options,
    /// It prompts, and stays when a command is interrupted.
    pub(super) interactive: bool,
    pub(super) is_subshell: bool,
    /// It is interactive or a part of a shell that is: its messages name no lines.
    pub(super) at_terminal: bool,
    /// A failure would not end the shell: it runs for the condition of an `if` or the like.
    pub(super) errexit_off: bool,
    /// `$$`, also in subshells.
    pub(super) main_pid: Option<Pid>,
    pub(super) last_background: Option<Pid>,
    /// The simple command that runs now, as it is written.
    pub(super) source: String,
    /// The program that was started last, for the message that a signal has ended it.
    pub(super) last_program: Option<(Pid, String)>,
    pub(super) jobs: Vec<Job>,
    pub(super) function_names: Vec<String>,
    pub(super) line: usize,
    pub(super) history: imbl::Vector<String>,
    pub(super) random: Stream,
    pub(super) started_at: Time,
    started: bool,
    pub(super) pending_signals: Vec<Signal>,
    pub(super) interrupted: bool,
    pub(super) exiting: Option<i32>,
    pub(super) become_next: Option<Box<dyn Program>>,
}

#[derive(Clone, Debug)]
pub(super) struct Job {
    pub number: usize,
    pub pid: Pid,
    pub text: String,
    /// Known once somebody has looked.
    pub status: Option<i32>,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Options {
    pub errexit: bool,
    pub nounset: bool,
    pub xtrace: bool,
    pub pipefail: bool,
    pub noglob: bool,
    pub allexport: bool,
    pub noexec: bool,
    /// A pattern that matches nothing is no word at all (`shopt -s nullglob`).
    pub nullglob: bool,
}

impl Options {
    /// The switch for a letter or a long name: `-e` and `-o errexit` are the same.
    pub fn switch(&mut self, name: &str) -> Option<&mut bool> {
        Some(match name {
            "e" | "errexit" => &mut self.errexit,
            "u" | "nounset" => &mut self.nounset,
            "x" | "xtrace" => &mut self.xtrace,
            "pipefail" => &mut self.pipefail,
            "f" | "noglob" => &mut self.noglob,
            "a" | "allexport" => &mut self.allexport,
            "n" | "noexec" => &mut self.noexec,
            _ => return None,
        })
    }

    pub fn is_on(&self, name: &str) -> bool {
        self.clone().switch(name).is_some_and(|on| *on)
    }

    pub fn letters(&self) -> String {
        let set = [(self.allexport, 'a'), (self.errexit, 'e'), (self.noglob, 'f'), (self.nounset, 'u'), (self.xtrace, 'x')];
        let mut letters: String = set.iter().filter(|(on, _)| *on).map(|(_, letter)| *letter).collect();
        letters.insert(letters.find(['u', 'x']).unwrap_or(letters.len()), 'h');
        letters + "B"
    }
}

/// What the loop does after a step.
pub(super) enum Flow {
    Go,
    Wait,
}

impl Shell {
    pub(crate) fn bash() -> Box<dyn Program> {
        Self::boxed(Dialect::Bash)
    }

    /// `sh` of Debian.
    pub(crate) fn dash() -> Box<dyn Program> {
        Self::boxed(Dialect::Dash)
    }

    /// `sh` of busybox.
    pub(crate) fn ash() -> Box<dyn Program> {
        Self::boxed(Dialect::Ash)
    }

    fn boxed(dialect: Dialect) -> Box<dyn Program> {
        Box::new(Shell {
            dialect,
            stack: Vec::new(),
            variables: Variables::default(),
            functions: OrdMap::new(),
            aliases: OrdMap::new(),
            traps: OrdMap::new(),
            positional: Arc::default(),
            name: "bash".to_owned(),
            status: 0,
            options: Options::default(),
            interactive: false,
            is_subshell: false,
            at_terminal: false,
            errexit_off: false,
            main_pid: None,
            last_background: None,
            source: String::new(),
            last_program: None,
            jobs: Vec::new(),
            function_names: Vec::new(),
            line: 1,
            history: imbl::Vector::new(),
            random: Stream::new(0, "shell"),
            started_at: Time::ZERO,
            started: false,
            pending_signals: Vec::new(),
            interrupted: false,
            exiting: None,
            become_next: None,
        })
    }

    /// Reads the command line: `bash`, `bash FILE ARGS…`, `bash -c TEXT NAME ARGS…`, with options before.
    fn start(&mut self, sys: &mut Sys<'_>) {
        self.started = true;
        self.main_pid = Some(sys.pid());
        self.started_at = sys.now();
        self.random = Stream::new(sys.random_bits(), "shell");
        self.variables = Variables::from_environment(sys.env());
        if !self.dialect.is_bash() {
            // Only bash passes on what it has no name for.
            self.variables.retain_names();
        }
        let arguments = sys.args().to_vec();
        self.name = arguments.first().cloned().unwrap_or_default();
        let mut rest = arguments.into_iter().skip(1).peekable();
        let (mut command, mut interactive, mut reads_rc) = (false, false, true);
        while let Some(option) = rest.next_if(|word| word.len() > 1 && word.starts_with(['-', '+'])) {
            match option.as_str() {
                "--" => break,
                "--norc" => reads_rc = false,
                "--login" | "--noprofile" | "--posix" => {}
                "-o" => {
                    if let Some(on) = rest.next().and_then(|name| self.options.switch(&name)) {
                        *on = true;
                    }
                }
                _ => {
                    for letter in option[1..].chars() {
                        match letter {
                            'c' => command = true,
                            'i' => interactive = true,
                            letter => {
                                if let Some(on) = self.options.switch(&letter.to_string()) {
                                    *on = option.starts_with('-');
                                }
                            }
                        }
                    }
                }
            }
        }
        let input = match rest.next() {
            Some(text) if command => {
                self.name = rest.next().unwrap_or_else(|| self.name.clone());
                Input::text(&text, Some("-c"))
            }
            Some(path) => match sys.read_file(&path) {
                Ok(bytes) => {
                    self.name = path;
                    Input::text(&String::from_utf8_lossy(&bytes), None)
                }
                Err(error) => {
                    let (text, status) = self.dialect.cannot_read_script(&self.name, &path, error);
                    self.stack.push(Frame::new(Kind::Exit(status)));
                    self.write_error(sys, &text);
                    return;
                }
            },
            None => {
                self.interactive = interactive || sys.is_tty(0) && sys.is_tty(2) && !command;
                Input::standard_input()
            }
        };
        self.at_terminal = self.interactive;
        self.positional = Arc::new(rest.collect());
        self.default_variables(sys);
        self.stack.push(Frame::new(Kind::Input(input)));
        if self.interactive {
            sys.set_foreground(sys.group());
            let own = self.variables.text("HOME").map(|home| format!("{home}/.bashrc"));
            // The last that is pushed runs first.
            let reads_rc = reads_rc && self.dialect.is_bash();
            for path in own.into_iter().chain(["/etc/bash.bashrc".to_owned()]).filter(|_| reads_rc) {
                if let Ok(bytes) = sys.read_file(&path) {
                    self.push(Kind::Source { positional: None });
                    self.push_text(&String::from_utf8_lossy(&bytes));
                }
            }
        }
    }

    fn default_variables(&mut self, sys: &Sys<'_>) {
        let dialect = self.dialect;
        let mut default = |name: &str, value: &str| {
            if self.variables.get(name).is_none() {
                // A fresh shell has no read-only variables.
                let _ = self.variables.set(name, value);
            }
        };
        default("IFS", " \t\n");
        default("PS1", dialect.prompt(sys.credentials().is_root()));
        default("PS2", "> ");
        default("PS4", "+ ");
        default("PATH", crate::sys_files::DEFAULT_PATH);
        if dialect.is_bash() {
            default("HOSTNAME", sys.hostname());
            default("BASH_VERSION", "5.2.15(1)-release");
            default("UID", &sys.credentials().uid.to_string());
            default("EUID", &sys.credentials().uid.to_string());
        }
        default("OPTIND", "1");
        let _ = self.variables.set("PWD", sys.cwd());
        self.variables.export("PWD");
        if !dialect.counts_levels() {
            return;
        }
        let level = self.variables.text("SHLVL").and_then(|level| level.parse::<u32>().ok()).unwrap_or(0) + 1;
        let _ = self.variables.set("SHLVL", level.to_string());
        self.variables.export("SHLVL");
    }

    /// Where unquoted expansions are split.
    pub(super) fn separators(&self) -> &str {
        match self.variables.get("IFS") {
            Some(Variable { value, .. }) => value.text().unwrap_or(" \t\n"),
            None => " \t\n",
        }
    }

    pub(super) fn own_name(&self) -> &str {
        match self.name.strip_prefix('-') {
            Some(_) if self.dialect.is_bash() => "bash",
            _ => &self.name,
        }
    }

    /// What stands before the shell's own error messages.
    pub(super) fn complaint(&self, message: &str) -> String {
        self.dialect.message(self.own_name(), self.line, self.at_terminal, message)
    }

    pub(super) fn push(&mut self, kind: Kind) {
        self.stack.push(Frame::new(kind));
    }

    /// Writes to a descriptor as soon as that is possible, before anything else goes on.
    pub(super) fn write(&mut self, sys: &mut Sys<'_>, fd: u32, text: &str) {
        if !text.is_empty() && sys.write(fd, text.as_bytes()).is_none() {
            self.push(Kind::Write(fd, text.to_owned()));
        }
    }

    pub(super) fn write_error(&mut self, sys: &mut Sys<'_>, text: &str) {
        self.write(sys, 2, text);
    }

    pub(super) fn complain(&mut self, sys: &mut Sys<'_>, message: &str) {
        // A message that begins with the name of the simulator is its own, not the shell's.
        let text = match message.starts_with("podarium: ") {
            true => format!("{message}\n"),
            false => self.complaint(message),
        };
        self.write_error(sys, &text);
    }

    pub(super) fn expander<'a, 'b>(
        &'a mut self,
        sys: &'a mut Sys<'b>,
        answers: &'a [Answer],
    ) -> Expander<'a, 'b> {
        Expander { shell: self, sys, answers, used: 0 }
    }

    /// An expansion for the frame that was just taken from the stack. `None`: it goes on later, or the command is over.
    pub(super) fn expand<T>(
        &mut self,
        sys: &mut Sys<'_>,
        mut frame: Frame,
        expand: impl FnOnce(&mut Expander<'_, '_>) -> Result<T, Stop>,
    ) -> Option<(Frame, T)> {
        let before = self.variables.clone();
        let random = self.random.clone();
        let answers = std::mem::take(&mut frame.answers);
        let result = expand(&mut self.expander(sys, &answers));
        match result {
            Ok(value) => {
                // The status of `x=$(false)` is that of the last substitution.
                frame.substituted = answers.last().map(|answer| answer.status);
                Some((frame, value))
            }
            Err(Stop::Substitute(code)) => {
                (self.variables, self.random) = (before, random);
                frame.answers = answers;
                self.stack.push(frame);
                self.substitute(sys, &code);
                None
            }
            Err(Stop::Connect { path, request }) => {
                (self.variables, self.random) = (before, random);
                frame.answers = answers;
                self.stack.push(frame);
                let (fd, exchange) = sys.open_socket(*request);
                self.push(Kind::Connect { fd, exchange, path });
                None
            }
            Err(stop) => {
                self.stop(sys, stop);
                None
            }
        }
    }

    /// Reports an expansion that cannot be done, and ends what it ends.
    pub(super) fn stop(&mut self, sys: &mut Sys<'_>, stop: Stop) {
        match stop {
            Stop::Substitute(_) | Stop::Connect { .. } => {}
            Stop::Failed(message) => {
                self.status = if message.starts_with("podarium: ") { 2 } else { self.dialect.failure(1) };
                self.complain(sys, &message);
                self.abandon(sys);
            }
            Stop::Error { message, status } => {
                let status = if self.dialect.is_bash() { status } else { 2 };
                self.complain(sys, &message);
                self.status = if self.interactive { 1 } else { status };
                match self.interactive {
                    true => self.unwind_to_input(sys),
                    false => self.exit(sys, status),
                }
            }
        }
    }

    /// After an expression that makes no sense, bash gives up the whole line that it was reading, not just the command.
    fn abandon(&mut self, sys: &mut Sys<'_>) {
        match self.stack.iter().any(|frame| matches!(frame.kind, Kind::Input(_))) {
            true => self.unwind_to_input(sys),
            false => self.exit(sys, self.status),
        }
    }

    pub(super) fn spawn_subshell(&mut self, sys: &mut Sys<'_>, code: Code, fds: Vec<(u32, u32)>, group: Group) -> Pid {
        let mut shell = self.clone();
        shell.errexit_off = self.is_condition();
        shell.stack = vec![Frame::new(Kind::Run(code))];
        shell.is_subshell = true;
        shell.interactive = false;
        shell.jobs.clear();
        shell.traps = OrdMap::new();
        shell.random = Stream::new(sys.random_bits(), "subshell");
        let spawn = Spawn {
            argv: sys.args().to_vec(),
            env: Some(self.variables.environment()),
            fds: Some(fds),
            group,
            ..Spawn::default()
        };
        sys.spawn_program(Box::new(shell), spawn)
    }

    /// The descriptors that a child gets: those that scripts can name.
    pub(super) fn inherited(&self, sys: &Sys<'_>) -> Vec<(u32, u32)> {
        (0..10).filter(|fd| sys.is_open(*fd)).map(|fd| (fd, fd)).collect()
    }

    /// Whether the result of the command that runs now is only looked at, so that `set -e` lets it fail.
    pub(super) fn is_condition(&self) -> bool {
        self.errexit_off || self.stack.iter().any(|frame| frame.kind.is_condition())
    }

    /// Sets `$?` at the end of a command, and ends the shell if `set -e` says so.
    pub(super) fn finish(&mut self, sys: &mut Sys<'_>, status: i32) {
        self.status = status;
        if status != 0 && self.options.errexit && !self.is_condition() {
            self.exit(sys, status);
        }
    }

    /// Leaves everything, runs the exit trap, and ends.
    pub(super) fn exit(&mut self, sys: &mut Sys<'_>, status: i32) {
        let kept: Vec<Frame> = self.stack.iter().filter(|frame| matches!(frame.kind, Kind::Write(..))).cloned().collect();
        self.unwind(sys, |_| false);
        self.status = status;
        self.push(Kind::Exit(status));
        if let Some(code) = self.traps.remove("EXIT") {
            self.push(Kind::Input(Input::text(&code, None)));
        }
        // What was still to be written (an error message into a full pipe) is written first.
        self.stack.extend(kept);
    }

    /// Takes frames off the stack until the top one is where to stop.
    pub(super) fn unwind(&mut self, sys: &mut Sys<'_>, stop: impl Fn(&Kind) -> bool) -> bool {
        while let Some(frame) = self.stack.last() {
            if stop(&frame.kind) {
                return true;
            }
            let frame = self.stack.pop().expect("there is a last frame");
            self.clean_up(sys, frame.kind);
        }
        false
    }

    pub(super) fn unwind_to_input(&mut self, sys: &mut Sys<'_>) {
        let kept: Vec<Frame> = self.stack.iter().filter(|frame| matches!(frame.kind, Kind::Write(..))).cloned().collect();
        self.unwind(sys, |kind| matches!(kind, Kind::Input(_)));
        self.stack.extend(kept);
    }

    fn take_signals(&mut self, sys: &mut Sys<'_>) {
        if std::mem::take(&mut self.interrupted) {
            self.unwind(sys, |kind| matches!(kind, Kind::Input(Input { is_standard_input: true, .. })));
            self.status = 130;
            sys.set_foreground(sys.group());
            if let Some(Frame { kind: Kind::Input(input), .. }) = self.stack.last_mut() {
                input.pending.clear();
                input.prompted = false;
            }
        }
        // A trap runs between commands; `wait` is left for it.
        if self.pending_signals.is_empty() || !self.stack.last().is_some_and(|frame| frame.kind.lets_traps_in()) {
            return;
        }
        let signal = self.pending_signals.remove(0);
        if let Some(Frame { kind: Kind::WaitJobs { .. } | Kind::WaitAny { .. }, .. }) = self.stack.last() {
            self.stack.pop();
            self.status = 128 + signal.number();
        }
        if let Some(code) = self.traps.get(signal.name()).cloned() {
            self.push(Kind::TrapEnd(self.status));
            self.push(Kind::Input(Input::text(&code, None)));
        }
    }
}

impl Program for Shell {
    fn resume(&mut self, sys: &mut Sys<'_>) -> Turn {
        if !self.started {
            self.start(sys);
        }
        loop {
            self.take_signals(sys);
            if let Some(program) = self.become_next.take() {
                return Turn::Become(program);
            }
            if let Some(status) = self.exiting {
                return Turn::Exit(status);
            }
            let Some(frame) = self.stack.pop() else {
                self.exit(sys, self.status);
                continue;
            };
            if !sys.spend_turn() {
                self.stack.push(frame);
                return Turn::Wait;
            }
            if let Flow::Wait = self.step(sys, frame) {
                return Turn::Wait;
            }
        }
    }

    fn signal(&mut self, signal: Signal) -> bool {
        if let Some(code) = self.traps.get(signal.name()) {
            if !code.is_empty() {
                self.pending_signals.push(signal);
            }
            return true;
        }
        match signal {
            Signal::Interrupt if self.interactive => {
                self.interrupted = true;
                true
            }
            Signal::Terminate | Signal::Quit => self.interactive,
            _ => false,
        }
    }

    fn clone_box(&self) -> Box<dyn Program> {
        Box::new(self.clone())
    }
}
