//! A spec as Go prints its own structs, and the difference between two of them: the API server shows it when an
//! update changes what may not change.
//!
//! Models: staging/src/k8s.io/apimachinery/pkg/util/diff/diff.go over pkg/apis/core/types.go, v1.36.
//! Simplified: nothing.

use k8s_openapi::api::core::v1::{PodSpec, PodTemplateSpec};
use serde_json::{Value, json};

use super::go_types::{Field, STRUCTS, Type};
use super::unified_diff::unified;
use crate::sent_empty::{SentEmpty, has_nothing};

/// A struct on one line, as an error shows a bad value of a type inside the server. Where the value is says what in it was
/// sent empty.
pub(crate) fn structure(name: &str, value: &Value, place: &str, sent: &SentEmpty) -> String {
    let mut writer = Writer::new(false, place, sent);
    writer.structure(fields(name), value, 0);
    writer.out
}

/// A list of such structs.
pub(crate) fn structures(name: &'static str, value: &Value, place: &str, sent: &SentEmpty) -> String {
    let mut writer = Writer::new(false, place, sent);
    writer.value(Type::Structs(name), value, 0);
    writer.out
}

/// How two states of a struct differ: the changed lines with three lines around them. What is stored has nothing empty.
pub(crate) fn difference(name: &str, old: &Value, new: &Value, place: &str, sent: &SentEmpty) -> String {
    let dump = |value: &Value, sent: &SentEmpty| {
        let mut writer = Writer::new(true, place, sent);
        writer.structure(fields(name), value, 0);
        writer.out.push('\n');
        writer.out
    };
    unified(&dump(old, &SentEmpty::NOTHING), &dump(new, sent))
}

/// A pod template as it lies inside the server.
pub(super) fn template(template: &PodTemplateSpec) -> Value {
    let spec = template.spec.as_ref().map_or_else(|| json!({}), pod_spec);
    json!({"metadata": template.metadata, "spec": spec})
}

/// A pod's spec as it lies inside the server: what says how the pod uses its host is in the security context.
pub(super) fn pod_spec(spec: &PodSpec) -> Value {
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

/// The fields of a struct in their order.
pub(super) fn fields(name: &str) -> &'static [Field] {
    let at = STRUCTS.binary_search_by_key(&name, |(name, _)| name);
    at.map(|at| STRUCTS[at].1).unwrap_or_default()
}

/// Writes structs over several lines, or on one.
struct Writer<'a> {
    out: String,
    lines: bool,
    /// Where in the object the writer is.
    place: String,
    sent: &'a SentEmpty,
}

impl<'a> Writer<'a> {
    fn new(lines: bool, place: &str, sent: &'a SentEmpty) -> Self {
        Writer { out: String::new(), lines, place: place.to_owned(), sent }
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
        self.out.push('{');
        if self.fields(fields, value, depth, false) {
            self.indent(depth);
        }
        self.out.push('}');
    }

    /// Writes the fields of a struct. Says whether anything has been written, now or before.
    fn fields(&mut self, fields: &[Field], value: &Value, depth: usize, mut begun: bool) -> bool {
        // Types of meta/v1 are the same inside the server, with names as in JSON, and leave out what is empty.
        let left_out = |go_name: &str, json_name: &str| go_name.starts_with(char::is_lowercase) && value.get(json_name).is_none_or(has_nothing);
        for (go_name, json_name, type_) in fields {
            let inner = if json_name.is_empty() { value } else { value.get(json_name).unwrap_or(&Value::Null) };
            let above = self.place.len();
            if !json_name.is_empty() {
                self.place.extend([".", json_name]);
            }
            if let Type::Embedded(name) = *type_ {
                begun |= self.fields(self::fields(name), inner, depth, begun);
            } else if *type_ == Type::Text || !left_out(go_name, json_name) {
                self.begin(usize::from(begun), depth + 1);
                self.key(go_name);
                self.value(*type_, inner, depth + 1);
                begun = true;
            }
            self.place.truncate(above);
        }
        begun
    }

    fn value(&mut self, type_: Type, value: &Value, depth: usize) {
        match (type_, value) {
            (Type::List | Type::Map | Type::Structs(_), _) if has_nothing(value) => self.out.push_str(self.sent.shown(&self.place)),
            (Type::Text, Value::Null) => self.out.push_str("\"\""),
            (Type::Number | Type::IntOrString, Value::Null) => self.out.push('0'),
            (Type::Bool, Value::Null) => self.out.push_str("false"),
            (Type::Quantity, Value::Null) => self.out.push_str("\"0\""),
            (Type::Optional(_), Value::Null) => self.out.push_str("null"),
            (Type::Plain(name) | Type::Optional(name), value) => self.structure(fields(name), value, depth),
            (Type::Structs(name), Value::Array(items)) => {
                self.list(items, depth, |writer, item, depth| writer.structure(fields(name), item, depth));
            }
            (_, Value::Array(items)) => self.list(items, depth, |writer, item, _| writer.out.push_str(&scalar(item))),
            (Type::Map, Value::Object(entries)) => {
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
            let above = self.place.len();
            self.place.extend(["[", &index.to_string(), "]"]);
            write(self, item, depth + 1);
            self.place.truncate(above);
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
    use crate::sent_empty::Empty;

    #[test]
    fn a_struct_fits_on_one_line() {
        let value = json!({"required": {"nodeSelectorTerms": [{"matchExpressions": [{"key": "a", "operator": "In", "values": ["x"]}]}]}});
        let text = r#"{"Required":{"NodeSelectorTerms":[{"MatchExpressions":[{"Key":"a","Operator":"In","Values":["x"]}],"MatchFields":null}]}}"#;
        let shown = |sent: &SentEmpty| structure("VolumeNodeAffinity", &value, "spec.nodeAffinity", sent);
        assert_eq!(shown(&SentEmpty::NOTHING), text);
        let mut sent = SentEmpty::default();
        sent.note("spec.nodeAffinity.required.nodeSelectorTerms[0].matchFields".to_owned(), Empty::List);
        assert_eq!(shown(&sent), text.replace("\"MatchFields\":null", "\"MatchFields\":[]"));
    }

    #[test]
    fn the_list_of_structs_is_sorted_and_complete() {
        assert!(STRUCTS.is_sorted_by_key(|(name, _)| *name));
        for (name, fields) in STRUCTS {
            for (field, _, type_) in *fields {
                if let Type::Plain(part) | Type::Optional(part) | Type::Structs(part) | Type::Embedded(part) = type_ {
                    assert!(STRUCTS.iter().any(|(known, _)| known == part), "{name}.{field} is a {part}");
                }
            }
        }
    }
}
