//! `cat` and `tac`: print files. `less` and `more` do the same where nobody sits in front of them.

use super::arguments::{self, Options};
use super::lines::{Complaint, Next, each_line, read_all};
use crate::{Process, Suspend};

const OPTIONS: Options = Options::new("nbsETAvetu", &[
    ("number", 'n'),
    ("number-nonblank", 'b'),
    ("squeeze-blank", 's'),
    ("show-ends", 'E'),
    ("show-tabs", 'T'),
    ("show-all", 'A'),
]);

#[derive(Clone, Default)]
struct Printed {
    number: u64,
    blank: bool,
    middle_of_line: bool,
}

pub(super) fn main(process: &mut Process<'_>) -> Result<i32, Suspend> {
    let arguments = match arguments::read(process, &OPTIONS)? {
        Ok(arguments) => arguments,
        Err(status) => return Ok(status),
    };
    let paths = arguments.paths();
    let tabs = arguments.has('T') || arguments.has('A') || arguments.has('t');
    let ends = arguments.has('E') || arguments.has('A') || arguments.has('e');
    let done = each_line(process, &paths, complaint(process), false, Printed::default(), |printed, line, out| {
        let blank = line.text.is_empty() && line.newline && !printed.middle_of_line;
        if arguments.has('s') && blank && printed.blank {
            return Next::Line;
        }
        printed.blank = blank;
        let numbered = if arguments.has('b') { !blank } else { arguments.has('n') };
        if numbered && !printed.middle_of_line {
            printed.number += 1;
            out.extend(format!("{:6}\t", printed.number).bytes());
        }
        printed.middle_of_line = !line.newline;
        for byte in line.text {
            match byte {
                b'\t' if tabs => out.extend(b"^I"),
                byte => out.push(*byte),
            }
        }
        if line.newline {
            out.extend(if ends { "$\n" } else { "\n" }.bytes());
        }
        Next::Line
    })?;
    Ok(i32::from(done.failed))
}

/// What is said of a file that cannot be read.
fn complaint(process: &Process<'_>) -> Complaint {
    let args = process.args();
    match (arguments::program_name(args.first().map_or("", String::as_str)), process.is_busybox()) {
        ("less", false) => |path, error| format!("{path}: {error}\n"),
        ("less", true) => |path, error| format!("less: {path}: {error}\n"),
        ("more", false) => |path, error| format!("more: cannot open {path}: {error}\n"),
        ("more", true) => |path, error| format!("more: {path}: {error}\n"),
        _ => |path, error| format!("cat: {path}: {error}\n"),
    }
}

/// Lines in reverse order.
pub(super) fn tac(process: &mut Process<'_>) -> Result<i32, Suspend> {
    let arguments = match arguments::read(process, &Options::new("", &[]).lacking(&["b", "r", "s"]))? {
        Ok(arguments) => arguments,
        Err(status) => return Ok(status),
    };
    let mut status = 0;
    for path in arguments.paths() {
        match read_all(process, &path)? {
            Ok(bytes) => {
                let mut lines: Vec<&[u8]> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
                lines.reverse();
                process.write_stdout(&lines.concat())?;
            }
            Err(error) => {
                process.eprint(&format!("tac: failed to open '{path}' for reading: {error}\n"))?;
                status = 1;
            }
        }
    }
    Ok(status)
}
