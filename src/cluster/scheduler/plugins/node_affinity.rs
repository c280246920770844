//! NodeAffinity: a pod's node selector and node affinity, the hard part as a filter and the wishes as a score.
//!
//! A profile can add an affinity of its own: its pods go only to nodes that match both.
//!
//! Models: pkg/scheduler/framework/plugins/nodeaffinity/node_affinity.go, v1.36.
//! Simplified: nothing.

use std::collections::BTreeSet;

use k8s_openapi::api::core::v1::{NodeSelector, NodeSelectorTerm, PreferredSchedulingTerm};
use podarium_api::Node;

use crate::scheduler::configuration::args::NodeAffinityArgs;
use crate::scheduler::framework::cluster_event::{ActionType, Change, ClusterEvent, EventResource, QueueingHint};
use crate::scheduler::framework::cycle_state::CycleState;
use crate::scheduler::framework::node_info::NodeInfo;
use crate::scheduler::framework::node_selector::{RequiredNodeAffinity, preferred_terms, required_terms, term_matches};
use crate::scheduler::framework::plugin::{
    EventHint, Filter, Handle, Plugin, PreFilter, PreFilterResult, PreScore, Score, normalize_by_greatest,
};
use crate::scheduler::framework::pod_info::PodInfo;
use crate::scheduler::framework::status::Status;
use crate::scheduler::listers::Listers;

#[derive(Debug)]
pub struct NodeAffinity {
    /// What the profile adds for all its pods.
    required: Option<NodeSelector>,
    wishes: Vec<PreferredSchedulingTerm>,
}

impl NodeAffinity {
    pub fn new(args: &NodeAffinityArgs) -> Self {
        let added = args.added_affinity.clone().unwrap_or_default();
        NodeAffinity {
            required: added.required_during_scheduling_ignored_during_execution,
            wishes: added.preferred_during_scheduling_ignored_during_execution.unwrap_or_default(),
        }
    }

    /// Whether the profile lets its pods go there.
    fn allows(&self, node: &Node) -> bool {
        self.required.as_ref().is_none_or(|required| required.node_selector_terms.iter().any(|term| term_matches(term, node)))
    }
}

const ENFORCED: &str = "node(s) didn't match scheduler-enforced node affinity";
const NO_MATCH: &str = "node(s) didn't match Pod's node affinity/selector";
const CONFLICT: &str = "pod affinity terms conflict";
const NODE_CHANGE: ClusterEvent = ClusterEvent::new(EventResource::Node, ActionType::ADD.or(ActionType::UPDATE_NODE_LABEL));

impl Plugin for NodeAffinity {
    fn name(&self) -> &'static str {
        "NodeAffinity"
    }
    fn as_pre_filter(&self) -> Option<&dyn PreFilter> {
        Some(self)
    }
    fn as_filter(&self) -> Option<&dyn Filter> {
        Some(self)
    }
    fn as_pre_score(&self) -> Option<&dyn PreScore> {
        Some(self)
    }
    fn as_score(&self) -> Option<&dyn Score> {
        Some(self)
    }
    fn events(&self) -> &'static [EventHint] {
        &[EventHint { event: NODE_CHANGE, hint: matches_now }]
    }
    fn hint(&self, registered: &EventHint, listers: &Listers, pod: &PodInfo, change: &Change) -> QueueingHint {
        match change {
            Change::Node { new: Some(new), .. } if !self.allows(new) => QueueingHint::Skip,
            _ => (registered.hint)(listers, pod, change),
        }
    }
}

fn matches_now(_: &Listers, pod: &PodInfo, change: &Change) -> QueueingHint {
    let Change::Node { old, new: Some(new) } = change else { return QueueingHint::Skip };
    let required = RequiredNodeAffinity::of(&pod.pod);
    (required.matches(new) && old.as_ref().is_none_or(|old| !required.matches(old))).into()
}

impl PreFilter for NodeAffinity {
    fn pre_filter(&self, _: Handle, state: &mut CycleState, pod: &PodInfo) -> Result<PreFilterResult, Status> {
        let required = RequiredNodeAffinity::of(&pod.pod);
        if required.is_empty() && self.required.is_none() {
            return Err(Status::skip());
        }
        state.write(required);
        let Some(terms) = required_terms(&pod.pod).filter(|terms| !terms.is_empty()) else { return Ok(None) };
        // Only if every alternative names its nodes are the others out of the question.
        let mut names = BTreeSet::new();
        for term in terms {
            let Some(of_term) = nodes_named_by(term) else { return Ok(None) };
            names.extend(of_term);
        }
        if names.is_empty() {
            return Err(Status::unresolvable(CONFLICT));
        }
        Ok(Some(names))
    }
}

/// The nodes that a term names by its fields; `None` if it names none.
fn nodes_named_by(term: &NodeSelectorTerm) -> Option<BTreeSet<String>> {
    let mut names: Option<BTreeSet<String>> = None;
    for requirement in term.match_fields.iter().flatten() {
        if requirement.key == "metadata.name" && requirement.operator == "In" {
            let these: BTreeSet<String> = requirement.values.iter().flatten().cloned().collect();
            names = Some(match names {
                Some(old) => old.intersection(&these).cloned().collect(),
                None => these,
            });
        }
    }
    names
}

impl Filter for NodeAffinity {
    fn filter(&self, state: &CycleState, _: &PodInfo, node: &NodeInfo) -> Result<(), Status> {
        if !self.allows(node.node()) {
            return Err(Status::unresolvable(ENFORCED));
        }
        match state.read::<RequiredNodeAffinity>() {
            Some(required) if !required.matches(node.node()) => Err(Status::unresolvable(NO_MATCH)),
            _ => Ok(()),
        }
    }
}

