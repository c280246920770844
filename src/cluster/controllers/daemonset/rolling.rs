//! Replacing old pods a few at a time. Either the old one goes first and `maxUnavailable` nodes may be without, or with
//! `maxSurge` the new one comes first and on so many nodes there may be two.
//!
//! Models: pkg/controller/daemon/update.go (rollingUpdate, updatedDesiredNodeCounts), v1.36.
//! Simplified: nothing.

use std::sync::Arc;

use jiff::Timestamp;
use k8s_openapi::api::apps::v1::RollingUpdateDaemonSet;
use podarium_api::owner::is_terminating;
use podarium_api::pod_state::pod_is_available;
use podarium_api::{DaemonSet, Pod, Resource as _};

use super::super::{Stop, Sync, scaled};
use super::View;
use super::manage::{Plan, carry_out};
use super::placement::is_updated;

fn rolling(set: &DaemonSet) -> Option<&RollingUpdateDaemonSet> {
    let strategy = set.spec.update_strategy.as_ref().filter(|strategy| strategy.type_.as_deref() == Some("RollingUpdate"))?;
    strategy.rolling_update.as_ref()
}

fn count(number: i32) -> usize {
    usize::try_from(number).unwrap_or(0)
}

/// Whether there may be two pods on a node.
pub fn allows_surge(set: &DaemonSet) -> bool {
    rolling(set).is_some_and(|rolling| scaled(rolling.max_surge.as_ref(), 1, true) > 0)
}

/// How the update stands on one node.
enum OnNode {
    /// More than one pod of a version: the excess goes first.
    TooMany,
    Pods { new: Option<Arc<Pod>>, old: Option<Arc<Pod>> },
}

fn on_node(view: &View<'_>, pods: &[Arc<Pod>]) -> OnNode {
    let (mut new, mut old) = (None, None);
    for pod in pods.iter().filter(|pod| !is_terminating(&pod.metadata)) {
        let place = if is_updated(view.set, pod, &view.hash) { &mut new } else { &mut old };
        if place.is_some() {
            return OnNode::TooMany;
        }
        *place = Some(pod.clone());
    }
    OnNode::Pods { new, old }
}

/// All nodes with what is on them: those that have pods, and those that ought to.
fn nodes<'a>(view: &'a View<'_>) -> Vec<(&'a str, &'a [Arc<Pod>])> {
    let bare = view.nodes.iter().filter(|node| view.placement.verdict(node).should_run && view.pods.on(node.name()).is_empty());
    let mut nodes: Vec<(&str, &[Arc<Pod>])> = view.pods.iter().collect();
    nodes.extend(bare.map(|node| (node.name(), [].as_slice())));
    nodes.sort_by_key(|(node, _)| *node);
    nodes
}

pub fn update(ctx: &mut Sync<'_>, view: &View<'_>) -> Result<(), Stop> {
    let desired = view.nodes.iter().filter(|node| view.placement.verdict(node).should_run).count();
    let total = i32::try_from(desired).unwrap_or(i32::MAX);
    let limit = |value: fn(&RollingUpdateDaemonSet) -> Option<&k8s_openapi::apimachinery::pkg::util::intstr::IntOrString>| {
        rolling(view.set).map_or(0, |rolling| count(scaled(value(rolling), total, true)))
    };
    let surge = limit(|rolling| rolling.max_surge.as_ref());
    let mut unavailable = limit(|rolling| rolling.max_unavailable.as_ref());
    if desired > 0 && unavailable == 0 && surge == 0 {
        unavailable = 1;
    }
    let now = ctx.epoch().timestamp(ctx.now());
    let plan = if surge == 0 { without_surge(view, unavailable, now) } else { with_surge(view, surge, desired, now) };
    carry_out(ctx, view, plan)?;
    Ok(())
}

/// Old pods that are not available go at once; of the others as many as may be missing.
fn without_surge(view: &View<'_>, max_unavailable: usize, now: Timestamp) -> Plan {
    let is_available = |pod: &Pod| pod_is_available(pod, view.min_ready_seconds(), now);
    let (mut unavailable, mut doomed, mut candidates) = (0, Vec::new(), Vec::new());
    for (_, pods) in nodes(view) {
        match on_node(view, pods) {
            OnNode::TooMany | OnNode::Pods { new: None, old: None } | OnNode::Pods { new: Some(_), old: Some(_) } => unavailable += 1,
            OnNode::Pods { new: Some(new), old: None } => unavailable += usize::from(!is_available(&new)),
            OnNode::Pods { new: None, old: Some(old) } if !is_available(&old) => {
                doomed.push(old);
                unavailable += 1;
            }
            OnNode::Pods { new: None, old: Some(old) } if unavailable < max_unavailable => candidates.push(old),
            OnNode::Pods { new: None, old: Some(_) } => {}
        }
    }
    doomed.extend(candidates.into_iter().take(max_unavailable.saturating_sub(unavailable)));
    Plan { nodes: Vec::new(), doomed }
}

/// New pods come beside old ones, at once where the old one is not available; an old one goes when the new one is
/// available.
fn with_surge(view: &View<'_>, max_surge: usize, desired: usize, now: Timestamp) -> Plan {
    let is_available = |pod: &Pod| pod_is_available(pod, view.min_ready_seconds(), now);
    let should_run = |name: &str| view.nodes.iter().find(|node| node.name() == name).is_some_and(|node| view.placement.verdict(node).should_run);
    let (mut surging, mut available) = (0, 0);
    let (mut doomed, mut out_of_place, mut allowed, mut candidates) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (node, pods) in nodes(view) {
        let OnNode::Pods { new, old } = on_node(view, pods) else {
            surging += 1;
            continue;
        };
        available += usize::from(old.as_ref().or(new.as_ref()).is_some_and(|pod| is_available(pod)));
        match (new, old) {
            (_, None) => {}
            (None, Some(old)) => match (is_available(&old), should_run(node)) {
                (false, false) => doomed.push(old),
                (false, true) => allowed.push(node.to_owned()),
                (true, false) => out_of_place.push(old),
                (true, true) if surging < max_surge => candidates.push(node.to_owned()),
                (true, true) => {}
            },
            (Some(new), Some(_)) if !is_available(&new) => surging += 1,
            (Some(_), Some(old)) => doomed.push(old),
        }
    }
    // Pods on nodes that no longer suit go only as far as others have become available elsewhere.
    doomed.extend(out_of_place.into_iter().take(available.saturating_sub(desired)));
    allowed.extend(candidates.into_iter().take(max_surge.saturating_sub(surging)));
    Plan { nodes: allowed, doomed }
}
