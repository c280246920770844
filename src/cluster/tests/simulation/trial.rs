//! One seed's cluster with its workloads: trouble, then peace, then a look at what came of it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use podarium_api::owner::controller_of;
use podarium_api::pod_state::pod_is_ready;
use podarium_api::{DaemonSet, Deployment, EndpointSlice, Kind, Object, Pod, ReplicaSet, Resource as _, StatefulSet};
use podarium_cluster::apiserver::{Body, PatchType, Request, Verb};
use podarium_cluster::component::{RequestId, Signal};
use podarium_cluster::controllers::ControllerManager;
use podarium_cluster::images::{Behavior, Image, ImageCatalog};
use podarium_cluster::kubelet::NodeConfig;
use podarium_cluster::scheduler::Scheduler;
use podarium_cluster::{Cluster, Config, Key};
use podarium_sim::{Stream, Time};
use serde_json::{Value, json};

use super::safety::Safety;
use super::workload::{IMAGES, Workload, draw, small};

/// What may go wrong.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Faults {
    All,
    /// People change their minds, but nothing breaks.
    None,
}

pub struct Trial {
    pub cluster: Cluster,
    stream: Stream,
    workloads: Vec<Workload>,
    nodes: Vec<String>,
    safety: Safety,
    faults: Faults,
    /// What people have asked for and not been answered yet.
    asked: BTreeMap<RequestId, Request>,
}

impl Trial {
    pub fn new(seed: u64, faults: Faults) -> Self {
        let mut stream = Stream::new(seed, "trial");
        let mut cluster = Cluster::new(Config { seed, ..Config::default() });
        cluster.bootstrap();
        let mut catalog = ImageCatalog::standard();
        for name in IMAGES {
            let starts_in = Duration::from_millis(100 + 200 * stream.below(5) as u64);
            catalog.add(Image::new(name, 10 << 20).with(Behavior { starts_in, ..Behavior::default() }));
        }
        cluster.set_images(Arc::new(catalog));
        let nodes: Vec<String> = (0..3 + stream.below(2)).map(|index| format!("node-{}", index + 1)).collect();
        for (index, name) in (0..).zip(&nodes) {
            cluster.add_node(NodeConfig::new(name, index));
        }
        cluster.advance(Time::from_secs(3));
        let workloads = draw(&mut stream);
        let mut trial = Trial { cluster, stream, workloads, nodes, safety: Safety::default(), faults, asked: BTreeMap::new() };
        for workload in trial.workloads.clone() {
            trial.safety.declare(&workload.name, workload.replicas, trial.cluster.now());
            trial.create(workload.kind, workload.object);
        }
        let service = json!({"metadata": {"name": "web", "namespace": "default"}, "spec": {"selector": {"app": "web"}, "ports": [{"port": 80}]}});
        trial.create(Kind::Service, service);
        trial
    }

    fn create(&mut self, kind: Kind, object: Value) {
        let object = kind.parse(object).expect("a workload is of its kind");
        let mut request = Request::get(kind, &Key::new("default", ""));
        request.verb = Verb::Create;
        request.body = Body::Object(object);
        self.ask(request);
    }

    /// What was written last.
    pub fn history(&self) -> impl Iterator<Item = &String> {
        self.safety.history.lines()
    }

    /// Lets time pass and checks the rules after each event.
    pub fn pass(&mut self, time: Duration) -> Result<(), String> {
        let until = self.cluster.now() + time;
        while self.cluster.step(until) {
            self.safety.check(&self.cluster, &self.workloads)?;
        }
        self.cluster.advance(until);
        self.listen()
    }

    fn ask(&mut self, request: Request) {
        let id = self.cluster.request(request.clone());
        self.asked.insert(id, request);
    }

