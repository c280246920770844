//! What wakes a Job, and what becomes of pods that are held for a Job that is no longer there.
//!
//! Models: pkg/controller/job/job_controller.go (addPod, updatePod, deletePod, updateJob, syncOrphanPod), v1.36.
//! Simplified: nothing.

use std::sync::Arc;
use std::time::Duration;

use podarium_api::owner::{controller_of, is_terminating};
use podarium_api::selector::LabelSelector;
use podarium_api::{Job, Kind, ObjectMeta, OwnerReference, Pod, Resource as _};

use super::super::{Controller, Enqueue, Stop, Sync};
use super::pods::is_tracked;
use super::tracking::untrack;
use super::{BATCH, JobController, is_managed_elsewhere, status};
use crate::apiserver::Filter;
use crate::client::{Caches, Change};
use crate::store::Key;

pub(super) fn job_changed(controller: &mut JobController, change: &Change, enqueue: &mut Enqueue<'_>) {
    let old = change.old.as_ref().and_then(Job::from_object);
    let Some(job) = change.new.as_ref().and_then(Job::from_object) else {
        if let Some(old) = old {
            controller.finished.remove(old.uid());
        }
        controller.backoff.remove(&change.key);
        return enqueue.add(change.key.clone());
    };
    if status::is_finished(job) {
        return;
    }
    let Some(old) = old.filter(|old| old.uid() == job.uid()) else { return enqueue.add(change.key.clone()) };
    if old.metadata.generation == job.metadata.generation {
        enqueue.add_after(change.key.clone(), BATCH);
    } else {
        enqueue.add(change.key.clone());
    }
    let deadline = job.spec.active_deadline_seconds.filter(|deadline| old.spec.active_deadline_seconds != Some(*deadline));
    if let (Some(deadline), Some(start)) = (deadline, &job.status.start_time) {
        let passed = enqueue.epoch().timestamp(enqueue.now()).duration_since(start.0);
        let total = Duration::from_secs(u64::try_from(deadline).unwrap_or(0));
        enqueue.add_after(change.key.clone(), total.saturating_sub(Duration::try_from(passed).unwrap_or_default()));
    }
}

fn job_of<'a>(owner: &OwnerReference, namespace: &str, caches: &'a Caches) -> Option<&'a Arc<Job>> {
    if owner.kind != "Job" {
        return None;
    }
    caches.get::<Job>(&Key::new(namespace, &owner.name)).filter(|job| job.uid() == owner.uid)
}

fn owning_job<'a>(meta: &ObjectMeta, caches: &'a Caches) -> Option<&'a Arc<Job>> {
    job_of(controller_of(meta)?, meta.namespace.as_deref().unwrap_or_default(), caches)
}

pub(super) fn pod_changed(controller: &mut JobController, change: &Change, caches: &Caches, enqueue: &mut Enqueue<'_>) {
    let old = change.old.as_ref().and_then(Pod::from_object);
    match (old, change.new.as_ref().and_then(Pod::from_object)) {
        (_, Some(pod)) if is_terminating(&pod.metadata) => pod_going(controller, pod, false, caches, enqueue),
        (None, Some(pod)) => pod_added(controller, pod, caches, enqueue),
        (Some(old), Some(pod)) => pod_updated(controller, old, pod, caches, enqueue),
        (Some(pod), None) => pod_going(controller, pod, true, caches, enqueue),
        (None, None) => {}
    }
}

fn pod_added(controller: &mut JobController, pod: &Pod, caches: &Caches, enqueue: &mut Enqueue<'_>) {
    if controller_of(&pod.metadata).is_none() {
        return wake_adopters(pod, caches, enqueue);
    }
    if let Some(job) = owning_job(&pod.metadata, caches) {
        let key = Key::of_meta(&job.metadata);
        controller.expectations.creation_observed(&key);
        enqueue.add_after(key, BATCH);
    }
}

