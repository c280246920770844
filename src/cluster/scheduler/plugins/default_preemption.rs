//! DefaultPreemption: when no node fits, looks for a node that would if pods of lower priority were evicted from it.
//!
//! On every node that could be helped all pods of lower priority are taken off in thought; if the pod fits then, as
//! many as possible are put back, the most important first. Of the nodes that remain the one is chosen where eviction
//! does the least harm.
//!
//! Models: pkg/scheduler/framework/plugins/defaultpreemption/default_preemption.go,
//! pkg/scheduler/framework/preemption/preemption.go, v1.36.
//! Simplified: no extenders, no pod groups.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::sync::Arc;

use podarium_api::Resource as _;
use podarium_api::selector::LabelSelector;
use podarium_sim::Stream;

use crate::scheduler::configuration::args::DefaultPreemptionArgs;
use crate::scheduler::framework::cluster_event::{ActionType, Change, ClusterEvent, EventResource, QueueingHint};
use crate::scheduler::framework::cycle_state::CycleState;
use crate::scheduler::framework::diagnosis::{Diagnosis, Nomination, NodeToStatus, PostFilterOutcome, Preemption};
use crate::scheduler::framework::plugin::{Candidacy, EventHint, Handle, Plugin, PostFilter, PreEnqueue};
use crate::scheduler::framework::pod_info::PodInfo;
use crate::scheduler::framework::runtime::{put_back, take_off};
use crate::scheduler::framework::status::{Code, Status};
use crate::scheduler::listers::{DisruptionBudget, Listers};
use crate::scheduler::snapshot::Slot;

#[derive(Debug)]
pub struct DefaultPreemption {
    /// How many of the nodes that could be helped are tried: this share of them, but at least so many.
    min_percentage: usize,
    min_absolute: usize,
}

impl DefaultPreemption {
    pub fn new(args: &DefaultPreemptionArgs) -> Self {
        let number = |number: i32| usize::try_from(number).unwrap_or(0);
        DefaultPreemption { min_percentage: number(args.min_candidate_nodes_percentage), min_absolute: number(args.min_candidate_nodes_absolute) }
    }

    fn enough(&self, nodes: usize) -> usize {
        (nodes * self.min_percentage / 100).max(self.min_absolute).min(nodes)
    }
}

const NO_VICTIMS: &str = "No preemption victims found for incoming pod";
const NOT_HELPFUL: &str = "Preemption is not helpful for scheduling";
const POLICY_NEVER: &str = "not eligible due to preemptionPolicy=Never.";
const WAITING: &str = "waiting for the preemption for this pod to be finished";
const POD_DELETE: ClusterEvent = ClusterEvent::new(EventResource::Pod, ActionType::DELETE);
const STILL_TERMINATING: &str = "not eligible due to a terminating pod on the nominated node.";

impl Plugin for DefaultPreemption {
    fn name(&self) -> &'static str {
        "DefaultPreemption"
    }
    fn as_pre_enqueue(&self) -> Option<&dyn PreEnqueue> {
        Some(self)
    }
    fn as_post_filter(&self) -> Option<&dyn PostFilter> {
        Some(self)
    }
    fn events(&self) -> &'static [EventHint] {
        &[EventHint { event: POD_DELETE, hint: up_to_the_others }]
    }
}

/// The deletion of a pod may open this plugin's gate, but whether it is worth a try is for those plugins to say that
/// rejected the pod.
fn up_to_the_others(_: &Listers, _: &PodInfo, _: &Change) -> QueueingHint {
    QueueingHint::Skip
}

impl PreEnqueue for DefaultPreemption {
    fn pre_enqueue(&self, pod: &PodInfo, preempting: &BTreeSet<Arc<str>>) -> Result<(), Status> {
        if preempting.contains(&pod.uid) { Err(Status::unresolvable(WAITING)) } else { Ok(()) }
    }
}

/// A node that fits once its victims, the most important first, are gone.
#[derive(Clone, Debug)]
struct Candidate {
    slot: Slot,
    victims: Vec<Arc<PodInfo>>,
    budget_violations: usize,
}