    /// Whoever is told to try again does so, also who was faster than the creation of what is to be changed; nothing else
    /// that people ask for here is refused.
    fn listen(&mut self) -> Result<(), String> {
        for (id, answer) in self.cluster.take_replies() {
            let Some(request) = self.asked.remove(&id) else { continue };
            match answer.result {
                Err(status) if status.is_conflict() || status.is_not_found() && request.verb == Verb::Patch => self.ask(request),
                Err(status) if request.verb != Verb::Delete => return Err(format!("the API server refused {:?} {:?}: {status}", request.verb, request.body)),
                _ => {}
            }
        }
        Ok(())
    }

    /// From now on rollouts must keep enough pods available.
    pub fn promise(&mut self) {
        self.safety.promised = true;
    }

    /// Deletes a pod of a Deployment that may miss none. Returns whether there is such a Deployment.
    pub fn break_a_promise(&mut self) -> bool {
        let strict = |workload: &&Workload| workload.kind == Kind::Deployment && workload.unavailable == 0 && !workload.is_recreated();
        let Some(name) = self.workloads.iter().find(strict).map(|workload| workload.name.clone()) else { return false };
        let is_its = |pod: &&Arc<Pod>| pod.metadata.labels.as_ref().and_then(|labels| labels.get("app")) == Some(&name);
        let Some(key) = self.cluster.list::<Pod>().find(is_its).map(|pod| Key::of_meta(&pod.metadata)) else { return false };
        self.cluster.request(Request::delete(Kind::Pod, &key));
        true
    }

    /// Things happen for so long, at random times.
    pub fn trouble(&mut self, time: Duration) -> Result<(), String> {
        let until = self.cluster.now() + time;
        while self.cluster.now() < until {
            match self.faults {
                Faults::All => self.something(),
                Faults::None => self.update(),
            }
            let pause = match self.faults {
                Faults::All => 20 + self.stream.below(2500) as u64,
                Faults::None => 1000 + self.stream.below(12_000) as u64,
            };
            self.pass(Duration::from_millis(pause))?;
        }
        Ok(())
    }

    fn something(&mut self) {
        match self.stream.below(12) {
            0 | 1 => self.kill_pod(),
            2 => self.kill_process(),
            3 => self.switch_node(),
            4 => self.cut_off_node(),
            5 | 6 => self.crash("kube-controller-manager"),
            7 => self.crash("kube-scheduler"),
            8 => self.cut_off("kube-controller-manager"),
            9 | 10 => self.scale(),
            _ => self.update(),
        }
    }

    fn a_pod(&mut self) -> Option<Arc<Pod>> {
        let pods: Vec<Arc<Pod>> = self.cluster.list::<Pod>().cloned().collect();
        (!pods.is_empty()).then(|| pods[self.stream.below(pods.len())].clone())
    }

    fn kill_pod(&mut self) {
        let Some(pod) = self.a_pod() else { return };
        let request = Request::delete(Kind::Pod, &Key::of_meta(&pod.metadata));
        let at_once = self.stream.below(3) == 0;
        self.cluster.request(if at_once { request.grace_period(0) } else { request });
    }

    fn kill_process(&mut self) {
        let Some(pod) = self.a_pod() else { return };
        let node = pod.spec.node_name.clone().unwrap_or_default();
        if let Some(kubelet) = self.cluster.kubelet_id(&node) {
            let signal = Signal::KillProcess { pod: Key::of_meta(&pod.metadata), container: String::new(), exit_code: 137 };
            self.cluster.signal(kubelet, signal);
        }
    }

    fn a_node(&mut self) -> String {
        self.nodes[self.stream.below(self.nodes.len())].clone()
    }

    fn switch_node(&mut self) {
        let node = self.a_node();
        if self.cluster.node_is_on(&node) { self.cluster.stop_node(&node) } else { self.cluster.start_node(&node) };
    }

    fn cut_off_node(&mut self) {
        let node = self.a_node();
        let cut_off = self.stream.below(2) == 0;
        self.cluster.cut_off_node(&node, cut_off);
    }

    /// The component is gone, and another one starts at once or is missing for a while.
    fn crash(&mut self, name: &str) {
        let Some(id) = self.cluster.component_id(name) else { return };
        if self.cluster.is_running(id) {
            self.cluster.stop(id);
        }
        if self.stream.below(3) > 0 {
            self.restart(name);
        }
    }

