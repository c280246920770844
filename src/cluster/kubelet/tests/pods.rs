//! Pods on a node: pulls, probes, restarts, ends.

use std::time::Duration;

use serde_json::json;

use super::world::World;
use crate::Key;
use crate::apiserver::Request;
use crate::component::Signal;
use crate::images::{Behavior, Image, ImageCatalog};
use crate::kubelet::{Kubelet, NodeConfig};
use podarium_api::{ConfigMap, Kind, Pod};

fn web() -> ImageCatalog {
    ImageCatalog::standard().with(Image::new("shop/web:1", 60 << 20).with(Behavior::serving(80, "hi").log("listening")))
}

#[test]
fn an_image_is_pulled_once_for_a_node() {
    let mut world = World::one_node(web());
    let container = || json!([{"name": "web", "image": "shop/web:1"}]);
    world.pod("a", container(), json!({}));
    world.run_for(5.0);
    assert_eq!(world.summary("a"), "Running ready=1/1 restarts=0");
    let events = world.events("a");
    assert_eq!(events[0], "Pulling: Pulling image \"shop/web:1\"");
    assert!(events[1].starts_with("Pulled: Successfully pulled image \"shop/web:1\" in 1.") && events[1].ends_with(" including waiting). Image size: 62914560 bytes."), "{}", events[1]);
    assert_eq!(events[2..], ["Created: Container created", "Started: Container started"]);
    world.pod("b", container(), json!({}));
    world.run_for(3.0);
    assert_eq!(world.events("b")[0], "Pulled: Container image \"shop/web:1\" already present on machine and can be accessed by the pod");
    let addresses: Vec<_> = ["a", "b"].iter().map(|name| world.get(name).unwrap().status.pod_ip.clone().unwrap()).collect();
    assert_eq!(addresses, ["10.244.0.2", "10.244.0.3"]);
}

#[test]
fn a_wrong_name_ends_in_image_pull_back_off() {
    let mut world = World::one_node(web());
    world.pod("p", json!([{"name": "web", "image": "ngnix"}]), json!({}));
    world.run_for(45.0);
    let pod = world.get("p").unwrap();
    let waiting = pod.status.container_statuses.as_ref().unwrap()[0].state.clone().unwrap().waiting.unwrap();
    assert_eq!(waiting.reason.as_deref(), Some("ImagePullBackOff"));
    assert_eq!(pod.status.phase.as_deref(), Some("Pending"));
    assert!(waiting.message.unwrap().starts_with("Back-off pulling image \"ngnix\": ErrImagePull: failed to pull and unpack image \"docker.io/library/ngnix:latest\""));
}

#[test]
fn a_killed_process_is_started_again_and_its_end_is_told() {
    let mut world = World::one_node(web());
    world.pod("p", json!([{"name": "web", "image": "shop/web:1"}]), json!({}));
    world.run_for(5.0);
    let kubelet = world.kubelet("node-1");
    world.cluster.signal(kubelet, Signal::KillProcess { pod: Key::new("default", "p"), container: String::new(), exit_code: 9 });
    world.run_for(3.0);
    assert_eq!(world.summary("p"), "Running ready=1/1 restarts=1");
    let last = world.get("p").unwrap().status.container_statuses.as_ref().unwrap()[0].last_state.clone().unwrap().terminated.unwrap();
    assert_eq!((last.exit_code, last.reason.as_deref()), (9, Some("Error")));
    let found: &Kubelet = world.cluster.component(kubelet).unwrap();
    let log = |previous| found.logs(&Key::new("default", "p"), "web", previous).unwrap().iter().map(|line| line.text.to_string()).collect::<Vec<_>>();
    assert_eq!([log(false), log(true)], [vec!["listening"], vec!["listening"]]);
}

#[test]
fn restarts_come_later_and_later() {
    let crash = ImageCatalog::standard().with(Image::new("crash:1", 1).with(Behavior::exits(std::time::Duration::from_millis(100), 1)));
    let mut again = World::one_node(crash);
    again.pod("p", json!([{"name": "c", "image": "crash:1"}]), json!({}));
    again.run_for(1300.0);
    let mut started: Vec<f64> = Vec::new();
    for (at, event) in &again.seen {
        if let podarium_api::Object::Pod(pod) = &event.object
            && let Some(status) = pod.status.container_statuses.as_ref().and_then(|all| all.first())
            && usize::try_from(status.restart_count).unwrap() == started.len()
            && status.state.as_ref().is_some_and(|state| state.running.is_some() || state.terminated.is_some())
        {
            started.push(at.as_secs_f64());
        }
    }
    // The second run follows at once; then at least 10, 20, 40, 80, 160, 300, 300 s and at most half as long again.
    let gaps: Vec<f64> = started.windows(2).map(|pair| pair[1] - pair[0]).collect();
    for (gap, least) in gaps.iter().zip([0.0, 10.0, 20.0, 40.0, 80.0, 160.0, 300.0]) {
        assert!(*gap >= least - 0.5 && *gap <= least * 1.5 + 4.0, "{gaps:?}");
    }
    assert!(gaps.len() >= 6, "{gaps:?}");
}

