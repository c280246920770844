//! Affinity and spread, decided by counts that are kept up to date, against the plain way: going through all pods anew.
//!
//! A seed draws nodes with some labels and pods with some terms; nodes change their labels, pods come and go. Then a few
//! pods are put to the plugins and to the plain way, also after pods were taken off a node in thought.

use std::collections::BTreeMap;
use std::sync::Arc;

use podarium_api::Resource as _;
use podarium_api::selector::LabelSelector;
use podarium_sim::Stream;
use serde_json::{Value, json};

use super::building::{NodeBuilder, PodBuilder, Scene, node, pod};
use crate::scheduler::framework::affinity_term::matches_all;
use crate::scheduler::framework::cycle_state::CycleState;
use crate::scheduler::framework::node_info::NodeInfo;
use crate::scheduler::framework::pod_info::PodInfo;

const KEYS: [&str; 3] = ["kubernetes.io/hostname", "topology.kubernetes.io/zone", "rack"];
const APPS: [&str; 3] = ["web", "db", "cache"];

struct Draw(Stream);

impl Draw {
    fn one_in(&mut self, n: usize) -> bool {
        self.0.below(n) == 0
    }

    fn of<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.0.below(items.len())]
    }

    fn node(&mut self, name: &str) -> NodeBuilder {
        let mut drawn = node(name);
        for key in KEYS {
            let value = if key == KEYS[0] { name.to_owned() } else { self.of(&["a", "b", "c"]).to_owned() };
            if !self.one_in(6) {
                drawn = drawn.label(key, &value);
            }
        }
        if self.one_in(5) { drawn.taint("k", "v", "NoSchedule") } else { drawn }
    }

    fn term(&mut self) -> Value {
        let mut term = json!({ "labelSelector": { "matchLabels": { "app": self.of(&APPS) } }, "topologyKey": self.of(&KEYS) });
        match self.0.below(4) {
            0 => term["namespaces"] = json!(["default", "other"]),
            1 => term["namespaceSelector"] = json!({ "matchLabels": { "team": "x" } }),
            2 if self.one_in(2) => term["namespaceSelector"] = json!({}),
            _ => {}
        }
        term
    }

    fn affinity(&mut self) -> Value {
        let required = "requiredDuringSchedulingIgnoredDuringExecution";
        let preferred = "preferredDuringSchedulingIgnoredDuringExecution";
        let mut affinity = json!({});
        for kind in ["podAffinity", "podAntiAffinity"] {
            if self.one_in(3) {
                let count = 1 + self.0.below(2);
                affinity[kind][required] = (0..count).map(|_| self.term()).collect();
            }
            if self.one_in(3) {
                affinity[kind][preferred] = json!([{ "weight": 1 + self.0.below(9), "podAffinityTerm": self.term() }]);
            }
        }
        affinity
    }

    fn pod(&mut self, name: &str) -> PodBuilder {
        let mut drawn = pod(name).label("app", self.of(&APPS)).label("version", self.of(&["1", "2"])).namespace(self.of(&["default", "default", "other"]));
        if self.one_in(3) {
            drawn = drawn.spec("affinity", self.affinity());
        }
        if self.one_in(8) { drawn.terminating() } else { drawn }
    }

    fn pending(&mut self, name: &str) -> PodBuilder {
        let affinity = self.affinity();
        let constraints: Vec<Value> = (0..self.0.below(3))
            .map(|_| {
                json!({ "maxSkew": 1 + self.0.below(2), "topologyKey": self.of(&KEYS), "whenUnsatisfiable": "DoNotSchedule",
                    "minDomains": self.of(&[1, 1, 4]), "nodeTaintsPolicy": self.of(&["Ignore", "Ignore", "Honor"]),
                    "labelSelector": { "matchLabels": { "app": self.of(&APPS) } } })
            })
            .collect();
        let mut drawn = pod(name).label("app", self.of(&APPS)).spec("affinity", affinity).spec("topologySpreadConstraints", json!(constraints));
        if self.one_in(4) {
            drawn = drawn.spec("nodeSelector", json!({ "topology.kubernetes.io/zone": self.of(&["a", "b"]) }));
        }
        drawn
    }

    fn scene(&mut self) -> Scene {
        let mut scene = Scene::new(vec![], vec![]);
        for (name, team) in [("default", "x"), ("other", "y")] {
            let namespace: podarium_api::Namespace = serde_json::from_value(json!({ "metadata": { "name": name, "labels": { "team": team } } })).expect("a namespace");
            scene.listers.set_namespace(namespace.meta());
        }
        let names: Vec<String> = (0..4 + self.0.below(4)).map(|n| format!("n{n}")).collect();
        let mut there: Vec<(String, String)> = Vec::new();
        for round in 0..60 {
            let name = names[self.0.below(names.len())].clone();
            match self.0.below(6) {
                0 => scene.snapshot.set_node(self.node(&name).arc()),
                1 if !there.is_empty() => {
                    let (pod, on) = there.swap_remove(self.0.below(there.len()));
                    scene.snapshot.remove_pod(&on, &pod);
                }
                2 if self.one_in(4) => scene.snapshot.remove_node(&name),
                _ => {
                    let pod = format!("p{round}");
                    scene.snapshot.add_pod(self.pod(&pod).on(&name).info());
                    there.push((pod, name));
                }
            }
        }
        scene.snapshot.refresh();
        scene
    }
}

