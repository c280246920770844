//! `node`: JavaScript programs, such as the small web server of a first exercise.
//!
//! An interpreter that walks the syntax tree. All of its state is a plain value ([`run::Vm`]), so a computer with a
//! running server can be cloned and rewound. The event loop is [`Node::turn`]: the main program first, then timers,
//! requests and answers as they come; between two turns no code is under way.
//!
//! Simplified: what Node has and is not here says `not simulated` and ends the program: async functions, generators,
//! symbols, getters of classes, typed arrays, streams, most modules. A turn that computes for too long ends the program
//! likewise.

mod arrays;
mod dates;
mod evaluate;
mod events;
mod execute;
mod expressions;
mod host;
mod http;
mod inspect;
mod lexer;
mod modules;
mod numbers;
mod objects;
mod parser;
mod run;
mod syntax;
mod texts;
mod trace;
mod value;

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use podarium_sim::Time;

use run::{Abrupt, Job, Run, Vm};
use trace::{From, Version};
use value::{Class_, Heap, Object, Scope, Value};

use crate::{Program, Signal, Sys, Turn};

/// What a small program holds.
pub(super) const MEMORY: u64 = 36 << 20;
/// The CPU time of starting up, and that of one turn.
const START_UP: Duration = Duration::from_millis(45);
const TURN: Duration = Duration::from_micros(200);
/// After this many new cells the heap is swept.
const SWEEP: usize = 20_000;

pub(super) fn program() -> Box<dyn Program> {
    Box::new(Node { state: State::New })
}

#[derive(Clone)]
struct Node {
    state: State,
}

#[derive(Clone)]
enum State {
    New,
    /// Loading, until then.
    Starting(Time),
    Running(Box<Vm>),
    /// It only has to write what is left.
    Ending(Box<Vm>, i32),
}

impl Program for Node {
    fn resume(&mut self, sys: &mut Sys<'_>) -> Turn {
        loop {
            match &mut self.state {
                State::New => {
                    sys.set_memory(MEMORY);
                    let until = sys.use_cpu(START_UP);
                    self.state = State::Starting(until);
                }
                State::Starting(until) => {
                    if sys.sleep_until(*until).is_none() {
                        return Turn::Wait;
                    }
                    let mut vm = Box::new(new_vm(sys));
                    let ended = begin(&mut vm, sys);
                    self.state = match ended {
                        Some(code) => State::Ending(vm, code),
                        None => State::Running(vm),
                    };
                }
                State::Running(vm) => {
                    if !flush(vm, sys) {
                        return Turn::Wait;
                    }
                    match turn(vm, sys) {
                        Next::Again => {
                            sys.use_cpu(TURN);
                        }
                        Next::Wait => return Turn::Wait,
                        Next::End(code) => {
                            let vm = std::mem::replace(vm, Box::new(empty_vm()));
                            self.state = State::Ending(vm, code);
                        }
                    }
                }
                State::Ending(vm, code) => return if flush(vm, sys) { Turn::Exit(*code) } else { Turn::Wait },
            }
        }
    }

    fn signal(&mut self, signal: Signal) -> bool {
        let State::Running(vm) = &mut self.state else { return false };
        let Some(process) = vm.heap.object(vm.global_object).slot("process").and_then(|slot| slot.value.id()) else { return false };
        let event = format!("SIG{}", signal.name());
        // Whether somebody listens is written beside `process` itself.
        let listeners = vm.heap.object(process).slot("_events").and_then(|slot| slot.value.id());
        let listens = listeners.and_then(|id| vm.heap.object(id).slot(&event)).and_then(|slot| slot.value.id());
        let listens = listens.is_some_and(|id| matches!(&vm.heap.object(id).class, Class_::Array(items) if !items.is_empty()));
        if listens {
            vm.signals.push_back(signal);
        }
        listens
    }

    fn clone_box(&self) -> Box<dyn Program> {
        Box::new(self.clone())
    }
}

/// What comes after a turn of the event loop.
enum Next {
    Again,
    Wait,
    End(i32),
}

fn empty_vm() -> Vm {
    let mut heap = Heap::default();
    let global = heap.add_scope(Scope::default());
    let object = heap.add_object(Object::new(None, Class_::Plain));
    let global_object = heap.add_object(Object::new(Some(object), Class_::Plain));
    Vm {
        heap,
        intrinsics: BTreeMap::from([("Object", object)]),
        global,
        global_object,
        modules: BTreeMap::new(),
        sources: BTreeMap::new(),
        frames: Vec::new(),
        here: lexer::Pos::default(),
        file: "".into(),
        thrown: ("".into(), lexer::Pos::default()),
        below: Vec::new(),
        called_as: None,
        shown_depth: 0,
        fuel: 0,
        out: Vec::new(),
        err: Vec::new(),
        timers: BTreeMap::new(),
        next_timer: 1,
        jobs: VecDeque::new(),
        immediates: VecDeque::new(),
        servers: Vec::new(),
        clients: Vec::new(),
        signals: VecDeque::new(),
        version: Version::read(None),
        unhandled: Vec::new(),
        marks: Vec::new(),
        indent: 0,
    }
}

