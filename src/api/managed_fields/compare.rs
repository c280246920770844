//! What differs between two states of an object, as sets of fields.
//!
//! Models: vendor/sigs.k8s.io/structured-merge-diff/v6/typed/compare.go, v1.36.
//! Simplified: nothing.

use serde_json::Value;

use super::element::{PathElement, equal_values};
use super::schema::{Elements, MapType, Schema};
use super::set::{FieldSet, Node};
use super::typed::{Form, field_of, form, item_element, list_of, map_of};

/// The differences between an old and a new state. No field is in two of the sets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comparison {
    pub removed: FieldSet,
    pub modified: FieldSet,
    pub added: FieldSet,
}

impl Comparison {
    /// Without these fields and all that is below them.
    #[must_use]
    pub fn without(&self, fields: &FieldSet) -> Self {
        Comparison {
            removed: self.removed.recursive_difference(fields),
            modified: self.modified.recursive_difference(fields),
            added: self.added.recursive_difference(fields),
        }
    }

    /// Each of the three sets as `keep` makes it.
    #[must_use]
    pub fn filtered(&self, keep: impl Fn(&FieldSet) -> FieldSet) -> Self {
        Comparison { removed: keep(&self.removed), modified: keep(&self.modified), added: keep(&self.added) }
    }

    pub fn is_same(&self) -> bool {
        self.removed.is_empty() && self.modified.is_empty() && self.added.is_empty()
    }
}

/// Compares two values of a type.
pub fn compare<S: Schema>(schema: S, old: &Value, new: &Value) -> Comparison {
    let difference = walk(schema, Some(old), Some(new));
    let [removed, modified, added] = difference.below;
    Comparison { removed, modified, added }
}

/// Removed, modified, added: whether the value itself is, and what is below it.
#[derive(Default)]
struct Difference {
    itself: [bool; 3],
    below: [FieldSet; 3],
}

const REMOVED: usize = 0;
const MODIFIED: usize = 1;
const ADDED: usize = 2;

impl Difference {
    fn itself(which: usize) -> Self {
        let mut difference = Difference::default();
        difference.itself[which] = true;
        difference
    }

    fn with(mut self, other: Difference) -> Self {
        for which in [REMOVED, MODIFIED, ADDED] {
            self.itself[which] |= other.itself[which];
            self.below[which] = self.below[which].union(&other.below[which]);
        }
        self
    }
}

/// The differences of all children of one value.
#[derive(Default)]
struct Children([Vec<Node>; 3]);

impl Children {
    fn add(&mut self, element: &PathElement, difference: Difference) {
        for (which, below) in difference.below.into_iter().enumerate() {
            if difference.itself[which] || !below.is_empty() {
                self.0[which].push(Node::new(element.clone(), difference.itself[which], below));
            }
        }
    }

    fn done(self) -> Difference {
        Difference { itself: [false; 3], below: self.0.map(FieldSet::from_nodes) }
    }
}

/// Compares two states of one value, at most one of which is missing.
fn walk<S: Schema>(schema: S, old: Option<&Value>, new: Option<&Value>) -> Difference {
    let missing = match (old, new) {
        (None, _) => Some(ADDED),
        (_, None) => Some(REMOVED),
        _ => None,
    };
    let mut difference = match (old, new) {
        (Some(_), Some(_)) => {
            let (before, after) = (form(schema, old), form(schema, new));
            if before.is_like(&after) {
                in_form(schema, &after, old, new)
            } else {
                in_form(schema, &before, old, new).with(in_form(schema, &after, old, new))
            }
        }
        (Some(_), None) => in_form(schema, &form(schema, old), old, new),
        _ => in_form(schema, &form(schema, new), old, new),
    };
    if let Some(which) = missing {
        difference.itself[which] = true;
    }
    difference
}

fn in_form<S: Schema>(schema: S, form: &Form<S>, old: Option<&Value>, new: Option<&Value>) -> Difference {
    match form {
        Form::Plain(_) | Form::Unknown => leaf(old, new),
        Form::Map(map) => {
            let (before, after) = (map_of(old), map_of(new));
            let empty = before.is_none_or(|fields| fields.is_empty()) && after.is_none_or(|fields| fields.is_empty());
            if map.atomic || empty { leaf(old, new) } else { map_fields(schema, map, old, new) }
        }
        Form::List(elements, of) => {
            let (before, after) = (list_of(old), list_of(new));
            let empty = before.is_none_or(|items| items.is_empty()) && after.is_none_or(|items| items.is_empty());
            if *elements == Elements::Atomic || empty { leaf(old, new) } else { list_items(schema, *elements, *of, old, new) }
        }
    }
}

/// A value that counts as a whole.
fn leaf(old: Option<&Value>, new: Option<&Value>) -> Difference {
    match (old, new) {
        (None, _) => Difference::itself(ADDED),
        (_, None) => Difference::itself(REMOVED),
        (Some(old), Some(new)) if equal_values(old, new) => Difference::default(),
        _ => Difference::itself(MODIFIED),
    }
}

