//! The machines under the cluster: adding one, switching it off and on, cutting it off the network.
//!
//! Models: what a cloud or a hand in the server room does; Kubernetes learns of it only through the kubelet's silence.
//! Simplified: a machine that was off has lost its containers and kept its disk.

use std::collections::BTreeMap;
use std::sync::Arc;

use k8s_openapi::api::core::v1::NodeSpec;
use podarium_api::{Node, Resource as _};

use crate::Cluster;
use crate::apiserver::User;
use crate::apiserver::authentication::MASTERS;
use crate::cloud::autoscaler::{self, Autoscaler, Lent, NodeGroup};
use crate::component::{ComponentId, Signal};
use crate::images::{Image, ImageCatalog, PullError, Pushed, Reference};
use crate::kubelet::{Kubelet, NodeConfig, machine_disk};
use crate::network::KubeProxy;
use crate::system::{self, SystemPods};

const PROXY_USER: &str = "system:serviceaccount:kube-system:kube-proxy";

/// The address on the internet of the machine that is added after so many.
pub fn external_address(machines: usize) -> String {
    format!("198.51.100.{}", (10 + machines) % 256)
}

pub(crate) fn proxy_name(node: &str) -> String {
    format!("kube-proxy/{node}")
}

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

    /// The images that can be pulled from the start.
    pub fn images(&self) -> &Arc<ImageCatalog> {
        &self.machines.images
    }

    /// What a registry gives to whoever pulls an image.
    pub fn registry_image(&self, name: &Reference) -> Result<Arc<Image>, PullError> {
        self.pushed.pull(name, &self.machines.images).cloned()
    }

    /// Somebody has pushed an image to its registry: from now on machines pull it.
    pub fn push_image(&mut self, image: Image) {
        let now = self.now();
        self.pushed.add(image, now);
    }

    /// What was pushed to registries.
    pub fn pushed_images(&self) -> &Pushed {
        &self.pushed
    }

    /// Somebody has deleted a tag or an image in its registry; whether it was there.
    pub fn delete_pushed_image(&mut self, name: &Reference) -> bool {
        self.pushed.remove(name)
    }

    /// Adds a machine and switches it on.
    pub fn add_node(&mut self, mut config: NodeConfig) -> ComponentId {
        let name = config.name.clone();
        if self.config().system_pods != SystemPods::None {
            config.images.extend(system::images_of_every_node());
        }
        let kubelet = Kubelet::new(config.clone(), self.machines.images.clone());
        let (address, pods) = (config.address.clone(), config.pod_cidr.clone());
        self.machines.configs.insert(name.clone(), config);
        let kubelet = self.start(&format!("kubelet/{name}"), &format!("system:node:{name}"), kubelet);
        let proxy = self.start(&proxy_name(&name), PROXY_USER, KubeProxy::new(&name));
        let seed = self.config().seed;
        self.network.add_machine(seed, &name, &address, &pods, kubelet, proxy);
        kubelet
    }

    /// Adds the machine of the control plane, which kubeadm has set up: its node is marked and its manifests are there.
    pub fn add_control_plane_node(&mut self) -> ComponentId {
        let config = system::control_plane_node();
        let ranges = (Some(config.pod_cidr.clone()), Some(vec![config.pod_cidr.clone()]));
        let mut metadata = config.metadata();
        metadata.labels.get_or_insert_default().extend(system::MARKS.map(|mark| (mark.to_owned(), String::new())));
        let node = Node {
            metadata,
            spec: Arc::new(NodeSpec { pod_cidr: ranges.0, pod_cidrs: ranges.1, taints: Some(config.taints.clone()), ..NodeSpec::default() }),
            ..Node::default()
        };
        self.seed_object(Arc::new(node).into_object()).expect("the node of the control plane is valid");
        let manifests = system::manifests(self.config()).into_iter().map(|(name, text)| (format!("{}/{name}", system::MANIFESTS), text));
        self.write_to_disk(machine_disk(&config.name), &manifests.collect::<Vec<_>>());
        self.add_node(config)
    }

    /// Starts the autoscaler, which lends machines of these groups, or starts it anew.
    pub fn start_autoscaler(&mut self, groups: Vec<NodeGroup>) {
        match self.component_id(autoscaler::COMPONENT) {
            Some(id) => {
                self.stop(id);
                self.restart(id, Autoscaler::new(groups));
            }
            None => drop(self.start(autoscaler::COMPONENT, User::with_groups(autoscaler::USER, &[MASTERS]), Autoscaler::new(groups))),
        }
    }

    pub fn stop_autoscaler(&mut self) {
        if let Some(id) = self.component_id(autoscaler::COMPONENT) {
            self.stop(id);
        }
    }

    /// The autoscaler as it is, if one runs.
    pub fn autoscaler(&self) -> Option<&Autoscaler> {
        self.component(self.component_id(autoscaler::COMPONENT)?)
    }

    pub(crate) fn lend(&mut self, lent: Lent) {
        match lent {
            Lent::Out(config) => {
                let next = NodeConfig::new(&config.name, u32::try_from(self.machines()).unwrap_or(u32::MAX));
                let external_address = config.external_address.as_ref().map(|_| external_address(self.machines()));
                self.add_node(NodeConfig { address: next.address, pod_cidr: next.pod_cidr, external_address, ..*config });
            }
            Lent::Back(node) => drop(self.stop_node(&node)),
        }
    }

    /// What a machine was set up with.
    pub fn node_config(&self, node: &str) -> Option<&NodeConfig> {
        self.machines.configs.get(node)
    }

    /// The name of the node on which this component is the kubelet.
    pub(crate) fn node_of_kubelet(&self, kubelet: ComponentId) -> Option<String> {
        self.machines.configs.keys().find(|name| self.kubelet_id(name) == Some(kubelet)).cloned()
    }

    /// How many machines have been added.
    pub fn machines(&self) -> usize {
        self.machines.configs.len()
    }

    pub fn kubelet_id(&self, node: &str) -> Option<ComponentId> {
        self.component_id(&format!("kubelet/{node}"))
    }

    /// Switches a machine off without a warning; whether there is one of that name.
    pub fn stop_node(&mut self, node: &str) -> bool {
        let Some(id) = self.kubelet_id(node) else { return false };
        if self.is_running(id) {
            self.stop(id);
            if let Some(proxy) = self.component_id(&proxy_name(node)) {
                self.stop(proxy);
            }
            self.machine_went(node);
        }
        true
    }

    /// Shuts a machine down in good order: its kubelet may end the pods first. Whether there is one of that name.
    pub fn shut_down_node(&mut self, node: &str) -> bool {
        let Some(id) = self.kubelet_id(node) else { return false };
        if self.is_running(id) {
            self.signal(id, Signal::ShutDown);
        }
        true
    }

    /// Switches a machine on again; whether there is one of that name.
    pub fn start_node(&mut self, node: &str) -> bool {
        let (Some(id), Some(config)) = (self.kubelet_id(node), self.machines.configs.get(node)) else { return false };
        if !self.is_running(id) {
            let kubelet = Kubelet::new(config.clone(), self.machines.images.clone());
            self.restart(id, kubelet);
            if let Some(proxy) = self.component_id(&proxy_name(node)) {
                self.restart(proxy, KubeProxy::new(node));
            }
        }
        true
    }

    /// Cuts a machine off the network or connects it again; whether there is one of that name.
    pub fn cut_off_node(&mut self, node: &str, cut_off: bool) -> bool {
        let Some(id) = self.kubelet_id(node) else { return false };
        self.set_cut_off(id, cut_off);
        if let Some(proxy) = self.component_id(&proxy_name(node)) {
            self.set_cut_off(proxy, cut_off);
        }
        if cut_off {
            self.machine_cut_off(node);
        }
        true
    }

    /// Whether the machine is switched on.
    pub fn node_is_on(&self, node: &str) -> bool {
        self.kubelet_id(node).is_some_and(|id| self.is_running(id))
    }
}

