//! A patched object as an error shows it: what the patch has gone through comes sorted, the rest as Go writes it.
//!
//! Models: gopkg.in/evanphx/json-patch.v4 (lazyNode), v4.13 as v1.36 has it.
//! Simplified: nothing.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::PatchType;
use crate::managed_fields::{Schema as _, Type};

/// What a patch has done to the places of an object.
#[derive(Default)]
struct Traces {
    /// The library has gone through these, and writes their fields sorted.
    passed: BTreeSet<String>,
    /// What was put here is of this type, if it came from a typed place.
    put: BTreeMap<String, Option<Type>>,
}

/// The text of the patched object, which is of this type.
pub(super) fn shown(patch_type: PatchType, of: Option<Type>, patch: &Value, patched: &Value) -> String {
    let mut traces = Traces::default();
    match patch_type {
        PatchType::Json => patch.as_array().into_iter().flatten().for_each(|operation| traces.operation(operation, of)),
        _ => traces.patch(patch, ""),
    }
    let mut out = String::new();
    traces.write(patched, of, "", &mut out);
    out
}

/// The type of what is at a place.
fn type_at(of: Option<Type>, place: &str) -> Option<Type> {
    place.split('/').skip(1).try_fold(of?, |of, part| match of.list() {
        Some((_, inner)) => Some(inner),
        None => inside(of, part),
    })
}

fn inside(of: Type, name: &str) -> Option<Type> {
    of.field(name).map(|(_, inner)| inner).or_else(|| of.map()?.others)
}

fn unescaped(path: &str) -> String {
    path.replace("~1", "/").replace("~0", "~")
}

impl Traces {
    /// The objects that a merge patch goes into, and what it puts in their places.
    fn patch(&mut self, patch: &Value, at: &str) {
        self.passed.insert(at.to_owned());
        let Value::Object(fields) = patch else {
            self.put.insert(at.to_owned(), None);
            return;
        };
        for (name, inner) in fields {
            self.patch(inner, &format!("{at}/{name}"));
        }
    }

    /// The objects on the way to what an operation changes, and what it puts there.
    fn operation(&mut self, operation: &Value, of: Option<Type>) {
        let text = |name: &str| operation[name].as_str();
        for path in ["path", "from"].into_iter().filter_map(text) {
            self.passed.extend(path.match_indices('/').map(|(at, _)| unescaped(&path[..at])));
        }
        let Some(path) = text("path").map(unescaped) else { return };
        match (text("op"), text("from")) {
            (Some("move" | "copy"), Some(from)) => drop(self.put.insert(path, type_at(of, &unescaped(from)))),
            (Some("add" | "replace" | "test"), _) => drop(self.put.insert(path, None)),
            _ => {}
        }
    }

    fn write(&self, value: &Value, of: Option<Type>, at: &str, out: &mut String) {
        let of = self.put.get(at).copied().unwrap_or(of);
        match value {
            Value::Object(fields) => {
                let mut names: Vec<&String> = fields.keys().collect();
                if !self.passed.contains(at) {
                    names.sort_by_key(|name| of.and_then(|of| of.place(name)).unwrap_or(u8::MAX));
                }
                out.push('{');
                for (index, name) in names.into_iter().enumerate() {
                    out.push_str(if index > 0 { "," } else { "" });
                    out.push_str(&Value::from(name.as_str()).to_string());
                    out.push(':');
                    self.write(&fields[name], of.and_then(|of| inside(of, name)), &format!("{at}/{name}"), out);
                }
                out.push('}');
            }
            Value::Array(items) => {
                let inner = of.and_then(|of| of.list()).map(|(_, inner)| inner);
                out.push('[');
                for (index, item) in items.iter().enumerate() {
                    out.push_str(if index > 0 { "," } else { "" });
                    self.write(item, inner, &format!("{at}/{index}"), out);
                }
                out.push(']');
            }
            plain => out.push_str(&crate::field::go_json(plain)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn untouched_metadata_come_as_go_writes_them() {
        let patched = json!({"apiVersion": "v1", "data": {"b": "1", "a": 5}, "kind": "ConfigMap", "metadata": {"labels": {}, "name": "c", "uid": "u"}});
        let text = |patch: Value| shown(PatchType::Merge, Type::of_kind("v1", "ConfigMap"), &patch, &patched);
        assert_eq!(text(json!({"data": {"a": 5}})), r#"{"apiVersion":"v1","data":{"a":5,"b":"1"},"kind":"ConfigMap","metadata":{"name":"c","uid":"u","labels":{}}}"#);
        assert_eq!(text(json!({"metadata": {"labels": {}}})), r#"{"apiVersion":"v1","data":{"a":5,"b":"1"},"kind":"ConfigMap","metadata":{"labels":{},"name":"c","uid":"u"}}"#);
        let operation = json!([{"op": "replace", "path": "/metadata/name", "value": "c"}]);
        assert_eq!(shown(PatchType::Json, Type::of_kind("v1", "ConfigMap"), &operation, &patched), r#"{"apiVersion":"v1","data":{"a":5,"b":"1"},"kind":"ConfigMap","metadata":{"labels":{},"name":"c","uid":"u"}}"#);
    }
}
