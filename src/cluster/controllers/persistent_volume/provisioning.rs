//! Asking a driver for a volume: the binder marks the claim with the driver's name, and the driver does the rest.
//!
//! Models: pkg/controller/volume/persistentvolume/pv_controller.go (provisionClaim, provisionClaimOperationExternal),
//! k8s.io/csi-translation-lib, v1.36.
//! Simplified: the drivers that were part of Kubernetes are known by name alone; none of them makes volumes by itself.

use std::sync::Arc;

use podarium_api::{PersistentVolumeClaim, Resource as _, StorageClass};

use super::{PersistentVolumeController, Stop, Sync};
use crate::client::EventType;
use crate::storage::annotations::{MIGRATED_TO, OLD_STORAGE_PROVISIONER, STORAGE_PROVISIONER};
use crate::storage::{annotate, annotation, claim_class};
use crate::store::Key;

/// Drivers that were part of Kubernetes, and which has taken over from each.
const MIGRATED: &[(&str, &str)] = &[
    ("kubernetes.io/gce-pd", "pd.csi.storage.gke.io"),
    ("kubernetes.io/aws-ebs", "ebs.csi.aws.com"),
    ("kubernetes.io/cinder", "cinder.csi.openstack.org"),
    ("kubernetes.io/azure-disk", "disk.csi.azure.com"),
    ("kubernetes.io/azure-file", "file.csi.azure.com"),
    ("kubernetes.io/vsphere-volume", "csi.vsphere.vmware.com"),
    ("kubernetes.io/portworx-volume", "pxd.portworx.com"),
];

impl PersistentVolumeController {
    pub(super) fn provision(&self, ctx: &mut Sync<'_>, claim: Arc<PersistentVolumeClaim>) -> Result<(), Stop> {
        let name = claim_class(&claim).to_owned();
        let about = claim.clone().into_object();
        let Some(class) = ctx.caches().get::<StorageClass>(&Key::new("", &name)) else {
            ctx.event(&about, EventType::Warning, "ProvisioningFailed", format!("storageclass.storage.k8s.io {name:?} not found"));
            return Ok(());
        };
        let old = class.provisioner.as_str();
        let migrated = MIGRATED.iter().find(|(from, _)| *from == old).map(|(_, to)| *to);
        if migrated.is_none() && old.starts_with("kubernetes.io/") {
            ctx.event(&about, EventType::Warning, "ProvisioningFailed", format!("no volume plugin matched name: {old}"));
            return Ok(());
        }
        let driver = migrated.unwrap_or(old);
        let mut claim = claim;
        if annotation(&claim.metadata, STORAGE_PROVISIONER) != Some(driver) {
            let mut next = (*claim).clone();
            annotate(&mut next.metadata, OLD_STORAGE_PROVISIONER, driver);
            annotate(&mut next.metadata, STORAGE_PROVISIONER, driver);
            if let Some(annotations) = &mut next.metadata.annotations {
                annotations.remove(MIGRATED_TO);
            }
            claim = match ctx.update(next)? {
                Ok(written) => written,
                Err(status) => {
                    ctx.event(&about, EventType::Warning, "ProvisioningFailed", format!("Error saving claim: {status}"));
                    return Err(status.into());
                }
            };
            Self::wrote(ctx, &claim);
        }
        let message = format!(
            "Waiting for a volume to be created either by the external provisioner '{driver}' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered."
        );
        ctx.event(&claim.into_object(), EventType::Normal, "ExternalProvisioning", message);
        Ok(())
    }
}
