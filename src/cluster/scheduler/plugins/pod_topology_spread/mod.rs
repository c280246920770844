//! PodTopologySpread: spreads the pods of a group evenly over zones, nodes, or any other topology.
//!
//! `maxSkew: 1` over zones means: a zone may hold at most one pod more than the emptiest zone. `DoNotSchedule`
//! constraints are a filter, `ScheduleAnyway` ones a score. A pod without constraints gets two mild ones, over nodes
//! and zones, for the pods of the same service and the same owner.

pub(in crate::scheduler) mod constraint;
mod filtering;
mod hints;
mod scoring;

use std::borrow::Cow;

use k8s_openapi::api::core::v1::TopologySpreadConstraint;

use crate::scheduler::configuration::args::PodTopologySpreadArgs;
use crate::scheduler::framework::cluster_event::{Change, QueueingHint};
use crate::scheduler::framework::plugin::{EventHint, Filter, Handle, Plugin, PreFilter, PreScore, Score};
use crate::scheduler::framework::pod_info::PodInfo;
use crate::scheduler::listers::Listers;
use crate::scheduler::snapshot::Snapshot;

#[derive(Debug)]
pub struct PodTopologySpread {
    /// The constraints of pods that have none of their own.
    defaults: Vec<TopologySpreadConstraint>,
    /// Whether these are the system's, which do not mind nodes without the labels.
    system_defaults: bool,
}

impl PodTopologySpread {
    pub fn new(args: &PodTopologySpreadArgs) -> Self {
        let system_defaults = args.defaulting_type == "System";
        let defaults = if system_defaults { constraint::system_defaults() } else { args.default_constraints.clone() };
        PodTopologySpread { defaults, system_defaults }
    }
}

impl Plugin for PodTopologySpread {
    fn name(&self) -> &'static str {
        "PodTopologySpread"
    }
    fn as_pre_filter(&self) -> Option<&dyn PreFilter> {
        Some(self)
    }
    fn as_filter(&self) -> Option<&dyn Filter> {
        Some(self)
    }
    fn as_pre_score(&self) -> Option<&dyn PreScore> {
        Some(self)
    }
    fn as_score(&self) -> Option<&dyn Score> {
        Some(self)
    }
    fn topologies(&self) -> Vec<&str> {
        self.defaults.iter().filter(|raw| constraint::is_counted(raw)).map(|raw| raw.topology_key.as_str()).collect()
    }
    fn events(&self) -> &'static [EventHint] {
        hints::EVENTS
    }
    fn hint(&self, _: &EventHint, listers: &Listers, pod: &PodInfo, change: &Change) -> QueueingHint {
        hints::hint(&self.hard_constraints(&pod.pod, listers), pod, change)
    }
}

/// The snapshot with the topologies of the constraints in use. The scheduler has brought a pod's own into use before the
/// cycle; who else asks gets a copy in which they are.
fn in_use<'a>(handle: Handle<'a>, constraints: &[constraint::Constraint]) -> Cow<'a, Snapshot> {
    let topologies = &handle.snapshot.topologies;
    if constraints.iter().all(|constraint| topologies.find(&constraint.topology_key).is_some()) {
        return Cow::Borrowed(handle.snapshot);
    }
    let mut snapshot = handle.snapshot.clone();
    for constraint in constraints {
        snapshot.register(&constraint.topology_key);
    }
    Cow::Owned(snapshot)
}
