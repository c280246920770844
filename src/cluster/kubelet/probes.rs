//! Probes: is it started, is it alive, is it ready? Each probe of each container is asked in its own rhythm; enough
//! answers of one kind in a row make a verdict. A failed startup or liveness probe costs the container its life, a
//! failed readiness probe only its traffic.
//!
//! Models: pkg/kubelet/prober/{worker.go,prober.go,prober_manager.go}, pkg/probe, v1.36.
//! Simplified: of gRPC it is only seen whether somebody listens.

use std::sync::Arc;
use std::time::Duration;

use k8s_openapi::api::core::v1::{Container, HTTPGetAction, Probe};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use podarium_api::pod_state::container_status;
use podarium_api::resource::is_sidecar;
use podarium_sim::Time;

use super::actions::Failed;
use super::commands::{CommandId, Waits};
use super::host::Host;
use super::node_metrics::ProbeCounts;
use super::phase::restarts_after;
use super::pod::PodState;
use super::runtime::ContainerRecord;
use crate::client::EventType;
use crate::component::Ctx;
use crate::images::{Exec, Taken};
use crate::network::{Asked, Peer, ProcessId};

/// A probe that is wanted out of turn is asked at once, or after one, two or three times this.
const OUT_OF_TURN: Duration = Duration::from_millis(20);

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum ProbeKind {
    Readiness,
    Liveness,
    Startup,
}

impl ProbeKind {
    pub(super) fn name(self) -> &'static str {
        match self {
            ProbeKind::Readiness => "Readiness",
            ProbeKind::Liveness => "Liveness",
            ProbeKind::Startup => "Startup",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Unknown,
    Success,
    Failure,
}

#[derive(Clone, Debug)]
pub(super) struct ProbeWorker {
    pub container: String,
    pub kind: ProbeKind,
    probe: Probe,
    pub next_at: Time,
    /// The container that it is about, and what is held of it.
    container_id: String,
    verdict: Option<Verdict>,
    /// The last answer, and how often it came in a row.
    last: Option<bool>,
    run: i32,
    /// Nothing is asked until there is a new container.
    on_hold: bool,
    under_way: Option<UnderWay>,
    /// When it was last asked.
    asked_at: Time,
    pub counts: ProbeCounts,
}

#[derive(Clone, Debug)]
enum UnderWay {
    Answer(Answer),
    /// A command, until its time is over.
    Command { id: CommandId, until: Time, line: String },
    /// A request with which a program is busy, until its time is over.
    Request { container: String, connection: u64, until: Time, target: String },
}

impl UnderWay {
    fn at(&self) -> Time {
        match self {
            UnderWay::Answer(answer) => answer.at,
            UnderWay::Command { until, .. } | UnderWay::Request { until, .. } => *until,
        }
    }
}

/// An answer to a probe, which may be under way still.
#[derive(Clone, Debug)]
struct Answer {
    at: Time,
    /// What is wrong with it.
    failure: Option<String>,
    /// The process that must live until then.
    process: Option<ProcessId>,
    target: String,
}

impl Answer {
    fn at_once(now: Time, failure: Option<String>) -> Self {
        Answer { at: now, failure, process: None, target: String::new() }
    }
}

/// What a probe asks.
enum Question {
    Http { port: u16, path: String },
    Tcp { port: u16 },
    Grpc { port: u16 },
    Exec { command: Vec<String> },
}

impl ProbeWorker {
    fn period(&self) -> Duration {
        Duration::from_secs(u64::try_from(self.probe.period_seconds.unwrap_or(10)).unwrap_or(10).max(1))
    }

    fn timeout(&self) -> Duration {
        Duration::from_secs(u64::try_from(self.probe.timeout_seconds.unwrap_or(1)).unwrap_or(1).max(1))
    }

    /// When it has something to do.
    pub fn wake(&self) -> Time {
        self.under_way.as_ref().map_or(self.next_at, UnderWay::at)
    }
}

/// What the probes hold of the pod's containers.
pub(super) struct Verdicts<'a> {
    probes: &'a [ProbeWorker],
}

