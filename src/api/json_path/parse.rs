//! Reading JSONPath templates.
//!
//! Models: staging/src/k8s.io/client-go/util/jsonpath/parser.go, v1.36.
//! Simplified: nothing.

use serde_json::Value;

/// A piece of a template.
#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    /// What stands outside of braces.
    Text(String),
    /// What stands in braces.
    Path(Vec<Step>),
    /// `{range PATH}BODY{end}`.
    Range(Vec<Step>, Vec<Node>),
}

/// One step of a path.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    Field(String),
    /// `[start:end:step]`; `[n]` is `[n:n+1]` with `single`.
    Slice { start: Option<i64>, end: Option<i64>, step: Option<i64>, single: bool },
    Filter { left: Vec<Step>, operator: String, right: Vec<Step> },
    Wildcard,
    Recursive,
    Union(Vec<Vec<Step>>),
    /// A text, number or truth value.
    Literal(Value),
    Identifier(String),
}

/// Reads a template.
pub fn parse(template: &str) -> Result<Vec<Node>, String> {
    let mut pieces: Vec<Node> = Vec::new();
    let mut rest = template;
    while let Some(at) = rest.find('{') {
        if at > 0 {
            pieces.push(Node::Text(rest[..at].to_owned()));
        }
        let mut parser = Parser { chars: rest[at + 1..].chars().collect(), at: 0, steps: Vec::new() };
        parser.action(true)?;
        let used: usize = parser.chars[..parser.at].iter().map(|c| c.len_utf8()).sum();
        rest = &rest[at + 1 + used..];
        pieces.push(Node::Path(parser.steps));
    }
    if !rest.is_empty() {
        pieces.push(Node::Text(rest.to_owned()));
    }
    Ok(nest(&mut pieces.into_iter(), false).0)
}

/// Puts what is between `range` and `end` into the range, and says whether there was an `end`.
fn nest(pieces: &mut std::vec::IntoIter<Node>, inside: bool) -> (Vec<Node>, bool) {
    let mut nodes = Vec::new();
    while let Some(piece) = pieces.next() {
        let Node::Path(mut steps) = piece else {
            nodes.push(piece);
            continue;
        };
        match steps.first() {
            Some(Step::Identifier(name)) if name == "range" => {
                steps.remove(0);
                let (body, closed) = nest(pieces, true);
                nodes.push(Node::Range(steps, body.clone()));
                // What follows a range without an end follows it once more outside.
                if !closed {
                    nodes.extend(body);
                }
            }
            Some(Step::Identifier(name)) if name == "end" && inside => return (nodes, true),
            _ => nodes.push(Node::Path(steps)),
        }
    }
    (nodes, false)
}

/// The lenient form of `--sort-by` and `custom-columns`: `.a.b`, `a.b`, `{a.b}` are all `{.a.b}`.
pub fn relaxed(path: &str) -> Result<String, String> {
    if path.is_empty() {
        return Ok(String::new());
    }
    let inner = path.strip_prefix('{').and_then(|path| path.strip_suffix('}')).unwrap_or(path);
    let inner = inner.strip_prefix('.').unwrap_or(inner);
    if inner.is_empty() || inner.contains(['{', '}']) {
        return Err("unexpected path string, expected a 'name1.name2' or '.name1.name2' or '{name1.name2}' or '{.name1.name2}'".to_owned());
    }
    Ok(format!("{{.{inner}}}"))
}

struct Parser {
    chars: Vec<char>,
    at: usize,
    steps: Vec<Step>,
}

fn steps_of(text: &str) -> Result<Vec<Step>, String> {
    let mut parser = Parser { chars: text.chars().collect(), at: 0, steps: Vec::new() };
    parser.action(false)?;
    Ok(parser.steps)
}

impl Parser {
    fn next(&mut self) -> Option<char> {
        let c = self.chars.get(self.at).copied();
        self.at += 1;
        c
    }

