//! Seeds draw pods, nodes and faults of the scheduler: crashes, lost connections, deleted pods, others that bind. At no
//! moment may a node be overbooked or a pod move; and when the faults end, whatever fits must run.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use podarium_api::{Kind, Namespace, Node, Object, Pod, Resource as _, ServiceAccount};
use podarium_sim::Stream;
use serde_json::{Value, json};

use super::building::node;
use crate::apiserver::{PatchType, Request};
use crate::component::ComponentId;
use crate::scheduler::Scheduler;
use crate::{Cluster, Config, Key};

const NODES: usize = 4;
const CPUS: i64 = 4;

fn object<T: podarium_api::Resource>(value: Value) -> Object {
    Arc::new(serde_json::from_value::<T>(value).expect("an object")).into_object()
}

struct Trial {
    cluster: Cluster,
    scheduler: ComponentId,
    stream: Stream,
    created: usize,
    /// Where each pod was first seen.
    homes: BTreeMap<String, String>,
}

impl Trial {
    fn new(seed: u64) -> Self {
        let mut cluster = Cluster::new(Config { seed, ..Config::default() });
        cluster.seed_object(object::<Namespace>(json!({ "metadata": { "name": "default" } }))).expect("a namespace");
        let account = json!({ "metadata": { "name": "default", "namespace": "default" } });
        cluster.seed_object(object::<ServiceAccount>(account)).expect("a service account");
        let scheduler = cluster.start("kube-scheduler", "system:kube-scheduler", Scheduler::new("control-plane"));
        let stream = Stream::new(seed, "faults");
        let mut trial = Trial { cluster, scheduler, stream, created: 0, homes: BTreeMap::new() };
        for n in 0..NODES {
            let name = format!("n{n}");
            let node: Arc<Node> = node(&name).capacity(&CPUS.to_string(), "64Gi", 110).arc();
            trial.cluster.seed_object(node.into_object()).expect("a node");
            let taints = json!({ "spec": { "taints": null } });
            trial.cluster.request(Request::patch(Kind::Node, &Key::new("", &name), PatchType::Merge, taints));
        }
        trial
    }

    fn pass(&mut self, millis: u64) {
        let until = self.cluster.now() + Duration::from_millis(millis);
        while self.cluster.step(until) {
            self.check();
        }
        self.cluster.advance(until);
    }

    /// No node holds more than it has, and no pod changes its node.
    fn check(&mut self) {
        let mut used: BTreeMap<&str, i64> = BTreeMap::new();
        for pod in self.cluster.list::<Pod>() {
            let Some(node) = pod.spec.node_name.as_deref() else { continue };
            *used.entry(node).or_default() += 1;
            let home = self.homes.entry(pod.uid().to_owned()).or_insert_with(|| node.to_owned());
            assert_eq!(home, node, "{} moved", pod.name());
        }
        assert!(used.values().all(|pods| *pods <= CPUS), "overbooked: {used:?}");
    }

    fn create(&mut self) {
        let priority = ["", "system-cluster-critical"][usize::from(self.stream.below(8) == 0)];
        let pod = json!({
            "metadata": { "name": format!("p{}", self.created), "namespace": "default" },
            "spec": {
                "terminationGracePeriodSeconds": 0,
                "priorityClassName": priority,
                "containers": [{ "name": "c", "image": "x:1", "resources": { "requests": { "cpu": "1" } } }],
            },
        });
        self.created += 1;
        self.cluster.request(Request::create(serde_json::from_value::<Pod>(pod).expect("a pod")));
    }

    fn delete_one(&mut self) {
        let keys: Vec<Key> = self.cluster.list::<Pod>().map(|pod| Key::of_meta(pod.meta())).collect();
        if !keys.is_empty() {
            let key = keys[self.stream.below(keys.len())].clone();
            self.cluster.request(Request::delete(Kind::Pod, &key));
        }
    }

    fn act(&mut self) {
        match self.stream.below(10) {
            0 => {
                self.cluster.stop(self.scheduler);
                let gap = self.stream.below(500) as u64;
                self.pass(gap);
                self.cluster.restart(self.scheduler, Scheduler::new("control-plane"));
            }
            1 => self.cluster.set_cut_off(self.scheduler, true),
            2 => self.cluster.set_cut_off(self.scheduler, false),
            3 | 4 => self.delete_one(),
            _ => self.create(),
        }
        let gap = self.stream.below(40) as u64;
        self.pass(gap);
    }
}

#[test]
fn no_fault_overbooks_a_node_and_afterwards_what_fits_runs() {
    for seed in 0..40 {
        let mut trial = Trial::new(seed);
        trial.pass(100);
        for _ in 0..60 {
            trial.act();
        }
        trial.cluster.set_cut_off(trial.scheduler, false);
        trial.pass(60_000);
        let pods: Vec<Arc<Pod>> = trial.cluster.list::<Pod>().cloned().collect();
        let placed = pods.iter().filter(|pod| pod.spec.node_name.is_some()).count();
        assert_eq!(placed, pods.len().min(NODES * CPUS as usize), "seed {seed}: {} pods", pods.len());
        let important = |pod: &&Arc<Pod>| pod.spec.priority.unwrap_or(0) > 0;
        assert!(pods.iter().filter(important).all(|pod| pod.spec.node_name.is_some()), "seed {seed}: an important pod waits");
    }
}
