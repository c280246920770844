//! `kubectl logs`.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/cmd/logs/logs.go, pkg/polymorphichelpers/logsforobject.go, v1.36.
//! Simplified: nothing.

use std::ops::ControlFlow;
use std::time::Duration;

use podarium_machine::StreamItem;
use podarium_sim::Time;
use serde_json::Value;

use super::change::SELECTOR;
use super::logs_together::{self, Log, Rules, whole_lines};
use crate::builder::{Builder, Info};
use crate::client::Call;
use crate::command::Command;
use crate::failure::{Failure, Outcome, caught, fail, usage};
use crate::flags::{Flag, Takes};
use crate::kubectl::Kubectl;
use crate::pods::all_container_names;
use crate::unstructured::{annotation, fields, items, name, namespace, text};
use crate::watch::left_until;

pub const COMMAND: Command = Command::new("logs", &[OWN, SELECTOR], run);

const OWN: &[Flag] = &[
    Flag::bool("all-containers"),
    Flag::bool("all-pods"),
    Flag::text("container").short('c'),
    Flag::bool("follow").short('f'),
    Flag::bool("ignore-errors"),
    Flag::bool("insecure-skip-tls-verify-backend"),
    Flag::new("limit-bytes", Takes::Int, "0"),
    Flag::new("max-log-requests", Takes::Int, "5"),
    Flag::new("pod-running-timeout", Takes::Duration, "20s"),
    Flag::bool("prefix"),
    Flag::bool("previous").short('p'),
    Flag::new("since", Takes::Duration, "0s"),
    Flag::text("since-time"),
    Flag::new("tail", Takes::Int, "-1"),
    Flag::bool("timestamps"),
];

const USAGE: &str = "expected 'logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]'.\nPOD or TYPE/NAME is a required argument for the logs command";

/// A log to show: the pod and the container.
struct Source {
    pod: Value,
    container: String,
}

fn run(kubectl: &mut Kubectl<'_, '_>) -> Outcome<()> {
    let flags = kubectl.flags.clone();
    let (args, selected) = (flags.args.clone(), !flags.text("selector").is_empty());
    let mut container = flags.text("container").to_owned();
    match &args[..] {
        [] if selected => {}
        [_] if !selected => {}
        [_] => return usage("kubectl logs", "only a selector (-l) or a POD name is allowed"),
        [_, inline] if container.is_empty() => container = inline.clone(),
        [_, _] => {}
        _ => return usage("kubectl logs", USAGE),
    }
    if flags.is_set("pod-running-timeout") && flags.duration("pod-running-timeout") <= 0 {
        return fail("--pod-running-timeout must be higher than zero");
    }
    let pods = pods(kubectl, args.first(), selected)?;
    validate(kubectl, &container, args.len())?;
    let mut sources = Vec::new();
    for pod in pods {
        containers(kubectl, pod, &container, &mut sources)?;
    }
    if flags.bool("follow") && (selected || sources.len() > 1) {
        let most = flags.int("max-log-requests");
        if sources.len() as i64 > most {
            return fail(format!("you are attempting to follow {} log streams, but maximum allowed concurrency is {most}, use --max-log-requests to increase the limit", sources.len()));
        }
        let mut logs = Vec::new();
        for source in &sources {
            let call = call(kubectl, source);
            logs.push(Log { request: kubectl.bare_request(&call)?, prefix: prefix(kubectl, source) });
        }
        let rules = Rules { ignore_errors: flags.bool("ignore-errors"), deadline: deadline(kubectl)? };
        return logs_together::follow(kubectl, &logs, rules);
    }
    for source in sources {
        if flags.bool("follow") { follow(kubectl, &source)? } else { show(kubectl, &source)? }
    }
    Ok(())
}

/// Until when a log that is not there yet is waited for.
fn deadline(kubectl: &mut Kubectl<'_, '_>) -> Outcome<Time> {
    Ok(kubectl.process.now()? + kubectl.patience())
}

/// Asks once a second for a log that the server does not have yet.
fn follow(kubectl: &mut Kubectl<'_, '_>, source: &Source) -> Outcome<()> {
    let deadline = deadline(kubectl)?;
    loop {
        let failure = match caught(show(kubectl, source))? {
            Ok(()) => return Ok(()),
            Err(failure) => failure,
        };
        kubectl.eprint(&format!("{}\n", failure.text()))?;
        if !matches!(failure, Failure::Server(_)) {
            return Err(failure.into());
        }
        let left = left_until(deadline, kubectl.process.now()?);
        kubectl.process.sleep(left.min(Duration::from_secs(1)))?;
        if left <= Duration::from_secs(1) {
            return fail("context deadline exceeded");
        }
    }
}

