//! Plays a flow: its commands through the student's shell, its pauses, its dead nodes; and keeps the log that the
//! recordings have: every watch event of the namespace and every command with its answer.

use std::collections::BTreeMap;
use std::time::Duration;

use podarium_api::Kind;
use podarium_cluster::apiserver::Filter;
use podarium_cluster::component::{WatchChange, WatchId};
use podarium_cluster::{Cluster, Config};
use podarium_machine::{Endpoint, Stdio};
use podarium_sim::Time;
use podarium_workstation::World;
use serde_json::{Value, json};

use super::stand_in::StandIn;

const WATCHED: &[Kind] = &[Kind::Pod, Kind::Service, Kind::Endpoints, Kind::Event, Kind::Deployment, Kind::ReplicaSet, Kind::EndpointSlice];
const END: [&str; 4] = [
    "get all,endpointslices -o wide",
    "get deployments,rs,pods -o yaml",
    "get events --sort-by=.metadata.creationTimestamp",
    "describe deployments,rs,svc,pods",
];
/// The same commands as the recording names them, with the kinds that are not simulated yet.
const END_RECORDED: [&str; 4] = [
    "get all,pvc,endpointslices,pdb -o wide",
    "get deployments,rs,sts,ds,jobs,cronjobs,pods -o yaml",
    "get events --sort-by=.metadata.creationTimestamp",
    "describe deployments,rs,sts,ds,jobs,cronjobs,svc,pods",
];

struct Driver {
    world: World,
    stand_in: StandIn,
    namespace: String,
    watches: BTreeMap<WatchId, Kind>,
    log: Vec<Value>,
    last_event: Time,
}

pub fn run(name: &str, steps: &Value) -> Vec<Value> {
    let namespace = format!("f-{name}");
    let mut cluster = Cluster::new(Config::default());
    cluster.bootstrap();
    let mut world = podarium_workstation::student(cluster);
    let stand_in = StandIn::new(&mut world.cluster, &namespace);
    let mut driver = Driver { world, stand_in, namespace: namespace.clone(), watches: BTreeMap::new(), log: Vec::new(), last_event: Time::ZERO };
    driver.pass(Duration::from_secs(3));
    driver.kubectl(&json!({"kubectl": format!("create namespace {namespace}"), "cluster": true}));
    for kind in WATCHED {
        let watch = driver.world.cluster.watch(*kind, Filter::namespace(&namespace), 0);
        driver.watches.insert(watch, *kind);
    }
    driver.pass(Duration::from_millis(800));
    for step in steps.as_array().expect("steps") {
        driver.step(step);
    }
    for (command, recorded) in END.iter().zip(END_RECORDED) {
        driver.kubectl(&json!({"kubectl": command}));
        driver.log.last_mut().expect("a command was logged")["kubectl"] = recorded.into();
    }
    driver.log
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
            for (set, field) in [(&mut self.stand_in.quiet, "quiet"), (&mut self.stand_in.down, "down")] {
                let Some(node) = step.get(field).and_then(Value::as_str) else { continue };
                if step["on"].as_bool() == Some(true) {
                    set.insert(node.to_owned());
                } else {
                    set.remove(node);
                }
            }
        }
    }

    /// One thing happens, but nothing after `until`.
    fn turn(&mut self, until: Time) {
        let until = until.min(self.stand_in.next_at());
        if !self.world.step(until) {
            self.world.advance(until);
        }
        for watch in self.world.cluster.take_watch_news() {
            self.stand_in.hear(&mut self.world.cluster, watch);
            let Some(kind) = self.watches.get(&watch) else { continue };
            let now = self.world.now();
            for event in self.world.cluster.take_watch_events(watch) {
                let change = match event.change {
                    WatchChange::Added => "ADDED",
                    WatchChange::Modified => "MODIFIED",
                    WatchChange::Deleted => "DELETED",
                };
                self.log.push(json!({"t": now.as_secs_f64(), "type": change, "kind": kind.info().plural, "object": event.object.to_value()}));
                self.last_event = now;
            }
        }
        self.stand_in.tick(&mut self.world.cluster);
    }

    fn pass(&mut self, duration: Duration) {
        let until = self.world.now() + duration;
        while self.world.now() < until {
            self.turn(until);
        }
    }

    fn settle(&mut self, quiet: f64, most: f64) {
        let end = self.world.now() + Duration::from_secs_f64(most);
        self.pass(Duration::from_millis(500));
        while self.world.now() < end && (self.world.now() - self.last_event).as_secs_f64() < quiet {
            self.pass(Duration::from_millis(100));
        }
    }

    fn kubectl(&mut self, step: &Value) {
        // A real kubectl takes its time to start; the recordings have that in them.
        self.pass(Duration::from_millis(60));
        let command = step["kubectl"].as_str().expect("a command").replace(" --kubeconfig KC", "");
        let scope = if step["cluster"].as_bool() == Some(true) { String::new() } else { format!("-n {} ", self.namespace) };
        let machine = &mut self.world.machine;
        let (input, output, errors) = (machine.open_channel(), machine.open_channel(), machine.open_channel());
        if let Some(text) = step.get("stdin").and_then(Value::as_str) {
            machine.type_bytes(input, text.as_bytes());
        }
        machine.end_input(input);
        let stdio = Stdio { stdin: Endpoint::Tty(input), stdout: Endpoint::Tty(output), stderr: Endpoint::Tty(errors) };
        let line = format!("kubectl {scope}{command}");
        let environment = podarium_workstation::environment();
        let pid = machine.spawn(&["bash", "-c", &line], environment, "/home/student", stdio).expect("the workstation has a shell");
        self.world.begin_input();
        let end = self.world.now() + Duration::from_secs(180);
        let status = loop {
            if let Some(status) = self.world.machine.take_exit(pid) {
                break status;
            }
            assert!(self.world.now() < end, "`{line}` did not end within 180 s");
            self.turn(end);
        };
        let machine = &mut self.world.machine;
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        let (stdout, stderr) = (text(machine.take_output(output)), text(machine.take_output(errors)));
        if step["quiet"].as_bool() != Some(true) {
            self.log.push(json!({"t": self.world.now().as_secs_f64(), "kubectl": command, "code": status.code, "stdout": stdout, "stderr": stderr}));
        }
    }
}
