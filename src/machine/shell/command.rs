//! Running commands: functions, builtins, programs, pipelines, jobs.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::builtins::{self, Outcome};
use super::code::{Code, Node, Simple};
use super::dialect::Dialect;
use super::expand::Stop;
use super::frames::{Frame, Input, Kind};
use super::interpreter::{Flow, Job, Shell};
use super::redirect::{self, Change};
use super::variables::Variable;
use crate::{Errno, ExitStatus, Group, Pid, Spawn, Sys};

impl Shell {
    pub(super) fn run_simple(&mut self, sys: &mut Sys<'_>, simple: &Simple, frame: Frame) {
        self.line = simple.line;
        if let Some(what) = &simple.not_simulated {
            self.write_error(sys, &format!("podarium: not simulated: {what}\n"));
            self.finish(sys, 2);
            return;
        }
        let before = self.variables.clone();
        let expanded = self.expand(sys, frame, |it| {
            let declares = simple.words.first().is_some_and(|word| builtins::is_declaration(&word.source));
            let arguments = it.arguments(&simple.words, declares)?;
            let changes = redirect::expand(it, &simple.redirects)?;
            for assignment in &simple.assignments {
                it.assign(assignment)?;
            }
            Ok((arguments, changes))
        });
        let Some((frame, (arguments, changes))) = expanded else { return };
        if self.options.xtrace {
            self.trace(sys, simple, &arguments);
        }
        let sources: Vec<&str> = simple.words.iter().map(|word| word.source.as_str()).collect();
        self.source = sources.join(" ");
        if arguments.is_empty() {
            let status = frame.substituted.unwrap_or(0);
            self.run_nothing(sys, changes, status);
            return;
        }
        let names: Vec<String> = simple.assignments.iter().map(|assignment| assignment.name.clone()).collect();
        self.run_arguments(sys, arguments, changes, names, before, true);
    }

    /// A command without a name: assignments, which have been made, and redirections, which only make files.
    fn run_nothing(&mut self, sys: &mut Sys<'_>, changes: Vec<Change>, status: i32) {
        match self.redirect(sys, changes) {
            Ok(saved) => {
                self.restore_fds(sys, saved);
                self.finish(sys, status);
            }
            Err(message) => {
                self.complain(sys, &message);
                self.finish(sys, self.dialect.failure(1));
            }
        }
    }

    /// Runs a command by its arguments. `names` were assigned in front of it: they are the command's alone, and `before`
    /// has what they were.
    pub(super) fn run_arguments(
        &mut self,
        sys: &mut Sys<'_>,
        arguments: Vec<String>,
        changes: Vec<Change>,
        names: Vec<String>,
        before: super::variables::Variables,
        functions: bool,
    ) {
        for name in &names {
            self.variables.export(name);
        }
        let saved: Vec<(String, Option<Variable>)> =
            names.into_iter().map(|name| (before.get(&name).cloned(), name)).map(|(value, name)| (name, value)).collect();
        let function = functions.then(|| self.functions.get(&arguments[0]).cloned()).flatten();
        let builtin = builtins::find(&arguments[0]).filter(|_| self.dialect.has_builtin(&arguments[0]));
        if function.is_none() && builtin.is_none() {
            let environment = self.variables.environment();
            saved.into_iter().for_each(|(name, value)| self.variables.restore(&name, value));
            self.run_program(sys, arguments, changes, environment);
            return;
        }
        if !saved.is_empty() {
            self.push(Kind::RestoreVariables(saved));
        }
        // `exec` without a command is the one whose redirections stay.
        let stays = arguments == ["exec"];
        match self.redirect(sys, changes) {
            Ok(kept) if stays => kept.into_iter().filter_map(|(_, copy)| copy).for_each(|copy| sys.close(copy)),
            Ok(kept) if kept.is_empty() => {}
            Ok(kept) => self.push(Kind::RestoreFds(kept)),
            Err(message) => {
                self.complain(sys, &message);
                self.push(Kind::Finish(self.dialect.failure(1)));
                return;
            }
        }
        match (function, builtin) {
            (Some(body), _) => self.call_function(arguments, body),
            (None, Some(builtin)) => {
                let outcome = builtin(self, sys, &arguments);
                self.take_outcome(sys, &arguments[0], outcome);
            }
            (None, None) => {}
        }
    }

    fn call_function(&mut self, mut arguments: Vec<String>, body: Code) {
        let name = arguments.remove(0);
        self.function_names.push(name);
        let positional = std::mem::replace(&mut self.positional, Arc::new(arguments));
        self.push(Kind::Function { positional, locals: Vec::new() });
        self.push(Kind::Run(body));
    }

