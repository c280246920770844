//! Whether an event is worth another try of a pod: the plugins that rejected it say.
//!
//! Models: pkg/scheduler/backend/queue/scheduling_queue.go (isPodWorthRequeuing), v1.36.
//! Simplified: nothing.

use podarium_api::Resource as _;

use super::queued_pod::QueuedPod;
use crate::scheduler::framework::cluster_event::{ActionType, Change, ClusterEvent, EventResource, QueueingHint};
use crate::scheduler::framework::plugin::Plugin;
use crate::scheduler::framework::profile::{Profile, Profiles};
use crate::scheduler::listers::Listers;

/// What becomes of the pod, the least eager first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Strategy {
    Skip,
    AfterBackoff,
    Immediately,
}

/// A plugin that wants to hear of new nodes and says nothing of taints is told of changed taints too, and takes any as worth
/// a try: a node often comes with a taint that is taken off a moment later.
fn minds_taints_implicitly(plugin: &dyn Plugin) -> bool {
    let registered = |action: ActionType| plugin.events().iter().any(|hint| hint.event.resource == EventResource::Node && hint.event.action.has(action));
    registered(ActionType::ADD) && !registered(ActionType::UPDATE_NODE_TAINT)
}

/// Whether the plugin has registered for the event.
pub fn is_registered(plugin: &dyn Plugin, event: ClusterEvent) -> bool {
    plugin.events().iter().any(|hint| hint.event.covers(event)) || event == ClusterEvent::NODE_TAINT && minds_taints_implicitly(plugin)
}

/// Whether any plugin wants to hear of such events.
pub fn is_of_interest(profiles: &Profiles, event: ClusterEvent) -> bool {
    event.is_wild_card()
        || profiles.iter().flat_map(Profile::plugins).any(|plugin| is_registered(plugin, event))
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
        if event == ClusterEvent::NODE_TAINT && minds_taints_implicitly(plugin) {
            if pending {
                return Strategy::Immediately;
            }
            strategy = Strategy::AfterBackoff;
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
