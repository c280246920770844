//! A tab's scroll-back, from the bytes that its programs write.

use vte::{Params, Parser, Perform};

use crate::model::{Ink, LineKind, TerminalLine};

/// How many lines are kept.
const KEPT: usize = 2000;
/// How the line of a command begins.
const PROMPT: &str = "student@podarium:";

#[derive(Default)]
pub(super) struct Screen {
    parser: Parser,
    paper: Paper,
}

#[derive(Default)]
struct Paper {
    lines: Vec<TerminalLine>,
    /// The last, unfinished line, such as the prompt.
    open: Vec<(char, Ink)>,
    /// Where the cursor is in it.
    column: usize,
    ink: Ink,
}

impl Screen {
    /// Adds output; whether there was any.
    pub fn write(&mut self, bytes: &[u8]) -> bool {
        self.parser.advance(&mut self.paper, bytes);
        self.paper.forget();
        !bytes.is_empty()
    }

    /// Adds a line that no program wrote, above the one that is being written.
    pub fn remark(&mut self, kind: LineKind, text: String) {
        self.paper.lines.push(TerminalLine { kind, text, inks: Vec::new() });
        self.paper.forget();
    }

    pub fn lines(&self) -> &[TerminalLine] {
        &self.paper.lines
    }

    /// What stands on the last line.
    pub fn prompt(&self) -> String {
        self.paper.open.iter().map(|(c, _)| c).collect()
    }
}

impl Paper {
    fn forget(&mut self) {
        let surplus = self.lines.len().saturating_sub(KEPT);
        self.lines.drain(..surplus);
    }

    fn end_line(&mut self) {
        let cells = std::mem::take(&mut self.open);
        self.column = 0;
        let text: String = cells.iter().map(|(c, _)| c).collect();
        let (mut inks, mut end) = (Vec::<(usize, Ink)>::new(), 0);
        for (c, ink) in cells {
            end += c.len_utf8();
            match inks.last_mut() {
                Some(last) if last.1 == ink => last.0 = end,
                _ => inks.push((end, ink)),
            }
        }
        if inks.iter().all(|(_, ink)| *ink == Ink::Usual) {
            inks.clear();
        }
        let kind = if text.starts_with(PROMPT) { LineKind::Input } else { LineKind::Output };
        self.lines.push(TerminalLine { kind, text, inks });
    }

    /// Select Graphic Rendition: of the many attributes the sixteen colours count.
    fn select(&mut self, codes: &[u16]) {
        let mut codes = codes.iter().copied();
        while let Some(code) = codes.next() {
            match code {
                0 | 39 => self.ink = Ink::Usual,
                30..=37 => self.ink = Ink::Ansi((code - 30) as u8),
                90..=97 => self.ink = Ink::Ansi((code - 90 + 8) as u8),
                // 38;5;n names one of 256 colours, the first sixteen of which are these; 38;2;r;g;b any colour.
                38 | 48 => match codes.next() {
                    Some(5) => match codes.next() {
                        Some(color @ 0..16) if code == 38 => self.ink = Ink::Ansi(color as u8),
                        _ => {}
                    },
                    Some(2) => drop(codes.by_ref().take(3).count()),
                    _ => {}
                },
                _ => {}
            }
        }
    }
}

impl Perform for Paper {
    fn print(&mut self, c: char) {
        if self.column > self.open.len() {
            self.open.resize(self.column, (' ', Ink::Usual));
        }
        let cell = (c, self.ink);
        match self.open.get_mut(self.column) {
            Some(old) => *old = cell,
            None => self.open.push(cell),
        }
        self.column += 1;
    }

    fn execute(&mut self, byte: u8) {
        match byte {
            b'\n' => self.end_line(),
            b'\r' => self.column = 0,
            b'\t' => {
                let to = (self.column / 8 + 1) * 8;
                (self.column..to).for_each(|_| self.print(' '));
            }
            0x08 => self.column = self.column.saturating_sub(1),
            _ => {}
        }
    }

    fn csi_dispatch(&mut self, params: &Params, _: &[u8], _: bool, action: char) {
        let codes: Vec<u16> = params.iter().flatten().copied().collect();
        let first = codes.first().copied().unwrap_or(0);
        let steps = usize::from(first.max(1));
        match (action, first) {
            ('m', _) => self.select(if codes.is_empty() { &[0] } else { &codes }),
            ('K', 0) | ('J', 0) => self.open.truncate(self.column),
            ('K', _) => self.open.clear(),
            ('J', _) => {
                self.lines.clear();
                self.open.clear();
                self.column = 0;
            }
            ('H', _) => self.column = 0,
            ('G', _) => self.column = steps - 1,
            ('C', _) => self.column += steps,
            ('D', _) => self.column = self.column.saturating_sub(steps),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(screen: &Screen) -> Vec<&str> {
        screen.lines().iter().map(|line| line.text.as_str()).collect()
    }

    #[test]
    fn lines_are_overwritten_and_screens_cleared() {
        let mut screen = Screen::default();
        screen.write(b"10%\r20%\r100%\nab\x08c\ta\n$ ");
        assert_eq!((texts(&screen), screen.prompt()), (vec!["100%", "ac      a"], "$ ".to_owned()));
        screen.write(b"long line\r\x1b[Kshort");
        assert_eq!(screen.prompt(), "short");
        screen.write(b"\n\x1b[H\x1b[2Jnew\n");
        assert_eq!(texts(&screen), ["new"]);
    }

    #[test]
    fn colours_last_until_they_are_taken_back() {
        let mut screen = Screen::default();
        // A sequence may come in two pieces.
        screen.write(b"\x1b[0;3");
        screen.write(b"2mKubernetes\x1b[0m is at \x1b[38;5;9mhome\n");
        screen.write("student@podarium:~$ ls\n".as_bytes());
        let line = &screen.lines()[0];
        assert_eq!(line.text, "Kubernetes is at home");
        assert_eq!(line.inks, [(10, Ink::Ansi(2)), (17, Ink::Usual), (21, Ink::Ansi(9))]);
        assert_eq!(screen.lines()[1].kind, LineKind::Input);
    }
}
