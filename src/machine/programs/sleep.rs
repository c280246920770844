//! `sleep`: lets virtual time pass.

use std::time::Duration;

use crate::{Process, Suspend};

pub(super) fn main(process: &mut Process<'_>) -> Result<i32, Suspend> {
    let arguments = process.args();
    if arguments.len() < 2 {
        process.eprint("sleep: missing operand\nTry 'sleep --help' for more information.\n")?;
        return Ok(1);
    }
    let mut total = Duration::ZERO;
    for word in &arguments[1..] {
        match duration(word) {
            Some(duration) => total = total.saturating_add(duration),
            None => {
                let text = format!("sleep: invalid time interval '{word}'\nTry 'sleep --help' for more information.\n");
                process.eprint(&text)?;
                return Ok(1);
            }
        }
    }
    process.sleep(total)?;
    Ok(0)
}

/// `5`, `0.5`, `2m`, `1h`, `1d`.
pub(super) fn duration(word: &str) -> Option<Duration> {
    let (number, unit) = match word.strip_suffix(['s', 'm', 'h', 'd']) {
        Some(number) => (number, &word[number.len()..]),
        None => (word, "s"),
    };
    let seconds: f64 = match number {
        "inf" | "infinity" => 1e9,
        number if number.contains(|c: char| !c.is_ascii_digit() && c != '.' && c != 'e') => return None,
        number => number.parse().ok()?,
    };
    let factor = match unit {
        "m" => 60.0,
        "h" => 3600.0,
        "d" => 86_400.0,
        _ => 1.0,
    };
    // A simulation does not last longer than a billion seconds.
    Duration::try_from_secs_f64((seconds * factor).min(1e9)).ok()
}
