//! The required terms: where the pod may not go for the sake of others, or of itself.
//!
//! Models: pkg/scheduler/framework/plugins/interpodaffinity/filtering.go, v1.36.
//! Simplified: nothing.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{InterPodAffinity, unrolled};
use crate::scheduler::existing_terms::{ExistingTerms, Role, TermId};
use crate::scheduler::framework::affinity_term::{AffinityTerm, Labels};
use crate::scheduler::framework::cycle_state::CycleState;
use crate::scheduler::framework::node_info::NodeInfo;
use crate::scheduler::framework::plugin::{Filter, Handle, PreFilter, PreFilterResult};
use crate::scheduler::framework::pod_info::PodInfo;
use crate::scheduler::framework::status::Status;
use crate::scheduler::pod_groups::GroupSet;
use crate::scheduler::snapshot::Snapshot;
use crate::scheduler::topologies::{DomainId, KeyId, NO_DOMAIN, Topologies};

pub(super) const EXISTING_ANTI_AFFINITY: &str = "node(s) didn't satisfy existing pods anti-affinity rules";
pub(super) const NO_AFFINITY: &str = "node(s) didn't match pod affinity rules";
pub(super) const ANTI_AFFINITY: &str = "node(s) didn't match pod anti-affinity rules";

/// Pods taken off or put on in thought, by domain.
type Changes = BTreeMap<(KeyId, DomainId), i64>;

/// A required term of the pod.
#[derive(Clone, Debug)]
struct OwnTerm {
    term: AffinityTerm,
    key: KeyId,
    /// The pods there that count for it: for an affinity those that satisfy all of the pod's terms.
    pods: Arc<GroupSet>,
}

/// What Filter looks up.
#[derive(Clone, Debug)]
struct PreFilterState {
    topologies: Topologies,
    existing_terms: ExistingTerms,
    namespace_labels: Arc<Labels>,
    /// The required anti-affinities of pods there that are about this pod.
    hating: Vec<(KeyId, TermId)>,
    affinity: Arc<Vec<OwnTerm>>,
    anti_affinity: Arc<Vec<OwnTerm>>,
    hating_changes: Changes,
    affinity_changes: Changes,
    /// By the number of the term too: each counts for itself.
    anti_affinity_changes: BTreeMap<(usize, DomainId), i64>,
}

impl PreFilterState {
    fn domain(&self, key: KeyId, node: &NodeInfo) -> DomainId {
        self.topologies.get(key).domain_of(key, node)
    }

    /// Corrects the counts as if `other` came to the node, or left it.
    fn count(&mut self, pod: &PodInfo, other: &PodInfo, node: &NodeInfo, amount: i64) {
        for term in other.required_anti_affinity().iter().filter(|term| term.matches(&pod.pod, Some(&self.namespace_labels))) {
            if let Some(key) = self.topologies.find(&term.topology_key) {
                *self.hating_changes.entry((key, self.domain(key, node))).or_default() += amount;
            }
        }
        if self.affinity.iter().all(|own| own.term.matches(&other.pod, None)) {
            let keys: BTreeSet<KeyId> = self.affinity.iter().map(|own| own.key).collect();
            for key in keys {
                *self.affinity_changes.entry((key, self.domain(key, node))).or_default() += amount;
            }
        }
        for (index, own) in self.anti_affinity.clone().iter().enumerate().filter(|(_, own)| own.term.matches(&other.pod, None)) {
            *self.anti_affinity_changes.entry((index, self.domain(own.key, node))).or_default() += amount;
        }
    }

    fn pods_in(&self, own: &OwnTerm, domain: DomainId) -> i64 {
        self.topologies.get(own.key).pods_in(&own.pods, domain)
    }

    /// The node has every topology of the terms, and in each there is a pod that satisfies them all. The first pod of a
    /// group that wants to be with its own kind may go anywhere: else the group could never begin.
    fn satisfies_affinity(&self, pod: &PodInfo, node: &NodeInfo) -> bool {
        let mut all_found = true;
        for own in &*self.affinity {
            let domain = self.domain(own.key, node);
            if domain == NO_DOMAIN {
                return false;
            }
            let change = self.affinity_changes.get(&(own.key, domain)).copied().unwrap_or(0);
            all_found &= self.pods_in(own, domain) + change > 0;
        }
        all_found || self.nobody_satisfies() && self.affinity.iter().all(|own| own.term.matches(&pod.pod, None))
    }

    fn nobody_satisfies(&self) -> bool {
        self.affinity.iter().all(|own| {
            let topology = self.topologies.get(own.key);
            let changes = self.affinity_changes.iter().filter(|((key, domain), change)| *key == own.key && *domain != NO_DOMAIN && **change != 0);
            let changes: i64 = changes.map(|(_, change)| change).sum();
            if changes == 0 { !topology.holds_any(&own.pods) } else { topology.total(&own.pods) + changes == 0 }
        })
    }

    fn is_hated_by_own_terms(&self, node: &NodeInfo) -> bool {
        self.anti_affinity.iter().enumerate().any(|(index, own)| {
            let domain = self.domain(own.key, node);
            let change = || self.anti_affinity_changes.get(&(index, domain)).copied().unwrap_or(0);
            domain != NO_DOMAIN && self.pods_in(own, domain) + change() > 0
        })
    }

