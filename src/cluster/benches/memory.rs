//! What a Deployment of ten thousand replicas costs in memory, exactly: the allocator counts.
//! `MEMORY_NODES=100` gives the pods somewhere to run.

#![expect(clippy::disallowed_methods, reason = "a measurement is told its size")]

use std::alloc::System;
use std::collections::BTreeSet;
use std::sync::Arc;

use podarium_api::{Event, Kind, Pod, Resource};
use podarium_cluster::images::ImageCatalog;
use podarium_cluster::kubelet::{Kubelet, NodeConfig};
use podarium_cluster::{Cause, Cluster, Config};
use podarium_machine::HttpRequest;
use podarium_sim::Time;
use serde_json::json;
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// The bytes that are allocated now.
fn held() -> usize {
    let stats = ALLOCATOR.stats();
    stats.bytes_allocated - stats.bytes_deallocated
}

/// What a copy of a value takes beyond its own size.
fn below<T: Clone>(value: &T) -> usize {
    let before = held();
    let copy = value.clone();
    let taken = held() - before;
    drop(copy);
    taken
}

/// What a shared part takes; nothing if it was counted before.
fn once<T: Clone>(part: &Arc<T>, seen: &mut BTreeSet<usize>) -> usize {
    if seen.insert(Arc::as_ptr(part).addr()) { size_of::<T>() + 16 + below(&**part) } else { 0 }
}

fn number(name: &str, default: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

fn main() {
    let (count, nodes) = (number("MEMORY_PODS", 10_000), number("MEMORY_NODES", 0));
    let mut cluster = Cluster::new(Config::default());
    cluster.bootstrap();
    let images = Arc::new(ImageCatalog::standard());
    for n in 0..nodes {
        let config = NodeConfig::new(&format!("node-{n}"), n as u32);
        let (name, user) = (format!("kubelet/{}", config.name), format!("system:node:{}", config.name));
        cluster.start(&name, &user, Kubelet::new(config, images.clone()));
    }
    cluster.advance(Time::from_secs(30));
    let before = held();
    let template = json!({"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [{"name": "web", "image": "nginx:1.27"}]}});
    let deployment = json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"},
        "spec": {"replicas": count, "selector": {"matchLabels": {"app": "web"}}, "template": template}});
    let request = HttpRequest::new("POST", "/apis/apps/v1/namespaces/default/deployments").header("Content-Type", "application/json").body(deployment.to_string());
    cluster.http(request, Cause::Start);
    let mut seconds = 30;
    while cluster.store().count(Kind::Pod) < count && seconds < 3000 {
        seconds += 50;
        cluster.advance(Time::from_secs(seconds));
    }
    cluster.advance(Time::from_secs(seconds + 60));
    report(cluster, before);
}

fn report(cluster: Cluster, before: usize) {
    let pods = cluster.store().count(Kind::Pod).max(1);
    println!("sizes: Pod {}, its metadata {}, spec {}, status {}", size_of::<Pod>(), size_of_val(Pod::default().meta()), size_of_val(&*Pod::default().spec), size_of_val(&*Pod::default().status));
    let (mut seen, mut metadata, mut spec, mut status) = (BTreeSet::new(), 0, 0, 0);
    for pod in cluster.list::<Pod>() {
        metadata += size_of::<Pod>() + 16 + below(&pod.metadata);
        spec += once(&pod.spec, &mut seen) + once(pod.spec.common(), &mut seen);
        status += once(&pod.status, &mut seen);
    }
    println!("a pod alone: {} bytes: object and metadata {}, spec {}, status {}", (metadata + spec + status) / pods, metadata / pods, spec / pods, status / pods);
    let events: usize = cluster.list::<Event>().map(|event| size_of::<Event>() + 16 + below(&**event)).sum();
    println!("its events: {} bytes ({} in all)", events / pods, cluster.store().count(Kind::Event));
    println!("writes recorded: {}", cluster.writes().len());
    println!("with every cache, queue and record: {} bytes a pod", (held() - before) / pods);
    let store = cluster.store().clone();
    drop(cluster);
    println!("the store with events and history: {} bytes a pod", held().saturating_sub(before) / pods);
    drop(store);
}
