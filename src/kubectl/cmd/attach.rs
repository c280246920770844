//! `kubectl attach POD`: sees what a container's main process writes, and types what it reads.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/cmd/attach/attach.go, v1.36.
//! Simplified: nothing.

use serde_json::Value;

use crate::client::Call;
use crate::command::Command;
use crate::failure::{Outcome, caught, fail, usage};
use crate::flags::{Flag, Takes};
use crate::kubectl::Kubectl;
use crate::unstructured::{items, name, namespace, text};

pub const COMMAND: Command = Command::new("attach", &[OWN], run);

const OWN: &[Flag] = &[
    Flag::text("container").short('c'),
    Flag::text("detach-keys"),
    Flag::new("pod-running-timeout", Takes::Duration, "1m0s"),
    Flag::bool("quiet").short('q'),
    Flag::bool("stdin").short('i'),
    Flag::bool("tty").short('t'),
];

fn run(kubectl: &mut Kubectl<'_, '_>) -> Outcome<()> {
    let flags = kubectl.flags.clone();
    match flags.args.len() {
        0 => return fail("at least 1 argument is required for attach"),
        1 | 2 => {}
        count => return fail(format!("expected POD, TYPE/NAME, or TYPE NAME, (at most 2 arguments) saw {count}: [{}]", flags.args.join(" "))),
    }
    if flags.duration("pod-running-timeout") <= 0 {
        return usage("kubectl attach", "--pod-running-timeout must be higher than zero");
    }
    let pod = kubectl.attachable_pod(&flags.args, kubectl.patience())?;
    let phase = text(&pod, "/status/phase");
    if matches!(phase, "Succeeded" | "Failed") {
        return fail(format!("cannot attach a container in a completed pod; current phase is {phase}"));
    }
    attach(kubectl, &pod, flags.text("container"))
}

/// Attaches to a container of a pod as the flags `stdin`, `tty` and `quiet` say.
pub(super) fn attach(kubectl: &mut Kubectl<'_, '_>, pod: &Value, asked: &str) -> Outcome<()> {
    let flags = kubectl.flags.clone();
    let quiet = flags.bool("quiet");
    let container = match caught(kubectl.container_of(pod, asked, quiet))? {
        Ok(container) => container,
        Err(failure) => return fail(format!("cannot attach to the container: {failure}")),
    };
    let lists = ["/spec/containers", "/spec/ephemeralContainers", "/spec/initContainers"];
    let declared = lists.iter().flat_map(|list| items(pod, list)).find(|declared| text(declared, "/name") == container);
    let has_tty = declared.is_some_and(|declared| declared["tty"] == true);
    let wants_tty = flags.bool("tty");
    if wants_tty && !has_tty && !quiet {
        kubectl.eprint(&format!("error: Unable to use a TTY - container {container} did not allocate one\n"))?;
    }
    let streams = kubectl.streams(flags.bool("stdin"), has_tty)?;
    if !quiet {
        kubectl.eprint(
            "All commands and output from this session will be recorded in container logs, including credentials and sensitive information passed through the command prompt.\nIf you don't see a command prompt, try pressing enter.\n",
        )?;
    }
    let path = format!("/api/v1/namespaces/{}/pods/{}/attach", namespace(pod), name(pod));
    kubectl.talk(Call::new("POST", path).query("container", container.as_str()), streams)?;
    if quiet || !streams.stdin || !streams.raw {
        return Ok(());
    }
    let ephemeral = items(pod, "/spec/ephemeralContainers").iter().any(|declared| text(declared, "/name") == container);
    let again = format!("kubectl attach {} -c {container} -n {} -i -t", name(pod), namespace(pod));
    kubectl.print(&match ephemeral {
        true => format!("Session ended, the ephemeral container will not be restarted but may be reattached using '{again}' if it is still running\n"),
        false => format!("Session ended, resume using '{again}' command\n"),
    })
}