#[test]
fn a_pod_that_is_deleted_by_force_is_killed_on_its_node() {
    let mut world = World::one_node(web());
    world.pod("p", json!([{"name": "web", "image": "shop/web:1"}]), json!({}));
    world.run_for(5.0);
    world.ask(Request::delete(Kind::Pod, &Key::new("default", "p")).grace_period(0));
    assert_eq!(world.summary("p"), "gone");
    world.run_for(5.0);
    assert!(world.events("p").contains(&"Killing: Stopping container web".to_owned()));
    let kubelet: &Kubelet = world.cluster.component(world.kubelet("node-1")).unwrap();
    assert!(kubelet.pods.is_empty());
    // The address is free again, but others come first.
    world.pod("q", json!([{"name": "web", "image": "shop/web:1"}]), json!({}));
    world.run_for(3.0);
    assert_eq!(world.get("q").unwrap().status.pod_ip.as_deref(), Some("10.244.0.3"));
}

#[test]
fn a_deleted_pod_goes_within_its_grace_period() {
    let mut world = World::one_node(web());
    world.pod("p", json!([{"name": "web", "image": "shop/web:1"}]), json!({}));
    world.run_for(5.0);
    world.ask(Request::delete(Kind::Pod, &Key::new("default", "p")));
    assert!(world.get("p").unwrap().metadata.deletion_timestamp.is_some());
    world.run_for(3.0);
    assert_eq!(world.summary("p"), "gone");
}

#[test]
fn pods_that_do_not_fit_are_refused() {
    let cases = [
        (json!({"containers": [{"name": "c", "image": "shop/web:1", "resources": {"requests": {"cpu": "5"}}}]}), "OutOfcpu", "Node didn't have enough resource: cpu, requested: 5000, used: 0, capacity: 4000"),
        (json!({"nodeSelector": {"disk": "ssd"}}), "NodeAffinity", "Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector"),
    ];
    for (spec, reason, message) in cases {
        let mut world = World::one_node(web());
        world.pod("p", json!([{"name": "web", "image": "shop/web:1"}]), spec);
        world.run_for(3.0);
        let status = world.get("p").unwrap().status.clone();
        assert_eq!((status.phase.as_deref(), status.reason.as_deref()), (Some("Failed"), Some(reason)));
        assert_eq!(status.message, Some(format!("Pod was rejected: {message}")));
        assert_eq!(world.events("p"), [format!("{reason}: {message}")]);
    }
}

#[test]
fn readiness_opens_when_the_program_is_ready() {
    let slow = Behavior { ready_after: std::time::Duration::from_secs(6), ..Behavior::serving(80, "") };
    let mut world = World::one_node(ImageCatalog::standard().with(Image::new("slow:1", 1).with(slow)));
    let probe = json!({"httpGet": {"path": "/", "port": "http"}, "periodSeconds": 2});
    world.pod("p", json!([{"name": "c", "image": "slow:1", "ports": [{"name": "http", "containerPort": 80}], "readinessProbe": probe}]), json!({}));
    world.run_for(4.0);
    assert_eq!(world.summary("p"), "Running ready=0/1 restarts=0");
    assert!(world.events("p").contains(&"Unhealthy: Readiness probe failed: HTTP probe failed with statuscode: 503".to_owned()));
    world.run_for(6.0);
    assert_eq!(world.summary("p"), "Running ready=1/1 restarts=0");
}

