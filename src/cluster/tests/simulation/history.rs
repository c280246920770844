//! The last writes of a trial in short lines, so that a seed that fails tells how it came to that.

use std::collections::VecDeque;

use podarium_api::owner::is_terminating;
use podarium_api::pod_state::{node_name, pod_is_ready};
use podarium_api::{Deployment, Kind, Node, Pod, ReplicaSet, StatefulSet};
use podarium_cluster::{Cluster, Write};

/// How many lines are kept.
const LINES: usize = 4000;

#[derive(Default)]
pub struct History(VecDeque<String>);

impl History {
    pub fn note(&mut self, cluster: &Cluster, write: &Write) {
        if matches!(write.kind, Kind::Lease | Kind::Event) {
            return;
        }
        if self.0.len() == LINES {
            self.0.pop_front();
        }
        let user = write.user.rsplit(':').next().unwrap_or_default();
        self.0.push_back(format!("{} {user} {:?} {:?} {} {}", write.at, write.verb, write.kind, write.key, state(cluster, write)));
    }

    pub fn lines(&self) -> impl Iterator<Item = &String> {
        self.0.iter()
    }
}

/// What the object is like now.
fn state(cluster: &Cluster, write: &Write) -> String {
    let key = &write.key;
    match write.kind {
        Kind::Pod => cluster.get::<Pod>(key).map(|pod| {
            let going = if is_terminating(&pod.metadata) { " going" } else { "" };
            format!("{:?} ready={}{going} on {:?}", pod.status.phase.as_deref().unwrap_or_default(), pod_is_ready(pod), node_name(pod))
        }),
        Kind::ReplicaSet => cluster.get::<ReplicaSet>(key).map(|set| {
            let status = &set.status;
            format!("wants {:?} has {} ready {:?} available {:?}", set.spec.replicas, status.replicas, status.ready_replicas, status.available_replicas)
        }),
        Kind::Deployment => cluster.get::<Deployment>(key).map(|deployment| {
            let status = &deployment.status;
            format!("wants {:?} has {:?} updated {:?} available {:?}", deployment.spec.replicas, status.replicas, status.updated_replicas, status.available_replicas)
        }),
        Kind::StatefulSet => cluster.get::<StatefulSet>(key).map(|set| format!("wants {:?} {:?}", set.spec.replicas, set.status)),
        Kind::Node => cluster.get::<Node>(key).map(|node| {
            let taints: Vec<&str> = node.spec.taints.iter().flatten().map(|taint| taint.key.as_str()).collect();
            format!("taints {taints:?}")
        }),
        _ => None,
    }
    .unwrap_or_default()
}
