//! From a pod's claim to the disk that is mounted: the claim, its volume, and the node that the volume is attached to.
//!
//! Models: pkg/kubelet/volumemanager/populator/desired_state_of_world_populator.go (createVolumeSpec),
//! pkg/volume/util/operationexecutor/operation_generator.go, v1.36.
//! Simplified: hostPath, local and CSI volumes mount; other sources are refused as not simulated. Paths exist.

use std::sync::Arc;

use k8s_openapi::api::core::v1::Volume;
use podarium_api::owner::is_controlled_by;
use podarium_api::pod_state::node_name;
use podarium_api::{Kind, Node, Object, PersistentVolume, PersistentVolumeClaim, Pod, Resource as _, Status};

use crate::apiserver::{Answer, Reply};
use crate::storage::disk::attached_name;
use crate::storage::{Disk, matching};

/// How far the search is.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Search {
    pub claim: String,
    read_only: bool,
    /// The claim is made for the pod, and must be its own.
    own: bool,
    claim_uid: String,
    /// The name of the volume, once it is known.
    pub volume_name: String,
    volume: Option<Arc<PersistentVolume>>,
    attached_as: Option<String>,
    node: String,
}

/// What to do about an answer.
#[derive(Debug, PartialEq)]
pub(super) enum Next {
    Ask(Kind, String),
    /// Nothing is wrong, but it is not there yet.
    NotYet,
    /// The kubelet does not know what to mount.
    Unknown(String),
    /// The node is not one that the volume can be used on.
    Misplaced,
    /// The kubelet could not mount it.
    Failed(String),
    Found(Disk),
}

impl Search {
    pub fn of(pod: &Pod, volume: &Volume) -> Option<Self> {
        let (claim, read_only, own) = match (&volume.persistent_volume_claim, &volume.ephemeral) {
            (Some(source), _) => (source.claim_name.clone(), source.read_only == Some(true), false),
            (None, Some(_)) => (format!("{}-{}", pod.name(), volume.name), false, true),
            (None, None) => return None,
        };
        let node = node_name(pod).unwrap_or_default().to_owned();
        Some(Search { claim, read_only, own, claim_uid: String::new(), volume_name: String::new(), volume: None, attached_as: None, node })
    }

    /// What an answer to a question of this search means.
    pub fn answered(&mut self, kind: Kind, answer: &Answer, pod: &Pod) -> Next {
        let object = match &answer.result {
            Ok(Reply::Object(object)) => Some(object),
            _ => None,
        };
        let problem = answer.result.as_ref().err().map(|status| Status::message(status).to_owned()).unwrap_or_default();
        match (kind, object) {
            (Kind::PersistentVolumeClaim, Some(Object::PersistentVolumeClaim(claim))) => match self.claim_is(claim, pod) {
                Err(why) => self.unknown(pod, &why),
                Ok(volume) => Next::Ask(Kind::PersistentVolume, volume),
            },
            (Kind::PersistentVolumeClaim, _) => self.unknown(pod, &format!("failed to fetch PVC from API server: {problem}")),
            (Kind::PersistentVolume, Some(Object::PersistentVolume(volume))) => match self.volume_is(volume) {
                Err(why) => self.unknown(pod, &why),
                Ok(next) => next,
            },
            (Kind::PersistentVolume, _) => self.unknown(pod, &format!("failed to fetch PV {} from API server: {problem}", self.volume_name)),
            (Kind::CSIDriver, driver) => {
                if let Some(Object::CSIDriver(driver)) = driver
                    && driver.spec.attach_required == Some(false)
                {
                    self.attached_as = None;
                }
                Next::Ask(Kind::Node, self.node.clone())
            }
            (Kind::Node, Some(Object::Node(node))) => self.node_is(node),
            _ => Next::NotYet,
        }
    }

    fn unknown(&self, pod: &Pod, why: &str) -> Next {
        Next::Unknown(format!("error processing PVC {}/{}: {why}", pod.namespace(), self.claim))
    }

    /// The name of the claim's volume, if the pod may use it.
    fn claim_is(&mut self, claim: &PersistentVolumeClaim, pod: &Pod) -> Result<String, String> {
        if self.own && !is_controlled_by(&claim.metadata, pod.uid()) {
            return Err(format!("PVC {0}/{1} was not created for pod {0}/{2} (pod is not owner)", pod.namespace(), claim.name(), pod.name()));
        }
        if claim.metadata.deletion_timestamp.is_some() {
            return Err("PVC is being deleted".to_owned());
        }
        let volume = claim.spec.volume_name.clone().unwrap_or_default();
        if claim.status.phase.as_deref() != Some("Bound") || volume.is_empty() {
            return Err("PVC is not bound".to_owned());
        }
        claim.uid().clone_into(&mut self.claim_uid);
        self.volume_name.clone_from(&volume);
        Ok(volume)
    }

    fn volume_is(&mut self, volume: &Arc<PersistentVolume>) -> Result<Next, String> {
        let name = volume.name();
        let Some(claim) = &volume.spec.claim_ref else {
            return Err(format!("found PV object {name} but it has a nil pv.Spec.ClaimRef indicating it is not yet bound to the claim"));
        };
        let uid = claim.uid.as_deref().unwrap_or_default();
        if uid != self.claim_uid {
            return Err(format!("found PV object {name} but its pv.Spec.ClaimRef.UID {uid} does not point to claim.UID {}", self.claim_uid));
        }
        let spec = &volume.spec;
        self.attached_as = attached_name(volume);
        self.volume = Some(volume.clone());
        Ok(match &spec.csi {
            Some(source) => Next::Ask(Kind::CSIDriver, source.driver.clone()),
            None if spec.host_path.is_some() && spec.node_affinity.is_none() => self.found(),
            None if spec.host_path.is_some() || spec.local.is_some() => Next::Ask(Kind::Node, self.node.clone()),
            None => Next::Failed("not simulated: this type of volume".to_owned()),
        })
    }

    fn node_is(&self, node: &Node) -> Next {
        if self.volume.as_ref().is_some_and(|volume| !matching::reaches(volume, node)) {
            return Next::Misplaced;
        }
        let has = |name: &String| node.status.volumes_attached.iter().flatten().any(|attached| attached.name == *name);
        if self.attached_as.as_ref().is_none_or(has) { self.found() } else { Next::NotYet }
    }

    fn found(&self) -> Next {
        Next::Found(Disk { volume: self.volume_name.clone(), attached_as: self.attached_as.clone(), read_only: self.read_only })
    }
}
