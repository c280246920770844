//! What a DaemonSet reports: on how many nodes its pods should be, and on how many they are, are ready, are available.
//!
//! Models: pkg/controller/daemon/daemon_controller.go (updateDaemonSetStatus, storeDaemonSetStatus), v1.36.
//! Simplified: nothing.

use std::sync::Arc;
use std::time::Duration;

use k8s_openapi::api::apps::v1::DaemonSetStatus;
use podarium_api::pod_state::{pod_is_available, pod_is_ready};
use podarium_api::{DaemonSet, Resource as _};

use super::super::{Stop, Sync};
use super::node_pods::sorted;
use super::placement::is_updated;
use super::{DaemonSetController, View};
use crate::store::Key;

fn some(number: i32) -> Option<i32> {
    (number != 0).then_some(number)
}

/// The counts, in the status as it was.
fn calculate(ctx: &Sync<'_>, view: &View<'_>) -> DaemonSetStatus {
    let now = ctx.epoch().timestamp(ctx.now());
    let mut status = (*view.set.status).clone();
    let (mut desired, mut current, mut misscheduled, mut ready, mut updated, mut available) = (0, 0, 0, 0, 0, 0);
    for node in &view.nodes {
        let pods = view.pods.on(node.name());
        if !view.placement.verdict(node).should_run {
            misscheduled += i32::from(!pods.is_empty());
            continue;
        }
        desired += 1;
        let Some(pod) = sorted(pods).into_iter().next() else { continue };
        current += 1;
        ready += i32::from(pod_is_ready(&pod));
        available += i32::from(pod_is_available(&pod, view.min_ready_seconds(), now));
        updated += i32::from(is_updated(view.set, &pod, &view.hash));
    }
    status.desired_number_scheduled = desired;
    status.current_number_scheduled = current;
    status.number_misscheduled = misscheduled;
    status.number_ready = ready;
    status.updated_number_scheduled = some(updated);
    status.number_available = some(available);
    status.number_unavailable = some(desired - available);
    status
}

/// Writes the status if it says anything new. `processed` tells whether this generation has been acted on.
pub fn update(ctx: &mut Sync<'_>, view: &View<'_>, processed: bool) -> Result<(), Stop> {
    let mut status = calculate(ctx, view);
    let waits = status.number_ready != status.number_available.unwrap_or(0);
    let behind = view.set.status.observed_generation.unwrap_or(0) < view.set.metadata.generation.unwrap_or(0);
    if status != *view.set.status || behind {
        if processed {
            status.observed_generation = view.set.metadata.generation;
        }
        write(ctx, view, Arc::new(status))?;
    }
    if view.min_ready_seconds() > 0 && waits {
        ctx.requeue_after(view.key, Duration::from_secs(u64::try_from(view.min_ready_seconds()).unwrap_or(0)));
    }
    Ok(())
}

fn write(ctx: &mut Sync<'_>, view: &View<'_>, status: Arc<DaemonSetStatus>) -> Result<(), Stop> {
    let written = match ctx.update_status(DaemonSet { status: status.clone(), ..(**view.set).clone() })? {
        Ok(written) => written,
        // Once more with the set as it is now.
        Err(_) => {
            let fresh = ctx.get_live::<DaemonSet>(&Key::of_meta(&view.set.metadata))??;
            ctx.update_status(DaemonSet { status, ..(*fresh).clone() })??
        }
    };
    let (key, written) = (view.key.clone(), written.into_object());
    ctx.remember(move |controller: &mut DaemonSetController| controller.writes.wrote(&key, &written));
    Ok(())
}
