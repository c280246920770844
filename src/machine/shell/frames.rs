//! The frames of a running shell: where it is in each list, loop and call, and what it waits for.

use std::sync::Arc;

use brush_parser::ast::CaseItemPostAction;
use podarium_sim::Time;

use super::code::{Code, Lowering, Node, Word};
use super::dialect::Dialect;
use super::expand::Answer;
use super::interpreter::{Flow, STACK_LIMIT, Shell};
use super::pattern::matches;
use super::syntax::{Parsed, parse};
use super::variables::Variable;
use crate::{ExchangeId, ExitStatus, Group, Pid, Signal, Sys};

#[derive(Clone)]
pub(super) struct Frame {
    pub kind: Kind,
    /// What the command substitutions of this command gave so far.
    pub answers: Vec<Answer>,
    /// The status of the last of them, once the command is expanded.
    pub substituted: Option<i32>,
}

#[derive(Clone)]
pub(super) enum Kind {
    /// Reads commands from a text or from standard input and runs them.
    Input(Input),
    /// Begins with this code.
    Run(Code),
    List(Code, usize),
    AndOr(Code, usize),
    Not,
    Timed(Time),
    If { code: Code, arm: usize },
    While { code: Code, testing: bool, status: i32 },
    For { code: Code, values: Arc<Vec<String>>, next: usize },
    ForArithmetic { code: Code, status: i32 },
    Case { code: Code, subject: Option<String>, arm: usize, fall_through: bool },
    /// Puts descriptors back: each with the copy that was kept of it, if it was open.
    RestoreFds(Vec<(u32, Option<u32>)>),
    /// Puts variables back after `x=1 builtin`.
    RestoreVariables(Vec<(String, Option<Variable>)>),
    Function { positional: Arc<Vec<String>>, locals: Vec<(String, Option<Variable>)> },
    Source { positional: Option<Arc<Vec<String>>> },
    Wait { pids: Vec<Pid>, statuses: Vec<ExitStatus> },
    WaitJobs { pids: Vec<Pid> },
    /// `wait -n`: the first of them that ends.
    WaitAny { pids: Vec<Pid> },
    Substitute { fd: u32, pid: Pid, output: Vec<u8> },
    /// Waits for the connection of a redirection.
    Connect { fd: u32, exchange: ExchangeId, path: String },
    Write(u32, String),
    Read(super::builtins::Read),
    TrapEnd(i32),
    /// Ends the turn, so that a signal arrives.
    Yield,
    /// Sets `$?` as the result of a command.
    Finish(i32),
    Exit(i32),
}

/// Where commands come from.
#[derive(Clone)]
pub(super) struct Input {
    pub is_standard_input: bool,
    lines: Arc<Vec<String>>,
    next: usize,
    /// Lines read that do not make a whole command yet.
    pub pending: String,
    first_line: usize,
    pub prompted: bool,
    ended: bool,
    /// `-c`, which bash puts into syntax errors.
    label: Option<&'static str>,
}

impl Input {
    pub fn text(text: &str, label: Option<&'static str>) -> Self {
        let lines = text.split_inclusive('\n').map(str::to_owned).collect();
        Input {
            is_standard_input: false,
            lines: Arc::new(lines),
            next: 0,
            pending: String::new(),
            first_line: 1,
            prompted: false,
            ended: false,
            label,
        }
    }

    /// Everything that was given with `-c` has been read.
    pub fn is_last_of_command_line(&self) -> bool {
        self.label.is_some() && self.pending.is_empty() && self.next >= self.lines.len()
    }

    pub fn standard_input() -> Self {
        Input { is_standard_input: true, ..Input::text("", None) }
    }
}

impl Frame {
    pub fn new(kind: Kind) -> Self {
        Frame { kind, answers: Vec::new(), substituted: None }
    }
}

