//! Paths of replacements and variables: `spec.template.spec.containers.[name=web].image`, `metadata.annotations.[example.com/a]`.
//!
//! Models: sigs.k8s.io/kustomize/kyaml/{utils/pathsplitter.go,yaml/match.go,yaml/fns.go}, as kubectl v1.36 uses them.
//! Simplified: nothing.

use podarium_api::yaml::document;
use serde_json::{Map, Value, json};

use super::fields;

/// The parts of a path. What stands in brackets is one part.
pub(super) fn split(path: &str) -> Vec<String> {
    let mut parts = Vec::new();
    let mut rest = fields::split(path, '.').into_iter();
    while let Some(part) = rest.next() {
        if !part.starts_with('[') || part.ends_with(']') {
            parts.push(part);
            continue;
        }
        let mut bracketed = part;
        for more in rest.by_ref() {
            bracketed = format!("{bracketed}.{more}");
            if bracketed.ends_with(']') {
                break;
            }
        }
        parts.push(if bracketed.contains('=') { bracketed } else { bracketed.trim_matches(['[', ']']).to_owned() });
    }
    parts
}

pub(super) fn wrong_kind(expected: &str, found: &Value) -> String {
    let kind = match found {
        Value::Object(_) => "MappingNode",
        Value::Array(_) => "SequenceNode",
        _ => "ScalarNode",
    };
    format!("wrong node kind: expected {expected} but got {kind}: node contents:\n{}", document(found))
}

/// `[name=web]`: what an element of a list must have.
fn condition(part: &str) -> Option<(&str, &str)> {
    part.strip_prefix('[')?.strip_suffix(']')?.split_once('=')
}

/// A scalar as it is written.
pub(super) fn written(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => "null".to_owned(),
        other => other.to_string(),
    }
}

/// What is at a path, if anything is.
pub(super) fn lookup<'v>(value: &'v Value, path: &[String]) -> Result<Option<&'v Value>, String> {
    let mut here = value;
    for part in path.iter().map(|part| part.trim()).filter(|part| !part.is_empty()) {
        if here.is_null() {
            return Ok(None);
        }
        let list = || here.as_array().ok_or_else(|| wrong_kind("SequenceNode", here));
        let next = match (part.parse::<i64>(), condition(part)) {
            (Ok(index), _) if index < 0 => return Err(format!("array index {index} cannot be negative")),
            (Ok(index), _) => list()?.get(usize::try_from(index).unwrap_or(usize::MAX)),
            _ if part == "-" => list()?.last(),
            _ if part == "*" => return Err("wildcard is not supported in PathGetter".to_owned()),
            (_, Some((field, wanted))) => list()?.iter().find(|one| if field.is_empty() { written(one) == wanted } else { one.get(field).is_some_and(|value| written(value) == wanted) }),
            _ => here.as_object().ok_or_else(|| wrong_kind("MappingNode", here))?.get(part),
        };
        match next {
            Some(next) => here = next,
            None => return Ok(None),
        }
    }
    Ok(Some(here))
}

/// What is made at the end of a path that is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Scalar,
    Map,
    List,
}

fn made(next: Option<&String>, shape: Shape) -> Value {
    let shape = match next {
        None => shape,
        Some(next) if next.parse::<u32>().is_ok() || condition(next).is_some() => Shape::List,
        Some(_) => Shape::Map,
    };
    match shape {
        Shape::Scalar => Value::Null,
        Shape::Map => Value::Object(Map::new()),
        Shape::List => json!([]),
    }
}

/// Calls `set` at each place that a path leads to, with whether it was made for that. Answers how many there are.
pub(super) fn visit(value: &mut Value, path: &[String], create: Option<Shape>, fresh: bool, set: &mut dyn FnMut(&mut Value, bool) -> Result<(), String>) -> Result<usize, String> {
    let Some((first, rest)) = path.split_first() else {
        set(value, fresh)?;
        return Ok(1);
    };
    if let Ok(index) = first.parse::<usize>() {
        let all = if value.is_null() { &mut Vec::new() } else if value.is_array() { value.as_array_mut().expect("it is one") } else { return Err(wrong_kind("SequenceNode", value)) };
        let mut fresh = false;
        if let Some(shape) = create.filter(|_| all.len() == index) {
            all.push(made(rest.first(), shape));
            fresh = true;
        }
        let count = all.len();
        let Some(one) = all.get_mut(index) else { return Err(format!("index {index} specified but only {count} elements found")) };
        return visit(one, rest, create, fresh, set);
    }
    let wanted = condition(first);
    if first == "*" || wanted.is_some() {
        if !value.is_array() {
            return if value.is_null() { Ok(0) } else { Err(wrong_kind("SequenceNode", value)) };
        }
        let all = value.as_array_mut().expect("it is one");
        let mut count = 0;
        for one in all.iter_mut() {
            let fits = match wanted {
                None => true,
                Some((field, pattern)) => {
                    let regex = super::selector::pattern(pattern)?;
                    let value = if field.is_empty() { Some(&*one) } else { one.get(field) };
                    value.is_some_and(|value| regex.is_match(document(value).trim()))
                }
            };
            if fits {
                count += visit(one, rest, create, false, set)?;
            }
        }
        let (Some(_), Some((field, wanted)), 0) = (create, wanted, count) else { return Ok(count) };
        let wanted = plain(wanted);
        all.push(if field.is_empty() { wanted } else { json!({field: wanted}) });
        return visit(all.last_mut().expect("just added"), rest, create, false, set);
    }
    if value.is_null() {
        return Ok(0);
    }
    let Some(fields) = value.as_object_mut() else { return Err(wrong_kind("MappingNode", value)) };
    let mut fresh = false;
    if let Some(shape) = create.filter(|_| !fields.contains_key(first)) {
        fields.insert(first.clone(), made(rest.first(), shape));
        fresh = true;
    }
    match fields.get_mut(first) {
        Some(field) => visit(field, rest, create, fresh, set),
        None => Ok(0),
    }
}

/// A word as YAML reads it without quotes.
pub(super) fn plain(word: &str) -> Value {
    let (mut documents, error) = crate::manifest::resources(word.as_bytes());
    match (documents.pop(), error) {
        (Some(value), None) if !value.is_object() && !value.is_array() => value,
        _ => word.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_hold_a_part_together() {
        assert_eq!(split("spec.containers.[name=a.b].image"), ["spec", "containers", "[name=a.b]", "image"]);
        assert_eq!(split("metadata.annotations.[example.com/a]"), ["metadata", "annotations", "example.com/a"]);
        assert_eq!(split("metadata.annotations.example\\.com/a"), ["metadata", "annotations", "example.com/a"]);
    }

    #[test]
    fn a_path_leads_to_places_and_makes_them() {
        let mut object = json!({"list": [{"name": "a", "n": 1}, {"name": "b", "n": 2}]});
        assert_eq!(lookup(&object, &split("list.[name=b].n")), Ok(Some(&json!(2))));
        assert_eq!(lookup(&object, &split("list.7")), Ok(None));
        let mut put = |path: &str, create| visit(&mut object, &split(path), create, false, &mut |place, _| {
            *place = 9.into();
            Ok(())
        });
        assert_eq!(put("list.*.n", None), Ok(2));
        assert_eq!(put("list.[name=c].n", None), Ok(0));
        assert_eq!(put("list.[name=c].n", Some(Shape::Scalar)), Ok(1));
        assert_eq!(put("list.5.n", None), Err("index 5 specified but only 3 elements found".to_owned()));
        assert_eq!(object["list"][2], json!({"name": "c", "n": 9}));
    }
}
