//! How many pods a second the scheduler places, without the API server: queue, filters, scores, assumption.
//!
//! The kinds of pods are those of kube-scheduler's own benchmarks (test/integration/scheduler_perf): pods without wishes,
//! pods that keep away from each other, pods that are spread. `growth` places four times as many pods on as many nodes: a
//! cost that grows linearly keeps the rate.

use std::sync::Arc;

use podarium_api::{Node, Pod, ReplicaSet};
use podarium_cluster::Cause;
use podarium_cluster::scheduler::algorithm::{Algorithm, Outcome};
use podarium_cluster::scheduler::cache::Cache;
use podarium_cluster::scheduler::framework::plugin::Handle;
use podarium_cluster::scheduler::framework::profile::Profile;
use podarium_cluster::scheduler::listers::Listers;
use podarium_cluster::scheduler::plugins::default_profile;
use podarium_cluster::scheduler::queue::SchedulingQueue;
use podarium_cluster::scheduler::queue::backoff::BackOff;
use podarium_sim::{Stream, Time};
use serde_json::{Value, json};

/// The allocator of the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    divan::main();
}

#[derive(Clone)]
struct Bench {
    cache: Cache,
    listers: Listers,
    queue: SchedulingQueue,
    algorithm: Algorithm,
    profile: Profile,
    pods: Vec<Arc<Pod>>,
}

#[derive(Clone, Copy, PartialEq)]
enum Pods {
    Basic,
    OfReplicaSet,
    /// At most one of them on a node.
    AntiAffinity,
    /// Evenly over the zones, and over the nodes.
    SpreadOverZones,
    SpreadOverNodes,
    /// Each would like to be in a zone with others.
    PreferredAffinity,
}

const HOSTNAME: &str = "kubernetes.io/hostname";
const ZONE: &str = "topology.kubernetes.io/zone";

impl Pods {
    fn spec(self) -> Value {
        let selector = json!({ "matchLabels": { "app": "web" } });
        let term = |key: &str| json!({ "labelSelector": selector, "topologyKey": key });
        let spread = |key: &str| json!({ "topologySpreadConstraints": [{ "maxSkew": 5, "topologyKey": key,
            "whenUnsatisfiable": "DoNotSchedule", "labelSelector": selector }] });
        match self {
            Pods::Basic | Pods::OfReplicaSet => json!({}),
            Pods::AntiAffinity => json!({ "affinity": { "podAntiAffinity": { "requiredDuringSchedulingIgnoredDuringExecution": [term(HOSTNAME)] } } }),
            Pods::SpreadOverZones => spread(ZONE),
            Pods::SpreadOverNodes => spread(HOSTNAME),
            Pods::PreferredAffinity => json!({ "affinity": { "podAffinity": { "preferredDuringSchedulingIgnoredDuringExecution": [
                { "weight": 1, "podAffinityTerm": term(ZONE) }] } } }),
        }
    }
}

