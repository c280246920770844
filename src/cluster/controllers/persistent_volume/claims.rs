//! What becomes of a claim: it is bound to a volume, waits for one, or has lost it.
//!
//! Models: pkg/controller/volume/persistentvolume/pv_controller.go (syncClaim), index.go, v1.36.
//! Simplified: nothing.

use std::collections::BTreeMap;
use std::sync::Arc;

use podarium_api::pod_state::is_pod_terminal;
use podarium_api::{PersistentVolume, PersistentVolumeClaim, Pod, Resource as _, StorageClass};

use super::{PersistentVolumeController, Stop, Sync};
use crate::client::EventType;
use crate::storage::annotations::{BIND_COMPLETED, BOUND_BY_CONTROLLER, SELECTED_NODE};
use crate::storage::matching::{self, Seeker};
use crate::storage::{annotation, claim_class, classes, find_match, is_bound_to, is_delayed, volume_class};
use crate::store::Key;

impl PersistentVolumeController {
    pub(super) fn sync_claim(&self, ctx: &mut Sync<'_>, claim: Arc<PersistentVolumeClaim>) -> Result<(), Stop> {
        let completed = annotation(&claim.metadata, BIND_COMPLETED).is_some();
        let named = claim.spec.volume_name.clone().filter(|name| !name.is_empty());
        match (completed, named) {
            (true, named) => self.sync_bound_claim(ctx, claim, named.as_deref()),
            (false, Some(name)) => self.sync_promised_claim(ctx, claim, &name),
            (false, None) => self.sync_open_claim(ctx, claim),
        }
    }

    /// A claim that names no volume yet.
    fn sync_open_claim(&self, ctx: &mut Sync<'_>, claim: Arc<PersistentVolumeClaim>) -> Result<(), Stop> {
        let class = ctx.caches().get::<StorageClass>(&Key::new("", claim_class(&claim)));
        let delayed = is_delayed(class.map(|class| &**class));
        if let Some(volume) = self.best_match(ctx, &claim, delayed) {
            return self.bind(ctx, volume, claim);
        }
        if !classes::has_class(&claim)
            && let Some(default) = classes::default_class(ctx.caches().list::<StorageClass>())
        {
            // A default class has come after the claim.
            let mut next = (*claim).clone();
            Arc::make_mut(&mut next.spec).storage_class_name = default.metadata.name.clone();
            let written = ctx.update(next)??;
            Self::wrote(ctx, &written);
            return Ok(());
        }
        if delayed && annotation(&claim.metadata, SELECTED_NODE).is_none() {
            let (reason, message) = waiting(ctx, &claim);
            ctx.event(&claim.clone().into_object(), EventType::Normal, reason, message);
        } else if !claim_class(&claim).is_empty() {
            return self.provision(ctx, claim);
        } else {
            let message = "no persistent volumes available for this claim and no storage class is set";
            ctx.event(&claim.clone().into_object(), EventType::Normal, "FailedBinding", message);
        }
        self.set_claim_status(ctx, claim, "Pending", None)?;
        Ok(())
    }

    /// The volumes are tried by their sets of access modes, the smallest set first: a claim for ReadWriteOnce takes a
    /// volume with nothing else before one that could also be shared, whatever their sizes.
    fn best_match(&self, ctx: &Sync<'_>, claim: &PersistentVolumeClaim, delayed: bool) -> Option<Arc<PersistentVolume>> {
        let mut by_modes: BTreeMap<(usize, Vec<String>), Vec<Arc<PersistentVolume>>> = BTreeMap::new();
        for volume in self.all_volumes(ctx) {
            if matching::offers_modes(claim, &volume) {
                let mut modes = volume.spec.access_modes.clone().unwrap_or_default();
                modes.sort();
                modes.dedup();
                by_modes.entry((modes.len(), modes)).or_default().push(volume);
            }
        }
        by_modes.values().find_map(|volumes| find_match(claim, volumes, Seeker::Binder { delayed }, &|_| false).cloned())
    }