fn pod_updated(controller: &mut JobController, old: &Pod, pod: &Pod, caches: &Caches, enqueue: &mut Enqueue<'_>) {
    let owner_changed = controller_of(&old.metadata) != controller_of(&pod.metadata);
    let jobs = [owning_job(&old.metadata, caches).filter(|_| owner_changed), owning_job(&pod.metadata, caches)];
    for job in jobs.into_iter().flatten() {
        let key = Key::of_meta(&job.metadata);
        if !is_tracked(pod) {
            removal_observed(controller, &key, pod);
        }
        enqueue.add_after(key, BATCH);
    }
    if controller_of(&pod.metadata).is_none() && (owner_changed || old.metadata.labels != pod.metadata.labels) {
        wake_adopters(pod, caches, enqueue);
    }
}

/// The pod was told to go, or is gone.
fn pod_going(controller: &mut JobController, pod: &Pod, gone: bool, caches: &Caches, enqueue: &mut Enqueue<'_>) {
    let Some(job) = owning_job(&pod.metadata, caches).filter(|job| !status::is_finished(job)) else { return };
    let key = Key::of_meta(&job.metadata);
    controller.expectations.deletion_observed(&key, &Key::of_meta(&pod.metadata));
    if gone || !is_tracked(pod) {
        removal_observed(controller, &key, pod);
    }
    enqueue.add_after(key, BATCH);
}

fn removal_observed(controller: &mut JobController, key: &Key, pod: &Pod) {
    if let Some(uids) = controller.removals.get_mut(key) {
        uids.remove(pod.uid());
    }
}

/// Wakes the Jobs that may want to adopt an orphan.
fn wake_adopters(pod: &Pod, caches: &Caches, enqueue: &mut Enqueue<'_>) {
    if pod.metadata.labels.is_none() {
        return;
    }
    for job in caches.list_in::<Job>(pod.namespace()) {
        let selects = LabelSelector::from_raw(job.spec.selector.as_ref()).is_ok_and(|selector| !selector.is_empty() && selector.matches(pod.metadata.labels.as_ref()));
        if selects {
            enqueue.add_after(Key::of_meta(&job.metadata), BATCH);
        }
    }
}

/// Lets go of pods that no Job will count: their Job is over, or gone, or they have been orphaned.
#[derive(Clone, Default)]
pub struct OrphanedPodController;

/// Whether some Job still needs the pod held.
fn is_needed(pod: &Pod, caches: &Caches) -> bool {
    let Some(owner) = controller_of(&pod.metadata) else { return false };
    if owner.kind != "Job" || owner.api_version != "batch/v1" {
        return true;
    }
    job_of(owner, pod.namespace(), caches).is_some_and(|job| is_managed_elsewhere(job) || !status::is_finished(job))
}

impl Controller for OrphanedPodController {
    const NAME: &'static str = "job-controller";
    const WORKERS: usize = 5;
    const BACK_OFF: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(60));

    fn watched() -> Vec<(Kind, Filter)> {
        vec![(Kind::Job, Filter::all()), (Kind::Pod, Filter::all())]
    }

    fn on_change(&mut self, change: &Change, caches: &Caches, enqueue: &mut Enqueue<'_>) {
        if let Some(pod) = change.new.as_ref().and_then(Pod::from_object) {
            let orphan = controller_of(&pod.metadata).is_none() || is_terminating(&pod.metadata) && !is_needed(pod, caches);
            if orphan && is_tracked(pod) {
                enqueue.add(change.key.clone());
            }
        } else if let Some(job) = Job::from_object(change.object())
            && (change.new.is_none() || status::is_finished(job))
        {
            let selector = LabelSelector::from_raw(job.spec.selector.as_ref()).unwrap_or_default();
            let pods = caches.list_in::<Pod>(job.namespace()).filter(|pod| is_tracked(pod) && selector.matches(pod.metadata.labels.as_ref()));
            pods.for_each(|pod| enqueue.add(Key::of_meta(&pod.metadata)));
        }
    }

    fn sync(&self, ctx: &mut Sync<'_>, key: &Key) -> Result<(), Stop> {
        let caches = ctx.caches();
        let Some(pod) = caches.get::<Pod>(key).filter(|pod| is_tracked(pod) && !is_needed(pod, caches)).cloned() else { return Ok(()) };
        match ctx.send(untrack(&pod))? {
            Err(status) if !status.is_not_found() => Err(status.into()),
            _ => Ok(()),
        }
    }
}
