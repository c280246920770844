//! NodeResourcesFit: a node must have what the pod requests, and of those that do the emptier are the better.
//!
//! Which are the better can be configured: the strategies are in `resource_allocation`.
//!
//! Models: pkg/scheduler/framework/plugins/noderesources/fit.go, v1.36.
//! Simplified: no resources from resource claims.

use podarium_api::{Node, Resource as _};

use super::resource_allocation::Strategy;
use crate::scheduler::configuration::args::NodeResourcesFitArgs;
use crate::scheduler::framework::cluster_event::{ActionType, Change, ClusterEvent, EventResource, QueueingHint};
use crate::scheduler::framework::cycle_state::CycleState;
use crate::scheduler::framework::node_info::NodeInfo;
use crate::scheduler::framework::plugin::{EventHint, Filter, Plugin, Score};
use crate::scheduler::framework::pod_info::PodInfo;
use crate::scheduler::framework::resource::{Resource, pod_requests};
use crate::scheduler::framework::status::{Code, Reason, Status};
use crate::scheduler::listers::Listers;

#[derive(Debug)]
pub struct NodeResourcesFit {
    /// Extended resources that something else sees to, by name and by what stands before the slash.
    ignored: Vec<String>,
    ignored_groups: Vec<String>,
    strategy: Strategy,
}

impl NodeResourcesFit {
    pub fn new(args: &NodeResourcesFitArgs) -> Self {
        NodeResourcesFit {
            ignored: args.ignored_resources.clone(),
            ignored_groups: args.ignored_resource_groups.clone(),
            strategy: Strategy::new(&args.scoring_strategy),
        }
    }

    fn ignores(&self, name: &str) -> bool {
        let is_extended = name.contains('/') && !name.contains("kubernetes.io/");
        let group = name.split('/').next().unwrap_or_default();
        is_extended && (self.ignored.iter().any(|other| other == name) || self.ignored_groups.iter().any(|other| other == group))
    }
}

const TOO_MANY_PODS: &str = "Too many pods";
const POD_CHANGE: ClusterEvent = ClusterEvent::new(EventResource::Pod, ActionType::DELETE.or(ActionType::UPDATE_POD_SCALE_DOWN));
const NODE_CHANGE: ClusterEvent = ClusterEvent::new(EventResource::Node, ActionType::ADD.or(ActionType::UPDATE_NODE_ALLOCATABLE));

impl Plugin for NodeResourcesFit {
    fn name(&self) -> &'static str {
        "NodeResourcesFit"
    }
    fn as_filter(&self) -> Option<&dyn Filter> {
        Some(self)
    }
    fn as_score(&self) -> Option<&dyn Score> {
        Some(self)
    }
    fn events(&self) -> &'static [EventHint] {
        &[EventHint { event: POD_CHANGE, hint: frees_something }, EventHint { event: NODE_CHANGE, hint: node_grew }]
    }
    fn hint(&self, registered: &EventHint, listers: &Listers, pod: &PodInfo, change: &Change) -> QueueingHint {
        match change {
            // A node that lacks nothing but what is ignored is one that the pod fits on.
            Change::Node { new: Some(new), .. } if self.insufficient(&pod.requests, &NodeInfo::of(new.clone())).is_some() => QueueingHint::Skip,
            _ => (registered.hint)(listers, pod, change),
        }
    }
}

/// A pod that had a place and goes frees what it took; one that shrinks helps only if it shrinks in what this pod
/// asks for, or is this pod itself.
fn frees_something(_: &Listers, pod: &PodInfo, change: &Change) -> QueueingHint {
    match change {
        Change::Pod { old: Some(gone), new: None } => {
            (gone.spec.node_name.is_some() || gone.status.nominated_node_name.is_some()).into()
        }
        Change::Pod { old: Some(_), new: Some(new) } if *new.uid() == *pod.uid => QueueingHint::Queue,
        Change::Pod { old: Some(old), new: Some(new) } if new.spec.node_name.is_some() => {
            let (before, after) = (pod_requests(old), pod_requests(new));
            asked_amounts(&pod.requests, &before, &after).any(|(before, after)| before > after).into()
        }
        _ => QueueingHint::Skip,
    }
}

/// The amounts before and after of every resource that is asked for.
fn asked_amounts<'a>(asked: &'a Resource, before: &'a Resource, after: &'a Resource) -> impl Iterator<Item = (i64, i64)> + 'a {
    let plain = [
        (asked.milli_cpu, before.milli_cpu, after.milli_cpu),
        (asked.memory, before.memory, after.memory),
        (asked.ephemeral_storage, before.ephemeral_storage, after.ephemeral_storage),
    ];
    let scalars = asked.scalars().map(|(name, amount)| (amount, before.scalar(name), after.scalar(name)));
    plain.into_iter().chain(scalars).filter(|(amount, ..)| *amount > 0).map(|(_, before, after)| (before, after))
}

