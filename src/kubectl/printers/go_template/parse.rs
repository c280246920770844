//! Reading a template: texts, actions, blocks, pipelines.
//!
//! Models: Go's text/template/parse, as kubectl v1.36 uses it.
//! Simplified: `define`, `template` and `block` are refused.

use serde_json::Value;

use super::functions::NAMES;

/// A template that was read.
#[derive(Clone, Debug)]
pub struct Template {
    pub source: String,
    pub(super) nodes: Vec<Node>,
}

#[derive(Clone, Debug)]
pub(super) enum Node {
    Text(String),
    Show(Pipe),
    Block { kind: Block, pipe: Pipe, body: Vec<Node>, otherwise: Vec<Node> },
    Break,
    Continue,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Block {
    Range,
    If,
    With,
}

/// `$i, $x := a | b | c`
#[derive(Clone, Debug, Default)]
pub(super) struct Pipe {
    pub variables: Vec<String>,
    /// `:=` makes variables, `=` changes them.
    pub declares: bool,
    pub commands: Vec<Vec<Word>>,
}

#[derive(Clone, Debug)]
pub(super) struct Word {
    pub what: What,
    /// Where it is, as error messages count: `1:11`.
    pub place: String,
    pub text: String,
}

#[derive(Clone, Debug)]
pub(super) enum What {
    Dot,
    Field(Vec<String>),
    /// `$x.a.b`; `$` is the whole object.
    Variable(String, Vec<String>),
    Literal(Value),
    Call(String),
    /// `(pipe).a.b`
    Nested(Box<Pipe>, Vec<String>),
}

/// Reads a template. The error is Go's.
pub fn parse(source: &str) -> Result<Template, String> {
    let mut reader = Reader { source, at: 0 };
    let (nodes, end) = reader.block(&mut vec!["$".to_owned()], 0)?;
    match end {
        None => Ok(Template { source: source.to_owned(), nodes }),
        Some(word) => Err(reader.error(&format!("unexpected {{{{{}}}}}", word.split_whitespace().next().unwrap_or_default()))),
    }
}

struct Reader<'s> {
    source: &'s str,
    at: usize,
}

impl<'s> Reader<'s> {
    fn error(&self, why: &str) -> String {
        format!("template: output:{}: {why}", 1 + self.source[..self.at.min(self.source.len())].matches('\n').count())
    }