impl Verdicts<'_> {
    fn of(&self, name: &str, id: &str, kind: ProbeKind) -> Option<Verdict> {
        let about = |probe: &&ProbeWorker| probe.kind == kind && probe.container == name && probe.container_id == id;
        self.probes.iter().find(about)?.verdict
    }

    /// Whether the container must go.
    pub fn failed(&self, record: &ContainerRecord) -> Option<Failed> {
        let is = |kind| self.of(&record.name, &record.id, kind) == Some(Verdict::Failure);
        if is(ProbeKind::Liveness) {
            Some(Failed::Liveness)
        } else {
            is(ProbeKind::Startup).then_some(Failed::Startup)
        }
    }

    /// Whether a sidecar has started; `None` while its startup probe has not decided.
    pub fn started(&self, container: &Container, record: &ContainerRecord) -> Option<bool> {
        if container.startup_probe.is_none() {
            return Some(true);
        }
        match self.of(&record.name, &record.id, ProbeKind::Startup) {
            Some(Verdict::Success) => Some(true),
            Some(Verdict::Failure) => Some(false),
            Some(Verdict::Unknown) | None => None,
        }
    }
}

impl PodState {
    pub fn verdicts(&self) -> Verdicts<'_> {
        Verdicts { probes: &self.probes }
    }

    /// Begins to probe the containers that say so, if it has not yet.
    pub fn add_probes(&mut self, host: &Host, ctx: &mut Ctx<'_>) {
        let pod = self.pod.clone();
        let sidecars = pod.spec.init_containers.iter().flatten().filter(|container| is_sidecar(container));
        for container in sidecars.chain(&pod.spec.containers) {
            let probes = [
                (ProbeKind::Startup, &container.startup_probe),
                (ProbeKind::Readiness, &container.readiness_probe),
                (ProbeKind::Liveness, &container.liveness_probe),
            ];
            for (kind, probe) in probes {
                let Some(probe) = probe else { continue };
                if self.probes.iter().any(|worker| worker.kind == kind && worker.container == container.name) {
                    continue;
                }
                let mut worker = ProbeWorker {
                    container: container.name.clone(),
                    kind,
                    probe: probe.clone(),
                    next_at: ctx.now(),
                    container_id: String::new(),
                    verdict: None,
                    last: None,
                    run: 0,
                    on_hold: false,
                    under_way: None,
                    asked_at: ctx.now(),
                    counts: ProbeCounts::default(),
                };
                // Right after the kubelet's start not all probes begin at once.
                if worker.period() > ctx.now() - host.started {
                    let part = ctx.stream().unit();
                    worker.next_at = ctx.now() + worker.period().mul_f64(part);
                }
                self.probes.push(worker);
            }
        }
    }

    pub fn stop_liveness_and_startup(&mut self) {
        self.probes.retain(|worker| worker.kind == ProbeKind::Readiness);
    }

    /// Whether a running container counts as started.
    pub fn is_started(&self, name: &str, id: &str, was_started: bool) -> bool {
        match self.verdicts().of(name, id, ProbeKind::Startup) {
            Some(verdict) => verdict == Verdict::Success,
            None => was_started || !self.probes.iter().any(|worker| worker.kind == ProbeKind::Startup && worker.container == name),
        }
    }

    /// Whether a started container is ready. If that is open or denied, it is asked at once.
    pub fn is_ready_or_probe(&mut self, name: &str, id: &str, now: Time) -> bool {
        let Some(worker) = self.probes.iter_mut().find(|worker| worker.kind == ProbeKind::Readiness && worker.container == name) else { return true };
        if worker.container_id == id && worker.verdict == Some(Verdict::Success) {
            return true;
        }
        // The id was drawn, so it tells as well as a draw how long it takes.
        let part = id.chars().last().and_then(|digit| digit.to_digit(16)).unwrap_or(0) / 5;
        worker.next_at = now + OUT_OF_TURN * part;
        false
    }

    /// Asks the probes that are due, and takes the answers that have come.
    pub fn run_probes(&mut self, host: &mut Host, ctx: &mut Ctx<'_>) {
        let now = ctx.now();
        let mut at = 0;
        while at < self.probes.len() {
            if self.probes[at].wake() > now {
                at += 1;
                continue;
            }
            let mut worker = self.probes[at].clone();
            let goes_on = match worker.under_way.take() {
                Some(UnderWay::Answer(answer)) => {
                    self.answered(&mut worker, answer, host, ctx);
                    true
                }
                Some(UnderWay::Request { target, .. }) => {
                    self.answered(&mut worker, Answer::at_once(now, Some(too_late(&target))), host, ctx);
                    true
                }
                Some(UnderWay::Command { id, line, .. }) => {
                    self.give_up_command(&id);
                    let failure = format!("command timed out: {line:?} timed out after {}s", worker.timeout().as_secs());
                    self.answered(&mut worker, Answer::at_once(now, Some(failure)), host, ctx);
                    true
                }
                None => {
                    worker.next_at = now + worker.period();
                    self.ask(&mut worker, host, ctx)
                }
            };
            if goes_on {
                self.probes[at] = worker;
            } else {
                self.probes.remove(at);
            }
        }
    }

    /// Asks once. Whether the probe goes on.
    fn ask(&mut self, worker: &mut ProbeWorker, host: &mut Host, ctx: &mut Ctx<'_>) -> bool {
        let now = ctx.now();
        let pod = self.pod.clone();
        let Some(status) = self.status.get() else { return true };
        if matches!(status.phase.as_deref(), Some("Succeeded" | "Failed")) {
            return false;
        }
        let ip = status.pod_ip.clone().unwrap_or_default();
        let shown = podarium_api::Pod { status: std::sync::Arc::new(status.clone()), ..podarium_api::Pod::default() };
        let Some(status) = container_status(&shown, &worker.container).filter(|status| status.container_id.is_some()) else { return true };
        let id = status.container_id.clone().unwrap_or_default();
        if worker.container_id != id {
            worker.container_id = id.clone();
            worker.verdict = None;
            let initial = match worker.kind {
                ProbeKind::Readiness => Verdict::Failure,
                ProbeKind::Liveness => Verdict::Success,
                ProbeKind::Startup => Verdict::Unknown,
            };
            self.hold(worker, initial, now);
            worker.on_hold = false;
        }
        if worker.on_hold {
            return true;
        }
        let state = status.state.clone().unwrap_or_default();
        let Some(running) = state.running else {
            self.hold(worker, Verdict::Failure, now);
            let container = pod.spec.init_containers.iter().flatten().chain(&pod.spec.containers).find(|container| container.name == worker.container);
            return state.terminated.is_none_or(|ended| container.is_some_and(|container| restarts_after(container, &pod.spec, ended.exit_code)));
        };
        let age = running.started_at.map_or(Duration::ZERO, |at| now - ctx.epoch().time(at.0));
        if age.as_secs() < u64::try_from(worker.probe.initial_delay_seconds.unwrap_or(0)).unwrap_or(0) {
            return true;
        }
        let started = status.started == Some(true);
        if started == (worker.kind == ProbeKind::Startup) {
            return true;
        }
        worker.asked_at = now;
        match self.probe(worker, &ip, host, ctx) {
            Some(UnderWay::Answer(answer)) if answer.at <= now => self.answered(worker, answer, host, ctx),
            asked => worker.under_way = asked,
        }
        true
    }

    /// The command of a probe has ended.
    pub fn probe_command_ended(&mut self, container: &str, kind: ProbeKind, id: &CommandId, failure: Option<String>, host: &mut Host, ctx: &mut Ctx<'_>) {
        let waits = |worker: &ProbeWorker| worker.kind == kind && worker.container == container && matches!(&worker.under_way, Some(UnderWay::Command { id: of, .. }) if of == id);
        let Some(place) = self.probes.iter().position(waits) else { return };
        let mut worker = self.probes[place].clone();
        worker.under_way = None;
        self.answered(&mut worker, Answer::at_once(ctx.now(), failure), host, ctx);
        self.probes[place] = worker;
    }

    /// The answer to a probe has come, with an event if it is bad.
    fn answered(&mut self, worker: &mut ProbeWorker, answer: Answer, host: &mut Host, ctx: &mut Ctx<'_>) {
        let died = answer.process.is_some_and(|process| !self.runtime.containers.iter().any(|container| container.connected == Some(process)));
        let failure = if died { Some(format!("Get \"{}\": EOF", answer.target)) } else { answer.failure };
        if let Some(failure) = &failure {
            let message = format!("{} probe failed: {failure}", worker.kind.name());
            self.event(Some(&worker.container), EventType::Warning, "Unhealthy", &message, host, ctx);
        }
        worker.counts.count(failure.is_none(), ctx.now() - worker.asked_at);
        self.judge(worker, failure.is_none(), ctx.now());
    }

    /// One answer more. Enough of them in a row are a verdict.
    fn judge(&mut self, worker: &mut ProbeWorker, healthy: bool, now: Time) {
        worker.run = if worker.last == Some(healthy) { worker.run + 1 } else { 1 };
        worker.last = Some(healthy);
        let (threshold, default) = if healthy { (worker.probe.success_threshold, 1) } else { (worker.probe.failure_threshold, 3) };
        if worker.run < threshold.unwrap_or(default) {
            return;
        }
        self.hold(worker, if healthy { Verdict::Success } else { Verdict::Failure }, now);
        if worker.kind == ProbeKind::Startup || (worker.kind == ProbeKind::Liveness && !healthy) {
            worker.on_hold = true;
            worker.run = 0;
        }
    }

    /// Holds this of the container from now on. News has the pod synced, except that it lives on.
    fn hold(&mut self, worker: &mut ProbeWorker, verdict: Verdict, now: Time) {
        if worker.verdict == Some(verdict) {
            return;
        }
        worker.verdict = Some(verdict);
        if worker.kind != ProbeKind::Liveness || verdict == Verdict::Failure {
            self.request_sync(now);
        }
    }

    /// Asks; the answer may come later. `None`: it could not be asked.
    fn probe(&mut self, worker: &ProbeWorker, ip: &str, host: &mut Host, ctx: &mut Ctx<'_>) -> Option<UnderWay> {
        let (question, target) = match question(&worker.probe, &self.pod.spec, &worker.container, ip) {
            Ok(question) => question,
            Err(error) => return self.could_not_ask(worker, &error, host, ctx),
        };
        let now = ctx.now();
        let at_once = |failure: Option<String>| Answer::at_once(now, failure);
        let refused = |address: &str| Some(format!("dial tcp {address}: connect: connection refused"));
        Some(UnderWay::Answer(match question {
            Question::Tcp { port } => at_once(if self.runtime.listens(port, now) { None } else { refused(&target) }),
            Question::Grpc { port } if self.runtime.listens(port, now) => at_once(None),
            // The client dials again and again until its time is over.
            Question::Grpc { .. } => {
                let timeout = worker.timeout();
                let failure = Some(format!("timeout: failed to connect service {target:?} within {}s: context deadline exceeded", timeout.as_secs()));
                Answer { at: now + timeout, failure, process: None, target }
            }
            Question::Exec { command } => {
                let (id, line): (Arc<str>, _) = (worker.container_id.as_str().into(), command.join(" "));
                let waits = Waits::Probe(worker.container.clone(), worker.kind);
                return match self.exec_in(&id, &Exec { command, ..Exec::default() }, waits, ctx) {
                    Ok(exec) => Some(UnderWay::Command { id: (id, exec), until: now + worker.timeout(), line }),
                    Err(error) => self.could_not_ask(worker, &error, host, ctx),
                };
            }
            Question::Http { port, path } => {
                let mut asked = Asked::get(address(&target), &path);
                asked.tls = target.starts_with("https:");
                let from = Peer::numbered(host.config.address.parse().unwrap_or_default(), now.as_nanos());
                asked.headers.push(("User-Agent".to_owned(), "kube-probe/1.36".to_owned()));
                match self.runtime.take(port, &Arc::new(asked), from, now, ctx.disks) {
                    None | Some((_, Taken::Refused)) => at_once(refused(address(&target)).map(|refused| format!("Get \"{target}\": {refused}"))),
                    Some((_, Taken::NotTls | Taken::Untrusted(_))) => at_once(Some(format!("Get \"{target}\": http: server gave HTTP response to HTTPS client"))),
                    Some((_, Taken::Answer { at, .. })) if at > now + worker.timeout() => {
                        Answer { at: now + worker.timeout(), failure: Some(too_late(&target)), process: None, target }
                    }
                    Some((container, Taken::Later(connection))) => {
                        let container = container.record.id.to_string();
                        return Some(UnderWay::Request { container, connection: connection.0, until: now + worker.timeout(), target });
                    }
                    Some((container, Taken::Answer { at, answered })) => {
                        let failure = bad_status(answered.status);
                        Answer { at, failure, process: container.connected, target }
                    }
                }
            }
        }))
    }

    /// A program has answered a request, or ended over it. Whether a probe had sent it.
    pub fn probe_request_ended(&mut self, id: &str, connection: u64, status: Option<u16>, host: &mut Host, ctx: &mut Ctx<'_>) -> bool {
        let waits = |worker: &ProbeWorker| matches!(&worker.under_way, Some(UnderWay::Request { container, connection: of, .. }) if container == id && *of == connection);
        let Some(place) = self.probes.iter().position(waits) else { return false };
        let mut worker = self.probes[place].clone();
        let Some(UnderWay::Request { target, .. }) = worker.under_way.take() else { return false };
        let failure = match status {
            Some(status) => bad_status(status),
            None => Some(format!("Get \"{target}\": EOF")),
        };
        self.answered(&mut worker, Answer::at_once(ctx.now(), failure), host, ctx);
        self.probes[place] = worker;
        true
    }

    fn could_not_ask(&mut self, worker: &ProbeWorker, error: &str, host: &mut Host, ctx: &mut Ctx<'_>) -> Option<UnderWay> {
        let message = format!("{} probe errored and resulted in unknown state: {error}", worker.kind.name());
        self.event(Some(&worker.container), EventType::Warning, "Unhealthy", &message, host, ctx);
        None
    }
}

