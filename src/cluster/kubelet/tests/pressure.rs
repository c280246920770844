//! Machines that run short, and machines that go down in good order.

use std::sync::Arc;
use std::time::Duration;

use podarium_api::condition::get_condition;
use podarium_api::{Node, Pod};
use serde_json::json;

use super::world::World;
use crate::Key;
use crate::images::{Behavior, Image, ImageCatalog, Leaks};
use crate::kubelet::{Amount, KubeletConfiguration, NodeConfig, Signal, Threshold};

const MIB: u64 = 1 << 20;

fn images() -> ImageCatalog {
    // Who ends well when it is asked to has succeeded, whoever asked. These do not.
    let uses = |mib, leaks| Behavior { stops_in: Some(Duration::from_secs(60)), memory_bytes: mib * MIB, leaks: Leaks { per_request: 0, per_second: leaks * MIB }, ..Behavior::default() };
    ImageCatalog::standard()
        .with(Image::new("shop/steady:1", MIB).with(uses(200, 0)))
        .with(Image::new("shop/leaky:1", MIB).with(uses(50, 2)))
        .with(Image::new("shop/slow:1", MIB).with(Behavior { stops_in: Some(Duration::from_secs(4)), stop_code: 143, ..Behavior::default() }))
}

/// A machine of 1Gi, of which its own programs take 400Mi.
fn small(kubelet: KubeletConfiguration) -> World {
    World::new(3, vec![NodeConfig { memory_bytes: 1 << 30, kubelet, ..NodeConfig::new("node-1", 0) }], images())
}

fn status(world: &World, name: &str) -> (String, String, String) {
    let status = world.get(name).expect("it is kept").status.clone();
    (status.phase.clone().unwrap_or_default(), status.reason.clone().unwrap_or_default(), status.message.clone().unwrap_or_default())
}

fn condition(world: &World, type_: &str) -> String {
    let node: &Arc<Node> = world.cluster.get(&Key::new("", "node-1")).expect("the node is registered");
    let condition = get_condition(&node.status.conditions, type_).expect("it is reported");
    format!("{} {}: {}", condition.status, condition.reason.as_deref().unwrap_or_default(), condition.message.as_deref().unwrap_or_default())
}

fn disruption(pod: &Pod) -> Option<String> {
    let found = get_condition(&pod.status.conditions, "DisruptionTarget")?;
    Some(format!("{} {}: {}", found.status, found.reason.as_deref().unwrap_or_default(), found.message.as_deref().unwrap_or_default()))
}

#[test]
fn a_pod_that_eats_all_memory_is_evicted_and_kept_as_failed() {
    let mut world = small(KubeletConfiguration::default());
    let memory = |amount: &str| json!({"requests": {"memory": amount}});
    world.pod("steady", json!([{"name": "c", "image": "shop/steady:1", "resources": memory("250Mi")}]), json!({}));
    world.pod("leaky", json!([{"name": "c", "image": "shop/leaky:1", "resources": memory("60Mi")}]), json!({}));
    world.run_for(110.0);
    assert_eq!(condition(&world, "MemoryPressure"), "False KubeletHasSufficientMemory: kubelet has sufficient memory available");
    assert_eq!(world.summary("leaky"), "Running ready=1/1 restarts=0");
    world.run_for(60.0);
    // 1024Mi less 400Mi, 200Mi and 50Mi leave 374Mi; 100Mi have to stay, so at 2Mi a second it happens after 137 s.
    let (phase, reason, message) = status(&world, "leaky");
    assert_eq!((phase.as_str(), reason.as_str()), ("Failed", "Evicted"));
    let start = "The node was low on resource: memory. Threshold quantity: 100Mi, available: ";
    assert!(message.starts_with(start) && message.contains(". Container c was using ") && message.ends_with(", request is 60Mi, has larger consumption of memory. "), "{message}");
    assert_eq!(disruption(world.get("leaky").unwrap()), Some(format!("True TerminationByKubelet: {message}")));
    assert_eq!(world.events("leaky").into_iter().filter(|event| event.starts_with("Evicted") || event.starts_with("Killing")).collect::<Vec<_>>(), [format!("Evicted: {message}"), "Killing: Stopping container c".to_owned()]);
    assert_eq!(world.summary("steady"), "Running ready=1/1 restarts=0", "it keeps within its request");
    assert_eq!(condition(&world, "MemoryPressure"), "True KubeletHasInsufficientMemory: kubelet has insufficient memory available");
    let told = world.events("node-1");
    for event in ["EvictionThresholdMet: Attempting to reclaim memory", "NodeHasInsufficientMemory: Node node-1 status is now: NodeHasInsufficientMemory"] {
        assert!(told.contains(&event.to_owned()), "{told:?}");
    }
    // Nothing that asks for nothing may come now.
    world.pod("late", json!([{"name": "c", "image": "shop/slow:1"}]), json!({}));
    world.run_for(2.0);
    assert_eq!(status(&world, "late"), ("Failed".to_owned(), "Evicted".to_owned(), "Pod was rejected: The node had condition: [MemoryPressure]. ".to_owned()));
    world.run_for(240.0);
    assert!(condition(&world, "MemoryPressure").starts_with("True"), "for five minutes");
    world.run_for(90.0);
    assert!(condition(&world, "MemoryPressure").starts_with("False"));
}