    /// The text up to the next action, and the action with its place; nothing at the end.
    fn next(&mut self) -> Result<(String, Option<(&'s str, usize)>), String> {
        let rest = &self.source[self.at..];
        let Some(open) = rest.find("{{") else {
            self.at = self.source.len();
            return Ok((rest.to_owned(), None));
        };
        let mut text = &rest[..open];
        let mut start = self.at + open + 2;
        let trims = |at: usize| self.source[at..].starts_with('-') && self.source[at + 1..].starts_with(char::is_whitespace);
        if trims(start) {
            text = text.trim_end();
            start += 2;
        }
        let Some(length) = end_of_action(&self.source[start..]) else {
            self.at = start;
            return Err(self.error("unclosed action"));
        };
        let mut action = &self.source[start..start + length];
        self.at = start + length + 2;
        if action.ends_with('-') && action[..action.len() - 1].ends_with(char::is_whitespace) {
            action = &action[..action.len() - 1];
            let left = &self.source[self.at..];
            self.at += left.len() - left.trim_start().len();
        }
        Ok((text.to_owned(), Some((action, start))))
    }

    /// Nodes up to `end` or `else`, which is given back.
    fn block(&mut self, variables: &mut Vec<String>, ranges: usize) -> Result<(Vec<Node>, Option<String>), String> {
        let mut nodes = Vec::new();
        loop {
            let (text, action) = self.next()?;
            if !text.is_empty() {
                nodes.push(Node::Text(text));
            }
            let Some((action, start)) = action else { return Ok((nodes, None)) };
            let bare = action.trim();
            if bare.starts_with("/*") {
                continue;
            }
            let first: String = bare.chars().take_while(|c| c.is_alphanumeric()).collect();
            let after = action.find(&first).map_or(0, |at| at + first.len());
            let kind = match first.as_str() {
                "end" | "else" => return Ok((nodes, Some(bare.to_owned()))),
                "range" => Block::Range,
                "if" => Block::If,
                "with" => Block::With,
                "break" if ranges > 0 => {
                    nodes.push(Node::Break);
                    continue;
                }
                "continue" if ranges > 0 => {
                    nodes.push(Node::Continue);
                    continue;
                }
                "break" | "continue" => return Err(self.error(&format!("{{{{{first}}}}} outside {{{{range}}}}"))),
                "define" | "template" | "block" => return Err(self.error(&format!("not simulated: {first} in a Go template"))),
                _ => {
                    let pipe = self.pipe(action, start, variables, "command")?;
                    nodes.push(Node::Show(pipe));
                    continue;
                }
            };
            nodes.push(self.control(kind, &action[after..], start + after, variables, ranges)?);
        }
    }

    fn control(&mut self, kind: Block, text: &'s str, start: usize, variables: &mut Vec<String>, ranges: usize) -> Result<Node, String> {
        let known = variables.len();
        let name = match kind {
            Block::Range => "range",
            Block::If => "if",
            Block::With => "with",
        };
        let pipe = self.pipe(text, start, variables, name)?;
        let ranges = ranges + usize::from(kind == Block::Range);
        let (body, end) = self.block(variables, ranges)?;
        let mut otherwise = Vec::new();
        let end = match end.as_deref() {
            Some("else") => {
                let (nodes, end) = self.block(variables, ranges)?;
                otherwise = nodes;
                end
            }
            Some(other) if other.starts_with("else ") => {
                let (next, after) = other[5..].trim_start().split_once(' ').unwrap_or((other[5..].trim(), ""));
                let next = match next {
                    "if" => Block::If,
                    "with" => Block::With,
                    other => return Err(self.error(&format!("unexpected <{other}> in else"))),
                };
                // What follows is in the action that was just read.
                let place = self.source[..self.at].rfind(after).filter(|_| !after.is_empty()).unwrap_or(self.at);
                let text = &self.source[place..place + after.len()];
                otherwise = vec![self.control(next, text, place, variables, ranges)?];
                Some("end".to_owned())
            }
            _ => end,
        };
        variables.truncate(known);
        if end.as_deref() == Some("end") { Ok(Node::Block { kind, pipe, body, otherwise }) } else { Err(self.error("unexpected EOF")) }
    }

    fn pipe(&self, text: &'s str, start: usize, variables: &mut Vec<String>, context: &str) -> Result<Pipe, String> {
        let mut words = Words { reader: self, text, start, at: 0, variables };
        let pipe = words.pipe(false)?;
        if pipe.commands.iter().all(Vec::is_empty) {
            return Err(self.error(&format!("missing value for {context}")));
        }
        Ok(pipe)
    }
}

/// Where `}}` is, outside of quotes.
fn end_of_action(text: &str) -> Option<usize> {
    if text.trim_start().starts_with("/*") {
        return text.find("*/").and_then(|at| text[at..].find("}}").map(|end| at + end));
    }
    let (mut quote, mut escaped) = (None, false);
    for (at, c) in text.char_indices() {
        match quote {
            Some('`') if c == '`' => quote = None,
            Some('`') => {}
            Some(_) if escaped => escaped = false,
            Some(_) if c == '\\' => escaped = true,
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None if matches!(c, '"' | '`' | '\'') => quote = Some(c),
            None if text[at..].starts_with("}}") => return Some(at),
            None => {}
        }
    }
    None
}

struct Words<'r, 's> {
    reader: &'r Reader<'s>,
    text: &'s str,
    start: usize,
    at: usize,
    variables: &'r mut Vec<String>,
}

impl Words<'_, '_> {
    fn place(&self, at: usize) -> String {
        let before = &self.reader.source[..self.start + at];
        let column = before.rfind('\n').map_or(before.len(), |line| before.len() - line);
        format!("{}:{column}", 1 + before.matches('\n').count())
    }

    fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    fn skip_spaces(&mut self) {
        while let Some(c) = self.peek().filter(|c| c.is_whitespace()) {
            self.at += c.len_utf8();
        }
    }

    fn take_while(&mut self, fits: impl Fn(char) -> bool) -> String {
        let start = self.at;
        while let Some(c) = self.peek().filter(|c| fits(*c)) {
            self.at += c.len_utf8();
        }
        self.text[start..self.at].to_owned()
    }

    /// `$x :=` or `$i, $x :=` in front.
    fn declaration(&mut self) -> (Vec<String>, bool) {
        let before = self.at;
        let mut names = Vec::new();
        loop {
            self.skip_spaces();
            if self.peek() != Some('$') {
                break;
            }
            self.at += 1;
            names.push(format!("${}", self.take_while(|c| c.is_alphanumeric() || c == '_')));
            self.skip_spaces();
            if self.text[self.at..].starts_with(":=") {
                self.at += 2;
                return (names, true);
            }
            if self.peek() == Some('=') {
                self.at += 1;
                return (names, false);
            }
            if self.peek() != Some(',') {
                break;
            }
            self.at += 1;
        }
        self.at = before;
        (Vec::new(), false)
    }

