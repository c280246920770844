//! Why a pod went where it went: every node with everything that spoke against it, and every score of the others.
//!
//! The scheduler keeps the picture on which it decided, which costs nothing; the explanation is worked out only when
//! somebody asks for it.
//!
//! Models: nothing; kube-scheduler tells this in its log at level 10.
//! Simplified: nothing.

use std::sync::Arc;

use podarium_sim::Time;
use serde::Serialize;

use super::algorithm::feasible_nodes_to_find;
use super::framework::cycle_state::CycleState;
use super::framework::node_info::NodeInfo;
use super::framework::plugin::Handle;
use super::framework::pod_info::PodInfo;
use super::framework::runtime::Profile;
use super::listers::Listers;
use super::queue::nominator::Nominator;
use super::snapshot::{Slot, Snapshot};

/// A cycle that can be explained.
#[derive(Clone, Debug)]
pub struct KeptCycle {
    pub at: Time,
    pub pod: Arc<PodInfo>,
    /// The node that was chosen, or the text that says why none was.
    pub outcome: Result<String, String>,
    pub snapshot: Snapshot,
    pub listers: Listers,
    pub nominator: Nominator,
    pub profile: Profile,
    /// Where the search began.
    pub start: usize,
}

/// The explanation.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Decision {
    pub namespace: String,
    pub pod: String,
    /// The node that was chosen.
    pub chosen: Option<String>,
    /// The text of FailedScheduling, when none was.
    pub message: Option<String>,
    pub nodes: Vec<NodeVerdict>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct NodeVerdict {
    pub node: String,
    /// Everything that spoke against the node, not only the first objection.
    pub objections: Vec<Objection>,
    /// False when the search had found enough nodes before it came here.
    pub looked_at: bool,
    /// Empty for a node that did not fit.
    pub scores: Vec<PluginScore>,
    pub total: i64,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Objection {
    pub plugin: &'static str,
    pub reasons: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PluginScore {
    pub plugin: &'static str,
    pub raw: i64,
    /// 0 to 100.
    pub normalized: i64,
    pub weighted: i64,
}

impl KeptCycle {
    fn handle(&self) -> Handle<'_> {
        Handle { snapshot: &self.snapshot, listers: &self.listers, nominator: &self.nominator, profile: &self.profile }
    }

    pub fn explain(&self) -> Decision {
        let mut state = CycleState::default();
        let answer = self.profile.run_pre_filter(self.handle(), &mut state, &self.pod);
        let mut verdicts: Vec<NodeVerdict> = self.snapshot.nodes().map(|node| self.verdict(&state, node)).collect();
        if let Err(status) = &answer.status {
            let objection = Objection { plugin: status.plugin, reasons: status.reasons().map(ToString::to_string).collect() };
            for verdict in &mut verdicts {
                verdict.objections.insert(0, objection.clone());
            }
        }
        let order = self.snapshot.order();
        let start = if order.is_empty() { 0 } else { self.start % order.len() };
        let enough = feasible_nodes_to_find(order.len());
        let mut feasible: Vec<(usize, Slot)> = Vec::new();
        for index in (start..order.len()).chain(0..start) {
            if feasible.len() == enough {
                break;
            }
            verdicts[index].looked_at = true;
            if verdicts[index].objections.is_empty() {
                feasible.push((index, order[index]));
            }
        }
        self.add_scores(&mut state, &feasible, &mut verdicts);
        Decision {
            namespace: self.pod.namespace().to_owned(),
            pod: self.pod.name().to_owned(),
            chosen: self.outcome.clone().ok(),
            message: self.outcome.clone().err(),
            nodes: verdicts,
        }
    }

    fn verdict(&self, state: &CycleState, node: &NodeInfo) -> NodeVerdict {
        let mut statuses = self.profile.run_all_filters(state, &self.pod, node);
        if statuses.is_empty() {
            // It may still be taken by a pod that was promised the place.
            statuses.extend(self.profile.run_filter_with_nominated_pods(self.handle(), state, &self.pod, node).err());
        }
        let objection = |status: &super::framework::status::Status| Objection {
            plugin: status.plugin,
            reasons: status.reasons().map(ToString::to_string).collect(),
        };
        NodeVerdict {
            node: node.name.to_string(),
            objections: statuses.iter().map(objection).collect(),
            looked_at: false,
            scores: Vec::new(),
            total: 0,
        }
    }

    fn add_scores(&self, state: &mut CycleState, feasible: &[(usize, Slot)], verdicts: &mut [NodeVerdict]) {
        let nodes: Vec<&NodeInfo> = feasible.iter().map(|(_, slot)| self.snapshot.node(*slot)).collect();
        if self.profile.run_pre_score(self.handle(), state, &self.pod, &nodes).is_err() {
            return;
        }
        self.profile.run_score(state, &self.pod, &nodes, |plugin, weight, raw, normalized| {
            for (((index, _), raw), normalized) in feasible.iter().zip(raw).zip(normalized) {
                let weighted = weight * normalized;
                verdicts[*index].scores.push(PluginScore { plugin, raw: *raw, normalized: *normalized, weighted });
                verdicts[*index].total += weighted;
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scheduler::algorithm::Algorithm;
    use crate::scheduler::plugins::DEFAULT_PROFILE;
    use crate::scheduler::tests::building::{Scene, node, pod};
    use podarium_sim::Stream;

    #[test]
    fn every_objection_and_every_score_is_told() {
        let nodes = vec![
            node("empty").capacity("4", "8Gi", 110),
            node("half").capacity("4", "8Gi", 110),
            node("bad").capacity("1", "8Gi", 110).taint("a", "b", "NoSchedule"),
        ];
        let scene = Scene::new(nodes, vec![pod("there").on("half").request("cpu", "2").request("memory", "4Gi")]);
        let wanting = pod("p").request("cpu", "2").request("memory", "4Gi").info();
        let outcome = Algorithm::new(DEFAULT_PROFILE, Stream::new(1, "s")).schedule(scene.handle(), &wanting);
        let kept = KeptCycle {
            at: Time::ZERO,
            pod: wanting,
            outcome: outcome.node(),
            snapshot: scene.snapshot.clone(),
            listers: scene.listers.clone(),
            nominator: Nominator::default(),
            profile: DEFAULT_PROFILE,
            start: 0,
        };
        let decision = kept.explain();
        assert_eq!(decision.chosen.as_deref(), Some("empty"));
        let of = |name: &str| decision.nodes.iter().find(|verdict| verdict.node == name).expect("all nodes are told of");
        let against: Vec<(&str, &str)> = of("bad").objections.iter().map(|o| (o.plugin, o.reasons[0].as_str())).collect();
        assert_eq!(against, [("TaintToleration", "node(s) had untolerated taint(s)"), ("NodeResourcesFit", "Insufficient cpu")]);
        let fit = of("empty").scores.iter().find(|score| score.plugin == "NodeResourcesFit").expect("it is scored");
        assert_eq!((fit.raw, fit.normalized, fit.weighted), (50, 50, 50));
        assert!(of("empty").total > of("half").total);
        assert_eq!(of("empty").total, of("empty").scores.iter().map(|score| score.weighted).sum::<i64>());
    }
}
