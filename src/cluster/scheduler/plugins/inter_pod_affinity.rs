//! InterPodAffinity: pods that want to be near certain pods, or far from them.
//!
//! "Near" is a topology: the same value of a node label, such as the host name or the zone. For every such pair of
//! label and value the plugin counts the pods that matter; a node is then judged by its labels alone.
//!
//! Models: pkg/scheduler/framework/plugins/interpodaffinity/{plugin.go,filtering.go,scoring.go}, v1.36.
//! Simplified: nothing.

use std::collections::BTreeMap;
use std::sync::Arc;

use podarium_api::{Pod, Resource as _};

use crate::scheduler::framework::affinity_term::{AffinityTerm, Labels, WeightedTerm, matches_all};
use crate::scheduler::framework::cluster_event::{ActionType, Change, ClusterEvent, EventResource, QueueingHint};
use crate::scheduler::framework::cycle_state::CycleState;
use crate::scheduler::framework::node_info::NodeInfo;
use crate::scheduler::framework::plugin::{
    EventHint, Filter, Handle, MAX_NODE_SCORE, Plugin, PreFilter, PreFilterResult, PreScore, Score,
};
use crate::scheduler::framework::pod_info::PodInfo;
use crate::scheduler::framework::status::Status;
use crate::scheduler::listers::Listers;

#[derive(Debug)]
pub struct InterPodAffinity;

const EXISTING_ANTI_AFFINITY: &str = "node(s) didn't satisfy existing pods anti-affinity rules";
const NO_AFFINITY: &str = "node(s) didn't match pod affinity rules";
const ANTI_AFFINITY: &str = "node(s) didn't match pod anti-affinity rules";
/// What a required affinity of a pod that is there is worth in the score of a pod that matches it.
const HARD_AFFINITY_WEIGHT: i64 = 1;
const POD_CHANGE: ClusterEvent =
    ClusterEvent::new(EventResource::Pod, ActionType::ADD.or(ActionType::UPDATE_POD_LABEL).or(ActionType::DELETE));
const NODE_CHANGE: ClusterEvent = ClusterEvent::new(EventResource::Node, ActionType::ADD.or(ActionType::UPDATE_NODE_LABEL));

impl Plugin for InterPodAffinity {
    fn name(&self) -> &'static str {
        "InterPodAffinity"
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
        &[EventHint { event: POD_CHANGE, hint: after_pod_change }, EventHint { event: NODE_CHANGE, hint: after_node_change }]
    }
}

/// How many matches there are for each label key and value.
#[derive(Clone, Debug, Default)]
struct TopologyCounts(BTreeMap<String, BTreeMap<String, i64>>);

impl TopologyCounts {
    fn add(&mut self, key: &str, labels: &Labels, amount: i64) {
        let Some(value) = labels.get(key) else { return };
        let values = match self.0.get_mut(key) {
            Some(values) => values,
            None => self.0.entry(key.to_owned()).or_default(),
        };
        match values.get_mut(value) {
            Some(count) => *count += amount,
            None => {
                values.insert(value.clone(), amount);
            }
        }
    }

    fn get(&self, key: &str, value: &str) -> i64 {
        self.0.get(key).and_then(|values| values.get(value)).copied().unwrap_or(0)
    }

    /// Whether nothing matches anywhere.
    fn is_zero(&self) -> bool {
        self.0.values().all(|values| values.values().all(|count| *count == 0))
    }
}

/// What Filter looks up.
#[derive(Clone, Debug)]
struct PreFilterState {
    /// Pods there whose required anti-affinity is about this pod.
    existing_anti_affinity: TopologyCounts,
    /// Pods there that satisfy all of this pod's affinity terms, or one of its anti-affinity terms.
    affinity: TopologyCounts,
    anti_affinity: TopologyCounts,
    required_affinity: Arc<Vec<AffinityTerm>>,
    required_anti_affinity: Arc<Vec<AffinityTerm>>,
    namespace_labels: Arc<Labels>,
}

impl PreFilterState {
    fn count(&mut self, pod: &PodInfo, other: &PodInfo, node: &NodeInfo, amount: i64) {
        self.count_existing(pod, other, node, amount);
        self.count_incoming(other, node, amount);
    }

