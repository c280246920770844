//! The regular expressions of a schema, compiled once; and the words of Go for one that cannot be read.
//!
//! Models: regexp/syntax of Go, as the API server uses it, v1.36.
//! Simplified: expressions that only one of Go and Rust can read are rare (`\C`, `\Q…\E` in Go; `\x{…}` sizes).

use std::collections::BTreeMap;

use regex::Regex;
use regex_syntax::ast::{Ast, ErrorKind, Span};

use super::{Schema, walk};

/// Compiled patterns by their text; one that cannot be compiled matches nothing.
#[derive(Clone, Debug, Default)]
pub(crate) struct Patterns(BTreeMap<String, Option<Regex>>);

impl Patterns {
    pub fn of(schema: &Schema) -> Self {
        let mut patterns = BTreeMap::new();
        walk::any(schema, &mut |schema| {
            if let Some(pattern) = schema.pattern.as_ref().filter(|pattern| !pattern.is_empty()) {
                patterns.entry(pattern.clone()).or_insert_with(|| Regex::new(pattern).ok());
            }
            false
        });
        Patterns(patterns)
    }

    pub fn matches(&self, pattern: &str, text: &str) -> bool {
        match self.0.get(pattern) {
            Some(compiled) => compiled.as_ref().is_some_and(|regex| regex.is_match(text)),
            None => Regex::new(pattern).is_ok_and(|regex| regex.is_match(text)),
        }
    }
}

/// What Go says of a pattern that it cannot read: "error parsing regexp: missing closing ]: `[a`".
pub fn go_error(pattern: &str) -> Option<String> {
    let told = |what: &str, part: &str| Some(format!("error parsing regexp: {what}: `{part}`"));
    let error = match regex_syntax::ast::parse::Parser::new().parse(pattern) {
        Ok(read) => match (repeated_repetition(&read), Regex::new(pattern)) {
            (Some(span), _) => return told("invalid nested repetition operator", pattern.get(span.start.offset..span.end.offset).unwrap_or_default()),
            (None, Ok(_)) => return None,
            (None, Err(_)) => return told("expression too large", pattern),
        },
        Err(error) => error,
    };
    let span = error.span();
    let part = pattern.get(span.start.offset..span.end.offset).unwrap_or_default();
    let rest = pattern.get(span.start.offset..).unwrap_or_default();
    match error.kind() {
        ErrorKind::ClassUnclosed => told("missing closing ]", rest),
        ErrorKind::ClassRangeInvalid => told("invalid character class range", part),
        ErrorKind::GroupUnclosed => told("missing closing )", pattern),
        ErrorKind::GroupUnopened => told("unexpected )", pattern),
        ErrorKind::RepetitionMissing => told("missing argument to repetition operator", pattern.get(span.start.offset..=span.start.offset).unwrap_or("*")),
        ErrorKind::RepetitionCountInvalid | ErrorKind::RepetitionCountDecimalEmpty | ErrorKind::RepetitionCountUnclosed => {
            told("invalid repeat count", part)
        }
        ErrorKind::EscapeUnexpectedEof => Some("error parsing regexp: trailing backslash at end of expression: ``".to_owned()),
        ErrorKind::UnsupportedLookAround | ErrorKind::FlagUnrecognized | ErrorKind::UnsupportedBackreference => {
            let what = if part.starts_with('\\') { "invalid escape sequence" } else { "invalid or unsupported Perl syntax" };
            told(what, part)
        }
        ErrorKind::UnicodeClassInvalid => told("invalid character class range", part),
        ErrorKind::GroupNameDuplicate { .. } => told("duplicate capture group name", part),
        ErrorKind::GroupNameEmpty | ErrorKind::GroupNameInvalid | ErrorKind::GroupNameUnexpectedEof => {
            told("invalid named capture", pattern.rfind("(?").and_then(|at| pattern.get(at..)).unwrap_or(rest))
        }
        _ => told("invalid escape sequence", part),
    }
}

/// Two operators that repeat, one on the other: `a**`, which Rust reads and Go does not.
fn repeated_repetition(ast: &Ast) -> Option<Span> {
    match ast {
        Ast::Repetition(outer) => match outer.ast.as_ref() {
            Ast::Repetition(inner) => Some(Span::new(inner.op.span.start, outer.op.span.end)),
            other => repeated_repetition(other),
        },
        Ast::Group(group) => repeated_repetition(&group.ast),
        Ast::Alternation(all) => all.asts.iter().find_map(repeated_repetition),
        Ast::Concat(all) => all.asts.iter().find_map(repeated_repetition),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn broken_patterns_are_told_in_the_words_of_go() {
        let cases = [
            ("^[a-z", "error parsing regexp: missing closing ]: `[a-z`"),
            ("(a", "error parsing regexp: missing closing ): `(a`"),
            ("a)", "error parsing regexp: unexpected ): `a)`"),
            ("*a", "error parsing regexp: missing argument to repetition operator: `*`"),
            (r"a\", "error parsing regexp: trailing backslash at end of expression: ``"),
            ("[z-a]", "error parsing regexp: invalid character class range: `z-a`"),
            ("(ba**)", "error parsing regexp: invalid nested repetition operator: `**`"),
            ("(?P<n", "error parsing regexp: invalid named capture: `(?P<n`"),
            ("(?=a)", "error parsing regexp: invalid or unsupported Perl syntax: `(?=`"),
        ];
        for (pattern, text) in cases {
            assert_eq!(go_error(pattern).as_deref(), Some(text), "{pattern}");
        }
        assert_eq!(go_error("^a+$"), None);
    }
}
