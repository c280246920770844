//! What makes pods besides Deployments: StatefulSets, DaemonSets, and ReplicaSets that nobody owns.

use std::collections::BTreeMap;

use podarium_api::{Kind, Object, Pod, Resource as _, owner, pod_state};
use podarium_cluster::Cluster;

use super::versions::Versions;
use crate::model::{ObjectRef, WorkloadView};

/// Kinds that make pods, in the order in which they are shown.
const KINDS: &[Kind] = &[Kind::StatefulSet, Kind::DaemonSet, Kind::ReplicationController, Kind::ReplicaSet];

pub(super) fn workloads(cluster: &Cluster, versions: &Versions) -> Vec<WorkloadView> {
    let mut pods: BTreeMap<&str, Vec<&Pod>> = BTreeMap::new();
    for pod in cluster.list::<Pod>() {
        if let Some(owner) = owner::controller_of(&pod.metadata) {
            pods.entry(&owner.uid).or_default().push(pod);
        }
    }
    let unowned = KINDS.iter().flat_map(|kind| cluster.store().list(*kind, None)).filter(|object| owner::controller_of(object.meta()).is_none());
    unowned.map(|object| workload(cluster, object, pods.get(object.meta().uid.as_deref().unwrap_or_default()), versions)).collect()
}

fn workload(cluster: &Cluster, object: &Object, pods: Option<&Vec<&Pod>>, versions: &Versions) -> WorkloadView {
    let mut by_version: BTreeMap<usize, u32> = BTreeMap::new();
    for version in pods.into_iter().flatten().filter_map(|pod| versions.of_pod(pod)) {
        *by_version.entry(version).or_default() += 1;
    }
    let ready = pods.into_iter().flatten().filter(|pod| pod_state::pod_is_ready(pod)).count();
    WorkloadView {
        object: ObjectRef::new(object.kind(), object.meta().namespace.as_deref().unwrap_or_default(), object.meta().name.as_deref().unwrap_or_default()),
        columns: columns(cluster, object),
        versions: by_version.into_iter().collect(),
        desired: desired(object),
        ready: u32::try_from(ready).unwrap_or(u32::MAX),
    }
}

/// What `kubectl get` prints between name and age.
pub(super) fn columns(cluster: &Cluster, object: &Object) -> Vec<(String, String)> {
    let row = object.row(cluster.config().epoch.timestamp(cluster.now()));
    let shown = object.kind().columns().into_iter().zip(row).filter(|(column, _)| column.priority == 0 && column.format != "name" && column.name != "Age");
    shown
        .map(|(column, cell)| {
            let text = cell.as_str().map_or_else(|| cell.to_string(), str::to_owned);
            (column.name.to_owned(), text)
        })
        .collect()
}

fn desired(object: &Object) -> Option<u32> {
    let replicas = match object {
        Object::StatefulSet(set) => set.spec.replicas,
        Object::DaemonSet(set) => Some(set.status.desired_number_scheduled),
        Object::ReplicationController(controller) => controller.spec.replicas,
        Object::ReplicaSet(set) => set.spec.replicas,
        _ => None,
    };
    replicas.and_then(|replicas| u32::try_from(replicas).ok())
}
