//! The events that may let a pod in that was kept out by its company, or for want of it.
//!
//! Models: pkg/scheduler/framework/plugins/interpodaffinity/plugin.go (isSchedulableAfter…), v1.36.
//! Simplified: nothing.

use std::sync::Arc;

use podarium_api::{Pod, Resource as _};

use crate::scheduler::framework::affinity_term::{AffinityTerm, matches_all};
use crate::scheduler::framework::cluster_event::{ActionType, Change, ClusterEvent, EventResource, QueueingHint};
use crate::scheduler::framework::plugin::EventHint;
use crate::scheduler::framework::pod_info::PodInfo;
use crate::scheduler::listers::Listers;

const POD_CHANGE: ClusterEvent =
    ClusterEvent::new(EventResource::Pod, ActionType::ADD.or(ActionType::UPDATE_POD_LABEL).or(ActionType::DELETE));
const NODE_CHANGE: ClusterEvent = ClusterEvent::new(EventResource::Node, ActionType::ADD.or(ActionType::UPDATE_NODE_LABEL));

pub const EVENTS: &[EventHint] =
    &[EventHint { event: POD_CHANGE, hint: after_pod_change }, EventHint { event: NODE_CHANGE, hint: after_node_change }];

fn after_pod_change(_: &Listers, pod: &PodInfo, change: &Change) -> QueueingHint {
    let Change::Pod { old, new } = change else { return QueueingHint::Skip };
    if let (Some(_), Some(new)) = (old, new)
        && *new.uid() == *pod.uid
    {
        return QueueingHint::Queue;
    }
    let has_a_place = |pod: &Arc<Pod>| pod.spec.node_name.is_some() || pod.status.nominated_node_name.is_some();
    if !old.iter().chain(new).all(has_a_place) {
        return QueueingHint::Skip;
    }
    let (likes, hates) = (pod.required_affinity(), pod.required_anti_affinity());
    let queue = match (old, new) {
        (Some(old), Some(new)) => {
            !matches_all(likes, old) && matches_all(likes, new) || matches_all(hates, old) && !matches_all(hates, new)
        }
        (None, Some(new)) => matches_all(likes, new),
        (Some(old), None) => {
            matches_all(hates, old) || matches_all(PodInfo::new(old.clone()).required_anti_affinity(), &pod.pod)
        }
        (None, None) => false,
    };
    queue.into()
}

fn after_node_change(_: &Listers, pod: &PodInfo, change: &Change) -> QueueingHint {
    let Change::Node { old, new: Some(new) } = change else { return QueueingHint::Skip };
    let value = |node: &podarium_api::Node, term: &AffinityTerm| node.meta().labels.as_ref().and_then(|l| l.get(&term.topology_key)).cloned();
    let Some(old) = old else {
        // A node without the topology takes a pod with anti-affinity, so a new node is always worth a try for it.
        let joins = pod.required_affinity().iter().any(|term| value(new, term).is_some());
        return (joins || !pod.required_anti_affinity().is_empty()).into();
    };
    let moved_in = pod.required_affinity().iter().any(|term| value(new, term).is_some() && value(old, term) != value(new, term));
    let moved_out = pod.required_anti_affinity().iter().any(|term| value(old, term).is_some() && value(old, term) != value(new, term));
    (moved_in || moved_out).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scheduler::tests::building::{NodeBuilder, PodBuilder, node, pod};
    use serde_json::{Value, json};

    fn waiting(kind: &str, terms: &[(&str, &str)]) -> PodBuilder {
        let terms: Vec<Value> =
            terms.iter().map(|(app, key)| json!({ "labelSelector": { "matchLabels": { "app": app } }, "topologyKey": key })).collect();
        pod("waiting").spec("affinity", json!({ kind: { "requiredDuringSchedulingIgnoredDuringExecution": terms } }))
    }

    #[test]
    fn a_pod_that_comes_goes_or_changes_helps_where_the_terms_say_so() {
        let there = |app: &str| Some(pod("other").label("app", app).on("n"));
        let elsewhere = |app: &str| Some(pod("other").label("app", app));
        let hating = waiting("podAntiAffinity", &[("me", "zone")]);
        let hating = |pod: PodBuilder| Some(hating.clone().spec("nodeName", json!("n")).label("app", "hater")).filter(|_| pod.info().name() == "x");
        let (likes, hates) = (|| waiting("podAffinity", &[("web", "zone")]), || waiting("podAntiAffinity", &[("web", "zone")]));
        let both = || waiting("podAffinity", &[("web", "zone"), ("db", "zone")]);
        let cases = [
            ("a friend comes", likes(), None, there("web"), true),
            ("a stranger comes", likes(), None, there("db"), false),
            ("a friend without a place", likes(), None, elsewhere("web"), false),
            ("a friend of one term of two", both(), None, there("web"), false),
            ("an enemy comes", hates(), None, there("web"), false),
            ("a friend goes", likes(), there("web"), None, false),
            ("an enemy goes", hates(), there("web"), None, true),
            ("a stranger goes", hates(), there("db"), None, false),
            ("a pod becomes a friend", likes(), there("db"), there("web"), true),
            ("a pod stays a friend", likes(), there("web"), there("web"), false),
            ("a pod is no friend any more", likes(), there("web"), there("db"), false),
            ("a pod is no enemy any more", hates(), there("web"), there("db"), true),
            ("a pod that hates this one goes", pod("waiting").label("app", "me"), hating(pod("x")), None, true),
            ("a pod that hates others goes", pod("waiting").label("app", "you"), hating(pod("x")), None, false),
        ];
        for (what, waiting, old, new, expected) in cases {
            let change = Change::Pod { old: old.map(|pod| pod.info().pod.clone()), new: new.map(|pod| pod.info().pod.clone()) };
            assert_eq!(after_pod_change(&Listers::default(), &waiting.info(), &change), expected.into(), "{what}");
        }
        let own = Change::Pod { old: Some(pod("waiting").info().pod.clone()), new: Some(pod("waiting").label("a", "b").info().pod.clone()) };
        assert_eq!(after_pod_change(&Listers::default(), &pod("waiting").info(), &own), QueueingHint::Queue, "its own labels");
    }

    #[test]
    fn a_node_helps_when_it_changes_a_domain_of_a_term() {
        let zone = |value: &str| Some(node("n").label("zone", value));
        let plain = || Some(node("n"));
        let (likes, hates) = ("podAffinity", "podAntiAffinity");
        let cases: [(&str, Option<NodeBuilder>, Option<NodeBuilder>, bool); 12] = [
            (likes, None, zone("a"), true), (likes, None, plain(), false), (likes, plain(), zone("a"), true),
            (likes, zone("a"), zone("b"), true), (likes, zone("a"), zone("a"), false), (likes, zone("a"), plain(), false),
            (hates, None, zone("a"), true), (hates, None, plain(), true), (hates, plain(), zone("a"), false),
            (hates, zone("a"), zone("b"), true), (hates, zone("a"), zone("a"), false), (hates, zone("a"), plain(), true),
        ];
        for (index, (kind, old, new, expected)) in cases.into_iter().enumerate() {
            let change = Change::Node { old: old.map(NodeBuilder::arc), new: new.map(NodeBuilder::arc) };
            let waiting = waiting(kind, &[("web", "zone")]).info();
            assert_eq!(after_node_change(&Listers::default(), &waiting, &change), expected.into(), "case {index}");
        }
    }
}
