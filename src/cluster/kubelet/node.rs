//! The node's life: the machine boots, the kubelet starts and registers it, and reports its status when it changes, or
//! every five minutes.
//!
//! Models: pkg/kubelet/kubelet_node_status.go, v1.36.
//! Simplified: labels of a node that is registered already are left as they are.

use std::sync::Arc;
use std::time::Duration;

use k8s_openapi::api::core::v1::{NodeSpec, NodeStatus};
use podarium_api::condition::get_condition;
use podarium_api::{Kind, Node, Object, ObjectMeta, Resource as _, names};
use podarium_sim::Time;
use serde_json::{Value, json};

use super::agenda::Sleeper;
use super::eviction::Pressure;
use super::host::next_on_grid;
use super::kubelet::Kubelet;
use super::node_status::{NO_NETWORK, SystemIds, has_changed};
use crate::apiserver::status_patch;
use crate::apiserver::{Answer, Reply, Request};
use crate::cause::Cause;
use crate::client::{EventType, Happening};
use crate::component::{Ctx, Message, RequestId};
use crate::store::Key;

/// How often the node's status is looked at, and how often it is reported without news.
const CHECK: Duration = Duration::from_secs(10);
const REPORT: Duration = Duration::from_secs(300);
/// From the kubelet's start until it registers the node, and between two tries.
const REGISTER: Duration = Duration::from_millis(100);
const AGAIN: Duration = Duration::from_secs(1);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Stage {
    Off,
    Booting(Time),
    Waiting(Time),
    Creating(RequestId),
    /// The node was there already.
    Reading(RequestId),
    Registered,
}

#[derive(Clone, Debug)]
pub(super) struct NodeAgent {
    stage: Stage,
    pub ids: SystemIds,
    network_at: Option<Time>,
    patching: Option<RequestId>,
    /// When the next report is due, news or not.
    report_at: Time,
    check_at: Option<Time>,
    /// The state of the images that was reported.
    images_revision: u64,
}

impl Default for NodeAgent {
    fn default() -> Self {
        NodeAgent {
            stage: Stage::Off,
            ids: SystemIds::default(),
            network_at: None,
            patching: None,
            report_at: Time::MAX,
            check_at: None,
            images_revision: 0,
        }
    }
}

impl Kubelet {
    pub(super) fn power_on(&mut self, ctx: &mut Ctx<'_>) {
        let boots_in = ctx.stream().jitter(self.host.config.boots_in, 0.2);
        let boot = names::new_uid(ctx.stream());
        let name = format!("machine {}", self.host.config.name);
        let mut fixed = podarium_sim::Stream::new(0, &name);
        self.node.ids = SystemIds { machine: names::new_uid(&mut fixed).replace('-', ""), system: names::new_uid(&mut fixed), boot };
        self.node.stage = Stage::Booting(ctx.now() + boots_in);
        self.run_node(ctx);
    }

    /// Does what is due, and says when to come again.
    pub(super) fn run_node(&mut self, ctx: &mut Ctx<'_>) {
        let now = ctx.now();
        match self.node.stage {
            Stage::Booting(at) if at <= now => self.start_kubelet(ctx),
            Stage::Waiting(at) if at <= now => self.register(ctx),
            _ => {}
        }
        if self.node.network_at.is_some_and(|at| at <= now) && self.node.stage == Stage::Registered {
            self.node.network_at = None;
            self.host.network_error = None;
            self.node.check_at = Some(now);
        }
        if self.node.stage == Stage::Registered && (self.node.check_at.is_some_and(|at| at <= now) || self.node.report_at <= now) {
            self.node.check_at = None;
            self.report(ctx);
        }
        let wake = match self.node.stage {
            Stage::Booting(at) | Stage::Waiting(at) => Some(at),
            Stage::Registered => [self.node.network_at, self.node.check_at, Some(self.node.report_at)].into_iter().flatten().min(),
            _ => None,
        };
        self.host.agenda.set(Sleeper::Node, wake.filter(|at| *at < Time::MAX));
    }

    fn start_kubelet(&mut self, ctx: &mut Ctx<'_>) {
        self.host.start(ctx);
        self.host.network_error = Some(NO_NETWORK);
        self.node.network_at = Some(ctx.now() + ctx.stream().jitter(self.host.config.network_ready_in, 0.2));
        self.node_event(EventType::Normal, "Starting", "Starting kubelet.", ctx);
        for reason in ["NodeHasSufficientMemory", "NodeHasNoDiskPressure", "NodeHasSufficientPID"] {
            self.node_status_event(reason, ctx);
        }
        self.node_event(EventType::Normal, "NodeAllocatableEnforced", "Updated Node Allocatable limit across pods", ctx);
        self.informers.on(&Message::Start, ctx);
        self.node.stage = Stage::Waiting(ctx.now() + REGISTER);
        self.look_at_manifests(ctx);
        self.start_eviction(ctx);
    }

