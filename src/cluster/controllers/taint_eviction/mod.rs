//! The taint-eviction controller: deletes pods from nodes with a `NoExecute` taint that they do not tolerate, or tolerate
//! only for so many seconds.
//!
//! Every pod gets tolerations of 300 s for `not-ready` and `unreachable` at its creation. That is why a node's pods move
//! only five minutes after the node was given up.
//!
//! Models: pkg/controller/tainteviction/{taint_eviction.go,timed_workers.go}, v1.36.
//! Simplified: nothing.

use std::sync::Arc;
use std::time::Duration;

use imbl::OrdMap;
use k8s_openapi::api::core::v1::{Taint, Toleration};
use podarium_api::pod_state::node_name;
use podarium_api::{Kind, Node, Object, ObjectMeta, Pod, Resource as _};
use podarium_sim::Time;
use serde_json::json;

use super::{Controller, Enqueue, Stop, Sync};
use crate::apiserver::{Filter, Request};
use crate::client::{Caches, Change, EventType};
use crate::store::Key;

const REASON: &str = "TaintManagerEviction";

/// A deletion to come.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Scheduled {
    since: Time,
    at: Time,
}

#[derive(Clone, Debug, Default)]
pub struct TaintEvictionController {
    /// Deletions by pod. One that was carried out leaves an empty place, so that it is not done twice.
    deletions: OrdMap<Key, Option<Scheduled>>,
}

// What the keys of the queue mean: a node whose taints changed, a pod to weigh, a pod whose time is up.
fn node_key(name: &str) -> Key {
    Key::new("node", name)
}

fn pod_key(pod: &Key) -> Key {
    Key::new(&format!("pod/{}", pod.namespace), &pod.name)
}

fn deletion_key(pod: &Key) -> Key {
    Key::new(&format!("delete/{}", pod.namespace), &pod.name)
}

fn no_execute(node: &Node) -> Vec<Taint> {
    node.spec.taints.iter().flatten().filter(|taint| taint.effect == "NoExecute").cloned().collect()
}

impl Controller for TaintEvictionController {
    const NAME: &'static str = "taint-eviction-controller";
    const SERVICE_ACCOUNT: &'static str = "node-controller";
    const WORKERS: usize = 8;

    fn watched() -> Vec<(Kind, Filter)> {
        [Kind::Node, Kind::Pod].map(|kind| (kind, Filter::all())).into()
    }

    fn on_change(&mut self, change: &Change, _caches: &Caches, enqueue: &mut Enqueue<'_>) {
        match change.object() {
            Object::Node(_) => {
                let taints = |node: Option<&Object>| node.and_then(Node::from_object).map(|node| no_execute(node));
                let (old, new) = (taints(change.old.as_ref()), taints(change.new.as_ref()));
                if old != new && !(old.is_none() && new.as_ref().is_some_and(Vec::is_empty)) {
                    enqueue.add(node_key(&change.key.name));
                }
            }
            Object::Pod(_) => {
                let (old, new) = (change.old.as_ref().and_then(Pod::from_object), change.new.as_ref().and_then(Pod::from_object));
                let place = |pod: &Pod| (pod.spec.node_name.clone(), pod.spec.tolerations.clone());
                let same_spec = matches!((old, new), (Some(old), Some(new)) if Arc::ptr_eq(&old.spec, &new.spec));
                if !same_spec && old.map(|pod| place(pod)) != new.map(|pod| place(pod)) {
                    enqueue.add(pod_key(&change.key));
                }
            }
            _ => {}
        }
    }

    fn sync(&self, ctx: &mut Sync<'_>, key: &Key) -> Result<(), Stop> {
        let (what, namespace) = key.namespace.split_once('/').unwrap_or((&key.namespace, ""));
        let pod = Key::new(namespace, &key.name);
        match what {
            "node" => self.sync_node(ctx, &key.name),
            "pod" => self.sync_pod(ctx, &pod),
            _ => return self.delete(ctx, &pod),
        }
        Ok(())
    }
}

impl TaintEvictionController {
    fn sync_node(&self, ctx: &mut Sync<'_>, name: &str) {
        let Some(node) = ctx.caches().get::<Node>(&Key::new("", name)) else { return };
        let taints = no_execute(node);
        for pod in ctx.caches().on_node(name) {
            self.weigh(ctx, pod, &taints);
        }
    }

