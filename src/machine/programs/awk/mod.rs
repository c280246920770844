//! `awk`: patterns, actions, fields, arrays, functions.
//!
//! The words are mawk's, which Debian installs. [`lexer`] and [`parser`] read a program, [`interpreter`] runs it a record
//! at a time.
//!
//! Simplified: `getline`, `system` and pipes from commands are not simulated and say so; files that are written with `>`
//! get their contents, and commands that are written to run, when the input has ended.

mod format;
mod functions;
mod interpreter;
mod lexer;
mod parser;
mod syntax;
mod value;

use std::ops::ControlFlow;
use std::sync::Arc;

use super::arguments::{self, Options};
use super::lines::read_all;
use crate::{OpenMode, Process, Spawn, Suspend};
use interpreter::{Interpreter, Stop};
use syntax::Kind;

/// Where the reading of the input is.
#[derive(Clone)]
struct Reading {
    awk: Interpreter,
    operand: usize,
    fd: Option<u32>,
    carry: Vec<u8>,
    read_any: bool,
    failed: bool,
}

pub(super) fn main(process: &mut Process<'_>) -> Result<i32, Suspend> {
    let arguments = match arguments::read(process, &Options::new("F:v:f:", &[]).lacking(&["W", "version"]).wrong_use(2).stops_at_operand())? {
        Ok(arguments) => arguments,
        Err(status) => return Ok(status),
    };
    let mut operands = arguments.operands.clone();
    let mut text = String::new();
    for path in arguments.values('f').map(str::to_owned).collect::<Vec<_>>() {
        match read_all(process, &path)? {
            Ok(bytes) => text.push_str(&format!("{}\n", String::from_utf8_lossy(&bytes))),
            Err(error) => {
                process.eprint(&format!("awk: cannot open {path} ({error})\n"))?;
                return Ok(2);
            }
        }
    }
    if arguments.value('f').is_none() {
        if operands.is_empty() {
            process.eprint("Usage: awk [Options] [Program] [file ...]\n")?;
            return Ok(2);
        }
        text = operands.remove(0);
    }
    let program = match parser::parse(&text) {
        Ok(program) => program,
        Err(problem) => return fail(process, &problem),
    };
    let mut awk = Interpreter::new(Arc::new(program), process.random_bits()?);
    awk.now_seconds = process.unix_nanos()? / 1_000_000_000;
    awk.set_environment(&process.all_env());
    awk.set_arguments(std::iter::once("awk".to_owned()).chain(operands.iter().cloned()));
    if let Some(separator) = arguments.value('F') {
        awk.set_variable("FS", if separator == "t" { "\\t" } else { separator });
    }
    for assignment in arguments.values('v') {
        match assignment.split_once('=') {
            Some((name, value)) => awk.set_variable(name, value),
            None => {
                process.eprint(&format!("awk: improper assignment: -v {assignment}\n"))?;
                return Ok(2);
            }
        }
    }
    let begun = awk.begin();
    process.write_stdout(&awk.take_output())?;
    match begun {
        Ok(()) => {}
        Err(Stop::Exit) => return finish(process, awk, false),
        Err(Stop::Failed(problem)) => return fail(process, &problem),
        Err(_) => {}
    }
    if !awk.reads_input() {
        return finish(process, awk, false);
    }
    let start = Reading { awk, operand: 0, fd: None, carry: Vec::new(), read_any: false, failed: false };
    let done = process.repeat(start, |process, reading: &mut Reading| step(process, &operands, reading))?;
    match done {
        Ok((awk, failed)) => finish(process, awk, failed),
        Err(problem) => fail(process, &problem),
    }
}

type Ended = Result<(Interpreter, bool), String>;

