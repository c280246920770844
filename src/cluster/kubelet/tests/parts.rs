//! What is written through a part of a pod while it runs: debuggers that join it, and other amounts.

use std::sync::Arc;

use serde_json::{Value, json};

use super::world::World;
use crate::apiserver::{Body, Request, Subresource, Verb};
use crate::component::Signal;
use crate::images::{Behavior, Image, ImageCatalog};
use crate::kubelet::{Kubelet, NodeConfig};
use crate::Key;
use podarium_api::{Kind, Pod, Resource as _};

fn world() -> World {
    let image = |name: &str| Image::new(name, 10 << 20).with(Behavior { memory_bytes: 20 << 20, ..Behavior::serving(80, "hi") });
    World::new(7, vec![NodeConfig::new("node-1", 0)], ImageCatalog::standard().with(image("shop/web:1")))
}

fn change(world: &mut World, part: Subresource, change: impl FnOnce(&mut Pod)) {
    let mut pod = world.get("p").unwrap().clone();
    change(Arc::make_mut(&mut pod));
    let key = Key::new("default", "p");
    let request = Request { verb: Verb::Update, subresource: Some(part), body: Body::Object(pod.into_object()), ..Request::get(Kind::Pod, &key) };
    world.ask(request);
}

fn resize(world: &mut World, resources: Value) {
    change(world, Subresource::Resize, |pod| Arc::make_mut(&mut pod.spec).containers[0].resources = serde_json::from_value(resources).unwrap());
}

fn conditions(world: &World) -> Vec<(String, Option<String>)> {
    let all = world.get("p").unwrap().status.conditions.clone().unwrap_or_default();
    all.into_iter().filter(|condition| condition.type_.starts_with("PodResize")).map(|condition| (condition.type_, condition.reason)).collect()
}

fn reported(world: &World) -> Value {
    json!(world.get("p").unwrap().status.container_statuses.as_ref().unwrap()[0].resources)
}

#[test]
fn a_debugger_joins_a_pod_once() {
    let mut world = world();
    world.pod("p", json!([{"name": "web", "image": "shop/web:1"}]), json!({}));
    world.run_for(5.0);
    change(&mut world, Subresource::EphemeralContainers, |pod| {
        let debugger = json!([{"name": "debugger", "image": "busybox:1.36", "command": ["sleep", "3600"], "targetContainerName": "web"}]);
        Arc::make_mut(&mut pod.spec).ephemeral_containers = serde_json::from_value(debugger).unwrap();
    });
    world.run_for(8.0);
    let state = |world: &World| json!(world.get("p").unwrap().status.ephemeral_container_statuses.as_ref().unwrap()[0]);
    assert!(state(&world)["state"]["running"].is_object(), "{}", state(&world));
    assert_eq!(world.summary("p"), "Running ready=1/1 restarts=0");
    assert_eq!(world.get("p").unwrap().metadata.generation, Some(2));
    let kubelet = world.kubelet("node-1");
    world.cluster.signal(kubelet, Signal::KillProcess { pod: Key::new("default", "p"), container: "debugger".to_owned(), exit_code: 3 });
    world.run_for(30.0);
    assert_eq!(state(&world)["state"]["terminated"]["exitCode"], 3, "{}", state(&world));
    assert_eq!(world.summary("p"), "Running ready=1/1 restarts=0");
}

#[test]
fn other_amounts_come_without_a_restart() {
    let mut world = world();
    world.pod("p", json!([{"name": "web", "image": "shop/web:1", "resources": {"requests": {"cpu": "100m"}, "limits": {"memory": "64Mi", "cpu": "200m"}}}]), json!({}));
    world.run_for(5.0);
    resize(&mut world, json!({"requests": {"cpu": "150m", "memory": "64Mi"}, "limits": {"memory": "96Mi", "cpu": "300m"}}));
    world.run_for(4.0);
    let under_way = |event: &(podarium_sim::Time, crate::component::WatchEvent)| matches!(&event.1.object, podarium_api::Object::Pod(pod)
        if pod.status.conditions.iter().flatten().any(|condition| condition.type_ == "PodResizeInProgress" && condition.observed_generation == Some(2)));
    assert!(world.seen.iter().any(under_way), "it was said meanwhile");
    assert_eq!(reported(&world), json!({"requests": {"cpu": "150m", "memory": "64Mi"}, "limits": {"memory": "96Mi", "cpu": "300m"}}));
    assert_eq!((conditions(&world), world.summary("p").as_str()), (Vec::new(), "Running ready=1/1 restarts=0"));
    let amounts = r#"{"containers":[{"name":"web","resources":{"limits":{"cpu":"300m","memory":"96Mi"},"requests":{"cpu":"150m","memory":"64Mi"}}}],"generation":2}"#;
    let told: Vec<String> = world.events("p").into_iter().filter(|event| event.starts_with("Resize")).collect();
    assert_eq!(told, [format!("ResizeStarted: Pod resize started: {amounts}"), format!("ResizeCompleted: Pod resize completed: {amounts}")]);
}

