//! What a machine is before its kubelet runs: its size, its place, its address, how fast it pulls images.
//!
//! Models: pkg/kubelet/apis/config/types.go and the kubelet's flags, v1.36.
//! Simplified: the range of pod addresses is given here, as there is no IPAM controller.

use std::collections::BTreeMap;
use std::time::Duration;

use k8s_openapi::api::core::v1::Taint;
use podarium_api::ObjectMeta;

use super::KubeletConfiguration;
use super::eviction::Signal;
use crate::storage::annotations::CONTROLLER_ATTACHES;

#[derive(Clone, Debug, PartialEq)]
pub struct NodeConfig {
    pub name: String,
    pub cpu_millis: u64,
    pub memory_bytes: u64,
    pub ephemeral_storage_bytes: u64,
    /// How many pods it takes.
    pub pods: u32,
    /// When its kubelet evicts pods, and what becomes of them when the machine is shut down.
    pub kubelet: KubeletConfiguration,
    /// `topology.kubernetes.io/zone` and `topology.kubernetes.io/region`.
    pub zone: Option<String>,
    pub region: Option<String>,
    pub labels: BTreeMap<String, String>,
    /// Taints that the node registers with.
    pub taints: Vec<Taint>,
    /// The node's address.
    pub address: String,
    /// Its address on the internet, of a machine that has one.
    pub external_address: Option<String>,
    /// The addresses of its pods, e.g. `10.244.1.0/24`.
    pub pod_cidr: String,
    /// From power-on until the kubelet runs.
    pub boots_in: Duration,
    /// From then until pods can be given a network.
    pub network_ready_in: Duration,
    pub pull_bytes_per_second: u64,
    /// Images that are on the machine from the start.
    pub images: Vec<String>,
}

impl NodeConfig {
    /// A machine with 4 CPU and 8 Gi. The index (0, 1, 2 …) gives it addresses of its own: machine 0 is 10.0.1.1 and its
    /// pods are in 10.244.0.0/24; from machine 256 on, pods are in 10.129.0.0/24 and following.
    pub fn new(name: &str, index: u32) -> Self {
        let block = if index < 256 { 244 } else { 128 + index / 256 };
        NodeConfig {
            name: name.to_owned(),
            cpu_millis: 4000,
            memory_bytes: 8 << 30,
            ephemeral_storage_bytes: 100 << 30,
            pods: 110,
            kubelet: KubeletConfiguration::default(),
            zone: None,
            region: None,
            labels: BTreeMap::new(),
            taints: Vec::new(),
            address: format!("10.0.{}.{}", 1 + index / 250, 1 + index % 250),
            external_address: None,
            pod_cidr: format!("10.{block}.{}.0/24", index % 256),
            boots_in: Duration::from_millis(500),
            network_ready_in: Duration::from_millis(500),
            pull_bytes_per_second: 60 << 20,
            images: Vec::new(),
        }
    }

    /// What pods do not get of something, so that the machine itself survives: what the kubelet evicts at.
    pub(super) fn kept_back(&self, signal: Signal, capacity: u64) -> u64 {
        self.kubelet.thresholds.iter().filter(|threshold| threshold.signal == signal && threshold.is_hard()).map(|threshold| threshold.amount.of(capacity)).sum()
    }

    pub fn all_labels(&self) -> BTreeMap<String, String> {
        let mut labels = BTreeMap::new();
        let mut put = |key: &str, value: &str| labels.insert(key.to_owned(), value.to_owned());
        for prefix in ["beta.kubernetes.io", "kubernetes.io"] {
            put(&format!("{prefix}/arch"), "amd64");
            put(&format!("{prefix}/os"), "linux");
        }
        put("kubernetes.io/hostname", &self.name);
        for (key, value) in [("zone", &self.zone), ("region", &self.region)] {
            if let Some(value) = value {
                put(&format!("topology.kubernetes.io/{key}"), value);
            }
        }
        labels.extend(self.labels.clone());
        labels
    }

    /// What the kubelet registers its node with.
    pub fn metadata(&self) -> ObjectMeta {
        ObjectMeta {
            name: Some(self.name.clone()),
            labels: Some(self.all_labels()),
            annotations: Some([(CONTROLLER_ATTACHES.to_owned(), "true".to_owned())].into()),
            ..ObjectMeta::default()
        }
    }
}
