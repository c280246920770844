//! What a seed declares: Deployments, a StatefulSet, a DaemonSet, a Service.

use podarium_api::Kind;
use podarium_sim::Stream;
use serde_json::{Value, json};

pub const IMAGES: [&str; 3] = ["app:1", "app:2", "app:3"];

/// One declared workload and what is known of it.
#[derive(Clone, Debug)]
pub struct Workload {
    pub kind: Kind,
    pub name: String,
    pub replicas: i32,
    /// How many pods a rolling Deployment may have too many and too few.
    pub surge: i32,
    pub unavailable: i32,
    pub object: Value,
}

impl Workload {
    fn new(kind: Kind, name: &str, replicas: i32, spec: Value) -> Self {
        let template = json!({"metadata": {"labels": {"app": name}}, "spec": {"terminationGracePeriodSeconds": 2,
            "containers": [{"name": "app", "image": IMAGES[0], "resources": {"requests": {"cpu": "300m", "memory": "64Mi"}}}]}});
        let mut object = json!({"metadata": {"name": name, "namespace": "default"},
            "spec": {"selector": {"matchLabels": {"app": name}}, "template": template}});
        json_patch::merge(&mut object["spec"], &spec);
        Workload { kind, name: name.to_owned(), replicas, surge: 0, unavailable: 0, object }
    }

    pub fn is_recreated(&self) -> bool {
        self.object.pointer("/spec/strategy/type") == Some(&json!("Recreate"))
    }
}

/// One or two Deployments, and perhaps a StatefulSet and a DaemonSet.
pub fn draw(stream: &mut Stream) -> Vec<Workload> {
    let mut workloads = Vec::new();
    for name in ["web", "api"].into_iter().take(1 + stream.below(2)) {
        let replicas = small(stream, 1, 5);
        let (surge, unavailable) = [(1, 0), (0, 1), (1, 1), (2, 1), (3, 0)][stream.below(5)];
        let mut strategy = json!({"type": "RollingUpdate", "rollingUpdate": {"maxSurge": surge, "maxUnavailable": unavailable}});
        if stream.below(6) == 0 {
            strategy = json!({"type": "Recreate"});
        }
        let spec = json!({"replicas": replicas, "strategy": strategy, "minReadySeconds": stream.below(3)});
        let mut workload = Workload::new(Kind::Deployment, name, replicas, spec);
        (workload.surge, workload.unavailable) = (surge, unavailable.min(replicas));
        workloads.push(workload);
    }
    if stream.below(3) > 0 {
        let replicas = small(stream, 1, 4);
        let policy = ["OrderedReady", "Parallel"][stream.below(2)];
        workloads.push(Workload::new(Kind::StatefulSet, "db", replicas, json!({"replicas": replicas, "serviceName": "db", "podManagementPolicy": policy})));
    }
    if stream.below(3) > 0 {
        let rolling = [json!({"maxUnavailable": 1}), json!({"maxUnavailable": 0, "maxSurge": 1})][stream.below(2)].clone();
        let spec = json!({"updateStrategy": {"type": "RollingUpdate", "rollingUpdate": rolling}});
        workloads.push(Workload::new(Kind::DaemonSet, "agent", 0, spec));
    }
    workloads
}

pub fn small(stream: &mut Stream, least: i32, most: i32) -> i32 {
    let span = usize::try_from(most - least + 1).expect("most is not below least");
    least + i32::try_from(stream.below(span)).expect("a small number")
}
