//! The StatefulSet controller: pods with a number, a name and a disk that they keep.
//!
//! It makes `db-0`, waits until it is ready, makes `db-1`, and so on; it takes them away from the other end. A pod that
//! is gone comes back under the same name and finds the same claims. With `podManagementPolicy: Parallel` it does not
//! wait.
//!
//! Models: pkg/controller/statefulset/stateful_set.go, v1.36.
//! Simplified: nothing.

mod claims;
mod control;
mod identity;
mod pods;
mod revisions;
mod rolling;
mod status;
#[cfg(test)]
mod tests;

pub(super) use claims::aggregate;

use std::sync::Arc;
use std::time::Duration;

use podarium_api::owner::{controller_of, is_terminating};
use podarium_api::pod_state::pod_is_ready;
use podarium_api::selector::LabelSelector;
use podarium_api::{ControllerRevision, Kind, Object, ObjectMeta, Pod, Resource as _, StatefulSet};

use super::claim::{adopt_all, claim_if};
use super::consistency::OwnWrites;
use super::replicaset::next_availability;
use super::{Controller, Enqueue, Stop, Sync, history};
use crate::apiserver::Filter;
use crate::client::{Caches, Change};
use crate::store::Key;

#[derive(Clone, Debug, Default)]
pub struct StatefulSetController {
    writes: OwnWrites,
}

impl Controller for StatefulSetController {
    const NAME: &'static str = "statefulset-controller";
    const WORKERS: usize = 5;

    fn watched() -> Vec<(Kind, Filter)> {
        [Kind::StatefulSet, Kind::Pod, Kind::PersistentVolumeClaim, Kind::ControllerRevision].map(|kind| (kind, Filter::all())).into()
    }

    fn on_change(&mut self, change: &Change, caches: &Caches, enqueue: &mut Enqueue<'_>) {
        match change.object() {
            Object::StatefulSet(_) => enqueue.add(change.key.clone()),
            Object::Pod(_) => pod_changed(change, caches, enqueue),
            _ => {}
        }
    }

    fn sync(&self, ctx: &mut Sync<'_>, key: &Key) -> Result<(), Stop> {
        let caches = ctx.caches();
        if let Some(why) = self.writes.unseen(key, caches) {
            return Err(Stop::Failed(why));
        }
        let Some(set) = caches.get::<StatefulSet>(key) else {
            let key = key.clone();
            ctx.remember(move |controller: &mut Self| controller.writes.forget(&key));
            return Ok(());
        };
        let selector = LabelSelector::of(&set.spec.selector);
        let orphans: Vec<Arc<ControllerRevision>> =
            history::list(ctx, &**set, &selector).into_iter().filter(|revision| controller_of(&revision.metadata).is_none()).collect();
        adopt_all(ctx, set, &orphans)?;

        let pods: Vec<Arc<Pod>> = caches.owned_by::<Pod>(set.uid()).chain(caches.orphans_in::<Pod>(&key.namespace)).cloned().collect();
        let belongs = |pod: &Pod| identity::is_member(set, pod) && selector.matches(pod.metadata.labels.as_ref());
        let pods = claim_if(ctx, set, belongs, pods)?;

        let status = control::update(ctx, set, &selector, &pods)?;
        let min_ready_seconds = set.spec.min_ready_seconds.unwrap_or(0);
        if min_ready_seconds > 0 && status.ready_replicas.unwrap_or(0) != status.available_replicas.unwrap_or(0) {
            let fallback = Duration::from_secs(u64::try_from(min_ready_seconds).unwrap_or(0));
            let next = next_availability(&pods, min_ready_seconds, ctx.epoch().timestamp(ctx.now())).unwrap_or(fallback);
            ctx.requeue_after(key, next);
        }
        Ok(())
    }
}

/// Notes what was written for a set, so that the next sync waits until it has been seen.
fn wrote(ctx: &mut Sync<'_>, set: &StatefulSet, object: Object) {
    let key = Key::of_meta(&set.metadata);
    ctx.remember(move |controller: &mut StatefulSetController| controller.writes.wrote(&key, &object));
}

fn pod_changed(change: &Change, caches: &Caches, enqueue: &mut Enqueue<'_>) {
    let old = change.old.as_ref().and_then(Pod::from_object);
    let Some(pod) = change.new.as_ref().and_then(Pod::from_object) else {
        if let Some(set) = old.and_then(|pod| controlling_set(&pod.metadata, caches)) {
            enqueue.add(Key::of_meta(&set.metadata));
        }
        return;
    };
    let owner_changed = old.is_some_and(|old| controller_of(&old.metadata) != controller_of(&pod.metadata));
    if owner_changed && let Some(set) = old.and_then(|old| controlling_set(&old.metadata, caches)) {
        enqueue.add(Key::of_meta(&set.metadata));
    }
    if controller_of(&pod.metadata).is_some() {
        let Some(set) = controlling_set(&pod.metadata, caches) else { return };
        let key = Key::of_meta(&set.metadata);
        enqueue.add(key.clone());
        let min_ready_seconds = u64::try_from(set.spec.min_ready_seconds.unwrap_or(0)).unwrap_or(0);
        if min_ready_seconds > 0 && old.is_some_and(|old| !pod_is_ready(old)) && pod_is_ready(pod) {
            enqueue.add_after(key, Duration::from_secs(min_ready_seconds));
        }
        return;
    }
    let relabelled = old.is_none_or(|old| old.metadata.labels != pod.metadata.labels);
    if (owner_changed || relabelled) && !is_terminating(&pod.metadata) {
        for set in caches.list_in::<StatefulSet>(pod.namespace()) {
            let selector = LabelSelector::of(&set.spec.selector);
            if !selector.is_empty() && selector.matches(pod.metadata.labels.as_ref()) {
                enqueue.add(Key::of_meta(&set.metadata));
            }
        }
    }
}

/// The StatefulSet that controls an object, if it is that very one and not a namesake.
fn controlling_set<'a>(meta: &ObjectMeta, caches: &'a Caches) -> Option<&'a Arc<StatefulSet>> {
    let owner = controller_of(meta).filter(|owner| owner.kind == "StatefulSet")?;
    let key = Key::new(meta.namespace.as_deref().unwrap_or_default(), &owner.name);
    caches.get::<StatefulSet>(&key).filter(|set| set.uid() == owner.uid)
}
