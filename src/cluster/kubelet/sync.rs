//! One sync of a pod: say how it is, mount its volumes, then stop and start what must be, one thing after the other.
//!
//! Models: pkg/kubelet/kubelet.go (SyncPod), pkg/kubelet/kuberuntime/kuberuntime_manager.go (SyncPod), v1.36.
//! Simplified: cgroups, pull secrets, device plugins.

use std::collections::VecDeque;
use std::time::Duration;

use podarium_api::condition::{Condition as _, get_condition};
use podarium_sim::Time;

use super::actions::{Actions, actions};
use super::conditions::ALL_RESTARTING;
use super::host::Host;
use super::kill::KillRun;
use super::pod::{PodState, Reason};
use super::runtime::Sandbox;
use super::start::{StartRun, Started};
use super::worker::{Outcome, Work};
use crate::client::EventType;
use crate::component::Ctx;

/// How often it is looked whether the volumes are mounted, and for how long.
const MOUNT_POLL: Duration = Duration::from_millis(300);
const MOUNT_TIMEOUT: Duration = Duration::from_secs(123);
/// How long a sandbox with its network takes, up to half as long again.
const SANDBOX: Duration = Duration::from_millis(180);

#[derive(Clone, Debug)]
enum Op {
    KillAll,
    KillSome(Vec<super::actions::ToKill>),
    /// The runtime forgets what has ended.
    Forget,
    StopSandbox,
    CreateSandbox(u32),
    Resize(Vec<String>),
    /// A plain init container that does not start holds up everything after it.
    Start { name: String, holds_up: bool },
}

#[derive(Clone, Debug)]
enum Stage {
    /// Since then, looked at next.
    Mounting { since: Time, poll: Time },
    Next,
    Killing(KillRun),
    Sandbox { until: Time, attempt: u32 },
    Starting { run: StartRun, holds_up: bool },
}

#[derive(Clone, Debug)]
pub(super) struct SyncRun {
    stage: Stage,
    ops: VecDeque<Op>,
    acted: bool,
    /// Whether anything failed; and when back-offs are over, if all failures were back-offs.
    failed: bool,
    backoff_until: Option<Time>,
    only_backoffs: bool,
}

impl SyncRun {
    fn new(stage: Stage) -> Self {
        SyncRun { stage, ops: VecDeque::new(), acted: false, failed: false, backoff_until: None, only_backoffs: true }
    }

    pub fn is_mounting(&self) -> bool {
        matches!(self.stage, Stage::Mounting { .. })
    }

    /// The search for configuration that is under way, if any.
    pub fn config(&mut self) -> Option<&mut super::container_config::ConfigRun> {
        match &mut self.stage {
            Stage::Starting { run, .. } => run.config(),
            _ => None,
        }
    }

    pub fn next_wake(&self) -> Option<Time> {
        match &self.stage {
            Stage::Mounting { poll, .. } => Some(*poll),
            Stage::Next => None,
            Stage::Killing(run) => run.next_wake(),
            Stage::Sandbox { until, .. } => Some(*until),
            Stage::Starting { run, .. } => run.next_wake(),
        }
    }
}

impl PodState {
    pub fn begin_sync(&mut self, host: &mut Host, ctx: &mut Ctx<'_>) {
        let seen = self.seen.clone();
        self.note_resize(&seen, host, ctx);
        let status = self.generate_status(&seen, false, host, ctx);
        let is_over = matches!(status.phase.as_deref(), Some("Succeeded" | "Failed"));
        self.set_status(status, host, ctx);
        if is_over {
            self.worker.terminating = true;
            self.worker.grace_seconds = self.pod.spec.termination_grace_period_seconds.unwrap_or(30).max(1);
            return self.finish(Outcome::Transition, host, ctx);
        }
        if let Some(error) = host.network_error.filter(|_| !self.is_host_network()) {
            let message = format!("network is not ready: {error}");
            self.event(None, EventType::Warning, "NetworkNotReady", &message, host, ctx);
            return self.finish(Outcome::NetworkNotReady, host, ctx);
        }
        let now = ctx.now();
        self.volumes.start(now);
        let poll = if self.volumes.are_mounted() { now } else { now + MOUNT_POLL };
        self.advance_sync(SyncRun::new(Stage::Mounting { since: now, poll }), host, ctx);
    }

    pub fn advance_sync(&mut self, mut run: SyncRun, host: &mut Host, ctx: &mut Ctx<'_>) {
        loop {
            let now = ctx.now();
            match run.stage {
                Stage::Mounting { since, poll } => {
                    if poll > now {
                        break;
                    }
                    if self.volumes.are_mounted() {
                        self.add_probes(host, ctx);
                        run.ops = self.plan(host, ctx);
                        run.stage = Stage::Next;
                    } else if now - since >= MOUNT_TIMEOUT {
                        return self.finish(Outcome::Failed { backoff_until: None }, host, ctx);
                    } else {
                        run.stage = Stage::Mounting { since, poll: now + MOUNT_POLL };
                    }
                }
                Stage::Next => match run.ops.pop_front() {
                    None => return self.finish_sync(&run, host, ctx),
                    // Whether it took is seen by the next relist.
                    Some(Op::Resize(names)) => {
                        if !self.apply_resize(&names, host, ctx) {
                            run.failed = true;
                            run.only_backoffs = false;
                        }
                    }
                    Some(op) => {
                        run.acted = true;
                        run.stage = self.begin_op(op, host, ctx);
                    }
                },
                Stage::Killing(ref mut kill) => {
                    if !self.advance_kill(kill, host, ctx) {
                        break;
                    }
                    run.stage = Stage::Next;
                }
                Stage::Sandbox { until, attempt } => {
                    if until > now {
                        break;
                    }
                    self.create_sandbox(attempt, host, ctx);
                    run.stage = Stage::Next;
                }
                Stage::Starting { run: ref mut start, holds_up } => match self.advance_start(start, host, ctx) {
                    Started::NotYet => break,
                    Started::Yes => {
                        self.reasons.remove(start.name());
                        run.stage = Stage::Next;
                    }
                    Started::Failed { reason, message, backoff_until } => {
                        self.reasons.insert(start.name().into(), Reason { reason, message });
                        run.failed = true;
                        run.only_backoffs &= backoff_until.is_some();
                        run.backoff_until = [run.backoff_until, backoff_until].into_iter().flatten().min();
                        if holds_up {
                            run.ops.clear();
                        }
                        run.stage = Stage::Next;
                    }
                },
            }
        }
        self.worker.work = Some(Work::Sync(run));
    }

