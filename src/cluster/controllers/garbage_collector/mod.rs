//! The garbage collector: an object whose owners are all gone goes too.
//!
//! `kubectl delete deployment` deletes one object. The ReplicaSet that it owned finds itself without an owner, and then
//! the pods do. Three ways: **background** (the owner goes first, the default), **foreground** (the owner stays, marked,
//! until the dependents that block it are gone), **orphan** (the dependents are set free and stay).
//!
//! Models: pkg/controller/garbagecollector/garbagecollector.go, v1.36.
//! Simplified: nothing but what graph.rs says.

mod graph;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use podarium_api::{Kind, Object, ObjectMeta, OwnerReference};
use serde_json::json;

use super::claim::patch_owners;
use super::{Controller, Enqueue, Stop, Sync, custom_kind};
use crate::apiserver::{Filter, PatchType, Propagation, Request};
use crate::client::{Caches, Change};
use crate::store::Key;
use graph::{Graph, Node, Uid, Work, has_finalizer, is_deleting_dependents};

const DELETE: &str = "delete";
const ORPHAN: &str = "orphan";
const FOREGROUND: &str = "foregroundDeletion";

#[derive(Clone, Debug, Default)]
pub struct GarbageCollector {
    graph: Graph,
}

/// The place in the queue: what to do, and with which object.
fn key_of(work: &Work) -> Key {
    match work {
        Work::Delete(uid) => Key::new(DELETE, uid),
        Work::Orphan(uid) => Key::new(ORPHAN, uid),
    }
}

impl Controller for GarbageCollector {
    const NAME: &'static str = "generic-garbage-collector";
    const WORKERS: usize = 20;
    const CLIENT: (f64, u32) = (40.0, 60);

    fn watched() -> Vec<(Kind, Filter)> {
        Kind::ALL.iter().filter(|kind| **kind != Kind::Event && kind.verbs().contains(&"watch")).map(|kind| (*kind, Filter::all())).collect()
    }

    fn on_change(&mut self, change: &Change, _caches: &Caches, enqueue: &mut Enqueue<'_>) {
        if change.kind == Kind::Event {
            return;
        }
        for (definition, served) in [(&change.old, false), (&change.new, true)] {
            if let Some(kind) = definition.as_ref().and_then(custom_kind) {
                self.graph.set_custom_kind(kind, served);
            }
        }
        let uid = |object: &Object| object.meta().uid.clone().unwrap_or_default();
        let gone = change.old.as_ref().filter(|old| change.new.as_ref().is_none_or(|new| uid(new) != uid(old)));
        let mut work = gone.map(|old| self.graph.forget(&uid(old))).unwrap_or_default();
        if let Some(new) = &change.new {
            work.extend(self.graph.observe(new));
        }
        for work in work {
            enqueue.add(key_of(&work));
        }
    }

    /// Custom kinds are watched as soon as there are any.
    fn watches_custom_kinds() -> bool {
        true
    }

    fn sync(&self, ctx: &mut Sync<'_>, key: &Key) -> Result<(), Stop> {
        let Some(node) = self.graph.node(&key.name) else { return Ok(()) };
        let uid = key.name.clone();
        if &*key.namespace == ORPHAN { self.orphan_dependents(ctx, &uid, node) } else { self.attempt_to_delete(ctx, &uid, node) }
    }
}

/// The owners of an object, by what has become of them.
#[derive(Default)]
struct Owners {
    solid: Vec<OwnerReference>,
    dangling: Vec<OwnerReference>,
    /// They wait for their dependents, so for this object too.
    waiting: Vec<OwnerReference>,
}

