//! Stopping containers: the preStop hook, SIGTERM, and SIGKILL when the grace period is over. Sidecars go last, in the
//! reverse of the order in which they came.
//!
//! Models: pkg/kubelet/kuberuntime/kuberuntime_container.go (killContainer),
//! pkg/kubelet/kuberuntime/kuberuntime_termination_order.go, v1.36.
//! Simplified: of preStop hooks, `sleep` is played (also as an exec of `sleep N`); others are refused in an event.

use std::sync::Arc;
use std::time::Duration;

use k8s_openapi::api::core::v1::{Container, Probe};
use podarium_api::resource::is_sidecar;
use podarium_api::Pod;
use podarium_sim::Time;

use super::actions::{Failed, ToKill};
use super::host::Host;
use super::pod::PodState;
use crate::client::EventType;
use crate::component::Ctx;

/// Even a container whose time is over gets this.
const LEAST: Duration = Duration::from_secs(2);

#[derive(Clone, Debug, PartialEq)]
enum Stage {
    /// The preStop hook runs until then.
    PreStop(Time),
    /// Others go first; not longer than until then.
    Turn(Time),
    Stopping,
    Done,
}

#[derive(Clone, Debug)]
struct Target {
    id: Arc<str>,
    /// When its grace period ends.
    deadline: Time,
    stage: Stage,
    /// Regular containers go first (0), then sidecars from the last (1) to the first.
    rank: usize,
}

/// Containers that are being stopped.
#[derive(Clone, Debug, Default)]
pub(super) struct KillRun {
    targets: Vec<Target>,
}

impl KillRun {
    pub fn next_wake(&self) -> Option<Time> {
        let wakes = self.targets.iter().filter_map(|target| match target.stage {
            Stage::PreStop(until) | Stage::Turn(until) => Some(until),
            // The runtime wakes the pod when the process ends.
            Stage::Stopping | Stage::Done => None,
        });
        wakes.min()
    }
}

impl PodState {
    /// Begins to stop all running containers. `grace_seconds` overrides what the pod says.
    pub fn kill_all(&mut self, grace_seconds: Option<i64>, host: &mut Host, ctx: &mut Ctx<'_>) -> KillRun {
        let running: Vec<(Arc<str>, String)> = self.runtime.running().map(|record| (record.id.clone(), record.name.to_string())).collect();
        let mut run = KillRun::default();
        for (id, name) in running {
            let grace = grace_seconds.unwrap_or_else(|| self.grace_of(None, None));
            let message = format!("Stopping container {name}");
            run.targets.push(self.target(id, &name, &message, grace, true, host, ctx));
        }
        self.advance_kill(&mut run, host, ctx.now());
        run
    }

    /// Begins to stop single containers.
    pub fn kill_some(&mut self, kill: &[ToKill], host: &mut Host, ctx: &mut Ctx<'_>) -> KillRun {
        let mut run = KillRun::default();
        for to_kill in kill {
            let pod = self.pod.clone();
            let grace = self.grace_of(find(&pod, &to_kill.name), to_kill.by);
            run.targets.push(self.target(to_kill.id.clone(), &to_kill.name, &to_kill.message, grace, false, host, ctx));
        }
        self.advance_kill(&mut run, host, ctx.now());
        run
    }

    /// How many seconds a container gets, by the pod or by the probe that failed.
    fn grace_of(&self, container: Option<&Container>, by: Option<Failed>) -> i64 {
        if let Some(seconds) = self.pod.metadata.deletion_grace_period_seconds {
            return seconds;
        }
        let of = |probe: &Option<Probe>| probe.as_ref().and_then(|probe| probe.termination_grace_period_seconds);
        let own = container.and_then(|container| match by {
            Some(Failed::Startup) => of(&container.startup_probe),
            Some(Failed::Liveness) => of(&container.liveness_probe),
            None => None,
        });
        own.or(self.pod.spec.termination_grace_period_seconds).unwrap_or(2)
    }

    fn target(&self, id: Arc<str>, name: &str, message: &str, grace_seconds: i64, ordered: bool, host: &mut Host, ctx: &mut Ctx<'_>) -> Target {
        self.event(Some(name), EventType::Normal, "Killing", message, host, ctx);
        let now = ctx.now();
        let deadline = now + Duration::from_secs(u64::try_from(grace_seconds).unwrap_or(0));
        let hook = find(&self.pod, name).and_then(|container| container.lifecycle.as_ref()?.pre_stop.as_ref());
        let stage = match hook.filter(|_| grace_seconds > 0) {
            None => Stage::Turn(deadline),
            Some(hook) => match hook_sleep(hook) {
                Some(sleep) => Stage::PreStop((now + sleep).min(deadline)),
                None => {
                    self.event(Some(name), EventType::Warning, "FailedPreStopHook", "PreStopHook failed: not simulated: preStop hooks other than sleep", host, ctx);
                    Stage::Turn(deadline)
                }
            },
        };
        let rank = if ordered { rank(&self.pod, name) } else { 0 };
        Target { id, deadline, stage, rank }
    }

    /// Goes on as far as possible. Whether all of them have ended.
    pub fn advance_kill(&mut self, run: &mut KillRun, host: &Host, now: Time) -> bool {
        let mut ended = false;
        loop {
            let mut progress = false;
            for at in 0..run.targets.len() {
                let rank = run.targets[at].rank;
                let my_turn = run.targets.iter().all(|other| other.rank >= rank || other.stage == Stage::Done);
                let target = &mut run.targets[at];
                let Some(container) = self.runtime.get_mut(&target.id).filter(|container| container.record.is_running()) else {
                    progress |= target.stage != Stage::Done;
                    target.stage = Stage::Done;
                    continue;
                };
                match target.stage {
                    Stage::PreStop(until) if until <= now => target.stage = Stage::Turn(target.deadline),
                    Stage::Turn(until) if my_turn || until <= now => {
                        target.stage = Stage::Stopping;
                        ended |= container.stop(now, target.deadline.max(now + LEAST));
                    }
                    _ => continue,
                }
                progress = true;
            }
            if !progress {
                if ended {
                    self.changed(host, now);
                }
                return run.targets.iter().all(|target| target.stage == Stage::Done);
            }
        }
    }
}

fn find<'a>(pod: &'a Pod, name: &str) -> Option<&'a Container> {
    pod.spec.init_containers.iter().flatten().chain(&pod.spec.containers).find(|container| container.name == name)
}

fn rank(pod: &Pod, name: &str) -> usize {
    let sidecars: Vec<&str> = pod.spec.init_containers.iter().flatten().filter(|container| is_sidecar(container)).map(|container| container.name.as_str()).collect();
    sidecars.iter().rev().position(|sidecar| *sidecar == name).map_or(0, |place| place + 1)
}

fn hook_sleep(hook: &k8s_openapi::api::core::v1::LifecycleHandler) -> Option<Duration> {
    if let Some(sleep) = &hook.sleep {
        return u64::try_from(sleep.seconds).ok().map(Duration::from_secs);
    }
    crate::images::sleep_of(hook.exec.as_ref()?.command.as_deref()?)
}
