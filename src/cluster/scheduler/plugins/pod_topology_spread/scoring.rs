//! The soft constraints: the fewer pods of the group a node's domains hold, the better.
//!
//! Models: pkg/scheduler/framework/plugins/podtopologyspread/scoring.go, v1.36.
//! Simplified: nothing.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::PodTopologySpread;
use super::constraint::{Constraint, has_all_topologies};
use crate::scheduler::framework::cycle_state::CycleState;
use crate::scheduler::framework::node_info::NodeInfo;
use crate::scheduler::framework::node_selector::RequiredNodeAffinity;
use crate::scheduler::framework::plugin::{Handle, MAX_NODE_SCORE, PreScore, Score};
use crate::scheduler::framework::pod_info::PodInfo;
use crate::scheduler::framework::status::Status;
use crate::scheduler::pod_groups::GroupSet;
use crate::scheduler::topologies::{HOSTNAME, KeyId, NO_DOMAIN, Topologies};

#[derive(Clone, Debug)]
struct PreScoreState {
    topologies: Topologies,
    constraints: Vec<Weighted>,
    /// Nodes that lack a topology of the pod's own constraints.
    ignored: BTreeSet<Arc<str>>,
}

#[derive(Clone, Debug)]
struct Weighted {
    max_skew: i32,
    /// The pods that the constraint is about.
    selected: GroupSet,
    domains: Domains,
    /// Grows with the number of domains, so that few large domains do not drown many small ones.
    weight: f64,
}

/// The matching pods by domain.
#[derive(Clone, Debug)]
enum Domains {
    /// Each node counts for itself.
    Hosts,
    /// By the number of the domain in the topology.
    Counted(KeyId, Vec<i64>),
}

/// The nodes that a constraint is counted over.
struct Counting<'a> {
    handle: Handle<'a>,
    pod: &'a PodInfo,
    /// The nodes that passed the filters and have the topologies.
    candidates: &'a [&'a NodeInfo],
    /// The pod's own constraints, which every node must have the topologies for.
    own: Option<&'a [Constraint]>,
    required: RequiredNodeAffinity,
}

impl Counting<'_> {
    fn weighted(&self, constraint: &Constraint) -> Weighted {
        let selected = self.handle.snapshot.pod_groups.matching(&constraint.selector, self.pod.namespace());
        let (domains, size) = match constraint.topology_key.as_str() {
            HOSTNAME => (Domains::Hosts, self.candidates.len()),
            _ => self.counted(constraint, &selected),
        };
        Weighted { max_skew: constraint.max_skew, selected, domains, weight: natural_log((size + 2) as f64) }
    }

    fn counted_nodes(&self, constraint: &Constraint) -> impl Iterator<Item = &NodeInfo> {
        let has_all = |node: &&NodeInfo| self.own.is_none_or(|own| has_all_topologies(node.labels(), own));
        let included = |node: &&NodeInfo| constraint.includes(&self.pod.pod, node.node(), &self.required);
        self.handle.snapshot.nodes().filter(has_all).filter(included)
    }

    /// Nodes without the label are in a domain of their own, of number 0.
    fn counted(&self, constraint: &Constraint, selected: &GroupSet) -> (Domains, usize) {
        let topologies = &self.handle.snapshot.topologies;
        let key = topologies.find(&constraint.topology_key).expect("the topologies are in use");
        let topology = topologies.get(key);
        let mut present = vec![false; topology.bound()];
        for node in self.candidates {
            present[topology.domain_of(key, node) as usize] = true;
        }
        let excludes_none = self.own.is_none_or(|own| own.iter().all(|c| c.topology_key == HOSTNAME || topologies.find(&c.topology_key).is_some_and(|key| topologies.get(key).covers_all_nodes())));
        let all_nodes = excludes_none && (!constraint.honors_node_affinity || self.required.is_empty()) && !constraint.honors_node_taints;
        let counts = if all_nodes {
            topology.counts(selected)
        } else {
            let mut counts = vec![0; topology.bound()];
            for node in self.counted_nodes(constraint) {
                counts[topology.domain_of(key, node) as usize] += selected.count(node.groups());
            }
            counts
        };
        (Domains::Counted(key, counts), present.iter().filter(|present| **present).count())
    }
}

