//! Whether a value fits its type, with the errors that apply answers for one that does not.
//!
//! Models: vendor/sigs.k8s.io/structured-merge-diff/v6/typed/validate.go, v1.36.
//! Simplified: nothing.

use serde_json::Value;

use super::element::PathElement;
use super::schema::{Elements, MapType, Plain, Schema};
use super::typed::{Form, form, item_element};
use crate::decode::go_type;

/// Every fault as `.spec.replicas: expected numeric (int or float), got string`; several in lines of their own.
pub fn validate<S: Schema>(schema: S, value: &Value, allow_duplicates: bool) -> Result<(), String> {
    let mut walker = Walker { errors: Vec::new(), allow_duplicates };
    walker.check(schema, value, "");
    match walker.errors.as_slice() {
        [] => Ok(()),
        [only] => Err(only.clone()),
        several => Err(std::iter::once("errors:".to_owned()).chain(several.iter().map(|error| format!("  {error}"))).collect::<Vec<_>>().join("\n")),
    }
}

struct Walker {
    errors: Vec<String>,
    allow_duplicates: bool,
}

impl Walker {
    fn error(&mut self, path: &str, why: impl AsRef<str>) {
        let why = why.as_ref();
        self.errors.push(if path.is_empty() { why.to_owned() } else { format!("{path}: {why}") });
    }

    fn check<S: Schema>(&mut self, schema: S, value: &Value, path: &str) {
        match form(schema, Some(value)) {
            Form::Map(map) => self.map(schema, &map, value, path),
            Form::List(elements, of) => self.list(schema, elements, of, value, path),
            Form::Plain(plain) => {
                if let Some(why) = misfit(plain, value) {
                    self.error(path, why);
                }
            }
            Form::Unknown => self.error(path, "schema error: invalid atom: inlined"),
        }
    }

    fn map<S: Schema>(&mut self, schema: S, map: &MapType<S>, value: &Value, path: &str) {
        let fields = match value {
            Value::Null => return,
            Value::Object(fields) => fields,
            other => return self.error(path, format!("expected map, got {}", go_struct(other))),
        };
        for (name, value) in fields {
            let path = format!("{path}.{name}");
            match schema.field(name).map(|(_, of)| of).or(map.others) {
                Some(of) => self.check(of, value, &path),
                None => {
                    // The reference stops at the first field that it does not know.
                    self.error(&path, "field not declared in schema");
                    return;
                }
            }
        }
    }

    fn list<S: Schema>(&mut self, schema: S, elements: Elements, of: S, value: &Value, path: &str) {
        let items = match value {
            Value::Null => return,
            Value::Array(items) => items,
            other => return self.error(path, format!("expected list, got {}", go_struct(other))),
        };
        let mut seen: Vec<PathElement> = Vec::new();
        for (index, item) in items.iter().enumerate() {
            let element = if elements == Elements::Atomic {
                PathElement::Index(i64::try_from(index).unwrap_or(i64::MAX))
            } else {
                match item_element(schema, elements, item) {
                    Ok(element) => element,
                    Err(why) => return self.error(path, format!("element {index}: {why}")),
                }
            };
            if elements != Elements::Atomic {
                if seen.contains(&element) && !self.allow_duplicates {
                    self.error(path, format!("duplicate entries for key {element}"));
                }
                seen.push(element.clone());
            }
            self.check(of, item, &format!("{path}{element}"));
        }
    }
}

/// What is wrong with a plain value.
fn misfit(plain: Plain, value: &Value) -> Option<String> {
    let fits = match plain {
        _ if value.is_null() => true,
        Plain::Number => value.is_number(),
        Plain::Text => value.is_string(),
        Plain::Flag => value.is_boolean(),
        Plain::Any => !value.is_array() && !value.is_object(),
    };
    (!fits).then(|| match plain {
        Plain::Number => format!("expected numeric (int or float), got {}", go_type(value)),
        Plain::Text => format!("expected string, got &value.valueUnstructured{{Value:{}}}", go_syntax(value)),
        Plain::Flag => format!("expected boolean, got {}", go_struct(value)),
        Plain::Any => format!("expected any scalar, got {}", go_struct(value)),
    })
}

/// How Go prints the value's holder, a struct of one field.
fn go_struct(value: &Value) -> String {
    format!("&{{{}}}", go_plain(value))
}

/// A value as a Go program would write it.
fn go_syntax(value: &Value) -> String {
    match value {
        Value::Null => "interface {}(nil)".to_owned(),
        Value::Array(items) => format!("[]interface {{}}{{{}}}", items.iter().map(go_syntax).collect::<Vec<_>>().join(", ")),
        Value::Object(fields) => {
            let fields = fields.iter().map(|(name, value)| format!("{name:?}:{}", go_syntax(value)));
            format!("map[string]interface {{}}{{{}}}", fields.collect::<Vec<_>>().join(", "))
        }
        plain => plain.to_string(),
    }
}

fn go_plain(value: &Value) -> String {
    match value {
        Value::Null => "<nil>".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(items) => format!("[{}]", items.iter().map(go_plain).collect::<Vec<_>>().join(" ")),
        Value::Object(fields) => {
            format!("map[{}]", fields.iter().map(|(name, value)| format!("{name}:{}", go_plain(value))).collect::<Vec<_>>().join(" "))
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::managed_fields::Type;
    use serde_json::json;

    #[test]
    fn faults_are_named_with_their_paths() {
        let deployment = Type::of_kind("apps/v1", "Deployment").unwrap();
        let pod = Type::of_kind("v1", "Pod").unwrap();
        let cases = [
            (deployment, json!({"spec": {"replicas": "3"}}), ".spec.replicas: expected numeric (int or float), got string"),
            (deployment, json!({"spec": {"replica": 3}}), ".spec.replica: field not declared in schema"),
            (deployment, json!({"spec": {"paused": 1}}), ".spec.paused: expected boolean, got &{1}"),
            (pod, json!({"spec": {"containers": [{"name": "a"}, {"name": "a"}]}}), ".spec.containers: duplicate entries for key [name=\"a\"]"),
            (pod, json!({"spec": {"containers": {"name": "a"}}}), ".spec.containers: expected list, got &{map[name:a]}"),
            (pod, json!({"metadata": {"finalizers": [{}]}}), ".metadata.finalizers: element 0: associative list without keys has an element that's a map type"),
            (
                pod,
                json!({"spec": {"replicas": 1}, "status": {"x": 1}}),
                "errors:\n  .spec.replicas: field not declared in schema\n  .status.x: field not declared in schema",
            ),
        ];
        for (schema, value, expected) in cases {
            assert_eq!(validate(schema, &value, false), Err(expected.to_owned()), "{value}");
        }
    }
}
