//! Why a pod went where it went, or why it went nowhere: every node with everything that spoke against it, every score
//! of the others, and what it would cost to make room for the pod.
//!
//! The scheduler keeps the picture on which it decided, which costs nothing; the explanation is worked out only when
//! somebody asks for it.
//!
//! Models: nothing; kube-scheduler tells a part of this in its log at level 10.
//! Simplified: nothing.

use std::collections::BTreeMap;
use std::sync::Arc;

use podarium_sim::Time;

use super::algorithm::nodes_to_find;
use super::decision::{Decision, NodeVerdict, Objection, PluginScore, Preemption, Victim};
use super::framework::cycle_state::CycleState;
use super::framework::node_info::NodeInfo;
use super::framework::plugin::{Candidacy, Handle};
use super::framework::pod_info::PodInfo;
use super::framework::profile::{Point, Profile};
use super::framework::status::{Code, Status};
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
    pub percentage_of_nodes_to_score: usize,
    /// Where the search began.
    pub start: usize,
}

/// What the PreFilter plugins said, all of them.
#[derive(Default)]
struct Before {
    state: CycleState,
    /// What was said about the pod, whatever the node.
    objections: Vec<Objection>,
    /// Whether taking pods off a node may help all the same.
    beyond_help: bool,
    /// Plugins that let only some nodes come into question.
    narrowed: BTreeMap<&'static str, std::collections::BTreeSet<String>>,
}

impl KeptCycle {
    fn handle(&self) -> Handle<'_> {
        Handle { snapshot: &self.snapshot, listers: &self.listers, nominator: &self.nominator, profile: &self.profile }
    }

    pub fn explain(&self) -> Decision {
        let mut before = self.before();
        let mut verdicts: Vec<NodeVerdict> = self.snapshot.nodes().map(|node| self.verdict(&before, node)).collect();
        let order = self.snapshot.order();
        let start = if order.is_empty() { 0 } else { self.start % order.len() };
        let enough = nodes_to_find(&self.profile, self.percentage_of_nodes_to_score, order.len());
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
        for (index, slot) in order.iter().enumerate() {
            verdicts[index].preemption = self.preemption(&before, *slot, &verdicts[index]);
        }
        self.add_scores(&mut before.state, &feasible, &mut verdicts);
        Decision {
            namespace: self.pod.namespace().to_owned(),
            pod: self.pod.name().to_owned(),
            at: self.at.as_nanos() as f64 / 1e9,
            scheduler: self.profile.scheduler_name().to_owned(),
            chosen: self.outcome.clone().ok(),
            message: self.outcome.clone().err(),
            nodes: verdicts,
        }
    }

    /// Asks every PreFilter plugin, also those after one that refuses.
    fn before(&self) -> Before {
        let mut before = Before::default();
        for (bit, plugin) in self.profile.at(Point::PreFilter) {
            let Some(point) = plugin.as_pre_filter() else { continue };
            match point.pre_filter(self.handle(), &mut before.state, &self.pod) {
                Ok(None) => {}
                Ok(Some(nodes)) => {
                    before.narrowed.insert(plugin.name(), nodes);
                }
                Err(status) if status.code == Code::Skip => before.state.skip_filter |= bit,
                Err(status) => {
                    before.beyond_help |= status.code != Code::Unschedulable;
                    before.objections.push(objection(&status.by(plugin.name())));
                }
            }
        }
        before
    }

    fn verdict(&self, before: &Before, node: &NodeInfo) -> NodeVerdict {
        let mut objections = before.objections.clone();
        for (plugin, names) in &before.narrowed {
            if !names.contains(&*node.name) {
                objections.push(Objection { plugin, reasons: vec![format!("node(s) didn't satisfy plugin(s) [{plugin}]")], evictable: false });
            }
        }
        let statuses = self.profile.run_all_filters(&before.state, &self.pod, node);
        for status in &statuses {
            merge(&mut objections, objection(status));
        }
        if objections.is_empty() {
            // It may still be taken by a pod that was promised the place.
            let taken = self.profile.run_filter_with_nominated_pods(self.handle(), &before.state, &self.pod, node);
            objections.extend(taken.err().map(|status| objection(&status)));
        }
        NodeVerdict { node: node.name.to_string(), objections, ..NodeVerdict::default() }
    }

    /// Who would have to go for the pod to fit, if anybody could be asked to.
    fn preemption(&self, before: &Before, slot: Slot, verdict: &NodeVerdict) -> Option<Preemption> {
        if verdict.objections.is_empty() {
            return None;
        }
        if before.beyond_help || verdict.objections.iter().any(|objection| !objection.evictable) {
            return Some(Preemption::Impossible { reason: "Preemption is not helpful for scheduling".to_owned() });
        }
        let mut points = self.profile.at(Point::PostFilter).filter_map(|(_, plugin)| plugin.as_post_filter());
        Some(match points.find_map(|point| point.candidacy(self.handle(), &before.state, &self.pod, slot))? {
            Candidacy::Refused(reason) => Preemption::Impossible { reason },
            Candidacy::Victims { victims, budget_violations } => {
                let victim = |pod: &Arc<PodInfo>| Victim { namespace: pod.namespace().to_owned(), pod: pod.name().to_owned(), priority: pod.priority };
                Preemption::Possible {
                    budget_violations,
                    highest_priority: victims.iter().map(|pod| pod.priority).max().unwrap_or(0),
                    sum_of_priorities: victims.iter().map(|pod| i64::from(pod.priority)).sum(),
                    victims: victims.iter().map(victim).collect(),
                }
            }
        })
    }

    fn add_scores(&self, state: &mut CycleState, feasible: &[(usize, Slot)], verdicts: &mut [NodeVerdict]) {
        let nodes: Vec<&NodeInfo> = feasible.iter().map(|(_, slot)| self.snapshot.node(*slot)).collect();
        if nodes.is_empty() || self.profile.run_pre_score(self.handle(), state, &self.pod, &nodes).is_err() {
            return;
        }
        self.profile.run_score(state, &self.pod, &nodes, |plugin, weight, raw, normalized| {
            for (((index, _), raw), normalized) in feasible.iter().zip(raw).zip(normalized) {
                let weighted = weight * normalized;
                verdicts[*index].scores.push(PluginScore { plugin, raw: *raw, normalized: *normalized, weight, weighted });
                verdicts[*index].total += weighted;
            }
        });
    }
}

