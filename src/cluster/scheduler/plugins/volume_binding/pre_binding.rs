//! What VolumeBinding does once a node is chosen: the volumes are assumed to be taken, written, and waited for.
//!
//! Models: pkg/scheduler/framework/plugins/volumebinding/binder.go (AssumePodVolumes, BindPodVolumes, checkBindings), v1.36.
//! Simplified: nothing.

use std::sync::Arc;
use std::time::Duration;

use podarium_api::{Node, Object, PersistentVolume, PersistentVolumeClaim, Resource};

use super::finding::{Claims, find, is_fully_bound};
use super::{VolumeBinding, claims_of_pod};
use crate::apiserver::Request;
use crate::scheduler::framework::cycle_state::CycleState;
use crate::scheduler::framework::node_info::NodeInfo;
use crate::scheduler::framework::plugin::{PreBind, Reserve};
use crate::scheduler::framework::pod_info::PodInfo;
use crate::scheduler::framework::status::Status;
use crate::scheduler::listers::Listers;
use crate::storage::annotations::SELECTED_NODE;
use crate::storage::{annotate, annotation, matching};

/// What must be written for the pod, and what has been.
#[derive(Clone, Debug, Default)]
struct Reserved {
    volumes: Vec<(Arc<PersistentVolume>, Arc<PersistentVolumeClaim>)>,
    claims: Vec<Arc<PersistentVolumeClaim>>,
    written: usize,
    all_bound: bool,
}

impl Reserve for VolumeBinding {
    fn reserve(&self, listers: &mut Listers, state: &mut CycleState, pod: &PodInfo, node: &NodeInfo) -> Result<(), Status> {
        let storage = &mut listers.storage;
        let claims = claims_of_pod(storage, pod).map_err(Status::error)?;
        if claims.iter().all(|claim| is_fully_bound(claim)) {
            state.write(Reserved { all_bound: true, ..Reserved::default() });
            return Ok(());
        }
        let found = find(storage, &Claims::sort(storage, claims), node.node()).map_err(Status::error)?;
        let mut reserved = Reserved::default();
        for (volume, claim) in found.bindings {
            let next = crate::controllers::bound_volume(&volume, &claim).map(Arc::new);
            if let Some(next) = &next {
                storage.volumes.assume(next.clone());
            }
            reserved.volumes.push((next.unwrap_or(volume), claim));
        }
        for claim in found.to_make {
            let mut next = (*claim).clone();
            annotate(&mut next.metadata, SELECTED_NODE, &node.name);
            let next = Arc::new(next);
            storage.claims.assume(next.clone());
            reserved.claims.push(next);
        }
        state.write(reserved);
        Ok(())
    }

    fn unreserve(&self, listers: &mut Listers, state: &mut CycleState, _: &PodInfo) {
        let Some(reserved) = state.read::<Reserved>() else { return };
        for (volume, _) in &reserved.volumes {
            listers.storage.volumes.restore(volume);
        }
        for claim in &reserved.claims {
            listers.storage.claims.restore(claim);
        }
    }
}

fn version<T: Resource>(object: &T) -> u64 {
    object.meta().resource_version.as_deref().and_then(|version| version.parse().ok()).unwrap_or(0)
}

impl PreBind for VolumeBinding {
    fn is_needed(&self, state: &CycleState) -> bool {
        state.read::<Reserved>().is_some_and(|reserved| !reserved.all_bound)
    }

    fn next_request(&self, state: &CycleState) -> Option<Request> {
        let reserved = state.read::<Reserved>()?;
        match reserved.volumes.get(reserved.written) {
            Some((volume, _)) => Some(Request::update((**volume).clone())),
            None => reserved.claims.get(reserved.written - reserved.volumes.len()).map(|claim| Request::update((**claim).clone())),
        }
    }

    fn answered(&self, state: &mut CycleState, object: &Object) {
        let Some(reserved) = state.read_mut::<Reserved>() else { return };
        let place = reserved.written;
        let volumes = reserved.volumes.len();
        match object {
            Object::PersistentVolume(volume) => reserved.volumes[place].0 = volume.clone(),
            Object::PersistentVolumeClaim(claim) => reserved.claims[place - volumes] = claim.clone(),
            _ => {}
        }
        reserved.written += 1;
    }

    fn is_done(&self, listers: &Listers, state: &CycleState, pod: &PodInfo, node: Option<&Node>) -> Result<bool, String> {
        let Some(reserved) = state.read::<Reserved>() else { return Ok(true) };
        let Some(node) = node else { return Err(format!("failed to get node {0:?}: node {0:?} not found", pod.node_name())) };
        for (written, claim) in &reserved.volumes {
            if !volume_is_bound(listers, written, claim, node)? {
                return Ok(false);
            }
        }
        for written in &reserved.claims {
            if !claim_is_bound(listers, written, node)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn patience(&self) -> Duration {
        self.patience
    }
}

fn in_reach(volume: &PersistentVolume, node: &Node) -> Result<(), String> {
    if matching::reaches(volume, node) {
        return Ok(());
    }
    Err(format!("pv {:?} node affinity doesn't match node {:?}: no matching NodeSelectorTerms", volume.name(), node.name()))
}

fn volume_is_bound(listers: &Listers, written: &PersistentVolume, claim: &PersistentVolumeClaim, node: &Node) -> Result<bool, String> {
    let name = written.name();
    let Some(volume) = listers.storage.volumes.shown("", name) else {
        return Err(format!("failed to check binding: could not find v1.PersistentVolume {name:?}"));
    };
    let Some(claim) = listers.storage.claims.shown(claim.namespace(), claim.name()) else {
        return Err(format!("failed to check binding: could not find v1.PersistentVolumeClaim \"{}/{}\"", claim.namespace(), claim.name()));
    };
    if version(written) > version(&**volume) {
        return Ok(false);
    }
    in_reach(volume, node)?;
    if volume.spec.claim_ref.as_ref().is_none_or(|reference| reference.uid.as_deref().unwrap_or_default().is_empty()) {
        return Err(format!("ClaimRef got reset for pv {name:?}"));
    }
    Ok(is_fully_bound(claim))
}

fn claim_is_bound(listers: &Listers, written: &PersistentVolumeClaim, node: &Node) -> Result<bool, String> {
    let name = written.name();
    let Some(claim) = listers.storage.claims.shown(written.namespace(), name) else {
        return Err(format!("failed to check provisioning pvc: could not find v1.PersistentVolumeClaim \"{}/{name}\"", written.namespace()));
    };
    if version(written) > version(&**claim) {
        return Ok(false);
    }
    if claim.metadata.annotations.is_none() {
        return Err(format!("selectedNode annotation reset for PVC {name:?}"));
    }
    // A driver that cannot make the volume takes the node off the claim.
    if annotation(&claim.metadata, SELECTED_NODE) != Some(node.name()) {
        return Err(format!("provisioning failed for PVC {name:?}"));
    }
    let volume = claim.spec.volume_name.as_deref().unwrap_or_default();
    if !volume.is_empty() {
        let Some(volume) = listers.storage.volumes.shown("", volume) else { return Ok(false) };
        in_reach(volume, node)?;
    }
    Ok(is_fully_bound(claim))
}
