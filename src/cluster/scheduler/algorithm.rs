//! One scheduling cycle: which nodes can take the pod, and which of them is the best.
//!
//! In a large cluster the search stops when enough nodes have been found that fit: 500 of 5,000. The next cycle goes
//! on where this one stopped, so every node gets its turn.
//!
//! Models: pkg/scheduler/schedule_one.go (schedulePod and what it calls), v1.36.
//! Simplified: nodes are asked one after the other; no extenders; no batches of like pods (OpportunisticBatching).

use podarium_sim::Stream;

use super::framework::cycle_state::CycleState;
use super::framework::diagnosis::{Diagnosis, Nomination, PostFilterOutcome, Preemption};
use super::framework::node_info::NodeInfo;
use super::framework::plugin::Handle;
use super::framework::pod_info::PodInfo;
use super::framework::profile::{Point, Profile};
use super::framework::status::Status;
use super::snapshot::Slot;

/// In clusters up to this size every node is looked at.
const MIN_FEASIBLE_NODES: usize = 100;
const MIN_FEASIBLE_PERCENTAGE: usize = 5;
const NO_NODES: &str = "no nodes available to schedule pods";

/// What a cycle needs to know of the one before, and its source of chance.
#[derive(Clone, Debug)]
pub struct Algorithm {
    /// How many of all nodes are enough, unless the profile says otherwise; 0 lets the size of the cluster decide.
    pub percentage_of_nodes_to_score: usize,
    /// Where in the order of nodes the next search begins.
    pub next_start: usize,
    pub random: Stream,
}

/// What came out of a cycle.
#[derive(Clone, Debug)]
pub enum Outcome {
    Placed(Placement),
    Failed(Box<Failure>),
}

