//! JavaScript's tokens.

use std::sync::Arc;

/// A place in the source: both count from 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pos {
    pub line: u32,
    pub column: u32,
}

/// What is wrong with the source, as V8 words it for Node 22; `length` is what the carets underline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    pub message: String,
    pub at: Pos,
    pub length: usize,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// A name or a keyword.
    Word(Arc<str>),
    Number(f64),
    Text(Arc<str>),
    /// The texts of a template and the tokens of what stands between them.
    Template(Vec<Arc<str>>, Vec<Vec<Token>>),
    Regex(Arc<str>, Arc<str>),
    Sign(&'static str),
    End,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Token {
    pub kind: Kind,
    pub at: Pos,
    pub length: usize,
    /// Stands on a line after the token before it.
    pub after_newline: bool,
}

/// Longer ones first.
const SIGNS: [&str; 58] = [
    ">>>=", "...", "===", "!==", "**=", "<<=", ">>=", ">>>", "&&=", "||=", "??=", "=>", "==", "!=", "<=", ">=", "&&", "||", "??", "?.", "++",
    "--", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "<<", ">>", "**", "{", "}", "(", ")", "[", "]", ";", ",", "<", ">", "+", "-", "*",
    "/", "%", "&", "|", "^", "!", "~", "?", ":", "=", ".", "@",
];

/// After these words an operand follows, so a slash begins a regular expression.
const BEFORE_OPERAND: [&str; 14] =
    ["return", "typeof", "case", "in", "of", "delete", "void", "throw", "new", "instanceof", "else", "do", "await", "yield"];

struct Lexer<'a> {
    chars: &'a [char],
    next: usize,
    line: u32,
    column: u32,
    tokens: Vec<Token>,
    depth: u32,
}

/// The tokens of a source text; the last one is the end.
pub fn tokens(source: &str) -> Result<Vec<Token>, SyntaxError> {
    let chars: Vec<char> = source.chars().collect();
    let mut lexer = Lexer { chars: &chars, next: 0, line: 1, column: 1, tokens: Vec::new(), depth: 0 };
    if source.starts_with("#!") {
        while lexer.peek(0).is_some_and(|c| c != '\n') {
            lexer.advance();
        }
    }
    lexer.run(false)?;
    Ok(lexer.tokens)
}

