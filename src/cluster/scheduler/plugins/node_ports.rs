//! NodePorts: two pods cannot claim the same port of a node.
//!
//! Models: pkg/scheduler/framework/plugins/nodeports/node_ports.go, v1.36.
//! Simplified: nothing.

use crate::scheduler::framework::cluster_event::{ActionType, Change, ClusterEvent, EventResource, QueueingHint};
use crate::scheduler::framework::cycle_state::CycleState;
use crate::scheduler::framework::host_ports::{HostPort, host_ports};
use crate::scheduler::framework::node_info::NodeInfo;
use crate::scheduler::framework::plugin::{EventHint, Filter, Handle, Plugin, PreFilter, PreFilterResult, always};
use crate::scheduler::framework::pod_info::PodInfo;
use crate::scheduler::framework::status::Status;
use crate::scheduler::listers::Listers;

#[derive(Debug)]
pub struct NodePorts;

const NO_FREE_PORTS: &str = "node(s) didn't have free ports for the requested pod ports";
const POD_DELETE: ClusterEvent = ClusterEvent::new(EventResource::Pod, ActionType::DELETE);

impl Plugin for NodePorts {
    fn name(&self) -> &'static str {
        "NodePorts"
    }
    fn as_pre_filter(&self) -> Option<&dyn PreFilter> {
        Some(self)
    }
    fn as_filter(&self) -> Option<&dyn Filter> {
        Some(self)
    }
    fn events(&self) -> &'static [EventHint] {
        &[EventHint { event: POD_DELETE, hint: frees_a_port }, EventHint { event: ClusterEvent::NODE_ADD, hint: always }]
    }
}

/// Whether the pod that went held a port that this one wants.
fn frees_a_port(_: &Listers, pod: &PodInfo, change: &Change) -> QueueingHint {
    let Change::Pod { old: Some(gone), .. } = change else { return QueueingHint::Skip };
    let had_a_place = gone.spec.node_name.is_some() || gone.status.nominated_node_name.is_some();
    (had_a_place && conflict(&pod.host_ports, &host_ports(gone))).into()
}

fn conflict(wanted: &[HostPort], held: &[HostPort]) -> bool {
    wanted.iter().any(|wanted| held.iter().any(|held| wanted.conflicts_with(held)))
}

impl PreFilter for NodePorts {
    fn pre_filter(&self, _: Handle, _: &mut CycleState, pod: &PodInfo) -> Result<PreFilterResult, Status> {
        if pod.host_ports.is_empty() { Err(Status::skip()) } else { Ok(None) }
    }
}

impl Filter for NodePorts {
    fn filter(&self, _: &CycleState, pod: &PodInfo, node: &NodeInfo) -> Result<(), Status> {
        if conflict(&pod.host_ports, node.ports()) { Err(Status::unschedulable(NO_FREE_PORTS)) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scheduler::tests::building::{node, pod};

    #[test]
    fn a_port_is_given_out_once() {
        let cases = [
            (&[][..], &[("UDP", "127.0.0.1", 8080)][..], true),
            (&[("UDP", "127.0.0.1", 8080)], &[("UDP", "127.0.0.1", 9090)], true),
            (&[("UDP", "127.0.0.1", 8080)], &[("UDP", "127.0.0.1", 8080)], false),
            (&[("TCP", "127.0.0.1", 8080)], &[("TCP", "127.0.0.2", 8080)], true),
            (&[("TCP", "127.0.0.1", 8080)], &[("UDP", "127.0.0.1", 8080)], true),
            (&[("TCP", "0.0.0.0", 8001)], &[("TCP", "127.0.0.1", 8001)], false),
            (&[("TCP", "127.0.0.1", 8001)], &[("TCP", "0.0.0.0", 8001), ("TCP", "127.0.0.1", 9001)], false),
        ];
        for (wanted, held, fits) in cases {
            let ports = |name: &str, ports: &[(&str, &str, i32)]| {
                ports.iter().fold(pod(name), |pod, (protocol, ip, port)| pod.host_port(protocol, ip, *port))
            };
            let mut node = NodeInfo::of(node("n").arc());
            node.add_pod(ports("held", held).info());
            let answer = NodePorts.filter(&CycleState::default(), &ports("p", wanted).info(), &node);
            assert_eq!(answer.is_ok(), fits, "{wanted:?} beside {held:?}");
        }
    }

    #[test]
    fn ports_come_back_with_the_pod_that_held_them() {
        let mut node = NodeInfo::of(node("n").arc());
        node.add_pod(pod("a").host_port("TCP", "0.0.0.0", 80).info());
        node.add_pod(pod("b").host_port("TCP", "0.0.0.0", 81).info());
        node.remove_pod("a");
        assert_eq!(node.ports().len(), 1);
        let wanting = pod("p").host_port("TCP", "0.0.0.0", 80).info();
        let gone = |name: &str, port| {
            let old = Some(pod(name).on("n").host_port("TCP", "0.0.0.0", port).info().pod.clone());
            frees_a_port(&Listers::default(), &wanting, &Change::Pod { old, new: None })
        };
        assert_eq!(gone("a", 80), QueueingHint::Queue);
        assert_eq!(gone("b", 81), QueueingHint::Skip);
    }
}
