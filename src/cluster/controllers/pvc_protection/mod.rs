//! Claim protection: a claim that is deleted while a pod uses it stays until that pod is gone.
//!
//! Models: pkg/controller/volume/pvcprotection/pvc_protection_controller.go, v1.36.
//! Simplified: the live list of pods is read for each claim and not shared by those of one namespace.

use std::sync::Arc;

use podarium_api::owner::is_controlled_by;
use podarium_api::pod_state::{is_pod_terminal, node_name};
use podarium_api::{Kind, Object, PersistentVolumeClaim, Pod, Resource as _};

use super::{Controller, Enqueue, Stop, Sync};
use crate::apiserver::{Filter, Reply, Request};
use crate::client::{Caches, Change};
use crate::storage::{claims_of, protection};
use crate::store::Key;

#[derive(Clone, Debug, Default)]
pub struct PvcProtectionController;

impl Controller for PvcProtectionController {
    const NAME: &'static str = "pvc-protection-controller";
    const WORKERS: usize = 1;

    fn watched() -> Vec<(Kind, Filter)> {
        [Kind::PersistentVolumeClaim, Kind::Pod].map(|kind| (kind, Filter::all())).into()
    }

    fn on_change(&mut self, change: &Change, _caches: &Caches, enqueue: &mut Enqueue<'_>) {
        match (change.object(), &change.new) {
            (Object::PersistentVolumeClaim(claim), Some(_)) => {
                let meta = &claim.metadata;
                if protection::lacks(meta, protection::CLAIM) || protection::waits_for_end(meta, protection::CLAIM) {
                    enqueue.add(change.key.clone());
                }
            }
            (Object::Pod(pod), new) => {
                // A pod that holds its claims frees none.
                let holds = new.is_some() && !is_pod_terminal(pod) && node_name(pod).is_some();
                if !holds {
                    claims_of(pod).for_each(|name| enqueue.add(Key::new(pod.namespace(), &name)));
                }
            }
            _ => {}
        }
    }

    fn sync(&self, ctx: &mut Sync<'_>, key: &Key) -> Result<(), Stop> {
        let Some(claim) = ctx.caches().get::<PersistentVolumeClaim>(key).cloned() else { return Ok(()) };
        let mut next = (*claim).clone();
        if protection::waits_for_end(&claim.metadata, protection::CLAIM) {
            if ctx.caches().list_in::<Pod>(&key.namespace).any(|pod| uses(pod, &claim)) || used_by_live_pods(ctx, &claim)? {
                return Ok(());
            }
            protection::remove(&mut next.metadata, protection::CLAIM);
        } else if protection::lacks(&claim.metadata, protection::CLAIM) {
            protection::add(&mut next.metadata, protection::CLAIM);
        } else {
            return Ok(());
        }
        match ctx.update(next)? {
            Err(status) if !status.is_not_found() => Err(status.into()),
            _ => Ok(()),
        }
    }
}

/// The caches may lag behind: before a claim goes, the server is asked.
fn used_by_live_pods(ctx: &mut Sync<'_>, claim: &PersistentVolumeClaim) -> Result<bool, Stop> {
    let Reply::List { items, .. } = ctx.send(Request::list(Kind::Pod, Filter::namespace(claim.namespace())))?? else { return Ok(false) };
    Ok(items.iter().filter_map(Pod::from_object).any(|pod| uses(pod, claim)))
}

/// Whether the pod is on a node and has the claim among its volumes. A claim that was made for the pod's ephemeral
/// volume is free once the pod is shut down.
fn uses(pod: &Arc<Pod>, claim: &PersistentVolumeClaim) -> bool {
    if node_name(pod).is_none() {
        return false;
    }
    let shut_down = pod.metadata.deletion_timestamp.is_some() && pod.metadata.deletion_grace_period_seconds == Some(0);
    pod.spec.volumes.iter().flatten().any(|volume| {
        let named = volume.persistent_volume_claim.as_ref().is_some_and(|source| source.claim_name == claim.name());
        let made = volume.ephemeral.is_some() && format!("{}-{}", pod.name(), volume.name) == claim.name();
        named || made && !shut_down && is_controlled_by(&claim.metadata, pod.uid())
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::controllers::testbed::TestBed;

    fn claim() -> serde_json::Value {
        json!({"metadata": {"name": "data", "namespace": "default"}, "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}})
    }

    #[test]
    fn a_claim_in_use_goes_only_after_its_pod() {
        let mut bed = TestBed::new();
        bed.create(Kind::PersistentVolumeClaim, claim());
        bed.create(Kind::Pod, json!({"metadata": {"name": "user", "namespace": "default"}, "spec": {"nodeName": "node-1", "containers": [{"name": "c", "image": "i"}],
            "volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}]}}));
        bed.run(2.0);
        bed.delete(Kind::PersistentVolumeClaim, "data");
        bed.run(2.0);
        assert!(bed.get::<PersistentVolumeClaim>("data").metadata.deletion_timestamp.is_some());
        bed.delete(Kind::Pod, "user");
        bed.run(2.0);
        assert!(bed.cluster.get::<PersistentVolumeClaim>(&Key::new("default", "data")).is_none());
    }

    #[test]
    fn an_unused_claim_goes_at_once_and_a_stripped_one_is_protected_again() {
        let mut bed = TestBed::new();
        bed.create(Kind::PersistentVolumeClaim, claim());
        bed.patch(Kind::PersistentVolumeClaim, "data", json!({"metadata": {"finalizers": null}}));
        bed.run(1.0);
        assert_eq!(bed.get::<PersistentVolumeClaim>("data").metadata.finalizers, Some(vec![protection::CLAIM.to_owned()]));
        bed.delete(Kind::PersistentVolumeClaim, "data");
        bed.run(1.0);
        assert!(bed.cluster.get::<PersistentVolumeClaim>(&Key::new("default", "data")).is_none());
    }
}
