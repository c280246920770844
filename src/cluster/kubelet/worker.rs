//! The pod worker: one pod's life in three parts. *Syncing* brings what is there nearer to what is declared, again and
//! again. *Terminating* stops every container. *Terminated* cleans up and says the last word. There is no way back.
//!
//! Work is done one piece at a time. Between two pieces lies a relist, so that the second sees what the first did; that
//! is why a pod that ends takes about a second for each step.
//!
//! Models: pkg/kubelet/pod_workers.go, v1.36.
//! Simplified: no static pods; the work queue is looked at only when something is due in it.

use std::sync::Arc;
use std::time::Duration;

use podarium_api::pod_state::is_pod_terminal;
use podarium_sim::{Stream, Time};

use super::host::Host;
use super::kill::KillRun;
use super::pod::PodState;
use super::sync::SyncRun;
use crate::component::Ctx;

/// How long a pod without news waits for its next sync, and how long one whose sync failed does; both up to half as
/// long again.
const RESYNC: Duration = Duration::from_secs(60);
const AFTER_ERROR: Duration = Duration::from_secs(10);
const AFTER_NETWORK_ERROR: Duration = Duration::from_secs(1);

/// The piece of work in hand.
#[derive(Clone, Debug)]
pub(super) enum Work {
    Sync(SyncRun),
    Terminating(KillRun),
    /// All containers have ended.
    StoppingSandbox { until: Time },
    /// Volumes are being taken down.
    Terminated { until: Time },
}

#[derive(Clone, Debug, Default)]
pub(super) struct Worker {
    /// There is something to look at.
    pub pending: bool,
    pub work: Option<Work>,
    last_sync: Option<Time>,
    /// The pod was looked at after the last piece of work, out of turn.
    fresh: bool,
    pub requeue_at: Option<Time>,
    pub terminating: bool,
    pub terminated: bool,
    pub finished: bool,
    /// The kubelet itself ends the pod, whatever the API server says.
    pub killing: Option<Arc<Killing>>,
    /// How many seconds the containers get; 0 while nobody has asked them to stop.
    pub grace_seconds: i64,
}

/// How the kubelet ends a pod of its own accord.
#[derive(Clone, Debug)]
pub(super) struct Killing {
    pub grace_seconds: i64,
    pub verdict: Verdict,
}

/// What is said of a pod that the kubelet has ended.
#[derive(Clone, Debug)]
pub(super) struct Verdict {
    pub reason: &'static str,
    pub message: String,
    /// A pod that has succeeded has not failed because of it.
    pub spares_success: bool,
    /// Whether the condition DisruptionTarget tells of it.
    pub disruption: bool,
}

/// How a piece of work ended.
pub(super) enum Outcome {
    /// Well; `acted` if it did anything to containers.
    Done { acted: bool },
    /// The pod goes on to the next part of its life.
    Transition,
    /// Try again, at the earliest when a back-off is over.
    Failed { backoff_until: Option<Time> },
    NetworkNotReady,
    Finished,
}

impl PodState {
    /// Something happened to the pod: look at it when there is time.
    pub fn request_sync(&mut self, now: Time) {
        self.update(false, now);
    }

    /// The pod is to be stopped, whatever the API server says.
    pub fn request_kill(&mut self, now: Time) {
        self.update(true, now);
    }

    /// The kubelet ends the pod.
    pub fn kill(&mut self, killing: Killing, now: Time) {
        self.worker.killing.get_or_insert(Arc::new(killing));
        self.update(true, now);
    }

    fn update(&mut self, kill: bool, now: Time) {
        if self.worker.finished {
            return;
        }
        let became = !self.worker.terminating && (kill || self.is_terminating() || is_pod_terminal(&self.pod));
        self.worker.terminating |= became;
        if self.worker.terminating && !self.worker.terminated {
            self.worker.grace_seconds = self.effective_grace();
        }
        self.worker.pending = true;
        if became && matches!(&self.worker.work, Some(Work::Sync(run)) if run.is_mounting()) {
            self.worker.work = None;
            self.worker.last_sync = Some(now);
        }
    }

