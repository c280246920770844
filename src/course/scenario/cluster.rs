//! The machines of a scenario's cluster.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::values::{Name, Quantity, Taint};

/// The machines.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Cluster {
    /// The worker nodes: how many, or groups of them. The control plane has a node of its own only with `system: kubeadm`.
    #[serde(default)]
    pub nodes: Nodes,
    /// Whether a cloud is around it, which gives Services of the type LoadBalancer their external IPs.
    #[serde(default = "in_a_cloud")]
    pub cloud: bool,
    /// Which disks there are for claims, from the StorageClass `standard`.
    #[serde(default)]
    pub storage: Storage,
    /// A KubeSchedulerConfiguration, as kube-scheduler is started with: its profiles, plugins and their arguments.
    #[schemars(with = "BTreeMap<String, serde_json::Value>")]
    #[serde(default)]
    pub scheduler: Option<serde_json::Value>,
    /// How kube-controller-manager is started.
    #[serde(default)]
    pub controller_manager: ControllerManager,
    /// What of a KubeletConfiguration the nodes have: `evictionHard` and its companions, `shutdownGracePeriod` and its.
    #[schemars(with = "BTreeMap<String, serde_json::Value>")]
    #[serde(default)]
    pub kubelet: Option<serde_json::Value>,
    /// Flags of kube-apiserver, by their names: `service-cluster-ip-range`, `authorization-mode`, `disable-admission-plugins`.
    #[schemars(with = "BTreeMap<String, serde_json::Value>")]
    #[serde(default)]
    pub api_server: Option<serde_json::Value>,
    /// What else runs in the cluster.
    #[serde(default)]
    pub addons: Vec<Addon>,
    /// Which of Kubernetes' own components can be seen as pods in kube-system.
    #[serde(default)]
    pub system: System,
}

/// Options of kube-controller-manager.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ControllerManager {
    /// How many requests a second each controller sends to the API server at most. With Kubernetes' own 20 a cluster of 10,000
    /// pods takes minutes to fill.
    #[serde(default = "twenty")]
    #[schemars(range(min = 1, max = 100_000))]
    pub kube_api_qps: f64,
    /// How many of them it may send at once.
    #[serde(default = "thirty")]
    #[schemars(range(min = 1, max = 100_000))]
    pub kube_api_burst: u32,
    /// Whether nodes are given networks for their pods.
    #[serde(default = "networks_are_given")]
    pub allocate_node_cidrs: bool,
}

impl Default for ControllerManager {
    fn default() -> Self {
        ControllerManager { kube_api_qps: twenty(), kube_api_burst: thirty(), allocate_node_cidrs: networks_are_given() }
    }
}

fn twenty() -> f64 {
    20.0
}

fn thirty() -> u32 {
    30
}

fn networks_are_given() -> bool {
    true
}

/// Which of Kubernetes' own components are pods.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum System {
    /// None: kube-system is empty, and everything works all the same.
    #[default]
    Hidden,
    /// CoreDNS and kube-proxy, as a cloud shows them that keeps the control plane to itself.
    Hosted,
    /// etcd, the API server, the controller manager and the scheduler as well, on a node `control-plane` of their own, as
    /// kubeadm sets them up.
    Kubeadm,
}

/// A part that a cluster may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Addon {
    /// Tells what nodes and containers use: `kubectl top`, and HorizontalPodAutoscalers.
    MetricsServer,
    /// Makes a web server of Ingresses: namespace `ingress-nginx`, class `nginx`.
    IngressNginx,
    /// Orders and gives back machines of the groups that have `autoscale`.
    ClusterAutoscaler,
    /// Recommends requests for the kind VerticalPodAutoscaler; changes no pod. Needs `metrics-server`.
    VerticalPodAutoscaler,
}

/// The disks of a cluster.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Storage {
    /// None are made; there is no StorageClass.
    #[default]
    None,
    /// Disks in a node, where they stay.
    Local,
    /// Disks of a zone, attached to one of its nodes at a time.
    Zonal,
}

impl Default for Cluster {
    fn default() -> Self {
        Cluster { nodes: Nodes::default(), cloud: in_a_cloud(), storage: Storage::None, scheduler: None, controller_manager: ControllerManager::default(), api_server: None, kubelet: None, addons: Vec::new(), system: System::default() }
    }
}

fn in_a_cloud() -> bool {
    true
}

/// The worker nodes.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Nodes {
    /// So many nodes of 4 CPU and 8Gi, named `node-1`, `node-2` and so on.
    Count(#[schemars(range(min = 0, max = 5000))] u32),
    Groups(Vec<NodeGroup>),
}

