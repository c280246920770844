//! Starting one container: wait out its back-off, have its image, find its configuration, create it, start it.
//!
//! Models: pkg/kubelet/kuberuntime/kuberuntime_manager.go (doBackOff),
//! pkg/kubelet/kuberuntime/kuberuntime_container.go (startContainer), v1.36.
//! Simplified: nothing.

use std::sync::Arc;
use std::time::Duration;

use imbl::Vector;
use k8s_openapi::api::core::v1::Container as Declared;
use podarium_sim::Time;

use super::actions::ToKill;
use super::container_config::ConfigRun;
use super::environment::{Variables, expand};
use super::hooks::HookRun;
use super::host::Host;
use super::host_path;
use super::ephemeral;
use super::kill::KillRun;
use super::node_metrics::container_type;
use super::pod::PodState;
use super::puller::PullRun;
use super::resize::Applied;
use super::runtime::{Container, ContainerRecord, Finished, LastWords, new_id};
use super::spawn::machine_disk;
use crate::client::EventType;
use crate::component::Ctx;
use crate::images::{Image, Storage};
use crate::system::part_of;

/// How long creating and starting take, up to half as long again.
const CREATE: Duration = Duration::from_millis(40);
const START: Duration = Duration::from_millis(90);

/// The reason of a container whose process could not be started.
pub(super) const START_ERROR: &str = "StartError";

#[derive(Clone, Debug)]
enum Stage {
    BackOff,
    Image(PullRun),
    Config(Arc<Image>, ConfigRun),
    Creating(Arc<Image>, Variables, Time),
    Starting(Arc<Image>, Variables, Time),
    PostStart(Arc<str>, HookRun),
    /// The hook failed, and the container is stopped for it.
    Stopping(KillRun, String),
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
            Stage::Creating(.., until) | Stage::Starting(.., until) => Some(*until),
            Stage::PostStart(_, hook) => hook.next_wake(),
            Stage::Stopping(kill, _) => kill.next_wake(),
            Stage::BackOff | Stage::Image(_) | Stage::Config(..) => None,
        }
    }
}

impl PodState {
    pub fn advance_start(&mut self, run: &mut StartRun, host: &mut Host, ctx: &mut Ctx<'_>) -> Started {
        let went = self.go_on_starting(run, host, ctx);
        if let Started::Failed { reason, backoff_until: None, .. } = &went {
            host.counts.container_failed(container_type(self, run.name()), reason);
        }
        went
    }

