//! `kubectl drain`: takes all pods off a node, politely.
//!
//! Every pod is evicted, which a PodDisruptionBudget may refuse, and is then waited for, whatever becomes of the others.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/cmd/drain/drain.go, pkg/drain/filters.go, v1.36.
//! Simplified: nothing.

use std::time::Duration;

use serde_json::Value;

use super::evict::{delete_all, evict_all, is_long_gone};
use crate::builder::Info;
use crate::client::Call;
use crate::cmd::change::{CHUNK, DRY_RUN, DryRun, SELECTOR};
use crate::cmd::cordon::{mark, nodes};
use crate::command::Command;
use crate::failure::{Failure, Outcome, caught};
use crate::flags::{Flag, Takes};
use crate::kubectl::Kubectl;
use crate::unstructured::{annotation, items, name, namespace, text};

pub const COMMAND: Command = Command::new("drain", &[OWN, DRY_RUN, SELECTOR, CHUNK], run);

const OWN: &[Flag] = &[
    Flag::bool("force"),
    Flag::bool("ignore-daemonsets"),
    Flag::bool("delete-emptydir-data"),
    Flag::bool("disable-eviction"),
    Flag::new("grace-period", Takes::Int, "-1"),
    Flag::new("timeout", Takes::Duration, "0s"),
    Flag::text("pod-selector"),
    Flag::new("skip-wait-for-delete-timeout", Takes::Int, "0"),
];

fn run(kubectl: &mut Kubectl<'_, '_>) -> Outcome<()> {
    let nodes = nodes(kubectl, "drain")?;
    let dry_run = kubectl.dry_run()?;
    mark(kubectl, &nodes, true, dry_run)?;
    let mut failed: Vec<(String, Failure)> = Vec::new();
    for node in &nodes {
        match caught(drain(kubectl, node, dry_run))? {
            Ok(()) => kubectl.print(&format!("node/{} drained{}\n", node.name, dry_run.suffix()))?,
            Err(failure) => {
                kubectl.eprint(&format!("error: unable to drain node {:?} due to error: {failure}, continuing command...\n", node.name))?;
                failed.push((node.name.clone(), failure));
            }
        }
    }
    if !failed.is_empty() {
        let names: String = failed.iter().map(|(name, _)| format!(" {name}\n")).collect();
        kubectl.eprint(&format!("There are pending nodes to be drained:\n{names}"))?;
    }
    match failed.len() {
        0 => Ok(()),
        1 => Err(failed.remove(0).1.into()),
        // What is wrong with a node takes one line.
        _ => Err(Failure::Many(failed.into_iter().map(|(_, failure)| Failure::Message(failure.to_string())).collect()).into()),
    }
}

/// The pods of a node and what is to become of them.
struct Pods {
    evicted: Vec<Value>,
    warnings: Vec<Grouped>,
    refusals: Vec<Grouped>,
}

fn pods_of(kubectl: &mut Kubectl<'_, '_>, node: &str) -> Outcome<Pods> {
    let selector = kubectl.flags.text("pod-selector").to_owned();
    let call = Call::get("/api/v1/pods").query("fieldSelector", format!("spec.nodeName={node}")).query("limit", "500").maybe("labelSelector", &selector);
    let list = kubectl.send(&call)?;
    let mut pods = Pods { evicted: Vec::new(), warnings: Vec::new(), refusals: Vec::new() };
    for pod in items(&list, "/items") {
        match fate(kubectl, pod)? {
            Fate::Evict => pods.evicted.push(pod.clone()),
            Fate::EvictWith(warning) => {
                pods.evicted.push(pod.clone());
                group(&mut pods.warnings, warning, pod);
            }
            Fate::Keep(warning) => group(&mut pods.warnings, warning, pod),
            Fate::Skip => {}
            Fate::Refuse(why) => group(&mut pods.refusals, &why, pod),
        }
    }
    Ok(pods)
}

