//! Which slot of its node a pod stands on. A pod keeps its slot for life, so that a neighbour's death does not move it.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::PodView;

/// Slots by node, and by pod within the node. Pods without a node have slots in the queue, which is the node `None`.
#[derive(Clone, Debug, Default)]
pub struct Placement {
    slots: BTreeMap<Option<String>, BTreeMap<String, usize>>,
}

impl Placement {
    /// Frees the slots of pods that are gone, then gives each new pod the lowest free one.
    pub fn update(&mut self, pods: &[PodView]) {
        let mut present: BTreeMap<&Option<String>, Vec<&str>> = BTreeMap::new();
        for pod in pods {
            present.entry(&pod.node).or_default().push(&pod.uid);
        }
        self.slots.retain(|node, _| present.contains_key(node));
        for (node, uids) in present {
            let taken = self.slots.entry(node.clone()).or_default();
            let here: BTreeSet<&str> = uids.iter().copied().collect();
            taken.retain(|uid, _| here.contains(uid.as_str()));
            let mut used: BTreeSet<usize> = taken.values().copied().collect();
            let mut free = 0;
            for uid in uids {
                if taken.contains_key(uid) {
                    continue;
                }
                while used.contains(&free) {
                    free += 1;
                }
                used.insert(free);
                taken.insert(uid.to_owned(), free);
            }
        }
    }

    pub fn slot(&self, pod: &PodView) -> Option<usize> {
        self.slots.get(&pod.node)?.get(&pod.uid).copied()
    }

    /// The number of slots that the fullest node needs.
    pub fn deepest(&self) -> usize {
        let used = self.slots.iter().filter(|(node, _)| node.is_some());
        used.filter_map(|(_, slots)| slots.values().max()).max().map_or(0, |slot| slot + 1)
    }

    pub fn queued(&self) -> usize {
        self.slots.get(&None).and_then(|slots| slots.values().max()).map_or(0, |slot| slot + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pod(uid: &str, node: Option<&str>) -> PodView {
        PodView { uid: uid.into(), node: node.map(Into::into), ..PodView::default() }
    }

    #[test]
    fn a_pod_keeps_its_slot_and_a_new_one_takes_the_gap() {
        let mut placement = Placement::default();
        placement.update(&[pod("a", Some("n")), pod("b", Some("n")), pod("c", Some("n"))]);
        placement.update(&[pod("a", Some("n")), pod("c", Some("n"))]);
        assert_eq!(placement.slot(&pod("c", Some("n"))), Some(2));
        placement.update(&[pod("a", Some("n")), pod("c", Some("n")), pod("d", Some("n"))]);
        assert_eq!(placement.slot(&pod("d", Some("n"))), Some(1));
        assert_eq!(placement.deepest(), 3);
    }

    #[test]
    fn a_bound_pod_leaves_the_queue() {
        let mut placement = Placement::default();
        placement.update(&[pod("a", None)]);
        assert_eq!((placement.queued(), placement.deepest()), (1, 0));
        placement.update(&[pod("a", Some("n"))]);
        assert_eq!((placement.queued(), placement.deepest()), (0, 1));
    }
}