    /// A claim that names its volume, by a person or by the scheduler, and is not bound yet.
    fn sync_promised_claim(&self, ctx: &mut Sync<'_>, claim: Arc<PersistentVolumeClaim>, name: &str) -> Result<(), Stop> {
        let Some(volume) = self.volume(ctx, name) else {
            self.set_claim_status(ctx, claim, "Pending", None)?;
            return Ok(());
        };
        let about = claim.clone().into_object();
        if volume.spec.claim_ref.is_none() {
            let Some(why) = mismatch(&volume, &claim) else { return self.bind(ctx, volume, claim) };
            let message = format!("Cannot bind to requested volume {name:?}: {why}");
            ctx.event(&about, EventType::Warning, "VolumeMismatch", message);
        } else if is_bound_to(&volume, &claim) {
            return self.bind(ctx, volume, claim);
        } else {
            ctx.event(&about, EventType::Warning, "FailedBinding", format!("volume {name:?} already bound to a different claim."));
            if annotation(&claim.metadata, BOUND_BY_CONTROLLER).is_some() {
                let key = Key::of_meta(&claim.metadata);
                return Err(Stop::Failed(format!("invalid binding of claim \"{key}\" to volume {name:?}: volume already claimed")));
            }
        }
        self.set_claim_status(ctx, claim, "Pending", None)?;
        Ok(())
    }

    fn sync_bound_claim(&self, ctx: &mut Sync<'_>, claim: Arc<PersistentVolumeClaim>, name: Option<&str>) -> Result<(), Stop> {
        let Some(name) = name else {
            let message = "Bound claim has lost reference to PersistentVolume. Data on the volume is lost!";
            return self.lose_claim(ctx, claim, "ClaimLost", message);
        };
        let Some(volume) = self.volume(ctx, name) else {
            let message = "Bound claim has lost its PersistentVolume. Data on the volume is lost!";
            return self.lose_claim(ctx, claim, "ClaimLost", message);
        };
        match &volume.spec.claim_ref {
            Some(reference) if reference.uid.as_deref().unwrap_or_default() != claim.uid() => {
                let message = "Two claims are bound to the same volume, this one is bound incorrectly";
                self.lose_claim(ctx, claim, "ClaimMisbound", message)
            }
            _ => self.bind(ctx, volume, claim),
        }
    }
}

/// What a claim waits for whose class waits for its first consumer.
fn waiting(ctx: &Sync<'_>, claim: &PersistentVolumeClaim) -> (&'static str, String) {
    let uses = |pod: &&Arc<Pod>| crate::storage::claims_of(pod).any(|name| name == claim.name());
    let unscheduled = |pod: &&Arc<Pod>| !is_pod_terminal(pod) && pod.spec.node_name.as_deref().unwrap_or_default().is_empty();
    let pods: Vec<&str> = ctx.caches().list_in::<Pod>(claim.namespace()).filter(uses).filter(unscheduled).map(|pod| pod.name()).collect();
    match pods.as_slice() {
        [] => ("WaitForFirstConsumer", "waiting for first consumer to be created before binding".to_owned()),
        [pod] => ("WaitForPodScheduled", format!("waiting for pod {pod} to be scheduled")),
        pods => ("WaitForPodScheduled", format!("waiting for pods {} to be scheduled", pods.join(","))),
    }
}

/// Why a volume that the claim names is not for it.
fn mismatch(volume: &PersistentVolume, claim: &PersistentVolumeClaim) -> Option<String> {
    let size = matching::capacity(volume).value();
    match () {
        () if volume.metadata.deletion_timestamp.is_some() => Some(format!("the volume is marked for deletion {:?}", volume.name())),
        () if size < matching::requested(claim).value() => Some("requested PV is too small".to_owned()),
        () if volume_class(volume) != claim_class(claim) => Some("storageClassName does not match".to_owned()),
        () if !matching::same_attributes(claim, volume) => Some("volumeAttributesClassName does not match".to_owned()),
        () if !matching::same_mode(claim, volume) => Some("incompatible volumeMode".to_owned()),
        () if !matching::offers_modes(claim, volume) => Some("incompatible accessMode".to_owned()),
        () => None,
    }
}
