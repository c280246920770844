//! A patched object as an error shows it: what the patch has gone through comes sorted, the rest as Go writes it.
//!
//! Models: gopkg.in/evanphx/json-patch.v4 (lazyNode), v4.13 as v1.36 has it.
//! Simplified: nothing.

use std::collections::BTreeSet;

use serde_json::Value;

use super::PatchType;
use crate::managed_fields::{Schema as _, Type};

/// The text of the patched object, which is of this type.
pub(super) fn shown(patch_type: PatchType, of: Option<Type>, patch: &Value, patched: &Value) -> String {
    let mut touched = BTreeSet::new();
    match patch_type {
        PatchType::Json => patch.as_array().into_iter().flatten().for_each(|operation| through_operation(operation, &mut touched)),
        _ => through_patch(patch, "", &mut touched),
    }
    let mut out = String::new();
    write(patched, of, "", &touched, &mut out);
    out
}

/// The objects that a merge patch goes into, and what it puts in their places.
fn through_patch(patch: &Value, at: &str, touched: &mut BTreeSet<String>) {
    touched.insert(at.to_owned());
    let Value::Object(fields) = patch else { return };
    for (name, inner) in fields {
        through_patch(inner, &format!("{at}/{name}"), touched);
    }
}

/// The objects on the way to what an operation changes, and what it puts there.
fn through_operation(operation: &Value, touched: &mut BTreeSet<String>) {
    for path in ["path", "from"].iter().filter_map(|name| operation[*name].as_str()) {
        let ends = path.match_indices('/').map(|(at, _)| at);
        touched.extend(ends.map(|at| path[..at].replace("~1", "/").replace("~0", "~")));
        touched.insert(path.replace("~1", "/").replace("~0", "~"));
    }
}

fn write(value: &Value, of: Option<Type>, at: &str, touched: &BTreeSet<String>, out: &mut String) {
    match value {
        Value::Object(fields) => {
            let mut names: Vec<&String> = fields.keys().collect();
            if !touched.contains(at) {
                names.sort_by_key(|name| of.and_then(|of| of.place(name)).unwrap_or(u8::MAX));
            }
            out.push('{');
            for (index, name) in names.into_iter().enumerate() {
                out.push_str(if index > 0 { "," } else { "" });
                out.push_str(&Value::from(name.as_str()).to_string());
                out.push(':');
                let inner = of.and_then(|of| of.field(name).map(|(_, inner)| inner).or_else(|| of.map()?.others));
                write(&fields[name], inner, &format!("{at}/{name}"), touched, out);
            }
            out.push('}');
        }
        Value::Array(items) => {
            // A list of the patch comes as the patch has it.
            let of = of.filter(|_| !touched.contains(at));
            let inner = of.and_then(|of| of.list()).map(|(_, inner)| inner);
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                out.push_str(if index > 0 { "," } else { "" });
                write(item, inner, &format!("{at}/{index}"), touched, out);
            }
            out.push(']');
        }
        plain => out.push_str(&crate::field::go_json(plain)),
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
