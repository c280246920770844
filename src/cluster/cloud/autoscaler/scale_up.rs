//! More machines: for pods that fit nowhere, a group is looked for in which they would fit, and as many machines as they need
//! are ordered.
//!
//! Models: cluster-autoscaler/core/scaleup/orchestrator, cluster-autoscaler/estimator/binpacking_estimator.go,
//! cluster-autoscaler/expander/waste, cluster-autoscaler/processors/status/eventing_scale_up_processor.go, v1.36.
//! Simplified: a machine that is ordered comes; similar groups are not balanced.

use std::collections::BTreeMap;
use std::sync::Arc;

use podarium_api::{DaemonSet, Node, ObjectMeta, Pod, Resource as _, owner};

use super::picture::Picture;
use super::{Autoscaler, condition_of};
use crate::client::EventType;
use crate::component::Ctx;
use crate::scheduler::framework::pod_info::PodInfo;

/// Pods that are younger, all of them, are given another round: more may come.
const NEW_SECONDS: i64 = 2;
/// Pods of a lower priority do not count.
const EXPENDABLE_BELOW: i32 = -10;
const MAX_SIZE_REACHED: &str = "max node group size reached";

/// How a look at the pods without a node ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ScaleUp {
    NotNeeded,
    /// Wait for more; nothing goes either.
    Waiting,
    NoOptions,
    Ordered,
}

/// What a group could do for the pods.
struct Plan {
    group: usize,
    nodes: Vec<String>,
    pods: Vec<Arc<Pod>>,
    waste: f64,
}

impl Autoscaler {
    /// Pods that the scheduler has found no node for, the most important ones first.
    fn unschedulable(&self) -> Vec<Arc<Pod>> {
        let wants = |pod: &&Arc<Pod>| {
            let without_node = pod.spec.node_name.as_deref().is_none_or(str::is_empty) && pod.status.nominated_node_name.as_deref().is_none_or(str::is_empty);
            let said = condition_of(pod, "PodScheduled").is_some_and(|condition| condition.status == "False" && condition.reason.as_deref() == Some("Unschedulable"));
            let daemon = owner::controller_of(&pod.metadata).is_some_and(|owner| owner.kind == "DaemonSet");
            without_node && said && !daemon && pod.metadata.deletion_timestamp.is_none() && pod.spec.priority.unwrap_or(0) >= EXPENDABLE_BELOW
        };
        let mut pods: Vec<Arc<Pod>> = self.caches().list::<Pod>().filter(wants).cloned().collect();
        pods.sort_by_key(|pod| std::cmp::Reverse(pod.spec.priority.unwrap_or(0)));
        pods
    }

    /// Puts a node of the group into the picture, with the pods that run on each.
    fn imagine(&self, group: usize, name: &str, picture: &mut Picture) {
        let group = &self.groups[group];
        let like = group.machines.iter().filter_map(|name| self.node(name)).find(|node| super::is_ready(node)).cloned();
        picture.add_node(group.node(name, like.as_deref()));
        for set in self.caches().list::<DaemonSet>() {
            let template = &set.spec.template;
            let metadata = ObjectMeta { name: Some(format!("{}-{name}", set.name())), namespace: set.metadata.namespace.clone(), uid: Some(format!("{}-{name}", set.uid())), ..template.metadata.clone().unwrap_or_default() };
            let Some(spec) = template.spec.clone() else { continue };
            let pod = Pod { metadata, spec: Arc::new(spec.into()), ..Pod::default() };
            let pod = PodInfo::new(Arc::new(pod));
            if picture.fits(&pod, name).is_ok() {
                picture.place(&pod, name);
            }
        }
    }

    /// The picture with the machines that are on their way in the place of those that are not ready.
    pub(super) fn picture_with_upcoming(&self) -> Picture {
        let mut picture = Picture::of(self.caches());
        for (index, group) in self.groups.iter().enumerate() {
            for name in group.machines.iter().filter(|name| self.is_upcoming(name)) {
                picture.remove_node(name);
                self.imagine(index, &format!("upcoming-{name}"), &mut picture);
            }
        }
        picture
    }

