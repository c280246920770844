//! Stopping containers: the preStop hook, SIGTERM, and SIGKILL when the grace period is over. Sidecars go last, in the
//! reverse of the order in which they came.
//!
//! Models: pkg/kubelet/kuberuntime/kuberuntime_container.go (killContainer),
//! pkg/kubelet/kuberuntime/kuberuntime_termination_order.go, v1.36.
//! Simplified: nothing.

use std::sync::Arc;
use std::time::Duration;

use k8s_openapi::api::core::v1::{Container, Probe};
use podarium_api::resource::is_sidecar;
use podarium_api::Pod;
use podarium_sim::Time;

use super::actions::{Failed, ToKill};
use super::hooks::HookRun;
use super::host::Host;
use super::pod::PodState;
use crate::client::EventType;
use crate::component::Ctx;

/// Even a container whose time is over gets this.
const LEAST: Duration = Duration::from_secs(2);

#[derive(Clone, Debug)]
enum Stage {
    /// The preStop hook runs, not longer than until then.
    PreStop(HookRun, Time),
    /// Others go first; not longer than until then.
    Turn(Time),
    Stopping,
    Done,
}

#[derive(Clone, Debug)]
struct Target {
    id: Arc<str>,
    name: String,
    /// When its grace period ends.
    deadline: Time,
    stage: Stage,
    /// Its hook's command did not end in time and runs until the container ends.
    hook_cut: bool,
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
            Stage::PreStop(ref hook, until) => Some(hook.next_wake().map_or(until, |at| at.min(until))),
            Stage::Turn(until) => Some(until),
            // The runtime wakes the pod when the process ends.
            Stage::Stopping | Stage::Done => None,
        });
        wakes.min()
    }
}

impl PodState {
    /// Begins to stop all running containers. `grace_seconds` overrides what the pod says.
    pub fn kill_all(&mut self, grace_seconds: Option<i64>, host: &mut Host, ctx: &mut Ctx<'_>) -> KillRun {
        let mut running: Vec<(Arc<str>, String)> = self.runtime.running().map(|record| (record.id.clone(), record.name.to_string())).collect();
        // The reference has a thread for each, from the newest container to the oldest; the one made last runs first.
        if let Some((_, rest)) = running.split_first_mut() {
            rest.reverse();
        }
        let mut run = KillRun::default();
        for (id, name) in running {
            let grace = grace_seconds.unwrap_or_else(|| self.grace_of(None, None));
            let message = format!("Stopping container {name}");
            run.targets.push(self.target(id, &name, &message, grace, true, host, ctx));
        }
        self.advance_kill(&mut run, host, ctx);
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
        self.advance_kill(&mut run, host, ctx);
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
            Some(Failed::Together) => Some(0),
            None => None,
        });
        own.or(self.pod.spec.termination_grace_period_seconds).unwrap_or(2)
    }

    fn target(&mut self, id: Arc<str>, name: &str, message: &str, grace_seconds: i64, ordered: bool, host: &mut Host, ctx: &mut Ctx<'_>) -> Target {
        self.event(Some(name), EventType::Normal, "Killing", message, host, ctx);
        let now = ctx.now();
        let deadline = now + Duration::from_secs(u64::try_from(grace_seconds).unwrap_or(0));
        let pod = self.pod.clone();
        let declared = find(&pod, name);
        let hook = declared.and_then(|container| container.lifecycle.as_ref()?.pre_stop.as_ref()).filter(|_| grace_seconds > 0);
        let stage = match declared.zip(hook) {
            None => Stage::Turn(deadline),
            Some((container, hook)) => Stage::PreStop(self.begin_hook(hook, container, &id, host, ctx), deadline),
        };
        let rank = if ordered { rank(&self.pod, name) } else { 0 };
        Target { id, name: name.to_owned(), deadline, stage, hook_cut: false, rank }
    }

    /// Goes on as far as possible. Whether all of them have ended.
    pub fn advance_kill(&mut self, run: &mut KillRun, host: &mut Host, ctx: &mut Ctx<'_>) -> bool {
        let now = ctx.now();
        let mut ended = false;
        self.end_pre_stop(run, host, ctx);
        loop {
            let mut progress = false;
            for at in 0..run.targets.len() {
                let rank = run.targets[at].rank;
                let my_turn = run.targets.iter().all(|other| other.rank >= rank || matches!(other.stage, Stage::Done));
                let target = &mut run.targets[at];
                let Some((container, mut storage)) = self.runtime.with_storage(&target.id, ctx.disks).filter(|(container, _)| container.record.is_running()) else {
                    progress |= !matches!(target.stage, Stage::Done);
                    target.stage = Stage::Done;
                    if std::mem::take(&mut target.hook_cut) {
                        self.event(Some(&target.name), EventType::Warning, "FailedPreStopHook", "PreStopHook failed", host, ctx);
                    }
                    continue;
                };
                match target.stage {
                    Stage::Turn(until) if my_turn || until <= now => {
                        target.stage = Stage::Stopping;
                        ended |= container.stop(now, target.deadline.max(now + LEAST), &mut storage);
                    }
                    _ => continue,
                }
                progress = true;
            }
            if !progress {
                if ended {
                    self.changed(host, now);
                }
                return run.targets.iter().all(|target| matches!(target.stage, Stage::Done));
            }
        }
    }
}

impl PodState {
    /// Lets those go on whose preStop hook is over, or has taken too long.
    fn end_pre_stop(&mut self, run: &mut KillRun, host: &mut Host, ctx: &mut Ctx<'_>) {
        let now = ctx.now();
        for target in &mut run.targets {
            let Stage::PreStop(hook, until) = &target.stage else { continue };
            let over = self.hook_over(hook, now);
            if over.is_none() && *until > now {
                continue;
            }
            if matches!(over, Some(Err(_))) {
                // What the hook said may be a secret, so the event does not say it.
                self.event(Some(&target.name), EventType::Warning, "FailedPreStopHook", "PreStopHook failed", host, ctx);
            }
            target.hook_cut = over.is_none() && hook.is_command();
            target.stage = Stage::Turn(target.deadline);
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
