//! The words of a statement.
//!
//! Models: the lexical structure that PostgreSQL and MySQL have in common.
//! Simplified: nested comments, dollar quoting and escapes in strings are not there.

use super::Problem;

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    Word(String),
    Name(String),
    Text(String),
    Number(f64),
    Sign(String),
}

/// Splits a text at its semicolons, outside of quotes.
pub(in crate::images) fn statements(text: &str) -> Vec<String> {
    let (mut all, mut one, mut quote) = (Vec::new(), String::new(), None);
    for c in text.chars() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (None, '\'' | '"' | '`') => quote = Some(c),
            (None, ';') => {
                all.push(std::mem::take(&mut one));
                continue;
            }
            _ => {}
        }
        one.push(c);
    }
    all.push(one);
    all.into_iter().map(|one| one.trim().to_owned()).filter(|one| !one.is_empty()).collect()
}

pub(super) fn tokens(text: &str, quotes_are_names: bool) -> Result<Vec<(Token, usize)>, Problem> {
    let bytes: Vec<(usize, char)> = text.char_indices().collect();
    let mut all = Vec::new();
    let mut at = 0;
    while let Some((start, c)) = bytes.get(at).copied() {
        let rest = || bytes[at..].iter().map(|(_, c)| *c);
        match c {
            c if c.is_whitespace() => at += 1,
            '-' if bytes.get(at + 1).is_some_and(|(_, c)| *c == '-') => at += rest().take_while(|c| *c != '\n').count(),
            '\'' | '"' | '`' => {
                let mut word = String::new();
                let mut next = at + 1;
                loop {
                    match (bytes.get(next).map(|(_, c)| *c), bytes.get(next + 1).map(|(_, c)| *c)) {
                        (None, _) => return Err(Problem::Syntax(text[start..].to_owned(), start)),
                        (Some(found), Some(again)) if found == c && again == c => {
                            word.push(c);
                            next += 2;
                        }
                        (Some(found), _) if found == c => break,
                        (Some(found), _) => {
                            word.push(found);
                            next += 1;
                        }
                    }
                }
                let name = c == '`' || c == '"' && quotes_are_names;
                all.push((if name { Token::Name(word) } else { Token::Text(word) }, start));
                at = next + 1;
            }
            c if c.is_ascii_digit() => {
                let length = rest().take_while(|c| c.is_ascii_digit() || *c == '.').count();
                let number: String = rest().take(length).collect();
                all.push((Token::Number(number.parse().unwrap_or(0.0)), start));
                at += length;
            }
            c if c.is_alphabetic() || c == '_' || c == '@' => {
                let length = rest().take_while(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '@')).count();
                all.push((Token::Word(rest().take(length).collect()), start));
                at += length;
            }
            _ => {
                let two: String = rest().take(2).collect();
                let length = if ["<=", ">=", "<>", "!=", "::", "||"].contains(&two.as_str()) { 2 } else { 1 };
                all.push((Token::Sign(rest().take(length).collect()), start));
                at += length;
            }
        }
    }
    Ok(all)
}
