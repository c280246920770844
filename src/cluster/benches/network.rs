//! What requests cost: from a load generator through a Service and the rules of a node to a process, and back.

use std::sync::Arc;
use std::time::Duration;

use podarium_cluster::images::ImageCatalog;
use podarium_cluster::kubelet::NodeConfig;
use podarium_cluster::network::{Arrivals, Asked, From, Load, Rate, TrafficPlan};
use podarium_cluster::{Cause, Cluster, Config, Key};
use podarium_machine::HttpRequest;
use podarium_sim::Time;
use serde_json::json;

/// The allocator of the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    divan::main();
}

/// Three nodes, and four pods behind a Service.
fn cluster() -> Cluster {
    let mut cluster = Cluster::new(Config::default());
    cluster.bootstrap();
    cluster.set_images(Arc::new(ImageCatalog::standard()));
    for n in 0..3 {
        cluster.add_node(NodeConfig::new(&format!("node-{n}"), n));
    }
    let deployment = json!({"metadata": {"name": "web"}, "spec": {"replicas": 4, "selector": {"matchLabels": {"app": "web"}},
        "template": {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [{"name": "web", "image": "nginx"}]}}}});
    let service = json!({"metadata": {"name": "web"}, "spec": {"selector": {"app": "web"}, "ports": [{"port": 80}]}});
    for (path, body) in [("apis/apps/v1/namespaces/default/deployments", deployment), ("api/v1/namespaces/default/services", service)] {
        cluster.http(HttpRequest::new("POST", format!("/{path}")).body(body.to_string()), Cause::Start);
    }
    cluster.advance(Time::from_secs(30));
    cluster
}

#[divan::bench(sample_count = 3, sample_size = 1)]
fn a_million_requests_through_service_and_pod(bencher: divan::Bencher<'_, '_>) {
    let ready = cluster();
    let plan = TrafficPlan {
        name: "users".into(),
        from: From::Nodes,
        service: Key::new("default", "web"),
        port: 80,
        asked: Arc::new(Asked::get("web", "/")),
        load: Load::Open { rate: Rate::steady(10_000.0), arrivals: Arrivals::Even },
        timeout: Duration::from_secs(5),
    };
    bencher.with_inputs(|| ready.clone()).bench_values(|mut cluster| {
        cluster.start_traffic(plan.clone());
        cluster.advance(cluster.now() + Duration::from_secs(101));
        let total = cluster.traffic("users").expect("there is traffic").total();
        assert!(total.succeeded >= 1_000_000 && total.failures() == 0, "{total:?}");
        cluster
    });
}
