//! `kubectl exec POD -- COMMAND`: runs a command in a container.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/cmd/exec/exec.go, v1.36.
//! Simplified: nothing.

use crate::client::Call;
use crate::command::Command;
use crate::failure::{Outcome, fail, usage};
use crate::flags::{Flag, Takes};
use crate::kubectl::Kubectl;
use crate::unstructured::{name, namespace, text};

pub const COMMAND: Command = Command::new("exec", &[OWN], run);

const OWN: &[Flag] = &[
    Flag::text("container").short('c'),
    Flag::new("filename", Takes::Repeated, "").short('f'),
    Flag::new("pod-running-timeout", Takes::Duration, "1m0s"),
    Flag::bool("quiet").short('q'),
    Flag::bool("stdin").short('i'),
    Flag::bool("tty").short('t'),
];

fn run(kubectl: &mut Kubectl<'_, '_>) -> Outcome<()> {
    let flags = kubectl.flags.clone();
    let files = !flags.list("filename").is_empty();
    let dash = flags.dash.unwrap_or(flags.args.len());
    let (before, command) = flags.args.split_at(dash.min(flags.args.len()));
    if flags.dash.is_none() && (before.len() > 1 || !before.is_empty() && files) {
        return usage("kubectl exec", "exec [POD] [COMMAND] is not supported anymore. Use exec [POD] -- [COMMAND] instead");
    }
    if flags.duration("pod-running-timeout") <= 0 {
        return usage("kubectl exec", "--pod-running-timeout must be higher than zero");
    }
    if before.is_empty() && !files {
        return fail("pod, type/name or --filename must be specified");
    }
    if command.is_empty() {
        return fail("you must specify at least one command for the container");
    }
    let pod = kubectl.attachable_pod(&before[..before.len().min(1)], kubectl.patience())?;
    let phase = text(&pod, "/status/phase");
    if matches!(phase, "Succeeded" | "Failed") {
        return fail(format!("cannot exec into a container in a completed pod; current phase is {phase}"));
    }
    let container = kubectl.container_of(&pod, flags.text("container"), flags.bool("quiet"))?;
    let streams = kubectl.streams(flags.bool("stdin"), flags.bool("tty"))?;
    let mut call = Call::new("POST", format!("/api/v1/namespaces/{}/pods/{}/exec", namespace(&pod), name(&pod))).query("container", container);
    for word in command {
        call = call.query("command", word.as_str());
    }
    kubectl.talk(call, streams)
}
