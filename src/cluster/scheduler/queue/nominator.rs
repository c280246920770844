//! Pods that have been promised a node on which others are being evicted for them.
//!
//! While their place is being cleared, pods of the same or a lower priority must not take it.
//!
//! Models: pkg/scheduler/backend/queue/nominator.go, v1.36.
//! Simplified: nothing.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::scheduler::framework::pod_info::PodInfo;

#[derive(Clone, Debug, Default)]
pub struct Nominator {
    by_node: BTreeMap<String, Vec<Arc<PodInfo>>>,
    node_of: BTreeMap<Arc<str>, String>,
}

impl Nominator {
    /// Nominates the pod for `node`; without one, for the node that its status names, if any.
    pub fn add(&mut self, pod: &Arc<PodInfo>, node: Option<&str>) {
        self.remove(&pod.uid);
        let node = node.unwrap_or_else(|| pod.nominated_node_name());
        if node.is_empty() {
            return;
        }
        self.node_of.insert(pod.uid.clone(), node.to_owned());
        self.by_node.entry(node.to_owned()).or_default().push(pod.clone());
    }

    /// The pod has changed. A nomination that the API does not show yet is kept.
    pub fn update(&mut self, old_nomination: &str, pod: &Arc<PodInfo>) {
        let kept = match self.node_of.get(&pod.uid) {
            Some(node) if old_nomination.is_empty() && pod.nominated_node_name().is_empty() => Some(node.clone()),
            _ => None,
        };
        self.add(pod, kept.as_deref());
    }

    pub fn remove(&mut self, uid: &str) {
        let Some(node) = self.node_of.remove(uid) else { return };
        if let Some(pods) = self.by_node.get_mut(&node) {
            pods.retain(|pod| &*pod.uid != uid);
            if pods.is_empty() {
                self.by_node.remove(&node);
            }
        }
    }

    pub fn is_empty(&self) -> bool {
        self.by_node.is_empty()
    }

    pub fn pods_for(&self, node: &str) -> &[Arc<PodInfo>] {
        if self.by_node.is_empty() {
            return &[];
        }
        self.by_node.get(node).map_or(&[], Vec::as_slice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scheduler::tests::building::pod;

    #[test]
    fn a_nomination_outlives_an_update_that_has_not_heard_of_it() {
        let mut nominator = Nominator::default();
        let plain = pod("p").info();
        nominator.add(&plain, Some("n1"));
        nominator.update("", &plain);
        assert_eq!(nominator.pods_for("n1").len(), 1);
        let moved = pod("p").nominated("n2").info();
        nominator.update("", &moved);
        assert!(nominator.pods_for("n1").is_empty());
        assert_eq!(nominator.pods_for("n2").len(), 1);
        nominator.update("n2", &plain);
        assert!(nominator.is_empty(), "the API took the nomination back");
    }
}
