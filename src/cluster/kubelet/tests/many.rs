//! Many kubelets at once: what they cost.

use serde_json::json;

use super::world::World;
use crate::images::{Behavior, Image, ImageCatalog};
use crate::kubelet::NodeConfig;
use podarium_api::{Kind, Node, Pod};

fn web() -> ImageCatalog {
    ImageCatalog::standard().with(Image::new("shop/web:1", 30 << 20).with(Behavior::serving(80, "hi")))
}

fn nodes(count: u32) -> Vec<NodeConfig> {
    (0..count).map(|n| NodeConfig::new(&format!("node-{}", n + 1), n)).collect()
}

#[test]
fn a_node_starts_thirty_pods_at_once() {
    let mut world = World::new(5, nodes(2), web());
    for n in 0..60 {
        let spec = json!({"nodeName": format!("node-{}", n % 2 + 1), "containers": [{"name": "web", "image": "shop/web:1", "readinessProbe": {"httpGet": {"port": 80}}}]});
        world.create(json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": format!("p{n}"), "namespace": "default"}, "spec": spec}));
    }
    world.run_for(30.0);
    let ready = world.cluster.list::<Pod>().filter(|pod| podarium_api::pod_state::pod_is_ready(pod)).count();
    assert_eq!(ready, 60);
    let addresses: std::collections::BTreeSet<_> = world.cluster.list::<Pod>().filter_map(|pod| pod.status.pod_ip.clone()).collect();
    assert_eq!(addresses.len(), 60);
    let before = world.cluster.writes().len();
    world.run_for(120.0);
    let noise: Vec<Kind> = world.cluster.writes().iter().skip(before).map(|write| write.kind).filter(|kind| *kind != Kind::Lease).collect();
    assert!(noise.len() <= 2, "pods that stand still are not written about: {noise:?}");
}

#[test]
fn every_node_of_two_hundred_becomes_ready() {
    let world = World::new(5, nodes(200), web());
    let ready = |node: &&std::sync::Arc<Node>| podarium_api::condition::get_condition(&node.status.conditions, "Ready").is_some_and(|ready| ready.status == "True");
    assert_eq!(world.cluster.list::<Node>().filter(ready).count(), 200);
}
