//! Why a pod could not be placed: the answer of every node, and the message that a person reads.
//!
//! Models: pkg/scheduler/framework/{types.go,interface.go} (Diagnosis, FitError, NodeToStatus), v1.36.
//! Simplified: nothing.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::pod_info::PodInfo;
use super::status::{Code, Status};
use crate::scheduler::snapshot::{Slot, Snapshot};
use std::sync::Arc;

/// The answers of the nodes that were asked, and one for all others.
#[derive(Clone, Debug)]
pub struct NodeToStatus {
    explicit: Vec<(Slot, Status)>,
    pub absent: Status,
}

impl Default for NodeToStatus {
    /// A node that nobody asked about counts as beyond help, and adds no reason.
    fn default() -> Self {
        NodeToStatus { explicit: Vec::new(), absent: Status::without_reason(Code::UnschedulableAndUnresolvable) }
    }
}

impl NodeToStatus {
    pub fn push(&mut self, slot: Slot, status: Status) {
        self.explicit.push((slot, status));
    }

    pub fn len(&self) -> usize {
        self.explicit.len()
    }

    pub fn is_empty(&self) -> bool {
        self.explicit.is_empty()
    }

    pub fn iter(&self) -> impl Iterator<Item = &(Slot, Status)> {
        self.explicit.iter()
    }

    pub fn get(&self, slot: Slot) -> &Status {
        // The latest answer counts: a nominated node is asked twice.
        self.explicit.iter().rev().find(|(other, _)| *other == slot).map_or(&self.absent, |(_, status)| status)
    }

    /// A later answer of a node takes the place of the earlier one.
    pub fn keep_latest(&mut self) {
        let slots = self.explicit.iter().map(|(slot, _)| *slot as usize + 1).max().unwrap_or(0);
        let mut seen = vec![false; slots];
        let mut is_first = |slot: Slot| !std::mem::replace(&mut seen[slot as usize], true);
        let latest: Vec<bool> = self.explicit.iter().rev().map(|(slot, _)| is_first(*slot)).collect();
        let mut latest = latest.into_iter().rev();
        self.explicit.retain(|_| latest.next().unwrap_or(true));
    }

    /// The nodes whose answer has this code, in the snapshot's order.
    pub fn with_code(&self, snapshot: &Snapshot, code: Code) -> Vec<Slot> {
        let explicit: BTreeMap<Slot, Code> = self.explicit.iter().map(|(slot, status)| (*slot, status.code)).collect();
        let of = |slot: &&Slot| explicit.get(*slot).copied().unwrap_or(self.absent.code) == code;
        snapshot.order().iter().filter(of).copied().collect()
    }
}

/// What stood in the way.
#[derive(Clone, Debug, Default)]
pub struct Diagnosis {
    pub node_to_status: NodeToStatus,
    /// The plugins that rejected the pod; only events that one of them knows bring it back.
    pub unschedulable_plugins: BTreeSet<&'static str>,
    pub pending_plugins: BTreeSet<&'static str>,
    pub pre_filter_message: String,
    pub post_filter_message: String,
}

impl Diagnosis {
    pub fn add_plugin(&mut self, status: &Status) {
        if status.plugin.is_empty() {
            return;
        }
        if status.is_rejected() {
            self.unschedulable_plugins.insert(status.plugin);
        }
        if status.code == Code::Pending {
            self.pending_plugins.insert(status.plugin);
        }
    }

    /// `0/3 nodes are available: 1 Insufficient cpu, 2 node(s) had untolerated taint(s). preemption: …`
    pub fn message(&self, all_nodes: usize) -> String {
        let mut message = format!("0/{all_nodes} nodes are available:");
        if self.pre_filter_message.is_empty() {
            let reasons = self.reasons(all_nodes);
            if !reasons.is_empty() {
                message.push_str(&format!(" {}.", reasons.join(", ")));
            }
        } else {
            message.push_str(&format!(" {}.", self.pre_filter_message));
        }
        if !self.post_filter_message.is_empty() {
            message.push(' ');
            message.push_str(&self.post_filter_message);
        }
        message
    }

    /// Each reason with the number of nodes that gave it, sorted as text: "10 x" comes before "2 y".
    fn reasons(&self, all_nodes: usize) -> Vec<String> {
        let statuses = &self.node_to_status;
        let mut counts: BTreeMap<Cow<'static, str>, usize> = BTreeMap::new();
        for (_, status) in statuses.iter() {
            for reason in status.reasons() {
                *counts.entry(reason.clone()).or_default() += 1;
            }
        }
        let absent = all_nodes.saturating_sub(statuses.len());
        if absent > 0 {
            for reason in statuses.absent.reasons() {
                *counts.entry(reason.clone()).or_default() += absent;
            }
        }
        let mut texts: Vec<String> = counts.into_iter().map(|(reason, count)| format!("{count} {reason}")).collect();
        texts.sort();
        texts
    }
}

/// Whether the node that the pod's status nominates is to be changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Nomination {
    Keep,
    /// An empty name clears it.
    Set(String),
}

/// A node and the pods to be evicted from it, the most important first.
#[derive(Clone, Debug)]
pub struct Preemption {
    pub node: String,
    pub victims: Vec<Arc<PodInfo>>,
}

/// What PostFilter plugins achieved.
#[derive(Clone, Debug)]
pub struct PostFilterOutcome {
    pub nomination: Nomination,
    /// Evictions to carry out.
    pub preemption: Option<Preemption>,
    /// `Ok` when the pod will fit once that is done.
    pub status: Result<(), Status>,
}

impl PostFilterOutcome {
    pub fn rejected(nomination: Nomination, status: Status) -> Self {
        PostFilterOutcome { nomination, preemption: None, status: Err(status) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_are_counted_and_sorted_as_text() {
        let mut diagnosis = Diagnosis::default();
        for slot in 0..10 {
            diagnosis.node_to_status.push(slot, Status::unschedulable("node(s) were unschedulable"));
        }
        let mut both = Status::unschedulable("Insufficient cpu");
        both.push("Insufficient memory");
        diagnosis.node_to_status.push(10, both.clone());
        diagnosis.node_to_status.push(11, both);
        assert_eq!(
            diagnosis.message(12),
            "0/12 nodes are available: 10 node(s) were unschedulable, 2 Insufficient cpu, 2 Insufficient memory."
        );
        diagnosis.node_to_status.absent = Status::unresolvable("node(s) didn't satisfy plugin(s) [NodeAffinity]");
        diagnosis.post_filter_message = "preemption: no".to_owned();
        assert!(diagnosis.message(14).contains("2 node(s) didn't satisfy plugin(s) [NodeAffinity]. preemption: no"));
    }

    #[test]
    fn a_message_of_pre_filter_stands_alone() {
        let diagnosis = Diagnosis { pre_filter_message: "pod affinity terms conflict".to_owned(), ..Default::default() };
        assert_eq!(diagnosis.message(3), "0/3 nodes are available: pod affinity terms conflict.");
    }
}
