//! A cluster from nothing until all of its pods run: 5,000 nodes and 150,000 pods of Deployments, or as many as
//! `SCALE_NODES` and `SCALE_PODS` say.

#![expect(clippy::disallowed_methods, reason = "a measurement is told its size, and looks at the clock")]

use std::sync::Arc;
use std::time::{Duration, Instant};

use podarium_api::{Kind, Pod};
use podarium_cluster::controllers::Options;
use podarium_cluster::images::ImageCatalog;
use podarium_cluster::kubelet::{Kubelet, NodeConfig};
use podarium_cluster::scheduler::configuration::SchedulerConfiguration;
use podarium_cluster::{Cause, Cluster, Config};
use podarium_machine::HttpRequest;
use serde_json::json;

/// The allocator of the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How many pods each Deployment has.
const REPLICAS: usize = 1000;
/// How many requests a second each controller and the scheduler may send.
const LIMIT: u32 = 5000;

fn number(name: &str, default: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// What the process has of memory, in bytes.
fn resident() -> usize {
    let text = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    text.split(' ').nth(1).and_then(|pages| pages.parse::<usize>().ok()).unwrap_or(0) * 4096
}

/// What the process has had of the processor, in seconds. Others may want it too, so the clock alone says little.
fn worked() -> f64 {
    let text = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = text.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks: f64 = fields.iter().skip(11).take(2).filter_map(|field| field.parse::<f64>().ok()).sum();
    ticks / 100.0
}

fn main() {
    let (nodes, pods) = (number("SCALE_NODES", 5000), number("SCALE_PODS", 150_000));
    let start = Instant::now();
    // As scale tests of Kubernetes have it, with limits that do not matter.
    let mut cluster = Cluster::new(Config { controller_manager: Options { kube_api_qps: f64::from(LIMIT), kube_api_burst: LIMIT, ..Options::default() }, ..Config::default() });
    let scheduler = json!({"clientConnection": {"qps": LIMIT, "burst": LIMIT}});
    cluster.bootstrap_with(&SchedulerConfiguration::parse(&scheduler).expect("a configuration of the scheduler"));
    let images = Arc::new(ImageCatalog::standard());
    for n in 0..nodes {
        let config = NodeConfig::new(&format!("node-{n}"), n as u32);
        let (name, user) = (format!("kubelet/{}", config.name), format!("system:node:{}", config.name));
        cluster.start(&name, &user, Kubelet::new(config, images.clone()));
    }
    for at in (0..pods).step_by(REPLICAS) {
        let name = format!("web-{}", at / REPLICAS);
        let template = json!({"metadata": {"labels": {"app": name}}, "spec": {"containers": [{"name": "web", "image": "nginx:1.27"}]}});
        let deployment = json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name},
            "spec": {"replicas": REPLICAS.min(pods - at), "selector": {"matchLabels": {"app": name}}, "template": template}});
        let request = HttpRequest::new("POST", "/apis/apps/v1/namespaces/default/deployments").header("Content-Type", "application/json");
        cluster.http(request.body(deployment.to_string()), Cause::Start);
    }
    let deadline = Duration::from_secs(number("SCALE_SECONDS", 600) as u64);
    let mut ready = 0;
    while ready < pods && start.elapsed() < deadline {
        cluster.advance(cluster.now() + Duration::from_secs(10));
        let made = cluster.store().count(Kind::Pod);
        ready = cluster.list::<Pod>().filter(|pod| pod.status.phase.as_deref() == Some("Running")).count();
        let virtually = cluster.now().as_nanos() / 1_000_000_000;
        println!("{virtually} s: {made} pods, {ready} run; {:.1} s on the clock, {:.1} s of work, {} MB, {} writes", start.elapsed().as_secs_f64(), worked(), resident() >> 20, cluster.writes().len());
    }
    println!("{nodes} nodes, {pods} pods: {:.1} s, {:.1} s of work, {} MB", start.elapsed().as_secs_f64(), worked(), resident() >> 20);
}
