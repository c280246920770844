//! What a Deployment reports: counts, whether enough pods are available, and whether the rollout gets on.
//!
//! A rollout makes progress when new pods are made or become ready or available, or old ones go. Without progress for
//! `progressDeadlineSeconds` it is reported as stuck (`ProgressDeadlineExceeded`), which `kubectl rollout status` turns
//! into an error. Nothing is undone by that.
//!
//! Models: pkg/controller/deployment/{progress.go,sync.go} (calculateStatus, checkPausedConditions), v1.36.
//! Simplified: nothing.

use std::sync::Arc;
use std::time::Duration;

use k8s_openapi::api::apps::v1::{DeploymentCondition, DeploymentStatus};
use podarium_api::condition::{get_condition, remove_condition, replace_condition};
use podarium_api::{Deployment, ReplicaSet, Resource as _};

use super::super::{Stop, Sync};
use super::limits::{max_unavailable, wanted};
use super::sets::{Sets, available, replicas, total};
use crate::store::Key;

pub const PROGRESSING: &str = "Progressing";
const AVAILABLE: &str = "Available";
const REPLICA_FAILURE: &str = "ReplicaFailure";
const TIMED_OUT: &str = "ProgressDeadlineExceeded";
const NEW_SET_AVAILABLE: &str = "NewReplicaSetAvailable";
const PAUSED: &str = "DeploymentPaused";

pub fn has_deadline(deployment: &Deployment) -> bool {
    deployment.spec.progress_deadline_seconds.is_some_and(|seconds| seconds != i32::MAX)
}

fn condition(ctx: &Sync<'_>, type_: &str, status: &str, reason: &str, message: &str) -> DeploymentCondition {
    let now = ctx.epoch().seconds(ctx.now());
    DeploymentCondition {
        type_: type_.to_owned(),
        status: status.to_owned(),
        reason: Some(reason.to_owned()),
        message: Some(message.to_owned()),
        last_update_time: Some(now.clone()),
        last_transition_time: Some(now),
    }
}

/// Sets a condition on the Deployment in hand; it is written with its next status.
pub fn set_condition(ctx: &Sync<'_>, deployment: &mut Deployment, type_: &str, status: &str, reason: &str, message: &str) {
    let condition = condition(ctx, type_, status, reason, message);
    replace_condition(&mut Arc::make_mut(&mut deployment.status).conditions, condition);
}

/// Pausing and resuming show in the condition, so that the time of the pause does not count against the deadline.
pub fn check_paused(ctx: &mut Sync<'_>, deployment: &mut Deployment) -> Result<(), Stop> {
    let current = get_condition(&deployment.status.conditions, PROGRESSING).and_then(|condition| condition.reason.clone());
    if !has_deadline(deployment) || current.as_deref() == Some(TIMED_OUT) {
        return Ok(());
    }
    let says_paused = current.as_deref() == Some(PAUSED);
    match (deployment.spec.paused.unwrap_or(false), says_paused) {
        (true, false) => set_condition(ctx, deployment, PROGRESSING, "Unknown", PAUSED, "Deployment is paused"),
        (false, true) => {
            set_condition(ctx, deployment, PROGRESSING, "Unknown", "DeploymentResumed", "Deployment is resumed");
        }
        _ => return Ok(()),
    }
    ctx.update_status(deployment.clone())??;
    Ok(())
}

fn count(number: i32) -> Option<i32> {
    (number != 0).then_some(number)
}

/// The sum of what the sets report, or nothing if one that was observed does not say.
fn terminating(sets: &Sets) -> Option<i32> {
    let of = |set: &Arc<ReplicaSet>| match set.status.terminating_replicas {
        None if set.status.observed_generation.unwrap_or(0) == 0 => Some(0),
        reported => reported,
    };
    sets.all().map(of).sum()
}

fn calculate(ctx: &Sync<'_>, deployment: &Deployment, sets: &Sets) -> DeploymentStatus {
    let available_now = total(sets.all(), available);
    let mut status = DeploymentStatus {
        observed_generation: deployment.metadata.generation,
        replicas: count(total(sets.all(), |set| set.status.replicas)),
        updated_replicas: count(total(&sets.new, |set| set.status.replicas)),
        ready_replicas: count(total(sets.all(), |set| set.status.ready_replicas.unwrap_or(0))),
        available_replicas: count(available_now),
        unavailable_replicas: count((total(sets.all(), replicas) - available_now).max(0)),
        terminating_replicas: terminating(sets),
        collision_count: deployment.status.collision_count,
        conditions: deployment.status.conditions.clone(),
    };
    let enough = available_now >= wanted(deployment) - max_unavailable(deployment);
    let condition = if enough {
        condition(ctx, AVAILABLE, "True", "MinimumReplicasAvailable", "Deployment has minimum availability.")
    } else {
        condition(ctx, AVAILABLE, "False", "MinimumReplicasUnavailable", "Deployment does not have minimum availability.")
    };
    replace_condition(&mut status.conditions, condition);
    status
}