/// The natural logarithm of a number from 1 on, made of the four basic operations alone: the logarithm of the platform
/// may differ in the last digit between machines, and then so would decisions.
fn natural_log(number: f64) -> f64 {
    let (mut mantissa, mut halvings) = (number, 0.0);
    while mantissa > std::f64::consts::SQRT_2 {
        mantissa /= 2.0;
        halvings += 1.0;
    }
    // ln m = 2 (s + s³/3 + s⁵/5 + …) with s = (m - 1) / (m + 1), at most 0.172 here: eleven terms are enough.
    let s = (mantissa - 1.0) / (mantissa + 1.0);
    let series = (0..=10).rev().fold(0.0, |sum, n| sum * s * s + 1.0 / f64::from(2 * n + 1));
    halvings * std::f64::consts::LN_2 + 2.0 * s * series
}

impl PreScore for PodTopologySpread {
    fn pre_score(&self, handle: Handle, state: &mut CycleState, pod: &PodInfo, nodes: &[&NodeInfo]) -> Result<(), Status> {
        let (constraints, own) = self.soft_constraints(&pod.pod, handle.listers);
        if constraints.is_empty() {
            return Err(Status::skip());
        }
        // Hosts are counted node by node.
        let counted: Vec<Constraint> = constraints.iter().filter(|constraint| constraint.topology_key != HOSTNAME).cloned().collect();
        let snapshot = super::in_use(handle, &counted);
        let handle = Handle { snapshot: &snapshot, ..handle };
        let qualified = |node: &NodeInfo| !own || has_all_topologies(node.labels(), &constraints);
        let ignored: BTreeSet<Arc<str>> = nodes.iter().filter(|node| !qualified(node)).map(|node| node.name.clone()).collect();
        let candidates: Vec<&NodeInfo> = nodes.iter().copied().filter(|node| qualified(node)).collect();
        let counting = Counting {
            handle,
            pod,
            candidates: &candidates,
            own: own.then_some(&constraints[..]),
            required: RequiredNodeAffinity::of(&pod.pod),
        };
        let constraints = constraints.iter().map(|constraint| counting.weighted(constraint)).collect();
        state.write(PreScoreState { topologies: snapshot.topologies.clone(), constraints, ignored });
        Ok(())
    }
}

impl Score for PodTopologySpread {
    /// The matching pods of the node's domains, weighted; the fewer the better.
    fn score(&self, state: &CycleState, _: &PodInfo, node: &NodeInfo) -> i64 {
        let Some(state) = state.read::<PreScoreState>() else { return 0 };
        if !state.ignored.is_empty() && state.ignored.contains(&node.name) {
            return 0;
        }
        let mut score = 0.0;
        for Weighted { max_skew, selected, domains, weight } in &state.constraints {
            let count = match domains {
                Domains::Hosts if node.has_hostname => selected.count(node.groups()),
                Domains::Counted(key, counts) => match state.topologies.get(*key).domain_of(*key, node) {
                    NO_DOMAIN => continue,
                    domain => counts[domain as usize],
                },
                Domains::Hosts => continue,
            };
            // The skew waters the difference between domains down: the larger, the more tolerant.
            score += count as f64 * weight + f64::from(max_skew - 1);
        }
        score.round() as i64
    }

