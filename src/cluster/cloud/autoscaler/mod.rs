//! The cluster autoscaler: orders machines of the cloud for pods that fit nowhere, and gives machines back that nobody needs.
//! Every ten seconds it looks at the whole cluster, and asks the scheduler's filters what would fit where.
//!
//! What it does is told in events of pods and nodes, in events of the ConfigMap `cluster-autoscaler-status` in kube-system, and
//! in that ConfigMap itself.
//!
//! Models: cluster-autoscaler/core/static_autoscaler.go with its usual flags, v1.36.
//! Simplified: it is no pod and has no log; machines that are ordered always come; DaemonSet pods and mirror pods count for how
//! much a node is used, as with the usual flags.

mod drainability;
mod groups;
mod picture;
mod scale_down;
mod scale_up;
mod status;

use std::any::Any;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use k8s_openapi::api::core::v1::PodCondition;
use podarium_api::condition::get_condition;
use podarium_api::{Kind, Node, Object, Pod, Resource as _};
use podarium_sim::Time;

pub use self::groups::{Naming, NodeGroup};
use self::scale_up::ScaleUp;
use crate::apiserver::Filter;
use crate::client::{Caches, EventType, Informers, Recorder};
use crate::component::{Component, Ctx, Message, RequestId};
use crate::kubelet::NodeConfig;

/// The timer tokens.
const INFORMERS: u64 = 0;
const SCAN: u64 = 1;
const STEP: u64 = 2;

/// How often it looks.
const SCAN_INTERVAL: Duration = Duration::from_secs(10);
/// How long the cloud takes until a new machine's kubelet runs, and to take a machine away; up to half as long again.
const BOOTS: Duration = Duration::from_secs(40);
const STOPS: Duration = Duration::from_secs(30);
/// From then until the cloud's controller notices.
const FORGETS: Duration = Duration::from_secs(5);

/// The name of the component, and its user.
pub(crate) const COMPONENT: &str = "cluster-autoscaler";
pub(crate) const USER: &str = "system:serviceaccount:kube-system:cluster-autoscaler";

/// What the cloud does with a machine.
#[derive(Clone, Debug)]
pub(crate) enum Lent {
    /// Switches on another one; it gets addresses of its own.
    Out(Box<NodeConfig>),
    /// Takes back the one of this node.
    Back(String),
}

/// A machine that is on its way back to the cloud.
#[derive(Clone, Debug)]
struct Deletion {
    with_drain: bool,
    stage: Stage,
    since: Time,
    /// When it goes on.
    at: Time,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Tainted,
    Draining,
    GivingBack,
    Gone,
}

/// A node that could go: since when, and which pods would move.
type Unneeded = (Time, Vec<Arc<Pod>>);

#[derive(Clone)]
pub struct Autoscaler {
    informers: Informers,
    recorder: Recorder,
    /// The part of the cloud that takes away Nodes without machines.
    cloud: Recorder,
    groups: Vec<NodeGroup>,
    /// All names that machines have had.
    used: BTreeSet<String>,
    /// Machines that have been ready once.
    seen_ready: BTreeSet<String>,
    unneeded: BTreeMap<String, Unneeded>,
    deleting: BTreeMap<String, Deletion>,
    evicted: BTreeSet<String>,
    last_scale_up: Option<Time>,
    status: status::Told,
    requests: BTreeSet<RequestId>,
    scanning: bool,
}

impl Autoscaler {
    pub fn new(groups: Vec<NodeGroup>) -> Self {
        let kinds = [Kind::Node, Kind::Pod, Kind::DaemonSet, Kind::Namespace, Kind::Service, Kind::ReplicaSet, Kind::PodDisruptionBudget];
        let watched = kinds.into_iter().chain(picture::STORAGE).map(|kind| (kind, Filter::all()));
        Autoscaler {
            informers: Informers::new(watched, INFORMERS),
            recorder: Recorder::new(COMPONENT, ""),
            cloud: Recorder::new("cloud-node-lifecycle-controller", ""),
            used: groups.iter().flat_map(|group| group.machines.iter().cloned()).collect(),
            groups,
            seen_ready: BTreeSet::new(),
            unneeded: BTreeMap::new(),
            deleting: BTreeMap::new(),
            evicted: BTreeSet::new(),
            last_scale_up: None,
            status: status::Told::default(),
            requests: BTreeSet::new(),
            scanning: false,
        }
    }

