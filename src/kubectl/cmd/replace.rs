//! `kubectl replace -f`: puts a whole object in the place of another.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/cmd/replace/replace.go, v1.36.
//! Simplified: nothing.

use std::time::Duration;

use super::change::{DRY_RUN, DryRun, FILES, PRINT, SAVE_CONFIG, VALIDATE, save_configuration};
use super::delete::{self, told_propagation};
use super::raw;
use crate::builder::{Builder, Info};
use crate::client::Write;
use crate::command::Command;
use crate::failure::{Outcome, all_of, caught, fail, usage};
use crate::flags::{Flag, Takes};
use crate::kubectl::Kubectl;
use crate::unstructured::{set, text};

pub const COMMAND: Command = Command::new("replace", &[OWN, PRINT, FILES, DRY_RUN, VALIDATE, SAVE_CONFIG], run);

const OWN: &[Flag] = &[
    Flag::bool("force"),
    Flag::new("grace-period", Takes::Int, "-1"),
    Flag::new("cascade", Takes::Optional("background"), "background"),
    Flag::new("timeout", Takes::Duration, "0s"),
    Flag::bool("wait"),
    Flag::text("raw"),
    Flag::text("subresource"),
    Flag::new("field-manager", Takes::Text, "kubectl-replace"),
];

fn run(kubectl: &mut Kubectl<'_, '_>) -> Outcome<()> {
    let dry_run = kubectl.dry_run()?;
    let validation = kubectl.validation()?;
    let propagation = told_propagation(kubectl)?;
    kubectl.require_files()?;
    if !kubectl.flags.args.is_empty() {
        return usage("kubectl replace", format!("Unexpected args: [{}]", kubectl.flags.args.join(" ")));
    }
    if kubectl.flags.bool("force") && dry_run != DryRun::None {
        return fail("--dry-run can not be used when --force is set");
    }
    if !kubectl.flags.bool("force") {
        if kubectl.flags.int("grace-period") >= 0 {
            return fail("--grace-period must have --force specified");
        }
        if kubectl.flags.duration("timeout") != 0 {
            return fail("--timeout must have --force specified");
        }
    }
    if !kubectl.flags.text("raw").is_empty() {
        raw::validate(kubectl, true)?;
        return raw::send(kubectl, "PUT");
    }
    if kubectl.flags.bool("force") {
        return replace_by_force(kubectl, validation, propagation);
    }
    let found = Builder { validates: true, ..Builder::of(kubectl, &[]) }.find(kubectl)?;
    let mut failures = found.failures;
    if found.infos.is_empty() && failures.is_empty() {
        return fail("no objects passed to replace");
    }
    for info in found.infos {
        if let Err(failure) = caught(replace(kubectl, info, dry_run, validation))? {
            failures.push(failure);
        }
    }
    all_of(failures)
}

/// Deletes what is there, waits until it is gone, and makes it anew.
fn replace_by_force(kubectl: &mut Kubectl<'_, '_>, validation: &'static str, propagation: &'static str) -> Outcome<()> {
    let infos = Builder { require_object: false, validates: true, ..Builder::of(kubectl, &[]) }.find(kubectl)?.all()?;
    let grace_period = match kubectl.flags.int("grace-period") {
        // Nobody shall lose data by an option that once meant something else.
        0 => 1,
        seconds => seconds,
    };
    let options = delete::Options { grace_period, propagation, ignore_not_found: true, dry_run: DryRun::None };
    for info in &infos {
        match caught(delete::delete(kubectl, &options, info))? {
            Err(failure) if !failure.is_not_found() => return Err(failure.when("deleting", &info.source).into()),
            _ => {}
        }
    }
    for info in &infos {
        wait_until_gone(kubectl, info)?;
    }
    if infos.is_empty() {
        return fail("no objects passed to replace");
    }
    let manager = kubectl.flags.text("field-manager").to_owned();
    let printer = kubectl.change_printer("replaced", DryRun::None)?;
    for mut info in infos {
        save_configuration(kubectl, &mut info.object);
        let write = Write { field_manager: &manager, validation, ..Write::default() };
        let object = kubectl.create(&info.mapping, &info.namespace, &info.object, &write)?;
        kubectl.print_object(&printer, &object)?;
    }
    Ok(())
}

/// Asks once a second.
fn wait_until_gone(kubectl: &mut Kubectl<'_, '_>, info: &Info) -> Outcome<()> {
    let timeout = match kubectl.flags.duration("timeout") {
        0 => Duration::from_secs(300),
        nanos => Duration::from_nanos(nanos.unsigned_abs()),
    };
    let deadline = kubectl.process.now()? + timeout;
    loop {
        match caught(kubectl.get(&info.mapping, &info.namespace, &info.name))? {
            Err(failure) if failure.is_not_found() => return Ok(()),
            Err(failure) => return Err(failure.into()),
            Ok(_) if kubectl.process.now()? >= deadline => return fail("timed out waiting for the condition"),
            Ok(_) => kubectl.process.sleep(Duration::from_secs(1))?,
        }
    }
}

fn replace(kubectl: &mut Kubectl<'_, '_>, mut info: Info, dry_run: DryRun, validation: &'static str) -> Outcome<()> {
    save_configuration(kubectl, &mut info.object);
    let printer = kubectl.change_printer("replaced", dry_run)?;
    if dry_run == DryRun::Client {
        return kubectl.print_object(&printer, &info.object);
    }
    // What is not there cannot be overtaken: then the server says what is wrong.
    if text(&info.object, "/metadata/resourceVersion").is_empty()
        && let Ok(current) = caught(kubectl.get(&info.mapping, &info.namespace, &info.name))?
    {
        set(&mut info.object, "/metadata/resourceVersion", text(&current, "/metadata/resourceVersion").into());
    }
    let (manager, subresource) = (kubectl.flags.text("field-manager").to_owned(), kubectl.flags.text("subresource").to_owned());
    let write = Write { dry_run: dry_run == DryRun::Server, field_manager: &manager, validation, subresource: &subresource };
    match caught(kubectl.replace(&info.mapping, &info.namespace, &info.name, &info.object, &write))? {
        Ok(object) => kubectl.print_object(&printer, &object),
        Err(failure) => Err(failure.when("replacing", &info.source).into()),
    }
}
