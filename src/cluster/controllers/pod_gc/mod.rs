//! The pod garbage collector: removes pods that nobody else will ever remove.
//!
//! Every 20 s: pods on nodes that no longer exist (after a quarantine of 40 s), terminating pods that never came to a node
//! or whose node was declared out of service, and the oldest of more than 12,500 finished pods.
//!
//! Models: pkg/controller/podgc/gc_controller.go, v1.36.
//! Simplified: nothing.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use imbl::{OrdMap, OrdSet};
use podarium_api::condition::{Condition as _, get_condition};
use podarium_api::pod_state::{is_pod_terminal, node_name, phase};
use podarium_api::{Kind, Node, Pod, Resource as _};
use podarium_sim::Time;
use serde_json::{Value, json};

use super::{Controller, Enqueue, Stop, Sync};
use crate::apiserver::{Filter, Request};
use crate::client::{Caches, Change};
use crate::store::Key;

const PERIOD: Duration = Duration::from_secs(20);
const QUARANTINE: Duration = Duration::from_secs(40);
/// `--terminated-pod-gc-threshold`.
const FINISHED_PODS: usize = 12_500;
const OUT_OF_SERVICE: &str = "node.kubernetes.io/out-of-service";

#[derive(Clone, Debug, Default)]
pub struct PodGarbageCollector {
    /// Nodes that pods name and that are not there, and when they may be held for gone.
    quarantine: OrdMap<String, Time>,
    /// The pods that are over, and those that are on their way out. All others need not be looked at.
    finished: OrdSet<Key>,
    going: OrdSet<Key>,
}

/// Whatever a phase there is beyond these is an end.
fn is_finished(pod: &Pod) -> bool {
    !matches!(phase(pod), "Pending" | "Running" | "Unknown")
}

fn is_going(pod: &Pod) -> bool {
    pod.metadata.deletion_timestamp.is_some()
}

fn note(set: &mut OrdSet<Key>, key: &Key, belongs: bool) {
    if belongs {
        set.insert(key.clone());
    } else {
        set.remove(key);
    }
}

impl Controller for PodGarbageCollector {
    const NAME: &'static str = "pod-garbage-collector";
    const WORKERS: usize = 1;

    fn watched() -> Vec<(Kind, Filter)> {
        [Kind::Pod, Kind::Node].map(|kind| (kind, Filter::all())).into()
    }

    fn on_start(&mut self, enqueue: &mut Enqueue<'_>) {
        enqueue.add(Key::new("", "round"));
    }

    fn on_change(&mut self, change: &Change, _caches: &Caches, _enqueue: &mut Enqueue<'_>) {
        if change.kind == Kind::Pod {
            let pod = change.new.as_ref().and_then(Pod::from_object);
            note(&mut self.finished, &change.key, pod.is_some_and(|pod| is_finished(pod)));
            note(&mut self.going, &change.key, pod.is_some_and(|pod| is_going(pod)));
        }
    }

    fn sync(&self, ctx: &mut Sync<'_>, key: &Key) -> Result<(), Stop> {
        let caches = ctx.caches();
        let pods = |keys: &OrdSet<Key>| keys.iter().filter_map(|key| caches.get::<Pod>(key)).cloned().collect::<Vec<Arc<Pod>>>();
        let going = pods(&self.going);
        let mut doomed = surplus(pods(&self.finished));
        doomed.extend(going.iter().filter(|pod| is_out_of_service(caches, pod)).cloned());
        delete_all(ctx, &doomed, None)?;
        let orphans = self.orphans(ctx)?;
        let condition = json!({
            "type": "DisruptionTarget",
            "status": "True",
            "reason": "DeletionByPodGC",
            "message": "PodGC: node no longer exists",
            "lastTransitionTime": ctx.epoch().seconds(ctx.now()),
        });
        delete_all(ctx, &orphans, Some(condition))?;
        let never_bound: Vec<Arc<Pod>> = going.iter().filter(|pod| node_name(pod).is_none()).cloned().collect();
        delete_all(ctx, &never_bound, None)?;
        ctx.requeue_after(key, PERIOD);
        Ok(())
    }
}

/// The finished pods beyond the threshold: evicted ones first, then the oldest.
fn surplus(mut finished: Vec<Arc<Pod>>) -> Vec<Arc<Pod>> {
    let surplus = finished.len().saturating_sub(FINISHED_PODS);
    if surplus > 0 {
        let evicted = |pod: &Pod| phase(pod) == "Failed" && pod.status.reason.as_deref() == Some("Evicted");
        let created = |pod: &Pod| pod.metadata.creation_timestamp.as_ref().map(|time| time.0);
        finished.sort_by_key(|pod| (!evicted(pod), created(pod), pod.name().to_owned()));
    }
    finished.truncate(surplus);
    finished
}

