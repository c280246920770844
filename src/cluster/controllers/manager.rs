//! kube-controller-manager: runs the controllers over shared caches, each with its queue, workers and client.
//!
//! Models: cmd/kube-controller-manager/app/controllermanager.go, v1.36.
//! Simplified: one instance, which always leads.

use std::any::Any;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use podarium_api::Kind;
use podarium_sim::Time;

use super::options::Options;
use super::sync::{Controller, Effect, Enqueue, Step, Stop, Sync, Told};
use crate::Cluster;
use crate::apiserver::{Answer, Filter, Request, User};
use crate::cause::Cause;
use crate::client::{Caches, Change, EventQueue, Happening, Informers, Recorder, TokenBucket, WorkQueue};
use crate::component::{Component, Ctx, Message, RequestId};
use crate::store::Key;

/// The timer tokens: the informers' own, and one for each controller's queue.
const INFORMERS: u64 = 0;
const FIRST_QUEUE: u64 = 1;

/// A controller behind a pointer, so that unlike ones stand in one list.
trait AnyController: Send + std::marker::Sync {
    fn name(&self) -> &'static str;
    fn watched(&self) -> Vec<(Kind, Filter)>;
    fn watches_custom_kinds(&self) -> bool;
    fn on_change(&mut self, change: &Change, caches: &Caches, enqueue: &mut Enqueue<'_>);
    fn on_start(&mut self, enqueue: &mut Enqueue<'_>);
    fn sync(&self, ctx: &mut Sync<'_>, key: &Key) -> Result<(), Stop>;
    fn clone_arc(&self) -> Arc<dyn AnyController>;
    fn as_any_mut(&mut self) -> &mut dyn Any;
}

impl<C: Controller> AnyController for C {
    fn name(&self) -> &'static str {
        C::NAME
    }

    fn watched(&self) -> Vec<(Kind, Filter)> {
        C::watched()
    }
    fn watches_custom_kinds(&self) -> bool {
        C::watches_custom_kinds()
    }
    fn on_change(&mut self, change: &Change, caches: &Caches, enqueue: &mut Enqueue<'_>) {
        Controller::on_change(self, change, caches, enqueue);
    }
    fn on_start(&mut self, enqueue: &mut Enqueue<'_>) {
        Controller::on_start(self, enqueue);
    }
    fn sync(&self, ctx: &mut Sync<'_>, key: &Key) -> Result<(), Stop> {
        Controller::sync(self, ctx, key)
    }
    fn clone_arc(&self) -> Arc<dyn AnyController> {
        Arc::new(self.clone())
    }
    fn as_any_mut(&mut self) -> &mut dyn Any {
        self
    }
}

/// A sync that waits for answers.
#[derive(Clone)]
struct InFlight {
    controller: Arc<dyn AnyController>,
    caches: Arc<Caches>,
    steps: Vec<Step>,
    began: Time,
    cause: Cause,
}

/// One controller with all that it needs to run.
#[derive(Clone)]
pub(crate) struct Runner {
    controller: Arc<dyn AnyController>,
    user: User,
    workers: usize,
    queue: WorkQueue,
    in_flight: BTreeMap<Key, InFlight>,
    /// Which sync waits for an answer, and where in its last step the answer goes.
    waiting: BTreeMap<RequestId, (Key, usize)>,
    events: EventQueue,
    client: TokenBucket,
    /// How many times the usual limits its client has.
    share: (f64, u32),
    /// The alarm that is set for the queue's next delayed key.
    alarm: Option<Time>,
}

impl Runner {
    pub(crate) fn new<C: Controller>(controller: C) -> Self {
        Runner {
            controller: Arc::new(controller),
            user: match C::SERVICE_ACCOUNT {
                "" => User::named("system:kube-controller-manager"),
                account => User::service_account("kube-system", account),
            },
            workers: C::WORKERS,
            queue: WorkQueue::with_back_off(C::BACK_OFF.0, C::BACK_OFF.1),
            in_flight: BTreeMap::new(),
            waiting: BTreeMap::new(),
            events: EventQueue::new(Recorder::new(C::REPORTER, "")),
            client: Options::default().client(C::CLIENT),
            share: C::CLIENT,
            alarm: None,
        }
    }

    /// A controller that is a part of the API server itself, and so is the API server to itself.
    pub(super) fn inside_api_server<C: Controller>(controller: C) -> Self {
        Runner { user: User::api_server(), client: TokenBucket::new(5000.0, 5000), ..Self::new(controller) }
    }

    fn controller_mut(&mut self) -> &mut dyn AnyController {
        if Arc::get_mut(&mut self.controller).is_none() {
            self.controller = self.controller.clone_arc();
        }
        Arc::get_mut(&mut self.controller).expect("a controller just copied has one owner")
    }

    /// Calls the controller and puts the keys that it names into its queue.
    fn notify(&mut self, ctx: &mut Ctx<'_>, cause: Cause, call: impl FnOnce(&mut dyn AnyController, &mut Enqueue<'_>)) {
        let (mut keys, mut events) = (Vec::new(), Vec::new());
        let mut enqueue = Enqueue { keys: &mut keys, events: &mut events, now: ctx.now(), epoch: ctx.epoch() };
        call(self.controller_mut(), &mut enqueue);
        for (key, after) in keys {
            self.queue.add_after(key, after, cause, ctx.now());
        }
        for told in events {
            self.tell(&told, cause, ctx);
        }
    }

    /// Gives free workers the keys that are ready, and sets the alarm for those that are not.
    fn work(&mut self, token: u64, caches: &Arc<Caches>, ctx: &mut Ctx<'_>) {
        self.queue.release(ctx.now());
        while self.in_flight.len() < self.workers {
            let Some((key, cause)) = self.queue.take() else { break };
            let sync = InFlight {
                controller: self.controller.clone(),
                caches: caches.clone(),
                steps: Vec::new(),
                began: ctx.now(),
                cause,
            };
            self.in_flight.insert(key.clone(), sync);
            self.run(&key, ctx);
        }
        if let Some(next) = self.queue.next_release()
            && self.alarm.is_none_or(|alarm| alarm > next || alarm <= ctx.now())
        {
            self.alarm = Some(next);
            ctx.timer_at(next, token);
        }
    }

    /// Runs a sync until it ends or waits.
    fn run(&mut self, key: &Key, ctx: &mut Ctx<'_>) {
        let Some(mut sync) = self.in_flight.remove(key) else { return };
        let mut view = Sync {
            steps: &mut sync.steps,
            cursor: 0,
            effects: Vec::new(),
            caches: &sync.caches,
            now: sync.began,
            epoch: ctx.epoch(),
            cause: sync.cause,
        };
        let result = sync.controller.sync(&mut view, key);
        let effects = std::mem::take(&mut view.effects);
        let cause = sync.cause;
        // Given back before memory changes, so that the controller need not be copied for a sync that is over.
        let waits = matches!(result, Err(Stop::Pending));
        if waits {
            self.in_flight.insert(key.clone(), sync);
        } else {
            drop(sync);
        }
        for effect in effects {
            self.carry_out(key, effect, cause, ctx);
        }
        match result {
            Err(Stop::Pending) => {}
            Ok(()) | Err(Stop::GaveUp(_)) => {
                self.queue.forget(key);
                self.queue.done(key);
            }
            Err(Stop::Failed(_)) => {
                self.queue.add_rate_limited(key.clone(), cause, ctx.now());
                self.queue.done(key);
            }
        }
    }

    fn carry_out(&mut self, key: &Key, effect: Effect, cause: Cause, ctx: &mut Ctx<'_>) {
        match effect {
            Effect::Requests(requests) => {
                for (place, request) in requests.into_iter().enumerate() {
                    let id = self.send(request, cause, ctx);
                    self.waiting.insert(id, (key.clone(), place));
                }
            }
            Effect::Event(told) => self.tell(&told, cause, ctx),
            Effect::Memory(change) => change(self.controller_mut().as_any_mut()),
            Effect::Enqueue(key, after) => self.queue.add_after(key, after, cause, ctx.now()),
            Effect::EnqueueRateLimited(key) => self.queue.add_rate_limited(key, cause, ctx.now()),
        }
    }

    fn tell(&mut self, told: &Told, cause: Cause, ctx: &mut Ctx<'_>) {
        let Told { about, event_type, reason, message } = told;
        self.events.record(Happening { about, field_path: "", event_type: *event_type, reason, message }, cause, ctx);
        self.send_event(ctx);
    }

    fn send_event(&mut self, ctx: &mut Ctx<'_>) {
        if let Some((request, cause)) = self.events.take() {
            let id = self.send(request, cause, ctx);
            self.events.sent(id);
        }
    }

    fn send(&mut self, request: Request, cause: Cause, ctx: &mut Ctx<'_>) -> RequestId {
        let wait: Duration = self.client.reserve(ctx.now());
        ctx.request_after(request.with_user(&self.user), cause, wait)
    }

    /// Takes an answer that a sync or an event waits for; whether it was one.
    fn answered(&mut self, id: RequestId, answer: &Answer, ctx: &mut Ctx<'_>) -> bool {
        if self.events.answered(id) {
            self.send_event(ctx);
            return true;
        }
        let Some((key, place)) = self.waiting.remove(&id) else { return false };
        let Some(sync) = self.in_flight.get_mut(&key) else { return true };
        if let Some(Step::Requests { answers, .. }) = sync.steps.last_mut() {
            answers[place] = Some(answer.clone());
            if answers.iter().all(Option::is_some) {
                self.run(&key, ctx);
            }
        }
        true
    }
}

/// The component that runs the controllers.
#[derive(Clone)]
pub struct ControllerManager {
    informers: Informers,
    runners: Vec<Runner>,
    /// Which controllers want to hear of a kind; all others have no part in its news.
    listeners: BTreeMap<Kind, Vec<usize>>,
    started: bool,
}

impl ControllerManager {
    /// All controllers of the registry, as this cluster has them started.
    pub fn standard(cluster: &Cluster) -> Self {
        let options = cluster.config().controller_manager;
        let mut runners = super::registry(cluster.authority());
        runners.retain(|runner| options.allocate_node_cidrs || runner.controller.name() != super::node_ipam::NodeIpamController::NAME);
        for runner in &mut runners {
            runner.client = options.client(runner.share);
        }
        Self::new(runners)
    }

