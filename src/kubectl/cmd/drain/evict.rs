//! Makes pods go from a node, by evicting or by deleting them, and waits for the end of each.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/drain/drain.go, pkg/cmd/drain/drain.go, v1.36.
//! Simplified: what kubectl asks for all pods at once is asked pod by pod, in their order.

use std::time::Duration;

use podarium_sim::Time;
use serde_json::{Value, json};

use crate::client::{Call, JSON};
use crate::cmd::change::DryRun;
use crate::duration::show_seconds;
use crate::failure::{Failure, Outcome, caught, fail};
use crate::kubectl::Kubectl;
use crate::unstructured::{name, namespace, text};

/// How long a pod that may not be evicted now is left alone.
const RETRY: Duration = Duration::from_secs(5);
/// How often it is looked whether a pod is gone.
const LOOK: Duration = Duration::from_secs(1);

/// A pod on its way off the node.
struct Leaving {
    pod: Value,
    state: State,
    /// When it is asked for, or looked at, next.
    due: Time,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    New,
    Refused,
    Evicted,
}

/// What comes after a pod was asked for or looked at.
enum Next {
    Again(State, Duration),
    Gone,
    Failed(Failure),
}

/// Evicts every pod, again and again where a budget is in the way, and waits for each that was let go, whatever becomes
/// of the others.
pub fn evict_all(kubectl: &mut Kubectl<'_, '_>, pods: Vec<Value>, dry_run: DryRun, deadline: Option<Time>) -> Outcome<Vec<Failure>> {
    let mut failures = Vec::new();
    let mut now = kubectl.process.now()?;
    let mut all: Vec<Leaving> = pods.into_iter().map(|pod| Leaving { pod, state: State::New, due: now }).collect();
    while let Some(next) = all.iter().map(|one| one.due).min() {
        if next > now {
            kubectl.process.sleep(Duration::from_nanos(next.as_nanos() - now.as_nanos()))?;
        }
        now = kubectl.process.now()?;
        let late = deadline.is_some_and(|deadline| now >= deadline);
        let (mut turn, later): (Vec<_>, Vec<_>) = all.into_iter().partition(|one| one.due <= now);
        all = later;
        for one in turn.iter_mut().filter(|one| one.state != State::Evicted) {
            announce(kubectl, one, dry_run)?;
        }
        for one in turn {
            match go_on(kubectl, &one, dry_run, late)? {
                Next::Gone => {}
                Next::Failed(failure) => failures.push(failure),
                Next::Again(state, after) => {
                    let due = kubectl.process.now()? + after;
                    // Who waits for an end is woken by the deadline; who has been refused sleeps on.
                    let due = deadline.filter(|deadline| state == State::Evicted && *deadline < due).unwrap_or(due);
                    all.push(Leaving { pod: one.pod, state, due });
                }
            }
        }
    }
    Ok(failures)
}

fn announce(kubectl: &mut Kubectl<'_, '_>, one: &mut Leaving, dry_run: DryRun) -> Outcome<()> {
    if one.state == State::Refused {
        // It may be another one by now, under the same name.
        if let Ok(now) = caught(kubectl.send(&Call::get(path(&one.pod))))? {
            one.pod = now;
        }
    }
    let suffix = if dry_run == DryRun::Server { " (server dry run)" } else { "" };
    kubectl.print(&format!("evicting pod {}/{}{suffix}\n", namespace(&one.pod), name(&one.pod)))
}

fn go_on(kubectl: &mut Kubectl<'_, '_>, one: &Leaving, dry_run: DryRun, late: bool) -> Outcome<Next> {
    let (space, pod) = (namespace(&one.pod), name(&one.pod));
    let failed = |why: String| Ok(Next::Failed(Failure::Message(why)));
    if one.state == State::Evicted {
        let failed = |why: &str| failed(format!("error when waiting for pod {pod:?} in namespace {space:?} to terminate: {why}"));
        return match caught(is_gone(kubectl, &one.pod, "evicted"))? {
            Err(failure) => failed(&failure.to_string()),
            Ok(true) => Ok(Next::Gone),
            Ok(false) if late => failed("context deadline exceeded"),
            Ok(false) => Ok(Next::Again(State::Evicted, LOOK)),
        };
    }
    if late {
        let timeout = show_seconds(kubectl.flags.duration("timeout") / 1_000_000_000);
        return failed(format!("error when evicting pods/{pod:?} -n {space:?}: global timeout reached: {timeout}"));
    }
    match caught(evict(kubectl, &one.pod, dry_run))? {
        Ok(()) if dry_run == DryRun::Server => Ok(Next::Gone),
        Ok(()) => Ok(Next::Again(State::Evicted, Duration::ZERO)),
        Err(failure) if failure.is_not_found() => Ok(Next::Gone),
        Err(failure) if failure.reason() == "TooManyRequests" => {
            kubectl.eprint(&format!("error when evicting pods/{pod:?} -n {space:?} (will retry after 5s): {failure}\n"))?;
            Ok(Next::Again(State::Refused, RETRY))
        }
        // In a namespace that goes nothing can be evicted. What ends already is waited for.
        Err(failure) if failure.has_cause("NamespaceTerminating") && one.pod.pointer("/metadata/deletionTimestamp").is_some() => Ok(Next::Again(State::Evicted, Duration::ZERO)),
        Err(failure) if failure.has_cause("NamespaceTerminating") => {
            kubectl.eprint(&format!("error when evicting pod {pod:?} from terminating namespace {space:?} (will retry after 5s): {failure}\n"))?;
            Ok(Next::Again(State::Refused, RETRY))
        }
        Err(failure) => failed(format!("error when evicting pods/{pod:?} -n {space:?}: {failure}")),
    }
}

