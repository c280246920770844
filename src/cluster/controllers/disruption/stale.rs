//! Takes back the condition `DisruptionTarget` of a pod that was to be disrupted but lives on.
//!
//! Models: pkg/controller/disruption/disruption.go (syncStalePodDisruption), v1.36.
//! Simplified: nothing.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use k8s_openapi::api::core::v1::PodCondition;
use podarium_api::condition::{Condition as _, set_condition};
use podarium_api::owner::is_terminating;
use podarium_api::pod_state::{is_pod_terminal, pod_condition};
use podarium_api::{Kind, Pod, Resource as _};

use super::super::{Controller, Enqueue, Stop, Sync};
use crate::apiserver::Filter;
use crate::client::{Caches, Change};
use crate::store::Key;

const TIMEOUT: SignedDuration = SignedDuration::from_mins(2);

#[derive(Clone, Default)]
pub struct StaleDisruptionController;

/// How long the condition stays, if this pod has one that may go stale. What a kubelet has set stays.
fn cleanup_after(pod: &Pod, now: Timestamp) -> Option<Duration> {
    let condition = pod_condition(pod, "DisruptionTarget").filter(|condition| condition.is_true())?;
    if is_terminating(&pod.metadata) || is_pod_terminal(pod) || condition.reason() == "TerminationByKubelet" {
        return None;
    }
    let since = condition.last_transition_time.as_ref().map_or(Timestamp::UNIX_EPOCH, |time| time.0);
    let wait = TIMEOUT.checked_sub(now.duration_since(since))?;
    Some(Duration::try_from(wait).unwrap_or_default())
}

impl Controller for StaleDisruptionController {
    const NAME: &'static str = "controllermanager";
    const SERVICE_ACCOUNT: &'static str = "disruption-controller";
    const WORKERS: usize = 1;

    fn watched() -> Vec<(Kind, Filter)> {
        vec![(Kind::Pod, Filter::all())]
    }

    fn on_change(&mut self, change: &Change, _caches: &Caches, enqueue: &mut Enqueue<'_>) {
        let pod = change.new.as_ref().and_then(Pod::from_object);
        let now = enqueue.epoch().timestamp(enqueue.now());
        if let Some(wait) = pod.and_then(|pod| cleanup_after(pod, now)) {
            enqueue.add_after(change.key.clone(), wait);
        }
    }

    fn sync(&self, ctx: &mut Sync<'_>, key: &Key) -> Result<(), Stop> {
        let Some(pod) = ctx.caches().get::<Pod>(key).cloned() else { return Ok(()) };
        let Some(wait) = cleanup_after(&pod, ctx.epoch().timestamp(ctx.now())) else { return Ok(()) };
        if !wait.is_zero() {
            ctx.requeue_after(key, wait);
            return Ok(());
        }
        let now = ctx.epoch().seconds(ctx.now());
        let mut next = (*pod).clone();
        let generation = next.metadata.generation;
        let changed = set_condition(&mut Arc::make_mut(&mut next.status).conditions, PodCondition {
            type_: "DisruptionTarget".to_owned(),
            status: "False".to_owned(),
            observed_generation: generation,
            last_transition_time: Some(now),
            ..PodCondition::default()
        });
        if changed {
            ctx.update_status(next)??;
        }
        Ok(())
    }
}
