//! A small cluster for tests: nodes with kubelets, no scheduler; pods name their node.

use std::sync::Arc;
use std::time::Duration;

use podarium_api::{Event, Kind, Pod};
use podarium_sim::Time;
use serde_json::{Value, json};

use crate::apiserver::{Body, Filter, Request, Verb};
use crate::component::{ComponentId, WatchEvent, WatchId};
use crate::images::ImageCatalog;
use crate::kubelet::{Kubelet, NodeConfig};
use crate::{Cluster, Config, Key};

#[derive(Clone)]
pub(super) struct World {
    pub cluster: Cluster,
    watches: Vec<WatchId>,
    /// Everything that a watcher of pods and events saw, with the time.
    pub seen: Vec<(Time, WatchEvent)>,
}

impl World {
    /// A cluster with these nodes, ten seconds after it began.
    pub fn new(seed: u64, nodes: Vec<NodeConfig>, images: ImageCatalog) -> Self {
        let mut cluster = Cluster::new(Config { seed, ..Config::default() });
        cluster.bootstrap();
        let images = Arc::new(images);
        for node in nodes {
            let (name, user) = (format!("kubelet/{}", node.name), format!("system:node:{}", node.name));
            cluster.start(&name, &user, Kubelet::new(node, images.clone()));
        }
        let watches = [Kind::Pod, Kind::Event].map(|kind| cluster.watch(kind, Filter::all(), 0)).to_vec();
        let mut world = World { cluster, watches, seen: Vec::new() };
        world.run_for(10.0);
        world
    }

    pub fn one_node(images: ImageCatalog) -> Self {
        Self::new(7, vec![NodeConfig::new("node-1", 0)], images)
    }

    pub fn run_for(&mut self, seconds: f64) {
        self.run_until(self.cluster.now() + Duration::from_secs_f64(seconds));
    }

    pub fn run_until(&mut self, until: Time) {
        while self.cluster.step(until) {
            for id in self.cluster.take_watch_news() {
                let now = self.cluster.now();
                let events = self.cluster.take_watch_events(id);
                self.seen.extend(events.into_iter().map(|event| (now, event)));
            }
        }
        self.cluster.advance(until);
        assert_eq!(self.watches.len(), 2);
    }

    pub fn create(&mut self, object: Value) {
        let kind = *Kind::ALL.iter().find(|kind| kind.info().kind == object["kind"]).expect("a known kind");
        let namespace = object["metadata"]["namespace"].as_str().unwrap_or("default").to_owned();
        let parsed = kind.parse(object).expect("a well-formed object");
        let namespace = if kind.info().namespaced { namespace } else { String::new() };
        let request = Request { verb: Verb::Create, namespace: namespace.as_str().into(), name: "".into(), body: Body::Object(parsed), ..Request::get(kind, &Key::new("", "")) };
        self.ask(request);
    }

    pub fn ask(&mut self, request: Request) {
        let what = format!("{:?} {:?} {}", request.verb, request.kind, request.name);
        self.cluster.request(request);
        self.run_for(0.02);
        for (_, answer) in self.cluster.take_replies() {
            assert!(answer.result.is_ok(), "{what}: {:?}", answer.result);
        }
    }

    /// A pod on `node-1` with these containers and whatever else the spec says.
    pub fn pod(&mut self, name: &str, containers: Value, spec: Value) {
        let mut whole = json!({"nodeName": "node-1", "containers": containers});
        whole.as_object_mut().unwrap().extend(spec.as_object().unwrap().clone());
        self.create(json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "namespace": "default"}, "spec": whole}));
    }

    pub fn get(&self, name: &str) -> Option<&Arc<Pod>> {
        self.cluster.get::<Pod>(&Key::new("default", name))
    }

    pub fn kubelet(&self, node: &str) -> ComponentId {
        self.cluster.component_id(&format!("kubelet/{node}")).expect("the node has a kubelet")
    }

    /// The events about an object, as `reason: message`, in the order of their first appearance.
    pub fn events(&self, about: &str) -> Vec<String> {
        let mut events: Vec<_> = self.cluster.list::<Event>().filter(|event| event.involved_object.name.as_deref() == Some(about)).collect();
        events.sort_by_key(|event| event.metadata.name.clone());
        events.iter().map(|event| format!("{}: {}", event.reason.as_deref().unwrap_or_default(), event.message.as_deref().unwrap_or_default())).collect()
    }

    /// `Running ready=1/1 restarts=0`.
    pub fn summary(&self, name: &str) -> String {
        let Some(pod) = self.get(name) else { return "gone".to_owned() };
        let statuses: Vec<_> = pod.status.container_statuses.iter().flatten().collect();
        let ready = statuses.iter().filter(|status| status.ready).count();
        let restarts: i32 = statuses.iter().map(|status| status.restart_count).sum();
        format!("{} ready={ready}/{} restarts={restarts}", pod.status.phase.as_deref().unwrap_or_default(), pod.spec.containers.len())
    }
}