    fn go_on_starting(&mut self, run: &mut StartRun, host: &mut Host, ctx: &mut Ctx<'_>) -> Started {
        let pod = self.pod.clone();
        let name = run.name.clone();
        let Some(container) = ephemeral::declared(&pod.spec, &name) else { return Started::Yes };
        let container = container.as_ref();
        loop {
            let now = ctx.now();
            run.stage = match &mut run.stage {
                Stage::BackOff => match self.back_off(container, host, ctx) {
                    Some(failed) => return failed,
                    None => {
                        host.counts.container_started(container_type(self, &name));
                        Stage::Image(PullRun::default())
                    }
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
                    Some(Ok(_)) if let Some(message) = self.refuses_root(container, image) => {
                        self.event(Some(&name), EventType::Warning, "Failed", &format!("Error: {message}"), host, ctx);
                        return Started::Failed { reason: "CreateContainerConfigError", message, backoff_until: None };
                    }
                    Some(Ok(variables)) if let Some(message) = unknown_in_paths(container, &variables) => {
                        self.event(Some(&name), EventType::Warning, "Failed", &format!("Error: {message}"), host, ctx);
                        return Started::Failed { reason: "CreateContainerConfigError", message, backoff_until: None };
                    }
                    Some(Ok(_)) if let Some(message) = self.lacks_target(&name) => {
                        self.event(Some(&name), EventType::Warning, "Failed", &format!("Error: {message}"), host, ctx);
                        return Started::Failed { reason: "CreateContainerConfigError", message, backoff_until: None };
                    }
                    Some(Ok(variables)) => Stage::Creating(image.clone(), variables, now + ctx.stream().jitter(CREATE, 0.5)),
                    Some(Err(message)) => {
                        self.event(Some(&name), EventType::Warning, "Failed", &format!("Error: {message}"), host, ctx);
                        return Started::Failed { reason: "CreateContainerConfigError", message, backoff_until: None };
                    }
                },
                Stage::Creating(.., until) | Stage::Starting(.., until) if *until > now => return Started::NotYet,
                Stage::Creating(image, variables, _) => {
                    self.event(Some(&name), EventType::Normal, "Created", "Container created", host, ctx);
                    Stage::Starting(image.clone(), std::mem::take(variables), now + ctx.stream().jitter(START, 0.5))
                }
                Stage::Starting(image, variables, _) => {
                    let (image, variables) = (image.clone(), std::mem::take(variables));
                    let id = match self.start_container(container, &image, variables, host, ctx) {
                        Ok(id) => id,
                        Err(message) => {
                            self.event(Some(&name), EventType::Warning, "Failed", &format!("Error: {message}"), host, ctx);
                            return Started::Failed { reason: "RunContainerError", message, backoff_until: None };
                        }
                    };
                    let Some(hook) = container.lifecycle.as_ref().and_then(|lifecycle| lifecycle.post_start.as_ref()) else { return Started::Yes };
                    Stage::PostStart(id.clone(), self.begin_hook(hook, container, &id, host, ctx))
                }
                Stage::PostStart(id, hook) => {
                    self.take_command_news(host, ctx);
                    match self.hook_over(hook, now) {
                        None => return Started::NotYet,
                        Some(Ok(())) => return Started::Yes,
                        Some(Err(message)) => {
                            // What the hook said may be a secret, so the event does not say it.
                            self.event(Some(&name), EventType::Warning, "FailedPostStartHook", "PostStartHook failed", host, ctx);
                            let kill = ToKill { id: id.clone(), name: name.clone(), message: "FailedPostStartHook".to_owned(), by: None };
                            Stage::Stopping(self.kill_some(&[kill], host, ctx), message)
                        }
                    }
                }
                Stage::Stopping(kill, message) => {
                    if !self.advance_kill(kill, host, ctx) {
                        return Started::NotYet;
                    }
                    return Started::Failed { reason: "PostStartHookError", message: std::mem::take(message), backoff_until: None };
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

    /// How often a container was started before that the runtime has forgotten.
    fn counted_restarts(&self, name: &str) -> i32 {
        let statuses = self.status.get().map(super::pod_status::all_statuses).unwrap_or_default();
        statuses.iter().find(|status| status.name == name).map_or(0, |status| status.restart_count)
    }

    /// Starts the container's main process; gives the container's id, or says in the runtime's words why it cannot run.
    fn start_container(&mut self, container: &Declared, image: &Arc<Image>, variables: Variables, host: &mut Host, ctx: &mut Ctx<'_>) -> Result<Arc<str>, String> {
        let name = container.name.as_str();
        let now = ctx.now();
        let restart_count = self.runtime.find(name, false).map_or_else(|| self.counted_restarts(name), |before| before.record.restart_count + 1);
        let applied = Applied::of(&self.pod.spec, container);
        let id = new_id(ctx.stream());
        self.draw_users(ctx);
        let mut spawned = self.spawned(container, image, variables, &id, restart_count, host, ctx);
        spawned.shares_processes = self.shared_processes(name, ctx);
        let member = spawned.shares_processes.clone();
        if self.sees_node() {
            // Who sees its processes may get to its files.
            let disk = ctx.disks.0.entry(machine_disk(&host.config.name)).or_default();
            host_path::furnish(disk, host, now);
        }
        let mut record = ContainerRecord {
            name: name.into(),
            id: id.clone(),
            declared_image: container.image.as_deref().unwrap_or_default().into(),
            image: host.puller.runtime_name(container.image.as_deref().unwrap_or_default()).into(),
            image_id: host.puller.image_id(image).into(),
            restart_count,
            started_at: Some(now),
            finished: None,
            applied,
        };
        let mut storage = Storage { pod: &mut self.runtime.volumes, disks: ctx.disks, processes: &mut self.runtime.processes };
        let (process, failure) = match host.images.start(image, spawned, &mut storage) {
            Ok(computer) => (Some(Box::new(computer)), None),
            Err(error) => {
                let message = format!(
                    "failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: {}: unknown",
                    error.0
                );
                record.started_at = None;
                record.finished = Some(Finished { at: now, code: 128, reason: START_ERROR, message: Some(message.as_str().into()) });
                (None, Some(message))
            }
        };
        let last_words = LastWords {
            path: container.termination_message_path.clone().unwrap_or_default(),
            or_log: container.termination_message_policy.as_deref() == Some("FallbackToLogsOnError"),
        };
        let connected = process.is_some().then(|| ctx.new_process());
        self.runtime.add(Container { record, process, log: Vector::new(), kill_at: None, connected, news: Vec::new(), sent: Vec::new(), last_words });
        self.changed(host, now);
        if let Some(message) = failure {
            if let Some(member) = &member {
                self.runtime.processes.leave(member);
            }
            return Err(message);
        }
        if let Some(part) = part_of(&self.key.namespace, container.image.as_deref().unwrap_or_default()) {
            ctx.part_changed(part, true);
        }
        self.event(Some(name), EventType::Normal, "Started", "Container started", host, ctx);
        // What the process does at once, it does now.
        if self.runtime.run(now, ctx.disks) {
            self.changed(host, now);
        }
        Ok(id)
    }
}

/// What is wrong with the paths in volumes that name variables: the first variable that there is not.
fn unknown_in_paths(container: &Declared, variables: &Variables) -> Option<String> {
    let unknown = std::cell::RefCell::new(None);
    for path in container.volume_mounts.iter().flatten().filter_map(|mount| mount.sub_path_expr.as_deref()) {
        expand(path, |name| {
            let value = variables.get(name).cloned();
            if value.is_none() {
                unknown.borrow_mut().get_or_insert_with(|| format!("missing value for {name}"));
            }
            value
        });
    }
    unknown.into_inner()
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
