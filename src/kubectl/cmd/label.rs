//! `kubectl label pod web tier=front old-`.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/cmd/label/label.go, v1.36.
//! Simplified: nothing.

use podarium_api::name_rules::label_value;
use serde_json::Value;

use super::change::{ALL, ALL_NAMESPACES, DRY_RUN, DryRun, FIELD_SELECTOR, FILES, PRINT, RECORD, SELECTOR};
use super::metadata::{Changes, OWN, Pair, at_version, changed, complete, find};
use crate::builder::Info;
use crate::command::Command;
use crate::failure::{Failure, Outcome, all_of, caught};
use crate::flags::{Flag, Takes};
use crate::kubectl::Kubectl;
use crate::unstructured::strings;

pub const COMMAND: Command =
    Command::new("label", &[OWN, MANAGER, PRINT, FILES, DRY_RUN, SELECTOR, FIELD_SELECTOR, ALL, ALL_NAMESPACES, RECORD], run);

const MANAGER: &[Flag] = &[Flag::new("field-manager", Takes::Text, "kubectl-label")];

fn run(kubectl: &mut Kubectl<'_, '_>) -> Outcome<()> {
    let dry_run = kubectl.dry_run()?;
    let changes = complete(kubectl, "label", parse)?;
    let found = find(kubectl, &changes)?;
    let mut failures = found.failures;
    for info in found.infos {
        if let Err(failure) = caught(label(kubectl, info, &changes, dry_run, found.single))? {
            failures.push(failure);
        }
    }
    all_of(failures)
}

fn parse(pair: &str) -> Result<Pair, String> {
    if let Some(key) = pair.strip_suffix('-').filter(|_| !pair.contains('=')) {
        return Ok(Pair::Remove(key.to_owned()));
    }
    let parts: Vec<&str> = pair.split('=').collect();
    let [key, value] = parts[..] else { return Err(format!("invalid label spec: {pair}")) };
    let errors = label_value(value);
    if !errors.is_empty() {
        return Err(format!("invalid label value: {pair:?}: {}", errors.join(";")));
    }
    Ok(Pair::Set(key.to_owned(), value.to_owned()))
}

fn label(kubectl: &mut Kubectl<'_, '_>, mut info: Info, changes: &Changes, dry_run: DryRun, single: bool) -> Outcome<()> {
    let labels = strings(&info.object, "/metadata/labels");
    let writes = dry_run != DryRun::Client && !changes.list;
    for key in changes.remove.iter().filter(|key| writes && !labels.contains_key(*key)) {
        kubectl.print(&format!("label {key:?} not found.\n"))?;
    }
    if !changes.overwrite {
        let taken = changes.set.iter().filter_map(|(key, value)| {
            let has = labels.get(key).filter(|has| *has != value)?;
            Some(Failure::Message(format!("'{key}' already has a value ({has}), and --overwrite is false")))
        });
        all_of(taken.collect())?;
    }
    let (mut wanted, added, removed) = changed(&info.object, "labels", changes);
    wanted = at_version(kubectl, wanted);
    if changes.list {
        return list(kubectl, &info, &wanted, single);
    }
    kubectl.record(&mut wanted);
    if writes && !(added.is_empty() && removed.is_empty()) {
        let manager = kubectl.flags.text("field-manager").to_owned();
        kubectl.send_merge(&info, &wanted, dry_run, &manager)?;
    }
    info.object = wanted;
    let done = match (added.is_empty(), removed.is_empty()) {
        (false, false) => "modified",
        (false, true) => "labeled",
        (true, false) => "unlabeled",
        (true, true) => "not labeled",
    };
    let printer = kubectl.change_printer(done, dry_run)?;
    kubectl.print_object(&printer, &info.object)
}

fn list(kubectl: &mut Kubectl<'_, '_>, info: &Info, object: &Value, single: bool) -> Outcome<()> {
    let indent = if single { "" } else { " " };
    let mut out = String::new();
    if !single {
        out.push_str(&format!("Listing labels for {}.{}/{}:\n", info.mapping.kind, info.mapping.group, info.name));
    }
    for (key, value) in strings(object, "/metadata/labels") {
        out.push_str(&format!("{indent}{key}={value}\n"));
    }
    kubectl.print(&out)
}