    fn count_existing(&mut self, pod: &PodInfo, other: &PodInfo, node: &NodeInfo, amount: i64) {
        for term in other.required_anti_affinity() {
            if term.matches(&pod.pod, Some(&self.namespace_labels)) {
                self.existing_anti_affinity.add(&term.topology_key, node.labels(), amount);
            }
        }
    }

    fn count_incoming(&mut self, other: &PodInfo, node: &NodeInfo, amount: i64) {
        if matches_all(&self.required_affinity, &other.pod) {
            for term in &*self.required_affinity {
                self.affinity.add(&term.topology_key, node.labels(), amount);
            }
        }
        for term in &*self.required_anti_affinity {
            if term.matches(&other.pod, None) {
                self.anti_affinity.add(&term.topology_key, node.labels(), amount);
            }
        }
    }
}

/// The terms with their namespace selectors replaced by the namespaces that they select now.
fn unrolled(terms: &[AffinityTerm], listers: &Listers) -> Vec<AffinityTerm> {
    let mut terms = terms.to_vec();
    for term in &mut terms {
        term.unroll_namespaces(listers.namespaces());
    }
    terms
}

impl PreFilter for InterPodAffinity {
    fn pre_filter(&self, handle: Handle, state: &mut CycleState, pod: &PodInfo) -> Result<PreFilterResult, Status> {
        let mut ours = PreFilterState {
            existing_anti_affinity: TopologyCounts::default(),
            affinity: TopologyCounts::default(),
            anti_affinity: TopologyCounts::default(),
            required_affinity: Arc::new(unrolled(pod.required_affinity(), handle.listers)),
            required_anti_affinity: Arc::new(unrolled(pod.required_anti_affinity(), handle.listers)),
            namespace_labels: handle.listers.namespace_labels(pod.namespace()),
        };
        for node in handle.snapshot.nodes_with_required_anti_affinity_pods() {
            for other in node.pods().iter().filter(|other| !other.required_anti_affinity().is_empty()) {
                ours.count_existing(pod, other, node, 1);
            }
        }
        if !ours.required_affinity.is_empty() || !ours.required_anti_affinity.is_empty() {
            for node in handle.snapshot.nodes() {
                for other in node.pods() {
                    ours.count_incoming(other, node, 1);
                }
            }
        } else if ours.existing_anti_affinity.0.is_empty() {
            return Err(Status::skip());
        }
        state.write(ours);
        Ok(None)
    }

    fn add_pod(&self, state: &mut CycleState, pod: &PodInfo, added: &PodInfo, node: &NodeInfo) {
        if let Some(state) = state.read_mut::<PreFilterState>() {
            state.count(pod, added, node, 1);
        }
    }

    fn remove_pod(&self, state: &mut CycleState, pod: &PodInfo, removed: &PodInfo, node: &NodeInfo) {
        if let Some(state) = state.read_mut::<PreFilterState>() {
            state.count(pod, removed, node, -1);
        }
    }
}

impl Filter for InterPodAffinity {
    fn filter(&self, state: &CycleState, pod: &PodInfo, node: &NodeInfo) -> Result<(), Status> {
        let Some(state) = state.read::<PreFilterState>() else { return Ok(()) };
        let labels = node.labels();
        if !satisfies_affinity(state, pod, labels) {
            return Err(Status::unresolvable(NO_AFFINITY));
        }
        let hated = |term: &AffinityTerm| {
            labels.get(&term.topology_key).is_some_and(|value| state.anti_affinity.get(&term.topology_key, value) > 0)
        };
        if state.required_anti_affinity.iter().any(hated) {
            return Err(Status::unschedulable(ANTI_AFFINITY));
        }
        let hating = |(key, values): (&String, &BTreeMap<String, i64>)| {
            labels.get(key).is_some_and(|value| values.get(value).is_some_and(|count| *count > 0))
        };
        if state.existing_anti_affinity.0.iter().any(hating) {
            return Err(Status::unschedulable(EXISTING_ANTI_AFFINITY));
        }
        Ok(())
    }
}

/// The node has every topology of the terms, and in each there is a pod that satisfies them all. The first pod of a
/// group that wants to be with its own kind may go anywhere: else the group could never begin.
fn satisfies_affinity(state: &PreFilterState, pod: &PodInfo, labels: &Labels) -> bool {
    let mut all_found = true;
    for term in &*state.required_affinity {
        match labels.get(&term.topology_key) {
            None => return false,
            Some(value) => all_found &= state.affinity.get(&term.topology_key, value) > 0,
        }
    }
    all_found || state.affinity.is_zero() && matches_all(&state.required_affinity, &pod.pod)
}

