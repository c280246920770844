//! What kubelets cost: many pods coming up, a minute in which nothing happens, and thousands of idle nodes.

use std::sync::Arc;
use std::time::Duration;

use podarium_api::{Pod, Resource as _};
use podarium_cluster::apiserver::Request;
use podarium_cluster::images::ImageCatalog;
use podarium_cluster::kubelet::{Kubelet, NodeConfig};
use podarium_cluster::{Cluster, Config};
use serde_json::{Value, json};

/// The allocator of the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    divan::main();
}

fn cluster(nodes: u32) -> Cluster {
    let mut cluster = Cluster::new(Config::default());
    cluster.bootstrap();
    let images = Arc::new(ImageCatalog::standard());
    for n in 0..nodes {
        let config = NodeConfig::new(&format!("node-{n}"), n);
        let (name, user) = (format!("kubelet/{}", config.name), format!("system:node:{}", config.name));
        cluster.start(&name, &user, Kubelet::new(config, images.clone()));
    }
    cluster.advance(podarium_sim::Time::from_secs(10));
    cluster
}

/// Bound pods, so that only API server and kubelets work.
fn fill(cluster: &mut Cluster, nodes: u32, pods: u32) {
    fill_with(cluster, nodes, pods, &json!({"name": "web", "image": "nginx"}));
}

fn fill_with(cluster: &mut Cluster, nodes: u32, pods: u32, container: &Value) {
    for n in 0..pods {
        let pod = json!({
            "metadata": {"name": format!("web-{n}"), "namespace": "default"},
            "spec": {"nodeName": format!("node-{}", n % nodes), "containers": [container]},
        });
        cluster.request(Request::create(serde_json::from_value::<Pod>(pod).expect("a pod")));
    }
}

fn filled() -> Cluster {
    let mut cluster = cluster(100);
    fill(&mut cluster, 100, 3000);
    run(cluster, 3000)
}

fn run(mut cluster: Cluster, pods: usize) -> Cluster {
    cluster.advance(cluster.now() + Duration::from_secs(60));
    let running = cluster.list::<Pod>().filter(|pod| pod.status.phase.as_deref() == Some("Running")).count();
    assert_eq!(running, pods, "e.g. {:?}", cluster.list::<Pod>().next().map(|pod| pod.name().to_owned()));
    cluster
}

#[divan::bench(sample_count = 3, sample_size = 1)]
fn three_thousand_pods_come_up_on_a_hundred_nodes(bencher: divan::Bencher<'_, '_>) {
    bencher.with_inputs(|| cluster(100)).bench_values(|mut cluster| {
        fill(&mut cluster, 100, 3000);
        cluster.advance(cluster.now() + Duration::from_secs(60));
        cluster
    });
}

#[divan::bench(sample_count = 3, sample_size = 1)]
fn an_idle_minute_of_three_thousand_pods(bencher: divan::Bencher<'_, '_>) {
    let filled = filled();
    bencher.with_inputs(|| filled.clone()).bench_values(|mut cluster| {
        cluster.advance(cluster.now() + Duration::from_secs(60));
        cluster
    });
}

#[divan::bench(sample_count = 3, sample_size = 1)]
fn an_idle_minute_of_five_thousand_nodes(bencher: divan::Bencher<'_, '_>) {
    let idle = cluster(5000);
    bencher.with_inputs(|| idle.clone()).bench_values(|mut cluster| {
        cluster.advance(cluster.now() + Duration::from_secs(60));
        cluster
    });
}

/// The target for 10,000 of them and an hour is 5 s.
#[divan::bench(sample_count = 1, sample_size = 1)]
fn an_hour_of_ten_thousand_shell_loops(bencher: divan::Bencher<'_, '_>) {
    let mut cluster = cluster(100);
    fill_with(&mut cluster, 100, 10_000, &json!({"name": "loop", "image": "busybox", "command": ["sh", "-c", "while true; do date; sleep 5; done"]}));
    let filled = run(cluster, 10_000);
    bencher.with_inputs(|| filled.clone()).bench_values(|mut cluster| {
        cluster.advance(cluster.now() + Duration::from_secs(3600));
        cluster
    });
}