    fn register(&mut self, ctx: &mut Ctx<'_>) {
        let config = self.host.config.clone();
        let now = ctx.epoch().seconds(ctx.now());
        let status = self.host.node_status(&self.node.ids, None, &now);
        let taints = Some(config.taints.clone()).filter(|taints| !taints.is_empty());
        let node = Node {
            metadata: config.metadata(),
            spec: Arc::new(NodeSpec {
                pod_cidr: Some(config.pod_cidr.clone()),
                pod_cidrs: Some(vec![config.pod_cidr.clone()]),
                taints,
                ..NodeSpec::default()
            }),
            status: Arc::new(status),
        };
        self.node.stage = Stage::Creating(ctx.request(Request::create(node)));
    }

    fn registered(&mut self, ctx: &mut Ctx<'_>) {
        self.node.stage = Stage::Registered;
        self.node.report_at = ctx.now() + self.report_delay(ctx);
        self.renew_lease(ctx);
    }

    /// Half to one and a half times five minutes, so that not all nodes report at once.
    fn report_delay(&self, ctx: &mut Ctx<'_>) -> Duration {
        ctx.stream().jitter(REPORT / 2, 2.0)
    }

    pub(super) fn node_answered(&mut self, id: RequestId, answer: &Answer, ctx: &mut Ctx<'_>) -> bool {
        if self.node.patching == Some(id) {
            self.node.patching = None;
            if answer.result.is_err() {
                self.node.check_at = Some(next_on_grid(self.host.started, CHECK, ctx.now()));
            }
            self.run_node(ctx);
            return true;
        }
        let stage = self.node.stage.clone();
        match (stage, &answer.result) {
            (Stage::Creating(asked), Ok(_)) if asked == id => self.registered(ctx),
            (Stage::Creating(asked), Err(status)) if asked == id && status.is_already_exists() => {
                let key = Key::new("", &self.host.config.name);
                self.node.stage = Stage::Reading(ctx.request(Request::get(Kind::Node, &key)));
            }
            (Stage::Reading(asked), Ok(Reply::Object(Object::Node(node)))) if asked == id => {
                let boot = node.status.node_info.as_ref().map(|info| info.boot_id.clone()).unwrap_or_default();
                if !boot.is_empty() && boot != self.node.ids.boot {
                    let message = format!("Node {} has been rebooted, boot id: {}", self.host.config.name, self.node.ids.boot);
                    self.node_event(EventType::Warning, "Rebooted", &message, ctx);
                }
                self.node.check_at = Some(ctx.now());
                self.registered(ctx);
            }
            (Stage::Creating(asked) | Stage::Reading(asked), _) if asked == id => self.node.stage = Stage::Waiting(ctx.now() + AGAIN),
            _ => return false,
        }
        self.run_node(ctx);
        true
    }

    /// Patches the node's status if it has changed or the report is due.
    fn report(&mut self, ctx: &mut Ctx<'_>) {
        if self.node.patching.is_some() {
            self.node.check_at = Some(next_on_grid(self.host.started, CHECK, ctx.now()));
            return;
        }
        let key = Key::new("", &self.host.config.name);
        let Some(node) = self.informers.caches().get::<Node>(&key).cloned() else {
            self.node.check_at = Some(ctx.now() + REGISTER);
            return;
        };
        let now = ctx.epoch().seconds(ctx.now());
        let status = self.host.node_status(&self.node.ids, Some(&node.status), &now);
        let changed = has_changed(&node.status, &status);
        if !changed && self.node.report_at > ctx.now() {
            return;
        }
        let delay = if changed { self.report_delay(ctx) } else { REPORT };
        self.node.report_at = ctx.now() + delay;
        self.node.images_revision = self.host.puller.revision;
        self.condition_events(&node.status, ctx);
        if let Some(patch) = node_patch(&node.status, &status) {
            self.node.patching = Some(ctx.request(Request::patch_status(Kind::Node, &key, patch)));
        }
    }

