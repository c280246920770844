//! The cluster as a picture needs it: one flat, ordered list for each kind.

use std::fmt;

pub use podarium_api::Kind;
use podarium_sim::Time;

use super::Stage;

#[derive(Clone, Debug, Default)]
pub struct ClusterView {
    /// By name.
    pub nodes: Vec<NodeView>,
    /// By creation time, then name, so that a new pod comes last.
    pub pods: Vec<PodView>,
    pub deployments: Vec<DeploymentView>,
    /// Whatever else makes pods and is not itself made by something, by kind and name.
    pub workloads: Vec<WorkloadView>,
    /// Every pod template in the cluster, oldest first; `PodView::version` is an index into it.
    pub versions: Vec<VersionView>,
    /// Oldest first.
    pub events: Vec<EventView>,
}

impl ClusterView {
    pub fn node(&self, name: &str) -> Option<&NodeView> {
        self.nodes.iter().find(|node| node.name == name)
    }

    pub fn pod(&self, object: &ObjectRef) -> Option<&PodView> {
        self.pods.iter().find(|pod| pod.name == object.name && pod.namespace == object.namespace)
    }

    pub fn deployment(&self, object: &ObjectRef) -> Option<&DeploymentView> {
        self.deployments.iter().find(|each| each.name == object.name && each.namespace == object.namespace)
    }
}

/// A node: ready or not, open for pods or cordoned, and how much of it is spoken for.
#[derive(Clone, Debug, Default)]
pub struct NodeView {
    pub name: String,
    pub zone: Option<String>,
    pub ready: bool,
    pub unschedulable: bool,
    /// The machine is switched off. The API server learns of it only when the lease expires.
    pub stopped: bool,
    pub cpu_requested_millis: u64,
    pub cpu_allocatable_millis: u64,
    pub memory_requested_bytes: u64,
    pub memory_allocatable_bytes: u64,
    pub taints: Vec<String>,
}

impl NodeView {
    pub fn object(&self) -> ObjectRef {
        ObjectRef::new(Kind::Node, "", &self.name)
    }
}

#[derive(Clone, Debug, Default)]
pub struct PodView {
    pub namespace: String,
    pub name: String,
    /// Tells a pod from a later one of the same name.
    pub uid: String,
    pub node: Option<String>,
    pub stage: Stage,
    /// The STATUS column of `kubectl get pods`.
    pub status: String,
    pub ip: Option<String>,
    pub ready_containers: u32,
    pub containers: u32,
    pub restarts: u32,
    pub created: Time,
    /// How much of the present stage is over, in per cent, where that is known (a pull, a grace period).
    pub progress_percent: Option<u8>,
    /// Index into `ClusterView::versions`; `None` for a pod that no template made.
    pub version: Option<usize>,
    /// The controller that owns it, if it is of a kind that can be looked at.
    pub owner: Option<ObjectRef>,
}

impl PodView {
    pub fn object(&self) -> ObjectRef {
        ObjectRef::new(Kind::Pod, &self.namespace, &self.name)
    }
}

/// One pod template: what the pod-template-hash stands for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VersionView {
    /// The Deployment (or other controller) that it belongs to.
    pub owner: String,
    /// The tag of the first image, `1.25` of `nginx:1.25`, or the whole image when it has none.
    pub tag: String,
    pub image: String,
    pub pod_template_hash: String,
}

#[derive(Clone, Debug, Default)]
pub struct DeploymentView {
    pub namespace: String,
    pub name: String,
    pub desired: u32,
    /// Pods of any version.
    pub current: u32,
    /// Pods of the newest version.
    pub updated: u32,
    pub ready: u32,
    pub available: u32,
    /// `None`: the strategy is Recreate.
    pub rolling: Option<RollingBudget>,
    pub paused: bool,
    pub revision: String,
    /// Newest revision first.
    pub replica_sets: Vec<ReplicaSetView>,
    pub conditions: Vec<ConditionView>,
}

impl DeploymentView {
    pub fn object(&self) -> ObjectRef {
        ObjectRef::new(Kind::Deployment, &self.namespace, &self.name)
    }
}

/// A StatefulSet, a DaemonSet, a Job, …
#[derive(Clone, Debug)]
pub struct WorkloadView {
    pub object: ObjectRef,
    /// The columns of `kubectl get` between name and age: `("Ready", "2/3")`.
    pub columns: Vec<(String, String)>,
    /// How many of its pods are of which version, the newest version last.
    pub versions: Vec<(usize, u32)>,
    /// Pods that it wants and that are ready, where the kind says so.
    pub desired: Option<u32>,
    pub ready: u32,
}

/// What a rolling update may do at any moment, with percentages worked out.
#[derive(Clone, Debug, Default)]
pub struct RollingBudget {
    pub max_surge: u32,
    pub max_unavailable: u32,
    /// As written in the manifest, `25%`.
    pub max_surge_text: String,
    pub max_unavailable_text: String,
}

#[derive(Clone, Debug, Default)]
pub struct ReplicaSetView {
    pub namespace: String,
    pub name: String,
    pub revision: String,
    pub image: String,
    pub desired: u32,
    pub current: u32,
    pub ready: u32,
    pub version: Option<usize>,
}

impl ReplicaSetView {
    pub fn object(&self) -> ObjectRef {
        ObjectRef::new(Kind::ReplicaSet, &self.namespace, &self.name)
    }
}

#[derive(Clone, Debug, Default)]
pub struct ConditionView {
    pub kind: String,
    pub status: String,
    pub reason: String,
    pub message: String,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EventKind {
    #[default]
    Normal,
    Warning,
}

/// An event object: who said what about whom.
#[derive(Clone, Debug, Default)]
pub struct EventView {
    pub time: Time,
    pub kind: EventKind,
    pub reason: String,
    /// `Pod web-1`.
    pub about: String,
    /// The same, if it is of a kind that can be looked at.
    pub object: Option<ObjectRef>,
    pub message: String,
    /// The component that reported it, `kubelet`.
    pub source: String,
    pub count: u32,
}

/// Names one object. A node's namespace is empty.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectRef {
    pub kind: Kind,
    pub namespace: String,
    pub name: String,
}

impl Default for ObjectRef {
    fn default() -> Self {
        ObjectRef::new(Kind::Pod, "", "")
    }
}

impl ObjectRef {
    pub fn new(kind: Kind, namespace: &str, name: &str) -> Self {
        ObjectRef { kind, namespace: namespace.into(), name: name.into() }
    }
}

impl fmt::Display for ObjectRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind.info().kind, self.name)
    }
}
