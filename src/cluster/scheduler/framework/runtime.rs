//! Runs the plugins of a profile at each extension point and puts their answers together.
//!
//! Models: pkg/scheduler/framework/runtime/framework.go, v1.36.
//! Simplified: answers of plugins are not sampled for metrics.

use std::collections::BTreeSet;

use super::cycle_state::CycleState;
use super::diagnosis::{Nomination, NodeToStatus, PostFilterOutcome};
use super::node_info::NodeInfo;
use super::plugin::{Filter, Handle, Permission, Plugin, PreBind, PreFilterResult};
use super::pod_info::PodInfo;
use super::profile::{Point, Profile};
use super::status::{Code, Status};
use crate::scheduler::listers::Listers;
use std::sync::Arc;
use std::time::Duration;

/// No Permit plugin makes a pod wait longer.
const LONGEST_WAIT: Duration = Duration::from_secs(15 * 60);

/// The answer of all PreFilter plugins together.
#[derive(Debug)]
pub struct PreFilterAnswer {
    pub nodes: PreFilterResult,
    /// The plugins that narrowed the nodes down.
    pub plugins_with_nodes: BTreeSet<&'static str>,
    pub status: Result<(), Status>,
}

/// The filters of one cycle in their order.
pub struct Filters<'a>(Vec<(&'static str, &'a dyn Filter)>);

impl Filters<'_> {
    /// The first objection to the node, with the name of the plugin that raised it.
    pub fn run(&self, state: &CycleState, pod: &PodInfo, node: &NodeInfo) -> Result<(), Status> {
        for (name, filter) in &self.0 {
            if let Err(status) = filter.filter(state, pod, node) {
                return Err(status.by(name));
            }
        }
        Ok(())
    }
}

impl Profile {
    pub fn run_pre_filter(&self, handle: Handle, state: &mut CycleState, pod: &PodInfo) -> PreFilterAnswer {
        let mut answer = PreFilterAnswer { nodes: None, plugins_with_nodes: BTreeSet::new(), status: Ok(()) };
        state.skip_filter = 0;
        for (bit, plugin) in self.at(Point::PreFilter) {
            let Some(point) = plugin.as_pre_filter() else { continue };
            match point.pre_filter(handle, state, pod) {
                Err(status) if status.code == Code::Skip => state.skip_filter |= bit,
                // Evicting pods may still help; then PostFilter needs what the other plugins compute.
                Err(status) if status.code == Code::Unschedulable => answer.status = Err(status.by(plugin.name())),
                Err(status) if status.is_rejected() => {
                    let status = Err(status.by(plugin.name()));
                    return PreFilterAnswer { nodes: None, plugins_with_nodes: BTreeSet::new(), status };
                }
                Err(status) => {
                    let text = format!("running PreFilter plugin {:?}: {}", plugin.name(), status.message());
                    return PreFilterAnswer {
                        nodes: None,
                        plugins_with_nodes: BTreeSet::new(),
                        status: Err(Status::error(text).by(plugin.name())),
                    };
                }
                Ok(None) => {}
                Ok(Some(nodes)) => {
                    answer.plugins_with_nodes.insert(plugin.name());
                    answer.nodes = Some(match answer.nodes.take() {
                        Some(old) => old.intersection(&nodes).cloned().collect(),
                        None => nodes,
                    });
                    if answer.nodes.as_ref().is_some_and(BTreeSet::is_empty) {
                        answer.status = Err(none_left(&answer.plugins_with_nodes));
                        return answer;
                    }
                }
            }
        }
        answer
    }

