//! The graph of owners: every object that the collector has seen, and who depends on whom.
//!
//! An owner that is named in a reference but was never seen stands in the graph as a virtual node until the server has
//! said whether it exists.
//!
//! Models: pkg/controller/garbagecollector/{graph.go,graph_builder.go}, v1.36.
//! Simplified: of the owners that are known to be absent, those that were found out first are forgotten first.

use std::sync::Arc;

use imbl::{OrdMap, OrdSet, Vector};
use podarium_api::{Kind, Object, ObjectMeta, OwnerReference};

use super::coordinates::{Coordinates, alternative, partition};
use crate::store::Key;

pub type Uid = Arc<str>;

const ORPHAN: &str = "orphan";
const FOREGROUND: &str = "foregroundDeletion";
/// How many absent owners are remembered.
const ABSENT: usize = 500;

/// Something that the collector must look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Work {
    /// Perhaps this object is to be deleted, or waits for its dependents.
    Delete(Uid),
    /// This object's dependents are to be set free.
    Orphan(Uid),
    /// The first object names the second as its owner, which is in another namespace.
    Report(Uid, Uid),
}

#[derive(Clone, Debug)]
pub struct Node {
    /// `None` for an owner of a kind that the cluster does not know.
    pub kind: Option<Kind>,
    /// Of a virtual node: in the namespace of the dependent that named it.
    pub key: Key,
    /// The version and kind by which a dependent names it, until it has been seen.
    named: Option<(String, String)>,
    pub owners: Vec<OwnerReference>,
    pub being_deleted: bool,
    /// It is being deleted and waits for its dependents to be deleted first.
    pub deleting_dependents: bool,
    orphaning: bool,
}

#[derive(Clone, Debug, Default)]
pub struct Graph {
    nodes: OrdMap<Uid, Arc<Node>>,
    /// Owner and dependent.
    dependents: OrdSet<(Uid, Uid)>,
    absent: OrdSet<Arc<Coordinates>>,
    absent_order: Vector<Arc<Coordinates>>,
    /// The kinds that definitions made, by group and name.
    custom: OrdMap<(&'static str, &'static str), Kind>,
}

impl Node {
    /// An owner that nobody has seen yet, where a reference says that it is.
    fn virtual_at(place: &Coordinates, kind: Option<Kind>) -> Self {
        Node {
            kind,
            key: Key::new(&place.namespace, &place.name),
            named: Some((place.api_version.clone(), place.kind.clone())),
            owners: Vec::new(),
            being_deleted: false,
            deleting_dependents: false,
            orphaning: false,
        }
    }

    pub fn is_virtual(&self) -> bool {
        self.named.is_some()
    }

    pub fn coordinates(&self, uid: &str) -> Coordinates {
        let (api_version, kind) = self.named.clone().unwrap_or_else(|| self.kind.map(|kind| (kind.info().api_version(), kind.info().kind.to_owned())).unwrap_or_default());
        Coordinates { kind, api_version, namespace: self.key.namespace.to_string(), name: self.key.name.to_string(), uid: uid.to_owned() }
    }

    /// Whether a reference names it by its version, kind and name.
    fn is_at(&self, owner: &OwnerReference) -> bool {
        let named = match (&self.named, self.kind) {
            (Some((api_version, kind)), _) => *api_version == owner.api_version && *kind == owner.kind,
            (None, Some(kind)) => kind.info().kind == owner.kind && kind.info().api_version() == owner.api_version,
            (None, None) => false,
        };
        named && *self.key.name == *owner.name
    }

    /// Under which key the server would have it.
    pub fn place(&self) -> Key {
        let namespaced = self.kind.is_none_or(|kind| kind.info().namespaced);
        if namespaced { self.key.clone() } else { Key::new("", &self.key.name) }
    }

    /// Whether an object is just as the graph has it. Most news is of this kind: a lease that is renewed, a status.
    fn is_still(&self, object: &Object) -> bool {
        let meta = object.meta();
        meta.deletion_timestamp.is_none()
            && !self.being_deleted
            && !self.is_virtual()
            && self.kind == Some(object.kind())
            && self.owners == meta.owner_references.as_deref().unwrap_or_default()
            && *self.key.name == *meta.name.as_deref().unwrap_or_default()
            && *self.key.namespace == *meta.namespace.as_deref().unwrap_or_default()
    }
}

pub fn has_finalizer(meta: &ObjectMeta, name: &str) -> bool {
    meta.finalizers.iter().flatten().any(|finalizer| finalizer == name)
}

pub fn is_deleting_dependents(meta: &ObjectMeta) -> bool {
    meta.deletion_timestamp.is_some() && has_finalizer(meta, FOREGROUND)
}


