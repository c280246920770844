//! `kubectl apply`: makes what there is like the file, leaving alone what others have changed.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/cmd/apply/{apply,patcher}.go, v1.36.
//! Simplified: server-side apply, pruning and kustomize are refused.

use std::time::Duration;

use serde_json::{Value, json};

use super::change::{ALL, DRY_RUN, DryRun, FILES, LAST_APPLIED, PRINT, SELECTOR, VALIDATE, annotate_configuration};
use crate::apply::{merge, three_way};
use crate::builder::{Builder, Info};
use crate::client::Write;
use crate::command::Command;
use crate::failure::{Failure, Outcome, all_of, caught, fail, not_simulated, usage};
use crate::flags::{Flag, Takes};
use crate::kubectl::Kubectl;
use crate::printers::{json as json_printer, yaml};
use crate::unstructured::{annotation, name, text};

pub const COMMAND: Command = Command { children: &[&VIEW_LAST_APPLIED], ..Command::new("apply", &[OWN, PRINT, FILES, DRY_RUN, SELECTOR, ALL, VALIDATE], run) };

pub const VIEW_LAST_APPLIED: Command = Command::new("view-last-applied", &[&[Flag::new("output", Takes::Text, "yaml").short('o')], FILES, SELECTOR, ALL], view_last_applied);

const OWN: &[Flag] = &[
    Flag::new("cascade", Takes::Optional("background"), "background"),
    Flag::new("field-manager", Takes::Text, "kubectl-client-side-apply"),
    Flag::bool("force"),
    Flag::bool("force-conflicts"),
    Flag::new("grace-period", Takes::Int, "-1"),
    Flag::new("openapi-patch", Takes::Bool, "true"),
    Flag::new("overwrite", Takes::Bool, "true"),
    Flag::bool("prune"),
    Flag::new("prune-allowlist", Takes::Repeated, ""),
    Flag::bool("server-side"),
    Flag::text("subresource"),
    Flag::new("timeout", Takes::Duration, "0s"),
    Flag::bool("wait"),
];

/// How often a patch is tried again when somebody else was faster.
const TRIES: u32 = 5;

fn run(kubectl: &mut Kubectl<'_, '_>) -> Outcome<()> {
    if !kubectl.flags.args.is_empty() {
        return usage("kubectl apply", format!("Unexpected args: [{}]", kubectl.flags.args.join(" ")));
    }
    let dry_run = kubectl.dry_run()?;
    kubectl.require_files()?;
    let validation = kubectl.validation()?;
    let flags = &kubectl.flags;
    if flags.bool("force-conflicts") && !flags.bool("server-side") {
        return fail("--force-conflicts only works with --server-side");
    }
    if dry_run == DryRun::Client && flags.bool("server-side") {
        return fail("--dry-run=client doesn't work with --server-side (did you mean --dry-run=server instead?)");
    }
    for flag in ["server-side", "prune", "force"] {
        if flags.bool(flag) {
            return not_simulated(format!("kubectl apply --{flag}"));
        }
    }
    if flags.bool("all") && !flags.text("selector").is_empty() {
        return fail("cannot set --all and --selector at the same time");
    }
    if !flags.text("subresource").is_empty() {
        return fail("--subresource can only be specified for --server-side");
    }
    let builder = Builder { all: false, ..Builder::of(kubectl, &[]) };
    let found = builder.find(kubectl)?;
    let mut failures = found.failures;
    if found.infos.is_empty() && failures.is_empty() {
        return fail("no objects passed to apply");
    }
    for info in found.infos {
        if let Err(failure) = caught(apply_one(kubectl, info, dry_run, validation))? {
            failures.push(failure);
        }
    }
    all_of(failures)
}

