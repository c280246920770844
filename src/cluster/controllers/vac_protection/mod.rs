//! Protection of classes of volume attributes: one that is deleted while volumes or claims name it stays until they do
//! not any more.
//!
//! Models: pkg/controller/volume/vacprotection/vac_protection_controller.go, v1.36.
//! Simplified: nothing.

use podarium_api::{Kind, Object, PersistentVolume, PersistentVolumeClaim, Resource, VolumeAttributesClass};

use super::pv_protection::{concerns, protect};
use super::{Controller, Enqueue, Stop, Sync};
use crate::apiserver::Filter;
use crate::client::{Caches, Change};
use crate::storage::protection;
use crate::store::Key;

#[derive(Clone, Debug, Default)]
pub struct VacProtectionController;

impl Controller for VacProtectionController {
    const NAME: &'static str = "volumeattributesclass-protection-controller";
    const WORKERS: usize = 1;

    fn watched() -> Vec<(Kind, Filter)> {
        let kinds = [Kind::PersistentVolume, Kind::PersistentVolumeClaim, Kind::VolumeAttributesClass];
        kinds.map(|kind| (kind, Filter::all())).into()
    }

    fn on_change(&mut self, change: &Change, caches: &Caches, enqueue: &mut Enqueue<'_>) {
        let object = change.object();
        if matches!(object, Object::VolumeAttributesClass(_)) {
            if change.new.is_some() && concerns(object, protection::ATTRIBUTES_CLASS) {
                enqueue.add(change.key.clone());
            }
            return;
        }
        // What changes may have named a class until now.
        for class in caches.list::<VolumeAttributesClass>().filter(|class| class.metadata.deletion_timestamp.is_some()) {
            enqueue.add(Key::new("", class.name()));
        }
    }

    fn sync(&self, ctx: &mut Sync<'_>, key: &Key) -> Result<(), Stop> {
        let Some(class) = ctx.caches().get::<VolumeAttributesClass>(key).cloned() else { return Ok(()) };
        let used = class_is_used(ctx.caches(), class.name());
        protect(ctx, &*class, protection::ATTRIBUTES_CLASS, used)
    }
}

fn class_is_used(caches: &Caches, name: &str) -> bool {
    let named = |class: &Option<String>| class.as_deref() == Some(name);
    caches.list::<PersistentVolume>().any(|volume| named(&volume.spec.volume_attributes_class_name))
        || caches.list::<PersistentVolumeClaim>().any(|claim| {
            let target = claim.status.modify_volume_status.as_ref().and_then(|status| status.target_volume_attributes_class_name.clone());
            named(&claim.spec.volume_attributes_class_name) || named(&claim.status.current_volume_attributes_class_name) || named(&target)
        })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::controllers::testbed::TestBed;

    #[test]
    fn a_class_of_attributes_stays_while_a_claim_names_it() {
        let mut bed = TestBed::new();
        bed.create(Kind::VolumeAttributesClass, json!({"metadata": {"name": "fast"}, "driverName": "example.com", "parameters": {"iops": "1000"}}));
        bed.create(Kind::PersistentVolumeClaim, json!({"metadata": {"name": "data", "namespace": "default"}, "spec": {"accessModes": ["ReadWriteOnce"],
            "volumeAttributesClassName": "fast", "resources": {"requests": {"storage": "1Gi"}}}}));
        bed.run(1.0);
        bed.delete(Kind::VolumeAttributesClass, "fast");
        bed.run(1.0);
        assert!(bed.get::<VolumeAttributesClass>("fast").metadata.deletion_timestamp.is_some());
        bed.delete(Kind::PersistentVolumeClaim, "data");
        bed.run(1.0);
        assert!(bed.cluster.get::<VolumeAttributesClass>(&Key::new("", "fast")).is_none());
    }
}
