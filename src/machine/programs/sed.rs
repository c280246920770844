//! `sed`: edits lines as a script says.
//!
//! Simplified: commands that reach for other files (`r`, `w`) or run programs (`e`) are not simulated.

use std::collections::BTreeMap;

use regex::Captures;

use super::arguments::{self, Options};
use super::lines::{Next, each_line, read_all};
use super::sed_script::{Act, Address, Command, Part, Script, Substitute, parse};
use crate::{Errno, Process, Suspend};

const OPTIONS: Options = Options::new("ne:f:Eri::su", &[
    ("quiet", 'n'),
    ("silent", 'n'),
    ("expression", 'e'),
    ("file", 'f'),
    ("regexp-extended", 'E'),
    ("in-place", 'i'),
    ("separate", 's'),
    ("unbuffered", 'u'),
])
.lacking(&["z", "l", "b", "null-data", "posix", "debug", "sandbox"]);

/// A script on its way through lines.
#[derive(Clone, Default)]
struct State {
    number: usize,
    pattern: String,
    hold: String,
    /// Open ranges by command: the line at which each ends, 0 while that is not known.
    open: BTreeMap<usize, usize>,
    appended: String,
    /// Where to go on when the next line has come (`n`, `N`), and whether that line is added to the one there is.
    waits_at: Option<(usize, bool)>,
    substituted: bool,
    /// `D` begins the next round without a new line.
    again: bool,
    quit: Option<i32>,
}

/// What a line came to.
enum End {
    /// The end of the script, or `d`: true prints the pattern space.
    Round(bool),
    /// It needs another line.
    Wait,
}

struct Sed {
    script: Script,
    quiet: bool,
}

pub(super) fn main(process: &mut Process<'_>) -> Result<i32, Suspend> {
    let mut arguments = match arguments::read(process, &OPTIONS)? {
        Ok(arguments) => arguments,
        Err(status) => return Ok(status),
    };
    let mut texts: Vec<String> = arguments.values('e').map(str::to_owned).collect();
    for path in arguments.values('f').map(str::to_owned).collect::<Vec<_>>() {
        match read_all(process, &path)? {
            Ok(bytes) => texts.push(String::from_utf8_lossy(&bytes).into_owned()),
            Err(error) => {
                process.eprint(&format!("sed: couldn't open file {path}: {error}\n"))?;
                return Ok(1);
            }
        }
    }
    if texts.is_empty() {
        if arguments.operands.is_empty() {
            process.eprint("Usage: sed [OPTION]... {script-only-if-no-other-script} [input-file]...\n")?;
            return Ok(1);
        }
        texts.push(arguments.operands.remove(0));
    }
    let extended = arguments.has('E') || arguments.has('r');
    let script = match parse(&texts.join("\n"), extended) {
        Ok(script) => script,
        Err(problem) => {
            let name = if problem.starts_with("not simulated") { "podarium" } else { "sed" };
            process.eprint(&format!("{name}: {problem}\n"))?;
            return Ok(1);
        }
    };
    let sed = Sed { quiet: arguments.has('n'), script };
    if arguments.has('i') {
        return in_place(process, &sed, &arguments.operands, arguments.value('i').unwrap_or_default());
    }
    let complaint = |path: &str, error: Errno| match error {
        Errno::IsDirectory => format!("sed: couldn't read {path}: {error}\n").replace("couldn't read", "read error on"),
        error => format!("sed: can't read {path}: {error}\n"),
    };
    let looks_ahead = sed.script.looks_ahead;
    let done = each_line(process, &arguments.paths(), complaint, looks_ahead, State::default(), |state, line, out| {
        sed.line(state, &line.text(), line.newline, line.is_last, out)
    })?;
    Ok(done.state.quit.unwrap_or(if done.failed { 2 } else { 0 }))
}

