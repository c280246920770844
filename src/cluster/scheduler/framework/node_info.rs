//! A node as the scheduler sees it: what it has, what the pods on it take, which ports and images it holds.
//!
//! What the filters of every cycle read lies in the struct itself; everything else is shared behind pointers, so that
//! a copy of a node is cheap.
//!
//! Models: pkg/scheduler/framework/types.go (NodeInfo), v1.36.
//! Simplified: no volumes and no resource claims.

use std::collections::BTreeMap;
use std::sync::Arc;

use k8s_openapi::api::core::v1::Taint;
use podarium_api::{Node, Resource as _};

use super::affinity_term::{Labels, labels};
use super::host_ports::HostPort;
use super::pod_info::PodInfo;
use super::resource::Resource;
use super::toleration::PREFER_NO_SCHEDULE;
use crate::scheduler::pod_groups::GroupId;
use crate::scheduler::topologies::{DomainId, KeyId};

#[derive(Clone, Debug)]
pub struct NodeInfo {
    pub name: Arc<str>,
    /// `None` while pods are known to be on a node that is gone or has not been seen yet.
    node: Option<Arc<Node>>,
    pub allocatable: Resource,
    /// The sum of what the pods ask for.
    pub requested: Resource,
    /// The same with a minimum for containers without requests.
    pub non_zero_milli_cpu: i64,
    pub non_zero_memory: i64,
    /// The node's domain in each topology in use; empty while the node is not there.
    domains: Arc<Vec<DomainId>>,
    pub has_hostname: bool,
    pub unschedulable: bool,
    /// Whether a taint keeps pods away, or makes the node less welcome: nearly all nodes have neither.
    hard_taints: Option<Arc<[Taint]>>,
    pub has_soft_taints: bool,
    pods: Arc<Vec<Arc<PodInfo>>>,
    /// How many these are, to be read without following the pointer.
    pub pod_count: i64,
    /// How many pods of each group there are; kept by the snapshot, not by `add_pod`, and so not up to date while
    /// pods are taken off and put back in thought.
    groups: Arc<Vec<(GroupId, u32)>>,
    pub pods_with_affinity: u32,
    ports: Option<Arc<Vec<HostPort>>>,
    /// Size by name of the images on the node.
    pub images: Option<Arc<BTreeMap<String, i64>>>,
}

impl NodeInfo {
    pub fn new(name: Arc<str>) -> Self {
        NodeInfo {
            name,
            node: None,
            allocatable: Resource::default(),
            requested: Resource::default(),
            non_zero_milli_cpu: 0,
            non_zero_memory: 0,
            domains: Arc::default(),
            has_hostname: false,
            unschedulable: false,
            hard_taints: None,
            has_soft_taints: false,
            pods: Arc::default(),
            pod_count: 0,
            groups: Arc::default(),
            pods_with_affinity: 0,
            ports: None,
            images: None,
        }
    }

    pub fn of(node: Arc<Node>) -> Self {
        let mut info = Self::new(node.name().into());
        info.set_node(node);
        info
    }

    pub fn set_node(&mut self, node: Arc<Node>) {
        self.allocatable = Resource::from_list(node.status.allocatable.as_ref());
        self.has_hostname = labels(node.meta()).contains_key("kubernetes.io/hostname");
        self.unschedulable = node.spec.unschedulable.unwrap_or(false);
        let taints = node.spec.taints.as_deref().unwrap_or_default();
        self.has_soft_taints = taints.iter().any(|taint| taint.effect == PREFER_NO_SCHEDULE);
        // When a taint was added does not matter here, and without it the taints of many nodes are equal.
        let hard = taints.iter().filter(|taint| taint.effect != PREFER_NO_SCHEDULE).map(|taint| Taint { time_added: None, ..taint.clone() });
        let hard: Arc<[Taint]> = hard.collect();
        self.hard_taints = Some(hard).filter(|hard| !hard.is_empty());
        let images: BTreeMap<String, i64> = node
            .status
            .images
            .iter()
            .flatten()
            .flat_map(|image| image.names.iter().flatten().map(|name| (name.clone(), image.size_bytes.unwrap_or(0))))
            .collect();
        self.images = (!images.is_empty()).then(|| Arc::new(images));
        self.node = Some(node);
    }