    fn pipe(&mut self, nested: bool) -> Result<Pipe, String> {
        let (variables, declares) = self.declaration();
        let mut pipe = Pipe { variables, declares, commands: vec![Vec::new()] };
        loop {
            self.skip_spaces();
            match self.peek() {
                None if nested => return Err(self.reader.error("unclosed left paren")),
                None => break,
                Some(')') if nested => {
                    self.at += 1;
                    break;
                }
                Some(')') => return Err(self.reader.error("unexpected right paren")),
                Some('|') => {
                    self.at += 1;
                    pipe.commands.push(Vec::new());
                }
                Some(_) => {
                    let word = self.word()?;
                    pipe.commands.last_mut().expect("a command is open").push(word);
                }
            }
        }
        if pipe.commands.len() > 1 && pipe.commands.iter().any(Vec::is_empty) {
            return Err(self.reader.error("missing value for command"));
        }
        if pipe.declares {
            self.variables.extend(pipe.variables.iter().cloned());
        }
        Ok(pipe)
    }

    /// `.a.b` from here on, and where the second of the names is.
    fn path(&mut self) -> (Vec<String>, usize) {
        let (mut path, mut second) = (Vec::new(), self.at);
        while self.peek() == Some('.') {
            if path.len() == 1 {
                second = self.at;
            }
            self.at += 1;
            path.push(self.take_while(|c| c.is_alphanumeric() || c == '_'));
        }
        (path, second)
    }

    fn word(&mut self) -> Result<Word, String> {
        let start = self.at;
        let c = self.peek().unwrap_or_default();
        let (what, place) = match c {
            '(' => {
                self.at += 1;
                let pipe = self.pipe(true)?;
                let (path, _) = self.path();
                (What::Nested(Box::new(pipe), path), start)
            }
            '.' if self.text[start + 1..].starts_with(|c: char| c.is_alphabetic() || c == '_') => {
                let (path, second) = self.path();
                (What::Field(path), second)
            }
            '.' => {
                self.at += 1;
                (What::Dot, start)
            }
            '$' => {
                self.at += 1;
                let name = format!("${}", self.take_while(|c| c.is_alphanumeric() || c == '_'));
                if !self.variables.contains(&name) {
                    return Err(self.reader.error(&format!("undefined variable {name:?}")));
                }
                let (path, second) = self.path();
                (What::Variable(name, path), if second == self.at { start } else { second })
            }
            '"' | '`' | '\'' => (What::Literal(self.quoted(c)?), start),
            '-' | '+' | '0'..='9' => (What::Literal(self.number()?), start),
            _ => {
                let word = self.take_while(|c| c.is_alphanumeric() || c == '_');
                match word.as_str() {
                    "true" => (What::Literal(true.into()), start),
                    "false" => (What::Literal(false.into()), start),
                    "nil" => (What::Literal(Value::Null), start),
                    "" => return Err(self.reader.error(&format!("unexpected {c:?} in operand"))),
                    name if NAMES.contains(&name) => (What::Call(word), start),
                    _ => return Err(self.reader.error(&format!("function {word:?} not defined"))),
                }
            }
        };
        Ok(Word { what, place: self.place(place), text: self.text[start..self.at].to_owned() })
    }

    fn quoted(&mut self, quote: char) -> Result<Value, String> {
        self.at += 1;
        let mut text = String::new();
        loop {
            let Some(c) = self.peek() else { return Err(self.reader.error("unterminated quoted string")) };
            self.at += c.len_utf8();
            match c {
                c if c == quote => break,
                '\\' if quote != '`' => {
                    let escaped = self.peek().unwrap_or('\\');
                    self.at += escaped.len_utf8();
                    text.push(match escaped {
                        'n' => '\n',
                        't' => '\t',
                        'r' => '\r',
                        other => other,
                    });
                }
                c => text.push(c),
            }
        }
        // A character is its number.
        Ok(if quote == '\'' { u32::from(text.chars().next().unwrap_or_default()).into() } else { text.into() })
    }

    fn number(&mut self) -> Result<Value, String> {
        let word = self.take_while(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '+'));
        let whole = word.parse::<i64>().ok().map(Value::from);
        match whole.or_else(|| word.parse::<f64>().ok().map(Value::from)) {
            Some(number) => Ok(number),
            None => Err(self.reader.error(&format!("bad number syntax: {word:?}"))),
        }
    }
}
