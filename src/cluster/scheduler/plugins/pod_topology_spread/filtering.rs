//! The hard constraints: on which nodes the pod would make the spread too uneven.
//!
//! Models: pkg/scheduler/framework/plugins/podtopologyspread/filtering.go, v1.36.
//! Simplified: the least count is taken from all domains instead of the two least of the beginning.

use std::collections::BTreeSet;
use std::sync::Arc;

use podarium_api::Resource as _;

use super::PodTopologySpread;
use super::constraint::Constraint;
use crate::scheduler::framework::cycle_state::CycleState;
use crate::scheduler::framework::node_info::NodeInfo;
use crate::scheduler::framework::node_selector::RequiredNodeAffinity;
use crate::scheduler::framework::plugin::{Filter, Handle, PreFilter, PreFilterResult};
use crate::scheduler::framework::pod_info::PodInfo;
use crate::scheduler::framework::status::Status;
use crate::scheduler::pod_groups::GroupSet;
use crate::scheduler::topologies::{DomainId, KeyId, NO_DOMAIN, Topologies, Topology};

const TOO_UNEVEN: &str = "node(s) didn't match pod topology spread constraints";
const NO_LABEL: &str = "node(s) didn't match pod topology spread constraints (missing required label)";

/// The matching pods of each domain.
#[derive(Clone, Debug)]
enum Counts {
    /// As the snapshot counts them.
    OfSnapshot(GroupSet),
    /// Counted for this cycle, because not every node counts, or because pods have been taken off in thought.
    Own { pods: Vec<i64>, present: BTreeSet<DomainId> },
}

/// One constraint with the number of matching pods in each domain.
#[derive(Clone, Debug)]
struct Counted {
    key: KeyId,
    counts: Counts,
    /// The least of the counts, or 0 when there are fewer domains than the constraint wants.
    least: i64,
    self_match: i64,
}

impl Counted {
    fn pods_in(&self, topology: &Topology, domain: DomainId) -> i64 {
        match &self.counts {
            Counts::OfSnapshot(groups) => topology.pods_in(groups, domain),
            Counts::Own { pods, .. } => pods.get(domain as usize).copied().unwrap_or(0),
        }
    }

    fn find_least(&mut self, constraint: &Constraint, topology: &Topology) {
        let (domains, least) = match &self.counts {
            Counts::OfSnapshot(groups) => (topology.domains(), topology.least(groups)),
            Counts::Own { pods, present } => (present.len(), present.iter().map(|domain| pods[*domain as usize]).min().unwrap_or(0)),
        };
        self.least = if domains >= usize::try_from(constraint.min_domains).unwrap_or(0) { least } else { 0 };
    }

    /// Counts of its own, which can be changed.
    fn own(&mut self, topology: &Topology) -> &mut Vec<i64> {
        if let Counts::OfSnapshot(groups) = &self.counts {
            self.counts = Counts::Own { pods: topology.counts(groups), present: topology.domain_ids().collect() };
        }
        match &mut self.counts {
            Counts::Own { pods, .. } => pods,
            Counts::OfSnapshot(_) => unreachable!("the counts were just made its own"),
        }
    }
}

#[derive(Clone, Debug)]
struct PreFilterState {
    topologies: Topologies,
    constraints: Arc<Vec<Constraint>>,
    counted: Vec<Counted>,
}

impl PreFilter for PodTopologySpread {
    fn pre_filter(&self, handle: Handle, state: &mut CycleState, pod: &PodInfo) -> Result<PreFilterResult, Status> {
        let constraints = self.hard_constraints(&pod.pod, handle.listers);
        if constraints.is_empty() {
            return Err(Status::skip());
        }
        let snapshot = super::in_use(handle, &constraints);
        let topologies = &snapshot.topologies;
        let keys: Vec<KeyId> = constraints.iter().map(|c| topologies.find(&c.topology_key).expect("the topologies are in use")).collect();
        let required = RequiredNodeAffinity::of(&pod.pod);
        let every_node_counts = keys.iter().all(|key| topologies.get(*key).covers_all_nodes())
            && constraints.iter().all(|c| !c.honors_node_taints && (!c.honors_node_affinity || required.is_empty()));
        let own_labels = pod.pod.meta().labels.as_ref();
        let mut counted: Vec<Counted> = constraints
            .iter()
            .zip(&keys)
            .map(|(constraint, key)| Counted {
                key: *key,
                counts: Counts::OfSnapshot(snapshot.pod_groups.matching(&constraint.selector, pod.namespace())),
                least: 0,
                self_match: i64::from(constraint.selector.matches(own_labels)),
            })
            .collect();
        if !every_node_counts {
            count_nodes(Handle { snapshot: &snapshot, ..handle }, pod, &constraints, &required, &mut counted);
        }
        for (constraint, counted) in constraints.iter().zip(&mut counted) {
            counted.find_least(constraint, topologies.get(counted.key));
        }
        state.write(PreFilterState { topologies: topologies.clone(), constraints: Arc::new(constraints), counted });
        Ok(None)
    }

