//! Expansion: a bound claim that asks for more waits for its driver, which grows the volume.
//!
//! Models: pkg/controller/volume/expand/expand_controller.go, v1.36.
//! Simplified: none of the drivers inside the controllers can grow a volume, so every claim is left to a driver outside.

use podarium_api::quantity::Quantity;
use podarium_api::{Kind, Object, PersistentVolume, PersistentVolumeClaim, Resource as _};

use super::{Controller, Enqueue, Stop, Sync};
use crate::apiserver::Filter;
use crate::client::{Caches, Change, EventType};
use crate::storage::annotations::SIZE_BEFORE_RESIZE;
use crate::storage::{annotation, matching};
use crate::store::Key;

#[derive(Clone, Debug, Default)]
pub struct VolumeExpandController;

impl Controller for VolumeExpandController {
    const NAME: &'static str = "volume_expand";
    const SERVICE_ACCOUNT: &'static str = "expand-controller";
    const WORKERS: usize = 10;

    fn watched() -> Vec<(Kind, Filter)> {
        vec![(Kind::PersistentVolumeClaim, Filter::all())]
    }

    fn on_change(&mut self, change: &Change, _caches: &Caches, enqueue: &mut Enqueue<'_>) {
        let Some(Object::PersistentVolumeClaim(new)) = &change.new else { return };
        let grown = match &change.old {
            Some(Object::PersistentVolumeClaim(old)) => matching::requested(new) > matching::requested(old),
            _ => true,
        };
        if grown && new.status.phase.as_deref() == Some("Bound") {
            enqueue.add(change.key.clone());
        }
    }

    fn sync(&self, ctx: &mut Sync<'_>, key: &Key) -> Result<(), Stop> {
        let Some(claim) = ctx.caches().get::<PersistentVolumeClaim>(key).cloned() else { return Ok(()) };
        let name = claim.spec.volume_name.clone().unwrap_or_default();
        let volume = match ctx.get_live::<PersistentVolume>(&Key::new("", &name))? {
            Ok(volume) => volume,
            Err(status) => return Err(Stop::Failed(format!("failed to get PV {name:?}: {status}"))),
        };
        let bound = volume.spec.claim_ref.as_ref().is_some_and(|reference| {
            reference.namespace.as_deref() == Some(claim.namespace()) && reference.uid.as_deref() == Some(claim.uid())
        });
        if !bound {
            return Err(Stop::Failed(format!("persistent Volume is not bound to PVC being updated : {key}")));
        }
        let has = claim.status.capacity.as_ref().and_then(|capacity| capacity.get("storage")).map(Quantity::of).unwrap_or_default();
        if matching::requested(&claim) <= has && annotation(&volume.metadata, SIZE_BEFORE_RESIZE).is_none() {
            return Ok(());
        }
        ctx.event(&claim.into_object(), EventType::Normal, "ExternalExpanding", "waiting for an external controller to expand this PVC");
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use podarium_api::Event;
    use serde_json::json;

    use super::*;
    use crate::controllers::testbed::TestBed;

    #[test]
    fn any_volume_waits_for_somebody_outside() {
        let mut bed = TestBed::new();
        let size = |size: &str| json!({"requests": {"storage": size}});
        bed.create(Kind::StorageClass, json!({"metadata": {"name": "grows"}, "provisioner": "y.csi.io", "allowVolumeExpansion": true}));
        bed.create(
            Kind::PersistentVolume,
            json!({"metadata": {"name": "disk"}, "spec": {"capacity": {"storage": "1Gi"}, "accessModes": ["ReadWriteOnce"], "storageClassName": "grows", "hostPath": {"path": "/x"}}}),
        );
        bed.create(
            Kind::PersistentVolumeClaim,
            json!({"metadata": {"name": "data", "namespace": "default"}, "spec": {"accessModes": ["ReadWriteOnce"], "storageClassName": "grows", "resources": size("1Gi")}}),
        );
        bed.run(1.0);
        bed.patch(Kind::PersistentVolumeClaim, "data", json!({"spec": {"resources": size("2Gi")}}));
        bed.run(1.0);
        let events = bed.list::<Event>();
        let told: Vec<_> = events.iter().filter(|event| event.reason.as_deref() == Some("ExternalExpanding")).map(|event| (event.type_.as_deref(), event.message.as_deref())).collect();
        assert_eq!(told, [(Some("Normal"), Some("waiting for an external controller to expand this PVC"))]);
    }
}
