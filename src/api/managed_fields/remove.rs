//! Taking fields out of an object: what an applier owned and no longer wants.
//!
//! Models: vendor/sigs.k8s.io/structured-merge-diff/v6/typed/remove.go, v1.36.
//! Simplified: nothing.

use serde_json::{Map, Value};

use super::element::PathElement;
use super::schema::{Elements, MapType, Schema};
use super::set::FieldSet;
use super::typed::{Form, field_of, form, item_element};

/// The value without the members of the set. What becomes empty in this stays as an empty list or map.
pub fn remove<S: Schema>(schema: S, value: &Value, fields: &FieldSet) -> Value {
    match (form(schema, Some(value)), value) {
        (Form::List(Elements::Atomic, _), Value::Array(_)) => Value::Null,
        (Form::List(elements, of), Value::Array(items)) => list_items(schema, elements, of, items, fields),
        (Form::Map(map), Value::Object(_)) if map.atomic => Value::Null,
        (Form::Map(map), Value::Object(object)) => map_fields(schema, &map, object, fields),
        (Form::Plain(_), value) => value.clone(),
        _ => Value::Null,
    }
}

/// What is left of a part in which something was removed: its emptiness is kept.
fn kept_empty(before: &Value, after: Value) -> Value {
    match (before, &after) {
        (Value::Object(_), Value::Null) => Value::Object(Map::new()),
        (Value::Array(_), Value::Null) => Value::Array(Vec::new()),
        _ => after,
    }
}

fn list_items<S: Schema>(schema: S, elements: Elements, of: S, items: &[Value], fields: &FieldSet) -> Value {
    let mut touched = false;
    let mut left = Vec::with_capacity(items.len());
    for item in items {
        let element = item_element(schema, elements, item).ok();
        let node = element.as_ref().and_then(|element| fields.get(element));
        match node {
            Some(node) if node.member => {}
            Some(node) if !node.children.is_empty() => {
                touched = true;
                left.push(kept_empty(item, remove(of, item, &node.children)));
            }
            _ => left.push(item.clone()),
        }
    }
    if left.is_empty() && !touched { Value::Null } else { Value::Array(left) }
}

fn map_fields<S: Schema>(schema: S, map: &MapType<S>, object: &Map<String, Value>, fields: &FieldSet) -> Value {
    let mut touched = false;
    let mut left = Map::new();
    for (name, value) in object {
        let (owned, of) = field_of(schema, map, name);
        let node = fields.get(&PathElement::Field(owned));
        let value = match (node, of) {
            (Some(node), _) if node.member => continue,
            (Some(node), Some(of)) if !node.children.is_empty() => {
                touched = true;
                kept_empty(value, remove(of, value, &node.children))
            }
            _ => value.clone(),
        };
        left.insert(name.clone(), value);
    }
    if left.is_empty() && !touched { Value::Null } else { Value::Object(left) }
}

#[cfg(test)]
mod tests {
    use super::super::{Type, fields_v1};
    use super::*;
    use serde_json::json;

    #[test]
    fn members_go_and_their_neighbours_stay() {
        let schema = Type::of_kind("v1", "Pod").unwrap();
        let pod = json!({"metadata": {"labels": {"a": "1"}, "finalizers": ["x/y", "z/z"]}, "spec": {"containers": [{"name": "a", "env": [{"name": "A"}]}, {"name": "b"}], "nodeSelector": {"x": "y"}}});
        let fields = json!({"f:metadata": {"f:labels": {"f:a": {}}, "f:finalizers": {"v:\"x/y\"": {}}}, "f:spec": {"f:nodeSelector": {}, "f:containers": {"k:{\"name\":\"b\"}": {}, "k:{\"name\":\"a\"}": {"f:env": {"k:{\"name\":\"A\"}": {}}}}}});
        assert_eq!(
            remove(schema, &pod, &fields_v1::from_value(&fields).unwrap()),
            json!({"metadata": {"labels": {}, "finalizers": ["z/z"]}, "spec": {"containers": [{"name": "a", "env": []}]}})
        );
    }
}
