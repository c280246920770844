//! A patched object as an error shows it: what the patch has gone through comes sorted, the rest as Go writes it.
//!
//! Models: gopkg.in/evanphx/json-patch.v4 (lazyNode), v4.13 as v1.36 has it.
//! Simplified: of what the patch does not touch only the metadata keep the order of their Go struct; the fields of specs
//! and statuses come sorted.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::PatchType;

/// The fields of metadata in the order in which Go writes them.
const METADATA: &[&str] = &[
    "name", "generateName", "namespace", "selfLink", "uid", "resourceVersion", "generation", "creationTimestamp", "deletionTimestamp",
    "deletionGracePeriodSeconds", "labels", "annotations", "ownerReferences", "finalizers", "managedFields",
];

/// The same of an entry about who owns what.
const ENTRY: &[&str] = &["manager", "operation", "apiVersion", "time", "fieldsType", "fieldsV1", "subresource"];

/// The text of the patched object.
pub(super) fn shown(patch_type: PatchType, patch: &Value, patched: &Value) -> String {
    let mut touched = BTreeSet::new();
    match patch_type {
        PatchType::Json => patch.as_array().into_iter().flatten().for_each(|operation| through_operation(operation, &mut touched)),
        _ => through_patch(patch, "", &mut touched),
    }
    let mut out = String::new();
    write(patched, "", &touched, &mut out);
    out
}

/// The objects that a merge patch goes into.
fn through_patch(patch: &Value, at: &str, touched: &mut BTreeSet<String>) {
    let Value::Object(fields) = patch else { return };
    touched.insert(at.to_owned());
    for (name, inner) in fields {
        through_patch(inner, &format!("{at}/{name}"), touched);
    }
}

/// The objects on the way to what an operation changes.
fn through_operation(operation: &Value, touched: &mut BTreeSet<String>) {
    for path in ["path", "from"].iter().filter_map(|name| operation[*name].as_str()) {
        let ends = path.match_indices('/').map(|(at, _)| at);
        touched.extend(ends.map(|at| path[..at].replace("~1", "/").replace("~0", "~")));
    }
}

fn write(value: &Value, at: &str, touched: &BTreeSet<String>, out: &mut String) {
    match value {
        Value::Object(fields) => {
            let order = match at {
                _ if touched.contains(at) => &[],
                "/metadata" => METADATA,
                _ if at.strip_prefix("/metadata/managedFields/").is_some_and(|rest| !rest.contains('/')) => ENTRY,
                _ => &[],
            };
            let names = in_order(fields, order);
            out.push('{');
            for (index, name) in names.into_iter().enumerate() {
                out.push_str(if index > 0 { "," } else { "" });
                out.push_str(&Value::from(name.as_str()).to_string());
                out.push(':');
                write(&fields[name], &format!("{at}/{name}"), touched, out);
            }
            out.push('}');
        }
        Value::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                out.push_str(if index > 0 { "," } else { "" });
                write(item, &format!("{at}/{index}"), touched, out);
            }
            out.push(']');
        }
        plain => out.push_str(&plain.to_string()),
    }
}

fn in_order<'a>(fields: &'a Map<String, Value>, order: &[&str]) -> Vec<&'a String> {
    let place = |name: &String| order.iter().position(|known| known == name).unwrap_or(order.len());
    let mut names: Vec<&String> = fields.keys().collect();
    names.sort_by_key(|name| place(name));
    names
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn untouched_metadata_come_as_go_writes_them() {
        let patched = json!({"data": {"b": "1", "a": 5}, "metadata": {"labels": {}, "name": "c", "uid": "u"}});
        let text = |patch: Value| shown(PatchType::Merge, &patch, &patched);
        assert_eq!(text(json!({"data": {"a": 5}})), r#"{"data":{"a":5,"b":"1"},"metadata":{"name":"c","uid":"u","labels":{}}}"#);
        assert_eq!(text(json!({"metadata": {"labels": {}}})), r#"{"data":{"a":5,"b":"1"},"metadata":{"labels":{},"name":"c","uid":"u"}}"#);
        let operation = json!([{"op": "replace", "path": "/metadata/name", "value": "c"}]);
        assert_eq!(shown(PatchType::Json, &operation, &patched), r#"{"data":{"a":5,"b":"1"},"metadata":{"labels":{},"name":"c","uid":"u"}}"#);
    }
}
