//! NodeResourcesBalancedAllocation: prefers the node whose CPU and memory the pod brings closer to being used alike.
//!
//! Models: pkg/scheduler/framework/plugins/noderesources/balanced_allocation.go, v1.36.
//! Simplified: over CPU and memory, as by default.

use crate::scheduler::framework::cycle_state::CycleState;
use crate::scheduler::framework::node_info::NodeInfo;
use crate::scheduler::framework::plugin::{Handle, MAX_NODE_SCORE, Plugin, PreScore, Score};
use crate::scheduler::framework::pod_info::PodInfo;
use crate::scheduler::framework::status::Status;

#[derive(Debug)]
pub struct NodeResourcesBalancedAllocation;

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
        if pod.requests.milli_cpu == 0 && pod.requests.memory == 0 { Err(Status::skip()) } else { Ok(()) }
    }
}

impl Score for NodeResourcesBalancedAllocation {
    /// 75 when the pod does not change the balance, towards 100 when it improves it, towards 50 when it harms it.
    fn score(&self, _: &CycleState, pod: &PodInfo, node: &NodeInfo) -> i64 {
        let (has, used, asked) = (&node.allocatable, &node.requested, &pod.requests);
        let with = balance((used.milli_cpu + asked.milli_cpu, has.milli_cpu), (used.memory + asked.memory, has.memory));
        let without = balance((used.milli_cpu, has.milli_cpu), (used.memory, has.memory));
        MAX_NODE_SCORE / 2 + (MAX_NODE_SCORE / 2 + with - without) / 2
    }
}

/// 100 less the standard deviation of the used shares, in percent. With two resources that is half their difference;
/// a resource that the node does not have does not count, and one alone is in balance.
fn balance(cpu: (i64, i64), memory: (i64, i64)) -> i64 {
    let share = |(requested, capacity): (i64, i64)| (capacity != 0).then(|| (requested as f64 / capacity as f64).min(1.0));
    let deviation = match (share(cpu), share(memory)) {
        (Some(cpu), Some(memory)) => ((cpu - memory) / 2.0).abs(),
        _ => 0.0,
    };
    ((1.0 - deviation) * MAX_NODE_SCORE as f64) as i64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scheduler::tests::building::{node, pod, scores};

    #[test]
    fn shares_that_come_closer_are_better() {
        let nodes = || vec![node("a").capacity("4", "10000", 110), node("b").capacity("6", "10000", 110)];
        let score = |pod, pods| scores(&NodeResourcesBalancedAllocation, &pod, nodes(), pods);
        // Node a: CPU 75 %, memory 50 %: 87 after 100, so 50 + (50 - 13) / 2 = 68. Node b: 50 % and 50 %: 75.
        assert_eq!(score(pod("p").request("cpu", "3").request("memory", "5000"), vec![]), [68, 75]);
        // Node a is at 75 % CPU and 0 % memory (62); memory for 50 % brings it to 87: 50 + (50 + 25) / 2 = 87.
        let busy = vec![pod("there").on("a").request("cpu", "3")];
        assert_eq!(score(pod("p").request("memory", "5000"), busy), [87, 62]);
    }

    #[test]
    fn a_pod_without_requests_is_not_scored() {
        let scene = crate::scheduler::tests::building::Scene::default();
        let skipped = NodeResourcesBalancedAllocation
            .pre_score(scene.handle(), &mut CycleState::default(), &pod("p").info(), &[])
            .expect_err("it has nothing to balance");
        assert_eq!(skipped.code, crate::scheduler::framework::status::Code::Skip);
    }
}
