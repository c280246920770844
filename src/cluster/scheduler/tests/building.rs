//! Short ways to write nodes, pods and clusters in tests.

use std::sync::Arc;

use podarium_api::{Node, Pod};
use serde_json::{Value, json};

use crate::scheduler::framework::cycle_state::CycleState;
use crate::scheduler::framework::node_info::NodeInfo;
use crate::scheduler::framework::plugin::{Handle, Plugin};
use crate::scheduler::framework::pod_info::PodInfo;
use crate::scheduler::framework::profile::Profile;
use crate::scheduler::listers::Listers;
use crate::scheduler::plugins::default_profile;
use crate::scheduler::queue::nominator::Nominator;
use crate::scheduler::snapshot::Snapshot;

#[derive(Clone, Debug)]
pub struct NodeBuilder(Value);

/// A node of 8 CPUs, 16 Gi and 110 pods.
pub fn node(name: &str) -> NodeBuilder {
    let node = json!({ "metadata": { "name": name, "labels": {} }, "spec": { "taints": [] }, "status": { "images": [] } });
    NodeBuilder(node).capacity("8", "16Gi", 110)
}

fn push(list: &mut Value, item: Value) {
    list.as_array_mut().expect("a list").push(item);
}

impl NodeBuilder {
    pub fn label(mut self, key: &str, value: &str) -> Self {
        self.0["metadata"]["labels"][key] = json!(value);
        self
    }

    pub fn capacity(mut self, cpu: &str, memory: &str, pods: u32) -> Self {
        self.0["status"]["allocatable"] = json!({ "cpu": cpu, "memory": memory, "pods": pods.to_string() });
        self
    }

    pub fn status(mut self, field: &str, value: Value) -> Self {
        self.0["status"][field] = value;
        self
    }

    pub fn resource(mut self, name: &str, amount: &str) -> Self {
        self.0["status"]["allocatable"][name] = json!(amount);
        self
    }

    pub fn taint(mut self, key: &str, value: &str, effect: &str) -> Self {
        push(&mut self.0["spec"]["taints"], json!({ "key": key, "value": value, "effect": effect }));
        self
    }

    pub fn image(mut self, name: &str, bytes: i64) -> Self {
        push(&mut self.0["status"]["images"], json!({ "names": [name], "sizeBytes": bytes }));
        self
    }

    pub fn unschedulable(mut self) -> Self {
        self.0["spec"]["unschedulable"] = json!(true);
        self
    }

    pub fn arc(self) -> Arc<Node> {
        Arc::new(serde_json::from_value(self.0).expect("a node"))
    }
}

#[derive(Clone, Debug)]
pub struct PodBuilder(Value);

/// A pod of one container without requests in the namespace `default`. Its name is its uid.
pub fn pod(name: &str) -> PodBuilder {
    PodBuilder(json!({
        "metadata": { "name": name, "namespace": "default", "uid": name, "labels": {} },
        "spec": { "containers": [{ "name": "c", "image": "x", "ports": [], "resources": { "requests": {} } }] },
        "status": {},
    }))
}

impl PodBuilder {
    pub fn label(mut self, key: &str, value: &str) -> Self {
        self.0["metadata"]["labels"][key] = json!(value);
        self
    }

    pub fn namespace(mut self, namespace: &str) -> Self {
        self.0["metadata"]["namespace"] = json!(namespace);
        self
    }

    pub fn request(mut self, resource: &str, amount: &str) -> Self {
        self.0["spec"]["containers"][0]["resources"]["requests"][resource] = json!(amount);
        self
    }

    pub fn image(mut self, image: &str) -> Self {
        self.0["spec"]["containers"][0]["image"] = json!(image);
        self
    }

    pub fn host_port(mut self, protocol: &str, ip: &str, port: i32) -> Self {
        let port = json!({ "containerPort": port, "hostPort": port, "hostIP": ip, "protocol": protocol });
        push(&mut self.0["spec"]["containers"][0]["ports"], port);
        self
    }

    pub fn on(self, node: &str) -> Self {
        self.spec("nodeName", json!(node))
    }

    pub fn priority(self, priority: i32) -> Self {
        self.spec("priority", json!(priority))
    }

    pub fn spec(mut self, field: &str, value: Value) -> Self {
        self.0["spec"][field] = value;
        self
    }

    pub fn nominated(mut self, node: &str) -> Self {
        self.0["status"]["nominatedNodeName"] = json!(node);
        self
    }

    /// Started at this second of an hour.
    pub fn started(mut self, second: u32) -> Self {
        self.0["status"]["startTime"] = json!(format!("2026-01-05T09:00:{second:02}Z"));
        self
    }

    pub fn terminating(mut self) -> Self {
        self.0["metadata"]["deletionTimestamp"] = json!("2026-01-05T09:00:00Z");
        self
    }

    pub fn info(self) -> Arc<PodInfo> {
        Arc::new(PodInfo::new(Arc::new(serde_json::from_value::<Pod>(self.0).expect("a pod"))))
    }
}

/// A cluster for a plugin to look at.
#[derive(Clone, Debug)]
pub struct Scene {
    pub snapshot: Snapshot,
    pub listers: Listers,
    pub nominator: Nominator,
    pub profile: Profile,
}

impl Default for Scene {
    fn default() -> Self {
        Scene { snapshot: Snapshot::default(), listers: Listers::default(), nominator: Nominator::default(), profile: default_profile() }
    }
}

impl Scene {
    pub fn new(nodes: Vec<NodeBuilder>, pods: Vec<PodBuilder>) -> Self {
        let mut scene = Scene::default();
        for node in nodes {
            scene.snapshot.set_node(node.arc());
        }
        for pod in pods {
            scene.snapshot.add_pod(pod.info());
        }
        scene.snapshot.refresh();
        scene
    }

    pub fn handle(&self) -> Handle<'_> {
        Handle { snapshot: &self.snapshot, listers: &self.listers, nominator: &self.nominator, profile: &self.profile }
    }
}

/// The normalised scores that a plugin gives to the nodes, in their order; zeros when it skips the pod.
pub fn scores(plugin: &dyn Plugin, pod: &PodBuilder, nodes: Vec<NodeBuilder>, pods: Vec<PodBuilder>) -> Vec<i64> {
    scores_in(&Scene::new(nodes, pods), plugin, pod)
}

pub fn scores_in(scene: &Scene, plugin: &dyn Plugin, pod: &PodBuilder) -> Vec<i64> {
    let (info, mut state) = (pod.clone().info(), CycleState::default());
    let nodes: Vec<&NodeInfo> = scene.snapshot.nodes().collect();
    if let Some(point) = plugin.as_pre_score()
        && point.pre_score(scene.handle(), &mut state, &info, &nodes).is_err()
    {
        return vec![0; nodes.len()];
    }
    let point = plugin.as_score().expect("the plugin scores");
    let mut scores: Vec<i64> = nodes.iter().map(|node| point.score(&state, &info, node)).collect();
    point.normalize(&state, &nodes, &mut scores);
    scores
}