/// Nodes of 32 CPUs in three zones, and pods of 100m.
fn bench(nodes: usize, pods: usize, kind: Pods) -> Bench {
    let mut cache = Cache::default();
    for n in 0..nodes {
        let node = json!({
            "metadata": { "name": format!("node-{n}"), "labels": { HOSTNAME: format!("node-{n}"), ZONE: format!("zone-{}", n % 3) } },
            "status": { "allocatable": { "cpu": "32", "memory": "64Gi", "pods": "110" } },
        });
        cache.snapshot.set_node(Arc::new(serde_json::from_value::<Node>(node).expect("a node")));
    }
    let mut listers = Listers::default();
    let selector = json!({ "matchLabels": { "app": "web" } });
    let replica_set = json!({ "metadata": { "name": "web", "namespace": "default" }, "spec": { "selector": selector } });
    listers.set_replica_set(Arc::new(serde_json::from_value::<ReplicaSet>(replica_set).expect("a ReplicaSet")));
    let owned = kind == Pods::OfReplicaSet;
    let owners = if owned { json!([{ "apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "web", "uid": "u", "controller": true }]) } else { json!([]) };
    let pod = |n: usize| {
        let mut pod = json!({
            "metadata": { "name": format!("pod-{n}"), "namespace": "default", "uid": format!("uid-{n}"), "labels": { "app": "web" }, "ownerReferences": owners },
            "spec": { "containers": [{ "name": "c", "image": "web:1", "resources": { "requests": { "cpu": "100m", "memory": "128Mi" } } }] },
        });
        json_patch::merge(&mut pod["spec"], &kind.spec());
        Arc::new(serde_json::from_value::<Pod>(pod).expect("a pod"))
    };
    Bench {
        cache,
        listers,
        queue: SchedulingQueue::new(default_profile(), BackOff::default()),
        algorithm: Algorithm::new(0, Stream::new(1, "bench")),
        profile: default_profile(),
        pods: (0..pods).map(pod).collect(),
    }
}

/// Places all pods.
fn place_all(mut bench: Bench) {
    let pods = bench.pods.len();
    for pod in bench.pods.drain(..) {
        bench.queue.add(pod, Time::ZERO, Cause::Start);
    }
    let mut placed = 0;
    while let Some(queued) = bench.queue.pop() {
        bench.cache.snapshot.refresh();
        bench.cache.snapshot.register_for(&queued.info);
        let handle = Handle {
            snapshot: &bench.cache.snapshot,
            listers: &bench.listers,
            nominator: &bench.queue.nominator,
            profile: &bench.profile,
        };
        if let Outcome::Placed(placement) = bench.algorithm.schedule(handle, &queued.info) {
            bench.cache.assume(&queued.info, &placement.node);
            placed += 1;
        }
        bench.queue.done(&queued.info.uid);
    }
    assert_eq!(placed, pods, "every pod finds a node");
}

fn run(bencher: divan::Bencher, nodes: usize, pods: usize, kind: Pods) {
    let bench = bench(nodes, pods, kind);
    bencher.counter(pods).with_inputs(|| bench.clone()).bench_values(place_all);
}

#[divan::bench(args = [(100, 3_000), (5_000, 10_000)], sample_count = 3, sample_size = 1)]
fn basic_pods(bencher: divan::Bencher, (nodes, pods): (usize, usize)) {
    run(bencher, nodes, pods, Pods::Basic);
}

#[divan::bench(args = [(100, 3_000), (5_000, 10_000)], sample_count = 3, sample_size = 1)]
fn pods_of_a_replica_set(bencher: divan::Bencher, (nodes, pods): (usize, usize)) {
    run(bencher, nodes, pods, Pods::OfReplicaSet);
}

#[divan::bench(args = [(5_000, 1_000), (5_000, 4_000)], sample_count = 3, sample_size = 1)]
fn required_anti_affinity(bencher: divan::Bencher, (nodes, pods): (usize, usize)) {
    run(bencher, nodes, pods, Pods::AntiAffinity);
}

#[divan::bench(args = [(5_000, 2_500), (5_000, 10_000)], sample_count = 3, sample_size = 1)]
fn spread_over_zones(bencher: divan::Bencher, (nodes, pods): (usize, usize)) {
    run(bencher, nodes, pods, Pods::SpreadOverZones);
}

#[divan::bench(args = [(5_000, 2_500), (5_000, 10_000)], sample_count = 3, sample_size = 1)]
fn spread_over_nodes(bencher: divan::Bencher, (nodes, pods): (usize, usize)) {
    run(bencher, nodes, pods, Pods::SpreadOverNodes);
}

#[divan::bench(args = [(5_000, 2_500), (5_000, 10_000)], sample_count = 3, sample_size = 1)]
fn preferred_affinity(bencher: divan::Bencher, (nodes, pods): (usize, usize)) {
    run(bencher, nodes, pods, Pods::PreferredAffinity);
}

#[divan::bench(args = [10_000, 40_000], sample_count = 1, sample_size = 1)]
fn growth_in_basic_pods(bencher: divan::Bencher, pods: usize) {
    run(bencher, 5_000, pods, Pods::Basic);
}