    fn restart(&mut self, name: &str) {
        let Some(id) = self.cluster.component_id(name).filter(|id| !self.cluster.is_running(*id)) else { return };
        match name {
            "kube-scheduler" => self.cluster.restart(id, Scheduler::new("control-plane")),
            _ => {
                let manager = ControllerManager::standard(&self.cluster);
                self.cluster.restart(id, manager);
            }
        }
    }

    fn cut_off(&mut self, name: &str) {
        let cut_off = self.stream.below(2) == 0;
        if let Some(id) = self.cluster.component_id(name) {
            self.cluster.set_cut_off(id, cut_off);
        }
    }

    fn scale(&mut self) {
        let index = self.stream.below(self.workloads.len());
        if self.workloads[index].kind == Kind::DaemonSet {
            return;
        }
        let replicas = small(&mut self.stream, 0, 6);
        self.workloads[index].replicas = replicas;
        let workload = self.workloads[index].clone();
        self.safety.declare(&workload.name, replicas, self.cluster.now());
        self.patch(&workload, json!({"spec": {"replicas": replicas}}));
    }

    fn update(&mut self) {
        let index = self.stream.below(self.workloads.len());
        let image = IMAGES[self.stream.below(IMAGES.len())];
        let workload = self.workloads[index].clone();
        let containers = json!([{"name": "app", "image": image}]);
        self.patch(&workload, json!({"spec": {"template": {"spec": {"containers": containers}}}}));
    }

    fn patch(&mut self, workload: &Workload, patch: Value) {
        self.ask(Request::patch(workload.kind, &Key::new("default", &workload.name), PatchType::Strategic, patch));
    }

    /// Everything works again, and nobody changes anything.
    pub fn heal(&mut self) {
        for node in self.nodes.clone() {
            self.cluster.cut_off_node(&node, false);
            if !self.cluster.node_is_on(&node) {
                self.cluster.start_node(&node);
            }
        }
        for name in ["kube-controller-manager", "kube-scheduler"] {
            self.restart(name);
            if let Some(id) = self.cluster.component_id(name) {
                self.cluster.set_cut_off(id, false);
            }
        }
    }

    /// The Deployments, and what they are made of, as they are now.
    pub fn workloads(&self) -> impl Iterator<Item = String> {
        let store = self.cluster.store();
        [Kind::Deployment, Kind::ReplicaSet].into_iter().flat_map(|kind| store.list(kind, Some("default"))).map(|object| object.to_value().to_string())
    }

    /// Waits until everything is as it was declared.
    pub fn converge(&mut self, within: Duration) -> Result<(), String> {
        let until = self.cluster.now() + within;
        // Two wishes of one moment may have come in either order: the last is said again.
        self.pass(Duration::from_secs(1))?;
        for workload in self.workloads.clone().iter().filter(|workload| workload.kind != Kind::DaemonSet) {
            self.patch(workload, json!({"spec": {"replicas": workload.replicas}}));
        }
        loop {
            self.pass(Duration::from_secs(5))?;
            let missing = self.missing();
            if missing.is_empty() {
                return Ok(());
            }
            if self.cluster.now() >= until {
                return Err(format!("not converged after {within:?}: {}", missing.join("; ")));
            }
        }
    }

