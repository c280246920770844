//! `kubectl completion bash`: the script that makes a shell complete kubectl's command lines.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/cmd/completion/completion.go, v1.36.
//! Simplified: nothing.

use crate::command::Command;
use crate::completion::script;
use crate::failure::{Outcome, usage};
use crate::kubectl::Kubectl;

pub const COMMAND: Command = Command::new("completion", &[], run);

fn run(kubectl: &mut Kubectl<'_, '_>) -> Outcome<()> {
    match &kubectl.flags.args[..] {
        [] => usage("kubectl completion", "Shell not specified."),
        [shell] => match script(shell) {
            Some(text) => kubectl.print(text),
            None => usage("kubectl completion", format!("Unsupported shell type {shell:?}.")),
        },
        _ => usage("kubectl completion", "Too many arguments. Expected only the shell type."),
    }
}
