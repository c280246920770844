//! `kubectl set resources deployment/web --limits=cpu=200m,memory=256Mi`.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/cmd/set/set_resources.go, v1.36.
//! Simplified: nothing.

use podarium_api::quantity::Quantity;
use serde_json::{Map, Value};

use super::template::{LOCAL_ALONE, OWN, containers, find, pod_spec, send};
use crate::cmd::change::{ALL, DRY_RUN, DryRun, FILES, PRINT, RECORD, SELECTOR};
use crate::command::Command;
use crate::failure::{Failure, Outcome, all_of, caught, fail};
use crate::flags::{Flag, Takes};
use crate::kubectl::Kubectl;

pub const COMMAND: Command = Command { aliases: &["limits"], ..Command::new("resources", &[OWN, AMOUNTS, PRINT, FILES, DRY_RUN, SELECTOR, ALL, RECORD], run) };

const AMOUNTS: &[Flag] = &[Flag::new("containers", Takes::Text, "*").short('c'), Flag::text("limits"), Flag::text("requests")];

fn run(kubectl: &mut Kubectl<'_, '_>) -> Outcome<()> {
    let dry_run = kubectl.dry_run()?;
    let printer = kubectl.change_printer("resource requirements updated", dry_run)?;
    let resources = kubectl.flags.args.clone();
    let infos = find(kubectl, &resources, Some(LOCAL_ALONE))?;
    if kubectl.flags.bool("local") && dry_run == DryRun::Server {
        return fail("cannot specify --local and --dry-run=server - did you mean --dry-run=client?");
    }
    if kubectl.flags.bool("all") && !kubectl.flags.text("selector").is_empty() {
        return fail("cannot set --all and --selector at the same time");
    }
    let amounts = [("limits", amounts(kubectl.flags.text("limits"))?), ("requests", amounts(kubectl.flags.text("requests"))?)];
    if amounts.iter().all(|(_, amounts)| amounts.is_empty()) {
        return fail("you must specify an update to requests or limits (in the form of --requests/--limits)");
    }
    let pattern = kubectl.flags.text("containers").to_owned();
    let mut failures = Vec::new();
    for info in infos {
        let mut wanted = info.object.clone();
        let spec = match caught(pod_spec(&info, &mut wanted))? {
            Ok(spec) => spec,
            Err(failure) => {
                failures.push(failure);
                continue;
            }
        };
        let chosen = containers(spec, &["initContainers", "containers"], &pattern);
        if chosen.is_empty() {
            failures.push(Failure::Message(format!("error: unable to find container named {pattern}")));
        }
        for container in chosen {
            for (field, amounts) in amounts.iter().filter(|(_, amounts)| !amounts.is_empty()) {
                for (name, amount) in amounts {
                    container["resources"][*field][name] = amount.clone();
                }
            }
        }
        if let Err(failure) = caught(send(kubectl, &info, &wanted, dry_run, &printer, "resources update to pod template"))? {
            failures.push(failure);
        }
    }
    all_of(failures)
}

/// `cpu=200m,memory=256Mi`
fn amounts(text: &str) -> Outcome<Map<String, Value>> {
    let mut found = Map::new();
    for pair in text.split(',').filter(|pair| !pair.is_empty()) {
        let parts: Vec<&str> = pair.split('=').collect();
        let [name, amount] = parts[..] else { return fail(format!("Invalid argument syntax {pair}, expected <resource>=<value>")) };
        match amount.parse::<Quantity>() {
            Ok(quantity) => found.insert(name.to_owned(), quantity.to_string().into()),
            Err(error) => return fail(error.to_string()),
        };
    }
    Ok(found)
}
