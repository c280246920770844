//! VolumeBinding: a pod goes only where its volumes can be used, and before it is bound, its claims are.
//!
//! A claim that is bound must have a volume that the node can reach. A claim whose class waits for its first consumer is
//! given a volume that suits and is in reach of the node, or one will be made there: the scheduler writes the node's name
//! to the claim, and waits, up to ten minutes, until the claim is bound.
//!
//! Models: pkg/scheduler/framework/plugins/volumebinding/volume_binding.go, v1.36.
//! Simplified: drivers that were part of Kubernetes once are not translated; storage capacity is no score.

mod finding;
mod pre_binding;

use std::sync::Arc;
use std::time::Duration;

use podarium_api::owner::is_controlled_by;
use podarium_api::quantity::Quantity;
use podarium_api::{CSIStorageCapacity, Object, PersistentVolumeClaim, Resource as _};

use crate::scheduler::configuration::args::VolumeBindingArgs;
use crate::scheduler::framework::cluster_event::{ActionType, Change, ClusterEvent, EventResource, QueueingHint};
use crate::scheduler::framework::cycle_state::CycleState;
use crate::scheduler::framework::node_info::NodeInfo;
use crate::scheduler::framework::plugin::{EventHint, Filter, Handle, Plugin, PreBind, PreFilter, PreFilterResult, Reserve, always};
use crate::scheduler::framework::pod_info::PodInfo;
use crate::scheduler::framework::status::{Code, Status};
use crate::scheduler::listers::Listers;
use crate::scheduler::storage_listers::{StorageListers, claim_names, claim_not_found};
use finding::{Claims, find};

#[derive(Debug)]
pub struct VolumeBinding {
    /// How long a pod waits for its claims to be bound.
    patience: Duration,
}

impl VolumeBinding {
    pub fn new(args: &VolumeBindingArgs) -> Self {
        VolumeBinding { patience: Duration::from_secs(u64::try_from(args.bind_timeout_seconds).unwrap_or(0)) }
    }
}

const UNBOUND_IMMEDIATE: &str = "pod has unbound immediate PersistentVolumeClaims";

/// The pod's claims and all that is known of storage in this cycle.
#[derive(Clone, Debug)]
struct Prepared {
    claims: Claims,
    storage: Arc<StorageListers>,
}

const CHANGED: ActionType = ActionType::ADD.or(ActionType::UPDATE);
const NODE: ActionType = ActionType::ADD.or(ActionType::UPDATE_NODE_LABEL);
/// What may help a pod that was refused.
const EVENTS: &[EventHint] = &[
    EventHint { event: ClusterEvent::new(EventResource::StorageClass, CHANGED), hint: has_other_topologies },
    EventHint { event: ClusterEvent::new(EventResource::PersistentVolumeClaim, CHANGED), hint: is_a_claim_of_the_pod },
    EventHint { event: ClusterEvent::new(EventResource::PersistentVolume, CHANGED), hint: always },
    EventHint { event: ClusterEvent::new(EventResource::Node, NODE), hint: always },
    EventHint { event: ClusterEvent::new(EventResource::CsiNode, CHANGED), hint: has_other_migrations },
    EventHint { event: ClusterEvent::new(EventResource::CsiDriver, ActionType::UPDATE), hint: stops_counting },
    EventHint { event: ClusterEvent::new(EventResource::CsiStorageCapacity, CHANGED), hint: has_more_room },
];

impl Plugin for VolumeBinding {
    fn name(&self) -> &'static str {
        "VolumeBinding"
    }
    fn as_pre_filter(&self) -> Option<&dyn PreFilter> {
        Some(self)
    }
    fn as_filter(&self) -> Option<&dyn Filter> {
        Some(self)
    }
    fn as_reserve(&self) -> Option<&dyn Reserve> {
        Some(self)
    }
    fn as_pre_bind(&self) -> Option<&dyn PreBind> {
        Some(self)
    }
    fn events(&self) -> &'static [EventHint] {
        EVENTS
    }
}

fn has_other_topologies(_: &Listers, _: &PodInfo, change: &Change) -> QueueingHint {
    match change {
        Change::Storage { old: Some(Object::StorageClass(old)), new: Some(Object::StorageClass(new)) } => {
            (old.allowed_topologies != new.allowed_topologies).into()
        }
        _ => QueueingHint::Queue,
    }
}

