//! Puts a pod on each node that lacks one, and takes away those that are out of place, failed or too many.
//!
//! Models: pkg/controller/daemon/daemon_controller.go (podsShouldBeOnNode, manage, syncNodes), v1.36.
//! Simplified: nothing.

use std::sync::Arc;

use podarium_api::owner::is_terminating;
use podarium_api::pod_state::{node_name, phase, pod_is_available, pod_is_ready};
use podarium_api::{Node, Pod, Resource as _};

use super::super::replicaset::batches;
use super::super::statefulset::aggregate;
use super::super::{Stop, Sync, pod_control};
use super::backoff::Backoff;
use super::node_pods::sorted;
use super::placement::{pin, pod_template};
use super::{DaemonSetController, View, rolling};
use crate::client::EventType;
use crate::store::Key;

/// How many pods one sync makes, and how many it deletes, at most.
const BURST: usize = 250;

/// What is to happen.
#[derive(Default)]
pub struct Plan {
    /// Nodes that get a pod.
    pub nodes: Vec<String>,
    pub doomed: Vec<Arc<Pod>>,
}

/// Returns whether something was set off whose news must come first.
pub fn manage(ctx: &mut Sync<'_>, view: &View<'_>, failed_pods: &Backoff) -> Result<bool, Stop> {
    let mut plan = Plan::default();
    for node in &view.nodes {
        look_at_node(ctx, view, node, failed_pods, &mut plan);
    }
    // A pod for a node that is gone will never be scheduled, and nobody else deletes it.
    let is_gone = |node: &str| !view.nodes.iter().any(|known| known.name() == node);
    for (_, pods) in view.pods.iter().filter(|(node, _)| is_gone(node)) {
        plan.doomed.extend(pods.iter().filter(|pod| node_name(pod).is_none_or(str::is_empty)).cloned());
    }
    carry_out(ctx, view, plan)
}

fn look_at_node(ctx: &mut Sync<'_>, view: &View<'_>, node: &Node, failed_pods: &Backoff, plan: &mut Plan) {
    let verdict = view.placement.verdict(node);
    let pods = view.pods.on(node.name());
    if verdict.should_run && pods.is_empty() {
        plan.nodes.push(node.name().to_owned());
    } else if verdict.may_stay {
        let mut running = Vec::new();
        for pod in pods.iter().filter(|pod| !is_terminating(&pod.metadata)) {
            match phase(pod) {
                "Failed" | "Succeeded" => remove_ended(ctx, view, node, pod, failed_pods, plan),
                _ => running.push(pod.clone()),
            }
        }
        if rolling::allows_surge(view.set) {
            if running.is_empty() && verdict.should_run {
                plan.nodes.push(node.name().to_owned());
            } else if running.len() > 1 {
                plan.doomed.extend(surplus_of_surge(ctx, view, &sorted(&running)));
            }
        } else {
            plan.doomed.extend(sorted(&running).into_iter().skip(1));
        }
    } else {
        plan.doomed.extend(pods.iter().filter(|pod| !is_terminating(&pod.metadata)).cloned());
    }
}

/// A pod that ended goes, so that the next sync makes a new one. A failed one may have to wait.
fn remove_ended(ctx: &mut Sync<'_>, view: &View<'_>, node: &Node, pod: &Arc<Pod>, failed_pods: &Backoff, plan: &mut Plan) {
    let about = view.set.clone().into_object();
    let place = format!("{}/{} on node {}", pod.namespace(), pod.name(), node.name());
    if phase(pod) == "Succeeded" {
        let message = format!("Found succeeded daemon pod {place}, will try to delete it");
        ctx.event(&about, EventType::Normal, "SucceededDaemonPod", message);
    } else {
        let what = format!("{}/{}/{}", view.set.uid(), view.set.status.observed_generation.unwrap_or(0), node.name());
        let now = ctx.now();
        if let Some(wait) = failed_pods.remaining(&what, now) {
            ctx.requeue_after(view.key, wait);
            return;
        }
        ctx.remember(move |controller: &mut DaemonSetController| controller.failed_pods.failed(&what, now));
        ctx.event(&about, EventType::Warning, "FailedDaemonPod", format!("Found failed daemon pod {place}, will try to kill it"));
    }
    plan.doomed.push(pod.clone());
}

