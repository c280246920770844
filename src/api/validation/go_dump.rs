//! A spec as Go prints its own structs, and the difference between two of them: the API server shows it when an update
//! changes what may not change.
//!
//! Models: staging/src/k8s.io/apimachinery/pkg/util/diff/diff.go over pkg/apis/core/types.go, v1.36.
//! Simplified: an empty list shows as a missing one.

use k8s_openapi::api::core::v1::PodSpec;
use serde_json::{Map, Value, json};

use super::go_types::{Field, STRUCTS, Type};

/// The changed lines with three lines around them.
pub(super) fn diff(old: &PodSpec, new: &PodSpec) -> String {
    let (old, new) = (dump(old), dump(new));
    similar::TextDiff::from_lines(&old, &new).unified_diff().context_radius(3).to_string()
}

/// The same for any other struct, given as JSON.
pub(super) fn diff_of(name: &str, old: &Value, new: &Value) -> String {
    let pretty = |value: &Value| {
        let mut out = String::new();
        write_struct(&mut out, fields(name), value, 0);
        out.push('\n');
        out
    };
    let (old, new) = (pretty(old), pretty(new));
    similar::TextDiff::from_lines(&old, &new).unified_diff().context_radius(3).to_string()
}

/// A struct on one line with Go's own names of the fields, as an error shows a bad value of a type inside the server.
pub(super) fn compact(name: &str, value: &Value) -> String {
    let mut out = String::new();
    write_struct(&mut out, fields(name), value, 0);
    out.lines().map(|line| line.trim_start().replacen("\": ", "\":", 1)).collect()
}

fn dump(spec: &PodSpec) -> String {
    let mut value = json!(spec);
    // What says how the pod uses its host lies in the security context inside the server.
    let host: Vec<(&str, Value)> = ["hostNetwork", "hostPID", "hostIPC", "shareProcessNamespace", "hostUsers"]
        .into_iter()
        .filter_map(|name| value.get(name).cloned().map(|value| (name, value)))
        .collect();
    if value["securityContext"].is_null() && !host.is_empty() {
        value["securityContext"] = json!({});
    }
    for (name, set) in host {
        value["securityContext"][name] = set;
    }
    let mut out = String::new();
    write_struct(&mut out, fields("PodSpec"), &value, 0);
    out.push('\n');
    out
}

fn fields(name: &str) -> &'static [Field] {
    let at = STRUCTS.binary_search_by_key(&name, |(name, _)| name);
    at.map(|at| STRUCTS[at].1).unwrap_or_default()
}

fn indent(out: &mut String, depth: usize) {
    out.push('\n');
    out.extend(std::iter::repeat_n(' ', depth));
}

fn write_struct(out: &mut String, fields: &[Field], value: &Value, depth: usize) {
    if fields.is_empty() {
        out.push_str("{}");
        return;
    }
    out.push('{');
    for (index, (go_name, json_name, type_)) in fields.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        indent(out, depth + 1);
        out.push_str(&format!("{go_name:?}: "));
        write_field(out, *type_, value.get(json_name).unwrap_or(&Value::Null), depth + 1);
    }
    indent(out, depth);
    out.push('}');
}

fn write_field(out: &mut String, type_: Type, value: &Value, depth: usize) {
    let structs = Map::new();
    match (type_, value) {
        (Type::Text, Value::Null) => out.push_str("\"\""),
        (Type::Number | Type::IntOrString, Value::Null) => out.push('0'),
        (Type::Bool, Value::Null) => out.push_str("false"),
        (Type::Quantity, Value::Null) => out.push_str("\"0\""),
        (Type::Plain(name), Value::Null) => write_struct(out, fields(name), &Value::Object(structs), depth),
        (_, Value::Null) => out.push_str("null"),
        (Type::Plain(name) | Type::Optional(name), value) => write_struct(out, fields(name), value, depth),
        (Type::Structs(_) | Type::List, Value::Array(items)) if items.is_empty() => out.push_str("null"),
        (Type::Structs(name), Value::Array(items)) => {
            write_list(out, items, depth, |out, item, depth| write_struct(out, fields(name), item, depth));
        }
        (_, Value::Array(items)) => write_list(out, items, depth, |out, item, _| out.push_str(&scalar(item))),
        (_, Value::Object(entries)) => {
            out.push('{');
            for (index, (key, value)) in entries.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                indent(out, depth + 1);
                out.push_str(&format!("{}: {}", json!(key), scalar(value)));
            }
            indent(out, depth);
            out.push('}');
        }
        (_, value) => out.push_str(&scalar(value)),
    }
}

fn write_list(out: &mut String, items: &[Value], depth: usize, write: impl Fn(&mut String, &Value, usize)) {
    out.push('[');
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        indent(out, depth + 1);
        write(out, item, depth + 1);
    }
    indent(out, depth);
    out.push(']');
}

/// JSON as Go writes it, which escapes what HTML would read.
fn scalar(value: &Value) -> String {
    value.to_string().replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_struct_fits_on_one_line() {
        let value = json!({"required": {"nodeSelectorTerms": [{"matchExpressions": [{"key": "a", "operator": "In", "values": ["x"]}]}]}});
        let text = r#"{"Required":{"NodeSelectorTerms":[{"MatchExpressions":[{"Key":"a","Operator":"In","Values":["x"]}],"MatchFields":null}]}}"#;
        assert_eq!(compact("VolumeNodeAffinity", &value), text);
    }

    #[test]
    fn the_list_of_structs_is_sorted_and_complete() {
        assert!(STRUCTS.is_sorted_by_key(|(name, _)| *name));
        for (name, fields) in STRUCTS {
            for (field, _, type_) in *fields {
                if let Type::Plain(part) | Type::Optional(part) | Type::Structs(part) = type_ {
                    assert!(STRUCTS.iter().any(|(known, _)| known == part), "{name}.{field} is a {part}");
                }
            }
        }
    }
}
