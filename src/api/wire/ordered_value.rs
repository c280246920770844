//! JSON in Go's order.
//!
//! Models: the order of fields in staging/src/k8s.io/api, v1.36.
//! Simplified: what is in a map of structs has the order of names.

use serde::ser::{Serialize, SerializeMap as _, Serializer};
use serde_json::Value;

use super::go_fields::Struct;

/// A value whose fields come in Go's order where it is a struct there, and in that of their names elsewhere.
#[derive(Clone, Copy, Debug)]
pub struct InGoOrder<'a> {
    value: &'a Value,
    shape: Option<&'static Struct>,
}

impl<'a> InGoOrder<'a> {
    /// An object that says what it is.
    pub fn new(value: &'a Value) -> Self {
        let text = |field: &str| value[field].as_str();
        // The documents of discovery are older than versions.
        let shape = text("kind").and_then(|kind| Struct::of(text("apiVersion").unwrap_or("v1"), kind));
        InGoOrder { value, shape }
    }

    /// A part of an object, by its struct: `meta/v1.ListMeta`.
    pub fn part(value: &'a Value, name: &str) -> Self {
        InGoOrder { value, shape: Struct::named(name) }
    }
}

impl Serialize for InGoOrder<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match (self.value, self.shape) {
            (Value::Object(object), Some(shape)) => {
                let mut out = serializer.serialize_map(Some(object.len()))?;
                for field in shape.fields() {
                    if let Some(value) = object.get(field.name) {
                        let inner = InGoOrder { value, shape: field.inside() };
                        out.serialize_entry(field.name, &if inner.shape.is_some() { inner } else { InGoOrder::new(value) })?;
                    }
                }
                for (name, value) in object.iter().filter(|(name, _)| shape.fields().iter().all(|field| field.name != *name)) {
                    out.serialize_entry(name, &InGoOrder::new(value))?;
                }
                out.end()
            }
            (Value::Array(items), Some(_)) => serializer.collect_seq(items.iter().map(|value| InGoOrder { value, shape: self.shape })),
            (Value::Array(items), None) => serializer.collect_seq(items.iter().map(InGoOrder::new)),
            (Value::Object(object), None) => serializer.collect_map(object.iter().map(|(name, value)| (name, InGoOrder::new(value)))),
            (other, _) => other.serialize(serializer),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn structs_are_known_by_what_they_say_or_by_what_holds_them() {
        let text = |value: Value| serde_json::to_string(&InGoOrder::new(&value)).unwrap();
        let scale = json!({"apiVersion": "autoscaling/v1", "kind": "Scale", "metadata": {"creationTimestamp": "t", "name": "a", "resourceVersion": "1"}});
        assert_eq!(text(scale), r#"{"kind":"Scale","apiVersion":"autoscaling/v1","metadata":{"name":"a","resourceVersion":"1","creationTimestamp":"t"}}"#);
        let list = json!({"kind": "APIResourceList", "groupVersion": "v1", "resources": [{"kind": "Pod", "name": "pods", "shortNames": ["po"], "verbs": ["get"]}]});
        assert_eq!(text(list), r#"{"kind":"APIResourceList","groupVersion":"v1","resources":[{"name":"pods","kind":"Pod","verbs":["get"],"shortNames":["po"]}]}"#);
        assert_eq!(text(json!({"kind": "Tab", "apiVersion": "ex.com/v1"})), r#"{"apiVersion":"ex.com/v1","kind":"Tab"}"#);
        let meta = json!({"continue": "c", "resourceVersion": "1"});
        assert_eq!(serde_json::to_string(&InGoOrder::part(&meta, "meta/v1.ListMeta")).unwrap(), r#"{"resourceVersion":"1","continue":"c"}"#);
    }
}