    /// A process of its own with these controllers.
    pub(crate) fn of(runners: Vec<Runner>) -> Self {
        Self::new(runners)
    }

    /// The controllers that kube-apiserver runs.
    pub fn inside_api_server(metrics_server: bool) -> Self {
        Self::new(super::inside_api_server(metrics_server))
    }

    pub(super) fn new(runners: Vec<Runner>) -> Self {
        let mut watched: BTreeMap<Kind, Filter> = BTreeMap::new();
        let mut listeners: BTreeMap<Kind, Vec<usize>> = BTreeMap::new();
        for (place, runner) in runners.iter().enumerate() {
            for (kind, filter) in runner.controller.watched() {
                listeners.entry(kind).or_default().push(place);
                watched.insert(kind, filter);
            }
        }
        ControllerManager { informers: Informers::new(watched, INFORMERS), runners, listeners, started: false }
    }

    /// Watches the kinds that definitions make, and no longer those of definitions that are gone.
    fn follow_definitions(&mut self, changes: &[Change], ctx: &mut Ctx<'_>) {
        if !self.runners.iter().any(|runner| runner.controller.watches_custom_kinds()) {
            return;
        }
        for change in changes.iter().filter(|change| change.kind == Kind::CustomResourceDefinition) {
            match (change.old.as_ref().and_then(super::custom_kind), change.new.as_ref().and_then(super::custom_kind)) {
                (_, Some(kind)) => self.informers.follow(kind, ctx),
                (Some(kind), None) => self.informers.unfollow(kind, ctx),
                (None, None) => {}
            }
        }
    }