fn bad_status(status: u16) -> Option<String> {
    (!(200..400).contains(&status)).then(|| format!("HTTP probe failed with statuscode: {status}"))
}

fn too_late(target: &str) -> String {
    format!("Get \"{target}\": context deadline exceeded (Client.Timeout exceeded while awaiting headers)")
}

/// `10.244.1.2:8080` of `http://10.244.1.2:8080/healthz`.
pub(super) fn address(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split('/').next().unwrap_or_default()
}

/// What a probe asks, and of whom, as messages name it.
fn question(probe: &Probe, spec: &k8s_openapi::api::core::v1::PodSpec, container: &str, ip: &str) -> Result<(Question, String), String> {
    let port = |port: &IntOrString| resolve(port, spec, container);
    let host = |host: &Option<String>| host.clone().filter(|host| !host.is_empty()).unwrap_or_else(|| ip.to_owned());
    if let Some(exec) = &probe.exec {
        return Ok((Question::Exec { command: exec.command.clone().unwrap_or_default() }, String::new()));
    }
    if let Some(get) = &probe.http_get {
        let (port, path, url) = http_question(get, spec, container, ip)?;
        return Ok((Question::Http { port, path }, url));
    }
    if let Some(tcp) = &probe.tcp_socket {
        let number = port(&tcp.port)?;
        return Ok((Question::Tcp { port: number }, format!("{}:{number}", host(&tcp.host))));
    }
    if let Some(grpc) = &probe.grpc {
        let number = u16::try_from(grpc.port).map_err(|_| format!("invalid port number: {}", grpc.port))?;
        return Ok((Question::Grpc { port: number }, format!("{ip}:{number}")));
    }
    Err("missing probe handler".to_owned())
}

