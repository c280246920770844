//! Reading files line by line, one after another, as filters do: what has come is worked on at once, so that the output
//! of `kubectl get pods -w | grep web` appears as the pods change.

use std::ops::ControlFlow;

use crate::{Errno, OpenMode, Process, Suspend};

/// A line of an input.
pub(super) struct Line<'a> {
    /// Without its newline.
    pub text: &'a [u8],
    /// Whether it ended with one; only the last line of a file may not.
    pub newline: bool,
    pub path: &'a str,
    /// The number of the file among the operands, from 0.
    pub file: usize,
    /// It is the last line of the last file. Known only when the reader was asked to look ahead.
    pub is_last: bool,
}

impl Line<'_> {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(self.text).into_owned()
    }
}

/// What goes on after a line.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    Line,
    File,
    Stop,
}

/// How a program words that a file cannot be read: from the path and the error.
pub(super) type Complaint = fn(&str, Errno) -> String;

#[derive(Clone)]
struct Reading<S> {
    file: usize,
    fd: Option<u32>,
    carry: Vec<u8>,
    /// The rest of this file is not wanted.
    skips: bool,
    state: S,
    failed: bool,
    /// A line that is held back until it is known whether another one follows.
    held: Option<(Vec<u8>, bool, usize)>,
}

/// What a run over all lines came to.
pub(super) struct Done<S> {
    pub state: S,
    /// Some file could not be read.
    pub failed: bool,
}

/// Calls `each` for every line of the files (`-` is standard input), in order. It writes into the buffer it is given,
/// which is printed after each piece of input.
pub(super) fn each_line<S: Clone + Send + Sync + 'static>(
    process: &mut Process<'_>,
    paths: &[String],
    complaint: Complaint,
    looks_ahead: bool,
    state: S,
    mut each: impl FnMut(&mut S, Line<'_>, &mut Vec<u8>) -> Next,
) -> Result<Done<S>, Suspend> {
    let start =
        Reading { file: 0, fd: None, carry: Vec::new(), skips: false, state, failed: false, held: None };
    let reading = process.repeat(start, |process, reading: &mut Reading<S>| {
        let Some(path) = paths.get(reading.file) else {
            if let Some((text, newline, file)) = reading.held.take() {
                let mut out = Vec::new();
                let line = Line { text: &text, newline, path: &paths[file], file, is_last: true };
                each(&mut reading.state, line, &mut out);
                write(process, &out)?;
            }
            return Ok(ControlFlow::Break(reading.clone()));
        };
        let opened = match (reading.fd, path.as_str()) {
            (Some(fd), _) => Ok(fd),
            (None, "-") => Ok(0),
            (None, path) => process.open(path, OpenMode::Read)?,
        };
        let read = match opened {
            Ok(fd) => {
                reading.fd = Some(fd);
                process.read(fd)?
            }
            Err(error) => Err(error),
        };
        let (bytes, at_end) = match read {
            Ok(bytes) if bytes.is_empty() => (std::mem::take(&mut reading.carry), true),
            Ok(bytes) => {
                reading.carry.extend(bytes);
                // A line without end is copied again and again: it counts fourfold.
                process.hold(reading.carry.len() * 4)?;
                let whole = reading.carry.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
                let rest = reading.carry.split_off(whole);
                (std::mem::replace(&mut reading.carry, rest), false)
            }
            Err(error) => {
                process.eprint(&complaint(path, error))?;
                reading.failed = true;
                (Vec::new(), true)
            }
        };
        let mut out = Vec::new();
        let mut next = if reading.skips { Next::File } else { Next::Line };
        for text in bytes.split_inclusive(|byte| *byte == b'\n') {
            if next != Next::Line {
                break;
            }
            let newline = text.ends_with(b"\n");
            let text = &text[..text.len() - usize::from(newline)];
            let mut line = (text.to_vec(), newline, reading.file);
            if looks_ahead {
                match reading.held.replace(line) {
                    Some(held) => line = held,
                    None => continue,
                }
            }
            let (text, newline, file) = line;
            next = each(&mut reading.state, Line { text: &text, newline, path: &paths[file], file, is_last: false }, &mut out);
        }
        write(process, &out)?;
        if next == Next::Stop {
            reading.held = None;
            return Ok(ControlFlow::Break(reading.clone()));
        }
        reading.skips = next == Next::File;
        if at_end || next == Next::File && path != "-" {
            if let Some(fd) = reading.fd.take().filter(|fd| *fd > 2) {
                process.close(fd)?;
            }
            reading.file += 1;
            reading.skips = false;
            reading.carry.clear();
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(Done { state: reading.state, failed: reading.failed })
}

fn write(process: &mut Process<'_>, out: &[u8]) -> Result<(), Suspend> {
    if out.is_empty() { Ok(()) } else { process.write_stdout(out) }
}

/// The whole of a file, or of standard input for `-`.
pub(super) fn read_all(process: &mut Process<'_>, path: &str) -> Result<Result<Vec<u8>, Errno>, Suspend> {
    if path == "-" {
        return process.read_stdin_to_end().map(Ok);
    }
    let fd = match process.open(path, OpenMode::Read)? {
        Ok(fd) => fd,
        Err(error) => return Ok(Err(error)),
    };
    // A directory opens and cannot be read.
    if process.stat(path)?.is_ok_and(|found| found.is_dir()) {
        process.close(fd)?;
        return Ok(Err(Errno::IsDirectory));
    }
    let bytes = process.read_to_end(fd)?;
    process.close(fd)?;
    Ok(Ok(bytes))
}

/// The first bytes of a file, or of standard input for `-`: an endless one ends there.
pub(super) fn read_first(process: &mut Process<'_>, path: &str, most: usize) -> Result<Result<Vec<u8>, Errno>, Suspend> {
    let fd = match path {
        "-" => 0,
        path => match process.open(path, OpenMode::Read)? {
            Ok(fd) => fd,
            Err(error) => return Ok(Err(error)),
        },
    };
    let bytes = process.read_up_to(fd, most)?;
    if fd > 2 {
        process.close(fd)?;
    }
    Ok(bytes)
}
