//! `kubectl apply view-last-applied`, `set-last-applied` and `edit-last-applied`: the annotation by which client-side apply remembers what
//! was applied the last time.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/cmd/apply/{apply_view_last_applied,apply_set_last_applied}.go, v1.36.
//! Simplified: nothing.

use serde_json::{Value, json};

use super::command::describe;
use crate::builder::{Builder, Info};
use crate::client::{PatchType, Write};
use crate::cmd::change::{ALL, DRY_RUN, DryRun, FILES, LAST_APPLIED, PRINT, SELECTOR, VALIDATE};
use crate::command::Command;
use crate::edit::{Mode, edit};
use crate::failure::{Outcome, caught, fail, usage};
use crate::flags::{Flag, Takes};
use crate::kubectl::Kubectl;
use crate::printers::{json as json_printer, yaml};
use crate::unstructured::annotation;

pub const VIEW: Command = Command::new("view-last-applied", &[&[Flag::new("output", Takes::Text, "yaml").short('o')], FILES, SELECTOR, ALL], view_last_applied);
pub const SET: Command = Command::new("set-last-applied", &[&[Flag::bool("create-annotation")], PRINT, FILES, DRY_RUN], set_last_applied);

pub const EDIT: Command = Command::new("edit-last-applied", &[EDIT_OWN, PRINT, FILES, VALIDATE], |kubectl| edit(kubectl, Mode::LastApplied));

const EDIT_OWN: &[Flag] = &[Flag::bool("windows-line-endings"), Flag::new("field-manager", Takes::Text, "kubectl-client-side-apply")];

fn view_last_applied(kubectl: &mut Kubectl<'_, '_>) -> Outcome<()> {
    let builder = Builder { latest: true, ..Builder::of(kubectl, &kubectl.flags.args) };
    let output = kubectl.flags.text("output").to_owned();
    if output != "yaml" && output != "json" {
        return usage("kubectl apply view-last-applied", format!("Unexpected -o output mode: {output}, the flag 'output' must be one of yaml|json"));
    }
    let infos = builder.find(kubectl)?.all()?;
    let mut all = Vec::new();
    for info in infos {
        match annotation(&info.object, LAST_APPLIED) {
            Some(last) => all.push(last.to_owned()),
            // Of an object that no file names, nothing is said.
            None if info.source.is_empty() => {}
            None => return fail(format!("error when no last-applied-configuration annotation found on resource: {}\n {:?}: <nil>", info.name, info.source)),
        }
    }
    for last in all {
        let value: Value = serde_json::from_str(&last).or_else(|error| fail(error.to_string()))?;
        let text = if output == "yaml" { yaml::document(&value) } else { half_indented(&json_printer::pretty(&value)) };
        kubectl.print(&text)?;
    }
    Ok(())
}

/// This one command indents by two.
fn half_indented(text: &str) -> String {
    let line = |line: &str| {
        let bare = line.trim_start();
        format!("{}{bare}\n", " ".repeat((line.len() - bare.len()) / 2))
    };
    text.lines().map(line).collect()
}

fn set_last_applied(kubectl: &mut Kubectl<'_, '_>) -> Outcome<()> {
    let dry_run = kubectl.dry_run()?;
    let infos = Builder::of(kubectl, &[]).find(kubectl)?.all()?;
    let mut changes = Vec::new();
    for info in infos {
        changes.extend(change(kubectl, info)?);
    }
    let printer = kubectl.change_printer("configured", dry_run)?;
    for (info, patch) in changes {
        let object = if dry_run == DryRun::Client {
            info.object
        } else {
            let write = Write { dry_run: dry_run == DryRun::Server, ..Write::default() };
            kubectl.patch(&info.mapping, &info.namespace, &info.name, (PatchType::Merge, &patch), &write)?
        };
        kubectl.print_object(&printer, &object)?;
    }
    Ok(())
}

/// The live object with the patch of its annotation; nothing if the annotation is as it shall be.
fn change(kubectl: &mut Kubectl<'_, '_>, mut info: Info) -> Outcome<Option<(Info, Value)>> {
    let wanted = format!("{}\n", json_printer::compact(&info.object));
    let live = match caught(kubectl.get(&info.mapping, &info.namespace, &info.name))? {
        Ok(live) => live,
        Err(failure) if failure.is_not_found() => return Err(failure.into()),
        Err(failure) => return Err(failure.when(&format!("retrieving current configuration of:\n{}\nfrom server for:", describe(&info)), &info.source).into()),
    };
    match annotation(&live, LAST_APPLIED) {
        None if !kubectl.flags.bool("create-annotation") => fail(format!(
            "no last-applied-configuration annotation found on resource: {}, to create the annotation, run the command with --create-annotation",
            info.name
        )),
        Some(there) if there.trim_end() == wanted.trim_end() => {
            kubectl.print(&format!("set-last-applied {}: no changes required.\n", info.name))?;
            Ok(None)
        }
        _ => {
            info.object = live;
            Ok(Some((info, json!({"metadata": {"annotations": {LAST_APPLIED: wanted}}}))))
        }
    }
}
