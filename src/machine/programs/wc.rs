//! `wc`: counts lines, words, bytes.

use super::arguments::{self, Options};
use super::lines::read_all;
use crate::{Process, Suspend};

const OPTIONS: Options = Options::new("lwcmL", &[
    ("lines", 'l'),
    ("words", 'w'),
    ("bytes", 'c'),
    ("chars", 'm'),
    ("max-line-length", 'L'),
])
.lacking(&["files0-from", "total"]);

pub(super) fn main(process: &mut Process<'_>) -> Result<i32, Suspend> {
    let arguments = match arguments::read(process, &OPTIONS)? {
        Ok(arguments) => arguments,
        Err(status) => return Ok(status),
    };
    let wanted: Vec<bool> = match "lwmcL".chars().any(|letter| arguments.has(letter)) {
        true => "lwmcL".chars().map(|letter| arguments.has(letter)).collect(),
        false => vec![true, true, false, true, false],
    };
    let paths = arguments.paths();
    let named = !arguments.operands.is_empty();
    let (mut rows, mut total, mut status) = (Vec::new(), [0; 5], 0);
    let mut all_are_files = true;
    for path in &paths {
        all_are_files &= path != "-";
        let counts = match read_all(process, path)? {
            Ok(bytes) => count(&bytes),
            Err(error) => {
                process.eprint(&format!("wc: {path}: {error}\n"))?;
                status = 1;
                if error != crate::Errno::IsDirectory {
                    continue;
                }
                all_are_files = false;
                [0; 5]
            }
        };
        for (sum, count) in total.iter_mut().zip(counts).take(4) {
            *sum += count;
        }
        total[4] = total[4].max(counts[4]);
        rows.push((counts, if named { path.as_str() } else { "" }));
    }
    if paths.len() > 1 {
        rows.push((total, "total"));
    }
    // One number stands alone; several are as wide as the total bytes need, and 7 where that is not known before.
    let one_number = wanted.iter().filter(|wanted| **wanted).count() == 1 && paths.len() == 1;
    let width = match (one_number, all_are_files) {
        (true, _) => 1,
        (false, true) => total[3].to_string().len(),
        (false, false) => 7,
    };
    for (counts, name) in rows {
        let numbers: Vec<String> =
            counts.iter().zip(&wanted).filter(|(_, wanted)| **wanted).map(|(count, _)| format!("{count:width$}")).collect();
        let space = if name.is_empty() { "" } else { " " };
        process.print(&format!("{}{space}{name}\n", numbers.join(" ")))?;
    }
    Ok(status)
}

/// Lines, words, characters, bytes, length of the longest line.
fn count(bytes: &[u8]) -> [usize; 5] {
    let text = String::from_utf8_lossy(bytes);
    let lines = bytes.iter().filter(|byte| **byte == b'\n').count();
    let longest = text.lines().map(|line| line.chars().count()).max().unwrap_or(0);
    [lines, text.split_whitespace().count(), text.chars().count(), bytes.len(), longest]
}
