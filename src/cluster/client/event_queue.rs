//! A component's events on their way to the API server: one after the other, each when the one before has its answer.
//!
//! So the counts of an event that repeats arrive in their order, and the last one is the greatest.
//!
//! Models: staging/src/k8s.io/client-go/tools/record/event.go, v1.36.
//! Simplified: an event that cannot be written is dropped.

use std::collections::VecDeque;

use podarium_api::Object;

use super::{EventType, Recorder};
use crate::apiserver::Request;
use crate::cause::Cause;
use crate::component::{Ctx, RequestId};

/// How many events wait at most; those that come then are lost.
const CAPACITY: usize = 1000;

#[derive(Clone, Debug)]
pub struct EventQueue {
    recorder: Recorder,
    waiting: VecDeque<(Request, Cause)>,
    under_way: Option<RequestId>,
}

/// What happened to an object.
#[derive(Clone, Copy)]
pub struct Happening<'a> {
    pub about: &'a Object,
    /// Names a container, e.g. `spec.containers{web}`; empty for the whole object.
    pub field_path: &'a str,
    pub event_type: EventType,
    pub reason: &'a str,
    pub message: &'a str,
}

impl EventQueue {
    pub fn new(recorder: Recorder) -> Self {
        EventQueue { recorder, waiting: VecDeque::new(), under_way: None }
    }

    pub fn record(&mut self, happening: Happening<'_>, cause: Cause, ctx: &Ctx<'_>) {
        if self.waiting.len() >= CAPACITY {
            return;
        }
        let Happening { about, field_path, event_type, reason, message } = happening;
        if let Some(request) = self.recorder.event(ctx.now(), ctx.epoch(), about, field_path, event_type, reason, message) {
            self.waiting.push_back((request, cause));
        }
    }

    /// The next event, if none is under way. Whoever sends it says so with `sent`.
    pub fn take(&mut self) -> Option<(Request, Cause)> {
        if self.under_way.is_some() { None } else { self.waiting.pop_front() }
    }

    pub fn sent(&mut self, id: RequestId) {
        self.under_way = Some(id);
    }

    /// Whether the answer was to one of the events; then the next may go.
    pub fn answered(&mut self, id: RequestId) -> bool {
        let own = self.under_way == Some(id);
        if own {
            self.under_way = None;
        }
        own
    }
}
