//! The events that may let a pod in that was kept out for the sake of the spread.
//!
//! Models: pkg/scheduler/framework/plugins/podtopologyspread/plugin.go (isSchedulableAfter…), v1.36.
//! Simplified: nothing.

use podarium_api::{Node, Pod, Resource as _};

use super::constraint::{Constraint, has_all_topologies};
use crate::scheduler::framework::affinity_term::{Labels, labels};
use crate::scheduler::framework::cluster_event::{ActionType, Change, ClusterEvent, EventResource, QueueingHint};
use crate::scheduler::framework::plugin::{EventHint, always};
use crate::scheduler::framework::pod_info::PodInfo;

const POD_CHANGE: ClusterEvent = ClusterEvent::new(
    EventResource::Pod,
    ActionType::ADD.or(ActionType::UPDATE_POD_LABEL).or(ActionType::UPDATE_POD_TOLERATION).or(ActionType::DELETE),
);
const NODE_CHANGE: ClusterEvent = ClusterEvent::new(
    EventResource::Node,
    ActionType::ADD.or(ActionType::DELETE).or(ActionType::UPDATE_NODE_LABEL).or(ActionType::UPDATE_NODE_TAINT),
);

/// Whether such an event helps depends on the plugin's arguments too; `hint` tells.
pub const EVENTS: &[EventHint] = &[EventHint { event: POD_CHANGE, hint: always }, EventHint { event: NODE_CHANGE, hint: always }];

pub fn hint(constraints: &[Constraint], pod: &PodInfo, change: &Change) -> QueueingHint {
    match change {
        Change::Pod { old, new } => after_pod_change(constraints, pod, old.as_deref(), new.as_deref()),
        Change::Node { old, new } => after_node_change(constraints, old.as_deref(), new.as_deref()),
        _ => QueueingHint::Skip,
    }
}

fn after_pod_change(constraints: &[Constraint], pod: &PodInfo, old: Option<&Pod>, new: Option<&Pod>) -> QueueingHint {
    let involved = |other: &Pod| {
        let has_a_place = other.spec.node_name.is_some() || other.status.nominated_node_name.is_some();
        *other.uid() == *pod.uid || has_a_place && other.namespace() == pod.namespace()
    };
    if !old.into_iter().chain(new).all(involved) {
        return QueueingHint::Skip;
    }
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

fn after_node_change(constraints: &[Constraint], old: Option<&Node>, new: Option<&Node>) -> QueueingHint {
    let has_all = |node: &Node| has_all_topologies(labels(node.meta()), constraints);
    let queue = match (old, new) {
        (Some(old), Some(new)) => {
            has_all(old) != has_all(new)
                || has_all(new) && (moved(constraints, old, new) || old.spec.taints != new.spec.taints)
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
    use crate::scheduler::configuration::args::PodTopologySpreadArgs;
    use crate::scheduler::framework::plugin::Plugin as _;
    use crate::scheduler::listers::Listers;
    use crate::scheduler::plugins::pod_topology_spread::PodTopologySpread;
    use crate::scheduler::tests::building::{NodeBuilder, PodBuilder, node, pod};
    use serde_json::{Value, json};

    fn waiting(keys: &[&str]) -> PodBuilder {
        let constraints: Vec<Value> = keys
            .iter()
            .map(|key| json!({ "maxSkew": 1, "topologyKey": key, "whenUnsatisfiable": "DoNotSchedule",
                "labelSelector": { "matchLabels": { "app": "foo" } } }))
            .collect();
        pod("p").spec("topologySpreadConstraints", json!(constraints))
    }

    fn hint(pod: &PodBuilder, change: &Change) -> bool {
        let plugin = PodTopologySpread::new(&PodTopologySpreadArgs::default());
        plugin.hint(&plugin.events()[0], &Listers::default(), &pod.clone().info(), change) == QueueingHint::Queue
    }

    #[test]
    fn only_pods_of_the_spread_matter() {
        let foo = || pod("a").label("app", "foo").on("n");
        let bar = || pod("a").label("app", "bar").on("n");
        let cases = [
            ("a pod of the spread comes", None, Some(foo()), true),
            ("another comes", None, Some(bar()), false),
            ("one without a place", None, Some(pod("a").label("app", "foo")), false),
            ("one of another namespace", None, Some(foo().namespace("other")), false),
            ("one joins the spread", Some(bar()), Some(foo()), true),
            ("one leaves the spread", Some(foo()), Some(bar()), true),
            ("one stays", Some(foo()), Some(foo().label("more", "labels")), false),
            ("one goes", Some(foo()), None, true),
            ("another goes", Some(bar()), None, false),
        ];
        for (what, old, new, expected) in cases {
            let change = Change::Pod { old: old.map(|pod| pod.info().pod.clone()), new: new.map(|pod| pod.info().pod.clone()) };
            assert_eq!(hint(&waiting(&["zone"]), &change), expected, "{what}");
        }
    }

    #[test]
    fn a_new_toleration_matters_where_taints_are_honoured() {
        let mut constraint = json!({ "maxSkew": 1, "topologyKey": "zone", "whenUnsatisfiable": "DoNotSchedule",
            "labelSelector": { "matchLabels": { "app": "foo" } } });
        let tolerant = |pod: &PodBuilder| pod.clone().spec("tolerations", json!([{ "operator": "Exists" }])).info().pod.clone();
        for (policy, expected) in [("Honor", true), ("Ignore", false)] {
            constraint["nodeTaintsPolicy"] = json!(policy);
            let waiting = pod("p").spec("topologySpreadConstraints", json!([constraint.clone()]));
            let change = Change::Pod { old: Some(waiting.clone().info().pod.clone()), new: Some(tolerant(&waiting)) };
            assert_eq!(hint(&waiting, &change), expected, "{policy}");
        }
    }

    #[test]
    fn nodes_matter_that_have_all_topologies() {
        let zone = |value: &str| Some(node("n").label("zone", value));
        let both = |value: &str| zone(value).map(|node| node.label("rack", "r"));
        let plain = || Some(node("n"));
        let cases: [(Option<NodeBuilder>, Option<NodeBuilder>, bool, bool); 8] = [
            (None, zone("a"), true, false),
            (None, plain(), false, false),
            (None, both("a"), true, true),
            (zone("a"), zone("b"), true, false),
            (zone("a"), zone("a"), false, false),
            (zone("a"), plain(), true, false),
            (both("a"), None, true, true),
            (zone("a"), zone("a").map(|node| node.taint("k", "v", "NoSchedule")), true, false),
        ];
        for (index, (old, new, one, two)) in cases.into_iter().enumerate() {
            let change = Change::Node { old: old.map(NodeBuilder::arc), new: new.map(NodeBuilder::arc) };
            assert_eq!(hint(&waiting(&["zone"]), &change), one, "case {index}, one constraint");
            assert_eq!(hint(&waiting(&["zone", "rack"]), &change), two, "case {index}, two constraints");
        }
    }
}
