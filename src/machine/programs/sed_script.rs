//! Reading the scripts of `sed`.

use std::iter::Peekable;
use std::str::Chars;

use regex::Regex;

use super::regular::{Syntax, compile};

#[derive(Clone, Debug)]
pub(super) enum Address {
    Line(usize),
    /// `first~step`
    Step(usize, usize),
    Last,
    Regex(Regex),
    /// `,+N`: so many lines more.
    More(usize),
}

#[derive(Clone, Debug)]
pub(super) struct Command {
    pub from: Option<Address>,
    pub to: Option<Address>,
    pub negated: bool,
    pub act: Act,
}

#[derive(Clone, Debug)]
pub(super) enum Act {
    /// `{`: where to go on if the address does not match.
    Block(usize),
    End,
    Substitute(Box<Substitute>),
    /// `y`
    Translate(Vec<(char, char)>),
    Append(String),
    Insert(String),
    Change(String),
    /// `b`, `t`, `T`: the place to go on.
    Branch(char, usize),
    Quit { prints: bool, status: i32 },
    /// One letter without arguments: `d p P D n N g G h H x = z`.
    Plain(char),
}

#[derive(Clone, Debug)]
pub(super) struct Substitute {
    pub regex: Regex,
    pub replacement: Vec<Part>,
    pub global: bool,
    pub print: bool,
    /// Only from this match on.
    pub number: usize,
}

#[derive(Clone, Debug)]
pub(super) enum Part {
    Text(String),
    Group(usize),
    /// `\U \L \u \l \E`
    Case(char),
}

pub(super) struct Script {
    pub commands: Vec<Command>,
    /// Whether it matters which line is the last one.
    pub looks_ahead: bool,
}

struct Parser<'a> {
    chars: Peekable<Chars<'a>>,
    at: usize,
    syntax: Syntax,
    commands: Vec<Command>,
    open: Vec<usize>,
    labels: Vec<(String, usize)>,
    jumps: Vec<(usize, String)>,
    last: Option<Regex>,
    looks_ahead: bool,
}

/// Reads a script. Errors are worded as GNU sed words them, with the number of the character.
pub(super) fn parse(text: &str, extended: bool) -> Result<Script, String> {
    let syntax = if extended { Syntax::Extended } else { Syntax::Basic };
    let mut parser = Parser {
        chars: text.chars().peekable(),
        at: 0,
        syntax,
        commands: Vec::new(),
        open: Vec::new(),
        labels: Vec::new(),
        jumps: Vec::new(),
        last: None,
        looks_ahead: false,
    };
    let result = parser.script();
    let at = parser.at;
    result.map_err(|problem| match problem.strip_prefix("not simulated: ") {
        Some(_) => problem,
        None if problem.starts_with("can't find label") => problem,
        None => format!("-e expression #1, char {at}: {problem}"),
    })?;
    Ok(Script { commands: parser.commands, looks_ahead: parser.looks_ahead })
}