    fn normalize(&self, state: &CycleState, nodes: &[&NodeInfo], scores: &mut [i64]) {
        let Some(state) = state.read::<PreScoreState>() else { return };
        let counts = |node: &NodeInfo| state.ignored.is_empty() || !state.ignored.contains(&node.name);
        let counting = || nodes.iter().zip(scores.iter()).filter(|(node, _)| counts(node)).map(|(_, score)| *score);
        let (least, greatest) = (counting().min().unwrap_or(i64::MAX), counting().max().unwrap_or(0).max(0));
        for (node, score) in nodes.iter().zip(scores) {
            *score = match () {
                () if !counts(node) => 0,
                () if greatest == 0 => MAX_NODE_SCORE,
                () => MAX_NODE_SCORE * (greatest + least - *score) / greatest,
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scheduler::topologies::ZONE;
    use crate::scheduler::tests::building::{NodeBuilder, PodBuilder, Scene, node, pod, scores, scores_in};
    use serde_json::json;

    fn plugin() -> PodTopologySpread {
        PodTopologySpread::new(&crate::scheduler::configuration::args::PodTopologySpreadArgs::default())
    }

    fn soft(key: &str) -> serde_json::Value {
        json!({ "maxSkew": 1, "topologyKey": key, "whenUnsatisfiable": "ScheduleAnyway",
            "labelSelector": { "matchLabels": { "app": "foo" } } })
    }

    fn there(places: &[(&str, usize)]) -> Vec<PodBuilder> {
        let many = |(node, count): &(&str, usize)| {
            let node = (*node).to_owned();
            (0..*count).map(move |n| pod(&format!("{node}-{n}")).label("app", "foo").on(&node))
        };
        places.iter().flat_map(many).collect()
    }

    fn hosts(names: &[&str]) -> Vec<NodeBuilder> {
        names.iter().map(|name| node(name).label(HOSTNAME, name)).collect()
    }

    #[test]
    fn emptier_nodes_are_better() {
        let spread = pod("p").label("app", "foo").spec("topologySpreadConstraints", json!([soft(HOSTNAME)]));
        let scored = |places: &[(&str, usize)]| scores(&plugin(), &spread, hosts(&["a", "b", "c", "d"]), there(places));
        assert_eq!(scored(&[]), [100, 100, 100, 100]);
        // At weight ln 6 the counts 2, 1, 0 and 3 become 4, 2, 0 and 5.
        assert_eq!(scored(&[("a", 2), ("b", 1), ("d", 3)]), [20, 60, 100, 0]);
    }

    #[test]
    fn nodes_without_the_topology_score_nothing() {
        let spread = pod("p").label("app", "foo").spec("topologySpreadConstraints", json!([soft(HOSTNAME)]));
        let mut nodes = hosts(&["a", "b"]);
        nodes.push(node("plain"));
        assert_eq!(scores(&plugin(), &spread, nodes, there(&[("a", 1)])), [0, 100, 0]);
    }

    #[test]
    fn the_logarithm_is_exact_enough() {
        for number in (1..10_000).map(f64::from) {
            let difference = (natural_log(number) - number.ln()).abs();
            assert!(difference <= 4.0 * f64::EPSILON * number.ln().max(1.0), "ln {number} is off by {difference:e}");
        }
    }

    #[test]
    fn zones_are_counted_alike_whichever_way() {
        let in_zone = |name: &str, zone: &str| node(name).label(ZONE, zone).label("zone", zone);
        let nodes = || vec![in_zone("a", "1"), in_zone("b", "1"), in_zone("c", "2"), node("d")];
        let pods = || there(&[("a", 3), ("b", 1), ("c", 2), ("d", 1)]);
        let by = |key: &str| pod("p").label("app", "foo").spec("topologySpreadConstraints", json!([soft(key)]));
        let known = scores(&plugin(), &by(ZONE), nodes(), pods());
        assert_eq!(known, scores(&plugin(), &by("zone"), nodes(), pods()));
        // Four pods in zone 1 and two in zone 2, at weight ln 4: 6 and 3.
        assert_eq!(known, [50, 100, 0, 50], "the order of the nodes is a, c, d, b");
    }

    #[test]
    fn pods_follow_their_node_into_another_zone() {
        let mut scene = Scene::new(vec![node("a").label(ZONE, "1"), node("b").label(ZONE, "2")], there(&[("a", 2)]));
        let service = json!({ "metadata": { "name": "s", "namespace": "default" }, "spec": { "selector": { "app": "foo" } } });
        scene.listers.set_service(Arc::new(serde_json::from_value(service).expect("a service")));
        let plain = pod("p").label("app", "foo");
        // Two pods at weight ln 4 with 4 added for the skew of 5: 7, against 4.
        assert_eq!(scores_in(&scene, &plugin(), &plain), [57, 100]);
        scene.snapshot.set_node(node("a").label(ZONE, "2").arc());
        scene.snapshot.refresh();
        assert_eq!(scores_in(&scene, &plugin(), &plain), [100, 100]);
        scene.snapshot.remove_node("a");
        scene.snapshot.refresh();
        scene.snapshot.remove_pod("a", "a-0");
        assert_eq!(scores_in(&scene, &plugin(), &plain), [100]);
    }

    #[test]
    fn pods_of_a_service_are_spread_by_default() {
        let nodes: Vec<NodeBuilder> = hosts(&["a", "b", "c"]);
        let mut scene = Scene::new(nodes, there(&[("a", 2), ("b", 1)]));
        let plain = pod("p").label("app", "foo");
        assert_eq!(scores_in(&scene, &plugin(), &plain), [0, 0, 0], "nothing groups the pods");
        let service = json!({ "metadata": { "name": "s", "namespace": "default" }, "spec": { "selector": { "app": "foo" } } });
        scene.listers.set_service(Arc::new(serde_json::from_value(service).expect("a service")));
        // Two, one and no pods at weight ln 5 with 2 added for the skew of 3: 5, 4 and 2.
        assert_eq!(scores_in(&scene, &plugin(), &plain), [40, 60, 100]);
    }
}
