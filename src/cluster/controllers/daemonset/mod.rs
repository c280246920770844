//! The DaemonSet controller: one pod on every node that suits, also on those that come later.
//!
//! It does not pick nodes by itself: it makes a pod for each node, with a node affinity that names it, and the scheduler
//! puts it there like any other pod.
//!
//! Models: pkg/controller/daemon/daemon_controller.go, v1.36.
//! Simplified: nothing.

mod backoff;
mod manage;
mod node_pods;
mod placement;
mod revisions;
mod rolling;
mod status;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use podarium_api::owner::{controller_of, is_terminating};
use podarium_api::pod_state::pod_is_ready;
use podarium_api::selector::LabelSelector;
use podarium_api::{ControllerRevision, DaemonSet, Kind, Node, Object, ObjectMeta, Pod, Resource as _};

use super::claim::claim;
use super::consistency::OwnWrites;
use super::expectations::Expectations;
use super::{Controller, Enqueue, Stop, Sync};
use crate::apiserver::Filter;
use crate::client::{Caches, Change};
use crate::store::Key;
use backoff::Backoff;
use node_pods::NodePods;
use placement::Placement;

#[derive(Clone, Debug, Default)]
pub struct DaemonSetController {
    expectations: Expectations,
    writes: OwnWrites,
    failed_pods: Backoff,
}

/// The set in hand with what belongs to it.
struct View<'a> {
    key: &'a Key,
    set: &'a Arc<DaemonSet>,
    /// The value of the revision label of up-to-date pods.
    hash: String,
    nodes: Vec<Arc<Node>>,
    pods: NodePods,
    placement: Placement,
}

impl View<'_> {
    fn min_ready_seconds(&self) -> i32 {
        self.set.spec.min_ready_seconds.unwrap_or(0)
    }
}

impl Controller for DaemonSetController {
    const NAME: &'static str = "daemonset-controller";
    const SERVICE_ACCOUNT: &'static str = "daemon-set-controller";
    const WORKERS: usize = 2;

    fn watched() -> Vec<(Kind, Filter)> {
        [Kind::DaemonSet, Kind::Pod, Kind::Node, Kind::ControllerRevision].map(|kind| (kind, Filter::all())).into()
    }

    fn on_change(&mut self, change: &Change, caches: &Caches, enqueue: &mut Enqueue<'_>) {
        match change.object() {
            Object::DaemonSet(_) => self.set_changed(change, enqueue),
            Object::Pod(_) => self.pod_changed(change, caches, enqueue),
            Object::Node(_) => node_changed(change, caches, enqueue),
            Object::ControllerRevision(_) => revision_changed(change, caches, enqueue),
            _ => {}
        }
    }

    fn sync(&self, ctx: &mut Sync<'_>, key: &Key) -> Result<(), Stop> {
        let caches = ctx.caches();
        if let Some(why) = self.writes.unseen(key, caches) {
            return Err(Stop::Failed(why));
        }
        let Some(set) = caches.get::<DaemonSet>(key) else {
            let key = key.clone();
            ctx.remember(move |controller: &mut Self| controller.forget(&key));
            return Ok(());
        };
        // What a set that goes away still owns cannot be known, so nothing is reported of it either.
        if is_terminating(&set.metadata) {
            return Ok(());
        }
        let selector = LabelSelector::of(&set.spec.selector);
        let (current, old) = revisions::construct(ctx, set, &selector)?;
        let hash = current.metadata.labels.as_ref().and_then(|labels| labels.get(super::history::REVISION_LABEL)).cloned().unwrap_or_default();
        let pods = claimed_pods(ctx, set, &selector)?;
        let view = View {
            key,
            set,
            hash,
            nodes: caches.list::<Node>().cloned().collect(),
            pods: NodePods::of(pods),
            placement: Placement::of(set),
        };
        if !self.expectations.satisfied(key, ctx.now()) {
            return status::update(ctx, &view, false);
        }
        let outcome = self.step(ctx, &view, &old);
        if matches!(outcome, Err(Stop::Pending)) {
            return outcome;
        }
        let reported = status::update(ctx, &view, true);
        if matches!(reported, Err(Stop::Pending)) { reported } else { outcome.and(reported) }
    }
}

impl DaemonSetController {
    fn forget(&mut self, key: &Key) {
        self.expectations.forget(key);
        self.writes.forget(key);
    }

    /// Puts pods where they are missing, replaces old ones, drops old revisions.
    fn step(&self, ctx: &mut Sync<'_>, view: &View<'_>, old: &[Arc<ControllerRevision>]) -> Result<(), Stop> {
        let waits = manage::manage(ctx, view, &self.failed_pods)?;
        let strategy = view.set.spec.update_strategy.as_ref().and_then(|strategy| strategy.type_.as_deref());
        if !waits && strategy == Some("RollingUpdate") {
            rolling::update(ctx, view)?;
        }
        revisions::clean_up(ctx, view, old)
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
            (Some(pod), None) => self.pod_going(pod, caches, enqueue),
            (None, Some(pod)) => {
                if let Some(set) = controlling_set(&pod.metadata, caches) {
                    let key = Key::of_meta(&set.metadata);
                    self.expectations.creation_observed(&key);
                    enqueue.add(key);
                } else if controller_of(&pod.metadata).is_none() {
                    enqueue_adopters(&pod.metadata, caches, enqueue);
                }
            }
            (Some(old), Some(pod)) => pod_updated(old, pod, caches, enqueue),
            (None, None) => {}
        }
    }

    fn pod_going(&mut self, pod: &Pod, caches: &Caches, enqueue: &mut Enqueue<'_>) {
        if let Some(set) = controlling_set(&pod.metadata, caches) {
            let key = Key::of_meta(&set.metadata);
            self.expectations.deletion_observed(&key, &Key::of_meta(&pod.metadata));
            enqueue.add(key);
        }
    }
}

