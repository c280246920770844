//! The persistent volume binder: gives each claim a volume, and each released volume what its reclaim policy says.
//!
//! Volume and claim point at each other: `volume.spec.claimRef` and `claim.spec.volumeName`. The volume is written first,
//! so that no two claims get the same one, then its phase, the claim, and the claim's phase; wherever the binder is
//! stopped in between, it goes on from there. A claim for which nothing suits waits, or its class names a driver that
//! makes a volume. Of a class that waits for its first consumer, the scheduler chooses the node (and so the volume) first.
//!
//! Models: pkg/controller/volume/persistentvolume/{pv_controller_base.go,pv_controller.go}, v1.36.
//! Simplified: volumes and claims share one worker; the policy Recycle, which scrubs a volume with a pod, fails with a
//! text that says so.

mod binding;
mod claims;
mod provisioning;
mod reclaiming;
#[cfg(test)]
mod tests;
mod volumes;

pub use binding::bound_volume;

use std::sync::Arc;
use std::time::Duration;

use imbl::OrdMap;
use podarium_api::{Kind, Object, PersistentVolume, PersistentVolumeClaim, Resource};

use super::{Controller, Enqueue, Stop, Sync};
use crate::apiserver::Filter;
use crate::client::{Caches, Change};
use crate::store::Key;

/// Everything is looked at again this often (`--pvclaimbinder-sync-period`).
const RESYNC: Duration = Duration::from_secs(15);

#[derive(Clone, Debug, Default)]
pub struct PersistentVolumeController {
    /// What was written and may not be in the caches yet: a volume must not be given away twice meanwhile.
    written: OrdMap<(Kind, Key), Object>,
}

/// The key of the periodic round; no namespace has this name.
fn round() -> Key {
    Key::new("/", "round")
}

fn version(object: &Object) -> u64 {
    object.meta().resource_version.as_deref().and_then(|version| version.parse().ok()).unwrap_or(0)
}

impl Controller for PersistentVolumeController {
    const NAME: &'static str = "persistentvolume-controller";
    const SERVICE_ACCOUNT: &'static str = "persistent-volume-binder";
    const WORKERS: usize = 1;

    fn watched() -> Vec<(Kind, Filter)> {
        let kinds = [Kind::PersistentVolume, Kind::PersistentVolumeClaim, Kind::StorageClass, Kind::Pod, Kind::Node];
        kinds.map(|kind| (kind, Filter::all())).into()
    }

    fn on_start(&mut self, enqueue: &mut Enqueue<'_>) {
        enqueue.add_after(round(), RESYNC);
    }

    fn on_change(&mut self, change: &Change, _caches: &Caches, enqueue: &mut Enqueue<'_>) {
        if !matches!(change.kind, Kind::PersistentVolume | Kind::PersistentVolumeClaim) {
            return;
        }
        let own = (change.kind, change.key.clone());
        let outdated = self.written.get(&own).is_some_and(|written| version(written) <= version(change.object()));
        if outdated || change.new.is_none() {
            self.written.remove(&own);
        }
        match (change.object(), &change.new) {
            (_, Some(_)) => enqueue.add(change.key.clone()),
            // What is gone concerns the other side.
            (Object::PersistentVolume(volume), None) => {
                if let Some(reference) = &volume.spec.claim_ref {
                    let text = |value: &Option<String>| value.clone().unwrap_or_default();
                    enqueue.add(Key::new(&text(&reference.namespace), &text(&reference.name)));
                }
            }
            (Object::PersistentVolumeClaim(claim), None) => {
                if let Some(volume) = claim.spec.volume_name.as_deref().filter(|name| !name.is_empty()) {
                    enqueue.add(Key::new("", volume));
                }
            }
            _ => {}
        }
    }

    fn sync(&self, ctx: &mut Sync<'_>, key: &Key) -> Result<(), Stop> {
        if *key == round() {
            let caches = ctx.caches();
            let volumes = caches.list::<PersistentVolume>().map(|volume| Key::of_meta(&volume.metadata));
            let claims = caches.list::<PersistentVolumeClaim>().map(|claim| Key::of_meta(&claim.metadata));
            volumes.chain(claims).for_each(|key| ctx.requeue_after(&key, Duration::ZERO));
            ctx.requeue_after(key, RESYNC);
            return Ok(());
        }
        if key.namespace.is_empty() {
            return match self.volume(ctx, &key.name) {
                Some(volume) => self.sync_volume(ctx, volume),
                None => Ok(()),
            };
        }
        match self.claim(ctx, key) {
            Some(claim) => self.sync_claim(ctx, claim),
            None => Ok(()),
        }
    }
}

impl PersistentVolumeController {
    /// The newest state that is known: of the cache, or what the binder wrote last.
    fn newest<T: Resource>(&self, ctx: &Sync<'_>, key: &Key) -> Option<Arc<T>> {
        let cached = ctx.caches().get::<T>(key)?;
        let written = self.written.get(&(T::KIND, key.clone())).filter(|written| {
            version(written) > cached.meta().resource_version.as_deref().and_then(|version| version.parse().ok()).unwrap_or(0)
        });
        written.and_then(T::from_object).or(Some(cached)).cloned()
    }

    fn volume(&self, ctx: &Sync<'_>, name: &str) -> Option<Arc<PersistentVolume>> {
        self.newest(ctx, &Key::new("", name))
    }

    fn claim(&self, ctx: &Sync<'_>, key: &Key) -> Option<Arc<PersistentVolumeClaim>> {
        self.newest(ctx, key)
    }

    fn all_volumes(&self, ctx: &Sync<'_>) -> Vec<Arc<PersistentVolume>> {
        ctx.caches().list::<PersistentVolume>().filter_map(|volume| self.volume(ctx, volume.name())).collect()
    }

    /// Remembers what was written until the cache shows it.
    fn wrote<T: Resource>(ctx: &mut Sync<'_>, object: &Arc<T>) {
        let object = object.clone().into_object();
        let key = (object.kind(), Key::of(&object));
        ctx.remember(move |controller: &mut Self| {
            controller.written.insert(key, object);
        });
    }
}
