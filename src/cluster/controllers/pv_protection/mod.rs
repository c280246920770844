//! Volume protection: a volume that is deleted while a claim is bound to it stays until the claim is gone. Classes of
//! volume attributes that volumes or claims name are kept likewise.
//!
//! Models: pkg/controller/volume/{pvprotection/pv_protection_controller.go,vacprotection/vac_protection_controller.go}, v1.36.
//! Simplified: both are one controller.

use podarium_api::{Kind, Object, PersistentVolume, PersistentVolumeClaim, Resource, VolumeAttributesClass};

use super::{Controller, Enqueue, Stop, Sync};
use crate::apiserver::Filter;
use crate::client::{Caches, Change};
use crate::storage::protection;
use crate::store::Key;

/// Keys of attribute classes stand in this place, as no namespace has such a name.
const CLASSES: &str = "/vac";

#[derive(Clone, Debug, Default)]
pub struct PvProtectionController;

fn concerns(object: &Object, finalizer: &str) -> bool {
    protection::lacks(object.meta(), finalizer) || protection::waits_for_end(object.meta(), finalizer)
}

impl Controller for PvProtectionController {
    const NAME: &'static str = "pv-protection-controller";
    const WORKERS: usize = 1;

    fn watched() -> Vec<(Kind, Filter)> {
        let kinds = [Kind::PersistentVolume, Kind::PersistentVolumeClaim, Kind::VolumeAttributesClass];
        kinds.map(|kind| (kind, Filter::all())).into()
    }

    fn on_change(&mut self, change: &Change, caches: &Caches, enqueue: &mut Enqueue<'_>) {
        let object = change.object();
        match object {
            Object::PersistentVolume(_) if change.new.is_some() && concerns(object, protection::VOLUME) => enqueue.add(change.key.clone()),
            Object::VolumeAttributesClass(class) if change.new.is_some() && concerns(object, protection::ATTRIBUTES_CLASS) => {
                enqueue.add(Key::new(CLASSES, class.name()));
            }
            _ => {}
        }
        if !matches!(object, Object::VolumeAttributesClass(_)) {
            // What changes may have named a class until now.
            for class in caches.list::<VolumeAttributesClass>().filter(|class| class.metadata.deletion_timestamp.is_some()) {
                enqueue.add(Key::new(CLASSES, class.name()));
            }
        }
    }

    fn sync(&self, ctx: &mut Sync<'_>, key: &Key) -> Result<(), Stop> {
        if &*key.namespace == CLASSES {
            let key = Key::new("", &key.name);
            let Some(class) = ctx.caches().get::<VolumeAttributesClass>(&key).cloned() else { return Ok(()) };
            let used = class_is_used(ctx.caches(), class.name());
            return protect(ctx, &*class, protection::ATTRIBUTES_CLASS, used);
        }
        let Some(volume) = ctx.caches().get::<PersistentVolume>(key).cloned() else { return Ok(()) };
        let used = volume.status.phase.as_deref() == Some("Bound");
        protect(ctx, &*volume, protection::VOLUME, used)
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

/// Takes the finalizer off what waits for its end unused, and puts it on what lives without it.
fn protect<T: Resource>(ctx: &mut Sync<'_>, object: &T, finalizer: &str, used: bool) -> Result<(), Stop> {
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
