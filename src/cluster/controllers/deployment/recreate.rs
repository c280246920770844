//! Recreate: all old pods go, and only when the last of them is gone do the new ones come. For programs of which two
//! versions must not run at the same time; it costs a gap.
//!
//! Models: pkg/controller/deployment/recreate.go, v1.36.
//! Simplified: nothing.

use std::sync::Arc;

use podarium_api::pod_state::is_pod_terminal;
use podarium_api::{Deployment, Pod, ReplicaSet, Resource as _};

use super::super::{Stop, Sync};
use super::limits::wanted;
use super::scaling::{cleanup, scale_set};
use super::sets::{Sets, total};
use super::{progress, revision};
use crate::store::Key;

pub fn rollout(ctx: &mut Sync<'_>, key: &Key, deployment: &mut Deployment, all: &[Arc<ReplicaSet>]) -> Result<(), Stop> {
    let mut sets = revision::sync_revision(ctx, deployment, all, false)?;
    let mut scaled_down = false;
    for set in sets.active_old() {
        scaled_down |= scale_set(ctx, deployment, &set, 0, false)?.1;
    }
    if scaled_down || old_pods_run(ctx, &sets) {
        return progress::sync_rollout_status(ctx, key, deployment, &sets);
    }
    if sets.new.is_none() {
        sets = revision::sync_revision(ctx, deployment, all, true)?;
    }
    if let Some(new) = &sets.new {
        scale_set(ctx, deployment, new, wanted(deployment), false)?;
    }
    if progress::is_complete(deployment, &deployment.status) {
        cleanup(ctx, deployment, &sets.old)?;
    }
    progress::sync_rollout_status(ctx, key, deployment, &sets)
}

/// Whether an old set still counts pods, or has some that are on their way out but not over.
fn old_pods_run(ctx: &Sync<'_>, sets: &Sets) -> bool {
    total(&sets.old, |set| set.status.replicas) > 0
        || sets.old.iter().any(|set| ctx.caches().owned_by::<Pod>(set.uid()).any(|pod| !is_pod_terminal(pod)))
}