impl Lexer<'_> {
    fn peek(&self, ahead: usize) -> Option<char> {
        self.chars.get(self.next + ahead).copied()
    }

    fn advance(&mut self) -> Option<char> {
        let c = self.peek(0)?;
        self.next += 1;
        if c == '\n' {
            (self.line, self.column) = (self.line + 1, 1);
        } else {
            self.column += 1;
        }
        Some(c)
    }

    fn at(&self) -> Pos {
        Pos { line: self.line, column: self.column }
    }

    fn error<T>(&self, message: &str, at: Pos, length: usize) -> Result<T, SyntaxError> {
        Err(SyntaxError { message: message.to_owned(), at, length })
    }

    /// Reads until the end, or in a template until the brace that closes its expression.
    fn run(&mut self, in_template: bool) -> Result<(), SyntaxError> {
        let mut braces = 0;
        let mut after_newline = false;
        loop {
            after_newline |= self.skip_blanks()?;
            let (at, start) = (self.at(), self.next);
            let Some(c) = self.peek(0) else {
                self.tokens.push(Token { kind: Kind::End, at, length: 1, after_newline });
                return Ok(());
            };
            let kind = match c {
                'a'..='z' | 'A'..='Z' | '_' | '$' => self.word(),
                c if c.is_alphabetic() => self.word(),
                '0'..='9' => self.number(at)?,
                '.' if self.peek(1).is_some_and(|c| c.is_ascii_digit()) => self.number(at)?,
                '"' | '\'' => self.text(c, at)?,
                '`' => self.template(at)?,
                '/' if self.operand_follows() => self.regex(at)?,
                _ => match SIGNS.iter().find(|sign| sign.chars().enumerate().all(|(index, c)| self.peek(index) == Some(c))) {
                    // `a?.5:b` is no optional chain.
                    Some(sign) => {
                        let sign = if *sign == "?." && self.peek(2).is_some_and(|c| c.is_ascii_digit()) { "?" } else { sign };
                        sign.chars().for_each(|_| {
                            self.advance();
                        });
                        Kind::Sign(sign)
                    }
                    None => return self.error("Invalid or unexpected token", at, 1),
                },
            };
            match &kind {
                Kind::Sign("{") => braces += 1,
                Kind::Sign("}") if in_template && braces == 0 => {
                    self.tokens.push(Token { kind: Kind::End, at, length: 1, after_newline });
                    return Ok(());
                }
                Kind::Sign("}") => braces -= 1,
                _ => {}
            }
            self.tokens.push(Token { kind, at, length: self.next - start, after_newline });
            after_newline = false;
        }
    }

    /// Blanks and comments; whether a line ended among them.
    fn skip_blanks(&mut self) -> Result<bool, SyntaxError> {
        let mut newline = false;
        loop {
            match (self.peek(0), self.peek(1)) {
                (Some('\n'), _) => newline = true,
                (Some(c), _) if c.is_whitespace() || c == '\u{feff}' => {}
                (Some('/'), Some('/')) => {
                    while self.peek(0).is_some_and(|c| c != '\n') {
                        self.advance();
                    }
                    continue;
                }
                (Some('/'), Some('*')) => {
                    let at = self.at();
                    while !(self.peek(0) == Some('*') && self.peek(1) == Some('/')) {
                        match self.advance() {
                            Some('\n') => newline = true,
                            Some(_) => {}
                            None => return self.error("Invalid or unexpected token", at, 1),
                        }
                    }
                    self.advance();
                }
                _ => return Ok(newline),
            }
            self.advance();
        }
    }

    fn operand_follows(&self) -> bool {
        match self.tokens.last().map(|token| &token.kind) {
            None => true,
            Some(Kind::Word(word)) => BEFORE_OPERAND.contains(&word.as_ref()),
            Some(Kind::Sign(sign)) => !matches!(*sign, ")" | "]" | "}"),
            Some(_) => false,
        }
    }

    fn word(&mut self) -> Kind {
        let start = self.next;
        while self.peek(0).is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '$') {
            self.advance();
        }
        Kind::Word(self.chars[start..self.next].iter().collect::<String>().into())
    }

    fn number(&mut self, at: Pos) -> Result<Kind, SyntaxError> {
        let start = self.next;
        let radix = match (self.peek(0), self.peek(1).map(|c| c.to_ascii_lowercase())) {
            (Some('0'), Some('x')) => 16,
            (Some('0'), Some('o')) => 8,
            (Some('0'), Some('b')) => 2,
            _ => 10,
        };
        if radix != 10 {
            self.advance();
            self.advance();
            let mut value = 0.0;
            while let Some(digit) = self.peek(0).and_then(|c| c.to_digit(radix)) {
                value = value * f64::from(radix) + f64::from(digit);
                self.advance();
            }
            return Ok(Kind::Number(value));
        }
        while let Some(c) = self.peek(0) {
            let sign_of_exponent = matches!(c, '+' | '-') && matches!(self.chars[self.next - 1], 'e' | 'E') && self.next > start;
            if !(c.is_ascii_digit() || matches!(c, '.' | 'e' | 'E' | '_') || sign_of_exponent) {
                break;
            }
            self.advance();
        }
        let text: String = self.chars[start..self.next].iter().filter(|c| **c != '_').collect();
        let begins_word = self.peek(0).is_some_and(|c| c.is_alphabetic() || c == '_' || c == '$');
        match text.trim_end_matches('.').parse() {
            Ok(value) if !begins_word => Ok(Kind::Number(value)),
            _ => self.error("Invalid or unexpected token", at, self.next - start),
        }
    }

    fn text(&mut self, quote: char, at: Pos) -> Result<Kind, SyntaxError> {
        let start = self.next;
        self.advance();
        let mut text = String::new();
        loop {
            match self.advance() {
                Some(c) if c == quote => return Ok(Kind::Text(text.into())),
                Some('\\') => self.escape(&mut text, at)?,
                Some('\n') | None => return self.error("Invalid or unexpected token", at, (self.next - start).saturating_sub(1).max(1)),
                Some(c) => text.push(c),
            }
        }
    }

    fn escape(&mut self, text: &mut String, at: Pos) -> Result<(), SyntaxError> {
        let Some(c) = self.advance() else { return self.error("Invalid or unexpected token", at, 1) };
        text.push(match c {
            'n' => '\n',
            't' => '\t',
            'r' => '\r',
            'b' => '\u{8}',
            'f' => '\u{c}',
            'v' => '\u{b}',
            '0' => '\0',
            '\n' => return Ok(()),
            'x' => self.code(2, at, "Invalid hexadecimal escape sequence")?,
            'u' if self.peek(0) == Some('{') => {
                self.advance();
                let start = self.next;
                while self.peek(0).is_some_and(|c| c.is_ascii_hexdigit()) {
                    self.advance();
                }
                let digits: String = self.chars[start..self.next].iter().collect();
                self.advance();
                let code = u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32);
                match code {
                    Some(c) => c,
                    None => return self.error("Invalid Unicode escape sequence", at, 1),
                }
            }
            'u' => self.code(4, at, "Invalid Unicode escape sequence")?,
            c => c,
        });
        Ok(())
    }

    fn code(&mut self, digits: usize, at: Pos, message: &str) -> Result<char, SyntaxError> {
        let text: String = (0..digits).filter_map(|_| self.advance()).collect();
        match u32::from_str_radix(&text, 16) {
            // Half of a pair stands for a character that Rust's strings cannot hold alone.
            Ok(code) => Ok(char::from_u32(code).unwrap_or('\u{fffd}')),
            Err(_) => self.error(message, at, 1),
        }
    }

    fn template(&mut self, at: Pos) -> Result<Kind, SyntaxError> {
        self.advance();
        let (mut texts, mut inner, mut text) = (Vec::new(), Vec::new(), String::new());
        loop {
            match self.advance() {
                Some('`') => {
                    texts.push(text.into());
                    return Ok(Kind::Template(texts, inner));
                }
                Some('\\') => self.escape(&mut text, at)?,
                Some('$') if self.peek(0) == Some('{') => {
                    self.advance();
                    texts.push(std::mem::take(&mut text).into());
                    let outer = std::mem::take(&mut self.tokens);
                    self.depth += 1;
                    if self.depth > 20 {
                        return self.error("podarium: not simulated: templates that deep", at, 1);
                    }
                    let read = self.run(true);
                    self.depth -= 1;
                    inner.push(std::mem::replace(&mut self.tokens, outer));
                    read?;
                }
                Some(c) => text.push(c),
                None => return self.error("Unterminated template literal", at, 1),
            }
        }
    }

    fn regex(&mut self, at: Pos) -> Result<Kind, SyntaxError> {
        self.advance();
        let (mut pattern, mut in_class) = (String::new(), false);
        loop {
            match self.advance() {
                Some('/') if !in_class => break,
                Some('\\') => {
                    pattern.push('\\');
                    pattern.extend(self.advance());
                }
                Some('\n') | None => return self.error("Invalid regular expression: missing /", at, 1),
                Some(c) => {
                    in_class = c == '[' || in_class && c != ']';
                    pattern.push(c);
                }
            }
        }
        let Kind::Word(flags) = self.word() else { return self.error("Invalid regular expression flags", at, 1) };
        Ok(Kind::Regex(pattern.into(), flags))
    }
}
