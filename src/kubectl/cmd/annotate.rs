//! `kubectl annotate deployment web kubernetes.io/change-cause='image 1.28'`.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/cmd/annotate/annotate.go, v1.36.
//! Simplified: nothing.

use super::change::{ALL, ALL_NAMESPACES, DRY_RUN, DryRun, FIELD_SELECTOR, FILES, PRINT, RECORD, SELECTOR};
use super::metadata::{Changes, OWN, Pair, at_version, changed, complete, find};
use crate::builder::Info;
use crate::command::Command;
use crate::failure::{Outcome, all_of, caught, fail};
use crate::flags::{Flag, Takes};
use crate::kubectl::Kubectl;
use crate::printers::format::Printer;
use crate::unstructured::strings;

pub const COMMAND: Command =
    Command::new("annotate", &[OWN, MANAGER, PRINT, FILES, DRY_RUN, SELECTOR, FIELD_SELECTOR, ALL, ALL_NAMESPACES, RECORD], run);

const MANAGER: &[Flag] = &[Flag::new("field-manager", Takes::Text, "kubectl-annotate")];

fn run(kubectl: &mut Kubectl<'_, '_>) -> Outcome<()> {
    let dry_run = kubectl.dry_run()?;
    let printer = kubectl.change_printer("annotated", dry_run)?;
    let changes = complete(kubectl, "annotation", parse)?;
    let found = find(kubectl, &changes)?;
    let mut failures = found.failures;
    for info in found.infos {
        if let Err(failure) = caught(annotate(kubectl, info, &changes, dry_run, found.single, &printer))? {
            failures.push(failure);
        }
    }
    all_of(failures)
}

fn parse(pair: &str) -> Result<Pair, String> {
    match pair.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok(Pair::Set(key.to_owned(), value.to_owned())),
        None if pair.ends_with('-') => Ok(Pair::Remove(pair.trim_end_matches('-').to_owned())),
        _ => Err(format!("invalid annotation format: {pair}")),
    }
}

fn annotate(kubectl: &mut Kubectl<'_, '_>, info: Info, changes: &Changes, dry_run: DryRun, single: bool, printer: &Printer) -> Outcome<()> {
    let annotations = strings(&info.object, "/metadata/annotations");
    if !changes.overwrite {
        // Why a revision came may be said anew each time.
        let taken = |(key, value): &(String, String)| annotations.get(key).filter(|has| *has != value && key != "kubernetes.io/change-cause").map(|has| format!("'{key}' already has a value ({has})"));
        let taken: Vec<String> = changes.set.iter().filter_map(taken).collect();
        if !taken.is_empty() {
            return fail(format!("--overwrite is false but found the following declared annotation(s): {}", taken.join("; ")));
        }
    }
    let (wanted, _, _) = changed(&info.object, "annotations", changes);
    let wanted = at_version(kubectl, wanted);
    if changes.list {
        let mut out = String::new();
        if !single {
            out.push_str(&format!("Listing annotations for {}.{}/{}:\n", info.mapping.kind, info.mapping.group, info.name));
        }
        for (key, value) in strings(&wanted, "/metadata/annotations") {
            out.push_str(&format!("{}{key}={value}\n", if single { "" } else { " " }));
        }
        return kubectl.print(&out);
    }
    let mut recorded = info.object.clone();
    kubectl.record(&mut recorded);
    let (wanted, _, _) = changed(&recorded, "annotations", changes);
    let wanted = at_version(kubectl, wanted);
    let manager = kubectl.flags.text("field-manager").to_owned();
    let object = kubectl.send_merge(&info, &wanted, dry_run, &manager)?.unwrap_or(wanted);
    kubectl.print_object(printer, &object)
}
