//! The words of an awk program.

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    Number(f64),
    Text(String),
    Regex(String),
    Name(String),
    /// A name with a parenthesis right behind it: a function of the program's own.
    Called(String),
    Operator(&'static str),
    Newline,
    End,
}

pub(super) struct Lexer<'a> {
    rest: &'a str,
    pub line: usize,
    /// Whether a slash would divide: something that has a value stands before it.
    after_value: bool,
}

const OPERATORS: &[&str] = &[
    "**=", "&&", "||", "++", "--", "+=", "-=", "*=", "/=", "%=", "^=", "**", "==", "<=", ">=", "!=", "!~", ">>", "{", "}", "(", ")",
    "[", "]", ";", ",", "+", "-", "*", "/", "%", "^", "!", ">", "<", "|", "?", ":", "~", "$", "=",
];

pub(super) fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

impl<'a> Lexer<'a> {
    pub fn new(text: &'a str) -> Self {
        Lexer { rest: text, line: 1, after_value: false }
    }

    pub fn all(mut self) -> Result<Vec<(Token, usize)>, String> {
        let mut tokens = Vec::new();
        loop {
            let token = self.next()?;
            let line = self.line;
            self.after_value = matches!(token, Token::Number(_) | Token::Text(_) | Token::Name(_) | Token::Operator(")" | "]" | "$" | "++" | "--"))
                && !matches!(&token, Token::Name(name) if matches!(name.as_str(), "print" | "printf" | "return" | "in" | "else" | "do" | "getline"));
            let is_end = token == Token::End;
            if token == Token::Newline {
                self.line += 1;
            }
            tokens.push((token, line));
            if is_end {
                return Ok(tokens);
            }
        }
    }

    fn skip_blanks(&mut self) {
        loop {
            self.rest = self.rest.trim_start_matches([' ', '\t', '\r']);
            if let Some(rest) = self.rest.strip_prefix("\\\n") {
                self.rest = rest;
                self.line += 1;
            } else if self.rest.starts_with('#') {
                self.rest = &self.rest[self.rest.find('\n').unwrap_or(self.rest.len())..];
            } else {
                return;
            }
        }
    }

    fn next(&mut self) -> Result<Token, String> {
        self.skip_blanks();
        let Some(c) = self.rest.chars().next() else { return Ok(Token::End) };
        if c == '\n' {
            self.rest = &self.rest[1..];
            return Ok(Token::Newline);
        }
        if c.is_ascii_digit() || c == '.' && self.rest[1..].starts_with(|c: char| c.is_ascii_digit()) {
            let length = super::value::number_prefix(self.rest);
            let (number, rest) = self.rest.split_at(length);
            self.rest = rest;
            return Ok(Token::Number(number.parse().unwrap_or(0.0)));
        }
        if c.is_ascii_alphabetic() || c == '_' {
            let end = self.rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(self.rest.len());
            let (name, rest) = self.rest.split_at(end);
            self.rest = rest;
            let called = rest.starts_with('(') && !super::parser::is_keyword(name) && !super::syntax::BUILTINS.contains(&name);
            return Ok(if called { Token::Called(name.to_owned()) } else { Token::Name(name.to_owned()) });
        }
        if c == '"' {
            return self.text();
        }
        if c == '/' && !self.after_value {
            return self.regex();
        }
        match OPERATORS.iter().find(|operator| self.rest.starts_with(**operator)) {
            Some(operator) => {
                self.rest = &self.rest[operator.len()..];
                Ok(Token::Operator(if *operator == "**" { "^" } else if *operator == "**=" { "^=" } else { operator }))
            }
            None => Err(format!("line {}: syntax error at or near {c}", self.line)),
        }
    }

    fn text(&mut self) -> Result<Token, String> {
        let mut escaped = false;
        for (at, c) in self.rest.char_indices().skip(1) {
            match c {
                '"' if !escaped => {
                    let text = unescape(&self.rest[1..at]);
                    self.rest = &self.rest[at + 1..];
                    return Ok(Token::Text(text));
                }
                '\n' => break,
                _ => escaped = c == '\\' && !escaped,
            }
        }
        let shown: String = self.rest.chars().take(10).collect();
        Err(format!("line {}: runaway string constant {shown} ...", self.line))
    }

    fn regex(&mut self) -> Result<Token, String> {
        let (mut escaped, mut bracket) = (false, false);
        for (at, c) in self.rest.char_indices().skip(1) {
            match c {
                '/' if !escaped && !bracket => {
                    let text = self.rest[1..at].replace("\\/", "/");
                    self.rest = &self.rest[at + 1..];
                    return Ok(Token::Regex(text));
                }
                '[' if !escaped => bracket = true,
                ']' => bracket = false,
                '\n' => break,
                _ => {}
            }
            escaped = c == '\\' && !escaped;
        }
        let shown: String = self.rest.chars().take(10).collect();
        Err(format!("line {}: runaway regular expression {shown} ...", self.line))
    }
}

/// `\n`, `\t`, `\"`, `\\`, `\/`, `\052`
pub(super) fn unescape(text: &str) -> String {
    let mut out = String::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match chars.next() {
            Some('n') => out.push('\n'),
            Some('t') => out.push('\t'),
            Some('r') => out.push('\r'),
            Some('a') => out.push('\u{7}'),
            Some('b') => out.push('\u{8}'),
            Some('f') => out.push('\u{c}'),
            Some('v') => out.push('\u{b}'),
            Some(c @ ('"' | '\\' | '/')) => out.push(c),
            Some('\n') => {}
            Some(c) if c.is_digit(8) => {
                let mut value = c.to_digit(8).unwrap_or(0);
                for _ in 0..2 {
                    match chars.peek().and_then(|c| c.to_digit(8)) {
                        Some(digit) => {
                            value = value * 8 + digit;
                            chars.next();
                        }
                        None => break,
                    }
                }
                out.extend(char::from_u32(value));
            }
            Some(other) => out.extend(['\\', other]),
            None => out.push('\\'),
        }
    }
    out
}
