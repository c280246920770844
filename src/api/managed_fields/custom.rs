//! The types of a custom resource, from the schema of its definition.
//!
//! Models: k8s.io/kube-openapi/pkg/schemaconv/openapi.go, staging/src/k8s.io/apiextensions-apiserver/pkg/controller/openapi/builder, v1.36.
//! Simplified: nothing.

use std::borrow::Cow;

use serde_json::Value;

use super::schema::{Elements, MapType, Plain, Schema, Type};

/// A type within a custom resource.
#[derive(Clone, Copy, Debug)]
pub enum CustomType<'a> {
    /// The whole object, with the schema of its version: its metadata are those of every object.
    Object(&'a Value),
    /// A part of it: a JSON schema.
    Part(&'a Value),
    Known(Type),
}

impl<'a> CustomType<'a> {
    /// The type of an object by its `openAPIV3Schema`.
    pub fn object(schema: &'a Value) -> Self {
        CustomType::Object(schema)
    }

    fn schema(self) -> Option<&'a Value> {
        match self {
            CustomType::Object(schema) | CustomType::Part(schema) => Some(schema),
            CustomType::Known(_) => None,
        }
    }
}

fn text<'a>(schema: &'a Value, name: &str) -> &'a str {
    schema.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn is_set(schema: &Value, name: &str) -> bool {
    schema.get(name).and_then(Value::as_bool).unwrap_or(false)
}

/// A schema without a type of its own, which takes anything as one value.
fn is_untyped(schema: &Value) -> bool {
    text(schema, "type").is_empty() && schema.get("properties").is_none()
}

fn is_int_or_string(schema: &Value) -> bool {
    is_set(schema, "x-kubernetes-int-or-string") || text(schema, "format") == "int-or-string"
}

impl Schema for CustomType<'_> {
    fn plain(self) -> Option<Plain> {
        if let CustomType::Known(of) = self {
            return of.plain();
        }
        let schema = self.schema()?;
        if is_int_or_string(schema) {
            return Some(Plain::Any);
        }
        match (text(schema, "type"), text(schema, "format")) {
            ("integer" | "number", _) => Some(Plain::Number),
            ("boolean", _) => Some(Plain::Flag),
            ("string", "" | "byte") => Some(Plain::Text),
            ("string", _) => Some(Plain::Any),
            ("", _) if is_untyped(schema) => Some(Plain::Any),
            _ => None,
        }
    }

    fn list(self) -> Option<(Elements, Self)> {
        if let CustomType::Known(of) = self {
            return of.list().map(|(elements, of)| (elements, CustomType::Known(of)));
        }
        let schema = self.schema()?;
        if text(schema, "type") == "array" {
            let elements = match text(schema, "x-kubernetes-list-type") {
                "set" => Elements::Set,
                "map" => Elements::Keyed,
                _ => Elements::Atomic,
            };
            let of = schema.get("items").map_or(CustomType::Known(Type::AnyAtomic), CustomType::Part);
            return Some((elements, of));
        }
        (is_untyped(schema) && !is_int_or_string(schema)).then_some((Elements::Atomic, CustomType::Known(Type::AnyAtomic)))
    }

    fn map(self) -> Option<MapType<Self>> {
        if let CustomType::Known(of) = self {
            return of.map().map(|map| MapType { atomic: map.atomic, others: map.others.map(CustomType::Known) });
        }
        let schema = self.schema()?;
        if is_int_or_string(schema) {
            return None;
        }
        let any = Some(CustomType::Known(Type::Any));
        if is_untyped(schema) && !matches!(self, CustomType::Object(_)) {
            // Of unknown content: field by field if unknown fields are kept, else as one value.
            let kept = is_set(schema, "x-kubernetes-preserve-unknown-fields");
            return Some(MapType { atomic: !kept, others: if kept { any } else { Some(CustomType::Known(Type::AnyAtomic)) } });
        }
        if text(schema, "type") != "object" && schema.get("properties").is_none() && !matches!(self, CustomType::Object(_)) {
            return None;
        }
        let atomic = text(schema, "x-kubernetes-map-type") == "atomic";
        let others = match schema.get("additionalProperties") {
            Some(of @ Value::Object(_)) => Some(CustomType::Part(of)),
            Some(Value::Bool(true)) => any,
            _ if is_set(schema, "x-kubernetes-preserve-unknown-fields") || schema.get("properties").is_none() => any,
            _ => None,
        };
        Some(MapType { atomic, others })
    }

    fn field(self, name: &str) -> Option<(Cow<'static, str>, Self)> {
        let schema = match self {
            CustomType::Known(of) => return of.field(name).map(|(name, of)| (name, CustomType::Known(of))),
            CustomType::Part(schema) => schema,
            CustomType::Object(schema) => match name {
                "apiVersion" => return Some((Cow::Borrowed("apiVersion"), CustomType::Known(Type::Text))),
                "kind" => return Some((Cow::Borrowed("kind"), CustomType::Known(Type::Text))),
                "metadata" => return Some((Cow::Borrowed("metadata"), CustomType::Known(Type::object_meta()))),
                _ => schema,
            },
        };
        let of = schema.get("properties")?.get(name)?;
        let embedded = is_set(schema, "x-kubernetes-embedded-resource") && name == "metadata";
        Some((Cow::Owned(name.to_owned()), if embedded { CustomType::Known(Type::object_meta()) } else { CustomType::Part(of) }))
    }

    fn key(&self, index: usize) -> Option<(&str, Option<Value>)> {
        let schema = match self {
            CustomType::Known(of) => return of.key(index),
            CustomType::Object(schema) | CustomType::Part(schema) => schema,
        };
        let name = schema.get("x-kubernetes-list-map-keys")?.get(index)?.as_str()?;
        let default = schema.pointer("/items/properties").and_then(|properties| properties.get(name)).and_then(|of| of.get("default")).cloned();
        Some((name, default))
    }
}

