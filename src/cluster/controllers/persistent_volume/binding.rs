//! Binding: both sides are written so that they point at each other, with their phases.
//!
//! Models: pkg/controller/volume/persistentvolume/pv_controller.go (bind, updateClaimStatus, unbindVolume),
//! k8s.io/component-helpers/storage/volume/pv_helpers.go (GetBindVolumeToClaim), v1.36.
//! Simplified: nothing.

use std::sync::Arc;

use k8s_openapi::api::core::v1::ObjectReference;
use k8s_openapi::apimachinery::pkg::api::resource::Quantity as RawQuantity;
use podarium_api::quantity::Quantity;
use podarium_api::{PersistentVolume, PersistentVolumeClaim, Resource as _};

use super::{PersistentVolumeController, Stop, Sync};
use crate::client::EventType;
use crate::storage::annotations::{BIND_COMPLETED, BOUND_BY_CONTROLLER, SIZE_BEFORE_RESIZE};
use crate::storage::{annotate, annotation, is_bound_to, matching};

pub(super) fn reference(claim: &PersistentVolumeClaim) -> ObjectReference {
    ObjectReference {
        api_version: Some("v1".to_owned()),
        kind: Some("PersistentVolumeClaim".to_owned()),
        name: claim.metadata.name.clone(),
        namespace: claim.metadata.namespace.clone(),
        resource_version: claim.metadata.resource_version.clone(),
        uid: claim.metadata.uid.clone(),
        field_path: None,
    }
}

/// The volume as it points at the claim, or nothing if it does already.
pub fn bound_volume(volume: &PersistentVolume, claim: &PersistentVolumeClaim) -> Option<PersistentVolume> {
    let mut next = volume.clone();
    let points = volume.spec.claim_ref.as_ref().is_some_and(|found| {
        (&found.name, &found.namespace, &found.uid) == (&claim.metadata.name, &claim.metadata.namespace, &claim.metadata.uid)
    });
    if !points {
        Arc::make_mut(&mut next.spec).claim_ref = Some(reference(claim));
    }
    let marked = is_bound_to(volume, claim) || annotation(&volume.metadata, BOUND_BY_CONTROLLER).is_some();
    if !marked {
        annotate(&mut next.metadata, BOUND_BY_CONTROLLER, "yes");
    }
    (!points || !marked).then_some(next)
}

impl PersistentVolumeController {
    pub(super) fn bind(&self, ctx: &mut Sync<'_>, mut volume: Arc<PersistentVolume>, mut claim: Arc<PersistentVolumeClaim>) -> Result<(), Stop> {
        if let Some(next) = bound_volume(&volume, &claim) {
            volume = ctx.update(next)??;
            Self::wrote(ctx, &volume);
        }
        volume = self.set_volume_phase(ctx, volume, "Bound", "")?;
        claim = self.point_at_volume(ctx, claim, &volume)?;
        self.set_claim_status(ctx, claim, "Bound", Some(&volume))?;
        Ok(())
    }

    fn point_at_volume(&self, ctx: &mut Sync<'_>, claim: Arc<PersistentVolumeClaim>, volume: &PersistentVolume) -> Result<Arc<PersistentVolumeClaim>, Stop> {
        let points = claim.spec.volume_name.as_deref() == Some(volume.name());
        let completed = annotation(&claim.metadata, BIND_COMPLETED).is_some();
        if points && completed {
            return Ok(claim);
        }
        let mut next = (*claim).clone();
        if !points {
            Arc::make_mut(&mut next.spec).volume_name = volume.metadata.name.clone();
            if annotation(&next.metadata, BOUND_BY_CONTROLLER).is_none() {
                annotate(&mut next.metadata, BOUND_BY_CONTROLLER, "yes");
            }
        }
        if !completed {
            annotate(&mut next.metadata, BIND_COMPLETED, "yes");
        }
        let written = ctx.update(next)??;
        Self::wrote(ctx, &written);
        Ok(written)
    }