/// A terminating pod on a node that is down and that somebody has declared out of service.
fn is_out_of_service(caches: &Caches, pod: &Pod) -> bool {
    let node = node_name(pod).and_then(|name| caches.get::<Node>(&Key::new("", name)));
    node.is_some_and(|node| {
        let ready = get_condition(&node.status.conditions, "Ready").is_some_and(|condition| condition.is_true());
        !ready && node.spec.taints.iter().flatten().any(|taint| taint.key == OUT_OF_SERVICE)
    })
}

impl PodGarbageCollector {
    /// The pods on nodes that have been missing for the time of the quarantine and that the server does not know either.
    fn orphans(&self, ctx: &mut Sync<'_>) -> Result<Vec<Arc<Pod>>, Stop> {
        let caches = ctx.caches();
        let missing = caches.nodes_of_pods().filter(|name| caches.get::<Node>(&Key::new("", name)).is_none());
        let mut gone = Vec::new();
        let mut quarantine = OrdMap::new();
        for name in missing {
            let until = self.quarantine.get(name).copied().unwrap_or(ctx.now() + QUARANTINE);
            let over = until <= ctx.now();
            if over && ctx.get_live::<Node>(&Key::new("", name))?.is_err_and(|status| status.is_not_found()) {
                gone.push(name);
            } else {
                quarantine.insert(name.to_owned(), if over { ctx.now() + QUARANTINE } else { until });
            }
        }
        if quarantine != self.quarantine {
            ctx.remember(move |controller: &mut Self| controller.quarantine = quarantine);
        }
        let mut orphans: Vec<Arc<Pod>> = gone.into_iter().flat_map(|name| caches.on_node(name)).cloned().collect();
        orphans.sort_by_key(|pod| Key::of_meta(&pod.metadata));
        Ok(orphans)
    }
}

/// Marks the pods as failed, for nobody else will report their end, and deletes them at once. What fails is tried again
/// in the next round.
fn delete_all(ctx: &mut Sync<'_>, pods: &[Arc<Pod>], condition: Option<Value>) -> Result<(), Stop> {
    let running = pods.iter().filter(|pod| !is_pod_terminal(pod));
    let fail = |pod: &Arc<Pod>| {
        let meta = &pod.metadata;
        let mut status = json!({"phase": "Failed", "observedGeneration": meta.generation});
        if let Some(mut condition) = condition.clone() {
            condition["observedGeneration"] = json!(meta.generation);
            status["conditions"] = json!([condition]);
        }
        Request::patch_status(Kind::Pod, &Key::of_meta(meta), json!({"metadata": {"uid": meta.uid}, "status": status}))
    };
    let failed: BTreeSet<&str> = running.clone().map(|pod| pod.uid()).collect();
    let answers = ctx.all(running.map(fail).collect())?;
    let refused: BTreeSet<&str> = failed.iter().zip(answers).filter(|(_, answer)| answer.is_err()).map(|(uid, _)| *uid).collect();
    let rest = pods.iter().filter(|pod| !refused.contains(pod.uid()));
    let deletions = rest.map(|pod| Request::delete(Kind::Pod, &Key::of_meta(&pod.metadata)).grace_period(0).if_uid(pod.uid())).collect();
    ctx.all(deletions)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::component::WatchChange;
    use crate::controllers::testbed::TestBed;

    #[test]
    fn pods_of_a_deleted_node_go_after_the_quarantine() {
        let mut bed = TestBed::new();
        bed.create(Kind::Pod, json!({"metadata": {"name": "p", "namespace": "default"}, "spec": {"containers": [{"name": "c", "image": "app:1"}]}}));
        bed.run(2.0);
        let node = bed.get::<Pod>("p").spec.node_name.clone().unwrap();
        bed.switch(&node, false);
        bed.delete(Kind::Node, &node);
        bed.run(38.0);
        assert_eq!(bed.count(Kind::Pod, WatchChange::Deleted), 0);
        bed.run(45.0);
        assert_eq!(bed.count(Kind::Pod, WatchChange::Deleted), 1);
    }

    #[test]
    fn evicted_pods_are_the_first_of_too_many() {
        let pod = |name: String, reason: &str| -> Arc<Pod> {
            Arc::new(serde_json::from_value(json!({"metadata": {"name": name}, "status": {"phase": "Failed", "reason": reason}})).unwrap())
        };
        let mut pods: Vec<_> = (0..FINISHED_PODS).map(|index| pod(format!("a-{index:05}"), "")).collect();
        assert!(surplus(pods.clone()).is_empty());
        pods.push(pod("z".to_owned(), "Evicted"));
        assert_eq!(surplus(pods).iter().map(|pod| pod.name()).collect::<Vec<_>>(), ["z"]);
    }
}
