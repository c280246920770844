//! The extension points of the scheduling framework: the places of a scheduling cycle at which plugins have a say.
//!
//! A plugin is a struct in a file of its own, with its arguments as fields, that implements one trait for each point
//! where it can act and says so in `Plugin`. What it remembers during a cycle lies in the `CycleState`.
//!
//! Models: kube-scheduler/framework/interface.go, v1.36.
//! Simplified: no extenders.

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

use podarium_api::{Node, Object};

use super::cluster_event::{Change, ClusterEvent, QueueingHint};
use super::cycle_state::CycleState;
use super::diagnosis::{NodeToStatus, PostFilterOutcome};
use super::node_info::NodeInfo;
use super::pod_info::PodInfo;
use super::profile::Profile;
use super::status::Status;
use crate::apiserver::Request;
use crate::scheduler::listers::Listers;
use crate::scheduler::queue::nominator::Nominator;
use crate::scheduler::queue::queued_pod::{QueuedPod, SortKey};
use crate::scheduler::snapshot::{Slot, Snapshot};

/// What a plugin may look at beyond the pod and the node.
#[derive(Clone, Copy, Debug)]
pub struct Handle<'a> {
    pub snapshot: &'a Snapshot,
    pub listers: &'a Listers,
    pub nominator: &'a Nominator,
    pub profile: &'a Profile,
}

/// A plugin and the extension points at which it acts.
pub trait Plugin: Debug + Send + Sync {
    fn name(&self) -> &'static str;
    fn as_pre_enqueue(&self) -> Option<&dyn PreEnqueue> {
        None
    }
    fn as_queue_sort(&self) -> Option<&dyn QueueSort> {
        None
    }
    fn as_pre_filter(&self) -> Option<&dyn PreFilter> {
        None
    }
    fn as_filter(&self) -> Option<&dyn Filter> {
        None
    }
    fn as_post_filter(&self) -> Option<&dyn PostFilter> {
        None
    }
    fn as_pre_score(&self) -> Option<&dyn PreScore> {
        None
    }
    fn as_score(&self) -> Option<&dyn Score> {
        None
    }
    fn as_reserve(&self) -> Option<&dyn Reserve> {
        None
    }
    fn as_permit(&self) -> Option<&dyn Permit> {
        None
    }
    fn as_pre_bind(&self) -> Option<&dyn PreBind> {
        None
    }
    fn as_bind(&self) -> Option<&dyn Bind> {
        None
    }
    fn as_post_bind(&self) -> Option<&dyn PostBind> {
        None
    }
    /// Node labels whose domains the plugin counts for pods that do not name them themselves.
    fn topologies(&self) -> Vec<&str> {
        Vec::new()
    }
    /// The events that may make a pod schedulable that this plugin rejected.
    fn events(&self) -> &'static [EventHint] {
        &[]
    }
    /// What a registered event means for a pod; overridden where the plugin's arguments matter.
    fn hint(&self, registered: &EventHint, listers: &Listers, pod: &PodInfo, change: &Change) -> QueueingHint {
        (registered.hint)(listers, pod, change)
    }
}

/// An event for which a plugin registers, and how it tells whether one such event helps a given pod.
#[derive(Clone, Copy, Debug)]
pub struct EventHint {
    pub event: ClusterEvent,
    pub hint: fn(&Listers, &PodInfo, &Change) -> QueueingHint,
}

/// Every such event is worth a try.
pub fn always(_: &Listers, _: &PodInfo, _: &Change) -> QueueingHint {
    QueueingHint::Queue
}

/// Whether a pod may enter the queue at all.
pub trait PreEnqueue {
    /// `preempting` are the pods whose victims are being asked to go.
    fn pre_enqueue(&self, pod: &PodInfo, preempting: &BTreeSet<Arc<str>>) -> Result<(), Status>;
}

/// Which of the waiting pods is tried first: the one with the least key.
pub trait QueueSort {
    fn key(&self, pod: &QueuedPod) -> SortKey;
}

/// `None` for all nodes, else the names of those that can come into question at all.
pub type PreFilterResult = Option<BTreeSet<String>>;

/// Looks at the pod once, before any node.
pub trait PreFilter {
    fn pre_filter(&self, handle: Handle, state: &mut CycleState, pod: &PodInfo) -> Result<PreFilterResult, Status>;
    /// Corrects the state as if `added` ran on `node` too.
    fn add_pod(&self, _state: &mut CycleState, _pod: &PodInfo, _added: &PodInfo, _node: &NodeInfo) {}
    /// Corrects the state as if `removed` were gone from `node`.
    fn remove_pod(&self, _state: &mut CycleState, _pod: &PodInfo, _removed: &PodInfo, _node: &NodeInfo) {}
}