fn blocks(owner: &OwnerReference) -> bool {
    owner.block_owner_deletion == Some(true)
}

impl Graph {
    /// The kind that a reference means, if the cluster knows it.
    pub fn kind_of(&self, reference: &OwnerReference) -> Option<Kind> {
        let group = reference.api_version.split_once('/').map_or("", |(group, _)| group);
        let built_in = Kind::ALL.iter().copied().find(|kind| kind.info().kind == reference.kind && kind.info().group == group);
        built_in.or_else(|| self.custom.iter().find(|((of, name), _)| *of == group && *name == reference.kind).map(|(_, kind)| *kind))
    }

    /// A definition was made, changed or deleted.
    pub fn set_custom_kind(&mut self, kind: Kind, served: bool) {
        let info = kind.info();
        if served {
            self.custom.insert((info.group, info.kind), kind);
        } else {
            self.custom.remove(&(info.group, info.kind));
        }
    }

    pub fn node(&self, uid: &str) -> Option<&Arc<Node>> {
        self.nodes.get(uid)
    }

    pub fn dependents<'a>(&'a self, owner: &str) -> impl Iterator<Item = &'a Uid> + use<'a> {
        let owner: Uid = owner.into();
        self.dependents.range((owner.clone(), "".into())..).take_while(move |(of, _)| *of == owner).map(|(_, dependent)| dependent)
    }

    /// The dependents that the owner must outlive when it is deleted in the foreground.
    pub fn blocking_dependents<'a>(&'a self, owner: &'a str) -> impl Iterator<Item = (&'a Uid, &'a Arc<Node>)> {
        let nodes = self.dependents(owner).filter_map(|uid| Some((uid, self.nodes.get(uid)?)));
        nodes.filter(move |(_, node)| node.owners.iter().any(|reference| reference.uid == owner && blocks(reference)))
    }

    fn dependent_nodes<'a>(&'a self, owner: &str) -> impl Iterator<Item = (&'a Uid, &'a Node)> {
        self.dependents(owner).filter_map(|uid| Some((uid, &**self.nodes.get(uid)?)))
    }

    /// Whether it is known that an object of this namespace has no such owner.
    pub fn is_absent(&self, owner: &OwnerReference, namespace: &str) -> bool {
        if self.absent.is_empty() {
            return false;
        }
        let mut place = Coordinates::of_reference(owner, "");
        if self.absent.contains(&place) {
            return true;
        }
        place.namespace.push_str(namespace);
        self.absent.contains(&place)
    }

    pub fn set_absent(&mut self, place: Coordinates) {
        let place = Arc::new(place);
        if self.absent.insert(place.clone()).is_none() {
            self.absent_order.push_back(place);
        }
        if self.absent_order.len() > ABSENT
            && let Some(oldest) = self.absent_order.pop_front()
        {
            self.absent.remove(&oldest);
        }
    }

    /// Takes in an object as it is now, and says what follows from what changed.
    pub fn observe(&mut self, object: &Object) -> Vec<Work> {
        let meta = object.meta();
        let uid = meta.uid.as_deref().unwrap_or_default();
        let before = self.nodes.get(uid);
        if before.is_some_and(|before| before.is_still(object)) {
            return Vec::new();
        }
        let before = before.cloned();
        let uid: Uid = uid.into();
        let node = Node {
            kind: Some(object.kind()),
            key: Key::of_meta(meta),
            named: None,
            owners: meta.owner_references.clone().unwrap_or_default(),
            being_deleted: meta.deletion_timestamp.is_some(),
            deleting_dependents: is_deleting_dependents(meta),
            orphaning: meta.deletion_timestamp.is_some() && has_finalizer(meta, ORPHAN),
        };
        let owners_before = before.as_ref().map_or(&[][..], |before| &before.owners);
        let was = |state: fn(&Node) -> bool| before.as_deref().is_some_and(state);
        let mut work = Vec::new();
        if before.as_ref().is_some_and(|before| before.is_virtual()) {
            self.found(&uid, &node, &mut work);
        }
        if node.orphaning && !was(|before| before.orphaning) {
            work.push(Work::Orphan(uid.clone()));
        }
        if node.deleting_dependents && !was(|before| before.deleting_dependents) {
            work.extend(self.dependents(&uid).cloned().map(Work::Delete));
            work.push(Work::Delete(uid.clone()));
        }
        for owner in owners_before {
            let now = node.owners.iter().find(|other| other.uid == owner.uid);
            if blocks(owner) && !now.is_some_and(blocks) {
                work.push(Work::Delete(owner.uid.as_str().into()));
            }
            if now.is_none() {
                self.dependents.remove(&(owner.uid.as_str().into(), uid.clone()));
            }
        }
        let added = node.owners.iter().filter(|owner| !owners_before.iter().any(|other| other.uid == owner.uid));
        let doubtful = added.filter(|owner| self.add_dependent(owner, &uid, &node.key, &mut work)).count() > 0;
        if doubtful {
            work.push(Work::Delete(uid.clone()));
        }
        self.nodes.insert(uid, Arc::new(node));
        work
    }

    /// An owner that was only known by name has turned up. Dependents that looked for it elsewhere are looked at.
    fn found(&self, uid: &Uid, node: &Node, work: &mut Vec<Work>) {
        let place = node.coordinates(uid);
        let (_, misled) = partition(self.dependent_nodes(uid), &place);
        for dependent in misled {
            let elsewhere = self.nodes.get(&dependent).is_some_and(|of| of.key.namespace != node.key.namespace);
            if !place.namespace.is_empty() && elsewhere {
                work.push(Work::Report(dependent.clone(), uid.clone()));
            }
            work.push(Work::Delete(dependent));
        }
    }

    /// Ties a dependent to an owner. Whether the reference may be wrong.
    fn add_dependent(&mut self, owner: &OwnerReference, dependent: &Uid, key: &Key, work: &mut Vec<Work>) -> bool {
        let owner_uid: Uid = owner.uid.as_str().into();
        self.dependents.insert((owner_uid.clone(), dependent.clone()));
        let Some(known) = self.nodes.get(&owner_uid) else {
            let place = Coordinates::of_reference(owner, &key.namespace);
            self.nodes.insert(owner_uid.clone(), Arc::new(Node::virtual_at(&place, self.kind_of(owner))));
            work.push(Work::Delete(owner_uid));
            return false;
        };
        let elsewhere = known.key.namespace != key.namespace;
        if !known.key.namespace.is_empty() && elsewhere {
            if !known.is_virtual() {
                work.push(Work::Report(dependent.clone(), owner_uid));
            }
            return true;
        }
        !known.is_at(owner) || elsewhere && known.is_virtual()
    }

    /// Takes out an object that is gone: its dependents may be next, and an owner may have waited for it.
    pub fn forget(&mut self, uid: &str) -> Vec<Work> {
        let Some(node) = self.nodes.remove(uid) else { return Vec::new() };
        let place = node.coordinates(uid);
        let uid: Uid = uid.into();
        for owner in &node.owners {
            self.dependents.remove(&(owner.uid.as_str().into(), uid.clone()));
        }
        let mut work: Vec<Work> = self.dependents(&uid).cloned().map(Work::Delete).collect();
        if !work.is_empty() {
            self.set_absent(place);
        }
        let waiting = node.owners.iter().filter(|owner| self.nodes.get(owner.uid.as_str()).is_some_and(|node| node.deleting_dependents));
        work.extend(waiting.map(|owner| Work::Delete(owner.uid.as_str().into())));
        work
    }

    /// The server has no such object at this place. That takes it out of the graph if the graph has it there; dependents
    /// that look for it at this place may be next.
    pub fn not_found(&mut self, uid: &str, place: &Coordinates) -> Vec<Work> {
        let Some(node) = self.nodes.get(uid).cloned() else { return Vec::new() };
        let is_here = node.coordinates(uid) == *place;
        let (matching, others) = partition(self.dependent_nodes(uid), place);
        if if node.is_virtual() { others.is_empty() } else { is_here } {
            return self.forget(uid);
        }
        if !matching.is_empty() {
            self.set_absent(place.clone());
        }
        let mut work: Vec<Work> = matching.into_iter().map(Work::Delete).collect();
        if node.is_virtual() && is_here {
            let misled = others.iter().filter_map(|dependent| self.nodes.get(dependent)).map(|node| &**node);
            if let Some(next) = alternative(misled, place) {
                let reference = OwnerReference { api_version: next.api_version.clone(), kind: next.kind.clone(), ..OwnerReference::default() };
                let moved = Node { owners: node.owners.clone(), ..Node::virtual_at(&next, self.kind_of(&reference)) };
                self.nodes.insert(uid.into(), Arc::new(moved));
                work.push(Work::Delete(uid.into()));
            }
        }
        work
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn pod(uid: &str, owner: Option<&str>, more: Value) -> Object {
        let owners = owner.map(|uid| json!([{"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "rs", "uid": uid, "controller": true, "blockOwnerDeletion": true}]));
        object(Kind::Pod, uid, owners, more)
    }

    fn object(kind: Kind, uid: &str, owners: Option<Value>, more: Value) -> Object {
        let mut meta = json!({"name": uid, "namespace": "default", "uid": uid, "ownerReferences": owners});
        if more.is_object() {
            json_patch::merge(&mut meta, &more);
        }
        let spec = if kind == Kind::ReplicaSet { json!({"selector": {}}) } else { json!({"containers": []}) };
        kind.parse(json!({"metadata": meta, "spec": spec})).unwrap()
    }

    fn delete(uid: &str) -> Work {
        Work::Delete(uid.into())
    }

    #[test]
    fn an_owner_that_was_never_seen_is_looked_for() {
        let mut graph = Graph::default();
        assert_eq!(graph.observe(&pod("p", Some("rs"), json!(null))), [delete("rs")]);
        assert_eq!(graph.node("rs").unwrap().key, Key::new("default", "rs"));
        assert_eq!(graph.forget("rs"), [delete("p")]);
        assert!(graph.is_absent(&graph.node("p").unwrap().owners[0], "default"));
        assert_eq!(graph.observe(&pod("q", Some("rs"), json!(null))), [delete("rs")], "it is asked for again, and the answer is known");
    }

    #[test]
    fn foreground_deletion_wakes_the_dependents_and_their_end_wakes_the_owner() {
        let mut graph = Graph::default();
        graph.observe(&object(Kind::ReplicaSet, "rs", None, json!(null)));
        graph.observe(&pod("p", Some("rs"), json!(null)));
        let going = json!({"deletionTimestamp": "2026-01-05T09:00:00Z", "finalizers": ["foregroundDeletion"]});
        assert_eq!(graph.observe(&object(Kind::ReplicaSet, "rs", None, going)), [delete("p"), delete("rs")]);
        assert_eq!(graph.blocking_dependents("rs").count(), 1);
        assert_eq!(graph.forget("p"), [delete("rs")]);
        assert_eq!(graph.blocking_dependents("rs").count(), 0);
    }

    #[test]
    fn a_released_dependent_no_longer_blocks() {
        let mut graph = Graph::default();
        graph.observe(&object(Kind::ReplicaSet, "rs", None, json!(null)));
        graph.observe(&pod("p", Some("rs"), json!(null)));
        assert_eq!(graph.observe(&pod("p", None, json!(null))), [delete("rs")]);
        assert_eq!(graph.dependents("rs").count(), 0);
    }

    /// A reference with the right uid and the wrong namespace kills nobody who names the owner where it is.
    #[test]
    fn an_owner_that_is_absent_here_may_be_there() {
        let elsewhere = |uid: &str| pod(uid, Some("rs"), json!({"namespace": "other"}));
        let mut graph = Graph::default();
        assert_eq!(graph.observe(&elsewhere("bad")), [delete("rs")]);
        assert_eq!(graph.observe(&pod("good", Some("rs"), json!(null))), [delete("good")], "it may be wrong too");
        let place = graph.node("rs").unwrap().coordinates("rs");
        assert_eq!(&*place.namespace, "other");
        assert_eq!(graph.not_found("rs", &place), [delete("bad"), delete("rs")], "it is looked for in the next place");
        assert_eq!(&*graph.node("rs").unwrap().key.namespace, "default");
        let owner = graph.node("good").unwrap().owners[0].clone();
        assert!(graph.is_absent(&owner, "other") && !graph.is_absent(&owner, "default"));
        let found = graph.observe(&object(Kind::ReplicaSet, "rs", None, json!(null)));
        assert_eq!(found, [Work::Report("bad".into(), "rs".into()), delete("bad")]);
        assert_eq!(graph.not_found("rs", &place), [delete("bad")], "what has been seen stays, whoever looks elsewhere");
        assert!(graph.node("rs").is_some());
    }

    #[test]
    fn a_reference_to_another_namespace_is_reported() {
        let mut graph = Graph::default();
        graph.observe(&object(Kind::ReplicaSet, "rs", None, json!(null)));
        let bad = graph.observe(&pod("bad", Some("rs"), json!({"namespace": "other"})));
        assert_eq!(bad, [Work::Report("bad".into(), "rs".into()), delete("bad")]);
        assert_eq!(graph.observe(&pod("good", Some("rs"), json!(null))), []);
    }

    #[test]
    fn orphaning_begins_once() {
        let mut graph = Graph::default();
        let going = json!({"deletionTimestamp": "2026-01-05T09:00:00Z", "finalizers": ["orphan"]});
        let owner = object(Kind::ReplicaSet, "rs", None, going);
        assert_eq!(graph.observe(&owner), [Work::Orphan("rs".into())]);
        assert_eq!(graph.observe(&owner), []);
    }
}