/// Reports the counts alone.
pub fn sync_status(ctx: &mut Sync<'_>, deployment: &Deployment, sets: &Sets) -> Result<(), Stop> {
    let status = calculate(ctx, deployment, sets);
    if status != *deployment.status {
        ctx.update_status(Deployment { status: Arc::new(status), ..deployment.clone() })??;
    }
    Ok(())
}

/// Whether all replicas are of the new version and available, and no old one is left.
pub fn is_complete(deployment: &Deployment, status: &DeploymentStatus) -> bool {
    let all = count(wanted(deployment));
    [status.updated_replicas, status.replicas, status.available_replicas].iter().all(|number| number.and_then(count) == all)
        && status.observed_generation.unwrap_or(0) >= deployment.metadata.generation.unwrap_or(0)
}

pub(super) fn is_progressing(before: &DeploymentStatus, after: &DeploymentStatus) -> bool {
    let number = |number: Option<i32>| number.unwrap_or(0);
    let old_replicas = |status: &DeploymentStatus| number(status.replicas) - number(status.updated_replicas);
    number(after.updated_replicas) > number(before.updated_replicas)
        || old_replicas(after) < old_replicas(before)
        || number(after.ready_replicas) > number(before.ready_replicas)
        || number(after.available_replicas) > number(before.available_replicas)
}

/// Whether the rollout has not got on for longer than the deadline allows.
pub(super) fn is_timed_out(deployment: &Deployment, status: &DeploymentStatus, now: jiff::Timestamp) -> bool {
    if !has_deadline(deployment) {
        return false;
    }
    let Some(condition) = get_condition(&status.conditions, PROGRESSING) else { return false };
    match condition.reason.as_deref() {
        Some(NEW_SET_AVAILABLE) => false,
        Some(TIMED_OUT) => true,
        _ => deadline(deployment, condition).is_some_and(|deadline| deadline < now),
    }
}

/// When the patience with a rollout ends that last got on when this condition was updated.
fn deadline(deployment: &Deployment, condition: &DeploymentCondition) -> Option<jiff::Timestamp> {
    let patience = Duration::from_secs(u64::try_from(deployment.spec.progress_deadline_seconds?).ok()?);
    condition.last_update_time.as_ref()?.0.checked_add(patience).ok()
}

/// Reports the counts and how the rollout gets on.
pub fn sync_rollout_status(ctx: &mut Sync<'_>, key: &Key, deployment: &Deployment, sets: &Sets) -> Result<(), Stop> {
    let mut status = calculate(ctx, deployment, sets);
    let current = get_condition(&deployment.status.conditions, PROGRESSING);
    let was_complete = status.replicas == status.updated_replicas && current.is_some_and(|condition| condition.reason.as_deref() == Some(NEW_SET_AVAILABLE));
    if !has_deadline(deployment) {
        remove_condition(&mut status.conditions, PROGRESSING);
    } else if !was_complete {
        estimate(ctx, deployment, sets, &mut status);
    }
    match replica_failure(sets) {
        Some(failure) => {
            replace_condition(&mut status.conditions, failure);
        }
        None => {
            remove_condition(&mut status.conditions, REPLICA_FAILURE);
        }
    }
    if status == *deployment.status {
        look_again(ctx, key, deployment, &status);
        return Ok(());
    }
    ctx.update_status(Deployment { status: Arc::new(status), ..deployment.clone() })??;
    Ok(())
}