    pub(super) fn set_volume_phase(&self, ctx: &mut Sync<'_>, volume: Arc<PersistentVolume>, phase: &str, message: &str) -> Result<Arc<PersistentVolume>, Stop> {
        if volume.status.phase.as_deref() == Some(phase) {
            return Ok(volume);
        }
        let mut next = (*volume).clone();
        let status = Arc::make_mut(&mut next.status);
        status.phase = Some(phase.to_owned());
        status.message = (!message.is_empty()).then(|| message.to_owned());
        let written = ctx.update_status(next)??;
        Self::wrote(ctx, &written);
        Ok(written)
    }

    /// The same with an event, if the phase is another.
    pub(super) fn fail_volume(&self, ctx: &mut Sync<'_>, volume: Arc<PersistentVolume>, reason: &str, message: &str) -> Result<(), Stop> {
        if volume.status.phase.as_deref() == Some("Failed") {
            return Ok(());
        }
        let written = self.set_volume_phase(ctx, volume, "Failed", message)?;
        ctx.event(&written.into_object(), EventType::Warning, reason, message);
        Ok(())
    }

    pub(super) fn set_claim_status(&self, ctx: &mut Sync<'_>, claim: Arc<PersistentVolumeClaim>, phase: &str, volume: Option<&PersistentVolume>) -> Result<Arc<PersistentVolumeClaim>, Stop> {
        let mut next = (*claim).clone();
        let status = Arc::make_mut(&mut next.status);
        let was = claim.status.phase.as_deref().unwrap_or_default();
        match volume {
            None => {
                status.access_modes = None;
                status.capacity = None;
                status.current_volume_attributes_class_name = None;
            }
            Some(volume) => {
                status.access_modes.clone_from(&volume.spec.access_modes);
                if was != phase {
                    let Some(size) = volume.spec.capacity.as_ref().and_then(|capacity| capacity.get("storage")) else {
                        return Err(Stop::Failed(format!("PersistentVolume {:?} is without a storage capacity", volume.name())));
                    };
                    let before = annotation(&volume.metadata, SIZE_BEFORE_RESIZE);
                    let known = status.capacity.as_ref().and_then(|capacity| capacity.get("storage")).map(Quantity::of);
                    if let Some(before) = before {
                        let before = if before.parse::<Quantity>().is_ok() { RawQuantity(before.to_owned()) } else { size.clone() };
                        status.capacity.get_or_insert_default().insert("storage".to_owned(), before);
                    } else if known != Some(matching::capacity(volume)) {
                        status.capacity.clone_from(&volume.spec.capacity);
                    }
                }
                if was == "Pending" && phase == "Bound" {
                    status.current_volume_attributes_class_name.clone_from(&volume.spec.volume_attributes_class_name);
                }
            }
        }
        status.phase = Some(phase.to_owned());
        if next.status == claim.status {
            return Ok(claim);
        }
        let written = ctx.update_status(next)??;
        Self::wrote(ctx, &written);
        Ok(written)
    }

    /// A claim that has lost its volume.
    pub(super) fn lose_claim(&self, ctx: &mut Sync<'_>, claim: Arc<PersistentVolumeClaim>, reason: &str, message: &str) -> Result<(), Stop> {
        if claim.status.phase.as_deref() == Some("Lost") {
            return Ok(());
        }
        let written = self.set_claim_status(ctx, claim, "Lost", None)?;
        ctx.event(&written.into_object(), EventType::Warning, reason, message);
        Ok(())
    }

    /// Gives a volume back: wholly if the binder chose the claim, else the claim's name stays promised.
    pub(super) fn unbind(&self, ctx: &mut Sync<'_>, volume: &PersistentVolume) -> Result<(), Stop> {
        let mut next = volume.clone();
        let spec = Arc::make_mut(&mut next.spec);
        if annotation(&volume.metadata, BOUND_BY_CONTROLLER).is_some() {
            spec.claim_ref = None;
            if let Some(annotations) = &mut next.metadata.annotations {
                annotations.remove(BOUND_BY_CONTROLLER);
            }
            next.metadata.annotations = next.metadata.annotations.take().filter(|annotations| !annotations.is_empty());
        } else if let Some(reference) = &mut spec.claim_ref {
            reference.uid = None;
        }
        let written = ctx.update(next)??;
        Self::wrote(ctx, &written);
        self.set_volume_phase(ctx, written, "Available", "")?;
        Ok(())
    }
}
