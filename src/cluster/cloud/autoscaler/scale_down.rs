//! Fewer machines: a node that is little used, and whose pods fit elsewhere, is marked as a candidate; if that holds for ten
//! minutes it is tainted, its pods are evicted, and the machine is given back.
//!
//! Models: cluster-autoscaler/core/scaledown/{planner,eligibility,unneeded,actuation}, v1.36.
//! Simplified: nodes that are not ready stay; pods of DaemonSets go with their node and are not evicted; a pod that cannot be
//! evicted within two minutes keeps its node.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use k8s_openapi::api::core::v1::Taint;
use podarium_api::{Kind, Node, Pod, Resource as _};
use podarium_sim::Time;
use serde_json::json;

use super::drainability::{Drain, drain, unix_seconds};
use super::{Autoscaler, Deletion, Stage};
use crate::apiserver::{Body, PatchType, Request, Subresource};
use crate::client::EventType;
use crate::component::Ctx;
use crate::scheduler::framework::pod_info::PodInfo;
use crate::store::Key;

const TO_BE_DELETED: &str = "ToBeDeletedByClusterAutoscaler";
const CANDIDATE: &str = "DeletionCandidateOfClusterAutoscaler";
const DISABLED: &str = "cluster-autoscaler.kubernetes.io/scale-down-disabled";

/// A node that is used more is needed.
const THRESHOLD: f64 = 0.5;
/// For how long a node has to be unneeded, and how long nothing goes after something has come.
const UNNEEDED: Duration = Duration::from_secs(600);
const AFTER_ADD: Duration = Duration::from_secs(600);
/// How long others have to see the taint.
const AFTER_TAINT: Duration = Duration::from_secs(5);
const POLL: Duration = Duration::from_secs(5);
/// For how long evictions are tried, and for how long pods may take to end.
const EVICTION: Duration = Duration::from_secs(120);
const TERMINATION: Duration = Duration::from_secs(600);
/// How many empty nodes go at a time, and how many that have pods.
const EMPTY_AT_ONCE: usize = 10;
const DRAINED_AT_ONCE: usize = 1;

impl Autoscaler {
    /// Which nodes could go, and which pods would have to move.
    pub(super) fn look_for_unneeded(&mut self, ctx: &Ctx<'_>) {
        let mut picture = self.picture_with_upcoming();
        let seconds = unix_seconds(ctx.epoch(), ctx.now());
        let mut found: Vec<(String, Vec<Arc<Pod>>)> = Vec::new();
        let mut destinations: BTreeSet<String> = self.caches().list::<Node>().filter(|node| !self.deleting.contains_key(node.name())).map(|node| node.name().to_owned()).collect();
        let names: Vec<String> = self.groups.iter().flat_map(|group| &group.machines).cloned().collect();
        for name in names {
            let Some(node) = self.node(&name).filter(|node| super::is_ready(node)) else { continue };
            let disabled = node.metadata.annotations.as_ref().and_then(|all| all.get(DISABLED)).map(String::as_str) == Some("true");
            if disabled || self.deleting.contains_key(&name) || picture.utilization(&name) > THRESHOLD {
                continue;
            }
            let pods = picture.pods_on(&name);
            let verdicts: Vec<(&Arc<PodInfo>, Drain)> = pods.iter().map(|info| (info, drain(&info.pod, self.caches(), seconds))).collect();
            if verdicts.iter().any(|(_, verdict)| matches!(verdict, Drain::Blocked(_))) {
                continue;
            }
            let moved: Vec<Arc<PodInfo>> = verdicts.into_iter().filter(|(_, verdict)| *verdict == Drain::Move).map(|(info, _)| info.clone()).collect();
            let mut without = picture.clone();
            without.remove_node(&name);
            destinations.remove(&name);
            let fit = moved.iter().all(|info| {
                let free = PodInfo::new(freed(&info.pod));
                without.place_on_any(&free, |place| destinations.contains(place)).is_some()
            });
            if fit {
                picture = without;
                found.push((name, moved.iter().map(|info| info.pod.clone()).collect()));
            } else {
                destinations.insert(name);
            }
        }
        let now = ctx.now();
        let before = std::mem::take(&mut self.unneeded);
        self.unneeded = found.into_iter().map(|(name, pods)| (name.clone(), (before.get(&name).map_or(now, |(since, _)| *since), pods))).collect();
    }

    /// Whether it is too early to let anything go.
    pub(super) fn is_cooling_down(&self, now: Time) -> bool {
        self.last_scale_up.is_some_and(|at| at + AFTER_ADD > now)
    }

