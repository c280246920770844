//! All nodes with their pods, as one value: what a scheduling cycle looks at.
//!
//! A clone takes no time and shares everything; changing one node afterwards copies that node's neighbourhood only.
//! So the scheduler can keep the picture on which it decided and explain the decision later.
//!
//! Models: pkg/scheduler/backend/cache/{cache.go,snapshot.go}, v1.36.
//! Simplified: cache and snapshot are one, for nothing else runs while a cycle does.

use std::collections::BTreeMap;
use std::sync::Arc;

use imbl::OrdMap;
use k8s_openapi::api::core::v1::Taint;
use podarium_api::{Node, Resource as _};

use super::framework::node_info::NodeInfo;
use super::framework::pod_info::PodInfo;
use super::node_tree::{NodeTree, zone_key};
use super::existing_terms::{CarriedTerm, ExistingTerms};
use super::pod_groups::PodGroups;
use super::plugins::pod_topology_spread::constraint::is_counted;
use super::topologies::{NO_DOMAIN, Topologies};

/// A node's place in the snapshot. It stays the same as long as the node, or a pod on it, is known.
pub type Slot = u32;

/// Nodes in shared chunks: finding one takes two steps, a clone shares every chunk, and a change copies one.
#[derive(Clone, Debug, Default)]
struct Slots(Vec<Arc<Vec<NodeInfo>>>);

impl Slots {
    const CHUNK: usize = 32;

    fn get(&self, slot: Slot) -> &NodeInfo {
        &self.0[slot as usize / Self::CHUNK][slot as usize % Self::CHUNK]
    }

    fn get_mut(&mut self, slot: Slot) -> &mut NodeInfo {
        &mut Arc::make_mut(&mut self.0[slot as usize / Self::CHUNK])[slot as usize % Self::CHUNK]
    }

    fn iter_mut(&mut self) -> impl Iterator<Item = &mut NodeInfo> {
        self.0.iter_mut().flat_map(|chunk| Arc::make_mut(chunk).iter_mut())
    }

    fn push(&mut self, node: NodeInfo) -> Slot {
        if self.0.last().is_none_or(|chunk| chunk.len() == Self::CHUNK) {
            self.0.push(Arc::new(Vec::with_capacity(Self::CHUNK)));
        }
        let before = (self.0.len() - 1) * Self::CHUNK;
        let chunk = Arc::make_mut(self.0.last_mut().expect("a chunk was just made"));
        chunk.push(node);
        (before + chunk.len() - 1) as Slot
    }
}

/// The terms that the pods of a node carry.
fn terms_on(node: &NodeInfo) -> Vec<Arc<CarriedTerm>> {
    if node.pods_with_affinity == 0 {
        return Vec::new();
    }
    node.pods().iter().flat_map(|pod| pod.carried_terms().iter().cloned()).collect()
}

/// The node's domain in the topology of a term.
fn domain(topologies: &Topologies, carried: &CarriedTerm, node: &NodeInfo) -> u32 {
    topologies.find(&carried.term.topology_key).and_then(|key| node.domain(key)).unwrap_or(NO_DOMAIN)
}

/// What is known of an image.
#[derive(Clone, Copy, Debug)]
pub struct ImageState {
    /// On how many nodes it is.
    pub nodes: u32,
    /// Its size, as the first of them said.
    pub bytes: i64,
}

#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    slots: Slots,
    by_name: OrdMap<Arc<str>, Slot>,
    free: Vec<Slot>,
    tree: Arc<NodeTree>,
    /// The tree as a list; empty when it has to be made anew.
    order: Arc<Vec<Slot>>,
    order_is_stale: bool,
    pub pod_groups: PodGroups,
    pub topologies: Topologies,
    pub existing_terms: ExistingTerms,
    /// The different lists of taints that nodes have.
    taints: Vec<Arc<[Taint]>>,
    images: Arc<BTreeMap<String, ImageState>>,
}

impl Snapshot {
    pub fn len(&self) -> usize {
        self.order.len()
    }

    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// Brings the order of nodes up to date. A cycle begins with it.
    pub fn refresh(&mut self) {
        if self.order_is_stale {
            self.order = Arc::new(self.tree.list());
            self.order_is_stale = false;
        }
    }

