//! What is fetched for the one selected object only, because it would be too much for three thousand.

use super::{ConditionView, EventView, ObjectRef};

#[derive(Clone, Debug, Default)]
pub struct Details {
    pub object: ObjectRef,
    /// From the controller that owns the object up to the top: ReplicaSet, Deployment.
    pub owners: Vec<ObjectRef>,
    /// Short facts in the order in which to show them: `("Node", "worker-1")`.
    pub facts: Vec<(String, String)>,
    pub containers: Vec<ContainerView>,
    pub conditions: Vec<ConditionView>,
    /// Events about this object, oldest first.
    pub events: Vec<EventView>,
    /// As `kubectl get -o yaml` prints it.
    pub yaml: String,
    /// Why the scheduler put the pod where it is, or nowhere, if it remembers.
    pub scheduling: Option<SchedulingView>,
}

/// A decision of the scheduler about one pod.
#[derive(Clone, Debug, Default)]
pub struct SchedulingView {
    /// `went to worker-2`, or the text of FailedScheduling.
    pub outcome: String,
    pub scheduled: bool,
    /// The chosen node first, then the others by their scores, then those that did not fit.
    pub nodes: Vec<NodeVerdictView>,
}

/// What the scheduler found about one node.
#[derive(Clone, Debug, Default)]
pub struct NodeVerdictView {
    pub node: String,
    pub chosen: bool,
    /// Everything that spoke against the node; empty for one that fits.
    pub objections: Vec<String>,
    /// The weighted score of each plugin and their sum, of a node that was scored.
    pub scores: Vec<(String, i64)>,
    pub total: i64,
    /// What else there is to say: what preemption would take, or that the node was not looked at.
    pub remark: String,
}

#[derive(Clone, Debug, Default)]
pub struct ContainerView {
    pub name: String,
    pub image: String,
    /// `Running`, `Waiting: CrashLoopBackOff`, `Terminated: Completed`.
    pub state: String,
    pub ready: bool,
    pub restarts: u32,
}
