//! Volume protection: a volume that is deleted while a claim is bound to it stays until the claim is gone.
//!
//! Models: pkg/controller/volume/pvprotection/pv_protection_controller.go, v1.36.
//! Simplified: nothing.

use podarium_api::{Kind, Object, PersistentVolume, Resource};

use super::{Controller, Enqueue, Stop, Sync};
use crate::apiserver::Filter;
use crate::client::{Caches, Change};
use crate::storage::protection;
use crate::store::Key;

#[derive(Clone, Debug, Default)]
pub struct PvProtectionController;

/// Whether the finalizer is missing, or its time may be over.
pub(super) fn concerns(object: &Object, finalizer: &str) -> bool {
    protection::lacks(object.meta(), finalizer) || protection::waits_for_end(object.meta(), finalizer)
}

impl Controller for PvProtectionController {
    const NAME: &'static str = "pv-protection-controller";
    const WORKERS: usize = 1;

    fn watched() -> Vec<(Kind, Filter)> {
        vec![(Kind::PersistentVolume, Filter::all())]
    }

    fn on_change(&mut self, change: &Change, _caches: &Caches, enqueue: &mut Enqueue<'_>) {
        if change.new.is_some() && concerns(change.object(), protection::VOLUME) {
            enqueue.add(change.key.clone());
        }
    }

    fn sync(&self, ctx: &mut Sync<'_>, key: &Key) -> Result<(), Stop> {
        let Some(volume) = ctx.caches().get::<PersistentVolume>(key).cloned() else { return Ok(()) };
        let used = volume.status.phase.as_deref() == Some("Bound");
        protect(ctx, &*volume, protection::VOLUME, used)
    }
}

/// Takes the finalizer off what waits for its end unused, and puts it on what lives without it.
pub(super) fn protect<T: Resource>(ctx: &mut Sync<'_>, object: &T, finalizer: &str, used: bool) -> Result<(), Stop> {
    let mut next = object.clone();
    if protection::waits_for_end(object.meta(), finalizer) && !used {
        protection::remove(next.meta_mut(), finalizer);
    } else if protection::lacks(object.meta(), finalizer) {
        protection::add(next.meta_mut(), finalizer);
    } else {
        return Ok(());
    }
    match ctx.update(next)? {
        Err(status) if !status.is_not_found() => Err(status.into()),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::controllers::testbed::TestBed;

    #[test]
    fn a_bound_volume_goes_only_after_its_claim() {
        let mut bed = TestBed::new();
        bed.create(Kind::PersistentVolume, json!({"metadata": {"name": "disk"}, "spec": {"capacity": {"storage": "1Gi"}, "accessModes": ["ReadWriteOnce"], "hostPath": {"path": "/d"}}}));
        bed.create(Kind::PersistentVolumeClaim, json!({"metadata": {"name": "data", "namespace": "default"}, "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}}));
        bed.run(1.0);
        bed.delete(Kind::PersistentVolume, "disk");
        bed.run(1.0);
        assert!(bed.get::<PersistentVolume>("disk").metadata.deletion_timestamp.is_some());
        bed.delete(Kind::PersistentVolumeClaim, "data");
        bed.run(1.0);
        assert!(bed.cluster.get::<PersistentVolume>(&Key::new("", "disk")).is_none());
    }
}