#[test]
fn a_probe_waits_for_a_slow_answer_and_gives_up_after_its_time() {
    let image = |name: &str, millis| {
        let mut behavior = Behavior::serving(80, "hi");
        behavior.serves[0].takes = Duration::from_millis(millis);
        Image::new(name, 1 << 20).with(behavior)
    };
    let mut world = World::one_node(ImageCatalog::standard().with(image("slow:1", 700)).with(image("slower:1", 1500)));
    for (name, image) in [("slow", "slow:1"), ("slower", "slower:1")] {
        let probe = json!({"httpGet": {"path": "/", "port": 80}, "periodSeconds": 2});
        world.pod(name, json!([{"name": "web", "image": image, "readinessProbe": probe}]), json!({}));
    }
    world.run_for(15.0);
    assert_eq!((world.summary("slow"), world.summary("slower")), ("Running ready=1/1 restarts=0".to_owned(), "Running ready=0/1 restarts=0".to_owned()));
    let ip = world.get("slower").and_then(|pod| pod.status.pod_ip.clone()).unwrap_or_default();
    let unhealthy = format!("Unhealthy: Readiness probe failed: Get \"http://{ip}:80/\": context deadline exceeded (Client.Timeout exceeded while awaiting headers)");
    assert!(world.events("slower").contains(&unhealthy), "{:?}", world.events("slower"));
    assert!(!world.events("slow").iter().any(|event| event.contains("deadline")), "{:?}", world.events("slow"));
}

#[test]
fn a_missing_config_map_of_the_environment_holds_the_container_up() {
    let mut world = World::one_node(web());
    world.pod("p", json!([{"name": "c", "image": "shop/web:1", "envFrom": [{"configMapRef": {"name": "settings"}}]}]), json!({}));
    world.run_for(5.0);
    assert!(world.events("p").contains(&"Failed: Error: configmap \"settings\" not found".to_owned()));
    world.create(json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "settings", "namespace": "default"}}));
    assert!(world.cluster.get::<ConfigMap>(&Key::new("default", "settings")).is_some());
    world.run_for(20.0);
    assert_eq!(world.summary("p"), "Running ready=1/1 restarts=0");
}

#[test]
fn it_makes_no_difference_how_time_is_cut() {
    let start = || {
        let mut world = World::new(11, vec![NodeConfig::new("node-1", 0)], web());
        for name in ["a", "b", "c"] {
            world.pod(name, json!([{"name": "web", "image": "nginx"}, {"name": "other", "image": "shop/web:1", "command": ["sleep", "3"]}]), json!({}));
        }
        world
    };
    let mut at_once = start();
    at_once.run_for(60.0);
    let mut in_steps = start();
    for step in 0..600 {
        in_steps.run_for(0.1);
        if step == 25 {
            in_steps = in_steps.clone();
        }
    }
    assert_eq!(at_once.cluster.trace_hash(), in_steps.cluster.trace_hash());
    assert!(at_once.cluster.list::<Pod>().all(|pod| pod.status.phase.as_deref() == Some("Running")));
}

#[test]
fn logs_are_served_over_http() {
    use podarium_machine::{HttpEvent, HttpRequest};
    let talk = Behavior { logs: vec![crate::images::LogText::Once("hello".to_owned()), crate::images::LogText::Every(std::time::Duration::from_secs(2), "tick".to_owned())], ..Behavior::exits(std::time::Duration::from_secs(9), 0) };
    let mut world = World::one_node(ImageCatalog::standard().with(Image::new("talk:1", 1).with(talk)));
    world.pod("p", json!([{"name": "c", "image": "talk:1"}]), json!({"restartPolicy": "Never"}));
    world.run_for(5.0);
    let ask = |world: &mut World, query: &str, seconds: f64| {
        let id = world.cluster.http(HttpRequest::get(format!("/api/v1/namespaces/default/pods/p/log?{query}")), crate::Cause::Start);
        world.run_for(seconds);
        let mut text = String::new();
        for (_, event) in world.cluster.take_http_events().into_iter().filter(|(of, _)| *of == id) {
            match event {
                HttpEvent::Response(response) => text.push_str(&String::from_utf8_lossy(&response.body)),
                HttpEvent::Chunk(bytes) => text.push_str(&String::from_utf8_lossy(&bytes)),
                HttpEvent::End => text.push_str("(end)"),
                _ => {}
            }
        }
        text
    };
    assert!(ask(&mut world, "", 0.1).starts_with("hello\ntick\n"));
    assert_eq!(ask(&mut world, "tailLines=1", 0.1), "tick\n");
    assert_eq!(ask(&mut world, "tailLines=1&timestamps=true", 0.1).split(' ').next_back(), Some("tick\n"));
    let followed = ask(&mut world, "follow=true", 10.0);
    assert_eq!(followed, "hello\ntick\ntick\ntick\ntick\n(end)");
    let missing = ask(&mut world, "previous=true", 0.1);
    assert!(missing.contains("previous terminated container \\\"c\\\" in pod \\\"p\\\" not found"), "{missing}");
}