    fn add_pod(&self, state: &mut CycleState, pod: &PodInfo, added: &PodInfo, node: &NodeInfo) {
        recount(state, pod, added, node, 1);
    }

    fn remove_pod(&self, state: &mut CycleState, pod: &PodInfo, removed: &PodInfo, node: &NodeInfo) {
        recount(state, pod, removed, node, -1);
    }
}

/// Counts the pods of those nodes that have all topologies and that the constraint does not leave out.
fn count_nodes(handle: Handle, pod: &PodInfo, constraints: &[Constraint], required: &RequiredNodeAffinity, counted: &mut [Counted]) {
    let topologies = &handle.snapshot.topologies;
    let mut own: Vec<(Vec<i64>, BTreeSet<DomainId>)> =
        counted.iter().map(|counted| (vec![0; topologies.get(counted.key).bound()], BTreeSet::new())).collect();
    for node in handle.snapshot.nodes() {
        let domains = counted.iter().map(|counted| topologies.get(counted.key).domain_of(counted.key, node));
        if domains.clone().any(|domain| domain == NO_DOMAIN) {
            continue;
        }
        for ((domain, constraint), (counted, (pods, present))) in domains.zip(constraints).zip(counted.iter().zip(&mut own)) {
            if let Counts::OfSnapshot(groups) = &counted.counts
                && constraint.includes(&pod.pod, node.node(), required)
            {
                pods[domain as usize] += groups.count(node.groups());
                present.insert(domain);
            }
        }
    }
    for (counted, (pods, present)) in counted.iter_mut().zip(own) {
        counted.counts = Counts::Own { pods, present };
    }
}

fn recount(state: &mut CycleState, pod: &PodInfo, other: &PodInfo, node: &NodeInfo, amount: i64) {
    let Some(PreFilterState { topologies, constraints, counted }) = state.read_mut::<PreFilterState>() else { return };
    let domain = |key: KeyId| topologies.get(key).domain_of(key, node);
    if other.namespace() != pod.namespace() || counted.iter().any(|counted| domain(counted.key) == NO_DOMAIN) {
        return;
    }
    let required = RequiredNodeAffinity::of(&pod.pod);
    for (constraint, counted) in constraints.iter().zip(counted) {
        let matches = constraint.selector.matches(other.pod.meta().labels.as_ref());
        if matches && constraint.includes(&pod.pod, node.node(), &required) {
            let topology = topologies.get(counted.key);
            let domain = domain(counted.key);
            if let Some(pods) = counted.own(topology).get_mut(domain as usize) {
                *pods += amount;
            }
            counted.find_least(constraint, topology);
        }
    }
}

impl PodTopologySpread {
    /// Matching pods of the domain, with this one if it matches, less those of the emptiest domain: at most the skew.
    fn objections<'a>(&self, state: &'a CycleState, node: &'a NodeInfo) -> impl Iterator<Item = Status> + 'a {
        let state = state.read::<PreFilterState>();
        let constraints = state.into_iter().flat_map(|state| state.constraints.iter().zip(&state.counted).map(move |pair| (state, pair)));
        constraints.filter_map(|(state, (constraint, counted))| {
            let topology = state.topologies.get(counted.key);
            let domain = topology.domain_of(counted.key, node);
            if domain == NO_DOMAIN {
                return Some(Status::unresolvable(NO_LABEL));
            }
            let skew = counted.pods_in(topology, domain) + counted.self_match - counted.least;
            (skew > i64::from(constraint.max_skew)).then(|| Status::unschedulable(TOO_UNEVEN))
        })
    }
}

impl Filter for PodTopologySpread {
    fn filter(&self, state: &CycleState, _: &PodInfo, node: &NodeInfo) -> Result<(), Status> {
        match self.objections(state, node).next() {
            Some(status) => Err(status),
            None => Ok(()),
        }
    }

    fn all_objections(&self, state: &CycleState, _: &PodInfo, node: &NodeInfo) -> Vec<Status> {
        self.objections(state, node).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scheduler::tests::building::{NodeBuilder, PodBuilder, Scene, node, pod};
    use serde_json::json;

    fn plugin() -> PodTopologySpread {
        PodTopologySpread::new(&crate::scheduler::configuration::args::PodTopologySpreadArgs::default())
    }

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
        let plugin = plugin();
        plugin.pre_filter(scene.handle(), &mut state, &info).expect("it has constraints");
        let answer = |node: &NodeInfo| match plugin.filter(&state, &info, node) {
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
