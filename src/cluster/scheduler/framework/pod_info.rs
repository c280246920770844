//! A pod with everything about it that the scheduler looks at again and again, computed once.
//!
//! Models: pkg/scheduler/framework/types.go (PodInfo), v1.36.
//! Simplified: nothing.

use std::sync::Arc;

use podarium_api::{Pod, Resource as _};

use super::affinity_term::{AffinityTerm, WeightedTerm, required_terms, weighted_terms};
use crate::scheduler::existing_terms::{CarriedTerm, Role};
use super::host_ports::{HostPort, host_ports};
use super::resource::{self, Resource};

#[derive(Clone, Debug)]
pub struct PodInfo {
    pub pod: Arc<Pod>,
    /// The uid; it names the pod in the scheduler's maps.
    pub uid: Arc<str>,
    pub priority: i32,
    pub requests: Resource,
    /// CPU and memory with a minimum for containers without requests, for scoring.
    pub non_zero_milli_cpu: i64,
    pub non_zero_memory: i64,
    pub host_ports: Vec<HostPort>,
    /// None for most pods, and then one pointer.
    pub affinity: Option<Arc<PodAffinities>>,
    /// The node to which the pod is being bound, before the API server has said so.
    assumed_node: Option<Arc<str>>,
}

/// The terms that tie a pod to other pods.
#[derive(Clone, Debug, Default)]
pub struct PodAffinities {
    pub required_affinity: Vec<AffinityTerm>,
    pub required_anti_affinity: Vec<AffinityTerm>,
    pub preferred_affinity: Vec<WeightedTerm>,
    pub preferred_anti_affinity: Vec<WeightedTerm>,
    /// All of them, as the snapshot counts them.
    pub carried: Vec<Arc<CarriedTerm>>,
}

impl PodInfo {
    pub fn new(pod: Arc<Pod>) -> Self {
        let requests = resource::pod_requests(&pod);
        let (non_zero_milli_cpu, non_zero_memory) = resource::non_zero_requests(&pod, &requests);
        PodInfo {
            uid: pod.uid().into(),
            priority: pod.spec.priority.unwrap_or(0),
            non_zero_milli_cpu,
            non_zero_memory,
            requests,
            host_ports: host_ports(&pod),
            affinity: PodAffinities::of(&pod).map(Arc::new),
            assumed_node: None,
            pod,
        }
    }

    /// The same pod as if it were bound to `node` already.
    pub fn assumed_on(&self, node: &str) -> Self {
        PodInfo { assumed_node: Some(node.into()), ..self.clone() }
    }

    /// The pod with the node that it is assumed to be on.
    pub fn pod_on_node(&self) -> Arc<Pod> {
        let mut pod = self.pod.clone();
        if let Some(node) = &self.assumed_node {
            Arc::make_mut(&mut Arc::make_mut(&mut pod).spec).node_name = Some(node.to_string());
        }
        pod
    }

    pub fn namespace(&self) -> &str {
        self.pod.namespace()
    }

    pub fn name(&self) -> &str {
        self.pod.name()
    }

    /// The node to which the pod is bound or assumed to be.
    pub fn node_name(&self) -> &str {
        self.assumed_node.as_deref().or(self.pod.spec.node_name.as_deref()).unwrap_or_default()
    }

    pub fn nominated_node_name(&self) -> &str {
        self.pod.status.nominated_node_name.as_deref().unwrap_or_default()
    }

    pub fn is_terminating(&self) -> bool {
        self.pod.metadata.deletion_timestamp.is_some()
    }

    pub fn required_affinity(&self) -> &[AffinityTerm] {
        self.affinity.as_deref().map_or(&[], |affinity| &affinity.required_affinity)
    }

    pub fn required_anti_affinity(&self) -> &[AffinityTerm] {
        self.affinity.as_deref().map_or(&[], |affinity| &affinity.required_anti_affinity)
    }

    pub fn preferred_affinity(&self) -> &[WeightedTerm] {
        self.affinity.as_deref().map_or(&[], |affinity| &affinity.preferred_affinity)
    }

    pub fn carried_terms(&self) -> &[Arc<CarriedTerm>] {
        self.affinity.as_deref().map_or(&[], |affinity| &affinity.carried)
    }

    pub fn preferred_anti_affinity(&self) -> &[WeightedTerm] {
        self.affinity.as_deref().map_or(&[], |affinity| &affinity.preferred_anti_affinity)
    }
}

impl PodAffinities {
    fn of(pod: &Pod) -> Option<Self> {
        let affinity = pod.spec.affinity.as_ref()?;
        if affinity.pod_affinity.is_none() && affinity.pod_anti_affinity.is_none() {
            return None;
        }
        let mut terms = PodAffinities::default();
        if let Some(affinity) = &affinity.pod_affinity {
            terms.required_affinity = required_terms(pod, affinity.required_during_scheduling_ignored_during_execution.as_deref());
            terms.preferred_affinity = weighted_terms(pod, affinity.preferred_during_scheduling_ignored_during_execution.as_deref());
        }
        if let Some(affinity) = &affinity.pod_anti_affinity {
            terms.required_anti_affinity = required_terms(pod, affinity.required_during_scheduling_ignored_during_execution.as_deref());
            terms.preferred_anti_affinity = weighted_terms(pod, affinity.preferred_during_scheduling_ignored_during_execution.as_deref());
        }
        let required = [(&terms.required_affinity, Role::RequiredAffinity), (&terms.required_anti_affinity, Role::RequiredAntiAffinity)];
        let required = required.into_iter().flat_map(|(terms, role)| terms.iter().map(move |term| CarriedTerm::new(role, term)));
        let preferred = [(&terms.preferred_affinity, 1), (&terms.preferred_anti_affinity, -1)];
        let preferred = preferred.into_iter().flat_map(|(terms, sign)| {
            terms.iter().map(move |WeightedTerm { term, weight }| CarriedTerm::new(Role::Preferred(sign * weight), term))
        });
        let carried = required.chain(preferred).map(Arc::new).collect();
        terms.carried = carried;
        Some(terms)
    }
}
