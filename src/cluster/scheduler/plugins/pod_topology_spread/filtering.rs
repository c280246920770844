//! The hard constraints: on which nodes the pod would make the spread too uneven.
//!
//! Models: pkg/scheduler/framework/plugins/podtopologyspread/filtering.go, v1.36.
//! Simplified: the least count is taken from all domains instead of the two least of the beginning.

use std::collections::BTreeMap;
use std::sync::Arc;

use podarium_api::Resource as _;

use super::PodTopologySpread;
use super::constraint::{Constraint, hard_constraints, has_all_topologies};
use crate::scheduler::pod_groups::GroupSet;
use crate::scheduler::framework::cycle_state::CycleState;
use crate::scheduler::framework::node_info::NodeInfo;
use crate::scheduler::framework::node_selector::RequiredNodeAffinity;
use crate::scheduler::framework::plugin::{Filter, Handle, PreFilter, PreFilterResult};
use crate::scheduler::framework::pod_info::PodInfo;
use crate::scheduler::framework::status::Status;

const TOO_UNEVEN: &str = "node(s) didn't match pod topology spread constraints";
const NO_LABEL: &str = "node(s) didn't match pod topology spread constraints (missing required label)";

/// One constraint with the number of matching pods in each domain.
#[derive(Clone, Debug)]
struct Counted {
    domains: BTreeMap<String, i64>,
    /// The least of the counts, or 0 when there are fewer domains than the constraint wants.
    least: i64,
    self_match: i64,
}

impl Counted {
    fn find_least(&mut self, constraint: &Constraint) {
        let enough = self.domains.len() >= usize::try_from(constraint.min_domains).unwrap_or(0);
        self.least = if enough { self.domains.values().copied().min().unwrap_or(0) } else { 0 };
    }
}

#[derive(Clone, Debug)]
struct PreFilterState {
    constraints: Arc<Vec<Constraint>>,
    counted: Vec<Counted>,
}

impl PreFilter for PodTopologySpread {
    fn pre_filter(&self, handle: Handle, state: &mut CycleState, pod: &PodInfo) -> Result<PreFilterResult, Status> {
        let constraints = hard_constraints(&pod.pod);
        if constraints.is_empty() {
            return Err(Status::skip());
        }
        let own_labels = pod.pod.meta().labels.as_ref();
        let empty = |constraint: &Constraint| Counted {
            domains: BTreeMap::new(),
            least: 0,
            self_match: i64::from(constraint.selector.matches(own_labels)),
        };
        let mut counted: Vec<Counted> = constraints.iter().map(empty).collect();
        let groups = &handle.snapshot.pod_groups;
        let selected: Vec<GroupSet> = constraints.iter().map(|c| groups.matching(&c.selector, pod.namespace())).collect();
        let required = RequiredNodeAffinity::of(&pod.pod);
        for node in handle.snapshot.nodes().filter(|node| has_all_topologies(node.labels(), &constraints)) {
            for ((constraint, selected), counted) in constraints.iter().zip(&selected).zip(&mut counted) {
                if constraint.includes(&pod.pod, node.node(), &required) {
                    let value = node.labels()[&constraint.topology_key].clone();
                    *counted.domains.entry(value).or_default() += selected.count(node.groups());
                }
            }
        }
        for (constraint, counted) in constraints.iter().zip(&mut counted) {
            counted.find_least(constraint);
        }
        state.write(PreFilterState { constraints: Arc::new(constraints), counted });
        Ok(None)
    }

    fn add_pod(&self, state: &mut CycleState, pod: &PodInfo, added: &PodInfo, node: &NodeInfo) {
        recount(state, pod, added, node, 1);
    }

    fn remove_pod(&self, state: &mut CycleState, pod: &PodInfo, removed: &PodInfo, node: &NodeInfo) {
        recount(state, pod, removed, node, -1);
    }
}

fn recount(state: &mut CycleState, pod: &PodInfo, other: &PodInfo, node: &NodeInfo, amount: i64) {
    let Some(PreFilterState { constraints, counted }) = state.read_mut::<PreFilterState>() else { return };
    if other.namespace() != pod.namespace() || !has_all_topologies(node.labels(), constraints) {
        return;
    }
    let required = RequiredNodeAffinity::of(&pod.pod);
    for (constraint, counted) in constraints.iter().zip(counted) {
        let matches = constraint.selector.matches(other.pod.meta().labels.as_ref());
        if matches && constraint.includes(&pod.pod, node.node(), &required) {
            let value = node.labels()[&constraint.topology_key].clone();
            *counted.domains.entry(value).or_default() += amount;
            counted.find_least(constraint);
        }
    }
}

