//! What becomes of a volume: it is free, bound, or released by a claim that is gone.
//!
//! Models: pkg/controller/volume/persistentvolume/pv_controller.go (syncVolume), v1.36.
//! Simplified: nothing.

use std::sync::Arc;
use std::time::Duration;

use podarium_api::{PersistentVolume, PersistentVolumeClaim, Resource as _};

use super::{PersistentVolumeController, Stop, Sync};
use crate::client::EventType;
use crate::storage::annotations::PROVISIONED_BY;
use crate::storage::{annotation, matching};
use crate::store::Key;

impl PersistentVolumeController {
    pub(super) fn sync_volume(&self, ctx: &mut Sync<'_>, volume: Arc<PersistentVolume>) -> Result<(), Stop> {
        let volume = self.keep_finalizers(ctx, volume)?;
        let reference = volume.spec.claim_ref.clone().filter(|reference| reference.uid.as_deref().is_some_and(|uid| !uid.is_empty()));
        let Some(reference) = reference else {
            // Free, or promised to a claim that is not there yet.
            self.set_volume_phase(ctx, volume, "Available", "")?;
            return Ok(());
        };
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        let key = Key::new(&text(&reference.namespace), &text(&reference.name));
        let claim = self.claim_of(ctx, &volume, &key, &text(&reference.uid))?;
        let Some(claim) = claim else {
            return self.release(ctx, volume);
        };
        match claim.spec.volume_name.as_deref().unwrap_or_default() {
            "" if !matching::same_mode(&claim, &volume) => {
                let message = format!("Cannot bind PersistentVolume to requested PersistentVolumeClaim {:?} due to incompatible volumeMode.", claim.name());
                ctx.event(&volume.clone().into_object(), EventType::Warning, "VolumeMismatch", message);
                let message = format!("Cannot bind PersistentVolume {:?} to requested PersistentVolumeClaim due to incompatible volumeMode.", volume.name());
                ctx.event(&claim.into_object(), EventType::Warning, "VolumeMismatch", message);
                Ok(())
            }
            "" => {
                ctx.requeue_after(&key, Duration::ZERO);
                Ok(())
            }
            name if name == volume.name() => {
                self.set_volume_phase(ctx, volume, "Bound", "")?;
                Ok(())
            }
            // The claim has another volume: this one was made or bound for nothing.
            _ if annotation(&volume.metadata, PROVISIONED_BY).is_some()
                && volume.spec.persistent_volume_reclaim_policy.as_deref() == Some("Delete") =>
            {
                self.release(ctx, volume)
            }
            _ => self.unbind(ctx, &volume),
        }
    }

    /// The claim that a volume is bound to, if it is still that very claim. Before a volume counts as released, the
    /// server itself is asked.
    fn claim_of(&self, ctx: &mut Sync<'_>, volume: &PersistentVolume, key: &Key, uid: &str) -> Result<Option<Arc<PersistentVolumeClaim>>, Stop> {
        let released = matches!(volume.status.phase.as_deref(), Some("Released" | "Failed"));
        let mut claim = self.claim(ctx, key);
        let doubtful = match &claim {
            None => !released,
            Some(claim) => claim.uid() != uid,
        };
        if doubtful {
            claim = match ctx.get_live::<PersistentVolumeClaim>(key)? {
                Ok(claim) => Some(claim),
                Err(status) if status.is_not_found() => None,
                Err(status) => return Err(status.into()),
            };
        }
        Ok(claim.filter(|claim| claim.uid() == uid))
    }

    fn release(&self, ctx: &mut Sync<'_>, mut volume: Arc<PersistentVolume>) -> Result<(), Stop> {
        if !matches!(volume.status.phase.as_deref(), Some("Released" | "Failed")) {
            volume = self.set_volume_phase(ctx, volume, "Released", "")?;
        }
        self.reclaim(ctx, volume)
    }
}
