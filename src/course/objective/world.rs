//! What objectives see of a cluster: a few facts about its objects, however they are stored.

use std::collections::BTreeMap;

use podarium_sim::Time;

use crate::{ObjectRef, Phase};

/// The cluster as its API server shows it.
pub trait World {
    fn now(&self) -> Time;

    /// The pods of a namespace.
    fn pods<'a>(&'a self, namespace: &'a str) -> Box<dyn Iterator<Item = PodFacts<'a>> + 'a>;

    /// What the column STATUS of `kubectl get pods` says about a pod.
    fn pod_status(&self, namespace: &str, name: &str) -> Option<String>;

    fn deployment<'a>(&'a self, namespace: &str, name: &str) -> Option<DeploymentFacts<'a>>;

    fn nodes<'a>(&'a self) -> Box<dyn Iterator<Item = NodeFacts<'a>> + 'a>;

    /// The events of a namespace.
    fn events<'a>(&'a self, namespace: &'a str) -> Box<dyn Iterator<Item = EventFacts<'a>> + 'a>;

    /// How many ready addresses the EndpointSlices of a Service have, or `None` when there is no such Service.
    fn ready_endpoints(&self, namespace: &str, service: &str) -> Option<u32>;

    /// What the clients of a load generator saw over its last full seconds, or since it began. `None` when there is no
    /// traffic of that name.
    fn traffic(&self, name: &str, seconds: Option<usize>) -> Option<TrafficFacts>;

    /// Whether an object exists, or `None` when the cluster has no such kind. Objects without a namespace are found
    /// whatever namespace is given.
    fn exists(&self, namespace: &str, object: &ObjectRef) -> Option<bool>;
}

/// A pod.
#[derive(Clone, Debug)]
pub struct PodFacts<'a> {
    pub name: &'a str,
    pub labels: Option<&'a BTreeMap<String, String>>,
    pub node: Option<&'a str>,
    pub phase: Phase,
    /// The condition `Ready`.
    pub ready: bool,
    /// Whether it has a deletion timestamp.
    pub terminating: bool,
    /// The restarts of all its containers.
    pub restarts: u32,
    /// The images of its containers, as in its spec.
    pub images: Vec<&'a str>,
    /// When it was created, in seconds; only the order matters.
    pub created: i64,
}

/// A Deployment.
#[derive(Clone, Debug, Default)]
pub struct DeploymentFacts<'a> {
    pub generation: i64,
    pub observed_generation: i64,
    /// The replicas of its spec.
    pub replicas: u32,
    /// The replicas of its status: pods of all templates.
    pub status_replicas: u32,
    pub ready: u32,
    pub updated: u32,
    pub available: u32,
    /// The annotation `deployment.kubernetes.io/revision`, or 0 before there is one.
    pub revision: u32,
    pub images: Vec<&'a str>,
}

/// A node.
#[derive(Clone, Debug)]
pub struct NodeFacts<'a> {
    pub name: &'a str,
    pub labels: Option<&'a BTreeMap<String, String>>,
    /// The condition `Ready` is `True`.
    pub ready: bool,
    /// The field `spec.unschedulable`.
    pub cordoned: bool,
}

/// An event.
#[derive(Clone, Debug)]
pub struct EventFacts<'a> {
    pub reason: &'a str,
    pub message: &'a str,
    /// The kind and the name of the object that it is about.
    pub kind: &'a str,
    pub name: &'a str,
    /// How often it was seen.
    pub count: u32,
}

/// What the clients of a load generator saw.
#[derive(Clone, Debug, Default)]
pub struct TrafficFacts {
    /// How many full seconds there were to look back on.
    pub seconds: usize,
    pub sent: u64,
    pub succeeded: u64,
    pub failed: u64,
    /// Good answers by version.
    pub versions: BTreeMap<String, u64>,
    /// The time that 95 of a hundred answers did not exceed.
    pub p95: Option<std::time::Duration>,
}
