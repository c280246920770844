//! VolumeZone: a volume with labels of a zone or a region is used on nodes there.
//!
//! Models: pkg/scheduler/framework/plugins/volumezone/volume_zone.go, v1.36.
//! Simplified: nothing.

use std::collections::BTreeSet;

use podarium_api::{Object, PersistentVolume, Resource as _};

use crate::scheduler::framework::affinity_term::labels;
use crate::scheduler::framework::cluster_event::{ActionType, Change, ClusterEvent, EventResource, QueueingHint};
use crate::scheduler::framework::cycle_state::CycleState;
use crate::scheduler::framework::node_info::NodeInfo;
use crate::scheduler::framework::plugin::{EventHint, Filter, Handle, Plugin, PreFilter, PreFilterResult, always};
use crate::scheduler::framework::pod_info::PodInfo;
use crate::scheduler::framework::status::Status;
use crate::scheduler::listers::Listers;
use crate::scheduler::storage_listers::{StorageListers, claim_names, claim_not_found};
use crate::storage::{claim_class, is_delayed};

#[derive(Debug)]
pub struct VolumeZone;

const CONFLICT: &str = "node(s) had no available volume zone";
/// The labels, the old names first, with their names today.
const LABELS: [(&str, &str); 4] = [
    ("failure-domain.beta.kubernetes.io/zone", "topology.kubernetes.io/zone"),
    ("failure-domain.beta.kubernetes.io/region", "topology.kubernetes.io/region"),
    ("topology.kubernetes.io/zone", "topology.kubernetes.io/zone"),
    ("topology.kubernetes.io/region", "topology.kubernetes.io/region"),
];

/// A label that the node must have, with one of these values.
#[derive(Clone, Debug, PartialEq)]
struct Place {
    label: &'static str,
    today: &'static str,
    values: BTreeSet<String>,
}

/// Where the pod's volumes are.
#[derive(Clone, Debug)]
struct Places(Vec<Place>);

const NODE: ActionType = ActionType::ADD.or(ActionType::UPDATE_NODE_LABEL);
const CHANGED: ActionType = ActionType::ADD.or(ActionType::UPDATE);
/// What may help a pod that was refused.
const EVENTS: &[EventHint] = &[
    EventHint { event: ClusterEvent::new(EventResource::StorageClass, ActionType::ADD), hint: waits_for_its_consumer },
    EventHint { event: ClusterEvent::new(EventResource::Node, NODE), hint: always },
    EventHint { event: ClusterEvent::new(EventResource::PersistentVolumeClaim, CHANGED), hint: is_a_claim_of_the_pod },
    EventHint { event: ClusterEvent::new(EventResource::PersistentVolume, CHANGED), hint: has_moved },
];

