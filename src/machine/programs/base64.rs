//! `base64`: bytes as letters and back, as Secrets hold them.

use super::arguments::{self, Options};
use super::lines::read_all;
use crate::{Process, Suspend};

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const OPTIONS: Options = Options::new("dDiw:", &[("decode", 'd'), ("ignore-garbage", 'i'), ("wrap", 'w')]);

pub(super) fn main(process: &mut Process<'_>) -> Result<i32, Suspend> {
    let arguments = match arguments::read(process, &OPTIONS)? {
        Ok(arguments) => arguments,
        Err(status) => return Ok(status),
    };
    if let Some(extra) = arguments.operands.get(1) {
        return arguments::wrong_use(process, "base64", &format!("extra operand '{extra}'"), 1);
    }
    let wrap = arguments.value('w').unwrap_or("76");
    let Ok(columns) = wrap.parse::<usize>() else {
        process.eprint(&format!("base64: invalid wrap size: '{wrap}'\n"))?;
        return Ok(1);
    };
    let path = arguments.paths().remove(0);
    let bytes = match read_all(process, &path)? {
        Ok(bytes) => bytes,
        Err(error) => {
            process.eprint(&format!("base64: {path}: {error}\n"))?;
            return Ok(1);
        }
    };
    if arguments.has('d') || arguments.has('D') {
        let (decoded, good) = decode(&bytes, arguments.has('i'));
        process.write_stdout(&decoded)?;
        if !good {
            process.eprint("base64: invalid input\n")?;
        }
        return Ok(i32::from(!good));
    }
    let encoded = encode(&bytes);
    let text = match columns {
        0 => encoded,
        columns => encoded.as_bytes().chunks(columns).map(|line| String::from_utf8_lossy(line) + "\n").collect(),
    };
    process.print(&text)?;
    Ok(0)
}

pub(super) fn encode(bytes: &[u8]) -> String {
    let mut out = String::new();
    for group in bytes.chunks(3) {
        let value = group.iter().fold(0_u32, |value, byte| value << 8 | u32::from(*byte)) << (8 * (3 - group.len()));
        for index in 0..4 {
            match index <= group.len() {
                true => out.push(char::from(ALPHABET[(value >> (18 - 6 * index) & 63) as usize])),
                false => out.push('='),
            }
        }
    }
    out
}

/// What could be decoded, and whether that was all.
pub(super) fn decode(bytes: &[u8], ignores_garbage: bool) -> (Vec<u8>, bool) {
    let mut out = Vec::new();
    let (mut value, mut count, mut padding) = (0_u32, 0, 0);
    for byte in bytes.iter().filter(|byte| **byte != b'\n') {
        if *byte == b'=' {
            padding += 1;
            continue;
        }
        let Some(digit) = ALPHABET.iter().position(|letter| letter == byte).filter(|_| padding == 0) else {
            if ignores_garbage {
                continue;
            }
            return (out, false);
        };
        value = value << 6 | u32::try_from(digit).unwrap_or(0);
        count += 1;
        if count == 4 {
            out.extend(&value.to_be_bytes()[1..]);
            (value, count) = (0, 0);
        }
    }
    match count {
        2 => out.push((value >> 4) as u8),
        3 => out.extend([(value >> 10) as u8, (value >> 2) as u8]),
        _ => {}
    }
    let whole = matches!((count, padding), (0, 0) | (2, 2) | (3, 1));
    (out, whole)
}
