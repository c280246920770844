//! How full a node would be with the pod, resource by resource, and what that is worth under a scoring strategy.
//!
//! LeastAllocated spreads pods over the emptier nodes; MostAllocated fills nodes up, so that others can be switched off;
//! RequestedToCapacityRatio follows a line that somebody drew.
//!
//! Models: pkg/scheduler/framework/plugins/noderesources/{resource_allocation.go,least_allocated.go,most_allocated.go,
//! requested_to_capacity_ratio.go}, plugins/helper/shape_score.go, v1.36.
//! Simplified: no extended resources that devices of resource claims stand for.

use std::sync::Arc;

use crate::scheduler::configuration::args::{ResourceSpec, ScoringStrategy};
use crate::scheduler::framework::node_info::NodeInfo;
use crate::scheduler::framework::plugin::MAX_NODE_SCORE;
use crate::scheduler::framework::pod_info::PodInfo;
use crate::scheduler::framework::resource::Resource;

/// A resource that counts.
#[derive(Clone, Debug, PartialEq)]
enum Name {
    Cpu,
    Memory,
    EphemeralStorage,
    /// An extended resource; it counts only for pods that ask for it.
    Scalar(Arc<str>),
}

impl Name {
    fn of(resource: &Resource, name: &Name) -> i64 {
        match name {
            Name::Cpu => resource.milli_cpu,
            Name::Memory => resource.memory,
            Name::EphemeralStorage => resource.ephemeral_storage,
            Name::Scalar(name) => resource.scalar(name),
        }
    }
}

/// The resources that count, with their weights.
#[derive(Clone, Debug)]
pub struct Resources {
    all: Vec<(Name, i64)>,
    /// Whether they are CPU and memory, each counting once: the default, which every node of every cycle is judged by.
    are_default: bool,
}

/// CPU and memory of a node, each as what it has, what is taken, and what would be taken with the pod.
#[derive(Clone, Copy, Debug)]
pub struct Basic {
    pub cpu: (i64, i64, i64),
    pub memory: (i64, i64, i64),
}

/// What a node has of a resource, what is taken, and what would be taken with the pod.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Share {
    pub has: i64,
    pub taken: i64,
    pub with_pod: i64,
    pub weight: i64,
}

impl Resources {
    pub fn new(specs: &[ResourceSpec]) -> Self {
        let name = |name: &str| match name {
            "cpu" => Name::Cpu,
            "memory" => Name::Memory,
            "ephemeral-storage" => Name::EphemeralStorage,
            other => Name::Scalar(other.into()),
        };
        let all: Vec<(Name, i64)> = specs.iter().map(|spec| (name(&spec.name), spec.weight)).collect();
        let are_default = all == [(Name::Cpu, 1), (Name::Memory, 1)];
        Resources { all, are_default }
    }

    /// Whether the pod asks for none of them.
    pub fn are_not_asked_for(&self, pod: &PodInfo) -> bool {
        self.all.iter().all(|(name, _)| Name::of(&pod.requests, name) == 0)
    }

    /// CPU and memory if only they count, and alike.
    pub fn basic(&self, pod: &PodInfo, node: &NodeInfo, exact: bool) -> Option<Basic> {
        if !self.are_default {
            return None;
        }
        let (taken, asked) = if exact {
            ((node.requested.milli_cpu, node.requested.memory), (pod.requests.milli_cpu, pod.requests.memory))
        } else {
            ((node.non_zero_milli_cpu, node.non_zero_memory), (pod.non_zero_milli_cpu, pod.non_zero_memory))
        };
        Some(Basic {
            cpu: (node.allocatable.milli_cpu, taken.0, taken.0 + asked.0),
            memory: (node.allocatable.memory, taken.1, taken.1 + asked.1),
        })
    }

    /// The shares of the resources that the node has. With `exact`, containers without requests count as nothing.
    pub fn shares<'a>(&'a self, pod: &'a PodInfo, node: &'a NodeInfo, exact: bool) -> impl Iterator<Item = Share> + Clone + 'a {
        self.all.iter().filter_map(move |(name, weight)| {
            let (taken, asked) = match name {
                Name::Cpu if !exact => (node.non_zero_milli_cpu, pod.non_zero_milli_cpu),
                Name::Memory if !exact => (node.non_zero_memory, pod.non_zero_memory),
                _ => (Name::of(&node.requested, name), Name::of(&pod.requests, name)),
            };
            let has = Name::of(&node.allocatable, name);
            let counts = has != 0 && (asked != 0 || !matches!(name, Name::Scalar(_)));
            counts.then_some(Share { has, taken, with_pod: taken + asked, weight: *weight })
        })
    }
}

#[derive(Clone, Debug)]
enum Kind {
    LeastAllocated,
    MostAllocated,
    /// Points of a line: utilisation in percent, and the score there.
    RequestedToCapacityRatio(Vec<(i64, i64)>),
}

