//! The objects of the store as the scene draws them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use podarium_api::quantity::Quantity;
use podarium_api::{Deployment, Event, Kind as ApiKind, Node, ObjectMeta, Pod, ReplicaSet, Resource, Strategy, owner, pod_state, resource};
use podarium_cluster::{Cluster, controllers};
use podarium_sim::Time;

use super::stage::stage;
use super::versions::Versions;
use super::workloads::workloads;
use crate::model::{
    ClusterView, ConditionView, DeploymentView, EventKind, EventView, NodeView, ObjectRef, PodView, ReplicaSetView,
    RollingBudget, Stage,
};

const REVISION: &str = "deployment.kubernetes.io/revision";

pub(super) fn view(cluster: &Cluster) -> ClusterView {
    let versions = Versions::of(cluster);
    let mut requested: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    for pod in cluster.list::<Pod>().filter(|pod| !pod_state::is_pod_terminal(pod)) {
        let Some(node) = pod_state::node_name(pod) else { continue };
        let (cpu, memory) = requests(pod);
        let sum = requested.entry(node).or_default();
        *sum = (sum.0 + cpu, sum.1 + memory);
    }
    let pulls = pulls(cluster);
    let mut pods: Vec<PodView> = cluster.list::<Pod>().map(|pod| pod_view(cluster, pod, &versions, &pulls)).collect();
    pods.sort_by(|a, b| (a.created, &a.name).cmp(&(b.created, &b.name)));
    let events = events_of(cluster, |_| true);
    ClusterView {
        nodes: cluster.list::<Node>().map(|node| node_view(cluster, node, &requested)).collect(),
        pods,
        deployments: cluster.list::<Deployment>().map(|deployment| deployment_view(cluster, deployment, &versions)).collect(),
        workloads: workloads(cluster, &versions),
        versions: versions.list,
        events,
    }
}

/// Events in the order in which they were written last.
pub(super) fn events_of(cluster: &Cluster, wanted: impl Fn(&Event) -> bool) -> Vec<EventView> {
    let mut events: Vec<(u64, &Arc<Event>)> = cluster.list::<Event>().filter(|event| wanted(event)).map(|event| (revision_of(&event.metadata), event)).collect();
    events.sort_by_key(|(revision, _)| *revision);
    events.into_iter().map(|(revision, event)| event_view(cluster, event, revision)).collect()
}

fn revision_of(meta: &ObjectMeta) -> u64 {
    meta.resource_version.as_deref().and_then(|text| text.parse().ok()).unwrap_or(0)
}

/// When the write of this revision was made: the timestamps in objects are cut to the second.
fn written_at(cluster: &Cluster, revision: u64) -> Option<Time> {
    cluster.writes().of_version(revision).map(|write| write.at)
}

/// Pods whose node is pulling an image for them, by uid: the API tells this by events alone.
fn pulls(cluster: &Cluster) -> BTreeSet<String> {
    let mut last: BTreeMap<&str, (u64, bool)> = BTreeMap::new();
    for event in cluster.list::<Event>() {
        let (Some(reason), Some(uid)) = (event.reason.as_deref(), event.involved_object.uid.as_deref()) else { continue };
        if matches!(reason, "Pulling" | "Pulled" | "Failed" | "Created") {
            let said = (revision_of(&event.metadata), reason == "Pulling");
            last.entry(uid).and_modify(|known| *known = said.max(*known)).or_insert(said);
        }
    }
    last.into_iter().filter(|(_, (_, pulling))| *pulling).map(|(uid, _)| uid.to_owned()).collect()
}

fn requests(pod: &Pod) -> (u64, u64) {
    let requests = resource::pod_requests(&pod.spec);
    let amount = |name: &str, of: fn(Quantity) -> i64| requests.get(name).map_or(0, |quantity| u64::try_from(of(*quantity)).unwrap_or(0));
    (amount("cpu", Quantity::milli_value), amount("memory", Quantity::value))
}

