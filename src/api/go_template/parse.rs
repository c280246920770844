//! From pieces to a tree.
//!
//! Models: text/template/parse/parse.go, Go 1.26.
//! Simplified: nothing.

use std::collections::BTreeMap;

use super::lex::{Token, lex};
use super::node::{Branch, Command, Node, Operand, Pipe, Word};

/// A parsed text: its own nodes, and the templates that it defines.
pub struct Parsed {
    pub nodes: Vec<Node>,
    pub defined: BTreeMap<String, Vec<Node>>,
}

struct Parser<'a> {
    name: &'a str,
    source: &'a str,
    tokens: Vec<(usize, Token)>,
    next: usize,
    known: &'a dyn Fn(&str) -> bool,
    variables: Vec<String>,
    ranges: usize,
    defined: BTreeMap<String, Vec<Node>>,
}

type Result<T> = std::result::Result<T, String>;

/// How a list of nodes ended.
enum End {
    Closed,
    Else,
    /// `{{else if …}}`, `{{else with …}}`: the word, which is still to be read.
    ElseThen(&'static str),
    Eof,
}

pub fn parse(name: &str, source: &str, known: &dyn Fn(&str) -> bool) -> Result<Parsed> {
    let line = |at: usize| 1 + source[..at.min(source.len())].matches('\n').count();
    let tokens = lex(source).map_err(|(at, why)| format!("template: {name}:{}: {why}", line(at)))?;
    let mut parser = Parser { name, source, tokens, next: 0, known, variables: vec!["$".to_owned()], ranges: 0, defined: BTreeMap::new() };
    let (nodes, end) = parser.nodes()?;
    match end {
        End::Eof => Ok(Parsed { nodes, defined: parser.defined }),
        End::Closed => parser.fail("unexpected {{end}}"),
        _ => parser.fail("unexpected {{else}}"),
    }
}

impl Parser<'_> {
    fn fail<T>(&self, why: impl AsRef<str>) -> Result<T> {
        let at = self.tokens.get(self.next.saturating_sub(1)).map_or(self.source.len(), |(at, _)| *at);
        Err(format!("template: {}:{}: {}", self.name, 1 + self.source[..at].matches('\n').count(), why.as_ref()))
    }

    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.next).map(|(_, token)| token)
    }

    fn place(&self) -> usize {
        self.tokens.get(self.next).map_or(self.source.len(), |(at, _)| *at)
    }

    fn take(&mut self) -> Option<(usize, Token)> {
        self.next += 1;
        self.tokens.get(self.next - 1).cloned()
    }

    fn skip_space(&mut self) {
        while self.peek() == Some(&Token::Space) {
            self.next += 1;
        }
    }

    fn expect(&mut self, token: &Token, context: &str) -> Result<()> {
        self.skip_space();
        match self.take() {
            Some((_, found)) if found == *token => Ok(()),
            Some((_, found)) => self.fail(format!("unexpected {} in {context}", found.shown())),
            None => self.fail("unexpected EOF"),
        }
    }

    fn nodes(&mut self) -> Result<(Vec<Node>, End)> {
        let mut nodes = Vec::new();
        while let Some((_, token)) = self.take() {
            match token {
                Token::Text(text) => nodes.push(Node::Text(text)),
                _ => {
                    self.skip_space();
                    if let Some(end) = self.action(&mut nodes)? {
                        return Ok((nodes, end));
                    }
                }
            }
        }
        Ok((nodes, End::Eof))
    }

    fn action(&mut self, nodes: &mut Vec<Node>) -> Result<Option<End>> {
        let Some(Token::Word(word)) = self.peek().cloned() else {
            return self.plain_action(nodes);
        };
        match word.as_str() {
            "if" | "with" | "range" => {
                self.next += 1;
                let node = self.control(&word)?;
                nodes.push(node);
            }
            "end" => {
                self.next += 1;
                self.expect(&Token::Close, "end")?;
                return Ok(Some(End::Closed));
            }
            "else" => {
                self.next += 1;
                self.skip_space();
                for then in ["if", "with"] {
                    if self.peek() == Some(&Token::Word(then.to_owned())) {
                        return Ok(Some(End::ElseThen(then)));
                    }
                }
                self.expect(&Token::Close, "else")?;
                return Ok(Some(End::Else));
            }
            "break" | "continue" => {
                self.next += 1;
                self.expect(&Token::Close, &format!("{{{{{word}}}}}"))?;
                if self.ranges == 0 {
                    return self.fail(format!("{{{{{word}}}}} outside {{{{range}}}}"));
                }
                nodes.push(if word == "break" { Node::Break } else { Node::Continue });
            }
            "template" => {
                self.next += 1;
                self.skip_space();
                let place = self.place();
                let name = self.name_of("template clause")?;
                self.skip_space();
                let pipe = if self.peek() == Some(&Token::Close) {
                    self.next += 1;
                    None
                } else {
                    Some(self.pipeline("template clause", &Token::Close)?)
                };
                nodes.push(Node::Template(place, name, pipe));
            }
            "define" | "block" => {
                self.next += 1;
                self.skip_space();
                let place = self.place();
                let name = self.name_of(if word == "define" { "define clause" } else { "block clause" })?;
                let pipe = if word == "block" { Some(self.pipeline("block clause", &Token::Close)?) } else { None };
                if word == "define" {
                    self.expect(&Token::Close, "define clause")?;
                }
                let outer = (std::mem::replace(&mut self.variables, vec!["$".to_owned()]), std::mem::take(&mut self.ranges));
                let (body, end) = self.nodes()?;
                (self.variables, self.ranges) = outer;
                match end {
                    End::Closed => {}
                    End::Eof => return self.fail("unexpected EOF"),
                    _ => return self.fail("unexpected {{else}} in define clause"),
                }
                self.defined.insert(name.clone(), body);
                if word == "block" {
                    nodes.push(Node::Template(place, name, pipe));
                }
            }
            _ => return self.plain_action(nodes),
        }
        Ok(None)
    }

    fn plain_action(&mut self, nodes: &mut Vec<Node>) -> Result<Option<End>> {
        let pipe = self.pipeline("command", &Token::Close)?;
        nodes.push(Node::Action(pipe));
        Ok(None)
    }

    fn name_of(&mut self, context: &str) -> Result<String> {
        match self.take() {
            Some((_, Token::Quoted(_, name))) => Ok(name),
            Some((_, other)) => self.fail(format!("unexpected {} in {context}", other.shown())),
            None => self.fail("unexpected EOF"),
        }
    }

    fn control(&mut self, word: &str) -> Result<Node> {
        let depth = self.variables.len();
        let pipe = self.pipeline(word, &Token::Close)?;
        self.ranges += usize::from(word == "range");
        let (body, end) = self.nodes()?;
        self.ranges -= usize::from(word == "range");
        let otherwise = match end {
            End::Closed => Vec::new(),
            End::Eof => return self.fail("unexpected EOF"),
            End::ElseThen(then) if then == word => {
                // `{{else if}}` is an `if` in the `else` that shares the `end`.
                self.next += 1;
                vec![self.control(then)?]
            }
            End::ElseThen(then) => return self.fail(format!("unexpected <{then}> in else")),
            End::Else => {
                let (otherwise, end) = self.nodes()?;
                match end {
                    End::Closed => otherwise,
                    End::Eof => return self.fail("unexpected EOF"),
                    _ => return self.fail("expected end; found {{else}}"),
                }
            }
        };
        self.variables.truncate(depth);
        let branch = Branch { pipe, body, otherwise };
        Ok(match word {
            "if" => Node::If(branch),
            "with" => Node::With(branch),
            _ => Node::Range(branch),
        })
    }

    fn pipeline(&mut self, context: &str, end: &Token) -> Result<Pipe> {
        self.skip_space();
        let mut pipe = Pipe { at: self.place(), variables: Vec::new(), assigns: false, commands: Vec::new() };
        self.declarations(&mut pipe, context)?;
        loop {
            self.skip_space();
            match self.peek() {
                Some(token) if token == end => {
                    self.next += 1;
                    if pipe.commands.is_empty() {
                        return self.fail(format!("missing value for {context}"));
                    }
                    for command in &pipe.commands[1..] {
                        if let Some(Word { what: Operand::Bool(_) | Operand::Dot | Operand::Nil | Operand::Int(..) | Operand::Float(..) | Operand::Text(..), .. }) = command.words.first() {
                            return self.fail(format!("non executable command in pipeline stage {}", 2));
                        }
                    }
                    return Ok(pipe);
                }
                None => return self.fail("unexpected EOF"),
                Some(_) => {
                    let command = self.command(context)?;
                    pipe.commands.push(command);
                }
            }
        }
    }

    fn declarations(&mut self, pipe: &mut Pipe, context: &str) -> Result<()> {
        let start = self.next;
        let mut names = Vec::new();
        while let Some(Token::Variable(name)) = self.peek().cloned() {
            self.next += 1;
            names.push(name.clone());
            let before = self.next;
            self.skip_space();
            match self.peek() {
                Some(Token::Declare) => {
                    self.next += 1;
                    self.variables.extend(names.clone());
                    pipe.variables = names;
                    return Ok(());
                }
                Some(Token::Assign) => {
                    self.next += 1;
                    for name in &names {
                        if !self.variables.contains(name) {
                            return self.fail(format!("undefined variable {name:?}"));
                        }
                    }
                    (pipe.variables, pipe.assigns) = (names, true);
                    return Ok(());
                }
                Some(Token::Comma) if context == "range" && names.len() < 2 => {
                    self.next += 1;
                    self.skip_space();
                }
                _ => {
                    self.next = before;
                    break;
                }
            }
        }
        self.next = start;
        Ok(())
    }

    fn command(&mut self, context: &str) -> Result<Command> {
        let mut command = Command { at: self.place(), words: Vec::new() };
        loop {
            self.skip_space();
            let Some(token) = self.peek().cloned() else { return self.fail("unexpected EOF") };
            match token {
                Token::Close | Token::RightParen => break,
                Token::Pipe => {
                    self.next += 1;
                    break;
                }
                _ => {
                    let word = self.operand(context)?;
                    command.words.push(word);
                    match self.peek() {
                        Some(Token::Space | Token::Close | Token::RightParen | Token::Pipe) => {}
                        Some(other) => {
                            let shown = other.shown();
                            self.next += 1;
                            return self.fail(format!("unexpected {shown} in operand"));
                        }
                        None => return self.fail("unexpected EOF"),
                    }
                }
            }
        }
        if command.words.is_empty() {
            return self.fail("empty command");
        }
        Ok(command)
    }

    fn operand(&mut self, context: &str) -> Result<Word> {
        let Some((at, token)) = self.take() else { return self.fail("unexpected EOF") };
        let mut word = Word { at, what: Operand::Dot };
        word.what = match token {
            Token::Dot => Operand::Dot,
            Token::Field(name) => Operand::Field(vec![name]),
            Token::Variable(name) => {
                if !self.variables.contains(&name) {
                    return self.fail(format!("undefined variable {name:?}"));
                }
                Operand::Variable(name, Vec::new())
            }
            Token::Quoted(source, value) => Operand::Text(source, value),
            Token::Letter(source, value) => Operand::Int(source, value),
            Token::Number(source) => match number(&source) {
                Some(what) => what,
                None => return self.fail(format!("bad number syntax: {source:?}")),
            },
            Token::Word(name) => match name.as_str() {
                "true" | "false" => Operand::Bool(name == "true"),
                "nil" => Operand::Nil,
                _ if (self.known)(&name) => Operand::Function(name),
                _ => return self.fail(format!("function {name:?} not defined")),
            },
            Token::LeftParen => {
                let pipe = self.pipeline("parenthesized pipeline", &Token::RightParen)?;
                Operand::Pipe(Box::new(pipe))
            }
            other => return self.fail(format!("unexpected {} in {context}", other.shown())),
        };
        if matches!(self.peek(), Some(Token::Field(_))) {
            let chain_at = self.place();
            let mut names = Vec::new();
            while let Some(Token::Field(name)) = self.peek().cloned() {
                self.next += 1;
                names.push(name);
            }
            word = match word.what {
                Operand::Field(first) => Word { at: chain_at, what: Operand::Field([first, names].concat()) },
                Operand::Variable(name, _) => Word { at: chain_at, what: Operand::Variable(name, names) },
                Operand::Bool(_) | Operand::Int(..) | Operand::Float(..) | Operand::Text(..) | Operand::Nil | Operand::Dot => {
                    return self.fail(format!("unexpected . after term {:?}", word.to_string()));
                }
                _ => Word { at: chain_at, what: Operand::Chain(Box::new(word), names) },
            };
        }
        Ok(word)
    }
}

fn number(source: &str) -> Option<Operand> {
    let plain = source.replace('_', "");
    let (sign, digits) = match plain.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, plain.strip_prefix('+').unwrap_or(&plain)),
    };
    let lower = digits.to_lowercase();
    let whole = match lower.get(..2) {
        Some("0x") => i64::from_str_radix(&lower[2..], 16).ok(),
        Some("0o") => i64::from_str_radix(&lower[2..], 8).ok(),
        Some("0b") => i64::from_str_radix(&lower[2..], 2).ok(),
        _ if lower.len() > 1 && lower.starts_with('0') && lower.bytes().all(|byte| byte.is_ascii_digit()) => i64::from_str_radix(&lower, 8).ok(),
        _ => lower.parse::<i64>().ok(),
    };
    if let Some(whole) = whole {
        return Some(Operand::Int(source.to_owned(), sign * whole));
    }
    let float: f64 = lower.parse().ok()?;
    // A float that is whole may stand where an integer has to; Go decides by where it stands.
    Some(Operand::Float(source.to_owned(), sign as f64 * float))
}
