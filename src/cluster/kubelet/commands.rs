//! Commands in containers: of probes, of hooks, and of people with `kubectl exec`. They run beside the main process and
//! end when they end; then whoever waits for them goes on.
//!
//! Models: pkg/kubelet/kuberuntime/kuberuntime_container.go (RunInContainer), v1.36.
//! Simplified: starting a command takes no time.

use std::sync::Arc;

use super::host::Host;
use super::pod::PodState;
use super::probes::ProbeKind;
use crate::component::Ctx;
use crate::gateway::HttpId;
use crate::images::{Exec, ExecEvent, ExecId};

/// Who waits for a command.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Waits {
    Probe(String, ProbeKind),
    Hook,
    /// It sees what the command writes as it comes.
    Client(HttpId),
}

/// A command under way, or over.
#[derive(Clone, Debug)]
pub(super) struct Command {
    pub waits: Waits,
    pub stdout: Vec<u8>,
    pub stderr: Vec<u8>,
    pub code: i32,
}

/// A command of one of the pod's containers.
pub(super) type CommandId = (Arc<str>, ExecId);

impl PodState {
    /// Starts a command in the container with this id, or says in the runtime's words why not. What it does at once has
    /// been done; the news of it are taken when the pod runs.
    pub fn exec_in(&mut self, id: &Arc<str>, exec: &Exec, waits: Waits, ctx: &mut Ctx<'_>) -> Result<ExecId, String> {
        let now = ctx.now();
        let bare = id.rsplit('/').next().unwrap_or(id).to_owned();
        let running = self.runtime.with_storage(id, ctx.disks).filter(|(container, _)| container.process.is_some());
        let gone = || format!("rpc error: code = NotFound desc = failed to exec in container: failed to load task: no running task found: task {bare} not found: not found");
        let Some((container, mut storage)) = running else { return Err(gone()) };
        let started = container.process.as_mut().map(|process| process.exec(exec, now, &mut storage));
        match started {
            Some(Ok(number)) => {
                let ended = container.run(now, &mut storage);
                self.runtime.ended_meanwhile |= ended;
                self.commands.insert((id.clone(), number), Command { waits, stdout: Vec::new(), stderr: Vec::new(), code: 0 });
                Ok(number)
            }
            Some(Err(error)) => Err(format!(
                "rpc error: code = Unknown desc = failed to exec in container: failed to start exec {bare:?}: OCI runtime exec failed: exec failed: unable to start container process: {}: unknown",
                error.0
            )),
            None => Err(gone()),
        }
    }

    /// Deals with what came of commands. Whether anything did.
    pub fn take_command_news(&mut self, host: &mut Host, ctx: &mut Ctx<'_>) -> bool {
        let news = self.runtime.take_news();
        let any = !news.is_empty();
        for (container, exec, event) in news {
            if exec == ExecId::MAIN {
                self.tell_attached(&container, &event, ctx);
                continue;
            }
            let id = (container, exec);
            let Some(command) = self.commands.get_mut(&id) else { continue };
            if let Waits::Client(client) = command.waits {
                super::streaming::tell(client, &event, ctx);
            }
            match event {
                // A client has had it already.
                ExecEvent::Stdout(_) | ExecEvent::Stderr(_) if matches!(command.waits, Waits::Client(_)) => {}
                ExecEvent::Stdout(bytes) => command.stdout.extend(bytes),
                ExecEvent::Stderr(bytes) => command.stderr.extend(bytes),
                ExecEvent::Ended(code) => {
                    command.code = code;
                    if let Some(command) = self.commands.remove(&id) {
                        self.command_ended(id, command, host, ctx);
                    }
                }
            }
        }
        any
    }

    fn command_ended(&mut self, id: CommandId, command: Command, host: &mut Host, ctx: &mut Ctx<'_>) {
        match &command.waits {
            Waits::Probe(container, kind) => {
                let output = [&command.stdout[..], &command.stderr].concat();
                let failure = (command.code != 0).then(|| String::from_utf8_lossy(&output).into_owned());
                self.probe_command_ended(&container.clone(), *kind, &id, failure, host, ctx);
            }
            Waits::Hook => {
                self.ended_hooks.insert(id, command);
            }
            Waits::Client(_) => {}
        }
    }

    /// Nobody waits for a command any more, and it is ended.
    pub fn give_up_command(&mut self, id: &CommandId) {
        self.commands.remove(id);
        if let Some(process) = self.runtime.get_mut(&id.0).and_then(|container| container.process.as_mut()) {
            process.exec_kill(id.1);
        }
    }
}
