//! `kubectl apply`: makes what there is like the file, leaving alone what others have changed.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/cmd/apply/{apply,patcher}.go, v1.36.
//! Simplified: nothing.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value, json};

use super::last_applied::{EDIT, SET, VIEW};
use super::apply_set::{self, ApplySet};
use super::{prune, server_side};
use crate::apply::{merge, three_way};
use crate::builder::{Builder, Found, Info};
use crate::client::Write;
use crate::cmd::change::{ALL, DRY_RUN, DryRun, FILES, LAST_APPLIED, PRINT, RECORD, SELECTOR, VALIDATE, annotate_configuration};
use crate::cmd::delete::{propagation, told_propagation};
use crate::cmd::wait::{WaitFor, until_gone};
use crate::command::Command;
use crate::failure::{Outcome, all_of, caught, fail, usage};
use crate::flags::{Flag, Takes};
use crate::kubectl::Kubectl;
use crate::printers::json as json_printer;
use crate::unstructured::{annotation, name, remove, text};

pub const COMMAND: Command = Command {
    children: &[&VIEW, &SET, &EDIT],
    ..Command::new("apply", &[OWN, PRINT, FILES, DRY_RUN, SELECTOR, ALL, VALIDATE, RECORD], run)
};

const OWN: &[Flag] = &[
    Flag::new("cascade", Takes::Optional("background"), "background"),
    Flag::new("field-manager", Takes::Text, "kubectl-client-side-apply"),
    Flag::bool("force"),
    Flag::bool("force-conflicts"),
    Flag::new("grace-period", Takes::Int, "-1"),
    Flag::new("openapi-patch", Takes::Bool, "true"),
    Flag::new("overwrite", Takes::Bool, "true"),
    Flag::bool("prune"),
    Flag::text("applyset").gated(apply_set::GATE),
    Flag::new("prune-allowlist", Takes::Repeated, ""),
    Flag::bool("server-side"),
    Flag::text("subresource"),
    Flag::new("timeout", Takes::Duration, "0s"),
    Flag::bool("wait"),
];

/// How often a patch is tried again when somebody else was faster.
const TRIES: u32 = 5;

/// What the objects of one command share.
pub(super) struct Applying {
    pub dry_run: DryRun,
    pub validation: &'static str,
    pub manager: String,
    /// The uids of all that was applied.
    pub visited: BTreeSet<String>,
    pub namespaces: BTreeSet<String>,
    /// Objects that are shown at the end, with `-o yaml` and the like.
    shown: Vec<Value>,
}

fn run(kubectl: &mut Kubectl<'_, '_>) -> Outcome<()> {
    if !kubectl.flags.args.is_empty() {
        return usage("kubectl apply", format!("Unexpected args: [{}]", kubectl.flags.args.join(" ")));
    }
    let dry_run = kubectl.dry_run()?;
    told_propagation(kubectl)?;
    kubectl.require_files()?;
    let validation = kubectl.validation()?;
    let mut apply_set = ApplySet::given(kubectl)?;
    let pruned = prune::resources(kubectl)?;
    validate(kubectl, dry_run, apply_set.as_ref())?;
    let server_side = kubectl.flags.bool("server-side");
    let manager = if server_side && !kubectl.flags.is_set("field-manager") { server_side::MANAGER } else { kubectl.flags.text("field-manager") };
    let mut applying =
        Applying { dry_run, validation, manager: manager.to_owned(), visited: BTreeSet::new(), namespaces: BTreeSet::new(), shown: Vec::new() };
    let connection = kubectl.connection()?;
    if connection.enforce_namespace {
        applying.namespaces.insert(connection.namespace);
    }
    let builder = Builder { all: false, validates: true, ..Builder::of(kubectl, &[]) };
    let mut found = builder.find(kubectl)?;
    if let Some(set) = &apply_set
        && let Err(failure) = caught(set.label(&mut found.infos))?
    {
        found = Found { failures: vec![failure], ..Found::default() };
    }
    let mut failures = found.failures;
    if found.infos.is_empty() && failures.is_empty() {
        return fail("no objects passed to apply");
    }
    if let Some(set) = &mut apply_set {
        set.begin(kubectl, &found.infos, &applying)?;
    }
    for info in found.infos {
        if let Err(failure) = caught(apply_one(kubectl, info, &mut applying))? {
            failures.push(failure);
        }
    }
    all_of(failures)?;
    show(kubectl, &mut applying)?;
    match &apply_set {
        _ if !kubectl.flags.bool("prune") => Ok(()),
        Some(set) => set.prune(kubectl, &applying),
        None => prune::prune(kubectl, &applying, &pruned),
    }
}