fn claimed_pods(ctx: &mut Sync<'_>, set: &Arc<DaemonSet>, selector: &LabelSelector) -> Result<Vec<Arc<Pod>>, Stop> {
    let caches = ctx.caches();
    let candidates: Vec<Arc<Pod>> = caches.owned_by::<Pod>(set.uid()).chain(caches.orphans_in::<Pod>(set.namespace())).cloned().collect();
    claim(ctx, set, selector, candidates)
}

fn pod_updated(old: &Pod, pod: &Pod, caches: &Caches, enqueue: &mut Enqueue<'_>) {
    let owner_changed = controller_of(&old.metadata) != controller_of(&pod.metadata);
    if owner_changed && let Some(set) = controlling_set(&old.metadata, caches) {
        enqueue.add(Key::of_meta(&set.metadata));
    }
    if controller_of(&pod.metadata).is_some() {
        let Some(set) = controlling_set(&pod.metadata, caches) else { return };
        let key = Key::of_meta(&set.metadata);
        enqueue.add(key.clone());
        let min_ready_seconds = u64::try_from(set.spec.min_ready_seconds.unwrap_or(0)).unwrap_or(0);
        if min_ready_seconds > 0 && !pod_is_ready(old) && pod_is_ready(pod) {
            enqueue.add_after(key, Duration::from_secs(min_ready_seconds + 1));
        }
    } else if owner_changed || old.metadata.labels != pod.metadata.labels {
        enqueue_adopters(&pod.metadata, caches, enqueue);
    }
}

/// A node that came, or whose labels or taints changed: wakes the sets to which it makes a difference.
fn node_changed(change: &Change, caches: &Caches, enqueue: &mut Enqueue<'_>) {
    let Some(node) = change.new.as_ref().and_then(Node::from_object) else { return };
    if let Some(old) = change.old.as_ref().and_then(Node::from_object)
        && old.metadata.labels == node.metadata.labels
        && old.spec.taints == node.spec.taints
    {
        return;
    }
    for set in caches.list::<DaemonSet>() {
        let verdict = Placement::of(set).verdict(node);
        let has_pod = caches.on_node(node.name()).any(|pod| {
            let owner = controller_of(&pod.metadata);
            pod.namespace() == set.namespace() && owner.is_some_and(|owner| owner.kind == "DaemonSet" && owner.name == set.name())
        });
        let missing = verdict.should_run && !has_pod;
        let out_of_place = !verdict.may_stay && has_pod;
        if missing || out_of_place || (has_pod && set.status.number_misscheduled > 0) {
            enqueue.add(Key::of_meta(&set.metadata));
        }
    }
}

fn revision_changed(change: &Change, caches: &Caches, enqueue: &mut Enqueue<'_>) {
    let old = change.old.as_ref().and_then(ControllerRevision::from_object);
    let new = change.new.as_ref().and_then(ControllerRevision::from_object);
    let mut wake = |meta: &ObjectMeta| {
        controlling_set(meta, caches).into_iter().for_each(|set| enqueue.add(Key::of_meta(&set.metadata)));
    };
    match (old, new) {
        (Some(old), None) => wake(&old.metadata),
        (old, Some(new)) => {
            let owner_changed = old.is_some_and(|old| controller_of(&old.metadata) != controller_of(&new.metadata));
            if owner_changed {
                old.into_iter().for_each(|old| wake(&old.metadata));
            }
            if controller_of(&new.metadata).is_none() {
                if owner_changed || old.is_none_or(|old| old.metadata.labels != new.metadata.labels) {
                    enqueue_adopters(&new.metadata, caches, enqueue);
                }
            } else if old.is_some() {
                wake(&new.metadata);
            }
        }
        (None, None) => {}
    }
}

/// The DaemonSet that controls an object, if it is that very one and not a namesake.
fn controlling_set<'a>(meta: &ObjectMeta, caches: &'a Caches) -> Option<&'a Arc<DaemonSet>> {
    let owner = controller_of(meta).filter(|owner| owner.kind == "DaemonSet")?;
    let key = Key::new(meta.namespace.as_deref().unwrap_or_default(), &owner.name);
    caches.get::<DaemonSet>(&key).filter(|set| set.uid() == owner.uid)
}

/// Wakes the sets that may want to adopt an orphan.
fn enqueue_adopters(orphan: &ObjectMeta, caches: &Caches, enqueue: &mut Enqueue<'_>) {
    for set in caches.list_in::<DaemonSet>(orphan.namespace.as_deref().unwrap_or_default()) {
        let selector = LabelSelector::of(&set.spec.selector);
        if orphan.labels.is_some() && !selector.is_empty() && selector.matches(orphan.labels.as_ref()) {
            enqueue.add(Key::of_meta(&set.metadata));
        }
    }
}
