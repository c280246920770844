//! The pods that have a node, as far as the scheduler knows: those that the API server shows there, and those that are
//! only assumed to be there because their binding is under way.
//!
//! Assuming lets the next cycle go on at once: the pod's resources count as taken before the API server has answered.
//!
//! Models: pkg/scheduler/backend/cache/cache.go, v1.36.
//! Simplified: assumed pods do not expire, as by default.

use std::sync::Arc;

use imbl::OrdMap;
use podarium_api::Pod;

use super::framework::pod_info::PodInfo;
use super::snapshot::Snapshot;

#[derive(Clone, Debug)]
struct Known {
    info: Arc<PodInfo>,
    assumed: bool,
}

#[derive(Clone, Debug, Default)]
pub struct Cache {
    pub snapshot: Snapshot,
    pods: OrdMap<Arc<str>, Known>,
}

impl Cache {
    pub fn is_assumed(&self, uid: &str) -> bool {
        self.pods.get(uid).is_some_and(|known| known.assumed)
    }

    pub fn get(&self, uid: &str) -> Option<&Arc<PodInfo>> {
        self.pods.get(uid).map(|known| &known.info)
    }

    /// Counts the pod as running on the node.
    ///
    /// # Panics
    /// When the pod has a node already: the queue gave a pod out twice.
    pub fn assume(&mut self, pod: &PodInfo, node: &str) -> Arc<PodInfo> {
        assert!(!self.pods.contains_key(&pod.uid), "pod {}({}) is in the cache, so can't be assumed", pod.uid, pod.name());
        let info = Arc::new(pod.assumed_on(node));
        self.snapshot.add_pod(info.clone());
        self.pods.insert(info.uid.clone(), Known { info: info.clone(), assumed: true });
        info
    }

    /// Takes an assumption back; the pod if it was assumed.
    pub fn forget(&mut self, uid: &str) -> Option<Arc<PodInfo>> {
        if !self.is_assumed(uid) {
            return None;
        }
        self.remove(uid)
    }

    /// The API server shows the pod on a node, new or changed. An assumption is thereby confirmed, or corrected.
    pub fn set(&mut self, pod: &Arc<Pod>) {
        let info = Arc::new(PodInfo::new(pod.clone()));
        self.remove(&info.uid);
        self.snapshot.add_pod(info.clone());
        self.pods.insert(info.uid.clone(), Known { info, assumed: false });
    }

    pub fn remove(&mut self, uid: &str) -> Option<Arc<PodInfo>> {
        let known = self.pods.remove(uid)?;
        self.snapshot.remove_pod(known.info.node_name(), uid);
        Some(known.info)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scheduler::tests::building::{node, pod};

    fn used(cache: &Cache, name: &str) -> i64 {
        let slot = cache.snapshot.slot(name).expect("the node");
        cache.snapshot.node(slot).requested.milli_cpu
    }

    #[test]
    fn an_assumed_pod_counts_once_whatever_follows() {
        let mut cache = Cache::default();
        for name in ["n1", "n2"] {
            cache.snapshot.set_node(node(name).arc());
        }
        let waiting = pod("p").request("cpu", "1").info();
        cache.assume(&waiting, "n1");
        assert_eq!((used(&cache, "n1"), cache.is_assumed("p")), (1000, true));
        let bound = pod("p").request("cpu", "1").on("n1").info().pod.clone();
        cache.set(&bound);
        cache.set(&bound);
        assert_eq!((used(&cache, "n1"), cache.is_assumed("p")), (1000, false));
        assert!(cache.forget("p").is_none(), "what is confirmed is no assumption");
        cache.set(&pod("p").request("cpu", "1").on("n2").info().pod.clone());
        assert_eq!((used(&cache, "n1"), used(&cache, "n2")), (0, 1000));
        cache.remove("p");
        assert!(cache.remove("p").is_none());
        assert_eq!(used(&cache, "n2"), 0);
    }

    #[test]
    fn a_forgotten_assumption_frees_the_node() {
        let mut cache = Cache::default();
        cache.snapshot.set_node(node("n").arc());
        cache.assume(&pod("p").request("cpu", "1").info(), "n");
        let forgotten = cache.forget("p").expect("it was assumed");
        assert_eq!(forgotten.pod_on_node().spec.node_name.as_deref(), Some("n"));
        assert_eq!(used(&cache, "n"), 0);
    }
}
