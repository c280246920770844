//! A cluster for the tests of controllers: the control plane, four nodes, and a stand-in that plays their kubelets.
//!
//! The stand-in starts the pods of a namespace one at a time, 0.4 s apart, Running and Ready at once, and stops
//! terminating ones likewise. The annotation `play` changes a pod's fate: `never` ready, or `exit:CODE` after 0.4 s.
//!
//! Models: nothing of Kubernetes; it is the stand-in of the recorded flows.
//! Simplified: everything that kubelets do.

use std::any::Any;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use podarium_api::pod_state::node_name;
use podarium_api::{Kind, Object, Pod, Resource};
use podarium_sim::Time;
use serde_json::{Value, json};

use crate::apiserver::authentication::{MASTERS, User};
use crate::apiserver::{Answer, Body, Filter, PatchType, Request, Verb};
use crate::client::Informers;
use crate::component::{Component, ComponentId, Ctx, Message, Signal, WatchChange, WatchId};
use crate::store::Key;
use crate::{Cluster, Config};

pub const NODES: [&str; 4] = ["node-1", "node-2", "node-3", "node-4"];
const STEP: Duration = Duration::from_millis(400);
const BEAT: Duration = Duration::from_secs(5);
const INFORMERS: u64 = 0;
const HEARTBEAT: u64 = 1;
const FIRST_NAMESPACE: u64 = 2;

/// What the stand-in will do next in a namespace.
#[derive(Clone, Debug)]
enum Job {
    Start(Arc<Pod>),
    End(Arc<Pod>, i64),
    Stop(Arc<Pod>),
}

#[derive(Clone)]
struct StandIn {
    informers: Informers,
    next_ip: u32,
    seen: BTreeMap<String, bool>,
    queues: BTreeMap<String, VecDeque<Job>>,
    /// Nodes that are switched off.
    down: BTreeSet<String>,
}

impl StandIn {
    fn new() -> Self {
        let watched = [(Kind::Pod, Filter::all())];
        StandIn {
            informers: Informers::new(watched, INFORMERS),
            next_ip: 1,
            seen: BTreeMap::new(),
            queues: BTreeMap::new(),
            down: BTreeSet::new(),
        }
    }

    fn pod_changed(&mut self, pod: &Arc<Pod>, ctx: &mut Ctx<'_>) {
        let stopping = pod.metadata.deletion_timestamp.is_some();
        let Some(node) = node_name(pod) else { return };
        if self.down.contains(node) || self.seen.get(pod.uid()).is_some_and(|stop| *stop || !stopping) {
            return;
        }
        self.seen.insert(pod.uid().to_owned(), stopping);
        self.push(if stopping { Job::Stop(pod.clone()) } else { Job::Start(pod.clone()) }, pod.namespace(), ctx);
    }

    fn push(&mut self, job: Job, namespace: &str, ctx: &mut Ctx<'_>) {
        let queue = self.queues.entry(namespace.to_owned()).or_default();
        queue.push_back(job);
        if queue.len() == 1 {
            self.arm(namespace, ctx);
        }
    }

    fn arm(&self, namespace: &str, ctx: &mut Ctx<'_>) {
        let index = self.queues.keys().position(|name| name == namespace).unwrap_or(0) as u64;
        ctx.timer(STEP, FIRST_NAMESPACE + index);
    }

    fn work(&mut self, index: u64, ctx: &mut Ctx<'_>) {
        let Some(namespace) = self.queues.keys().nth(index as usize).cloned() else { return };
        let queue = self.queues.entry(namespace.clone()).or_default();
        let Some(job) = queue.pop_front() else { return };
        if !queue.is_empty() {
            self.arm(&namespace, ctx);
        }
        match job {
            Job::Start(pod) => self.begin(&pod, ctx),
            Job::End(pod, code) => {
                let phase = if code == 0 { "Succeeded" } else { "Failed" };
                report(&pod, false, phase, "", ctx);
            }
            Job::Stop(pod) => {
                let key = Key::of_meta(&pod.metadata);
                ctx.request(Request::delete(Kind::Pod, &key).grace_period(0).if_uid(pod.uid()));
            }
        }
    }

    fn begin(&mut self, pod: &Arc<Pod>, ctx: &mut Ctx<'_>) {
        self.next_ip += 1;
        let ip = format!("10.244.0.{}", self.next_ip);
        let play = pod.metadata.annotations.as_ref().and_then(|annotations| annotations.get("play")).cloned().unwrap_or_default();
        report(pod, play != "never", "Running", &ip, ctx);
        if let Some(code) = play.strip_prefix("exit:") {
            self.push(Job::End(pod.clone(), code.parse().unwrap_or(0)), pod.namespace(), ctx);
        }
    }