impl PostFilter for DefaultPreemption {
    fn post_filter(&self, handle: Handle, state: &CycleState, pod: &PodInfo, statuses: &NodeToStatus, random: &mut Stream) -> PostFilterOutcome {
        if let Err(why) = eligible(handle, pod, statuses) {
            return PostFilterOutcome::rejected(Nomination::Keep, Status::unschedulable(format!("preemption: {why}")));
        }
        let (candidates, mut answers) = self.find_candidates(handle, state, pod, statuses, random);
        if candidates.is_empty() {
            answers.absent = Status::unresolvable(NOT_HELPFUL);
            let diagnosis = Diagnosis { node_to_status: answers, ..Default::default() };
            let message = format!("preemption: {}", diagnosis.message(handle.snapshot.len()));
            return PostFilterOutcome::rejected(Nomination::Set(String::new()), Status::unschedulable(message));
        }
        let best = select(candidates, random);
        let node = handle.snapshot.node(best.slot).name.to_string();
        PostFilterOutcome {
            nomination: Nomination::Set(node.clone()),
            preemption: Some(Preemption { node, victims: best.victims }),
            status: Ok(()),
        }
    }

    fn candidacy(&self, handle: Handle, state: &CycleState, pod: &PodInfo, node: Slot) -> Option<Candidacy> {
        if pod.pod.spec.preemption_policy.as_deref() == Some("Never") {
            return Some(Candidacy::Refused(POLICY_NEVER.to_owned()));
        }
        Some(match select_victims(handle, state, pod, node) {
            Ok(Candidate { victims, budget_violations, .. }) => Candidacy::Victims { victims, budget_violations },
            Err(status) => Candidacy::Refused(status.message()),
        })
    }
}

/// A pod may preempt unless its policy forbids it or its last victims are still on their way out.
fn eligible(handle: Handle, pod: &PodInfo, statuses: &NodeToStatus) -> Result<(), &'static str> {
    if pod.pod.spec.preemption_policy.as_deref() == Some("Never") {
        return Err(POLICY_NEVER);
    }
    let Some(slot) = handle.snapshot.slot(pod.nominated_node_name()) else { return Ok(()) };
    // A nominated node that cannot be helped any more is no reason to wait.
    if statuses.get(slot).code == Code::UnschedulableAndUnresolvable {
        return Ok(());
    }
    let mut pods = handle.snapshot.node(slot).pods().iter();
    if pods.any(|other| other.priority < pod.priority && is_being_preempted(other)) { Err(STILL_TERMINATING) } else { Ok(()) }
}

fn is_being_preempted(pod: &PodInfo) -> bool {
    let target = pod.pod.status.conditions.iter().flatten().find(|condition| condition.type_ == "DisruptionTarget");
    pod.is_terminating()
        && target.is_some_and(|condition| condition.status == "True" && condition.reason.as_deref() == Some("PreemptionByScheduler"))
}

impl DefaultPreemption {
    /// Tries the nodes that could be helped, from a random one on, until there are enough candidates.
    fn find_candidates(&self, handle: Handle, state: &CycleState, pod: &PodInfo, statuses: &NodeToStatus, random: &mut Stream) -> (Vec<Candidate>, NodeToStatus) {
        let nodes = statuses.with_code(handle.snapshot, Code::Unschedulable);
        let mut answers = NodeToStatus::default();
        if nodes.is_empty() {
            return (Vec::new(), answers);
        }
        let offset = random.below(nodes.len());
        let enough = self.enough(nodes.len());
        let (mut harmless, mut violating) = (Vec::new(), Vec::new());
        for slot in nodes[offset..].iter().chain(&nodes[..offset]) {
            match select_victims(handle, state, pod, *slot) {
                Ok(candidate) if candidate.budget_violations == 0 => harmless.push(candidate),
                Ok(candidate) => violating.push(candidate),
                Err(status) => answers.push(*slot, status),
            }
            if !harmless.is_empty() && harmless.len() + violating.len() >= enough {
                break;
            }
        }
        harmless.append(&mut violating);
        (harmless, answers)
    }
}

/// The least set of pods whose eviction makes the pod fit.
fn select_victims(handle: Handle, state: &CycleState, pod: &PodInfo, slot: Slot) -> Result<Candidate, Status> {
    let (mut state, mut node) = (state.clone(), handle.snapshot.node(slot).clone());
    let mut lower: Vec<Arc<PodInfo>> = node.pods().iter().filter(|other| other.priority < pod.priority).cloned().collect();
    if lower.is_empty() {
        return Err(Status::unresolvable(NO_VICTIMS));
    }
    for victim in &lower {
        take_off(handle.profile, &mut state, pod, &mut node, victim);
    }
    handle.profile.run_filter_with_nominated_pods(handle, &state, pod, &node)?;
    sort_by_importance(&mut lower);
    let (violating, harmless) = split_by_budgets(lower, handle.listers.disruption_budgets.values());
    let both_kinds = !violating.is_empty() && !harmless.is_empty();
    let (mut victims, mut budget_violations) = (Vec::new(), 0);
    for (candidates, violates) in [(violating, 1), (harmless, 0)] {
        for victim in candidates {
            put_back(handle.profile, &mut state, pod, &mut node, &victim);
            if handle.profile.run_filter_with_nominated_pods(handle, &state, pod, &node).is_err() {
                take_off(handle.profile, &mut state, pod, &mut node, &victim);
                victims.push(victim);
                budget_violations += violates;
            }
        }
    }
    if both_kinds {
        sort_by_importance(&mut victims);
    }
    if victims.is_empty() {
        return Err(Status::error(format!("expected at least one victim pod on node {:?}", &*node.name)));
    }
    Ok(Candidate { slot, victims, budget_violations })
}