    /// The groups with the machines that they have now.
    pub fn groups(&self) -> &[NodeGroup] {
        &self.groups
    }

    fn caches(&self) -> &Caches {
        self.informers.caches()
    }

    /// Whether a machine of a group has been ordered and its node is not ready for the first time yet.
    fn is_upcoming(&self, name: &str) -> bool {
        !self.seen_ready.contains(name) && !self.node(name).is_some_and(|node| is_ready(node))
    }

    fn event(&mut self, about: Object, event_type: EventType, reason: &str, message: &str, ctx: &mut Ctx<'_>) {
        if let Some(request) = self.recorder.event(ctx.now(), ctx.epoch(), &about, "", event_type, reason, message) {
            ctx.request(request);
        }
    }

    fn scan(&mut self, ctx: &mut Ctx<'_>) {
        // Nodes of nobody's have names, too.
        let names: Vec<String> = self.caches().list::<Node>().map(|node| node.name().to_owned()).collect();
        self.used.extend(names);
        let ready: Vec<String> = self.caches().list::<Node>().filter(|node| is_ready(node)).map(|node| node.name().to_owned()).collect();
        self.seen_ready.extend(ready);
        let outcome = self.scale_up(ctx);
        self.look_for_unneeded(ctx);
        if outcome != ScaleUp::Ordered && outcome != ScaleUp::Waiting && !self.is_cooling_down(ctx.now()) {
            self.scale_down(ctx);
        }
        self.mark_candidates(ctx);
        self.fill_up(ctx);
        self.tell_status(ctx);
    }

    /// A group never has fewer machines than it must.
    fn fill_up(&mut self, ctx: &mut Ctx<'_>) {
        for group in 0..self.groups.len() {
            while self.groups[group].machines.len() < self.groups[group].min {
                self.order_machine(group, ctx);
            }
        }
    }
}

/// Taints of nodes that do not take pods yet, whatever their condition says.
const NOT_READY: [&str; 3] = ["node.kubernetes.io/not-ready", "node.kubernetes.io/disk-pressure", "node.kubernetes.io/network-unavailable"];

fn is_ready(node: &Node) -> bool {
    let says_so = get_condition(&node.status.conditions, "Ready").is_some_and(|condition| condition.status == "True");
    says_so && !node.spec.taints.iter().flatten().any(|taint| NOT_READY.contains(&taint.key.as_str()))
}

fn is_over(pod: &Pod) -> bool {
    matches!(pod.status.phase.as_deref(), Some("Succeeded" | "Failed"))
}

fn condition_of<'a>(pod: &'a Pod, type_: &str) -> Option<&'a PodCondition> {
    get_condition(&pod.status.conditions, type_)
}

impl Component for Autoscaler {
    fn on(&mut self, message: Message, ctx: &mut Ctx<'_>) {
        if self.informers.on(&message, ctx).is_some() {
            if self.informers.synced() && !std::mem::replace(&mut self.scanning, true) {
                ctx.timer(SCAN_INTERVAL, SCAN);
                self.begin_status(ctx);
            }
            return;
        }
        match message {
            Message::Timer(SCAN) => {
                ctx.timer(SCAN_INTERVAL, SCAN);
                self.scan(ctx);
            }
            Message::Timer(STEP) => self.go_on(ctx),
            Message::Answer { id, answer } if self.requests.remove(&id) => self.status_answered(answer, ctx),
            _ => {}
        }
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
