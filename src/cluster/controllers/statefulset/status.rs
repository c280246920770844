//! What a StatefulSet reports.
//!
//! Models: pkg/controller/statefulset/stateful_set_control.go (updateStatus, updateStatefulSetStatus) and
//! stateful_set_status_updater.go, v1.36.
//! Simplified: nothing.

use std::sync::Arc;

use jiff::Timestamp;
use k8s_openapi::api::apps::v1::StatefulSetStatus;
use podarium_api::owner::is_terminating;
use podarium_api::pod_state::{phase, pod_is_available, pod_is_ready};
use podarium_api::{Pod, Resource as _, StatefulSet, Status};

use super::super::{Stop, Sync};
use super::identity::{replicas, revision_of};
use super::revisions::Revisions;
use super::wrote;
use crate::store::Key;

/// A pod that the server has; the others are only planned.
pub fn is_created(pod: &Pod) -> bool {
    !phase(pod).is_empty()
}

pub fn is_running_and_ready(pod: &Pod) -> bool {
    phase(pod) == "Running" && pod_is_ready(pod)
}

/// Zero is left out.
fn some(number: i32) -> Option<i32> {
    (number != 0).then_some(number)
}

/// The status with these pods.
pub fn calculate<'a>(set: &StatefulSet, revisions: &Revisions, pods: impl IntoIterator<Item = &'a Arc<Pod>>, now: Timestamp) -> StatefulSetStatus {
    let min_ready_seconds = set.spec.min_ready_seconds.unwrap_or(0);
    let (mut created, mut ready, mut available, mut current, mut updated) = (0, 0, 0, 0, 0);
    for pod in pods {
        created += i32::from(is_created(pod));
        ready += i32::from(is_running_and_ready(pod));
        available += i32::from(is_running_and_ready(pod) && pod_is_available(pod, min_ready_seconds, now));
        if is_created(pod) && !is_terminating(&pod.metadata) {
            current += i32::from(revision_of(pod) == revisions.current.name());
            updated += i32::from(revision_of(pod) == revisions.update.name());
        }
    }
    StatefulSetStatus {
        observed_generation: set.metadata.generation,
        replicas: created,
        ready_replicas: some(ready),
        available_replicas: Some(available),
        current_replicas: some(current),
        updated_replicas: some(updated),
        current_revision: revisions.current.metadata.name.clone(),
        update_revision: revisions.update.metadata.name.clone(),
        collision_count: Some(revisions.collisions),
        conditions: None,
    }
}

/// When all pods have the new version and are ready, it is the current one.
fn complete_rolling_update(set: &StatefulSet, status: &mut StatefulSetStatus) {
    let rolls = set.spec.update_strategy.as_ref().and_then(|strategy| strategy.type_.as_deref()) == Some("RollingUpdate");
    let wanted = replicas(set);
    let counts = [status.updated_replicas.unwrap_or(0), status.ready_replicas.unwrap_or(0), status.replicas];
    if rolls && counts.iter().all(|count| *count == wanted) {
        status.current_replicas = status.updated_replicas;
        status.current_revision.clone_from(&status.update_revision);
    }
}

fn differs(old: &StatefulSetStatus, new: &StatefulSetStatus) -> bool {
    let numbers = |status: &StatefulSetStatus| {
        let optional = [status.current_replicas, status.ready_replicas, status.updated_replicas, status.available_replicas];
        (status.replicas, optional.map(|number| number.unwrap_or(0)))
    };
    new.observed_generation.unwrap_or(0) > old.observed_generation.unwrap_or(0)
        || numbers(old) != numbers(new)
        || old.current_revision != new.current_revision
        || old.update_revision != new.update_revision
}

/// Writes the status if it says anything new, and gives it. A conflict is answered by reading the set afresh.
pub fn write(ctx: &mut Sync<'_>, set: &Arc<StatefulSet>, mut status: StatefulSetStatus) -> Result<Result<StatefulSetStatus, Status>, Stop> {
    complete_rolling_update(set, &mut status);
    if !differs(&set.status, &status) {
        return Ok(Ok(status));
    }
    let shared = Arc::new(status.clone());
    let mut answer = ctx.update_status(StatefulSet { status: shared.clone(), ..(**set).clone() })?;
    if answer.as_ref().is_err_and(Status::is_conflict) {
        answer = match ctx.get_live::<StatefulSet>(&Key::of_meta(&set.metadata))? {
            Ok(fresh) => ctx.update_status(StatefulSet { status: shared, ..(*fresh).clone() })?,
            Err(status) => Err(status),
        };
    }
    Ok(match answer {
        Ok(written) => {
            wrote(ctx, set, written.into_object());
            Ok(status)
        }
        Err(status) => Err(status),
    })
}
