//! Pieces of a template: text, and the words of its actions.
//!
//! Models: text/template/parse/lex.go, Go 1.26.
//! Simplified: the delimiters are always `{{` and `}}`; there are no complex numbers.

#[derive(Clone, Debug, PartialEq)]
pub enum Token {
    Text(String),
    Open,
    Close,
    /// `.`
    Dot,
    /// `.name`
    Field(String),
    /// `$`, `$name`
    Variable(String),
    Word(String),
    /// What stands in the source, quotes and all, and what it means.
    Quoted(String, String),
    Number(String),
    Letter(String, i64),
    Pipe,
    Comma,
    LeftParen,
    RightParen,
    Declare,
    Assign,
    /// Blanks, which part arguments from each other.
    Space,
}

impl Token {
    /// How errors show it.
    pub fn shown(&self) -> String {
        match self {
            Token::Text(text) => format!("{text:?}"),
            Token::Open => "{{".to_owned(),
            Token::Close => "\"}}\"".to_owned(),
            Token::Dot => "<.>".to_owned(),
            Token::Field(name) => format!("<.{name}>"),
            Token::Variable(name) => format!("{name:?}"),
            Token::Word(name) => format!("{name:?}"),
            Token::Quoted(source, _) => format!("{source:?}"),
            Token::Number(text) => format!("{text:?}"),
            Token::Letter(source, _) => format!("{source:?}"),
            Token::Pipe => "\"|\"".to_owned(),
            Token::Comma => "\",\"".to_owned(),
            Token::LeftParen => "\"(\"".to_owned(),
            Token::RightParen => "\")\"".to_owned(),
            Token::Declare => "\":=\"".to_owned(),
            Token::Assign => "\"=\"".to_owned(),
            Token::Space => "\" \"".to_owned(),
        }
    }
}

/// Tokens with their places; the error has its place too.
pub fn lex(source: &str) -> Result<Vec<(usize, Token)>, (usize, String)> {
    let (mut tokens, mut at, mut trim_next) = (Vec::new(), 0, false);
    while at < source.len() {
        let open = source[at..].find("{{").map(|found| at + found);
        let mut text = &source[at..open.unwrap_or(source.len())];
        let start = at;
        let mut offset = 0;
        if trim_next {
            let trimmed = text.trim_start_matches([' ', '\t', '\r', '\n']);
            offset = text.len() - trimmed.len();
            text = trimmed;
        }
        let Some(open) = open else {
            if !text.is_empty() {
                tokens.push((start + offset, Token::Text(text.to_owned())));
            }
            return Ok(tokens);
        };
        let mut inner = open + 2;
        let rest = &source[inner..];
        if rest.starts_with('-') && rest[1..].starts_with([' ', '\t', '\r', '\n']) {
            text = text.trim_end_matches([' ', '\t', '\r', '\n']);
            inner += 2;
        }
        if !text.is_empty() {
            tokens.push((start + offset, Token::Text(text.to_owned())));
        }
        if source[inner..].starts_with("/*") {
            let Some(end) = source[inner..].find("*/").map(|found| inner + found + 2) else { return Err((open, "unclosed comment".to_owned())) };
            let after = &source[end..];
            (at, trim_next) = match () {
                () if after.starts_with("}}") => (end + 2, false),
                () if after.trim_start_matches([' ', '\t', '\r', '\n']).starts_with("-}}") && after.starts_with([' ', '\t', '\r', '\n']) => (end + after.find("-}}").unwrap_or(0) + 3, true),
                () => return Err((open, "comment ends before closing delimiter".to_owned())),
            };
            continue;
        }
        tokens.push((open, Token::Open));
        (at, trim_next) = action(source, inner, &mut tokens)?;
    }
    Ok(tokens)
}

