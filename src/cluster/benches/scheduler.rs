//! How many pods a second the scheduler places, without the API server: queue, filters, scores, assumption.

use std::sync::Arc;

use podarium_api::{Node, Pod, ReplicaSet};
use podarium_cluster::Cause;
use podarium_cluster::scheduler::algorithm::{Algorithm, Outcome};
use podarium_cluster::scheduler::cache::Cache;
use podarium_cluster::scheduler::framework::plugin::Handle;
use podarium_cluster::scheduler::listers::Listers;
use podarium_cluster::scheduler::plugins::DEFAULT_PROFILE;
use podarium_cluster::scheduler::queue::SchedulingQueue;
use podarium_sim::{Stream, Time};
use serde_json::json;

fn main() {
    divan::main();
}

#[derive(Clone)]
struct Bench {
    cache: Cache,
    listers: Listers,
    queue: SchedulingQueue,
    algorithm: Algorithm,
    pods: Vec<Arc<Pod>>,
}

/// Nodes of 32 CPUs in three zones, and pods of 100m, which belong to a ReplicaSet if `owned`.
fn bench(nodes: usize, pods: usize, owned: bool) -> Bench {
    let mut cache = Cache::default();
    for n in 0..nodes {
        let node = json!({
            "metadata": { "name": format!("node-{n}"), "labels": {
                "kubernetes.io/hostname": format!("node-{n}"), "topology.kubernetes.io/zone": format!("zone-{}", n % 3) } },
            "status": { "allocatable": { "cpu": "32", "memory": "64Gi", "pods": "110" } },
        });
        cache.snapshot.set_node(Arc::new(serde_json::from_value::<Node>(node).expect("a node")));
    }
    let mut listers = Listers::default();
    let selector = json!({ "matchLabels": { "app": "web" } });
    let replica_set = json!({ "metadata": { "name": "web", "namespace": "default" }, "spec": { "selector": selector } });
    listers.set_replica_set(Arc::new(serde_json::from_value::<ReplicaSet>(replica_set).expect("a ReplicaSet")));
    let owners = if owned { json!([{ "apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "web", "uid": "u", "controller": true }]) } else { json!([]) };
    let pod = |n: usize| {
        let pod = json!({
            "metadata": { "name": format!("pod-{n}"), "namespace": "default", "uid": format!("uid-{n}"), "labels": { "app": "web" }, "ownerReferences": owners },
            "spec": { "containers": [{ "name": "c", "image": "web:1", "resources": { "requests": { "cpu": "100m", "memory": "128Mi" } } }] },
        });
        Arc::new(serde_json::from_value::<Pod>(pod).expect("a pod"))
    };
    let algorithm = Algorithm::new(DEFAULT_PROFILE, Stream::new(1, "bench"));
    Bench { cache, listers, queue: SchedulingQueue::new(DEFAULT_PROFILE), algorithm, pods: (0..pods).map(pod).collect() }
}

/// Places all pods; how many found a node.
fn place_all(mut bench: Bench) -> usize {
    for pod in bench.pods.drain(..) {
        bench.queue.add(pod, Time::ZERO, Cause::Start);
    }
    let mut placed = 0;
    while let Some(queued) = bench.queue.pop() {
        bench.cache.snapshot.refresh();
        let handle = Handle {
            snapshot: &bench.cache.snapshot,
            listers: &bench.listers,
            nominator: &bench.queue.nominator,
            profile: &DEFAULT_PROFILE,
        };
        if let Outcome::Placed(placement) = bench.algorithm.schedule(handle, &queued.info) {
            bench.cache.assume(&queued.info, &placement.node);
            placed += 1;
        }
        bench.queue.done(&queued.info.uid);
    }
    placed
}

#[divan::bench(args = [(100, 3_000), (5_000, 10_000)], sample_count = 3, sample_size = 1)]
fn basic_pods(bencher: divan::Bencher, (nodes, pods): (usize, usize)) {
    let bench = bench(nodes, pods, false);
    bencher.counter(pods).with_inputs(|| bench.clone()).bench_values(place_all);
}

#[divan::bench(args = [(100, 3_000), (5_000, 10_000)], sample_count = 1, sample_size = 1)]
fn pods_of_a_replica_set(bencher: divan::Bencher, (nodes, pods): (usize, usize)) {
    let bench = bench(nodes, pods, true);
    bencher.counter(pods).with_inputs(|| bench.clone()).bench_values(place_all);
}