fn new_vm(sys: &mut Sys<'_>) -> Vm {
    let mut vm = empty_vm();
    vm.version = Version::read(sys.read_file(trace::HEADER).ok().as_deref());
    let object = vm.intrinsics["Object"];
    let function = vm.heap.add_object(Object::new(Some(object), Class_::Plain));
    vm.intrinsics.insert("Function", function);
    let mut run = Run { vm: &mut vm, sys };
    run.refuel();
    objects::install(&mut run);
    arrays::install(&mut run);
    texts::install(&mut run);
    numbers::install(&mut run);
    run.constructor("Date", dates::constructor, dates::STATICS, dates::METHODS);
    modules::install(&mut run);
    host::install(&mut run);
    vm
}

/// Reads the command line and runs the main program; the exit code if that was all.
fn begin(vm: &mut Vm, sys: &mut Sys<'_>) -> Option<i32> {
    let words: Vec<String> = sys.args()[1..].to_vec();
    let mut run = Run { vm, sys };
    run.refuel();
    run.vm.below = trace::below(&run.vm.version, From::Main);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["-v" | "--version", ..] => {
            run.vm.out = format!("v{}\n", run.vm.version.text).into_bytes();
            Some(0)
        }
        [option @ ("-e" | "--eval" | "-p" | "--print" | "-pe"), source, rest @ ..] => {
            set_argv(&mut run, "", rest);
            run.vm.below.clear();
            let prints = *option != "-e" && *option != "--eval";
            let result = run.run_text(source);
            finish_main(&mut run, "[eval]", result, prints)
        }
        [option @ ("-e" | "--eval" | "-p" | "--print")] => {
            run.vm.err = format!("node: {option} requires an argument\n").into_bytes();
            Some(9)
        }
        [] if run.sys.is_tty(0) => {
            run.vm.err = b"podarium: not simulated: the interactive node (node FILE is)\n".to_vec();
            Some(1)
        }
        [] | ["-"] => {
            run.vm.err = b"podarium: not simulated: node with a program on standard input (node FILE is)\n".to_vec();
            Some(1)
        }
        [option, ..] if option.starts_with('-') => {
            run.vm.err = match option.starts_with("--inspect") || option.starts_with("--max") || *option == "-r" || *option == "--watch" {
                true => format!("podarium: not simulated: node {option}\n"),
                false => format!("node: bad option: {option}\n"),
            }
            .into_bytes();
            Some(9)
        }
        [file, rest @ ..] => begin_file(&mut run, file, rest),
    }
}

fn begin_file(run: &mut Run<'_, '_>, file: &str, rest: &[&str]) -> Option<i32> {
    let path = crate::walk::normalize(&run.sys.absolute(file));
    for candidate in [path.clone(), format!("{path}.js"), format!("{path}/index.js")] {
        let Ok(bytes) = run.sys.read_file(&candidate) else { continue };
        set_argv(run, &candidate, rest);
        let result = run.run_module(&candidate, &String::from_utf8_lossy(&bytes));
        return finish_main(run, &candidate, result, false);
    }
    let text = match run.vm.version.is_old() {
        true => format!(
            "module.js:471\n    throw err;\n    ^\n\nError: Cannot find module '{path}'\n    at Function.Module._resolveFilename (module.js:469:15)\n    at Function.Module._load (module.js:417:25)\n    at Module.runMain (module.js:604:10)\n    at run (bootstrap_node.js:394:7)\n    at startup (bootstrap_node.js:149:9)\n    at bootstrap_node.js:509:3\n"
        ),
        false => format!(
            "node:internal/modules/cjs/loader:1228\n  throw err;\n  ^\n\nError: Cannot find module '{path}'\n    at Function._resolveFilename (node:internal/modules/cjs/loader:1225:15)\n    at Function._load (node:internal/modules/cjs/loader:1055:27)\n    at TracingChannel.traceSync (node:diagnostics_channel:322:14)\n    at wrapModuleLoad (node:internal/modules/cjs/loader:220:24)\n    at Function.executeUserEntryPoint [as runMain] (node:internal/modules/run_main:170:5)\n    at node:internal/main/run_main_module:36:49 {{\n  code: 'MODULE_NOT_FOUND',\n  requireStack: []\n}}\n\nNode.js v{}\n",
            run.vm.version.text
        ),
    };
    run.vm.err = text.into_bytes();
    Some(1)
}

