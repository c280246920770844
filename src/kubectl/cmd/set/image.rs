//! `kubectl set image deployment/web nginx=nginx:1.28`.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/cmd/set/set_image.go, v1.36.
//! Simplified: `--local` is refused.

use serde_json::Value;

use crate::builder::{Builder, Info, MISSING_RESOURCE};
use crate::cmd::change::{ALL, DRY_RUN, DryRun, FILES, PRINT, SELECTOR, resources_and_pairs};
use crate::command::Command;
use crate::failure::{Failure, Outcome, all_of, caught, fail, not_simulated};
use crate::flags::{Flag, Takes};
use crate::kubectl::Kubectl;
use crate::printers::format::Printer;

pub const COMMAND: Command = Command::new("image", &[OWN, PRINT, FILES, DRY_RUN, SELECTOR, ALL], run);

const OWN: &[Flag] = &[Flag::bool("local"), Flag::new("field-manager", Takes::Text, "kubectl-set")];

fn run(kubectl: &mut Kubectl<'_, '_>) -> Outcome<()> {
    let dry_run = kubectl.dry_run()?;
    let printer = kubectl.change_printer("image updated", dry_run)?;
    let (resources, pairs) = resources_and_pairs(&kubectl.flags.args, "image")?;
    let mut images = Vec::new();
    for pair in &pairs {
        let Some((name, image)) = pair.split_once('=') else { return fail(format!("invalid image format: {pair}")) };
        images.push((name.to_owned(), image.to_owned()));
    }
    if kubectl.flags.bool("local") {
        return not_simulated("kubectl set image --local");
    }
    let all = kubectl.flags.bool("all");
    if resources.is_empty() && kubectl.flags.list("filename").is_empty() && !all {
        return fail(MISSING_RESOURCE);
    }
    let infos = Builder { allow_empty_selector: all, latest: true, ..Builder::of(kubectl, &resources) }.find(kubectl)?.all()?;
    let mut wrong = Vec::new();
    if all && !kubectl.flags.text("selector").is_empty() {
        wrong.push("cannot set --all and --selector at the same time");
    }
    if images.is_empty() {
        wrong.push("at least one image update is required");
    } else if images.len() > 1 && images.iter().any(|(name, _)| name == "*") {
        wrong.push("all containers are already specified by *, but saw more than one container_name=container_image pairs");
    }
    all_of(wrong.into_iter().map(|message| Failure::Message(message.to_owned())).collect())?;
    let mut failures = Vec::new();
    for info in infos {
        if let Err(failure) = caught(set_image(kubectl, &info, &images, dry_run, &printer, &mut failures))? {
            failures.push(failure);
        }
    }
    all_of(failures)
}

fn set_image(kubectl: &mut Kubectl<'_, '_>, info: &Info, images: &[(String, String)], dry_run: DryRun, printer: &Printer, failures: &mut Vec<Failure>) -> Outcome<()> {
    let mut wanted = info.object.clone();
    let path = match info.mapping.kind.as_str() {
        "Pod" => "/spec",
        "CronJob" => "/spec/jobTemplate/spec/template/spec",
        _ => "/spec/template/spec",
    };
    let Some(spec) = wanted.pointer_mut(path).filter(|spec| spec.get("containers").is_some()) else {
        return fail(format!("error: {} the object is not a pod or does not have a pod template: *{}\n", info.object_name(), info.mapping.kind));
    };
    for (name, image) in images {
        let mut found = false;
        for list in ["initContainers", "containers"] {
            for container in spec.get_mut(list).and_then(Value::as_array_mut).into_iter().flatten() {
                if name == "*" || container["name"] == name.as_str() {
                    container["image"] = image.clone().into();
                    found = true;
                }
            }
        }
        if !found {
            failures.push(Failure::Message(format!("error: unable to find container named {name:?}")));
        }
    }
    let manager = kubectl.flags.text("field-manager").to_owned();
    match caught(kubectl.send_change(info, &wanted, dry_run, &manager))? {
        Ok(None) => Ok(()),
        Ok(Some(object)) => kubectl.print_object(printer, &object),
        Err(failure) => fail(format!("failed to patch image update to pod template: {failure}")),
    }
}
