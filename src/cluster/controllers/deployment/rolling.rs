//! Rolling update: new pods come and old ones go step by step, with never more than `replicas + maxSurge` pods and never
//! fewer than `replicas - maxUnavailable` available ones.
//!
//! Each sync takes one step: first the new set grows into the room that there is; if it cannot, old sets shrink by what
//! can be spared, those pods first that do not work anyway.
//!
//! 3 replicas, maxSurge 1, maxUnavailable 0: new 0→1, old 3→2 when it is available, new 1→2, old 2→1, new 2→3, old 1→0.
//!
//! Models: pkg/controller/deployment/rolling.go, v1.36.
//! Simplified: nothing.

use std::sync::Arc;

use podarium_api::{Deployment, ReplicaSet};

use super::super::{Stop, Sync};
use super::limits::{max_unavailable, new_set_size, wanted};
use super::scaling::{cleanup, scale_set};
use super::sets::{Sets, age_order, available, replicas, total};
use super::{progress, revision};
use crate::store::Key;

pub fn rollout(ctx: &mut Sync<'_>, key: &Key, deployment: &mut Deployment, sets: &[Arc<ReplicaSet>]) -> Result<(), Stop> {
    let sets = revision::sync_revision(ctx, deployment, sets, true)?;
    let Some(new) = sets.new.clone() else { return Ok(()) };
    let stepped = grow_new(ctx, deployment, &sets, &new)? || shrink_old(ctx, deployment, &sets, &new)?;
    if !stepped && progress::is_complete(deployment, &deployment.status) {
        cleanup(ctx, deployment, &sets.old)?;
    }
    progress::sync_rollout_status(ctx, key, deployment, &sets)
}

fn grow_new(ctx: &mut Sync<'_>, deployment: &Deployment, sets: &Sets, new: &Arc<ReplicaSet>) -> Result<bool, Stop> {
    Ok(scale_set(ctx, deployment, new, size_of_new(deployment, sets, new), false)?.1)
}

/// The size of the new set after the next step.
pub(super) fn size_of_new(deployment: &Deployment, sets: &Sets, new: &ReplicaSet) -> i32 {
    if replicas(new) > wanted(deployment) {
        return wanted(deployment);
    }
    new_set_size(deployment, total(sets.all(), replicas), replicas(new))
}

/// How many old pods can go at most: all that are more than must be available, less those of the new set that are not.
///
/// 10 replicas, maxUnavailable 2, maxSurge 3, old 8 and new 5 of which none works: 13 - 8 - 5 = 0, so nothing old goes.
/// After an undo the old set is the new one: with one of its 8 unavailable, 13 - 8 - 1 = 4 bad ones may go.
fn spare(deployment: &Deployment, sets: &Sets, new: &ReplicaSet) -> i32 {
    let must_be_available = wanted(deployment) - max_unavailable(deployment);
    total(sets.all(), replicas) - must_be_available - (replicas(new) - available(new))
}

fn shrink_old(ctx: &mut Sync<'_>, deployment: &Deployment, sets: &Sets, new: &Arc<ReplicaSet>) -> Result<bool, Stop> {
    let mut old = sets.active_old();
    old.sort_by_key(age_order);
    let steps = shrinking(deployment, sets, &old, new);
    // A failed write ends the step; the news of what changed meanwhile brings the next one.
    match shrink(ctx, deployment, old, &steps) {
        Err(Stop::Failed(_) | Stop::GaveUp(_)) => Ok(false),
        other => other,
    }
}

fn shrink(ctx: &mut Sync<'_>, deployment: &Deployment, mut old: Vec<Arc<ReplicaSet>>, steps: &[(usize, i32)]) -> Result<bool, Stop> {
    for (index, count) in steps {
        let set = &mut old[*index];
        *set = scale_set(ctx, deployment, set, replicas(set) - count, false)?.0;
    }
    Ok(!steps.is_empty())
}

/// Which of the old sets lose how many pods, one step after the other: first those that do not work, then the others, as
/// many as can be spared. A set can occur in both parts.
pub(super) fn shrinking(deployment: &Deployment, sets: &Sets, old: &[Arc<ReplicaSet>], new: &ReplicaSet) -> Vec<(usize, i32)> {
    let spare = spare(deployment, sets, new);
    if spare <= 0 {
        return Vec::new();
    }
    let mut sizes: Vec<i32> = old.iter().map(|set| replicas(set)).collect();
    let mut steps = match unhealthy(old, spare) {
        Ok(steps) => steps,
        Err(steps) => return steps,
    };
    for (index, count) in &steps {
        sizes[*index] -= count;
    }
    let available_now = total(old, available) + available(new);
    let mut surplus = available_now - (wanted(deployment) - max_unavailable(deployment));
    for (index, size) in sizes.iter().enumerate() {
        let count = (*size).min(surplus);
        if count > 0 {
            surplus -= count;
            steps.push((index, count));
        }
    }
    steps
}

/// The pods of old sets that do not work, at most `most` of them.
///
/// A set with more available pods than it should have was scaled down a moment ago and its status is yet to follow. Who
/// believed such a count would take away pods that are needed, so the step ends there (`Err`).
pub(super) fn unhealthy(old: &[Arc<ReplicaSet>], most: i32) -> Result<Vec<(usize, i32)>, Vec<(usize, i32)>> {
    let mut left = most;
    let mut steps = Vec::new();
    for (index, set) in old.iter().enumerate().filter(|(_, set)| replicas(set) != 0) {
        if left <= 0 {
            break;
        }
        let count = (replicas(set) - available(set)).min(left);
        if count < 0 {
            return Err(steps);
        }
        if count > 0 {
            left -= count;
            steps.push((index, count));
        }
    }
    Ok(steps)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn unavailable_new_pods_keep_old_ones_alive() {
        // replicas, maxUnavailable, old pods, new pods, of which available: how many old ones can be spared
        let cases = [(10, 2, 8, 5, 0, 0), (10, 2, 8, 5, 2, 2), (10, 0, 10, 0, 0, 0), (10, 2, 10, 0, 0, 2), (10, 2, 5, 8, 7, 4), (3, 0, 3, 1, 1, 1)];
        for (wanted, unavailable, old, new, working, expected) in cases {
            let deployment: Deployment = serde_json::from_value(json!({"spec": {"replicas": wanted, "selector": {}, "template": {},
                "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 3, "maxUnavailable": unavailable}}}})).unwrap();
            let set = |size: i32, available: i32| -> Arc<ReplicaSet> {
                Arc::new(serde_json::from_value(json!({"spec": {"replicas": size, "selector": {}}, "status": {"replicas": size, "availableReplicas": available}})).unwrap())
            };
            let new = set(new, working);
            let sets = Sets { new: Some(new.clone()), old: vec![set(old, old)] };
            assert_eq!(spare(&deployment, &sets, &new), expected, "{wanted} replicas, {old} old, {working} of the new available");
        }
    }
}
