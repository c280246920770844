//! The kubelet as a component: what reaches it, and who of its parts it is for.
//!
//! Models: pkg/kubelet/kubelet.go (syncLoop, HandlePodAdditions, HandlePodUpdates, HandlePodRemoves), v1.36.
//! Simplified: pods come from the API server and from files, not from HTTP.

use std::any::Any;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use podarium_api::pod_state::is_pod_terminal;
use podarium_api::{Kind, Node, Object, Pod, Resource as _};
use podarium_sim::Time;

use super::NodeConfig;
use super::admission::{Offer, admit};
use super::agenda::Sleeper;
use super::eviction::EvictionManager;
use super::host::Host;
use super::lease::LeaseKeeper;
use super::logs::Follower;
use super::node::NodeAgent;
use super::pod::{PodState, Uid};
use super::shutdown::Shutdown;
use super::static_pods::{StaticPods, is_mirror};
use super::streaming::Conversation;
use crate::apiserver::{Answer, Filter};
use crate::cause::Cause;
use crate::client::{Change, Informers};
use crate::component::{Component, Ctx, Message, RequestId, Signal};
use crate::gateway::HttpId;
use crate::images::{Ended, ImageCatalog};
use crate::metrics_server::{NodeUsage, PodUsage};
use crate::network::{Arrival, Connected};
use crate::storage::Disk;
use crate::store::Key;

/// The informers' timer, and the kubelet's own.
const INFORMERS: u64 = 0;
const AGENDA: u64 = 1;

/// The agent of one node. Start it as `kubelet/NAME` with the user `system:node:NAME`.
#[derive(Clone)]
pub struct Kubelet {
    pub(super) host: Host,
    pub(super) informers: Informers,
    pub(super) node: NodeAgent,
    pub(super) lease: LeaseKeeper,
    pub(super) pods: BTreeMap<Uid, Arc<PodState>>,
    pub(super) followers: Vec<Follower>,
    pub(super) conversations: BTreeMap<HttpId, Conversation>,
    /// Whether the pods that were bound before the kubelet started have come.
    listed: bool,
    /// Pods that may want other amounts than they have.
    pub(super) resizes: BTreeSet<Uid>,
    pub(super) static_pods: StaticPods,
    pub(super) eviction: EvictionManager,
    pub(super) shutdown: Option<Shutdown>,
}

impl Kubelet {
    pub fn new(config: NodeConfig, images: Arc<ImageCatalog>) -> Self {
        let name = config.name.clone();
        let watched = [(Kind::Pod, Filter::field("spec.nodeName", &name)), (Kind::Node, Filter::field("metadata.name", &name)), (Kind::Service, Filter::all())];
        Kubelet {
            host: Host::new(Arc::new(config), images),
            informers: Informers::new(watched, INFORMERS),
            node: NodeAgent::default(),
            lease: LeaseKeeper::default(),
            pods: BTreeMap::new(),
            followers: Vec::new(),
            conversations: BTreeMap::new(),
            listed: false,
            resizes: BTreeSet::new(),
            static_pods: StaticPods::default(),
            eviction: EvictionManager::default(),
            shutdown: None,
        }
    }

    pub fn config(&self) -> &NodeConfig {
        &self.host.config
    }

    /// The disks that a pod has mounted, with the names of its volumes.
    pub fn disks(&self, pod: &Key) -> Vec<(String, Disk)> {
        let state = self.pods.values().find(|state| state.key == *pod && !state.vanished);
        state.into_iter().flat_map(|state| state.volumes.disks()).map(|(name, disk)| (name.to_owned(), disk.clone())).collect()
    }

    /// CPU (in thousandths) and memory (in bytes) that a pod's containers use at the moment.
    pub fn usage(&self, pod: &Key, now: Time) -> Option<(u64, u64)> {
        let state = self.pods.values().find(|state| state.key == *pod && !state.vanished)?;
        let processes = state.runtime.containers.iter().filter_map(|container| container.process.as_ref());
        Some(processes.fold((0, 0), |(cpu, memory), process| (cpu + process.cpu_millis(now), memory + process.memory_bytes(now))))
    }

    fn wake(&mut self, ctx: &mut Ctx<'_>) {
        while let Some(sleeper) = self.host.agenda.take_due(ctx.now()) {
            match sleeper {
                Sleeper::Node => self.run_node(ctx),
                Sleeper::Lease => self.renew_lease(ctx),
                Sleeper::Statuses => self.reconcile_statuses(),
                Sleeper::Puller => {
                    if let Some(uid) = self.host.run_puller(ctx) {
                        self.run_pod(&uid, ctx);
                        self.note_images(ctx);
                    }
                }
                Sleeper::Manifests => self.look_at_manifests(ctx),
                Sleeper::Eviction => self.run_eviction(ctx),
                Sleeper::Shutdown => self.run_shutdown(ctx),
                Sleeper::Tunnels => self.run_tunnels(ctx),
                Sleeper::Pod(uid) => self.run_pod(&uid, ctx),
            }
        }
    }

