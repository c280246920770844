//! `kubectl create cronjob NAME --image=… --schedule='…' -- COMMAND`.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/cmd/create/create_cronjob.go, v1.36.
//! Simplified: nothing.

use serde_json::json;

use super::generated::{MANAGER, one_name, send};
use super::job::template;
use crate::cmd::change::{DRY_RUN, PRINT, SAVE_CONFIG, VALIDATE};
use crate::command::Command;
use crate::failure::Outcome;
use crate::flags::Flag;
use crate::kubectl::Kubectl;

pub const COMMAND: Command = Command {
    aliases: &["cj"],
    required: &["image", "schedule"],
    ..Command::new("cronjob", &[OWN, PRINT, DRY_RUN, VALIDATE, SAVE_CONFIG, MANAGER], run)
};

const OWN: &[Flag] = &[Flag::text("image"), Flag::text("schedule"), Flag::text("restart")];

fn run(kubectl: &mut Kubectl<'_, '_>) -> Outcome<()> {
    let name = one_name(kubectl)?;
    let flags = &kubectl.flags;
    let restart = match flags.text("restart") {
        "" => "OnFailure",
        given => given,
    };
    let template = template(&name, flags.text("image"), &flags.args[1..], restart);
    let job = json!({"metadata": {"name": name}, "spec": {"template": template}});
    let cron_job = json!({
        "apiVersion": "batch/v1", "kind": "CronJob", "metadata": {"name": name},
        "spec": {"schedule": flags.text("schedule"), "jobTemplate": job}, "status": {},
    });
    send(kubectl, cron_job, "failed to create cronjob: ")
}
