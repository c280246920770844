//! Watches: who wants to hear of which changes, and the queue of events on their way to each.
//!
//! Models: staging/src/k8s.io/apiserver/pkg/storage/cacher/cacher.go and cache_watcher.go, v1.36.
//! Simplified: a watcher's channel has no bound, so none is closed for being slow; faults close watches instead.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use podarium_api::{Kind, Object};
use podarium_sim::Time;

use super::Filter;
use crate::component::{WatchChange, WatchEvent, WatchId};
use crate::store::Revision;

#[derive(Clone, Debug)]
struct Watcher {
    kind: Kind,
    filter: Filter,
    /// Events on their way, each with the time at which it arrives; the times never fall.
    inbox: VecDeque<(Time, WatchEvent)>,
}

/// All open watches. Watches of one node and of its pods are found by the node's name, so that a thousand kubelets do
/// not make each change a thousand comparisons; the reference does the same for pods.
#[derive(Clone, Debug, Default)]
pub struct Watches {
    watchers: BTreeMap<WatchId, Watcher>,
    /// Watches that must look at every change of the kind.
    broad: BTreeMap<Kind, Vec<WatchId>>,
    /// Watches of one node, or of the pods of one node, by the kind and that node's name.
    by_node: BTreeMap<(Kind, Arc<str>), Vec<WatchId>>,
}

impl Watches {
    pub fn open(&mut self, id: WatchId, kind: Kind, filter: Filter) {
        match node_of(kind, &filter) {
            Some(node) => self.by_node.entry((kind, node)).or_default().push(id),
            None => self.broad.entry(kind).or_default().push(id),
        }
        self.watchers.insert(id, Watcher { kind, filter, inbox: VecDeque::new() });
    }

    pub fn close(&mut self, id: WatchId) {
        let Some(watcher) = self.watchers.remove(&id) else { return };
        let ids = match node_of(watcher.kind, &watcher.filter) {
            Some(node) => self.by_node.get_mut(&(watcher.kind, node)),
            None => self.broad.get_mut(&watcher.kind),
        };
        if let Some(ids) = ids {
            ids.retain(|other| *other != id);
        }
    }

    /// Which watches a change concerns, with what each is told.
    pub fn concerned(&self, kind: Kind, change: &Revision) -> Vec<(WatchId, WatchEvent)> {
        let broad = self.broad.get(&kind).into_iter().flatten();
        let nodes = [&change.old, &change.new].into_iter().flatten().filter_map(node_name);
        let mut nodes: Vec<&str> = nodes.collect();
        nodes.dedup();
        let of_nodes = nodes.into_iter().filter_map(|node| self.by_node.get(&(kind, node.into()))).flatten();
        broad.chain(of_nodes).filter_map(|id| Some((*id, self.watchers[id].told(change)?))).collect()
    }

    /// What the watch is told of a change of the past, when it starts from an earlier revision.
    pub fn replayed(&self, id: WatchId, change: &Revision) -> Option<WatchEvent> {
        self.watchers.get(&id)?.told(change)
    }

    /// Puts an event on its way, behind those already under way. Returns its arrival if the watch had none under way
    /// and so must be woken.
    pub fn send(&mut self, id: WatchId, arrives: Time, event: WatchEvent) -> Option<Time> {
        let inbox = &mut self.watchers.get_mut(&id)?.inbox;
        let arrives = inbox.back().map_or(arrives, |(last, _)| arrives.max(*last));
        inbox.push_back((arrives, event));
        (inbox.len() == 1).then_some(arrives)
    }

    /// Takes the events that have arrived, and when the next one will.
    pub fn arrived(&mut self, id: WatchId, now: Time) -> (Vec<WatchEvent>, Option<Time>) {
        let Some(watcher) = self.watchers.get_mut(&id) else { return (Vec::new(), None) };
        let count = watcher.inbox.iter().take_while(|(at, _)| *at <= now).count();
        let events = watcher.inbox.drain(..count).map(|(_, event)| event).collect();
        (events, watcher.inbox.front().map(|(at, _)| *at))
    }

    /// Whether nothing is under way to this watch.
    pub fn is_idle(&self, id: WatchId) -> bool {
        self.watchers.get(&id).is_none_or(|watcher| watcher.inbox.is_empty())
    }

    pub fn len(&self) -> usize {
        self.watchers.len()
    }

    pub fn is_empty(&self) -> bool {
        self.watchers.is_empty()
    }
}

impl Watcher {
    /// An object that comes to match is Added for this watcher, and one that no longer does is Deleted.
    fn told(&self, change: &Revision) -> Option<WatchEvent> {
        let old = change.old.as_ref().filter(|old| change.new.is_some() && self.filter.matches(old));
        let (kind, object, managed) = match &change.new {
            Some(new) if self.filter.matches(new) => {
                (if old.is_some() { WatchChange::Modified } else { WatchChange::Added }, new.clone(), change.managed.clone())
            }
            Some(new) => {
                let mut last = old?.clone();
                last.meta_mut().resource_version.clone_from(&new.meta().resource_version);
                (WatchChange::Deleted, last, change.old_managed.clone())
            }
            None => {
                let last = change.old.as_ref().filter(|old| self.filter.matches(old))?;
                (WatchChange::Deleted, last.clone(), change.managed.clone())
            }
        };
        Some(WatchEvent { change: kind, key: change.key.clone(), object, resource_version: change.resource_version, managed, lines: change.lines.clone() })
    }
}

fn node_of(kind: Kind, filter: &Filter) -> Option<Arc<str>> {
    let field = match kind {
        Kind::Pod => "spec.nodeName",
        Kind::Node => "metadata.name",
        _ => return None,
    };
    filter.fields.required(field).map(Into::into)
}

fn node_name(object: &Object) -> Option<&str> {
    match object {
        Object::Pod(pod) => pod.spec.node_name.as_deref(),
        Object::Node(node) => node.metadata.name.as_deref(),
        _ => None,
    }
}
