//! The garbage collector: an object whose owners are all gone goes too.
//!
//! `kubectl delete deployment` deletes one object. The ReplicaSet that it owned finds itself without an owner, and then
//! the pods do. Three ways: **background** (the owner goes first, the default), **foreground** (the owner stays, marked,
//! until the dependents that block it are gone), **orphan** (the dependents are set free and stay).
//!
//! Models: pkg/controller/garbagecollector/garbagecollector.go, v1.36.
//! Simplified: owners are replaced as a whole where the reference takes single ones out.

mod coordinates;
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
use crate::client::{Caches, Change, EventType};
use crate::store::Key;
use coordinates::Coordinates;
use graph::{Graph, Node, Uid, Work, has_finalizer, is_deleting_dependents};

const DELETE: &str = "delete";
const ORPHAN: &str = "orphan";
const REPORT: &str = "report";
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
        Work::Report(dependent, owner) => Key::new(REPORT, &format!("{dependent} {owner}")),
    }
}

impl Controller for GarbageCollector {
    const NAME: &'static str = "generic-garbage-collector";
    const REPORTER: &'static str = "garbage-collector-controller";
    const WORKERS: usize = 20;
    const CLIENT: (f64, u32) = (2.0, 2);

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
        if &*key.namespace == REPORT {
            self.report(ctx, &key.name);
            return Ok(());
        }
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
    /// Tells of an object that names an owner in another namespace.
    fn report(&self, ctx: &mut Sync<'_>, pair: &str) {
        let Some((dependent, owner)) = pair.split_once(' ') else { return };
        let Some(node) = self.graph.node(dependent) else { return };
        let Some(reference) = node.owners.iter().find(|reference| reference.uid == owner) else { return };
        let about = node.kind.and_then(|kind| ctx.caches().kind(kind)?.get(&node.key)).filter(|object| object.meta().uid.as_deref() == Some(dependent));
        let Some(about) = about.cloned() else { return };
        let namespace = &*node.key.namespace;
        let wanted = Coordinates::of_reference(reference, namespace);
        ctx.event(&about, EventType::Warning, "OwnerRefInvalidNamespace", format!("ownerRef {wanted} does not exist in namespace {namespace:?}"));
    }

    fn attempt_to_delete(&self, ctx: &mut Sync<'_>, uid: &Uid, node: &Arc<Node>) -> Result<(), Stop> {
        if node.being_deleted && !node.deleting_dependents {
            return Ok(());
        }
        let Some(latest) = self.read(ctx, uid, node)? else { return Ok(()) };
        self.judge(ctx, uid, node, &latest)?;
        // What comes and goes before it was seen would stay in the graph for ever.
        if node.is_virtual() { Err(Stop::Failed("item hasn't been observed via informer yet".to_owned())) } else { Ok(()) }
    }

    fn judge(&self, ctx: &mut Sync<'_>, uid: &Uid, node: &Arc<Node>, latest: &Object) -> Result<(), Stop> {
        if node.deleting_dependents {
            return self.wait_for_dependents(ctx, uid, latest);
        }
        let owners = self.classify(ctx, latest)?;
        if !owners.solid.is_empty() {
            if owners.dangling.is_empty() && owners.waiting.is_empty() {
                return Ok(());
            }
            return absent_is_fine(ctx.send(patch_owners(latest, &owners.solid))?);
        }
        if owners.dangling.is_empty() && owners.waiting.is_empty() {
            return Ok(());
        }
        let has_dependents = self.graph.dependents(uid).next().is_some();
        if !owners.waiting.is_empty() && has_dependents {
            self.break_circle(ctx, uid, latest)?;
            return self.delete(ctx, uid, node, latest, Propagation::Foreground);
        }
        let propagation = match latest.meta() {
            meta if has_finalizer(meta, ORPHAN) => Propagation::Orphan,
            meta if has_finalizer(meta, FOREGROUND) => Propagation::Foreground,
            _ => Propagation::Background,
        };
        self.delete(ctx, uid, node, latest, propagation)
    }

    /// The object as the server has it. If there is none with this uid, the graph forgets it.
    fn read(&self, ctx: &mut Sync<'_>, uid: &Uid, node: &Node) -> Result<Option<Object>, Stop> {
        let Some(kind) = node.kind else {
            return Err(Stop::Failed(format!("no matches for the kind of the owner {}", node.key)));
        };
        let found = match ctx.send(Request::get(kind, &node.place()))? {
            Ok(reply) => reply.object(),
            Err(status) if status.is_not_found() => None,
            Err(status) => return Err(status.into()),
        };
        let found = found.filter(|object| object.meta().uid.as_deref() == Some(uid));
        if found.is_none() {
            self.gone(ctx, uid, node);
        }
        Ok(found)
    }

    /// Takes note that the server does not have an object where it was looked for, and looks at those that depend on it.
    fn gone(&self, ctx: &mut Sync<'_>, uid: &Uid, node: &Node) {
        let place = node.coordinates(uid);
        for work in self.graph.clone().not_found(uid, &place) {
            ctx.requeue_after(&key_of(&work), Duration::ZERO);
        }
        let uid = uid.clone();
        ctx.remember(move |collector: &mut Self| {
            collector.graph.not_found(&uid, &place);
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
        let namespace = item.meta().namespace.as_deref().unwrap_or_default();
        if self.graph.is_absent(reference, namespace) {
            return Ok(None);
        }
        let Some(kind) = self.graph.kind_of(reference) else {
            return Err(Stop::Failed(format!("no matches for kind {:?} in version {:?}", reference.kind, reference.api_version)));
        };
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
            let place = Coordinates::of_reference(reference, &key.namespace);
            ctx.remember(move |collector: &mut Self| collector.graph.set_absent(place));
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

    /// Deletes the object if it is still the one that was read. If it has changed meanwhile but not its owners, it goes all
    /// the same, so that busy objects do not escape.
    fn delete(&self, ctx: &mut Sync<'_>, uid: &Uid, node: &Node, latest: &Object, propagation: Propagation) -> Result<(), Stop> {
        let key = Key::of(latest);
        let request = Request::delete(latest.kind(), &key).if_uid(uid).propagation(propagation);
        let version = latest.meta().resource_version.as_deref().unwrap_or_default();
        let mut answer = ctx.send(request.clone().if_version(version))?;
        if answer.as_ref().is_err_and(podarium_api::Status::is_conflict) {
            match ctx.send(Request::get(latest.kind(), &key))? {
                Err(status) if status.is_not_found() => return self.deleted(ctx, uid, node, Err(status)),
                Ok(reply) => {
                    let live = reply.object();
                    let same = |live: &Object| live.meta().uid == latest.meta().uid && live.meta().owner_references == latest.meta().owner_references;
                    if live.as_ref().is_some_and(same) {
                        answer = ctx.send(request)?;
                    }
                }
                Err(_) => {}
            }
        }
        self.deleted(ctx, uid, node, answer.map(|_| ()))
    }

    fn deleted(&self, ctx: &mut Sync<'_>, uid: &Uid, node: &Node, answer: Result<(), podarium_api::Status>) -> Result<(), Stop> {
        match answer {
            Err(status) if status.is_not_found() => self.gone(ctx, uid, node),
            Err(status) => return Err(status.into()),
            Ok(()) => {}
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
