//! `less` and `more`: one page of a text after the other, in a terminal. Elsewhere they print it, as `cat` does.
//!
//! What comes through a pipe is read as far as it is looked at, and the keys come from the terminal itself (`/dev/tty`).
//!
//! Simplified: a page has 24 lines; long lines are folded as the terminal folds them and count as one; of the keys of `less` those for
//! moving and searching; no marks, no options but `-N`, `-S`, `-F`, `-X`, `-R`, which change nothing but the numbers.

use std::ops::ControlFlow;

use super::lines::read_all;
use crate::{Errno, OpenMode, Process, Ready, Source, Suspend};

const LINES: usize = 23;
const CLEAR: &str = "\u{1b}[H\u{1b}[2J";
const REVERSE: (&str, &str) = ("\u{1b}[7m", "\u{1b}[27m");

/// What is shown, and where.
#[derive(Clone)]
struct Pager {
    name: String,
    lines: Vec<String>,
    top: usize,
    numbers: bool,
    /// What was looked for last, and whether towards the beginning.
    pattern: Option<(String, bool)>,
    /// What is typed behind `/`, `?` or `:`.
    asked: Option<(char, String)>,
    message: Option<String>,
    /// Digits before a command: `10G`.
    count: Option<usize>,
    /// The beginning of a key that sends several bytes.
    escape: Vec<u8>,
    ended: bool,
    /// More may come through the pipe; what of its last line has come.
    reading: Option<Vec<u8>>,
    /// The end of it was asked for.
    to_end: bool,
}

impl Pager {
    fn new(name: String, lines: Vec<String>) -> Self {
        Pager { name, lines, top: 0, numbers: false, pattern: None, asked: None, message: None, count: None, escape: Vec::new(), ended: false, reading: None, to_end: false }
    }

    /// Whether it has to read on to show what is asked for.
    fn wants_more(&self) -> bool {
        self.reading.is_some() && (self.to_end || self.lines.len() <= self.top + LINES)
    }

    /// A piece has come through the pipe; nothing: its end.
    fn came(&mut self, bytes: &[u8]) {
        let Some(unfinished) = self.reading.as_mut() else { return };
        unfinished.extend(bytes);
        if let Some(end) = unfinished.iter().rposition(|byte| *byte == b'\n') {
            let rest = unfinished.split_off(end + 1);
            let whole = std::mem::replace(unfinished, rest);
            self.lines.extend(String::from_utf8_lossy(&whole).lines().map(str::to_owned));
        }
        if bytes.is_empty() {
            let last = self.reading.take().unwrap_or_default();
            self.lines.extend((!last.is_empty()).then(|| String::from_utf8_lossy(&last).into_owned()));
        }
        if self.to_end {
            self.go(usize::MAX);
            self.to_end = self.reading.is_some();
        }
    }

    fn last_top(&self) -> usize {
        self.lines.len().saturating_sub(LINES)
    }

    fn go(&mut self, top: usize) {
        self.top = top.min(self.last_top());
    }

    /// The next line that fits, from the one below the top on.
    fn search(&mut self, again: bool, opposite: bool) {
        let Some((pattern, backwards)) = self.pattern.clone() else {
            self.message = Some("No previous regular expression".to_owned());
            return;
        };
        let Ok(regular) = regex::Regex::new(&pattern) else {
            self.message = Some("Invalid pattern".to_owned());
            return;
        };
        let from = self.top + usize::from(again);
        let found = match backwards != opposite {
            false => (from..self.lines.len()).find(|at| regular.is_match(&self.lines[*at])),
            true => (0..self.top).rev().find(|at| regular.is_match(&self.lines[*at])),
        };
        match found {
            Some(at) => self.top = at,
            None => self.message = Some("Pattern not found".to_owned()),
        }
    }

    fn key(&mut self, byte: u8) {
        self.message = None;
        if self.asked.is_some() {
            return self.typed(byte);
        }
        let count = self.count.take();
        let half = LINES / 2;
        match byte {
            b'0'..=b'9' => self.count = Some(count.unwrap_or(0).saturating_mul(10).saturating_add(usize::from(byte - b'0'))),
            b'q' | b'Q' | 3 => self.ended = true,
            b' ' | b'f' | 6 | 22 => self.go(self.top + LINES),
            b'b' | 2 => self.go(self.top.saturating_sub(LINES)),
            b'd' | 4 => self.go(self.top + half),
            b'u' | 21 => self.go(self.top.saturating_sub(half)),
            b'\r' | b'\n' | b'j' | b'e' | 14 => self.go(self.top + count.unwrap_or(1)),
            b'k' | b'y' | 16 => self.go(self.top.saturating_sub(count.unwrap_or(1))),
            b'g' | b'<' => self.go(count.unwrap_or(1).saturating_sub(1)),
            b'G' | b'>' => {
                self.to_end = count.is_none() && self.reading.is_some();
                self.go(count.map_or(usize::MAX, |line| line.saturating_sub(1)));
            }
            b'/' | b'?' | b':' => self.asked = Some((char::from(byte), String::new())),
            b'n' => self.search(true, false),
            b'N' => self.search(true, true),
            b'h' | b'H' => self.message = Some("podarium: not simulated: the help of less; q leaves, space and b turn pages, / and ? search".to_owned()),
            _ => {}
        }
    }

