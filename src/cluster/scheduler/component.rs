//! The scheduler as a component of the cluster: it watches pods and nodes, takes one pod at a time from its queue, and
//! binds it through the API server while it goes on with the next.
//!
//! Models: pkg/scheduler/{scheduler.go,schedule_one.go}, cmd/kube-scheduler, v1.36.
//! Simplified: one instance, which always leads.

use std::any::Any;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use podarium_api::selector::FieldSelector;
use podarium_api::{Kind, Pod};
use podarium_sim::{Stream, Time};

use super::algorithm::{Algorithm, Outcome, feasible_nodes_to_find};
use super::binding::Binding;
use super::cache::Cache;
use super::configuration::SchedulerConfiguration;
use super::event_recorder::{self, EventRecorder, Note};
use super::decision::Decision;
use super::explain::KeptCycle;
use super::framework::plugin::Handle;
use super::framework::pod_info::PodInfo;
use super::framework::profile::{Profile, Profiles};
use super::listers::Listers;
use super::preemptor::Preemptor;
use super::preparing::Preparations;
use super::queue::queued_pod::QueuedPod;
use super::queue::{FLUSH_UNSCHEDULABLE_PERIOD, SchedulingQueue, backoff};
use super::waiting::WaitingPods;
use crate::apiserver::{Filter, Request};
use crate::cause::Cause;
use crate::client::{EventType, Informers, TokenBucket};
use crate::component::{Component, Ctx, Message, RequestId};

/// The timer tokens.
const INFORMERS: u64 = 0;
const CYCLE: u64 = 1;
const FLUSH_BACKOFF: u64 = 2;
const FLUSH_UNSCHEDULABLE: u64 = 3;
const FINISH_EVENTS: u64 = 4;
pub(super) const CHECK_PREPARATIONS: u64 = 5;
pub(super) const CHECK_WAITING: u64 = 6;

/// What a cycle takes: a fixed part, and a part for every node that must be looked at.
const CYCLE_TIME: Duration = Duration::from_micros(400);
const TIME_PER_NODE: Duration = Duration::from_micros(2);
/// How many decisions can be explained afterwards.
const KEPT_CYCLES: usize = 256;

/// What is watched beside pods.
const WATCHED: &[Kind] = &[
    Kind::Node, Kind::Namespace, Kind::Service, Kind::ReplicaSet, Kind::StatefulSet, Kind::ReplicationController, Kind::PersistentVolume, Kind::PersistentVolumeClaim,
    Kind::StorageClass, Kind::CSINode, Kind::CSIDriver, Kind::CSIStorageCapacity, Kind::VolumeAttachment,
    Kind::PodDisruptionBudget,
];

#[derive(Clone, Debug)]
pub struct Scheduler {
    pub(super) informers: Informers,
    pub(super) cache: Cache,
    pub(super) listers: Listers,
    pub(super) queue: SchedulingQueue,
    /// Made from the component's random stream when it starts.
    algorithm: Option<Algorithm>,
    percentage_of_nodes_to_score: usize,
    pub(super) profiles: Profiles,
    pub(super) bindings: BTreeMap<RequestId, Binding>,
    pub(super) waiting: WaitingPods,
    pub(super) preparations: Preparations,
    pub(super) preemptor: Preemptor,
    pub(super) recorder: EventRecorder,
    client: TokenBucket,
    event_client: TokenBucket,
    kept: VecDeque<Arc<KeptCycle>>,
    /// Whether a cycle is under way.
    cycling: bool,
    /// Which alarms are set.
    backoff_alarm: bool,
    unschedulable_alarm: bool,
    events_alarm: bool,
}

impl Scheduler {
    /// A scheduler that nobody configured. `host` is the machine on which it runs; it is part of its name in events.
    pub fn new(host: &str) -> Self {
        Self::configured(host, &SchedulerConfiguration::default())
    }