    fn finish_sync(&mut self, run: &SyncRun, host: &mut Host, ctx: &mut Ctx<'_>) {
        let outcome = if run.failed {
            Outcome::Failed { backoff_until: run.backoff_until.filter(|_| run.only_backoffs) }
        } else {
            Outcome::Done { acted: run.acted }
        };
        self.finish(outcome, host, ctx);
    }

    /// The operations that bring the pod nearer to what is declared.
    fn plan(&mut self, host: &mut Host, ctx: &mut Ctx<'_>) -> VecDeque<Op> {
        let restarts_all = self.restarts_all();
        let Actions { kill_pod, create_sandbox, kill, start_ephemeral, resize, start_init, start, reset } = actions(&self.pod, &self.seen, &self.verdicts(), restarts_all);
        if let Some(running) = reset {
            return [Op::KillSome(running), Op::Forget].into();
        }
        let mut ops = VecDeque::new();
        if kill_pod {
            if create_sandbox.is_some_and(|attempt| attempt > 0) {
                let message = "Pod sandbox changed, it will be killed and re-created.";
                self.event(None, EventType::Normal, "SandboxChanged", message, host, ctx);
            }
            if self.runtime.sandbox.is_some() {
                ops.extend([Op::KillAll, Op::StopSandbox]);
            }
        } else if !kill.is_empty() {
            ops.push_back(Op::KillSome(kill));
        }
        if let Some(attempt) = create_sandbox {
            ops.push_back(Op::CreateSandbox(attempt));
        }
        let pod = self.pod.clone();
        let sidecar = |name: &str| pod.spec.init_containers.iter().flatten().any(|init| init.name == name && podarium_api::resource::is_sidecar(init));
        if !kill_pod {
            ops.extend(start_ephemeral.into_iter().map(|name| Op::Start { name, holds_up: false }));
        }
        ops.extend(start_init.into_iter().map(|name| Op::Start { holds_up: !sidecar(&name), name }));
        if !kill_pod && !resize.is_empty() {
            ops.push_back(Op::Resize(resize));
        }
        ops.extend(start.into_iter().map(|name| Op::Start { name, holds_up: false }));
        ops
    }

    fn begin_op(&mut self, op: Op, host: &mut Host, ctx: &mut Ctx<'_>) -> Stage {
        match op {
            Op::KillAll => Stage::Killing(self.kill_all(None, host, ctx)),
            Op::KillSome(kill) => Stage::Killing(self.kill_some(&kill, host, ctx)),
            Op::Forget => {
                self.runtime.forget_ended();
                self.changed(host, ctx.now());
                Stage::Next
            }
            Op::StopSandbox => {
                self.stop_sandbox(host, ctx.now());
                Stage::Next
            }
            Op::CreateSandbox(attempt) => Stage::Sandbox { until: ctx.now() + ctx.stream().jitter(SANDBOX, 0.5), attempt },
            Op::Resize(_) => Stage::Next,
            Op::Start { name, holds_up } => Stage::Starting { run: StartRun::new(name), holds_up },
        }
    }

    /// Whether the pod's status says that all containers are to start again.
    fn restarts_all(&self) -> bool {
        let status = self.status.get();
        status.and_then(|status| get_condition(&status.conditions, ALL_RESTARTING)).is_some_and(|condition| condition.is_true())
    }

    fn create_sandbox(&mut self, attempt: u32, host: &mut Host, ctx: &mut Ctx<'_>) {
        host.counts.sandbox_started(self.pod.spec.host_users == Some(false));
        self.runtime.sandbox = Some(Sandbox { attempt, ready: true });
        self.runtime.processes.clear();
        self.runtime.forget_shared_memory();
        self.runtime.user_namespace = None;
        self.runtime.ip = if self.is_host_network() { None } else { host.addresses.allocate(&self.uid).map(Into::into) };
        self.changed(host, ctx.now());
        self.report_sandbox(host, ctx);
    }

    /// The sandbox and its address are given up; the address stays in the pod's status.
    pub fn stop_sandbox(&mut self, host: &mut Host, now: Time) {
        let Some(sandbox) = self.runtime.sandbox.as_mut().filter(|sandbox| sandbox.ready) else { return };
        sandbox.ready = false;
        if let Some(ip) = &self.runtime.ip {
            host.addresses.release(ip);
        }
        self.changed(host, now);
    }
}