    fn condition_events(&mut self, old: &NodeStatus, ctx: &mut Ctx<'_>) {
        for (type_, holds) in self.own_conditions() {
            let was = get_condition(&old.conditions, type_).map(|condition| condition.status == "True");
            if was.is_some_and(|was| was != holds) {
                self.node_status_event(event_of(type_, holds), ctx);
            }
        }
    }

    /// The node changed in the API server: it may say something else than the kubelet would.
    pub(super) fn node_changed(&mut self, old: Option<&Node>, node: &Node, ctx: &mut Ctx<'_>) {
        let unschedulable = |node: &Node| node.spec.unschedulable == Some(true);
        if old.is_some_and(|old| unschedulable(old) != unschedulable(node)) {
            self.node_status_event(if unschedulable(node) { "NodeNotSchedulable" } else { "NodeSchedulable" }, ctx);
        }
        let theirs = |type_: &str| get_condition(&node.status.conditions, type_).map(|condition| condition.status.as_str());
        let differs = |(type_, holds): (&str, bool)| theirs(type_) != Some(if holds { "True" } else { "False" });
        if self.own_conditions().into_iter().any(differs) {
            self.check_node_soon(ctx);
        }
    }

    /// Images came to the node: its status will say so.
    pub(super) fn note_images(&mut self, ctx: &mut Ctx<'_>) {
        if self.node.images_revision != self.host.puller.revision {
            self.check_node_soon(ctx);
        }
    }

    /// The node's conditions as they are here, in the order in which they are reported.
    fn own_conditions(&self) -> [(&'static str, bool); 4] {
        let pressure = |pressure: Pressure| (pressure.condition(), self.host.pressures.contains(&pressure));
        [pressure(Pressure::Memory), pressure(Pressure::Disk), pressure(Pressure::Pid), ("Ready", self.host.not_ready().is_none())]
    }

    /// The node's status is reported at once.
    pub(super) fn check_node_now(&mut self, ctx: &mut Ctx<'_>) {
        self.node.check_at = Some(ctx.now());
        self.run_node(ctx);
    }

    pub(super) fn check_node_soon(&mut self, ctx: &mut Ctx<'_>) {
        let next = next_on_grid(self.host.started, CHECK, ctx.now());
        let at = self.node.check_at.map_or(next, |at| at.min(next));
        if self.node.check_at != Some(at) {
            self.node.check_at = Some(at);
            self.run_node(ctx);
        }
    }

    fn node_status_event(&mut self, reason: &str, ctx: &mut Ctx<'_>) {
        let message = format!("Node {} status is now: {reason}", self.host.config.name);
        self.node_event(EventType::Normal, reason, &message, ctx);
    }

    /// Events about the node name it by its name in the place of its uid.
    pub(super) fn node_event(&mut self, event_type: EventType, reason: &str, message: &str, ctx: &mut Ctx<'_>) {
        let name = Some(self.host.config.name.clone());
        let about = Arc::new(Node { metadata: ObjectMeta { name: name.clone(), uid: name, ..ObjectMeta::default() }, ..Node::default() });
        let cause: Cause = ctx.cause;
        self.host.events.record(Happening { about: &about.into_object(), field_path: "", event_type, reason, message }, cause, ctx);
    }
}

/// The event that tells of a condition.
fn event_of(type_: &str, holds: bool) -> &'static str {
    match (type_, holds) {
        ("MemoryPressure", true) => "NodeHasInsufficientMemory",
        ("MemoryPressure", false) => "NodeHasSufficientMemory",
        ("DiskPressure", true) => "NodeHasDiskPressure",
        ("DiskPressure", false) => "NodeHasNoDiskPressure",
        ("PIDPressure", true) => "NodeHasInsufficientPID",
        ("PIDPressure", false) => "NodeHasSufficientPID",
        (_, true) => "NodeReady",
        (_, false) => "NodeNotReady",
    }
}

/// Conditions and addresses go whole; what others keep in the status stays.
fn node_patch(old: &NodeStatus, new: &NodeStatus) -> Option<Value> {
    let value = |status: &NodeStatus| serde_json::to_value(status).unwrap_or_default();
    let (mut old, new) = (value(old), value(new));
    if let (Some(old), Some(new)) = (old.as_object_mut(), new.as_object()) {
        old.retain(|key, _| new.contains_key(key));
    }
    let mut patch = status_patch("", &old, &new)?;
    if patch["status"].get("addresses").is_some() {
        patch["status"]["$setElementOrder/addresses"] = json!([{"type": "InternalIP"}, {"type": "Hostname"}]);
    }
    Some(patch)
}
