//! Conditions: what an objective says about the cluster at one moment.

use schemars::JsonSchema;
use serde::Deserialize;

use super::event::{OneOrMany, default_namespace};
use super::values::{ImageName, Name, ObjectRef, Period, Selector};

/// Something that holds in the cluster, or does not.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Condition {
    Pods(PodsCondition),
    Deployment(DeploymentCondition),
    Service(ServiceCondition),
    Traffic(TrafficCondition),
    Node(NodeCondition),
    Nodes(NodesCondition),
    Event(EventCondition),
    Exists(ExistsCondition),
    Gone(GoneCondition),
    All(AllOf),
    Any(AnyOf),
    Not(Not),
}

/// A number to compare with: `3` is exactly 3.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Comparison {
    Exactly(u32),
    Bounds(Bounds),
}

/// Bounds of a number; each includes the number itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Bounds {
    pub at_least: Option<u32>,
    pub at_most: Option<u32>,
}

/// The pods with these labels. Only active pods count: neither terminating nor finished, as a ReplicaSet counts them.
/// Without `count`, `ready` or `restarts`, at least one must be there.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct PodsCondition {
    /// Their labels, or `all`.
    pub pods: Selector,
    #[serde(default = "default_namespace")]
    pub namespace: Name,
    /// Only pods with a container of this image.
    pub image: Option<ImageName>,
    /// Only pods in this phase.
    pub phase: Option<Phase>,
    /// Only pods on this node.
    pub on_node: Option<Name>,
    /// Only pods with this reason in `kubectl get pods`, such as `ImagePullBackOff`.
    pub reason: Option<String>,
    /// How many there are.
    pub count: Option<Comparison>,
    /// How many of them are ready.
    pub ready: Option<Comparison>,
    /// How often their containers were restarted, all together.
    pub restarts: Option<Comparison>,
}

/// The phase of a pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum Phase {
    Pending,
    Running,
    Succeeded,
    Failed,
    Unknown,
}

/// A Deployment, as its status says. It must be there, and everything that is named must be so.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct DeploymentCondition {
    pub deployment: Name,
    #[serde(default = "default_namespace")]
    pub namespace: Name,
    /// The number of replicas that is asked for.
    pub replicas: Option<Comparison>,
    pub ready: Option<Comparison>,
    /// The replicas of the newest template.
    pub updated: Option<Comparison>,
    pub available: Option<Comparison>,
    /// The revision that `kubectl rollout history` shows last.
    pub revision: Option<Comparison>,
    /// Whether `kubectl rollout status` would say that the rollout is complete.
    pub rolled_out: Option<bool>,
    /// An image in the pod template.
    pub image: Option<ImageName>,
}

/// A Service.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ServiceCondition {
    pub service: Name,
    #[serde(default = "default_namespace")]
    pub namespace: Name,
    /// How many ready endpoints it has.
    pub endpoints: Option<Comparison>,
}

/// Traffic, as its clients see it: since it began, or over the last full seconds. Everything that is named must be so.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct TrafficCondition {
    /// The name of the traffic.
    pub traffic: Name,
    /// The last so many seconds; since the beginning when it is left out.
    pub over: Option<Period>,
    /// How many requests were sent.
    pub sent: Option<Comparison>,
    /// How many ended well: with an answer whose status is below 400.
    pub succeeded: Option<Comparison>,
    /// How many did not.
    pub failed: Option<Comparison>,
    /// How many of a hundred ended well, rounded down.
    pub success: Option<Comparison>,
    /// A version of the image that answers, for `share`.
    pub version: Option<String>,
    /// How many of a hundred good answers came from this version, rounded.
    pub share: Option<Comparison>,
    /// The time that 95 of a hundred answers did not exceed is at most this.
    pub p95: Option<Period>,
}

/// One node. It must be there, and everything that is named must be so.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct NodeCondition {
    pub node: Name,
    pub ready: Option<bool>,
    /// Whether it is marked unschedulable, as after `kubectl cordon`.
    pub cordoned: Option<bool>,
}

/// The nodes with these labels. Without `count` and `ready`, at least one must be there.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct NodesCondition {
    /// Their labels, or `all`.
    pub nodes: Selector,
    pub count: Option<Comparison>,
    pub ready: Option<Comparison>,
}

/// Events with a reason, as `kubectl get events` shows them. Without `count`, at least one.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct EventCondition {
    /// The reason, such as `FailedScheduling`.
    pub event: String,
    #[serde(default = "default_namespace")]
    pub namespace: Name,
    /// Only events about this kind of object, such as `Pod`.
    pub kind: Option<String>,
    /// Only events about objects whose name begins so.
    pub about: Option<String>,
    /// Only events whose message contains this.
    pub says: Option<String>,
    /// How many, repetitions counted.
    pub count: Option<Comparison>,
}

/// Objects that exist.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ExistsCondition {
    pub exists: OneOrMany<ObjectRef>,
    #[serde(default = "default_namespace")]
    pub namespace: Name,
}

/// Objects that do not exist.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct GoneCondition {
    pub gone: OneOrMany<ObjectRef>,
    #[serde(default = "default_namespace")]
    pub namespace: Name,
}

/// All of these at the same time.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AllOf {
    #[schemars(length(min = 1))]
    pub all: Vec<Condition>,
}

/// At least one of these.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AnyOf {
    #[schemars(length(min = 1))]
    pub any: Vec<Condition>,
}

/// The opposite of a condition.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Not {
    pub not: Box<Condition>,
}