/// What a node's fullness is worth.
#[derive(Clone, Debug)]
pub struct Strategy {
    kind: Kind,
    resources: Resources,
}

impl Strategy {
    /// The strategy has been validated; one of an unknown type counts as LeastAllocated.
    pub fn new(strategy: &ScoringStrategy) -> Self {
        let points = strategy.requested_to_capacity_ratio.iter().flat_map(|ratio| &ratio.shape);
        let kind = match strategy.kind.as_str() {
            "MostAllocated" => Kind::MostAllocated,
            "RequestedToCapacityRatio" => {
                Kind::RequestedToCapacityRatio(points.map(|point| (i64::from(point.utilization), i64::from(point.score) * 10)).collect())
            }
            _ => Kind::LeastAllocated,
        };
        Strategy { kind, resources: Resources::new(&strategy.resources) }
    }

    pub fn score(&self, pod: &PodInfo, node: &NodeInfo) -> i64 {
        if let (Kind::LeastAllocated, Some(Basic { cpu, memory })) = (&self.kind, self.resources.basic(pod, node, false)) {
            return match (free_share(cpu.2, cpu.0), free_share(memory.2, memory.0)) {
                (Some(cpu), Some(memory)) => (cpu + memory) / 2,
                (Some(only), None) | (None, Some(only)) => only,
                (None, None) => 0,
            };
        }
        self.weighted_score(pod, node)
    }

    fn weighted_score(&self, pod: &PodInfo, node: &NodeInfo) -> i64 {
        let (mut sum, mut weights) = (0, 0);
        for Share { has, with_pod, weight, .. } in self.resources.shares(pod, node, false) {
            let score = match &self.kind {
                Kind::LeastAllocated => free_share(with_pod, has).unwrap_or(0),
                Kind::MostAllocated => with_pod.min(has) * MAX_NODE_SCORE / has,
                Kind::RequestedToCapacityRatio(line) => {
                    let utilization = if with_pod > has { 100 } else { with_pod * 100 / has };
                    match on_line(line, utilization) {
                        // A resource that is worth nothing does not water the others down.
                        score if score <= 0 => continue,
                        score => score,
                    }
                }
            };
            sum += score * weight;
            weights += weight;
        }
        match &self.kind {
            _ if weights == 0 => 0,
            Kind::RequestedToCapacityRatio(_) => (sum as f64 / weights as f64).round() as i64,
            _ => sum / weights,
        }
    }
}

/// The share that would still be free, in percent. `None` for a resource that the node does not have at all; it does not
/// count.
fn free_share(requested: i64, capacity: i64) -> Option<i64> {
    match capacity {
        0 => None,
        _ if requested > capacity => Some(0),
        _ => Some((capacity - requested) * MAX_NODE_SCORE / capacity),
    }
}

