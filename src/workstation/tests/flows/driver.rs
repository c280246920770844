//! Plays a flow: its commands through the student's shell, its pauses, its dead nodes; and keeps the log that the
//! recordings have: every watch event of the namespace and every command with its answer.

use std::collections::BTreeMap;
use std::time::Duration;

use podarium_api::Kind;
use podarium_cluster::apiserver::Filter;
use podarium_cluster::component::{WatchChange, WatchId};
use podarium_sim::Time;
use podarium_workstation::World;
use serde_json::{Value, json};

use super::support::laboratory::Laboratory;

const WATCHED: &[Kind] = &[
    Kind::Pod,
    Kind::Service,
    Kind::Endpoints,
    Kind::Event,
    Kind::Deployment,
    Kind::ReplicaSet,
    Kind::EndpointSlice,
    Kind::StatefulSet,
    Kind::DaemonSet,
    Kind::Job,
    Kind::CronJob,
    Kind::PersistentVolumeClaim,
    Kind::PodDisruptionBudget,
    Kind::ReplicationController,
    Kind::ResourceQuota,
    Kind::ControllerRevision,
];
const END: [&str; 4] = [
    "get all,pvc,endpointslices,pdb -o wide",
    "get deployments,rs,sts,ds,jobs,cronjobs,pods -o yaml",
    "get events --sort-by=.metadata.creationTimestamp",
    "describe deployments,rs,sts,ds,jobs,cronjobs,svc,pods",
];

struct Driver {
    laboratory: Laboratory,
    namespace: String,
    log: Log,
}

/// Everything that happened, in order.
#[derive(Default)]
struct Log {
    watches: BTreeMap<WatchId, Kind>,
    entries: Vec<Value>,
    last_event: Time,
}

impl Log {
    fn hear(&mut self, world: &mut World, watch: WatchId) {
        let Some(kind) = self.watches.get(&watch) else { return };
        let now = world.now();
        for event in world.cluster.take_watch_events(watch) {
            let change = match event.change {
                WatchChange::Added => "ADDED",
                WatchChange::Modified => "MODIFIED",
                WatchChange::Deleted => "DELETED",
            };
            self.entries.push(json!({"t": now.as_secs_f64(), "type": change, "kind": kind.info().plural, "object": event.object.to_value()}));
            self.last_event = now;
        }
    }
}

pub fn run(name: &str, steps: &Value) -> Vec<Value> {
    let namespace = format!("f-{name}");
    let mut driver = Driver { laboratory: Laboratory::new(&namespace), namespace: namespace.clone(), log: Log::default() };
    driver.pass(Duration::from_secs(3));
    driver.kubectl(&json!({"kubectl": format!("create namespace {namespace}"), "cluster": true}));
    for kind in WATCHED {
        let watch = driver.laboratory.world.cluster.watch(*kind, Filter::namespace(&namespace), 0);
        driver.log.watches.insert(watch, *kind);
    }
    driver.pass(Duration::from_millis(800));
    for step in steps.as_array().expect("steps") {
        driver.step(step);
    }
    for command in END {
        driver.kubectl(&json!({"kubectl": command}));
    }
    driver.log.entries
}

impl Driver {
    fn step(&mut self, step: &Value) {
        if step.get("kubectl").is_some() {
            self.kubectl(step);
        } else if let Some(quiet) = step.get("settle").and_then(Value::as_f64) {
            self.settle(quiet, step["most"].as_f64().unwrap_or(90.0));
        } else if let Some(seconds) = step.get("sleep").and_then(Value::as_f64) {
            self.pass(Duration::from_secs_f64(seconds));
        } else {
            for (set, field) in [(&mut self.laboratory.stand_in.quiet, "quiet"), (&mut self.laboratory.stand_in.down, "down")] {
                let Some(node) = step.get(field).and_then(Value::as_str) else { continue };
                if step["on"].as_bool() == Some(true) {
                    set.insert(node.to_owned());
                } else {
                    set.remove(node);
                }
            }
        }
    }

    fn pass(&mut self, duration: Duration) {
        self.laboratory.pass(duration, &mut |world, watch| self.log.hear(world, watch));
    }

    fn settle(&mut self, quiet: f64, most: f64) {
        let end = self.laboratory.world.now() + Duration::from_secs_f64(most);
        self.pass(Duration::from_millis(500));
        while self.laboratory.world.now() < end && (self.laboratory.world.now() - self.log.last_event).as_secs_f64() < quiet {
            self.pass(Duration::from_millis(100));
        }
    }

    fn kubectl(&mut self, step: &Value) {
        // A real kubectl takes its time to start; the recordings have that in them.
        self.pass(Duration::from_millis(450));
        let command = step["kubectl"].as_str().expect("a command").replace(" --kubeconfig KC", "");
        let scope = if step["cluster"].as_bool() == Some(true) { String::new() } else { format!("-n {} ", self.namespace) };
        let line = format!("kubectl {scope}{command}");
        let stdin = step["stdin"].as_str().unwrap_or_default();
        let log = &mut self.log;
        let answer = self.laboratory.run(&line, stdin, podarium_workstation::environment(), &mut |world, watch| log.hear(world, watch));
        if step["quiet"].as_bool() != Some(true) {
            self.log.entries.push(json!({"t": self.laboratory.world.now().as_secs_f64(), "kubectl": command, "code": answer.code, "stdout": answer.stdout, "stderr": answer.stderr}));
        }
    }
}