#[test]
fn a_memory_limit_stays_above_what_is_used() {
    let mut world = world();
    world.pod("p", json!([{"name": "web", "image": "shop/web:1", "resources": {"requests": {"memory": "8Mi"}, "limits": {"memory": "64Mi"}}}]), json!({}));
    world.run_for(5.0);
    resize(&mut world, json!({"requests": {"memory": "8Mi"}, "limits": {"memory": "16Mi"}}));
    world.run_for(25.0);
    assert_eq!(conditions(&world), [("PodResizeInProgress".to_owned(), Some("Error".to_owned()))]);
    assert_eq!(reported(&world)["limits"], json!({"memory": "64Mi"}));
    let error = world.events("p").into_iter().find(|event| event.starts_with("ResizeError")).expect("an event");
    assert!(error.contains("cannot decrease memory limits: [attempting to set pod memory limit (16777216) below current usage (20971520), "), "{error}");
}

#[test]
fn a_container_restarts_where_its_policy_says_so() {
    let mut world = world();
    let policy = json!([{"resourceName": "memory", "restartPolicy": "RestartContainer"}]);
    world.pod("p", json!([{"name": "web", "image": "shop/web:1", "resizePolicy": policy, "resources": {"limits": {"memory": "64Mi"}, "requests": {"memory": "32Mi"}}}]), json!({}));
    world.run_for(5.0);
    resize(&mut world, json!({"limits": {"memory": "128Mi"}, "requests": {"memory": "32Mi"}}));
    world.run_for(8.0);
    assert_eq!((conditions(&world), world.summary("p").as_str()), (Vec::new(), "Running ready=1/1 restarts=1"));
    assert!(world.events("p").contains(&"Killing: Container web resize requires restart".to_owned()), "{:?}", world.events("p"));
}

#[test]
fn what_does_not_fit_waits_for_room() {
    let mut world = world();
    let amounts = |cpu: &str| json!({"requests": {"cpu": cpu}});
    for name in ["p", "other"] {
        world.pod(name, json!([{"name": "web", "image": "shop/web:1", "resources": amounts("500m")}]), json!({"terminationGracePeriodSeconds": 1}));
    }
    world.run_for(5.0);
    let cpus = world.cluster.get::<podarium_api::Node>(&Key::new("", "node-1")).unwrap().status.allocatable.clone().unwrap()["cpu"].0.parse::<i64>().unwrap_or(2);
    let wanted = amounts(&format!("{}m", cpus * 1000 - 400));
    resize(&mut world, wanted.clone());
    world.run_for(3.0);
    assert_eq!(conditions(&world), [("PodResizePending".to_owned(), Some("Deferred".to_owned()))]);
    assert_eq!(reported(&world), amounts("500m"));
    let deferred = world.events("p").into_iter().find(|event| event.starts_with("ResizeDeferred: Pod resize Deferred: {")).expect("an event");
    assert!(deferred.contains("Node didn't have enough resource: cpu, requested: "), "{deferred}");
    let key = Key::new("default", "other");
    world.ask(Request { verb: Verb::Delete, ..Request::get(Kind::Pod, &key) });
    world.run_for(8.0);
    assert_eq!((conditions(&world), reported(&world)), (Vec::new(), wanted));
}

#[test]
fn another_image_restarts_its_container_whatever_the_policy() {
    let images = ImageCatalog::standard().with(Image::new("shop/web:1", 20 << 20).with(Behavior::serving(80, "1"))).with(Image::new("shop/web:2", 20 << 20).with(Behavior::serving(80, "2")));
    let mut world = World::one_node(images);
    let containers = json!([{"name": "web", "image": "shop/web:1"}, {"name": "other", "image": "shop/web:1"}]);
    world.pod("p", containers, json!({"restartPolicy": "Never"}));
    world.run_for(5.0);
    let change = |image: &str| {
        let patch = json!({"spec": {"containers": [{"name": "web", "image": image}]}});
        Request::patch(Kind::Pod, &Key::new("default", "p"), crate::apiserver::PatchType::Strategic, patch)
    };
    world.ask(change("shop/web:2"));
    world.run_for(40.0);
    assert_eq!(world.summary("p"), "Running ready=2/2 restarts=1");
    let events = world.events("p");
    let since = events.iter().position(|event| event == "Killing: Container web definition changed, will be restarted").expect("it is told");
    assert_eq!(events[since + 1], "Pulling: Pulling image \"shop/web:2\"");
    assert!(events[since + 2].starts_with("Pulled: Successfully pulled image \"shop/web:2\""), "{events:?}");
    // One that does not exist takes the container away all the same, and counts as no restart.
    world.ask(change("shop/web:3"));
    world.run_for(40.0);
    assert_eq!(world.summary("p"), "Running ready=1/2 restarts=1");
}

#[test]
fn tokens_are_renewed_when_a_fifth_of_their_time_is_left() {
    let mut world = world();
    let look = json!([{"name": "c", "image": "busybox", "command": ["sh", "-c", "while true; do md5sum < /t/token; sleep 30; done"], "volumeMounts": [{"name": "t", "mountPath": "/t"}]}]);
    let token = json!({"serviceAccountToken": {"path": "token", "audience": "vault", "expirationSeconds": 600}});
    world.pod("p", look, json!({"volumes": [{"name": "t", "projected": {"sources": [token]}}]}));
    let tokens = |world: &World| {
        let kubelet: &Kubelet = world.cluster.component(world.kubelet("node-1")).unwrap();
        let log = kubelet.logs(&Key::new("default", "p"), "c", false).expect("it has a log");
        log.iter().map(|line| line.text.to_string()).collect::<std::collections::BTreeSet<_>>().len()
    };
    world.run_for(470.0);
    assert_eq!((world.summary("p").as_str(), tokens(&world)), ("Running ready=1/1 restarts=0", 1));
    world.run_for(180.0);
    assert_eq!(tokens(&world), 2);
}