impl Kind {
    pub fn is_condition(&self) -> bool {
        match self {
            Kind::Not => true,
            Kind::If { code, arm } => matches!(&**code, Node::If { arms, .. } if *arm < arms.len()),
            Kind::While { testing, .. } => *testing,
            Kind::AndOr(code, next) => matches!(&**code, Node::AndOr(_, rest) if *next < rest.len()),
            _ => false,
        }
    }

    /// Whether a trap may run before this frame goes on.
    pub fn lets_traps_in(&self) -> bool {
        match self {
            Kind::Run(_) | Kind::List(..) | Kind::WaitJobs { .. } | Kind::WaitAny { .. } => true,
            Kind::Input(input) => input.pending.is_empty(),
            _ => false,
        }
    }

    fn is_loop(&self) -> bool {
        matches!(self, Kind::While { .. } | Kind::For { .. } | Kind::ForArithmetic { .. })
    }
}

impl Shell {
    /// Goes on with the frame that was just taken from the stack. A frame that is not over puts itself back.
    pub(super) fn step(&mut self, sys: &mut Sys<'_>, frame: Frame) -> Flow {
        match frame.kind {
            Kind::Input(input) => return self.step_input(sys, input),
            Kind::Run(ref code) => {
                let code = code.clone();
                self.run_code(sys, code, frame);
            }
            Kind::List(code, next) => {
                let Node::List(items) = &*code else { return Flow::Go };
                if let Some(item) = items.get(next).cloned() {
                    if next + 1 < items.len() {
                        self.push(Kind::List(code, next + 1));
                    }
                    self.push(Kind::Run(item));
                }
            }
            Kind::AndOr(code, next) => {
                let Node::AndOr(_, rest) = &*code else { return Flow::Go };
                if let Some((if_good, item)) = rest.get(next) {
                    let runs = (self.status == 0) == *if_good;
                    let item = item.clone();
                    self.push(Kind::AndOr(code, next + 1));
                    if runs {
                        self.push(Kind::Run(item));
                    }
                }
            }
            Kind::Not => self.status = i32::from(self.status == 0),
            Kind::Timed(start) => {
                let took = sys.now().since(start);
                let (minutes, seconds) = (took.as_secs() / 60, took.as_secs() % 60);
                let real = format!("\nreal\t{minutes}m{seconds}.{:03}s\nuser\t0m0.000s\nsys\t0m0.000s\n", took.subsec_millis());
                self.write_error(sys, &real);
            }
            Kind::If { code, arm } => self.step_if(code, arm),
            Kind::While { code, testing, status } => self.step_while(code, testing, status),
            Kind::For { code, values, next } => {
                let Node::For { variable, body, .. } = &*code else { return Flow::Go };
                if let Some(value) = values.get(next) {
                    if self.variables.set(variable, value.clone()).is_err() {
                        self.complain(sys, &format!("{variable}: readonly variable"));
                        self.finish(sys, 1);
                        return Flow::Go;
                    }
                    let body = body.clone();
                    self.push(Kind::For { code, values, next: next + 1 });
                    self.push(Kind::Run(body));
                }
            }
            Kind::ForArithmetic { .. } => self.step_for_arithmetic(sys, frame),
            Kind::Case { .. } => self.step_case(sys, frame),
            Kind::Wait { pids, statuses } => return self.step_wait(sys, pids, statuses),
            Kind::WaitJobs { pids } => return self.step_wait_jobs(sys, pids),
            Kind::WaitAny { pids } => return self.step_wait_any(sys, pids),
            Kind::Substitute { fd, pid, output } => return self.step_substitute(sys, fd, pid, output),
            Kind::Connect { fd, exchange, path } => return self.step_connect(sys, fd, exchange, path),
            Kind::Write(fd, text) => {
                if sys.write(fd, text.as_bytes()).is_none() {
                    self.push(Kind::Write(fd, text));
                    return Flow::Wait;
                }
            }
            Kind::Read(read) => return self.step_read(sys, read),
            Kind::Yield => {
                sys.end_turn();
                return Flow::Wait;
            }
            Kind::Finish(status) => self.finish(sys, status),
            Kind::Exit(status) => self.exiting = Some(status),
            restored @ (Kind::RestoreFds(_)
            | Kind::RestoreVariables(_)
            | Kind::Function { .. }
            | Kind::Source { .. }
            | Kind::TrapEnd(_)) => self.clean_up(sys, restored),
        }
        Flow::Go
    }