#[cfg(test)]
mod tests {
    use podarium_api::{Deployment, Pod, pod_state};
    use podarium_machine::HttpRequest;
    use podarium_sim::Time;
    use serde_json::json;

    use super::*;
    use crate::apiserver::Request;
    use crate::{Cause, Config, Key};

    /// Three machines, and a Deployment of three replicas.
    fn cluster() -> Cluster {
        let mut cluster = Cluster::new(Config::default());
        cluster.bootstrap();
        cluster.set_images(Arc::new(ImageCatalog::standard()));
        for index in 0..3 {
            cluster.add_node(NodeConfig::new(&format!("node-{}", index + 1), index));
        }
        let body = json!({
            "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "hello"},
            "spec": {"replicas": 3, "selector": {"matchLabels": {"app": "hello"}}, "template": {
                "metadata": {"labels": {"app": "hello"}},
                "spec": {"containers": [{"name": "hello", "image": "nginx:1.27"}], "terminationGracePeriodSeconds": 2}}},
        });
        cluster.http(HttpRequest::new("POST", "/apis/apps/v1/namespaces/default/deployments").body(body.to_string()), Cause::Start);
        cluster
    }

    fn ready(cluster: &Cluster) -> usize {
        cluster.list::<Pod>().filter(|pod| pod_state::pod_is_ready(pod) && pod.metadata.deletion_timestamp.is_none()).count()
    }

    #[test]
    fn a_deployment_comes_up_and_heals() {
        let mut cluster = cluster();
        cluster.advance(Time::from_secs(30));
        let nodes_ready = cluster.list::<Node>().filter(|node| node.status.conditions.iter().flatten().any(|c| c.type_ == "Ready" && c.status == "True")).count();
        assert_eq!(nodes_ready, 3);
        assert_eq!(ready(&cluster), 3, "{:#?}", cluster.list::<Pod>().map(|pod| (pod.name().to_owned(), pod.status.clone())).collect::<Vec<_>>());
        let victim = Key::of_meta(&cluster.list::<Pod>().next().expect("a pod").metadata);
        cluster.request(Request::delete(podarium_api::Kind::Pod, &victim));
        cluster.advance(Time::from_secs(31));
        cluster.advance(Time::from_secs(60));
        assert!(cluster.get::<Pod>(&victim).is_none());
        assert_eq!(ready(&cluster), 3);
        let deployment = cluster.get::<Deployment>(&Key::new("default", "hello")).expect("the Deployment");
        assert_eq!(deployment.status.ready_replicas, Some(3));
    }

    #[test]
    fn how_time_is_cut_and_where_it_is_cloned_makes_no_difference() {
        let mut at_once = cluster();
        at_once.advance(Time::from_secs(40));
        let mut in_frames = cluster();
        for frame in 1..=600_u64 {
            in_frames.advance(Time::from_nanos(40_000_000_000 / 600 * frame + frame * frame % 977));
            if frame % 97 == 0 {
                in_frames = in_frames.clone();
            }
        }
        in_frames.advance(Time::from_secs(40));
        assert_eq!(at_once.trace_hash(), in_frames.trace_hash());
        assert!(at_once.writes().len() > 50);
    }
}