    /// A key while a pattern or a command is typed.
    fn typed(&mut self, byte: u8) {
        let Some((kind, text)) = self.asked.as_mut() else { return };
        match byte {
            b'\r' | b'\n' => {
                let (kind, text) = (*kind, std::mem::take(text));
                self.asked = None;
                match kind {
                    ':' => self.ended |= text.starts_with('q'),
                    kind => {
                        if !text.is_empty() {
                            self.pattern = Some((text, kind == '?'));
                        }
                        self.search(false, false);
                    }
                }
            }
            8 | 127 => {
                if text.pop().is_none() {
                    self.asked = None;
                }
            }
            3 | 27 => self.asked = None,
            byte => text.push(char::from(byte)),
        }
    }

    /// A key that may be a part of a longer one: arrows and the keys for pages.
    fn byte(&mut self, byte: u8) {
        if self.escape.is_empty() && byte != 27 {
            return self.key(byte);
        }
        self.escape.push(byte);
        let key = match self.escape.as_slice() {
            [27] | [27, b'['] | [27, b'O'] | [27, b'[', b'1'..=b'6'] => return,
            [27, b'[' | b'O', b'A'] => b'k',
            [27, b'[' | b'O', b'B'] => b'j',
            [27, b'[', b'5', b'~'] => b'b',
            [27, b'[', b'6', b'~'] => b' ',
            [27, b'[' | b'O', b'H'] | [27, b'[', b'1', b'~'] => b'g',
            [27, b'[' | b'O', b'F'] | [27, b'[', b'4', b'~'] => b'G',
            [27, b'v'] => b'b',
            _ => 0,
        };
        self.escape.clear();
        self.key(key);
    }

    fn screen(&self) -> String {
        let mut out = CLEAR.to_owned();
        for at in self.top..self.top + LINES {
            match self.lines.get(at) {
                Some(line) if self.numbers => out.push_str(&format!("{:7} {line}\n", at + 1)),
                Some(line) => out.push_str(&format!("{line}\n")),
                None if self.reading.is_some() => {}
                None => out.push_str("~\n"),
            }
        }
        out + &self.prompt()
    }

    fn prompt(&self) -> String {
        let marked = |text: &str| format!("{}{text}{}", REVERSE.0, REVERSE.1);
        if let Some((kind, text)) = &self.asked {
            return format!("{kind}{text}");
        }
        match (&self.message, self.count) {
            (Some(message), _) => marked(&format!("{message}  (press RETURN)")),
            (None, Some(count)) => format!(":{count}"),
            // The rest of the page is still to come.
            (None, None) if self.wants_more() && self.lines.len() < self.top + LINES => String::new(),
            (None, None) if self.reading.is_some() => ":".to_owned(),
            (None, None) if self.top >= self.last_top() => marked("(END)"),
            (None, None) if self.top == 0 && !self.name.is_empty() => marked(&self.name),
            (None, None) => ":".to_owned(),
        }
    }
}

/// What the files hold together; nothing, with a complaint, if one cannot be read.
fn text_of(process: &mut Process<'_>, paths: &[String], complaint: impl Fn(&str, Errno) -> String) -> Result<Option<Vec<u8>>, Suspend> {
    let mut text = Vec::new();
    for path in paths {
        match read_all(process, path)? {
            Ok(bytes) => text.extend(bytes),
            Err(error) => {
                process.eprint(&complaint(path, error))?;
                return Ok(None);
            }
        }
    }
    Ok(Some(text))
}

