//! Starting one container: wait out its back-off, have its image, find its configuration, create it, start it.
//!
//! Models: pkg/kubelet/kuberuntime/kuberuntime_manager.go (doBackOff),
//! pkg/kubelet/kuberuntime/kuberuntime_container.go (startContainer), v1.36.
//! Simplified: postStart hooks are refused in an event, and the container goes on.

use std::sync::Arc;
use std::time::Duration;

use imbl::Vector;
use k8s_openapi::api::core::v1::Container as Declared;
use podarium_sim::Time;

use super::container_config::ConfigRun;
use super::host::Host;
use super::ephemeral;
use super::pod::PodState;
use super::puller::PullRun;
use super::resize::Applied;
use super::runtime::{Container, ContainerRecord, new_id};
use crate::client::EventType;
use crate::component::Ctx;
use crate::images::{Image, Spawned};

/// How long creating and starting take, up to half as long again.
const CREATE: Duration = Duration::from_millis(40);
const START: Duration = Duration::from_millis(90);

#[derive(Clone, Debug)]
enum Stage {
    BackOff,
    Image(PullRun),
    Config(Arc<Image>, ConfigRun),
    Creating(Arc<Image>, Time),
    Starting(Arc<Image>, Time),
}

#[derive(Clone, Debug)]
pub(super) struct StartRun {
    name: String,
    stage: Stage,
}

pub(super) enum Started {
    NotYet,
    Yes,
    Failed { reason: &'static str, message: String, backoff_until: Option<Time> },
}

impl StartRun {
    pub fn new(name: String) -> Self {
        StartRun { name, stage: Stage::BackOff }
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn config(&mut self) -> Option<&mut ConfigRun> {
        match &mut self.stage {
            Stage::Config(_, run) => Some(run),
            _ => None,
        }
    }

    pub fn next_wake(&self) -> Option<Time> {
        match &self.stage {
            Stage::Creating(_, until) | Stage::Starting(_, until) => Some(*until),
            Stage::BackOff | Stage::Image(_) | Stage::Config(..) => None,
        }
    }
}

impl PodState {
    pub fn advance_start(&mut self, run: &mut StartRun, host: &mut Host, ctx: &mut Ctx<'_>) -> Started {
        let pod = self.pod.clone();
        let name = run.name.clone();
        let Some(container) = ephemeral::declared(&pod.spec, &name) else { return Started::Yes };
        let container = container.as_ref();
        loop {
            let now = ctx.now();
            run.stage = match &mut run.stage {
                Stage::BackOff => match self.back_off(container, host, ctx) {
                    Some(failed) => return failed,
                    None => Stage::Image(PullRun::default()),
                },
                Stage::Image(pull) => match self.ensure_image(pull, container, host, ctx) {
                    None => return Started::NotYet,
                    Some(Ok(image)) => Stage::Config(image, ConfigRun::default()),
                    Some(Err((reason, message))) => {
                        self.event(Some(&name), EventType::Warning, "Failed", &format!("Error: {reason}"), host, ctx);
                        return Started::Failed { reason, message, backoff_until: None };
                    }
                },
                Stage::Config(image, config) => match self.find_config(config, container, host, ctx) {
                    None => return Started::NotYet,
                    Some(Ok(())) => Stage::Creating(image.clone(), now + ctx.stream().jitter(CREATE, 0.5)),
                    Some(Err(message)) => {
                        self.event(Some(&name), EventType::Warning, "Failed", &format!("Error: {message}"), host, ctx);
                        return Started::Failed { reason: "CreateContainerConfigError", message, backoff_until: None };
                    }
                },
                Stage::Creating(_, until) if *until > now => return Started::NotYet,
                Stage::Creating(image, _) => {
                    self.event(Some(&name), EventType::Normal, "Created", "Container created", host, ctx);
                    Stage::Starting(image.clone(), now + ctx.stream().jitter(START, 0.5))
                }
                Stage::Starting(_, until) if *until > now => return Started::NotYet,
                Stage::Starting(image, _) => {
                    let image = image.clone();
                    self.start_container(container, &image, host, ctx);
                    return Started::Yes;
                }
            };
        }
    }

    /// A container that ended is not started again before its delay is over.
    fn back_off(&mut self, container: &Declared, host: &mut Host, ctx: &mut Ctx<'_>) -> Option<Started> {
        let name = container.name.as_str();
        let ended = self.runtime_ended_at(name)?;
        let now = ctx.now();
        // A changed image begins with a fresh delay.
        let key = format!("{name}_{}", container.image.as_deref().unwrap_or_default());
        if !self.crash_backoff.is_waiting_since(&key, ended, now) {
            self.crash_backoff.next(&key, ended, now);
            return None;
        }
        let message = format!("Back-off restarting failed container {name} in pod {}", self.described());
        self.event(Some(name), EventType::Warning, "BackOff", &message, host, ctx);
        let delay = self.crash_backoff.delay(&key);
        let message = format!("back-off {} restarting failed container={name} pod={}", go_duration(delay), self.described());
        Some(Started::Failed { reason: "CrashLoopBackOff", message, backoff_until: Some(ended + delay) })
    }

    /// When the newest ended container of this name ended, as the sync's beginning saw it.
    fn runtime_ended_at(&self, name: &str) -> Option<Time> {
        let mut ended = self.seen.containers.iter().filter(|record| &*record.name == name).filter_map(|record| record.finished.as_ref());
        ended.next().map(|finished| finished.at)
    }

    fn start_container(&mut self, container: &Declared, image: &Arc<Image>, host: &mut Host, ctx: &mut Ctx<'_>) {
        let name = container.name.as_str();
        let now = ctx.now();
        let restart_count = self.runtime.find(name, false).map_or(0, |before| before.record.restart_count + 1);
        let applied = Applied::of(container);
        let command = container.command.iter().chain(&container.args).flatten().cloned().collect();
        let spawned = Spawned {
            at: now,
            command,
            attempt: u32::try_from(restart_count).unwrap_or(0),
            memory_limit: applied.memory(),
            cpu_limit: applied.cpu(),
        };
        let record = ContainerRecord {
            name: name.into(),
            id: new_id(ctx.stream()),
            image: host.puller.runtime_name(container.image.as_deref().unwrap_or_default()).into(),
            image_id: host.puller.image_id(image).into(),
            restart_count,
            started_at: now,
            finished: None,
            applied,
        };
        let process = Some(host.images.spawn(image, &spawned));
        self.runtime.add(Container { record, process, log: Vector::new(), kill_at: None, connected: Some(ctx.new_process()) });
        self.changed(host, now);
        self.event(Some(name), EventType::Normal, "Started", "Container started", host, ctx);
        if container.lifecycle.as_ref().is_some_and(|lifecycle| lifecycle.post_start.is_some()) {
            self.event(Some(name), EventType::Warning, "FailedPostStartHook", "not simulated: postStart hooks; the container goes on", host, ctx);
        }
        // What the process does at once, it does now.
        if self.runtime.run(now) {
            self.changed(host, now);
        }
    }
}

/// `10s`, `1m20s`, `5m0s`: how Go writes a duration of whole seconds.
fn go_duration(duration: Duration) -> String {
    match (duration.as_secs() / 60, duration.as_secs() % 60) {
        (0, seconds) => format!("{seconds}s"),
        (minutes, seconds) => format!("{minutes}m{seconds}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_as_go_writes_them() {
        let texts: Vec<_> = [10, 40, 80, 300].iter().map(|seconds| go_duration(Duration::from_secs(*seconds))).collect();
        assert_eq!(texts, ["10s", "40s", "1m20s", "5m0s"]);
    }
}
