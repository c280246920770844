//! The controller in a running cluster, with the taint-eviction controller.

use podarium_api::condition::get_condition;
use podarium_api::pod_state::{node_name, pod_is_ready};
use podarium_api::{Kind, Node, Pod, Resource as _};
use serde_json::json;

use crate::controllers::testbed::{NODES, TestBed};

/// Four pods that tolerate a dead node for eight seconds.
fn bed() -> TestBed {
    let mut bed = TestBed::new();
    let tolerate = |key: &str| json!({"key": key, "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 8});
    bed.create(Kind::Deployment, json!({"metadata": {"name": "web", "namespace": "default"}, "spec": {"replicas": 4, "selector": {"matchLabels": {"app": "web"}},
        "template": {"metadata": {"labels": {"app": "web"}}, "spec": {"terminationGracePeriodSeconds": 1, "containers": [{"name": "app", "image": "app:1"}],
            "tolerations": [tolerate("node.kubernetes.io/not-ready"), tolerate("node.kubernetes.io/unreachable")]}}}}));
    bed.run(5.0);
    bed
}

fn taints(bed: &TestBed, node: &str) -> Vec<String> {
    bed.get::<Node>(node).spec.taints.iter().flatten().map(|taint| format!("{}:{}", taint.key.trim_start_matches("node.kubernetes.io/"), taint.effect)).collect()
}

fn ready(bed: &TestBed, node: &str) -> (String, String) {
    let node = bed.get::<Node>(node);
    let condition = get_condition(&node.status.conditions, "Ready").unwrap();
    (condition.status.clone(), condition.reason.clone().unwrap_or_default())
}

#[test]
fn new_nodes_lose_the_taint_with_which_they_were_born() {
    let bed = TestBed::new();
    for node in NODES {
        assert_eq!(taints(&bed, node), Vec::<String>::new(), "{node}");
    }
    assert!(bed.events("Node").contains(&"RegisteredNode: Node node-1 event: Registered Node node-1 in Controller".to_owned()));
}

#[test]
fn a_silent_node_is_reported_tainted_and_its_pods_are_replaced_elsewhere() {
    let mut bed = bed();
    let lost = node_name(&bed.list::<Pod>()[0]).unwrap().to_owned();
    bed.switch(&lost, false);
    bed.run(42.0);
    assert_eq!(ready(&bed, &lost).0, "True", "not before its time");
    bed.run(20.0);
    assert_eq!(ready(&bed, &lost), ("Unknown".into(), "NodeStatusUnknown".into()));
    assert_eq!(taints(&bed, &lost), ["unreachable:NoSchedule", "unreachable:NoExecute"]);
    assert!(bed.events("Node").contains(&format!("NodeNotReady: Node {lost} status is now: NodeNotReady")));
    assert!(bed.events("Pod").contains(&"NodeNotReady: Node is not ready".to_owned()));
    assert!(bed.list::<Pod>().iter().filter(|pod| node_name(pod) == Some(lost.as_str())).all(|pod| !pod_is_ready(pod)));
    bed.run(12.0);
    let working: Vec<_> = bed.list::<Pod>().into_iter().filter(|pod| pod_is_ready(pod)).collect();
    assert_eq!(working.len(), 4);
    assert!(working.iter().all(|pod| node_name(pod) != Some(lost.as_str())));
    assert!(bed.events("Pod").iter().any(|event| event.starts_with("TaintManagerEviction: Marking for deletion Pod default/web-")));
    bed.switch(&lost, true);
    bed.run(12.0);
    assert_eq!(ready(&bed, &lost).0, "True");
    assert_eq!(taints(&bed, &lost), Vec::<String>::new());
}

/// The reference was seen to take 0.9 s, 2.2 s, 3.6 s and 4.4 s: until its next round, which is made every 5 s.
#[test]
fn the_evicting_taint_goes_with_the_round_after_the_node_has_spoken() {
    let mut bed = bed();
    bed.switch("node-1", false);
    bed.run(75.0);
    assert_eq!(taints(&bed, "node-1"), ["unreachable:NoSchedule", "unreachable:NoExecute"]);
    bed.switch("node-1", true);
    let silent = (0..300).take_while(|_| ready(&bed, "node-1").0 != "True" && { bed.run(0.1); true }).count();
    assert!(silent < 300, "the node never spoke");
    let tainted = (0..300).take_while(|_| !taints(&bed, "node-1").is_empty() && { bed.run(0.1); true }).count();
    assert!(tainted <= 52, "{tainted} tenths of a second");
}

#[test]
fn a_node_that_comes_back_in_time_keeps_its_pods() {
    let mut bed = bed();
    let before: Vec<_> = bed.list::<Pod>().iter().map(|pod| pod.name().to_owned()).collect();
    bed.patch(Kind::Node, "node-1", json!({"spec": {"taints": [{"key": "node.kubernetes.io/unreachable", "effect": "NoExecute"}]}}));
    bed.run(10.0);
    assert_eq!(taints(&bed, "node-1"), Vec::<String>::new(), "the node speaks, so the taint goes with the next round");
    assert_eq!(bed.list::<Pod>().iter().map(|pod| pod.name().to_owned()).collect::<Vec<_>>(), before);
}

#[test]
fn nothing_is_evicted_when_every_node_is_silent() {
    let mut bed = bed();
    for node in NODES {
        bed.switch(node, false);
    }
    bed.run(150.0);
    assert!(NODES.iter().all(|node| ready(&bed, node).0 == "Unknown"));
    assert!(NODES.iter().all(|node| taints(&bed, node) == ["unreachable:NoSchedule"]), "{:?}", NODES.map(|node| taints(&bed, node)));
    assert!(bed.list::<Pod>().iter().all(|pod| pod.metadata.deletion_timestamp.is_none()));
}

#[test]
fn cordoning_taints_the_node() {
    let mut bed = TestBed::new();
    bed.patch(Kind::Node, "node-2", json!({"spec": {"unschedulable": true}}));
    bed.run(1.0);
    assert_eq!(taints(&bed, "node-2"), ["unschedulable:NoSchedule"]);
    bed.patch(Kind::Node, "node-2", json!({"spec": {"unschedulable": null}}));
    bed.run(1.0);
    assert_eq!(taints(&bed, "node-2"), Vec::<String>::new());
}