fn prefix(kubectl: &Kubectl<'_, '_>, source: &Source) -> String {
    let wanted = kubectl.flags.bool("prefix") || kubectl.flags.bool("all-pods");
    if wanted { format!("[pod/{}/{}] ", name(&source.pod), source.container) } else { String::new() }
}

fn validate(kubectl: &Kubectl<'_, '_>, container: &str, args: usize) -> Outcome<()> {
    let flags = &kubectl.flags;
    if !flags.text("since-time").is_empty() && flags.duration("since") != 0 {
        return fail("at most one of `sinceTime` or `sinceSeconds` may be specified");
    }
    let since = flags.text("since-time");
    if !since.is_empty() && since.parse::<jiff::Timestamp>().is_err() {
        let (rest, wanted) = misread(since);
        return fail(format!("parsing time {since:?} as \"2006-01-02T15:04:05Z07:00\": cannot parse {rest:?} as {wanted:?}"));
    }
    if flags.bool("all-containers") && !container.is_empty() {
        return fail(format!("--all-containers=true should not be specified with container name {container}"));
    }
    if flags.is_set("container") && args == 2 {
        return fail("only one of -c or an inline [CONTAINER] arg is allowed");
    }
    if flags.int("limit-bytes") < 0 {
        return fail("--limit-bytes must be greater than 0");
    }
    if flags.duration("since") < 0 {
        return fail("--since must be greater than 0");
    }
    if flags.int("tail") < -1 {
        return fail("--tail must be greater than or equal to -1");
    }
    Ok(())
}

/// Where a time stops to be one, and what should stand there.
fn misread(time: &str) -> (&str, &'static str) {
    let mut rest = time;
    for (length, part) in [(4, "2006"), (0, "-"), (2, "01"), (0, "-"), (2, "02"), (0, "T"), (2, "15"), (0, ":"), (2, "04"), (0, ":"), (2, "05")] {
        let next = match length {
            0 => rest.strip_prefix(part),
            length => rest.get(..length).filter(|digits| digits.chars().all(|digit| digit.is_ascii_digit())).map(|_| &rest[length..]),
        };
        let Some(next) = next else { return (rest, part) };
        rest = next;
    }
    (rest, "Z07:00")
}

/// The pods whose logs are meant: of a Deployment, the first of its pods.
fn pods(kubectl: &mut Kubectl<'_, '_>, arg: Option<&String>, selected: bool) -> Outcome<Vec<Value>> {
    let space = kubectl.namespace()?;
    let args: Vec<String> = match arg {
        Some(arg) => vec![arg.clone()],
        None => Vec::new(),
    };
    let builder = Builder { default_type: Some("pods"), single_resource_type: true, ..Builder::of(kubectl, &args) };
    let infos = match caught(builder.find(kubectl)?.all())? {
        Ok(infos) => infos,
        Err(failure) if failure.is_not_found() => return fail(format!("error from server (NotFound): {failure} in namespace {space:?}")),
        Err(failure) => return Err(failure.into()),
    };
    if selected {
        if infos.is_empty() {
            kubectl.eprint(&format!("No resources found in {space} namespace.\n"))?;
        }
        return Ok(infos.into_iter().map(|info| info.object).collect());
    }
    let Some(info) = infos.into_iter().next() else { return fail("expected a resource") };
    info.mapping.require_typed()?;
    if info.mapping.kind == "Service" && fields(&info.object, "/spec/selector").is_empty() {
        return fail(format!("cannot get the logs from *v1.Service: invalid service '{}': Service is defined without a selector", info.name));
    }
    match info.mapping.kind.as_str() {
        "Pod" => Ok(vec![info.object]),
        "Deployment" | "ReplicaSet" | "ReplicationController" | "StatefulSet" | "DaemonSet" | "Job" | "Service" => first_pod(kubectl, &info),
        _ => fail(format!("cannot get the logs from *{0}.{1}: selector for *{0}.{1} not implemented", info.mapping.version, info.mapping.kind)),
    }
}

