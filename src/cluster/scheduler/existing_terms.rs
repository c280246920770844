//! The affinity terms of the pods that have a node, each different term once, with the domains in which pods carry it.
//!
//! The replicas of a Deployment that keep away from each other carry the same term. A pod that comes is compared with
//! the terms, of which there are few, and not with the pods, of which there are many.
//!
//! Models: nothing; kube-scheduler goes through all pods with terms in every cycle.
//! Simplified: nothing.

use std::sync::Arc;

use imbl::OrdMap;

use super::framework::affinity_term::AffinityTerm;
use super::topologies::DomainId;

/// What a term means for the pods that it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    RequiredAffinity,
    RequiredAntiAffinity,
    /// With its weight, less than nothing for a dislike.
    Preferred(i32),
}

/// A term as a pod carries it.
#[derive(Clone, Debug)]
pub struct CarriedTerm {
    pub role: Role,
    pub term: AffinityTerm,
    /// Two terms are the same if their texts are.
    identity: Arc<str>,
}

impl CarriedTerm {
    pub fn new(role: Role, term: &AffinityTerm) -> Self {
        CarriedTerm { role, term: term.clone(), identity: format!("{role:?} {term:?}").into() }
    }
}

pub type TermId = u32;

#[derive(Clone, Debug)]
struct Entry {
    carried: Arc<CarriedTerm>,
    pods: u32,
}

#[derive(Clone, Debug, Default)]
pub struct ExistingTerms {
    ids: OrdMap<Arc<str>, TermId>,
    entries: OrdMap<TermId, Entry>,
    next: TermId,
    /// How many pods carry a term in a domain of the term's topology.
    domains: OrdMap<(TermId, DomainId), i64>,
}

impl ExistingTerms {
    /// Counts a pod that carries the term into a domain.
    pub fn add(&mut self, carried: &Arc<CarriedTerm>, domain: DomainId) {
        let id = match self.ids.get(&carried.identity) {
            Some(id) => *id,
            None => {
                let id = self.next;
                self.next += 1;
                self.ids.insert(carried.identity.clone(), id);
                id
            }
        };
        self.entries.entry(id).or_insert_with(|| Entry { carried: carried.clone(), pods: 0 }).pods += 1;
        *self.domains.entry((id, domain)).or_insert(0) += 1;
    }

    /// Counts it out again.
    pub fn remove(&mut self, carried: &CarriedTerm, domain: DomainId) {
        let Some(id) = self.ids.get(&carried.identity).copied() else { return };
        if let Some(count) = self.domains.get_mut(&(id, domain)) {
            *count -= 1;
            if *count == 0 {
                self.domains.remove(&(id, domain));
            }
        }
        if let Some(entry) = self.entries.get_mut(&id) {
            entry.pods -= 1;
            if entry.pods == 0 {
                self.entries.remove(&id);
                self.ids.remove(&carried.identity);
            }
        }
    }

    pub fn iter(&self) -> impl Iterator<Item = (TermId, &CarriedTerm)> {
        self.entries.iter().map(|(id, entry)| (*id, &*entry.carried))
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub fn pods_in(&self, term: TermId, domain: DomainId) -> i64 {
        self.domains.get(&(term, domain)).copied().unwrap_or(0)
    }

    /// Whether a pod carries the term on a node that has the topology.
    pub fn is_anywhere(&self, term: TermId) -> bool {
        self.domains.range((term, 1)..=(term, DomainId::MAX)).next().is_some()
    }
}