    /// What a frame leaves behind when it is over, or left early.
    pub(super) fn clean_up(&mut self, sys: &mut Sys<'_>, kind: Kind) {
        match kind {
            Kind::RestoreFds(saved) => self.restore_fds(sys, saved),
            Kind::RestoreVariables(saved) => saved.into_iter().rev().for_each(|(name, it)| self.variables.restore(&name, it)),
            Kind::Function { positional, locals } => {
                self.positional = positional;
                self.function_names.pop();
                locals.into_iter().rev().for_each(|(name, it)| self.variables.restore(&name, it));
            }
            Kind::Source { positional: Some(positional) } => self.positional = positional,
            Kind::TrapEnd(status) => self.status = status,
            Kind::Substitute { fd, .. } | Kind::Connect { fd, .. } => sys.close(fd),
            _ => {}
        }
    }

    fn run_code(&mut self, sys: &mut Sys<'_>, code: Code, frame: Frame) {
        if self.stack.len() > STACK_LIMIT {
            self.complain(sys, "maximum function nesting level exceeded");
            self.exit(sys, 1);
            return;
        }
        match &*code {
            Node::List(_) => self.push(Kind::List(code, 0)),
            Node::Background(inner, text) => self.run_background(sys, inner.clone(), text.clone()),
            Node::AndOr(first, _) => {
                let first = first.clone();
                self.push(Kind::AndOr(code, 0));
                self.push(Kind::Run(first));
            }
            Node::Pipeline(stages) => self.run_pipeline(sys, stages),
            Node::Not(inner) => {
                self.push(Kind::Not);
                self.push(Kind::Run(inner.clone()));
            }
            Node::Timed(inner) => {
                self.push(Kind::Timed(sys.now()));
                self.push(Kind::Run(inner.clone()));
            }
            Node::Simple(simple) => self.run_simple(sys, simple, frame),
            Node::Redirected(inner, redirects) => {
                let expanded = self.expand(sys, frame, |it| super::redirect::expand(it, redirects));
                let Some((_, changes)) = expanded else { return };
                match self.redirect(sys, changes) {
                    Ok(saved) => {
                        self.push(Kind::RestoreFds(saved));
                        self.push(Kind::Run(inner.clone()));
                    }
                    Err(message) => {
                        self.complain(sys, &message);
                        self.finish(sys, self.dialect.failure(1));
                    }
                }
            }
            Node::Subshell(inner) => {
                let group = self.child_group();
                let pid = self.spawn_subshell(sys, inner.clone(), self.inherited(sys), group);
                self.wait_in_front(sys, vec![pid]);
            }
            Node::If { arms, .. } => {
                let condition = arms[0].0.clone();
                self.push(Kind::If { code, arm: 0 });
                self.push(Kind::Run(condition));
            }
            Node::While { condition, .. } => {
                let condition = condition.clone();
                self.push(Kind::While { code, testing: true, status: 0 });
                self.push(Kind::Run(condition));
            }
            Node::For { words, .. } => {
                let expanded = self.expand(sys, frame, |it| match words {
                    Some(words) => it.arguments(words, false),
                    None => Ok(it.shell.positional.to_vec()),
                });
                let Some((_, values)) = expanded else { return };
                self.status = 0;
                self.push(Kind::For { code, values: Arc::new(values), next: 0 });
            }
            Node::ForArithmetic { start, .. } => {
                let Some(_) = self.expand(sys, frame, |it| it.arithmetic(start)) else { return };
                self.push(Kind::ForArithmetic { code, status: -1 });
            }
            Node::Case { .. } => self.push(Kind::Case { code, subject: None, arm: 0, fall_through: false }),
            Node::Function { name, body } => {
                self.functions.insert(name.clone(), body.clone());
                self.status = 0;
            }
            Node::Test(_) if self.dialect == Dialect::Dash => {
                self.complain(sys, "[[: command not found");
                self.finish(sys, 127);
            }
            Node::Test(expression) => {
                let Some((_, result)) = self.expand(sys, frame, |it| it.condition(expression)) else { return };
                self.finish(sys, i32::from(!result));
            }
            Node::Arithmetic(expression) => {
                let Some((_, value)) = self.expand(sys, frame, |it| it.arithmetic(expression)) else { return };
                self.finish(sys, i32::from(value == 0));
            }
            Node::NotSimulated(what) => {
                self.write_error(sys, &format!("podarium: not simulated: {what}\n"));
                self.finish(sys, 2);
            }
        }
    }

