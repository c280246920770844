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

use podarium_api::owner::{controller_of, controller_reference};
use podarium_api::selector::LabelSelector;
use podarium_api::{Kind, ObjectMeta, Pod, ReplicaSet, Resource as _, Status};

use super::super::{Stop, Sync};
use super::ranking::pods_to_delete;
use super::{BURST, ReplicaSetController};
use crate::apiserver::Request;
use crate::client::EventType;
use crate::store::Key;

/// Creates or deletes pods. The inner error is why some could not be.
pub fn manage(ctx: &mut Sync<'_>, key: &Key, set: &Arc<ReplicaSet>, active: &[Arc<Pod>]) -> Result<Result<(), String>, Stop> {
    let wanted = usize::try_from(set.spec.replicas.unwrap_or(1)).unwrap_or(0);
    if active.len() < wanted {
        create(ctx, key, set, (wanted - active.len()).min(BURST))
    } else if active.len() > wanted {
        let count = (active.len() - wanted).min(BURST);
        let doomed = pods_to_delete(active, &related(ctx, set), count, ctx.epoch().timestamp(ctx.now()));
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

fn create(ctx: &mut Sync<'_>, key: &Key, set: &Arc<ReplicaSet>, count: usize) -> Result<Result<(), String>, Stop> {
    let (set_key, now) = (key.clone(), ctx.now());
    ctx.remember(move |controller: &mut ReplicaSetController| controller.expectations.expect_creations(&set_key, count, now));
    let about = set.clone().into_object();
    let mut created = 0;
    let mut failure = None;
    for batch in batches(count) {
        let requests = (0..batch).map(|_| Request::create(pod_of(set))).collect();
        for answer in ctx.all(requests)? {
            match answer {
                Ok(reply) => {
                    created += 1;
                    let name = reply.object().and_then(|pod| pod.meta().name.clone()).unwrap_or_default();
                    ctx.event(&about, EventType::Normal, "SuccessfulCreate", format!("Created pod: {name}"));
                }
                // Nothing can be made in a namespace that goes away, and nothing need be said about it.
                Err(status) if status.is_namespace_terminating() => created += 1,
                Err(status) => {
                    ctx.event(&about, EventType::Warning, "FailedCreate", format!("Error creating: {status}"));
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
        ctx.remember(move |controller: &mut ReplicaSetController| controller.expectations.creations_observed(&set_key, never_coming));
    }
    Ok(failure.map_or(Ok(()), |status: Status| Err(status.to_string())))
}

fn delete(ctx: &mut Sync<'_>, key: &Key, set: &Arc<ReplicaSet>, doomed: &[Arc<Pod>]) -> Result<Result<(), String>, Stop> {
    let keys: Vec<Key> = doomed.iter().map(|pod| Key::of_meta(&pod.metadata)).collect();
    let (set_key, expected, now) = (key.clone(), keys.clone(), ctx.now());
    ctx.remember(move |controller: &mut ReplicaSetController| controller.expectations.expect_deletions(&set_key, expected, now));
    let about = set.clone().into_object();
    let requests = keys.iter().map(|key| Request::delete(Kind::Pod, key)).collect();
    let mut failure = None;
    for (pod, answer) in keys.iter().zip(ctx.all(requests)?) {
        let Err(status) = answer else {
            ctx.event(&about, EventType::Normal, "SuccessfulDelete", format!("Deleted pod: {}", pod.name));
            continue;
        };
        let (set_key, pod) = (key.clone(), pod.clone());
        ctx.remember(move |controller: &mut ReplicaSetController| controller.expectations.deletion_observed(&set_key, &pod));
        if !status.is_not_found() {
            ctx.event(&about, EventType::Warning, "FailedDelete", format!("Error deleting: {status}"));
            failure.get_or_insert(format!("unable to delete pods: {status}"));
        }
    }
    Ok(failure.map_or(Ok(()), Err))
}

/// A pod after the set's template. The server completes its name.
fn pod_of(set: &Arc<ReplicaSet>) -> Pod {
    let template = set.spec.template.as_ref();
    let meta = template.and_then(|template| template.metadata.as_ref());
    Pod {
        metadata: ObjectMeta {
            namespace: set.metadata.namespace.clone(),
            generate_name: Some(format!("{}-", set.name())),
            labels: meta.and_then(|meta| meta.labels.clone()),
            annotations: meta.and_then(|meta| meta.annotations.clone()),
            finalizers: meta.and_then(|meta| meta.finalizers.clone()),
            owner_references: Some(vec![controller_reference(&**set)]),
            ..ObjectMeta::default()
        },
        spec: Arc::new(template.and_then(|template| template.spec.clone()).unwrap_or_default()),
        ..Pod::default()
    }
}

/// The pods of all ReplicaSets that have the same owner as this one: those of its Deployment, old and new.
fn related(ctx: &Sync<'_>, set: &ReplicaSet) -> Vec<Arc<Pod>> {
    let caches = ctx.caches();
    let Some(owner) = controller_of(&set.metadata) else { return Vec::new() };
    let mut pods = BTreeMap::new();
    for sibling in caches.owned_by::<ReplicaSet>(&owner.uid) {
        let selector = LabelSelector::of(&sibling.spec.selector);
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