fn objection(status: &Status) -> Objection {
    Objection {
        plugin: status.plugin,
        reasons: status.reasons().map(ToString::to_string).collect(),
        evictable: status.code == Code::Unschedulable,
    }
}

/// What one plugin says in several answers is one objection with several reasons.
fn merge(objections: &mut Vec<Objection>, more: Objection) {
    match objections.iter_mut().find(|known| known.plugin == more.plugin) {
        Some(known) => {
            known.evictable &= more.evictable;
            known.reasons.extend(more.reasons.into_iter().filter(|reason| !known.reasons.contains(reason)).collect::<Vec<_>>());
        }
        None => objections.push(more),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scheduler::algorithm::Algorithm;
    use crate::scheduler::tests::building::{PodBuilder, Scene, node, pod};
    use podarium_sim::Stream;
    use serde_json::json;

    fn explained(scene: &Scene, wanting: &PodBuilder) -> Decision {
        let wanting = wanting.clone().info();
        let outcome = Algorithm::new(0, Stream::new(1, "s")).schedule(scene.handle(), &wanting);
        let kept = KeptCycle {
            at: Time::ZERO,
            pod: wanting,
            outcome: outcome.node(),
            snapshot: scene.snapshot.clone(),
            listers: scene.listers.clone(),
            nominator: scene.nominator.clone(),
            profile: scene.profile.clone(),
            percentage_of_nodes_to_score: 0,
            start: 0,
        };
        kept.explain()
    }

    fn of<'a>(decision: &'a Decision, name: &str) -> &'a NodeVerdict {
        decision.nodes.iter().find(|verdict| verdict.node == name).expect("all nodes are told of")
    }

    #[test]
    fn every_objection_and_every_score_is_told() {
        let nodes = vec![
            node("empty").capacity("4", "8Gi", 110),
            node("half").capacity("4", "8Gi", 110),
            node("bad").capacity("1", "8Gi", 110).taint("a", "b", "NoSchedule"),
        ];
        let scene = Scene::new(nodes, vec![pod("there").on("half").request("cpu", "2").request("memory", "4Gi")]);
        let decision = explained(&scene, &pod("p").request("cpu", "2").request("memory", "4Gi"));
        assert_eq!(decision.chosen.as_deref(), Some("empty"));
        let against: Vec<(&str, &str)> = of(&decision, "bad").objections.iter().map(|o| (o.plugin, o.reasons[0].as_str())).collect();
        assert_eq!(against, [("TaintToleration", "node(s) had untolerated taint(s)"), ("NodeResourcesFit", "Insufficient cpu")]);
        let fit = of(&decision, "empty").scores.iter().find(|score| score.plugin == "NodeResourcesFit").expect("it is scored");
        assert_eq!((fit.raw, fit.normalized, fit.weighted), (50, 50, 50));
        let taint = of(&decision, "empty").scores.iter().find(|score| score.plugin == "TaintToleration").expect("it is scored");
        assert_eq!((taint.raw, taint.normalized, taint.weight, taint.weighted), (0, 100, 3, 300));
        assert!(of(&decision, "empty").total > of(&decision, "half").total);
        assert_eq!(of(&decision, "empty").total, of(&decision, "empty").scores.iter().map(|score| score.weighted).sum::<i64>());
    }

    #[test]
    fn what_preemption_would_cost_is_told_of_every_node() {
        let busy = |name: &str| node(name).capacity("4", "8Gi", 110);
        let there = |name: &str, on: &str, priority: i32| pod(name).on(on).priority(priority).request("cpu", "4");
        let nodes = vec![busy("cheap"), busy("dear"), busy("firm"), busy("small").capacity("1", "8Gi", 110), busy("tainted").taint("a", "b", "NoSchedule")];
        let pods = vec![there("low", "cheap", 1), there("mid", "dear", 50), there("equal", "firm", 100), there("t", "tainted", 1)];
        let decision = explained(&Scene::new(nodes, pods), &pod("p").priority(100).request("cpu", "4"));
        assert_eq!(decision.chosen, None);
        let cost = |name: &str| of(&decision, name).preemption.clone().expect("the pod does not fit");
        let possible = |name: &str, victim: &str, priority: i32| {
            let victims = vec![Victim { namespace: "default".to_owned(), pod: victim.to_owned(), priority }];
            assert_eq!(cost(name), Preemption::Possible { victims, budget_violations: 0, highest_priority: priority, sum_of_priorities: i64::from(priority) });
        };
        possible("cheap", "low", 1);
        possible("dear", "mid", 50);
        let impossible = |reason: &str| Preemption::Impossible { reason: reason.to_owned() };
        assert_eq!(cost("firm"), impossible("No preemption victims found for incoming pod"));
        assert_eq!(cost("small"), impossible("Preemption is not helpful for scheduling"));
        assert_eq!(cost("tainted"), impossible("Preemption is not helpful for scheduling"));
    }

    #[test]
    fn a_refusal_before_the_nodes_does_not_hide_what_the_nodes_say() {
        let field = |name: &str| json!({ "key": "metadata.name", "operator": "In", "values": [name] });
        let terms = json!([{ "matchFields": [field("b")] }]);
        let affinity = json!({ "nodeAffinity": { "requiredDuringSchedulingIgnoredDuringExecution": { "nodeSelectorTerms": terms } } });
        let scene = Scene::new(vec![node("a").unschedulable(), node("b").capacity("1", "1Gi", 110)], vec![]);
        let decision = explained(&scene, &pod("p").request("cpu", "2").spec("affinity", affinity));
        let plugins = |name: &str| of(&decision, name).objections.iter().map(|objection| objection.plugin).collect::<Vec<_>>();
        assert_eq!(plugins("a"), ["NodeAffinity", "NodeUnschedulable"]);
        assert_eq!(plugins("b"), ["NodeResourcesFit"]);
        assert_eq!(of(&decision, "a").objections[0].reasons.len(), 2, "it is not among the named nodes and matches no term");
    }
}