    fn step_if(&mut self, code: Code, arm: usize) {
        let Node::If { arms, otherwise } = &*code else { return };
        // At the end of the part that was chosen there is nothing more to do.
        if arm >= arms.len() {
            return;
        }
        let next = arms.get(arm + 1).map(|(condition, _)| condition.clone());
        if self.status == 0 {
            self.push(Kind::If { code: code.clone(), arm: arms.len() });
            self.push(Kind::Run(arms[arm].1.clone()));
        } else if let Some(condition) = next {
            self.push(Kind::If { code: code.clone(), arm: arm + 1 });
            self.push(Kind::Run(condition));
        } else {
            self.status = 0;
            if let Some(otherwise) = otherwise {
                self.push(Kind::If { code: code.clone(), arm: arms.len() });
                self.push(Kind::Run(otherwise.clone()));
            }
        }
    }

    fn step_while(&mut self, code: Code, testing: bool, status: i32) {
        let Node::While { condition, body, until } = &*code else { return };
        if !testing {
            let condition = condition.clone();
            self.push(Kind::While { code, testing: true, status: self.status });
            self.push(Kind::Run(condition));
        } else if (self.status == 0) != *until {
            let body = body.clone();
            self.push(Kind::While { code, testing: false, status });
            self.push(Kind::Run(body));
        } else {
            // The status of a loop is that of its last body, 0 if there was none.
            self.status = status;
        }
    }

    fn step_for_arithmetic(&mut self, sys: &mut Sys<'_>, frame: Frame) {
        let Kind::ForArithmetic { ref code, status } = frame.kind else { return };
        let code = code.clone();
        let Node::ForArithmetic { condition, update, body, .. } = &*code else { return };
        let body_status = if status < 0 { 0 } else { self.status };
        let expanded = self.expand(sys, frame, |it| {
            if status >= 0 {
                it.arithmetic(update)?;
            }
            if condition.trim().is_empty() { Ok(1) } else { it.arithmetic(condition) }
        });
        let Some((_, value)) = expanded else { return };
        self.status = body_status;
        if value != 0 {
            self.push(Kind::ForArithmetic { code: code.clone(), status: 0 });
            self.push(Kind::Run(body.clone()));
        }
    }

    fn step_case(&mut self, sys: &mut Sys<'_>, frame: Frame) {
        let Kind::Case { ref code, ref subject, arm, fall_through } = frame.kind else { return };
        let (code, known) = (code.clone(), subject.clone());
        let Node::Case { subject: word, arms } = &*code else { return };
        if arm == 0 && known.is_none() {
            self.status = 0;
        }
        if arm >= arms.len() {
            return;
        }
        let expanded = self.expand(sys, frame, |it| {
            let subject = match known {
                Some(subject) => subject,
                None => it.text(word)?,
            };
            let chosen = match fall_through {
                true => Some(arm),
                false => choose(it, arms[arm..].iter().map(|arm| &arm.patterns), &subject)?.map(|index| arm + index),
            };
            Ok((subject, chosen))
        });
        let Some((_, (subject, chosen))) = expanded else { return };
        let Some(chosen) = chosen else { return };
        let (next, fall_through) = match arms[chosen].then {
            CaseItemPostAction::ExitCase => (arms.len(), false),
            CaseItemPostAction::UnconditionallyExecuteNextCaseItem => (chosen + 1, true),
            CaseItemPostAction::ContinueEvaluatingCases => (chosen + 1, false),
        };
        self.push(Kind::Case { code: code.clone(), subject: Some(subject), arm: next, fall_through });
        match &arms[chosen].body {
            Some(body) => self.push(Kind::Run(body.clone())),
            None => self.status = 0,
        }
    }

