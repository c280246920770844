//! The fields that a configuration mentions: what its applier comes to own.
//!
//! Plain values and atomic parts are members, elements of lists and entries of maps are, declared structs and lists are
//! not: whoever sets `spec.replicas` owns that and not `spec`.
//!
//! Models: vendor/sigs.k8s.io/structured-merge-diff/v6/typed/tofieldset.go, v1.36.
//! Simplified: nothing.

use serde_json::Value;

use super::element::PathElement;
use super::schema::{Elements, MapType, Schema};
use super::set::{FieldSet, Node};
use super::typed::{Form, field_of, form, item_element};

/// All fields that a value of this type mentions.
pub fn field_set<S: Schema>(schema: S, value: &Value) -> FieldSet {
    walk(schema, value).1
}

/// Whether the value itself is a member, and what is below it.
fn walk<S: Schema>(schema: S, value: &Value) -> (bool, FieldSet) {
    match form(schema, Some(value)) {
        Form::Plain(_) => (true, FieldSet::default()),
        Form::Map(map) if map.atomic => (true, FieldSet::default()),
        Form::List(Elements::Atomic, _) => (true, FieldSet::default()),
        Form::Map(map) => (false, map_fields(schema, &map, value)),
        Form::List(elements, of) => (false, list_items(schema, elements, of, value)),
        Form::Unknown => (false, FieldSet::default()),
    }
}

fn map_fields<S: Schema>(schema: S, map: &MapType<S>, value: &Value) -> FieldSet {
    let fields = value.as_object().into_iter().flatten();
    FieldSet::from_nodes(fields.map(|(name, value)| {
        let declared = schema.field(name).is_some();
        let (name, of) = field_of(schema, map, name);
        let (member, below) = of.map_or((false, FieldSet::default()), |of| walk(of, value));
        let empty = value.is_null() || value.as_object().is_some_and(serde_json::Map::is_empty);
        Node::new(PathElement::Field(name), member || empty || !declared, below)
    }))
}

fn list_items<S: Schema>(schema: S, elements: Elements, of: S, value: &Value) -> FieldSet {
    let items = value.as_array().into_iter().flatten();
    let known: Vec<(PathElement, &Value)> = items.filter_map(|item| Some((item_element(schema, elements, item).ok()?, item))).collect();
    let mut nodes: Vec<Node> = Vec::with_capacity(known.len());
    for (element, item) in &known {
        if nodes.iter().any(|node| node.element == *element) {
            continue;
        }
        // Of an element that is there twice, only that it is there is owned.
        let repeated = known.iter().filter(|(other, _)| other == element).count() > 1;
        let below = if repeated { FieldSet::default() } else { walk(of, item).1 };
        nodes.push(Node::new(element.clone(), true, below));
    }
    FieldSet::from_nodes(nodes)
}

#[cfg(test)]
mod tests {
    use super::super::{Type, fields_v1};
    use super::*;
    use serde_json::json;

    #[test]
    fn leaves_and_elements_are_owned_but_not_the_structs_around_them() {
        let cases = [
            (
                ("apps/v1", "Deployment"),
                json!({"metadata": {"labels": {"a": "b"}, "annotations": {}}, "spec": {"selector": {"matchLabels": {"a": "b"}}, "template": {"spec": {"containers": [{"name": "x", "ports": [{"containerPort": 80}]}]}}}}),
                json!({"f:metadata": {"f:annotations": {}, "f:labels": {"f:a": {}}}, "f:spec": {"f:selector": {}, "f:template": {"f:spec": {"f:containers": {
                    "k:{\"name\":\"x\"}": {".": {}, "f:name": {}, "f:ports": {"k:{\"containerPort\":80,\"protocol\":\"TCP\"}": {".": {}, "f:containerPort": {}}}}}}}}}),
            ),
            (("v1", "ConfigMap"), json!({"data": {"x": "1"}, "binaryData": null}), json!({"f:binaryData": {}, "f:data": {"f:x": {}}})),
            (("v1", "Pod"), json!({"metadata": {"finalizers": ["a/b"]}, "spec": {"containers": []}}), json!({"f:metadata": {"f:finalizers": {"v:\"a/b\"": {}}}})),
            (
                ("v1", "Pod"),
                json!({"spec": {"containers": [{"name": "x", "env": [{"name": "A", "value": "1"}, {"name": "A", "value": "2"}]}]}}),
                json!({"f:spec": {"f:containers": {"k:{\"name\":\"x\"}": {".": {}, "f:name": {}, "f:env": {"k:{\"name\":\"A\"}": {}}}}}}),
            ),
        ];
        for ((version, kind), value, expected) in cases {
            let schema = Type::of_kind(version, kind).unwrap();
            assert_eq!(fields_v1::to_value(&field_set(schema, &value)), expected, "{value}");
        }
    }
}
