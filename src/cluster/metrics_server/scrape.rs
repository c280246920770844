//! What a kubelet tells of its containers and its machine, and what becomes of it.
//!
//! Models: metrics-server pkg/scraper/client/resource, pkg/storage, v0.8; pkg/kubelet/metrics/collectors/resource_metrics.go, v1.36.
//! Simplified: CPU is the mean over the last ten full seconds instead of the difference between two counters; a machine
//! uses what its containers use, and a little for itself.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;

use crate::store::Key;

/// What the machine and the system's own programs on it take: thousandths of a CPU, and bytes.
const SYSTEM: (u64, u64) = (SYSTEM_CPU_MILLIS, SYSTEM_MEMORY);
pub(crate) const SYSTEM_CPU_MILLIS: u64 = 50;
pub(crate) const SYSTEM_MEMORY: u64 = 400 << 20;

/// What a pod's containers use, by their names: thousandths of a CPU, and bytes.
#[derive(Clone, Debug, PartialEq)]
pub struct PodUsage {
    pub pod: Key,
    pub containers: Vec<(String, u64, u64)>,
}

/// What a kubelet tells.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NodeUsage {
    pub pods: Vec<PodUsage>,
}

impl NodeUsage {
    /// The whole machine.
    pub(super) fn total(&self) -> (u64, u64) {
        let containers = self.pods.iter().flat_map(|pod| &pod.containers);
        containers.fold(SYSTEM, |(cpu, memory), (_, used_cpu, used_memory)| (cpu + used_cpu, memory + used_memory))
    }
}

/// What was measured last, by node and by pod.
#[derive(Clone, Debug, Default)]
pub(crate) struct Measured {
    pub nodes: BTreeMap<String, (Timestamp, u64, u64)>,
    pub pods: BTreeMap<Key, (Timestamp, Vec<(String, u64, u64)>)>,
}

/// A picture of it that is shared with the API server.
pub(super) type Shared = Arc<Measured>;
