//! The Deployment controller: takes a change of the pod template to all replicas, by way of one ReplicaSet for each version.
//!
//! The controller makes no pods. It makes a ReplicaSet for each template, named by the template's hash, and moves
//! replicas from the old sets to the new one by the Deployment's strategy. Old sets stay, empty, as the history that an
//! undo goes back to.
//!
//! Models: pkg/controller/deployment/deployment_controller.go, v1.36.
//! Simplified: a Deployment whose sync failed 15 times is not dropped but tried again ever more seldom.

mod annotations;
mod limits;
mod progress;
mod recreate;
mod revision;
mod rollback;
mod rolling;
mod scaling;
mod sets;
#[cfg(test)]
mod tables;
#[cfg(test)]
mod tests;

pub use limits::{max_surge, max_unavailable};
pub(super) use limits::scaled;

use std::sync::Arc;

use podarium_api::owner::{controller_of, is_controlled_by, is_terminating};
use podarium_api::selector::LabelSelector;
use podarium_api::{Deployment, Kind, LabelSelector as RawSelector, Object, ObjectMeta, Pod, ReplicaSet, Resource as _};

use super::claim::claim;
use super::{Controller, Enqueue, Stop, Sync};
use crate::apiserver::Filter;
use crate::client::{Caches, Change, EventType};
use crate::store::Key;

#[derive(Clone, Debug, Default)]
pub struct DeploymentController;

impl Controller for DeploymentController {
    const NAME: &'static str = "deployment-controller";
    const WORKERS: usize = 5;

    fn watched() -> Vec<(Kind, Filter)> {
        [Kind::Deployment, Kind::ReplicaSet, Kind::Pod].map(|kind| (kind, Filter::all())).into()
    }

    fn on_change(&mut self, change: &Change, caches: &Caches, enqueue: &mut Enqueue<'_>) {
        match change.object() {
            Object::Deployment(_) => enqueue.add(change.key.clone()),
            Object::ReplicaSet(_) => set_changed(change, caches, enqueue),
            Object::Pod(pod) if change.new.is_none() => pod_deleted(pod, caches, enqueue),
            _ => {}
        }
    }

    fn sync(&self, ctx: &mut Sync<'_>, key: &Key) -> Result<(), Stop> {
        let Some(cached) = ctx.caches().get::<Deployment>(key) else { return Ok(()) };
        let mut deployment = (**cached).clone();
        if deployment.spec.selector == RawSelector::default() {
            return selects_everything(ctx, cached);
        }
        let caches = ctx.caches();
        let selector = LabelSelector::of(&deployment.spec.selector);
        let owned = caches.owned_by::<ReplicaSet>(cached.uid());
        let candidates: Vec<Arc<ReplicaSet>> = owned.chain(caches.orphans_in::<ReplicaSet>(&key.namespace)).cloned().collect();
        let sets = claim(ctx, cached, &selector, candidates)?;
        if is_terminating(&deployment.metadata) {
            let sets = revision::sync_revision(ctx, &mut deployment, &sets, false)?;
            return progress::sync_status(ctx, &deployment, &sets);
        }
        progress::check_paused(ctx, &mut deployment)?;
        if deployment.spec.paused == Some(true) {
            return scaling::sync(ctx, &mut deployment, &sets);
        }
        if let Some(to) = rollback::wanted(&deployment) {
            return rollback::rollback(ctx, &mut deployment, &sets, to);
        }
        if scaling::was_scaled(ctx, &mut deployment, &sets)? {
            return scaling::sync(ctx, &mut deployment, &sets);
        }
        match limits::strategy(&deployment) {
            "Recreate" => recreate::rollout(ctx, key, &mut deployment, &sets),
            _ => rolling::rollout(ctx, key, &mut deployment, &sets),
        }
    }
}

fn selects_everything(ctx: &mut Sync<'_>, deployment: &Arc<Deployment>) -> Result<(), Stop> {
    let message = "This deployment is selecting all pods. A non-empty selector is required.";
    ctx.event(&deployment.clone().into_object(), EventType::Warning, "SelectingAll", message);
    if deployment.status.observed_generation < deployment.metadata.generation {
        let mut observed = (**deployment).clone();
        Arc::make_mut(&mut observed.status).observed_generation = deployment.metadata.generation;
        let _ = ctx.update_status(observed)?;
    }
    Ok(())
}

/// The Deployment that controls an object, if it is that very one and not a namesake.
fn controlling_deployment<'a>(meta: &ObjectMeta, caches: &'a Caches) -> Option<&'a Arc<Deployment>> {
    let owner = controller_of(meta).filter(|owner| owner.kind == "Deployment")?;
    let key = Key::new(meta.namespace.as_deref().unwrap_or_default(), &owner.name);
    caches.get::<Deployment>(&key).filter(|deployment| deployment.uid() == owner.uid)
}

fn set_changed(change: &Change, caches: &Caches, enqueue: &mut Enqueue<'_>) {
    let old = change.old.as_ref().and_then(ReplicaSet::from_object);
    let new = change.new.as_ref().and_then(ReplicaSet::from_object);
    for set in [old, new].into_iter().flatten() {
        if let Some(deployment) = controlling_deployment(&set.metadata, caches) {
            enqueue.add(Key::of_meta(&deployment.metadata));
        }
    }
    let Some(set) = new.filter(|set| controller_of(&set.metadata).is_none() && !is_terminating(&set.metadata)) else { return };
    let known = old.is_some_and(|old| old.metadata.labels == set.metadata.labels && controller_of(&old.metadata).is_none());
    if known || set.metadata.labels.is_none() {
        return;
    }
    for deployment in caches.list_in::<Deployment>(set.namespace()) {
        let selector = LabelSelector::of(&deployment.spec.selector);
        if !selector.is_empty() && selector.matches(set.metadata.labels.as_ref()) {
            enqueue.add(Key::of_meta(&deployment.metadata));
        }
    }
}

/// A Recreate rollout goes on when its last old pod is gone.
fn pod_deleted(pod: &Pod, caches: &Caches, enqueue: &mut Enqueue<'_>) {
    let Some(owner) = controller_of(&pod.metadata).filter(|owner| owner.kind == "ReplicaSet") else { return };
    let set = caches.get::<ReplicaSet>(&Key::new(pod.namespace(), &owner.name)).filter(|set| set.uid() == owner.uid);
    let Some(deployment) = set.and_then(|set| controlling_deployment(&set.metadata, caches)) else { return };
    let selector = LabelSelector::of(&deployment.spec.selector);
    let mut sets = caches.owned_by::<ReplicaSet>(deployment.uid()).filter(|set| {
        is_controlled_by(&set.metadata, deployment.uid()) && selector.matches(set.metadata.labels.as_ref())
    });
    if limits::strategy(deployment) == "Recreate" && sets.all(|set| caches.owned_by::<Pod>(set.uid()).next().is_none()) {
        enqueue.add(Key::of_meta(&deployment.metadata));
    }
}