    pub fn configured(host: &str, configuration: &SchedulerConfiguration) -> Self {
        let unfinished = FieldSelector::parse("status.phase!=Succeeded,status.phase!=Failed").expect("a field selector");
        let pods = Filter { fields: unfinished, ..Filter::all() };
        let others = WATCHED.iter().map(|kind| (*kind, Filter::all()));
        let mut cache = Cache::default();
        for topology in configuration.profiles.iter().flat_map(Profile::plugins).flat_map(|plugin| plugin.topologies()) {
            cache.snapshot.register(topology);
        }
        let client = TokenBucket::new(configuration.qps, configuration.burst);
        Scheduler {
            informers: Informers::new(others.chain([(Kind::Pod, pods)]), INFORMERS),
            cache,
            listers: Listers::default(),
            queue: SchedulingQueue::new(configuration.profiles.clone(), configuration.back_off),
            algorithm: None,
            percentage_of_nodes_to_score: configuration.percentage_of_nodes_to_score,
            profiles: configuration.profiles.clone(),
            bindings: BTreeMap::new(),
            waiting: WaitingPods::default(),
            preparations: Preparations::default(),
            preemptor: Preemptor::default(),
            recorder: EventRecorder::new(host),
            client: client.clone(),
            event_client: client,
            kept: VecDeque::new(),
            cycling: false,
            backoff_alarm: false,
            unschedulable_alarm: false,
            events_alarm: false,
        }
    }

    /// Why the pod went where it went the last time that it was tried; nothing if that is too long ago.
    pub fn decision(&self, namespace: &str, name: &str) -> Option<Decision> {
        let of = |kept: &&Arc<KeptCycle>| kept.pod.namespace() == namespace && kept.pod.name() == name;
        self.kept.iter().rev().find(of).map(|kept| kept.explain())
    }

    /// The pods that wait, for views.
    pub fn queue(&self) -> &SchedulingQueue {
        &self.queue
    }

    pub(super) fn send(&mut self, request: Request, cause: Cause, ctx: &mut Ctx<'_>) -> RequestId {
        let wait = self.client.reserve(ctx.now());
        ctx.request_after(request, cause, wait)
    }

    pub(super) fn event(&mut self, about: &Pod, related: Option<&Pod>, note: Note, cause: Cause, ctx: &mut Ctx<'_>) {
        let reporter = self.profiles.of(about).unwrap_or(self.profiles.first()).scheduler_name();
        let reporter = if note.reason == "Preempted" { related.and_then(|pod| self.profiles.of(pod)).map_or(reporter, Profile::scheduler_name) } else { reporter };
        if let Some(request) = self.recorder.event(ctx.now(), ctx.epoch(), reporter, about, related, note) {
            let wait = self.event_client.reserve(ctx.now());
            ctx.request_after(request, cause, wait);
        }
    }

    /// Takes the next pod from the queue and tries it.
    fn schedule_one(&mut self, ctx: &mut Ctx<'_>) {
        let Some(queued) = self.queue.pop() else { return };
        let pod = &queued.info;
        if pod.is_terminating() {
            let text = format!("skip schedule deleting pod: {}/{}", pod.namespace(), pod.name());
            let note = Note { event_type: EventType::Warning, reason: "FailedScheduling", action: "Scheduling", text: &text };
            self.event(&pod.pod.clone(), None, note, queued.cause, ctx);
            return self.queue.done(&queued.info.uid);
        }
        // It can be in the queue again through an update that came while it was being assumed.
        if self.cache.get(&pod.uid).is_some() {
            return self.queue.done(&queued.info.uid);
        }
        match self.run_algorithm(&queued, ctx) {
            Outcome::Placed(placement) => self.assume_and_bind(queued, &placement.node, ctx),
            Outcome::Failed(mut failure) => {
                if let Some(preemption) = failure.preemption.take() {
                    self.preempt(&queued, preemption, ctx);
                }
                self.fail(queued, *failure, ctx);
            }
        }
    }

    /// The profile that decides about the pod; it is in the queue because there is one.
    pub(super) fn profile_of(&self, pod: &PodInfo) -> Profile {
        self.profiles.of(&pod.pod).unwrap_or(self.profiles.first()).clone()
    }