fn validate(kubectl: &mut Kubectl<'_, '_>, dry_run: DryRun, set: Option<&ApplySet>) -> Outcome<()> {
    let flags = kubectl.flags.clone();
    let (server_side, force, selector) = (flags.bool("server-side"), flags.bool("force"), !flags.text("selector").is_empty());
    let (all, prune) = (flags.bool("all"), flags.bool("prune"));
    let refuse = |refused: &[(bool, &str)]| match refused.iter().find(|(wrong, _)| *wrong) {
        Some((_, why)) => fail(*why),
        None => Ok(()),
    };
    refuse(&[
        (flags.bool("force-conflicts") && !server_side, "--force-conflicts only works with --server-side"),
        (dry_run == DryRun::Client && server_side, "--dry-run=client doesn't work with --server-side (did you mean --dry-run=server instead?)"),
        (server_side && force, "--force cannot be used with --server-side"),
        (dry_run == DryRun::Server && force, "--dry-run=server cannot be used with --force"),
        (all && selector, "cannot set --all and --selector at the same time"),
        (set.is_some() && !prune, "--applyset requires --prune"),
    ])?;
    if let Some(set) = set {
        set.validate(kubectl)?;
    }
    refuse(&[
        (prune && force, "--force cannot be used with --prune"),
        (set.is_some() && all, "--all is incompatible with --applyset"),
        (set.is_some() && selector, "--selector is incompatible with --applyset"),
        (set.is_some() && flags.is_set("prune-allowlist"), "--prune-allowlist is incompatible with --applyset"),
        (
            prune && set.is_none() && !all && !selector,
            "all resources selected for prune without explicitly passing --all. To prune all resources, pass the --all flag. If you did not mean to prune all resources, specify a label selector",
        ),
        (prune && set.is_none() && server_side, "--prune is in alpha and doesn't currently work on objects created by server-side apply"),
        (!flags.text("subresource").is_empty() && !server_side, "--subresource can only be specified for --server-side"),
    ])
}

impl Applying {
    pub(super) fn write(&self) -> Write<'_> {
        Write { dry_run: self.dry_run == DryRun::Server, field_manager: &self.manager, validation: self.validation, ..Write::default() }
    }

    /// Says what was done, or keeps the object to show it at the end.
    pub(super) fn done(&mut self, kubectl: &mut Kubectl<'_, '_>, operation: &str, object: Value) -> Outcome<()> {
        let uid = text(&object, "/metadata/uid");
        if !uid.is_empty() {
            self.visited.insert(uid.to_owned());
        }
        if !matches!(kubectl.flags.text("output"), "" | "name") {
            self.shown.push(object);
            return Ok(());
        }
        let printer = kubectl.change_printer(operation, self.dry_run)?;
        kubectl.print_object(&printer, &object)
    }
}

/// `-o yaml`: one object as it is, several as a list.
fn show(kubectl: &mut Kubectl<'_, '_>, applying: &mut Applying) -> Outcome<()> {
    let mut shown = std::mem::take(&mut applying.shown);
    let object = match shown.len() {
        0 => return Ok(()),
        1 => shown.remove(0),
        _ => json!({"apiVersion": "v1", "kind": "List", "metadata": {}, "items": shown}),
    };
    let printer = kubectl.change_printer("", applying.dry_run)?;
    kubectl.print_object(&printer, &object)
}

fn apply_one(kubectl: &mut Kubectl<'_, '_>, mut info: Info, applying: &mut Applying) -> Outcome<()> {
    kubectl.record(&mut info.object);
    if info.mapping.namespaced {
        applying.namespaces.insert(info.namespace.clone());
    }
    if info.name.is_empty() {
        let generated = text(&info.object, "/metadata/generateName");
        if !generated.is_empty() {
            return fail(format!("from {generated}: cannot use generate name with apply"));
        }
    }
    if kubectl.flags.bool("server-side") {
        return server_side::apply(kubectl, &info, applying);
    }
    let dry_run = applying.dry_run;
    let mut modified = info.object.clone();
    annotate_configuration(&mut modified);
    let current = match caught(kubectl.get(&info.mapping, &info.namespace, &info.name))? {
        Ok(current) => current,
        Err(failure) if failure.is_not_found() => {
            info.object = merge(&Value::Null, &modified, &Value::Null);
            if dry_run != DryRun::Client {
                info.object = match caught(kubectl.create(&info.mapping, &info.namespace, &info.object, &applying.write()))? {
                    Ok(object) => object,
                    Err(failure) => return Err(failure.when("creating", &info.source).into()),
                };
            }
            return applying.done(kubectl, "created", info.object);
        }
        Err(failure) => return Err(failure.when(&format!("retrieving current configuration of:\n{}\nfrom server for:", describe(&info)), &info.source).into()),
    };
    if annotation(&current, LAST_APPLIED).is_none() {
        kubectl.eprint(&format!(
            "Warning: resource {} is missing the {LAST_APPLIED} annotation which is required by kubectl apply. kubectl apply should only be used on resources created declaratively by either kubectl create --save-config or kubectl apply. The missing annotation will be patched automatically.\n",
            info.object_name()
        ))?;
    }
    let (patch, object) = patched(kubectl, &info, &modified, current, applying)?;
    warn_if_deleting(kubectl, &object)?;
    let operation = if patch == json!({}) { "unchanged" } else { "configured" };
    applying.done(kubectl, operation, object)
}

