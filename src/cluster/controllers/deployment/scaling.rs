//! Giving ReplicaSets their sizes when a Deployment was scaled or is paused, and removing those of the distant past.
//!
//! A Deployment that is scaled in the middle of a rollout keeps its mix of versions: each set gets its share, so that
//! scaling does not speed up a rollout that may be a bad one.
//!
//! Models: pkg/controller/deployment/sync.go (sync, scale, scaleReplicaSet, cleanupDeployment), v1.36.
//! Simplified: nothing.

use std::cmp::Reverse;
use std::sync::Arc;

use podarium_api::owner::is_terminating;
use podarium_api::{Deployment, Kind, ReplicaSet, Resource as _};

use super::super::{Stop, Sync};
use super::limits::{is_rolling, is_saturated, max_surge, proportion, wanted};
use super::sets::{Sets, age_order, replicas, total};
use super::{annotations, progress, revision, rollback};
use crate::apiserver::Request;
use crate::client::EventType;
use crate::store::Key;

/// What happens to a Deployment that was scaled or is paused: sizes, but no rollout.
pub fn sync(ctx: &mut Sync<'_>, deployment: &mut Deployment, sets: &[Arc<ReplicaSet>]) -> Result<(), Stop> {
    let sets = revision::sync_revision(ctx, deployment, sets, false)?;
    scale(ctx, deployment, &sets)?;
    if deployment.spec.paused == Some(true) && rollback::wanted(deployment).is_none() {
        cleanup(ctx, deployment, &sets.old)?;
    }
    progress::sync_status(ctx, deployment, &sets)
}

/// Whether an active set remembers another size of the Deployment than it has now.
pub fn was_scaled(ctx: &mut Sync<'_>, deployment: &mut Deployment, sets: &[Arc<ReplicaSet>]) -> Result<bool, Stop> {
    let sets = revision::sync_revision(ctx, deployment, sets, false)?;
    let wanted = wanted(deployment);
    Ok(sets.active().iter().filter_map(|set| annotations::desired(set)).any(|desired| desired != wanted))
}

fn scale(ctx: &mut Sync<'_>, deployment: &Deployment, sets: &Sets) -> Result<(), Stop> {
    let (sizes, always) = sizes(deployment, sets);
    for (set, size) in sizes {
        scale_set(ctx, deployment, &set, size, always)?;
    }
    Ok(())
}

/// The sets that are to have another size, and whether the size of the Deployment is noted even on those that keep theirs.
pub(super) fn sizes(deployment: &Deployment, sets: &Sets) -> (Vec<(Arc<ReplicaSet>, i32)>, bool) {
    if let Some(only) = active_or_latest(sets) {
        return (vec![(only, wanted(deployment))], false);
    }
    if sets.new.as_ref().is_some_and(|set| is_saturated(deployment, set)) {
        return (sets.active_old().into_iter().map(|set| (set, 0)).collect(), false);
    }
    if is_rolling(deployment) { (shares(deployment, sets), true) } else { (Vec::new(), false) }
}

/// The one set with pods, or the newest if none has any; nothing if several have.
fn active_or_latest(sets: &Sets) -> Option<Arc<ReplicaSet>> {
    match sets.active().as_slice() {
        [] => sets.new.as_ref().or(sets.old.last()).cloned(),
        [only] => Some(only.clone()),
        _ => None,
    }
}

/// Each active set with its size in a Deployment of the size that is wanted now. The largest takes what rounding left.
fn shares(deployment: &Deployment, sets: &Sets) -> Vec<(Arc<ReplicaSet>, i32)> {
    let mut active = sets.active();
    let allowed = if wanted(deployment) > 0 { wanted(deployment) + max_surge(deployment) } else { 0 };
    let to_add = allowed - total(&active, replicas);
    active.sort_by_key(age_order);
    if to_add > 0 {
        active.reverse();
    }
    if to_add != 0 {
        active.sort_by_key(|set| Reverse(replicas(set)));
    }
    let mut added = 0;
    let mut sized: Vec<(Arc<ReplicaSet>, i32)> = Vec::new();
    for set in active {
        let more = proportion(deployment, &set, to_add, added);
        added += more;
        let size = replicas(&set) + more;
        sized.push((set, size));
    }
    if let Some((_, size)) = sized.first_mut().filter(|_| to_add != 0) {
        *size = (*size + to_add - added).max(0);
    }
    sized
}