#[cfg(test)]
mod tests {
    use super::super::{field_set, fields_v1, validate};
    use super::*;
    use serde_json::json;

    #[test]
    fn a_custom_resource_is_owned_as_its_schema_says() {
        let schema = json!({"type": "object", "properties": {
            "spec": {"type": "object", "properties": {
                "size": {"type": "integer"},
                "port": {"x-kubernetes-int-or-string": true},
                "limits": {"type": "object", "x-kubernetes-map-type": "atomic", "additionalProperties": {"type": "string"}},
                "tags": {"type": "array", "x-kubernetes-list-type": "set", "items": {"type": "string"}},
                "words": {"type": "array", "items": {"type": "string"}},
                "ports": {"type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["port", "protocol"], "items": {"type": "object", "properties": {
                    "port": {"type": "integer"}, "protocol": {"type": "string", "default": "TCP"}, "name": {"type": "string"}}}},
                "free": {"type": "object", "x-kubernetes-preserve-unknown-fields": true},
            }},
        }});
        let object = CustomType::object(&schema);
        let value = json!({"apiVersion": "a/v1", "kind": "X", "metadata": {"name": "x", "finalizers": ["a/b"]}, "spec": {
            "size": 1, "port": "x", "limits": {"a": "b"}, "tags": ["t"], "words": ["w"], "ports": [{"port": 1, "name": "n"}], "free": {"a": {"b": 1}, "c": [1]}}});
        assert_eq!(validate(object, &value, false), Ok(()));
        assert_eq!(
            fields_v1::to_value(&field_set(object, &value)),
            json!({"f:apiVersion": {}, "f:kind": {}, "f:metadata": {"f:name": {}, "f:finalizers": {"v:\"a/b\"": {}}}, "f:spec": {
                "f:size": {}, "f:port": {}, "f:limits": {}, "f:tags": {"v:\"t\"": {}}, "f:words": {},
                "f:ports": {"k:{\"port\":1,\"protocol\":\"TCP\"}": {".": {}, "f:port": {}, "f:name": {}}},
                "f:free": {"f:a": {".": {}, "f:b": {}}, "f:c": {}}}})
        );
        assert_eq!(validate(object, &json!({"spec": {"shape": 1}}), false), Err(".spec.shape: field not declared in schema".to_owned()));
    }
}
