//! The disruption controller: works out for each disruption budget how many pods may be evicted now.
//!
//! 3 replicas, minAvailable 2, all ready: one may go. While an evicted pod is on its way out it counts as gone; the
//! budget allows no other until its replacement is ready.
//!
//! Models: pkg/controller/disruption/disruption.go, v1.36.
//! Simplified: nothing.

mod scale;
mod stale;
mod status;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use podarium_api::disruption::set_condition;
use podarium_api::selector::LabelSelector;
use podarium_api::{Kind, Pod, PodDisruptionBudget, Resource as _, Status};

use super::{Controller, Enqueue, Stop, Sync};
use crate::apiserver::Filter;
use crate::client::{Caches, Change, EventType};
use crate::store::Key;

pub use stale::StaleDisruptionController;
pub(super) use status::go_selector;

#[derive(Clone, Default)]
pub struct DisruptionController;

/// Why a budget could not be worked out: it then allows nothing.
enum Failure {
    Stop(Stop),
    Said(String),
    Refused(Status),
}

impl From<Stop> for Failure {
    fn from(stop: Stop) -> Self {
        Failure::Stop(stop)
    }
}

impl Controller for DisruptionController {
    const NAME: &'static str = "controllermanager";
    const SERVICE_ACCOUNT: &'static str = "disruption-controller";
    const WORKERS: usize = 1;

    fn watched() -> Vec<(Kind, Filter)> {
        [Kind::Pod, Kind::PodDisruptionBudget, Kind::ReplicaSet, Kind::Deployment].map(|kind| (kind, Filter::all())).to_vec()
    }

    fn on_change(&mut self, change: &Change, caches: &Caches, enqueue: &mut Enqueue<'_>) {
        match change.kind {
            Kind::PodDisruptionBudget => enqueue.add(change.key.clone()),
            Kind::Pod => {
                let Some(pod) = Pod::from_object(change.object()) else { return };
                let mut budgets = budgets_of(pod, caches);
                let Some(budget) = budgets.next() else { return };
                if budgets.next().is_some() {
                    let message = format!("Pod {:?}/{:?} matches multiple PodDisruptionBudgets.  Chose {:?} arbitrarily.", pod.namespace(), pod.name(), budget.name());
                    enqueue.event(change.object().clone(), EventType::Warning, "MultiplePodDisruptionBudgets", message);
                }
                enqueue.add(Key::of_meta(&budget.metadata));
            }
            _ => {}
        }
    }

    fn sync(&self, ctx: &mut Sync<'_>, key: &Key) -> Result<(), Stop> {
        let Some(budget) = ctx.caches().get::<PodDisruptionBudget>(key).cloned() else { return Ok(()) };
        let why = match try_sync(ctx, key, &budget) {
            Ok(()) => return Ok(()),
            Err(Failure::Stop(stop)) => return Err(stop),
            // A conflict means only that the cache was late.
            Err(Failure::Refused(status)) if status.is_conflict() => return Err(status.into()),
            Err(Failure::Refused(status)) => status.to_string(),
            Err(Failure::Said(why)) => why,
        };
        let mut failed = (*budget).clone();
        let now = ctx.epoch().seconds(ctx.now());
        let status = Arc::make_mut(&mut failed.status);
        status.disruptions_allowed = Some(0);
        set_condition(status, "False", "SyncFailed", &why, now);
        ctx.update_status(failed)??;
        Ok(())
    }
}

/// The budgets that guard a pod. More than one is a mistake of the cluster's users, and the first is charged.
fn budgets_of<'a>(pod: &'a Pod, caches: &'a Caches) -> impl Iterator<Item = &'a Arc<PodDisruptionBudget>> {
    let labelled = pod.metadata.labels.as_ref().is_some_and(|labels| !labels.is_empty());
    caches.list_in::<PodDisruptionBudget>(pod.namespace()).filter(move |budget| labelled && guards(budget, pod))
}

/// A missing selector guards nothing, an empty one everything.
fn guards(budget: &PodDisruptionBudget, pod: &Pod) -> bool {
    let selector = budget.spec.selector.as_ref();
    selector.is_some() && LabelSelector::from_raw(selector).is_ok_and(|selector| selector.matches(pod.metadata.labels.as_ref()))
}

fn try_sync(ctx: &mut Sync<'_>, key: &Key, budget: &Arc<PodDisruptionBudget>) -> Result<(), Failure> {
    let about = budget.clone().into_object();
    let pods: Vec<Arc<Pod>> = ctx.caches().list_in::<Pod>(&key.namespace).filter(|pod| guards(budget, pod)).cloned().collect();
    if pods.is_empty() {
        ctx.event(&about, EventType::Normal, "NoPods", "No matching pods found");
    }
    let expected = match scale::expected(ctx, budget, &pods)? {
        Ok(expected) => expected,
        Err(why) => {
            let message = format!("Failed to calculate the number of expected pods: {why}");
            ctx.event(&about, EventType::Warning, "CalculateExpectedPodCountFailed", message);
            return Err(Failure::Said(why));
        }
    };
    if expected.unmanaged {
        let message = format!(
            "Pods selected by this PodDisruptionBudget (selector: {}) were found to be unmanaged. As a result, the status of the PDB cannot be calculated correctly, which may result in undefined behavior. To account for these pods please set \".spec.minAvailable\" field of the PDB to an integer value.",
            status::go_selector(budget.spec.selector.as_ref())
        );
        ctx.event(&about, EventType::Warning, "UnmanagedPods", message);
    }
    let now = ctx.epoch().timestamp(ctx.now());
    let disrupted = status::disrupted(budget, &pods, now);
    for pod in &disrupted.never_deleted {
        // The reference names the namespace twice.
        let namespace = &key.namespace;
        let message = format!("Pod was expected by PDB {namespace}/{namespace} to be deleted but it wasn't");
        ctx.event(&pod.clone().into_object(), EventType::Warning, "NotDeleted", message);
    }
    let healthy = status::healthy(&pods, &disrupted.waiting, now);
    let transition = ctx.epoch().seconds(ctx.now());
    if let Some(next) = status::next(budget, healthy, &expected, disrupted.waiting, transition) {
        ctx.update_status(next)?.map_err(Failure::Refused)?;
    }
    if let Some(wait) = disrupted.look_again {
        ctx.requeue_after(key, wait);
    }
    Ok(())
}