impl Plugin for VolumeZone {
    fn name(&self) -> &'static str {
        "VolumeZone"
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

fn waits_for_its_consumer(_: &Listers, _: &PodInfo, change: &Change) -> QueueingHint {
    let Change::Storage { new: Some(Object::StorageClass(class)), .. } = change else { return QueueingHint::Queue };
    is_delayed(Some(class)).into()
}

fn is_a_claim_of_the_pod(_: &Listers, pod: &PodInfo, change: &Change) -> QueueingHint {
    let Change::Storage { new: Some(Object::PersistentVolumeClaim(claim)), .. } = change else { return QueueingHint::Queue };
    let named = claim_names(&pod.pod).any(|(name, ephemeral)| !ephemeral && name == claim.name());
    (claim.namespace() == pod.namespace() && named).into()
}

fn has_moved(_: &Listers, _: &PodInfo, change: &Change) -> QueueingHint {
    match change {
        Change::Storage { old: Some(Object::PersistentVolume(old)), new: Some(Object::PersistentVolume(new)) } => (places(old) != places(new)).into(),
        _ => QueueingHint::Queue,
    }
}

/// `a__b` as a value names two zones.
fn places(volume: &PersistentVolume) -> Vec<Place> {
    let own = labels(volume.meta());
    let place = |(label, today): &(&'static str, &'static str)| {
        let values: BTreeSet<String> = own.get(*label)?.split("__").map(|value| value.trim().to_owned()).collect();
        (!values.contains("")).then_some(Place { label, today, values })
    };
    LABELS.iter().filter_map(place).collect()
}

fn places_of_pod(storage: &StorageListers, pod: &PodInfo) -> Result<Vec<Place>, Status> {
    let mut found = Vec::new();
    for (name, _) in claim_names(&pod.pod).filter(|(_, ephemeral)| !ephemeral) {
        if name.is_empty() {
            return Err(Status::unresolvable("PersistentVolumeClaim had no name"));
        }
        let Some(claim) = storage.claims.shown(pod.namespace(), &name) else {
            return Err(Status::unresolvable(claim_not_found(&name)));
        };
        let volume = claim.spec.volume_name.as_deref().unwrap_or_default();
        if volume.is_empty() {
            let class = claim_class(claim);
            if class.is_empty() {
                return Err(Status::unresolvable("PersistentVolumeClaim had no pv name and storageClass name"));
            }
            let Some(found) = storage.classes.get(class) else {
                return Err(Status::unresolvable(format!("storageclass.storage.k8s.io {class:?} not found")));
            };
            if is_delayed(Some(found)) {
                continue;
            }
            return Err(Status::unresolvable("PersistentVolume had no name"));
        }
        let Some(volume) = storage.volumes.shown("", volume) else {
            return Err(Status::unresolvable(format!("persistentvolume {volume:?} not found")));
        };
        found.extend(places(volume));
    }
    Ok(found)
}

impl PreFilter for VolumeZone {
    fn pre_filter(&self, handle: Handle, state: &mut CycleState, pod: &PodInfo) -> Result<PreFilterResult, Status> {
        let places = places_of_pod(&handle.listers.storage, pod)?;
        if places.is_empty() {
            return Err(Status::skip());
        }
        state.write(Places(places));
        Ok(None)
    }
}

impl Filter for VolumeZone {
    /// A node without any such label is in every zone.
    fn filter(&self, state: &CycleState, _: &PodInfo, node: &NodeInfo) -> Result<(), Status> {
        let own = labels(node.node().meta());
        if LABELS.iter().all(|(label, _)| !own.contains_key(*label)) {
            return Ok(());
        }
        let Some(Places(places)) = state.read::<Places>() else { return Ok(()) };
        let there = |place: &Place| own.get(place.label).or(own.get(place.today)).is_some_and(|value| place.values.contains(value));
        if places.iter().all(there) { Ok(()) } else { Err(Status::unresolvable(CONFLICT)) }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::{Value, json};

    use super::*;
    use crate::scheduler::tests::building::{NodeBuilder, Scene, node, pod};

    fn verdict(labels: Value, claim: Value, node: NodeBuilder) -> Result<(), String> {
        let mut scene = Scene::new(vec![node], vec![]);
        let storage = &mut scene.listers.storage;
        storage.volumes.set(Arc::new(serde_json::from_value(json!({"metadata": {"name": "v", "labels": labels, "resourceVersion": "1"}})).unwrap()));
        storage.claims.set(Arc::new(serde_json::from_value(json!({"metadata": {"name": "c", "namespace": "default", "resourceVersion": "1"}, "spec": claim})).unwrap()));
        for (name, mode) in [("now", "Immediate"), ("later", "WaitForFirstConsumer")] {
            let class = json!({"metadata": {"name": name}, "provisioner": "p", "volumeBindingMode": mode});
            storage.set(&podarium_api::Kind::StorageClass.parse(class).unwrap());
        }
        let pod = pod("p").spec("volumes", json!([{"name": "v", "persistentVolumeClaim": {"claimName": "c"}}])).info();
        let mut state = CycleState::default();
        match VolumeZone.pre_filter(scene.handle(), &mut state, &pod) {
            Err(status) if status == Status::skip() => return Ok(()),
            Err(status) => return Err(status.message()),
            Ok(_) => {}
        }
        VolumeZone.filter(&state, &pod, scene.snapshot.nodes().next().unwrap()).map_err(|status| status.message())
    }

    #[test]
    fn nodes_must_be_where_the_volumes_are() {
        let zone = "topology.kubernetes.io/zone";
        let beta = "failure-domain.beta.kubernetes.io/zone";
        let bound = || json!({"volumeName": "v"});
        let conflict = || Err(CONFLICT.to_owned());
        let cases = [
            (json!({zone: "a"}), bound(), node("n").label(zone, "a"), Ok(())),
            (json!({zone: "a"}), bound(), node("n").label(zone, "b"), conflict()),
            (json!({zone: "a__b"}), bound(), node("n").label(zone, "b"), Ok(())),
            (json!({zone: "a"}), bound(), node("n"), Ok(())),
            (json!({beta: "a"}), bound(), node("n").label(zone, "a"), Ok(())),
            (json!({zone: "a"}), bound(), node("n").label("topology.kubernetes.io/region", "r"), conflict()),
            (json!({}), bound(), node("n").label(zone, "b"), Ok(())),
            (json!({}), json!({"storageClassName": "later"}), node("n"), Ok(())),
            (json!({}), json!({"storageClassName": "now"}), node("n"), Err("PersistentVolume had no name".to_owned())),
            (json!({}), json!({}), node("n"), Err("PersistentVolumeClaim had no pv name and storageClass name".to_owned())),
            (json!({}), json!({"storageClassName": "x"}), node("n"), Err("storageclass.storage.k8s.io \"x\" not found".to_owned())),
            (json!({}), json!({"volumeName": "w"}), node("n"), Err("persistentvolume \"w\" not found".to_owned())),
        ];
        for (index, (labels, claim, node, expected)) in cases.into_iter().enumerate() {
            assert_eq!(verdict(labels, claim, node), expected, "case {index}");
        }
    }
}
