//! `kubectl delete`: asks for objects to be deleted and waits until they are gone.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/cmd/delete/delete.go, pkg/cmd/wait/delete.go, v1.36.
//! Simplified: nothing.

use serde_json::{Value, json};

use super::change::{ALL, ALL_NAMESPACES, DRY_RUN, DryRun, FIELD_SELECTOR, FILES, SELECTOR};
use super::raw;
use super::wait::{WaitFor, until_gone};
use crate::builder::{Builder, Info};
use crate::command::Command;
use crate::failure::{Outcome, all_of, caught, fail};
use crate::flags::{Flag, Takes, parse_bool};
use crate::kubectl::Kubectl;
use crate::unstructured::text;

pub const COMMAND: Command = Command::new("delete", &[OWN, FILES, DRY_RUN, SELECTOR, FIELD_SELECTOR, ALL, ALL_NAMESPACES], run);

const OWN: &[Flag] = &[
    Flag::text("output").short('o'),
    Flag::new("cascade", Takes::Optional("background"), "background"),
    Flag::bool("force"),
    Flag::new("grace-period", Takes::Int, "-1"),
    Flag::bool("ignore-not-found"),
    Flag::bool("interactive").short('i'),
    Flag::bool("now"),
    Flag::text("raw"),
    Flag::new("timeout", Takes::Duration, "0s"),
    Flag::new("wait", Takes::Bool, "true"),
];

pub(super) struct Options {
    pub grace_period: i64,
    pub propagation: &'static str,
    pub ignore_not_found: bool,
    pub dry_run: DryRun,
}

fn run(kubectl: &mut Kubectl<'_, '_>) -> Outcome<()> {
    let options = complete(kubectl)?;
    if !kubectl.flags.text("raw").is_empty() {
        validate(kubectl, &options)?;
        if kubectl.flags.bool("interactive") {
            return fail("--interactive can not be used with --raw");
        }
        raw::validate(kubectl, false)?;
        return raw::send(kubectl, "DELETE");
    }
    let builder = Builder { require_object: false, ..Builder::of(kubectl, &kubectl.flags.args) };
    let mut found = builder.find(kubectl)?;
    validate(kubectl, &options)?;
    if options.ignore_not_found {
        found.failures.retain(|failure| !failure.is_not_found());
    }
    if kubectl.flags.bool("interactive") {
        // What is named may be there or not.
        let mut preview = builder.find(kubectl)?;
        if options.ignore_not_found {
            preview.failures.retain(|failure| !failure.is_not_found());
        }
        all_of(preview.failures)?;
        if preview.infos.is_empty() {
            return kubectl.print("No resources found\n");
        }
        if !confirmed(kubectl, &preview.infos)? {
            return kubectl.print("deletion is cancelled\n");
        }
        found.infos.retain(|info| preview.infos.iter().any(|seen| (&seen.mapping, &seen.namespace, &seen.name) == (&info.mapping, &info.namespace, &info.name)));
    }
    let mut failures = std::mem::take(&mut found.failures);
    let connection = kubectl.connection()?;
    let mut warn_cluster_scope = connection.enforce_namespace && !kubectl.flags.bool("all-namespaces");
    let mut waits: Vec<WaitFor> = Vec::new();
    let mut count = 0;
    for info in &found.infos {
        count += 1;
        if warn_cluster_scope && !info.mapping.namespaced {
            kubectl.eprint("Warning: deleting cluster-scoped resources, not scoped to the provided namespace\n")?;
            warn_cluster_scope = false;
        }
        if options.dry_run == DryRun::Client {
            say(kubectl, &options, info)?;
            continue;
        }
        match caught(delete(kubectl, &options, info))? {
            Ok(uid) => waits.push(WaitFor { info: info.clone(), uid }),
            Err(failure) if options.ignore_not_found && failure.is_not_found() => {}
            Err(failure) => failures.push(failure.when("deleting", &info.source)),
        }
    }
    all_of(failures)?;
    if count == 0 {
        return kubectl.print("No resources found\n");
    }
    if !kubectl.flags.bool("wait") || options.dry_run != DryRun::None {
        return Ok(());
    }
    let timeout = match kubectl.flags.duration("timeout") {
        0 => 168 * 3600 * 1_000_000_000,
        nanos => nanos,
    };
    until_gone(kubectl, waits, timeout)
}

/// Shows what is about to go, and asks.
fn confirmed(kubectl: &mut Kubectl<'_, '_>, infos: &[Info]) -> Outcome<bool> {
    let lines: String = infos.iter().map(|info| format!("{}\n", info.kind_and_name())).collect();
    kubectl.print(&format!("You are about to delete the following {} resource(s):\n{lines}Do you want to continue? (y/N): ", infos.len()))?;
    let answer = kubectl.process.read_line()?.unwrap_or_default();
    Ok(answer.trim().eq_ignore_ascii_case("y"))
}