fn value<'a>(node: &'a NodeInfo, key: &str) -> Option<&'a String> {
    node.labels().get(key)
}

/// The nodes as they are, one of them perhaps with pods taken off.
fn nodes<'a>(scene: &'a Scene, changed: &'a NodeInfo) -> Vec<&'a NodeInfo> {
    scene.snapshot.nodes().map(|node| if node.name == changed.name { changed } else { node }).collect()
}

/// How many pods satisfy `matches`, by the value of the label.
fn counts(nodes: &[&NodeInfo], key: &str, matches: impl Fn(&PodInfo) -> bool) -> BTreeMap<String, i64> {
    let mut counts = BTreeMap::new();
    for node in nodes {
        if let Some(value) = value(node, key) {
            *counts.entry(value.clone()).or_insert(0) += node.pods().iter().filter(|pod| matches(pod)).count() as i64;
        }
    }
    counts
}

/// Whether the affinity of both sides lets the pod go to the node.
fn affinity_allows(scene: &Scene, nodes: &[&NodeInfo], pod: &PodInfo, node: &NodeInfo) -> bool {
    let unroll = |terms: &[crate::scheduler::framework::affinity_term::AffinityTerm]| {
        let mut terms = terms.to_vec();
        terms.iter_mut().for_each(|term| term.unroll_namespaces(scene.listers.namespaces()));
        terms
    };
    let (likes, hates) = (unroll(pod.required_affinity()), unroll(pod.required_anti_affinity()));
    let namespace = scene.listers.namespace_labels(pod.namespace());
    let near = |key: &str, matches: &dyn Fn(&PodInfo) -> bool| value(node, key).is_some_and(|value| counts(nodes, key, matches).get(value).is_some_and(|count| *count > 0));
    let has_topologies = likes.iter().all(|term| value(node, &term.topology_key).is_some());
    let all_near = likes.iter().all(|term| near(&term.topology_key, &|other| matches_all(&likes, &other.pod)));
    let nobody = likes.iter().all(|term| counts(nodes, &term.topology_key, |other| matches_all(&likes, &other.pod)).values().all(|count| *count == 0));
    let liked = likes.is_empty() || has_topologies && (all_near || nobody && matches_all(&likes, &pod.pod));
    let hated = hates.iter().any(|term| near(&term.topology_key, &|other| term.matches(&other.pod, None)));
    let hating = nodes.iter().flat_map(|other| other.pods().iter().map(move |pod| (other, pod))).any(|(place, other)| {
        other.required_anti_affinity().iter().any(|term| {
            term.matches(&pod.pod, Some(&namespace)) && value(place, &term.topology_key).is_some() && value(place, &term.topology_key) == value(node, &term.topology_key)
        })
    });
    liked && !hated && !hating
}

/// Whether the hard constraints of the pod let it go to the node.
fn spread_allows(nodes: &[&NodeInfo], pod: &PodInfo, node: &NodeInfo) -> bool {
    use crate::scheduler::framework::node_selector::RequiredNodeAffinity;
    use crate::scheduler::framework::toleration::find_untolerated;
    let constraints = pod.pod.spec.topology_spread_constraints.clone().unwrap_or_default();
    let required = RequiredNodeAffinity::of(&pod.pod);
    let has_all = |node: &NodeInfo| constraints.iter().all(|constraint| value(node, &constraint.topology_key).is_some());
    constraints.iter().all(|constraint| {
        let selector = LabelSelector::of(constraint.label_selector.as_ref().expect("each has one"));
        let included: Vec<&NodeInfo> = nodes
            .iter()
            .copied()
            .filter(|node| has_all(node) && required.matches(node.node()))
            .filter(|node| constraint.node_taints_policy.as_deref() != Some("Honor") || find_untolerated(node.node().spec.taints.as_deref(), None).is_none())
            .collect();
        let counts = counts(&included, &constraint.topology_key, |other| {
            !other.is_terminating() && other.namespace() == pod.namespace() && selector.matches(other.pod.meta().labels.as_ref())
        });
        let enough = counts.len() >= constraint.min_domains.unwrap_or(1) as usize;
        let least = if enough { counts.values().copied().min().unwrap_or(0) } else { 0 };
        let itself = i64::from(selector.matches(pod.pod.meta().labels.as_ref()));
        value(node, &constraint.topology_key).is_some_and(|value| counts.get(value).copied().unwrap_or(0) + itself - least <= i64::from(constraint.max_skew))
    })
}

