//! The objects of the store as the scene draws them.

use std::collections::BTreeMap;
use std::sync::Arc;

use podarium_api::quantity::Quantity;
use podarium_api::{Deployment, Event, Kind as ApiKind, Node, Pod, ReplicaSet, Resource, Strategy, owner, pod_state, resource};
use podarium_cluster::{Cluster, controllers};
use podarium_sim::Time;

use super::stage::stage;
use crate::model::{
    ClusterView, ConditionView, DeploymentView, EventKind, EventView, Kind, NodeView, ObjectRef, PodView, ReplicaSetView,
    RollingBudget, VersionView,
};

const REVISION: &str = "deployment.kubernetes.io/revision";
const TEMPLATE_HASH: &str = "pod-template-hash";

pub(super) fn view(cluster: &Cluster) -> ClusterView {
    let versions = Versions::of(cluster);
    let mut requested: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    for pod in cluster.list::<Pod>().filter(|pod| !pod_state::is_pod_terminal(pod)) {
        let Some(node) = pod_state::node_name(pod) else { continue };
        let (cpu, memory) = requests(pod);
        let sum = requested.entry(node).or_default();
        *sum = (sum.0 + cpu, sum.1 + memory);
    }
    let mut pods: Vec<PodView> = cluster.list::<Pod>().map(|pod| pod_view(cluster, pod, &versions)).collect();
    pods.sort_by(|a, b| (a.created, &a.name).cmp(&(b.created, &b.name)));
    let mut events: Vec<(u64, EventView)> = cluster.list::<Event>().map(|event| (revision_of(event), event_view(cluster, event))).collect();
    events.sort_by_key(|(revision, event)| (event.time, *revision));
    ClusterView {
        nodes: cluster.list::<Node>().map(|node| node_view(cluster, node, &requested)).collect(),
        pods,
        deployments: cluster.list::<Deployment>().map(|deployment| deployment_view(cluster, deployment, &versions)).collect(),
        versions: versions.list,
        events: events.into_iter().map(|(_, event)| event).collect(),
    }
}

fn revision_of(event: &Arc<Event>) -> u64 {
    event.metadata.resource_version.as_deref().and_then(|text| text.parse().ok()).unwrap_or(0)
}

fn requests(pod: &Pod) -> (u64, u64) {
    let requests = resource::pod_requests(&pod.spec);
    let amount = |name: &str, of: fn(Quantity) -> i64| requests.get(name).map_or(0, |quantity| u64::try_from(of(*quantity)).unwrap_or(0));
    (amount("cpu", Quantity::milli_value), amount("memory", Quantity::value))
}

/// The pod templates of the cluster, oldest first.
struct Versions {
    list: Vec<VersionView>,
    /// By namespace and ReplicaSet name.
    of_replica_set: BTreeMap<(String, String), usize>,
}

impl Versions {
    fn of(cluster: &Cluster) -> Self {
        let mut sets: Vec<&Arc<ReplicaSet>> = cluster.list::<ReplicaSet>().collect();
        sets.sort_by_key(|set| (set.metadata.creation_timestamp.clone().map(|time| time.0), set.metadata.name.clone()));
        let mut versions = Versions { list: Vec::new(), of_replica_set: BTreeMap::new() };
        for set in sets {
            let template = set.spec.template.as_ref().and_then(|template| template.spec.as_ref());
            let image = template.and_then(|spec| spec.containers.first()).and_then(|container| container.image.clone()).unwrap_or_default();
            let hash = set.metadata.labels.as_ref().and_then(|labels| labels.get(TEMPLATE_HASH)).cloned().unwrap_or_default();
            let owner = owner::controller_of(&set.metadata).map_or_else(|| set.name().to_owned(), |owner| owner.name.clone());
            let key = (set.namespace().to_owned(), set.name().to_owned());
            versions.of_replica_set.insert(key, versions.list.len());
            versions.list.push(VersionView { owner, tag: tag_of(&image), image, pod_template_hash: hash });
        }
        versions
    }

    fn of_pod(&self, pod: &Pod) -> Option<usize> {
        let owner = owner::controller_of(&pod.metadata).filter(|owner| owner.kind == "ReplicaSet")?;
        self.of_replica_set.get(&(pod.namespace().to_owned(), owner.name.clone())).copied()
    }
}