    /// Begins to take away nodes that nobody has needed for long enough.
    pub(super) fn scale_down(&mut self, ctx: &mut Ctx<'_>) {
        let now = ctx.now();
        let due: Vec<(String, Vec<Arc<Pod>>)> = self.unneeded.iter().filter(|(_, (since, _))| *since + UNNEEDED < now).map(|(name, (_, pods))| (name.clone(), pods.clone())).collect();
        let (empty, full): (Vec<_>, Vec<_>) = due.into_iter().partition(|(_, pods)| pods.is_empty());
        let underway = |drained: bool, of: &Autoscaler| of.deleting.values().filter(|deletion| deletion.with_drain == drained).count();
        for (name, pods) in empty.into_iter().chain(full) {
            let with_drain = !pods.is_empty();
            let most = if with_drain { DRAINED_AT_ONCE } else { EMPTY_AT_ONCE };
            let Some(group) = self.groups.iter().find(|group| group.machines.contains(&name)) else { continue };
            let leaving = group.machines.iter().filter(|name| self.deleting.contains_key(*name)).count();
            if group.machines.len() - leaving <= group.min || underway(with_drain, self) >= most {
                continue;
            }
            self.begin_deletion(&name, &pods, ctx);
        }
    }

    fn begin_deletion(&mut self, name: &str, pods: &[Arc<Pod>], ctx: &mut Ctx<'_>) {
        let Some(node) = self.node(name).cloned() else { return };
        self.taint(&node, TO_BE_DELETED, Some("NoSchedule"), ctx);
        self.event(node.clone().into_object(), EventType::Normal, "ScaleDown", "marked the node as toBeDeleted/unschedulable", ctx);
        if pods.is_empty() {
            self.status_event(EventType::Normal, "ScaleDownEmpty", &format!("Scale-down: removing empty node {name:?}"), ctx);
        } else {
            let names: Vec<&str> = pods.iter().map(|pod| pod.name()).collect();
            let picture = super::picture::Picture::of(self.caches());
            let used = picture.utilization_report(name);
            self.status_event(EventType::Normal, "ScaleDown", &format!("Scale-down: removing node {name}, utilization: {used}, pods to reschedule: {}", names.join(",")), ctx);
        }
        self.unneeded.remove(name);
        let at = ctx.now() + AFTER_TAINT;
        self.deleting.insert(name.to_owned(), Deletion { with_drain: !pods.is_empty(), stage: Stage::Tainted, since: ctx.now(), at });
        ctx.timer_at(at, super::STEP);
    }

    /// Goes on with the nodes that are being taken away.
    pub(super) fn go_on(&mut self, ctx: &mut Ctx<'_>) {
        let now = ctx.now();
        let due: Vec<(String, Deletion)> = self.deleting.iter().filter(|(_, deletion)| deletion.at <= now).map(|(name, deletion)| (name.clone(), deletion.clone())).collect();
        for (name, deletion) in due {
            match deletion.stage {
                Stage::Tainted | Stage::Draining => self.empty(&name, &deletion, ctx),
                Stage::GivingBack => {
                    ctx.lend(super::Lent::Back(name.clone()));
                    self.next(&name, Stage::Gone, super::FORGETS, ctx);
                }
                Stage::Gone => self.forget(&name, ctx),
            }
        }
    }

    fn next(&mut self, name: &str, stage: Stage, after: Duration, ctx: &mut Ctx<'_>) {
        let at = ctx.now() + after;
        if let Some(deletion) = self.deleting.get_mut(name) {
            (deletion.stage, deletion.at) = (stage, at);
        }
        ctx.timer_at(at, super::STEP);
    }

    /// Evicts what has to move; when all of it is gone, the machine goes.
    fn empty(&mut self, name: &str, deletion: &Deletion, ctx: &mut Ctx<'_>) {
        let seconds = unix_seconds(ctx.epoch(), ctx.now());
        let of_node: Vec<Arc<Pod>> = self.caches().on_node(name).filter(|pod| !super::is_over(pod)).cloned().collect();
        let verdicts: Vec<(Arc<Pod>, Drain)> = of_node.into_iter().map(|pod| (pod.clone(), drain(&pod, self.caches(), seconds))).collect();
        let daemons = |pod: &Pod| podarium_api::owner::controller_of(&pod.metadata).is_some_and(|owner| owner.kind == "DaemonSet");
        let left = verdicts.iter().filter(|(pod, verdict)| !daemons(pod) && (*verdict != Drain::Nothing || pod.metadata.deletion_timestamp.is_some())).count();
        let age = ctx.now() - deletion.since;
        let stuck = verdicts.iter().any(|(pod, verdict)| *verdict != Drain::Nothing && pod.metadata.deletion_timestamp.is_none()) && age > EVICTION;
        if stuck || age > TERMINATION + EVICTION {
            return self.give_up(name, ctx);
        }
        if left == 0 {
            return self.give_back(name, deletion.with_drain, ctx);
        }
        for (pod, verdict) in verdicts {
            if verdict != Drain::Nothing && pod.metadata.deletion_timestamp.is_none() {
                self.evict(&pod, ctx);
            }
        }
        self.next(name, Stage::Draining, POLL, ctx);
    }