/// What the preferred terms of both sides make of the node.
fn preference(scene: &Scene, nodes: &[&NodeInfo], pod: &PodInfo, node: &NodeInfo) -> i64 {
    let namespace = scene.listers.namespace_labels(pod.namespace());
    let mut sum = 0;
    for (place, other) in nodes.iter().flat_map(|place| place.pods().iter().map(move |pod| (place, pod))) {
        let near = |key: &str| value(place, key).is_some() && value(place, key) == value(node, key);
        for (wishes, sign) in [(pod.preferred_affinity(), 1), (pod.preferred_anti_affinity(), -1)] {
            for wish in wishes {
                let mut term = wish.term.clone();
                term.unroll_namespaces(scene.listers.namespaces());
                sum += if near(&term.topology_key) && term.matches(&other.pod, None) { sign * i64::from(wish.weight) } else { 0 };
            }
        }
        for (wishes, sign) in [(other.preferred_affinity(), 1), (other.preferred_anti_affinity(), -1)] {
            let of = |wish: &&crate::scheduler::framework::affinity_term::WeightedTerm| near(&wish.term.topology_key) && wish.term.matches(&pod.pod, Some(&namespace));
            sum += wishes.iter().filter(of).map(|wish| sign * i64::from(wish.weight)).sum::<i64>();
        }
        sum += other.required_affinity().iter().filter(|term| near(&term.topology_key) && term.matches(&pod.pod, Some(&namespace))).count() as i64;
    }
    sum
}

/// Puts a pod to the plugins and to the plain way. With `off`, one node has lost some of its pods in thought.
fn compare(scene: &Scene, pod: &Arc<PodInfo>, draw: &mut Draw, what: &str) {
    let profile = scene.profile.clone();
    let mut state = CycleState::default();
    profile.run_pre_filter(scene.handle(), &mut state, pod).status.expect("these plugins refuse no pod before the nodes");
    let all: Vec<&NodeInfo> = scene.snapshot.nodes().collect();
    let mut changed = all[draw.0.below(all.len())].clone();
    for off in 0..3 {
        for node in nodes(scene, &changed) {
            let plain = (affinity_allows(scene, &nodes(scene, &changed), pod, node), spread_allows(&nodes(scene, &changed), pod, node));
            let ours = ["InterPodAffinity", "PodTopologySpread"].map(|name| {
                let filter = profile.plugin(name).and_then(|plugin| plugin.as_filter()).expect("it filters");
                filter.filter(&state, pod, node).is_ok()
            });
            assert_eq!(ours, [plain.0, plain.1], "{what} on {} after {off} pods were taken off {}", node.name, changed.name);
        }
        let Some(victim) = changed.pods().first().cloned() else { break };
        crate::scheduler::framework::runtime::take_off(&profile, &mut state, pod, &mut changed, &victim);
    }
    let scoring = profile.plugin("InterPodAffinity").expect("it is there");
    let (pre, score) = (scoring.as_pre_score().expect("it scores"), scoring.as_score().expect("it scores"));
    let mut state = CycleState::default();
    let skipped = pre.pre_score(scene.handle(), &mut state, pod, &all).is_err();
    for node in &all {
        let ours = if skipped { 0 } else { score.score(&state, pod, node) };
        assert_eq!(ours, preference(scene, &all, pod, node), "{what} scored on {}", node.name);
    }
}

#[test]
fn counts_that_are_kept_give_the_same_as_counting_anew() {
    for seed in 1..=60 {
        let mut draw = Draw(Stream::new(seed, "counting"));
        let mut scene = draw.scene();
        if scene.snapshot.is_empty() {
            continue;
        }
        for index in 0..6 {
            let pending = draw.pending(&format!("new-{index}")).info();
            // Half of the pods come as the scheduler brings them, with their topologies in use.
            if index % 2 == 0 {
                scene.snapshot.register_for(&pending);
            }
            compare(&scene, &pending, &mut draw, &format!("seed {seed}, pod {index}"));
        }
    }
}
