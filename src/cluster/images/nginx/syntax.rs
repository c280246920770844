//! The language of nginx's configuration: words, blocks, includes; each directive in its place with the right number of
//! arguments.
//!
//! Models: src/core/ngx_conf_file.c of nginx.
//! Simplified: what a directive's arguments mean is looked at when the whole text has been read, so of a mistake in the
//! words and one in a value the first is reported, wherever it stands.

use std::sync::Arc;

use podarium_machine::{Errno, Sys};

use super::directives::{Context, Known, find};

/// Why nginx does not start, in its words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Emergency(pub String);

/// A directive with its arguments, and what is in its block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Directive {
    pub name: String,
    pub args: Vec<String>,
    pub place: Place,
    pub block: Vec<Directive>,
}

/// Where a directive stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Place {
    pub file: Arc<str>,
    pub line: usize,
}

impl Place {
    /// A complaint about what stands here.
    pub fn complain(&self, text: &str) -> Emergency {
        Emergency(format!("{text} in {}:{}", self.file, self.line))
    }
}

impl Directive {
    pub fn arg(&self, index: usize) -> &str {
        self.args.get(index).map_or("", String::as_str)
    }

    pub fn complain(&self, text: &str) -> Emergency {
        self.place.complain(text)
    }
}

/// The files that a configuration is read from.
pub(super) trait Files {
    fn read(&mut self, path: &str) -> Result<Vec<u8>, Errno>;
    fn list(&mut self, directory: &str) -> Result<Vec<String>, Errno>;
}

impl Files for Sys<'_> {
    fn read(&mut self, path: &str) -> Result<Vec<u8>, Errno> {
        self.read_file(path)
    }

    fn list(&mut self, directory: &str) -> Result<Vec<String>, Errno> {
        self.read_dir(directory)
    }
}

/// The number of an error with its text, as nginx shows both.
pub(super) fn errno(error: Errno) -> String {
    let number = match error {
        Errno::NoEntry => 2,
        Errno::AccessDenied => 13,
        Errno::NotDirectory => 20,
        Errno::IsDirectory => 21,
        Errno::AddressInUse => 98,
        Errno::ReadOnly => 30,
        _ => 5,
    };
    format!("{number}: {error}")
}

/// A configuration as it is read.
pub(super) struct Reader<'a> {
    pub files: &'a mut dyn Files,
    pub version: [u32; 3],
    /// All files that were read, with their texts.
    pub seen: Vec<(String, String)>,
}

