//! Grows disks: a bound claim that asks for more gets it, first the disk and then the file system on its node.
//!
//! Models: github.com/kubernetes-csi/external-resizer (pkg/controller/controller.go), and the kubelet's part of it.
//! Simplified: the file system grows without its node's doing, a moment after the disk.

use std::sync::Arc;
use std::time::Duration;

use k8s_openapi::api::core::v1::PersistentVolumeClaimCondition;
use podarium_api::quantity::Quantity;
use podarium_api::{Kind, Object, PersistentVolume, PersistentVolumeClaim, Resource as _};

use super::Disks;
use crate::apiserver::Filter;
use crate::client::{Caches, Change, EventType};
use crate::controllers::{Controller, Enqueue, Stop, Sync};
use crate::storage::annotations::PROVISIONED_BY;
use crate::storage::{annotation, matching};
use crate::store::Key;

const GROWING: Duration = Duration::from_secs(2);

#[derive(Clone, Debug)]
pub(super) struct Resizer {
    pub disks: Disks,
}

fn held(claim: &PersistentVolumeClaim) -> Quantity {
    claim.status.capacity.as_ref().and_then(|capacity| capacity.get("storage")).map(Quantity::of).unwrap_or_default()
}

impl Controller for Resizer {
    const NAME: &'static str = "csi-resizer";
    const SERVICE_ACCOUNT: &'static str = "csi-driver";
    const WORKERS: usize = 10;

    fn watched() -> Vec<(Kind, Filter)> {
        [Kind::PersistentVolumeClaim, Kind::PersistentVolume].map(|kind| (kind, Filter::all())).into()
    }

    fn on_change(&mut self, change: &Change, _caches: &Caches, enqueue: &mut Enqueue<'_>) {
        if let Some(Object::PersistentVolumeClaim(claim)) = &change.new
            && claim.status.phase.as_deref() == Some("Bound")
            && matching::requested(claim) > held(claim)
        {
            enqueue.add(change.key.clone());
        }
    }

    fn sync(&self, ctx: &mut Sync<'_>, key: &Key) -> Result<(), Stop> {
        let Some(claim) = ctx.caches().get::<PersistentVolumeClaim>(key).cloned() else {
            return Ok(());
        };
        let volume = claim.spec.volume_name.as_deref().and_then(|name| ctx.caches().get::<PersistentVolume>(&Key::new("", name))).cloned();
        let Some(volume) = volume.filter(|volume| annotation(&volume.metadata, PROVISIONED_BY) == Some(self.disks.driver())) else {
            return Ok(());
        };
        let wanted = matching::requested(&claim);
        if wanted <= held(&claim) {
            return Ok(());
        }
        let has = |type_: &str| claim.status.conditions.iter().flatten().any(|condition| condition.type_ == type_);
        let about = claim.clone().into_object();
        if has("FileSystemResizePending") {
            let mut next = (*claim).clone();
            let status = Arc::make_mut(&mut next.status);
            status.capacity.get_or_insert_default().insert("storage".to_owned(), wanted.into_raw());
            status.conditions = None;
            ctx.update_status(next)??;
            ctx.event(&about, EventType::Normal, "FileSystemResizeSuccessful", "MountVolume.NodeExpandVolume succeeded for volume");
            return Ok(());
        }
        if !has("Resizing") {
            ctx.update_status(with_condition(ctx, &claim, "Resizing", ""))??;
            ctx.event(&about, EventType::Normal, "Resizing", format!("External resizer is resizing volume {}", volume.name()));
            ctx.requeue_after(key, GROWING);
            return Ok(());
        }
        if matching::capacity(&volume) < wanted {
            let mut next = (*volume).clone();
            Arc::make_mut(&mut next.spec).capacity.get_or_insert_default().insert("storage".to_owned(), wanted.into_raw());
            ctx.update(next)??;
        }
        let message = "Waiting for user to (re-)start a pod to finish file system resize of volume on node.";
        ctx.update_status(with_condition(ctx, &claim, "FileSystemResizePending", message))??;
        ctx.event(&about, EventType::Normal, "FileSystemResizeRequired", "Require file system resize of volume on node");
        ctx.requeue_after(key, GROWING);
        Ok(())
    }
}

fn with_condition(ctx: &Sync<'_>, claim: &PersistentVolumeClaim, type_: &str, message: &str) -> PersistentVolumeClaim {
    let mut next = claim.clone();
    Arc::make_mut(&mut next.status).conditions = Some(vec![PersistentVolumeClaimCondition {
        type_: type_.to_owned(),
        status: "True".to_owned(),
        message: (!message.is_empty()).then(|| message.to_owned()),
        last_transition_time: Some(ctx.epoch().seconds(ctx.now())),
        ..PersistentVolumeClaimCondition::default()
    }]);
    next
}
