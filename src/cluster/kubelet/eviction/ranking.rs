//! Who is evicted first, and what is said of it.
//!
//! Models: pkg/kubelet/eviction/helpers.go (rankMemoryPressure, rankPIDPressure, rankDiskPressureFunc, evictionMessage), v1.36.
//! Simplified: the events carry no annotations that repeat what the message says.

use std::cmp::Reverse;
use std::sync::Arc;

use podarium_api::Pod;
use podarium_api::quantity::Quantity;
use podarium_api::resource::{pod_requests, resource_list};

use super::super::pod::Uid;
use super::thresholds::Signal;

/// What a container uses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ContainerUse {
    pub name: String,
    pub memory: u64,
    /// What it has written on its own disk.
    pub disk: u64,
}

/// What a pod uses.
#[derive(Clone, Debug)]
pub(super) struct PodUse {
    pub uid: Uid,
    pub pod: Arc<Pod>,
    /// Whether anything of it is there to be measured.
    pub found: bool,
    pub containers: Vec<ContainerUse>,
    /// What its volumes on the machine's disk hold, by name; and those in memory together.
    pub volumes: Vec<(String, u64)>,
    pub in_memory: u64,
    pub processes: u64,
}

impl PodUse {
    pub fn memory(&self) -> u64 {
        self.containers.iter().map(|container| container.memory).sum::<u64>() + self.in_memory
    }

    pub fn disk(&self) -> u64 {
        self.containers.iter().map(|container| container.disk).sum::<u64>() + self.volumes.iter().map(|(_, bytes)| bytes).sum::<u64>()
    }

    pub fn is_critical(&self) -> bool {
        self.priority() >= super::super::configuration::CRITICAL || super::super::static_pods::is_mirror(&self.pod)
    }

    fn priority(&self) -> i32 {
        self.pod.spec.priority.unwrap_or(0)
    }
}

fn bytes(amount: u64) -> Quantity {
    Quantity::from_bytes(i64::try_from(amount).unwrap_or(i64::MAX))
}

/// Puts those first that are to go first: who uses more than it has asked for, then who is less important, then who uses
/// the most beyond what it has asked for. Process numbers cannot be asked for, so there importance comes first.
pub(super) fn rank(signal: Signal, pods: &mut [PodUse]) {
    let beyond = |one: &PodUse, resource: &str, used: u64| {
        let requested = pod_requests(&one.pod.spec).get(resource).map_or(0, |quantity| quantity.value());
        i64::try_from(used).unwrap_or(i64::MAX) - requested
    };
    match signal {
        Signal::MemoryAvailable => pods.sort_by_cached_key(|one| {
            let beyond = beyond(one, "memory", one.memory());
            (one.found, beyond <= 0, one.priority(), Reverse(beyond))
        }),
        Signal::ImageFsAvailable | Signal::NodeFsAvailable => pods.sort_by_cached_key(|one| {
            let beyond = beyond(one, "ephemeral-storage", one.disk());
            (one.found, beyond <= 0, one.priority(), Reverse(beyond))
        }),
        Signal::PidAvailable => pods.sort_by_cached_key(|one| (one.priority(), Reverse(one.processes))),
    }
}

/// `The node was low on resource: memory. Threshold quantity: 100Mi, available: 80Mi. Container a was using …`
pub(super) fn message(signal: Signal, one: &PodUse, threshold: u64, available: u64) -> String {
    let resource = signal.resource();
    let amount = |number: u64| if signal == Signal::PidAvailable { Quantity::from_units(i64::try_from(number).unwrap_or(i64::MAX)) } else { bytes(number) };
    let mut text = format!("The node was low on resource: {resource}. Threshold quantity: {}, available: {}. ", amount(threshold), amount(available));
    if !one.found || signal == Signal::PidAvailable {
        return text;
    }
    let of_pod = one.pod.spec.resources.as_ref().and_then(|resources| resource_list(resources.requests.as_ref()).get(resource).copied());
    if let (Signal::MemoryAvailable, Some(request)) = (signal, of_pod) {
        let name = one.pod.metadata.name.as_deref().unwrap_or_default();
        text.push_str(&format!("Pod {name} was using {}, request is {request}, has larger consumption of {resource}. ", bytes(one.memory())));
    }
    let declared = || one.pod.spec.containers.iter().chain(one.pod.spec.init_containers.iter().flatten());
    for used in &one.containers {
        let Some(container) = declared().find(|container| container.name == used.name) else { continue };
        let requests = container.resources.as_ref().map(|resources| resource_list(resources.requests.as_ref())).unwrap_or_default();
        let request = requests.get(resource).copied().unwrap_or_default();
        let usage = bytes(if signal == Signal::MemoryAvailable { used.memory } else { used.disk });
        if usage > request {
            text.push_str(&format!("Container {} was using {usage}, request is {request}, has larger consumption of {resource}. ", used.name));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn pod(name: &str, priority: i32, request: &str, memory_mib: u64) -> PodUse {
        let mut pod = Pod::default();
        pod.metadata.name = Some(name.to_owned());
        pod.spec = Arc::new(serde_json::from_value(json!({"priority": priority, "containers": [{"name": "c", "resources": {"requests": {"memory": request}}}]})).unwrap());
        let containers = vec![ContainerUse { name: "c".to_owned(), memory: memory_mib << 20, disk: 0 }];
        PodUse { uid: name.into(), pod: Arc::new(pod), found: true, containers, volumes: Vec::new(), in_memory: 0, processes: memory_mib }
    }

    /// The reference's table for memory: those within their requests go last, the less important first, the greediest first.
    #[test]
    fn who_exceeds_its_requests_goes_first_then_who_is_less_important() {
        let mut pods = vec![
            pod("below-high", 100, "900Mi", 800),
            pod("above-high", 100, "100Mi", 900),
            pod("above-low-greedy", 0, "100Mi", 700),
            pod("above-low", 0, "100Mi", 600),
            pod("below-low", 0, "900Mi", 899),
            pod("best-effort", 0, "0", 650),
        ];
        rank(Signal::MemoryAvailable, &mut pods);
        let order = |pods: &[PodUse]| pods.iter().map(|one| one.uid.to_string()).collect::<Vec<_>>();
        assert_eq!(order(&pods), ["best-effort", "above-low-greedy", "above-low", "above-high", "below-low", "below-high"]);
        rank(Signal::PidAvailable, &mut pods);
        assert_eq!(order(&pods), ["below-low", "above-low-greedy", "best-effort", "above-low", "above-high", "below-high"]);
    }

    #[test]
    fn the_message_names_who_used_more_than_it_asked_for() {
        assert_eq!(
            message(Signal::MemoryAvailable, &pod("a", 0, "100Mi", 600), 100 << 20, 80 << 20),
            "The node was low on resource: memory. Threshold quantity: 100Mi, available: 80Mi. Container c was using 600Mi, request is 100Mi, has larger consumption of memory. "
        );
        assert_eq!(message(Signal::MemoryAvailable, &pod("a", 0, "900Mi", 600), 100 << 20, 80 << 20), "The node was low on resource: memory. Threshold quantity: 100Mi, available: 80Mi. ");
    }
}