/// Gives a set this size and notes the Deployment's. Returns the set as it is then, and whether its size changed.
/// Unless `always`, a set that has the size already is left alone.
pub fn scale_set(ctx: &mut Sync<'_>, deployment: &Deployment, set: &Arc<ReplicaSet>, size: i32, always: bool) -> Result<(Arc<ReplicaSet>, bool), Stop> {
    let before = replicas(set);
    let resize = before != size;
    if !resize && !(always && annotations::sizes_differ(deployment, set)) {
        return Ok((set.clone(), false));
    }
    let mut copy = (**set).clone();
    Arc::make_mut(&mut copy.spec).replicas = Some(size);
    annotations::set_sizes(deployment, &mut copy);
    let updated = ctx.update(copy)??;
    if resize {
        let direction = if before < size { "up" } else { "down" };
        let message = format!("Scaled {direction} replica set {} from {before} to {size}", updated.name());
        ctx.event(&Arc::new(deployment.clone()).into_object(), EventType::Normal, "ScalingReplicaSet", message);
    }
    Ok((updated, resize))
}

/// Removes the oldest empty sets beyond `revisionHistoryLimit`. Those that still have pods stay.
pub fn cleanup(ctx: &mut Sync<'_>, deployment: &Deployment, old: &[Arc<ReplicaSet>]) -> Result<(), Stop> {
    let Some(limit) = deployment.spec.revision_history_limit.filter(|limit| *limit != i32::MAX) else { return Ok(()) };
    let mut alive: Vec<Arc<ReplicaSet>> = old.iter().filter(|set| !is_terminating(&set.metadata)).cloned().collect();
    let surplus = alive.len().saturating_sub(usize::try_from(limit).unwrap_or(0));
    alive.sort_by_key(|set| (annotations::revision(set), age_order(set)));
    let observed = |set: &ReplicaSet| set.status.observed_generation.unwrap_or(0) >= set.metadata.generation.unwrap_or(0);
    for set in alive.iter().take(surplus).filter(|set| set.status.replicas == 0 && replicas(set) == 0 && observed(set)) {
        if let Err(status) = ctx.send(Request::delete(Kind::ReplicaSet, &Key::of_meta(&set.metadata)))?
            && !status.is_not_found()
        {
            return Err(status.into());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn deployment(replicas: i32, surge: i32) -> Deployment {
        serde_json::from_value(json!({"spec": {"replicas": replicas, "selector": {}, "template": {},
            "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": surge, "maxUnavailable": 1}}}}))
        .unwrap()
    }

    /// A set of this age and size, in a Deployment that had `max` pods at most before.
    fn set(name: &str, second: i64, replicas: i32, max: i32) -> Arc<ReplicaSet> {
        let created = jiff::Timestamp::from_second(second).unwrap().to_string();
        let annotations = json!({annotations::MAX_REPLICAS: max.to_string()});
        Arc::new(serde_json::from_value(json!({"metadata": {"name": name, "creationTimestamp": created, "annotations": annotations},
            "spec": {"replicas": replicas, "selector": {}}})).unwrap())
    }

    fn sizes(replicas: i32, surge: i32, max: i32, new: i32, old: &[i32]) -> Vec<(String, i32)> {
        let old = old.iter().enumerate().map(|(index, size)| set(&format!("old-{index}"), index as i64, *size, max)).collect();
        let sets = Sets { new: Some(set("new", 100, new, max)), old };
        let mut sizes: Vec<_> = shares(&deployment(replicas, surge), &sets).into_iter().map(|(set, size)| (set.name().to_owned(), size)).collect();
        sizes.sort();
        sizes
    }

    #[test]
    fn a_scaled_deployment_keeps_the_proportions_of_its_sets() {
        let expected = |pairs: &[(&str, i32)]| pairs.iter().map(|(name, size)| ((*name).to_owned(), *size)).collect::<Vec<_>>();
        // 10 wanted with 5 new and 5 old, then 12: the newer one first.
        assert_eq!(sizes(12, 0, 10, 5, &[5]), expected(&[("new", 6), ("old-0", 6)]));
        // 10 to 11: one more cannot be halved; the newer one gets it.
        assert_eq!(sizes(11, 0, 10, 5, &[5]), expected(&[("new", 6), ("old-0", 5)]));
        // 10 to 5: the older one gives first, and takes the rounding.
        assert_eq!(sizes(5, 0, 10, 5, &[5]), expected(&[("new", 3), ("old-0", 2)]));
        // 10 with surge 3 (5 new, 8 old) scaled to 15.
        assert_eq!(sizes(15, 3, 13, 5, &[8]), expected(&[("new", 7), ("old-0", 11)]));
        // Down to nothing.
        assert_eq!(sizes(0, 2, 12, 4, &[8]), expected(&[("new", 0), ("old-0", 0)]));
        // Three sets, 6 to 20.
        assert_eq!(sizes(20, 0, 6, 1, &[2, 3]), expected(&[("new", 3), ("old-0", 7), ("old-1", 10)]));
    }
}
