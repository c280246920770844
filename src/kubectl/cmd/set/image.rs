//! `kubectl set image deployment/web nginx=nginx:1.28`.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/cmd/set/set_image.go, v1.36.
//! Simplified: nothing.

use super::template::{LOCAL_ALONE, OWN, containers, find, pod_spec, send};
use crate::builder::Info;
use crate::cmd::change::{ALL, DRY_RUN, DryRun, FILES, PRINT, RECORD, SELECTOR, resources_and_pairs};
use crate::command::Command;
use crate::failure::{Failure, Outcome, all_of, caught, fail};
use crate::kubectl::Kubectl;
use crate::printers::format::Printer;

pub const COMMAND: Command = Command::new("image", &[OWN, PRINT, FILES, DRY_RUN, SELECTOR, ALL, RECORD], run);

fn run(kubectl: &mut Kubectl<'_, '_>) -> Outcome<()> {
    let dry_run = kubectl.dry_run()?;
    let printer = kubectl.change_printer("image updated", dry_run)?;
    let (resources, pairs) = resources_and_pairs(&kubectl.flags.args, "image")?;
    let mut images = Vec::new();
    for pair in &pairs {
        let Some((name, image)) = pair.split_once('=') else { return fail(format!("invalid image format: {pair}")) };
        images.push((name.to_owned(), image.to_owned()));
    }
    let all = kubectl.flags.bool("all");
    let infos = find(kubectl, &resources, Some(LOCAL_ALONE))?;
    let mut wrong = Vec::new();
    if all && !kubectl.flags.text("selector").is_empty() {
        wrong.push("cannot set --all and --selector at the same time");
    }
    if images.is_empty() {
        wrong.push("at least one image update is required");
    } else if kubectl.flags.bool("local") && dry_run == DryRun::Server {
        wrong.push("cannot specify --local and --dry-run=server - did you mean --dry-run=client?");
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
    let spec = pod_spec(info, &mut wanted)?;
    for (name, image) in images {
        // No pattern but the one that means all.
        let chosen = if name.len() > 1 && name.ends_with('*') { Vec::new() } else { containers(spec, &["initContainers", "containers"], name) };
        if chosen.is_empty() {
            failures.push(Failure::Message(format!("error: unable to find container named {name:?}")));
        }
        for container in chosen {
            container["image"] = image.clone().into();
        }
    }
    send(kubectl, info, &wanted, dry_run, printer, "image update to pod template:")
}