impl Outcome {
    /// The node, or the text that says why there is none.
    pub fn node(&self) -> Result<String, String> {
        match self {
            Outcome::Placed(placement) => Ok(placement.node.clone()),
            Outcome::Failed(failure) => Err(failure.message.clone()),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placement {
    pub node: String,
    pub evaluated_nodes: usize,
    pub feasible_nodes: usize,
}

#[derive(Clone, Debug)]
pub struct Failure {
    pub message: String,
    /// False when something else than the cluster's state was in the way.
    pub is_rejected: bool,
    pub diagnosis: Diagnosis,
    pub nomination: Nomination,
    pub preemption: Option<Preemption>,
}

impl Failure {
    pub fn error(message: String) -> Self {
        Failure { message, is_rejected: false, diagnosis: Diagnosis::default(), nomination: clear(), preemption: None }
    }
}

fn clear() -> Nomination {
    Nomination::Set(String::new())
}

/// How many nodes that fit are enough: the configured percentage of them, or if that is 0, half of them in small
/// clusters, one percentage point less for every 125 nodes, at least 5 %; and in any case at least 100 nodes.
pub fn feasible_nodes_to_find(percentage: usize, all: usize) -> usize {
    if all < MIN_FEASIBLE_NODES {
        return all;
    }
    let percentage = match percentage {
        0 => 50usize.saturating_sub(all / 125).max(MIN_FEASIBLE_PERCENTAGE),
        percentage => percentage,
    };
    (all * percentage / 100).max(MIN_FEASIBLE_NODES)
}

/// The same for a profile: when nothing scores, the first node that fits is as good as any.
pub fn nodes_to_find(profile: &Profile, percentage: usize, all: usize) -> usize {
    if !profile.has(Point::Score) {
        return all.min(1);
    }
    feasible_nodes_to_find(profile.percentage_of_nodes_to_score().unwrap_or(percentage), all)
}

impl Algorithm {
    pub fn new(percentage_of_nodes_to_score: usize, random: Stream) -> Self {
        Algorithm { percentage_of_nodes_to_score, next_start: 0, random }
    }

    /// Finds a node for the pod, as the profile of the handle wants it. The snapshot must have been refreshed.
    pub fn schedule(&mut self, handle: Handle, pod: &PodInfo) -> Outcome {
        if handle.snapshot.is_empty() {
            return Outcome::Failed(Box::new(Failure { is_rejected: true, ..Failure::error(NO_NODES.to_owned()) }));
        }
        let mut state = CycleState::default();
        let mut diagnosis = Diagnosis::default();
        let feasible = match self.find_feasible(handle, &mut state, pod, &mut diagnosis) {
            Ok(feasible) => feasible,
            Err(status) => return Outcome::Failed(Box::new(Failure::error(status.message()))),
        };
        let evaluated = |others: &Diagnosis| feasible.len() + others.node_to_status.len();
        let chosen = match feasible.as_slice() {
            [] => return Outcome::Failed(Box::new(self.post_filter(handle, &state, pod, diagnosis))),
            [only] => *only,
            _ => match self.best(handle, &mut state, pod, &feasible) {
                Ok(best) => best,
                Err(status) => return Outcome::Failed(Box::new(Failure::error(status.message()))),
            },
        };
        Outcome::Placed(Placement {
            node: handle.snapshot.node(chosen).name.to_string(),
            evaluated_nodes: evaluated(&diagnosis),
            feasible_nodes: feasible.len(),
        })
    }

    fn post_filter(&mut self, handle: Handle, state: &CycleState, pod: &PodInfo, mut diagnosis: Diagnosis) -> Failure {
        let outcome = handle.profile.run_post_filter(handle, state, pod, &diagnosis.node_to_status, &mut self.random);
        let PostFilterOutcome { nomination, preemption, status } = outcome;
        diagnosis.post_filter_message = status.err().map(|status| status.message()).unwrap_or_default();
        let message = diagnosis.message(handle.snapshot.len());
        Failure { message, is_rejected: true, diagnosis, nomination, preemption }
    }

    /// The nodes that pass all filters, as many as are enough. An error is one of the machinery.
    fn find_feasible(&mut self, handle: Handle, state: &mut CycleState, pod: &PodInfo, diagnosis: &mut Diagnosis) -> Result<Vec<Slot>, Status> {
        let answer = handle.profile.run_pre_filter(handle, state, pod);
        diagnosis.unschedulable_plugins = answer.plugins_with_nodes.clone();
        if let Err(status) = answer.status {
            if !status.is_rejected() {
                return Err(status);
            }
            diagnosis.pre_filter_message = status.message();
            diagnosis.add_plugin(&status);
            diagnosis.node_to_status.absent = status;
            return Ok(Vec::new());
        }
        // The node on which others were evicted for the pod is tried before all others.
        if let Some(slot) = handle.snapshot.slot(pod.nominated_node_name()) {
            let found = self.pass_filters(handle, state, pod, diagnosis, &[slot])?;
            if !found.is_empty() {
                return Ok(found);
            }
        }
        let narrowed: Vec<Slot>;
        let nodes = match &answer.nodes {
            None => handle.snapshot.order(),
            Some(names) => {
                narrowed = names.iter().filter_map(|name| handle.snapshot.slot(name)).collect();
                let plugins: Vec<&str> = answer.plugins_with_nodes.iter().copied().collect();
                diagnosis.node_to_status.absent = Status::unresolvable(format!("node(s) didn't satisfy plugin(s) [{}]", plugins.join(" ")));
                &narrowed
            }
        };
        let found = self.pass_filters(handle, state, pod, diagnosis, nodes);
        diagnosis.node_to_status.keep_latest();
        let processed = found.as_ref().map_or(0, Vec::len) + diagnosis.node_to_status.len();
        self.next_start = (self.next_start + processed) % handle.snapshot.len();
        found
    }

    fn pass_filters(&self, handle: Handle, state: &CycleState, pod: &PodInfo, diagnosis: &mut Diagnosis, nodes: &[Slot]) -> Result<Vec<Slot>, Status> {
        let enough = nodes_to_find(handle.profile, self.percentage_of_nodes_to_score, nodes.len());
        let start = if nodes.is_empty() { 0 } else { self.next_start % nodes.len() };
        let nobody_nominated = handle.nominator.is_empty();
        let filters = handle.profile.filters(state);
        let mut feasible = Vec::with_capacity(enough);
        for slot in nodes[start..].iter().chain(&nodes[..start]) {
            let node = handle.snapshot.node(*slot);
            let answer = if nobody_nominated {
                filters.run(state, pod, node)
            } else {
                handle.profile.run_filter_with_nominated_pods(handle, state, pod, node)
            };
            match answer {
                Ok(()) => {
                    feasible.push(*slot);
                    if feasible.len() == enough {
                        break;
                    }
                }
                Err(status) if status.is_rejected() => {
                    diagnosis.add_plugin(&status);
                    diagnosis.node_to_status.push(*slot, status);
                }
                Err(status) => return Err(status),
            }
        }
        Ok(feasible)
    }

    /// The node with the greatest sum of weighted scores; chance decides between equals.
    fn best(&mut self, handle: Handle, state: &mut CycleState, pod: &PodInfo, feasible: &[Slot]) -> Result<Slot, Status> {
        let totals = total_scores(handle, state, pod, feasible)?;
        let (mut best, mut equals) = (0, 1);
        for (index, total) in totals.iter().enumerate().skip(1) {
            if *total > totals[best] {
                (best, equals) = (index, 1);
            } else if *total == totals[best] {
                // The n-th of equals replaces the others with probability 1/n, so all have the same chance.
                equals += 1;
                if self.random.below(equals) == 0 {
                    best = index;
                }
            }
        }
        Ok(feasible[best])
    }
}

/// The sum of the weighted scores of each node.
pub fn total_scores(handle: Handle, state: &mut CycleState, pod: &PodInfo, feasible: &[Slot]) -> Result<Vec<i64>, Status> {
    let nodes: Vec<&NodeInfo> = feasible.iter().map(|slot| handle.snapshot.node(*slot)).collect();
    handle.profile.run_pre_score(handle, state, pod, &nodes)?;
    let mut totals = vec![0; nodes.len()];
    handle.profile.run_score(state, pod, &nodes, |_, weight, _, normalized| {
        for (total, score) in totals.iter_mut().zip(normalized) {
            *total += weight * score;
        }
    });
    Ok(totals)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scheduler::tests::building::{Scene, node, pod};
    use serde_json::json;

    fn algorithm() -> Algorithm {
        Algorithm::new(0, Stream::new(1, "scheduler"))
    }

    fn failure(scene: &Scene, pod: &crate::scheduler::tests::building::PodBuilder) -> Failure {
        match algorithm().schedule(scene.handle(), &pod.clone().info()) {
            Outcome::Failed(failure) => *failure,
            Outcome::Placed(placement) => panic!("it went to {}", placement.node),
        }
    }

    #[test]
    fn the_search_gets_shorter_as_clusters_grow() {
        let cases = [(10, 10), (99, 99), (100, 100), (250, 120), (1000, 420), (5000, 500), (6000, 300), (20_000, 1000)];
        for (all, enough) in cases {
            assert_eq!(feasible_nodes_to_find(0, all), enough, "of {all} nodes");
        }
    }

    #[test]
    fn the_share_of_nodes_can_be_configured() {
        for (percentage, all, enough) in [(40, 50, 50), (40, 1000, 400), (40, 6000, 2400), (1, 6000, 100), (100, 150, 150)] {
            assert_eq!(feasible_nodes_to_find(percentage, all), enough, "{percentage} % of {all} nodes");
        }
    }

    #[test]
    fn every_node_gets_its_turn() {
        let nodes = (0..300).map(|n| node(&format!("n{n:03}"))).collect();
        let scene = Scene::new(nodes, vec![]);
        let mut algorithm = algorithm();
        algorithm.schedule(scene.handle(), &pod("p").info());
        assert_eq!(algorithm.next_start, 144, "48 % of 300 nodes were enough");
        algorithm.schedule(scene.handle(), &pod("p").info());
        algorithm.schedule(scene.handle(), &pod("p").info());
        assert_eq!(algorithm.next_start, 132);
    }

    #[test]
    fn equals_are_chosen_evenly() {
        let scene = Scene::new(["a", "b", "c"].map(node).to_vec(), vec![]);
        let (mut algorithm, mut counts) = (algorithm(), std::collections::BTreeMap::new());
        for _ in 0..3000 {
            let Outcome::Placed(placement) = algorithm.schedule(scene.handle(), &pod("p").info()) else { panic!("it fits") };
            *counts.entry(placement.node).or_insert(0) += 1;
        }
        assert!(counts.len() == 3 && counts.values().all(|count| (900..1100).contains(count)), "{counts:?}");
    }

    #[test]
    fn failures_are_worded_as_in_kubernetes() {
        assert_eq!(failure(&Scene::default(), &pod("p")).message, "no nodes available to schedule pods");
        let nodes = vec![
            node("small").capacity("1", "1Gi", 110),
            node("tainted").taint("a", "b", "NoSchedule"),
            node("cordoned").unschedulable(),
        ];
        let scene = Scene::new(nodes, vec![]);
        assert_eq!(
            failure(&scene, &pod("p").request("cpu", "2")).message,
            "0/3 nodes are available: 1 Insufficient cpu, 1 node(s) had untolerated taint(s), 1 node(s) were unschedulable. \
             no new claims to deallocate, preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling."
        );
        let named = json!({ "nodeAffinity": { "requiredDuringSchedulingIgnoredDuringExecution": { "nodeSelectorTerms": [
            { "matchFields": [{ "key": "metadata.name", "operator": "In", "values": ["tainted"] }] }] } } });
        assert_eq!(
            failure(&scene, &pod("p").spec("affinity", named)).message,
            "0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 node(s) didn't satisfy plugin(s) [NodeAffinity]. \
             no new claims to deallocate, preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling."
        );
    }

    /// DynamicResources stands behind the plugin that refuses, and fails at PostFilter for want of what it had remembered.
    #[test]
    fn who_is_refused_by_a_plugin_before_the_last_is_told_not_found() {
        let scene = Scene::new(vec![node("n")], vec![]);
        let volumes = json!([{ "name": "v", "persistentVolumeClaim": { "claimName": "gone" } }]);
        assert_eq!(failure(&scene, &pod("p").spec("volumes", volumes)).message, "0/1 nodes are available: persistentvolumeclaim \"gone\" not found. not found");
    }

    #[test]
    fn a_nominated_pod_keeps_its_place_from_others() {
        let mut scene = Scene::new(vec![node("n").capacity("4", "8Gi", 110)], vec![]);
        scene.nominator.add(&pod("first").priority(10).request("cpu", "3").info(), Some("n"));
        assert!(failure(&scene, &pod("p").request("cpu", "2")).message.contains("1 Insufficient cpu"));
        let important = pod("p").priority(100).request("cpu", "2").info();
        assert!(matches!(algorithm().schedule(scene.handle(), &important), Outcome::Placed(_)));
    }

    #[test]
    fn what_is_not_simulated_is_an_error() {
        let scene = Scene::new(vec![node("n")], vec![]);
        let failed = failure(&scene, &pod("p").spec("resourceClaims", json!([{ "name": "gpu" }])));
        assert!(!failed.is_rejected);
        assert_eq!(failed.message, "running PreFilter plugin \"DynamicResources\": not simulated: resource claims");
    }
}
