//! Reading commands from text, and saying what is wrong with it in bash's words.

use brush_parser::{ParseError, Parser, ParserOptions, TokenizerError};

use super::code::{Code, Lowering};

pub(super) enum Parsed {
    Code(Code),
    /// The text stops in the middle of a command: there must be another line.
    Incomplete,
    Error(SyntaxError),
}

/// What is wrong, and in which line of the text (from 1).
pub(super) struct SyntaxError {
    pub line: usize,
    pub message: String,
    /// Whether bash shows the line as well.
    pub shows_line: bool,
}

/// Parses a text that may be the beginning of a longer one; `is_all` says that nothing follows.
pub(super) fn parse(text: &str, is_all: bool, lowering: &Lowering<'_>) -> Parsed {
    if !is_all && ends_in_continuation(text) {
        return Parsed::Incomplete;
    }
    if has_huge_descriptor(text) {
        let message = "not simulated: a descriptor of so many digits".to_owned();
        return Parsed::Error(SyntaxError { line: 1, message, shows_line: false });
    }
    let read = || Parser::new(std::io::Cursor::new(text.as_bytes()), &ParserOptions::default()).parse_program();
    let read = match text.contains("<<") {
        false => read(),
        // The library panics on `$(cat <<EOF` and `${x:-<<EOF` when the bracket closes before the document does. It works on nothing
        // but its own copy of the text, so nothing is left half changed.
        true => match std::panic::catch_unwind(read) {
            Ok(read) => read,
            Err(_) if !is_all => return Parsed::Incomplete,
            Err(_) => return Parsed::Error(SyntaxError::end_of_file(text)),
        },
    };
    match read {
        Ok(program) => Parsed::Code(lowering.program(&program)),
        Err(error) if !is_all && is_incomplete(&error) => Parsed::Incomplete,
        Err(ParseError::Tokenizing { inner: TokenizerError::UnterminatedHereDocuments(tags, _), .. }) => {
            // Bash takes what there is for the document, after a warning that scripts rarely show.
            let tag = tags.split(',').next().unwrap_or_default().trim().trim_matches(['"', '\'']).to_owned();
            match text.ends_with(&format!("\n{tag}\n")) {
                true => Parsed::Error(SyntaxError::end_of_file(text)),
                false => parse(&format!("{text}\n{tag}\n"), is_all, lowering),
            }
        }
        Err(error) => Parsed::Error(describe(text, &error)),
    }
}

/// `99999999999>f`: the library expects descriptors to fit its numbers.
fn has_huge_descriptor(text: &str) -> bool {
    let mut digits = 0;
    text.bytes().any(|byte| {
        let huge = digits > 9 && matches!(byte, b'<' | b'>');
        digits = if byte.is_ascii_digit() { digits + 1 } else { 0 };
        huge
    })
}

/// A backslash at the end of the last line, not itself escaped and not in a comment.
fn ends_in_continuation(text: &str) -> bool {
    let text = text.strip_suffix('\n').unwrap_or(text);
    let backslashes = text.len() - text.trim_end_matches('\\').len();
    backslashes % 2 == 1 && !text.lines().last().is_some_and(|line| line.trim_start().starts_with('#'))
}

fn is_incomplete(error: &ParseError) -> bool {
    match error {
        ParseError::ParsingAtEndOfInput => true,
        ParseError::ParsingNear(_) => false,
        ParseError::Tokenizing { inner, .. } => inner.is_incomplete(),
    }
}

impl SyntaxError {
    fn end_of_file(text: &str) -> Self {
        let line = text.lines().count() + 1;
        SyntaxError { line, message: "syntax error: unexpected end of file".to_owned(), shows_line: false }
    }
}

fn describe(text: &str, error: &ParseError) -> SyntaxError {
    match error {
        ParseError::ParsingAtEndOfInput => SyntaxError::end_of_file(text),
        ParseError::ParsingNear(position) => {
            let token = token_at(text, position.line, position.column);
            let message = format!("syntax error near unexpected token `{token}'");
            SyntaxError { line: position.line, message, shows_line: true }
        }
        ParseError::Tokenizing { inner, position } => {
            let (line, quote) = match inner {
                TokenizerError::UnterminatedSingleQuote(at) | TokenizerError::UnterminatedAnsiCQuote(at) => {
                    (at.line, "'")
                }
                TokenizerError::UnterminatedDoubleQuote(at) => (at.line, "\""),
                TokenizerError::UnterminatedBackquote(at) => (at.line, "`"),
                TokenizerError::UnterminatedVariable => (1, "}"),
                TokenizerError::UnterminatedCommandSubstitution | TokenizerError::UnterminatedExpansion => (1, ")"),
                other => {
                    let line = position.as_ref().map_or(1, |position| position.line);
                    return SyntaxError { line, message: format!("syntax error: {other}"), shows_line: false };
                }
            };
            let message = format!("unexpected EOF while looking for matching `{quote}'");
            SyntaxError { line, message, shows_line: false }
        }
    }
}

/// The operator or word at a place; the end of a line is called `newline`.
fn token_at(text: &str, line: usize, column: usize) -> String {
    const OPERATORS: [&str; 14] = [";;", "&&", "||", "<<", ">>", "<&", ">&", "(", ")", ";", "&", "|", "<", ">"];
    let line = text.lines().nth(line.saturating_sub(1)).unwrap_or_default();
    let rest: String = line.chars().skip(column.saturating_sub(1)).collect();
    let rest = rest.trim_start();
    if rest.is_empty() {
        return "newline".to_owned();
    }
    match OPERATORS.iter().find(|operator| rest.starts_with(**operator)) {
        Some(operator) => (*operator).to_owned(),
        None => rest.split([' ', '\t', ';', '&', '|', '<', '>', '(', ')']).next().unwrap_or(rest).to_owned(),
    }
}
