//! `gzip`, `gunzip`, `zcat`: the real format, so that what is packed here can be unpacked elsewhere.

use std::io::{Read, Write};

use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;
use flate2::Compression;

use super::arguments::{self, Options, program_name};
use super::lines::read_all;
use crate::{Process, Suspend};

const OPTIONS: Options = Options::new("cdfklqtvnN123456789S:r", &[
    ("stdout", 'c'),
    ("to-stdout", 'c'),
    ("decompress", 'd'),
    ("uncompress", 'd'),
    ("force", 'f'),
    ("keep", 'k'),
    ("list", 'l'),
    ("quiet", 'q'),
    ("test", 't'),
    ("verbose", 'v'),
    ("fast", '1'),
    ("best", '9'),
])
.lacking(&["recursive", "rsyncable"]);

/// Packs without name and time, as `gzip -n` does: the same bytes give the same file.
pub(super) fn pack(bytes: &[u8], level: u32) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::new(level));
    // Memory takes everything.
    let _ = encoder.write_all(bytes);
    encoder.finish().unwrap_or_default()
}

/// Unpacks all members; the error is what gzip says.
pub(super) fn unpack(bytes: &[u8]) -> Result<Vec<u8>, &'static str> {
    if !bytes.starts_with(&[0x1f, 0x8b]) {
        return Err("not in gzip format");
    }
    let mut out = Vec::new();
    match MultiGzDecoder::new(bytes).read_to_end(&mut out) {
        Ok(_) => Ok(out),
        Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => Err("unexpected end of file"),
        Err(_) => Err("invalid compressed data--format violated"),
    }
}

pub(super) fn main(process: &mut Process<'_>) -> Result<i32, Suspend> {
    let program = program_name(&process.args()[0]).to_owned();
    let arguments = match arguments::read(process, &OPTIONS)? {
        Ok(arguments) => arguments,
        Err(status) => return Ok(status),
    };
    if arguments.has('l') || arguments.has('r') {
        return arguments::not_simulated(process, &format!("{program} -{}", if arguments.has('l') { 'l' } else { 'r' }));
    }
    let unpacks = program != "gzip" || arguments.has('d') || arguments.has('t');
    let to_output = program == "zcat" || arguments.has('c');
    let level = arguments.last_of("123456789").and_then(|digit| digit.to_digit(10)).unwrap_or(6);
    let mut status = 0;
    for path in arguments.paths() {
        let (source, target) = match (path.as_str(), unpacks) {
            ("-", _) => (path.clone(), None),
            (_, false) => (path.clone(), Some(format!("{path}.gz"))),
            (_, true) => match path.strip_suffix(".tgz").map(|base| format!("{base}.tar")).or_else(|| path.strip_suffix(".gz").map(str::to_owned)) {
                Some(target) => (path.clone(), Some(target)),
                None if to_output || arguments.has('t') => (path.clone(), None),
                // The name may be given without its ending.
                None if process.stat(&path)?.is_err() && process.stat(&format!("{path}.gz"))?.is_ok() => (format!("{path}.gz"), Some(path.clone())),
                None if process.stat(&path)?.is_err() => {
                    process.eprint(&format!("gzip: {path}: No such file or directory\n"))?;
                    status = 1;
                    continue;
                }
                None => {
                    process.eprint(&format!("gzip: {path}: unknown suffix -- ignored\n"))?;
                    status = 2;
                    continue;
                }
            },
        };
        if !unpacks && path.ends_with(".gz") && !arguments.has('f') {
            process.eprint(&format!("gzip: {path} already has .gz suffix -- unchanged\n"))?;
            continue;
        }
        if process.stat(&source)?.is_ok_and(|found| found.is_dir()) {
            process.eprint(&format!("gzip: {source} is a directory -- ignored\n"))?;
            status = 2;
            continue;
        }
        let bytes = match read_all(process, &source)? {
            Ok(bytes) => bytes,
            Err(error) => {
                process.eprint(&format!("gzip: {source}: {error}\n"))?;
                status = 1;
                continue;
            }
        };
        if path == "-" && !unpacks && process.is_tty(1) && !arguments.has('f') {
            process.eprint("gzip: compressed data not written to a terminal. Use -f to force compression.\nFor help, type: gzip -h\n")?;
            return Ok(1);
        }
        let result = if unpacks { unpack(&bytes) } else { Ok(pack(&bytes, level)) };
        let out = match result {
            Ok(out) => out,
            Err(problem) => {
                let name = if path == "-" { "stdin" } else { source.as_str() };
                process.eprint(&format!("\ngzip: {name}: {problem}\n"))?;
                status = 1;
                continue;
            }
        };
        if arguments.has('t') {
            continue;
        }
        match target.filter(|_| !to_output) {
            None => process.write_stdout(&out)?,
            Some(target) => {
                if process.stat(&target)?.is_ok() && !arguments.has('f') {
                    process.eprint(&format!("gzip: {target} already exists;\tnot overwritten\n"))?;
                    status = 2;
                    continue;
                }
                let mode = process.stat(&source)?.map_or(0o644, |found| found.mode & 0o777);
                if let Err(error) = process.write_file(&target, &out, mode)? {
                    process.eprint(&format!("gzip: {target}: {error}\n"))?;
                    status = 1;
                    continue;
                }
                if arguments.has('v') {
                    let (small, large) = if unpacks { (bytes.len(), out.len()) } else { (out.len(), bytes.len()) };
                    let saved = 100.0 - small as f64 * 100.0 / (large.max(1)) as f64;
                    let did = if arguments.has('k') { "created" } else { "replaced with" };
                    process.eprint(&format!("{source}:\t{saved:5.1}% -- {did} {target}\n"))?;
                }
                if !arguments.has('k')
                    && let Err(error) = process.remove(&source)?
                {
                    process.eprint(&format!("gzip: {source}: {error}\n"))?;
                    status = 1;
                }
            }
        }
    }
    Ok(status)
}
