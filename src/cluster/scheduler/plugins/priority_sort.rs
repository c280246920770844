//! PrioritySort: pods of a higher priority are tried first, and of those the one that has waited longest.
//!
//! Models: pkg/scheduler/framework/plugins/queuesort/priority_sort.go, v1.36.
//! Simplified: nothing.

use std::cmp::Reverse;

use crate::scheduler::framework::plugin::{Plugin, QueueSort};
use crate::scheduler::queue::queued_pod::{QueuedPod, SortKey};

#[derive(Debug)]
pub struct PrioritySort;

impl Plugin for PrioritySort {
    fn name(&self) -> &'static str {
        "PrioritySort"
    }
    fn as_queue_sort(&self) -> Option<&dyn QueueSort> {
        Some(self)
    }
}

impl QueueSort for PrioritySort {
    fn key(&self, pod: &QueuedPod) -> SortKey {
        SortKey { priority: Reverse(pod.info.priority), timestamp: pod.timestamp }
    }
}
