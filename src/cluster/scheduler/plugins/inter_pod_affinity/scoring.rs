//! The preferred terms: which company makes a node the better, for the pod or for those that are there.
//!
//! Models: pkg/scheduler/framework/plugins/interpodaffinity/scoring.go, v1.36.
//! Simplified: nothing.

use super::filtering::in_use;
use super::{InterPodAffinity, unrolled};
use crate::scheduler::existing_terms::{ExistingTerms, Role, TermId};
use crate::scheduler::framework::affinity_term::WeightedTerm;
use crate::scheduler::framework::cycle_state::CycleState;
use crate::scheduler::framework::node_info::NodeInfo;
use crate::scheduler::framework::plugin::{Handle, MAX_NODE_SCORE, PreScore, Score};
use crate::scheduler::framework::pod_info::PodInfo;
use crate::scheduler::framework::status::Status;
use crate::scheduler::pod_groups::GroupSet;
use crate::scheduler::topologies::{KeyId, NO_DOMAIN, Topologies};

/// What adds to the score of a domain, or takes from it.
#[derive(Clone, Debug)]
enum Source {
    /// Each pod there of these groups: a wish or a dislike of the pod itself.
    Pods(GroupSet),
    /// Each pod there that carries a term which is about this pod.
    Term(TermId),
}

#[derive(Clone, Debug)]
struct PreScoreState {
    topologies: Topologies,
    existing_terms: ExistingTerms,
    sources: Vec<(KeyId, i64, Source)>,
}

impl InterPodAffinity {
    /// The weight of a term that a pod there carries.
    fn weight(&self, role: Role) -> i64 {
        match role {
            Role::RequiredAffinity => i64::from(self.args.hard_pod_affinity_weight.max(0)),
            Role::RequiredAntiAffinity => 0,
            Role::Preferred(weight) => i64::from(weight),
        }
    }

    fn own_sources(handle: Handle, pod: &PodInfo) -> Vec<(KeyId, i64, Source)> {
        let snapshot = handle.snapshot;
        let wishes = pod.preferred_affinity().iter().map(|wish| (wish, 1));
        let all = wishes.chain(pod.preferred_anti_affinity().iter().map(|dislike| (dislike, -1)));
        let source = |(WeightedTerm { term, weight }, sign): (&WeightedTerm, i64)| {
            let term = unrolled(term, handle.listers);
            let key = snapshot.topologies.find(&term.topology_key)?;
            let pods = snapshot.pod_groups.satisfying(std::slice::from_ref(&term));
            snapshot.topologies.get(key).holds_any(&pods).then(|| (key, sign * i64::from(*weight), Source::Pods(pods)))
        };
        all.filter_map(source).collect()
    }
}

impl PreScore for InterPodAffinity {
    fn pre_score(&self, handle: Handle, state: &mut CycleState, pod: &PodInfo, _: &[&NodeInfo]) -> Result<(), Status> {
        let has_own = !pod.preferred_affinity().is_empty() || !pod.preferred_anti_affinity().is_empty();
        if !has_own && (self.args.ignore_preferred_terms_of_existing_pods || handle.snapshot.existing_terms.is_empty()) {
            return Err(Status::skip());
        }
        let snapshot = in_use(handle, pod);
        let handle = Handle { snapshot: &snapshot, ..handle };
        let (topologies, terms) = (&handle.snapshot.topologies, &handle.snapshot.existing_terms);
        let namespace = handle.listers.namespace_labels(pod.namespace());
        let mut sources = Self::own_sources(handle, pod);
        let of_others = terms.iter().filter_map(|(id, carried)| {
            let weight = self.weight(carried.role);
            let counts = weight != 0 && carried.term.matches(&pod.pod, Some(&namespace)) && terms.is_anywhere(id);
            if counts { Some((topologies.find(&carried.term.topology_key)?, weight, Source::Term(id))) } else { None }
        });
        sources.extend(of_others);
        if sources.is_empty() {
            return Err(Status::skip());
        }
        state.write(PreScoreState { topologies: topologies.clone(), existing_terms: terms.clone(), sources });
        Ok(())
    }
}

impl Score for InterPodAffinity {
    /// The sum of the weights of the node's topologies; negative where dislikes prevail.
    fn score(&self, state: &CycleState, _: &PodInfo, node: &NodeInfo) -> i64 {
        let Some(state) = state.read::<PreScoreState>() else { return 0 };
        let of = |(key, weight, source): &(KeyId, i64, Source)| {
            let topology = state.topologies.get(*key);
            let domain = topology.domain_of(*key, node);
            let pods = match source {
                _ if domain == NO_DOMAIN => 0,
                Source::Pods(groups) => topology.pods_in(groups, domain),
                Source::Term(term) => state.existing_terms.pods_in(*term, domain),
            };
            weight * pods
        };
        state.sources.iter().map(of).sum()
    }

    /// The worst node gets 0, the best 100.
    fn normalize(&self, _: &CycleState, _: &[&NodeInfo], scores: &mut [i64]) {
        let least = scores.iter().copied().min().unwrap_or(0);
        let spread = scores.iter().copied().max().unwrap_or(0) - least;
        for score in scores {
            *score = if spread > 0 { (MAX_NODE_SCORE as f64 * ((*score - least) as f64 / spread as f64)) as i64 } else { 0 };
        }
    }
}
