//! The stand-in for kubelets that the recordings were made with: it starts the pods of a namespace one at a time,
//! 0.4 s apart, in the order in which they were bound, and stops them likewise. It registers four nodes and keeps
//! them alive.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use podarium_api::{Kind, Lease, Node, Object, ObjectMeta, Pod, Resource};
use podarium_cluster::apiserver::{Filter, Request, User};
use podarium_cluster::component::{WatchChange, WatchId};
use podarium_cluster::{Cluster, Key};
use podarium_sim::Time;
use serde_json::{Value, json};

pub const NODES: [&str; 4] = ["node-1", "node-2", "node-3", "node-4"];
const WORK: Duration = Duration::from_millis(400);
const BEAT: Duration = Duration::from_secs(5);

#[derive(PartialEq)]
enum Task {
    Start,
    Stop,
}

enum Later {
    /// A slow pod becomes ready.
    Ready(Arc<Pod>),
    /// A pod that ends by itself does so.
    Exit(Arc<Pod>, i64),
}

pub struct StandIn {
    watch: WatchId,
    queue: VecDeque<(Task, Arc<Pod>)>,
    seen: BTreeMap<String, &'static str>,
    /// The task in hand and when it is done.
    busy: Option<(Time, Task, Arc<Pod>)>,
    /// When the worker is free again after a pod that it waited for.
    later: Vec<(Time, Later)>,
    next_beat: Time,
    /// Nodes that send no heartbeats, and nodes whose pods nobody starts or stops.
    pub quiet: BTreeSet<String>,
    pub down: BTreeSet<String>,
    addresses: BTreeMap<String, String>,
    next_address: u32,
}

impl StandIn {
    pub fn new(cluster: &mut Cluster, namespace: &str) -> Self {
        for (index, name) in NODES.iter().enumerate() {
            register(cluster, name, index + 1);
        }
        let watch = cluster.watch(Kind::Pod, Filter::namespace(namespace), 0);
        StandIn {
            watch,
            queue: VecDeque::new(),
            seen: BTreeMap::new(),
            busy: None,
            later: Vec::new(),
            // The nodes are there by then.
            next_beat: cluster.now() + Duration::from_millis(100),
            quiet: BTreeSet::new(),
            down: BTreeSet::new(),
            addresses: BTreeMap::new(),
            next_address: 1,
        }
    }

    pub fn next_at(&self) -> Time {
        let busy = self.busy.as_ref().map(|(at, _, _)| *at);
        let later = self.later.iter().map(|(at, _)| *at).min();
        busy.into_iter().chain(later).fold(self.next_beat, Time::min)
    }

    pub fn hear(&mut self, cluster: &mut Cluster, watch: WatchId) {
        if watch != self.watch {
            return;
        }
        for event in cluster.take_watch_events(watch) {
            let Object::Pod(pod) = event.object else { continue };
            let node = pod.spec.node_name.clone().unwrap_or_default();
            if event.change == WatchChange::Deleted || !NODES.contains(&node.as_str()) || self.down.contains(&node) {
                continue;
            }
            let uid = pod.uid().to_owned();
            if pod.metadata.deletion_timestamp.is_some() {
                if self.seen.get(&uid) != Some(&"stop") {
                    self.seen.insert(uid, "stop");
                    self.queue.push_back((Task::Stop, pod));
                }
            } else if let std::collections::btree_map::Entry::Vacant(e) = self.seen.entry(uid) {
                e.insert("start");
                self.queue.push_back((Task::Start, pod));
            }
        }
        self.begin_next(cluster.now());
    }

    fn begin_next(&mut self, now: Time) {
        if self.busy.is_none()
            && let Some((task, pod)) = self.queue.pop_front()
        {
            self.busy = Some((now + WORK, task, pod));
        }
    }