/// With a surge there may be two pods on a node: an old one that is ready and a new one that is not yet available. All
/// others go.
fn surplus_of_surge(ctx: &Sync<'_>, view: &View<'_>, pods: &[Arc<Pod>]) -> Vec<Arc<Pod>> {
    let (mut new, mut old, mut surplus) = (None, None, Vec::new());
    for pod in pods {
        let hash = pod.metadata.labels.as_ref().and_then(|labels| labels.get(super::super::history::REVISION_LABEL));
        let place = if hash == Some(&view.hash) { &mut new } else { &mut old };
        if place.is_none() {
            *place = Some(pod.clone());
        } else {
            surplus.push(pod.clone());
        }
    }
    if let (Some(new), Some(old)) = (new, old) {
        let now = ctx.epoch().timestamp(ctx.now());
        if !pod_is_ready(&old) || pod_is_available(&new, view.min_ready_seconds(), now) {
            surplus.push(old);
        }
    }
    surplus
}

/// Makes and deletes pods. Returns whether news of it is to be waited for.
pub fn carry_out(ctx: &mut Sync<'_>, view: &View<'_>, plan: Plan) -> Result<bool, Stop> {
    let nodes: Vec<String> = plan.nodes.into_iter().take(BURST).collect();
    let doomed: Vec<Key> = plan.doomed.iter().take(BURST).map(|pod| Key::of_meta(&pod.metadata)).collect();
    let (key, count, expected, now) = (view.key.clone(), nodes.len(), doomed.clone(), ctx.now());
    ctx.remember(move |controller: &mut DaemonSetController| controller.expectations.expect(&key, count, expected, now));
    let mut failures = Vec::new();
    let created = create(ctx, view, &nodes, &mut failures)?;
    let mut deleted = 0;
    let about = view.set.clone().into_object();
    for (pod, answer) in doomed.iter().zip(pod_control::delete(ctx, &about, &doomed)?) {
        let Err(status) = answer else {
            deleted += 1;
            continue;
        };
        let (key, pod) = (view.key.clone(), pod.clone());
        ctx.remember(move |controller: &mut DaemonSetController| controller.expectations.deletion_observed(&key, &pod));
        if !status.is_not_found() {
            failures.push(status.to_string());
        }
    }
    if failures.is_empty() { Ok(created + deleted > 0) } else { Err(Stop::Failed(aggregate(failures))) }
}

/// Makes a pod for each of these nodes, in batches that double. Returns how many are expected to appear.
fn create(ctx: &mut Sync<'_>, view: &View<'_>, nodes: &[String], failures: &mut Vec<String>) -> Result<usize, Stop> {
    let template = pod_template(view.set, &view.hash);
    let about = view.set.clone().into_object();
    let mut rest = nodes;
    let mut created = 0;
    for size in batches(nodes.len()) {
        let (batch, others) = rest.split_at(size);
        rest = others;
        let pods = batch.iter().map(|node| {
            let mut pod = pod_control::pod_of(&**view.set, Some(&template));
            pin(Arc::make_mut(&mut pod.spec).common_mut(), node);
            pod
        });
        let before = failures.len();
        for answer in pod_control::create(ctx, &about, pods.collect())? {
            match answer {
                Ok(pod) => {
                    created += 1;
                    let key = view.key.clone();
                    ctx.remember(move |controller: &mut DaemonSetController| controller.writes.wrote(&key, &pod));
                }
                Err(status) if status.is_namespace_terminating() => created += 1,
                Err(status) => failures.push(status.to_string()),
            }
        }
        if failures.len() > before {
            break;
        }
    }
    let never_coming = nodes.len() - created;
    if never_coming > 0 {
        let key = view.key.clone();
        ctx.remember(move |controller: &mut DaemonSetController| controller.expectations.creations_observed(&key, never_coming));
    }
    Ok(created)
}