/// Deletes all pods, which no budget can refuse, and then waits until all are gone.
pub fn delete_all(kubectl: &mut Kubectl<'_, '_>, mut pods: Vec<Value>, dry_run: DryRun, deadline: Option<Time>) -> Outcome<Vec<Failure>> {
    let mut options = options(kubectl, dry_run);
    options["kind"] = "DeleteOptions".into();
    options["apiVersion"] = "v1".into();
    for pod in &pods {
        match caught(kubectl.send(&Call::new("DELETE", path(pod)).body(JSON, &options)))? {
            Err(failure) if !failure.is_not_found() => return Ok(vec![failure]),
            _ => {}
        }
    }
    loop {
        let mut left = Vec::new();
        for pod in pods {
            match caught(is_gone(kubectl, &pod, "deleted"))? {
                Ok(true) => {}
                Ok(false) => left.push(pod),
                Err(failure) => return Ok(vec![failure]),
            }
        }
        if left.is_empty() {
            return Ok(Vec::new());
        }
        pods = left;
        let (now, after) = (kubectl.process.now()?, LOOK);
        match deadline.filter(|deadline| *deadline < now + after) {
            Some(deadline) => {
                kubectl.process.sleep(Duration::from_nanos(deadline.as_nanos().saturating_sub(now.as_nanos())))?;
                return Ok(vec![Failure::Message("context deadline exceeded".to_owned())]);
            }
            None => kubectl.process.sleep(after)?,
        }
    }
}

fn path(pod: &Value) -> String {
    format!("/api/v1/namespaces/{}/pods/{}", namespace(pod), name(pod))
}

fn options(kubectl: &Kubectl<'_, '_>, dry_run: DryRun) -> Value {
    let mut options = json!({});
    if kubectl.flags.int("grace-period") >= 0 {
        options["gracePeriodSeconds"] = kubectl.flags.int("grace-period").into();
    }
    if dry_run == DryRun::Server {
        options["dryRun"] = json!(["All"]);
    }
    options
}

fn evict(kubectl: &mut Kubectl<'_, '_>, pod: &Value, dry_run: DryRun) -> Outcome<()> {
    let metadata = json!({"name": name(pod), "namespace": namespace(pod)});
    let eviction = json!({"apiVersion": "policy/v1", "kind": "Eviction", "metadata": metadata, "deleteOptions": options(kubectl, dry_run)});
    let answer = kubectl.send(&Call::new("POST", format!("{}/eviction", path(pod))).body(JSON, &eviction))?;
    // The server may say in a good answer that it did not do it: where two budgets guard the pod.
    if text(&answer, "/status") == "Failure" { fail(text(&answer, "/message")) } else { Ok(()) }
}

/// Looks whether the pod is gone, or is waited for no longer, and says so.
fn is_gone(kubectl: &mut Kubectl<'_, '_>, pod: &Value, done: &str) -> Outcome<bool> {
    let gone = match caught(kubectl.send(&Call::get(path(pod))))? {
        Err(failure) if failure.is_not_found() => true,
        Err(failure) => {
            let failed = if done == "evicted" { "eviction failed" } else { "deletion failed" };
            kubectl.print(&format!("pod/{} {failed}\n", name(pod)))?;
            return Err(failure.into());
        }
        Ok(now) if text(&now, "/metadata/uid") != text(pod, "/metadata/uid") => true,
        Ok(now) if is_long_gone(kubectl, &now)? => {
            let seconds = kubectl.flags.int("skip-wait-for-delete-timeout");
            kubectl.print(&format!("pod {:?} has DeletionTimestamp older than {seconds} seconds, skipping\n", name(pod)))?;
            return Ok(true);
        }
        Ok(_) => false,
    };
    if gone {
        kubectl.print(&format!("pod/{} {done}\n", name(pod)))?;
    }
    Ok(gone)
}

/// Whether the pod should have ended so long ago that `--skip-wait-for-delete-timeout` passes it over.
pub fn is_long_gone(kubectl: &mut Kubectl<'_, '_>, pod: &Value) -> Outcome<bool> {
    let limit = kubectl.flags.int("skip-wait-for-delete-timeout");
    let Ok(ends) = text(pod, "/metadata/deletionTimestamp").parse::<jiff::Timestamp>() else { return Ok(false) };
    if limit <= 0 {
        return Ok(false);
    }
    Ok(kubectl.process.unix_nanos()? / 1_000_000_000 - ends.as_second() > limit)
}
