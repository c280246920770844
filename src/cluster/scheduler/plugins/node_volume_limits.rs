//! NodeVolumeLimits: how many volumes of each storage driver a node can take.
//!
//! Models: pkg/scheduler/framework/plugins/nodevolumelimits/csi.go, v1.36.
//! Simplified: volumes of drivers that were part of Kubernetes once are not counted.

use std::collections::BTreeMap;

use podarium_api::owner::is_controlled_by;
use podarium_api::{CSINode, Object, PersistentVolumeClaim, Resource as _};

use crate::scheduler::framework::cluster_event::{ActionType, Change, ClusterEvent, EventResource, QueueingHint};
use crate::scheduler::framework::cycle_state::CycleState;
use crate::scheduler::framework::node_info::NodeInfo;
use crate::scheduler::framework::plugin::{EventHint, Filter, Handle, Plugin, PreFilter, PreFilterResult, always};
use crate::scheduler::framework::pod_info::PodInfo;
use crate::scheduler::framework::status::Status;
use crate::scheduler::listers::Listers;
use crate::scheduler::storage_listers::{StorageListers, claim_names, claim_not_found};
use crate::storage::claim_class;

#[derive(Debug)]
pub struct NodeVolumeLimits;

const TOO_MANY: &str = "node(s) exceed max volume count";

/// Volumes by a name of their own, with their drivers.
type Volumes = BTreeMap<String, String>;

/// What is known of storage in this cycle.
#[derive(Clone, Debug)]
struct Known(StorageListers);

/// What may help a pod that was refused.
const EVENTS: &[EventHint] = &[
    EventHint { event: ClusterEvent::new(EventResource::CsiNode, ActionType::ADD), hint: always },
    EventHint { event: ClusterEvent::new(EventResource::CsiNode, ActionType::UPDATE), hint: takes_more },
    EventHint { event: ClusterEvent::new(EventResource::Pod, ActionType::DELETE), hint: had_volumes },
    EventHint { event: ClusterEvent::new(EventResource::PersistentVolumeClaim, ActionType::ADD), hint: is_a_claim_of_the_pod },
    EventHint { event: ClusterEvent::new(EventResource::VolumeAttachment, ActionType::DELETE), hint: has_claims },
];

impl Plugin for NodeVolumeLimits {
    fn name(&self) -> &'static str {
        "NodeVolumeLimits"
    }
    fn as_pre_filter(&self) -> Option<&dyn PreFilter> {
        Some(self)
    }
    fn as_filter(&self) -> Option<&dyn Filter> {
        Some(self)
    }
    fn events(&self) -> &'static [EventHint] {
        EVENTS
    }
}

fn takes_more(_: &Listers, _: &PodInfo, change: &Change) -> QueueingHint {
    let Change::Storage { old: Some(Object::CSINode(old)), new: Some(Object::CSINode(new)) } = change else { return QueueingHint::Queue };
    let count = |node: &CSINode, driver: &str| {
        let found = node.spec.drivers.iter().find(|found| found.name == driver);
        found.and_then(|driver| driver.allocatable.as_ref()).and_then(|allocatable| allocatable.count).unwrap_or(0)
    };
    new.spec.drivers.iter().any(|driver| count(new, &driver.name) > count(old, &driver.name)).into()
}

fn had_volumes(_: &Listers, _: &PodInfo, change: &Change) -> QueueingHint {
    let Change::Pod { old: Some(gone), new: None } = change else { return QueueingHint::Queue };
    let name = |name: &Option<String>| name.clone().unwrap_or_default();
    let placed = !name(&gone.spec.node_name).is_empty() || !name(&gone.status.nominated_node_name).is_empty();
    (placed && claim_names(gone).next().is_some()).into()
}

fn is_a_claim_of_the_pod(_: &Listers, pod: &PodInfo, change: &Change) -> QueueingHint {
    let Change::Storage { new: Some(Object::PersistentVolumeClaim(claim)), .. } = change else { return QueueingHint::Queue };
    (claim.namespace() == pod.namespace() && claim_names(&pod.pod).any(|(name, _)| name == claim.name())).into()
}

fn has_claims(_: &Listers, pod: &PodInfo, _: &Change) -> QueueingHint {
    claim_names(&pod.pod).any(|(_, ephemeral)| !ephemeral).into()
}

impl PreFilter for NodeVolumeLimits {
    fn pre_filter(&self, handle: Handle, state: &mut CycleState, pod: &PodInfo) -> Result<PreFilterResult, Status> {
        if claim_names(&pod.pod).next().is_none() {
            return Err(Status::skip());
        }
        state.write(Known(handle.listers.storage.clone()));
        Ok(None)
    }
}

/// The driver and the volume's own name; of a volume that is still to be made a name that no other has.
fn driver_and_handle(storage: &StorageListers, claim: &PersistentVolumeClaim) -> Option<(String, String)> {
    let name = claim.spec.volume_name.as_deref().unwrap_or_default();
    if let Some(volume) = storage.volumes.shown("", name).filter(|_| !name.is_empty()) {
        let source = volume.spec.csi.as_ref()?;
        return Some((source.driver.clone(), source.volume_handle.clone()));
    }
    let class = storage.classes.get(claim_class(claim))?;
    Some((class.provisioner.clone(), format!("to be made for {}/{}", claim.namespace(), claim.name())))
}

