//! `tee`: copies its input to its output and into files.

use std::ops::ControlFlow;

use super::arguments::{self, Options};
use crate::{OpenMode, Process, Suspend};

const OPTIONS: Options =
    Options::new("ai", &[("append", 'a'), ("ignore-interrupts", 'i')]).lacking(&["p", "output-error"]);

pub(super) fn main(process: &mut Process<'_>) -> Result<i32, Suspend> {
    let arguments = match arguments::read(process, &OPTIONS)? {
        Ok(arguments) => arguments,
        Err(status) => return Ok(status),
    };
    let mode = if arguments.has('a') { OpenMode::Append } else { OpenMode::Write };
    let (mut fds, mut status) = (vec![1], 0);
    for path in &arguments.operands {
        match process.open(path, mode)? {
            Ok(fd) => fds.push(fd),
            Err(error) => {
                process.eprint(&format!("tee: {path}: {error}\n"))?;
                status = 1;
            }
        }
    }
    process.repeat((), |process, ()| match process.read(0)? {
        Ok(bytes) if !bytes.is_empty() => {
            for fd in &fds {
                // A write that fails has its reader gone, which ends the process by itself.
                let _ = process.write(*fd, &bytes)?;
            }
            Ok(ControlFlow::Continue(()))
        }
        _ => Ok(ControlFlow::Break(status)),
    })
}
