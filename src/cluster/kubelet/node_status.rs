//! What a node says of itself: its size, its addresses, its system, its images, and how it fares.
//!
//! Models: pkg/kubelet/nodestatus/setters.go, pkg/kubelet/kubelet_node_status.go, v1.36.
//! Simplified: nothing of what is here.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{DaemonEndpoint, NodeAddress, NodeCondition, NodeDaemonEndpoints, NodeStatus, NodeSystemInfo};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time as MetaTime;
use podarium_api::condition::get_condition;
use podarium_api::quantity::Quantity;
use podarium_api::resource::{ResourceList, raw_resource_list};

use super::eviction::{Pressure, Signal};
use super::NodeConfig;
use super::host::Host;

pub(super) const KUBELET_VERSION: &str = "v1.36.2";
pub(super) const NO_NETWORK: &str = "container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns error: cni plugin not initialized";

type Told = (&'static str, &'static str);

/// What is told of a shortage, and of enough: reasons and messages.
const PRESSURES: [(Pressure, Told, Told); 3] = [
    (Pressure::Memory, ("KubeletHasInsufficientMemory", "kubelet has insufficient memory available"), ("KubeletHasSufficientMemory", "kubelet has sufficient memory available")),
    (Pressure::Disk, ("KubeletHasDiskPressure", "kubelet has disk pressure"), ("KubeletHasNoDiskPressure", "kubelet has no disk pressure")),
    (Pressure::Pid, ("KubeletHasInsufficientPID", "kubelet has insufficient PID available"), ("KubeletHasSufficientPID", "kubelet has sufficient PID available")),
];

/// The identity of one start of the machine.
#[derive(Clone, Debug, Default)]
pub(super) struct SystemIds {
    pub machine: String,
    pub system: String,
    pub boot: String,
}

/// What this kubelet can do that others cannot, for the scheduler.
const DECLARED_FEATURES: [&str; 4] =
    ["ExtendWebSocketsToKubelet", "InPlacePodLevelResourcesVerticalScaling", "InPlacePodVerticalScalingInitContainers", "RestartAllContainersOnContainerExits"];

impl NodeConfig {
    pub fn capacity(&self) -> ResourceList {
        let int = |amount: u64| i64::try_from(amount).unwrap_or(i64::MAX);
        BTreeMap::from([
            ("cpu".to_owned(), Quantity::from_millis(int(self.cpu_millis))),
            ("memory".to_owned(), binary(self.memory_bytes)),
            ("ephemeral-storage".to_owned(), binary(self.ephemeral_storage_bytes)),
            ("hugepages-1Gi".to_owned(), Quantity::ZERO),
            ("hugepages-2Mi".to_owned(), Quantity::ZERO),
            ("pods".to_owned(), Quantity::from_units(i64::from(self.pods))),
        ])
    }

    /// What is left for pods: what the kubelet evicts at is kept back.
    pub fn allocatable(&self) -> ResourceList {
        let mut allocatable = self.capacity();
        allocatable.insert("memory".to_owned(), binary(self.memory_bytes.saturating_sub(self.kept_back(Signal::MemoryAvailable, self.memory_bytes))));
        let storage = i64::try_from(self.ephemeral_storage_bytes.saturating_sub(self.kept_back(Signal::NodeFsAvailable, self.ephemeral_storage_bytes))).unwrap_or(i64::MAX);
        allocatable.insert("ephemeral-storage".to_owned(), Quantity::from_units(storage));
        allocatable
    }
}

impl Host {
    pub fn capacity(&self) -> ResourceList {
        self.config.capacity()
    }

    pub fn allocatable(&self) -> ResourceList {
        self.config.allocatable()
    }

