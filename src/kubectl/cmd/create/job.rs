//! `kubectl create job NAME --image=… -- COMMAND`, or the Job that a CronJob would make now: `--from=cronjob/NAME`.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/cmd/create/create_job.go, v1.36.
//! Simplified: nothing.

use serde_json::{Value, json};

use super::generated::{MANAGER, one_name, send};
use crate::builder::Builder;
use crate::cmd::change::{DRY_RUN, PRINT, SAVE_CONFIG, VALIDATE};
use crate::command::Command;
use crate::failure::{Outcome, fail};
use crate::flags::Flag;
use crate::kubectl::Kubectl;
use crate::unstructured::strings;

pub const COMMAND: Command = Command::new("job", &[OWN, PRINT, DRY_RUN, VALIDATE, SAVE_CONFIG, MANAGER], run);

const OWN: &[Flag] = &[Flag::text("image"), Flag::text("from")];

fn run(kubectl: &mut Kubectl<'_, '_>) -> Outcome<()> {
    let name = one_name(kubectl)?;
    let command: Vec<String> = kubectl.flags.args[1..].to_vec();
    let (image, from) = (kubectl.flags.text("image").to_owned(), kubectl.flags.text("from").to_owned());
    if image.is_empty() == from.is_empty() {
        return fail("either --image or --from must be specified");
    }
    if !command.is_empty() && !from.is_empty() {
        return fail("cannot specify --from and command");
    }
    let job = if from.is_empty() { of_image(&name, &image, &command) } else { of_cron_job(kubectl, &name, &from)? };
    send(kubectl, job, "failed to create job: ")
}

/// A pod template with one container of this name.
pub(super) fn template(name: &str, image: &str, command: &[String], restart: &str) -> Value {
    let mut container = json!({"name": name, "image": image, "resources": {}});
    if !command.is_empty() {
        container["command"] = json!(command);
    }
    json!({"metadata": {}, "spec": {"containers": [container], "restartPolicy": restart}})
}

fn of_image(name: &str, image: &str, command: &[String]) -> Value {
    let template = template(name, image, command, "Never");
    json!({"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": name}, "spec": {"template": template}, "status": {}})
}

fn of_cron_job(kubectl: &mut Kubectl<'_, '_>, name: &str, from: &str) -> Outcome<Value> {
    let builder = Builder { filenames: Vec::new(), selector: None, latest: true, ..Builder::of(kubectl, &[from.to_owned()]) };
    let found = builder.find(kubectl)?.all()?;
    let [info] = found.as_slice() else { return fail("from must be an existing cronjob") };
    if info.mapping.kind != "CronJob" {
        return fail(format!("unknown object type *{}.{}", go_package(&info.mapping.api_version()), info.mapping.kind));
    }
    let object = &info.object;
    let mut annotations = json!({"cronjob.kubernetes.io/instantiate": "manual"});
    for (key, value) in strings(object, "/spec/jobTemplate/metadata/annotations") {
        annotations[key] = value.into();
    }
    let owner = json!({"apiVersion": "batch/v1", "kind": "CronJob", "name": info.name, "uid": object["metadata"]["uid"], "controller": true});
    let mut job = json!({
        "apiVersion": "batch/v1", "kind": "Job",
        "metadata": {"name": name, "annotations": annotations, "ownerReferences": [owner]},
        "spec": object["spec"]["jobTemplate"]["spec"], "status": {},
    });
    if let Some(labels) = object.pointer("/spec/jobTemplate/metadata/labels") {
        job["metadata"]["labels"] = labels.clone();
    }
    Ok(job)
}

/// How Go names the package of a version's types: `v1`, `v2`.
fn go_package(api_version: &str) -> &str {
    api_version.rsplit('/').next().unwrap_or(api_version)
}
