//! VolumeRestrictions: a disk that only one pod may have is not given to a second one.
//!
//! Models: pkg/scheduler/framework/plugins/volumerestrictions/volume_restrictions.go, v1.36.
//! Simplified: nothing.

use std::collections::BTreeSet;

use k8s_openapi::api::core::v1::Volume;
use podarium_api::{Object, Pod, Resource as _};

use crate::scheduler::framework::cluster_event::{ActionType, Change, ClusterEvent, EventResource, QueueingHint};
use crate::scheduler::framework::cycle_state::CycleState;
use crate::scheduler::framework::node_info::NodeInfo;
use crate::scheduler::framework::plugin::{EventHint, Filter, Handle, Plugin, PreFilter, PreFilterResult, always};
use crate::scheduler::framework::pod_info::PodInfo;
use crate::scheduler::framework::status::Status;
use crate::scheduler::listers::Listers;
use crate::scheduler::storage_listers::claim_not_found;

#[derive(Debug)]
pub struct VolumeRestrictions;

const DISK_CONFLICT: &str = "node(s) had no available disk";
const ONE_POD_CONFLICT: &str =
    "node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod";

/// The claims of the pod that one pod alone may use, and how often other pods use them.
#[derive(Clone, Debug)]
struct Exclusive {
    claims: BTreeSet<String>,
    conflicts: i64,
}

/// What may help a pod that was refused.
const EVENTS: &[EventHint] = &[
    EventHint { event: ClusterEvent::new(EventResource::Pod, ActionType::DELETE), hint: frees_a_volume },
    EventHint { event: ClusterEvent::new(EventResource::Node, ActionType::ADD), hint: always },
    EventHint { event: ClusterEvent::new(EventResource::PersistentVolumeClaim, ActionType::ADD), hint: is_a_claim_of_the_pod },
];

impl Plugin for VolumeRestrictions {
    fn name(&self) -> &'static str {
        "VolumeRestrictions"
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

fn named_claims(pod: &Pod) -> BTreeSet<&str> {
    pod.spec.volumes.iter().flatten().filter_map(|volume| volume.persistent_volume_claim.as_ref()).map(|source| source.claim_name.as_str()).collect()
}

fn frees_a_volume(_: &Listers, pod: &PodInfo, change: &Change) -> QueueingHint {
    let Change::Pod { old: Some(gone), new: None } = change else { return QueueingHint::Queue };
    if gone.namespace() != pod.namespace() {
        return QueueingHint::Skip;
    }
    (conflicts_with(&pod.pod, gone) || !named_claims(&pod.pod).is_disjoint(&named_claims(gone))).into()
}

fn is_a_claim_of_the_pod(_: &Listers, pod: &PodInfo, change: &Change) -> QueueingHint {
    let Change::Storage { new: Some(Object::PersistentVolumeClaim(claim)), .. } = change else { return QueueingHint::Queue };
    (claim.namespace() == pod.namespace() && named_claims(&pod.pod).contains(claim.name())).into()
}

fn is_restricted(volume: &Volume) -> bool {
    volume.gce_persistent_disk.is_some() || volume.aws_elastic_block_store.is_some() || volume.rbd.is_some() || volume.iscsi.is_some()
}

/// Whether two volumes are the same disk, and not both only read.
fn same_disk(a: &Volume, b: &Volume) -> bool {
    let writes = |a: Option<bool>, b: Option<bool>| a != Some(true) || b != Some(true);
    if let (Some(a), Some(b)) = (&a.gce_persistent_disk, &b.gce_persistent_disk)
        && a.pd_name == b.pd_name
        && writes(a.read_only, b.read_only)
    {
        return true;
    }
    if let (Some(a), Some(b)) = (&a.aws_elastic_block_store, &b.aws_elastic_block_store)
        && a.volume_id == b.volume_id
    {
        return true;
    }
    if let (Some(a), Some(b)) = (&a.iscsi, &b.iscsi)
        && a.iqn == b.iqn
        && writes(a.read_only, b.read_only)
    {
        return true;
    }
    if let (Some(a), Some(b)) = (&a.rbd, &b.rbd) {
        let shared = a.monitors.iter().any(|monitor| b.monitors.contains(monitor));
        return shared && a.pool == b.pool && a.image == b.image && writes(a.read_only, b.read_only);
    }
    false
}

fn conflicts_with(pod: &Pod, other: &Pod) -> bool {
    let own = pod.spec.volumes.iter().flatten().filter(|volume| is_restricted(volume));
    own.into_iter().any(|volume| other.spec.volumes.iter().flatten().any(|existing| same_disk(volume, existing)))
}

impl PreFilter for VolumeRestrictions {
    fn pre_filter(&self, handle: Handle, state: &mut CycleState, pod: &PodInfo) -> Result<PreFilterResult, Status> {
        let mut claims = BTreeSet::new();
        for name in named_claims(&pod.pod) {
            let Some(claim) = handle.listers.storage.claims.shown(pod.namespace(), name) else {
                return Err(Status::unresolvable(claim_not_found(name)));
            };
            if claim.spec.access_modes.iter().flatten().any(|mode| mode == "ReadWriteOncePod") {
                claims.insert(name.to_owned());
            }
        }
        let used = |claim: &String| {
            let mut pods = handle.snapshot.nodes().flat_map(|node| node.pods().iter());
            pods.any(|other| other.namespace() == pod.namespace() && named_claims(&other.pod).contains(claim.as_str()))
        };
        let conflicts = claims.iter().filter(|claim| used(claim)).count() as i64;
        if conflicts == 0 && !pod.pod.spec.volumes.iter().flatten().any(is_restricted) {
            return Err(Status::skip());
        }
        state.write(Exclusive { claims, conflicts });
        Ok(None)
    }