/// What is to become of a pod.
enum Fate {
    Evict,
    EvictWith(&'static str),
    Keep(&'static str),
    Skip,
    Refuse(String),
}

fn drain(kubectl: &mut Kubectl<'_, '_>, node: &Info, dry_run: DryRun) -> Outcome<()> {
    let Pods { evicted, warnings, refusals } = pods_of(kubectl, &node.name)?;
    if !refusals.is_empty() {
        let refusal = |(why, pods): &Grouped| Failure::Message(format!("cannot delete {why}: {}", pods.join(", ")));
        return Err(Failure::Many(refusals.iter().map(refusal).collect()).into());
    }
    if !warnings.is_empty() {
        let lines: Vec<String> = warnings.iter().map(|(warning, pods)| format!("{warning}: {}", pods.join(", "))).collect();
        kubectl.eprint(&format!("Warning: {}\n", lines.join("; ")))?;
    }
    if dry_run == DryRun::Client {
        let lines: String = evicted.iter().map(|pod| format!("evicting pod {}/{} (dry run)\n", namespace(pod), name(pod))).collect();
        return kubectl.print(&lines);
    }
    let deadline = match kubectl.flags.duration("timeout") {
        0 => None,
        nanos => Some(kubectl.process.now()? + Duration::from_nanos(nanos.unsigned_abs())),
    };
    let failures = match kubectl.flags.bool("disable-eviction") {
        true => delete_all(kubectl, evicted, dry_run, deadline)?,
        false => evict_all(kubectl, evicted, dry_run, deadline)?,
    };
    if failures.is_empty() {
        return Ok(());
    }
    let failure = Failure::Many(failures);
    let pending = pods_of(kubectl, &node.name)?;
    if !pending.evicted.is_empty() {
        let names: String = pending.evicted.iter().map(|pod| format!("pod/{}\n", name(pod))).collect();
        kubectl.eprint(&format!("There are pending pods in node {:?} when an error occurred: {failure}\n{names}", node.name))?;
    }
    Err(failure.into())
}

type Grouped = (String, Vec<String>);

fn group(groups: &mut Vec<Grouped>, message: &str, pod: &Value) {
    let shown = format!("{}/{}", namespace(pod), name(pod));
    match groups.iter_mut().find(|(known, _)| known == message) {
        Some((_, pods)) => pods.push(shown),
        None => groups.push((message.to_owned(), vec![shown])),
    }
}

fn fate(kubectl: &mut Kubectl<'_, '_>, pod: &Value) -> Outcome<Fate> {
    let flag = |kubectl: &Kubectl<'_, '_>, name: &str| kubectl.flags.bool(name);
    if is_long_gone(kubectl, pod)? {
        return Ok(Fate::Skip);
    }
    let ended = matches!(text(pod, "/status/phase"), "Succeeded" | "Failed");
    let owners = items(pod, "/metadata/ownerReferences");
    let controller = owners.iter().find(|owner| owner.get("controller").and_then(Value::as_bool) == Some(true));
    let mut fate = Fate::Evict;
    if let Some(owner) = controller.filter(|owner| !ended && text(owner, "/kind") == "DaemonSet" && text(owner, "/apiVersion") == "apps/v1") {
        let path = format!("/apis/apps/v1/namespaces/{}/daemonsets/{}", namespace(pod), text(owner, "/name"));
        match caught(kubectl.send(&Call::get(path)))? {
            Err(failure) if !(failure.is_not_found() && flag(kubectl, "force")) => return Ok(Fate::Refuse(failure.to_string())),
            Err(_) => {}
            Ok(_) if !flag(kubectl, "ignore-daemonsets") => return Ok(Fate::Refuse("DaemonSet-managed Pods (use --ignore-daemonsets to ignore)".to_owned())),
            Ok(_) => return Ok(Fate::Keep("ignoring DaemonSet-managed Pods")),
        }
    }
    if annotation(pod, "kubernetes.io/config.mirror").is_some() {
        return Ok(Fate::Skip);
    }
    if !ended && items(pod, "/spec/volumes").iter().any(|volume| volume.get("emptyDir").is_some()) {
        if !flag(kubectl, "delete-emptydir-data") {
            return Ok(Fate::Refuse("Pods with local storage (use --delete-emptydir-data to override)".to_owned()));
        }
        fate = Fate::EvictWith("deleting Pods with local storage");
    }
    if !ended && controller.is_none() {
        if !flag(kubectl, "force") {
            return Ok(Fate::Refuse("Pods that declare no controller (use --force to override)".to_owned()));
        }
        fate = Fate::EvictWith("deleting Pods that declare no controller");
    } else if !ended && matches!(fate, Fate::EvictWith(_)) {
        // The last rule that has nothing to say takes the warning of the one before it away.
        fate = Fate::Evict;
    }
    Ok(fate)
}