/// The weight that each topology has gathered.
#[derive(Clone, Debug, Default)]
struct TopologyScores(TopologyCounts);

fn add_weighted(scores: &mut TopologyScores, terms: &[WeightedTerm], about: &Pod, namespace: Option<&Labels>, node: &NodeInfo, sign: i64) {
    for WeightedTerm { term, weight } in terms {
        if term.matches(about, namespace) {
            scores.0.add(&term.topology_key, node.labels(), sign * i64::from(*weight));
        }
    }
}

impl PreScore for InterPodAffinity {
    fn pre_score(&self, handle: Handle, state: &mut CycleState, pod: &PodInfo, _: &[&NodeInfo]) -> Result<(), Status> {
        let unroll = |terms: &[WeightedTerm]| {
            let mut terms = terms.to_vec();
            for term in &mut terms {
                term.term.unroll_namespaces(handle.listers.namespaces());
            }
            terms
        };
        let wishes = unroll(pod.preferred_affinity());
        let dislikes = unroll(pod.preferred_anti_affinity());
        let namespace = handle.listers.namespace_labels(pod.namespace());
        let mut scores = TopologyScores::default();
        let mut look_at = |node: &NodeInfo, other: &PodInfo| {
            add_weighted(&mut scores, &wishes, &other.pod, None, node, 1);
            add_weighted(&mut scores, &dislikes, &other.pod, None, node, -1);
            for term in other.required_affinity() {
                if term.matches(&pod.pod, Some(&namespace)) {
                    scores.0.add(&term.topology_key, node.labels(), HARD_AFFINITY_WEIGHT);
                }
            }
            add_weighted(&mut scores, other.preferred_affinity(), &pod.pod, Some(&namespace), node, 1);
            add_weighted(&mut scores, other.preferred_anti_affinity(), &pod.pod, Some(&namespace), node, -1);
        };
        if wishes.is_empty() && dislikes.is_empty() {
            for node in handle.snapshot.nodes_with_affinity_pods() {
                for other in node.pods().iter().filter(|other| other.affinity.is_some()) {
                    look_at(node, other);
                }
            }
        } else {
            for node in handle.snapshot.nodes() {
                for other in node.pods() {
                    look_at(node, other);
                }
            }
        }
        if scores.0.0.is_empty() {
            return Err(Status::skip());
        }
        state.write(scores);
        Ok(())
    }
}

impl Score for InterPodAffinity {
    /// The sum of the weights of the node's topologies; negative where dislikes prevail.
    fn score(&self, state: &CycleState, _: &PodInfo, node: &NodeInfo) -> i64 {
        let Some(scores) = state.read::<TopologyScores>() else { return 0 };
        let labels = node.labels();
        scores.0.0.iter().filter_map(|(key, values)| values.get(labels.get(key)?)).sum()
    }

