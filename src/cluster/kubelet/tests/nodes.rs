//! Nodes: how they come, report, stop, and come back.

use std::sync::Arc;

use podarium_api::condition::get_condition;
use podarium_api::{Kind, Lease, Node};
use serde_json::json;

use super::world::World;
use crate::Key;
use crate::apiserver::Request;
use crate::images::{Behavior, Image, ImageCatalog};
use crate::kubelet::{Kubelet, NodeConfig};

fn web() -> ImageCatalog {
    ImageCatalog::standard().with(Image::new("shop/web:1", 1 << 20).with(Behavior::serving(80, "hi")))
}

fn node(world: &World) -> &Arc<Node> {
    world.cluster.get::<Node>(&Key::new("", "node-1")).expect("the node is registered")
}

fn ready(world: &World) -> String {
    let condition = get_condition(&node(world).status.conditions, "Ready").expect("a Ready condition");
    format!("{} {}: {}", condition.status, condition.reason.as_deref().unwrap_or_default(), condition.message.as_deref().unwrap_or_default())
}

#[test]
fn a_machine_boots_registers_and_becomes_ready() {
    let mut config = NodeConfig::new("node-1", 0);
    config.zone = Some("a".to_owned());
    let world = World::new(1, vec![config], web());
    assert_eq!(ready(&world), "True KubeletReady: kubelet is posting ready status");
    let events = world.events("node-1");
    // The node controller's greeting is not the kubelet's.
    let reasons: Vec<&str> = events.iter().filter_map(|event| event.split(':').next()).filter(|reason| *reason != "RegisteredNode").collect();
    assert_eq!(reasons, ["Starting", "NodeHasSufficientMemory", "NodeHasNoDiskPressure", "NodeHasSufficientPID", "NodeAllocatableEnforced", "NodeReady"]);
    let node = node(&world);
    assert_eq!(node.metadata.labels.as_ref().unwrap()["topology.kubernetes.io/zone"], "a");
    let amount = |list: &Option<std::collections::BTreeMap<String, _>>, name: &str| serde_json::to_value(&list.as_ref().unwrap()[name]).unwrap();
    assert_eq!([amount(&node.status.capacity, "cpu"), amount(&node.status.capacity, "memory"), amount(&node.status.allocatable, "memory")], [json!("4"), json!("8Gi"), json!("8092Mi")]);
    assert_eq!(node.spec.pod_cidr.as_deref(), Some("10.244.0.0/24"));
    assert_eq!(node.status.node_info.as_ref().unwrap().kubelet_version, "v1.36.2");
}

#[test]
fn the_lease_is_renewed_every_ten_seconds_and_little_else_is_written() {
    let mut world = World::one_node(web());
    let renewed = |world: &World| world.cluster.get::<Lease>(&Key::new("kube-node-lease", "node-1")).unwrap().spec.renew_time.clone();
    world.run_for(20.0);
    let (before, writes) = (renewed(&world), world.cluster.writes().len());
    world.run_for(100.0);
    assert_ne!(before, renewed(&world));
    let more: Vec<Kind> = world.cluster.writes().iter().skip(writes).map(|write| write.kind).collect();
    assert!((9..=11).contains(&more.len()) && more.iter().all(|kind| *kind == Kind::Lease), "{more:?}");
    world.run_for(600.0);
    assert!(world.cluster.writes().iter().skip(writes).filter(|write| write.kind == Kind::Node).count() >= 1);
}

#[test]
fn a_rebooted_node_starts_its_pods_again() {
    let mut world = World::one_node(web());
    world.pod("p", json!([{"name": "web", "image": "shop/web:1"}]), json!({}));
    world.run_for(5.0);
    let id = world.kubelet("node-1");
    world.cluster.stop(id);
    world.run_for(30.0);
    assert_eq!(world.summary("p"), "Running ready=1/1 restarts=0", "nobody has said otherwise yet");
    world.cluster.restart(id, Kubelet::new(NodeConfig::new("node-1", 0), Arc::new(web())));
    world.run_for(10.0);
    assert_eq!(world.summary("p"), "Running ready=1/1 restarts=1");
    let last = world.get("p").unwrap().status.container_statuses.as_ref().unwrap()[0].last_state.clone().unwrap().terminated.unwrap();
    assert_eq!((last.exit_code, last.reason.as_deref()), (255, Some("Unknown")));
    assert!(world.events("p").contains(&"SandboxChanged: Pod sandbox changed, it will be killed and re-created.".to_owned()), "{:?}", world.events("p"));
    assert!(world.events("node-1").iter().any(|event| event.starts_with("Rebooted: Node node-1 has been rebooted, boot id: ")));
    world.ask(Request::delete(Kind::Pod, &Key::new("default", "p")));
    world.run_for(4.0);
    assert_eq!(world.summary("p"), "gone");
}

#[test]
fn a_cut_off_node_goes_on_and_catches_up() {
    let mut world = World::one_node(web());
    for name in ["stays", "goes", "ends"] {
        let command = if name == "ends" { json!(["sleep", "20"]) } else { json!([]) };
        world.pod(name, json!([{"name": "web", "image": "shop/web:1", "command": command}]), json!({"restartPolicy": "Never"}));
    }
    world.run_for(5.0);
    let id = world.kubelet("node-1");
    world.cluster.set_cut_off(id, true);
    world.ask(Request::delete(Kind::Pod, &Key::new("default", "goes")));
    world.run_for(60.0);
    assert_eq!(world.summary("goes"), "Running ready=1/1 restarts=0");
    assert_eq!(world.summary("ends"), "Running ready=1/1 restarts=0");
    world.cluster.set_cut_off(id, false);
    world.run_for(30.0);
    assert_eq!(world.summary("goes"), "gone");
    assert_eq!(world.summary("ends"), "Succeeded ready=0/1 restarts=0");
    assert_eq!(world.summary("stays"), "Running ready=1/1 restarts=0");
    assert_eq!(ready(&world), "True KubeletReady: kubelet is posting ready status");
}