impl Filter for PodTopologySpread {
    /// Matching pods of the domain, with this one if it matches, less those of the emptiest domain: at most the skew.
    fn filter(&self, state: &CycleState, _: &PodInfo, node: &NodeInfo) -> Result<(), Status> {
        let Some(state) = state.read::<PreFilterState>() else { return Ok(()) };
        for (constraint, counted) in state.constraints.iter().zip(&state.counted) {
            let Some(value) = node.labels().get(&constraint.topology_key) else {
                return Err(Status::unresolvable(NO_LABEL));
            };
            let there = counted.domains.get(value).copied().unwrap_or(0);
            if there + counted.self_match - counted.least > i64::from(constraint.max_skew) {
                return Err(Status::unschedulable(TOO_UNEVEN));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scheduler::tests::building::{NodeBuilder, PodBuilder, Scene, node, pod};
    use serde_json::json;

    fn constraint(max_skew: i32, key: &str) -> serde_json::Value {
        json!({ "maxSkew": max_skew, "topologyKey": key, "whenUnsatisfiable": "DoNotSchedule",
            "labelSelector": { "matchLabels": { "app": "foo" } } })
    }

    fn nodes() -> Vec<NodeBuilder> {
        let zone = |name: &str, zone: &str| node(name).label("zone", zone).label("node", name);
        vec![zone("a", "zone1"), zone("b", "zone1"), zone("x", "zone2"), zone("y", "zone2")]
    }

    fn there(places: &[&str]) -> Vec<PodBuilder> {
        places.iter().enumerate().map(|(n, node)| pod(&format!("p{n}")).label("app", "foo").on(node)).collect()
    }

    /// For each node in the order of the snapshot: `+`, `-`, or `!` when not even preemption helps.
    fn fits(constraints: serde_json::Value, nodes: Vec<NodeBuilder>, pods: Vec<PodBuilder>) -> String {
        let scene = Scene::new(nodes, pods);
        let info = pod("p").label("app", "foo").spec("topologySpreadConstraints", constraints).info();
        let mut state = CycleState::default();
        PodTopologySpread.pre_filter(scene.handle(), &mut state, &info).expect("it has constraints");
        let answer = |node: &NodeInfo| match PodTopologySpread.filter(&state, &info, node) {
            Ok(()) => '+',
            Err(status) if status.code == crate::scheduler::framework::status::Code::Unschedulable => '-',
            Err(_) => '!',
        };
        scene.snapshot.nodes().map(answer).collect()
    }

    #[test]
    fn a_domain_may_exceed_the_emptiest_by_the_skew() {
        let zone = |skew| json!([constraint(skew, "zone")]);
        assert_eq!(fits(zone(1), nodes(), there(&[])), "++++");
        assert_eq!(fits(zone(1), nodes(), there(&["a", "b"])), "--++");
        assert_eq!(fits(zone(1), nodes(), there(&["a", "b", "x"])), "--++");
        assert_eq!(fits(zone(1), nodes(), there(&["a", "b", "x", "y"])), "++++");
        assert_eq!(fits(zone(2), nodes(), there(&["a", "b", "x"])), "++++");
        assert_eq!(fits(json!([constraint(1, "node")]), nodes(), there(&["a", "a", "b", "x"])), "---+");
    }

    #[test]
    fn all_constraints_hold_together() {
        let both = || json!([constraint(1, "zone"), constraint(1, "node")]);
        assert_eq!(fits(both(), nodes(), there(&["a", "a", "b", "x", "y"])), "--++");
        assert_eq!(fits(both(), nodes(), there(&["a", "a", "b", "x"])), "---+");
    }

    #[test]
    fn nodes_without_the_topology_are_beyond_help() {
        let mut with_plain = nodes();
        with_plain.push(node("plain"));
        assert_eq!(fits(json!([constraint(1, "zone")]), with_plain, there(&["a"])), "--++!");
    }

    #[test]
    fn too_few_domains_count_as_an_empty_one() {
        let mut wants_three = constraint(1, "zone");
        wants_three["minDomains"] = json!(3);
        assert_eq!(fits(json!([wants_three]), nodes(), there(&["a", "x"])), "----");
    }

    #[test]
    fn pods_that_go_away_and_pods_of_other_namespaces_do_not_count() {
        let pods = vec![pod("t").label("app", "foo").on("a").terminating(), pod("o").label("app", "foo").namespace("o").on("a")];
        assert_eq!(fits(json!([constraint(1, "zone")]), nodes(), pods), "++++");
    }
}