impl Reader<'_> {
    /// Reads the main file and all that it includes.
    pub fn read_all(&mut self, path: &str) -> Result<Vec<Directive>, Emergency> {
        let text = self.files.read(path).map_err(|error| Emergency(format!("open() \"{path}\" failed ({})", errno(error))))?;
        self.read_text(path, &text, 'm')
    }

    fn read_text(&mut self, path: &str, text: &[u8], context: Context) -> Result<Vec<Directive>, Emergency> {
        let text = String::from_utf8_lossy(text).into_owned();
        self.seen.push((path.to_owned(), text.clone()));
        let mut words = Words { chars: text.chars().collect(), at: 0, file: path.into(), line: 1 };
        self.read_block(&mut words, context, false)
    }

    /// The directives up to the end of the block or of the file.
    fn read_block(&mut self, words: &mut Words, context: Context, in_block: bool) -> Result<Vec<Directive>, Emergency> {
        let mut all = Vec::new();
        loop {
            let (args, end) = words.statement()?;
            let place = words.place();
            match end {
                End::OfFile if in_block => return Err(place.complain("unexpected end of file, expecting \"}\"")),
                End::OfFile => return Ok(all),
                End::OfBlock if !in_block => return Err(place.complain("unexpected \"}\"")),
                End::OfBlock => return Ok(all),
                End::Semicolon | End::Brace => {}
            }
            let mut args = args.into_iter();
            let name = args.next().unwrap_or_default();
            let args: Vec<String> = args.collect();
            // A table of values has lines of its own.
            if matches!(context, 't') {
                let directive = Directive { name, args, place, block: Vec::new() };
                if end == End::Brace {
                    return Err(directive.complain("unexpected \"{\""));
                }
                match directive.name == "include" {
                    true => all.append(&mut self.include(&directive, context)?),
                    false => all.push(directive),
                }
                continue;
            }
            let directive = Directive { name, args, place, block: Vec::new() };
            let known = self.check(&directive, context, end)?;
            if directive.name == "include" {
                all.append(&mut self.include(&directive, context)?);
                continue;
            }
            let block = match known.block && end == End::Brace {
                true => self.read_block(words, inside(&directive.name, context), true)?,
                false => Vec::new(),
            };
            all.push(Directive { block, ..directive });
        }
    }

    fn check(&self, directive: &Directive, context: Context, end: End) -> Result<Known, Emergency> {
        let name = &directive.name;
        if context == '*' {
            // Inside of what is not simulated everything passes.
            return Ok(Known::anything(end == End::Brace));
        }
        let mut all = find(name, self.version).peekable();
        if all.peek().is_none() {
            return Err(directive.complain(&format!("unknown directive \"{name}\"")));
        }
        let Some(known) = all.find(|known| known.stands_in(context)) else {
            return Err(directive.complain(&format!("\"{name}\" directive is not allowed here")));
        };
        match (known.block, end) {
            (false, End::Brace) => return Err(directive.complain(&format!("directive \"{name}\" is not terminated by \";\""))),
            (true, End::Semicolon) => return Err(directive.complain(&format!("directive \"{name}\" has no opening \"{{\""))),
            _ => {}
        }
        if !known.takes(directive.args.len()) {
            return Err(directive.complain(&format!("invalid number of arguments in \"{name}\" directive")));
        }
        if known.is_flag() && !matches!(directive.arg(0), "on" | "off" | "ON" | "OFF" | "On" | "Off") {
            let text = format!("invalid value \"{}\" in \"{name}\" directive, it must be \"on\" or \"off\"", directive.arg(0));
            return Err(directive.complain(&text));
        }
        Ok(known)
    }

    fn include(&mut self, directive: &Directive, context: Context) -> Result<Vec<Directive>, Emergency> {
        let path = absolute(directive.arg(0));
        let mut all = Vec::new();
        for path in self.matching(&path) {
            let text = self.files.read(&path);
            let text = text.map_err(|error| directive.complain(&format!("open() \"{path}\" failed ({})", errno(error))))?;
            all.append(&mut self.read_text(&path, &text, context)?);
        }
        Ok(all)
    }

    /// The files that a path with `*`, `?` or `[` stands for, which may be none.
    fn matching(&mut self, path: &str) -> Vec<String> {
        if !path.contains(['*', '?', '[']) {
            return vec![path.to_owned()];
        }
        let mut found = vec![String::new()];
        for part in path.split('/').skip(1) {
            let mut next = Vec::new();
            for base in found {
                if !part.contains(['*', '?', '[']) {
                    next.push(format!("{base}/{part}"));
                    continue;
                }
                let directory = if base.is_empty() { "/" } else { base.as_str() };
                let names = self.files.list(directory).unwrap_or_default();
                let pattern = glob(part);
                next.extend(names.into_iter().filter(|name| !name.starts_with('.') && pattern.as_ref().is_some_and(|it| it.is_match(name))).map(|name| format!("{base}/{name}")));
            }
            found = next;
        }
        found.sort();
        found
    }
}

/// A path that is taken from the directory of the configuration.
pub(super) fn absolute(path: &str) -> String {
    if path.starts_with('/') { path.to_owned() } else { format!("/etc/nginx/{path}") }
}

