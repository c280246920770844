//! The rewrite module: `set`, `return`, `rewrite`, `break`, `if`, in the order in which they stand.
//!
//! Models: ngx_http_rewrite_module of nginx.
//! Simplified: regular expressions are those of Rust, which lack look-around and back-references.

use std::sync::Arc;

use regex::Regex;

use super::config::Scope;
use super::syntax::{Directive, Emergency};
use super::variables;

#[derive(Clone, Debug)]
pub(super) enum Step {
    Set { name: String, value: String },
    Return { code: u16, text: Option<String> },
    Rewrite { pattern: Regex, replacement: String, flag: Flag },
    Break,
    If { condition: Condition, inner: Arc<Scope>, overrides: bool },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flag {
    None,
    Last,
    Break,
    Redirect,
    Permanent,
}

#[derive(Clone, Debug)]
pub(super) enum Condition {
    Set(String),
    Equal { left: String, right: String, not: bool },
    Matches { left: String, pattern: Regex, not: bool },
    /// `-f`, `-d`, `-e`, `-x`
    There { kind: char, path: String, not: bool },
}

pub(super) fn pattern(text: &str, ignore_case: bool) -> Result<Regex, String> {
    let text = if ignore_case { format!("(?i){text}") } else { text.to_owned() };
    Regex::new(&text).map_err(|error| match error.to_string() {
        text if text.contains("unclosed character class") => "missing terminating ] for character class".to_owned(),
        text if text.contains("unclosed group") => "missing closing parenthesis".to_owned(),
        text if text.contains("unopened group") => "unmatched closing parenthesis".to_owned(),
        text if text.contains("repetition operator missing expression") => "quantifier does not follow a repeatable item".to_owned(),
        _ => "syntax error".to_owned(),
    })
}

/// The steps of a block. `inner` reads what is in an `if`.
pub(super) fn steps(all: &[Directive], inner: &mut dyn FnMut(&Directive) -> Result<Scope, Emergency>) -> Result<Vec<Step>, Emergency> {
    let mut steps = Vec::new();
    for directive in all {
        match directive.name.as_str() {
            "set" => match directive.arg(0).strip_prefix('$') {
                Some(name) => steps.push(Step::Set { name: name.to_owned(), value: directive.arg(1).to_owned() }),
                None => return Err(directive.complain(&format!("invalid variable name \"{}\"", directive.arg(0)))),
            },
            "return" => steps.push(returned(directive)?),
            "rewrite" => steps.push(rewritten(directive)?),
            "break" => steps.push(Step::Break),
            "if" => {
                let condition = condition(directive)?;
                let overrides = directive.block.iter().any(|it| !matches!(it.name.as_str(), "set" | "return" | "rewrite" | "break"));
                steps.push(Step::If { condition, inner: Arc::new(inner(directive)?), overrides });
            }
            _ => {}
        }
    }
    Ok(steps)
}

fn returned(directive: &Directive) -> Result<Step, Emergency> {
    let invalid = || directive.complain(&format!("invalid return code \"{}\"", directive.arg(0)));
    if let Ok(code) = directive.arg(0).parse::<u16>() {
        let text = directive.args.get(1).cloned();
        return if code <= 999 { Ok(Step::Return { code, text }) } else { Err(invalid()) };
    }
    let url = directive.arg(0);
    let is_url = ["http://", "https://", "$scheme"].iter().any(|beginning| url.starts_with(beginning));
    match directive.args.len() == 1 && is_url {
        true => Ok(Step::Return { code: 302, text: Some(url.to_owned()) }),
        false => Err(invalid()),
    }
}

fn rewritten(directive: &Directive) -> Result<Step, Emergency> {
    let flag = match directive.arg(2) {
        "" => Flag::None,
        "last" => Flag::Last,
        "break" => Flag::Break,
        "redirect" => Flag::Redirect,
        "permanent" => Flag::Permanent,
        other => return Err(directive.complain(&format!("invalid parameter \"{other}\""))),
    };
    let pattern = pattern(directive.arg(0), false).map_err(|why| directive.complain(&format!("pcre2_compile() failed: {why} in \"{}\"", directive.arg(0))))?;
    Ok(Step::Rewrite { pattern, replacement: directive.arg(1).to_owned(), flag })
}

/// `($a = "b")`, `($a ~ b)`, `(-f $x)`, `($a)`.
fn condition(directive: &Directive) -> Result<Condition, Emergency> {
    let invalid = || directive.complain(&format!("invalid condition \"{}\"", directive.arg(0)));
    let mut words = directive.args.clone();
    let first = words.first_mut().ok_or_else(invalid)?;
    *first = first.strip_prefix('(').ok_or_else(invalid)?.to_owned();
    let last = words.last_mut().ok_or_else(invalid)?;
    *last = last.strip_suffix(')').ok_or_else(invalid)?.to_owned();
    words.retain(|word| !word.is_empty());
    match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [text] if text.starts_with('$') => Ok(Condition::Set((*text).to_owned())),
        [left, "="] => Ok(Condition::Equal { left: (*left).to_owned(), right: String::new(), not: false }),
        [left, "!="] => Ok(Condition::Equal { left: (*left).to_owned(), right: String::new(), not: true }),
        [kind, path] if kind.trim_start_matches('!').starts_with('-') => {
            let letter = kind.trim_start_matches('!').chars().nth(1).filter(|letter| "fdex".contains(*letter)).ok_or_else(invalid)?;
            Ok(Condition::There { kind: letter, path: (*path).to_owned(), not: kind.starts_with('!') })
        }
        [left, operator @ ("=" | "!="), right] => Ok(Condition::Equal { left: (*left).to_owned(), right: (*right).to_owned(), not: *operator == "!=" }),
        [left, operator @ ("~" | "~*" | "!~" | "!~*"), right] => {
            let pattern = pattern(right, operator.ends_with('*')).map_err(|why| directive.complain(&format!("pcre2_compile() failed: {why} in \"{right}\"")))?;
            Ok(Condition::Matches { left: (*left).to_owned(), pattern, not: operator.starts_with('!') })
        }
        [_, operator, ..] => Err(directive.complain(&format!("unexpected \"{operator}\" in condition"))),
        _ => Err(invalid()),
    }
}

/// The variables that the steps read.
pub(super) fn read_names(steps: &[Step]) -> Vec<String> {
    let mut all = Vec::new();
    for step in steps {
        match step {
            Step::Set { value, .. } => all.extend(variables::names(value)),
            Step::Return { text, .. } => all.extend(variables::names(text.as_deref().unwrap_or_default())),
            Step::Rewrite { replacement, .. } => all.extend(variables::names(replacement)),
            Step::Break => {}
            Step::If { condition, inner, .. } => {
                match condition {
                    Condition::Set(left) | Condition::Matches { left, .. } => all.extend(variables::names(left)),
                    Condition::Equal { left, right, .. } => all.extend(variables::names(left).into_iter().chain(variables::names(right))),
                    Condition::There { path, .. } => all.extend(variables::names(path)),
                }
                all.extend(read_names(&inner.steps));
            }
        }
    }
    all
}