fn set_argv(run: &mut Run<'_, '_>, file: &str, rest: &[&str]) {
    let file = if file.is_empty() { None } else { Some(file) };
    let words = ["/usr/local/bin/node"].into_iter().chain(file).chain(rest.iter().copied()).map(Value::from).collect();
    let argv = run.array(words);
    let options = run.array(Vec::new());
    let process = run.look(&Value::Object(run.vm.global_object), "process").and_then(|process| process.id());
    if let Some(process) = process {
        run.set_own(process, "argv", argv);
        run.set_own(process, "execArgv", options);
    }
}

fn finish_main(run: &mut Run<'_, '_>, file: &str, result: Result<run::Outcome, lexer::SyntaxError>, prints: bool) -> Option<i32> {
    let outcome = match result {
        Ok(outcome) => outcome,
        Err(error) => {
            let text = run.syntax_error(file, &error);
            run.vm.err.extend_from_slice(text.as_bytes());
            return Some(1);
        }
    };
    if let (Ok(value), true) = (&outcome, prints) {
        let text = match value {
            Value::Text(text) => text.to_string(),
            value => run.inspect(value),
        };
        run.vm.out.extend_from_slice(format!("{text}\n").as_bytes());
    }
    settle(run, outcome.map(|_| ()))
}

/// Ends a turn: what was promised is done, errors end the program.
fn settle(run: &mut Run<'_, '_>, result: Result<(), Abrupt>) -> Option<i32> {
    let result = result.and_then(|()| run_jobs(run));
    let result = result.and_then(|()| match run.vm.unhandled.pop() {
        Some(promise) => {
            let Class_::Promise(promise) = &run.object(promise).class else { return Ok(()) };
            let (_, reason) = promise.settled.clone().unwrap_or((false, Value::Undefined));
            if run.vm.version.major < 15 {
                let reason = run.error_title(&reason);
                let warning = format!("(node:{}) UnhandledPromiseRejectionWarning: Unhandled promise rejection (rejection id: 1): {reason}\n", run.sys.pid());
                run.vm.err.extend_from_slice(warning.as_bytes());
                return Ok(());
            }
            run.vm.thrown.0 = "".into();
            Err(Abrupt::Throw(reason))
        }
        None => Ok(()),
    });
    run.vm.frames.clear();
    match result {
        Ok(()) => None,
        Err(abrupt) => end(run, abrupt),
    }
}

fn end(run: &mut Run<'_, '_>, abrupt: Abrupt) -> Option<i32> {
    match abrupt {
        Abrupt::Exit(code) => {
            let code = exiting(run, code);
            Some(code & 0xff)
        }
        Abrupt::NotSimulated(what) => {
            let (file, at) = (run.vm.file.clone(), run.vm.here);
            let place = if file.is_empty() { String::new() } else { format!("{file}:{}: ", at.line) };
            run.vm.err.extend_from_slice(format!("{place}podarium: not simulated: node: {what}\n").as_bytes());
            Some(1)
        }
        Abrupt::Throw(error) => {
            let process = run.look(&Value::Object(run.vm.global_object), "process").and_then(|process| process.id());
            if let Some(process) = process.filter(|process| !run.listeners(*process, "uncaughtException").is_empty()) {
                return match run.emit(process, "uncaughtException", &[error]) {
                    Ok(_) => None,
                    Err(Abrupt::Throw(_)) => Some(7),
                    Err(abrupt) => end(run, abrupt),
                };
            }
            let text = run.uncaught(&error);
            run.vm.err.extend_from_slice(text.as_bytes());
            let code = exiting(run, 1);
            Some(code)
        }
    }
}

/// Tells those who listen for the end of the program.
fn exiting(run: &mut Run<'_, '_>, code: i32) -> i32 {
    let process = run.look(&Value::Object(run.vm.global_object), "process").and_then(|process| process.id());
    if let Some(process) = process {
        // What they throw comes too late for anybody.
        let _ = run.emit(process, "exit", &[Value::Number(f64::from(code))]);
    }
    code
}

fn run_jobs(run: &mut Run<'_, '_>) -> Result<(), Abrupt> {
    while let Some(job) = run.vm.jobs.pop_front() {
        run_job(run, job)?;
    }
    Ok(())
}

fn run_job(run: &mut Run<'_, '_>, job: Job) -> Result<(), Abrupt> {
    let result = run.call(&job.function, job.this, &job.args);
    match (result, job.promise) {
        (Ok(value), Some(promise)) => run.resolve(promise, value),
        (Err(Abrupt::Throw(error)), Some(promise)) => run.settle(promise, false, error),
        (result, _) => {
            result?;
        }
    }
    Ok(())
}

