//! InterPodAffinity: pods that want to be near certain pods, or far from them.
//!
//! "Near" is a topology: the same value of a node label, such as the host name or the zone. A node is judged by what its
//! domains hold, which the snapshot counts.

mod filtering;
mod hints;
mod scoring;
#[cfg(test)]
mod tests;

use crate::scheduler::configuration::args::InterPodAffinityArgs;
use crate::scheduler::framework::affinity_term::AffinityTerm;
use crate::scheduler::framework::plugin::{EventHint, Filter, Plugin, PreFilter, PreScore, Score};
use crate::scheduler::listers::Listers;

#[derive(Debug)]
pub struct InterPodAffinity {
    args: InterPodAffinityArgs,
}

impl InterPodAffinity {
    pub fn new(args: &InterPodAffinityArgs) -> Self {
        InterPodAffinity { args: args.clone() }
    }
}

impl Plugin for InterPodAffinity {
    fn name(&self) -> &'static str {
        "InterPodAffinity"
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

/// The term with its namespace selector replaced by the namespaces that it selects now.
fn unrolled(term: &AffinityTerm, listers: &Listers) -> AffinityTerm {
    let mut term = term.clone();
    term.unroll_namespaces(listers.namespaces());
    term
}
