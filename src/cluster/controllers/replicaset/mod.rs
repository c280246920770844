//! The ReplicaSet controller: so many pods of one kind exist at any time, whatever happens to them.
//!
//! It counts the pods that belong to the set (neither ended nor on their way out) and makes or deletes the difference.
//! A killed pod is replaced; a fourth one that turns up with the right labels is adopted, and then one is too many.
//!
//! Models: pkg/controller/replicaset/replica_set.go, v1.36.
//! Simplified: nothing.

mod ranking;
mod replicas;
mod replicated;
mod status;
#[cfg(test)]
mod tests;

pub(super) use replicas::batches;
pub(super) use status::next_availability;

use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use podarium_api::owner::{controller_of, is_controlled_by, is_terminating};
use podarium_api::pod_state::{is_pod_active, is_pod_terminal, pod_is_ready};
use podarium_api::{Kind, ObjectMeta, Pod, Resource as _};

use super::claim::claim;
use super::consistency::OwnWrites;
use super::expectations::Expectations;
use super::{Controller, Enqueue, Stop, Sync};
use crate::apiserver::Filter;
use crate::client::{Caches, Change};
use crate::store::Key;
use replicated::Replicated;
use status::Counts;

/// How many pods one sync makes or deletes at most.
const BURST: usize = 500;

/// The controller of ReplicaSets, or of ReplicationControllers.
#[derive(Clone, Debug)]
pub struct ReplicaSetController<S> {
    expectations: Expectations,
    writes: OwnWrites,
    sets: PhantomData<S>,
}

impl<S> Default for ReplicaSetController<S> {
    fn default() -> Self {
        ReplicaSetController { expectations: Expectations::default(), writes: OwnWrites::default(), sets: PhantomData }
    }
}

impl<S: Replicated> Controller for ReplicaSetController<S> {
    const NAME: &'static str = S::CONTROLLER;
    const WORKERS: usize = 5;

    fn watched() -> Vec<(Kind, Filter)> {
        vec![(S::KIND, Filter::all()), (Kind::Pod, Filter::all())]
    }

    fn on_change(&mut self, change: &Change, caches: &Caches, enqueue: &mut Enqueue<'_>) {
        if change.kind == S::KIND {
            self.set_changed(change, enqueue);
        } else if change.kind == Kind::Pod {
            self.pod_changed(change, caches, enqueue);
        }
    }

    fn sync(&self, ctx: &mut Sync<'_>, key: &Key) -> Result<(), Stop> {
        if let Some(why) = self.writes.unseen(key, ctx.caches()) {
            return Err(Stop::Failed(why));
        }
        let Some(set) = ctx.caches().get::<S>(key) else {
            let key = key.clone();
            ctx.remember(move |controller: &mut Self| controller.forget(&key));
            return Ok(());
        };
        let may_act = self.expectations.satisfied(key, ctx.now());
        let now = ctx.epoch().timestamp(ctx.now());
        // Nothing to claim and nothing to choose from: the numbers are enough.
        let (active, counts) = match Counts::by_tally(&**set, ctx.caches()) {
            Some(counts) => (Vec::new(), counts),
            None => {
                let selector = set.selector();
                let caches = ctx.caches();
                let owned = caches.owned_by::<Pod>(set.uid());
                let pods: Vec<Arc<Pod>> = owned.chain(caches.orphans_in::<Pod>(&key.namespace)).cloned().collect();
                let terminating = pods.iter().filter(|pod| is_going(pod) && is_controlled_by(&pod.metadata, set.uid()) && selector.matches(pod.metadata.labels.as_ref())).count();
                let active = claim(ctx, set, &selector, pods.into_iter().filter(|pod| is_pod_active(pod)))?;
                let counts = Counts::of(&**set, &active, terminating, now);
                (active, counts)
            }
        };

        let mut outcome = Ok(());
        if may_act && !is_terminating(set.meta()) {
            outcome = replicas::manage(ctx, key, set, counts.active, &active)?;
        }
        let failure = outcome.as_ref().err().map(String::as_str);
        let status = status::calculate(&**set, &counts, failure, now);
        let updated = status::update(ctx, set, status)?;
        outcome.map_err(Stop::Failed)?;

        let (min_ready_seconds, status) = (updated.min_ready_seconds(), updated.status());
        if min_ready_seconds > 0 && status.ready_replicas != status.available_replicas {
            let fallback = Duration::from_secs(u64::try_from(min_ready_seconds).unwrap_or(0));
            let next = status::next_availability(&active, min_ready_seconds, now).unwrap_or(fallback);
            ctx.requeue_after(key, next);
        }
        Ok(())
    }
}