/// `1.25` of `nginx:1.25`; the whole name of an image without a tag.
fn tag_of(image: &str) -> String {
    let last = image.rsplit('/').next().unwrap_or(image);
    last.rsplit_once(':').map_or_else(|| image.to_owned(), |(_, tag)| tag.to_owned())
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

fn pod_view(cluster: &Cluster, pod: &Pod, versions: &Versions) -> PodView {
    let status = status_column(cluster, pod);
    let statuses = pod.status.container_statuses.as_deref().unwrap_or_default();
    PodView {
        namespace: pod.namespace().to_owned(),
        name: pod.name().to_owned(),
        uid: pod.uid().to_owned(),
        node: pod_state::node_name(pod).map(str::to_owned),
        stage: stage(pod, &status),
        status,
        ready_containers: count(statuses.iter().filter(|status| status.ready).count()),
        containers: count(pod.spec.containers.len()),
        restarts: statuses.iter().map(|status| u32::try_from(status.restart_count).unwrap_or(0)).sum(),
        created: created(cluster, &pod.metadata),
        progress_percent: None,
        version: versions.of_pod(pod),
        owner: owner::controller_of(&pod.metadata).map(|owner| reference(&owner.kind, pod.namespace(), &owner.name)),
    }
}

/// The column STATUS of `kubectl get pods`.
pub(super) fn status_column(cluster: &Cluster, pod: &Pod) -> String {
    let place = ApiKind::Pod.columns().iter().position(|column| column.name == "Status");
    let row = pod.row(cluster.config().epoch.timestamp(cluster.now()));
    place.and_then(|place| row.get(place)).and_then(|cell| cell.as_str()).unwrap_or_default().to_owned()
}

pub(super) fn created(cluster: &Cluster, meta: &podarium_api::ObjectMeta) -> Time {
    meta.creation_timestamp.as_ref().map_or(Time::ZERO, |time| cluster.config().epoch.time(time.0))
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn replicas(number: Option<i32>) -> u32 {
    u32::try_from(number.unwrap_or(0)).unwrap_or(0)
}

pub(super) fn reference(kind: &str, namespace: &str, name: &str) -> ObjectRef {
    let kind = match kind {
        "Pod" => Kind::Pod,
        "Node" => Kind::Node,
        "ReplicaSet" => Kind::ReplicaSet,
        "Deployment" => Kind::Deployment,
        _ => Kind::Other,
    };
    ObjectRef::new(kind, if kind == Kind::Node { "" } else { namespace }, name)
}

fn deployment_view(cluster: &Cluster, deployment: &Deployment, versions: &Versions) -> DeploymentView {
    let (spec, status) = (&deployment.spec, &deployment.status);
    let annotation = |meta: &podarium_api::ObjectMeta| meta.annotations.as_ref().and_then(|all| all.get(REVISION)).cloned().unwrap_or_default();
    let mut replica_sets: Vec<ReplicaSetView> = cluster
        .list::<ReplicaSet>()
        .filter(|set| owner::controller_of(&set.metadata).is_some_and(|owner| owner.uid == deployment.uid()))
        .map(|set| {
            let version = versions.of_replica_set.get(&(set.namespace().to_owned(), set.name().to_owned())).copied();
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

pub(super) fn event_view(cluster: &Cluster, event: &Event) -> EventView {
    let epoch = cluster.config().epoch;
    let last = event.last_timestamp.as_ref().map(|time| time.0);
    let at = last.or(event.event_time.as_ref().map(|time| time.0));
    let about = &event.involved_object;
    let text = |field: &Option<String>| field.clone().unwrap_or_default();
    let source = event.source.as_ref().and_then(|source| source.component.clone()).filter(|name| !name.is_empty());
    EventView {
        time: at.map_or(Time::ZERO, |at| epoch.time(at)),
        kind: if event.type_.as_deref() == Some("Warning") { EventKind::Warning } else { EventKind::Normal },
        reason: text(&event.reason),
        object: reference(&text(&about.kind), &text(&about.namespace), &text(&about.name)),
        message: text(&event.message),
        source: source.unwrap_or_else(|| text(&event.reporting_component)),
        count: replicas(event.count).max(1),
    }
}
