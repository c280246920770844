//! The pods of a DaemonSet by the node on which they are, or for which they were made.
//!
//! Models: pkg/controller/daemon/daemon_controller.go (getNodesToDaemonPods, podByCreationTimestampAndPhase), v1.36.
//! Simplified: nothing.

use std::collections::BTreeMap;
use std::sync::Arc;

use podarium_api::Pod;
use podarium_api::owner::is_terminating;
use podarium_api::pod_state::{is_pod_terminal, node_name};

use super::placement::target_node;

/// Node names with the pods there.
pub struct NodePods {
    by_node: BTreeMap<String, Vec<Arc<Pod>>>,
    /// Pods that have ended and wait for their removal: for the set they are gone, but their revision is in use.
    pub ended: Vec<Arc<Pod>>,
}

impl NodePods {
    pub fn of(pods: Vec<Arc<Pod>>) -> Self {
        let (ended, live): (Vec<_>, Vec<_>) = pods.into_iter().partition(|pod| is_pod_terminal(pod) && is_terminating(&pod.metadata));
        let mut by_node: BTreeMap<String, Vec<Arc<Pod>>> = BTreeMap::new();
        for pod in live {
            if let Some(node) = target_node(&pod) {
                by_node.entry(node.to_owned()).or_default().push(pod.clone());
            }
        }
        NodePods { by_node, ended }
    }

    pub fn on(&self, node: &str) -> &[Arc<Pod>] {
        self.by_node.get(node).map(Vec::as_slice).unwrap_or_default()
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &[Arc<Pod>])> {
        self.by_node.iter().map(|(node, pods)| (node.as_str(), pods.as_slice()))
    }
}

/// Scheduled pods first, then the oldest, then by name.
pub fn sorted(pods: &[Arc<Pod>]) -> Vec<Arc<Pod>> {
    let mut pods = pods.to_vec();
    pods.sort_by(|a, b| {
        let created = |pod: &Pod| pod.metadata.creation_timestamp.as_ref().map(|time| time.0);
        let unscheduled = |pod: &Pod| node_name(pod).is_none_or(str::is_empty);
        unscheduled(a).cmp(&unscheduled(b)).then_with(|| created(a).cmp(&created(b))).then_with(|| a.metadata.name.cmp(&b.metadata.name))
    });
    pods
}
