//! PodTopologySpread: spreads the pods of a group evenly over zones, nodes, or any other topology.
//!
//! `maxSkew: 1` over zones means: a zone may hold at most one pod more than the emptiest zone. `DoNotSchedule`
//! constraints are a filter, `ScheduleAnyway` ones a score. A pod without constraints gets two mild ones, over nodes
//! and zones, for the pods of the same service and the same owner.

mod constraint;
mod filtering;
mod hints;
mod scoring;

use crate::scheduler::framework::plugin::{EventHint, Filter, Plugin, PreFilter, PreScore, Score};

#[derive(Debug)]
pub struct PodTopologySpread;

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
    fn events(&self) -> &'static [EventHint] {
        hints::EVENTS
    }
}