/// The node, on which the pod would fit if it were empty, is new or has more than before of something that is asked for.
fn node_grew(_: &Listers, pod: &PodInfo, change: &Change) -> QueueingHint {
    let Change::Node { old, new: Some(new) } = change else { return QueueingHint::Skip };
    let allocatable = |node: &Node| Resource::from_list(node.status.allocatable.as_ref());
    let grew = old.as_ref().is_none_or(|old| {
        let (before, after) = (allocatable(old), allocatable(new));
        after.pods > before.pods || asked_amounts(&pod.requests, &before, &after).any(|(before, after)| after > before)
    });
    grew.into()
}

impl Filter for NodeResourcesFit {
    fn filter(&self, _: &CycleState, pod: &PodInfo, node: &NodeInfo) -> Result<(), Status> {
        if fits(&pod.requests, node) {
            return Ok(());
        }
        self.insufficient(&pod.requests, node).map_or(Ok(()), Err)
    }
}

/// Whether there is surely enough of everything; the quick answer for nearly all nodes of a cluster that is not full.
fn fits(asked: &Resource, node: &NodeInfo) -> bool {
    let (has, used) = (&node.allocatable, &node.requested);
    let enough = |asked: i64, has: i64, used: i64| asked <= (has - used).max(0);
    node.pod_count < has.pods
        && enough(asked.milli_cpu, has.milli_cpu, used.milli_cpu)
        && enough(asked.memory, has.memory, used.memory)
        && enough(asked.ephemeral_storage, has.ephemeral_storage, used.ephemeral_storage)
        && asked.scalars().next().is_none()
}

impl NodeResourcesFit {
    /// Everything that the node has too little of. What even the empty node lacks cannot be helped by evicting pods.
    fn insufficient(&self, asked: &Resource, node: &NodeInfo) -> Option<Status> {
        let mut found: Option<Status> = None;
        let mut add = |reason: Reason, unresolvable: bool| {
            let status = match found.as_mut() {
                Some(status) => {
                    status.push(reason);
                    status
                }
                None => found.insert(Status::unschedulable(reason)),
            };
            if unresolvable {
                status.code = Code::UnschedulableAndUnresolvable;
            }
        };
        let (has, used) = (&node.allocatable, &node.requested);
        if node.pod_count + 1 > has.pods {
            add(TOO_MANY_PODS.into(), false);
        }
        let mut check = |amount: i64, has: i64, used: i64, reason: &dyn Fn() -> Reason| {
            if amount > 0 && amount > has - used {
                add(reason(), amount > has);
            }
        };
        check(asked.milli_cpu, has.milli_cpu, used.milli_cpu, &|| "Insufficient cpu".into());
        check(asked.memory, has.memory, used.memory, &|| "Insufficient memory".into());
        check(asked.ephemeral_storage, has.ephemeral_storage, used.ephemeral_storage, &|| "Insufficient ephemeral-storage".into());
        for (name, amount) in asked.scalars().filter(|(name, _)| !self.ignores(name)) {
            check(amount, has.scalar(name), used.scalar(name), &|| format!("Insufficient {name}").into());
        }
        found
    }
}

