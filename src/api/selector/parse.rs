//! The text form of label selectors: a lexer and a parser with Kubernetes' error texts.
//!
//! Models: staging/src/k8s.io/apimachinery/pkg/labels/selector.go (Lexer, Parser), v1.36.
//! Simplified: nothing.

use std::collections::BTreeSet;

use super::label::{Operator, Requirement, SelectorError};
use crate::name_rules;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token {
    End,
    Identifier,
    In,
    NotIn,
    Equals,
    DoubleEquals,
    NotEquals,
    GreaterThan,
    LessThan,
    Not,
    Open,
    Close,
    Comma,
    Error,
}

fn symbol(text: &str) -> Option<Token> {
    Some(match text {
        ")" => Token::Close,
        "(" => Token::Open,
        "," => Token::Comma,
        "!" => Token::Not,
        "==" => Token::DoubleEquals,
        "=" => Token::Equals,
        "!=" => Token::NotEquals,
        ">" => Token::GreaterThan,
        "<" => Token::LessThan,
        _ => return None,
    })
}

/// Splits the text. Symbols are read as long as they make a token: `!=(` is `!=` and `(`.
fn lex(text: &str) -> Vec<(Token, String)> {
    let is_symbol = |c: char| "=!(),><".contains(c);
    let is_space = |c: char| matches!(c, ' ' | '\t' | '\r' | '\n');
    let mut tokens = Vec::new();
    let mut rest = text.trim_start_matches(is_space);
    while let Some(first) = rest.chars().next() {
        let length = if is_symbol(first) {
            let run = rest.find(|c| !is_symbol(c)).unwrap_or(rest.len());
            (1..=run.min(2)).rev().find(|&length| symbol(&rest[..length]).is_some()).unwrap_or(run)
        } else {
            rest.find(|c| is_symbol(c) || is_space(c)).unwrap_or(rest.len())
        };
        let (literal, after) = rest.split_at(length);
        let token = match literal {
            "in" => Token::In,
            "notin" => Token::NotIn,
            _ if is_symbol(first) => symbol(literal).unwrap_or(Token::Error),
            _ => Token::Identifier,
        };
        tokens.push((token, literal.to_owned()));
        rest = after.trim_start_matches(is_space);
    }
    tokens
}

struct Parser {
    tokens: std::iter::Peekable<std::vec::IntoIter<(Token, String)>>,
}

fn error<T>(text: String) -> Result<T, SelectorError> {
    Err(SelectorError(text))
}

impl Parser {
    /// The next token where a name or a value may stand: there, `in` and `notin` are plain words.
    fn peek(&mut self) -> (Token, String) {
        let (token, literal) = self.tokens.peek().cloned().unwrap_or((Token::End, String::new()));
        (if matches!(token, Token::In | Token::NotIn) { Token::Identifier } else { token }, literal)
    }

    fn next(&mut self) -> (Token, String) {
        let token = self.peek();
        self.tokens.next();
        token
    }

    fn requirement(&mut self) -> Result<Requirement, SelectorError> {
        let (mut token, mut key) = self.next();
        let negated = token == Token::Not;
        if negated {
            (token, key) = self.next();
        }
        if token != Token::Identifier {
            return error(format!("found '{key}', expected: identifier"));
        }
        let faults = name_rules::label_key(&key);
        if !faults.is_empty() {
            return error(format!("<nil>: Invalid value: {key:?}: {}", faults.join("; ")));
        }
        if negated {
            return Requirement::new(&key, Operator::DoesNotExist, Vec::new());
        }
        if matches!(self.peek().0, Token::End | Token::Comma) {
            return Requirement::new(&key, Operator::Exists, Vec::new());
        }
        let operator = self.operator()?;
        let values = match operator {
            Operator::In | Operator::NotIn => self.values()?,
            _ => BTreeSet::from([self.exact_value()?]),
        };
        Requirement::new(&key, operator, values.into_iter().collect())
    }

    fn operator(&mut self) -> Result<Operator, SelectorError> {
        let (token, literal) = self.tokens.next().unwrap_or((Token::End, String::new()));
        Ok(match token {
            Token::In => Operator::In,
            Token::NotIn => Operator::NotIn,
            Token::Equals => Operator::Equals,
            Token::DoubleEquals => Operator::DoubleEquals,
            Token::NotEquals => Operator::NotEquals,
            Token::GreaterThan => Operator::GreaterThan,
            Token::LessThan => Operator::LessThan,
            _ => return error(format!("found '{literal}', expected: in, notin, =, ==, !=, gt, lt")),
        })
    }

    fn exact_value(&mut self) -> Result<String, SelectorError> {
        if matches!(self.peek().0, Token::End | Token::Comma) {
            return Ok(String::new());
        }
        match self.next() {
            (Token::Identifier, value) => Ok(value),
            (_, literal) => error(format!("found '{literal}', expected: identifier")),
        }
    }

    /// `(a,b)`. Empty places are the empty value: `(,a)` is `""` and `a`.
    fn values(&mut self) -> Result<BTreeSet<String>, SelectorError> {
        let (token, literal) = self.next();
        if token != Token::Open {
            return error(format!("found '{literal}' expected: '('"));
        }
        match self.peek() {
            (Token::Close, _) => {
                self.next();
                return Ok(BTreeSet::from([String::new()]));
            }
            (Token::Identifier | Token::Comma, _) => {}
            (_, literal) => return error(format!("found '{literal}', expected: ',', ')' or identifier")),
        }
        let mut values = BTreeSet::new();
        loop {
            match self.next() {
                (Token::Identifier, value) => {
                    values.insert(value);
                    match self.peek() {
                        (Token::Comma, _) => {}
                        (Token::Close, _) => break,
                        (_, literal) => return error(format!("found '{literal}', expected: ',' or ')'")),
                    }
                }
                (Token::Comma, _) => {
                    if values.is_empty() {
                        values.insert(String::new());
                    }
                    match self.peek().0 {
                        Token::Close => {
                            values.insert(String::new());
                            break;
                        }
                        Token::Comma => {
                            values.insert(String::new());
                        }
                        _ => {}
                    }
                }
                (_, literal) => return error(format!("found '{literal}', expected: ',', or identifier")),
            }
        }
        self.next();
        Ok(values)
    }
}

pub(super) fn parse(text: &str) -> Result<Vec<Requirement>, SelectorError> {
    let mut parser = Parser { tokens: lex(text).into_iter().peekable() };
    let mut requirements = Vec::new();
    loop {
        match parser.peek() {
            (Token::Identifier | Token::Not, _) => {}
            (Token::End, _) => return Ok(requirements),
            (_, literal) => return error(format!("found '{literal}', expected: !, identifier, or 'end of string'")),
        }
        let requirement = parser.requirement();
        requirements.push(requirement.map_err(|cause| SelectorError(format!("unable to parse requirement: {cause}")))?);
        match parser.next() {
            (Token::End, _) => return Ok(requirements),
            (Token::Comma, _) => {
                let (token, literal) = parser.peek();
                if !matches!(token, Token::Identifier | Token::Not) {
                    return error(format!("found '{literal}', expected: identifier after ','"));
                }
            }
            (_, literal) => return error(format!("found '{literal}', expected: ',' or 'end of string'")),
        }
    }
}