/// Port, path and URL of an HTTP request to a container.
pub(super) fn http_question(get: &HTTPGetAction, spec: &k8s_openapi::api::core::v1::PodSpec, container: &str, ip: &str) -> Result<(u16, String, String), String> {
    let number = resolve(&get.port, spec, container)?;
    let host = get.host.clone().filter(|host| !host.is_empty()).unwrap_or_else(|| ip.to_owned());
    let path = get.path.clone().unwrap_or_else(|| "/".to_owned());
    let slash = if path.starts_with('/') { "" } else { "/" };
    let scheme = get.scheme.as_deref().unwrap_or("HTTP").to_lowercase();
    Ok((number, format!("{slash}{path}"), format!("{scheme}://{host}:{number}{slash}{path}")))
}

fn resolve(port: &IntOrString, spec: &k8s_openapi::api::core::v1::PodSpec, container: &str) -> Result<u16, String> {
    let number = match port {
        IntOrString::Int(number) => *number,
        IntOrString::String(name) => {
            let all = spec.init_containers.iter().flatten().chain(&spec.containers);
            let mut ports = all.filter(|found| found.name == container).flat_map(|found| found.ports.iter().flatten());
            let named = ports.find(|port| port.name.as_deref() == Some(name)).map(|port| port.container_port);
            named.or_else(|| name.parse().ok()).ok_or_else(|| format!("strconv.Atoi: parsing {name:?}: invalid syntax"))?
        }
    };
    u16::try_from(number).ok().filter(|number| *number > 0).ok_or_else(|| format!("invalid port number: {number}"))
}