    fn sync_pod(&self, ctx: &mut Sync<'_>, key: &Key) {
        let caches = ctx.caches();
        let Some(pod) = caches.get::<Pod>(key) else { return self.cancel(ctx, key) };
        let node = node_name(pod).and_then(|name| caches.get::<Node>(&Key::new("", name)));
        let Some(taints) = node.map(|node| no_execute(node)).filter(|taints| !taints.is_empty()) else { return };
        self.weigh(ctx, pod, &taints);
    }

    /// Decides what the taints of its node mean for a pod: nothing, deletion now, or deletion when its patience ends.
    fn weigh(&self, ctx: &mut Sync<'_>, pod: &Pod, taints: &[Taint]) {
        let (key, now) = (Key::of_meta(&pod.metadata), ctx.now());
        if taints.is_empty() {
            return self.cancel(ctx, &key);
        }
        let tolerations = pod.spec.tolerations.as_deref().unwrap_or_default();
        let Some(patience) = patience(taints, tolerations) else {
            self.cancel(ctx, &key);
            return self.schedule(ctx, &key, Scheduled { since: now, at: now }, true);
        };
        let Some(patience) = patience else { return self.cancel(ctx, &key) };
        let planned = self.deletions.get(&key).copied().flatten();
        let since = planned.map_or(now, |planned| planned.since);
        if planned.is_some() {
            if since + patience < now + patience {
                return;
            }
            self.cancel(ctx, &key);
        }
        self.schedule(ctx, &key, Scheduled { since, at: now + patience }, planned.is_some());
    }

    fn cancel(&self, ctx: &mut Sync<'_>, pod: &Key) {
        let Some(planned) = self.deletions.get(pod) else { return };
        if planned.is_some() {
            ctx.event(&reference(pod), EventType::Normal, REASON, format!("Cancelling deletion of Pod {pod}"));
        }
        let pod = pod.clone();
        ctx.remember(move |controller: &mut Self| {
            controller.deletions.remove(&pod);
        });
    }

    /// Plans a deletion, unless one is planned or done already and was not `cancelled` just now.
    fn schedule(&self, ctx: &mut Sync<'_>, pod: &Key, planned: Scheduled, cancelled: bool) {
        if !cancelled && self.deletions.contains_key(pod) {
            return;
        }
        let key = pod.clone();
        ctx.remember(move |controller: &mut Self| {
            controller.deletions.insert(key, Some(planned));
        });
        ctx.requeue_after(&deletion_key(pod), planned.at - ctx.now());
    }

    fn delete(&self, ctx: &mut Sync<'_>, pod: &Key) -> Result<(), Stop> {
        let Some(planned) = self.deletions.get(pod).copied().flatten() else { return Ok(()) };
        if planned.at > ctx.now() {
            ctx.requeue_after(&deletion_key(pod), planned.at - ctx.now());
            return Ok(());
        }
        ctx.event(&reference(pod), EventType::Normal, REASON, format!("Marking for deletion Pod {pod}"));
        let done = pod.clone();
        ctx.remember(move |controller: &mut Self| {
            if let Some(place) = controller.deletions.get_mut(&done) {
                *place = None;
            }
        });
        let live = match ctx.get_live::<Pod>(pod)? {
            Ok(live) => live,
            Err(status) if status.is_not_found() => return Ok(()),
            Err(status) => return Err(status.into()),
        };
        let condition = json!({
            "type": "DisruptionTarget",
            "status": "True",
            "observedGeneration": live.metadata.generation,
            "reason": "DeletionByTaintManager",
            "message": "Taint manager: deleting due to NoExecute taint",
            "lastTransitionTime": ctx.epoch().seconds(ctx.now()),
        });
        let patch = json!({"metadata": {"uid": live.metadata.uid}, "status": {"conditions": [condition]}});
        ctx.send(Request::patch_status(Kind::Pod, pod, patch))??;
        match ctx.send(Request::delete(Kind::Pod, pod))? {
            Err(status) if !status.is_not_found() => Err(status.into()),
            _ => Ok(()),
        }
    }
}

/// These events name the pod without its uid.
fn reference(pod: &Key) -> Object {
    let metadata = ObjectMeta { name: Some(pod.name.to_string()), namespace: Some(pod.namespace.to_string()), ..ObjectMeta::default() };
    std::sync::Arc::new(Pod { metadata, ..Pod::default() }).into_object()
}