fn in_place(process: &mut Process<'_>, sed: &Sed, paths: &[String], suffix: &str) -> Result<i32, Suspend> {
    let mut status = 0;
    for path in paths {
        let bytes = match read_all(process, path)? {
            Ok(bytes) => bytes,
            Err(Errno::IsDirectory) => {
                process.eprint(&format!("sed: couldn't edit {path}: not a regular file\n"))?;
                status = 4;
                continue;
            }
            Err(error) => {
                process.eprint(&format!("sed: can't read {path}: {error}\n"))?;
                status = 1;
                continue;
            }
        };
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let (mut state, mut out) = (State::default(), Vec::new());
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        for (index, line) in lines.iter().enumerate() {
            let newline = line.ends_with('\n');
            let next = sed.line(&mut state, line.trim_end_matches('\n'), newline, index + 1 == lines.len(), &mut out);
            if next == Next::Stop {
                // What is left of the file stays.
                out.extend(lines[index + 1..].concat().bytes());
                break;
            }
        }
        if !suffix.is_empty() {
            let _ = process.write_file(&format!("{path}{suffix}"), &bytes, 0o644)?;
        }
        if let Err(error) = process.write_file(path, &out, 0o644)? {
            process.eprint(&format!("sed: couldn't open file {path}: {error}\n"))?;
            status = 4;
        }
    }
    Ok(status)
}

impl Sed {
    fn line(&self, state: &mut State, text: &str, newline: bool, is_last: bool, out: &mut Vec<u8>) -> Next {
        state.number += 1;
        let mut at = 0;
        match state.waits_at.take() {
            Some((next, true)) => {
                state.pattern.push('\n');
                state.pattern.push_str(text);
                at = next;
            }
            Some((next, false)) => {
                state.pattern = text.to_owned();
                at = next;
            }
            None => state.pattern = text.to_owned(),
        }
        // Only the last line may lack its newline.
        let ending = if newline { "\n" } else { "" };
        // A loop without end in a script (`:a;ba`) has to stop somewhere.
        let mut steps = 0;
        loop {
            match self.run(state, at, is_last, out, &mut steps) {
                End::Wait => {
                    out.extend(std::mem::take(&mut state.appended).bytes());
                    return Next::Line;
                }
                End::Round(prints) => {
                    if prints && !self.quiet {
                        out.extend(format!("{}{ending}", state.pattern).bytes());
                    }
                    out.extend(std::mem::take(&mut state.appended).bytes());
                }
            }
            if state.quit.is_some() {
                return Next::Stop;
            }
            if !std::mem::take(&mut state.again) || steps > 100_000 {
                return Next::Line;
            }
            at = 0;
        }
    }

    fn run(&self, state: &mut State, mut at: usize, is_last: bool, out: &mut Vec<u8>, steps: &mut usize) -> End {
        let commands = &self.script.commands;
        while let Some(command) = commands.get(at) {
            *steps += 1;
            if *steps > 100_000 {
                state.quit = Some(1);
                return End::Round(false);
            }
            let index = at;
            at += 1;
            let selected = selects(command, index, state, is_last) != command.negated;
            if !selected {
                if let Act::Block(end) = command.act {
                    at = end;
                }
                continue;
            }
            match &command.act {
                Act::Block(_) | Act::End => {}
                Act::Substitute(substitute) => {
                    if let Some(text) = substituted(&state.pattern, substitute) {
                        state.pattern = text;
                        state.substituted = true;
                        if substitute.print {
                            out.extend(format!("{}\n", state.pattern).bytes());
                        }
                    }
                }
                Act::Translate(pairs) => {
                    let new = |c| pairs.iter().find(|(from, _)| *from == c).map_or(c, |(_, to)| *to);
                    state.pattern = state.pattern.chars().map(new).collect();
                }
                Act::Append(text) => state.appended.push_str(text),
                Act::Insert(text) => out.extend(text.bytes()),
                Act::Change(text) => {
                    // A range is changed as a whole, at its end.
                    if command.to.is_none() || command.negated || !state.open.contains_key(&index) {
                        out.extend(text.bytes());
                    }
                    return End::Round(false);
                }
                Act::Branch(kind, target) => {
                    let taken = match kind {
                        't' => std::mem::take(&mut state.substituted),
                        'T' => !std::mem::take(&mut state.substituted),
                        _ => true,
                    };
                    if taken {
                        at = *target;
                    }
                }
                Act::Quit { prints, status } => {
                    state.quit = Some(*status);
                    return End::Round(*prints);
                }
                Act::Plain(letter) => {
                    if let Some(end) = self.plain(*letter, state, at, is_last, out) {
                        return end;
                    }
                }
            }
        }
        state.substituted = false;
        End::Round(true)
    }

