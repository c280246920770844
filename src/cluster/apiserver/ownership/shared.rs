//! What the ownership of many objects has in common, kept once: writers, sets of fields, whole records.
//!
//! Ten thousand pods of one ReplicaSet are owned alike by whoever made them, so all of them have the same record.
//!
//! Models: nothing of Kubernetes, which writes the fields into every object.
//! Simplified: nothing.

use std::sync::Arc;

use imbl::OrdMap;
use podarium_api::managed_fields::{Entry, FieldSet, MAX_UPDATE_MANAGERS, Managed, Node, Write, Writer, compare_objects, difference, new_object_fields, new_object_shape};
use podarium_api::{Kind, Object};

/// When more parts than this are known, those that nothing uses any more are forgotten.
const MANY: usize = 20_000;

#[derive(Clone, Debug, Default)]
pub(crate) struct Owners {
    writers: OrdMap<Writer, Arc<Writer>>,
    /// What the creator of a new object owns, by the kind and the shape of the object.
    created: OrdMap<(Kind, u128), FieldSet>,
    /// Parts of sets by their digests.
    nodes: OrdMap<u64, Arc<Node>>,
    sweep_at: usize,
    /// The record of the last new object: the next one is often made in the same second by the same writer.
    last: Managed,
    /// What became of ownership by an update, by the number of its difference.
    updated: OrdMap<(u128, Kind), Known>,
}

/// What an update made of a record, whatever the times are: the next one that makes the same difference makes the same of it.
#[derive(Clone, Debug)]
struct Known {
    writer: Arc<Writer>,
    before: Managed,
    /// With [`LATER`] as the time of the update.
    after: Managed,
    /// The record of the last such update: siblings often come to the same point in the same second.
    last: Managed,
}

/// A time that is none.
const LATER: i64 = i64::MAX;

impl Known {
    fn applies(&self, write: &Write, before: &Managed) -> bool {
        self.writer == write.writer && self.before.differs_only_in_times(before)
    }

    /// The record after an update now.
    fn record(&mut self, before: &Managed, now: i64) -> Managed {
        if self.after.is_same(&self.before) {
            return before.clone();
        }
        let entries = self.after.entries().iter().map(|entry| {
            let time = if entry.time == Some(LATER) { Some(now) } else { before.of(&entry.writer).and_then(|entry| entry.time) };
            Entry { time, ..entry.clone() }
        });
        let record = Managed::new(entries.collect());
        if record != self.last {
            self.last = record;
        }
        self.last.clone()
    }
}

impl Owners {
    pub fn writer(&mut self, writer: Writer) -> Arc<Writer> {
        if let Some(known) = self.writers.get(&writer) {
            return known.clone();
        }
        let shared = Arc::new(writer.clone());
        self.writers.insert(writer, shared.clone());
        shared
    }

    /// The record of a new object, which has not been through admission yet.
    pub fn created(&mut self, object: &Object, write: &Write) -> Managed {
        if matches!(object, Object::Custom(_)) {
            return write.created(write.owned_by_creator(&new_object_fields(object)));
        }
        let Some(shape) = new_object_shape(object) else { return Managed::default() };
        let key = (object.kind(), shape);
        let fields = match self.created.get(&key) {
            Some(fields) => fields.clone(),
            None => {
                let fields = self.shared(&write.owned_by_creator(&new_object_fields(object)));
                if self.created.len() >= MANY {
                    self.created = OrdMap::new();
                }
                self.created.insert(key, fields.clone());
                fields
            }
        };
        let managed = write.created(fields);
        if managed == self.last {
            return self.last.clone();
        }
        self.last = managed.clone();
        managed
    }

    /// The record of a built-in kind's object after an update.
    pub fn updated(&mut self, before: &Managed, write: &Write, old: &Object, new: &Object) -> Managed {
        // Who is one too many, and who is named twice, depends on the times.
        let is_usual = before.entries().len() < MAX_UPDATE_MANAGERS && before.read_back().is_same(before);
        let number = if is_usual { difference(old, new) } else { None };
        let Some(number) = number else {
            return self.share(write.update(before, &compare_objects(old, new)), before);
        };
        let key = (before.entries().iter().fold(number, |number, entry| number.rotate_left(7) ^ u128::from(entry.fields.digest())), old.kind());
        if let Some(known) = self.updated.get_mut(&key).filter(|known| known.applies(write, before)) {
            let record = known.record(before, write.now);
            debug_assert_eq!(record, write.update(before, &compare_objects(old, new)), "what is remembered is what would be found");
            return record;
        }
        let later = Write { now: LATER, ..write.clone() };
        let after = self.share(later.update(before, &compare_objects(old, new)), before);
        let mut known = Known { writer: write.writer.clone(), before: before.clone(), after, last: Managed::default() };
        let record = known.record(before, write.now);
        if self.updated.len() >= MANY {
            self.updated = OrdMap::new();
        }
        self.updated.insert(key, known);
        record
    }

    /// The record with its sets made of known parts.
    pub fn share(&mut self, managed: Managed, before: &Managed) -> Managed {
        if managed.is_same(before) {
            return managed;
        }
        let entries = managed.entries().iter().cloned().map(|mut entry| {
            let kept = before.of(&entry.writer).is_some_and(|old| old.fields.is_same(&entry.fields));
            if !kept {
                entry.fields = self.shared(&entry.fields);
            }
            entry
        });
        Managed::new(entries.collect())
    }

    fn shared(&mut self, set: &FieldSet) -> FieldSet {
        if self.nodes.len() > self.sweep_at.max(MANY) {
            self.nodes = self.nodes.iter().filter(|(_, node)| Arc::strong_count(node) > 1).map(|(digest, node)| (*digest, node.clone())).collect();
            self.sweep_at = self.nodes.len() * 2;
        }
        self.shared_set(set)
    }

    fn shared_set(&mut self, set: &FieldSet) -> FieldSet {
        if set.is_empty() {
            return FieldSet::default();
        }
        let nodes = set.nodes().iter().map(|node| self.shared_node(node)).collect();
        FieldSet::from_sorted(nodes)
    }

    fn shared_node(&mut self, node: &Arc<Node>) -> Arc<Node> {
        if let Some(known) = self.nodes.get(&node.digest()).filter(|known| *known == node) {
            return known.clone();
        }
        let children = self.shared_set(&node.children);
        let shared = Arc::new(Node::new(node.element.clone(), node.member, children));
        self.nodes.insert(shared.digest(), shared.clone());
        shared
    }
}
