//! The events that may let a pod in that was kept out for the sake of the spread.
//!
//! Models: pkg/scheduler/framework/plugins/podtopologyspread/plugin.go (isSchedulableAfter…), v1.36.
//! Simplified: nothing.

use podarium_api::{Node, Pod, Resource as _};

use super::constraint::{Constraint, hard_constraints, has_all_topologies};
use crate::scheduler::framework::affinity_term::{Labels, labels};
use crate::scheduler::framework::cluster_event::{ActionType, Change, ClusterEvent, EventResource, QueueingHint};
use crate::scheduler::framework::plugin::EventHint;
use crate::scheduler::framework::pod_info::PodInfo;
use crate::scheduler::listers::Listers;

const POD_CHANGE: ClusterEvent = ClusterEvent::new(
    EventResource::Pod,
    ActionType::ADD.or(ActionType::UPDATE_POD_LABEL).or(ActionType::UPDATE_POD_TOLERATION).or(ActionType::DELETE),
);
const NODE_CHANGE: ClusterEvent = ClusterEvent::new(
    EventResource::Node,
    ActionType::ADD.or(ActionType::DELETE).or(ActionType::UPDATE_NODE_LABEL).or(ActionType::UPDATE_NODE_TAINT),
);

pub const EVENTS: &[EventHint] =
    &[EventHint { event: POD_CHANGE, hint: after_pod_change }, EventHint { event: NODE_CHANGE, hint: after_node_change }];

fn after_pod_change(_: &Listers, pod: &PodInfo, change: &Change) -> QueueingHint {
    let Change::Pod { old, new } = change else { return QueueingHint::Skip };
    let involved = |other: &Pod| {
        let has_a_place = other.spec.node_name.is_some() || other.status.nominated_node_name.is_some();
        *other.uid() == *pod.uid || has_a_place && other.namespace() == pod.namespace()
    };
    if !old.iter().chain(new).all(|other| involved(other)) {
        return QueueingHint::Skip;
    }
    let constraints = hard_constraints(&pod.pod);
    let selected = |labels: Option<&Labels>| constraints.iter().any(|constraint| constraint.selector.matches(labels));
    let queue = match (old, new) {
        (Some(old), Some(new)) => {
            let tolerates_more = *new.uid() == *pod.uid
                && old.spec.tolerations != new.spec.tolerations
                && constraints.iter().any(|constraint| constraint.honors_node_taints);
            let (before, after) = (old.meta().labels.as_ref(), new.meta().labels.as_ref());
            tolerates_more || constraints.iter().any(|c| c.selector.matches(before) != c.selector.matches(after))
        }
        (Some(only), None) | (None, Some(only)) => selected(only.meta().labels.as_ref()),
        (None, None) => false,
    };
    queue.into()
}

fn after_node_change(_: &Listers, pod: &PodInfo, change: &Change) -> QueueingHint {
    let Change::Node { old, new } = change else { return QueueingHint::Skip };
    let constraints = hard_constraints(&pod.pod);
    let has_all = |node: &Node| has_all_topologies(labels(node.meta()), &constraints);
    let queue = match (old, new) {
        (Some(old), Some(new)) => {
            has_all(old) != has_all(new)
                || has_all(new) && (moved(&constraints, old, new) || old.spec.taints != new.spec.taints)
        }
        (Some(only), None) | (None, Some(only)) => has_all(only),
        (None, None) => false,
    };
    queue.into()
}

/// Whether the node has changed from one domain to another.
fn moved(constraints: &[Constraint], old: &Node, new: &Node) -> bool {
    constraints.iter().any(|c| labels(old.meta()).get(&c.topology_key) != labels(new.meta()).get(&c.topology_key))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scheduler::tests::building::{node, pod};
    use serde_json::json;

    #[test]
    fn only_pods_and_nodes_of_the_spread_matter() {
        let constraint = json!([{ "maxSkew": 1, "topologyKey": "zone", "whenUnsatisfiable": "DoNotSchedule",
            "labelSelector": { "matchLabels": { "app": "foo" } } }]);
        let waiting = pod("p").spec("topologySpreadConstraints", constraint).info();
        let added = |pod: crate::scheduler::tests::building::PodBuilder| {
            after_pod_change(&Listers::default(), &waiting, &Change::Pod { old: None, new: Some(pod.info().pod.clone()) })
        };
        assert_eq!(added(pod("a").label("app", "foo").on("n")), QueueingHint::Queue);
        assert_eq!(added(pod("a").label("app", "bar").on("n")), QueueingHint::Skip);
        assert_eq!(added(pod("a").label("app", "foo")), QueueingHint::Skip);
        assert_eq!(added(pod("a").label("app", "foo").namespace("other").on("n")), QueueingHint::Skip);
        let changed = |old, new| after_node_change(&Listers::default(), &waiting, &Change::Node { old, new });
        assert_eq!(changed(None, Some(node("n").label("zone", "a").arc())), QueueingHint::Queue);
        assert_eq!(changed(None, Some(node("n").arc())), QueueingHint::Skip);
        let (a, b) = (node("n").label("zone", "a").arc(), node("n").label("zone", "b").arc());
        assert_eq!(changed(Some(a.clone()), Some(b)), QueueingHint::Queue);
        assert_eq!(changed(Some(a.clone()), Some(a)), QueueingHint::Skip);
    }
}