pub fn warn_if_deleting(kubectl: &mut Kubectl<'_, '_>, object: &Value) -> Outcome<()> {
    if text(object, "/metadata/deletionTimestamp").is_empty() {
        return Ok(());
    }
    kubectl.eprint(&format!("Warning: Detected changes to resource {} which is currently being deleted.\n", name(object)))
}

/// Sends the patch, again with what there is by then if somebody else was faster.
fn patched(kubectl: &mut Kubectl<'_, '_>, info: &Info, modified: &Value, mut current: Value, applying: &Applying) -> Outcome<(Value, Value)> {
    let mut tries = 0;
    loop {
        let original: Value = annotation(&current, LAST_APPLIED).and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
        let (kind, patch) = three_way(&info.mapping, &original, modified, &current);
        if patch == json!({}) {
            return Ok((patch, current));
        }
        if applying.dry_run == DryRun::Client {
            return Ok((patch, merge(&original, modified, &current)));
        }
        match caught(kubectl.patch(&info.mapping, &info.namespace, &info.name, (kind, &patch), &applying.write()))? {
            Ok(object) => return Ok((patch, object)),
            Err(failure) if failure.is_conflict() && tries < TRIES => {
                tries += 1;
                if tries > 1 {
                    kubectl.process.sleep(Duration::from_secs(1))?;
                }
                current = kubectl.get(&info.mapping, &info.namespace, &info.name)?;
            }
            Err(failure) if kubectl.flags.bool("force") && matches!(failure.reason(), "Conflict" | "Invalid") => {
                return Ok((patch, recreated(kubectl, info, modified, &current, applying)?));
            }
            Err(failure) => {
                let failure = failure.when("patching", &info.source);
                return Err(failure.when(&format!("applying patch:\n{}\nto:\n{}\nfor:", json_printer::compact(&patch), describe(info)), &info.source).into());
            }
        }
    }
}

/// `--force`: what cannot be patched is deleted and made anew; if that fails, as it was.
fn recreated(kubectl: &mut Kubectl<'_, '_>, info: &Info, modified: &Value, current: &Value, applying: &Applying) -> Outcome<Value> {
    let options = delete_options(kubectl)?;
    let answer = kubectl.delete(&info.mapping, &info.namespace, &info.name, &options)?;
    let uid = text(&answer, if text(&answer, "/kind") == "Status" { "/details/uid" } else { "/metadata/uid" }).to_owned();
    let timeout = match kubectl.flags.duration("timeout") {
        0 => 168 * 3600 * 1_000_000_000,
        nanos => nanos,
    };
    until_gone(kubectl, vec![WaitFor { info: info.clone(), uid }], timeout)?;
    match caught(kubectl.create(&info.mapping, &info.namespace, modified, &applying.write()))? {
        Ok(object) => Ok(object),
        Err(failure) => {
            let mut before = current.clone();
            remove(&mut before, "/metadata/resourceVersion");
            match caught(kubectl.create(&info.mapping, &info.namespace, &before, &applying.write()))? {
                Ok(_) => Err(failure.into()),
                Err(second) => fail(format!("An error occurred force-replacing the existing object with the newly provided one:\n\n{failure}.\n\nAdditionally, an error occurred attempting to restore the original object:\n\n{second}")),
            }
        }
    }
}

/// The options with which apply deletes.
pub(super) fn delete_options(kubectl: &Kubectl<'_, '_>) -> Outcome<Value> {
    let mut options = json!({"kind": "DeleteOptions", "apiVersion": "v1", "propagationPolicy": propagation(kubectl)?});
    let grace_period = kubectl.flags.int("grace-period");
    if grace_period >= 0 {
        options["gracePeriodSeconds"] = grace_period.into();
    }
    Ok(options)
}

/// How error messages show what was being applied.
pub(super) fn describe(info: &Info) -> String {
    let kind = format!("{}, Kind={}", info.mapping.api_version(), info.mapping.kind);
    let resource = format!("{}, Resource={}", info.mapping.api_version(), info.mapping.resource);
    format!("Resource: {resource:?}, GroupVersionKind: {kind:?}\nName: {:?}, Namespace: {:?}", info.name, info.namespace)
}
