//! Whether a pod may be moved so that its node can go: pods that nobody would make again, that keep files on the node, that
//! belong to the system, or of which a disruption budget lets none go, hold their node.
//!
//! Models: cluster-autoscaler/simulator/drainability/rules, cluster-autoscaler/utils/drain/drain.go, v1.36.
//! Simplified: whether a controller that a pod names is still there is not looked up.

use std::collections::BTreeSet;

use podarium_api::pod_state::is_pod_terminal;
use podarium_api::selector::LabelSelector;
use podarium_api::{Pod, PodDisruptionBudget, Resource as _, owner};
use podarium_sim::Time;

use crate::client::Caches;

const SAFE: &str = "cluster-autoscaler.kubernetes.io/safe-to-evict";
const SAFE_VOLUMES: &str = "cluster-autoscaler.kubernetes.io/safe-to-evict-local-volumes";
const MIRROR: &str = "kubernetes.io/config.mirror";
/// After this time pods of the system are moved all the same.
const SYSTEM_POD_SECONDS: i64 = 3600;

/// What a node's going means for one of its pods.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Drain {
    /// It goes with the node, and nobody misses it.
    Nothing,
    /// It is evicted and has to find another place.
    Move,
    Blocked(&'static str),
}

fn annotation<'a>(pod: &'a Pod, name: &str) -> Option<&'a str> {
    pod.metadata.annotations.as_ref()?.get(name).map(String::as_str)
}

fn keeps_files(pod: &Pod) -> bool {
    let harmless: BTreeSet<&str> = annotation(pod, SAFE_VOLUMES).unwrap_or_default().split(',').collect();
    let is_local = |volume: &&k8s_openapi::api::core::v1::Volume| {
        volume.host_path.is_some() || volume.empty_dir.as_ref().is_some_and(|directory| directory.medium.as_deref() != Some("Memory"))
    };
    pod.spec.volumes.iter().flatten().filter(is_local).any(|volume| !harmless.contains(volume.name.as_str()))
}

/// The budgets that speak of a pod.
fn budgets<'a>(pod: &'a Pod, caches: &'a Caches) -> impl Iterator<Item = &'a PodDisruptionBudget> {
    let selects = |budget: &&PodDisruptionBudget| {
        let selector = budget.spec.selector.as_ref();
        selector.is_some() && LabelSelector::from_raw(selector).is_ok_and(|selector| selector.matches(pod.metadata.labels.as_ref()))
    };
    caches.list_in::<PodDisruptionBudget>(pod.namespace()).map(AsRef::as_ref).filter(selects)
}

/// The rules in their order. `unix_seconds` is now.
pub(super) fn drain(pod: &Pod, caches: &Caches, unix_seconds: i64) -> Drain {
    if annotation(pod, MIRROR).is_some() || pod.metadata.deletion_timestamp.is_some() {
        return Drain::Nothing;
    }
    let controller = owner::controller_of(&pod.metadata);
    if controller.is_some_and(|owner| owner.kind == "DaemonSet") {
        return Drain::Nothing;
    }
    if annotation(pod, SAFE) == Some("true") {
        return Drain::Move;
    }
    if is_pod_terminal(pod) {
        return Drain::Nothing;
    }
    if !controller.is_some_and(|owner| ["ReplicationController", "Job", "ReplicaSet", "StatefulSet"].contains(&owner.kind.as_str())) {
        return Drain::Blocked("NotReplicated");
    }
    let created = pod.metadata.creation_timestamp.as_ref().map_or(0, |time| time.0.as_second());
    if pod.namespace() == "kube-system" && budgets(pod, caches).next().is_none() {
        return if unix_seconds > created + SYSTEM_POD_SECONDS { Drain::Move } else { Drain::Blocked("UnmovableKubeSystemPod") };
    }
    if annotation(pod, SAFE) == Some("false") {
        return Drain::Blocked("NotSafeToEvictAnnotation");
    }
    if keeps_files(pod) {
        return Drain::Blocked("LocalStorageRequested");
    }
    match budgets(pod, caches).any(|budget| budget.status.disruptions_allowed.unwrap_or(0) < 1) {
        true => Drain::Blocked("NotEnoughPdb"),
        false => Drain::Move,
    }
}

/// Seconds since 1970.
pub(super) fn unix_seconds(epoch: podarium_api::time::Epoch, now: Time) -> i64 {
    epoch.timestamp(now).as_second()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn verdict(metadata: Value, spec: Value) -> Drain {
        let pod: Pod = serde_json::from_value(json!({"metadata": metadata, "spec": spec})).expect("a pod");
        drain(&pod, &Caches::default(), 10_000)
    }

    #[test]
    fn what_holds_a_node() {
        let owner = |kind: &str| json!([{"apiVersion": "apps/v1", "kind": kind, "name": "o", "uid": "u", "controller": true}]);
        let plain = json!({"containers": [{"name": "a"}]});
        let files = json!({"containers": [{"name": "a"}], "volumes": [{"name": "tmp", "emptyDir": {}}]});
        let memory = json!({"containers": [{"name": "a"}], "volumes": [{"name": "tmp", "emptyDir": {"medium": "Memory"}}]});
        let with = |kind: &str, annotations: Value| json!({"name": "p", "namespace": "default", "ownerReferences": owner(kind), "annotations": annotations});
        let system = |created: &str| json!({"name": "p", "namespace": "kube-system", "ownerReferences": owner("ReplicaSet"), "creationTimestamp": created});
        for (metadata, spec, wanted) in [
            (json!({"name": "p", "namespace": "default"}), &plain, Drain::Blocked("NotReplicated")),
            (json!({"name": "p", "namespace": "default", "annotations": {SAFE: "true"}}), &plain, Drain::Move),
            (with("ReplicaSet", json!({})), &plain, Drain::Move),
            (with("DaemonSet", json!({})), &files, Drain::Nothing),
            (with("MyKind", json!({})), &plain, Drain::Blocked("NotReplicated")),
            (with("ReplicaSet", json!({})), &files, Drain::Blocked("LocalStorageRequested")),
            (with("ReplicaSet", json!({})), &memory, Drain::Move),
            (with("ReplicaSet", json!({SAFE_VOLUMES: "tmp"})), &files, Drain::Move),
            (with("ReplicaSet", json!({SAFE: "true"})), &files, Drain::Move),
            (with("ReplicaSet", json!({SAFE: "false"})), &plain, Drain::Blocked("NotSafeToEvictAnnotation")),
            (json!({"name": "p", "namespace": "kube-system", "annotations": {MIRROR: "x"}}), &plain, Drain::Nothing),
            (system("1970-01-01T02:00:00Z"), &plain, Drain::Blocked("UnmovableKubeSystemPod")),
            (system("1970-01-01T00:10:00Z"), &plain, Drain::Move),
        ] {
            assert_eq!(verdict(metadata.clone(), spec.clone()), wanted, "{metadata} {spec}");
        }
    }
}
