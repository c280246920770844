//! `redis-cli`: one command, or what is typed.
//!
//! Models: redis-cli.
//! Simplified: of its options those for host, port, password and raw output.

use std::ops::ControlFlow;

use podarium_machine::{NetError, Process, Suspend};

use super::PORT;
use crate::images::conversation::{listen, open};

/// The length of a whole answer in RESP.
fn whole_answer(heard: &[u8]) -> Option<usize> {
    fn at(heard: &[u8], from: usize) -> Option<usize> {
        let end = heard.get(from..)?.iter().position(|byte| *byte == b'\n')? + from + 1;
        let head = String::from_utf8_lossy(&heard[from..end - 1]);
        let number = || head.get(1..).and_then(|text| text.trim().parse::<i64>().ok()).unwrap_or(-1);
        match head.as_bytes().first() {
            Some(b'$') if number() >= 0 => Some(end + usize::try_from(number()).ok()? + 2).filter(|end| *end <= heard.len()),
            Some(b'*') => (0..number().max(0)).try_fold(end, |from, _| at(heard, from)),
            _ => Some(end),
        }
    }
    at(heard, 0)
}

/// An answer as `redis-cli` shows it: for people, or plain.
fn shown(heard: &[u8], for_people: bool, indent: usize, out: &mut String) -> usize {
    let end = heard.iter().position(|byte| *byte == b'\n').map_or(heard.len(), |at| at + 1);
    let head = String::from_utf8_lossy(&heard[..end]).trim_end().to_owned();
    let (kind, rest) = (head.chars().next().unwrap_or(' '), head.get(1..).unwrap_or_default());
    let number: i64 = rest.parse().unwrap_or(-1);
    match kind {
        '+' => out.push_str(&format!("{rest}\n")),
        '-' if for_people => out.push_str(&format!("(error) {rest}\n")),
        '-' => out.push_str(&format!("{rest}\n\n")),
        ':' if for_people => out.push_str(&format!("(integer) {rest}\n")),
        ':' => out.push_str(&format!("{rest}\n")),
        '$' if number < 0 => out.push_str(if for_people { "(nil)\n" } else { "\n" }),
        '$' => {
            let length = usize::try_from(number).unwrap_or(0);
            let text = String::from_utf8_lossy(&heard[end..(end + length).min(heard.len())]).into_owned();
            out.push_str(&if for_people { format!("{text:?}\n") } else { format!("{text}\n") });
            return end + length + 2;
        }
        '*' if number <= 0 => out.push_str(if for_people { "(empty array)\n" } else { "\n" }),
        '*' => {
            let mut at = end;
            let width = number.to_string().len();
            for index in 1..=number {
                if for_people {
                    let lead = if index == 1 { 0 } else { indent };
                    out.push_str(&format!("{}{index:>width$}) ", " ".repeat(lead)));
                }
                at += shown(&heard[at..], for_people, indent + width + 2, out);
            }
            return at;
        }
        _ => out.push_str(&format!("{head}\n")),
    }
    end
}

/// `redis-cli [-h HOST] [-p PORT] [-a PASSWORD] [COMMAND…]`
pub(super) fn main(process: &mut Process<'_>) -> Result<i32, Suspend> {
    let (mut host, mut port, mut password, mut command) = ("127.0.0.1".to_owned(), PORT, process.env("REDISCLI_AUTH"), Vec::new());
    let mut raw = !process.is_tty(1);
    let args = process.args();
    let mut words = args.iter().skip(1);
    while let Some(word) = words.next() {
        match word.as_str() {
            "-h" => words.next().map_or("", String::as_str).clone_into(&mut host),
            "-p" => port = words.next().and_then(|text| text.parse().ok()).unwrap_or(PORT),
            "-a" | "--pass" => password = words.next().cloned(),
            "-n" => drop(words.next()),
            "--raw" => raw = true,
            "--no-raw" => raw = false,
            "--no-auth-warning" => {}
            word if word.starts_with('-') && command.is_empty() => {
                process.eprint(&format!("podarium: not simulated: redis-cli {word}\n"))?;
                return Ok(1);
            }
            word => {
                command.push(word.to_owned());
                command.extend(words.by_ref().cloned());
            }
        }
    }
    if args.iter().any(|word| word == "-a") {
        process.eprint("Warning: Using a password with '-a' or '-u' option on the command line interface may not be safe.\n")?;
    }
    let stream = match open(process, &host, port)? {
        Ok(stream) => stream,
        Err(error) => {
            let why = match error {
                NetError::UnknownHost => "Name or service not known".to_owned(),
                NetError::TimedOut => "Connection timed out".to_owned(),
                error => error.to_string(),
            };
            process.eprint(&format!("Could not connect to Redis at {host}:{port}: {why}\n"))?;
            return Ok(1);
        }
    };
    if let Some(password) = password {
        process.http_write(stream, &resp(&["AUTH".to_owned(), password]))?;
        if let Some(answer) = listen(process, stream, whole_answer)?
            && answer.first() == Some(&b'-')
        {
            process.eprint(&format!("AUTH failed: {}\n", String::from_utf8_lossy(&answer[1..]).trim_end()))?;
        }
    }
    if !command.is_empty() {
        return tell(process, stream, &command, raw);
    }
    let prompt = process.is_tty(0).then(|| format!("{host}:{port}> "));
    process.repeat((), |process, ()| {
        if let Some(prompt) = &prompt {
            process.print(prompt)?;
        }
        let Some(line) = process.read_line()? else { return Ok(ControlFlow::Break(0)) };
        let words = split_words(line.trim());
        match words.first().map(|word| word.to_ascii_lowercase()).as_deref() {
            None => {}
            Some("quit" | "exit") => return Ok(ControlFlow::Break(0)),
            Some(_) => {
                tell(process, stream, &words, raw)?;
            }
        }
        Ok(ControlFlow::Continue(()))
    })
}

fn tell(process: &mut Process<'_>, stream: podarium_machine::ExchangeId, command: &[String], raw: bool) -> Result<i32, Suspend> {
    process.http_write(stream, &resp(command))?;
    let Some(answer) = listen(process, stream, whole_answer)? else {
        process.eprint("Error: Server closed the connection\n")?;
        return Ok(1);
    };
    let mut out = String::new();
    shown(&answer, !raw, 0, &mut out);
    process.print(&out)?;
    Ok(0)
}

fn resp(words: &[String]) -> Vec<u8> {
    let mut out = format!("*{}\r\n", words.len());
    words.iter().for_each(|word| out.push_str(&format!("${}\r\n{word}\r\n", word.len())));
    out.into_bytes()
}

/// The words of a line, of which those in quotes may have blanks.
fn split_words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quote, mut inside) = (Vec::new(), String::new(), None, false);
    for c in line.chars() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (None, '"' | '\'') => (quote, inside) = (Some(c), true),
            (None, ' ') => {
                if inside {
                    words.push(std::mem::take(&mut word));
                }
                inside = false;
            }
            (_, c) => {
                word.push(c);
                inside = true;
            }
        }
    }
    if inside {
        words.push(word);
    }
    words
}
