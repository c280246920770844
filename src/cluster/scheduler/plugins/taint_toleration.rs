//! TaintToleration: a node's taints keep away pods that do not tolerate them, or make the node less welcome.
//!
//! Models: pkg/scheduler/framework/plugins/tainttoleration/taint_toleration.go, v1.36.
//! Simplified: nothing.

use k8s_openapi::api::core::v1::Toleration;
use podarium_api::{Node, Resource as _};

use crate::scheduler::framework::cluster_event::{ActionType, Change, ClusterEvent, EventResource, QueueingHint};
use crate::scheduler::framework::cycle_state::CycleState;
use crate::scheduler::framework::node_info::NodeInfo;
use crate::scheduler::framework::plugin::{EventHint, Filter, Plugin, Score, normalize_by_greatest};
use crate::scheduler::framework::pod_info::PodInfo;
use crate::scheduler::framework::status::Status;
use crate::scheduler::framework::toleration::{PREFER_NO_SCHEDULE, find_untolerated, tolerates};
use crate::scheduler::listers::Listers;

#[derive(Debug)]
pub struct TaintToleration;

const UNTOLERATED: &str = "node(s) had untolerated taint(s)";
const NODE_CHANGE: ClusterEvent = ClusterEvent::new(EventResource::Node, ActionType::ADD.or(ActionType::UPDATE_NODE_TAINT));
const TOLERATION: ClusterEvent = ClusterEvent::new(EventResource::Pod, ActionType::UPDATE_POD_TOLERATION);

impl Plugin for TaintToleration {
    fn name(&self) -> &'static str {
        "TaintToleration"
    }
    fn as_filter(&self) -> Option<&dyn Filter> {
        Some(self)
    }
    fn as_score(&self) -> Option<&dyn Score> {
        Some(self)
    }
    fn events(&self) -> &'static [EventHint] {
        &[EventHint { event: NODE_CHANGE, hint: tolerable_now }, EventHint { event: TOLERATION, hint: own_toleration }]
    }
}

fn tolerable_now(_: &Listers, pod: &PodInfo, change: &Change) -> QueueingHint {
    let Change::Node { old, new: Some(new) } = change else { return QueueingHint::Skip };
    let keeps_away = |node: &Node| find_untolerated(node.spec.taints.as_deref(), pod.pod.spec.tolerations.as_deref()).is_some();
    (old.as_ref().is_none_or(|old| keeps_away(old)) && !keeps_away(new)).into()
}

fn own_toleration(_: &Listers, pod: &PodInfo, change: &Change) -> QueueingHint {
    matches!(change, Change::Pod { new: Some(new), .. } if *new.uid() == *pod.uid).into()
}

impl Filter for TaintToleration {
    fn filter(&self, _: &CycleState, pod: &PodInfo, node: &NodeInfo) -> Result<(), Status> {
        let Some(taints) = node.hard_taints() else { return Ok(()) };
        match find_untolerated(Some(taints), pod.pod.spec.tolerations.as_deref()) {
            Some(_) => Err(Status::unresolvable(UNTOLERATED)),
            None => Ok(()),
        }
    }
}

impl Score for TaintToleration {
    /// The number of `PreferNoSchedule` taints that the pod does not tolerate: the fewer the better.
    fn score(&self, _: &CycleState, pod: &PodInfo, node: &NodeInfo) -> i64 {
        if !node.has_soft_taints {
            return 0;
        }
        let soft = |toleration: &&Toleration| matches!(toleration.effect.as_deref(), None | Some("" | PREFER_NO_SCHEDULE));
        let taints = node.node().spec.taints.iter().flatten().filter(|taint| taint.effect == PREFER_NO_SCHEDULE);
        taints
            .filter(|taint| {
                let mut tolerations = pod.pod.spec.tolerations.iter().flatten().filter(soft);
                !tolerations.any(|toleration| tolerates(toleration, taint))
            })
            .count() as i64
    }

    fn normalize(&self, _: &CycleState, _: &[&NodeInfo], scores: &mut [i64]) {
        normalize_by_greatest(scores, true);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scheduler::tests::building::{node, pod, scores};
    use serde_json::json;

    #[test]
    fn hard_taints_keep_pods_away() {
        let tainted = NodeInfo::of(node("n").taint("dedicated", "user1", "NoSchedule").arc());
        let state = CycleState::default();
        let refused = TaintToleration.filter(&state, &pod("p").info(), &tainted).expect_err("it tolerates nothing");
        assert_eq!(refused.message(), UNTOLERATED);
        let with = |toleration: serde_json::Value| pod("p").spec("tolerations", json!([toleration])).info();
        let cases = [
            (json!({ "key": "dedicated", "value": "user1", "effect": "NoSchedule" }), true),
            (json!({ "key": "dedicated", "operator": "Equal", "value": "user2", "effect": "NoSchedule" }), false),
            (json!({ "key": "dedicated", "operator": "Exists" }), true),
            (json!({ "operator": "Exists" }), true),
            (json!({ "key": "dedicated", "value": "user1", "effect": "PreferNoSchedule" }), false),
        ];
        for (toleration, fits) in cases {
            assert_eq!(TaintToleration.filter(&state, &with(toleration.clone()), &tainted).is_ok(), fits, "{toleration}");
        }
        let soft = NodeInfo::of(node("n").taint("a", "b", "PreferNoSchedule").arc());
        assert_eq!(TaintToleration.filter(&state, &pod("p").info(), &soft), Ok(()));
    }

    #[test]
    fn fewer_intolerable_soft_taints_are_better() {
        let soft = |name: &str, count: usize| {
            (0..count).fold(node(name), |node, n| node.taint(&format!("k{n}"), "v", "PreferNoSchedule"))
        };
        let tolerant = pod("p").spec("tolerations", json!([{ "key": "k0", "value": "v", "effect": "PreferNoSchedule" }]));
        let nodes = vec![soft("none", 0), soft("one", 1), soft("two", 2), soft("three", 3)];
        assert_eq!(scores(&TaintToleration, &tolerant, nodes.clone(), vec![]), [100, 100, 50, 0]);
        assert_eq!(scores(&TaintToleration, &pod("p"), nodes, vec![]), [100, 67, 34, 0]);
        let hard = vec![node("soft").taint("k", "v", "PreferNoSchedule"), node("hard").taint("k", "v", "NoExecute")];
        assert_eq!(scores(&TaintToleration, &pod("p"), hard, vec![]), [0, 100]);
    }

    #[test]
    fn a_node_brings_a_pod_back_when_it_becomes_tolerable() {
        let (clean, tainted) = (node("n").arc(), node("n").taint("k", "v", "NoSchedule").arc());
        let hint = |old: Option<&std::sync::Arc<Node>>, new: &std::sync::Arc<Node>| {
            let change = Change::Node { old: old.cloned(), new: Some(new.clone()) };
            tolerable_now(&Listers::default(), &pod("p").info(), &change)
        };
        assert_eq!(hint(None, &clean), QueueingHint::Queue);
        assert_eq!(hint(None, &tainted), QueueingHint::Skip);
        assert_eq!(hint(Some(&tainted), &clean), QueueingHint::Queue);
        assert_eq!(hint(Some(&clean), &clean), QueueingHint::Skip);
    }
}