    /// `break` and `continue`: leaves `levels` loops, the last of them only for its next turn when it continues.
    pub(super) fn leave_loops(&mut self, sys: &mut Sys<'_>, levels: usize, continues: bool) {
        let boundary = |kind: &Kind| matches!(kind, Kind::Function { .. } | Kind::Input(_));
        for level in 1..=levels {
            let inside = self.stack.iter().rev().take_while(|frame| !boundary(&frame.kind));
            if !inside.into_iter().any(|frame| frame.kind.is_loop()) {
                return;
            }
            self.unwind(sys, Kind::is_loop);
            let is_last = level == levels
                || !self.stack[..self.stack.len() - 1]
                    .iter()
                    .rev()
                    .take_while(|frame| !boundary(&frame.kind))
                    .any(|frame| frame.kind.is_loop());
            if is_last && continues {
                if let Some(Frame { kind: Kind::While { testing, .. }, .. }) = self.stack.last_mut() {
                    *testing = false;
                }
                return;
            }
            self.stack.pop();
        }
    }

    fn step_wait(&mut self, sys: &mut Sys<'_>, mut pids: Vec<Pid>, mut statuses: Vec<ExitStatus>) -> Flow {
        while let Some(pid) = pids.first().copied() {
            match sys.wait_child(pid) {
                None => {
                    self.push(Kind::Wait { pids, statuses });
                    return Flow::Wait;
                }
                Some(result) => {
                    statuses.push(result.unwrap_or(ExitStatus::exited(127)));
                    pids.remove(0);
                }
            }
        }
        if self.interactive {
            sys.set_foreground(sys.group());
        }
        let elements = statuses.iter().zip(0..).map(|(status, index)| (index, status.code.to_string()));
        // PIPESTATUS is the shell's own; nobody makes it read-only.
        let _ = self.variables.set_array("PIPESTATUS", elements.collect());
        let last = statuses.last().copied().unwrap_or(ExitStatus::exited(0));
        let failed = statuses.iter().rev().find(|status| status.code != 0);
        let code = if self.options.pipefail { failed.map_or(0, |status| status.code) } else { last.code };
        match last.signal {
            Some(Signal::Interrupt) if self.interactive => self.interrupted = true,
            Some(signal) if self.interactive && signal != Signal::Pipe => {
                self.write_error(sys, &format!("{}\n", signal.description()));
            }
            Some(signal) if !matches!(signal, Signal::Pipe | Signal::Interrupt) && !self.is_subshell => {
                self.report_signal(sys, signal);
            }
            _ => {}
        }
        self.finish(sys, code);
        Flow::Go
    }