/// Whether the pod can run on the node.
pub trait Filter {
    /// The first objection.
    fn filter(&self, state: &CycleState, pod: &PodInfo, node: &NodeInfo) -> Result<(), Status>;
    /// Every objection, for explanations.
    fn all_objections(&self, state: &CycleState, pod: &PodInfo, node: &NodeInfo) -> Vec<Status> {
        self.filter(state, pod, node).err().into_iter().collect()
    }
}

/// What to do when no node is left: preemption.
pub trait PostFilter {
    fn post_filter(&self, handle: Handle, state: &CycleState, pod: &PodInfo, statuses: &NodeToStatus, random: &mut podarium_sim::Stream) -> PostFilterOutcome;
    /// What it would take to make the pod fit on a node, for explanations; `None` from a plugin that evicts nobody.
    fn candidacy(&self, _handle: Handle, _state: &CycleState, _pod: &PodInfo, _node: Slot) -> Option<Candidacy> {
        None
    }
}

/// Whether a node could be cleared for a pod.
#[derive(Clone, Debug)]
pub enum Candidacy {
    Victims { victims: Vec<Arc<PodInfo>>, budget_violations: usize },
    Refused(String),
}

/// Looks once at all nodes that passed, before they are scored.
pub trait PreScore {
    fn pre_score(&self, handle: Handle, state: &mut CycleState, pod: &PodInfo, nodes: &[&NodeInfo]) -> Result<(), Status>;
}

/// How good a node is, from 0 to 100 after `normalize`.
pub trait Score {
    fn score(&self, state: &CycleState, pod: &PodInfo, node: &NodeInfo) -> i64;
    fn normalize(&self, _state: &CycleState, _nodes: &[&NodeInfo], _scores: &mut [i64]) {}
}

pub const MAX_NODE_SCORE: i64 = 100;

/// Sets something aside for the pod on the node that was chosen.
pub trait Reserve {
    fn reserve(&self, listers: &mut Listers, state: &mut CycleState, pod: &PodInfo, node: &NodeInfo) -> Result<(), Status>;
    fn unreserve(&self, listers: &mut Listers, state: &mut CycleState, pod: &PodInfo);
}

/// What a Permit plugin says that does not refuse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permission {
    Granted,
    /// The pod keeps its place and waits at most so long.
    Wait(Duration),
}

/// Lets the binding go ahead, refuses it, or lets the pod wait.
pub trait Permit {
    fn permit(&self, listers: &Listers, state: &CycleState, pod: &PodInfo, node: &str) -> Result<Permission, Status>;
    /// Asked about a pod that waits for this plugin, whenever something has happened: `Some` ends the wait, with the
    /// reason if the pod is rejected. `waiting` are all pods that wait.
    fn reconsider(&self, _listers: &Listers, _pod: &PodInfo, _waiting: &[Arc<PodInfo>]) -> Option<Result<(), String>> {
        None
    }
}

/// Work that must be done before the binding: requests, one after the other, and then a wait for what comes of them.
pub trait PreBind {
    /// Whether there is anything to do for this pod.
    fn is_needed(&self, state: &CycleState) -> bool;
    /// The next request; none when all have been answered.
    fn next_request(&self, state: &CycleState) -> Option<Request>;
    /// Takes the object that a request was answered with.
    fn answered(&self, state: &mut CycleState, object: &Object);
    /// Whether what the pod waits for is there. The error is one of the machinery, or that it will never come.
    fn is_done(&self, listers: &Listers, state: &CycleState, pod: &PodInfo, node: Option<&Node>) -> Result<bool, String>;
    /// How long the pod waits for it.
    fn patience(&self) -> Duration;
}

/// Makes the object that binds the pod to the node.
pub trait Bind {
    fn bind(&self, pod: &PodInfo, node: &str) -> k8s_openapi::api::core::v1::Binding;
}

/// Told after a binding.
pub trait PostBind {
    fn post_bind(&self, state: &CycleState, pod: &PodInfo, node: &str);
}

/// Brings scores to 0..100 in proportion to the greatest; `reverse` makes the least the best.
pub fn normalize_by_greatest(scores: &mut [i64], reverse: bool) {
    let greatest = scores.iter().copied().max().unwrap_or(0);
    for score in scores {
        let scaled = if greatest == 0 { 0 } else { MAX_NODE_SCORE * *score / greatest };
        *score = if reverse { MAX_NODE_SCORE - scaled } else { scaled };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_are_normalised_in_proportion() {
        let cases = [
            (&[1, 2, 3, 4][..], false, &[25, 50, 75, 100][..]),
            (&[1, 2, 3, 4], true, &[75, 50, 25, 0]),
            (&[0, 0], false, &[0, 0]),
            (&[0, 0], true, &[100, 100]),
            (&[1, 2, 3], false, &[33, 66, 100]),
        ];
        for (raw, reverse, expected) in cases {
            let mut scores = raw.to_vec();
            normalize_by_greatest(&mut scores, reverse);
            assert_eq!(scores, expected, "{raw:?} {reverse}");
        }
    }
}