    /// The slots of all nodes in the order in which they are looked at.
    pub fn order(&self) -> &[Slot] {
        debug_assert!(!self.order_is_stale, "the snapshot was not refreshed");
        &self.order
    }

    pub fn node(&self, slot: Slot) -> &NodeInfo {
        self.slots.get(slot)
    }

    pub fn nodes(&self) -> impl Iterator<Item = &NodeInfo> {
        self.order().iter().map(|slot| self.node(*slot))
    }

    /// The node of this name, if it exists.
    pub fn slot(&self, name: &str) -> Option<Slot> {
        self.by_name.get(name).copied().filter(|slot| self.node(*slot).has_node())
    }

    /// An image that is on some node.
    pub fn image(&self, image: &str) -> Option<ImageState> {
        self.images.get(image).copied()
    }

    pub fn has_images(&self) -> bool {
        !self.images.is_empty()
    }

    pub fn set_node(&mut self, node: Arc<Node>) {
        let slot = self.slot_for(node.name());
        let old = self.node(slot).try_node().cloned();
        self.leave_domains(slot);
        let zone = zone_key(&node);
        match old.as_ref().map(|old| zone_key(old)) {
            Some(old_zone) if old_zone == zone => {}
            old_zone => {
                let tree = Arc::make_mut(&mut self.tree);
                if let Some(old_zone) = old_zone {
                    tree.remove(&old_zone, slot);
                }
                tree.add(&zone, slot);
                self.order_is_stale = true;
            }
        }
        if old.as_ref().is_none_or(|old| old.status.images != node.status.images) {
            self.count_images(slot, u32::MAX);
            self.slots.get_mut(slot).set_node(node);
            self.count_images(slot, 1);
        } else {
            self.slots.get_mut(slot).set_node(node);
        }
        self.slots.get_mut(slot).share_taints(&mut self.taints);
        self.enter_domains(slot);
    }

    /// Brings a topology into use; that takes as long as there are nodes, once.
    pub fn register(&mut self, topology: &str) {
        if self.topologies.find(topology).is_none() {
            let nodes = self.slots.iter_mut().filter(|node| node.has_node());
            self.topologies.register(topology, nodes);
        }
    }

    /// Brings the topologies into use that a pod is spread over or tied to.
    pub fn register_for(&mut self, pod: &PodInfo) {
        for carried in pod.carried_terms() {
            self.register(&carried.term.topology_key);
        }
        for constraint in pod.pod.spec.topology_spread_constraints.iter().flatten().filter(|raw| is_counted(raw)) {
            self.register(&constraint.topology_key);
        }
    }

    /// The pods of the node no longer count for its domains.
    fn leave_domains(&mut self, slot: Slot) {
        let info = self.slots.get(slot);
        if !info.has_node() {
            return;
        }
        self.topologies.node_leaves(info.domains(), info.groups());
        for carried in terms_on(info) {
            let domain = domain(&self.topologies, &carried, info);
            self.existing_terms.remove(&carried, domain);
        }
        self.slots.get_mut(slot).set_domains(Vec::new());
    }

    fn enter_domains(&mut self, slot: Slot) {
        let info = self.slots.get_mut(slot);
        let domains = self.topologies.node_joins(info.labels(), info.groups());
        info.set_domains(domains);
        let info = self.slots.get(slot);
        for carried in terms_on(info) {
            let domain = domain(&self.topologies, &carried, info);
            self.existing_terms.add(&carried, domain);
        }
    }

    pub fn remove_node(&mut self, name: &str) {
        let Some(slot) = self.slot(name) else { return };
        let zone = zone_key(self.node(slot).node());
        Arc::make_mut(&mut self.tree).remove(&zone, slot);
        self.order_is_stale = true;
        self.count_images(slot, u32::MAX);
        self.leave_domains(slot);
        self.slots.get_mut(slot).remove_node();
        self.release_if_empty(slot);
    }

    /// Puts a pod on the node that it names; the node need not have been seen yet.
    pub fn add_pod(&mut self, pod: Arc<PodInfo>) {
        for carried in pod.carried_terms() {
            self.register(&carried.term.topology_key);
        }
        let slot = self.slot_for(pod.node_name());
        let group = self.pod_groups.add(&pod);
        let node = self.slots.get_mut(slot);
        node.add_pod(pod.clone());
        node.count_group(group, 1);
        if node.has_node() {
            self.topologies.count(node.domains(), group, 1);
            for carried in pod.carried_terms() {
                self.existing_terms.add(carried, domain(&self.topologies, carried, node));
            }
        }
    }