    /// The grace period can only get shorter, and is never less than a second.
    fn effective_grace(&self) -> i64 {
        let mut grace = self.worker.grace_seconds;
        if let Some(killing) = &self.worker.killing
            && (grace == 0 || killing.grace_seconds < grace)
        {
            grace = killing.grace_seconds.max(1);
        }
        match self.pod.metadata.deletion_grace_period_seconds {
            Some(asked) if grace == 0 || asked < grace => grace = asked,
            None if grace == 0 => grace = self.pod.spec.termination_grace_period_seconds.unwrap_or(30),
            _ => {}
        }
        grace.max(1)
    }

    /// When the next piece of work can begin: at the first relist after the last one ended.
    pub fn begin_at(&self, host: &Host) -> Option<Time> {
        let worker = &self.worker;
        if !worker.pending || worker.work.is_some() || worker.finished {
            return None;
        }
        Some(match worker.last_sync {
            Some(last) if !worker.fresh => host.next_relist(last),
            _ => Time::ZERO,
        })
    }

    pub fn begin_if_due(&mut self, host: &mut Host, ctx: &mut Ctx<'_>) -> bool {
        if self.begin_at(host).is_none_or(|at| at > ctx.now()) {
            return false;
        }
        self.worker.pending = false;
        self.worker.fresh = false;
        match (self.worker.terminating, self.worker.terminated) {
            (_, true) => self.begin_terminated(host, ctx),
            (true, false) => self.begin_terminating(host, ctx),
            (false, false) => self.begin_sync(host, ctx),
        }
        true
    }

    /// Goes on with the work in hand as far as it can.
    pub fn advance(&mut self, host: &mut Host, ctx: &mut Ctx<'_>) {
        match self.worker.work.take() {
            None => {}
            Some(Work::Sync(run)) => self.advance_sync(run, host, ctx),
            Some(Work::Terminating(run)) => self.advance_terminating(run, host, ctx),
            Some(Work::StoppingSandbox { until }) if until <= ctx.now() => self.finish_terminating(host, ctx),
            Some(Work::Terminated { until }) if until <= ctx.now() => self.finish_terminated(host, ctx),
            Some(work) => self.worker.work = Some(work),
        }
    }

    pub fn work_wake(&self) -> Option<Time> {
        match self.worker.work.as_ref()? {
            Work::Sync(run) => run.next_wake(),
            Work::Terminating(run) => run.next_wake(),
            Work::StoppingSandbox { until } | Work::Terminated { until } => Some(*until),
        }
    }

    /// The piece of work is over.
    pub fn finish(&mut self, outcome: Outcome, host: &mut Host, ctx: &mut Ctx<'_>) {
        let now = ctx.now();
        self.worker.work = None;
        self.worker.last_sync = Some(now);
        let wait = match outcome {
            Outcome::Done { acted } => {
                if acted {
                    self.relist(now);
                    self.worker.fresh = true;
                }
                jittered(RESYNC, ctx.stream())
            }
            Outcome::Transition => {
                self.worker.pending = true;
                return;
            }
            Outcome::Failed { backoff_until } => {
                let wait = backoff_until.map_or(AFTER_ERROR, |until| until - now);
                jittered(wait.min(RESYNC), ctx.stream())
            }
            Outcome::NetworkNotReady => jittered(AFTER_NETWORK_ERROR, ctx.stream()),
            Outcome::Finished => {
                self.worker.finished = true;
                self.worker.pending = false;
                self.worker.requeue_at = None;
                return;
            }
        };
        self.worker.requeue_at = Some(host.next_tick(now + wait));
    }

    /// Work that was put back comes up again.
    pub fn check_queue(&mut self, now: Time) {
        if self.worker.requeue_at.is_some_and(|at| at <= now) {
            self.worker.requeue_at = None;
            self.request_sync(now);
        }
    }

    /// Containers may run still, so the pod's end must not be announced yet.
    pub fn could_have_running_containers(&self) -> bool {
        !self.worker.terminated
    }
}

fn jittered(wait: Duration, stream: &mut Stream) -> Duration {
    stream.jitter(wait, 0.5)
}
