//! FieldsV1: a set of fields as JSON, `{"f:spec":{"f:replicas":{}}}`. A member that has members below is marked by `.`.
//!
//! Models: vendor/sigs.k8s.io/structured-merge-diff/v6/fieldpath/serialize.go, v1.36.
//! Simplified: nothing.

use serde::ser::{Serialize, SerializeMap as _, Serializer};
use serde_json::Value;

use super::element::PathElement;
use super::set::{FieldSet, Node};
use crate::wire::{Verbatim, json};

impl Serialize for FieldSet {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Below { set: self, marked: false }.serialize(serializer)
    }
}

/// What is below an element, which may be marked as a member itself.
struct Below<'a> {
    set: &'a FieldSet,
    marked: bool,
}

impl Serialize for Below<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_map(Some(self.set.nodes().len() + usize::from(self.marked)))?;
        if self.marked {
            out.serialize_entry(".", &FieldSet::default())?;
        }
        for node in self.set.nodes() {
            out.serialize_entry(node.name(), &Below { set: &node.children, marked: node.member && !node.children.is_empty() })?;
        }
        out.end()
    }
}

/// A set whose text is kept with its nodes.
pub struct Known<'a>(pub &'a FieldSet);

impl Serialize for Known<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let below = |node: &Node| json(&Below { set: &node.children, marked: node.member && !node.children.is_empty() });
        let mut out = serializer.serialize_map(Some(self.0.nodes().len()))?;
        for node in self.0.nodes() {
            out.serialize_entry(node.name(), &Verbatim(node.text(below)))?;
        }
        out.end()
    }
}

pub fn to_value(set: &FieldSet) -> Value {
    serde_json::to_value(set).expect("a set has only text for keys")
}

/// Reads a set. What is no object counts as an empty one.
pub fn from_value(value: &Value) -> Result<FieldSet, String> {
    read(value).map(|(set, _)| set)
}

/// The set below, and whether the element itself is a member: it is if nothing is below.
fn read(value: &Value) -> Result<(FieldSet, bool), String> {
    let mut member = false;
    let mut nodes: Vec<Node> = Vec::new();
    for (key, below) in value.as_object().into_iter().flatten() {
        if key == "." {
            member = true;
            continue;
        }
        let Some(element) = PathElement::parse(key).map_err(|why| format!("parsing key as path element: {why}"))? else { continue };
        let (children, is_member) = read(below)?;
        match nodes.iter_mut().find(|node| node.element == element) {
            Some(node) => *node = Node::new(element, node.member || is_member, node.children.union(&children)),
            None => nodes.push(Node::new(element, is_member, children)),
        }
    }
    let set = FieldSet::from_nodes(nodes);
    let member = member || set.is_empty();
    Ok((set, member))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_set_is_written_as_it_was_read() {
        let cases = [
            json!({}),
            json!({"f:metadata": {"f:labels": {".": {}, "f:app": {}}}}),
            json!({"f:spec": {"f:containers": {"k:{\"name\":\"a\"}": {".": {}, "f:ports": {".": {}, "k:{\"containerPort\":80,\"protocol\":\"TCP\"}": {".": {}, "f:containerPort": {}}}}}}}),
            json!({"f:metadata": {"f:finalizers": {".": {}, "v:\"example.com/a\"": {}}}, "f:list": {"i:0": {}}}),
        ];
        for case in cases {
            assert_eq!(to_value(&from_value(&case).unwrap()), case);
        }
    }

    #[test]
    fn what_is_not_understood_is_left_out_and_what_is_broken_is_refused() {
        assert_eq!(to_value(&from_value(&json!({"x:new": {}, "f:a": {"f:b": {}, "y:c": {}}})).unwrap()), json!({"f:a": {"f:b": {}}}));
        assert!(from_value(&json!({"a": {}})).is_err());
        assert!(from_value(&json!({"k:[]": {}})).is_err());
    }
}
