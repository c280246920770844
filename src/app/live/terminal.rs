//! The terminal's scroll-back, from the bytes that the student's shell writes.

use podarium_course::Simulation;

use crate::model::{LineKind, TerminalLine, TerminalView};

/// How many lines are kept.
const KEPT: usize = 2000;

#[derive(Default)]
pub(super) struct Screen {
    lines: Vec<TerminalLine>,
    /// What stands on the last, unfinished line: the prompt.
    open: String,
    history: Vec<String>,
}

impl Screen {
    /// Adds output; whether there was any.
    pub fn write(&mut self, bytes: &[u8]) -> bool {
        for part in String::from_utf8_lossy(bytes).split_inclusive('\n') {
            // `clear` sends the cursor home and erases.
            let part = match part.rsplit_once("\u{1b}[2J") {
                Some((_, rest)) => {
                    self.lines.clear();
                    self.open.clear();
                    rest
                }
                None => part,
            };
            self.open.push_str(&without_escapes(part));
            if self.open.ends_with('\n') {
                let text = std::mem::take(&mut self.open).trim_end_matches(['\n', '\r']).to_owned();
                let kind = if text.contains(":~$ ") || text.starts_with("student@") { LineKind::Input } else { LineKind::Output };
                self.lines.push(TerminalLine { kind, text });
            }
        }
        if self.lines.len() > KEPT {
            self.lines.drain(..self.lines.len() - KEPT);
        }
        !bytes.is_empty()
    }

    pub fn remember(&mut self, line: &str) {
        if !line.trim().is_empty() && self.history.last().map(String::as_str) != Some(line) {
            self.history.push(line.to_owned());
        }
    }

    pub fn view(&self, simulation: &Simulation) -> TerminalView {
        let notes = simulation.notes().iter().map(|note| TerminalLine {
            kind: if note.failed { LineKind::Error } else { LineKind::Note },
            text: format!("{}  {}", note.at, note.text),
        });
        TerminalView {
            lines: notes.chain(self.lines.iter().cloned()).collect(),
            prompt: self.open.clone(),
            busy: !simulation.world().is_idle(),
            history: self.history.clone(),
        }
    }
}

/// The text without colour and cursor sequences.
fn without_escapes(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c == '\u{1b}' && chars.peek() == Some(&'[') {
            chars.next();
            while chars.next().is_some_and(|c| !c.is_ascii_alphabetic()) {}
        } else if c != '\r' {
            out.push(c);
        }
    }
    out
}