    pub fn tick(&mut self, cluster: &mut Cluster) {
        let now = cluster.now();
        if self.next_beat <= now {
            self.next_beat = now + BEAT;
            for (index, name) in NODES.iter().enumerate() {
                if !self.quiet.contains(*name) {
                    beat(cluster, name, index + 1);
                }
            }
        }
        let due: Vec<usize> = (0..self.later.len()).filter(|index| self.later[*index].0 <= now).collect();
        for index in due.into_iter().rev() {
            match self.later.remove(index).1 {
                Later::Ready(pod) => self.report(cluster, &pod, true, "Running", None),
                Later::Exit(pod, code) => {
                    let phase = if code == 0 { "Succeeded" } else { "Failed" };
                    self.report(cluster, &pod, false, phase, Some(code));
                }
            }
        }
        if self.busy.as_ref().is_some_and(|(at, _, _)| *at <= now) {
            let (_, task, pod) = self.busy.take().expect("just looked");
            match task {
                Task::Start => self.start(cluster, &pod),
                Task::Stop => {
                    let key = Key::of_meta(&pod.metadata);
                    cluster.request(Request::delete(Kind::Pod, &key).grace_period(0).if_uid(pod.uid()).with_user(&User::admin()));
                }
            }
            self.begin_next(now);
        }
    }

    fn start(&mut self, cluster: &mut Cluster, pod: &Arc<Pod>) {
        let play = pod.metadata.annotations.as_ref().and_then(|all| all.get("play")).map_or("", String::as_str);
        let now = cluster.now();
        if play == "never" {
            self.report(cluster, pod, false, "Running", None);
        } else if let Some(seconds) = play.strip_prefix("slow:") {
            self.report(cluster, pod, false, "Running", None);
            let wait = Duration::from_secs_f64(seconds.parse().unwrap_or(0.0));
            self.later.push((now + wait, Later::Ready(pod.clone())));
        } else if let Some(code) = play.strip_prefix("exit:") {
            self.report(cluster, pod, true, "Running", None);
            self.later.push((now + WORK, Later::Exit(pod.clone(), code.parse().unwrap_or(0))));
        } else {
            self.report(cluster, pod, true, "Running", None);
        }
    }

    fn report(&mut self, cluster: &mut Cluster, pod: &Arc<Pod>, ready: bool, phase: &str, exit: Option<i64>) {
        let time = json!(cluster.config().epoch.seconds(cluster.now()));
        let names: Vec<&str> = pod.spec.containers.iter().map(|container| container.name.as_str()).collect();
        let state = match exit {
            None => json!({"running": {"startedAt": time}}),
            Some(code) => json!({"terminated": {"exitCode": code, "reason": if code == 0 { "Completed" } else { "Error" }, "startedAt": time, "finishedAt": time}}),
        };
        let statuses: Vec<Value> = pod
            .spec
            .containers
            .iter()
            .map(|container| json!({"name": container.name, "image": container.image, "imageID": format!("sim://{}", container.image.as_deref().unwrap_or_default()), "containerID": format!("sim://{}", pod.uid()), "ready": ready, "started": exit.is_none(), "restartCount": 0, "state": state}))
            .collect();
        let why = match phase {
            _ if ready => json!({}),
            "Succeeded" => json!({"reason": "PodCompleted"}),
            "Failed" => json!({"reason": "PodFailed"}),
            _ => json!({"reason": "ContainersNotReady", "message": format!("containers with unready status: [{}]", names.join(" "))}),
        };
        let condition = |kind: &str, status: bool, more: &Value| {
            let mut value = json!({"type": kind, "status": if status { "True" } else { "False" }, "lastTransitionTime": time});
            for (key, field) in more.as_object().into_iter().flatten() {
                value[key] = field.clone();
            }
            value
        };
        let conditions = json!([
            condition("PodReadyToStartContainers", exit.is_none(), &json!({})),
            condition("Initialized", true, &if phase == "Succeeded" { json!({"reason": "PodCompleted"}) } else { json!({}) }),
            condition("Ready", ready, &why),
            condition("ContainersReady", ready, &why),
        ]);
        let node = pod.spec.node_name.clone().unwrap_or_default();
        let index = NODES.iter().position(|name| *name == node).unwrap_or(0) + 1;
        self.next_address += 1;
        let fresh = format!("10.244.{index}.{}", self.next_address);
        let address = self.addresses.entry(pod.uid().to_owned()).or_insert(fresh).clone();
        let status = json!({"status": {
            "phase": phase, "conditions": conditions, "containerStatuses": statuses, "podIP": address,
            "podIPs": [{"ip": address}], "hostIP": format!("10.0.0.{index}"), "startTime": time,
        }});
        cluster.request(Request::patch_status(Kind::Pod, &Key::of_meta(&pod.metadata), status).with_user(&User::admin()));
    }
}