    fn run_algorithm(&mut self, queued: &QueuedPod, ctx: &mut Ctx<'_>) -> Outcome {
        self.cache.snapshot.refresh();
        self.cache.snapshot.register_for(&queued.info);
        let profile = self.profile_of(&queued.info);
        let percentage = self.percentage_of_nodes_to_score;
        let algorithm = self.algorithm.get_or_insert_with(|| Algorithm::new(percentage, Stream::new(ctx.stream().bits(), "decisions")));
        let start = algorithm.next_start;
        let handle = Handle {
            snapshot: &self.cache.snapshot,
            listers: &self.listers,
            nominator: &self.queue.nominator,
            profile: &profile,
        };
        let outcome = algorithm.schedule(handle, &queued.info);
        if self.kept.len() == KEPT_CYCLES {
            self.kept.pop_front();
        }
        self.kept.push_back(Arc::new(KeptCycle {
            at: ctx.now(),
            pod: queued.info.clone(),
            outcome: outcome.node(),
            snapshot: self.cache.snapshot.clone(),
            listers: self.listers.clone(),
            nominator: self.queue.nominator.clone(),
            profile: profile.clone(),
            percentage_of_nodes_to_score: percentage,
            start,
        }));
        outcome
    }

    fn on_timer(&mut self, token: u64, ctx: &mut Ctx<'_>) {
        match token {
            CYCLE => {
                self.cycling = false;
                self.schedule_one(ctx);
            }
            FLUSH_BACKOFF => {
                self.backoff_alarm = false;
                self.queue.flush_backoff(ctx.now());
            }
            FLUSH_UNSCHEDULABLE => {
                self.unschedulable_alarm = false;
                self.queue.flush_unschedulable(ctx.now(), &self.listers);
            }
            CHECK_PREPARATIONS => self.check_preparations(ctx),
            CHECK_WAITING => self.check_waiting(ctx),
            FINISH_EVENTS => {
                self.events_alarm = false;
                for request in self.recorder.finish(ctx.now(), ctx.epoch()) {
                    let wait = self.event_client.reserve(ctx.now());
                    ctx.request_after(request, Cause::Timer("event series"), wait);
                }
            }
            _ => {}
        }
    }

    /// Begins the next cycle if there is a pod to try, and sets the alarms that are needed. An idle scheduler sets none.
    fn set_alarms(&mut self, ctx: &mut Ctx<'_>) {
        if !self.cycling && self.queue.has_next() && self.informers.synced() {
            self.cycling = true;
            let nodes = feasible_nodes_to_find(self.percentage_of_nodes_to_score, self.cache.snapshot.len());
            ctx.timer(CYCLE_TIME + TIME_PER_NODE * u32::try_from(nodes).unwrap_or(u32::MAX), CYCLE);
        }
        if !self.backoff_alarm && self.queue.has_backing_off() {
            self.backoff_alarm = true;
            ctx.timer_at(next_multiple(ctx.now(), backoff::WINDOW), FLUSH_BACKOFF);
        }
        if !self.unschedulable_alarm && self.queue.has_unschedulable() {
            self.unschedulable_alarm = true;
            ctx.timer_at(next_multiple(ctx.now(), FLUSH_UNSCHEDULABLE_PERIOD), FLUSH_UNSCHEDULABLE);
        }
        if !self.events_alarm && !self.recorder.is_idle() {
            self.events_alarm = true;
            ctx.timer_at(next_multiple(ctx.now(), event_recorder::FINISH), FINISH_EVENTS);
        }
    }
}

/// The next moment that lies on a grid of `period`, so that clocks tick alike however often they are set anew.
fn next_multiple(now: Time, period: Duration) -> Time {
    let period = period.as_nanos() as u64;
    Time::from_nanos((now.as_nanos() / period + 1) * period)
}

impl Component for Scheduler {
    fn on(&mut self, message: Message, ctx: &mut Ctx<'_>) {
        if let Some(changes) = self.informers.on(&message, ctx) {
            for change in changes {
                self.on_change(change, ctx);
            }
        } else {
            match message {
                Message::Timer(token) => self.on_timer(token, ctx),
                Message::Answer { id, answer } => self.on_answer(id, answer, ctx),
                _ => {}
            }
        }
        self.check_waiting(ctx);
        self.set_alarms(ctx);
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