/// On its way out but not over.
fn is_going(pod: &Pod) -> bool {
    is_terminating(&pod.metadata) && !is_pod_terminal(pod)
}

impl<S: Replicated> ReplicaSetController<S> {
    fn forget(&mut self, key: &Key) {
        self.expectations.forget(key);
        self.writes.forget(key);
    }

    fn set_changed(&mut self, change: &Change, enqueue: &mut Enqueue<'_>) {
        let replaced = match (&change.old, &change.new) {
            (Some(old), Some(new)) => old.meta().uid != new.meta().uid,
            (_, new) => new.is_none(),
        };
        if replaced {
            self.forget(&change.key);
        }
        enqueue.add(change.key.clone());
    }

    fn pod_changed(&mut self, change: &Change, caches: &Caches, enqueue: &mut Enqueue<'_>) {
        let old = change.old.as_ref().and_then(Pod::from_object);
        match (old, change.new.as_ref().and_then(Pod::from_object)) {
            (_, Some(pod)) if is_terminating(&pod.metadata) => self.pod_going(pod, caches, enqueue),
            (None, Some(pod)) => self.pod_added(pod, caches, enqueue),
            (Some(old), Some(pod)) => pod_updated::<S>(old, pod, caches, enqueue),
            (Some(pod), None) => self.pod_going(pod, caches, enqueue),
            (None, None) => {}
        }
    }

    fn pod_added(&mut self, pod: &Pod, caches: &Caches, enqueue: &mut Enqueue<'_>) {
        if controller_of(&pod.metadata).is_none() {
            return enqueue_adopters::<S>(pod, caches, enqueue);
        }
        if let Some(set) = controlling_set::<S>(&pod.metadata, caches) {
            let key = Key::of_meta(set.meta());
            self.expectations.creation_observed(&key);
            enqueue.add(key);
        }
    }

    /// The pod was deleted or has been told to go: for the set it is gone from now on.
    fn pod_going(&mut self, pod: &Pod, caches: &Caches, enqueue: &mut Enqueue<'_>) {
        if let Some(set) = controlling_set::<S>(&pod.metadata, caches) {
            let key = Key::of_meta(set.meta());
            self.expectations.deletion_observed(&key, &Key::of_meta(&pod.metadata));
            enqueue.add(key);
        }
    }
}

fn pod_updated<S: Replicated>(old: &Pod, pod: &Pod, caches: &Caches, enqueue: &mut Enqueue<'_>) {
    let owner_changed = controller_of(&old.metadata) != controller_of(&pod.metadata);
    if owner_changed && let Some(set) = controlling_set::<S>(&old.metadata, caches) {
        enqueue.add(Key::of_meta(set.meta()));
    }
    if controller_of(&pod.metadata).is_some() {
        if let Some(set) = controlling_set::<S>(&pod.metadata, caches) {
            let key = Key::of_meta(set.meta());
            enqueue.add(key.clone());
            let min_ready_seconds = set.min_ready_seconds();
            if min_ready_seconds > 0 && !pod_is_ready(old) && pod_is_ready(pod) {
                enqueue.add_after(key, Duration::from_secs(u64::try_from(min_ready_seconds).unwrap_or(0)));
            }
        }
    } else if owner_changed || old.metadata.labels != pod.metadata.labels {
        enqueue_adopters::<S>(pod, caches, enqueue);
    }
}

/// The set that controls an object, if it is that very one and not a namesake.
fn controlling_set<'a, S: Replicated>(meta: &ObjectMeta, caches: &'a Caches) -> Option<&'a Arc<S>> {
    let owner = controller_of(meta).filter(|owner| owner.kind == S::INFO.kind)?;
    let key = Key::new(meta.namespace.as_deref().unwrap_or_default(), &owner.name);
    caches.get::<S>(&key).filter(|set| set.uid() == owner.uid)
}

/// Wakes the sets that may want to adopt an orphan.
fn enqueue_adopters<S: Replicated>(pod: &Pod, caches: &Caches, enqueue: &mut Enqueue<'_>) {
    if pod.metadata.labels.is_none() {
        return;
    }
    for set in caches.list_in::<S>(pod.namespace()) {
        let selector = set.selector();
        if !selector.is_empty() && selector.matches(pod.metadata.labels.as_ref()) {
            enqueue.add(Key::of_meta(set.meta()));
        }
    }
}
