//! The active deadline: a pod with `activeDeadlineSeconds` that is not over by then is stopped and has failed.
//!
//! Models: pkg/kubelet/active_deadline.go, v1.36.
//! Simplified: nothing.

use std::time::Duration;

use k8s_openapi::api::core::v1::PodStatus;
use podarium_sim::Time;

use super::host::Host;
use super::pod::PodState;
use crate::client::EventType;
use crate::component::Ctx;

const REASON: &str = "DeadlineExceeded";
const MESSAGE: &str = "Pod was active on the node longer than the specified deadline";

impl PodState {
    fn deadline(&self) -> Option<Time> {
        let seconds = u64::try_from(self.pod.spec.active_deadline_seconds?).ok()?;
        let start = self.status.started_at(&self.pod)?;
        Some(start + Duration::from_secs(seconds))
    }

    /// When the pod must be synced because its deadline has passed.
    pub fn deadline_at(&self, host: &Host) -> Option<Time> {
        if self.worker.terminating || self.worker.pending || self.worker.work.is_some() {
            return None;
        }
        Some(host.next_tick(self.deadline()?))
    }

    /// Lets the deadline decide over the status: the pod has failed.
    pub fn enforce_deadline(&self, status: &mut PodStatus, host: &mut Host, ctx: &mut Ctx<'_>) {
        if self.deadline().is_none_or(|deadline| ctx.now() < deadline) {
            return;
        }
        self.event(None, EventType::Normal, REASON, MESSAGE, host, ctx);
        status.phase = Some("Failed".to_owned());
        status.reason = Some(REASON.to_owned());
        status.message = Some(MESSAGE.to_owned());
    }
}
