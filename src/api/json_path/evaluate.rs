//! Following JSONPath templates through an object.
//!
//! Models: staging/src/k8s.io/client-go/util/jsonpath/jsonpath.go, v1.36.
//! Simplified: missing fields are always passed over, as kubectl sets it.

use std::cmp::Ordering;

use serde_json::Value;

use super::{Node, Step};
use crate::decode::go_type;

/// The values that a path leads to.
pub fn find(steps: &[Step], root: &Value) -> Result<Vec<Value>, String> {
    let mut here = vec![root.clone()];
    for step in steps {
        here = follow(step, &here)?;
    }
    Ok(here)
}

/// What a template prints for an object.
pub fn print(nodes: &[Node], root: &Value) -> Result<String, String> {
    let words = |found: &Vec<Value>| found.iter().map(show).collect::<Vec<_>>().join(" ");
    Ok(results(nodes, root)?.iter().map(words).collect())
}

/// What each piece of a template leads to.
pub fn results(nodes: &[Node], root: &Value) -> Result<Vec<Vec<Value>>, String> {
    let mut all = Vec::new();
    for node in nodes {
        match node {
            Node::Text(text) => all.push(vec![text.as_str().into()]),
            Node::Path(steps) => all.push(find(steps, root)?),
            Node::Range(steps, body) => {
                for value in find(steps, root)? {
                    all.extend(results(body, &value)?);
                }
            }
        }
    }
    Ok(all)
}

/// A single value as text.
pub fn show(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => "null".to_owned(),
        // Go's JSON writer keeps these three out of its texts.
        other => crate::escaped_text(other.to_string()),
    }
}

fn follow(step: &Step, here: &[Value]) -> Result<Vec<Value>, String> {
    let mut found = Vec::new();
    if let Step::Identifier(name) = step {
        return Err(if name == "end" { "not in range, nothing to end".to_owned() } else { format!("unrecognized identifier {name}") });
    }
    // The parts of a union are followed one after the other, each through all values.
    if let Step::Union(paths) = step {
        for path in paths {
            for value in here {
                found.extend(find(path, value)?);
            }
        }
        return Ok(found);
    }
    for value in here {
        match step {
            Step::Field(name) => found.extend(value.get(name).cloned()),
            Step::Wildcard => found.extend(children(value)),
            Step::Recursive => descend(value, &mut found),
            Step::Slice { start, end, step, single } => {
                if !value.is_null() {
                    found.extend(slice(value, *start, *end, *step, *single)?);
                }
            }
            Step::Union(_) | Step::Identifier(_) => {}
            Step::Filter { left, operator, right } => found.extend(filter(value, left, operator, right)?),
            Step::Literal(literal) => found.push(literal.clone()),
        }
    }
    // A literal stands for itself once, wherever it is.
    if let (Step::Literal(literal), true) = (step, here.is_empty()) {
        found.push(literal.clone());
    }
    Ok(found)
}

fn children(value: &Value) -> Vec<Value> {
    match value {
        Value::Array(items) => items.clone(),
        Value::Object(fields) => {
            let mut sorted: Vec<_> = fields.iter().collect();
            sorted.sort_by_key(|(name, _)| *name);
            sorted.into_iter().map(|(_, value)| value.clone()).collect()
        }
        _ => Vec::new(),
    }
}

fn descend(value: &Value, found: &mut Vec<Value>) {
    if value.is_array() || value.is_object() {
        found.push(value.clone());
    }
    for child in children(value) {
        descend(&child, found);
    }
}

fn slice(value: &Value, start: Option<i64>, end: Option<i64>, step: Option<i64>, single: bool) -> Result<Vec<Value>, String> {
    let Value::Array(items) = value else { return Err(format!("{} is not array or slice", go_type(value))) };
    let length = items.len() as i64;
    let from_end = |index: i64| if index < 0 { index + length } else { index };
    let first = from_end(start.unwrap_or(0));
    let last = if single { first + 1 } else { from_end(end.unwrap_or(length)) };
    if first == last {
        return Ok(Vec::new());
    }
    if first >= length || first < 0 {
        return Err(format!("array index out of bounds: index {first}, length {length}"));
    }
    if last > length || last < 0 {
        return Err(format!("array index out of bounds: index {}, length {length}", last - 1));
    }
    if first > last {
        return Err(format!("starting index {first} is greater than ending index {last}"));
    }
    let step = step.unwrap_or(1);
    if step <= 0 {
        return Err("step must be > 0".to_owned());
    }
    Ok(items[first as usize..last as usize].iter().step_by(step as usize).cloned().collect())
}

