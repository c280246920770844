//! Replacing the pods of the old version: the one with the highest number first, and the next only when it is available
//! again. Below the partition they stay; with `OnDelete` they all stay until somebody deletes them.
//!
//! Models: pkg/controller/statefulset/stateful_set_control.go (updateStatefulSet), v1.36.
//! Simplified: nothing; the gate MaxUnavailableStatefulSet is off, as it is by default.

use k8s_openapi::api::apps::v1::StatefulSetStatus;
use podarium_api::Resource as _;
use podarium_api::owner::is_terminating;

use super::super::{Stop, Sync};
use super::control::Step;
use super::identity::revision_of;
use super::pods;

/// Deletes at most one pod, which is then made anew in the new version. Gives what went wrong.
pub fn replace_old(ctx: &mut Sync<'_>, step: &Step<'_>, status: &mut StatefulSetStatus) -> Result<Option<String>, Stop> {
    let strategy = step.set.spec.update_strategy.as_ref();
    if strategy.and_then(|strategy| strategy.type_.as_deref()) == Some("OnDelete") {
        return Ok(None);
    }
    let partition = strategy.and_then(|strategy| strategy.rolling_update.as_ref()).and_then(|rolling| rolling.partition);
    // The partition counts places, not numbers: with `ordinals.start: 5`, place 0 is number 5.
    let first = usize::try_from(partition.unwrap_or(0)).unwrap_or(0);
    for pod in step.replicas.iter().skip(first).rev() {
        if revision_of(pod) != step.revisions.update.name() && !is_terminating(&pod.metadata) {
            if let Err(failure) = pods::delete(ctx, step.set, pod)? {
                return Ok(Some(failure));
            }
            status.current_replicas = Some(status.current_replicas.unwrap_or(0) - 1).filter(|count| *count != 0);
            return Ok(None);
        }
        if step.is_unavailable(pod) {
            return Ok(None);
        }
    }
    Ok(None)
}
