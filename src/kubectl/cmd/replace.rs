//! `kubectl replace -f`: puts a whole object in the place of another.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/cmd/replace/replace.go, v1.36.
//! Simplified: `--force` and `--raw` are refused.

use super::change::{DRY_RUN, DryRun, FILES, PRINT, SAVE_CONFIG, VALIDATE, save_configuration};
use crate::builder::{Builder, Info};
use crate::client::Write;
use crate::command::Command;
use crate::failure::{Outcome, all_of, caught, fail, not_simulated, usage};
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
    kubectl.require_files()?;
    if !kubectl.flags.args.is_empty() {
        return usage("kubectl replace", format!("Unexpected args: [{}]", kubectl.flags.args.join(" ")));
    }
    for flag in ["force", "raw", "subresource"] {
        if kubectl.flags.is_set(flag) {
            return not_simulated(format!("kubectl replace --{flag}"));
        }
    }
    let found = Builder::of(kubectl, &[]).find(kubectl)?;
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

fn replace(kubectl: &mut Kubectl<'_, '_>, mut info: Info, dry_run: DryRun, validation: &'static str) -> Outcome<()> {
    save_configuration(kubectl, &mut info.object);
    let printer = kubectl.change_printer("replaced", dry_run)?;
    if dry_run == DryRun::Client {
        return kubectl.print_object(&printer, &info.object);
    }
    if text(&info.object, "/metadata/resourceVersion").is_empty() {
        match caught(kubectl.get(&info.mapping, &info.namespace, &info.name))? {
            Ok(current) => set(&mut info.object, "/metadata/resourceVersion", text(&current, "/metadata/resourceVersion").into()),
            Err(failure) => return Err(failure.when("replacing", &info.source).into()),
        }
    }
    let manager = kubectl.flags.text("field-manager").to_owned();
    let write = Write { dry_run: dry_run == DryRun::Server, field_manager: &manager, validation, ..Write::default() };
    match caught(kubectl.replace(&info.mapping, &info.namespace, &info.name, &info.object, &write))? {
        Ok(object) => kubectl.print_object(&printer, &object),
        Err(failure) => Err(failure.when("replacing", &info.source).into()),
    }
}