pub(super) fn less(process: &mut Process<'_>) -> Result<i32, Suspend> {
    let words = process.args();
    let (options, paths): (Vec<String>, Vec<String>) = words[1..].iter().cloned().partition(|word| word.len() > 1 && word.starts_with('-'));
    let from_keyboard = process.is_tty(0);
    if !process.is_tty(1) || paths.is_empty() && from_keyboard {
        return super::cat::main(process);
    }
    if let Some(unknown) = options.iter().find(|option| option.trim_start_matches('-').chars().any(|letter| !"NSFXRMimnsKrw".contains(letter))) {
        process.eprint(&format!("podarium: not simulated: less {unknown}\n"))?;
        return Ok(1);
    }
    let piped = paths.is_empty();
    let has = |letter: char| options.iter().any(|option| option.contains(letter));
    let lines = match piped {
        true => Vec::new(),
        false => {
            let Some(text) = text_of(process, &paths, |path, error| format!("{path}: {error}\n"))? else { return Ok(1) };
            String::from_utf8_lossy(&text).lines().map(str::to_owned).collect()
        }
    };
    let Some(keys) = keyboard(process, piped || !from_keyboard)? else { return super::cat::main(process) };
    let mut pager = Pager { numbers: has('N'), ..Pager::new(paths.join(" "), lines) };
    pager.reading = piped.then(Vec::new);
    if has('F') {
        pager = first_page(process, pager)?;
        if pager.reading.is_none() && pager.lines.len() <= LINES {
            process.print(&pager.lines.iter().map(|line| format!("{line}\n")).collect::<String>())?;
            return Ok(0);
        }
    }
    process.set_raw_at(keys, true)?;
    process.print(&pager.screen())?;
    process.repeat(pager, |process, pager: &mut Pager| {
        let sources = [Source::Readable(keys), Source::Readable(0)];
        let sources = if pager.wants_more() { &sources[..] } else { &sources[..1] };
        if process.poll(sources, None)? == Ready::Source(1) {
            let bytes = process.read(0)?.unwrap_or_default();
            pager.came(&bytes);
        } else {
            let bytes = process.read(keys)?.unwrap_or_default();
            pager.ended |= bytes.is_empty();
            bytes.into_iter().for_each(|byte| pager.byte(byte));
        }
        if pager.ended {
            return Ok(ControlFlow::Break(()));
        }
        process.print(&pager.screen())?;
        Ok(ControlFlow::Continue(()))
    })?;
    process.set_raw_at(keys, false)?;
    process.print("\r\u{1b}[K")?;
    Ok(0)
}

/// The descriptor that the keys come from: standard input, or the terminal where that is something else. `None`: there is no
/// terminal to read from.
fn keyboard(process: &mut Process<'_>, elsewhere: bool) -> Result<Option<u32>, Suspend> {
    if !elsewhere {
        return Ok(Some(0));
    }
    Ok(process.open("/dev/tty", OpenMode::ReadWrite)?.ok())
}

/// Reads on until a page is full or no more comes.
fn first_page(process: &mut Process<'_>, pager: Pager) -> Result<Pager, Suspend> {
    process.repeat(pager, |process, pager: &mut Pager| {
        if !pager.wants_more() {
            return Ok(ControlFlow::Break(pager.clone()));
        }
        let bytes = process.read(0)?.unwrap_or_default();
        pager.came(&bytes);
        Ok(ControlFlow::Continue(()))
    })
}

/// What `more` has shown, and what is left.
#[derive(Clone)]
struct More {
    lines: Vec<String>,
    shown: usize,
    piped: bool,
}

pub(super) fn more(process: &mut Process<'_>) -> Result<i32, Suspend> {
    let words = process.args();
    let paths: Vec<String> = words[1..].iter().filter(|word| !word.starts_with('-')).cloned().collect();
    let piped = paths.is_empty();
    if !process.is_tty(1) || piped && process.is_tty(0) {
        return super::cat::main(process);
    }
    let cannot = if process.is_busybox() { "" } else { "cannot open " };
    let Some(keys) = keyboard(process, piped || !process.is_tty(0))? else { return super::cat::main(process) };
    // What comes through a pipe is waited for.
    let sources = if piped { vec!["-".to_owned()] } else { paths };
    let Some(text) = text_of(process, &sources, |path, error| format!("more: {cannot}{path}: {error}\n"))? else { return Ok(1) };
    let lines: Vec<String> = String::from_utf8_lossy(&text).lines().map(str::to_owned).collect();
    let first = lines.len().min(LINES);
    process.print(&lines[..first].iter().map(|line| format!("{line}\n")).collect::<String>())?;
    if first == lines.len() {
        return Ok(0);
    }
    process.set_raw_at(keys, true)?;
    let more = More { lines, shown: first, piped };
    process.print(&more.prompt())?;
    process.repeat(more, |process, more: &mut More| {
        let bytes = process.read(keys)?.unwrap_or_default();
        let mut ended = bytes.is_empty();
        let mut out = "\r\u{1b}[K".to_owned();
        for byte in bytes {
            let count = match byte {
                b' ' | b'f' => LINES,
                b'\r' | b'\n' => 1,
                b'd' => LINES / 2,
                b'q' | b'Q' | 3 => {
                    ended = true;
                    0
                }
                _ => 0,
            };
            let end = (more.shown + count).min(more.lines.len());
            more.lines[more.shown..end].iter().for_each(|line| out.push_str(&format!("{line}\n")));
            more.shown = end;
        }
        if ended || more.shown == more.lines.len() {
            process.print(&out)?;
            return Ok(ControlFlow::Break(()));
        }
        process.print(&(out + &more.prompt()))?;
        Ok(ControlFlow::Continue(()))
    })?;
    process.set_raw_at(keys, false)?;
    Ok(0)
}