/// Reads a piece of the input and runs the program on the records in it.
fn step(process: &mut Process<'_>, operands: &[String], reading: &mut Reading) -> Result<ControlFlow<Ended>, Suspend> {
    let Some(fd) = reading.fd else {
        let path = match operands.get(reading.operand) {
            Some(word) => word.clone(),
            None if reading.read_any => return Ok(ControlFlow::Break(Ok((reading.awk.clone(), reading.failed)))),
            None => "-".to_owned(),
        };
        reading.operand += 1;
        if path.is_empty() {
            return Ok(ControlFlow::Continue(()));
        }
        // An operand `x=1` sets a variable when its turn comes.
        if let Some((name, value)) = path.split_once('=').filter(|(name, _)| lexer::is_name(name)) {
            reading.awk.set_variable(name, value);
            return Ok(ControlFlow::Continue(()));
        }
        reading.read_any = true;
        if path == "-" {
            reading.awk.start_file("");
            reading.fd = Some(0);
            return Ok(ControlFlow::Continue(()));
        }
        match process.open(&path, OpenMode::Read)? {
            Ok(fd) => {
                reading.awk.start_file(&path);
                reading.fd = Some(fd);
            }
            Err(error) => {
                process.eprint(&format!("awk: cannot open {path} ({error})\n"))?;
                reading.failed = true;
            }
        }
        return Ok(ControlFlow::Continue(()));
    };
    let (piece, at_end) = match process.read(fd)? {
        Ok(bytes) if !bytes.is_empty() => (bytes, false),
        _ => (Vec::new(), true),
    };
    reading.carry.extend(piece);
    let records = reading.awk.split_records(&mut reading.carry, at_end);
    let mut stopped = None;
    for record in records {
        match reading.awk.record(&record) {
            Ok(()) => {}
            Err(Stop::NextFile) => {
                stopped = Some(Stop::NextFile);
                break;
            }
            Err(stop) => {
                stopped = Some(stop);
                break;
            }
        }
    }
    process.write_stdout(&reading.awk.take_output())?;
    match stopped {
        Some(Stop::Exit) => return Ok(ControlFlow::Break(Ok((reading.awk.clone(), reading.failed)))),
        Some(Stop::Failed(problem)) => return Ok(ControlFlow::Break(Err(problem))),
        _ => {}
    }
    if at_end || stopped.is_some() {
        reading.carry.clear();
        if fd > 2 {
            process.close(fd)?;
        }
        reading.fd = None;
    }
    Ok(ControlFlow::Continue(()))
}

fn finish(process: &mut Process<'_>, mut awk: Interpreter, failed: bool) -> Result<i32, Suspend> {
    let ended = awk.end();
    process.write_stdout(&awk.take_output())?;
    for (path, kind, bytes) in awk.take_files() {
        let written = match (path.as_str(), kind) {
            (command, Kind::Command) => {
                run(process, command, &bytes)?;
                Ok(())
            }
            ("/dev/stderr", _) => process.write(2, &bytes)?,
            (path, Kind::Append) => process.append_file(path, &bytes)?,
            (path, Kind::Write) => process.write_file(path, &bytes, 0o666)?,
        };
        if let Err(error) = written {
            process.eprint(&format!("awk: cannot open {path} ({error})\n"))?;
            return Ok(2);
        }
    }
    match ended {
        Err(Stop::Failed(problem)) => fail(process, &problem),
        _ if failed => Ok(2),
        _ => Ok(awk.status),
    }
}

/// Gives a command its input and waits for it.
fn run(process: &mut Process<'_>, command: &str, input: &[u8]) -> Result<(), Suspend> {
    let (reader, writer) = process.pipe()?;
    let child = process.spawn(Spawn::new(&["sh", "-c", command]).fd(0, reader))?;
    process.close(reader)?;
    for piece in input.chunks(4096) {
        let _ = process.write(writer, piece)?;
    }
    process.close(writer)?;
    if let Ok(child) = child {
        let _ = process.wait(child)?;
    }
    Ok(())
}

fn fail(process: &mut Process<'_>, problem: &str) -> Result<i32, Suspend> {
    match problem.strip_prefix("not simulated: ") {
        Some(what) => arguments::not_simulated(process, &format!("awk {what}")),
        None => {
            process.eprint(&format!("awk: {problem}\n"))?;
            Ok(2)
        }
    }
}
