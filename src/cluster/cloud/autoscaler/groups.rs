//! Groups of like machines, of which the cloud lends more or fewer.
//!
//! Models: cluster-autoscaler/cloudprovider/cloud_provider.go (NodeGroup), v1.36.
//! Simplified: the cloud always has another machine.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use k8s_openapi::api::core::v1::{NodeSpec, NodeStatus};
use podarium_api::resource::raw_resource_list;
use podarium_api::{Node, ObjectMeta};
use podarium_sim::Stream;

use crate::kubelet::NodeConfig;

/// Letters of the names that a cloud draws.
const LETTERS: &[u8] = b"0123456789bcdfghjklmnpqrstvwxz";

/// Machines of one kind, between so many and so many.
#[derive(Clone, Debug)]
pub struct NodeGroup {
    /// As events and the status name it.
    pub id: String,
    pub min: usize,
    pub max: usize,
    /// What another machine is; its name and its addresses are its own.
    pub template: NodeConfig,
    pub naming: Naming,
    /// The names of its nodes, those that are on their way too.
    pub machines: BTreeSet<String>,
}

/// How machines are called.
#[derive(Clone, Debug)]
pub enum Naming {
    /// `node-4` after `node-3`.
    Counted(String),
    /// `gke-…-x7k2`
    Drawn(String),
}

impl Naming {
    /// A name that no machine has had.
    pub fn next(&self, used: &BTreeSet<String>, stream: &mut Stream) -> String {
        match self {
            Naming::Counted(prefix) => (1_u32..).map(|number| format!("{prefix}-{number}")).find(|name| !used.contains(name)).unwrap_or_default(),
            Naming::Drawn(prefix) => loop {
                let tail: String = (0..4).map(|_| char::from(LETTERS[stream.below(LETTERS.len())])).collect();
                let name = format!("{prefix}-{tail}");
                if !used.contains(&name) {
                    return name;
                }
            },
        }
    }
}

impl NodeGroup {
    /// A node as another machine of the group will be: as one that is there, or as the cloud says.
    pub fn node(&self, name: &str, like: Option<&Node>) -> Arc<Node> {
        let config = NodeConfig { name: name.to_owned(), ..self.template.clone() };
        let mut labels = like.and_then(|node| node.metadata.labels.clone()).unwrap_or_else(|| config.all_labels());
        labels.insert("kubernetes.io/hostname".to_owned(), name.to_owned());
        let from_config = || NodeStatus { allocatable: Some(raw_resource_list(&config.allocatable())), capacity: Some(raw_resource_list(&config.capacity())), ..NodeStatus::default() };
        let status = like.map_or_else(from_config, |node| NodeStatus { images: None, ..node.status.as_ref().clone() });
        Arc::new(Node {
            metadata: ObjectMeta { name: Some(name.to_owned()), labels: Some(labels), annotations: Some(BTreeMap::new()), ..ObjectMeta::default() },
            spec: Arc::new(NodeSpec { taints: Some(config.taints.clone()).filter(|taints| !taints.is_empty()), ..NodeSpec::default() }),
            status: Arc::new(status),
            ..Node::default()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_new_ones() {
        let used: BTreeSet<String> = ["node-1", "node-2", "node-4"].map(str::to_owned).into();
        let mut stream = Stream::new(1, "names");
        assert_eq!(Naming::Counted("node".to_owned()).next(&used, &mut stream), "node-3");
        let drawn = Naming::Drawn("gke-pool".to_owned()).next(&used, &mut stream);
        assert!(drawn.starts_with("gke-pool-") && drawn.len() == 13, "{drawn}");
    }
}
