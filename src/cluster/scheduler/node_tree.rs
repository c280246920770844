//! The order in which nodes are looked at: zone by zone in turn, so that even a search that ends early has seen all
//! zones.
//!
//! Example: zone a holds n1 and n2, zone b holds n3: the order is n1, n3, n2.
//!
//! Models: pkg/scheduler/backend/cache/node_tree.go, v1.36.
//! Simplified: nothing.

use podarium_api::{Node, Resource as _};

use super::framework::affinity_term::labels;

/// Slots of nodes by zone, zones in the order in which they were first seen.
#[derive(Clone, Debug, Default)]
pub struct NodeTree {
    zones: Vec<(String, Vec<u32>)>,
}

impl NodeTree {
    pub fn add(&mut self, zone: &str, slot: u32) {
        match self.zones.iter_mut().find(|(name, _)| name == zone) {
            Some((_, nodes)) => nodes.push(slot),
            None => self.zones.push((zone.to_owned(), vec![slot])),
        }
    }

    pub fn remove(&mut self, zone: &str, slot: u32) {
        let Some(index) = self.zones.iter().position(|(name, _)| name == zone) else { return };
        let nodes = &mut self.zones[index].1;
        nodes.retain(|other| *other != slot);
        if nodes.is_empty() {
            self.zones.remove(index);
        }
    }

    pub fn list(&self) -> Vec<u32> {
        let longest = self.zones.iter().map(|(_, nodes)| nodes.len()).max().unwrap_or(0);
        (0..longest).flat_map(|round| self.zones.iter().filter_map(move |(_, nodes)| nodes.get(round).copied())).collect()
    }
}

/// Region and zone of a node as one key; empty when the node names neither.
pub fn zone_key(node: &Node) -> String {
    let labels = labels(node.meta());
    let get = |new: &str, old: &str| labels.get(old).or_else(|| labels.get(new)).map(String::as_str).unwrap_or_default();
    let zone = get("topology.kubernetes.io/zone", "failure-domain.beta.kubernetes.io/zone");
    let region = get("topology.kubernetes.io/region", "failure-domain.beta.kubernetes.io/region");
    if zone.is_empty() && region.is_empty() {
        return String::new();
    }
    // The separator can be in neither of the two.
    format!("{region}:\0:{zone}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_take_turns() {
        let mut tree = NodeTree::default();
        for (zone, slot) in [("a", 1), ("a", 2), ("b", 3), ("c", 4), ("c", 5), ("c", 6)] {
            tree.add(zone, slot);
        }
        assert_eq!(tree.list(), [1, 3, 4, 2, 5, 6]);
        tree.remove("b", 3);
        tree.remove("a", 1);
        assert_eq!(tree.list(), [2, 4, 5, 6]);
        tree.add("b", 7);
        assert_eq!(tree.list(), [2, 4, 7, 5, 6], "a zone that comes back is the last");
    }
}