fn node_view(cluster: &Cluster, node: &Node, requested: &BTreeMap<&str, (u64, u64)>) -> NodeView {
    let allocatable = resource::resource_list(node.status.allocatable.as_ref());
    let amount = |name: &str, of: fn(Quantity) -> i64| allocatable.get(name).map_or(0, |quantity| u64::try_from(of(*quantity)).unwrap_or(0));
    let (cpu, memory) = requested.get(node.name()).copied().unwrap_or_default();
    let ready = node.status.conditions.iter().flatten().any(|condition| condition.type_ == "Ready" && condition.status == "True");
    let labels = node.metadata.labels.as_ref();
    NodeView {
        name: node.name().to_owned(),
        zone: labels.and_then(|labels| labels.get("topology.kubernetes.io/zone")).cloned(),
        ready,
        unschedulable: node.spec.unschedulable == Some(true),
        stopped: cluster.kubelet_id(node.name()).is_some() && !cluster.node_is_on(node.name()),
        cpu_requested_millis: cpu,
        cpu_allocatable_millis: amount("cpu", Quantity::milli_value),
        memory_requested_bytes: memory,
        memory_allocatable_bytes: amount("memory", Quantity::value),
        taints: node
            .spec
            .taints
            .iter()
            .flatten()
            .map(|taint| match taint.value.as_deref().filter(|value| !value.is_empty()) {
                Some(value) => format!("{}={value}:{}", taint.key, taint.effect),
                None => format!("{}:{}", taint.key, taint.effect),
            })
            .collect(),
    }
}

fn pod_view(cluster: &Cluster, pod: &Pod, versions: &Versions, pulls: &BTreeSet<String>) -> PodView {
    let status = status_column(cluster, pod);
    let statuses = pod.status.container_statuses.as_deref().unwrap_or_default();
    let stage = match stage(pod, &status) {
        Stage::Starting if pulls.contains(pod.uid()) => Stage::Pulling,
        stage => stage,
    };
    PodView {
        namespace: pod.namespace().to_owned(),
        name: pod.name().to_owned(),
        uid: pod.uid().to_owned(),
        node: pod_state::node_name(pod).map(str::to_owned),
        stage,
        status,
        ip: pod.status.pod_ip.clone(),
        ready_containers: count(statuses.iter().filter(|status| status.ready).count()),
        containers: count(pod.spec.containers.len()),
        restarts: statuses.iter().map(|status| u32::try_from(status.restart_count).unwrap_or(0)).sum(),
        created: created(cluster, &pod.metadata),
        progress_percent: grace_used(cluster, &pod.metadata),
        version: versions.of_pod(pod),
        owner: owner::controller_of(&pod.metadata).and_then(|owner| reference(&owner.kind, pod.namespace(), &owner.name)),
    }
}

/// How much of its grace period a terminating object has used.
fn grace_used(cluster: &Cluster, meta: &ObjectMeta) -> Option<u8> {
    let until = cluster.config().epoch.time(meta.deletion_timestamp.as_ref()?.0);
    let grace = Duration::from_secs(u64::try_from(meta.deletion_grace_period_seconds?).ok().filter(|grace| *grace > 0)?);
    let left = if until > cluster.now() { until - cluster.now() } else { Duration::ZERO };
    let used = 1.0 - left.as_secs_f64() / grace.as_secs_f64();
    Some((used.clamp(0.0, 1.0) * 100.0) as u8)
}

/// The column STATUS of `kubectl get pods`.
pub(super) fn status_column(cluster: &Cluster, pod: &Pod) -> String {
    let place = ApiKind::Pod.columns().iter().position(|column| column.name == "Status");
    let row = pod.row(cluster.config().epoch.timestamp(cluster.now()));
    place.and_then(|place| row.get(place)).and_then(|cell| cell.as_str()).unwrap_or_default().to_owned()
}