/// The value of a line at `at`; left of the first point and right of the last it is level.
fn on_line(line: &[(i64, i64)], at: i64) -> i64 {
    match line.iter().position(|(utilization, _)| at <= *utilization) {
        Some(0) => line[0].1,
        Some(index) => {
            let ((left, low), (right, high)) = (line[index - 1], line[index]);
            low + (high - low) * (at - left) / (right - left)
        }
        None => line.last().map_or(0, |(_, score)| *score),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scheduler::configuration::args::NodeResourcesFitArgs;
    use crate::scheduler::plugins::node_resources_fit::NodeResourcesFit;
    use crate::scheduler::tests::building::{NodeBuilder, PodBuilder, node, pod, scores};
    use serde_json::{Value, json};

    fn scored(strategy: Value, asking: &PodBuilder, nodes: Vec<NodeBuilder>, there: Vec<PodBuilder>) -> Vec<i64> {
        let mut args: NodeResourcesFitArgs = serde_json::from_value(json!({ "scoringStrategy": strategy })).expect("arguments");
        args.complete();
        scores(&NodeResourcesFit::new(&args), asking, nodes, there)
    }

    fn two(a: (&str, &str), b: (&str, &str)) -> Vec<NodeBuilder> {
        vec![node("n1").capacity(a.0, a.1, 110), node("n2").capacity(b.0, b.1, 110)]
    }

    fn asking(cpu: &str, memory: &str) -> PodBuilder {
        pod("p").request("cpu", cpu).request("memory", memory)
    }

    #[test]
    fn most_allocated_prefers_the_fuller_node() {
        let most = |resources: Value| json!({ "type": "MostAllocated", "resources": resources });
        let equal = || json!([{ "name": "cpu", "weight": 1 }, { "name": "memory", "weight": 1 }]);
        let there = |one: &str, two: &str| vec![
            pod("a").on("n1").request("cpu", one).request("memory", "0"),
            pod("b").on("n2").request("cpu", two).request("memory", "5000"),
        ];
        // 6/10 of the CPU and nothing of the memory: 30; 6/10 and 5/20: 42.
        assert_eq!(scored(most(equal()), &asking("0", "0"), two(("10", "20000"), ("10", "20000")), there("6", "6")), [30, 42]);
        // CPU counts twice: (2 * 75 + 50) / 3 and (2 * 50 + 50) / 3.
        let twice = json!([{ "name": "cpu", "weight": 2 }, { "name": "memory", "weight": 1 }]);
        assert_eq!(scored(most(twice), &asking("3", "5000"), two(("4", "10000"), ("6", "10000")), vec![]), [66, 50]);
        // More than there is counts as all of it.
        assert_eq!(scored(most(equal()), &asking("6", "0"), two(("4", "10000"), ("8", "10000")), vec![]), [50, 37]);
    }

    #[test]
    fn weights_of_least_allocated_count() {
        let least = |cpu: i32, memory: i32| json!({ "type": "LeastAllocated",
            "resources": [{ "name": "cpu", "weight": cpu }, { "name": "memory", "weight": memory }] });
        let nodes = || two(("4", "10000"), ("6", "10000"));
        assert_eq!(scored(least(1, 1), &asking("3", "5000"), nodes(), vec![]), [37, 50]);
        assert_eq!(scored(least(2, 1), &asking("3", "5000"), nodes(), vec![]), [33, 50]);
        assert_eq!(scored(least(1, 3), &asking("3", "5000"), nodes(), vec![]), [43, 50]);
    }

    #[test]
    fn an_extended_resource_counts_for_pods_that_ask_for_it() {
        let ratio = json!({ "type": "RequestedToCapacityRatio", "resources": [{ "name": "intel.com/foo", "weight": 1 }],
            "requestedToCapacityRatio": { "shape": [{ "utilization": 0, "score": 0 }, { "utilization": 100, "score": 1 }] } });
        let with = |node: NodeBuilder, amount: &str| node.resource("intel.com/foo", amount);
        let nodes = || {
            let mut pair = two(("4", "10000"), ("4", "10000"));
            let second = pair.pop().expect("two nodes");
            vec![with(pair.pop().expect("two nodes"), "8"), with(second, "4")]
        };
        assert_eq!(scored(ratio.clone(), &asking("1", "0"), nodes(), vec![]), [0, 0]);
        // 2 of 8 are 25 %, on a line up to 10; 2 of 4 are 50 %.
        assert_eq!(scored(ratio.clone(), &pod("p").request("intel.com/foo", "2"), nodes(), vec![]), [2, 5]);
        assert_eq!(scored(ratio, &pod("p").request("intel.com/foo", "4"), nodes(), vec![]), [5, 10]);
    }

    #[test]
    fn the_short_way_for_the_default_gives_the_same() {
        let strategy = Strategy::new(&NodeResourcesFitArgs::default().scoring_strategy);
        for (cpu, memory, asked) in [("4", "8Gi", "1"), ("0", "8Gi", "1"), ("4", "0", "1"), ("0", "0", "0"), ("1", "1Mi", "7")] {
            let mut info = NodeInfo::of(node("n").capacity(cpu, memory, 110).arc());
            info.add_pod(pod("there").request("memory", "64Mi").info());
            let waiting = pod("p").request("cpu", asked).info();
            assert!(strategy.resources.basic(&waiting, &info, false).is_some());
            assert_eq!(strategy.score(&waiting, &info), strategy.weighted_score(&waiting, &info), "{cpu} {memory} {asked}");
        }
    }

    #[test]
    fn a_drawn_line_is_followed() {
        let line = [(10, 10), (50, 50), (90, 20)];
        let expected = [(-10, 10), (0, 10), (9, 10), (10, 10), (15, 15), (19, 19), (20, 20), (49, 49), (50, 50), (60, 43), (90, 20), (99, 20), (110, 20)];
        for (at, score) in expected {
            assert_eq!(on_line(&line, at), score, "at {at}");
        }
        assert_eq!([0, 24, 25, 75, 77, 100].map(|at| on_line(&[(0, 0), (25, 50), (75, 50), (100, 100)], at)), [0, 48, 50, 50, 54, 100]);
    }

    #[test]
    fn a_ratio_is_the_mean_of_resources_that_are_worth_something() {
        let ratio = json!({ "type": "RequestedToCapacityRatio",
            "requestedToCapacityRatio": { "shape": [{ "utilization": 0, "score": 10 }, { "utilization": 100, "score": 0 }] } });
        // CPU 75 % is worth 25, memory 50 % is worth 50: 38 (37.5 rounded up).
        assert_eq!(scored(ratio.clone(), &asking("3", "5000"), two(("4", "10000"), ("6", "10000")), vec![]), [38, 50]);
        // A full CPU is worth nothing, so memory alone counts.
        assert_eq!(scored(ratio, &asking("4", "5000"), two(("4", "10000"), ("8", "10000")), vec![]), [50, 50]);
    }
}