    fn beat(&self, ctx: &mut Ctx<'_>) {
        for node in NODES.into_iter().filter(|node| !self.down.contains(*node)) {
            let now = ctx.epoch().seconds(ctx.now());
            let status = node_status(node, &json!(now));
            ctx.request(Request::patch_status(Kind::Node, &Key::new("", node), json!({"status": status})));
            let renewed = json!({"spec": {"renewTime": ctx.epoch().micros(ctx.now())}});
            ctx.request(Request::patch(Kind::Lease, &Key::new("kube-node-lease", node), PatchType::Merge, renewed));
        }
        ctx.timer(BEAT, HEARTBEAT);
    }
}

fn report(pod: &Pod, ready: bool, phase: &str, ip: &str, ctx: &mut Ctx<'_>) {
    let now = ctx.epoch().seconds(ctx.now());
    let status = if ready { "True" } else { "False" };
    let conditions: Vec<Value> = ["Ready", "ContainersReady"].iter().map(|type_| json!({"type": type_, "status": status, "lastTransitionTime": now})).collect();
    let mut status = json!({"phase": phase, "conditions": conditions, "startTime": now});
    if !ip.is_empty() {
        status["podIP"] = json!(ip);
        status["podIPs"] = json!([{"ip": ip}]);
    }
    ctx.request(Request::patch_status(Kind::Pod, &Key::of_meta(&pod.metadata), json!({"status": status})));
}

fn node_status(node: &str, now: &Value) -> Value {
    let conditions = [("MemoryPressure", "False"), ("DiskPressure", "False"), ("PIDPressure", "False"), ("Ready", "True")];
    let conditions: Vec<Value> = conditions
        .iter()
        .map(|(type_, status)| json!({"type": type_, "status": status, "reason": "Kubelet", "message": "fine", "lastHeartbeatTime": now, "lastTransitionTime": "2026-01-05T09:00:00Z"}))
        .collect();
    let amounts = json!({"cpu": "4", "memory": "8Gi", "pods": "110"});
    json!({"capacity": amounts, "allocatable": amounts, "conditions": conditions, "addresses": [{"type": "Hostname", "address": node}]})
}

