//! One pod on the node: what is wanted, what is there, what is believed, what was said.
//!
//! Models: the pieces of pkg/kubelet that are kept by pod, v1.36.
//! Simplified: nothing.

use std::collections::BTreeMap;
use std::sync::Arc;

use podarium_api::{Pod, Resource as _, owner};
use podarium_sim::Time;

use super::backoff::Backoff;
use super::commands::{Command, CommandId};
use super::host::Host;
use super::probes::ProbeWorker;
use super::resize::Resizing;
use super::runtime::{PodRuntime, RuntimeStatus};
use super::status_cache::StatusCache;
use super::volumes::Volumes;
use super::worker::Worker;
use crate::cause::Cause;
use crate::client::EventType;
use crate::component::Ctx;
use crate::gateway::HttpId;
use crate::store::Key;
use crate::system::part_of;

pub(super) type Uid = Arc<str>;

/// Why a container could not be started, for its `waiting` state.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Reason {
    pub reason: &'static str,
    pub message: String,
}

#[derive(Clone, Debug)]
pub(super) struct PodState {
    pub uid: Uid,
    pub key: Key,
    /// As the API server last said, with the amounts that are allocated here.
    pub pod: Arc<Pod>,
    /// The API server has it no more.
    pub vanished: bool,
    /// The last write that this pod's work comes from.
    pub cause: Cause,
    pub worker: Worker,
    /// What is there.
    pub runtime: PodRuntime,
    /// What the last relist found.
    pub seen: RuntimeStatus,
    /// When the next relist will find something new.
    pub relist_at: Option<Time>,
    pub reasons: BTreeMap<Arc<str>, Reason>,
    pub crash_backoff: Backoff,
    pub image_backoff: Backoff,
    /// What the last failed pull of an image said.
    pub pull_errors: BTreeMap<String, String>,
    pub status: StatusCache,
    pub probes: Vec<ProbeWorker>,
    pub volumes: Volumes,
    /// The commands that run in its containers, and those of hooks that have ended.
    pub commands: BTreeMap<CommandId, Command>,
    pub ended_hooks: BTreeMap<CommandId, Command>,
    /// Who sees what the main process of a container writes.
    pub attached: Vec<(Arc<str>, HttpId)>,
    pub resizing: Resizing,
}

impl PodState {
    pub fn new(pod: Arc<Pod>, cause: Cause) -> Self {
        let volumes = Volumes::of(&pod);
        PodState {
            uid: pod.uid().into(),
            key: Key::new(pod.namespace(), pod.name()),
            vanished: false,
            cause,
            worker: Worker::default(),
            runtime: PodRuntime::default(),
            seen: RuntimeStatus::default(),
            relist_at: None,
            reasons: BTreeMap::new(),
            crash_backoff: Backoff::default(),
            image_backoff: Backoff::default(),
            pull_errors: BTreeMap::new(),
            status: StatusCache::default(),
            probes: Vec::new(),
            volumes,
            commands: BTreeMap::new(),
            ended_hooks: BTreeMap::new(),
            attached: Vec::new(),
            resizing: Resizing::default(),
            pod,
        }
    }

    pub fn is_terminating(&self) -> bool {
        owner::is_terminating(&self.pod.metadata)
    }

    /// `name_namespace(uid)`, as the kubelet's messages name a pod.
    pub fn described(&self) -> String {
        format!("{}_{}({})", self.key.name, self.key.namespace, self.uid)
    }

    pub fn is_host_network(&self) -> bool {
        self.pod.spec.host_network == Some(true)
    }

    /// Records an event about the pod or one of its containers.
    pub fn event(&self, container: Option<&str>, event_type: EventType, reason: &str, message: &str, host: &mut Host, ctx: &mut Ctx<'_>) {
        host.pod_event(&self.pod, container, event_type, reason, message, self.cause, ctx);
    }

    /// Does everything that is due now. To be called after anything happened to the pod.
    pub fn run(&mut self, host: &mut Host, ctx: &mut Ctx<'_>) {
        loop {
            let now = ctx.now();
            if self.runtime.run(now, ctx.disks) {
                self.changed(host, now);
            }
            if std::mem::take(&mut self.runtime.sandbox_ended) {
                self.stop_sandbox(host, now);
            }
            self.take_command_news(host, ctx);
            self.send_all(host, ctx);
            // A sync that waited for this relist sees what it found; the news of it still has the pod synced once more.
            let mut again = false;
            if self.relist_at.is_some_and(|at| at <= now) {
                let waited = self.worker.pending && self.worker.work.is_none();
                again = self.relist(now) && waited;
            }
            self.volumes.run(&self.pod, &mut self.runtime.volumes, (&self.key, &self.uid), self.cause, host, ctx);
            self.advance(host, ctx);
            self.run_probes(host, ctx);
            self.check_queue(now);
            if self.deadline_at(host).is_some_and(|at| at <= now) {
                self.request_sync(now);
            }
            let begun = self.begin_if_due(host, ctx);
            if begun && again {
                self.request_sync(now);
            }
            if !begun && self.runtime.next_wake().is_none_or(|at| at > now) && !self.runtime.has_news() {
                break;
            }
        }
        self.send_all(host, ctx);
        for (container, process) in self.runtime.take_ended() {
            ctx.hang_up(process);
            let image = self.runtime.containers.iter().find(|found| found.record.id == container).map(|found| found.record.image.clone());
            if let Some(part) = image.and_then(|image| part_of(&self.key.namespace, &image)) {
                ctx.part_changed(part, false);
            }
            super::tunnels::close_all(host, process, ctx);
            super::calls::forget(host, &container, ctx);
        }
        let wake = self.next_wake(host);
        assert!(wake.is_none_or(|at| at > ctx.now()), "a pod wants to be woken in the past: {wake:?} at {}", ctx.now());
        host.agenda.set(super::agenda::Sleeper::Pod(self.uid.clone()), wake);
    }

    /// Something changed in the runtime: the next relist will find it.
    pub fn changed(&mut self, host: &Host, now: Time) {
        self.relist_at.get_or_insert(host.next_relist(now));
    }

    /// Looks at what is there, and has the pod synced if that is news. Whether it was.
    pub fn relist(&mut self, now: Time) -> bool {
        self.relist_at = None;
        let status = self.runtime.status();
        let changed = status != self.seen;
        if changed {
            self.runtime.forget_older_dead();
            self.seen = self.runtime.status();
            self.request_sync(now);
        }
        changed
    }

    fn next_wake(&self, host: &Host) -> Option<Time> {
        let wishes = [
            self.runtime.next_wake(),
            self.relist_at,
            self.volumes.next_wake(),
            self.work_wake(),
            self.probes.iter().map(ProbeWorker::wake).min(),
            self.worker.requeue_at,
            self.begin_at(host),
            self.deadline_at(host),
        ];
        wishes.into_iter().flatten().min()
    }
}