fn first_pod(kubectl: &mut Kubectl<'_, '_>, info: &Info) -> Outcome<Vec<Value>> {
    let pods = kubectl.pods_of(info, kubectl.patience())?;
    let count = pods.len();
    if count > 1 && kubectl.flags.bool("all-pods") {
        return Ok(pods);
    }
    let pod = pods.into_iter().next().unwrap_or_default();
    if count > 1 {
        kubectl.eprint(&format!("Found {count} pods, using pod/{}\n", name(&pod)))?;
    }
    Ok(vec![pod])
}

fn containers(kubectl: &mut Kubectl<'_, '_>, pod: Value, asked: &str, sources: &mut Vec<Source>) -> Outcome<()> {
    let (init, main, debug) = (items(&pod, "/spec/initContainers"), items(&pod, "/spec/containers"), items(&pod, "/spec/ephemeralContainers"));
    let all: Vec<String> = init.iter().chain(main).chain(debug).map(|container| text(container, "/name").to_owned()).collect();
    if kubectl.flags.bool("all-containers") {
        sources.extend(all.into_iter().map(|container| Source { pod: pod.clone(), container }));
        return Ok(());
    }
    let shown = all_container_names(&pod);
    let mut chosen = asked.to_owned();
    if chosen.is_empty() {
        let default = annotation(&pod, "kubectl.kubernetes.io/default-container").unwrap_or_default().to_owned();
        if !default.is_empty() && !all.contains(&default) {
            kubectl.eprint(&format!("Default container name {default:?} not found in pod {}\n", name(&pod)))?;
        } else {
            chosen = default;
        }
    }
    if chosen.is_empty() {
        chosen = main.first().map(|container| text(container, "/name").to_owned()).unwrap_or_default();
        if all.len() > 1 && !kubectl.flags.bool("all-pods") {
            kubectl.eprint(&format!("Defaulted container {chosen:?} out of: {shown}\n"))?;
        }
    }
    if !all.contains(&chosen) {
        return fail(format!("container {chosen} is not valid for pod {} out of: {shown}", name(&pod)));
    }
    sources.push(Source { pod, container: chosen });
    Ok(())
}

fn call(kubectl: &Kubectl<'_, '_>, source: &Source) -> Call {
    let flags = &kubectl.flags;
    let mut call = Call::get(format!("/api/v1/namespaces/{}/pods/{}/log", namespace(&source.pod), name(&source.pod))).query("container", source.container.as_str());
    for flag in ["follow", "previous", "timestamps"] {
        if flags.bool(flag) {
            call = call.query(flag, "true");
        }
    }
    if flags.duration("since") != 0 {
        call = call.query("sinceSeconds", ((flags.duration("since") + 500_000_000) / 1_000_000_000).to_string());
    }
    call = call.maybe("sinceTime", flags.text("since-time"));
    if flags.int("limit-bytes") != 0 {
        call = call.query("limitBytes", flags.text("limit-bytes"));
    }
    if !flags.text("selector").is_empty() && !flags.is_set("tail") {
        call = call.query("tailLines", "10");
    } else if flags.int("tail") != -1 {
        call = call.query("tailLines", flags.text("tail"));
    }
    call
}

fn show(kubectl: &mut Kubectl<'_, '_>, source: &Source) -> Outcome<()> {
    let prefix = prefix(kubectl, source);
    let call = call(kubectl, source);
    let stream = match caught(kubectl.open(&call))? {
        Ok(stream) => stream,
        Err(failure) if kubectl.flags.bool("ignore-errors") => return kubectl.print(&format!("error: {failure}\n")),
        Err(failure) => return Err(failure.into()),
    };
    let broken = kubectl.process.repeat(Vec::new(), |process, rest: &mut Vec<u8>| {
        let item = process.http_next(stream.id, None)?;
        let done = !matches!(item, StreamItem::Chunk(_));
        if let StreamItem::Chunk(bytes) = &item {
            rest.extend(bytes);
        }
        let lines = whole_lines(rest, &prefix, done);
        if !lines.is_empty() {
            process.write_stdout(&lines)?;
        }
        Ok(match item {
            StreamItem::Failed(error) => ControlFlow::Break(Some(error.to_string())),
            _ if done => ControlFlow::Break(None),
            _ => ControlFlow::Continue(()),
        })
    })?;
    match broken {
        Some(_) => Err(Failure::Message("unexpected EOF".to_owned()).into()),
        None => Ok(()),
    }
}