/// Updates the condition `Progressing`: complete, getting on, or stuck.
fn estimate(ctx: &Sync<'_>, deployment: &Deployment, sets: &Sets, status: &mut DeploymentStatus) {
    let what = match &sets.new {
        Some(set) => format!("ReplicaSet {:?}", set.name()),
        None => format!("Deployment {:?}", deployment.name()),
    };
    if is_complete(deployment, status) {
        let message = format!("{what} has successfully progressed.");
        replace_condition(&mut status.conditions, condition(ctx, PROGRESSING, "True", NEW_SET_AVAILABLE, &message));
    } else if is_progressing(&deployment.status, status) {
        let message = format!("{what} is progressing.");
        let mut condition = condition(ctx, PROGRESSING, "True", "ReplicaSetUpdated", &message);
        // The update time must move although the reason stays: the deadline counts from it.
        if let Some(current) = get_condition(&deployment.status.conditions, PROGRESSING) {
            if current.status == "True" {
                condition.last_transition_time.clone_from(&current.last_transition_time);
            }
            remove_condition(&mut status.conditions, PROGRESSING);
        }
        replace_condition(&mut status.conditions, condition);
    } else if is_timed_out(deployment, status, ctx.epoch().timestamp(ctx.now())) {
        let message = format!("{what} has timed out progressing.");
        replace_condition(&mut status.conditions, condition(ctx, PROGRESSING, "False", TIMED_OUT, &message));
    }
}

/// What a set could not do is the Deployment's failure too; that of the new set counts first.
fn replica_failure(sets: &Sets) -> Option<DeploymentCondition> {
    let failure = sets.new.iter().chain(&sets.old).find_map(|set| get_condition(&set.status.conditions, REPLICA_FAILURE))?;
    Some(DeploymentCondition {
        type_: failure.type_.clone(),
        status: failure.status.clone(),
        reason: failure.reason.clone(),
        message: failure.message.clone(),
        last_update_time: failure.last_transition_time.clone(),
        last_transition_time: failure.last_transition_time.clone(),
    })
}

/// A rollout that stands still is looked at again when its deadline has passed, a second later to be sure. One that was
/// complete and lost pods since has no verdict to come to, so it is looked at as often as the queue allows.
fn look_again(ctx: &mut Sync<'_>, key: &Key, deployment: &Deployment, status: &DeploymentStatus) {
    const MARGIN: Duration = Duration::from_secs(1);
    let Some(current) = get_condition(&deployment.status.conditions, PROGRESSING) else { return };
    if !has_deadline(deployment) || is_complete(deployment, status) || current.reason.as_deref() == Some(TIMED_OUT) {
        return;
    }
    let Some(deadline) = deadline(deployment, current) else { return };
    let left = deadline.duration_since(ctx.epoch().timestamp(ctx.now()));
    let left = Duration::try_from(left).unwrap_or(Duration::ZERO);
    if left < MARGIN {
        ctx.requeue_rate_limited(key);
    } else {
        ctx.requeue_after(key, left + MARGIN);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn status(value: Value) -> DeploymentStatus {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn a_deployment_is_complete_when_all_of_it_is_new_and_available() {
        let deployment: Deployment = serde_json::from_value(json!({"metadata": {"generation": 2}, "spec": {"replicas": 3, "selector": {}, "template": {}}})).unwrap();
        let complete = json!({"updatedReplicas": 3, "replicas": 3, "availableReplicas": 3, "observedGeneration": 2});
        assert!(is_complete(&deployment, &status(complete.clone())));
        for (field, value) in [("updatedReplicas", 2), ("replicas", 4), ("availableReplicas", 2), ("observedGeneration", 1)] {
            let mut other = complete.clone();
            other[field] = json!(value);
            assert!(!is_complete(&deployment, &status(other)), "{field} = {value}");
        }
    }

    #[test]
    fn progress_is_more_new_pods_or_fewer_old_ones() {
        let before = status(json!({"replicas": 4, "updatedReplicas": 1, "readyReplicas": 3, "availableReplicas": 3}));
        let cases = [
            (json!({"replicas": 4, "updatedReplicas": 1, "readyReplicas": 3, "availableReplicas": 3}), false),
            (json!({"replicas": 5, "updatedReplicas": 2, "readyReplicas": 3, "availableReplicas": 3}), true),
            (json!({"replicas": 3, "updatedReplicas": 1, "readyReplicas": 2, "availableReplicas": 2}), true),
            (json!({"replicas": 4, "updatedReplicas": 1, "readyReplicas": 4, "availableReplicas": 3}), true),
            (json!({"replicas": 4, "updatedReplicas": 1, "readyReplicas": 3, "availableReplicas": 4}), true),
            (json!({"replicas": 4, "updatedReplicas": 1, "readyReplicas": 2, "availableReplicas": 2}), false),
        ];
        for (after, progress) in cases {
            assert_eq!(is_progressing(&before, &status(after.clone())), progress, "{after}");
        }
    }
}
