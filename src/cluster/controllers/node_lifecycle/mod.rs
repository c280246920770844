//! The node-lifecycle controller: notices nodes that have fallen silent, says so, and has their pods moved.
//!
//! A dead node sends no farewell. Its last sign of life gets older; after 50 s the controller writes `Ready: Unknown`,
//! marks the node's pods as not ready and taints the node: `unreachable:NoSchedule` keeps new pods away,
//! `unreachable:NoExecute` lets the taint-eviction controller delete the pods that do not tolerate it (by default after
//! another 300 s).
//!
//! Models: pkg/controller/nodelifecycle/node_lifecycle_controller.go, v1.36.
//! Simplified: nothing but what taints.rs says.

mod health;
mod monitor;
mod taints;
#[cfg(test)]
mod tests;
mod zones;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use imbl::{OrdMap, OrdSet};
use podarium_api::condition::get_condition;
use podarium_api::pod_state::node_name;
use podarium_api::{Kind, Node, Object, Pod, Resource as _};
use serde_json::json;

use super::{Controller, Enqueue, Stop, Sync};
use crate::apiserver::{Filter, PatchType, Request};
use crate::client::{Caches, Change};
use crate::store::Key;
use health::Health;
use taints::{NO_EXECUTE, NO_SCHEDULE, NOT_READY, UNREACHABLE, no_schedule_changes};
use zones::Zone;

const PERIOD: Duration = Duration::from_secs(5);
const TAINT_PERIOD: Duration = Duration::from_millis(100);
/// Older names of labels, kept in step with the present ones.
const LABELS: [(&str, &str); 2] =
    [("kubernetes.io/os", "beta.kubernetes.io/os"), ("kubernetes.io/arch", "beta.kubernetes.io/arch")];

#[derive(Clone, Debug, Default)]
pub struct NodeLifecycleController {
    health: Arc<BTreeMap<String, Health>>,
    known: OrdMap<String, Arc<Node>>,
    zones: BTreeMap<String, Zone>,
    /// Nodes whose pods could not all be marked as not ready.
    retry: OrdSet<String>,
}

// What the keys of the queue mean: the round, a node, a zone with nodes to taint, a pod that came to a node.
fn monitor_key() -> Key {
    Key::new("monitor", "")
}

fn node_key(name: &str) -> Key {
    Key::new("node", name)
}

fn zone_key(name: &str) -> Key {
    Key::new("zone", name)
}

fn pod_key(pod: &Pod) -> Key {
    Key::new(&format!("pod/{}", pod.namespace()), pod.name())
}

impl Controller for NodeLifecycleController {
    const NAME: &'static str = "node-controller";
    const WORKERS: usize = 8;

    fn watched() -> Vec<(Kind, Filter)> {
        [Kind::Node, Kind::Pod, Kind::Lease].map(|kind| (kind, Filter::all())).into()
    }

    fn on_start(&mut self, enqueue: &mut Enqueue<'_>) {
        enqueue.add(monitor_key());
    }

    fn on_change(&mut self, change: &Change, _caches: &Caches, enqueue: &mut Enqueue<'_>) {
        match &change.new {
            Some(Object::Node(node)) => enqueue.add(node_key(node.name())),
            Some(Object::Pod(pod)) => {
                let before = change.old.as_ref().and_then(Pod::from_object).and_then(|old| node_name(old));
                if node_name(pod).is_some() && node_name(pod) != before {
                    enqueue.add(pod_key(pod));
                }
            }
            _ => {}
        }
    }

    fn sync(&self, ctx: &mut Sync<'_>, key: &Key) -> Result<(), Stop> {
        match &*key.namespace {
            "monitor" => {
                self.monitor(ctx)?;
                ctx.requeue_after(key, PERIOD);
                Ok(())
            }
            "node" => sync_node(ctx, &key.name),
            "zone" => self.taint_next(ctx, key),
            pod => {
                let namespace = pod.strip_prefix("pod/").unwrap_or_default();
                self.sync_pod(ctx, &Key::new(namespace, &key.name))
            }
        }
    }
}

/// Brings a node's `NoSchedule` taints and its older labels in line with what it says of itself.
fn sync_node(ctx: &mut Sync<'_>, name: &str) -> Result<(), Stop> {
    let Some(node) = ctx.caches().get::<Node>(&Key::new("", name)) else { return Ok(()) };
    let (add, remove) = no_schedule_changes(node);
    if !(add.is_empty() && remove.is_empty()) && !taints::swap(ctx, name, NO_SCHEDULE, &add, &remove)? {
        return Err(Stop::Failed(format!("failed to swap taints of node {name}")));
    }
    let label = |name: &str| node.metadata.labels.as_ref().and_then(|labels| labels.get(name));
    let outdated = LABELS.iter().filter(|(primary, secondary)| label(primary).is_some() && label(primary) != label(secondary));
    let labels: serde_json::Map<String, serde_json::Value> = outdated.map(|(primary, secondary)| ((*secondary).to_owned(), json!(label(primary)))).collect();
    if !labels.is_empty() {
        let patch = json!({"metadata": {"labels": labels}});
        ctx.send(Request::patch(Kind::Node, &Key::new("", name), PatchType::Merge, patch))??;
    }
    Ok(())
}

impl NodeLifecycleController {
    /// Taints the first node that waits in a zone, if the zone's rate allows it.
    fn taint_next(&self, ctx: &mut Sync<'_>, key: &Key) -> Result<(), Stop> {
        let zone_name = key.name.to_string();
        let Some(mut zone) = self.zones.get(&zone_name).cloned() else { return Ok(()) };
        let Some(name) = zone.head().cloned() else { return Ok(()) };
        if zone.is_stopped() {
            return Ok(());
        }
        let now = ctx.now();
        if !zone.try_take(now) {
            ctx.requeue_after(key, TAINT_PERIOD);
            return Ok(());
        }
        let node = ctx.caches().get::<Node>(&Key::new("", &name));
        let status = node.and_then(|node| get_condition(&node.status.conditions, "Ready")).map(|condition| condition.status.as_str());
        let done = match status {
            Some("False") => taints::swap(ctx, &name, NO_EXECUTE, &[NOT_READY], &[UNREACHABLE])?,
            Some("Unknown") => taints::swap(ctx, &name, NO_EXECUTE, &[UNREACHABLE], &[NOT_READY])?,
            Some(_) => true,
            None => node.is_none(),
        };
        ctx.remember(move |controller: &mut Self| {
            if let Some(zone) = controller.zones.get_mut(&zone_name) {
                zone.try_take(now);
                if done {
                    zone.tainted(&name);
                }
            }
        });
        ctx.requeue_after(key, TAINT_PERIOD);
        Ok(())
    }

    /// A pod that was bound to a node which is already known to be down is not ready, whatever it said last.
    fn sync_pod(&self, ctx: &mut Sync<'_>, key: &Key) -> Result<(), Stop> {
        let caches = ctx.caches();
        let Some(pod) = caches.get::<Pod>(key) else { return Ok(()) };
        let node = node_name(pod).filter(|name| self.health.contains_key(*name)).and_then(|name| caches.get::<Node>(&Key::new("", name)));
        let down = node.and_then(|node| get_condition(&node.status.conditions, "Ready")).is_some_and(|condition| condition.status != "True");
        if down && !monitor::mark_not_ready(ctx, std::slice::from_ref(pod))? {
            return Err(Stop::Failed(format!("unable to mark pod {key} NotReady")));
        }
        Ok(())
    }
}
