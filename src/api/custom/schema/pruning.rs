//! Pruning: fields that the schema does not have are dropped.
//!
//! Models: staging/src/k8s.io/apiextensions-apiserver/pkg/apiserver/schema/pruning/algorithm.go, v1.36.
//! Simplified: nothing.

use serde_json::Value;

use super::walk::{additional, items, property};
use super::Schema;

/// What every object has, whatever its schema says.
const META: [&str; 3] = ["apiVersion", "kind", "metadata"];

/// Drops what the schema does not have, and gives the paths of what was dropped, sorted. `root` is true for a whole
/// object.
pub(crate) fn prune(value: &mut Value, schema: Option<&Schema>, root: bool) -> Vec<String> {
    let mut pruning = Pruning { dropped: Vec::new() };
    pruning.prune(value, schema, root, "");
    pruning.dropped.sort();
    pruning.dropped
}

struct Pruning {
    dropped: Vec<String>,
}

fn child(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

fn embedded(schema: Option<&Schema>) -> bool {
    schema.is_some_and(|schema| schema.x_kubernetes_embedded_resource == Some(true))
}

impl Pruning {
    fn prune(&mut self, value: &mut Value, schema: Option<&Schema>, root: bool, path: &str) {
        let is_resource = root || embedded(schema);
        if let Some(schema) = schema
            && schema.x_kubernetes_preserve_unknown_fields == Some(true)
        {
            return self.skip(value, Some(schema), is_resource, path);
        }
        match value {
            Value::Object(fields) => fields.retain(|name, value| {
                let path = child(path, name);
                match schema {
                    _ if is_resource && META.contains(&name.as_str()) => {}
                    Some(schema) if property(schema, name).is_some() => self.prune(value, property(schema, name), false, &path),
                    Some(schema) if additional(schema).is_some() => self.prune(value, additional(schema).flatten(), false, &path),
                    _ => {
                        self.dropped.push(path);
                        return false;
                    }
                }
                true
            }),
            Value::Array(list) => {
                for (index, item) in list.iter_mut().enumerate() {
                    self.prune(item, schema.and_then(items), false, &format!("{path}[{index}]"));
                }
            }
            _ => {}
        }
    }

    /// Inside what keeps unknown fields, only what is specified again is pruned.
    fn skip(&mut self, value: &mut Value, schema: Option<&Schema>, is_resource: bool, path: &str) {
        let Some(schema) = schema else { return };
        match value {
            Value::Object(fields) => {
                for (name, value) in fields {
                    if is_resource && META.contains(&name.as_str()) {
                        continue;
                    }
                    if let Some(inner) = property(schema, name) {
                        self.prune(value, Some(inner), false, &child(path, name));
                    } else if let Some(inner) = additional(schema) {
                        self.prune(value, inner, false, &child(path, name));
                    }
                }
            }
            Value::Array(list) => {
                for (index, item) in list.iter_mut().enumerate() {
                    let inner = items(schema);
                    self.skip(item, inner, embedded(inner), &format!("{path}[{index}]"));
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn unknown_fields_go_unless_they_are_kept() {
        let schema: Schema = serde_json::from_value(json!({"type": "object", "properties": {
            "a": {"type": "object", "properties": {"b": {"type": "string"}}},
            "kept": {"type": "object", "x-kubernetes-preserve-unknown-fields": true, "properties": {"c": {"type": "object"}}},
            "map": {"type": "object", "additionalProperties": {"type": "object", "properties": {"x": {"type": "string"}}}},
            "list": {"type": "array", "items": {"type": "object", "properties": {"x": {"type": "string"}}}},
        }}))
        .unwrap();
        let mut value = json!({
            "kind": "K", "metadata": {"name": "n"}, "no": 1, "a": {"b": "1", "c": 2}, "kept": {"any": {"z": 1}, "c": {"d": 1}},
            "map": {"k": {"x": "1", "y": 2}}, "list": [{"x": "1"}, {"y": 1}],
        });
        assert_eq!(prune(&mut value, Some(&schema), true), ["a.c", "kept.c.d", "list[1].y", "map.k.y", "no"]);
        let expected = json!({
            "kind": "K", "metadata": {"name": "n"}, "a": {"b": "1"}, "kept": {"any": {"z": 1}, "c": {}},
            "map": {"k": {"x": "1"}}, "list": [{"x": "1"}, {}],
        });
        assert_eq!(value, expected);
    }
}
