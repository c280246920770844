//! Templates that are written out, `'%d of %s'.format([a, b])`: whether they fit what they are given, before anything is run.
//!
//! Models: github.com/google/cel-go/ext/formatting.go (stringFormatValidator), v0.26 as v1.36 has it.
//! Simplified: nothing.

use super::ast::{Expr, Kind};
use super::checker::{self, Types, Variables};
use super::program::each;
use super::source::Issue;
use super::types::Type;
use super::value::Value;

/// Checks all templates of an expression in which nothing else is wrong.
pub(super) fn check(expr: &Expr, variables: &Variables, issues: &mut Vec<Issue>) {
    let mut calls: Vec<(usize, &str, Vec<&Expr>)> = Vec::new();
    each(expr, &mut |part| {
        if let Kind::Call { function, target: Some(target), arguments } = &part.kind
            && let ("format", Kind::Literal(Value::Text(template)), [Expr { kind: Kind::List(items), .. }]) = (function.as_str(), &target.kind, arguments.as_slice())
        {
            calls.push((part.at, &**template, items.iter().map(|(item, _)| item).collect()));
        }
    });
    if calls.is_empty() {
        return;
    }
    let types = checker::types(expr, variables);
    for (at, template, items) in calls {
        issues.extend(check_template(at, template, &items, &types).err());
    }
}

fn check_template(at: usize, template: &str, items: &[&Expr], types: &Types) -> Result<(), Issue> {
    let mut used = 0;
    let mut rest = template;
    while let Some((_, after)) = rest.split_once('%') {
        if let Some(after) = after.strip_prefix('%') {
            rest = after;
            continue;
        }
        if after.is_empty() {
            return Err(Issue::new(at, "unexpected end of string"));
        }
        let Some(item) = items.get(used) else { return Err(Issue::new(at, format!("index {used} out of range"))) };
        used += 1;
        let (verb, after) = clause(after).map_err(|why| Issue::new(at, format!("could not parse formatting clause: {why}")))?;
        rest = after;
        check_item(verb, item, types).map_err(|(wrong, fault)| Issue::new(wrong.at, format!("error during formatting: {fault}, was given {}", name_of(type_of(wrong, types)))))?;
    }
    if items.len() > used {
        return Err(Issue::new(at, format!("too many arguments supplied to string.format (expected {used}, got {})", items.len())));
    }
    Ok(())
}

/// The verb of a clause, `f` of `.2f`, and what follows it.
fn clause(text: &str) -> Result<(char, &str), String> {
    let mut text = text;
    if let Some(after) = text.strip_prefix('.') {
        let end = after.find(|c: char| !c.is_ascii_digit()).ok_or("error while parsing precision: could not find end of precision specifier")?;
        let (digits, after) = after.split_at(end);
        if digits.parse::<i64>().is_err() {
            let why = if digits.is_empty() { "invalid syntax" } else { "value out of range" };
            return Err(format!("error while parsing precision: error while converting precision to integer: strconv.Atoi: parsing {digits:?}: {why}"));
        }
        text = after;
    }
    let verb = text.chars().next().unwrap_or_default();
    if "sdfebxXo".contains(verb) { Ok((verb, &text[verb.len_utf8()..])) } else { Err(format!("unrecognized formatting clause \"{verb}\"")) }
}

/// The part that a verb cannot show, and what it could show.
fn check_item<'a>(verb: char, item: &'a Expr, types: &Types) -> Result<(), (&'a Expr, &'static str)> {
    use Type::{Bool, Bytes, Double, Dyn, Int, Text, Uint};
    let found = type_of(item, types);
    let (fits, can) = match verb {
        's' => return check_text(item, types),
        'd' => (matches!(found, Dyn | Int | Uint), "decimal clause can only be used on integers"),
        'f' => (matches!(found, Dyn | Double | Text), "fixed-point clause can only be used on doubles"),
        'e' => (matches!(found, Dyn | Double | Text), "scientific clause can only be used on doubles"),
        'b' => (matches!(found, Dyn | Int | Uint | Bool), "only integers and bools can be formatted as binary"),
        'o' => (matches!(found, Dyn | Int | Uint), "octal clause can only be used on integers"),
        _ => (matches!(found, Dyn | Int | Uint | Text | Bytes), "only integers, byte buffers, and strings can be formatted as hex"),
    };
    if fits { Ok(()) } else { Err((item, can)) }
}

/// Whether a part can be shown as text; of lists and maps that are written out, each of their parts.
fn check_text<'a>(item: &'a Expr, types: &Types) -> Result<(), (&'a Expr, &'static str)> {
    if matches!(type_of(item, types), Type::Object(_) | Type::Opaque(_) | Type::Optional(_) | Type::Any) {
        return Err((item, "string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps"));
    }
    match &item.kind {
        Kind::List(items) => items.iter().try_for_each(|(item, _)| check_text(item, types)),
        Kind::Map(entries) => entries.iter().try_for_each(|(key, value, _)| check_text(key, types).and_then(|()| check_text(value, types))),
        _ => Ok(()),
    }
}

fn type_of<'t>(part: &Expr, types: &'t Types) -> &'t Type {
    types.get(&(std::ptr::from_ref(part) as usize)).unwrap_or(&Type::Dyn)
}

/// The name of a type without what it holds.
fn name_of(of: &Type) -> String {
    match of {
        Type::List(_) => "list".to_owned(),
        Type::Map(..) => "map".to_owned(),
        Type::Optional(_) => "optional_type".to_owned(),
        Type::Type(_) => "type".to_owned(),
        Type::Null => "null_type".to_owned(),
        Type::Timestamp => "google.protobuf.Timestamp".to_owned(),
        Type::Duration => "google.protobuf.Duration".to_owned(),
        other => other.to_string(),
    }
}