fn is_a_claim_of_the_pod(_: &Listers, pod: &PodInfo, change: &Change) -> QueueingHint {
    let Change::Storage { new: Some(Object::PersistentVolumeClaim(claim)), .. } = change else { return QueueingHint::Queue };
    (claim.namespace() == pod.namespace() && claim_names(&pod.pod).any(|(name, _)| name == claim.name())).into()
}

fn has_other_migrations(_: &Listers, _: &PodInfo, change: &Change) -> QueueingHint {
    let migrated = |object: &Object| object.meta().annotations.as_ref()?.get("storage.alpha.kubernetes.io/migrated-plugins").cloned();
    match change {
        Change::Storage { old: Some(old), new: Some(new) } => (migrated(old) != migrated(new)).into(),
        _ => QueueingHint::Queue,
    }
}

/// A driver of one of the pod's inline volumes no longer has its room looked at.
fn stops_counting(_: &Listers, pod: &PodInfo, change: &Change) -> QueueingHint {
    let Change::Storage { old: Some(Object::CSIDriver(old)), new: Some(Object::CSIDriver(new)) } = change else { return QueueingHint::Queue };
    let inline = pod.pod.spec.volumes.iter().flatten().filter_map(|volume| volume.csi.as_ref()).any(|source| source.driver == new.name());
    (inline && old.spec.storage_capacity == Some(true) && new.spec.storage_capacity != Some(true)).into()
}

fn has_more_room(_: &Listers, _: &PodInfo, change: &Change) -> QueueingHint {
    let limit = |capacity: &CSIStorageCapacity| finding::largest_volume(capacity).map(Quantity::value);
    match change {
        Change::Storage { old: Some(Object::CSIStorageCapacity(old)), new: Some(Object::CSIStorageCapacity(new)) } => (limit(new) > limit(old)).into(),
        _ => QueueingHint::Queue,
    }
}

/// The pod's claims; the text says why one of them stands in the way.
fn claims_of_pod(storage: &StorageListers, pod: &PodInfo) -> Result<Vec<Arc<PersistentVolumeClaim>>, String> {
    let namespace = pod.namespace();
    let mut claims = Vec::new();
    for (name, ephemeral) in claim_names(&pod.pod) {
        let Some(claim) = storage.claims.shown(namespace, &name) else {
            let waiting = format!("waiting for ephemeral volume controller to create the persistentvolumeclaim {name:?}");
            return Err(if ephemeral { waiting } else { claim_not_found(&name) });
        };
        if claim.status.phase.as_deref() == Some("Lost") {
            let volume = claim.spec.volume_name.as_deref().unwrap_or_default();
            return Err(format!("persistentvolumeclaim {name:?} bound to non-existent persistentvolume {volume:?}"));
        }
        if claim.metadata.deletion_timestamp.is_some() {
            return Err(format!("persistentvolumeclaim {name:?} is being deleted"));
        }
        if ephemeral && !is_controlled_by(&claim.metadata, &pod.uid) {
            return Err(format!("PVC {namespace}/{name} was not created for pod {namespace}/{} (pod is not owner)", pod.name()));
        }
        claims.push(storage.claims.get(namespace, &name).cloned().unwrap_or_else(|| claim.clone()));
    }
    Ok(claims)
}

impl PreFilter for VolumeBinding {
    fn pre_filter(&self, handle: Handle, state: &mut CycleState, pod: &PodInfo) -> Result<PreFilterResult, Status> {
        let storage = &handle.listers.storage;
        let claims = claims_of_pod(storage, pod).map_err(Status::unresolvable)?;
        if claims.is_empty() {
            return Err(Status::skip());
        }
        let claims = Claims::sort(storage, claims);
        if !claims.immediate.is_empty() {
            return Err(Status::unresolvable(UNBOUND_IMMEDIATE));
        }
        state.write(Prepared { claims, storage: Arc::new(storage.clone()) });
        Ok(None)
    }
}

impl Filter for VolumeBinding {
    fn filter(&self, state: &CycleState, _: &PodInfo, node: &NodeInfo) -> Result<(), Status> {
        let Some(prepared) = state.read::<Prepared>() else { return Ok(()) };
        let found = find(&prepared.storage, &prepared.claims, node.node()).map_err(Status::error)?;
        if found.reasons.is_empty() {
            return Ok(());
        }
        let mut status = Status::without_reason(Code::UnschedulableAndUnresolvable);
        found.reasons.into_iter().for_each(|reason| status.push(reason));
        Err(status)
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
