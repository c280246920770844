//! Plays a recording: makes its objects on a cluster of one node, types its commands, and notes what a watcher sees.

use std::collections::BTreeMap;
use std::time::Duration;

use podarium_api::Kind;
use podarium_cluster::apiserver::Filter;
use podarium_cluster::component::{WatchChange, WatchId};
use podarium_cluster::images::{Base, Image, ImageCatalog};
use podarium_cluster::kubelet::NodeConfig;
use podarium_cluster::{Cluster, Config};
use podarium_machine::{Endpoint, Stdio};
use podarium_sim::Time;
use podarium_workstation::World;
use serde_json::{Value, json};

use super::normal;

/// How long a real kubectl takes to start, which is in the times of the recordings.
const KUBECTL: Duration = Duration::from_millis(300);

#[derive(Default)]
pub struct Course {
    pub events: Vec<Value>,
    pub status: Vec<Value>,
    pub restarts: Vec<(String, i64, f64)>,
    pub commands: Vec<Value>,
}

struct Stage {
    world: World,
    watches: BTreeMap<WatchId, Kind>,
    since: Time,
    course: Course,
}

pub fn play(recorded: &Value, seed: u64) -> Course {
    let namespace = format!("k-{}", recorded["name"].as_str().expect("a recording has a name"));
    let mut cluster = Cluster::new(Config { seed, ..Config::default() });
    cluster.bootstrap();
    let images = ["busybox:1.36", "app:1", "app:2"].map(str::to_owned).to_vec();
    let app = |tag: &str| Image::running(tag, 2_200_000, Base::Busybox, &["sh"]);
    cluster.set_images(std::sync::Arc::new(ImageCatalog::standard().with(app("app:1")).with(app("app:2"))));
    // The machine on which they were recorded.
    let machine = NodeConfig { cpu_millis: 2000, memory_bytes: 25_276_502_016, address: "192.0.2.2".to_owned(), pod_cidr: "10.244.77.0/24".to_owned(), images, ..NodeConfig::new("real-1", 0) };
    cluster.add_node(machine);
    let mut stage = Stage { world: podarium_workstation::student(cluster), watches: BTreeMap::new(), since: Time::ZERO, course: Course::default() };
    stage.pass_until(Time::from_secs(20));
    stage.kubectl(&format!("create namespace {namespace}"), "");
    stage.pass_until(stage.world.now() + Duration::from_millis(500));
    for kind in [Kind::Pod, Kind::Event] {
        let watch = stage.world.cluster.watch(kind, Filter::namespace(&namespace), 0);
        stage.watches.insert(watch, kind);
    }
    stage.pass_until(stage.world.now() + Duration::from_secs(1));
    stage.since = stage.world.now();
    let manifest: String = recorded["objects"].as_array().expect("objects").iter().map(|object| format!("{object}\n")).collect();
    stage.pass_until(stage.since + KUBECTL);
    stage.kubectl(&format!("-n {namespace} apply -f -"), &manifest);
    for command in recorded["commands"].as_array().expect("commands") {
        let at = stage.since + Duration::from_secs_f64(command["t"].as_f64().expect("a time"));
        stage.pass_until(Time::from_nanos(at.as_nanos().saturating_sub(u64::try_from(KUBECTL.as_nanos()).unwrap_or(0))));
        let line = command["kubectl"].as_str().expect("a command");
        let mut answer = stage.kubectl(&format!("-n {namespace} {line}"), "");
        answer["kubectl"] = line.into();
        stage.course.commands.push(normal::command(&answer));
    }
    stage.pass_until(stage.since + Duration::from_secs_f64(recorded["seconds"].as_f64().expect("seconds")));
    stage.course
}

impl Stage {
    fn pass_until(&mut self, until: Time) {
        while self.turn(until) {}
        self.world.advance(until);
        self.hear();
    }

    fn turn(&mut self, until: Time) -> bool {
        let went_on = self.world.step(until);
        self.hear();
        went_on
    }

    /// Runs a command of kubectl to its end.
    fn kubectl(&mut self, words: &str, stdin: &str) -> Value {
        let machine = &mut self.world.machine;
        let [input, output, errors] = [(); 3].map(|()| machine.open_channel());
        machine.type_bytes(input, stdin.as_bytes());
        machine.end_input(input);
        let stdio = Stdio { stdin: Endpoint::Tty(input), stdout: Endpoint::Tty(output), stderr: Endpoint::Tty(errors) };
        let line = format!("kubectl {words}");
        let pid = machine.spawn(&["bash", "-c", &line], podarium_workstation::environment(), "/home/student", stdio).expect("the workstation has a shell");
        self.world.begin_input();
        let end = self.world.now() + Duration::from_secs(60);
        let status = loop {
            if let Some(status) = self.world.machine.take_exit(pid) {
                break status;
            }
            assert!(self.world.now() < end, "`{line}` did not end within a minute");
            self.turn(end);
        };
        let mut text = |channel| String::from_utf8_lossy(&self.world.machine.take_output(channel)).into_owned();
        json!({"code": status.code, "stdout": text(output), "stderr": text(errors)})
    }

    fn hear(&mut self) {
        for watch in self.world.cluster.take_watch_news() {
            let Some(kind) = self.watches.get(&watch).copied() else { continue };
            for event in self.world.cluster.take_watch_events(watch) {
                let object = event.object.to_value();
                match kind {
                    Kind::Event if event.change == WatchChange::Added => self.course.hear_event(&object),
                    Kind::Pod if object["metadata"]["name"] == "p" => {
                        let seconds = (self.world.now() - self.since).as_secs_f64();
                        self.course.hear_pod(&object, event.change == WatchChange::Deleted, seconds);
                    }
                    _ => {}
                }
            }
        }
    }
}

impl Course {
    fn hear_event(&mut self, event: &Value) {
        let seen = json!([event["type"], event["reason"], normal::text(event["message"].as_str().unwrap_or_default())]);
        if !self.events.contains(&seen) {
            self.events.push(seen);
        }
    }

    fn hear_pod(&mut self, pod: &Value, is_gone: bool, seconds: f64) {
        let status = &pod["status"];
        let list = |key: &str| status[key].as_array().cloned().unwrap_or_default();
        let mut containers = Vec::new();
        for container in list("initContainerStatuses").iter().chain(&list("containerStatuses")) {
            let (state, detail) = container["state"].as_object().and_then(|state| state.iter().next()).map_or(("", &Value::Null), |(state, detail)| (state, detail));
            let restarts = container["restartCount"].as_i64().unwrap_or(0);
            let name = container["name"].as_str().unwrap_or_default();
            containers.push(json!([name, state, detail["reason"].as_str().unwrap_or_default(), detail["exitCode"], container["ready"], restarts]));
            if restarts > 0 && !self.restarts.iter().any(|(of, count, _)| of == name && *count == restarts) {
                self.restarts.push((name.to_owned(), restarts, seconds));
            }
        }
        let told = |condition: &&Value| matches!(condition["type"].as_str(), Some("Ready" | "Initialized" | "ContainersReady"));
        let mut conditions: Vec<Value> =
            list("conditions").iter().filter(told).map(|condition| json!([condition["type"], condition["status"], condition["reason"].as_str().unwrap_or_default()])).collect();
        conditions.sort_by_key(ToString::to_string);
        let phase = if is_gone { json!("gone") } else { status["phase"].clone() };
        let seen = json!([phase, pod["metadata"]["deletionTimestamp"].is_string(), conditions, containers]);
        if self.status.last() != Some(&seen) {
            self.status.push(seen);
        }
    }
}