impl GarbageCollector {
    fn attempt_to_delete(&self, ctx: &mut Sync<'_>, uid: &Uid, node: &Arc<Node>) -> Result<(), Stop> {
        if node.being_deleted && !node.deleting_dependents {
            return Ok(());
        }
        let Some(latest) = self.read(ctx, uid, node)? else { return Ok(()) };
        if node.deleting_dependents {
            return self.wait_for_dependents(ctx, uid, &latest);
        }
        let owners = self.classify(ctx, &latest)?;
        if !owners.solid.is_empty() {
            if owners.dangling.is_empty() && owners.waiting.is_empty() {
                return Ok(());
            }
            return absent_is_fine(ctx.send(patch_owners(&latest, &owners.solid))?);
        }
        if owners.dangling.is_empty() && owners.waiting.is_empty() {
            return Ok(());
        }
        let has_dependents = self.graph.dependents(uid).next().is_some();
        if !owners.waiting.is_empty() && has_dependents {
            self.break_circle(ctx, uid, &latest)?;
            return self.delete(ctx, uid, &latest, Propagation::Foreground);
        }
        let propagation = match latest.meta() {
            meta if has_finalizer(meta, ORPHAN) => Propagation::Orphan,
            meta if has_finalizer(meta, FOREGROUND) => Propagation::Foreground,
            _ => Propagation::Background,
        };
        self.delete(ctx, uid, &latest, propagation)
    }

    /// The object as the server has it. If there is none with this uid, the graph forgets it.
    fn read(&self, ctx: &mut Sync<'_>, uid: &Uid, node: &Node) -> Result<Option<Object>, Stop> {
        let Some(kind) = node.kind else {
            return Err(Stop::Failed(format!("no matches for the kind of the owner {}", node.key)));
        };
        let found = match ctx.send(Request::get(kind, &node.key))? {
            Ok(reply) => reply.object(),
            Err(status) if status.is_not_found() => None,
            Err(status) => return Err(status.into()),
        };
        let found = found.filter(|object| object.meta().uid.as_deref() == Some(uid));
        if found.is_none() {
            self.gone(ctx, uid);
        }
        Ok(found)
    }

    /// Forgets an object that the server does not have and looks at those that depended on it.
    fn gone(&self, ctx: &mut Sync<'_>, uid: &Uid) {
        for work in self.graph.clone().forget(uid) {
            ctx.requeue_after(&key_of(&work), Duration::ZERO);
        }
        let uid = uid.clone();
        ctx.remember(move |collector: &mut Self| {
            collector.graph.forget(&uid);
            collector.graph.set_absent(&uid);
        });
    }

    fn classify(&self, ctx: &mut Sync<'_>, item: &Object) -> Result<Owners, Stop> {
        let mut owners = Owners::default();
        for reference in item.meta().owner_references.iter().flatten() {
            let list = match self.live_owner(ctx, item, reference)? {
                None => &mut owners.dangling,
                Some(meta) if is_deleting_dependents(&meta) => &mut owners.waiting,
                Some(_) => &mut owners.solid,
            };
            list.push(reference.clone());
        }
        Ok(owners)
    }

    /// The owner's metadata from the server, or nothing if no such owner is there.
    fn live_owner(&self, ctx: &mut Sync<'_>, item: &Object, reference: &OwnerReference) -> Result<Option<ObjectMeta>, Stop> {
        if self.graph.is_absent(&reference.uid) {
            return Ok(None);
        }
        let Some(kind) = self.graph.kind_of(reference) else {
            return Err(Stop::Failed(format!("no matches for kind {:?} in version {:?}", reference.kind, reference.api_version)));
        };
        let namespace = item.meta().namespace.as_deref().unwrap_or_default();
        if kind.info().namespaced && namespace.is_empty() {
            return Err(Stop::GaveUp("cluster-scoped objects cannot refer to namespaced owners".to_owned()));
        }
        let key = Key::new(if kind.info().namespaced { namespace } else { "" }, &reference.name);
        let found = match ctx.send(Request::get(kind, &key))? {
            Ok(reply) => reply.object(),
            Err(status) if status.is_not_found() => None,
            Err(status) => return Err(status.into()),
        };
        let meta = found.map(|object| object.meta().clone()).filter(|meta| meta.uid.as_deref() == Some(&reference.uid));
        if meta.is_none() {
            let uid = reference.uid.clone();
            ctx.remember(move |collector: &mut Self| collector.graph.set_absent(&uid));
        }
        Ok(meta)
    }

