//! Makes a disk for a claim that the binder marked with the driver's name, and removes the disk of a released volume.
//!
//! Models: github.com/kubernetes-csi/external-provisioner and sig-storage-lib-external-provisioner (controller.go), whose
//! events these are.
//! Simplified: the driver's own calls take a fixed time and always succeed; snapshots and clones are refused.

use std::collections::BTreeMap;
use std::sync::Arc;

use k8s_openapi::api::core::v1::{
    CSIPersistentVolumeSource, NodeSelector, NodeSelectorRequirement, NodeSelectorTerm, ObjectReference, PersistentVolumeSpec, VolumeNodeAffinity,
};
use podarium_api::{Kind, Node, Object, ObjectMeta, PersistentVolume, PersistentVolumeClaim, Resource as _, StorageClass};

use super::Disks;
use crate::apiserver::{Filter, Request};
use crate::client::{Caches, Change, EventType};
use crate::controllers::{Controller, Enqueue, Stop, Sync};
use crate::storage::annotations::{PROVISIONED_BY, SELECTED_NODE, STORAGE_PROVISIONER};
use crate::storage::{annotation, claim_class, is_delayed, matching};
use crate::store::Key;

pub const ZONE: &str = "topology.kubernetes.io/zone";
const HOST: &str = "kubernetes.io/hostname";
/// Keeps a volume until its disk is removed.
const FINALIZER: &str = "external-provisioner.volume.kubernetes.io/finalizer";
const DELETION_SECRET: [(&str, &str); 2] =
    [("volume.kubernetes.io/provisioner-deletion-secret-name", ""), ("volume.kubernetes.io/provisioner-deletion-secret-namespace", "")];

#[derive(Clone, Debug)]
pub(super) struct Provisioner {
    pub disks: Disks,
}

impl Controller for Provisioner {
    const NAME: &'static str = "csi-provisioner";
    const SERVICE_ACCOUNT: &'static str = "csi-driver";
    const WORKERS: usize = 100;

    fn watched() -> Vec<(Kind, Filter)> {
        let kinds = [Kind::PersistentVolumeClaim, Kind::PersistentVolume, Kind::StorageClass, Kind::Node];
        kinds.map(|kind| (kind, Filter::all())).into()
    }

    fn on_change(&mut self, change: &Change, _caches: &Caches, enqueue: &mut Enqueue<'_>) {
        let Some(object) = &change.new else { return };
        match object {
            // The wait is the time that the disk takes.
            Object::PersistentVolumeClaim(claim) if self.must_make(claim) => enqueue.add_after(change.key.clone(), self.disks.making()),
            Object::PersistentVolume(volume) if self.must_remove(volume) => enqueue.add_after(change.key.clone(), self.disks.making() / 2),
            _ => {}
        }
    }

    fn sync(&self, ctx: &mut Sync<'_>, key: &Key) -> Result<(), Stop> {
        if key.namespace.is_empty() {
            return match ctx.caches().get::<PersistentVolume>(key).cloned() {
                Some(volume) if self.must_remove(&volume) => remove(ctx, &volume),
                _ => Ok(()),
            };
        }
        match ctx.caches().get::<PersistentVolumeClaim>(key).cloned() {
            Some(claim) if self.must_make(&claim) => self.make(ctx, &claim),
            _ => Ok(()),
        }
    }
}

impl Provisioner {
    fn must_make(&self, claim: &PersistentVolumeClaim) -> bool {
        annotation(&claim.metadata, STORAGE_PROVISIONER) == Some(self.disks.driver())
            && claim.spec.volume_name.as_deref().unwrap_or_default().is_empty()
            && claim.metadata.deletion_timestamp.is_none()
    }

    fn must_remove(&self, volume: &PersistentVolume) -> bool {
        annotation(&volume.metadata, PROVISIONED_BY) == Some(self.disks.driver())
            && volume.status.phase.as_deref() == Some("Released")
            && volume.spec.persistent_volume_reclaim_policy.as_deref() == Some("Delete")
    }

    fn make(&self, ctx: &mut Sync<'_>, claim: &Arc<PersistentVolumeClaim>) -> Result<(), Stop> {
        let about = claim.clone().into_object();
        let name = format!("pvc-{}", claim.uid());
        if ctx.caches().get::<PersistentVolume>(&Key::new("", &name)).is_some() {
            return Ok(());
        }
        let Some(class) = ctx.caches().get::<StorageClass>(&Key::new("", claim_class(claim))).cloned() else {
            return Ok(());
        };
        let selected = annotation(&claim.metadata, SELECTED_NODE);
        if is_delayed(Some(&class)) && selected.is_none() {
            return Ok(());
        }
        ctx.event(
            &about,
            EventType::Normal,
            "Provisioning",
            format!("External provisioner is provisioning volume for claim \"{}/{}\"", claim.namespace(), claim.name()),
        );
        if claim.spec.data_source.is_some() || claim.spec.data_source_ref.is_some() {
            let why = format!("failed to provision volume with StorageClass {:?}: not simulated: a data source", class.name());
            ctx.event(&about, EventType::Warning, "ProvisioningFailed", why.clone());
            return Err(Stop::GaveUp(why));
        }
        let Some((label, place)) = self.place(ctx.caches(), selected) else {
            let why = format!(
                "failed to provision volume with StorageClass {:?}: error generating accessibility requirements: no available topology found",
                class.name()
            );
            ctx.event(&about, EventType::Warning, "ProvisioningFailed", why.clone());
            return Err(Stop::Failed(why));
        };
        match ctx.create(self.volume(&name, claim, &class, label, &place))? {
            Err(status) if !status.is_already_exists() => Err(status.into()),
            _ => {
                ctx.event(&about, EventType::Normal, "ProvisioningSucceeded", format!("Successfully provisioned volume {name}"));
                Ok(())
            }
        }
    }

