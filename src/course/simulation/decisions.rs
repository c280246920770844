//! Why the scheduler did what it did with a pod.
//!
//! The scheduler keeps the picture of its latest decisions; an explanation is worked out when somebody asks.

use podarium_api::{Pod, Resource as _, pod_state};
use podarium_cluster::Key;
use podarium_cluster::scheduler::Scheduler;
use podarium_cluster::scheduler::decision::Decision;

use super::Simulation;

/// How many pods without a node are explained without being asked for.
const MOST_PENDING: usize = 20;

impl Simulation {
    /// Why the pod went where it went the last time that it was tried, or why it went nowhere. `None` for a pod that was
    /// not tried, or too long ago.
    pub fn decision(&self, pod: &Key) -> Option<Decision> {
        let cluster = self.cluster();
        let scheduler = cluster.component::<Scheduler>(cluster.component_id("kube-scheduler")?)?;
        scheduler.decision(&pod.namespace, &pod.name)
    }

    /// The decisions about the pods of these names, each `NAME` or `NAMESPACE/NAME`.
    pub(super) fn decisions_about(&self, names: &[String]) -> Vec<Decision> {
        let key = |name: &String| match name.split_once('/') {
            Some((namespace, name)) => Key::new(namespace, name),
            None => Key::new("default", name),
        };
        names.iter().filter_map(|name| self.decision(&key(name))).collect()
    }

    /// The decisions about pods that have no node, the first of them.
    pub(super) fn decisions_about_pending(&self) -> Vec<Decision> {
        let pending = self.cluster().list::<Pod>().filter(|pod| pod_state::node_name(pod).is_none());
        pending.filter_map(|pod| self.decision(&Key::of_meta(pod.meta()))).take(MOST_PENDING).collect()
    }
}
