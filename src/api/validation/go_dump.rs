//! A spec as Go prints its own structs, and the difference between two of them: the API server shows it when an
//! update changes what may not change.
//!
//! Models: staging/src/k8s.io/apimachinery/pkg/util/diff/diff.go over pkg/apis/core/types.go, v1.36.
//! Simplified: an empty list or map shows as a missing one.

use k8s_openapi::api::core::v1::{PodSpec, PodTemplateSpec};
use serde_json::{Map, Value, json};

use super::go_types::{Field, STRUCTS, Type};
use super::unified_diff::unified;

/// The changed lines with three lines around them.
pub(super) fn diff(old: &PodSpec, new: &PodSpec) -> String {
    unified(&dump(old), &dump(new))
}

/// The same for any other struct, given as JSON.
pub(super) fn diff_of(name: &str, old: &Value, new: &Value) -> String {
    let pretty = |value: &Value| {
        let mut writer = Writer::new(true);
        writer.structure(fields(name), value, 0);
        writer.out.push('\n');
        writer.out
    };
    unified(&pretty(old), &pretty(new))
}

/// A struct on one line with Go's own names of the fields, as an error shows a bad value of a type inside the server.
pub(super) fn compact(name: &str, value: &Value) -> String {
    let mut writer = Writer::new(false);
    writer.structure(fields(name), value, 0);
    writer.out
}

/// The whole spec on one line, as an error shows a value that may not change.
pub(super) fn spec(spec: &PodSpec) -> String {
    let mut writer = Writer::new(false);
    writer.structure(fields("PodSpec"), &as_inside(spec), 0);
    writer.out
}

/// A pod template on one line. Its metadata are fields of the template itself in Go.
pub(super) fn template(template: &PodTemplateSpec) -> String {
    let meta = json!(template.metadata.clone().unwrap_or_default());
    let inside = spec(&template.spec.clone().unwrap_or_default());
    let meta = scalar(&meta);
    let separator = if meta == "{}" { "" } else { "," };
    format!("{}{separator}\"Spec\":{inside}}}", &meta[..meta.len() - 1])
}

fn dump(spec: &PodSpec) -> String {
    let mut writer = Writer::new(true);
    writer.structure(fields("PodSpec"), &as_inside(spec), 0);
    writer.out.push('\n');
    writer.out
}

/// The spec as it lies inside the server: what says how the pod uses its host is in the security context.
fn as_inside(spec: &PodSpec) -> Value {
    let mut value = json!(spec);
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
    value
}

fn fields(name: &str) -> &'static [Field] {
    let at = STRUCTS.binary_search_by_key(&name, |(name, _)| name);
    at.map(|at| STRUCTS[at].1).unwrap_or_default()
}

/// Writes structs over several lines, or on one.
struct Writer {
    out: String,
    lines: bool,
}

impl Writer {
    fn new(lines: bool) -> Self {
        Writer { out: String::new(), lines }
    }

    fn begin(&mut self, index: usize, depth: usize) {
        if index > 0 {
            self.out.push(',');
        }
        self.indent(depth);
    }

    fn indent(&mut self, depth: usize) {
        if self.lines {
            self.out.push('\n');
            self.out.extend(std::iter::repeat_n(' ', depth));
        }
    }

    fn key(&mut self, name: &str) {
        self.out.push_str(&scalar(&json!(name)));
        self.out.push_str(if self.lines { ": " } else { ":" });
    }

    fn structure(&mut self, fields: &[Field], value: &Value, depth: usize) {
        if fields.is_empty() {
            self.out.push_str("{}");
            return;
        }
        // Types of meta/v1 are the same inside the server, with names as in JSON, and leave out what is empty.
        let is_empty = |value: &Value| value.as_object().is_none_or(Map::is_empty) && value.as_array().is_none_or(Vec::is_empty) && !value.is_string();
        let left_out = |go_name: &str, json_name: &str| go_name.starts_with(char::is_lowercase) && value.get(json_name).is_none_or(is_empty);
        let written = fields.iter().filter(|(go_name, json_name, type_)| *type_ == Type::Text || !left_out(go_name, json_name));
        self.out.push('{');
        let mut empty = true;
        for (index, (go_name, json_name, type_)) in written.enumerate() {
            empty = false;
            self.begin(index, depth + 1);
            self.key(go_name);
            self.field(*type_, value.get(json_name).unwrap_or(&Value::Null), depth + 1);
        }
        if !empty {
            self.indent(depth);
        }
        self.out.push('}');
    }

    fn field(&mut self, type_: Type, value: &Value, depth: usize) {
        let structs = Map::new();
        match (type_, value) {
            (Type::Text, Value::Null) => self.out.push_str("\"\""),
            (Type::Number | Type::IntOrString, Value::Null) => self.out.push('0'),
            (Type::Bool, Value::Null) => self.out.push_str("false"),
            (Type::Quantity, Value::Null) => self.out.push_str("\"0\""),
            (Type::Plain(name), Value::Null) => self.structure(fields(name), &Value::Object(structs), depth),
            (_, Value::Null) => self.out.push_str("null"),
            (Type::Plain(name) | Type::Optional(name), value) => self.structure(fields(name), value, depth),
            (_, Value::Array(items)) if items.is_empty() => self.out.push_str("null"),
            (_, Value::Object(entries)) if entries.is_empty() => self.out.push_str("null"),
            (Type::Structs(name), Value::Array(items)) => {
                self.list(items, depth, |writer, item, depth| writer.structure(fields(name), item, depth));
            }
            (_, Value::Array(items)) => self.list(items, depth, |writer, item, _| writer.out.push_str(&scalar(item))),
            (_, Value::Object(entries)) => {
                self.out.push('{');
                for (index, (key, value)) in entries.iter().enumerate() {
                    self.begin(index, depth + 1);
                    self.key(key);
                    self.out.push_str(&scalar(value));
                }
                self.indent(depth);
                self.out.push('}');
            }
            (_, value) => self.out.push_str(&scalar(value)),
        }
    }

    fn list(&mut self, items: &[Value], depth: usize, write: impl Fn(&mut Self, &Value, usize)) {
        self.out.push('[');
        for (index, item) in items.iter().enumerate() {
            self.begin(index, depth + 1);
            write(self, item, depth + 1);
        }
        self.indent(depth);
        self.out.push(']');
    }
}

/// JSON as Go writes it, which escapes what HTML would read.
fn scalar(value: &Value) -> String {
    crate::field::go_json(value)
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