impl Default for Nodes {
    fn default() -> Self {
        Nodes::Count(3)
    }
}

/// One node with a `name`, or `count` nodes of the same size.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct NodeGroup {
    /// The name of a single node.
    pub name: Option<Name>,
    /// How many nodes; 1 when it is left out.
    #[schemars(range(min = 0, max = 5000))]
    pub count: Option<u32>,
    /// What the names begin with: `node` gives `node-1`, `node-2` and so on, counted through all groups.
    pub prefix: Option<Name>,
    #[serde(default = "four_cpus")]
    pub cpu: Quantity,
    #[serde(default = "eight_gib")]
    pub memory: Quantity,
    /// How many pods fit at most.
    #[serde(default = "pods_per_node")]
    #[schemars(range(min = 0, max = 1000))]
    pub pods: u32,
    /// The label `topology.kubernetes.io/zone`.
    pub zone: Option<Name>,
    /// Several zones, given to the nodes in turn.
    #[serde(default)]
    pub zones: Vec<Name>,
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
    #[serde(default)]
    pub taints: Vec<Taint>,
    /// Between how many and how many the add-on `cluster-autoscaler` keeps the group.
    pub autoscale: Option<Autoscale>,
}

/// The bounds of a group of machines that come and go.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Autoscale {
    #[schemars(range(min = 0, max = 5000))]
    pub min: u32,
    #[schemars(range(min = 1, max = 5000))]
    pub max: u32,
}

fn four_cpus() -> Quantity {
    Quantity("4".to_string())
}

fn eight_gib() -> Quantity {
    Quantity("8Gi".to_string())
}

fn pods_per_node() -> u32 {
    110
}

/// One machine, with everything filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeSpec {
    pub name: String,
    pub cpu: Quantity,
    pub memory: Quantity,
    pub pods: u32,
    pub zone: Option<String>,
    pub labels: BTreeMap<String, String>,
    pub taints: Vec<Taint>,
}

impl Cluster {
    /// How many machines there are.
    pub fn size(&self) -> u64 {
        match &self.nodes {
            Nodes::Count(count) => u64::from(*count),
            Nodes::Groups(groups) => groups.iter().map(|group| u64::from(group.count.unwrap_or(1))).sum(),
        }
    }

    /// The groups of which the autoscaler may have more or fewer, with their indexes.
    pub fn autoscaled(&self) -> Vec<(usize, &NodeGroup, Autoscale)> {
        match &self.nodes {
            Nodes::Count(_) => Vec::new(),
            Nodes::Groups(groups) => groups.iter().enumerate().filter_map(|(at, group)| Some((at, group, group.autoscale?))).collect(),
        }
    }

    /// Every machine, with the index of its group. Groups with the same prefix go on counting: groups of 2 and 1
    /// nodes are `node-1`, `node-2` and `node-3`.
    pub fn machines(&self) -> Vec<(usize, NodeSpec)> {
        let groups = match &self.nodes {
            Nodes::Count(count) => &vec![NodeGroup::plain(*count)],
            Nodes::Groups(groups) => groups,
        };
        let mut counted: BTreeMap<String, u32> = BTreeMap::new();
        let mut machines = Vec::new();
        for (at, group) in groups.iter().enumerate() {
            for index in 0..group.count.unwrap_or(1) as usize {
                let name = match &group.name {
                    Some(name) => name.0.clone(),
                    None => {
                        let prefix = group.prefix();
                        let number = counted.entry(prefix.to_string()).or_default();
                        *number += 1;
                        format!("{prefix}-{number}")
                    }
                };
                machines.push((at, group.machine(name, index)));
            }
        }
        machines
    }
}

impl NodeGroup {
    fn plain(count: u32) -> NodeGroup {
        NodeGroup {
            name: None,
            count: Some(count),
            prefix: None,
            cpu: four_cpus(),
            memory: eight_gib(),
            pods: pods_per_node(),
            zone: None,
            zones: vec![],
            labels: BTreeMap::new(),
            taints: vec![],
            autoscale: None,
        }
    }

    /// What the names of its machines begin with.
    pub fn prefix(&self) -> &str {
        self.prefix.as_ref().map_or("node", |prefix| prefix.0.as_str())
    }

    pub fn machine(&self, name: String, index: usize) -> NodeSpec {
        let turn = (!self.zones.is_empty()).then(|| &self.zones[index % self.zones.len()]);
        NodeSpec {
            name,
            cpu: self.cpu.clone(),
            memory: self.memory.clone(),
            pods: self.pods,
            zone: self.zone.as_ref().or(turn).map(|zone| zone.0.clone()),
            labels: self.labels.clone(),
            taints: self.taints.clone(),
        }
    }
}
