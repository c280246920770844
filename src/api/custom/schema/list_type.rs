//! Lists that are sets or maps: no item, or no key, comes twice.
//!
//! Models: staging/src/k8s.io/apiextensions-apiserver/pkg/apiserver/schema/listtype/validation.go, v1.36.
//! Simplified: nothing.

use serde_json::{Map, Value};

use super::Schema;
use super::walk::{items, property, values};
use crate::field::FieldError;

pub(crate) fn validate(value: &Value, schema: &Schema) -> Vec<FieldError> {
    let mut errors = Vec::new();
    walk(value, schema, "", &mut errors);
    errors
}

fn walk(value: &Value, schema: &Schema, path: &str, errors: &mut Vec<FieldError>) {
    match value {
        Value::Object(fields) => {
            let below = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
            for (name, value) in fields {
                if let Some(inner) = property(schema, name) {
                    walk(value, inner, &below(name), errors);
                } else if let Some(inner) = values(schema) {
                    walk(value, inner, &format!("{path}[{name}]"), errors);
                }
            }
        }
        Value::Array(list) => {
            match schema.x_kubernetes_list_type.as_deref() {
                Some("set") => errors.extend(repeated(list).into_iter().map(|at| FieldError::duplicate(format!("{path}[{at}]"), list[at].clone()))),
                Some("map") => validate_map(list, schema, path, errors),
                _ => {}
            }
            if let Some(inner) = items(schema) {
                for (index, item) in list.iter().enumerate() {
                    walk(item, inner, &format!("{path}[{index}]"), errors);
                }
            }
        }
        _ => {}
    }
}

/// The places at which something comes for the second time.
fn repeated(list: &[Value]) -> Vec<usize> {
    let count = |at: usize| list[..at].iter().filter(|other| **other == list[at]).count();
    (0..list.len()).filter(|at| count(*at) == 1).collect()
}

fn validate_map(list: &[Value], schema: &Schema, path: &str, errors: &mut Vec<FieldError>) {
    if let Some(at) = list.iter().position(|item| !item.is_object() && !item.is_null()) {
        errors.push(FieldError::invalid(format!("{path}[{at}]"), list[at].clone(), "must be an object for an array of list-type map"));
        return;
    }
    let names = schema.x_kubernetes_list_map_keys.as_deref().unwrap_or_default();
    let key = |item: &Value| -> Value {
        let found = names.iter().filter_map(|name| Some((name.clone(), item.get(name)?.clone())));
        Value::Object(found.collect::<Map<_, _>>())
    };
    let keys: Vec<Value> = list.iter().map(key).collect();
    errors.extend(repeated(&keys).into_iter().map(|at| FieldError::duplicate(format!("{path}[{at}]"), keys[at].clone())));
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_comes_twice_is_named_once() {
        let schema: Schema = serde_json::from_value(json!({"type": "object", "properties": {
            "set": {"type": "array", "x-kubernetes-list-type": "set", "items": {"type": "string"}},
            "map": {"type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"], "items": {"type": "object"}},
        }}))
        .unwrap();
        let value = json!({"set": ["a", "b", "a", "a"], "map": [{"name": "x"}, {"name": "x", "v": 1}]});
        let errors: Vec<String> = validate(&value, &schema).iter().map(ToString::to_string).collect();
        assert_eq!(errors, ["map[1]: Duplicate value: {\"name\":\"x\"}", "set[2]: Duplicate value: \"a\""]);
    }
}