    pub(super) fn scale_up(&mut self, ctx: &mut Ctx<'_>) -> ScaleUp {
        let mut picture = self.picture_with_upcoming();
        let waiting = self.unschedulable();
        let pods: Vec<Arc<Pod>> = waiting.into_iter().filter(|pod| picture.place_on_any(&PodInfo::new(pod.clone()), |_| true).is_none()).collect();
        let Some(oldest) = pods.iter().filter_map(|pod| pod.metadata.creation_timestamp.as_ref()).map(|time| time.0.as_second()).min() else { return ScaleUp::NotNeeded };
        if oldest + NEW_SECONDS > super::drainability::unix_seconds(ctx.epoch(), ctx.now()) {
            return ScaleUp::Waiting;
        }
        let mut reasons: BTreeMap<String, BTreeMap<String, u32>> = BTreeMap::new();
        let mut best: Option<Plan> = None;
        for group in 0..self.groups.len() {
            match self.plan(group, &pods, &picture, &mut reasons) {
                Some(plan) if best.as_ref().is_none_or(|best| plan.waste < best.waste) => best = Some(plan),
                _ => {}
            }
        }
        let Some(plan) = best else {
            for pod in &pods {
                let why = reasons.get(pod.uid()).into_iter().flatten().map(|(reason, groups)| format!("{groups} {reason}")).collect::<Vec<_>>();
                self.event(pod.clone().into_object(), EventType::Normal, "NotTriggerScaleUp", &format!("pod didn't trigger scale-up: {}", why.join(", ")), ctx);
            }
            return ScaleUp::NoOptions;
        };
        self.order(&plan, ctx);
        ScaleUp::Ordered
    }

    /// How many machines of a group the pods need that it could help; why it cannot help the others is noted.
    fn plan(&self, group: usize, pods: &[Arc<Pod>], picture: &Picture, reasons: &mut BTreeMap<String, BTreeMap<String, u32>>) -> Option<Plan> {
        let room = self.groups[group].max.saturating_sub(self.groups[group].machines.len());
        let mut note = |pod: &Pod, reason: &str| *reasons.entry(pod.uid().to_owned()).or_default().entry(reason.to_owned()).or_default() += 1;
        if room == 0 {
            pods.iter().for_each(|pod| note(pod, MAX_SIZE_REACHED));
            return None;
        }
        let name = |number: usize| format!("template-{number}");
        let mut empty = picture.clone();
        self.imagine(group, &name(0), &mut empty);
        let mut fitting: Vec<PodInfo> = Vec::new();
        for pod in pods {
            let info = PodInfo::new(pod.clone());
            match empty.fits(&info, &name(0)) {
                Ok(()) => fitting.push(info),
                Err(status) => status.reasons().for_each(|reason| note(pod, reason)),
            }
        }
        // The largest pods first.
        fitting.sort_by_key(|info| std::cmp::Reverse((info.requests.milli_cpu, info.requests.memory)));
        let mut packed = picture.clone();
        let (mut nodes, mut helped): (Vec<String>, Vec<Arc<Pod>>) = (Vec::new(), Vec::new());
        for info in &fitting {
            let found = nodes.iter().find(|node| packed.fits(info, node).is_ok()).cloned();
            let place = match found {
                Some(node) => node,
                None if nodes.len() < room => {
                    let node = name(nodes.len());
                    self.imagine(group, &node, &mut packed);
                    if packed.fits(info, &node).is_err() {
                        packed.remove_node(&node);
                        continue;
                    }
                    nodes.push(node.clone());
                    node
                }
                None => continue,
            };
            packed.place(info, &place);
            helped.push(info.pod.clone());
        }
        let waste = packed.waste(&nodes);
        (!helped.is_empty()).then_some(Plan { group, nodes, pods: helped, waste })
    }

    fn order(&mut self, plan: &Plan, ctx: &mut Ctx<'_>) {
        let group = &self.groups[plan.group];
        let (id, before, max) = (group.id.clone(), group.machines.len(), group.max);
        let after = before + plan.nodes.len();
        self.status_event(EventType::Normal, "ScaledUpGroup", &format!("Scale-up: setting group {id} size to {after} instead of {before} (max: {max})"), ctx);
        for _ in &plan.nodes {
            self.order_machine(plan.group, ctx);
        }
        self.last_scale_up = Some(ctx.now());
        self.status_event(EventType::Normal, "ScaledUpGroup", &format!("Scale-up: group {id} size set to {after} instead of {before} (max: {max})"), ctx);
        for pod in &plan.pods {
            self.event(pod.clone().into_object(), EventType::Normal, "TriggeredScaleUp", &format!("pod triggered scale-up: [{{{id} {before}->{after} (max: {max})}}]"), ctx);
        }
    }

    /// Orders one machine more of a group.
    pub(super) fn order_machine(&mut self, group: usize, ctx: &mut Ctx<'_>) {
        let name = self.groups[group].naming.next(&self.used, ctx.stream());
        self.used.insert(name.clone());
        let mut config = self.groups[group].template.clone();
        config.name.clone_from(&name);
        config.boots_in = ctx.stream().jitter(super::BOOTS, 0.5);
        self.groups[group].machines.insert(name);
        ctx.lend(super::Lent::Out(Box::new(config)));
    }

    pub(super) fn node(&self, name: &str) -> Option<&Arc<Node>> {
        self.caches().get::<Node>(&crate::store::Key::new("", name))
    }
}