fn filter(value: &Value, left: &[Step], operator: &str, right: &[Step]) -> Result<Vec<Value>, String> {
    if value.is_null() {
        return Ok(Vec::new());
    }
    let Value::Array(items) = value else { return Err(format!("{} is not array or slice and cannot be filtered", go_value(value))) };
    let mut found = Vec::new();
    for item in items {
        let lefts = find(left, item)?;
        if operator == "exists" {
            found.extend((!lefts.is_empty()).then(|| item.clone()));
            continue;
        }
        let rights = find(right, item)?;
        let (Some(left), Some(right)) = (lefts.first(), rights.first()) else { continue };
        if lefts.len() > 1 || rights.len() > 1 {
            return Err("can only compare one element at a time".to_owned());
        }
        let order = |wrong_kinds: bool| order(left, right, wrong_kinds);
        let holds = match operator {
            "==" => order(false)? == Ordering::Equal,
            "!=" => order(false)? != Ordering::Equal,
            "<" => order(true)? == Ordering::Less,
            ">" => order(true)? == Ordering::Greater,
            "<=" => order(true)? != Ordering::Greater,
            ">=" => order(true)? != Ordering::Less,
            other => return Err(format!("unrecognized filter operator {other}")),
        };
        found.extend(holds.then(|| item.clone()));
    }
    Ok(found)
}

/// How two values compare; truth values have no order.
fn order(left: &Value, right: &Value, in_order: bool) -> Result<Ordering, String> {
    const WRONG: &str = "invalid type for comparison";
    let is_basic = |value: &Value| matches!(value, Value::String(_) | Value::Bool(_) | Value::Number(_));
    if !is_basic(left) || !is_basic(right) {
        return Err(WRONG.to_owned());
    }
    match (left, right) {
        (Value::String(left), Value::String(right)) => Ok(left.cmp(right)),
        (Value::Bool(_), Value::Bool(_)) if in_order => Err(WRONG.to_owned()),
        (Value::Bool(left), Value::Bool(right)) => Ok(left.cmp(right)),
        (Value::Number(left), Value::Number(right)) if left.is_f64() == right.is_f64() => {
            Ok(left.as_f64().partial_cmp(&right.as_f64()).unwrap_or(Ordering::Greater))
        }
        _ => Err("incompatible types for comparison".to_owned()),
    }
}

/// A value as Go's `%v` shows it: `map[a:1 b:[x y]]`.
pub fn go_value(value: &Value) -> String {
    match value {
        Value::Null => "<nil>".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(items) => format!("[{}]", items.iter().map(go_value).collect::<Vec<_>>().join(" ")),
        Value::Object(fields) => {
            let mut sorted: Vec<_> = fields.iter().collect();
            sorted.sort_by_key(|(name, _)| *name);
            format!("map[{}]", sorted.into_iter().map(|(name, value)| format!("{name}:{}", go_value(value))).collect::<Vec<_>>().join(" "))
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::{parse, relaxed};
    use super::*;

    fn run(template: &str) -> Result<String, String> {
        let object = json!({
            "items": [
                {"metadata": {"name": "a", "labels": {"app.kubernetes.io/name": "x"}}, "n": 1, "status": {"phase": "Running"}},
                {"metadata": {"name": "b"}, "n": 2, "status": {"phase": "Pending"}, "spec": {"ports": [80, 443]}},
            ],
            "kind": "List",
        });
        print(&parse(template)?, &object)
    }

    #[test]
    fn templates_print_what_kubectl_prints() {
        for (template, expected) in [
            ("{.items[*].metadata.name}", "a b"),
            ("{.items[0].metadata.name}{\"\\n\"}", "a\n"),
            ("{.items[-1:].metadata.name}", "b"),
            ("{.items[-1].metadata.name}", "b"),
            ("{.items[0].nope}", ""),
            ("x {.kind} y", "x List y"),
            ("{range .items[*]}{.metadata.name}={.n}{\"\\t\"}{end}", "a=1\tb=2\t"),
            ("{.items[?(@.status.phase==\"Running\")].metadata.name}", "a"),
            ("{.items[?(@.n>1)].metadata.name}", "b"),
            ("{.items[?(@.spec)].metadata.name}", "b"),
            ("{.items[*]['metadata.name','n']}", "a b 1 2"),
            ("{.items[0].metadata.labels.app\\.kubernetes\\.io/name}", "x"),
            ("{.items[0].metadata.labels['app\\.kubernetes\\.io/name']}", "x"),
            ("{..phase}", "Running Pending"),
            ("{.items[1].spec}", "{\"ports\":[80,443]}"),
            ("{.items[1].spec.ports[*]}", "80 443"),
        ] {
            assert_eq!(run(template).as_deref(), Ok(expected), "{template}");
        }
    }

    #[test]
    fn wrong_templates_say_what_is_wrong() {
        for (template, expected) in [
            ("{.items[0", "unterminated array"),
            ("{.items", "unclosed action"),
            ("{.items[x]}", "invalid array index x"),
            ("{nope}", "unrecognized identifier nope"),
            ("{.items[5].n}", "array index out of bounds: index 5, length 2"),
            ("{.kind[0]}", "string is not array or slice"),
            ("{\"\\x\"}", "unquote string \"\\x\" error invalid syntax"),
            ("{.items[?(@.n==\"1\")]}", "incompatible types for comparison"),
            ("{end}", "not in range, nothing to end"),
        ] {
            assert_eq!(run(template), Err(expected.to_owned()), "{template}");
        }
        assert_eq!(relaxed(".spec.x").as_deref(), Ok("{.spec.x}"));
        assert_eq!(relaxed("{.spec.x}").as_deref(), Ok("{.spec.x}"));
        assert!(relaxed("{{x}}").is_err());
    }
}