    /// Begins a command substitution for the frame on top of the stack.
    pub(super) fn substitute(&mut self, sys: &mut Sys<'_>, code: &str) {
        // `$(< FILE)` reads a file without any process.
        if let Some(path) = code.trim().strip_prefix('<').filter(|path| !path.starts_with(['<', '('])) {
            let path = Word::parse(path.trim()).and_then(|word| {
                self.expander(sys, &[]).text(&word).map_err(|_| "expansion in $(<…)".to_owned())
            });
            let output = path.map_err(|what| format!("podarium: not simulated: {what}")).and_then(|path| {
                sys.read_file(&path).map_err(|error| format!("{path}: {error}"))
            });
            let (output, status) = match output {
                Ok(bytes) => (String::from_utf8_lossy(&bytes).into_owned(), 0),
                Err(message) => {
                    self.complain(sys, &message);
                    (String::new(), 1)
                }
            };
            self.answer(Answer { output, status });
            return;
        }
        let code = match self.parse_whole(code) {
            Ok(code) => code,
            Err(message) => {
                self.complain(sys, &format!("command substitution: {message}"));
                self.answer(Answer { output: String::new(), status: 2 });
                return;
            }
        };
        let (reader, writer) = sys.pipe();
        let mut fds = self.inherited(sys);
        fds.retain(|(fd, _)| *fd != 1);
        fds.push((1, writer));
        let pid = self.spawn_subshell(sys, code, fds, Group::Parent);
        sys.close(writer);
        self.push(Kind::Substitute { fd: reader, pid, output: Vec::new() });
    }

    fn step_substitute(&mut self, sys: &mut Sys<'_>, fd: u32, pid: Pid, mut output: Vec<u8>) -> Flow {
        loop {
            match sys.read(fd, usize::MAX) {
                None => break,
                Some(Ok(bytes)) if !bytes.is_empty() => output.extend(bytes),
                Some(_) => {
                    let Some(status) = sys.wait_child(pid) else { break };
                    sys.close(fd);
                    let output = String::from_utf8_lossy(&output).into_owned();
                    let status = status.unwrap_or(ExitStatus::exited(127));
                    self.interrupted |= self.interactive && status.signal == Some(Signal::Interrupt);
                    self.answer(Answer { output, status: status.code });
                    return Flow::Go;
                }
            }
        }
        self.push(Kind::Substitute { fd, pid, output });
        Flow::Wait
    }

    fn step_connect(&mut self, sys: &mut Sys<'_>, fd: u32, exchange: ExchangeId, path: String) -> Flow {
        match sys.http_head(exchange, None) {
            None => {
                self.push(Kind::Connect { fd, exchange, path });
                Flow::Wait
            }
            // Above the command that is being expanded there may be a message.
            Some(Ok(_)) => {
                self.answer(Answer { output: fd.to_string(), status: 0 });
                Flow::Go
            }
            Some(Err(error)) => {
                sys.close(fd);
                let (first, second) = super::redirect::not_connected(&path, error);
                self.answer(Answer { output: second, status: 1 });
                let text = format!("{}: {first}\n", self.own_name());
                self.write_error(sys, &text);
                Flow::Go
            }
        }
    }

    fn answer(&mut self, answer: Answer) {
        // An error message may be waiting above the command that is being expanded.
        let asker = self.stack.iter_mut().rev().find(|frame| !matches!(frame.kind, Kind::Write(..)));
        if let Some(asker) = asker {
            asker.answers.push(answer);
        }
    }

