//! The kubelet's events, on their way to the API server one after the other.
//!
//! Models: staging/src/k8s.io/client-go/tools/record/event.go, v1.36.
//! Simplified: an event that cannot be written is dropped.

use std::time::Duration;

use crate::cause::Cause;
use crate::client::{EventQueue, Happening, Recorder};
use crate::component::{Ctx, RequestId};

/// How long an event takes to be sent: other work goes on meanwhile.
const TAKES: Duration = Duration::from_millis(5);

#[derive(Clone, Debug)]
pub(super) struct Events(EventQueue);

impl Events {
    pub fn new(node: &str) -> Self {
        Events(EventQueue::new(Recorder::new("kubelet", node)))
    }

    pub fn record(&mut self, happening: Happening<'_>, cause: Cause, ctx: &mut Ctx<'_>) {
        self.0.record(happening, cause, ctx);
        self.send(ctx);
    }

    /// Whether the answer was to one of the events.
    pub fn answered(&mut self, id: RequestId, ctx: &mut Ctx<'_>) -> bool {
        let own = self.0.answered(id);
        if own {
            self.send(ctx);
        }
        own
    }

    fn send(&mut self, ctx: &mut Ctx<'_>) {
        if let Some((request, cause)) = self.0.take() {
            self.0.sent(ctx.request_after(request, cause, TAKES));
        }
    }
}
