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
