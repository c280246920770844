//! How a controller is written: `on_change` turns news into keys, `sync` brings the world of one key a step nearer to
//! what is declared.
//!
//! A sync reads as if its requests were answered at once: `let created = ctx.create(pod)?;`. Underneath, the first
//! request that has no answer yet ends the function (`Stop::Pending`); when the answer arrives it is run again from
//! the start, and everything that it had done before is answered from a log. For this a sync sees the world as of its
//! beginning (caches and the controller's own memory are pictures of that moment), and all that it does goes through
//! its `Sync`. So a sync in mid-flight is plain data: it can be cloned, rewound and branched like everything else.
//!
//! ```text
//! run 1: create(a) → no answer yet                          → Pending
//! run 2: create(a) → from the log; create(b) → none yet     → Pending
//! run 3: create(a), create(b) → from the log; Ok            → done
//! ```
//!
//! Models: nothing of Kubernetes, whose workers block on their requests.
//! Simplified: nothing.

use std::any::Any;
use std::sync::Arc;
use std::time::Duration;

use podarium_api::time::Epoch;
use podarium_api::{Kind, Object, Resource, Status};
use podarium_sim::Time;

use crate::apiserver::{Answer, Filter, Reply, Request};
use crate::cause::Cause;
use crate::client::{Caches, Change, EventType};
use crate::store::Key;

/// A reconciliation loop.
pub trait Controller: Clone + Send + std::marker::Sync + 'static {
    /// As its events name it, e.g. `replicaset-controller`.
    const NAME: &'static str;
    /// The name under which it reports events, if that is another.
    const REPORTER: &'static str = Self::NAME;
    /// The account in `kube-system` whose name and rights it uses; empty for kube-controller-manager's own.
    const SERVICE_ACCOUNT: &'static str = Self::NAME;
    /// How many keys are worked on at a time (the `--concurrent-…-syncs` of kube-controller-manager).
    const WORKERS: usize;
    /// How many times as many requests its client may send as the others' (`--kube-api-qps`, `--kube-api-burst`).
    const CLIENT: (f64, u32) = (1.0, 1);

    /// How long a key waits after its first failure, and at most: twice as long each time.
    const BACK_OFF: (Duration, Duration) = (Duration::from_millis(5), Duration::from_secs(1000));

    /// The kinds that it watches.
    fn watched() -> Vec<(Kind, Filter)>;

    /// Whether it also watches every kind that a CustomResourceDefinition makes.
    fn watches_custom_kinds() -> bool {
        false
    }

    /// Something changed in a cache: remember what must be, and name the keys to look at.
    fn on_change(&mut self, change: &Change, caches: &Caches, enqueue: &mut Enqueue<'_>);

    /// The caches have been filled; called once after each start. For keys that no change brings, such as periodic work.
    fn on_start(&mut self, _enqueue: &mut Enqueue<'_>) {}

    /// Brings one key a step nearer. An error puts the key back with a growing delay.
    fn sync(&self, ctx: &mut Sync<'_>, key: &Key) -> Result<(), Stop>;
}

/// Why a sync ended early.
#[derive(Clone, Debug)]
pub enum Stop {
    /// It waits for answers and will be run again.
    Pending,
    /// It failed; the key is tried again later.
    Failed(String),
    /// It failed in a way that trying again does not mend, as when the namespace is going away.
    GaveUp(String),
}

impl From<Status> for Stop {
    fn from(status: Status) -> Self {
        if status.is_namespace_terminating() { Stop::GaveUp(status.to_string()) } else { Stop::Failed(status.to_string()) }
    }
}

/// Where `on_change` puts its keys, and the events that it has to tell of.
pub struct Enqueue<'a> {
    pub(super) keys: &'a mut Vec<(Key, Duration)>,
    pub(super) events: &'a mut Vec<Told>,
    pub(super) now: Time,
    pub(super) epoch: Epoch,
}

impl Enqueue<'_> {
    pub fn add(&mut self, key: Key) {
        self.keys.push((key, Duration::ZERO));
    }

    pub fn add_after(&mut self, key: Key, after: Duration) {
        self.keys.push((key, after));
    }

    /// Records an event about an object.
    pub fn event(&mut self, about: Object, event_type: EventType, reason: &str, message: String) {
        self.events.push(Told { about, event_type, reason: reason.to_owned(), message });
    }

    pub fn now(&self) -> Time {
        self.now
    }

    pub fn epoch(&self) -> Epoch {
        self.epoch
    }
}

/// One thing that a sync did, and what came of it.
#[derive(Clone, Debug)]
pub(super) enum Step {
    /// Requests sent together, with their answers as they arrive.
    Requests { fingerprint: String, answers: Vec<Option<Answer>> },
    /// Something that happened when it was first done: an event, an effect, a later key.
    Done,
}

/// An event that is to be recorded.
pub(super) struct Told {
    pub about: Object,
    pub event_type: EventType,
    pub reason: String,
    pub message: String,
}