    /// The filters that have a say in this cycle, found once for all nodes.
    pub fn filters(&self, state: &CycleState) -> Filters<'_> {
        let taking_part = self.at(Point::Filter).filter(|(bit, _)| state.skip_filter & bit == 0);
        Filters(taking_part.filter_map(|(_, plugin)| Some((plugin.name(), plugin.as_filter()?))).collect())
    }

    /// The first objection to the node, with the name of the plugin that raised it.
    pub fn run_filter(&self, state: &CycleState, pod: &PodInfo, node: &NodeInfo) -> Result<(), Status> {
        self.filters(state).run(state, pod, node)
    }

    /// The same, with every objection instead of the first; for explanations.
    pub fn run_all_filters(&self, state: &CycleState, pod: &PodInfo, node: &NodeInfo) -> Vec<Status> {
        let ran = self.at(Point::Filter).filter(|(bit, _)| state.skip_filter & bit == 0);
        let objections = |plugin: &dyn Plugin| -> Vec<Status> {
            let all = plugin.as_filter().map(|point| point.all_objections(state, pod, node)).unwrap_or_default();
            all.into_iter().map(|status| status.by(plugin.name())).collect()
        };
        ran.flat_map(|(_, plugin)| objections(plugin)).collect()
    }

    /// Filters a node on which pods may have been promised a place. Such pods of the same or a higher priority count
    /// as running there; and since they might end up elsewhere, the pod must fit without them too.
    pub fn run_filter_with_nominated_pods(&self, handle: Handle, state: &CycleState, pod: &PodInfo, node: &NodeInfo) -> Result<(), Status> {
        let nominated = handle.nominator.pods_for(&node.name);
        let mut others = nominated.iter().filter(|other| other.priority >= pod.priority && other.uid != pod.uid).peekable();
        if others.peek().is_some() {
            let (mut state, mut node) = (state.clone(), node.clone());
            for other in others {
                node.add_pod(other.clone());
                self.run_add_pod(&mut state, pod, other, &node);
            }
            self.run_filter(&state, pod, &node)?;
        }
        self.run_filter(state, pod, node)
    }

    pub fn run_add_pod(&self, state: &mut CycleState, pod: &PodInfo, added: &PodInfo, node: &NodeInfo) {
        for (bit, plugin) in self.at(Point::PreFilter) {
            if state.skip_filter & bit == 0
                && let Some(point) = plugin.as_pre_filter()
            {
                point.add_pod(state, pod, added, node);
            }
        }
    }

    pub fn run_remove_pod(&self, state: &mut CycleState, pod: &PodInfo, removed: &PodInfo, node: &NodeInfo) {
        for (bit, plugin) in self.at(Point::PreFilter) {
            if state.skip_filter & bit == 0
                && let Some(point) = plugin.as_pre_filter()
            {
                point.remove_pod(state, pod, removed, node);
            }
        }
    }

    /// Asks one PostFilter plugin after the other until one succeeds. What they say is joined into the message.
    pub fn run_post_filter(&self, handle: Handle, state: &CycleState, pod: &PodInfo, statuses: &NodeToStatus, random: &mut podarium_sim::Stream) -> PostFilterOutcome {
        let mut nomination = Nomination::Keep;
        let mut rejected: Option<Status> = None;
        for (_, plugin) in self.at(Point::PostFilter) {
            let Some(point) = plugin.as_post_filter() else { continue };
            let outcome = point.post_filter(handle, state, pod, statuses, random);
            let status = match &outcome.status {
                Ok(()) => return outcome,
                Err(status) => status.clone(),
            };
            if status.code != Code::Unschedulable {
                return PostFilterOutcome { status: Err(status.by(plugin.name())), ..outcome };
            }
            if outcome.nomination != Nomination::Keep {
                nomination = outcome.nomination;
            }
            let together = rejected.get_or_insert_with(|| Status::without_reason(Code::Unschedulable).by(plugin.name()));
            for reason in status.reasons() {
                together.push(reason.clone());
            }
        }
        let status = rejected.unwrap_or(Status::without_reason(Code::Unschedulable));
        PostFilterOutcome::rejected(nomination, status)
    }

    pub fn run_pre_score(&self, handle: Handle, state: &mut CycleState, pod: &PodInfo, nodes: &[&NodeInfo]) -> Result<(), Status> {
        state.skip_score = 0;
        for (bit, plugin) in self.at(Point::PreScore) {
            let Some(point) = plugin.as_pre_score() else { continue };
            match point.pre_score(handle, state, pod, nodes) {
                Ok(()) => {}
                Err(status) if status.code == Code::Skip => state.skip_score |= bit,
                Err(status) => {
                    return Err(Status::error(format!("running PreScore plugin {:?}: {}", plugin.name(), status.message())));
                }
            }
        }
        Ok(())
    }

    /// Calls `each` with every plugin that scores this pod, its weight, and its raw and normalised scores.
    pub fn run_score(&self, state: &CycleState, pod: &PodInfo, nodes: &[&NodeInfo], mut each: impl FnMut(&'static str, i64, &[i64], &[i64])) {
        let mut raw = Vec::with_capacity(nodes.len());
        let mut normalized = Vec::with_capacity(nodes.len());
        for (bit, plugin, weight) in self.scoring() {
            let Some(point) = plugin.as_score() else { continue };
            if state.skip_score & bit != 0 {
                continue;
            }
            raw.clear();
            raw.extend(nodes.iter().map(|node| point.score(state, pod, node)));
            normalized.clone_from(&raw);
            point.normalize(state, nodes, &mut normalized);
            each(plugin.name(), weight, &raw, &normalized);
        }
    }
}