    fn plain(&self, letter: char, state: &mut State, next: usize, is_last: bool, out: &mut Vec<u8>) -> Option<End> {
        match letter {
            'd' => return Some(End::Round(false)),
            'D' => match state.pattern.split_once('\n') {
                None => return Some(End::Round(false)),
                Some((_, rest)) => {
                    state.pattern = rest.to_owned();
                    state.again = true;
                    return Some(End::Round(false));
                }
            },
            'p' => out.extend(format!("{}\n", state.pattern).bytes()),
            'P' => out.extend(format!("{}\n", state.pattern.split('\n').next().unwrap_or_default()).bytes()),
            // At the end of the input the script is over.
            'n' | 'N' if is_last => {
                state.quit = Some(0);
                return Some(End::Round(true));
            }
            'n' => {
                if !self.quiet {
                    out.extend(format!("{}\n", state.pattern).bytes());
                }
                state.waits_at = Some((next, false));
                return Some(End::Wait);
            }
            'N' => {
                state.waits_at = Some((next, true));
                return Some(End::Wait);
            }
            'g' => state.pattern = state.hold.clone(),
            'G' => state.pattern = format!("{}\n{}", state.pattern, state.hold),
            'h' => state.hold = state.pattern.clone(),
            'H' => state.hold = format!("{}\n{}", state.hold, state.pattern),
            'x' => std::mem::swap(&mut state.pattern, &mut state.hold),
            '=' => out.extend(format!("{}\n", state.number).bytes()),
            _ => state.pattern.clear(),
        }
        None
    }
}

fn selects(command: &Command, index: usize, state: &mut State, is_last: bool) -> bool {
    let Some(from) = &command.from else { return true };
    let number = state.number;
    let holds = |address: &Address, pattern: &str| match address {
        Address::Line(line) => *line == number,
        Address::Step(first, 0) => *first == number,
        Address::Step(first, step) => number >= *first && (number - first).is_multiple_of(*step),
        Address::Last => is_last,
        Address::Regex(regex) => regex.is_match(pattern),
        Address::More(_) => false,
    };
    let Some(to) = &command.to else { return holds(from, &state.pattern) };
    if let Some(end) = state.open.get(&index).copied() {
        let over = match to {
            Address::Line(_) | Address::More(_) => number >= end,
            to => holds(to, &state.pattern),
        };
        if over {
            state.open.remove(&index);
        }
        // A range whose end lies behind is only its first line.
        return !matches!(to, Address::Line(_)) || number <= end;
    }
    // `0,/x/` may end on the first line already.
    let from_start = matches!(from, Address::Line(0)) && number == 1;
    if !from_start && !holds(from, &state.pattern) {
        return false;
    }
    match to {
        Address::Line(line) if *line <= number => {}
        Address::Line(line) => drop(state.open.insert(index, *line)),
        Address::More(0) => {}
        Address::More(more) => drop(state.open.insert(index, number + more)),
        Address::Last if is_last => {}
        to if from_start && holds(to, &state.pattern) => {}
        _ => drop(state.open.insert(index, 0)),
    }
    true
}

fn substituted(text: &str, substitute: &Substitute) -> Option<String> {
    let mut out = String::new();
    let (mut end, mut changed) = (0, false);
    for (index, found) in substitute.regex.captures_iter(text).enumerate() {
        if index + 1 < substitute.number {
            continue;
        }
        let whole = found.get(0)?;
        out.push_str(&text[end..whole.start()]);
        out.push_str(&replacement(&substitute.replacement, &found));
        end = whole.end();
        changed = true;
        if !substitute.global {
            break;
        }
    }
    out.push_str(&text[end..]);
    changed.then_some(out)
}

fn replacement(parts: &[Part], found: &Captures<'_>) -> String {
    let mut out = String::new();
    let (mut case, mut once) = ('E', None);
    for part in parts {
        let text = match part {
            Part::Case(letter @ ('u' | 'l')) => {
                once = Some(*letter);
                continue;
            }
            Part::Case(letter) => {
                case = *letter;
                continue;
            }
            Part::Text(text) => text.as_str(),
            Part::Group(number) => found.get(*number).map_or("", |group| group.as_str()),
        };
        let text = match case {
            'U' => text.to_uppercase(),
            'L' => text.to_lowercase(),
            _ => text.to_owned(),
        };
        let mut chars = text.chars();
        match (once, chars.next()) {
            (Some(letter), Some(first)) => {
                match letter {
                    'u' => out.extend(first.to_uppercase()),
                    _ => out.extend(first.to_lowercase()),
                }
                out.push_str(chars.as_str());
                once = None;
            }
            _ => out.push_str(&text),
        }
    }
    out
}
