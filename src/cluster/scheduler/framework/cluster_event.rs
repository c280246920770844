//! What happened in the cluster that may make a waiting pod schedulable, as precisely as the scheduler can tell.
//!
//! A plugin that rejected a pod names the events that may change its mind; all other events leave the pod where it is.
//!
//! Models: pkg/scheduler/framework/events.go, kube-scheduler/framework/types.go, v1.36.
//! Simplified: events of pods, nodes, volumes and claims on them; those of resource claims come with their plugin.

use std::ops::BitOr;
use std::sync::Arc;

use podarium_api::{Node, Object, Pod, Resource as _};

use super::resource::{self, Resource};

/// What kind of object changed. Plugins register for `Pod`; the scheduler tells assigned pods from waiting ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventResource {
    Pod,
    AssignedPod,
    UnscheduledPod,
    Node,
    PersistentVolume,
    PersistentVolumeClaim,
    StorageClass,
    CsiNode,
    CsiDriver,
    CsiStorageCapacity,
    VolumeAttachment,
    /// Everything.
    WildCard,
}

/// What happened to it: a set of bits, so that a plugin can register for several at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ActionType(u32);

impl ActionType {
    pub const ADD: ActionType = ActionType(1);
    pub const DELETE: ActionType = ActionType(1 << 1);
    pub const UPDATE_NODE_ALLOCATABLE: ActionType = ActionType(1 << 2);
    pub const UPDATE_NODE_LABEL: ActionType = ActionType(1 << 3);
    pub const UPDATE_NODE_TAINT: ActionType = ActionType(1 << 4);
    pub const UPDATE_NODE_CONDITION: ActionType = ActionType(1 << 5);
    pub const UPDATE_NODE_ANNOTATION: ActionType = ActionType(1 << 6);
    pub const UPDATE_NODE_DECLARED_FEATURE: ActionType = ActionType(1 << 7);
    pub const UPDATE_POD_LABEL: ActionType = ActionType(1 << 8);
    pub const UPDATE_POD_SCALE_DOWN: ActionType = ActionType(1 << 9);
    pub const UPDATE_POD_TOLERATION: ActionType = ActionType(1 << 10);
    pub const UPDATE_POD_GATES_ELIMINATED: ActionType = ActionType(1 << 11);
    /// Some update that is none of the above.
    pub const UPDATE: ActionType = ActionType(0x1ffc);
    pub const ALL: ActionType = ActionType(0x1fff);
}

impl BitOr for ActionType {
    type Output = ActionType;
    fn bitor(self, other: ActionType) -> ActionType {
        ActionType(self.0 | other.0)
    }
}

impl ActionType {
    pub const fn has(self, other: ActionType) -> bool {
        self.0 & other.0 != 0
    }