    fn is_hated_by_others(&self, node: &NodeInfo) -> bool {
        let mut sums: Vec<(KeyId, i64)> = Vec::new();
        for (key, term) in &self.hating {
            let domain = self.domain(*key, node);
            if domain == NO_DOMAIN {
                continue;
            }
            let pods = self.existing_terms.pods_in(*term, domain);
            match sums.iter_mut().find(|(other, _)| other == key) {
                Some((_, sum)) => *sum += pods,
                None => sums.push((*key, pods)),
            }
        }
        for ((key, domain), change) in &self.hating_changes {
            if *domain != NO_DOMAIN && self.domain(*key, node) == *domain {
                match sums.iter_mut().find(|(other, _)| other == key) {
                    Some((_, sum)) => *sum += change,
                    None => sums.push((*key, *change)),
                }
            }
        }
        sums.iter().any(|(_, sum)| *sum > 0)
    }
}

impl PreFilter for InterPodAffinity {
    fn pre_filter(&self, handle: Handle, state: &mut CycleState, pod: &PodInfo) -> Result<PreFilterResult, Status> {
        let snapshot = handle.snapshot;
        let without_terms = pod.required_affinity().is_empty() && pod.required_anti_affinity().is_empty();
        if without_terms && snapshot.existing_terms.is_empty() {
            return Err(Status::skip());
        }
        let namespace_labels = handle.listers.namespace_labels(pod.namespace());
        let hating = snapshot.existing_terms.iter().filter(|(_, carried)| {
            carried.role == Role::RequiredAntiAffinity && carried.term.matches(&pod.pod, Some(&namespace_labels))
        });
        let hating = hating.filter(|(id, _)| snapshot.existing_terms.is_anywhere(*id));
        let hating: Vec<(KeyId, TermId)> =
            hating.filter_map(|(id, carried)| Some((snapshot.topologies.find(&carried.term.topology_key)?, id))).collect();
        if without_terms && hating.is_empty() {
            return Err(Status::skip());
        }
        let snapshot = in_use(handle, pod);
        let unroll = |terms: &[AffinityTerm]| -> Vec<AffinityTerm> { terms.iter().map(|term| unrolled(term, handle.listers)).collect() };
        let key = |term: &AffinityTerm| snapshot.topologies.find(&term.topology_key).expect("the pod's topologies are in use");
        let affinity = unroll(pod.required_affinity());
        let satisfying = Arc::new(snapshot.pod_groups.satisfying(&affinity));
        let own = |term: AffinityTerm, pods: Arc<GroupSet>| OwnTerm { key: key(&term), term, pods };
        let affinity = affinity.into_iter().map(|term| own(term, satisfying.clone())).collect();
        let anti_affinity = unroll(pod.required_anti_affinity()).into_iter().map(|term| {
            let pods = Arc::new(snapshot.pod_groups.satisfying(std::slice::from_ref(&term)));
            own(term, pods)
        });
        state.write(PreFilterState {
            topologies: snapshot.topologies.clone(),
            existing_terms: snapshot.existing_terms.clone(),
            namespace_labels,
            hating,
            affinity: Arc::new(affinity),
            anti_affinity: Arc::new(anti_affinity.collect()),
            hating_changes: Changes::new(),
            affinity_changes: Changes::new(),
            anti_affinity_changes: BTreeMap::new(),
        });
        Ok(None)
    }

    fn add_pod(&self, state: &mut CycleState, pod: &PodInfo, added: &PodInfo, node: &NodeInfo) {
        if let Some(state) = state.read_mut::<PreFilterState>() {
            state.count(pod, added, node, 1);
        }
    }

    fn remove_pod(&self, state: &mut CycleState, pod: &PodInfo, removed: &PodInfo, node: &NodeInfo) {
        if let Some(state) = state.read_mut::<PreFilterState>() {
            state.count(pod, removed, node, -1);
        }
    }
}

/// The snapshot with the topologies of the pod in use. The scheduler has brought them into use before the cycle; who else
/// asks gets a copy in which they are.
pub(super) fn in_use<'a>(handle: Handle<'a>, pod: &PodInfo) -> Cow<'a, Snapshot> {
    let topologies = &handle.snapshot.topologies;
    if pod.carried_terms().iter().all(|carried| topologies.find(&carried.term.topology_key).is_some()) {
        return Cow::Borrowed(handle.snapshot);
    }
    let mut snapshot = handle.snapshot.clone();
    snapshot.register_for(pod);
    Cow::Owned(snapshot)
}

impl Filter for InterPodAffinity {
    fn filter(&self, state: &CycleState, pod: &PodInfo, node: &NodeInfo) -> Result<(), Status> {
        match self.objections(state, pod, node).next() {
            Some(status) => Err(status),
            None => Ok(()),
        }
    }

    fn all_objections(&self, state: &CycleState, pod: &PodInfo, node: &NodeInfo) -> Vec<Status> {
        self.objections(state, pod, node).collect()
    }
}

impl InterPodAffinity {
    fn objections<'a>(&self, state: &'a CycleState, pod: &'a PodInfo, node: &'a NodeInfo) -> impl Iterator<Item = Status> + 'a {
        let state = state.read::<PreFilterState>();
        (0..3).filter_map(move |rule| {
            let state = state?;
            match rule {
                0 => (!state.satisfies_affinity(pod, node)).then(|| Status::unresolvable(NO_AFFINITY)),
                1 => state.is_hated_by_own_terms(node).then(|| Status::unschedulable(ANTI_AFFINITY)),
                _ => state.is_hated_by_others(node).then(|| Status::unschedulable(EXISTING_ANTI_AFFINITY)),
            }
        })
    }
}
