//! From text to tokens.
//!
//! Models: github.com/google/cel-go/parser/gen/CEL.g4, parser/unescape.go, v0.26 as v1.36 has it.
//! Simplified: nothing.

use super::source::Issue;

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    Identifier(String),
    /// An identifier in backquotes, which may only be a field.
    Quoted(String),
    Int(String),
    Uint(String),
    Float(String),
    Text(String),
    Bytes(Vec<u8>),
    Symbol(&'static str),
    End,
}

/// A token with the characters that it covers.
#[derive(Clone, Debug)]
pub(super) struct Placed {
    pub token: Token,
    pub at: usize,
    pub text: String,
}

const SYMBOLS: &[&str] = &[
    "==", "!=", "<=", ">=", "&&", "||", "<", ">", "[", "]", "{", "}", "(", ")", ".", ",", "-", "!", "?", ":", "+", "*", "/", "%",
];

/// The tokens of a text, and what in it is none, which the reader passes over.
pub(super) fn tokens(text: &str) -> (Vec<Placed>, Vec<Issue>) {
    let mut lexer = Lexer { chars: text.chars().collect(), at: 0 };
    let (mut tokens, mut issues) = (Vec::new(), Vec::new());
    loop {
        lexer.skip_blank();
        let start = lexer.at;
        match lexer.next() {
            Ok(token) => {
                let end = token == Token::End;
                let text = if end { "<EOF>".to_owned() } else { lexer.chars[start..lexer.at].iter().collect() };
                tokens.push(Placed { token, at: start, text });
                if end {
                    break;
                }
            }
            Err(message) => {
                issues.push(Issue::new(start, message));
                lexer.at = lexer.at.max(start + 1);
            }
        }
    }
    (tokens, issues)
}

struct Lexer {
    chars: Vec<char>,
    at: usize,
}

impl Lexer {
    fn peek(&self, ahead: usize) -> Option<char> {
        self.chars.get(self.at + ahead).copied()
    }

    fn skip_blank(&mut self) {
        loop {
            match self.peek(0) {
                Some(' ' | '\t' | '\r' | '\n' | '\u{c}') => self.at += 1,
                Some('/') if self.peek(1) == Some('/') => {
                    while self.peek(0).is_some_and(|c| c != '\n') {
                        self.at += 1;
                    }
                }
                _ => break,
            }
        }
    }

    fn next(&mut self) -> Result<Token, String> {
        let Some(first) = self.peek(0) else { return Ok(Token::End) };
        if let Some(token) = self.literal()? {
            return Ok(token);
        }
        if first.is_ascii_alphabetic() || first == '_' {
            let word = self.take_while(|c| c.is_ascii_alphanumeric() || c == '_');
            return Ok(if word == "in" { Token::Symbol("in") } else { Token::Identifier(word) });
        }
        if first.is_ascii_digit() || first == '.' && self.peek(1).is_some_and(|c| c.is_ascii_digit()) {
            return Ok(self.number());
        }
        if first == '`' {
            let rest: String = self.chars[self.at + 1..].iter().take_while(|c| **c != '`').collect();
            let good = !rest.is_empty() && rest.chars().all(|c| c.is_ascii_alphanumeric() || "_./- ".contains(c));
            if good && self.chars.get(self.at + 1 + rest.chars().count()) == Some(&'`') {
                self.at += rest.chars().count() + 2;
                return Ok(Token::Quoted(rest));
            }
        }
        let symbol = SYMBOLS.iter().find(|symbol| symbol.chars().enumerate().all(|(ahead, c)| self.peek(ahead) == Some(c)));
        match symbol {
            Some(symbol) => {
                self.at += symbol.chars().count();
                Ok(Token::Symbol(symbol))
            }
            // What might have become a longer symbol is told, and passed over, with the character that it does not go on with.
            None => {
                let is_begun = SYMBOLS.iter().any(|symbol| symbol.len() > 1 && symbol.starts_with(first));
                let end = (self.at + 1 + usize::from(is_begun)).min(self.chars.len());
                let shown: String = self.chars[self.at..end].iter().collect();
                self.at = end;
                Err(format!("Syntax error: token recognition error at: '{shown}'"))
            }
        }
    }

    fn take_while(&mut self, wanted: impl Fn(char) -> bool) -> String {
        let start = self.at;
        while self.peek(0).is_some_and(&wanted) {
            self.at += 1;
        }
        self.chars[start..self.at].iter().collect()
    }