/// Reads to the end of an action; where that is, and whether the text behind it is trimmed.
fn action(source: &str, mut at: usize, tokens: &mut Vec<(usize, Token)>) -> Result<(usize, bool), (usize, String)> {
    let mut depth = 0usize;
    let is_word = |c: char| c == '_' || c.is_alphanumeric();
    loop {
        let rest = &source[at..];
        let Some(c) = rest.chars().next() else { return Err((at, "unclosed action".to_owned())) };
        let blank = rest.len() - rest.trim_start_matches([' ', '\t', '\r', '\n']).len();
        if blank > 0 {
            let after = &rest[blank..];
            if after.starts_with("-}}") {
                if depth > 0 {
                    return Err((at, "unclosed left paren".to_owned()));
                }
                tokens.push((at + blank, Token::Close));
                return Ok((at + blank + 3, true));
            }
            tokens.push((at, Token::Space));
            at += blank;
            continue;
        }
        if rest.starts_with("}}") {
            if depth > 0 {
                return Err((at, "unclosed left paren".to_owned()));
            }
            tokens.push((at, Token::Close));
            return Ok((at + 2, false));
        }
        let start = at;
        let word = |from: &str| from.len() - from.trim_start_matches(is_word).len();
        let token = match c {
            '=' => Token::Assign,
            ':' if rest.starts_with(":=") => {
                at += 1;
                Token::Declare
            }
            ':' => return Err((at, "expected :=".to_owned())),
            '|' => Token::Pipe,
            ',' => Token::Comma,
            '(' => {
                depth += 1;
                Token::LeftParen
            }
            ')' => {
                if depth == 0 {
                    return Err((at, "unexpected right paren".to_owned()));
                }
                depth -= 1;
                Token::RightParen
            }
            '"' | '`' | '\'' => {
                let (length, value) = quoted(rest, c).map_err(|why| (at, why))?;
                let text = rest[..length].to_owned();
                at += length - 1;
                match c {
                    '\'' if value.chars().count() != 1 => return Err((start, format!("malformed character constant: {text}"))),
                    '\'' => Token::Letter(text, value.chars().next().map_or(0, |c| i64::from(u32::from(c)))),
                    _ => Token::Quoted(text, value),
                }
            }
            '$' => {
                let length = word(&rest[1..]);
                ends(at, &rest[1 + length..])?;
                at += length;
                Token::Variable(rest[..=length].to_owned())
            }
            '.' if rest[1..].starts_with(|c: char| c == '_' || c.is_alphabetic()) => {
                let length = word(&rest[1..]);
                ends(at, &rest[1 + length..])?;
                at += length;
                Token::Field(rest[1..=length].to_owned())
            }
            '.' if !rest[1..].starts_with(|c: char| c.is_ascii_digit()) => Token::Dot,
            c if c.is_ascii_digit() || c == '+' || c == '-' || c == '.' => {
                let mut length = 1;
                let bytes = rest.as_bytes();
                while let Some(next) = bytes.get(length) {
                    let sign = (*next == b'+' || *next == b'-') && matches!(bytes[length - 1], b'e' | b'E');
                    if !(next.is_ascii_alphanumeric() || *next == b'.' || *next == b'_' || sign) {
                        break;
                    }
                    length += 1;
                }
                at += length - 1;
                Token::Number(rest[..length].to_owned())
            }
            c if is_word(c) => {
                let length = word(rest);
                ends(at, &rest[length..])?;
                at += length - c.len_utf8();
                Token::Word(rest[..length].to_owned())
            }
            other => return Err((at, format!("unrecognized character in action: U+{:04X} {other:?}", u32::from(other)))),
        };
        tokens.push((start, token));
        at += if matches!(c, '"' | '`' | '\'' | '$' | '.') || c.is_ascii() { 1 } else { c.len_utf8() };
    }
}

/// Behind a name only certain characters may stand.
fn ends(at: usize, rest: &str) -> Result<(), (usize, String)> {
    match rest.chars().next() {
        Some(other) if !matches!(other, ' ' | '\t' | '\r' | '\n' | '.' | ',' | '|' | ':' | ')' | '(') && !rest.starts_with("}}") => {
            Err((at, format!("bad character U+{:04X} {other:?}", u32::from(other))))
        }
        _ => Ok(()),
    }
}

/// The length of a quoted constant in the source, and what it means.
fn quoted(source: &str, quote: char) -> Result<(usize, String), String> {
    let what = match quote {
        '"' => "unterminated quoted string",
        '`' => "unterminated raw quoted string",
        _ => "unterminated character constant",
    };
    let (mut out, mut chars) = (String::new(), source.char_indices().skip(1));
    while let Some((at, c)) = chars.next() {
        if c == quote {
            return Ok((at + 1, out));
        }
        if c == '\n' && quote != '`' {
            break;
        }
        if c != '\\' || quote == '`' {
            out.push(c);
            continue;
        }
        let Some((_, escaped)) = chars.next() else { break };
        let mut digits = |count: usize, radix: u32| {
            let text: String = chars.by_ref().take(count).map(|(_, c)| c).collect();
            u32::from_str_radix(&text, radix).ok().and_then(char::from_u32).unwrap_or('\u{fffd}')
        };
        out.push(match escaped {
            'n' => '\n',
            't' => '\t',
            'r' => '\r',
            'a' => '\u{7}',
            'b' => '\u{8}',
            'f' => '\u{c}',
            'v' => '\u{b}',
            'x' => digits(2, 16),
            'u' => digits(4, 16),
            'U' => digits(8, 16),
            other => other,
        });
    }
    Err(what.to_owned())
}