    /// Lets a pod do what is due; forgets it when it is over and nobody asks for it any more.
    pub(super) fn run_pod(&mut self, uid: &Uid, ctx: &mut Ctx<'_>) {
        let sees_node = self.pods.get(uid).is_some_and(|pod| pod.sees_node());
        if sees_node {
            self.show_node(uid, ctx);
        }
        if self.pods.get(uid).is_some_and(|pod| pod.may_reach_machine()) {
            self.write_logs(ctx);
        }
        let Some(pod) = self.pods.get_mut(uid) else { return };
        Arc::make_mut(pod).run(&mut self.host, ctx);
        if sees_node {
            self.hear_from_node(uid, ctx);
        }
        let Some(pod) = self.pods.get(uid) else { return };
        if pod.vanished && (pod.worker.finished || pod.runtime.sandbox.is_none() && pod.worker.work.is_none()) {
            self.host.agenda.set(Sleeper::Pod(uid.clone()), None);
            self.pods.remove(uid);
        }
    }

    fn changed(&mut self, changes: Vec<Change>, ctx: &mut Ctx<'_>) {
        let mut added: Vec<(Arc<Pod>, Cause)> = Vec::new();
        for change in changes {
            match (&change.new, &change.old) {
                (Some(Object::Node(node)), old) => {
                    let old = old.as_ref().and_then(Node::from_object).cloned();
                    self.node_changed(old.as_deref(), node, ctx);
                }
                (Some(Object::Pod(pod)), _) | (None, Some(Object::Pod(pod))) if is_mirror(pod) => self.mirror_changed(ctx),
                (Some(Object::Pod(pod)), old) => {
                    let uid: Uid = pod.uid().into();
                    if let Some(Object::Pod(old)) = old
                        && old.uid() != pod.uid()
                    {
                        self.pod_removed(old, ctx);
                    }
                    if self.pods.contains_key(&uid) {
                        self.pod_updated(&uid, pod, change.cause, ctx);
                    } else {
                        added.push((pod.clone(), change.cause));
                    }
                }
                (None, Some(Object::Pod(pod))) => self.pod_removed(pod, ctx),
                (Some(Object::Service(service)), _) => {
                    self.host.services.insert(Key::new(service.namespace(), service.name()), service.clone());
                }
                (None, Some(Object::Service(service))) => {
                    self.host.services.remove(&Key::new(service.namespace(), service.name()));
                }
                _ => {}
            }
        }
        // The older pod is admitted first.
        added.sort_by(|(a, _), (b, _)| (a.metadata.creation_timestamp.as_ref().map(|at| at.0), a.uid()).cmp(&(b.metadata.creation_timestamp.as_ref().map(|at| at.0), b.uid())));
        for (pod, cause) in added {
            self.pod_added(pod, cause, ctx);
        }
        self.listed = self.informers.synced();
    }

    pub(super) fn pod_added(&mut self, pod: Arc<Pod>, cause: Cause, ctx: &mut Ctx<'_>) {
        let mut state = PodState::new(pod.clone(), cause);
        if !self.listed && !self.static_pods.is_static(&state.uid) {
            state.restore(ctx.now(), ctx.epoch());
        }
        let uid = state.uid.clone();
        if is_pod_terminal(&pod) {
            // It ended before this kubelet knew of it: only the last word is left to say.
            state.worker.terminating = true;
            state.worker.terminated = true;
        } else if !state.is_terminating()
            && let Err(refusal) = self.admit(&pod)
        {
            state.reject(refusal, &mut self.host, ctx);
            self.pods.insert(uid, Arc::new(state));
            return;
        } else {
            self.host.counts.pod_added(pod.spec.containers.len());
        }
        state.request_sync(ctx.now());
        self.pods.insert(uid.clone(), Arc::new(state));
        self.run_pod(&uid, ctx);
    }

    pub(super) fn admit(&self, pod: &Pod) -> Result<(), super::admission::Refusal> {
        self.eviction.admit(pod)?;
        if self.host.shutting_down {
            return Err(("NodeShutdown".to_owned(), "Pod was rejected as the node is shutting down.".to_owned()));
        }
        let name = &self.host.config.name;
        let node = self.informers.caches().get::<Node>(&Key::new("", name));
        let mut labels = self.host.config.all_labels();
        labels.extend(node.and_then(|node| node.metadata.labels.clone()).unwrap_or_default());
        let others = self.pods.values().filter(|state| state.is_active() && *state.uid != *pod.uid()).map(|state| state.pod.clone()).collect();
        let offer = Offer { allocatable: self.host.allocatable(), labels, node: node.map(AsRef::as_ref), others };
        admit(pod, name, &offer)
    }