/// What `--cascade` says about dependents.
pub(super) fn propagation(kubectl: &Kubectl<'_, '_>) -> Outcome<&'static str> {
    match kubectl.flags.text("cascade") {
        "orphan" => Ok("Orphan"),
        "foreground" => Ok("Foreground"),
        "background" => Ok("Background"),
        old if parse_bool(old) == Some(true) => Ok("Background"),
        old if parse_bool(old) == Some(false) => Ok("Orphan"),
        other => fail(format!("invalid cascade value ({other}). Must be \"background\", \"foreground\", or \"orphan\"")),
    }
}

/// The same, with a word on the old form.
pub(super) fn told_propagation(kubectl: &mut Kubectl<'_, '_>) -> Outcome<&'static str> {
    let given = kubectl.flags.text("cascade").to_owned();
    if let Some(old) = parse_bool(&given) {
        let instead = if old { "background" } else { "orphan" };
        kubectl.eprint(&format!("warning: --cascade={given} is deprecated (boolean value) and can be replaced with --cascade={instead}.\n"))?;
    }
    propagation(kubectl)
}

fn complete(kubectl: &mut Kubectl<'_, '_>) -> Outcome<Options> {
    let propagation = told_propagation(kubectl)?;
    let flags = &kubectl.flags;
    let selects = flags.bool("all") || !flags.text("selector").is_empty() || !flags.text("field-selector").is_empty();
    let mut grace_period = flags.int("grace-period");
    if flags.bool("now") {
        if grace_period != -1 {
            return fail("--now and --grace-period cannot be specified together");
        }
        grace_period = 1;
    }
    let force = flags.bool("force");
    if grace_period == 0 && !force {
        grace_period = 1;
    }
    if force && grace_period < 0 {
        grace_period = 0;
    }
    let ignore_not_found = if selects && !flags.is_set("ignore-not-found") { true } else { flags.bool("ignore-not-found") };
    let dry_run = kubectl.dry_run()?;
    Ok(Options { grace_period, propagation, ignore_not_found, dry_run })
}

fn validate(kubectl: &mut Kubectl<'_, '_>, options: &Options) -> Outcome<()> {
    let output = kubectl.flags.text("output");
    if !output.is_empty() && output != "name" {
        return fail(format!("unexpected -o output mode: {output}. We only support '-o name'"));
    }
    if kubectl.flags.bool("all") && !kubectl.flags.text("selector").is_empty() {
        return fail("cannot set --all and --selector at the same time");
    }
    if kubectl.flags.bool("all") && !kubectl.flags.text("field-selector").is_empty() {
        return fail("cannot set --all and --field-selector at the same time");
    }
    if kubectl.flags.bool("force") && options.grace_period == 0 {
        return kubectl.eprint("Warning: Immediate deletion does not wait for confirmation that the running resource has been terminated. The resource may continue to run on the cluster indefinitely.\n");
    }
    if kubectl.flags.bool("force") && options.grace_period > 0 {
        return fail("--force and --grace-period greater than 0 cannot be specified together");
    }
    Ok(())
}

/// Asks for the deletion. What comes back is the uid of what is on its way out.
pub(super) fn delete(kubectl: &mut Kubectl<'_, '_>, options: &Options, info: &Info) -> Result<String, crate::failure::Stop> {
    let mut body = json!({"kind": "DeleteOptions", "apiVersion": "v1", "propagationPolicy": options.propagation});
    if options.grace_period >= 0 {
        body["gracePeriodSeconds"] = options.grace_period.into();
    }
    if options.dry_run == DryRun::Server {
        body["dryRun"] = json!(["All"]);
    }
    let answer = kubectl.delete(&info.mapping, &info.namespace, &info.name, &body)?;
    say(kubectl, options, info)?;
    Ok(uid_of(&answer))
}

fn uid_of(answer: &Value) -> String {
    let field = if text(answer, "/kind") == "Status" { "/details/uid" } else { "/metadata/uid" };
    text(answer, field).to_owned()
}

/// `pod "web" deleted from shop namespace`
fn say(kubectl: &mut Kubectl<'_, '_>, options: &Options, info: &Info) -> Outcome<()> {
    let kind = info.mapping.kind_name();
    if kubectl.flags.text("output") == "name" {
        return kubectl.print(&format!("{kind}/{}\n", info.name));
    }
    let done = if options.grace_period == 0 { "force deleted" } else { "deleted" };
    let from = if info.mapping.namespaced { format!(" from {} namespace", info.namespace) } else { String::new() };
    kubectl.print(&format!("{kind} {:?} {done}{from}{}\n", info.name, options.dry_run.suffix()))
}

