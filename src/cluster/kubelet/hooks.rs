//! Lifecycle hooks: what a container wants done right after its start and right before its end: a command in it, an HTTP
//! request to it, or a pause.
//!
//! Models: pkg/kubelet/lifecycle/handlers.go, v1.36.
//! Simplified: an HTTPS hook that finds a plain server is not tried again without TLS.

use std::sync::Arc;
use std::time::Duration;

use k8s_openapi::api::core::v1::{Container, LifecycleHandler};
use podarium_sim::Time;

use super::commands::Waits;
use super::host::Host;
use super::pod::PodState;
use super::probes::{address, http_question};
use crate::component::Ctx;
use crate::images::{Exec, ExecId, Taken};
use crate::network::{Asked, Peer};

/// Even what fails at once takes a moment, in which the container's process begins.
const MOMENT: Duration = Duration::from_millis(20);

/// A hook under way.
#[derive(Clone, Debug)]
pub(super) enum HookRun {
    /// It is over then; with what was wrong.
    Until(Time, Option<String>),
    /// A command in the container.
    Command { container: Arc<str>, exec: ExecId, words: String, line: String },
}

impl HookRun {
    pub fn is_command(&self) -> bool {
        matches!(self, HookRun::Command { .. })
    }

    pub fn next_wake(&self) -> Option<Time> {
        match self {
            HookRun::Until(at, _) => Some(*at),
            // The end of the command wakes the pod.
            HookRun::Command { .. } => None,
        }
    }
}

impl PodState {
    /// Begins a hook of a running container.
    pub fn begin_hook(&mut self, handler: &LifecycleHandler, container: &Container, id: &Arc<str>, host: &Host, ctx: &mut Ctx<'_>) -> HookRun {
        let now = ctx.now();
        let named = format!("for Container {:?} in Pod {:?} failed - error:", container.name, self.described());
        if let Some(exec) = &handler.exec {
            let command = exec.command.clone().unwrap_or_default();
            let line = command.join(" ");
            let words = format!("Exec lifecycle hook ([{line}]) {named}");
            return match self.exec_in(id, &Exec { command, ..Exec::default() }, Waits::Hook, ctx) {
                Ok(exec) => HookRun::Command { container: id.clone(), exec, words, line },
                Err(error) => HookRun::Until(now + MOMENT, Some(format!("{words} {error}, message: \"\""))),
            };
        }
        if let Some(get) = &handler.http_get {
            let path = get.path.clone().unwrap_or_default();
            let failure = self.ask_hook(get, &container.name, host, ctx);
            return match failure {
                Ok(at) => HookRun::Until(at, None),
                Err(error) => HookRun::Until(now + MOMENT, Some(format!("HTTP lifecycle hook ({path}) {named} {error}"))),
            };
        }
        match &handler.sleep {
            Some(sleep) => HookRun::Until(now + Duration::from_secs(u64::try_from(sleep.seconds).unwrap_or(0)), None),
            // The API server lets a TCP handler pass, which nobody runs.
            None => HookRun::Until(now + MOMENT, Some(format!("Cannot run handler: invalid handler: {handler:?}"))),
        }
    }

    /// When the answer to an HTTP hook comes. What the answer is does not matter.
    fn ask_hook(&mut self, get: &k8s_openapi::api::core::v1::HTTPGetAction, container: &str, host: &Host, ctx: &mut Ctx<'_>) -> Result<Time, String> {
        let now = ctx.now();
        let ip = self.address(host);
        let (port, path, target) = http_question(get, &self.pod.spec, container, &ip)?;
        let mut asked = Asked::get(address(&target), &path);
        asked.tls = target.starts_with("https:");
        let from = Peer::numbered(host.config.address.parse().unwrap_or_default(), now.as_nanos());
        asked.headers.push(("User-Agent".to_owned(), "kube-lifecycle/1.36".to_owned()));
        match self.runtime.take(port, &Arc::new(asked), from, now, ctx.disks) {
            Some((_, Taken::Answer { at, .. })) => Ok(at),
            // What is answered, and when, does not matter.
            Some((_, Taken::Later(_))) => Ok(now),
            Some((_, Taken::NotTls | Taken::Untrusted(_))) => Err(format!("Get {target:?}: http: server gave HTTP response to HTTPS client")),
            Some((_, Taken::Refused)) | None => Err(format!("Get {target:?}: dial tcp {}: connect: connection refused", address(&target))),
        }
    }

    /// Whether a hook is over, and then what was wrong.
    pub fn hook_over(&mut self, run: &HookRun, now: Time) -> Option<Result<(), String>> {
        match run {
            HookRun::Until(at, failure) => (*at <= now).then(|| failure.clone().map_or(Ok(()), Err)),
            HookRun::Command { container, exec, words, line } => {
                let ended = self.ended_hooks.remove(&(container.clone(), *exec))?;
                let (out, err) = (String::from_utf8_lossy(&ended.stdout), String::from_utf8_lossy(&ended.stderr));
                let output = format!("{out}{err}");
                let failed = || format!("{words} command '{line}' exited with {}: {err}, message: {output:?}", ended.code);
                Some(if ended.code == 0 { Ok(()) } else { Err(failed()) })
            }
        }
    }
}