    fn take_outcome(&mut self, sys: &mut Sys<'_>, name: &str, outcome: Outcome) {
        match outcome {
            Outcome::Status(status) => self.push(Kind::Finish(status)),
            Outcome::Print(text) => match sys.write(1, text.as_bytes()).filter(|_| !text.is_empty()) {
                Some(Err(error)) => {
                    self.push(Kind::Finish(1));
                    self.complain(sys, &format!("{name}: write error: {error}"));
                }
                Some(Ok(())) => self.push(Kind::Finish(0)),
                None => {
                    self.push(Kind::Finish(0));
                    if !text.is_empty() {
                        self.push(Kind::Write(1, text));
                    }
                }
            },
            Outcome::PrintAnd(text, status) => {
                self.push(Kind::Finish(status));
                self.write(sys, 1, &text);
            }
            Outcome::Fail(status, message) => {
                self.push(Kind::Finish(self.dialect.failure(status)));
                self.complain(sys, &format!("{name}: {message}"));
            }
            Outcome::NotSimulated(what) => {
                self.push(Kind::Finish(2));
                self.write_error(sys, &format!("podarium: not simulated: {what}\n"));
            }
            Outcome::Stop(Stop::Failed(message)) if message.starts_with("podarium: ") => {
                self.push(Kind::Finish(2));
                self.write_error(sys, &format!("{message}\n"));
            }
            Outcome::Stop(Stop::Failed(message)) => {
                self.push(Kind::Finish(if name == "test" || name == "[" { 2 } else { 1 }));
                self.complain(sys, &format!("{name}: {message}"));
            }
            Outcome::Stop(stop) => self.stop(sys, stop),
            // The builtin has put frames on the stack that do the rest.
            Outcome::Going => {}
        }
    }

    fn run_program(
        &mut self,
        sys: &mut Sys<'_>,
        arguments: Vec<String>,
        changes: Vec<Change>,
        environment: Arc<BTreeMap<String, String>>,
    ) {
        let saved = match self.redirect(sys, changes) {
            Ok(saved) => saved,
            Err(message) => {
                self.complain(sys, &message);
                self.finish(sys, self.dialect.failure(1));
                return;
            }
        };
        // A shell that has nothing else to do becomes the program.
        if self.nothing_follows() && self.traps.is_empty()
            && let Ok((program, argv)) = sys.load(&arguments, &environment) {
                saved.into_iter().filter_map(|(_, copy)| copy).for_each(|copy| sys.close(copy));
                sys.set_identity(argv, environment);
                self.become_next = Some(program);
                return;
            }
        let spawn = Spawn {
            argv: arguments.clone(),
            env: Some(environment),
            cwd: None,
            fds: Some(self.inherited(sys)),
            group: self.child_group(),
            credentials: None,
            around: None,
        };
        match sys.spawn(spawn) {
            Ok(pid) => {
                self.restore_fds(sys, saved);
                self.last_program = Some((pid, std::mem::take(&mut self.source)));
                self.wait_in_front(sys, vec![pid]);
            }
            Err(error) => {
                let (status, message) = self.cannot_run(sys, &arguments[0], error);
                // The message goes where the command's would have gone, before the descriptors are put back.
                self.push(Kind::Finish(status));
                self.push(Kind::RestoreFds(saved));
                self.complain(sys, &message);
            }
        }
    }

    /// Whether the command that runs now is the last one: of a subshell, or of the text that was given with `-c`.
    fn nothing_follows(&self) -> bool {
        match self.stack.as_slice() {
            [] => self.is_subshell,
            [Frame { kind: Kind::Input(input), .. }] => input.is_last_of_command_line(),
            _ => false,
        }
    }

    /// What a shell that is not interactive says of a program that a signal has ended.
    pub(super) fn report_signal(&mut self, sys: &mut Sys<'_>, signal: crate::Signal) {
        let text = match (self.dialect.is_bash(), self.last_program.take()) {
            // Bash is short about the one signal that is no accident.
            (true, Some((pid, command))) if signal != crate::Signal::Terminate => {
                self.complaint(&format!("{:>5} {:<23} {command}", pid.0, signal.description()))
            }
            _ => format!("{}\n", signal.description()),
        };
        self.write_error(sys, &text);
    }

