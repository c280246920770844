//! `kubectl set selector service/web app=web,tier=front`.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/cmd/set/set_selector.go, v1.36.
//! Simplified: selectors of sets (`app in (a)`) are taken for names of objects.

use serde_json::{Map, Value};

use super::template::{OWN, find};
use crate::cmd::change::{ALL, DRY_RUN, FILES, PRINT, RECORD};
use crate::command::Command;
use crate::failure::{Outcome, all_of, caught, fail};
use crate::kubectl::Kubectl;
use crate::unstructured::set;

pub const COMMAND: Command = Command::new("selector", &[OWN, PRINT, FILES, DRY_RUN, ALL, RECORD], run);

fn run(kubectl: &mut Kubectl<'_, '_>) -> Outcome<()> {
    let dry_run = kubectl.dry_run()?;
    let printer = kubectl.change_printer("selector updated", dry_run)?;
    let args = kubectl.flags.args.clone();
    let (resources, pairs): (Vec<String>, Vec<String>) = args.into_iter().partition(|arg| !arg.contains('='));
    let [spec] = &pairs[..] else { return fail("one selector is required") };
    let mut selector = Map::new();
    for pair in spec.split(',') {
        let Some((key, value)) = pair.split_once('=').map(|(key, value)| (key, value.trim_start_matches('='))) else {
            return fail(format!("{pair:?} is not a valid label selector"));
        };
        selector.insert(key.to_owned(), value.into());
    }
    let mut failures = Vec::new();
    for info in find(kubectl, &resources)? {
        if info.mapping.kind != "Service" {
            return fail(format!("setting a selector is only supported for Services, not {}", info.mapping.kind));
        }
        let mut wanted = info.object.clone();
        set(&mut wanted, "/spec/selector", Value::Object(selector.clone()));
        kubectl.record(&mut wanted);
        let manager = kubectl.flags.text("field-manager").to_owned();
        match caught(kubectl.send_change(&info, &wanted, dry_run, &manager))? {
            Ok(object) => kubectl.print_object(&printer, &object.unwrap_or(wanted))?,
            Err(failure) => failures.push(failure),
        }
    }
    all_of(failures)
}
