//! `watch`: runs a command again and again and shows its output on a fresh screen.

use std::ops::ControlFlow;
use std::time::Duration;

use super::arguments::{self, Options};
use crate::{Process, Spawn, Suspend};

const OPTIONS: Options = Options::new("n:dtegxbc", &[
    ("interval", 'n'),
    ("differences", 'd'),
    ("no-title", 't'),
    ("errexit", 'e'),
    ("chgexit", 'g'),
    ("exec", 'x'),
])
.lacking(&["p", "q", "precise", "beep"])
.stops_at_operand();

pub(super) fn main(process: &mut Process<'_>) -> Result<i32, Suspend> {
    let arguments = match arguments::read(process, &OPTIONS)? {
        Ok(arguments) => arguments,
        Err(status) => return Ok(status),
    };
    if arguments.operands.is_empty() {
        process.eprint("Usage:\n watch [options] command\n")?;
        return Ok(1);
    }
    let interval = match arguments.value('n').map(str::parse::<f64>) {
        None => 2.0,
        Some(Ok(seconds)) if seconds.is_finite() => seconds.max(0.1),
        Some(_) => {
            let word = arguments.value('n').unwrap_or_default();
            process.eprint(&format!("watch: failed to parse argument: '{word}'\n"))?;
            return Ok(1);
        }
    };
    let command = arguments.operands.join(" ");
    let line = match arguments.has('x') {
        true => arguments.operands.clone(),
        false => vec!["sh".to_owned(), "-c".to_owned(), command.clone()],
    };
    let columns = process.columns()?.unwrap_or(80);
    let host = process.hostname();
    process.repeat(None, |process, before: &mut Option<Vec<u8>>| {
        let (reader, writer) = process.pipe()?;
        let child = process.spawn(Spawn::new(&line).fd(1, writer).fd(2, writer))?;
        process.close(writer)?;
        let output = process.read_to_end(reader)?;
        process.close(reader)?;
        let status = match child {
            Ok(child) => process.wait(child)?.map_or(127, |status| status.code),
            Err(_) => 127,
        };
        let mut screen = String::from("\u{1b}[H\u{1b}[2J");
        if !arguments.has('t') {
            let nanos = process.unix_nanos()?;
            let time = jiff::Timestamp::from_nanosecond(nanos.into()).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
            let time = time.to_zoned(jiff::tz::TimeZone::UTC).strftime("%a %b %e %H:%M:%S %Y").to_string();
            let left = format!("Every {interval:.1}s: {command}");
            let right = format!("{host}: {time}");
            let space = columns.saturating_sub(left.chars().count() + right.chars().count()).max(1);
            screen.push_str(&format!("{left}{}{right}\n\n", " ".repeat(space)));
        }
        screen.push_str(&String::from_utf8_lossy(&output));
        process.print(&screen)?;
        if status != 0 && arguments.has('e') {
            return Ok(ControlFlow::Break(8));
        }
        if arguments.has('g') && before.as_ref().is_some_and(|before| *before != output) {
            return Ok(ControlFlow::Break(0));
        }
        *before = Some(output);
        process.sleep(Duration::from_secs_f64(interval))?;
        Ok(ControlFlow::Continue(()))
    })
}