    fn starts_with(&self, text: &str) -> bool {
        self.chars[self.at.min(self.chars.len())..].starts_with(&text.chars().collect::<Vec<_>>())
    }

    /// Reads to the closing brace, or to the end where the text is only a part of an action.
    fn action(&mut self, braced: bool) -> Result<(), String> {
        loop {
            if self.starts_with("[?(") {
                self.filter()?;
                continue;
            }
            if self.starts_with("..") {
                if self.steps.last() == Some(&Step::Recursive) {
                    return Err("invalid multiple recursive descent".to_owned());
                }
                self.at += 2;
                self.steps.push(Step::Recursive);
                if self.chars.get(self.at).is_some_and(|c| c.is_alphanumeric() || *c == '_') {
                    self.field();
                }
                continue;
            }
            match self.next() {
                Some('}') if braced => return Ok(()),
                None if !braced => return Ok(()),
                None | Some('\n') => return Err("unclosed action".to_owned()),
                Some(' ' | '@' | '$') => {}
                Some('[') => self.array()?,
                Some(quote @ ('"' | '\'')) => self.quoted(quote)?,
                Some('.') => self.field(),
                Some(c) if c == '+' || c == '-' || c.is_ascii_digit() => self.number()?,
                Some(c) if c.is_alphanumeric() || c == '_' => self.identifier(),
                Some(c) => return Err(format!("unrecognized character in action: U+{:04X} '{c}'", u32::from(c))),
            }
        }
    }

    fn field(&mut self) {
        let mut name = String::new();
        while let Some(&c) = self.chars.get(self.at) {
            if is_terminator(Some(c)) {
                break;
            }
            self.at += 1;
            if c == '\\' {
                name.extend(self.next());
            } else {
                name.push(c);
            }
        }
        self.steps.push(if name == "*" { Step::Wildcard } else { Step::Field(name) });
    }

    fn identifier(&mut self) {
        self.at -= 1;
        let word = self.word();
        self.steps.push(match word.as_str() {
            "true" => Step::Literal(true.into()),
            "false" => Step::Literal(false.into()),
            _ => Step::Identifier(word),
        });
    }

    fn word(&mut self) -> String {
        let mut word = String::new();
        while let Some(&c) = self.chars.get(self.at).filter(|c| !is_terminator(Some(**c))) {
            word.push(c);
            self.at += 1;
        }
        word
    }

    fn number(&mut self) -> Result<(), String> {
        self.at -= 1;
        let mut word = String::new();
        while let Some(&c) = self.chars.get(self.at).filter(|c| c.is_ascii_digit() || **c == '.' || word.is_empty() && matches!(c, '+' | '-')) {
            word.push(c);
            self.at += 1;
        }
        let value: Value = match (word.parse::<i64>(), word.parse::<f64>()) {
            (Ok(whole), _) => whole.into(),
            (_, Ok(float)) => float.into(),
            _ => return Err(format!("cannot parse number {word}")),
        };
        self.steps.push(Step::Literal(value));
        Ok(())
    }

    fn quoted(&mut self, quote: char) -> Result<(), String> {
        let mut text = String::new();
        loop {
            match self.next() {
                None | Some('\n') => return Err("unterminated quoted string".to_owned()),
                Some(c) if c == quote && !text.ends_with('\\') => break,
                Some(c) => text.push(c),
            }
        }
        let unquoted = unquote(&text, quote).ok_or_else(|| format!("unquote string {quote}{text}{quote} error invalid syntax"))?;
        self.steps.push(Step::Literal(unquoted.into()));
        Ok(())
    }