    /// The worst node gets 0, the best 100.
    fn normalize(&self, _: &CycleState, _: &[&NodeInfo], scores: &mut [i64]) {
        let least = scores.iter().copied().min().unwrap_or(0);
        let spread = scores.iter().copied().max().unwrap_or(0) - least;
        for score in scores {
            *score = if spread > 0 { (MAX_NODE_SCORE as f64 * ((*score - least) as f64 / spread as f64)) as i64 } else { 0 };
        }
    }
}

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
    use crate::scheduler::tests::building::{NodeBuilder, PodBuilder, Scene, node, pod, scores};
    use serde_json::json;

    fn term(app: &str, key: &str) -> serde_json::Value {
        json!({ "labelSelector": { "matchLabels": { "app": app } }, "topologyKey": key })
    }

    fn with(pod: PodBuilder, kind: &str, terms: serde_json::Value) -> PodBuilder {
        pod.spec("affinity", json!({ kind: { "requiredDuringSchedulingIgnoredDuringExecution": terms } }))
    }

    fn nodes() -> Vec<NodeBuilder> {
        let zone = |name: &str, zone: &str| node(name).label("zone", zone).label("kubernetes.io/hostname", name);
        vec![zone("a1", "a"), zone("a2", "a"), zone("b1", "b"), node("none")]
    }

    /// The answers of all nodes, empty where the pod fits.
    fn answers(pod: &PodBuilder, pods: Vec<PodBuilder>) -> Vec<String> {
        let scene = Scene::new(nodes(), pods);
        let (info, mut state) = (pod.clone().info(), CycleState::default());
        match InterPodAffinity.pre_filter(scene.handle(), &mut state, &info) {
            Err(_) => vec!["skipped".to_owned()],
            Ok(_) => scene
                .snapshot
                .nodes()
                .map(|node| InterPodAffinity.filter(&state, &info, node).err().map(|status| status.message()).unwrap_or_default())
                .collect(),
        }
    }

    #[test]
    fn required_terms_decide_by_topology() {
        let web = || pod("web").label("app", "web").on("a1");
        let no = NO_AFFINITY;
        assert_eq!(answers(&with(pod("p"), "podAffinity", json!([term("web", "zone")])), vec![web()]), ["", "", no, no]);
        assert_eq!(answers(&with(pod("p"), "podAffinity", json!([term("db", "zone")])), vec![web()]), [no, no, no, no]);
        assert_eq!(
            answers(&with(pod("p"), "podAntiAffinity", json!([term("web", "zone")])), vec![web()]),
            [ANTI_AFFINITY, ANTI_AFFINITY, "", ""]
        );
        let shy = with(web(), "podAntiAffinity", json!([term("web", "kubernetes.io/hostname")]));
        assert_eq!(answers(&pod("p").label("app", "web"), vec![shy.clone()]), [EXISTING_ANTI_AFFINITY, "", "", ""]);
        assert_eq!(answers(&pod("p").label("app", "db"), vec![shy]), ["skipped"]);
    }

    #[test]
    fn the_first_of_a_group_may_go_anywhere_with_the_topology() {
        let group = with(pod("p").label("app", "web"), "podAffinity", json!([term("web", "zone")]));
        assert_eq!(answers(&group, vec![]), ["", "", "", NO_AFFINITY]);
        assert_eq!(answers(&group, vec![pod("other").label("app", "web").on("b1")]), [NO_AFFINITY, NO_AFFINITY, "", NO_AFFINITY]);
        let elsewhere = pod("other").namespace("other").label("app", "web").on("b1");
        assert_eq!(answers(&group, vec![elsewhere]), ["", "", "", NO_AFFINITY], "a term is about its own namespace");
    }

    #[test]
    fn wishes_pull_and_dislikes_push() {
        let wish = |kind: &str, app: &str, weight: i32| {
            let terms = json!([{ "weight": weight, "podAffinityTerm": term(app, "zone") }]);
            json!({ kind: { "preferredDuringSchedulingIgnoredDuringExecution": terms } })
        };
        let there = || vec![pod("web").label("app", "web").on("a1"), pod("db").label("app", "db").on("b1")];
        let scored = |pod: PodBuilder, there| scores(&InterPodAffinity, &pod, nodes(), there);
        assert_eq!(scored(pod("p").spec("affinity", wish("podAffinity", "web", 5)), there()), [100, 100, 0, 0]);
        assert_eq!(scored(pod("p").spec("affinity", wish("podAntiAffinity", "db", 5)), there()), [100, 100, 0, 100]);
        let fond = vec![with(pod("f").on("b1"), "podAffinity", json!([term("web", "zone")]))];
        assert_eq!(scored(pod("p").label("app", "web"), fond), [0, 0, 100, 0], "a pod there that requires our company");
    }

    #[test]
    fn removing_a_pod_for_preemption_lifts_its_rule() {
        let shy = with(pod("web").on("a1"), "podAntiAffinity", json!([term("web", "zone")]));
        let scene = Scene::new(nodes(), vec![shy.clone()]);
        let (info, mut state) = (pod("p").label("app", "web").info(), CycleState::default());
        InterPodAffinity.pre_filter(scene.handle(), &mut state, &info).expect("it has something to do");
        let slot = scene.snapshot.slot("a1").expect("the node");
        let node = scene.snapshot.node(slot);
        assert!(InterPodAffinity.filter(&state, &info, node).is_err());
        InterPodAffinity.remove_pod(&mut state, &info, &shy.info(), node);
        assert_eq!(InterPodAffinity.filter(&state, &info, node), Ok(()));
    }
}
