//! `md5sum`, `sha1sum`, `sha256sum`, `sha512sum`: fingerprints of files, and `-c` to compare them; `cksum` has its own.

use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha224, Sha256, Sha384, Sha512};

use super::arguments::{self, Options, program_name};
use super::lines::read_all;
use crate::{Process, Suspend};

const OPTIONS: Options = Options::new("cbtqsw", &[
    ("check", 'c'),
    ("binary", 'b'),
    ("text", 't'),
    ("quiet", 'q'),
    ("status", 's'),
    ("warn", 'w'),
    ("strict", 'w'),
    ("ignore-missing", 'i'),
])
.lacking(&["z", "tag", "zero"]);

fn digest(program: &str, bytes: &[u8]) -> String {
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    match program {
        "md5sum" => hex(&Md5::digest(bytes)),
        "sha1sum" => hex(&Sha1::digest(bytes)),
        "sha224sum" => hex(&Sha224::digest(bytes)),
        "sha384sum" => hex(&Sha384::digest(bytes)),
        "sha512sum" => hex(&Sha512::digest(bytes)),
        _ => hex(&Sha256::digest(bytes)),
    }
}

pub(super) fn main(process: &mut Process<'_>) -> Result<i32, Suspend> {
    let program = program_name(&process.args()[0]).to_owned();
    let arguments = match arguments::read(process, &OPTIONS)? {
        Ok(arguments) => arguments,
        Err(status) => return Ok(status),
    };
    let mut status = 0;
    for path in arguments.paths() {
        let bytes = match read_all(process, &path)? {
            Ok(bytes) => bytes,
            Err(error) => {
                process.eprint(&format!("{program}: {path}: {error}\n"))?;
                status = 1;
                continue;
            }
        };
        if !arguments.has('c') {
            let mark = if arguments.has('b') { '*' } else { ' ' };
            process.print(&format!("{} {mark}{path}\n", digest(&program, &bytes)))?;
            continue;
        }
        let (quiet, silent) = (arguments.has('q'), arguments.has('s'));
        let length = digest(&program, b"").len();
        let (mut read, mut wrong, mut missing) = (0, 0, 0);
        for line in String::from_utf8_lossy(&bytes).lines() {
            let Some((wanted, rest)) = line.split_once(' ') else { continue };
            let Some(name) = rest.strip_prefix([' ', '*']) else { continue };
            if wanted.len() != length || !wanted.bytes().all(|byte| byte.is_ascii_hexdigit()) {
                continue;
            }
            read += 1;
            let verdict = match read_all(process, name)? {
                Ok(bytes) if digest(&program, &bytes).eq_ignore_ascii_case(wanted) => "OK",
                Ok(_) => {
                    wrong += 1;
                    "FAILED"
                }
                Err(error) => {
                    process.eprint(&format!("{program}: {name}: {error}\n"))?;
                    missing += 1;
                    "FAILED open or read"
                }
            };
            if !silent && (verdict != "OK" || !quiet) {
                process.print(&format!("{name}: {verdict}\n"))?;
            }
        }
        let many = |count: i32| if count == 1 { "" } else { "s" };
        if read == 0 {
            process.eprint(&format!("{program}: {path}: no properly formatted checksum lines found\n"))?;
        }
        if missing > 0 && !silent {
            process.eprint(&format!("{program}: WARNING: {missing} listed file{} could not be read\n", many(missing)))?;
        }
        if wrong > 0 && !silent {
            let did = if wrong == 1 { "computed checksum did NOT match" } else { "computed checksums did NOT match" };
            process.eprint(&format!("{program}: WARNING: {wrong} {did}\n"))?;
        }
        if read == 0 || wrong > 0 || missing > 0 {
            status = 1;
        }
    }
    Ok(status)
}