/// Something for the controller's runner to do.
pub(super) enum Effect {
    Requests(Vec<Request>),
    Event(Told),
    Memory(Box<dyn FnOnce(&mut dyn Any)>),
    Enqueue(Key, Duration),
    EnqueueRateLimited(Key),
}

/// What a sync sees and does.
pub struct Sync<'a> {
    pub(super) steps: &'a mut Vec<Step>,
    pub(super) cursor: usize,
    pub(super) effects: Vec<Effect>,
    pub(super) caches: &'a Caches,
    pub(super) now: Time,
    pub(super) epoch: Epoch,
    pub(super) cause: Cause,
}

impl<'a> Sync<'a> {
    /// The caches as they were when this sync began.
    pub fn caches(&self) -> &'a Caches {
        self.caches
    }

    /// When this sync began.
    pub fn now(&self) -> Time {
        self.now
    }

    pub fn epoch(&self) -> Epoch {
        self.epoch
    }

    /// What set this sync off.
    pub fn cause(&self) -> Cause {
        self.cause
    }

    /// Sends requests at the same time and waits for all of their answers, in the order of the requests.
    pub fn all(&mut self, requests: Vec<Request>) -> Result<Vec<Result<Reply, Status>>, Stop> {
        if requests.is_empty() {
            return Ok(Vec::new());
        }
        let fingerprint = fingerprint(&requests);
        if let Some(step) = self.steps.get(self.cursor) {
            let Step::Requests { fingerprint: then, answers } = step else {
                panic!("a sync took another path when it was run again: requests {fingerprint} where it had an effect");
            };
            assert_eq!(*then, fingerprint, "a sync took another path when it was run again");
            if answers.iter().any(Option::is_none) {
                return Err(Stop::Pending);
            }
            self.cursor += 1;
            return Ok(answers.iter().flatten().map(|answer| answer.result.clone()).collect());
        }
        self.steps.push(Step::Requests { fingerprint, answers: vec![None; requests.len()] });
        self.effects.push(Effect::Requests(requests));
        Err(Stop::Pending)
    }

    /// Sends a request and waits for its answer, which may be an error.
    pub fn send(&mut self, request: Request) -> Result<Result<Reply, Status>, Stop> {
        let mut answers = self.all(vec![request])?;
        Ok(answers.pop().expect("one request has one answer"))
    }

    /// Reads an object from the server, past the cache.
    pub fn get_live<T: Resource>(&mut self, key: &Key) -> Result<Result<Arc<T>, Status>, Stop> {
        Ok(self.send(Request::get(T::KIND, key))?.and_then(typed))
    }

    pub fn create<T: Resource>(&mut self, object: T) -> Result<Result<Arc<T>, Status>, Stop> {
        Ok(self.send(Request::create(object))?.and_then(typed))
    }

    pub fn update<T: Resource>(&mut self, object: T) -> Result<Result<Arc<T>, Status>, Stop> {
        Ok(self.send(Request::update(object))?.and_then(typed))
    }

    pub fn update_status<T: Resource>(&mut self, object: T) -> Result<Result<Arc<T>, Status>, Stop> {
        Ok(self.send(Request::update_status(object))?.and_then(typed))
    }

    /// Records an event about an object.
    pub fn event(&mut self, about: &Object, event_type: EventType, reason: &str, message: impl Into<String>) {
        let (about, reason, message) = (about.clone(), reason.to_owned(), message.into());
        self.once(Effect::Event(Told { about, event_type, reason, message }));
    }

    /// Looks at a key again after a while.
    pub fn requeue_after(&mut self, key: &Key, after: Duration) {
        self.once(Effect::Enqueue(key.clone(), after));
    }

    /// Has the key worked on again when the queue's rate limit allows it.
    pub fn requeue_rate_limited(&mut self, key: &Key) {
        self.once(Effect::EnqueueRateLimited(key.clone()));
    }

    /// Changes the controller's own memory. The change happens once; this sync goes on seeing the memory of its
    /// beginning.
    pub fn remember<C: Controller>(&mut self, change: impl FnOnce(&mut C) + 'static) {
        self.once(Effect::Memory(Box::new(move |controller: &mut dyn Any| {
            change(controller.downcast_mut().expect("a sync changes the memory of its own controller"));
        })));
    }

    fn once(&mut self, effect: Effect) {
        if self.cursor < self.steps.len() {
            assert!(matches!(self.steps[self.cursor], Step::Done), "a sync took another path when it was run again");
        } else {
            self.steps.push(Step::Done);
            self.effects.push(effect);
        }
        self.cursor += 1;
    }
}

fn typed<T: Resource>(reply: Reply) -> Result<Arc<T>, Status> {
    let object = reply.object().ok_or_else(|| Status::new(500, "InternalError", "the answer holds no object"))?;
    T::from_object(&object).cloned().ok_or_else(|| Status::new(500, "InternalError", "the answer holds another kind"))
}

fn fingerprint(requests: &[Request]) -> String {
    use std::fmt::Write as _;
    let mut text = String::new();
    for request in requests {
        let _ = write!(text, "{:?} {:?} {}/{};", request.verb, request.kind, request.namespace, request.name);
    }
    text
}
