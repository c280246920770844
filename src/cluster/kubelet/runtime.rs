//! The container runtime: what sandboxes and containers a pod really has on this node.
//!
//! A sandbox is a pod's network with its address; containers run in it. A restarted container is a new one under the
//! same name; the last two of a name are kept, so that their ends and logs can be told.
//!
//! Models: containerd behind the Container Runtime Interface; pkg/kubelet/container/runtime.go, v1.36.
//! Simplified: nothing.

use std::collections::BTreeMap;
use std::sync::Arc;

use imbl::Vector;
use podarium_machine::{ConnectionId, Outgoing};
use podarium_sim::{Stream, Time};

use super::resize::Applied;
use crate::images::{Computer, Disks, Ended, ExecEvent, ExecId, LogLine, Output, PodVolume, ProcessNamespaces, Storage, Taken};
use crate::network::{Asked, Peer, ProcessId};

/// How many containers of one name are kept.
const KEPT: usize = 2;
/// How many log lines of a container are kept.
const LOG_LINES: usize = 10_000;

/// How much of a message is told, and how much of a log stands for one.
const MESSAGE_BYTES: usize = 4096;
const MESSAGE_LINES: usize = 80;
const MESSAGE_FROM_LOG: usize = 2048;

/// The end of a container.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Finished {
    pub at: Time,
    pub code: i32,
    pub reason: &'static str,
    pub message: Option<Arc<str>>,
}

/// What is known of a container.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct ContainerRecord {
    pub name: Arc<str>,
    /// `containerd://` and 64 hexadecimal digits.
    pub id: Arc<str>,
    /// As the pod named the image when the container was started: with another one it is no longer what is declared.
    pub declared_image: Arc<str>,
    /// As the runtime names the image.
    pub image: Arc<str>,
    pub image_id: Arc<str>,
    pub restart_count: i32,
    /// `None`: it could not be started.
    pub started_at: Option<Time>,
    /// `None` while it runs.
    pub finished: Option<Finished>,
    /// The limits that it runs with.
    pub applied: Applied,
}

impl ContainerRecord {
    pub fn is_running(&self) -> bool {
        self.finished.is_none()
    }
}

#[derive(Clone, Debug)]
pub(super) struct Container {
    pub record: ContainerRecord,
    pub process: Option<Box<Computer>>,
    pub log: Vector<LogLine>,
    /// When SIGKILL ends it.
    pub kill_at: Option<Time>,
    /// The process to which connections are open; taken when it has ended and they are closed.
    pub connected: Option<ProcessId>,
    /// What came of commands in it and is not dealt with yet.
    pub news: Vec<(ExecId, ExecEvent)>,
    /// What its programs sent, as answers and as requests, and is not passed on yet.
    pub sent: Vec<Sent>,
    pub last_words: LastWords,
}

/// Where a container leaves a message about its end.
#[derive(Clone, Debug, Default)]
pub(super) struct LastWords {
    pub path: String,
    /// If there is none and it failed, the end of its log is taken for it (`FallbackToLogsOnError`).
    pub or_log: bool,
}

/// Something that a program sends over the network.
#[derive(Clone, Debug)]
pub(super) enum Sent {
    Answer(ConnectionId, podarium_machine::Answered),
    Call(Outgoing),
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Sandbox {
    pub attempt: u32,
    pub ready: bool,
}

/// What a relist finds: the state of a pod's containers at a moment, the newest first.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct RuntimeStatus {
    pub sandbox: Option<Sandbox>,
    pub ip: Option<Arc<str>>,
    pub containers: Vec<ContainerRecord>,
}

impl RuntimeStatus {
    /// The newest container of this name.
    pub fn find(&self, name: &str) -> Option<&ContainerRecord> {
        self.containers.iter().find(|container| &*container.name == name)
    }

    /// Whether a sandbox must be made, and as which attempt.
    pub fn sandbox_needed(&self) -> Option<u32> {
        match &self.sandbox {
            None => Some(0),
            Some(sandbox) if !sandbox.ready => Some(sandbox.attempt + 1),
            Some(_) => None,
        }
    }
}

/// The sandbox and the containers of one pod, the oldest first.
#[derive(Clone, Debug, Default)]
pub(super) struct PodRuntime {
    /// A container ended by what a command did to it, which nobody has looked at yet.
    pub ended_meanwhile: bool,
    /// Somebody has ended the sandbox's own process, and nobody has looked at it yet.
    pub sandbox_ended: bool,
    pub sandbox: Option<Sandbox>,
    pub ip: Option<Arc<str>>,
    pub containers: Vec<Container>,
    /// The files of the pod's own volumes, by their names.
    pub volumes: BTreeMap<Arc<str>, PodVolume>,
    /// What its containers see of each other's processes.
    pub processes: ProcessNamespaces,
    /// What user 0 of its containers is on the machine, if that is not root.
    pub user_namespace: Option<u32>,
}

