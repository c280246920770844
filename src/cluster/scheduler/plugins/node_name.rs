//! NodeName: a pod that names its node goes there or nowhere.
//!
//! Models: pkg/scheduler/framework/plugins/nodename/node_name.go, v1.36.
//! Simplified: nothing.

use crate::scheduler::framework::cluster_event::ClusterEvent;
use crate::scheduler::framework::cycle_state::CycleState;
use crate::scheduler::framework::node_info::NodeInfo;
use crate::scheduler::framework::plugin::{EventHint, Filter, Plugin, always};
use crate::scheduler::framework::pod_info::PodInfo;
use crate::scheduler::framework::status::Status;

#[derive(Debug)]
pub struct NodeName;

const OTHER_NODE: &str = "node(s) didn't match the requested node name";

impl Plugin for NodeName {
    fn name(&self) -> &'static str {
        "NodeName"
    }
    fn as_filter(&self) -> Option<&dyn Filter> {
        Some(self)
    }
    fn events(&self) -> &'static [EventHint] {
        &[EventHint { event: ClusterEvent::NODE_ADD, hint: always }]
    }
}

impl Filter for NodeName {
    fn filter(&self, _: &CycleState, pod: &PodInfo, node: &NodeInfo) -> Result<(), Status> {
        match pod.node_name() {
            "" => Ok(()),
            name if *name == *node.name => Ok(()),
            _ => Err(Status::unresolvable(OTHER_NODE)),
        }
    }
}
