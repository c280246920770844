//! One rule that ties a pod to other pods, or keeps it away from them: which pods, in which namespaces, near by what.
//!
//! Models: kube-scheduler/framework/types.go (AffinityTerm), v1.36.
//! Simplified: nothing.

use std::collections::{BTreeMap, BTreeSet};

use k8s_openapi::api::core::v1::{PodAffinityTerm, WeightedPodAffinityTerm};
use podarium_api::selector::LabelSelector as Selector;
use podarium_api::{Pod, Resource as _};

pub type Labels = BTreeMap<String, String>;

/// The labels of an object, an empty map when there are none.
pub fn labels(meta: &podarium_api::ObjectMeta) -> &Labels {
    const NONE: &Labels = &BTreeMap::new();
    meta.labels.as_ref().unwrap_or(NONE)
}

#[derive(Clone, Debug)]
pub struct AffinityTerm {
    pub namespaces: BTreeSet<String>,
    pub namespace_selector: Selector,
    pub selector: Selector,
    pub topology_key: String,
}

#[derive(Clone, Debug)]
pub struct WeightedTerm {
    pub term: AffinityTerm,
    pub weight: i32,
}

impl AffinityTerm {
    fn new(pod: &Pod, term: &PodAffinityTerm) -> Self {
        let mut namespaces: BTreeSet<String> = term.namespaces.iter().flatten().cloned().collect();
        // Without namespaces and without a selector for them a term is about the pod's own namespace.
        if namespaces.is_empty() && term.namespace_selector.is_none() {
            namespaces.insert(pod.namespace().to_owned());
        }
        AffinityTerm {
            namespaces,
            namespace_selector: term.namespace_selector.as_ref().map_or(Selector::Nothing, Selector::of),
            selector: term.label_selector.as_ref().map_or(Selector::Nothing, Selector::of),
            topology_key: term.topology_key.clone(),
        }
    }

    /// Whether the term is about `pod`, whose namespace carries `namespace_labels` (`None` when the term's namespaces
    /// have been unrolled and the labels are of no interest).
    pub fn matches(&self, pod: &Pod, namespace_labels: Option<&Labels>) -> bool {
        self.matches_labels(pod.namespace(), namespace_labels, pod.meta().labels.as_ref())
    }

    /// The same for any pod of a namespace with these labels.
    pub fn matches_labels(&self, namespace: &str, namespace_labels: Option<&Labels>, labels: Option<&Labels>) -> bool {
        (self.namespaces.contains(namespace) || self.namespace_selector.matches(namespace_labels)) && self.selector.matches(labels)
    }

    /// Replaces the namespace selector by the namespaces that it selects now. An empty selector means every namespace
    /// and stays.
    pub fn unroll_namespaces<'a>(&mut self, all: impl Iterator<Item = (&'a str, &'a Labels)>) {
        if self.namespace_selector.is_empty() {
            return;
        }
        for (name, labels) in all {
            if self.namespace_selector.matches(Some(labels)) {
                self.namespaces.insert(name.to_owned());
            }
        }
        self.namespace_selector = Selector::Nothing;
    }
}

pub fn required_terms(pod: &Pod, terms: Option<&[PodAffinityTerm]>) -> Vec<AffinityTerm> {
    terms.into_iter().flatten().map(|term| AffinityTerm::new(pod, term)).collect()
}

pub fn weighted_terms(pod: &Pod, terms: Option<&[WeightedPodAffinityTerm]>) -> Vec<WeightedTerm> {
    let weighted = |term: &WeightedPodAffinityTerm| WeightedTerm {
        term: AffinityTerm::new(pod, &term.pod_affinity_term),
        weight: term.weight,
    };
    terms.into_iter().flatten().map(weighted).collect()
}

/// Whether one pod satisfies every term. No terms are satisfied by nobody.
pub fn matches_all(terms: &[AffinityTerm], pod: &Pod) -> bool {
    !terms.is_empty() && terms.iter().all(|term| term.matches(pod, None))
}