impl PodRuntime {
    pub fn status(&self) -> RuntimeStatus {
        RuntimeStatus {
            sandbox: self.sandbox.clone(),
            ip: self.ip.clone(),
            containers: self.containers.iter().rev().map(|container| container.record.clone()).collect(),
        }
    }

    pub fn get_mut(&mut self, id: &str) -> Option<&mut Container> {
        self.containers.iter_mut().find(|container| &*container.record.id == id)
    }

    /// The same with the files that it may use.
    pub fn with_storage<'a>(&'a mut self, id: &str, disks: &'a mut Disks) -> Option<(&'a mut Container, Storage<'a>)> {
        let container = self.containers.iter_mut().find(|container| &*container.record.id == id)?;
        Some((container, Storage { pod: &mut self.volumes, disks, processes: &mut self.processes }))
    }

    /// What was in the `/dev/shm` of a sandbox that is gone is gone too: no declared volume is called by a path.
    pub fn forget_shared_memory(&mut self) {
        self.volumes.retain(|name, _| !name.starts_with('/'));
    }

    pub fn running(&self) -> impl Iterator<Item = &ContainerRecord> {
        self.containers.iter().map(|container| &container.record).filter(|record| record.is_running())
    }

    /// The newest container of this name, or the one before it.
    pub fn find(&self, name: &str, previous: bool) -> Option<&Container> {
        self.containers.iter().rev().filter(|container| &*container.record.name == name).nth(usize::from(previous))
    }

    pub fn add(&mut self, container: Container) {
        let name = container.record.name.clone();
        // Most pods never have more, and there may be a hundred thousand of them.
        self.containers.reserve_exact(1);
        self.containers.push(container);
        let mut of_name = self.containers.iter().filter(|container| container.record.name == name).count();
        self.containers.retain(|container| {
            let too_old = container.record.name == name && of_name > KEPT;
            of_name -= usize::from(too_old);
            !too_old
        });
    }

    /// Of the containers of one name that have ended only the newest is kept, once that is seen.
    pub fn forget_older_dead(&mut self) {
        let containers = &self.containers;
        let is_older = |at: usize| containers[at + 1..].iter().any(|newer| newer.record.name == containers[at].record.name && !newer.record.is_running());
        let mut older = (0..containers.len()).map(is_older).collect::<Vec<_>>().into_iter();
        self.containers.retain(|_| !older.next().unwrap_or(false));
    }

    /// Forgets every container that has ended.
    pub fn forget_ended(&mut self) {
        self.containers.retain(|container| container.record.is_running());
    }

    /// Whether any process of the pod listens on a port: they share its network.
    pub fn listens(&self, port: u16, now: Time) -> bool {
        self.containers.iter().filter_map(|container| container.process.as_ref()).any(|process| process.listens(port, now))
    }

    /// The same for datagrams.
    pub fn takes_datagrams(&self, port: u16, now: Time) -> bool {
        self.containers.iter().filter_map(|container| container.process.as_ref()).any(|process| process.takes_datagrams(port, now))
    }

    /// A request comes to a port of the pod. `None`: nobody listens there.
    pub fn take(&mut self, port: u16, asked: &Arc<Asked>, from: Peer, now: Time, disks: &mut Disks) -> Option<(&Container, Taken)> {
        let mut storage = Storage { pod: &mut self.volumes, disks, processes: &mut self.processes };
        for container in &mut self.containers {
            let Some(process) = container.process.as_mut() else { continue };
            match process.take(port, asked, from, now, &mut storage, &mut container.log) {
                Taken::Refused => {}
                taken => {
                    container.trim_log();
                    return Some((container, taken));
                }
            }
        }
        None
    }

    /// Whether anything came of commands since then.
    pub fn has_news(&self) -> bool {
        self.containers.iter().any(|container| !container.news.is_empty())
    }

    /// What came of commands since the last call, with the containers' ids.
    pub fn take_news(&mut self) -> Vec<(Arc<str>, ExecId, ExecEvent)> {
        let all = self.containers.iter_mut().filter(|container| !container.news.is_empty());
        all.flat_map(|container| {
            let id = container.record.id.clone();
            std::mem::take(&mut container.news).into_iter().map(move |(exec, event)| (id.clone(), exec, event))
        })
        .collect()
    }

    /// What programs have sent since the last call, with the containers' ids and processes.
    pub fn take_sent(&mut self) -> Vec<(Arc<str>, Option<ProcessId>, Sent)> {
        let all = self.containers.iter_mut().filter(|container| !container.sent.is_empty());
        all.flat_map(|container| {
            let (id, process) = (container.record.id.clone(), container.connected);
            std::mem::take(&mut container.sent).into_iter().map(move |sent| (id.clone(), process, sent))
        })
        .collect()
    }

    /// The processes that have ended since the last call, with their containers' ids, whose connections are to be closed.
    pub fn take_ended(&mut self) -> Vec<(Arc<str>, ProcessId)> {
        let ended = self.containers.iter_mut().filter(|container| !container.record.is_running());
        ended.filter_map(|container| Some((container.record.id.clone(), container.connected.take()?))).collect()
    }

    /// Lets the processes do what is due. Whether any container ended.
    pub fn run(&mut self, now: Time, disks: &mut Disks) -> bool {
        let mut any = std::mem::take(&mut self.ended_meanwhile);
        any |= self.settle_processes(now, disks);
        let mut storage = Storage { pod: &mut self.volumes, disks, processes: &mut self.processes };
        for container in &mut self.containers {
            if container.process.as_ref().and_then(|process| process.next_at()).is_some_and(|at| at <= now) {
                any |= container.run(now, &mut storage);
            }
            if container.record.is_running() && container.kill_at.is_some_and(|at| at <= now) {
                container.end(Ended::code(137), now);
                any = true;
            }
        }
        any
    }

    pub fn next_wake(&self) -> Option<Time> {
        let running = self.containers.iter().filter(|container| container.record.is_running());
        let signalled = self.processes.has_signals().then_some(Time::ZERO);
        running.flat_map(|container| [container.kill_at, container.process.as_ref().and_then(|process| process.next_at())]).flatten().chain(signalled).min()
    }
}

