//! SchedulingGates: a pod with gates stays out of the queue until somebody has removed them all.
//!
//! Models: pkg/scheduler/framework/plugins/schedulinggates/scheduling_gates.go, v1.36.
//! Simplified: nothing.

use std::collections::BTreeSet;
use std::sync::Arc;

use podarium_api::Resource as _;

use crate::scheduler::framework::cluster_event::{ActionType, Change, ClusterEvent, EventResource, QueueingHint};
use crate::scheduler::framework::plugin::{EventHint, Plugin, PreEnqueue};
use crate::scheduler::framework::pod_info::PodInfo;
use crate::scheduler::framework::status::Status;
use crate::scheduler::listers::Listers;

#[derive(Debug)]
pub struct SchedulingGates;

const GATES_ELIMINATED: ClusterEvent = ClusterEvent::new(EventResource::Pod, ActionType::UPDATE_POD_GATES_ELIMINATED);

impl Plugin for SchedulingGates {
    fn name(&self) -> &'static str {
        "SchedulingGates"
    }
    fn as_pre_enqueue(&self) -> Option<&dyn PreEnqueue> {
        Some(self)
    }
    fn events(&self) -> &'static [EventHint] {
        &[EventHint { event: GATES_ELIMINATED, hint: own_gates }]
    }
}

/// Only the pod's own gates matter.
fn own_gates(_: &Listers, pod: &PodInfo, change: &Change) -> QueueingHint {
    matches!(change, Change::Pod { new: Some(new), .. } if *new.uid() == *pod.uid).into()
}

impl PreEnqueue for SchedulingGates {
    fn pre_enqueue(&self, pod: &PodInfo, _: &BTreeSet<Arc<str>>) -> Result<(), Status> {
        let gates: Vec<&str> = pod.pod.spec.scheduling_gates.iter().flatten().map(|gate| gate.name.as_str()).collect();
        if gates.is_empty() {
            return Ok(());
        }
        Err(Status::unresolvable(format!("waiting for scheduling gates: [{}]", gates.join(" "))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scheduler::tests::building::pod;

    #[test]
    fn gates_are_named() {
        assert_eq!(SchedulingGates.pre_enqueue(&pod("p").info(), &BTreeSet::new()), Ok(()));
        let gated = pod("p").spec("schedulingGates", serde_json::json!([{ "name": "foo" }, { "name": "bar" }])).info();
        let status = SchedulingGates.pre_enqueue(&gated, &BTreeSet::new()).expect_err("it has gates");
        assert_eq!(status.message(), "waiting for scheduling gates: [foo bar]");
    }
}