fn add_volumes(storage: &StorageListers, pod: &PodInfo, is_new: bool, volumes: &mut Volumes) -> Result<(), Status> {
    let namespace = pod.namespace();
    for (name, ephemeral) in claim_names(&pod.pod) {
        let Some(claim) = storage.claims.shown(namespace, &name) else {
            if is_new {
                return Err(Status::unresolvable(format!("looking up PVC {namespace}/{name}: {}", claim_not_found(&name))));
            }
            continue;
        };
        if ephemeral && !is_controlled_by(&claim.metadata, &pod.uid) {
            let why = format!("PVC {namespace}/{name} was not created for pod {namespace}/{} (pod is not owner)", pod.name());
            return Err(Status::error(why));
        }
        if let Some((driver, handle)) = driver_and_handle(storage, claim) {
            volumes.insert(format!("{driver}/{handle}"), driver);
        }
    }
    Ok(())
}

impl Filter for NodeVolumeLimits {
    fn filter(&self, state: &CycleState, pod: &PodInfo, node: &NodeInfo) -> Result<(), Status> {
        let Some(Known(storage)) = state.read::<Known>() else { return Ok(()) };
        let mut wanted = Volumes::new();
        add_volumes(storage, pod, true, &mut wanted)?;
        let Some(limits) = storage.nodes.get(&*node.name).filter(|_| !wanted.is_empty()) else { return Ok(()) };
        let mut there = Volumes::new();
        for other in node.pods() {
            add_volumes(storage, other, false, &mut there)?;
        }
        wanted.retain(|volume, _| !there.contains_key(volume));
        for attachment in storage.attachments.values().filter(|attachment| attachment.spec.node_name == *node.name) {
            let volume = attachment.spec.source.persistent_volume_name.as_deref().and_then(|name| storage.volumes.shown("", name));
            if let Some(source) = volume.and_then(|volume| volume.spec.csi.as_ref()) {
                let driver = attachment.spec.attacher.clone();
                there.insert(format!("{driver}/{}", source.volume_handle), driver);
            }
        }
        let count = |volumes: &Volumes, driver: &str| volumes.values().filter(|other| *other == driver).count();
        let exceeded = limits.spec.drivers.iter().any(|driver| {
            let limit = driver.allocatable.as_ref().and_then(|allocatable| allocatable.count);
            let more = count(&wanted, &driver.name);
            more > 0 && limit.is_some_and(|limit| count(&there, &driver.name) + more > usize::try_from(limit).unwrap_or(0))
        });
        if exceeded { Err(Status::unschedulable(TOO_MANY)) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;

    use super::*;
    use crate::scheduler::tests::building::{PodBuilder, Scene, node, pod};

    fn user(name: &str, claims: &[&str]) -> PodBuilder {
        let volumes: Vec<_> = claims.iter().map(|claim| json!({"name": claim, "persistentVolumeClaim": {"claimName": claim}})).collect();
        pod(name).spec("volumes", json!(volumes))
    }

    fn scene(limit: Option<i32>, pods: Vec<PodBuilder>) -> Scene {
        let mut scene = Scene::new(vec![node("n")], pods);
        let storage = &mut scene.listers.storage;
        for claim in ["a", "b", "c"] {
            storage.claims.set(Arc::new(serde_json::from_value(json!({"metadata": {"name": claim, "namespace": "default", "resourceVersion": "1"}, "spec": {"volumeName": claim}})).unwrap()));
            storage.volumes.set(Arc::new(serde_json::from_value(json!({"metadata": {"name": claim, "resourceVersion": "1"}, "spec": {"csi": {"driver": "d", "volumeHandle": claim}}})).unwrap()));
        }
        let driver = json!({"name": "d", "nodeID": "n", "allocatable": {"count": limit}});
        storage.set(&podarium_api::Kind::CSINode.parse(json!({"metadata": {"name": "n"}, "spec": {"drivers": [driver]}})).unwrap());
        scene
    }

    fn verdict(scene: &Scene, pod: PodBuilder) -> Result<(), String> {
        let (pod, mut state) = (pod.info(), CycleState::default());
        if NodeVolumeLimits.pre_filter(scene.handle(), &mut state, &pod).is_err() {
            return Ok(());
        }
        NodeVolumeLimits.filter(&state, &pod, scene.snapshot.nodes().next().unwrap()).map_err(|status| status.message())
    }

    #[test]
    fn volumes_are_counted_once_and_up_to_the_limit() {
        let on = |claims: &[&str]| user("q", claims).on("n");
        let cases = [
            (Some(2), vec![on(&["a"])], user("p", &["b"]), Ok(())),
            (Some(2), vec![on(&["a", "b"])], user("p", &["c"]), Err(TOO_MANY.to_owned())),
            (Some(2), vec![on(&["a", "b"])], user("p", &["b"]), Ok(())),
            (Some(1), vec![], user("p", &["a", "b"]), Err(TOO_MANY.to_owned())),
            (None, vec![on(&["a", "b"])], user("p", &["c"]), Ok(())),
            (Some(0), vec![], pod("p"), Ok(())),
            (Some(2), vec![], user("p", &["x"]), Err("looking up PVC default/x: persistentvolumeclaim \"x\" not found".to_owned())),
        ];
        for (index, (limit, pods, pod, expected)) in cases.into_iter().enumerate() {
            assert_eq!(verdict(&scene(limit, pods), pod), expected, "case {index}");
        }
    }

    #[test]
    fn a_volume_that_is_attached_without_a_pod_counts_too() {
        let mut scene = scene(Some(1), vec![]);
        let attachment = json!({"metadata": {"name": "va"}, "spec": {"attacher": "d", "nodeName": "n", "source": {"persistentVolumeName": "b"}}});
        scene.listers.storage.set(&podarium_api::Kind::VolumeAttachment.parse(attachment).unwrap());
        assert_eq!(verdict(&scene, user("p", &["a"])), Err(TOO_MANY.to_owned()));
    }
}
