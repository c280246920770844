//! A set of fields of an object: what one writer owns.
//!
//! A tree of path elements. Each may be a member itself, and have members below: `spec.containers[name="app"]` and
//! `spec.containers[name="app"].image`. Equal parts of two sets can be one part in memory, since they are shared and
//! never change.
//!
//! Models: vendor/sigs.k8s.io/structured-merge-diff/v6/fieldpath/set.go, v1.36.
//! Simplified: nothing.

use std::cmp::Ordering;
use std::hash::{Hash as _, Hasher};
use std::sync::{Arc, OnceLock};

use super::element::PathElement;
use super::schema::Schema;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldSet(Arc<[Arc<Node>]>);

/// A path element with what is below it. It is a member or something below it is.
#[derive(Clone, Debug)]
pub struct Node {
    pub element: PathElement,
    pub member: bool,
    pub children: FieldSet,
    /// The element as FieldsV1 names it, which is read more often than anything else.
    name: Box<str>,
    digest: u64,
    text: OnceLock<Box<[u8]>>,
}

impl PartialEq for Node {
    fn eq(&self, other: &Self) -> bool {
        self.digest == other.digest && self.member == other.member && self.element == other.element && self.children == other.children
    }
}

impl Eq for Node {}

impl Node {
    pub fn new(element: PathElement, member: bool, children: FieldSet) -> Self {
        let mut hasher = Digest(0xcbf2_9ce4_8422_2325);
        let name = element.serialized();
        name.hash(&mut hasher);
        hasher.write_u8(u8::from(member));
        children.0.iter().for_each(|child| hasher.write_u64(child.digest));
        Node { element, member, children, name: name.into(), digest: hasher.finish(), text: OnceLock::new() }
    }

    /// The element as FieldsV1 names it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Equal nodes have equal digests.
    pub fn digest(&self) -> u64 {
        self.digest
    }

    /// What is below it as FieldsV1, once `write` has written it.
    pub(super) fn text(&self, write: impl FnOnce(&Self) -> Vec<u8>) -> &[u8] {
        self.text.get_or_init(|| write(self).into())
    }

    fn some(element: PathElement, member: bool, children: FieldSet) -> Option<Arc<Self>> {
        (member || !children.is_empty()).then(|| Arc::new(Node::new(element, member, children)))
    }
}

/// FNV-1a with a last mixing: the same on every machine.
struct Digest(u64);

