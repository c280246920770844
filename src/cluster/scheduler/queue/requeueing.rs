//! Whether an event is worth another try of a pod: the plugins that rejected it say.
//!
//! Models: pkg/scheduler/backend/queue/scheduling_queue.go (isPodWorthRequeuing), v1.36.
//! Simplified: nothing.

use podarium_api::Resource as _;

use super::queued_pod::QueuedPod;
use crate::scheduler::framework::cluster_event::{Change, ClusterEvent, QueueingHint};
use crate::scheduler::framework::profile::{Profile, Profiles};
use crate::scheduler::listers::Listers;

/// What becomes of the pod, the least eager first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Strategy {
    Skip,
    AfterBackoff,
    Immediately,
}

/// Whether any plugin wants to hear of such events.
pub fn is_of_interest(profiles: &Profiles, event: ClusterEvent) -> bool {
    event.is_wild_card()
        || profiles.iter().flat_map(Profile::plugins).any(|plugin| plugin.events().iter().any(|hint| hint.event.covers(event)))
}

pub fn worth_requeueing(profiles: &Profiles, listers: &Listers, pod: &QueuedPod, event: ClusterEvent, change: &Change) -> Strategy {
    if pod.failed_by_error() {
        return Strategy::AfterBackoff;
    }
    if event.is_wild_card() {
        // A pod that is to be activated by name wakes no other.
        let other = matches!(change, Change::Pod { new: Some(new), .. } if *new.uid() != *pod.info.uid);
        return if other { Strategy::Skip } else { Strategy::AfterBackoff };
    }
    let mut strategy = Strategy::Skip;
    for plugin in profiles.of(&pod.info.pod).into_iter().flat_map(Profile::plugins) {
        let pending = pod.pending_plugins.contains(plugin.name());
        if !pending && !pod.unschedulable_plugins.contains(plugin.name()) {
            continue;
        }
        for hint in plugin.events().iter().filter(|hint| hint.event.covers(event)) {
            if plugin.hint(hint, listers, &pod.info, change) == QueueingHint::Skip {
                continue;
            }
            if pending {
                return Strategy::Immediately;
            }
            strategy = Strategy::AfterBackoff;
        }
    }
    strategy
}