    /// Where the disk is made: at the selected node, else at the first that there is.
    fn place(&self, caches: &Caches, selected: Option<&str>) -> Option<(&'static str, String)> {
        let label = if self.disks == Disks::Local { HOST } else { ZONE };
        let value = |node: &Node| node.metadata.labels.as_ref().and_then(|labels| labels.get(label)).cloned();
        let place = match selected {
            Some(name) => value(caches.get::<Node>(&Key::new("", name))?),
            None => caches.list::<Node>().find_map(|node| value(node)),
        };
        // Machines without zones make one zone together.
        match (place, self.disks) {
            (Some(place), _) => Some((label, place)),
            (None, Disks::Zonal) => Some((label, String::new())),
            (None, Disks::Local) => None,
        }
    }

    fn volume(&self, name: &str, claim: &PersistentVolumeClaim, class: &StorageClass, label: &str, place: &str) -> PersistentVolume {
        let requirement = NodeSelectorRequirement { key: label.to_owned(), operator: "In".to_owned(), values: Some(vec![place.to_owned()]) };
        let terms = vec![NodeSelectorTerm { match_expressions: Some(vec![requirement]), match_fields: None }];
        let affinity = VolumeNodeAffinity { required: Some(NodeSelector { node_selector_terms: terms }) };
        let mut annotations: BTreeMap<String, String> = DELETION_SECRET.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        annotations.insert(PROVISIONED_BY.to_owned(), self.disks.driver().to_owned());
        PersistentVolume {
            metadata: ObjectMeta {
                name: Some(name.to_owned()),
                annotations: Some(annotations),
                finalizers: (class.reclaim_policy.as_deref() == Some("Delete")).then(|| vec![FINALIZER.to_owned()]),
                ..ObjectMeta::default()
            },
            spec: Arc::new(PersistentVolumeSpec {
                access_modes: claim.spec.access_modes.clone(),
                capacity: Some([("storage".to_owned(), whole_gibibytes(claim))].into()),
                claim_ref: Some(ObjectReference {
                    api_version: Some("v1".to_owned()),
                    kind: Some("PersistentVolumeClaim".to_owned()),
                    name: claim.metadata.name.clone(),
                    namespace: claim.metadata.namespace.clone(),
                    uid: claim.metadata.uid.clone(),
                    resource_version: claim.metadata.resource_version.clone(),
                    field_path: None,
                }),
                csi: Some(CSIPersistentVolumeSource {
                    driver: self.disks.driver().to_owned(),
                    volume_handle: format!("disk-{}", claim.uid()),
                    fs_type: (claim.spec.volume_mode.as_deref() != Some("Block")).then(|| "ext4".to_owned()),
                    ..CSIPersistentVolumeSource::default()
                }),
                mount_options: class.mount_options.clone(),
                node_affinity: (!place.is_empty()).then_some(affinity),
                persistent_volume_reclaim_policy: class.reclaim_policy.clone(),
                storage_class_name: class.metadata.name.clone(),
                volume_mode: claim.spec.volume_mode.clone(),
                volume_attributes_class_name: claim.spec.volume_attributes_class_name.clone().filter(|name| !name.is_empty()),
                ..PersistentVolumeSpec::default()
            }),
            ..PersistentVolume::default()
        }
    }
}

/// Disks come in whole gibibytes: 1500Mi asked for is 2Gi made.
fn whole_gibibytes(claim: &PersistentVolumeClaim) -> k8s_openapi::apimachinery::pkg::api::resource::Quantity {
    const GIB: i64 = 1 << 30;
    let wanted = matching::requested(claim).value();
    podarium_api::quantity::Quantity::from_bytes((wanted.saturating_add(GIB - 1) / GIB).saturating_mul(GIB)).into_raw()
}

fn remove(ctx: &mut Sync<'_>, volume: &Arc<PersistentVolume>) -> Result<(), Stop> {
    let key = Key::of_meta(&volume.metadata);
    if let Err(status) = ctx.send(Request::delete(Kind::PersistentVolume, &key))?
        && !status.is_not_found()
    {
        return Err(status.into());
    }
    let mut next = match ctx.get_live::<PersistentVolume>(&key)? {
        Ok(volume) => (*volume).clone(),
        Err(status) if status.is_not_found() => return Ok(()),
        Err(status) => return Err(status.into()),
    };
    next.metadata.finalizers.iter_mut().for_each(|finalizers| finalizers.retain(|finalizer| finalizer != FINALIZER));
    match ctx.update(next)? {
        Err(status) if !status.is_not_found() => Err(status.into()),
        _ => Ok(()),
    }
}