fn glob(pattern: &str) -> Option<regex::Regex> {
    let mut text = String::from("^");
    for c in pattern.chars() {
        match c {
            '*' => text.push_str(".*"),
            '?' => text.push('.'),
            '[' | ']' | '-' => text.push(c),
            c => text.push_str(&regex::escape(&c.to_string())),
        }
    }
    regex::Regex::new(&(text + "$")).ok()
}

/// The context inside of a block.
fn inside(name: &str, outside: Context) -> Context {
    match (name, outside) {
        ("http", _) => 'h',
        ("events", _) => 'e',
        ("server", _) => 's',
        ("location", _) => 'l',
        ("upstream", _) => 'u',
        ("limit_except", _) => 'x',
        ("if", 's') => 'i',
        ("if", _) => 'f',
        ("map" | "types" | "geo" | "split_clients" | "charset_map", _) => 't',
        // stream and mail.
        _ => '*',
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Semicolon,
    Brace,
    OfBlock,
    OfFile,
}

/// A text, word by word.
struct Words {
    chars: Vec<char>,
    at: usize,
    file: Arc<str>,
    line: usize,
}

impl Words {
    fn place(&self) -> Place {
        Place { file: self.file.clone(), line: self.line }
    }

    fn next(&mut self) -> Option<char> {
        let c = self.chars.get(self.at).copied()?;
        self.at += 1;
        self.line += usize::from(c == '\n');
        Some(c)
    }

    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    /// The words of one directive, and what ends them.
    fn statement(&mut self) -> Result<(Vec<String>, End), Emergency> {
        let mut args: Vec<String> = Vec::new();
        loop {
            let Some(c) = self.next() else {
                return match args.is_empty() {
                    true => Ok((args, End::OfFile)),
                    false => Err(self.place().complain("unexpected end of file, expecting \";\" or \"}\"")),
                };
            };
            match c {
                ' ' | '\t' | '\r' | '\n' => {}
                ';' | '{' => {
                    if args.is_empty() {
                        return Err(self.place().complain(&format!("unexpected \"{c}\"")));
                    }
                    return Ok((args, if c == '{' { End::Brace } else { End::Semicolon }));
                }
                '}' if args.is_empty() => return Ok((args, End::OfBlock)),
                '}' => return Err(self.place().complain("unexpected \"}\"")),
                '#' => while self.peek().is_some_and(|c| c != '\n') {
                    self.at += 1;
                },
                '"' | '\'' => args.push(self.quoted(c)?),
                c => args.push(self.plain(c)?),
            }
        }
    }

    fn quoted(&mut self, quote: char) -> Result<String, Emergency> {
        let mut word = String::new();
        loop {
            let Some(c) = self.next() else {
                return Err(self.place().complain("unexpected end of file, expecting \";\" or \"}\""));
            };
            match c {
                '\\' => self.escape(&mut word),
                c if c == quote => break,
                c => word.push(c),
            }
        }
        match self.peek() {
            Some(c) if !matches!(c, ' ' | '\t' | '\r' | '\n' | ';' | '{' | ')') => Err(self.place().complain(&format!("unexpected \"{c}\""))),
            _ => Ok(word),
        }
    }

    fn plain(&mut self, first: char) -> Result<String, Emergency> {
        let mut word = String::new();
        match first {
            '\\' => self.escape(&mut word),
            c => word.push(c),
        }
        let mut before = first;
        while let Some(c) = self.peek() {
            // `${name}` does not begin a block.
            if matches!(c, ' ' | '\t' | '\r' | '\n' | ';') || c == '{' && before != '$' {
                break;
            }
            self.next();
            match c {
                '\\' => self.escape(&mut word),
                c => word.push(c),
            }
            before = c;
        }
        Ok(word)
    }

    fn escape(&mut self, word: &mut String) {
        match self.next() {
            Some('t') => word.push('\t'),
            Some('r') => word.push('\r'),
            Some('n') => word.push('\n'),
            Some(c @ ('"' | '\'' | '\\')) => word.push(c),
            Some(c) => word.extend(['\\', c]),
            None => word.push('\\'),
        }
    }
}