    /// What is not yet as it was declared.
    fn missing(&self) -> Vec<String> {
        let mut missing: Vec<String> = self.workloads.iter().filter_map(|workload| self.lacks(workload)).collect();
        for pod in self.cluster.list::<Pod>() {
            let owner = controller_of(&pod.metadata).map(|owner| owner.uid.clone()).unwrap_or_default();
            let known = |object: Option<&Object>| object.is_some_and(|object| object.meta().uid.as_deref() == Some(&owner));
            let kinds = [Kind::ReplicaSet, Kind::StatefulSet, Kind::DaemonSet];
            let has_owner = kinds.iter().any(|kind| self.cluster.store().list(*kind, Some("default")).any(|object| known(Some(object))));
            if !has_owner {
                missing.push(format!("the pod {} is an orphan", pod.name()));
            }
        }
        let ready = self.cluster.list::<Pod>().filter(|pod| pod_is_ready(pod) && pod.metadata.labels.as_ref().and_then(|labels| labels.get("app")).is_some_and(|app| app == "web")).count();
        let slices = self.cluster.list::<EndpointSlice>().filter(|slice| slice.name().starts_with("web-"));
        let endpoints = slices.flat_map(|slice| slice.endpoints.iter().flatten());
        let served = endpoints.filter(|endpoint| endpoint.conditions.as_ref().and_then(|conditions| conditions.ready) == Some(true)).count();
        if ready != served {
            missing.push(format!("the Service web has {served} endpoints for {ready} ready pods"));
        }
        missing
    }

    /// Kubernetes gets stuck here, too (`isScalingEvent` and `scale` in pkg/controller/deployment/sync.go): a Deployment was scaled during
    /// a rollout, the first of its sets was told of the new size, and the update of the other met a conflict. That one is now the
    /// only set with pods and has the right number, so it is left alone; but as it remembers the old size, each sync takes the
    /// Deployment for one that was just scaled and does not get to its rollout. Another size, or another template, ends that.
    fn is_held_by_an_old_size(&self, deployment: &Deployment) -> bool {
        let sets = self.cluster.list::<ReplicaSet>().filter(|set| controller_of(&set.metadata).is_some_and(|owner| owner.uid == deployment.uid()));
        let active: Vec<_> = sets.filter(|set| set.spec.replicas.unwrap_or(1) > 0).collect();
        let [only] = active.as_slice() else { return false };
        let remembers = only.metadata.annotations.iter().flatten().find(|(name, _)| *name == "deployment.kubernetes.io/desired-replicas");
        let wanted = deployment.spec.replicas.unwrap_or(1);
        only.spec.replicas == Some(wanted) && remembers.is_some_and(|(_, size)| *size != wanted.to_string())
    }

    fn lacks(&self, workload: &Workload) -> Option<String> {
        let key = Key::new("default", &workload.name);
        let number = |number: Option<i32>| number.unwrap_or(0);
        let wanted = workload.replicas;
        let (counts, wanted) = match workload.kind {
            Kind::Deployment => {
                let deployment = self.cluster.get::<Deployment>(&key)?;
                if self.is_held_by_an_old_size(deployment) {
                    return None;
                }
                let status = &deployment.status;
                let mut counts = vec![number(status.replicas), number(status.updated_replicas), number(status.available_replicas)];
                let sets = self.cluster.list::<ReplicaSet>().filter(|set| controller_of(&set.metadata).is_some_and(|owner| owner.uid == deployment.uid()));
                counts.push(sets.map(|set| set.spec.replicas.unwrap_or(1)).sum());
                (counts, wanted)
            }
            Kind::StatefulSet => {
                let status = &self.cluster.get::<StatefulSet>(&key)?.status;
                let settled = if status.current_revision == status.update_revision { wanted } else { -1 };
                (vec![status.replicas, number(status.ready_replicas), number(status.updated_replicas), settled], wanted)
            }
            _ => {
                let status = &self.cluster.get::<DaemonSet>(&key)?.status;
                let counts = vec![status.desired_number_scheduled, status.number_ready, number(status.updated_number_scheduled), number(status.number_available)];
                (counts, i32::try_from(self.nodes.len()).unwrap_or(i32::MAX))
            }
        };
        let pods = self.cluster.list::<Pod>().filter(|pod| pod.metadata.labels.as_ref().and_then(|labels| labels.get("app")) == Some(&workload.name)).count();
        let all_there = counts.iter().all(|count| *count == wanted) && i32::try_from(pods) == Ok(wanted);
        (!all_there).then(|| format!("{:?} {} wants {wanted} and has {counts:?} and {pods} pods", workload.kind, workload.name))
    }
}