    fn add_pod(&self, state: &mut CycleState, _: &PodInfo, added: &PodInfo, _: &NodeInfo) {
        count(state, added, 1);
    }

    fn remove_pod(&self, state: &mut CycleState, _: &PodInfo, removed: &PodInfo, _: &NodeInfo) {
        count(state, removed, -1);
    }
}

fn count(state: &mut CycleState, other: &PodInfo, by: i64) {
    if let Some(exclusive) = state.read_mut::<Exclusive>() {
        let shared = named_claims(&other.pod).into_iter().filter(|claim| exclusive.claims.contains(*claim)).count();
        exclusive.conflicts += by * shared as i64;
    }
}

impl Filter for VolumeRestrictions {
    fn filter(&self, state: &CycleState, pod: &PodInfo, node: &NodeInfo) -> Result<(), Status> {
        if node.pods().iter().any(|other| conflicts_with(&pod.pod, &other.pod)) {
            return Err(Status::unschedulable(DISK_CONFLICT));
        }
        match state.read::<Exclusive>() {
            Some(exclusive) if exclusive.conflicts > 0 => Err(Status::unschedulable(ONE_POD_CONFLICT)),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::scheduler::tests::building::{PodBuilder, Scene, node, pod};

    fn with(name: &str, volume: Value) -> PodBuilder {
        pod(name).spec("volumes", json!([volume]))
    }

    fn verdict(scene: &Scene, pod: PodBuilder) -> Result<(), String> {
        let (pod, mut state) = (pod.info(), CycleState::default());
        match VolumeRestrictions.pre_filter(scene.handle(), &mut state, &pod) {
            Err(status) if status == Status::skip() => return Ok(()),
            Err(status) => return Err(status.message()),
            Ok(_) => {}
        }
        let node = scene.snapshot.nodes().next().expect("a node");
        VolumeRestrictions.filter(&state, &pod, node).map_err(|status| status.message())
    }

    #[test]
    fn a_disk_goes_to_one_pod_unless_both_only_read() {
        let gce = |read_only: bool| json!({"name": "v", "gcePersistentDisk": {"pdName": "foo", "readOnly": read_only}});
        let aws = |id: &str| json!({"name": "v", "awsElasticBlockStore": {"volumeID": id}});
        let iscsi = |read_only: bool| json!({"name": "v", "iscsi": {"targetPortal": "127.0.0.1:3260", "iqn": "iqn.2016-12.server:storage.target01", "lun": 0, "readOnly": read_only}});
        let rbd = |image: &str| json!({"name": "v", "rbd": {"monitors": ["a", "b"], "pool": "foo", "image": image}});
        let conflict = || Err(DISK_CONFLICT.to_owned());
        let cases = [
            (gce(false), gce(false), conflict()), (gce(true), gce(false), conflict()), (gce(true), gce(true), Ok(())),
            (aws("foo"), aws("foo"), conflict()), (aws("foo"), aws("bar"), Ok(())), (iscsi(false), iscsi(true), conflict()),
            (iscsi(true), iscsi(true), Ok(())), (rbd("bar"), rbd("bar"), conflict()), (rbd("bar"), rbd("baz"), Ok(())),
            (gce(false), aws("foo"), Ok(())),
        ];
        for (own, existing, expected) in cases {
            let scene = Scene::new(vec![node("n")], vec![with("existing", existing.clone()).on("n")]);
            assert_eq!(verdict(&scene, with("p", own.clone())), expected, "{own} beside {existing}");
        }
    }

    #[test]
    fn a_claim_for_one_pod_is_used_by_one_pod() {
        let volume = |claim: &str| json!({"name": "v", "persistentVolumeClaim": {"claimName": claim}});
        let mut scene = Scene::new(vec![node("n")], vec![with("existing", volume("alone")).on("n")]);
        for (name, mode) in [("alone", "ReadWriteOncePod"), ("many", "ReadWriteMany")] {
            let claim = json!({"metadata": {"name": name, "namespace": "default", "resourceVersion": "1"}, "spec": {"accessModes": [mode]}});
            scene.listers.storage.claims.set(serde_json::from_value::<podarium_api::PersistentVolumeClaim>(claim).unwrap().into());
        }
        assert_eq!(verdict(&scene, with("p", volume("alone"))), Err(ONE_POD_CONFLICT.to_owned()));
        assert_eq!(verdict(&scene, with("p", volume("many"))), Ok(()));
        assert_eq!(verdict(&scene, with("p", volume("missing"))), Err("persistentvolumeclaim \"missing\" not found".to_owned()));
    }

    #[test]
    fn a_pod_that_frees_the_claim_brings_the_waiting_one_back() {
        let volume = json!({"name": "v", "persistentVolumeClaim": {"claimName": "c"}});
        let waiting = with("p", volume.clone()).info();
        let hint = |gone: PodBuilder| frees_a_volume(&Listers::default(), &waiting, &Change::Pod { old: Some(gone.info().pod.clone()), new: None });
        assert_eq!(hint(with("q", volume.clone())), QueueingHint::Queue);
        assert_eq!(hint(with("q", volume).namespace("other")), QueueingHint::Skip);
        assert_eq!(hint(pod("q")), QueueingHint::Skip);
    }
}