impl Parser<'_> {
    fn next(&mut self) -> Option<char> {
        let next = self.chars.next();
        self.at += usize::from(next.is_some());
        next
    }

    fn eat(&mut self, wanted: char) -> bool {
        let found = self.chars.peek() == Some(&wanted);
        if found {
            self.next();
        }
        found
    }

    fn skip(&mut self, what: impl Fn(char) -> bool) {
        while self.chars.peek().is_some_and(|c| what(*c)) {
            self.next();
        }
    }

    fn number(&mut self) -> Option<usize> {
        let mut number = None;
        while let Some(digit) = self.chars.peek().and_then(|c| c.to_digit(10)) {
            self.next();
            number = Some(number.unwrap_or(0_usize).saturating_mul(10).saturating_add(digit as usize));
        }
        number
    }

    fn script(&mut self) -> Result<(), String> {
        loop {
            self.skip(|c| c.is_whitespace() || c == ';');
            if self.chars.peek().is_none() {
                break;
            }
            if self.eat('#') {
                self.skip(|c| c != '\n');
                continue;
            }
            self.command()?;
        }
        if !self.open.is_empty() {
            self.at = 0;
            return Err("unmatched `{'".to_owned());
        }
        for (index, label) in std::mem::take(&mut self.jumps) {
            let place = match label.is_empty() {
                true => self.commands.len(),
                false => match self.labels.iter().find(|(name, _)| *name == label) {
                    Some((_, place)) => *place,
                    None => return Err(format!("can't find label for jump to `{label}'")),
                },
            };
            if let Act::Branch(_, target) = &mut self.commands[index].act {
                *target = place;
            }
        }
        Ok(())
    }

    fn address(&mut self) -> Result<Option<Address>, String> {
        Ok(match self.chars.peek() {
            Some('$') => {
                self.next();
                self.looks_ahead = true;
                Some(Address::Last)
            }
            Some('/') => {
                self.next();
                self.regex_address('/')?
            }
            Some('\\') => {
                self.next();
                let Some(mark) = self.next() else { return Err("unexpected end".to_owned()) };
                self.regex_address(mark)?
            }
            Some(c) if c.is_ascii_digit() => {
                let first = self.number().unwrap_or(0);
                match self.eat('~') {
                    true => Some(Address::Step(first, self.number().unwrap_or(0))),
                    false => Some(Address::Line(first)),
                }
            }
            _ => None,
        })
    }

    fn regex_address(&mut self, mark: char) -> Result<Option<Address>, String> {
        let Some(pattern) = self.delimited(mark, true) else { return Err("unterminated address regex".to_owned()) };
        let ignore_case = self.eat('I');
        Ok(Some(Address::Regex(self.regex(&pattern, ignore_case)?)))
    }

    fn regex(&mut self, pattern: &str, ignore_case: bool) -> Result<Regex, String> {
        if pattern.is_empty() {
            return self.last.clone().ok_or_else(|| "no previous regular expression".to_owned());
        }
        let regex = compile(pattern, self.syntax, ignore_case)?;
        self.last = Some(regex.clone());
        Ok(regex)
    }

    /// Text up to the mark. A mark behind a backslash is part of it.
    fn delimited(&mut self, mark: char, is_regex: bool) -> Option<String> {
        let mut out = String::new();
        let mut in_bracket = false;
        loop {
            let c = self.next()?;
            match c {
                '\\' => match self.next()? {
                    escaped if escaped == mark => {
                        let special = if is_regex { mark != '/' && "|+?(){}.*[]^$".contains(mark) } else { mark == '&' };
                        if special {
                            out.push('\\');
                        }
                        out.push(escaped);
                    }
                    'n' if is_regex => out.push('\n'),
                    escaped => out.extend(['\\', escaped]),
                },
                '[' if is_regex && !in_bracket => {
                    in_bracket = true;
                    out.push(c);
                    for first in ['^', ']'] {
                        if self.eat(first) {
                            out.push(first);
                        }
                    }
                }
                ']' if in_bracket => {
                    in_bracket = false;
                    out.push(c);
                }
                c if c == mark && !in_bracket => return Some(out),
                c => out.push(c),
            }
        }
    }

    fn command(&mut self) -> Result<(), String> {
        let from = self.address()?;
        let mut to = None;
        self.skip(|c| c == ' ');
        if from.is_some() && self.eat(',') {
            self.skip(|c| c == ' ');
            to = match self.eat('+') {
                true => Some(Address::More(self.number().unwrap_or(0))),
                false => self.address()?,
            };
            if to.is_none() {
                return Err("unexpected `,'".to_owned());
            }
        }
        self.skip(char::is_whitespace);
        let negated = self.eat('!');
        self.skip(|c| c == ' ' || c == '!');
        let Some(letter) = self.next() else { return Err("missing command".to_owned()) };
        let act = match letter {
            '{' => {
                self.open.push(self.commands.len());
                Act::Block(0)
            }
            '}' => {
                let Some(open) = self.open.pop() else { return Err("unexpected `}'".to_owned()) };
                let end = self.commands.len();
                self.commands[open].act = Act::Block(end);
                Act::End
            }
            's' => self.substitute()?,
            'y' => self.translate()?,
            'a' | 'i' | 'c' => self.text(letter)?,
            ':' => {
                self.skip(|c| c == ' ');
                let label = self.word(false);
                if label.is_empty() {
                    return Err("\":\" lacks a label".to_owned());
                }
                self.labels.push((label, self.commands.len()));
                return Ok(());
            }
            'b' | 't' | 'T' => {
                self.skip(|c| c == ' ');
                let label = self.word(true);
                self.jumps.push((self.commands.len(), label));
                Act::Branch(letter, 0)
            }
            'q' | 'Q' => {
                self.skip(|c| c == ' ');
                let status = self.number().and_then(|status| i32::try_from(status).ok()).unwrap_or(0);
                Act::Quit { prints: letter == 'q', status }
            }
            'n' | 'N' => {
                self.looks_ahead = true;
                Act::Plain(letter)
            }
            'd' | 'p' | 'P' | 'D' | 'g' | 'G' | 'h' | 'H' | 'x' | '=' | 'z' => Act::Plain(letter),
            'r' | 'R' | 'w' | 'W' | 'l' | 'e' | 'F' | 'v' => return Err(format!("not simulated: sed's command {letter}")),
            letter => return Err(format!("unknown command: `{letter}'")),
        };
        let takes_text = matches!(act, Act::Append(_) | Act::Insert(_) | Act::Change(_) | Act::Block(_));
        self.commands.push(Command { from, to, negated, act });
        if !takes_text {
            self.skip(|c| c == ' ' || c == '\t');
            match self.chars.peek() {
                None | Some('\n' | ';' | '}' | '#') => {}
                Some(_) => {
                    self.next();
                    return Err("extra characters after command".to_owned());
                }
            }
        }
        Ok(())
    }

    fn word(&mut self, ends_at_semicolon: bool) -> String {
        let mut word = String::new();
        while let Some(c) = self.chars.peek().copied() {
            if c.is_whitespace() || ends_at_semicolon && (c == ';' || c == '}') || c == ';' {
                break;
            }
            word.push(c);
            self.next();
        }
        word
    }

    /// The text of `a`, `i` and `c`: `a\` and lines, or the rest of the line.
    fn text(&mut self, letter: char) -> Result<Act, String> {
        self.skip(|c| c == ' ' || c == '\t');
        if self.eat('\\') {
            self.skip(|c| c == ' ' || c == '\t');
            if !self.eat('\n') && self.chars.peek().is_none() {
                return Err("expected \\ after `a', `c' or `i'".to_string());
            }
        }
        let mut text = String::new();
        while let Some(c) = self.next() {
            match c {
                '\n' => break,
                '\\' => text.extend(self.next()),
                c => text.push(c),
            }
        }
        if text.is_empty() && self.chars.peek().is_none() && letter != 'c' && self.at == 1 {
            return Err("expected \\ after `a', `c' or `i'".to_owned());
        }
        text.push('\n');
        Ok(match letter {
            'a' => Act::Append(text),
            'i' => Act::Insert(text),
            _ => Act::Change(text),
        })
    }

    fn substitute(&mut self) -> Result<Act, String> {
        let unterminated = || "unterminated `s' command".to_owned();
        let mark = self.next().ok_or_else(unterminated)?;
        let pattern = self.delimited(mark, true).ok_or_else(unterminated)?;
        let replacement = self.delimited(mark, false).ok_or_else(unterminated)?;
        let (mut global, mut print, mut ignore_case, mut number) = (false, false, false, 1);
        loop {
            match self.chars.peek() {
                Some('g') => global = true,
                Some('p') => print = true,
                Some('i' | 'I') => ignore_case = true,
                Some('0') => return Err("number option to `s' command may not be zero".to_owned()),
                Some(c) if c.is_ascii_digit() => {
                    number = self.number().unwrap_or(1);
                    continue;
                }
                Some(c @ ('w' | 'e' | 'm' | 'M')) => return Err(format!("not simulated: the flag {c} of sed's s")),
                None | Some('\n' | ';' | '}' | '#' | ' ' | '\t') => break,
                Some(_) => {
                    self.next();
                    return Err("unknown option to `s'".to_owned());
                }
            }
            self.next();
        }
        let regex = self.regex(&pattern, ignore_case)?;
        let replacement = parts(&replacement);
        let groups = regex.captures_len();
        if let Some(number) = replacement.iter().find_map(|part| match part {
            Part::Group(number) if *number >= groups => Some(number),
            _ => None,
        }) {
            return Err(format!("invalid reference \\{number} on `s' command's RHS"));
        }
        Ok(Act::Substitute(Box::new(Substitute { regex, replacement, global, print, number })))
    }

    fn translate(&mut self) -> Result<Act, String> {
        let unterminated = || "unterminated `y' command".to_owned();
        let mark = self.next().ok_or_else(unterminated)?;
        let from = self.delimited(mark, false).ok_or_else(unterminated)?;
        let to = self.delimited(mark, false).ok_or_else(unterminated)?;
        let plain = |text: String| -> Vec<char> { text.replace("\\n", "\n").replace("\\\\", "\\").chars().collect() };
        let (from, to) = (plain(from), plain(to));
        match from.len() == to.len() {
            true => Ok(Act::Translate(from.into_iter().zip(to).collect())),
            false => Err("strings for `y' command are different lengths".to_owned()),
        }
    }
}

/// The right side of `s`.
fn parts(text: &str) -> Vec<Part> {
    let mut out = Vec::new();
    let mut literal = String::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        let part = match c {
            '&' => Part::Group(0),
            '\\' => match chars.next() {
                Some(digit) if digit.is_ascii_digit() => Part::Group(digit.to_digit(10).unwrap_or(0) as usize),
                Some(case @ ('U' | 'L' | 'u' | 'l' | 'E')) => Part::Case(case),
                Some('n') => {
                    literal.push('\n');
                    continue;
                }
                Some('t') => {
                    literal.push('\t');
                    continue;
                }
                other => {
                    literal.extend(other);
                    continue;
                }
            },
            c => {
                literal.push(c);
                continue;
            }
        };
        if !literal.is_empty() {
            out.push(Part::Text(std::mem::take(&mut literal)));
        }
        out.push(part);
    }
    if !literal.is_empty() {
        out.push(Part::Text(literal));
    }
    out
}