    /// News of the status alone (the kubelet's own words, coming back) is no reason to sync.
    fn pod_updated(&mut self, uid: &Uid, new: &Arc<Pod>, cause: Cause, ctx: &mut Ctx<'_>) {
        let Some(state) = self.pods.get_mut(uid) else { return };
        let state = Arc::make_mut(state);
        let (old, given_up) = state.take_news(new);
        let new = &state.pod.clone();
        let (before, after) = (&old.metadata, &new.metadata);
        let declared = old.spec != new.spec
            || (&before.labels, &before.annotations) != (&after.labels, &after.annotations)
            || (&before.deletion_timestamp, before.deletion_grace_period_seconds) != (&after.deletion_timestamp, after.deletion_grace_period_seconds);
        if declared {
            state.cause = cause;
            state.request_sync(ctx.now());
            self.run_pod(uid, ctx);
        } else if given_up || gates_moved(&old, new) {
            state.request_sync(ctx.now());
            self.run_pod(uid, ctx);
        }
        self.resize_later(uid);
        self.compare_later(uid, ctx.now());
    }

    pub(super) fn pod_removed(&mut self, pod: &Arc<Pod>, ctx: &mut Ctx<'_>) {
        let uid: Uid = pod.uid().into();
        let Some(state) = self.pods.get_mut(&uid) else { return };
        let state = Arc::make_mut(state);
        state.vanished = true;
        state.pod = pod.clone();
        state.cause = ctx.cause;
        state.request_kill(ctx.now());
        self.run_pod(&uid, ctx);
    }

    fn answered(&mut self, id: RequestId, answer: &Answer, ctx: &mut Ctx<'_>) {
        if let Some(uid) = self.host.asked.remove(&id) {
            let Some(state) = self.pods.get_mut(&uid) else { return };
            let state = Arc::make_mut(state);
            if !state.volume_answered(id, answer, &mut self.host, ctx) {
                state.config_answered(id, answer);
            }
            return self.run_pod(&uid, ctx);
        }
        let _ = self.host.events.answered(id, ctx)
            || self.mirror_answered(id, answer)
            || self.lease_answered(id, answer, ctx)
            || self.status_answered(id, answer, ctx)
            || self.node_answered(id, answer, ctx);
    }

    fn signalled(&mut self, signal: Signal, ctx: &mut Ctx<'_>) {
        let (pod, container, exit_code) = match signal {
            Signal::KillProcess { pod, container, exit_code } => (pod, container, exit_code),
            Signal::ShutDown => return self.shut_down(ctx),
        };
        let Some(state) = self.pods.values_mut().find(|state| state.key == pod && !state.vanished) else { return };
        let state = Arc::make_mut(state);
        let first = state.pod.spec.containers.first().map(|container| container.name.clone()).unwrap_or_default();
        let name = if container.is_empty() { first } else { container };
        let running = state.runtime.containers.iter_mut().rev().find(|found| *found.record.name == *name && found.record.is_running());
        let Some(running) = running else { return };
        running.end(Ended::code(exit_code), ctx.now());
        state.cause = ctx.cause;
        state.changed(&self.host, ctx.now());
        let uid = state.uid.clone();
        self.run_pod(&uid, ctx);
    }
}

/// Whether a condition that a readiness gate waits for changed.
fn gates_moved(old: &Pod, new: &Pod) -> bool {
    new.spec.readiness_gates.iter().flatten().any(|gate| {
        let status = |pod: &Pod| podarium_api::pod_state::pod_condition(pod, &gate.condition_type).map(|condition| condition.status.clone());
        status(old) != status(new)
    })
}

impl Component for Kubelet {
    fn on(&mut self, message: Message, ctx: &mut Ctx<'_>) {
        match message {
            Message::Start => self.power_on(ctx),
            Message::Timer(AGENDA) => self.host.agenda.rang(ctx.now()),
            Message::Signal(signal) => self.signalled(signal, ctx),
            Message::Http { id, request } => self.serve_http(id, &request, ctx),
            Message::HttpData { id, bytes } => self.heard(id, &bytes, ctx),
            Message::PodHttp { call, event } => self.call_answered(call, event, ctx),
            Message::Named { call, answer } => self.name_found(call, answer, ctx),
            Message::Conduit { id, said } => self.conduit_heard(id, &said, ctx),
            Message::HttpClosed { id } => self.hung_up(id, ctx),
            message => {
                if let Some(changes) = self.informers.on(&message, ctx) {
                    self.changed(changes, ctx);
                } else if let Message::Answer { id, answer } = message {
                    self.answered(id, &answer, ctx);
                }
            }
        }
        self.wake(ctx);
        self.retry_resizes(ctx);
        self.write_statuses(ctx);
        self.feed_followers(ctx);
        self.host.agenda.arm(AGENDA, ctx);
    }

    fn connect(&mut self, arrival: Arrival<'_>, ctx: &mut Ctx<'_>) -> Connected {
        let connected = self.serve(arrival, ctx);
        self.host.agenda.arm(AGENDA, ctx);
        connected
    }

    fn usage_report(&self, now: Time) -> Option<NodeUsage> {
        let running = self.pods.values().filter(|state| !state.vanished);
        let pods = running.map(|state| {
            let containers = state.runtime.containers.iter().filter_map(|container| Some((container, container.process.as_ref()?)));
            let used = containers.map(|(container, process)| (container.record.name.to_string(), process.cpu_millis(now), process.memory_bytes(now)));
            PodUsage { pod: state.key.clone(), containers: used.collect() }
        });
        Some(NodeUsage { pods: pods.filter(|pod| !pod.containers.is_empty()).collect() })
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
