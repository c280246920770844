//! NodeUnschedulable: no new pods on a cordoned node, unless they tolerate the taint that cordoning sets.
//!
//! Models: pkg/scheduler/framework/plugins/nodeunschedulable/node_unschedulable.go, v1.36.
//! Simplified: nothing.

use k8s_openapi::api::core::v1::{Taint, Toleration};
use podarium_api::Resource as _;

use crate::scheduler::framework::cluster_event::{ActionType, Change, ClusterEvent, EventResource, QueueingHint};
use crate::scheduler::framework::cycle_state::CycleState;
use crate::scheduler::framework::node_info::NodeInfo;
use crate::scheduler::framework::plugin::{EventHint, Filter, Plugin};
use crate::scheduler::framework::pod_info::PodInfo;
use crate::scheduler::framework::status::Status;
use crate::scheduler::framework::toleration::{NO_SCHEDULE, tolerated};
use crate::scheduler::listers::Listers;

#[derive(Debug)]
pub struct NodeUnschedulable;

const UNSCHEDULABLE: &str = "node(s) were unschedulable";
const NODE_CHANGE: ClusterEvent = ClusterEvent::new(EventResource::Node, ActionType::ADD.or(ActionType::UPDATE_NODE_TAINT));
const TOLERATION: ClusterEvent = ClusterEvent::new(EventResource::Pod, ActionType::UPDATE_POD_TOLERATION);

impl Plugin for NodeUnschedulable {
    fn name(&self) -> &'static str {
        "NodeUnschedulable"
    }
    fn as_filter(&self) -> Option<&dyn Filter> {
        Some(self)
    }
    fn events(&self) -> &'static [EventHint] {
        &[EventHint { event: NODE_CHANGE, hint: uncordoned }, EventHint { event: TOLERATION, hint: tolerates_now }]
    }
}

fn uncordoned(_: &Listers, _: &PodInfo, change: &Change) -> QueueingHint {
    let Change::Node { old, new: Some(new) } = change else { return QueueingHint::Skip };
    let cordoned = |node: &podarium_api::Node| node.spec.unschedulable.unwrap_or(false);
    (old.as_ref().is_none_or(|old| cordoned(old)) && !cordoned(new)).into()
}

fn tolerates_now(_: &Listers, pod: &PodInfo, change: &Change) -> QueueingHint {
    let Change::Pod { new: Some(new), .. } = change else { return QueueingHint::Skip };
    (*new.uid() == *pod.uid && tolerates_cordon(new.spec.tolerations.as_deref())).into()
}

fn tolerates_cordon(tolerations: Option<&[Toleration]>) -> bool {
    if tolerations.is_none_or(<[_]>::is_empty) {
        return false;
    }
    let key = "node.kubernetes.io/unschedulable".to_owned();
    tolerated(tolerations, &Taint { key, effect: NO_SCHEDULE.to_owned(), ..Default::default() })
}

impl Filter for NodeUnschedulable {
    fn filter(&self, _: &CycleState, pod: &PodInfo, node: &NodeInfo) -> Result<(), Status> {
        if node.unschedulable && !tolerates_cordon(pod.pod.spec.tolerations.as_deref()) {
            return Err(Status::unresolvable(UNSCHEDULABLE));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scheduler::tests::building::{node, pod};
    use serde_json::json;

    #[test]
    fn a_cordoned_node_takes_only_pods_that_tolerate_it() {
        let cordoned = NodeInfo::of(node("n").unschedulable().arc());
        let open = NodeInfo::of(node("n").arc());
        let tolerant = pod("p")
            .spec("tolerations", json!([{ "key": "node.kubernetes.io/unschedulable", "operator": "Exists", "effect": "NoSchedule" }]))
            .info();
        let state = CycleState::default();
        assert_eq!(NodeUnschedulable.filter(&state, &pod("p").info(), &open), Ok(()));
        assert_eq!(NodeUnschedulable.filter(&state, &tolerant, &cordoned), Ok(()));
        let refused = NodeUnschedulable.filter(&state, &pod("p").info(), &cordoned).expect_err("it is cordoned");
        assert_eq!(refused.message(), "node(s) were unschedulable");
    }

    #[test]
    fn uncordoning_brings_pods_back() {
        let change = |old: Option<bool>, new: bool| {
            let make = |cordoned: bool| if cordoned { node("n").unschedulable().arc() } else { node("n").arc() };
            let change = Change::Node { old: old.map(make), new: Some(make(new)) };
            uncordoned(&Listers::default(), &pod("p").info(), &change)
        };
        assert_eq!(change(Some(true), false), QueueingHint::Queue);
        assert_eq!(change(None, false), QueueingHint::Queue);
        assert_eq!(change(None, true), QueueingHint::Skip);
        assert_eq!(change(Some(false), false), QueueingHint::Skip);
    }
}
