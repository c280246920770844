//! When the change happened that an endpoint update is the answer to. The time is noted on the update, so that the delay
//! from a pod's readiness to the network rules can be measured.
//!
//! Models: staging/src/k8s.io/endpointslice/util/trigger_time_tracker.go, v1.36.
//! Simplified: nothing.

use std::sync::Arc;

use imbl::OrdMap;
use jiff::Timestamp;
use podarium_api::pod_state::pod_condition;
use podarium_api::{Pod, Resource as _, Service};

use crate::store::Key;

pub const ANNOTATION: &str = "endpoints.kubernetes.io/last-change-trigger-time";

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Seen {
    service: Option<Timestamp>,
    pods: OrdMap<String, Timestamp>,
}

/// What was seen of each Service at its last sync.
#[derive(Clone, Debug, Default)]
pub struct TriggerTimes(OrdMap<Key, Seen>);

impl TriggerTimes {
    /// The earliest change since the last look at this Service, and what to remember of this look. For a new Service it
    /// is its creation.
    pub fn compute(&self, key: &Key, service: &Service, pods: &[Arc<Pod>]) -> (Option<Timestamp>, Seen) {
        let before = self.0.get(key);
        let created = service.metadata.creation_timestamp.as_ref().map(|time| time.0);
        let ready_since = |pod: &Pod| pod_condition(pod, "Ready").and_then(|ready| ready.last_transition_time.as_ref()).map(|time| time.0);
        let times: OrdMap<String, Timestamp> = pods.iter().filter_map(|pod| Some((pod.name().to_owned(), ready_since(pod)?))).collect();
        let changed = times.iter().filter(|(name, time)| before.and_then(|before| before.pods.get(*name)).is_none_or(|known| time > &known));
        let mut trigger = changed.map(|(_, time)| *time).min();
        if created > before.and_then(|before| before.service) {
            trigger = trigger.into_iter().chain(created).min();
        }
        if before.is_none() {
            trigger = created;
        }
        (trigger, Seen { service: created, pods: times })
    }

    pub fn remember(&mut self, key: Key, seen: Seen) {
        self.0.insert(key, seen);
    }

    pub fn forget(&mut self, key: &Key) {
        self.0.remove(key);
    }
}

/// `2026-01-05T09:00:03Z`: no fraction when there is none.
pub fn text(time: Timestamp) -> String {
    time.to_string()
}
