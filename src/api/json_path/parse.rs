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
    let mut pieces = pieces.into_iter();
    let nodes = nest(&mut pieces, false)?;
    Ok(nodes)
}

/// Puts what is between `range` and `end` into the range.
fn nest(pieces: &mut std::vec::IntoIter<Node>, inside: bool) -> Result<Vec<Node>, String> {
    let mut nodes = Vec::new();
    while let Some(piece) = pieces.next() {
        let Node::Path(mut steps) = piece else {
            nodes.push(piece);
            continue;
        };
        match steps.first() {
            Some(Step::Identifier(name)) if name == "range" => {
                steps.remove(0);
                nodes.push(Node::Range(steps, nest(pieces, true)?));
            }
            Some(Step::Identifier(name)) if name == "end" => {
                if !inside {
                    return Err("not in range, nothing to end".to_owned());
                }
                return Ok(nodes);
            }
            Some(Step::Identifier(name)) => return Err(format!("unrecognized identifier {name}")),
            _ => nodes.push(Node::Path(steps)),
        }
    }
    Ok(nodes)
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
                self.at += 2;
                self.steps.push(Step::Recursive);
                if self.chars.get(self.at).is_some_and(|c| *c != '[' && !is_terminator(Some(*c)) ) {
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
        while let Some(&c) = self.chars.get(self.at).filter(|c| c.is_ascii_digit() || matches!(c, '+' | '-' | '.')) {
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
                Some('\\') => match self.next() {
                    Some('n') => text.push('\n'),
                    Some('t') => text.push('\t'),
                    Some('r') => text.push('\r'),
                    Some(c) => text.push(c),
                    None => return Err("unterminated quoted string".to_owned()),
                },
                Some(c) if c == quote => break,
                Some(c) => text.push(c),
            }
        }
        self.steps.push(Step::Literal(text.into()));
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
        self.steps.push(slice(&text).ok_or_else(|| format!("invalid array index {text}"))?);
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
                let length = text[at..].find(|c| !operator(c)).ok_or("unterminated filter")?;
                Step::Filter { left: steps_of(&text[..at])?, operator: text[at..at + length].to_owned(), right: steps_of(&text[at + length..])? }
            }
            None => Step::Filter { left: steps_of(&text)?, operator: "exists".to_owned(), right: Vec::new() },
        };
        self.steps.push(filter);
        Ok(())
    }
}

fn slice(text: &str) -> Option<Step> {
    if text == "*" {
        return Some(Step::Slice { start: None, end: None, step: None, single: false });
    }
    let parts: Vec<&str> = text.split(':').collect();
    if parts.len() > 3 {
        return None;
    }
    let mut numbers = [None; 3];
    for (number, part) in numbers.iter_mut().zip(&parts) {
        if !part.is_empty() {
            *number = Some(part.parse::<i64>().ok()?);
        }
    }
    let single = parts.len() == 1;
    if single && numbers[0].is_none() {
        return None;
    }
    Some(Step::Slice { start: numbers[0], end: numbers[1], step: numbers[2], single })
}

fn is_terminator(c: Option<char>) -> bool {
    c.is_none_or(|c| c.is_whitespace() || matches!(c, '.' | ',' | '[' | ']' | '$' | '@' | '{' | '}'))
}