    /// The status and message for a command that could not be started.
    pub(super) fn cannot_run(&self, sys: &mut Sys<'_>, name: &str, error: Errno) -> (i32, String) {
        if !name.contains('/') {
            return match error {
                Errno::NoEntry => (127, format!("{name}: command not found")),
                error => (126, format!("{name}: {error}")),
            };
        }
        match sys.stat(name) {
            Ok(found) if found.is_dir() => (126, self.dialect.cannot_run(name, Errno::IsDirectory)),
            Ok(_) if error == Errno::NoEntry => (127, format!("{name}: cannot execute: required file not found")),
            Ok(_) => (126, self.dialect.cannot_run(name, error)),
            Err(error) => (127, self.dialect.cannot_run(name, error)),
        }
    }

    pub(super) fn child_group(&self) -> Group {
        if self.interactive { Group::Own } else { Group::Parent }
    }

    /// Waits for children that are one command, which has the terminal meanwhile.
    pub(super) fn wait_in_front(&mut self, sys: &mut Sys<'_>, pids: Vec<Pid>) {
        if self.interactive {
            sys.set_foreground(pids[0]);
        }
        self.push(Kind::Wait { pids, statuses: Vec::<ExitStatus>::new() });
    }

    pub(super) fn run_pipeline(&mut self, sys: &mut Sys<'_>, stages: &[Code]) {
        let mut pids = Vec::new();
        let mut input = None;
        for (index, stage) in stages.iter().enumerate() {
            let mut fds = self.inherited(sys);
            if let Some(reader) = input {
                fds.retain(|(fd, _)| *fd != 0);
                fds.push((0, reader));
            }
            let output = (index + 1 < stages.len()).then(|| sys.pipe());
            if let Some((_, writer)) = output {
                fds.retain(|(fd, _)| *fd != 1);
                fds.push((1, writer));
            }
            let group = match pids.first() {
                Some(first) if self.interactive => Group::Of(*first),
                _ => self.child_group(),
            };
            pids.push(self.spawn_subshell(sys, stage.clone(), fds, group));
            if let Some(reader) = input {
                sys.close(reader);
            }
            input = output.map(|(reader, writer)| {
                sys.close(writer);
                reader
            });
        }
        self.wait_in_front(sys, pids);
    }

    pub(super) fn run_background(&mut self, sys: &mut Sys<'_>, code: Code, text: String) {
        let mut fds = self.inherited(sys);
        // Without job control a background command gets no input and no Ctrl-C.
        let null = (!self.interactive).then(|| sys.open("/dev/null", crate::OpenMode::Read).ok()).flatten();
        if let Some(null) = null {
            fds.retain(|(fd, _)| *fd != 0);
            fds.push((0, null));
        }
        let pid = self.spawn_subshell(sys, code, fds, self.child_group());
        if let Some(null) = null {
            sys.close(null);
            sys.ignore_interrupt(pid);
        }
        self.last_background = Some(pid);
        let number = self.jobs.last().map_or(1, |job| job.number + 1);
        self.jobs.push(Job { number, pid, text, status: None });
        self.status = 0;
        if self.interactive {
            self.write_error(sys, &format!("[{number}] {pid}\n"));
        }
    }

    /// Looks which jobs have ended since the last look.
    pub(super) fn look_after_jobs(&mut self, sys: &mut Sys<'_>) {
        for job in self.jobs.iter_mut().filter(|job| job.status.is_none()) {
            if sys.has_ended(job.pid)
                && let Some(result) = sys.wait_child(job.pid)
            {
                job.status = Some(result.map_or(127, |status| status.code));
            }
        }
    }

    /// The lines of `jobs`; the current job has a `+`, the one before it a `-`.
    pub(super) fn job_lines(&self, only_ended: bool) -> String {
        let mut out = String::new();
        for (index, job) in self.jobs.iter().enumerate() {
            let mark = match self.jobs.len() - index {
                1 => '+',
                2 => '-',
                _ => ' ',
            };
            let (state, tail) = match job.status {
                None => ("Running".to_owned(), " &"),
                Some(0) => ("Done".to_owned(), ""),
                Some(143) => ("Terminated".to_owned(), ""),
                Some(137) => ("Killed".to_owned(), ""),
                Some(130) => ("Interrupt".to_owned(), ""),
                Some(code) => (format!("Exit {code}"), ""),
            };
            if job.status.is_some() || !only_ended {
                out.push_str(&format!("[{}]{mark}  {state:<24}{}{tail}\n", job.number, job.text));
            }
        }
        out
    }