#[test]
fn a_soft_threshold_waits_and_gives_time() {
    let soft = Threshold { signal: Signal::MemoryAvailable, amount: Amount::Bytes(500 * MIB), grace: Duration::from_secs(40), min_reclaim: None };
    let mut world = small(KubeletConfiguration { thresholds: vec![soft], max_pod_grace_seconds: 3, ..KubeletConfiguration::default() });
    world.pod("steady", json!([{"name": "c", "image": "shop/steady:1"}]), json!({}));
    world.run_for(35.0);
    assert_eq!(world.summary("steady"), "Running ready=1/1 restarts=0");
    assert!(condition(&world, "MemoryPressure").starts_with("True"), "that is said at once");
    world.run_for(40.0);
    assert_eq!(status(&world, "steady").1, "Evicted");
}

#[test]
fn who_fills_more_of_a_volume_than_allowed_is_evicted() {
    let mut world = small(KubeletConfiguration::default());
    let fill = json!([{"name": "c", "image": "busybox", "command": ["sh", "-c", "dd if=/dev/zero of=/cache/f bs=1024 count=2048 2>/dev/null; sleep 3600"], "volumeMounts": [{"name": "cache", "mountPath": "/cache"}]}]);
    world.pod("full", fill, json!({"volumes": [{"name": "cache", "emptyDir": {"sizeLimit": "1Mi"}}]}));
    world.run_for(30.0);
    assert_eq!(status(&world, "full"), ("Failed".to_owned(), "Evicted".to_owned(), "Usage of EmptyDir volume \"cache\" exceeds the limit \"1Mi\". ".to_owned()));
    assert_eq!(disruption(world.get("full").unwrap()), None);
    assert!(condition(&world, "DiskPressure").starts_with("False"));
}

#[test]
fn a_full_disk_loses_its_unused_images_first() {
    let catalog = images().with(Image::new("shop/large:1", 3 << 30).with(Behavior::exits(Duration::from_secs(1), 0)));
    // 20Gi: 5Gi are the machine's own, and below 3Gi images have too little room.
    let config = NodeConfig { ephemeral_storage_bytes: 20 << 30, images: vec!["shop/large:1".to_owned()], kubelet: KubeletConfiguration { thresholds: vec![Threshold { signal: Signal::NodeFsAvailable, amount: Amount::Part(0.65), grace: Duration::ZERO, min_reclaim: None }], pressure_transition: Duration::ZERO, ..KubeletConfiguration::default() }, ..NodeConfig::new("node-1", 0) };
    let mut world = World::new(3, vec![config], catalog);
    world.pod("small", json!([{"name": "c", "image": "shop/slow:1"}]), json!({}));
    world.run_for(30.0);
    assert_eq!(world.summary("small"), "Running ready=1/1 restarts=0", "nobody had to go");
    let node: &Arc<Node> = world.cluster.get(&Key::new("", "node-1")).unwrap();
    let names: Vec<&String> = node.status.images.iter().flatten().flat_map(|image| image.names.iter().flatten()).filter(|name| name.contains("large")).collect();
    assert!(names.is_empty(), "{names:?}");
    assert!(world.events("node-1").contains(&"EvictionThresholdMet: Attempting to reclaim ephemeral-storage".to_owned()));
}

#[test]
fn a_machine_that_is_shut_down_ends_its_pods_the_critical_ones_last() {
    let kubelet = KubeletConfiguration::parse(&json!({"shutdownGracePeriod": "20s", "shutdownGracePeriodCriticalPods": "10s"})).unwrap();
    let mut world = small(kubelet);
    world.pod("plain", json!([{"name": "c", "image": "shop/slow:1"}]), json!({}));
    world.pod("critical", json!([{"name": "c", "image": "shop/slow:1"}]), json!({"priorityClassName": "system-node-critical"}));
    world.run_for(5.0);
    let id = world.kubelet("node-1");
    world.cluster.signal(id, crate::component::Signal::ShutDown);
    world.run_for(2.0);
    assert_eq!(condition(&world, "Ready"), "False KubeletNotReady: node is shutting down");
    assert!(world.events("node-1").contains(&"NodeShutdown: Shutdown manager detected shutdown event".to_owned()));
    assert_eq!((world.summary("plain").as_str(), world.summary("critical").as_str()), ("Running ready=1/1 restarts=0", "Running ready=1/1 restarts=0"));
    assert!(world.events("plain").contains(&"Killing: Stopping container c".to_owned()) && !world.events("critical").contains(&"Killing: Stopping container c".to_owned()));
    world.pod("late", json!([{"name": "c", "image": "shop/slow:1"}]), json!({}));
    world.run_for(5.0);
    assert_eq!(status(&world, "late"), ("Failed".to_owned(), "NodeShutdown".to_owned(), "Pod was rejected: Pod was rejected as the node is shutting down.".to_owned()));
    world.run_for(10.0);
    let text = "Pod was terminated in response to imminent node shutdown.";
    for name in ["plain", "critical"] {
        let (_, reason, message) = status(&world, name);
        assert_eq!((reason.as_str(), message.as_str()), ("Terminated", text), "{name}");
        assert_eq!(disruption(world.get(name).unwrap()), Some(format!("True TerminationByKubelet: {text}")));
    }
}
