//! Bringing the number of pods to the number that is wanted.
//!
//! New pods come in batches of 1, 2, 4, … so that a set that may make none (a quota, a broken template) sends one doomed
//! request instead of a hundred. Too many pods go at once, the least useful first.
//!
//! Models: pkg/controller/replicaset/replica_set.go (manageReplicas, slowStartBatch) and pkg/controller/controller_utils.go
//! (RealPodControl), v1.36.
//! Simplified: nothing.

use std::collections::BTreeMap;
use std::sync::Arc;

use podarium_api::owner::controller_of;
use podarium_api::{Pod, Resource as _, Status};

use super::super::{Stop, Sync, pod_control};
use super::ranking::pods_to_delete;
use super::replicated::Replicated;
use super::{BURST, ReplicaSetController};
use crate::store::Key;

/// Creates or deletes pods, of which `count` are active: `active`, if there are too many. The inner error is why some could not be.
pub fn manage<S: Replicated>(ctx: &mut Sync<'_>, key: &Key, set: &Arc<S>, count: usize, active: &[Arc<Pod>]) -> Result<Result<(), String>, Stop> {
    let wanted = usize::try_from(set.wanted()).unwrap_or(0);
    if count < wanted {
        create(ctx, key, set, (wanted - count).min(BURST))
    } else if count > wanted {
        let count = (count - wanted).min(BURST);
        let doomed = pods_to_delete(active, &related(ctx, &**set), count, ctx.epoch().timestamp(ctx.now()));
        delete(ctx, key, set, &doomed)
    } else {
        Ok(Ok(()))
    }
}

/// Batches of 1, 2, 4, … that add up to `count`.
pub fn batches(count: usize) -> impl Iterator<Item = usize> {
    let mut left = count;
    let mut size = 1;
    std::iter::from_fn(move || {
        let batch = size.min(left);
        left -= batch;
        size *= 2;
        (batch > 0).then_some(batch)
    })
}

fn create<S: Replicated>(ctx: &mut Sync<'_>, key: &Key, set: &Arc<S>, count: usize) -> Result<Result<(), String>, Stop> {
    let (set_key, now) = (key.clone(), ctx.now());
    ctx.remember(move |controller: &mut ReplicaSetController<S>| controller.expectations.expect_creations(&set_key, count, now));
    let about = set.clone().into_object();
    let mut created = 0;
    let mut failure = None;
    for batch in batches(count) {
        let pods = (0..batch).map(|_| pod_control::pod_of(&**set, set.template())).collect();
        for answer in pod_control::create(ctx, &about, pods)? {
            match answer {
                Ok(pod) => {
                    created += 1;
                    let set_key = key.clone();
                    ctx.remember(move |controller: &mut ReplicaSetController<S>| controller.writes.wrote(&set_key, &pod));
                }
                Err(status) if status.is_namespace_terminating() => created += 1,
                Err(status) => {
                    failure.get_or_insert(status);
                }
            }
        }
        if failure.is_some() {
            break;
        }
    }
    let never_coming = count - created;
    if never_coming > 0 {
        let set_key = key.clone();
        ctx.remember(move |controller: &mut ReplicaSetController<S>| controller.expectations.creations_observed(&set_key, never_coming));
    }
    Ok(failure.map_or(Ok(()), |status: Status| Err(status.to_string())))
}

fn delete<S: Replicated>(ctx: &mut Sync<'_>, key: &Key, set: &Arc<S>, doomed: &[Arc<Pod>]) -> Result<Result<(), String>, Stop> {
    let keys: Vec<Key> = doomed.iter().map(|pod| Key::of_meta(&pod.metadata)).collect();
    let (set_key, expected, now) = (key.clone(), keys.clone(), ctx.now());
    ctx.remember(move |controller: &mut ReplicaSetController<S>| controller.expectations.expect_deletions(&set_key, expected, now));
    let about = set.clone().into_object();
    let mut failure = None;
    for (pod, answer) in keys.iter().zip(pod_control::delete(ctx, &about, &keys)?) {
        let Err(status) = answer else { continue };
        let (set_key, pod) = (key.clone(), pod.clone());
        ctx.remember(move |controller: &mut ReplicaSetController<S>| controller.expectations.deletion_observed(&set_key, &pod));
        if !status.is_not_found() {
            failure.get_or_insert(format!("unable to delete pods: {status}"));
        }
    }
    Ok(failure.map_or(Ok(()), Err))
}

/// The pods of all ReplicaSets that have the same owner as this one: those of its Deployment, old and new.
fn related<S: Replicated>(ctx: &Sync<'_>, set: &S) -> Vec<Arc<Pod>> {
    let caches = ctx.caches();
    let Some(owner) = controller_of(set.meta()) else { return Vec::new() };
    let mut pods = BTreeMap::new();
    for sibling in caches.owned_by::<S>(&owner.uid) {
        let selector = sibling.selector();
        for pod in caches.list_in::<Pod>(sibling.namespace()).filter(|pod| selector.matches(pod.metadata.labels.as_ref())) {
            pods.insert(pod.uid(), pod.clone());
        }
    }
    pods.into_values().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_double_until_all_are_made() {
        for (count, expected) in [(0, vec![]), (1, vec![1]), (3, vec![1, 2]), (10, vec![1, 2, 4, 3])] {
            assert_eq!(batches(count).collect::<Vec<_>>(), expected, "{count} pods");
        }
    }
}