impl Hasher for Digest {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    fn write_u64(&mut self, value: u64) {
        self.0 = (self.0 ^ value).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29);
    }

    fn finish(&self) -> u64 {
        let mixed = (self.0 ^ (self.0 >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
        mixed ^ (mixed >> 33)
    }
}

impl FieldSet {
    /// Nodes in any order, no two with the same element.
    pub fn from_nodes(nodes: impl IntoIterator<Item = Node>) -> Self {
        let mut nodes: Vec<Arc<Node>> = nodes.into_iter().filter(|node| node.member || !node.children.is_empty()).map(Arc::new).collect();
        nodes.sort_by(|a, b| a.element.cmp(&b.element));
        FieldSet(nodes.into())
    }

    /// Reads FieldsV1.
    pub fn from_json(value: &serde_json::Value) -> Result<Self, String> {
        super::fields_v1::from_value(value)
    }

    /// As FieldsV1.
    pub fn to_json(&self) -> serde_json::Value {
        super::fields_v1::to_value(self)
    }

    /// The set with one path.
    pub fn path(path: &[PathElement]) -> Self {
        let Some((first, rest)) = path.split_first() else { return Self::default() };
        FieldSet::from_nodes([Node::new(first.clone(), rest.is_empty(), FieldSet::path(rest))])
    }

    /// Fields by their names: `["metadata", "labels"]`.
    pub fn of_fields(path: &[&'static str]) -> Self {
        let path: Vec<PathElement> = path.iter().map(|name| PathElement::known(name)).collect();
        FieldSet::path(&path)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn nodes(&self) -> &[Arc<Node>] {
        &self.0
    }

    /// Nodes in their order.
    pub fn from_sorted(nodes: Vec<Arc<Node>>) -> Self {
        FieldSet(nodes.into())
    }

    pub fn get(&self, element: &PathElement) -> Option<&Node> {
        self.0.binary_search_by(|node| node.element.cmp(element)).ok().map(|at| &*self.0[at])
    }

    pub fn has_member(&self, element: &PathElement) -> bool {
        self.get(element).is_some_and(|node| node.member)
    }

    /// What is below the element.
    pub fn below(&self, element: &PathElement) -> Option<&FieldSet> {
        self.get(element).map(|node| &node.children).filter(|children| !children.is_empty())
    }

    pub fn has(&self, path: &[PathElement]) -> bool {
        match path {
            [] => false,
            [last] => self.has_member(last),
            [first, rest @ ..] => self.below(first).is_some_and(|below| below.has(rest)),
        }
    }

    /// Equal sets have equal digests.
    pub fn digest(&self) -> u64 {
        let mut hasher = Digest(0xcbf2_9ce4_8422_2325);
        self.0.iter().for_each(|node| hasher.write_u64(node.digest));
        hasher.finish()
    }

    /// Whether two sets are the same in memory.
    pub fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        if self.is_empty() || self.is_same(other) {
            return other.clone();
        }
        if other.is_empty() {
            return self.clone();
        }
        self.zip(other, |mine, theirs| match (mine, theirs) {
            (Some(one), None) | (None, Some(one)) => Some(one.clone()),
            (Some(mine), Some(theirs)) if mine == theirs => Some(mine.clone()),
            (Some(mine), Some(theirs)) => Node::some(mine.element.clone(), mine.member || theirs.member, mine.children.union(&theirs.children)),
            (None, None) => None,
        })
    }

    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        if self.is_empty() || other.is_empty() {
            return Self::default();
        }
        self.zip(other, |mine, theirs| {
            let (mine, theirs) = (mine?, theirs?);
            Node::some(mine.element.clone(), mine.member && theirs.member, mine.children.intersection(&theirs.children))
        })
    }

    /// What is here and not there. A field that is there does not take away those below it.
    #[must_use]
    pub fn difference(&self, other: &Self) -> Self {
        if self.is_empty() || other.is_empty() {
            return self.clone();
        }
        self.zip(other, |mine, theirs| {
            let mine = mine?;
            match theirs {
                None => Some(mine.clone()),
                Some(theirs) => Node::some(mine.element.clone(), mine.member && !theirs.member, mine.children.difference(&theirs.children)),
            }
        })
    }

    /// What is here, without the fields that are there and all that is below those.
    #[must_use]
    pub fn recursive_difference(&self, other: &Self) -> Self {
        if self.is_empty() || other.is_empty() {
            return self.clone();
        }
        self.zip(other, |mine, theirs| {
            let mine = mine?;
            match theirs {
                None => Some(mine.clone()),
                Some(theirs) if theirs.member => None,
                Some(theirs) => Node::some(mine.element.clone(), mine.member, mine.children.recursive_difference(&theirs.children)),
            }
        })
    }

    /// The set with the declared fields that lead to its members as members too.
    #[must_use]
    pub fn with_named_fields<S: Schema>(&self, schema: Option<S>) -> Self {
        let nodes = self.0.iter().map(|node| {
            if node.children.is_empty() {
                return node.clone();
            }
            let declared = match &node.element {
                PathElement::Field(name) => schema.and_then(|schema| schema.field(name)).map(|(_, of)| of),
                _ => None,
            };
            let below = declared.or_else(|| match &node.element {
                PathElement::Field(_) => schema.and_then(Schema::map).and_then(|map| map.others),
                PathElement::Key(_) => schema.and_then(Schema::list).map(|(_, element)| element),
                _ => None,
            });
            let children = node.children.with_named_fields(below);
            Arc::new(Node::new(node.element.clone(), node.member || declared.is_some(), children))
        });
        FieldSet::from_sorted(nodes.collect())
    }

    /// Every member's path, parents first.
    pub fn paths(&self) -> Vec<Vec<PathElement>> {
        fn walk(set: &FieldSet, prefix: &mut Vec<PathElement>, out: &mut Vec<Vec<PathElement>>) {
            for node in set.0.iter().filter(|node| node.member) {
                prefix.push(node.element.clone());
                out.push(prefix.clone());
                prefix.pop();
            }
            for node in set.0.iter() {
                prefix.push(node.element.clone());
                walk(&node.children, prefix, out);
                prefix.pop();
            }
        }
        let mut out = Vec::new();
        walk(self, &mut Vec::new(), &mut out);
        out
    }

    /// Walks two sets side by side in the order of their elements.
    fn zip(&self, other: &Self, mut pick: impl FnMut(Option<&Arc<Node>>, Option<&Arc<Node>>) -> Option<Arc<Node>>) -> Self {
        let (mut mine, mut theirs) = (self.0.iter().peekable(), other.0.iter().peekable());
        let mut out = Vec::with_capacity(self.0.len());
        loop {
            let order = match (mine.peek(), theirs.peek()) {
                (None, None) => return FieldSet::from_sorted(out),
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (Some(a), Some(b)) => a.element.cmp(&b.element),
            };
            out.extend(match order {
                Ordering::Less => pick(mine.next(), None),
                Ordering::Greater => pick(None, theirs.next()),
                Ordering::Equal => pick(mine.next(), theirs.next()),
            });
        }
    }
}

/// A path as people read it: `.spec.containers[name="app"].image`.
pub fn path_text(path: &[PathElement]) -> String {
    path.iter().map(ToString::to_string).collect()
}

#[cfg(test)]
mod tests {
    use super::super::fields_v1;
    use super::*;
    use serde_json::{Value, json};

    fn set(value: Value) -> FieldSet {
        fields_v1::from_value(&value).unwrap()
    }

    #[test]
    fn algebra_keeps_parents_and_children_apart() {
        let a = set(json!({"f:a": {".": {}, "f:b": {}}, "f:c": {"f:d": {}}}));
        let b = set(json!({"f:a": {}, "f:c": {"f:d": {}, "f:e": {}}}));
        assert_eq!(a.union(&b), set(json!({"f:a": {".": {}, "f:b": {}}, "f:c": {"f:d": {}, "f:e": {}}})));
        assert_eq!(a.intersection(&b), set(json!({"f:a": {}, "f:c": {"f:d": {}}})));
        assert_eq!(a.difference(&b), set(json!({"f:a": {"f:b": {}}})));
        assert_eq!(b.difference(&a), set(json!({"f:c": {"f:e": {}}})));
        assert_eq!(a.recursive_difference(&b), FieldSet::default());
        assert_eq!(a.recursive_difference(&set(json!({"f:c": {}}))), set(json!({"f:a": {".": {}, "f:b": {}}})));
    }

    #[test]
    fn members_are_listed_before_what_is_below_them() {
        let paths = set(json!({"f:a": {"f:x": {}}, "f:b": {}, "f:c": {".": {}, "f:y": {}}})).paths();
        let texts: Vec<String> = paths.iter().map(|path| path_text(path)).collect();
        assert_eq!(texts, [".b", ".c", ".a.x", ".c.y"]);
    }

    #[test]
    fn equal_sets_have_equal_digests() {
        let one = set(json!({"f:a": {"k:{\"name\":\"x\"}": {".": {}, "f:name": {}}}}));
        let other = set(json!({"f:a": {"k:{\"name\":\"x\"}": {"f:name": {}, ".": {}}}}));
        assert_eq!(one.nodes()[0].digest(), other.nodes()[0].digest());
        assert_ne!(one.nodes()[0].digest(), set(json!({"f:a": {"k:{\"name\":\"x\"}": {"f:name": {}}}})).nodes()[0].digest());
    }
}
