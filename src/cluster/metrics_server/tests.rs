//! What `kubectl top` and autoscalers are told, with the add-on and without.

use std::sync::Arc;
use std::time::Duration;

use podarium_machine::{HttpEvent, HttpRequest};
use serde_json::{Value, json};

use crate::images::ImageCatalog;
use crate::kubelet::NodeConfig;
use crate::{Cause, Cluster, Config};

fn cluster(metrics_server: bool) -> Cluster {
    let mut cluster = Cluster::new(Config { metrics_server, ..Config::default() });
    cluster.bootstrap();
    cluster.set_images(Arc::new(ImageCatalog::standard()));
    cluster.add_node(NodeConfig::new("node-1", 0));
    cluster.advance(cluster.now() + Duration::from_secs(20));
    cluster
}

fn ask(cluster: &mut Cluster, request: HttpRequest) -> (u16, Value) {
    let id = cluster.http(request, Cause::Start);
    cluster.advance(cluster.now() + Duration::from_millis(50));
    let events = cluster.take_http_events();
    let Some((_, HttpEvent::Response(response))) = events.into_iter().find(|(of, _)| *of == id) else { panic!("no answer") };
    (response.status, serde_json::from_slice(&response.body).unwrap_or_else(|_| String::from_utf8_lossy(&response.body).into()))
}

fn get(cluster: &mut Cluster, path: &str) -> (u16, Value) {
    ask(cluster, HttpRequest::get(path))
}

#[test]
fn without_the_add_on_nobody_knows_of_it() {
    let mut cluster = cluster(false);
    assert_eq!(get(&mut cluster, "/apis/metrics.k8s.io/v1beta1/nodes"), (404, json!("404 page not found\n")));
    let groups = get(&mut cluster, "/apis").1;
    assert!(!groups.to_string().contains("metrics.k8s.io"), "{groups}");
}

#[test]
fn what_containers_use_is_told_from_their_second_round_on() {
    let mut cluster = cluster(true);
    let pod = json!({
        "metadata": {"name": "web", "labels": {"app": "web"}},
        "spec": {"nodeName": "node-1", "containers": [{"name": "nginx", "image": "nginx:1.27"}]},
    });
    ask(&mut cluster, HttpRequest::new("POST", "/api/v1/namespaces/default/pods").body(pod.to_string()));
    cluster.advance(cluster.now() + Duration::from_secs(12));
    let (code, early) = get(&mut cluster, "/apis/metrics.k8s.io/v1beta1/namespaces/default/pods/web");
    assert_eq!((code, early["message"].as_str()), (404, Some("podmetrics.metrics.k8s.io \"default/web\" not found")));
    cluster.advance(cluster.now() + Duration::from_secs(40));
    let (code, list) = get(&mut cluster, "/apis/metrics.k8s.io/v1beta1/namespaces/default/pods?labelSelector=app%3Dweb");
    assert_eq!((code, list["kind"].as_str(), list["items"].as_array().map(Vec::len)), (200, Some("PodMetricsList"), Some(1)), "{list}");
    let container = &list["items"][0]["containers"][0];
    assert_eq!((container["name"].as_str(), container["usage"]["memory"].as_str()), (Some("nginx"), Some("9216Ki")), "nginx takes 9 MiB");
    let (_, none) = get(&mut cluster, "/apis/metrics.k8s.io/v1beta1/pods?labelSelector=app%3Dother");
    assert_eq!(none["items"], json!([]));
    let (_, node) = get(&mut cluster, "/apis/metrics.k8s.io/v1beta1/nodes/node-1");
    let millis: Option<i64> = node["usage"]["cpu"].as_str().and_then(|cpu| cpu.strip_suffix('m')?.parse().ok());
    assert!(millis.is_some_and(|millis| (50..53).contains(&millis)), "{node}");
    assert_eq!(node["usage"]["memory"], "418816Ki", "{node}");
    let table = "application/json;as=Table;v=v1;g=meta.k8s.io";
    let (_, table) = ask(&mut cluster, HttpRequest::get("/apis/metrics.k8s.io/v1beta1/nodes").header("Accept", table));
    let names: Vec<&str> = table["columnDefinitions"].as_array().unwrap().iter().filter_map(|column| column["name"].as_str()).collect();
    assert_eq!(names, ["Name", "cpu", "memory", "Window"]);
    assert_eq!(get(&mut cluster, "/apis/metrics.k8s.io/v1beta1/nodes/none").1["message"], "nodes \"none\" not found");
    // Of a machine that is switched off nothing is known any more.
    cluster.stop_node("node-1");
    cluster.advance(cluster.now() + Duration::from_secs(40));
    assert_eq!(get(&mut cluster, "/apis/metrics.k8s.io/v1beta1/nodes/node-1").1["message"], "nodemetrics.metrics.k8s.io \"node-1\" not found");
    let id = cluster.component_id(super::COMPONENT).unwrap();
    cluster.stop(id);
    assert_eq!(get(&mut cluster, "/apis/metrics.k8s.io/v1beta1/nodes").0, 503);
}