    fn lowering<'a>(aliases: &'a dyn Fn(&str) -> Option<String>, first_line: usize) -> Lowering<'a> {
        Lowering { first_line, aliases }
    }

    /// Parses a text that is complete: a command substitution.
    fn parse_whole(&self, text: &str) -> Result<Code, String> {
        match parse(text, true, &Self::lowering(&|_| None, self.line)) {
            Parsed::Code(code) => Ok(code),
            Parsed::Incomplete => Err("syntax error: unexpected end of file".to_owned()),
            Parsed::Error(error) => Err(error.message),
        }
    }

    fn step_input(&mut self, sys: &mut Sys<'_>, mut input: Input) -> Flow {
        loop {
            let line = match self.next_line(sys, &mut input) {
                NextLine::Wait => {
                    self.push(Kind::Input(input));
                    return Flow::Wait;
                }
                NextLine::Line(line) => line,
                NextLine::End if input.pending.is_empty() => {
                    if input.is_standard_input && self.interactive && self.dialect.is_bash() {
                        self.write_error(sys, "exit\n");
                    }
                    return Flow::Go;
                }
                NextLine::End => String::new(),
            };
            if input.pending.is_empty() && line.trim().is_empty() {
                input.first_line += 1;
                continue;
            }
            let at_end = line.is_empty();
            input.pending.push_str(&line);
            let aliases = self.aliases.clone();
            let known = |name: &str| aliases.get(name).cloned();
            let is_all = at_end || !input.is_standard_input && input.next >= input.lines.len();
            match parse(&input.pending, is_all, &Self::lowering(&known, input.first_line)) {
                Parsed::Incomplete => {}
                Parsed::Code(code) => {
                    let text = std::mem::take(&mut input.pending);
                    input.first_line += text.matches('\n').count().max(1);
                    if self.interactive && input.is_standard_input {
                        self.history.push_back(text.trim_end().to_owned());
                    }
                    self.push(Kind::Input(input));
                    if !self.options.noexec {
                        self.push(Kind::Run(code));
                    }
                    return Flow::Go;
                }
                Parsed::Error(error) => {
                    self.line = input.first_line + error.line - 1;
                    let text = std::mem::take(&mut input.pending);
                    let shown = text.lines().nth(error.line - 1).unwrap_or_default();
                    self.syntax_error(sys, input, &error.message, error.shows_line.then_some(shown));
                    return Flow::Go;
                }
            }
        }
    }

    fn syntax_error(&mut self, sys: &mut Sys<'_>, input: Input, message: &str, shown: Option<&str>) {
        let label = match input.label {
            Some(label) => format!("{label}: "),
            None => String::new(),
        };
        if !self.dialect.is_bash() {
            self.status = 2;
            let text = self.complaint(message);
            if self.interactive && input.is_standard_input {
                self.push(Kind::Input(input));
            } else {
                self.exit(sys, 2);
            }
            self.write_error(sys, &text);
            return;
        }
        let prefix = match self.interactive {
            true => format!("{}: ", self.name),
            false => format!("{}: {label}line {}: ", self.name, self.line),
        };
        let mut text = format!("{prefix}{message}\n");
        if let Some(shown) = shown.filter(|_| !self.interactive) {
            text.push_str(&format!("{prefix}`{shown}'\n"));
        }
        self.status = 2;
        if self.interactive && input.is_standard_input {
            self.push(Kind::Input(input));
        } else if !self.stack.iter().any(|frame| matches!(frame.kind, Kind::Input(_))) {
            self.exit(sys, 2);
        }
        self.write_error(sys, &text);
    }

    fn next_line(&mut self, sys: &mut Sys<'_>, input: &mut Input) -> NextLine {
        if !input.is_standard_input {
            let line = input.lines.get(input.next).cloned();
            input.next += 1;
            return line.map_or(NextLine::End, NextLine::Line);
        }
        if input.ended {
            return NextLine::End;
        }
        if self.interactive && !input.prompted {
            input.prompted = true;
            let prompt = self.prompt(sys, input.pending.is_empty());
            if sys.write(2, prompt.as_bytes()).is_none() {
                input.prompted = false;
                return NextLine::Wait;
            }
        }
        match sys.read_line(0) {
            None => {
                sys.report_idle(self.status);
                NextLine::Wait
            }
            Some(bytes) if bytes.is_empty() => {
                input.ended = true;
                NextLine::End
            }
            Some(bytes) => {
                input.prompted = false;
                NextLine::Line(String::from_utf8_lossy(&bytes).into_owned())
            }
        }
    }
}

enum NextLine {
    Line(String),
    End,
    Wait,
}

/// The first arm of a `case` that has a matching pattern.
fn choose<'p>(
    expander: &mut super::expand::Expander<'_, '_>,
    arms: impl Iterator<Item = &'p Vec<Word>>,
    subject: &str,
) -> Result<Option<usize>, super::expand::Stop> {
    for (index, patterns) in arms.enumerate() {
        for pattern in patterns {
            if matches(&expander.pattern(pattern)?, subject) {
                return Ok(Some(index));
            }
        }
    }
    Ok(None)
}