/// Higher priority first, then the pod that has run longer. A pod that has not started counts as starting when it is
/// looked at, so of two such pods the one asked first is the older; insertion with that rule turns their order around,
/// as it does in Kubernetes.
fn sort_by_importance(pods: &mut [Arc<PodInfo>]) {
    let more_important = |one: &PodInfo, other: &PodInfo| {
        if one.priority != other.priority {
            return one.priority > other.priority;
        }
        match (&one.pod.status.start_time, &other.pod.status.start_time) {
            (Some(one), Some(other)) => one.0 < other.0,
            (None, Some(_)) => false,
            (_, None) => true,
        }
    };
    for end in 1..pods.len() {
        let mut at = end;
        while at > 0 && more_important(&pods[at], &pods[at - 1]) {
            pods.swap(at, at - 1);
            at -= 1;
        }
    }
}

/// Pods whose eviction would break a disruption budget, and all others, each in the order given.
fn split_by_budgets<'a>(pods: Vec<Arc<PodInfo>>, budgets: impl Iterator<Item = &'a Arc<DisruptionBudget>>) -> (Vec<Arc<PodInfo>>, Vec<Arc<PodInfo>>) {
    let mut budgets: Vec<(&DisruptionBudget, LabelSelector, i32)> = budgets
        .map(|budget| (&**budget, budget.selector.as_ref().map_or(LabelSelector::Nothing, LabelSelector::of), budget.disruptions_allowed))
        .collect();
    pods.into_iter().partition(|pod| {
        let labels = pod.pod.meta().labels.as_ref().filter(|labels| !labels.is_empty());
        let mut violated = false;
        for (budget, selector, allowed) in &mut budgets {
            let applies = labels.is_some()
                && budget.namespace == pod.namespace()
                && !selector.is_empty()
                && selector.matches(labels)
                // Its eviction has been granted already.
                && !budget.disrupted_pods.iter().any(|name| name == pod.name());
            if applies {
                *allowed -= 1;
                violated |= *allowed < 0;
            }
        }
        violated
    })
}