    /// The object waits for the dependents that block it; when none is left, it may go.
    fn wait_for_dependents(&self, ctx: &mut Sync<'_>, uid: &Uid, latest: &Object) -> Result<(), Stop> {
        let blocking: Vec<_> = self.graph.blocking_dependents(uid).collect();
        if blocking.is_empty() {
            return remove_finalizer(ctx, latest, FOREGROUND);
        }
        for (dependent, _) in blocking.into_iter().filter(|(_, node)| !node.deleting_dependents) {
            ctx.requeue_after(&Key::new(DELETE, dependent), Duration::ZERO);
        }
        Ok(())
    }

    /// Owners and dependents that all wait for each other would wait for ever; then this object blocks nobody.
    fn break_circle(&self, ctx: &mut Sync<'_>, uid: &Uid, latest: &Object) -> Result<(), Stop> {
        let waits = |uid: &Uid| self.graph.node(uid).is_some_and(|node| node.deleting_dependents);
        if !self.graph.dependents(uid).any(waits) {
            return Ok(());
        }
        let mut owners = latest.meta().owner_references.clone().unwrap_or_default();
        for owner in &mut owners {
            owner.block_owner_deletion = Some(false);
        }
        absent_is_fine(ctx.send(patch_owners(latest, &owners))?)
    }

    fn delete(&self, ctx: &mut Sync<'_>, uid: &Uid, latest: &Object, propagation: Propagation) -> Result<(), Stop> {
        let request = Request::delete(latest.kind(), &Key::of(latest)).if_uid(uid).propagation(propagation);
        match ctx.send(request)? {
            Err(status) if status.is_not_found() => self.gone(ctx, uid),
            Err(status) => return Err(status.into()),
            Ok(_) => {}
        }
        Ok(())
    }

    fn orphan_dependents(&self, ctx: &mut Sync<'_>, uid: &Uid, node: &Arc<Node>) -> Result<(), Stop> {
        let nodes: Vec<&Arc<Node>> = self.graph.dependents(uid).filter_map(|dependent| self.graph.node(dependent)).collect();
        let objects = nodes.iter().filter_map(|node| ctx.caches().kind(node.kind?)?.get(&node.key));
        let free = |object: &Object| {
            let mut owners = object.meta().owner_references.clone().unwrap_or_default();
            owners.retain(|owner| owner.uid != **uid);
            patch_owners(object, &owners)
        };
        let patches: Vec<Request> = objects.map(free).collect();
        for answer in ctx.all(patches)? {
            absent_is_fine(answer)?;
        }
        match self.read(ctx, uid, node)? {
            Some(latest) => remove_finalizer(ctx, &latest, ORPHAN),
            None => Ok(()),
        }
    }
}

fn absent_is_fine(answer: Result<crate::apiserver::Reply, podarium_api::Status>) -> Result<(), Stop> {
    match answer {
        Err(status) if !status.is_not_found() => Err(status.into()),
        _ => Ok(()),
    }
}

fn remove_finalizer(ctx: &mut Sync<'_>, latest: &Object, name: &str) -> Result<(), Stop> {
    let meta = latest.meta();
    if !has_finalizer(meta, name) {
        return Ok(());
    }
    let left: Vec<&String> = meta.finalizers.iter().flatten().filter(|finalizer| *finalizer != name).collect();
    let patch = json!({"metadata": {"resourceVersion": meta.resource_version, "finalizers": left}});
    absent_is_fine(ctx.send(Request::patch(latest.kind(), &Key::of(latest), PatchType::Merge, patch))?)
}