    fn changed(&mut self, changes: &[Change], ctx: &mut Ctx<'_>) {
        self.follow_definitions(changes, ctx);
        let caches = self.informers.caches().clone();
        for change in changes {
            let mut notify = |runner: &mut Runner| runner.notify(ctx, change.cause, |controller, enqueue| controller.on_change(change, &caches, enqueue));
            match self.listeners.get(&change.kind) {
                Some(places) => places.iter().for_each(|place| notify(&mut self.runners[*place])),
                // A kind that a definition made.
                None => self.runners.iter_mut().filter(|runner| runner.controller.watches_custom_kinds()).for_each(notify),
            }
        }
    }
}

impl Component for ControllerManager {
    fn on(&mut self, message: Message, ctx: &mut Ctx<'_>) {
        if let Some(changes) = self.informers.on(&message, ctx) {
            self.changed(&changes, ctx);
        } else if let Message::Answer { id, answer } = &message {
            let _ = self.runners.iter_mut().any(|runner| runner.answered(*id, answer, ctx));
        }
        if !self.informers.synced() {
            return;
        }
        if !self.started {
            self.started = true;
            for runner in &mut self.runners {
                runner.notify(ctx, Cause::Start, |controller, enqueue| controller.on_start(enqueue));
            }
        }
        let caches = self.informers.caches().clone();
        for (token, runner) in (FIRST_QUEUE..).zip(&mut self.runners) {
            runner.work(token, &caches, ctx);
        }
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