impl More {
    /// How much of a pipe is still to come nobody knows.
    fn prompt(&self) -> String {
        let share = if self.piped { String::new() } else { format!("({}%)", self.shown * 100 / self.lines.len().max(1)) };
        format!("{}--More--{share}{}", REVERSE.0, REVERSE.1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pager(count: usize) -> Pager {
        Pager::new("file".to_owned(), (1..=count).map(|number| format!("line {number}")).collect())
    }

    #[test]
    fn keys_move_as_in_less() {
        let mut pager = pager(100);
        for (keys, top, prompt) in [
            (" ", 23, ":"), (" ", 46, ":"), ("b", 23, ":"), ("j", 24, ":"), ("\r", 25, ":"), ("k", 24, ":"), ("G", 77, "\u{1b}[7m(END)\u{1b}[27m"), (" ", 77, "\u{1b}[7m(END)\u{1b}[27m"),
            ("g", 0, "\u{1b}[7mfile\u{1b}[27m"), ("10g", 9, ":"), ("/line 5", 9, "/line 5"), ("\r", 49, ":"), ("n", 50, ":"), ("N", 49, ":"), ("/nothing\r", 49, "\u{1b}[7mPattern not found  (press RETURN)\u{1b}[27m"),
            ("\r", 50, ":"), ("?line 2\r", 28, ":"), ("\u{1b}[6~", 51, ":"), ("\u{1b}[A", 50, ":"), ("d", 61, ":"), ("u", 50, ":"),
        ] {
            keys.bytes().for_each(|byte| pager.byte(byte));
            assert_eq!((pager.top, pager.prompt().as_str()), (top, prompt), "{keys:?}");
        }
        assert!(pager.screen().starts_with("\u{1b}[H\u{1b}[2Jline 51\nline 52\n"));
        pager.byte(b'q');
        assert!(pager.ended);
    }

    /// As a real less 590 shows what comes through a pipe.
    #[test]
    fn a_pipe_is_read_as_far_as_it_is_looked_at() {
        let mut pager = Pager { reading: Some(Vec::new()), ..Pager::new(String::new(), Vec::new()) };
        pager.came(b"a\n");
        assert_eq!(pager.screen(), format!("{CLEAR}a\n"), "no word below before the page is full");
        let text: String = (1..=40).map(|number| format!("{number}\n")).collect();
        pager.came(&text.as_bytes()[..60]);
        pager.came(&text.as_bytes()[60..]);
        assert!(!pager.wants_more() && pager.screen().ends_with("21\n22\n:"), "{:?}", pager.screen());
        pager.byte(b' ');
        assert!(pager.wants_more(), "the page is shorter than it could be");
        pager.came(b"");
        assert!(pager.screen().ends_with("39\n40\n\u{1b}[7m(END)\u{1b}[27m"));
        let mut pager = Pager { reading: Some(Vec::new()), ..Pager::new(String::new(), Vec::new()) };
        pager.came(text.as_bytes());
        pager.byte(b'G');
        assert!(pager.wants_more(), "the end is not known yet");
        pager.came(b"last");
        pager.came(b"");
        assert!(pager.screen().ends_with("40\nlast\n\u{1b}[7m(END)\u{1b}[27m"));
    }

    #[test]
    fn a_short_text_is_at_its_end_at_once() {
        let pager = pager(2);
        assert!(pager.screen().ends_with("line 1\nline 2\n~\n~\n~\n~\n~\n~\n~\n~\n~\n~\n~\n~\n~\n~\n~\n~\n~\n~\n~\n~\n~\n\u{1b}[7m(END)\u{1b}[27m"), "{:?}", pager.screen());
    }
}