    pub const fn or(self, other: ActionType) -> ActionType {
        ActionType(self.0 | other.0)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClusterEvent {
    pub resource: EventResource,
    pub action: ActionType,
}

impl ClusterEvent {
    pub const ASSIGNED_POD_ADD: ClusterEvent = ClusterEvent::new(EventResource::AssignedPod, ActionType::ADD);
    pub const ASSIGNED_POD_DELETE: ClusterEvent = ClusterEvent::new(EventResource::AssignedPod, ActionType::DELETE);
    pub const NODE_ADD: ClusterEvent = ClusterEvent::new(EventResource::Node, ActionType::ADD);
    pub const NODE_TAINT: ClusterEvent = ClusterEvent::new(EventResource::Node, ActionType::UPDATE_NODE_TAINT);
    pub const NODE_DELETE: ClusterEvent = ClusterEvent::new(EventResource::Node, ActionType::DELETE);
    /// The pod has waited so long that it is tried without any event.
    pub const UNSCHEDULABLE_TIMEOUT: ClusterEvent = ClusterEvent::new(EventResource::WildCard, ActionType::ALL);
    /// A plugin wants the pod tried now.
    pub const FORCE_ACTIVATE: ClusterEvent = ClusterEvent::new(EventResource::WildCard, ActionType::ALL);

    pub const fn new(resource: EventResource, action: ActionType) -> Self {
        ClusterEvent { resource, action }
    }

    pub fn is_wild_card(self) -> bool {
        self.resource == EventResource::WildCard && self.action == ActionType::ALL
    }

    /// Whether `self`, which a plugin registered, covers `incoming`: the same event or a more special one. A plugin
    /// that asked for label updates is not told of an update that nobody could name.
    pub fn covers(self, incoming: ClusterEvent) -> bool {
        let resource = self.resource == EventResource::WildCard
            || self.resource == incoming.resource
            || self.resource == EventResource::Pod
                && matches!(incoming.resource, EventResource::AssignedPod | EventResource::UnscheduledPod);
        self.is_wild_card() || resource && self.action.0 & incoming.action.0 != 0 && incoming.action <= self.action
    }
}

/// The objects before and after the event.
#[derive(Clone, Debug)]
pub enum Change {
    Pod { old: Option<Arc<Pod>>, new: Option<Arc<Pod>> },
    Node { old: Option<Arc<Node>>, new: Option<Arc<Node>> },
    /// Something of storage.
    Storage { old: Option<Object>, new: Option<Object> },
    None,
}

/// Whether an event is worth another try of the pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QueueingHint {
    Skip,
    Queue,
}

impl From<bool> for QueueingHint {
    fn from(queue: bool) -> Self {
        if queue { QueueingHint::Queue } else { QueueingHint::Skip }
    }
}

/// What an update of a pod amounts to. An update that is none of the special ones is a plain `UPDATE`.
pub fn pod_update_events(old: &Pod, new: &Pod) -> Vec<ClusterEvent> {
    let resource = if node_name(new).is_empty() { EventResource::UnscheduledPod } else { EventResource::AssignedPod };
    let mut actions = Vec::new();
    if labels_changed(old.meta().labels.as_ref(), new.meta().labels.as_ref()) {
        actions.push(ActionType::UPDATE_POD_LABEL);
    }
    if !Arc::ptr_eq(&old.spec, &new.spec) || old.status.container_statuses != new.status.container_statuses {
        if scaled_down(&resource::pod_requests(old), &resource::pod_requests(new)) {
            actions.push(ActionType::UPDATE_POD_SCALE_DOWN);
        }
        let gates = |pod: &Pod| pod.spec.scheduling_gates.as_ref().map_or(0, Vec::len);
        if gates(new) == 0 && gates(old) != 0 {
            actions.push(ActionType::UPDATE_POD_GATES_ELIMINATED);
        }
        let tolerations = |pod: &Pod| pod.spec.tolerations.as_ref().map_or(0, Vec::len);
        if tolerations(new) != tolerations(old) {
            actions.push(ActionType::UPDATE_POD_TOLERATION);
        }
    }
    if actions.is_empty() {
        actions.push(ActionType::UPDATE);
    }
    actions.into_iter().map(|action| ClusterEvent::new(resource, action)).collect()
}

fn scaled_down(old: &Resource, new: &Resource) -> bool {
    old.milli_cpu > new.milli_cpu
        || old.memory > new.memory
        || old.ephemeral_storage > new.ephemeral_storage
        || old.scalars().any(|(name, amount)| amount > new.scalar(name))
}

fn node_name(pod: &Pod) -> &str {
    pod.spec.node_name.as_deref().unwrap_or_default()
}

type Labels = std::collections::BTreeMap<String, String>;

/// No labels and an empty set of labels are the same.
fn labels_changed(old: Option<&Labels>, new: Option<&Labels>) -> bool {
    old.filter(|labels| !labels.is_empty()) != new.filter(|labels| !labels.is_empty())
}

/// What an update of a node amounts to; nothing when nothing changed that a pod could care about.
pub fn node_update_events(old: &Node, new: &Node) -> Vec<ClusterEvent> {
    let mut actions = Vec::new();
    let unschedulable = |node: &Node| node.spec.unschedulable.unwrap_or(false);
    if unschedulable(old) && !unschedulable(new) {
        actions.push(ActionType::UPDATE_NODE_TAINT);
    }
    if old.status.allocatable != new.status.allocatable {
        actions.push(ActionType::UPDATE_NODE_ALLOCATABLE);
    }
    if labels_changed(old.meta().labels.as_ref(), new.meta().labels.as_ref()) {
        actions.push(ActionType::UPDATE_NODE_LABEL);
    }
    if old.spec.taints.as_deref().unwrap_or_default() != new.spec.taints.as_deref().unwrap_or_default() {
        actions.push(ActionType::UPDATE_NODE_TAINT);
    }
    let conditions = |node: &Node| -> Vec<(String, String)> {
        let mut conditions: Vec<_> = node.status.conditions.iter().flatten().map(|c| (c.type_.clone(), c.status.clone())).collect();
        conditions.sort();
        conditions
    };
    if conditions(old) != conditions(new) {
        actions.push(ActionType::UPDATE_NODE_CONDITION);
    }
    if labels_changed(old.meta().annotations.as_ref(), new.meta().annotations.as_ref()) {
        actions.push(ActionType::UPDATE_NODE_ANNOTATION);
    }
    if old.status.declared_features != new.status.declared_features {
        actions.push(ActionType::UPDATE_NODE_DECLARED_FEATURE);
    }
    actions.into_iter().map(|action| ClusterEvent::new(EventResource::Node, action)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_registered_event_covers_itself_and_what_is_more_special() {
        use ActionType as A;
        use EventResource as R;
        let cases = [
            (R::Node, A::ADD | A::UPDATE_NODE_LABEL, R::Node, A::UPDATE_NODE_LABEL, true),
            (R::Node, A::UPDATE, R::Node, A::UPDATE_NODE_TAINT, true),
            (R::Node, A::UPDATE_NODE_LABEL, R::Node, A::UPDATE, false),
            (R::Pod, A::DELETE, R::AssignedPod, A::DELETE, true),
            (R::Pod, A::DELETE, R::Node, A::DELETE, false),
            (R::WildCard, A::ALL, R::Node, A::DELETE, true),
            (R::Node, A::ALL, R::WildCard, A::ALL, false),
        ];
        for (resource, action, incoming, incoming_action, expected) in cases {
            let covers = ClusterEvent::new(resource, action).covers(ClusterEvent::new(incoming, incoming_action));
            assert_eq!(covers, expected, "{resource:?} {action:?} and {incoming:?} {incoming_action:?}");
        }
    }
}
