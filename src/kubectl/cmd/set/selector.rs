//! `kubectl set selector service/web app=web,tier=front`.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/cmd/set/set_selector.go, v1.36.
//! Simplified: nothing.

use serde_json::{Value, json};

use super::template::{LOCAL_ALONE, OWN, found};
use crate::cmd::change::{ALL, DRY_RUN, FILES, PRINT, RECORD};
use crate::command::Command;
use crate::failure::{Outcome, all_of, caught, fail};
use crate::flags::Flag;
use crate::kubectl::Kubectl;
use crate::selector;
use crate::unstructured::{set, text};

pub const COMMAND: Command = Command::new("selector", &[OWN, &[Flag::text("resource-version")], PRINT, FILES, DRY_RUN, ALL, RECORD], run);

fn run(kubectl: &mut Kubectl<'_, '_>) -> Outcome<()> {
    let dry_run = kubectl.dry_run()?;
    let printer = kubectl.change_printer("selector updated", dry_run)?;
    let args = kubectl.flags.args.clone();
    // Only the last word can be the selector.
    let Some((last, resources)) = args.split_last() else { return fail("one selector is required") };
    let selector = selector::parse(last)?;
    let labels = selector.get("matchLabels").cloned().unwrap_or_else(|| json!({}));
    let sets: Vec<String> = selector["matchExpressions"].as_array().into_iter().flatten().map(shown).collect();
    let mut failures = Vec::new();
    let found = found(kubectl, resources, Some(LOCAL_ALONE))?;
    failures.extend(found.failures);
    for info in found.infos {
        if info.mapping.kind != "Service" {
            return fail("setting a selector is only supported for Services");
        }
        if !sets.is_empty() {
            return fail(format!("match expression [{}] not supported on this object", sets.join(" ")));
        }
        let mut wanted = info.object.clone();
        set(&mut wanted, "/spec/selector", labels.clone());
        let version = kubectl.flags.text("resource-version");
        if !version.is_empty() {
            set(&mut wanted, "/metadata/resourceVersion", version.into());
        }
        kubectl.record(&mut wanted);
        let manager = kubectl.flags.text("field-manager").to_owned();
        match caught(kubectl.send_change(&info, &wanted, dry_run, &manager))? {
            Ok(object) => kubectl.print_object(&printer, &object.unwrap_or(wanted))?,
            Err(failure) => failures.push(failure),
        }
    }
    all_of(failures)
}

/// A requirement as Go prints it.
fn shown(requirement: &Value) -> String {
    let mut values: Vec<&str> = requirement["values"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    values.sort_unstable();
    format!("{{{} {} [{}]}}", text(requirement, "/key"), text(requirement, "/operator"), values.join(" "))
}
