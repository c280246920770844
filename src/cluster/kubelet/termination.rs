//! The end of a pod: its containers are stopped, what became of them is said, its volumes are taken down, and then the
//! last word is said, after which the API server may forget it.
//!
//! Models: pkg/kubelet/kubelet.go (SyncTerminatingPod, SyncTerminatedPod), v1.36.
//! Simplified: a stopped pod's volumes go within a few milliseconds.

use std::time::Duration;

use k8s_openapi::api::core::v1::{PodCondition, PodStatus};
use podarium_api::condition::set_condition;

use super::conditions;
use super::host::Host;
use super::kill::KillRun;
use super::pod::PodState;
use super::worker::{Outcome, Work};
use crate::component::Ctx;

/// How long it takes to take a sandbox down, up to half as long again.
const STOP_SANDBOX: Duration = Duration::from_millis(90);
/// How long it takes to take volumes down.
const UNMOUNT: Duration = Duration::from_millis(20);

impl PodState {
    pub fn begin_terminating(&mut self, host: &mut Host, ctx: &mut Ctx<'_>) {
        let seen = self.seen.clone();
        let mut status = self.generate_status(&seen, false, host, ctx);
        self.pronounce(&mut status, ctx);
        self.set_status(status, host, ctx);
        self.stop_liveness_and_startup();
        let run = self.kill_all(Some(self.worker.grace_seconds), host, ctx);
        self.advance_terminating(run, host, ctx);
    }

    /// Says of a pod that the kubelet ends why it has failed.
    fn pronounce(&self, status: &mut PodStatus, ctx: &Ctx<'_>) {
        let Some(killing) = &self.worker.killing else { return };
        let verdict = &killing.verdict;
        if !(verdict.spares_success && status.phase.as_deref() == Some("Succeeded")) {
            status.phase = Some("Failed".to_owned());
        }
        status.reason = Some(verdict.reason.to_owned());
        status.message = Some(verdict.message.clone());
        if verdict.disruption {
            let condition = PodCondition {
                type_: conditions::DISRUPTION_TARGET.to_owned(),
                status: "True".to_owned(),
                reason: Some("TerminationByKubelet".to_owned()),
                message: Some(verdict.message.clone()),
                observed_generation: self.pod.metadata.generation,
                last_transition_time: Some(ctx.epoch().seconds(ctx.now())),
                ..PodCondition::default()
            };
            set_condition(&mut status.conditions, condition);
        }
    }

    pub fn advance_terminating(&mut self, mut run: KillRun, host: &mut Host, ctx: &mut Ctx<'_>) {
        if !self.advance_kill(&mut run, host, ctx) {
            self.worker.work = Some(Work::Terminating(run));
            return;
        }
        // Whoever is still probed meanwhile is not there any more.
        let until = ctx.now() + if self.runtime.sandbox.is_some() { ctx.stream().jitter(STOP_SANDBOX, 0.5) } else { Duration::ZERO };
        self.worker.work = Some(Work::StoppingSandbox { until });
        self.advance(host, ctx);
    }

    pub fn finish_terminating(&mut self, host: &mut Host, ctx: &mut Ctx<'_>) {
        self.stop_sandbox(host, ctx.now());
        self.probes.clear();
        let stopped = self.runtime.status();
        let status = self.generate_status(&stopped, true, host, ctx);
        self.worker.terminated = true;
        self.set_status(status, host, ctx);
        self.finish(Outcome::Transition, host, ctx);
    }

    pub fn begin_terminated(&mut self, host: &mut Host, ctx: &mut Ctx<'_>) {
        let seen = self.seen.clone();
        let status = self.generate_status(&seen, true, host, ctx);
        self.set_status(status, host, ctx);
        self.worker.work = Some(Work::Terminated { until: ctx.now() + UNMOUNT });
    }

    pub fn finish_terminated(&mut self, host: &mut Host, ctx: &mut Ctx<'_>) {
        self.terminate_status(host, ctx);
        self.finish(Outcome::Finished, host, ctx);
    }
}