pub(super) fn created(cluster: &Cluster, meta: &ObjectMeta) -> Time {
    meta.creation_timestamp.as_ref().map_or(Time::ZERO, |time| cluster.config().epoch.time(time.0))
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn replicas(number: Option<i32>) -> u32 {
    u32::try_from(number.unwrap_or(0)).unwrap_or(0)
}

/// What an owner reference or an event names, if it is of a kind that is known.
pub(super) fn reference(kind: &str, namespace: &str, name: &str) -> Option<ObjectRef> {
    let kind = ApiKind::ALL.iter().copied().find(|known| known.info().kind == kind)?;
    Some(ObjectRef::new(kind, if kind.info().namespaced { namespace } else { "" }, name))
}

fn deployment_view(cluster: &Cluster, deployment: &Deployment, versions: &Versions) -> DeploymentView {
    let (spec, status) = (&deployment.spec, &deployment.status);
    let annotation = |meta: &ObjectMeta| meta.annotations.as_ref().and_then(|all| all.get(REVISION)).cloned().unwrap_or_default();
    let mut replica_sets: Vec<ReplicaSetView> = cluster
        .list::<ReplicaSet>()
        .filter(|set| owner::controller_of(&set.metadata).is_some_and(|owner| owner.uid == deployment.uid()))
        .map(|set| {
            let version = versions.of_replica_set(set);
            ReplicaSetView {
                namespace: set.namespace().to_owned(),
                name: set.name().to_owned(),
                revision: annotation(&set.metadata),
                image: version.map(|version| versions.list[version].image.clone()).unwrap_or_default(),
                desired: replicas(set.spec.replicas),
                current: replicas(Some(set.status.replicas)),
                ready: replicas(set.status.ready_replicas),
                version,
            }
        })
        .collect();
    replica_sets.sort_by_key(|set| std::cmp::Reverse(set.revision.parse::<u64>().unwrap_or(0)));
    DeploymentView {
        namespace: deployment.namespace().to_owned(),
        name: deployment.name().to_owned(),
        desired: replicas(spec.replicas),
        current: replicas(status.replicas),
        updated: replicas(status.updated_replicas),
        ready: replicas(status.ready_replicas),
        available: replicas(status.available_replicas),
        rolling: rolling(deployment),
        paused: spec.paused == Some(true),
        revision: annotation(&deployment.metadata),
        replica_sets,
        conditions: status
            .conditions
            .iter()
            .flatten()
            .map(|condition| ConditionView {
                kind: condition.type_.clone(),
                status: condition.status.clone(),
                reason: condition.reason.clone().unwrap_or_default(),
                message: condition.message.clone().unwrap_or_default(),
            })
            .collect(),
    }
}

fn rolling(deployment: &Deployment) -> Option<RollingBudget> {
    let strategy = deployment.spec.strategy.as_ref()?;
    if strategy.type_.as_deref() == Some("Recreate") {
        return None;
    }
    let text = |value: Option<&k8s_openapi::apimachinery::pkg::util::intstr::IntOrString>| match value {
        Some(k8s_openapi::apimachinery::pkg::util::intstr::IntOrString::Int(number)) => number.to_string(),
        Some(k8s_openapi::apimachinery::pkg::util::intstr::IntOrString::String(text)) => text.clone(),
        None => "25%".to_owned(),
    };
    let rolling = strategy.rolling_update.as_ref();
    let (surge, unavailable) = (controllers::max_surge(deployment), controllers::max_unavailable(deployment));
    Some(RollingBudget {
        max_surge: replicas(Some(surge)),
        max_unavailable: replicas(Some(unavailable)),
        max_surge_text: text(rolling.and_then(|rolling| rolling.max_surge.as_ref())),
        max_unavailable_text: text(rolling.and_then(|rolling| rolling.max_unavailable.as_ref())),
    })
}

fn event_view(cluster: &Cluster, event: &Event, revision: u64) -> EventView {
    let epoch = cluster.config().epoch;
    let last = event.last_timestamp.as_ref().map(|time| time.0);
    let at = last.or(event.event_time.as_ref().map(|time| time.0));
    let about = &event.involved_object;
    let text = |field: &Option<String>| field.clone().unwrap_or_default();
    let source = event.source.as_ref().and_then(|source| source.component.clone()).filter(|name| !name.is_empty());
    EventView {
        time: written_at(cluster, revision).unwrap_or_else(|| at.map_or(Time::ZERO, |at| epoch.time(at))),
        kind: if event.type_.as_deref() == Some("Warning") { EventKind::Warning } else { EventKind::Normal },
        reason: text(&event.reason),
        about: format!("{} {}", text(&about.kind), text(&about.name)),
        object: reference(&text(&about.kind), &text(&about.namespace), &text(&about.name)),
        message: text(&event.message),
        source: source.unwrap_or_else(|| text(&event.reporting_component)),
        count: replicas(event.count).max(1),
    }
}
