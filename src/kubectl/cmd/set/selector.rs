//! `kubectl set selector service/web app=web,tier=front`.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/cmd/set/set_selector.go, v1.36.
//! Simplified: nothing.

use podarium_api::selector::{LabelSelector, Operator};
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
    // Only the last word can be the selector.
    let Some((last, resources)) = args.split_last() else { return fail("one selector is required") };
    let (labels, sets) = read(last)?;
    let mut failures = Vec::new();
    for info in find(kubectl, resources)? {
        if info.mapping.kind != "Service" {
            return fail("setting a selector is only supported for Services");
        }
        if !sets.is_empty() {
            return fail(format!("match expression [{}] not supported on this object", sets.join(" ")));
        }
        let mut wanted = info.object.clone();
        set(&mut wanted, "/spec/selector", Value::Object(labels.clone()));
        kubectl.record(&mut wanted);
        let manager = kubectl.flags.text("field-manager").to_owned();
        match caught(kubectl.send_change(&info, &wanted, dry_run, &manager))? {
            Ok(object) => kubectl.print_object(&printer, &object.unwrap_or(wanted))?,
            Err(failure) => failures.push(failure),
        }
    }
    all_of(failures)
}

/// The labels of a selector, and what it says beyond that, as Go prints it.
fn read(text: &str) -> Outcome<(Map<String, Value>, Vec<String>)> {
    let selector = match LabelSelector::parse(text) {
        Ok(selector) => selector,
        Err(error) => return fail(format!("couldn't parse the selector string \"{text}\": {error}")),
    };
    let (mut labels, mut sets) = (Map::new(), Vec::new());
    for requirement in selector.requirements() {
        let operator = match requirement.operator() {
            Operator::Equals | Operator::DoubleEquals => {
                labels.insert(requirement.key().to_owned(), requirement.values().concat().into());
                continue;
            }
            Operator::In => "In",
            Operator::NotIn => "NotIn",
            Operator::Exists => "Exists",
            Operator::DoesNotExist => "DoesNotExist",
            Operator::GreaterThan => return fail("\"gt\" isn't supported in label selectors"),
            Operator::LessThan => return fail("\"lt\" isn't supported in label selectors"),
            Operator::NotEquals => return fail("\"!=\" is not a valid label selector operator"),
        };
        let mut values = requirement.values().to_vec();
        values.sort();
        sets.push(format!("{{{} {operator} [{}]}}", requirement.key(), values.join(" ")));
    }
    Ok((labels, sets))
}