fn none_left(plugins: &BTreeSet<&'static str>) -> Status {
    let names: Vec<&str> = plugins.iter().copied().collect();
    Status::unresolvable(match names.as_slice() {
        [only] => format!("node(s) didn't satisfy plugin {only}"),
        _ => format!("node(s) didn't satisfy plugin(s) [{}] simultaneously", names.join(" ")),
    })
}

impl Profile {
    /// Reserve and Permit, in that order; the plugins for which the pod is to wait, and how long. What was reserved is
    /// given back by `run_unreserve`.
    pub fn run_reserve_and_permit(&self, listers: &mut Listers, state: &mut CycleState, pod: &PodInfo, node: &NodeInfo) -> Result<Vec<(&'static str, Duration)>, Status> {
        for (_, plugin) in self.at(Point::Reserve) {
            if let Some(point) = plugin.as_reserve() {
                point.reserve(listers, state, pod, node).map_err(|status| status.by(plugin.name()))?;
            }
        }
        let mut waits = Vec::new();
        for (_, plugin) in self.at(Point::Permit) {
            if let Some(point) = plugin.as_permit() {
                match point.permit(listers, state, pod, &node.name).map_err(|status| status.by(plugin.name()))? {
                    Permission::Granted => {}
                    Permission::Wait(patience) => waits.push((plugin.name(), patience.min(LONGEST_WAIT))),
                }
            }
        }
        Ok(waits)
    }

    /// The PreBind plugins that have something to do for this pod, in order.
    pub fn pre_binders(&self, state: &CycleState) -> Vec<(&'static str, &dyn PreBind)> {
        let all = self.at(Point::PreBind).filter_map(|(_, plugin)| Some((plugin.name(), plugin.as_pre_bind()?)));
        all.filter(|(_, point)| point.is_needed(state)).collect()
    }

    /// In the opposite order of the reservation.
    pub fn run_unreserve(&self, listers: &mut Listers, state: &mut CycleState, pod: &PodInfo) {
        for (_, plugin) in self.at(Point::Reserve).rev() {
            if let Some(point) = plugin.as_reserve() {
                point.unreserve(listers, state, pod);
            }
        }
    }

    /// The binding that the first Bind plugin makes.
    pub fn run_bind(&self, pod: &PodInfo, node: &str) -> Option<k8s_openapi::api::core::v1::Binding> {
        self.at(Point::Bind).find_map(|(_, plugin)| Some(plugin.as_bind()?.bind(pod, node)))
    }

    pub fn run_post_bind(&self, state: &CycleState, pod: &PodInfo, node: &str) {
        for (_, plugin) in self.at(Point::PostBind) {
            if let Some(point) = plugin.as_post_bind() {
                point.post_bind(state, pod, node);
            }
        }
    }
}

/// A pod that was removed from a node and may come back, as preemption tries it.
pub fn take_off(profile: &Profile, state: &mut CycleState, pod: &PodInfo, node: &mut NodeInfo, victim: &Arc<PodInfo>) {
    node.remove_pod(&victim.uid);
    profile.run_remove_pod(state, pod, victim, node);
}

/// The opposite of `take_off`.
pub fn put_back(profile: &Profile, state: &mut CycleState, pod: &PodInfo, node: &mut NodeInfo, victim: &Arc<PodInfo>) {
    node.add_pod(victim.clone());
    profile.run_add_pod(state, pod, victim, node);
}