    fn array(&mut self) -> Result<(), String> {
        let mut text = String::new();
        loop {
            match self.next() {
                None | Some('\n') => return Err("unterminated array".to_owned()),
                Some(']') => break,
                Some(c) => text.push(c),
            }
        }
        if text.contains(',') {
            let parts: Result<Vec<_>, String> = text.split(',').map(|part| steps_of(&format!("[{}]", part.trim_matches(' ')))).collect();
            self.steps.push(Step::Union(parts?));
            return Ok(());
        }
        if let Some(key) = text.strip_prefix('\'').and_then(|text| text.strip_suffix('\'')).filter(|key| !key.contains('\'')) {
            self.steps.extend(steps_of(&format!(".{key}"))?);
            return Ok(());
        }
        self.steps.push(slice(&text)?);
        Ok(())
    }

    fn filter(&mut self) -> Result<(), String> {
        self.at += "[?(".len();
        let mut text = String::new();
        let mut quote: Option<char> = None;
        loop {
            match self.next() {
                None | Some('\n') => return Err("unterminated filter".to_owned()),
                Some(')') if quote.is_none() => break,
                Some(c) => {
                    match quote {
                        Some(open) if c == open && !text.ends_with('\\') => quote = None,
                        None if c == '"' || c == '\'' => quote = Some(c),
                        _ => {}
                    }
                    text.push(c);
                }
            }
        }
        if self.next() != Some(']') {
            return Err("unclosed array expect ]".to_owned());
        }
        let operator = |c: char| matches!(c, '!' | '<' | '>' | '=');
        let filter = match text.find(operator).filter(|at| *at > 0) {
            Some(at) => {
                // Something must be left to compare with, if only the last sign.
                let length = text[at..].find(|c| !operator(c)).unwrap_or(text.len() - at - 1);
                if length == 0 {
                    steps_of(&text)?;
                }
                Step::Filter { left: steps_of(&text[..at])?, operator: text[at..at + length].to_owned(), right: steps_of(&text[at + length..])? }
            }
            None => Step::Filter { left: steps_of(&text)?, operator: "exists".to_owned(), right: Vec::new() },
        };
        self.steps.push(filter);
        Ok(())
    }
}

fn slice(text: &str) -> Result<Step, String> {
    if text == "*" {
        return Ok(Step::Slice { start: None, end: None, step: None, single: false });
    }
    let parts: Vec<&str> = text.split(':').collect();
    let is_number = |part: &&str| part.strip_prefix('-').unwrap_or(part).chars().all(|digit| digit.is_ascii_digit());
    if parts.len() > 3 || !parts.iter().all(is_number) {
        return Err(format!("invalid array index {text}"));
    }
    let mut numbers = [None; 3];
    for (number, part) in numbers.iter_mut().zip(&parts) {
        if !part.is_empty() {
            *number = Some(part.parse::<i64>().map_err(|_| format!("array index {part} is not a number"))?);
        }
    }
    Ok(Step::Slice { start: numbers[0], end: numbers[1], step: numbers[2], single: parts.len() == 1 })
}

/// What a text in quotes stands for; nothing where an escape is none.
fn unquote(text: &str, quote: char) -> Option<String> {
    let mut out = String::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        rest = &rest[c.len_utf8()..];
        if c != '\\' {
            out.push(c);
            continue;
        }
        let escape = rest.chars().next()?;
        rest = &rest[escape.len_utf8()..];
        let (digits, base) = match escape {
            'x' => (2, 16),
            'u' => (4, 16),
            'U' => (8, 16),
            '0'..='7' => (2, 8),
            _ => (0, 0),
        };
        if digits > 0 {
            let word = rest.get(..digits)?;
            let first = escape.to_digit(8).map_or(0, |digit| digit * 64);
            out.push(char::from_u32(first + u32::from_str_radix(word, base).ok()?)?);
            rest = &rest[digits..];
            continue;
        }
        out.push(match escape {
            'a' => '\u{7}',
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'v' => '\u{b}',
            '\\' => '\\',
            other if other == quote => quote,
            _ => return None,
        });
    }
    Some(out)
}

fn is_terminator(c: Option<char>) -> bool {
    c.is_none_or(|c| c.is_whitespace() || matches!(c, '.' | ',' | '[' | ']' | '$' | '@' | '{' | '}'))
}