fn map_fields<S: Schema>(schema: S, map: &MapType<S>, old: Option<&Value>, new: Option<&Value>) -> Difference {
    let (before, after) = (map_of(old), map_of(new));
    let mut children = Children::default();
    let mut visit = |name: &str, old: Option<&Value>, new: Option<&Value>| {
        let (name, of) = field_of(schema, map, name);
        let difference = match of {
            Some(of) => walk(of, old, new),
            None => leaf(old, new),
        };
        children.add(&PathElement::Field(name), difference);
    };
    for (name, old) in before.into_iter().flatten() {
        visit(name, Some(old), after.and_then(|fields| fields.get(name)));
    }
    for (name, new) in after.into_iter().flatten() {
        if before.is_none_or(|fields| !fields.contains_key(name)) {
            visit(name, None, Some(new));
        }
    }
    children.done()
}

/// The elements of a list with all values that go by each.
fn grouped<S: Schema>(schema: S, elements: Elements, list: Option<&Vec<Value>>) -> Vec<(PathElement, Vec<&Value>)> {
    let mut groups: Vec<(PathElement, Vec<&Value>)> = Vec::new();
    for item in list.into_iter().flatten() {
        let Ok(element) = item_element(schema, elements, item) else { continue };
        match groups.iter_mut().find(|(known, _)| *known == element) {
            Some((_, items)) => items.push(item),
            None => groups.push((element, vec![item])),
        }
    }
    groups
}

fn list_items<S: Schema>(schema: S, elements: Elements, of: S, old: Option<&Value>, new: Option<&Value>) -> Difference {
    let before = grouped(schema, elements, list_of(old));
    let mut after = grouped(schema, elements, list_of(new));
    let mut children = Children::default();
    for (element, old) in before {
        let new = after.iter().position(|(other, _)| *other == element).map(|at| after.swap_remove(at).1).unwrap_or_default();
        children.add(&element, item(of, &old, &new));
    }
    for (element, new) in after {
        children.add(&element, item(of, &[], &new));
    }
    children.done()
}

/// Compares what goes by one element. Something that is there several times counts as a whole.
fn item<S: Schema>(of: S, old: &[&Value], new: &[&Value]) -> Difference {
    match (old, new) {
        ([], []) => Difference::default(),
        ([] | [_], [] | [_]) => walk(of, old.first().copied(), new.first().copied()),
        ([_, _, ..], [_, _, ..]) => {
            let same = old.len() == new.len() && old.iter().zip(new).all(|(old, new)| equal_values(old, new));
            if same { Difference::default() } else { Difference::itself(MODIFIED) }
        }
        ([_, _, ..], fewer) => {
            let single = fewer.first().map(|new| walk(of, None, Some(new))).unwrap_or_default();
            single.with(Difference::itself(REMOVED))
        }
        (fewer, _) => {
            let single = fewer.first().map(|old| walk(of, Some(old), None)).unwrap_or_default();
            single.with(Difference::itself(ADDED))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Type, fields_v1};
    use super::*;
    use serde_json::json;

    #[test]
    fn fields_are_added_modified_or_removed() {
        let schema = Type::of_kind("apps/v1", "Deployment").unwrap();
        let old = json!({"metadata": {"labels": {"a": "1", "b": "1"}}, "spec": {"replicas": 1, "selector": null, "template": {"spec": {"containers": [{"name": "a", "image": "x"}, {"name": "gone"}]}}}});
        let new = json!({"metadata": {"labels": {"a": "2", "c": "1"}}, "spec": {"replicas": 1, "selector": {"matchLabels": {"a": "b"}}, "template": {"spec": {"containers": [{"name": "a", "image": "y", "stdin": true}], "nodeSelector": {"x": "y"}}}}});
        let comparison = compare(schema, &old, &new);
        let key = |name: &str| format!("k:{{\"name\":\"{name}\"}}");
        assert_eq!(
            fields_v1::to_value(&comparison.removed),
            json!({"f:metadata": {"f:labels": {"f:b": {}}}, "f:spec": {"f:template": {"f:spec": {"f:containers": {key("gone"): {".": {}, "f:name": {}}}}}}})
        );
        assert_eq!(
            fields_v1::to_value(&comparison.modified),
            json!({"f:metadata": {"f:labels": {"f:a": {}}}, "f:spec": {"f:selector": {}, "f:template": {"f:spec": {"f:containers": {key("a"): {"f:image": {}}}}}}})
        );
        assert_eq!(
            fields_v1::to_value(&comparison.added),
            json!({"f:metadata": {"f:labels": {"f:c": {}}}, "f:spec": {"f:template": {"f:spec": {"f:containers": {key("a"): {"f:stdin": {}}}, "f:nodeSelector": {}}}}})
        );
        assert!(compare(schema, &new, &new).is_same());
    }
}