impl Container {
    /// Lets its programs do what is due. Whether it ended.
    pub fn run(&mut self, now: Time, storage: &mut Storage<'_>) -> bool {
        let mut out = Output::default();
        if let Some(process) = &mut self.process {
            process.run(now, storage, &mut out);
        }
        self.take(out, now)
    }

    /// Takes what came out of it. Whether it ended.
    pub(super) fn take(&mut self, out: Output, now: Time) -> bool {
        self.news.extend(out.execs);
        self.sent.extend(out.answers.into_iter().map(|(connection, answered)| Sent::Answer(connection, answered)));
        self.sent.extend(out.outgoing.into_iter().map(Sent::Call));
        self.log.extend(out.lines);
        self.trim_log();
        let Some(ended) = out.ended else { return false };
        self.end(ended, now);
        true
    }

    fn trim_log(&mut self) {
        while self.log.len() > LOG_LINES {
            self.log.pop_front();
        }
    }

    /// SIGTERM now, SIGKILL at `kill_at`. Whether it ended at once.
    pub fn stop(&mut self, now: Time, kill_at: Time, storage: &mut Storage<'_>) -> bool {
        self.kill_at = Some(kill_at);
        let mut out = Output::default();
        if let Some(process) = &mut self.process {
            process.terminate(now, storage, &mut out);
        }
        self.take(out, now)
    }

    pub fn end(&mut self, ended: Ended, now: Time) {
        if !self.record.is_running() {
            return;
        }
        let reason = match (ended.code, ended.out_of_memory) {
            (_, true) => "OOMKilled",
            (0, false) => "Completed",
            _ => "Error",
        };
        let message = self.last_words(ended.code);
        self.record.finished = Some(Finished { at: now, code: ended.code, reason, message });
        // The commands in it end with it.
        let process = self.process.take();
        let execs = process.iter().flat_map(|process| process.execs());
        self.news.extend(execs.map(|exec| (exec, ExecEvent::Ended(137))));
        self.news.push((ExecId::MAIN, ExecEvent::Ended(ended.code)));
    }
}

impl Container {
    /// The message of a container that ended with this code.
    fn last_words(&self, code: i32) -> Option<Arc<str>> {
        let told = self.process.as_ref().and_then(|process| process.read_file(&self.last_words.path)).unwrap_or_default();
        let text = match told.as_slice() {
            [] if self.last_words.or_log && code != 0 => {
                let lines = self.log.iter().skip(self.log.len().saturating_sub(MESSAGE_LINES));
                let text: String = lines.map(|line| format!("{}\n", line.text)).collect();
                text.as_bytes()[text.len().saturating_sub(MESSAGE_FROM_LOG)..].to_vec()
            }
            told => told[told.len().saturating_sub(MESSAGE_BYTES)..].to_vec(),
        };
        (!text.is_empty()).then(|| String::from_utf8_lossy(&text).into())
    }
}

/// A new container id.
pub(super) fn new_id(stream: &mut Stream) -> Arc<str> {
    let hex: String = (0..4).map(|_| format!("{:016x}", stream.bits())).collect();
    format!("containerd://{hex}").into()
}
