//! The kubelet's events, on their way to the API server one after the other.
//!
//! Models: staging/src/k8s.io/client-go/tools/record/event.go, v1.36.
//! Simplified: an event that cannot be written is dropped.

use std::collections::VecDeque;
use std::time::Duration;

use podarium_api::Object;

use crate::apiserver::Request;
use crate::cause::Cause;
use crate::client::{EventType, Recorder};
use crate::component::{Ctx, RequestId};

/// How long an event takes to be sent: other work goes on meanwhile.
const TAKES: Duration = Duration::from_millis(5);

#[derive(Clone, Debug)]
pub(super) struct Events {
    recorder: Recorder,
    waiting: VecDeque<(Request, Cause)>,
    under_way: Option<RequestId>,
}

impl Events {
    pub fn new(node: &str) -> Self {
        Events { recorder: Recorder::new("kubelet", node), waiting: VecDeque::new(), under_way: None }
    }

    /// `field_path` names a container, e.g. `spec.containers{web}`; empty for the whole object.
    pub fn record(&mut self, about: &Object, field_path: &str, event_type: EventType, reason: &str, message: &str, cause: Cause, ctx: &mut Ctx<'_>) {
        if let Some(request) = self.recorder.event(ctx.now(), ctx.epoch(), about, field_path, event_type, reason, message) {
            self.waiting.push_back((request, cause));
            self.send(ctx);
        }
    }

    /// Whether the answer was to one of the events.
    pub fn answered(&mut self, id: RequestId, ctx: &mut Ctx<'_>) -> bool {
        if self.under_way != Some(id) {
            return false;
        }
        self.under_way = None;
        self.send(ctx);
        true
    }

    fn send(&mut self, ctx: &mut Ctx<'_>) {
        if self.under_way.is_none()
            && let Some((request, cause)) = self.waiting.pop_front()
        {
            self.under_way = Some(ctx.request_after(request, cause, TAKES));
        }
    }
}
