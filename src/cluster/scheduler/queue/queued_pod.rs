//! A pod in the scheduling queue, with the history of its attempts.
//!
//! Models: pkg/scheduler/framework/types.go (QueuedPodInfo), v1.36.
//! Simplified: no signatures for batches of like pods.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::sync::Arc;

use podarium_sim::Time;

use crate::Cause;
use crate::scheduler::framework::pod_info::PodInfo;

/// The order in which pods are tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SortKey {
    pub priority: Reverse<i32>,
    pub timestamp: Time,
}

#[derive(Clone, Debug)]
pub struct QueuedPod {
    pub info: Arc<PodInfo>,
    /// When it last entered the queue.
    pub timestamp: Time,
    pub attempts: u32,
    /// Attempts that ended with a rejection; the back-off grows with them.
    pub unschedulable_count: u32,
    /// Failures of the machinery in a row; they have a back-off of their own.
    pub consecutive_errors: u32,
    pub backoff_expiration: Option<Time>,
    /// The plugins that rejected the pod the last time, or at the gate.
    pub unschedulable_plugins: BTreeSet<&'static str>,
    pub pending_plugins: BTreeSet<&'static str>,
    /// The plugin that does not let the pod into the queue.
    pub gating_plugin: Option<&'static str>,
    /// When the pod was first ready to be tried.
    pub initial_attempt: Option<Time>,
    pub flushed_from_unschedulable: bool,
    /// What made the scheduler try the pod: its creation, or the event that brought it back.
    pub cause: Cause,
}

impl QueuedPod {
    pub fn new(info: Arc<PodInfo>, now: Time, cause: Cause) -> Self {
        QueuedPod {
            info,
            timestamp: now,
            attempts: 0,
            unschedulable_count: 0,
            consecutive_errors: 0,
            backoff_expiration: None,
            unschedulable_plugins: BTreeSet::new(),
            pending_plugins: BTreeSet::new(),
            gating_plugin: None,
            initial_attempt: None,
            flushed_from_unschedulable: false,
            cause,
        }
    }

    pub fn is_gated(&self) -> bool {
        self.gating_plugin.is_some()
    }

    /// Whether no plugin rejected the pod: the machinery failed.
    pub fn failed_by_error(&self) -> bool {
        self.unschedulable_plugins.is_empty() && self.pending_plugins.is_empty()
    }
}
