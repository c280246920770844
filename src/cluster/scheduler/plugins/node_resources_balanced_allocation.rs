//! NodeResourcesBalancedAllocation: prefers the node whose CPU and memory the pod brings closer to being used alike.
//!
//! Models: pkg/scheduler/framework/plugins/noderesources/balanced_allocation.go, v1.36.
//! Simplified: no extended resources that devices of resource claims stand for.

use super::resource_allocation::{Basic, Resources, Share};
use crate::scheduler::configuration::args::NodeResourcesBalancedAllocationArgs;
use crate::scheduler::framework::cycle_state::CycleState;
use crate::scheduler::framework::node_info::NodeInfo;
use crate::scheduler::framework::plugin::{Handle, MAX_NODE_SCORE, Plugin, PreScore, Score};
use crate::scheduler::framework::pod_info::PodInfo;
use crate::scheduler::framework::status::Status;

#[derive(Debug)]
pub struct NodeResourcesBalancedAllocation {
    resources: Resources,
}

impl NodeResourcesBalancedAllocation {
    pub fn new(args: &NodeResourcesBalancedAllocationArgs) -> Self {
        NodeResourcesBalancedAllocation { resources: Resources::new(&args.resources) }
    }
}

impl Plugin for NodeResourcesBalancedAllocation {
    fn name(&self) -> &'static str {
        "NodeResourcesBalancedAllocation"
    }
    fn as_pre_score(&self) -> Option<&dyn PreScore> {
        Some(self)
    }
    fn as_score(&self) -> Option<&dyn Score> {
        Some(self)
    }
}

impl PreScore for NodeResourcesBalancedAllocation {
    /// A pod without requests changes no balance; scoring it would send all such pods to the same node.
    fn pre_score(&self, _: Handle, _: &mut CycleState, pod: &PodInfo, _: &[&NodeInfo]) -> Result<(), Status> {
        if self.resources.are_not_asked_for(pod) { Err(Status::skip()) } else { Ok(()) }
    }
}

impl Score for NodeResourcesBalancedAllocation {
    /// 75 when the pod does not change the balance, towards 100 when it improves it, towards 50 when it harms it.
    fn score(&self, _: &CycleState, pod: &PodInfo, node: &NodeInfo) -> i64 {
        if let Some(Basic { cpu, memory }) = self.resources.basic(pod, node, true) {
            let with = balance_of_two((cpu.2, cpu.0), (memory.2, memory.0));
            let without = balance_of_two((cpu.1, cpu.0), (memory.1, memory.0));
            return MAX_NODE_SCORE / 2 + (MAX_NODE_SCORE / 2 + with - without) / 2;
        }
        let with = balance(self.resources.shares(pod, node, true).map(|Share { has, with_pod, .. }| (with_pod, has)));
        let without = balance(self.resources.shares(pod, node, true).map(|Share { has, taken, .. }| (taken, has)));
        MAX_NODE_SCORE / 2 + (MAX_NODE_SCORE / 2 + with - without) / 2
    }
}

/// The balance of two resources, of which a node may lack one.
fn balance_of_two(one: (i64, i64), other: (i64, i64)) -> i64 {
    let share = |(used, has): (i64, i64)| (has != 0).then(|| (used as f64 / has as f64).min(1.0));
    let deviation = match (share(one), share(other)) {
        (Some(one), Some(other)) => ((one - other) / 2.0).abs(),
        _ => 0.0,
    };
    ((1.0 - deviation) * MAX_NODE_SCORE as f64) as i64
}

/// 100 less the standard deviation of the used shares, in percent. With two resources that is half their difference;
/// a resource that the node does not have does not count, and one alone is in balance.
fn balance(shares: impl Iterator<Item = (i64, i64)> + Clone) -> i64 {
    let shares = || shares.clone().map(|(used, has)| (used as f64 / has as f64).min(1.0));
    let mut first = shares();
    let deviation = match (first.next(), first.next(), first.next()) {
        (Some(one), Some(other), None) => ((one - other) / 2.0).abs(),
        (Some(_), Some(_), Some(_)) => {
            let count = shares().count() as f64;
            let mean = shares().sum::<f64>() / count;
            (shares().map(|share| (share - mean) * (share - mean)).sum::<f64>() / count).sqrt()
        }
        _ => 0.0,
    };
    ((1.0 - deviation) * MAX_NODE_SCORE as f64) as i64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scheduler::tests::building::{node, pod, scores};

    fn over(resources: &[&str]) -> NodeResourcesBalancedAllocation {
        let resources = resources.iter().map(|name| serde_json::json!({ "name": name })).collect::<Vec<_>>();
        let mut args: NodeResourcesBalancedAllocationArgs = serde_json::from_value(serde_json::json!({ "resources": resources })).expect("arguments");
        args.complete();
        NodeResourcesBalancedAllocation::new(&args)
    }

    #[test]
    fn the_short_way_for_two_resources_gives_the_same() {
        for (one, other) in [((3, 4), (5, 10)), ((9, 4), (0, 10)), ((1, 3), (1, 7)), ((0, 5), (0, 5))] {
            assert_eq!(balance_of_two(one, other), balance([one, other].into_iter()), "{one:?} {other:?}");
        }
    }

    #[test]
    fn three_resources_are_balanced_by_their_deviation() {
        let nodes = vec![node("a").capacity("4", "10000", 110).resource("example.com/gpu", "4"), node("b").capacity("4", "10000", 110)];
        let asking = pod("p").request("cpu", "3").request("memory", "5000").request("example.com/gpu", "1");
        // Shares of 75, 50 and 25 %: they deviate by 20.4 %, so 79 after 100; node b has no GPU.
        assert_eq!(scores(&over(&["cpu", "memory", "example.com/gpu"]), &asking, nodes, vec![]), [64, 68]);
    }

    #[test]
    fn shares_that_come_closer_are_better() {
        let nodes = || vec![node("a").capacity("4", "10000", 110), node("b").capacity("6", "10000", 110)];
        let score = |pod, pods| scores(&over(&[]), &pod, nodes(), pods);
        // Node a: CPU 75 %, memory 50 %: 87 after 100, so 50 + (50 - 13) / 2 = 68. Node b: 50 % and 50 %: 75.
        assert_eq!(score(pod("p").request("cpu", "3").request("memory", "5000"), vec![]), [68, 75]);
        // Node a is at 75 % CPU and 0 % memory (62); memory for 50 % brings it to 87: 50 + (50 + 25) / 2 = 87.
        let busy = vec![pod("there").on("a").request("cpu", "3")];
        assert_eq!(score(pod("p").request("memory", "5000"), busy), [87, 62]);
    }

    #[test]
    fn a_pod_without_requests_is_not_scored() {
        let scene = crate::scheduler::tests::building::Scene::default();
        let skipped = over(&[])
            .pre_score(scene.handle(), &mut CycleState::default(), &pod("p").info(), &[])
            .expect_err("it has nothing to balance");
        assert_eq!(skipped.code, crate::scheduler::framework::status::Code::Skip);
    }
}