/// How long the taints are tolerated: `None` if one is not, `Some(None)` for ever, else the shortest time.
fn patience(taints: &[Taint], tolerations: &[Toleration]) -> Option<Option<Duration>> {
    let mut shortest: Option<Duration> = None;
    for taint in taints {
        let toleration = tolerations.iter().find(|toleration| tolerates(toleration, taint))?;
        if let Some(seconds) = toleration.toleration_seconds {
            let seconds = Duration::from_secs(u64::try_from(seconds).unwrap_or(0));
            shortest = Some(shortest.map_or(seconds, |shortest| shortest.min(seconds)));
        }
    }
    Some(shortest)
}

fn tolerates(toleration: &Toleration, taint: &Taint) -> bool {
    let given = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
    given(&toleration.effect).is_none_or(|effect| effect == taint.effect)
        && given(&toleration.key).is_none_or(|key| key == taint.key)
        && match toleration.operator.as_deref() {
            Some("Exists") => true,
            None | Some("" | "Equal") => toleration.value.clone().unwrap_or_default() == taint.value.clone().unwrap_or_default(),
            Some(_) => false,
        }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::component::WatchChange;
    use crate::controllers::testbed::TestBed;

    #[test]
    fn the_least_patient_toleration_counts() {
        let taint = |key: &str| -> Taint { serde_json::from_value(json!({"key": key, "effect": "NoExecute"})).unwrap() };
        let toleration = |key: &str, seconds: Option<i64>| -> Toleration {
            serde_json::from_value(json!({"key": key, "operator": "Exists", "tolerationSeconds": seconds})).unwrap()
        };
        let seconds = |seconds: u64| Some(Some(Duration::from_secs(seconds)));
        let cases = [
            (vec![taint("a")], vec![], None),
            (vec![taint("a")], vec![toleration("b", None)], None),
            (vec![taint("a")], vec![toleration("a", None)], Some(None)),
            (vec![taint("a")], vec![toleration("a", Some(300))], seconds(300)),
            (vec![taint("a"), taint("b")], vec![toleration("a", Some(300)), toleration("b", Some(10))], seconds(10)),
            (vec![taint("a"), taint("b")], vec![toleration("a", Some(300))], None),
            (vec![taint("a")], vec![toleration("a", Some(-5))], seconds(0)),
        ];
        for (taints, tolerations, expected) in cases {
            assert_eq!(patience(&taints, &tolerations), expected, "{taints:?} {tolerations:?}");
        }
    }

    /// One pod that tolerates `bad` for ten seconds, and the name of its node.
    fn bed() -> (TestBed, String) {
        let mut bed = TestBed::new();
        bed.create(Kind::Pod, json!({"metadata": {"name": "p", "namespace": "default"}, "spec": {"terminationGracePeriodSeconds": 1,
            "containers": [{"name": "c", "image": "app:1"}], "tolerations": [{"key": "bad", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 10}]}}));
        bed.run(2.0);
        let node = bed.get::<Pod>("p").spec.node_name.clone().unwrap();
        (bed, node)
    }

    fn taint(bed: &mut TestBed, node: &str, key: Option<&str>) {
        let taints = key.map(|key| json!([{"key": key, "value": "true", "effect": "NoExecute"}]));
        bed.patch(Kind::Node, node, json!({"spec": {"taints": taints}}));
    }

    #[test]
    fn a_pod_without_a_toleration_goes_at_once() {
        let (mut bed, node) = bed();
        taint(&mut bed, &node, Some("worse"));
        bed.run(2.0);
        assert_eq!(bed.count(Kind::Pod, WatchChange::Deleted), 1);
        assert_eq!(bed.events("Pod").last().unwrap(), "TaintManagerEviction: Marking for deletion Pod default/p");
    }

    #[test]
    fn a_pod_stays_as_long_as_it_tolerates() {
        let (mut bed, node) = bed();
        taint(&mut bed, &node, Some("bad"));
        bed.run(9.0);
        assert!(bed.get::<Pod>("p").metadata.deletion_timestamp.is_none());
        bed.run(3.0);
        assert_eq!(bed.count(Kind::Pod, WatchChange::Deleted), 1);
    }

    #[test]
    fn a_taint_that_goes_in_time_cancels_the_deletion() {
        let (mut bed, node) = bed();
        taint(&mut bed, &node, Some("bad"));
        bed.run(5.0);
        taint(&mut bed, &node, None);
        bed.run(20.0);
        assert!(bed.get::<Pod>("p").metadata.deletion_timestamp.is_none());
        assert_eq!(bed.events("Pod").last().unwrap(), "TaintManagerEviction: Cancelling deletion of Pod default/p");
    }
}
