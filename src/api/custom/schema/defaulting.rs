//! Defaulting: what the schema says of a field that the writer left out.
//!
//! Models: staging/src/k8s.io/apiextensions-apiserver/pkg/apiserver/schema/defaulting/{algorithm.go,prunenulls.go}, v1.36.
//! Simplified: nothing.

use serde_json::Value;

use super::walk::{additional, items, property, values};
use super::Schema;

fn default_of(schema: &Schema) -> Option<&Value> {
    schema.default.as_ref().map(|default| &default.0)
}

/// `null` where the schema does not allow it: as good as nothing.
fn is_unwanted_null(value: &Value, schema: Option<&Schema>) -> bool {
    value.is_null() && schema.is_some_and(|schema| schema.nullable != Some(true))
}

/// Fills in the defaults, also inside what a default has just filled in.
pub(crate) fn set_defaults(value: &mut Value, schema: &Schema) {
    match value {
        Value::Object(fields) => {
            for (name, inner) in schema.properties.iter().flatten() {
                let Some(default) = default_of(inner) else { continue };
                if fields.get(name).is_none_or(|found| is_unwanted_null(found, Some(inner))) {
                    fields.insert(name.clone(), default.clone());
                }
            }
            for (name, value) in fields {
                let Some(inner) = property(schema, name).or_else(|| values(schema)) else { continue };
                replace_null(value, inner);
                set_defaults(value, inner);
            }
        }
        Value::Array(list) => {
            let Some(inner) = items(schema) else { return };
            for item in list {
                replace_null(item, inner);
                set_defaults(item, inner);
            }
        }
        _ => {}
    }
}

fn replace_null(value: &mut Value, schema: &Schema) {
    if is_unwanted_null(value, Some(schema))
        && let Some(default) = default_of(schema)
    {
        *value = default.clone();
    }
}

/// Drops `null` where the schema neither allows it nor has a default in its place.
pub(crate) fn drop_nulls(value: &mut Value, schema: Option<&Schema>) {
    let Some(schema) = schema else { return };
    match value {
        Value::Object(fields) => fields.retain(|name, value| {
            let own = property(schema, name);
            let inner = own.or_else(|| additional(schema).flatten());
            let replaced = own.is_some_and(|own| own.default.is_some());
            if is_unwanted_null(value, inner) && !replaced {
                return false;
            }
            drop_nulls(value, inner);
            true
        }),
        Value::Array(list) => list.iter_mut().for_each(|item| drop_nulls(item, items(schema))),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn defaults_fill_in_what_is_missing() {
        let schema: Schema = serde_json::from_value(json!({"type": "object", "properties": {
            "a": {"type": "integer", "default": 1},
            "b": {"type": "object", "default": {}, "properties": {"c": {"type": "string", "default": "d"}}},
            "n": {"type": "string", "nullable": true, "default": "x"},
            "l": {"type": "array", "items": {"type": "object", "properties": {"p": {"type": "integer", "default": 80}}}},
            "m": {"type": "object", "additionalProperties": {"type": "string", "default": "v"}},
            "o": {"type": "object", "properties": {"q": {"type": "string", "default": "r"}}},
        }}))
        .unwrap();
        let mut value = json!({"a": null, "n": null, "l": [{}, {"p": 1}], "m": {"k": null}, "z": null});
        set_defaults(&mut value, &schema);
        let expected = json!({"a": 1, "b": {"c": "d"}, "n": null, "l": [{"p": 80}, {"p": 1}], "m": {"k": "v"}, "z": null});
        assert_eq!(value, expected);
    }

    #[test]
    fn nulls_stay_only_where_they_are_allowed_or_replaced() {
        let schema: Schema = serde_json::from_value(json!({"type": "object", "properties": {
            "a": {"type": "integer"}, "n": {"type": "string", "nullable": true}, "d": {"type": "string", "default": "x"},
            "m": {"type": "object", "additionalProperties": {"type": "string"}},
        }}))
        .unwrap();
        let mut value = json!({"a": null, "n": null, "d": null, "m": {"k": null, "l": "x"}, "u": null});
        drop_nulls(&mut value, Some(&schema));
        assert_eq!(value, json!({"n": null, "d": null, "m": {"l": "x"}, "u": null}));
    }
}