    pub fn node_status(&self, ids: &SystemIds, old: Option<&NodeStatus>, now: &MetaTime) -> NodeStatus {
        let address = |type_: &str, address: &str| NodeAddress { type_: type_.to_owned(), address: address.to_owned() };
        NodeStatus {
            addresses: Some(
                [address("InternalIP", &self.config.address)]
                    .into_iter()
                    .chain(self.config.external_address.as_ref().map(|external| address("ExternalIP", external)))
                    .chain([address("Hostname", &self.config.name)])
                    .collect(),
            ),
            capacity: Some(raw_resource_list(&self.capacity())),
            allocatable: Some(raw_resource_list(&self.allocatable())),
            conditions: Some(self.node_conditions(old, now)),
            declared_features: Some(DECLARED_FEATURES.iter().map(|&feature| feature.to_owned()).collect()),
            daemon_endpoints: Some(NodeDaemonEndpoints { kubelet_endpoint: Some(DaemonEndpoint { port: 10250 }) }),
            images: Some(self.puller.reported()).filter(|images| !images.is_empty()),
            node_info: Some(NodeSystemInfo {
                architecture: "amd64".to_owned(),
                boot_id: ids.boot.clone(),
                container_runtime_version: "containerd://2.1.4".to_owned(),
                kernel_version: "6.8.0-45-generic".to_owned(),
                kubelet_version: KUBELET_VERSION.to_owned(),
                machine_id: ids.machine.clone(),
                operating_system: "linux".to_owned(),
                os_image: "Ubuntu 24.04.3 LTS".to_owned(),
                system_uuid: ids.system.clone(),
                ..NodeSystemInfo::default()
            }),
            ..NodeStatus::default()
        }
    }

    /// Why the node is not ready, if it is not.
    pub fn not_ready(&self) -> Option<String> {
        let errors: Vec<&str> = self.network_error.into_iter().chain(self.shutting_down.then_some("node is shutting down")).collect();
        match errors.as_slice() {
            [] => None,
            [error] => Some((*error).to_owned()),
            errors => Some(format!("[{}]", errors.join(", "))),
        }
    }

    /// The Ready condition stands last.
    fn node_conditions(&self, old: Option<&NodeStatus>, now: &MetaTime) -> Vec<NodeCondition> {
        let pressures = PRESSURES.map(|(pressure, has, has_not)| {
            let (reason, message) = if self.pressures.contains(&pressure) { has } else { has_not };
            (pressure.condition(), (self.pressures.contains(&pressure), reason, message.to_owned()))
        });
        let ready = match self.not_ready() {
            None => (true, "KubeletReady", "kubelet is posting ready status".to_owned()),
            Some(error) => (false, "KubeletNotReady", error),
        };
        let condition = |(type_, (holds, reason, message)): (&str, (bool, &str, String))| {
            let status = if holds { "True" } else { "False" };
            let before = old.and_then(|old| get_condition(&old.conditions, type_)).filter(|before| before.status == status);
            NodeCondition {
                type_: type_.to_owned(),
                status: status.to_owned(),
                reason: Some(reason.to_owned()),
                message: Some(message),
                last_heartbeat_time: Some(now.clone()),
                last_transition_time: before.and_then(|before| before.last_transition_time.clone()).or_else(|| Some(now.clone())),
            }
        };
        pressures.into_iter().chain([("Ready", ready)]).map(condition).collect()
    }
}

fn binary(bytes: u64) -> Quantity {
    Quantity::from_bytes(i64::try_from(bytes).unwrap_or(i64::MAX))
}

/// Whether a new status says anything new, apart from the time of the heartbeat.
pub(super) fn has_changed(old: &NodeStatus, new: &NodeStatus) -> bool {
    let still = |status: &NodeStatus| {
        let mut status = NodeStatus { volumes_attached: None, volumes_in_use: None, ..status.clone() };
        for condition in status.conditions.iter_mut().flatten() {
            condition.last_heartbeat_time = None;
        }
        status.conditions.iter_mut().for_each(|all| all.sort_by(|a, b| a.type_.cmp(&b.type_)));
        status
    };
    still(old) != still(new)
}
