//! Where an owner is: a uid alone does not say. A reference may name the right uid and the wrong place, and then there is
//! no such owner for that dependent, while there is one for others.
//!
//! Models: pkg/controller/garbagecollector/{graph.go,graph_builder.go} (objectReference, partitionDependents,
//! getAlternateOwnerIdentity), v1.36.
//! Simplified: nothing.

use std::fmt;

use podarium_api::OwnerReference;

use super::graph::{Node, Uid};

/// Ordered as the reference orders them when it looks for the next place at which an owner may be.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Coordinates {
    pub kind: String,
    pub api_version: String,
    /// Of an owner that nobody has seen: the namespace of the dependent that named it.
    pub namespace: String,
    pub name: String,
    pub uid: String,
}

impl Coordinates {
    /// The owner that a reference in an object of this namespace means.
    pub fn of_reference(owner: &OwnerReference, namespace: &str) -> Self {
        Coordinates {
            kind: owner.kind.clone(),
            api_version: owner.api_version.clone(),
            namespace: namespace.to_owned(),
            name: owner.name.clone(),
            uid: owner.uid.clone(),
        }
    }

    /// Whether a reference says the same, apart from the namespace.
    pub fn match_reference(&self, owner: &OwnerReference) -> bool {
        owner.uid == self.uid && owner.name == self.name && owner.kind == self.kind && owner.api_version == self.api_version
    }
}

impl fmt::Display for Coordinates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Coordinates { kind, api_version, namespace, name, uid } = self;
        write!(f, "[{api_version}/{kind}, namespace: {namespace}, name: {name}, uid: {uid}]")
    }
}

/// The dependents whose references lead to an owner at this place, and those whose references lead elsewhere.
pub fn partition<'a>(dependents: impl Iterator<Item = (&'a Uid, &'a Node)>, owner: &Coordinates) -> (Vec<Uid>, Vec<Uid>) {
    let (mut matching, mut others) = (Vec::new(), Vec::new());
    for (uid, node) in dependents {
        let elsewhere = !owner.namespace.is_empty() && *owner.namespace != *node.key.namespace;
        let mut references = node.owners.iter().filter(|reference| reference.uid == owner.uid);
        if elsewhere || references.clone().any(|reference| !owner.match_reference(reference)) {
            others.push(uid.clone());
        }
        if !elsewhere && references.any(|reference| owner.match_reference(reference)) {
            matching.push(uid.clone());
        }
    }
    (matching, others)
}

/// Where the owner may be instead, going by the references of these dependents: the next place in the order after the
/// one that was looked at, else the first.
pub fn alternative<'a>(dependents: impl Iterator<Item = &'a Node>, absent: &Coordinates) -> Option<Coordinates> {
    let mut first: Option<Coordinates> = None;
    let mut following: Option<Coordinates> = None;
    for node in dependents {
        for reference in node.owners.iter().filter(|reference| reference.uid == absent.uid) {
            let mut place = Coordinates::of_reference(reference, &node.key.namespace);
            if absent.namespace.is_empty() && (&place.kind, &place.api_version) == (&absent.kind, &absent.api_version) {
                // Objects of this kind are in no namespace.
                place.namespace.clear();
            }
            if place == *absent {
                continue;
            }
            if place > *absent && following.as_ref().is_none_or(|best| place < *best) {
                following = Some(place.clone());
            }
            if first.as_ref().is_none_or(|best| place < *best) {
                first = Some(place);
            }
        }
    }
    following.or(first)
}
