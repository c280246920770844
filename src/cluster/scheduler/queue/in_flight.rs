//! What happens in the cluster while a pod is being tried. A pod that fails must not miss the event that would have
//! helped it, so events are kept as long as a pod is in flight that was taken from the queue before them.
//!
//! Models: pkg/scheduler/backend/queue/active_queue.go (inFlightPods, inFlightEvents), v1.36.
//! Simplified: nothing.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use crate::scheduler::framework::cluster_event::{Change, ClusterEvent};

#[derive(Clone, Debug, Default)]
pub struct InFlight {
    /// The number of the next event when each pod took off.
    pods: BTreeMap<Arc<str>, u64>,
    events: VecDeque<(u64, ClusterEvent, Change)>,
    next: u64,
}

impl InFlight {
    /// False when the pod is in flight already.
    pub fn take_off(&mut self, uid: Arc<str>) -> bool {
        if self.pods.contains_key(&uid) {
            return false;
        }
        self.pods.insert(uid, self.next);
        true
    }

    pub fn contains(&self, uid: &str) -> bool {
        self.pods.contains_key(uid)
    }

    pub fn is_empty(&self) -> bool {
        self.pods.is_empty()
    }

    pub fn record(&mut self, event: ClusterEvent, change: &Change) {
        if !self.pods.is_empty() {
            self.events.push_back((self.next, event, change.clone()));
            self.next += 1;
        }
    }

    /// The events since the pod took off.
    pub fn events_for(&self, uid: &str) -> Vec<(ClusterEvent, Change)> {
        let Some(since) = self.pods.get(uid) else { return Vec::new() };
        let later = self.events.iter().filter(|(number, ..)| number >= since);
        later.map(|(_, event, change)| (*event, change.clone())).collect()
    }

    /// The attempt is over; events that no other pod needs are dropped.
    pub fn land(&mut self, uid: &str) {
        self.pods.remove(uid);
        let needed_from = self.pods.values().copied().min().unwrap_or(u64::MAX);
        while self.events.front().is_some_and(|(number, ..)| *number < needed_from) {
            self.events.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_pod_sees_the_events_since_its_own_start() {
        let mut flight = InFlight::default();
        flight.record(ClusterEvent::NODE_ADD, &Change::None);
        assert!(flight.take_off("a".into()));
        assert!(!flight.take_off("a".into()), "a pod flies once");
        flight.record(ClusterEvent::NODE_ADD, &Change::None);
        flight.take_off("b".into());
        flight.record(ClusterEvent::NODE_DELETE, &Change::None);
        assert_eq!(flight.events_for("a").len(), 2);
        assert_eq!(flight.events_for("b").len(), 1);
        flight.land("a");
        assert_eq!(flight.events.len(), 1, "only what b needs is kept");
        flight.land("b");
        assert!(flight.events.is_empty());
    }
}