impl Score for NodeResourcesFit {
    fn score(&self, _: &CycleState, pod: &PodInfo, node: &NodeInfo) -> i64 {
        self.strategy.score(pod, node)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scheduler::tests::building::{node, pod, scores};
    use serde_json::json;

    fn plugin() -> NodeResourcesFit {
        NodeResourcesFit::new(&NodeResourcesFitArgs::default())
    }

    fn refused(pod: &PodInfo, node: &NodeInfo) -> Option<(Code, String)> {
        plugin().filter(&CycleState::default(), pod, node).err().map(|status| (status.code, status.message()))
    }

    #[test]
    fn every_lack_is_named() {
        use Code::{Unschedulable as No, UnschedulableAndUnresolvable as Never};
        // The node has 10 milli-CPU, 20 bytes, 32 pods, 5 GPUs, 20 of storage; the pod on it takes the second column.
        let cases = [
            (json!({}), ("10m", "20"), None),
            (json!({ "cpu": "1m", "memory": "1" }), ("10m", "20"), Some((No, "Insufficient cpu, Insufficient memory"))),
            (json!({ "cpu": "1m", "memory": "1" }), ("5m", "5"), None),
            (json!({ "cpu": "2m", "memory": "1" }), ("9m", "5"), Some((No, "Insufficient cpu"))),
            (json!({ "cpu": "1m", "memory": "2" }), ("5m", "19"), Some((No, "Insufficient memory"))),
            (json!({ "cpu": "11m" }), ("0", "0"), Some((Never, "Insufficient cpu"))),
            (json!({ "example.com/gpu": "5" }), ("0", "0"), None),
            (json!({ "example.com/gpu": "6" }), ("0", "0"), Some((Never, "Insufficient example.com/gpu"))),
            (json!({ "example.com/fpga": "1" }), ("0", "0"), Some((Never, "Insufficient example.com/fpga"))),
            (json!({ "ephemeral-storage": "25" }), ("0", "0"), Some((Never, "Insufficient ephemeral-storage"))),
            (json!({ "cpu": "1m", "memory": "21" }), ("10m", "0"), Some((Never, "Insufficient cpu, Insufficient memory"))),
        ];
        for (requests, (cpu, memory), expected) in cases {
            let big = node("n").capacity("10m", "20", 32).resource("example.com/gpu", "5").resource("ephemeral-storage", "20");
            let mut info = NodeInfo::of(big.arc());
            info.add_pod(pod("there").request("cpu", cpu).request("memory", memory).info());
            let asking = requests.as_object().expect("a map").iter().fold(pod("p"), |pod, (name, amount)| {
                pod.request(name, amount.as_str().expect("text"))
            });
            let expected = expected.map(|(code, text)| (code, text.to_owned()));
            assert_eq!(refused(&asking.info(), &info), expected, "{requests}");
        }
    }

    #[test]
    fn what_is_ignored_is_not_missed() {
        let asking = pod("p").request("example.com/gpu", "2").request("kubernetes.io/special", "1").info();
        let empty = NodeInfo::of(node("n").arc());
        let refused = |ignored: &[&str], groups: &[&str]| {
            let owned = |names: &[&str]| names.iter().map(ToString::to_string).collect();
            let args = NodeResourcesFitArgs { ignored_resources: owned(ignored), ignored_resource_groups: owned(groups), ..Default::default() };
            NodeResourcesFit::new(&args).filter(&CycleState::default(), &asking, &empty).expect_err("it asks for too much").message()
        };
        assert_eq!(refused(&[], &[]), "Insufficient example.com/gpu, Insufficient kubernetes.io/special");
        assert_eq!(refused(&["example.com/gpu"], &[]), "Insufficient kubernetes.io/special");
        assert_eq!(refused(&[], &["example.com"]), "Insufficient kubernetes.io/special");
        assert_eq!(refused(&["kubernetes.io/special"], &["kubernetes.io"]).split(", ").count(), 2, "only extended resources can be ignored");
    }

    #[test]
    fn a_full_node_takes_no_pod_even_without_requests() {
        let mut info = NodeInfo::of(node("n").capacity("10", "20", 1).arc());
        assert_eq!(refused(&pod("p").info(), &info), None);
        info.add_pod(pod("there").info());
        assert_eq!(refused(&pod("p").info(), &info), Some((Code::Unschedulable, "Too many pods".to_owned())));
    }

    #[test]
    fn emptier_nodes_are_better() {
        let nodes = |a: (&str, &str), b: (&str, &str)| vec![node("a").capacity(a.0, a.1, 110), node("b").capacity(b.0, b.1, 110)];
        let both = |pod: crate::scheduler::tests::building::PodBuilder, nodes| scores(&plugin(), &pod, nodes, vec![]);
        // CPU (4000-3000)/4000 = 25, memory (10000-5000)/10000 = 50: 37. CPU (6000-3000)/6000 = 50 and 50: 50.
        let asking = pod("p").request("cpu", "3").request("memory", "5000");
        assert_eq!(both(asking, nodes(("4", "10000"), ("6", "10000"))), [37, 50]);
        // A pod without requests counts as 100m and 200Mi.
        assert_eq!(both(pod("p"), nodes(("1", "400Mi"), ("200m", "200Mi"))), [70, 25]);
        // A node without memory is judged by its CPU alone.
        assert_eq!(both(pod("p").request("cpu", "1").request("memory", "1"), nodes(("4", "0"), ("0", "0"))), [75, 0]);
    }

    #[test]
    fn only_what_may_help_brings_a_pod_back() {
        let waiting = pod("p").request("cpu", "2").info();
        let hint = |change: Change| match &change {
            Change::Node { .. } => plugin().hint(&plugin().events()[1], &Listers::default(), &waiting, &change),
            _ => plugin().hint(&plugin().events()[0], &Listers::default(), &waiting, &change),
        };
        let gone = |pod: crate::scheduler::tests::building::PodBuilder| Change::Pod { old: Some(pod.info().pod.clone()), new: None };
        assert_eq!(hint(gone(pod("a").on("n"))), QueueingHint::Queue);
        assert_eq!(hint(gone(pod("a"))), QueueingHint::Skip);
        let shrunk = |old: &str, new: &str, resource: &str| Change::Pod {
            old: Some(pod("a").on("n").request(resource, old).info().pod.clone()),
            new: Some(pod("a").on("n").request(resource, new).info().pod.clone()),
        };
        assert_eq!(hint(shrunk("2", "1", "cpu")), QueueingHint::Queue);
        assert_eq!(hint(shrunk("2", "1", "memory")), QueueingHint::Skip);
        let change = |old: Option<&str>, new: &str| Change::Node {
            old: old.map(|cpu| node("n").capacity(cpu, "1Gi", 110).arc()),
            new: Some(node("n").capacity(new, "1Gi", 110).arc()),
        };
        assert_eq!(hint(change(None, "4")), QueueingHint::Queue);
        assert_eq!(hint(change(None, "1")), QueueingHint::Skip);
        assert_eq!(hint(change(Some("2"), "4")), QueueingHint::Queue);
        assert_eq!(hint(change(Some("4"), "4")), QueueingHint::Skip);
    }
}