impl PreScore for NodeAffinity {
    fn pre_score(&self, _: Handle, _: &mut CycleState, pod: &PodInfo, _: &[&NodeInfo]) -> Result<(), Status> {
        if preferred_terms(&pod.pod).is_none() && self.wishes.is_empty() { Err(Status::skip()) } else { Ok(()) }
    }
}

impl Score for NodeAffinity {
    /// The sum of the weights of the wishes that the node fulfils.
    fn score(&self, _: &CycleState, pod: &PodInfo, node: &NodeInfo) -> i64 {
        let wishes = preferred_terms(&pod.pod).unwrap_or_default().iter().chain(&self.wishes);
        wishes.filter(|wish| wish.weight != 0 && term_matches(&wish.preference, node.node())).map(|wish| i64::from(wish.weight)).sum()
    }

    fn normalize(&self, _: &CycleState, _: &[&NodeInfo], scores: &mut [i64]) {
        normalize_by_greatest(scores, false);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scheduler::tests::building::{Scene, node, pod, scores};
    use serde_json::json;

    fn plugin(args: serde_json::Value) -> NodeAffinity {
        NodeAffinity::new(&serde_json::from_value(args).expect("arguments"))
    }

    #[test]
    fn a_profile_adds_its_own_affinity() {
        let term = |zone: &str| json!({ "matchExpressions": [{ "key": "zone", "operator": "In", "values": [zone] }] });
        let added = plugin(json!({ "addedAffinity": {
            "requiredDuringSchedulingIgnoredDuringExecution": { "nodeSelectorTerms": [term("a"), term("b")] },
            "preferredDuringSchedulingIgnoredDuringExecution": [{ "weight": 3, "preference": term("b") }] } }));
        let info = |zone: &str| NodeInfo::of(node("n").label("zone", zone).arc());
        let (waiting, mut state) = (pod("p").spec("nodeSelector", json!({ "zone": "b" })).info(), CycleState::default());
        added.pre_filter(Scene::default().handle(), &mut state, &waiting).expect("it has something to say");
        let refused = |zone: &str| added.filter(&state, &waiting, &info(zone)).err().map(|status| status.message());
        assert_eq!(refused("c").as_deref(), Some("node(s) didn't match scheduler-enforced node affinity"));
        assert_eq!(refused("a").as_deref(), Some("node(s) didn't match Pod's node affinity/selector"));
        assert_eq!(refused("b"), None);
        assert_eq!(scores(&added, &pod("p"), vec![node("x").label("zone", "a"), node("y").label("zone", "b")], vec![]), [0, 100]);
        let appears = |zone: &str| Change::Node { old: None, new: Some(node("n").label("zone", zone).arc()) };
        let hint = |change: &Change| added.hint(&added.events()[0], &Listers::default(), &pod("p").info(), change);
        assert_eq!([hint(&appears("a")), hint(&appears("c"))], [QueueingHint::Queue, QueueingHint::Skip]);
    }

    fn wish(weight: i32, key: &str, value: &str) -> serde_json::Value {
        json!({ "weight": weight, "preference": { "matchExpressions": [{ "key": key, "operator": "In", "values": [value] }] } })
    }

    #[test]
    fn wishes_add_up_and_are_scaled() {
        let nodes = vec![node("n1").label("foo", "bar"), node("n2").label("key", "value"), node("n3").label("az", "az1")];
        let wishes = json!([wish(2, "foo", "bar"), wish(4, "key", "value"), wish(5, "key", "value")]);
        let pod = pod("p").spec("affinity", json!({ "nodeAffinity": { "preferredDuringSchedulingIgnoredDuringExecution": wishes } }));
        assert_eq!(scores(&plugin(json!({})), &pod, nodes, vec![]), [22, 100, 0]);
    }

    #[test]
    fn terms_that_name_nodes_narrow_the_search() {
        let field = |names: &[&str]| json!({ "key": "metadata.name", "operator": "In", "values": names });
        let answer = |terms: serde_json::Value| {
            let affinity = json!({ "nodeAffinity": { "requiredDuringSchedulingIgnoredDuringExecution": { "nodeSelectorTerms": terms } } });
            let pod = pod("p").spec("affinity", affinity).info();
            plugin(json!({})).pre_filter(Scene::default().handle(), &mut CycleState::default(), &pod)
        };
        let set = |names: &[&str]| Some(names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>());
        assert_eq!(answer(json!([{ "matchFields": [field(&["a"])] }, { "matchFields": [field(&["b"])] }])), Ok(set(&["a", "b"])));
        assert_eq!(answer(json!([{ "matchFields": [field(&["a"])] }, { "matchExpressions": [] }])), Ok(None));
        let conflict = answer(json!([{ "matchFields": [field(&["a"]), field(&["b"])] }])).expect_err("no node has two names");
        assert_eq!(conflict.message(), "pod affinity terms conflict");
    }

    #[test]
    fn a_label_that_makes_a_node_match_brings_the_pod_back() {
        let pod = pod("p").spec("nodeSelector", json!({ "disk": "ssd" })).info();
        let (without, with) = (node("n").arc(), node("n").label("disk", "ssd").arc());
        let hint = |old: Option<&std::sync::Arc<podarium_api::Node>>, new: &std::sync::Arc<podarium_api::Node>| {
            matches_now(&Listers::default(), &pod, &Change::Node { old: old.cloned(), new: Some(new.clone()) })
        };
        assert_eq!(hint(None, &with), QueueingHint::Queue);
        assert_eq!(hint(None, &without), QueueingHint::Skip);
        assert_eq!(hint(Some(&without), &with), QueueingHint::Queue);
        assert_eq!(hint(Some(&with), &with), QueueingHint::Skip);
    }
}
