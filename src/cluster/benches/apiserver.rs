//! What the API server costs: pods created over HTTP under three watches, long lists, a hundred watches.

use std::time::Duration;

use podarium_cluster::{Cause, Cluster, Config, HttpId};
use podarium_machine::{HttpEvent, HttpRequest};
use serde_json::{Value, json};

/// The allocator of the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const PODS: &str = "/api/v1/namespaces/default/pods";
const COUNT: usize = 10_000;

fn main() {
    divan::main();
}

fn post(path: &str, body: &Value) -> HttpRequest {
    HttpRequest::new("POST", path).header("Content-Type", "application/json").body(body.to_string())
}

/// An API server with nothing else, in which pods can be made.
fn server(watches: usize) -> Cluster {
    let mut cluster = Cluster::new(Config::default());
    for (path, name) in [("/api/v1/namespaces", "default"), ("/api/v1/namespaces/default/serviceaccounts", "default")] {
        cluster.http(post(path, &json!({"metadata": {"name": name}})), Cause::Start);
        cluster.advance(cluster.now() + Duration::from_millis(20));
    }
    for _ in 0..watches {
        cluster.http(HttpRequest::get(format!("{PODS}?watch=true")), Cause::Start);
    }
    cluster.advance(cluster.now() + Duration::from_millis(20));
    cluster.take_http_events();
    cluster
}

fn pod(number: usize) -> HttpRequest {
    let pod = json!({
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {"name": format!("web-{number}"), "labels": {"app": "web", "pod-template-hash": "6bdd6c7d58"}},
        "spec": {"containers": [{"name": "web", "image": "nginx:1.27", "ports": [{"containerPort": 80}],
            "resources": {"requests": {"cpu": "100m", "memory": "128Mi"}, "limits": {"memory": "128Mi"}}}]},
    });
    post(PODS, &pod)
}

fn create(cluster: &mut Cluster, requests: Vec<HttpRequest>) -> usize {
    for request in requests {
        cluster.http(request, Cause::Start);
    }
    cluster.advance(cluster.now() + Duration::from_secs(2));
    cluster.take_http_events().len()
}

fn filled(watches: usize) -> Cluster {
    let mut cluster = server(watches);
    create(&mut cluster, (0..COUNT).map(pod).collect());
    assert_eq!(cluster.store().count(podarium_api::Kind::Pod), COUNT);
    cluster
}

/// Reading, defaults, admission, validation, storing, the answer, and a line for each watch.
#[divan::bench(args = [0, 3, 100], sample_count = 3, sample_size = 1)]
fn a_thousand_pods_under_watches(bencher: divan::Bencher<'_, '_>, watches: usize) {
    let fresh = server(watches);
    bencher.counter(divan::counter::ItemsCount::new(1000_usize)).with_inputs(|| (fresh.clone(), (0..1000).map(pod).collect::<Vec<_>>())).bench_values(|(mut cluster, requests)| {
        assert!(create(&mut cluster, requests) >= 1000);
        cluster
    });
}

#[divan::bench(args = ["application/json", "application/json;as=Table;v=v1;g=meta.k8s.io"], sample_count = 3, sample_size = 1)]
fn a_list_of_ten_thousand_pods(bencher: divan::Bencher<'_, '_>, accept: &str) {
    let filled = filled(0);
    bencher.with_inputs(|| filled.clone()).bench_values(|mut cluster| {
        let id = cluster.http(HttpRequest::get(PODS).header("Accept", accept), Cause::Start);
        cluster.advance(cluster.now() + Duration::from_millis(20));
        answer(&mut cluster, id)
    });
}

fn answer(cluster: &mut Cluster, id: HttpId) -> usize {
    let events = cluster.take_http_events();
    events.into_iter().find_map(|(of, event)| if let HttpEvent::Response(response) = event { (of == id).then_some(response.body.len()) } else { None }).expect("an answer")
}