    /// The taints that keep pods away, if there are any.
    pub fn hard_taints(&self) -> Option<&[Taint]> {
        self.hard_taints.as_deref()
    }

    /// Puts equal taints of another node in the place of its own: what thousands of nodes share is quickly read.
    pub fn share_taints(&mut self, known: &mut Vec<Arc<[Taint]>>) {
        let Some(own) = &mut self.hard_taints else { return };
        if let Some(same) = known.iter().find(|known| *known == own) {
            *own = same.clone();
            return;
        }
        known.retain(|known| Arc::strong_count(known) > 1);
        known.push(own.clone());
    }

    /// Forgets the node but not its pods, whose deletion is still to come.
    pub fn remove_node(&mut self) {
        self.node = None;
    }

    pub fn has_node(&self) -> bool {
        self.node.is_some()
    }

    pub fn try_node(&self) -> Option<&Arc<Node>> {
        self.node.as_ref()
    }

    /// # Panics
    /// For an entry without a node; the snapshot lists none of those.
    pub fn node(&self) -> &Arc<Node> {
        self.node.as_ref().expect("the snapshot lists only nodes that exist")
    }

    pub fn labels(&self) -> &Labels {
        labels(self.node().meta())
    }

    pub fn pods(&self) -> &[Arc<PodInfo>] {
        &self.pods
    }

    pub fn ports(&self) -> &[HostPort] {
        self.ports.as_deref().map_or(&[], Vec::as_slice)
    }

    pub fn add_pod(&mut self, pod: Arc<PodInfo>) {
        self.count(&pod, 1);
        if !pod.host_ports.is_empty() {
            Arc::make_mut(self.ports.get_or_insert_default()).extend(pod.host_ports.iter().cloned());
        }
        Arc::make_mut(&mut self.pods).push(pod);
    }

    /// Takes the pod of this uid off the node. The last pod of the list takes its place, as in Kubernetes, where the
    /// order of the list decides between victims of equal importance.
    pub fn remove_pod(&mut self, uid: &str) -> Option<Arc<PodInfo>> {
        let index = self.pods.iter().position(|pod| &*pod.uid == uid)?;
        let pod = Arc::make_mut(&mut self.pods).swap_remove(index);
        self.count(&pod, -1);
        if let Some(ports) = &mut self.ports {
            Arc::make_mut(ports).retain(|port| !pod.host_ports.contains(port));
        }
        Some(pod)
    }

    /// The node's domain in a topology; `None` if the topology came into use later.
    pub fn domain(&self, key: KeyId) -> Option<DomainId> {
        self.domains.get(key).copied()
    }

    pub fn domains(&self) -> &[DomainId] {
        &self.domains
    }

    pub fn set_domains(&mut self, domains: Vec<DomainId>) {
        self.domains = Arc::new(domains);
    }

    /// Adds the domain of the topology that came into use last.
    pub fn set_domain(&mut self, key: KeyId, domain: DomainId) {
        assert_eq!(self.domains.len(), key, "topologies come into use one after the other");
        Arc::make_mut(&mut self.domains).push(domain);
    }

    pub fn groups(&self) -> &[(GroupId, u32)] {
        &self.groups
    }

    /// Counts a pod of the group in, or out.
    pub fn count_group(&mut self, group: GroupId, times: i32) {
        let groups = Arc::make_mut(&mut self.groups);
        match groups.iter_mut().position(|(id, _)| *id == group) {
            Some(index) => {
                groups[index].1 = groups[index].1.saturating_add_signed(times);
                if groups[index].1 == 0 {
                    groups.swap_remove(index);
                }
            }
            None if times > 0 => groups.push((group, times.unsigned_abs())),
            None => {}
        }
    }

    fn count(&mut self, pod: &PodInfo, times: i64) {
        self.pod_count += times;
        self.requested.add(&pod.requests, times);
        self.non_zero_milli_cpu += times * pod.non_zero_milli_cpu;
        self.non_zero_memory += times * pod.non_zero_memory;
        let delta = if times > 0 { 1 } else { u32::MAX };
        if pod.affinity.is_some() {
            self.pods_with_affinity = self.pods_with_affinity.wrapping_add(delta);
        }
    }
}