/// Writes what was printed; `false`: a reader has to make room first.
fn flush(vm: &mut Vm, sys: &mut Sys<'_>) -> bool {
    for (fd, bytes) in [(1, &mut vm.out), (2, &mut vm.err)] {
        if !bytes.is_empty() {
            // A closed output is no matter to Node.
            if sys.write(fd, bytes).is_none() {
                return false;
            }
            bytes.clear();
        }
    }
    true
}

/// One turn of the event loop: the first thing that is due.
fn turn(vm: &mut Vm, sys: &mut Sys<'_>) -> Next {
    if vm.heap.taken > SWEEP {
        sweep(vm);
    }
    let mut run = Run { vm, sys };
    run.refuel();
    let Some(result) = next_thing(&mut run) else {
        let alive = !run.vm.servers.is_empty() || !run.vm.clients.is_empty() || run.vm.timers.values().any(|timer| timer.keeps_alive);
        if alive {
            return Next::Wait;
        }
        let process = run.look(&Value::Object(run.vm.global_object), "process").unwrap_or_default();
        let code = run.look(&process, "exitCode").map_or(0.0, |code| run.number(&code).unwrap_or(0.0));
        return Next::End(exiting(&mut run, if code.is_nan() { 0 } else { code as i32 & 0xff }));
    };
    match settle(&mut run, result) {
        Some(code) => Next::End(code),
        None => Next::Again,
    }
}

fn next_thing(run: &mut Run<'_, '_>) -> Option<Result<(), Abrupt>> {
    if !run.vm.jobs.is_empty() {
        run.vm.below = trace::below(&run.vm.version, From::Job);
        return Some(Ok(()));
    }
    if let Some(signal) = run.vm.signals.pop_front() {
        let process = run.look(&Value::Object(run.vm.global_object), "process").and_then(|process| process.id())?;
        run.vm.below = trace::below(&run.vm.version, From::Job);
        let (event, number) = (format!("SIG{}", signal.name()), f64::from(signal.number()));
        return Some(run.emit(process, &event, &[event.as_str().into(), number.into()]).map(|_| ()));
    }
    if let Some(job) = run.vm.immediates.pop_front() {
        run.vm.below = trace::below(&run.vm.version, From::Job);
        return Some(run_job(run, job));
    }
    let now = run.sys.now();
    let due = run.vm.timers.iter().map(|(number, timer)| (timer.due, *number)).min();
    if let Some((at, number)) = due {
        if at <= now {
            return Some(fire(run, number, now));
        }
        // It is woken then.
        let _ = run.sys.sleep_until(at);
    }
    for (port, server) in run.vm.servers.clone() {
        if let Some((connection, asked)) = run.sys.accept(port) {
            run.vm.below = trace::below(&run.vm.version, From::Request);
            return Some(run.serve(server, connection, asked));
        }
    }
    for client in run.vm.clients.clone() {
        run.vm.below = trace::below(&run.vm.version, From::Job);
        match run.look_after(client) {
            Ok(false) => {}
            result => {
                run.vm.clients.retain(|id| *id != client);
                return Some(result.map(|_| ()));
            }
        }
    }
    None
}

fn fire(run: &mut Run<'_, '_>, number: u64, now: Time) -> Result<(), Abrupt> {
    let Some(timer) = run.vm.timers.get_mut(&number) else { return Ok(()) };
    let (function, args, object) = (timer.function.clone(), timer.args.clone(), timer.object);
    match timer.every {
        Some(every) => timer.due = now + every,
        None => {
            run.vm.timers.remove(&number);
        }
    }
    run.vm.below = trace::below(&run.vm.version, From::Timer);
    run.vm.called_as = Some("_onTimeout");
    run.call(&function, Value::Object(object), &args).map(|_| ())
}

/// Frees what the program cannot reach any more.
fn sweep(vm: &mut Vm) {
    let mut roots: Vec<value::Id> = vm.intrinsics.values().copied().collect();
    roots.extend([vm.global, vm.global_object]);
    roots.extend(vm.modules.values().filter_map(Value::id));
    for timer in vm.timers.values() {
        roots.push(timer.object);
        roots.extend(timer.args.iter().chain([&timer.function]).filter_map(Value::id));
    }
    for job in vm.jobs.iter().chain(&vm.immediates) {
        roots.extend(job.args.iter().chain([&job.function, &job.this]).filter_map(Value::id));
        roots.extend(job.promise);
    }
    roots.extend(vm.servers.iter().map(|(_, id)| *id));
    roots.extend(vm.clients.iter().chain(&vm.unhandled));
    vm.heap.sweep(roots);
}