fn apply_one(kubectl: &mut Kubectl<'_, '_>, mut info: Info, dry_run: DryRun, validation: &'static str) -> Outcome<()> {
    if info.name.is_empty() {
        let generated = text(&info.object, "/metadata/generateName");
        if !generated.is_empty() {
            return fail(format!("from {generated}: cannot use generate name with apply"));
        }
    }
    let manager = kubectl.flags.text("field-manager").to_owned();
    let write = Write { dry_run: dry_run == DryRun::Server, field_manager: &manager, validation, ..Write::default() };
    let mut modified = info.object.clone();
    annotate_configuration(&mut modified);
    let current = match caught(kubectl.get(&info.mapping, &info.namespace, &info.name))? {
        Ok(current) => current,
        Err(failure) if failure.is_not_found() => {
            info.object = merge(&Value::Null, &modified, &Value::Null);
            if dry_run != DryRun::Client {
                info.object = match caught(kubectl.create(&info.mapping, &info.namespace, &info.object, &write))? {
                    Ok(object) => object,
                    Err(failure) => return Err(failure.when("creating", &info.source).into()),
                };
            }
            return print(kubectl, "created", dry_run, &info.object);
        }
        Err(failure) => return Err(failure.when(&format!("retrieving current configuration of:\n{}\nfrom server for:", describe(&info)), &info.source).into()),
    };
    if annotation(&current, LAST_APPLIED).is_none() {
        kubectl.eprint(&format!(
            "Warning: resource {} is missing the {LAST_APPLIED} annotation which is required by kubectl apply. kubectl apply should only be used on resources created declaratively by either kubectl create --save-config or kubectl apply. The missing annotation will be patched automatically.\n",
            info.object_name()
        ))?;
    }
    let (patch, object) = patched(kubectl, &info, &modified, current, dry_run, &write)?;
    if !text(&object, "/metadata/deletionTimestamp").is_empty() {
        kubectl.eprint(&format!("Warning: Detected changes to resource {} which is currently being deleted.\n", name(&object)))?;
    }
    let operation = if patch == json!({}) { "unchanged" } else { "configured" };
    print(kubectl, operation, dry_run, &object)
}

/// Sends the patch, again with what there is by then if somebody else was faster.
fn patched(kubectl: &mut Kubectl<'_, '_>, info: &Info, modified: &Value, mut current: Value, dry_run: DryRun, write: &Write<'_>) -> Outcome<(Value, Value)> {
    let mut tries = 0;
    loop {
        let original: Value = annotation(&current, LAST_APPLIED).and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
        let (kind, patch) = three_way(&info.mapping, &original, modified, &current);
        if patch == json!({}) {
            return Ok((patch, current));
        }
        if dry_run == DryRun::Client {
            return Ok((patch, merge(&original, modified, &current)));
        }
        match caught(kubectl.patch(&info.mapping, &info.namespace, &info.name, (kind, &patch), write))? {
            Ok(object) => return Ok((patch, object)),
            Err(failure) if failure.is_conflict() && tries < TRIES => {
                tries += 1;
                if tries > 1 {
                    kubectl.process.sleep(Duration::from_secs(1))?;
                }
                current = kubectl.get(&info.mapping, &info.namespace, &info.name)?;
            }
            Err(failure) => {
                let failure = failure.when("patching", &info.source);
                return Err(failure.when(&format!("applying patch:\n{}\nto:\n{}\nfor:", json_printer::compact(&patch), describe(info)), &info.source).into());
            }
        }
    }
}

fn print(kubectl: &mut Kubectl<'_, '_>, operation: &str, dry_run: DryRun, object: &Value) -> Outcome<()> {
    let printer = kubectl.change_printer(operation, dry_run)?;
    kubectl.print_object(&printer, object)
}

/// How error messages show what was being applied.
fn describe(info: &Info) -> String {
    let kind = format!("{}, Kind={}", info.mapping.api_version(), info.mapping.kind);
    let resource = format!("{}, Resource={}", info.mapping.api_version(), info.mapping.resource);
    format!("Resource: {resource:?}, GroupVersionKind: {kind:?}\nName: {:?}, Namespace: {:?}", info.name, info.namespace)
}

fn view_last_applied(kubectl: &mut Kubectl<'_, '_>) -> Outcome<()> {
    let builder = Builder { latest: true, ..Builder::of(kubectl, &kubectl.flags.args) };
    let output = kubectl.flags.text("output").to_owned();
    if output != "yaml" && output != "json" {
        return usage("kubectl apply view-last-applied", format!("Unexpected -o output mode: {output}, the flag 'output' must be one of yaml|json"));
    }
    let infos = builder.find(kubectl)?.all()?;
    if infos.is_empty() {
        return fail("no objects found");
    }
    for info in infos {
        let Some(last) = annotation(&info.object, LAST_APPLIED) else {
            return Err(Failure::Message(format!("no last-applied-configuration annotation found on resource: {}", info.name)).into());
        };
        let value: Value = serde_json::from_str(last).or_else(|error| fail(error.to_string()))?;
        let text = if output == "yaml" { yaml::document(&value) } else { json_printer::pretty(&value) };
        kubectl.print(&text)?;
    }
    Ok(())
}