    fn number(&mut self) -> Token {
        if self.peek(0) == Some('0') && self.peek(1) == Some('x') && self.peek(2).is_some_and(|c| c.is_ascii_hexdigit()) {
            self.at += 2;
            let digits = format!("0x{}", self.take_while(|c| c.is_ascii_hexdigit()));
            return self.unsigned(digits);
        }
        let mut text = self.take_while(|c| c.is_ascii_digit());
        let mut float = false;
        if self.peek(0) == Some('.') && self.peek(1).is_some_and(|c| c.is_ascii_digit()) {
            self.at += 1;
            float = true;
            text = format!("{text}.{}", self.take_while(|c| c.is_ascii_digit()));
        }
        if matches!(self.peek(0), Some('e' | 'E')) {
            let signed = usize::from(matches!(self.peek(1), Some('+' | '-')));
            if self.peek(1 + signed).is_some_and(|c| c.is_ascii_digit()) {
                let exponent: String = self.chars[self.at..=self.at + signed].iter().collect();
                self.at += 1 + signed;
                float = true;
                text = format!("{text}{exponent}{}", self.take_while(|c| c.is_ascii_digit()));
            }
        }
        if float { Token::Float(text) } else { self.unsigned(text) }
    }

    fn unsigned(&mut self, digits: String) -> Token {
        if matches!(self.peek(0), Some('u' | 'U')) {
            self.at += 1;
            Token::Uint(digits)
        } else {
            Token::Int(digits)
        }
    }

    /// A text or bytes, with their prefixes `r` and `b`.
    fn literal(&mut self) -> Result<Option<Token>, String> {
        let (mut raw, mut bytes, mut ahead) = (false, false, 0);
        while let Some(c @ ('r' | 'R' | 'b' | 'B')) = self.peek(ahead) {
            let is_raw = matches!(c, 'r' | 'R');
            if ahead > 1 || is_raw && raw || !is_raw && (bytes || raw) {
                return Ok(None);
            }
            (raw, bytes, ahead) = (raw || is_raw, bytes || !is_raw, ahead + 1);
        }
        let Some(quote @ ('"' | '\'')) = self.peek(ahead) else { return Ok(None) };
        let triple = self.peek(ahead + 1) == Some(quote) && self.peek(ahead + 2) == Some(quote);
        let start = self.at;
        self.at += ahead + if triple { 3 } else { 1 };
        let mut inner = String::new();
        loop {
            match self.peek(0) {
                None => break,
                Some('\n' | '\r') if !triple => break,
                Some('\\') if !raw => {
                    inner.push('\\');
                    inner.extend(self.peek(1));
                    self.at += 2;
                }
                Some(c) if c == quote && (!triple || self.peek(1) == Some(quote) && self.peek(2) == Some(quote)) => {
                    self.at += if triple { 3 } else { 1 };
                    let value = if raw { Ok(inner.clone().into_bytes()) } else { unescape(&inner, bytes) };
                    return match (value, bytes) {
                        (Ok(value), true) => Ok(Some(Token::Bytes(value))),
                        (Ok(value), false) => Ok(Some(Token::Text(String::from_utf8_lossy(&value).into_owned()))),
                        (Err(why), _) => Err(why),
                    };
                }
                Some(c) => {
                    inner.push(c);
                    self.at += 1;
                }
            }
        }
        let shown: String = self.chars[start..self.at.min(self.chars.len())].iter().collect();
        self.at = self.at.min(self.chars.len());
        Err(format!("Syntax error: token recognition error at: '{shown}'"))
    }
}

fn unescape(text: &str, bytes: bool) -> Result<Vec<u8>, String> {
    let bad = || "unable to unescape string".to_owned();
    let mut out = Vec::new();
    let mut chars = text.chars();
    let mut buffer = [0; 4];
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.extend(c.encode_utf8(&mut buffer).bytes());
            continue;
        }
        let escape = chars.next().ok_or_else(bad)?;
        let simple = match escape {
            'a' => 7, 'b' => 8, 'f' => 12, 'n' => 10, 'r' => 13, 't' => 9, 'v' => 11,
            '\\' | '\'' | '"' | '`' | '?' => escape as u8,
            _ => 0,
        };
        if simple != 0 {
            out.push(simple);
            continue;
        }
        let (digits, radix, first) = match escape {
            'x' | 'X' => (2, 16, None),
            'u' if !bytes => (4, 16, None),
            'U' if !bytes => (8, 16, None),
            '0'..='3' => (2, 8, Some(escape)),
            _ => return Err(bad()),
        };
        let number: String = first.into_iter().chain(chars.by_ref().take(digits)).collect();
        let code = u32::from_str_radix(&number, radix).ok().filter(|_| number.chars().count() >= digits).ok_or_else(bad)?;
        if bytes {
            out.push(u8::try_from(code).map_err(|_| bad())?);
        } else {
            out.extend(char::from_u32(code).ok_or_else(bad)?.encode_utf8(&mut buffer).bytes());
        }
    }
    Ok(out)
}