    pub fn remove_pod(&mut self, node: &str, uid: &str) -> Option<Arc<PodInfo>> {
        let slot = *self.by_name.get(node)?;
        let node = self.slots.get_mut(slot);
        let pod = node.remove_pod(uid);
        if let Some(pod) = &pod
            && let Some(group) = self.pod_groups.remove(uid)
        {
            node.count_group(group, -1);
            if node.has_node() {
                self.topologies.count(node.domains(), group, -1);
                for carried in pod.carried_terms() {
                    self.existing_terms.remove(carried, domain(&self.topologies, carried, node));
                }
            }
        }
        self.release_if_empty(slot);
        pod
    }

    fn slot_for(&mut self, name: &str) -> Slot {
        if let Some(slot) = self.by_name.get(name) {
            return *slot;
        }
        let name: Arc<str> = name.into();
        let info = NodeInfo::new(name.clone());
        let slot = match self.free.pop() {
            Some(slot) => {
                *self.slots.get_mut(slot) = info;
                slot
            }
            None => self.slots.push(info),
        };
        self.by_name.insert(name, slot);
        slot
    }

    fn release_if_empty(&mut self, slot: Slot) {
        let info = self.node(slot);
        if !info.has_node() && info.pods().is_empty() {
            let name = info.name.clone();
            self.by_name.remove(&name);
            self.free.push(slot);
        }
    }

    fn count_images(&mut self, slot: Slot, delta: u32) {
        let Some(images) = self.node(slot).images.clone() else { return };
        let states = Arc::make_mut(&mut self.images);
        for (name, bytes) in images.iter() {
            let state = states.entry(name.clone()).or_insert(ImageState { nodes: 0, bytes: *bytes });
            state.nodes = state.nodes.wrapping_add(delta);
            if state.nodes == 0 {
                states.remove(name);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scheduler::tests::building::{node, pod};

    fn names(snapshot: &mut Snapshot) -> Vec<String> {
        snapshot.refresh();
        snapshot.nodes().map(|node| node.name.to_string()).collect()
    }

    #[test]
    fn nodes_come_in_the_order_of_their_zones() {
        let mut snapshot = Snapshot::default();
        for (name, zone) in [("a1", "a"), ("a2", "a"), ("b1", "b")] {
            snapshot.set_node(node(name).label("topology.kubernetes.io/zone", zone).arc());
        }
        assert_eq!(names(&mut snapshot), ["a1", "b1", "a2"]);
        snapshot.set_node(node("a1").label("topology.kubernetes.io/zone", "b").arc());
        assert_eq!(names(&mut snapshot), ["a2", "b1", "a1"]);
        snapshot.remove_node("a2");
        assert_eq!(names(&mut snapshot), ["b1", "a1"]);
    }

    #[test]
    fn pods_of_a_node_that_is_gone_are_remembered_until_they_go() {
        let mut snapshot = Snapshot::default();
        snapshot.set_node(node("n1").arc());
        snapshot.add_pod(pod("p").on("n1").request("cpu", "1").info());
        snapshot.remove_node("n1");
        assert_eq!(snapshot.slot("n1"), None);
        snapshot.set_node(node("n1").arc());
        let slot = snapshot.slot("n1").expect("it is back");
        assert_eq!(snapshot.node(slot).requested.milli_cpu, 1000);
        snapshot.remove_pod("n1", "p");
        assert_eq!(snapshot.node(slot).requested.milli_cpu, 0);
    }

    #[test]
    fn a_clone_keeps_its_picture() {
        let mut snapshot = Snapshot::default();
        snapshot.set_node(node("n1").arc());
        let kept = snapshot.clone();
        snapshot.add_pod(pod("p").on("n1").request("cpu", "1").info());
        let slot = kept.slot("n1").expect("it exists");
        assert_eq!(kept.node(slot).requested.milli_cpu, 0);
        assert_eq!(snapshot.node(slot).requested.milli_cpu, 1000);
    }
}