fn register(cluster: &mut Cluster, name: &str, index: usize) {
    let zone = if index.is_multiple_of(2) { "zone-a" } else { "zone-b" };
    let labels = [("kubernetes.io/hostname", name), ("kubernetes.io/os", "linux"), ("kubernetes.io/arch", "amd64"), ("topology.kubernetes.io/zone", zone)];
    let mut node = Node::default();
    node.metadata = ObjectMeta {
        name: Some(name.to_owned()),
        labels: Some(labels.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()),
        ..ObjectMeta::default()
    };
    Arc::make_mut(&mut node.spec).pod_cidr = Some(format!("10.244.{index}.0/24"));
    cluster.request(Request::create(node).with_user(&User::admin()));
}

fn beat(cluster: &mut Cluster, name: &str, index: usize) {
    let epoch = cluster.config().epoch;
    let (seconds, micros) = (json!(epoch.seconds(cluster.now())), epoch.micros(cluster.now()));
    let capacity = json!({"cpu": "4", "memory": "8Gi", "pods": "110", "ephemeral-storage": "100Gi"});
    let conditions: Vec<Value> = [
        ("MemoryPressure", "False", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
        ("DiskPressure", "False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
        ("PIDPressure", "False", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
        ("Ready", "True", "KubeletReady", "kubelet is posting ready status"),
    ]
    .iter()
    .map(|(kind, status, reason, message)| json!({"type": kind, "status": status, "reason": reason, "message": message, "lastHeartbeatTime": seconds}))
    .collect();
    let status = json!({"status": {
        "capacity": capacity, "allocatable": capacity, "conditions": conditions,
        "addresses": [{"type": "InternalIP", "address": format!("10.0.0.{index}")}, {"type": "Hostname", "address": name}],
        "nodeInfo": {"kubeletVersion": "v1.36.2", "osImage": "Sim Linux", "kernelVersion": "6.1.0", "containerRuntimeVersion": "containerd://2.0.0", "architecture": "amd64", "operatingSystem": "linux", "bootID": "", "machineID": "", "systemUUID": "", "kubeProxyVersion": ""},
    }});
    cluster.request(Request::patch_status(Kind::Node, &Key::new("", name), status).with_user(&User::admin()));
    let key = Key::new("kube-node-lease", name);
    if cluster.get::<Lease>(&key).is_some() {
        let patch = json!({"spec": {"renewTime": micros}});
        cluster.request(Request::patch(Kind::Lease, &key, podarium_cluster::apiserver::PatchType::Merge, patch).with_user(&User::admin()));
    } else {
        let mut lease = Lease::default();
        lease.metadata.name = Some(name.to_owned());
        lease.metadata.namespace = Some("kube-node-lease".to_owned());
        let spec = Arc::make_mut(&mut lease.spec);
        spec.holder_identity = Some(name.to_owned());
        spec.lease_duration_seconds = Some(40);
        spec.renew_time = Some(micros);
        cluster.request(Request::create(lease).with_user(&User::admin()));
    }
}
