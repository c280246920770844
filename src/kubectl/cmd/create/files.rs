//! `kubectl create -f`.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/cmd/create/create.go, v1.36.
//! Simplified: nothing.

use crate::builder::{Builder, Info};
use crate::client::Write;
use crate::cmd::change::{DRY_RUN, DryRun, FILES, PRINT, RECORD, SAVE_CONFIG, SELECTOR, VALIDATE, save_configuration};
use crate::cmd::raw;
use crate::command::Command;
use crate::edit::{Mode, edit};
use crate::failure::{Outcome, all_of, caught, fail, usage};
use crate::flags::{Flag, Takes};
use crate::kubectl::Kubectl;
use crate::printers::format::Printer;

pub const COMMAND: Command = Command { children: super::CHILDREN, ..Command::new("create", &[OWN, PRINT, FILES, DRY_RUN, SELECTOR, VALIDATE, SAVE_CONFIG, RECORD], run) };

const OWN: &[Flag] =
    &[Flag::bool("edit"), Flag::bool("windows-line-endings"), Flag::text("raw"), Flag::new("field-manager", Takes::Text, "kubectl-create")];

fn run(kubectl: &mut Kubectl<'_, '_>) -> Outcome<()> {
    if !kubectl.flags.args.is_empty() {
        return usage("kubectl create", format!("Unexpected args: [{}]", kubectl.flags.args.join(" ")));
    }
    let dry_run = kubectl.dry_run()?;
    let validation = kubectl.validation()?;
    let printer = kubectl.change_printer("created", dry_run)?;
    kubectl.require_files()?;
    if !kubectl.flags.text("raw").is_empty() {
        if kubectl.flags.bool("edit") {
            return fail("--raw and --edit are mutually exclusive");
        }
        raw::validate(kubectl, true)?;
        return raw::send(kubectl, "POST");
    }
    if kubectl.flags.bool("edit") {
        return edit(kubectl, Mode::Create);
    }
    let found = Builder { validates: true, ..Builder::of(kubectl, &[]) }.find(kubectl)?;
    let mut failures = found.failures;
    let mut count = 0;
    for info in found.infos {
        match caught(create(kubectl, info, dry_run, validation, &printer))? {
            Ok(()) => count += 1,
            Err(failure) => failures.push(failure),
        }
    }
    all_of(failures)?;
    if count == 0 { fail("no objects passed to create") } else { Ok(()) }
}

fn create(kubectl: &mut Kubectl<'_, '_>, mut info: Info, dry_run: DryRun, validation: &'static str, printer: &Printer) -> Outcome<()> {
    save_configuration(kubectl, &mut info.object);
    kubectl.record(&mut info.object);
    if dry_run != DryRun::Client {
        let manager = kubectl.flags.text("field-manager").to_owned();
        let write = Write { dry_run: dry_run == DryRun::Server, field_manager: &manager, validation, ..Write::default() };
        match caught(kubectl.create(&info.mapping, &info.namespace, &info.object, &write))? {
            Ok(object) => info.object = object,
            Err(failure) => return Err(failure.when("creating", &info.source).into()),
        }
    }
    kubectl.print_object(printer, &info.object)
}