    fn evict(&mut self, pod: &Arc<Pod>, ctx: &mut Ctx<'_>) {
        if self.evicted.insert(pod.uid().to_owned()) {
            self.event(pod.clone().into_object(), EventType::Normal, "ScaleDown", "deleting pod for node scale down", ctx);
        }
        let body = json!({"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": pod.name(), "namespace": pod.namespace()}});
        let mut request = Request::get(Kind::Pod, &Key::of_meta(&pod.metadata)).with_subresource(Subresource::Eviction, Body::Value(body));
        request.verb = crate::apiserver::Verb::Create;
        ctx.request(request);
    }

    fn give_back(&mut self, name: &str, with_drain: bool, ctx: &mut Ctx<'_>) {
        if let Some(node) = self.node(name).cloned() {
            self.event(node.into_object(), EventType::Normal, "ScaleDown", "nodes removed by cluster autoscaler", ctx);
        }
        match with_drain {
            true => self.status_event(EventType::Normal, "ScaleDown", &format!("Scale-down: node {name} removed with drain"), ctx),
            false => self.status_event(EventType::Normal, "ScaleDownEmpty", &format!("Scale-down: empty node {name} removed"), ctx),
        }
        for group in &mut self.groups {
            group.machines.remove(name);
        }
        let takes = ctx.stream().jitter(super::STOPS, 0.5);
        self.next(name, Stage::GivingBack, takes, ctx);
    }

    /// The machine is no more, so its Node is taken away, as the cloud's node controller does.
    fn forget(&mut self, name: &str, ctx: &mut Ctx<'_>) {
        self.deleting.remove(name);
        if let Some(node) = self.node(name).cloned() {
            let message = format!("Deleting node {name} because it does not exist in the cloud provider");
            if let Some(request) = self.cloud.event(ctx.now(), ctx.epoch(), &node.clone().into_object(), "", EventType::Normal, "DeletingNode", &message) {
                ctx.request(request);
            }
            ctx.request(Request::delete(Kind::Node, &Key::new("", name)));
        }
    }

    fn give_up(&mut self, name: &str, ctx: &mut Ctx<'_>) {
        self.deleting.remove(name);
        if let Some(node) = self.node(name).cloned() {
            self.event(node.clone().into_object(), EventType::Warning, "ScaleDownFailed", "failed to drain the node, aborting ScaleDown", ctx);
            self.taint(&node, TO_BE_DELETED, None, ctx);
        }
    }

    /// Marks the candidates, so that pods rather go elsewhere, and takes the mark from others.
    pub(super) fn mark_candidates(&mut self, ctx: &mut Ctx<'_>) {
        let names: Vec<String> = self.groups.iter().flat_map(|group| &group.machines).cloned().collect();
        for name in names {
            let Some(node) = self.node(&name).cloned() else { continue };
            let is_marked = node.spec.taints.iter().flatten().any(|taint| taint.key == CANDIDATE);
            let wanted = self.unneeded.contains_key(&name);
            if is_marked != wanted && !self.deleting.contains_key(&name) {
                self.taint(&node, CANDIDATE, wanted.then_some("PreferNoSchedule"), ctx);
            }
        }
    }

    /// Puts a taint on a node, with the time as its value, or takes it off.
    fn taint(&mut self, node: &Arc<Node>, key: &str, effect: Option<&str>, ctx: &mut Ctx<'_>) {
        let mut taints: Vec<Taint> = node.spec.taints.iter().flatten().filter(|taint| taint.key != key).cloned().collect();
        if let Some(effect) = effect {
            let value = unix_seconds(ctx.epoch(), ctx.now()).to_string();
            taints.push(Taint { key: key.to_owned(), value: Some(value), effect: effect.to_owned(), time_added: None });
        }
        let patch = json!({"metadata": {"resourceVersion": node.metadata.resource_version}, "spec": {"taints": taints}});
        ctx.request(Request::patch(Kind::Node, &Key::new("", node.name()), PatchType::Merge, patch));
    }
}

/// The pod as its controller would make it again.
fn freed(pod: &Arc<Pod>) -> Arc<Pod> {
    let mut pod = pod.as_ref().clone();
    Arc::make_mut(&mut pod.spec).node_name = None;
    Arc::new(pod)
}
