//! What a reclaim policy does with a released volume: Retain leaves it, Delete removes it with its data.
//!
//! Most volumes are made and removed by a driver outside of the controllers; of those inside only directories on a node
//! (`hostPath` below /tmp) can be removed.
//!
//! Models: pkg/controller/volume/persistentvolume/pv_controller.go (reclaimVolume, deleteVolumeOperation),
//! pv_controller_base.go (modifyDeletionFinalizers), pkg/volume/hostpath, v1.36.
//! Simplified: Recycle fails, as its pod is not simulated.

use std::sync::Arc;

use podarium_api::{Kind, PersistentVolume, Resource as _};

use super::{PersistentVolumeController, Stop, Sync};
use crate::apiserver::Request;
use crate::storage::annotation;
use crate::storage::annotations::{MIGRATED_TO, PROVISIONED_BY};
use crate::store::Key;

/// Keeps a volume that the controllers themselves must remove.
const IN_TREE: &str = "kubernetes.io/pv-controller";
/// The same for drivers of their own.
const EXTERNAL: &str = "external-provisioner.volume.kubernetes.io/finalizer";

impl PersistentVolumeController {
    pub(super) fn reclaim(&self, ctx: &mut Sync<'_>, volume: Arc<PersistentVolume>) -> Result<(), Stop> {
        if annotation(&volume.metadata, MIGRATED_TO).is_some_and(|driver| !driver.is_empty()) {
            return Ok(());
        }
        match volume.spec.persistent_volume_reclaim_policy.as_deref() {
            Some("Retain") => Ok(()),
            Some("Recycle") => {
                let message = "Recycle failed: not simulated: the pod that scrubs a volume; use dynamic provisioning or the reclaim policy Delete";
                self.fail_volume(ctx, volume, "VolumeFailedRecycle", message)
            }
            Some("Delete") => self.delete_volume(ctx, volume),
            _ => self.fail_volume(ctx, volume, "VolumeUnknownReclaimPolicy", "Volume has unrecognized PersistentVolumeReclaimPolicy"),
        }
    }

    fn delete_volume(&self, ctx: &mut Sync<'_>, volume: Arc<PersistentVolume>) -> Result<(), Stop> {
        let path = match deleter(&volume) {
            Deleter::Outside => return Ok(()),
            Deleter::None(why) => return self.fail_volume(ctx, volume, "VolumeFailedDelete", &why),
            Deleter::Directory(path) => path,
        };
        if !path.split_once("/tmp/").is_some_and(|(_, rest)| !rest.is_empty()) {
            let why = format!("host_path deleter only supports /tmp/.+ but received provided {path}");
            self.fail_volume(ctx, volume, "VolumeFailedDelete", &why)?;
            return Err(Stop::GaveUp(why));
        }
        let key = Key::of_meta(&volume.metadata);
        if volume.metadata.finalizers.iter().flatten().any(|finalizer| finalizer == IN_TREE) {
            let mut next = (*volume).clone();
            next.metadata.finalizers.iter_mut().for_each(|finalizers| finalizers.retain(|finalizer| finalizer != IN_TREE));
            let written = ctx.update(next)??;
            Self::wrote(ctx, &written);
        }
        match ctx.send(Request::delete(Kind::PersistentVolume, &key))? {
            Err(status) if !status.is_not_found() => Err(status.into()),
            _ => Ok(()),
        }
    }

    /// Volumes that the controllers made are held by a finalizer until their data is gone, unless they are to stay.
    pub(super) fn keep_finalizers(&self, ctx: &mut Sync<'_>, volume: Arc<PersistentVolume>) -> Result<Arc<PersistentVolume>, Stop> {
        let in_tree = annotation(&volume.metadata, PROVISIONED_BY).is_some_and(|driver| driver.starts_with("kubernetes.io/"));
        if !in_tree {
            return Ok(volume);
        }
        let mut finalizers = volume.metadata.finalizers.clone().unwrap_or_default();
        let before = finalizers.clone();
        let deletes = volume.spec.persistent_volume_reclaim_policy.as_deref() == Some("Delete");
        finalizers.retain(|finalizer| finalizer != EXTERNAL && (deletes || finalizer != IN_TREE));
        if deletes && !finalizers.iter().any(|finalizer| finalizer == IN_TREE) {
            finalizers.push(IN_TREE.to_owned());
        }
        if finalizers == before {
            return Ok(volume);
        }
        let mut next = (*volume).clone();
        next.metadata.finalizers = Some(finalizers);
        let written = ctx.update(next)??;
        Self::wrote(ctx, &written);
        Ok(written)
    }
}

/// Who can remove the data of a volume.
enum Deleter {
    /// A driver, which hears of the released volume by itself.
    Outside,
    Directory(String),
    None(String),
}

fn deleter(volume: &PersistentVolume) -> Deleter {
    match annotation(&volume.metadata, PROVISIONED_BY).filter(|driver| !driver.is_empty()) {
        Some("kubernetes.io/host-path") => {}
        Some(driver) if driver.starts_with("kubernetes.io/") => return Deleter::None(format!("no volume plugin matched name: {driver}")),
        Some(_) => return Deleter::Outside,
        None => {}
    }
    let spec = &volume.spec;
    let why = match &spec.host_path {
        _ if spec.csi.is_some() => return Deleter::Outside,
        Some(directory) => return Deleter::Directory(directory.path.clone()),
        None if spec.nfs.is_some() || spec.local.is_some() || spec.iscsi.is_some() || spec.fc.is_some() || spec.flex_volume.is_some() => {
            "no deletable volume plugin matched"
        }
        None => "no volume plugin matched",
    };
    Deleter::None(format!("error getting deleter volume plugin for volume {:?}: {why}", volume.name()))
}