/// The least harm: no broken budgets; then the least important of the first victims; then the least sum of
/// priorities; then the fewest victims; then the victims that started last; then chance.
fn select(candidates: Vec<Candidate>, random: &mut Stream) -> Candidate {
    let harm = |candidate: &Candidate| {
        let highest = candidate.victims[0].priority;
        // Priorities can be negative; shifted up, fewer victims are always the lesser sum.
        let sum: i64 = candidate.victims.iter().map(|victim| i64::from(victim.priority) + (1 << 31)).sum();
        let most_important = candidate.victims.iter().filter(|victim| victim.priority == highest);
        // A pod that has not started counts as starting now.
        let started = most_important.map(|victim| victim.pod.status.start_time.as_ref().map_or(i64::MAX, |time| time.0.as_second())).min();
        (candidate.budget_violations, highest, sum, candidate.victims.len(), Reverse(started))
    };
    let least = candidates.iter().map(harm).min();
    let mut best: Vec<Candidate> = candidates.into_iter().filter(|candidate| Some(harm(candidate)) == least).collect();
    let chosen = if best.len() == 1 { 0 } else { random.below(best.len()) };
    best.swap_remove(chosen)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scheduler::tests::building::{PodBuilder, Scene, node, pod};

    fn preempt(scene: &Scene, pod: &PodBuilder) -> PostFilterOutcome {
        let info = pod.clone().info();
        let (mut state, mut statuses) = (CycleState::default(), NodeToStatus::default());
        let profile = scene.handle().profile;
        profile.run_pre_filter(scene.handle(), &mut state, &info).status.expect("it passes");
        for slot in scene.snapshot.order() {
            let status = profile.run_filter(&state, &info, scene.snapshot.node(*slot)).expect_err("no node fits");
            statuses.push(*slot, status);
        }
        DefaultPreemption::new(&DefaultPreemptionArgs::default()).post_filter(scene.handle(), &state, &info, &statuses, &mut Stream::new(1, "test"))
    }

    fn chosen(scene: &Scene, pod: &PodBuilder) -> (String, Vec<String>) {
        let outcome = preempt(scene, pod).preemption.expect("there are victims");
        (outcome.node, outcome.victims.iter().map(|victim| victim.name().to_owned()).collect())
    }

    fn running(name: &str, node: &str, priority: i32, cpu: &str, started: u32) -> PodBuilder {
        pod(name).on(node).priority(priority).request("cpu", cpu).started(started)
    }

    fn small(name: &str) -> crate::scheduler::tests::building::NodeBuilder {
        node(name).capacity("4", "8Gi", 110)
    }

    #[test]
    fn as_few_and_as_unimportant_pods_as_possible_are_evicted() {
        let wanting = pod("p").priority(100).request("cpu", "2");
        // Evicting the 2-CPU pod of priority 10 is enough; the others stay.
        let scene = Scene::new(vec![small("n")], vec![running("a", "n", 10, "2", 1), running("b", "n", 50, "2", 2)]);
        assert_eq!(chosen(&scene, &wanting), ("n".to_owned(), vec!["a".to_owned()]));
        // Of equals the one that has run longer stays.
        let scene = Scene::new(vec![small("n")], vec![running("young", "n", 0, "2", 9), running("old", "n", 0, "2", 1)]);
        assert_eq!(chosen(&scene, &wanting), ("n".to_owned(), vec!["young".to_owned()]));
    }

    #[test]
    fn the_node_with_the_least_harm_is_chosen() {
        let wanting = pod("p").priority(100).request("cpu", "4");
        let cases = [
            ("lower first victim", vec![running("a", "n1", 50, "4", 1), running("b", "n2", 10, "4", 1)], "n2"),
            ("lower sum", vec![running("a", "n1", 50, "2", 1), running("b", "n1", 50, "2", 1), running("c", "n2", 50, "2", 1), running("d", "n2", 40, "2", 1)], "n2"),
            ("fewer victims", vec![running("a", "n1", 0, "4", 1), running("b", "n2", 0, "2", 1), running("c", "n2", 0, "2", 1)], "n1"),
            ("later start", vec![running("a", "n1", 0, "4", 5), running("b", "n2", 0, "4", 7)], "n2"),
        ];
        for (why, pods, node) in cases {
            let scene = Scene::new(vec![small("n1"), small("n2")], pods);
            assert_eq!(chosen(&scene, &wanting).0, node, "{why}");
        }
    }

    #[test]
    fn budgets_are_broken_only_where_nothing_else_helps() {
        let mut scene = Scene::new(
            vec![small("n1"), small("n2")],
            vec![running("a", "n1", 0, "4", 9).label("app", "safe"), running("b", "n2", 50, "4", 1)],
        );
        let budget = DisruptionBudget {
            namespace: "default".to_owned(),
            selector: Some(LabelSelectorRaw { match_labels: Some([("app".to_owned(), "safe".to_owned())].into()), ..Default::default() }),
            ..Default::default()
        };
        scene.listers.disruption_budgets.insert(crate::scheduler::listers::key("default", "b"), Arc::new(budget));
        assert_eq!(chosen(&scene, &pod("p").priority(100).request("cpu", "4")).0, "n2");
    }

    use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector as LabelSelectorRaw;

    #[test]
    fn refusals_say_why() {
        let scene = Scene::new(vec![small("n1"), small("n2")], vec![running("a", "n1", 100, "4", 1), running("b", "n2", 100, "4", 1)]);
        let refused = |pod: PodBuilder| preempt(&scene, &pod).status.expect_err("nobody can be evicted").message();
        assert_eq!(
            refused(pod("p").priority(100).request("cpu", "2")),
            "preemption: 0/2 nodes are available: 2 No preemption victims found for incoming pod."
        );
        assert_eq!(
            refused(pod("p").priority(1000).request("cpu", "5")),
            "preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling."
        );
        let never = pod("p").priority(1000).request("cpu", "2").spec("preemptionPolicy", serde_json::json!("Never"));
        assert_eq!(refused(never), "preemption: not eligible due to preemptionPolicy=Never.");
    }
}
