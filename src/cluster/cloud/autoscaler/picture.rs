//! The cluster as the autoscaler imagines it: with nodes that are still to come, and with pods where they would go. It asks
//! the scheduler's own filters whether a pod fits.
//!
//! Models: cluster-autoscaler/simulator/clustersnapshot, v1.36.
//! Simplified: nothing.

use std::sync::Arc;

use podarium_api::{Kind, Namespace, Node, Pod, ReplicaSet, Resource as _, Service};

use crate::client::Caches;
use crate::scheduler::configuration::SchedulerConfiguration;
use crate::scheduler::framework::cycle_state::CycleState;
use crate::scheduler::framework::plugin::Handle;
use crate::scheduler::framework::pod_info::PodInfo;
use crate::scheduler::framework::profile::Profile;
use crate::scheduler::framework::status::Status;
use crate::scheduler::listers::Listers;
use crate::scheduler::queue::nominator::Nominator;
use crate::scheduler::snapshot::Snapshot;

/// Kinds that decide whether a pod with volumes fits.
pub(super) const STORAGE: [Kind; 7] =
    [Kind::PersistentVolume, Kind::PersistentVolumeClaim, Kind::StorageClass, Kind::CSINode, Kind::CSIDriver, Kind::CSIStorageCapacity, Kind::VolumeAttachment];

#[derive(Clone, Debug)]
pub(super) struct Picture {
    snapshot: Snapshot,
    listers: Listers,
    nominator: Nominator,
    profile: Profile,
}

impl Picture {
    /// The cluster as the caches show it.
    pub fn of(caches: &Caches) -> Self {
        let configuration = SchedulerConfiguration::default();
        let mut listers = Listers::default();
        caches.list::<Namespace>().for_each(|namespace| listers.set_namespace(namespace.meta()));
        caches.list::<Service>().for_each(|service| listers.set_service(service.clone()));
        caches.list::<ReplicaSet>().for_each(|set| listers.set_replica_set(set.clone()));
        for (_, object) in STORAGE.iter().filter_map(|kind| caches.kind(*kind)).flat_map(|cache| cache.iter()) {
            listers.storage.set(object);
        }
        let mut snapshot = Snapshot::default();
        for topology in configuration.profiles.iter().flat_map(Profile::plugins).flat_map(|plugin| plugin.topologies()) {
            snapshot.register(topology);
        }
        caches.list::<Node>().for_each(|node| snapshot.set_node(node.clone()));
        let placed = |pod: &&Arc<Pod>| pod.spec.node_name.as_deref().is_some_and(|node| !node.is_empty()) && !super::is_over(pod);
        caches.list::<Pod>().filter(placed).for_each(|pod| snapshot.add_pod(Arc::new(PodInfo::new(pod.clone()))));
        Picture { snapshot, listers, nominator: Nominator::default(), profile: configuration.profiles.first().clone() }
    }

    pub fn add_node(&mut self, node: Arc<Node>) {
        self.snapshot.set_node(node);
    }

    /// Takes a node away with all of its pods, which are given back.
    pub fn remove_node(&mut self, name: &str) -> Vec<Arc<PodInfo>> {
        let pods = self.pods_on(name);
        for pod in &pods {
            self.snapshot.remove_pod(name, &pod.uid);
        }
        self.snapshot.remove_node(name);
        pods
    }

    pub fn pods_on(&self, name: &str) -> Vec<Arc<PodInfo>> {
        self.snapshot.slot(name).map(|slot| self.snapshot.node(slot).pods().to_vec()).unwrap_or_default()
    }

    /// Whether the pod fits on this node, or what is in the way.
    pub fn fits(&mut self, pod: &PodInfo, node: &str) -> Result<(), Status> {
        self.snapshot.refresh();
        self.snapshot.register_for(pod);
        let Some(slot) = self.snapshot.slot(node) else { return Err(Status::unresolvable("node(s) not found")) };
        let handle = Handle { snapshot: &self.snapshot, listers: &self.listers, nominator: &self.nominator, profile: &self.profile };
        let mut state = CycleState::default();
        let before = self.profile.run_pre_filter(handle, &mut state, pod);
        before.status?;
        if before.nodes.is_some_and(|nodes| !nodes.contains(node)) {
            return Err(Status::unresolvable("node(s) didn't match Pod's node affinity/selector"));
        }
        self.profile.run_filter(&state, pod, self.snapshot.node(slot))
    }

    /// Puts a pod on a node.
    pub fn place(&mut self, pod: &PodInfo, node: &str) {
        self.snapshot.add_pod(Arc::new(pod.assumed_on(node)));
    }

    /// Puts a pod on the first node that takes it and is meant; the node's name.
    pub fn place_on_any(&mut self, pod: &PodInfo, is_meant: impl Fn(&str) -> bool) -> Option<String> {
        self.snapshot.refresh();
        let names: Vec<String> = self.snapshot.nodes().map(|node| node.name.to_string()).filter(|name| is_meant(name)).collect();
        let found = names.into_iter().find(|name| self.fits(pod, name).is_ok())?;
        self.place(pod, &found);
        Some(found)
    }

    /// The greater part of a node's CPU or memory that pods have asked for.
    pub fn utilization(&self, name: &str) -> f64 {
        let Some(slot) = self.snapshot.slot(name) else { return 0.0 };
        let node = self.snapshot.node(slot);
        let part = |asked: i64, there: i64| if there > 0 { asked as f64 / there as f64 } else { 0.0 };
        part(node.requested.milli_cpu, node.allocatable.milli_cpu).max(part(node.requested.memory, node.allocatable.memory))
    }

    /// The same as Go prints what is known of it.
    pub fn utilization_report(&self, name: &str) -> String {
        let Some(slot) = self.snapshot.slot(name) else { return String::new() };
        let node = self.snapshot.node(slot);
        let part = |asked: i64, there: i64| if there > 0 { asked as f64 / there as f64 } else { 0.0 };
        let (cpu, memory) = (part(node.requested.milli_cpu, node.allocatable.milli_cpu), part(node.requested.memory, node.allocatable.memory));
        let (resource, most) = if cpu > memory { ("cpu", cpu) } else { ("memory", memory) };
        format!("{{{cpu} {memory} 0 map[] {resource} {most}}}")
    }

    /// What pods together would leave of these nodes' CPU and memory, as a part of all.
    pub fn waste(&self, nodes: &[String]) -> f64 {
        let (mut asked, mut there) = ([0.0, 0.0], [0.0, 0.0]);
        for node in nodes.iter().filter_map(|name| self.snapshot.slot(name)).map(|slot| self.snapshot.node(slot)) {
            asked[0] += node.requested.milli_cpu as f64;
            asked[1] += node.requested.memory as f64;
            there[0] += node.allocatable.milli_cpu as f64;
            there[1] += node.allocatable.memory as f64;
        }
        let part = |index: usize| if there[index] > 0.0 { (there[index] - asked[index]) / there[index] } else { 0.0 };
        part(0) + part(1)
    }
}