    pub(super) fn step_wait_jobs(&mut self, sys: &mut Sys<'_>, mut pids: Vec<Pid>) -> Flow {
        let mut status = 0;
        while let Some(pid) = pids.first().copied() {
            let known = self.jobs.iter().find(|job| job.pid == pid).and_then(|job| job.status);
            let code = match known {
                Some(code) => code,
                None => match sys.wait_child(pid) {
                    None => {
                        self.push(Kind::WaitJobs { pids });
                        return Flow::Wait;
                    }
                    Some(Ok(exit)) => exit.code,
                    Some(Err(_)) => 127,
                },
            };
            self.jobs.retain(|job| job.pid != pid);
            status = code;
            pids.remove(0);
        }
        self.status = status;
        Flow::Go
    }

    pub(super) fn step_wait_any(&mut self, sys: &mut Sys<'_>, pids: Vec<Pid>) -> Flow {
        for pid in &pids {
            let known = self.jobs.iter().find(|job| job.pid == *pid).and_then(|job| job.status);
            let code = known.or_else(|| sys.wait_child(*pid).map(|ended| ended.map_or(127, |exit| exit.code)));
            if let Some(code) = code {
                self.jobs.retain(|job| job.pid != *pid);
                self.status = code;
                return Flow::Go;
            }
        }
        self.push(Kind::WaitAny { pids });
        Flow::Wait
    }

    /// The prompt, after word of jobs that have ended.
    pub(super) fn prompt(&mut self, sys: &mut Sys<'_>, is_first: bool) -> String {
        let mut out = String::new();
        if is_first {
            self.look_after_jobs(sys);
            out = self.job_lines(true);
            self.jobs.retain(|job| job.status.is_none());
        }
        let template = self.variables.text(if is_first { "PS1" } else { "PS2" }).unwrap_or_default().to_owned();
        let home = self.variables.text("HOME").unwrap_or_default().to_owned();
        let directory = match sys.cwd().strip_prefix(home.as_str()) {
            Some(rest) if !home.is_empty() && (rest.is_empty() || rest.starts_with('/')) => format!("~{rest}"),
            _ => sys.cwd().to_owned(),
        };
        let mut chars = template.chars();
        while let Some(c) = chars.next() {
            if c != '\\' || self.dialect == Dialect::Dash {
                out.push(c);
                continue;
            }
            match chars.next() {
                Some('u') => {
                    let uid = sys.credentials().uid;
                    out.push_str(&crate::users::user(sys, uid).map_or_else(|| "I have no name!".to_owned(), |user| user.name));
                }
                Some('h' | 'H') => out.push_str(sys.hostname()),
                Some('w') => out.push_str(&directory),
                Some('W') => out.push_str(directory.rsplit('/').next().filter(|it| !it.is_empty()).unwrap_or("/")),
                Some('s') => out.push_str("bash"),
                Some('v') => out.push_str("5.2"),
                Some('$') => out.push(if sys.credentials().is_root() { '#' } else { '$' }),
                Some('n') => out.push('\n'),
                Some('e') => out.push('\u{1b}'),
                Some('[' | ']') | None => {}
                Some('\\') => out.push('\\'),
                Some(other) => out.extend(['\\', other]),
            }
        }
        out
    }

    fn trace(&mut self, sys: &mut Sys<'_>, simple: &Simple, arguments: &[String]) {
        let mut words = Vec::new();
        for assignment in &simple.assignments {
            let value = self.variables.text(&assignment.name).unwrap_or_default();
            words.push(format!("{}={}", assignment.name, traced(value, true)));
        }
        let line = |words: &[String]| format!("{}{}\n", self.variables.text("PS4").unwrap_or("+ "), words.join(" "));
        let mut text: String = words.iter().map(|word| line(std::slice::from_ref(word))).collect();
        if !arguments.is_empty() {
            let arguments: Vec<String> = arguments.iter().map(|word| traced(word, false)).collect();
            text.push_str(&line(&arguments));
        }
        self.write_error(sys, &text);
    }

    /// Runs a text as if it stood here: `eval`, a trap, a sourced file.
    pub(super) fn push_text(&mut self, text: &str) {
        self.status = 0;
        self.push(Kind::Input(Input::text(text, None)));
    }

    /// Whether a piece of code is one simple command, for messages.
    pub(super) fn describe_function(&self, name: &str) -> Option<bool> {
        self.functions.get(name).map(|body| matches!(&**body, Node::Simple(_)))
    }
}

/// A word as `set -x` shows it.
fn traced(word: &str, is_value: bool) -> String {
    let plain = |c: char| c.is_alphanumeric() || "%+,-./:=@_^".contains(c);
    match word.is_empty() {
        true if is_value => String::new(),
        true => "''".to_owned(),
        false if word.chars().all(plain) => word.to_owned(),
        false => super::parameter::quote(word),
    }
}