impl Component for StandIn {
    fn on(&mut self, message: Message, ctx: &mut Ctx<'_>) {
        if let Some(changes) = self.informers.on(&message, ctx) {
            for change in changes {
                if let Some(pod) = change.new.as_ref().and_then(Pod::from_object) {
                    self.pod_changed(pod, ctx);
                }
            }
            return;
        }
        match message {
            Message::Start | Message::Timer(HEARTBEAT) => self.beat(ctx),
            Message::Timer(token) => self.work(token - FIRST_NAMESPACE, ctx),
            // The tests' switch: exit code 1 turns a node off, 0 on.
            Message::Signal(Signal::KillProcess { pod: node, exit_code, .. }) => {
                if exit_code == 0 { self.down.remove(&*node.name) } else { self.down.insert(node.name.to_string()) };
            }
            _ => {}
        }
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// The cluster and a log of all that its watches told.
pub struct TestBed {
    pub cluster: Cluster,
    pub log: Vec<(Time, WatchChange, Object)>,
    watches: Vec<WatchId>,
    stand_in: ComponentId,
}

impl TestBed {
    pub fn new() -> Self {
        Self::with_seed(1)
    }

    pub fn with_seed(seed: u64) -> Self {
        let mut cluster = Cluster::new(Config { seed, ..Config::default() });
        for (index, node) in NODES.into_iter().enumerate() {
            let zone = ["zone-b", "zone-a"][index % 2];
            let seeded = json!({"metadata": {"name": node, "labels": {"kubernetes.io/hostname": node, "topology.kubernetes.io/zone": zone}},
                "status": node_status(node, &json!("2026-01-05T09:00:00Z"))});
            cluster.seed_object(Kind::Node.parse(seeded).unwrap()).unwrap();
        }
        cluster.bootstrap();
        for node in NODES {
            let lease = json!({"metadata": {"name": node, "namespace": "kube-node-lease"},
                "spec": {"holderIdentity": node, "leaseDurationSeconds": 40, "renewTime": "2026-01-05T09:00:00.000000Z"}});
            cluster.seed_object(Kind::Lease.parse(lease).unwrap()).unwrap();
        }
        let stand_in = cluster.start("stand-in", User::with_groups("system:node", &[MASTERS]), StandIn::new());
        let watches = Kind::ALL.iter().map(|kind| cluster.watch(*kind, Filter::all(), 0)).collect();
        let mut bed = TestBed { cluster, log: Vec::new(), watches, stand_in };
        bed.run(3.0);
        bed
    }

    /// Lets seconds pass.
    pub fn run(&mut self, seconds: f64) {
        let until = self.cluster.now() + Duration::from_secs_f64(seconds);
        while self.cluster.step(until) {
            self.listen();
        }
        self.cluster.advance(until);
        assert_eq!(self.refusals(), [""; 0], "the control plane may do what it does");
    }

    fn listen(&mut self) {
        for id in self.cluster.take_watch_news() {
            if self.watches.contains(&id) {
                let now = self.cluster.now();
                let events = self.cluster.take_watch_events(id);
                self.log.extend(events.into_iter().map(|event| (now, event.change, event.object)));
            }
        }
    }

    /// What the control plane was not allowed to do.
    fn refusals(&self) -> Vec<String> {
        // What they may ask for and do not get, such as a conflict, is their business.
        self.cluster.refusals().iter().filter(|refusal| refusal.grant.is_none()).map(|refusal| refusal.message.clone()).collect()
    }

    /// Sends a request and waits for its answer.
    pub fn request(&mut self, request: Request) -> Answer {
        let id = self.cluster.request(request);
        for _ in 0..1000 {
            self.run(0.001);
            let replies = self.cluster.take_replies();
            if let Some((_, answer)) = replies.into_iter().find(|(of, _)| *of == id) {
                return answer;
            }
        }
        panic!("no answer within a second");
    }

    pub fn create(&mut self, kind: Kind, object: Value) {
        let object = kind.parse(object).unwrap();
        let key = Key::of(&object);
        let mut request = Request::get(kind, &Key::new(&key.namespace, ""));
        request.verb = Verb::Create;
        request.body = Body::Object(object);
        self.request(request).result.unwrap();
    }

    pub fn patch(&mut self, kind: Kind, name: &str, patch: Value) {
        let key = Key::new(if kind.info().namespaced { "default" } else { "" }, name);
        self.request(Request::patch(kind, &key, PatchType::Merge, patch)).result.unwrap();
    }

    pub fn delete(&mut self, kind: Kind, name: &str) {
        let key = Key::new(if kind.info().namespaced { "default" } else { "" }, name);
        self.request(Request::delete(kind, &key)).result.unwrap();
    }

    pub fn get<T: Resource>(&self, name: &str) -> Arc<T> {
        let namespace = if T::INFO.namespaced { "default" } else { "" };
        self.cluster.get::<T>(&Key::new(namespace, name)).unwrap_or_else(|| panic!("no {} {name}", T::INFO.kind)).clone()
    }

    /// The objects of the namespace `default`, or of none.
    pub fn list<T: Resource>(&self) -> Vec<Arc<T>> {
        self.cluster.list::<T>().filter(|object| matches!(object.namespace(), "" | "default")).cloned().collect()
    }

    /// Turns a node off or on: its heartbeats and its pods.
    pub fn switch(&mut self, node: &str, on: bool) {
        let signal = Signal::KillProcess { pod: Key::new("", node), container: String::new(), exit_code: i32::from(!on) };
        self.cluster.signal(self.stand_in, signal);
    }

    /// The events about objects of this kind, in order: `Reason: message`.
    pub fn events(&self, kind: &str) -> Vec<String> {
        let about = |object: &Object| match object {
            Object::Event(event) if event.involved_object.kind.as_deref() == Some(kind) => {
                Some(format!("{}: {}", event.reason.as_deref().unwrap_or_default(), event.message.as_deref().unwrap_or_default()))
            }
            _ => None,
        };
        self.log.iter().filter(|(_, change, _)| *change != WatchChange::Deleted).filter_map(|(_, _, object)| about(object)).collect()
    }

    /// How many objects of this kind in `default` came or went.
    pub fn count(&self, kind: Kind, change: WatchChange) -> usize {
        self.log.iter().filter(|(_, of, object)| *of == change && object.kind() == kind && matches!(object.meta().namespace.as_deref(), None | Some("default"))).count()
    }

    pub fn restart_controllers(&mut self) {
        let id = self.cluster.component_id("kube-controller-manager").unwrap();
        self.cluster.stop(id);
        let manager = super::ControllerManager::standard(&self.cluster);
        self.cluster.restart(id, manager);
    }
}
