//! The soft constraints: the fewer pods of the group a node's domains hold, the better.
//!
//! Models: pkg/scheduler/framework/plugins/podtopologyspread/scoring.go, v1.36.
//! Simplified: nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::PodTopologySpread;
use super::constraint::{Constraint, HOSTNAME, has_all_topologies, soft_constraints};
use crate::scheduler::pod_groups::GroupSet;
use crate::scheduler::framework::cycle_state::CycleState;
use crate::scheduler::framework::node_info::NodeInfo;
use crate::scheduler::framework::node_selector::RequiredNodeAffinity;
use crate::scheduler::framework::plugin::{Handle, MAX_NODE_SCORE, PreScore, Score};
use crate::scheduler::framework::pod_info::PodInfo;
use crate::scheduler::framework::status::Status;

#[derive(Clone, Debug)]
struct PreScoreState {
    constraints: Vec<Weighted>,
    /// Nodes that lack a topology of the pod's own constraints.
    ignored: BTreeSet<Arc<str>>,
}

#[derive(Clone, Debug)]
struct Weighted {
    constraint: Constraint,
    /// The pods that the constraint is about.
    selected: GroupSet,
    /// Matching pods by domain; empty for the host name, where each node counts for itself.
    domains: BTreeMap<String, i64>,
    /// Grows with the number of domains, so that few large domains do not drown many small ones.
    weight: f64,
}

impl PreScore for PodTopologySpread {
    fn pre_score(&self, handle: Handle, state: &mut CycleState, pod: &PodInfo, nodes: &[&NodeInfo]) -> Result<(), Status> {
        let (constraints, own) = soft_constraints(&pod.pod, handle.listers);
        if constraints.is_empty() {
            return Err(Status::skip());
        }
        let qualified = |node: &NodeInfo| !own || has_all_topologies(node.labels(), &constraints);
        let ignored: BTreeSet<Arc<str>> = nodes.iter().filter(|node| !qualified(node)).map(|node| node.name.clone()).collect();
        let mut weighted: Vec<Weighted> = Vec::with_capacity(constraints.len());
        for constraint in &constraints {
            let mut domains = BTreeMap::new();
            if constraint.topology_key != HOSTNAME {
                for node in nodes.iter().filter(|node| qualified(node)) {
                    // A node without the label is in a domain of its own kind, with an empty name.
                    let value = node.labels().get(&constraint.topology_key).map(String::as_str).unwrap_or_default();
                    if !domains.contains_key(value) {
                        domains.insert(value.to_owned(), 0);
                    }
                }
            }
            let size = if constraint.topology_key == HOSTNAME { nodes.len() - ignored.len() } else { domains.len() };
            let selected = handle.snapshot.pod_groups.matching(&constraint.selector, pod.namespace());
            weighted.push(Weighted { constraint: constraint.clone(), selected, domains, weight: ((size + 2) as f64).ln() });
        }
        let required = RequiredNodeAffinity::of(&pod.pod);
        for weighted in weighted.iter_mut().filter(|weighted| weighted.constraint.topology_key != HOSTNAME) {
            for node in handle.snapshot.nodes().filter(|node| qualified(node)) {
                let value = node.labels().get(&weighted.constraint.topology_key).map(String::as_str).unwrap_or_default();
                let Some(count) = weighted.domains.get_mut(value) else { continue };
                if weighted.constraint.includes(&pod.pod, node.node(), &required) {
                    *count += weighted.selected.count(node.groups());
                }
            }
        }
        state.write(PreScoreState { constraints: weighted, ignored });
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
        for Weighted { constraint, selected, domains, weight } in &state.constraints {
            let Some(value) = node.labels().get(&constraint.topology_key) else { continue };
            let count = if constraint.topology_key == HOSTNAME {
                selected.count(node.groups())
            } else {
                domains.get(value).copied().unwrap_or(0)
            };
            // The skew waters the difference between domains down: the larger, the more tolerant.
            score += count as f64 * weight + f64::from(constraint.max_skew - 1);
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
    use crate::scheduler::testing::{NodeBuilder, PodBuilder, Scene, node, pod, scores, scores_in};
    use serde_json::json;

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
        let scored = |places: &[(&str, usize)]| scores(&PodTopologySpread, &spread, hosts(&["a", "b", "c", "d"]), there(places));
        assert_eq!(scored(&[]), [100, 100, 100, 100]);
        // At weight ln 6 the counts 2, 1, 0 and 3 become 4, 2, 0 and 5.
        assert_eq!(scored(&[("a", 2), ("b", 1), ("d", 3)]), [20, 60, 100, 0]);
    }

    #[test]
    fn nodes_without_the_topology_score_nothing() {
        let spread = pod("p").label("app", "foo").spec("topologySpreadConstraints", json!([soft(HOSTNAME)]));
        let mut nodes = hosts(&["a", "b"]);
        nodes.push(node("plain"));
        assert_eq!(scores(&PodTopologySpread, &spread, nodes, there(&[("a", 1)])), [0, 100, 0]);
    }

    #[test]
    fn pods_of_a_service_are_spread_by_default() {
        let nodes: Vec<NodeBuilder> = hosts(&["a", "b", "c"]);
        let mut scene = Scene::new(nodes, there(&[("a", 2), ("b", 1)]));
        let plain = pod("p").label("app", "foo");
        assert_eq!(scores_in(&scene, &PodTopologySpread, &plain), [0, 0, 0], "nothing groups the pods");
        let service = json!({ "metadata": { "name": "s", "namespace": "default" }, "spec": { "selector": { "app": "foo" } } });
        scene.listers.set_service(Arc::new(serde_json::from_value(service).expect("a service")));
        // Two, one and no pods at weight ln 5 with 2 added for the skew of 3: 5, 4 and 2.
        assert_eq!(scores_in(&scene, &PodTopologySpread, &plain), [40, 60, 100]);
    }
}
