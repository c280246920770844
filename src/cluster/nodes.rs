//! The machines under the cluster: adding one, switching it off and on, cutting it off the network.
//!
//! Models: what a cloud or a hand in the server room does; Kubernetes learns of it only through the kubelet's silence.
//! Simplified: a machine that was off has lost its containers and kept its disk.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::Cluster;
use crate::component::ComponentId;
use crate::images::ImageCatalog;
use crate::kubelet::{Kubelet, NodeConfig};

/// The machines by the names of their nodes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Machines {
    configs: BTreeMap<String, NodeConfig>,
    images: Arc<ImageCatalog>,
}

impl Cluster {
    /// The images that can be pulled, for machines added from now on.
    pub fn set_images(&mut self, images: Arc<ImageCatalog>) {
        self.machines.images = images;
    }

    /// Adds a machine and switches it on.
    pub fn add_node(&mut self, config: NodeConfig) -> ComponentId {
        let name = config.name.clone();
        let kubelet = Kubelet::new(config.clone(), self.machines.images.clone());
        self.machines.configs.insert(name.clone(), config);
        self.start(&format!("kubelet/{name}"), &format!("system:node:{name}"), kubelet)
    }

    pub fn kubelet_id(&self, node: &str) -> Option<ComponentId> {
        self.component_id(&format!("kubelet/{node}"))
    }

    /// Switches a machine off without a warning; whether there is one of that name.
    pub fn stop_node(&mut self, node: &str) -> bool {
        let Some(id) = self.kubelet_id(node) else { return false };
        if self.is_running(id) {
            self.stop(id);
        }
        true
    }

    /// Switches a machine on again; whether there is one of that name.
    pub fn start_node(&mut self, node: &str) -> bool {
        let (Some(id), Some(config)) = (self.kubelet_id(node), self.machines.configs.get(node)) else { return false };
        if !self.is_running(id) {
            let kubelet = Kubelet::new(config.clone(), self.machines.images.clone());
            self.restart(id, kubelet);
        }
        true
    }

    /// Cuts a machine off the network or connects it again; whether there is one of that name.
    pub fn cut_off_node(&mut self, node: &str, cut_off: bool) -> bool {
        let Some(id) = self.kubelet_id(node) else { return false };
        self.set_cut_off(id, cut_off);
        true
    }

    /// Whether the machine is switched on.
    pub fn node_is_on(&self, node: &str) -> bool {
        self.kubelet_id(node).is_some_and(|id| self.is_running(id))
    }
}
