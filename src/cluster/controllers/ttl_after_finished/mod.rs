//! Deletes Jobs a while after they have ended, with all that belongs to them, where they say so.
//!
//! Models: pkg/controller/ttlafterfinished/ttlafterfinished_controller.go, v1.36.
//! Simplified: nothing.

#[cfg(test)]
mod tests;

use std::time::Duration;

use jiff::Timestamp;
use podarium_api::condition::Condition as _;
use podarium_api::owner::is_terminating;
use podarium_api::{Job, Kind, Resource as _};

use super::{Controller, Enqueue, Stop, Sync};
use crate::apiserver::{Filter, Propagation, Request};
use crate::client::{Caches, Change};
use crate::store::Key;

#[derive(Clone, Default)]
pub struct TtlAfterFinishedController;

/// How long the Job may stay, if it is one that goes by itself; zero if its time is over.
fn time_left(job: &Job, now: Timestamp) -> Option<Duration> {
    let ttl = job.spec.ttl_seconds_after_finished.filter(|_| !is_terminating(&job.metadata))?;
    let ended = job.status.conditions.iter().flatten().find(|condition| condition.is_true() && matches!(condition.type_(), "Complete" | "Failed"))?;
    let at = ended.last_transition_time.as_ref()?.0;
    let passed = Duration::try_from(now.duration_since(at)).unwrap_or_default();
    Some(Duration::from_secs(u64::try_from(ttl).unwrap_or(0)).saturating_sub(passed))
}

impl Controller for TtlAfterFinishedController {
    const NAME: &'static str = "ttl-after-finished-controller";
    const WORKERS: usize = 5;

    fn watched() -> Vec<(Kind, Filter)> {
        vec![(Kind::Job, Filter::all())]
    }

    fn on_change(&mut self, change: &Change, _caches: &Caches, enqueue: &mut Enqueue<'_>) {
        let now = enqueue.epoch().timestamp(enqueue.now());
        if change.new.as_ref().and_then(Job::from_object).is_some_and(|job| time_left(job, now).is_some()) {
            enqueue.add(change.key.clone());
        }
    }

    fn sync(&self, ctx: &mut Sync<'_>, key: &Key) -> Result<(), Stop> {
        let Some(job) = ctx.caches().get::<Job>(key).cloned() else { return Ok(()) };
        if !expired(ctx, key, &job) {
            return Ok(());
        }
        // The cache may be late: somebody may just have given the Job more time.
        let fresh = match ctx.get_live::<Job>(key)? {
            Err(status) if status.is_not_found() => return Ok(()),
            fresh => fresh?,
        };
        if expired(ctx, key, &fresh) {
            ctx.send(Request::delete(Kind::Job, key).propagation(Propagation::Foreground).if_uid(fresh.uid()))??;
        }
        Ok(())
    }
}

/// Whether the Job's time is over; if not yet, it is looked at again then.
fn expired(ctx: &mut Sync<'_>, key: &Key, job: &Job) -> bool {
    match time_left(job, ctx.epoch().timestamp(ctx.now())) {
        None => false,
        Some(left) if left.is_zero() => true,
        Some(left) => {
            ctx.requeue_after(key, left);
            false
        }
    }
}
