//! `kubectl help`, `kubectl options` and `kubectl alpha`, which do nothing but print.
//!
//! Models: github.com/spf13/cobra, staging/src/k8s.io/kubectl/pkg/cmd/{options,alpha.go}, v1.36.
//! Simplified: nothing.

use crate::command::{Command, NO_ALPHA, find, show_help};
use crate::failure::Outcome;
use crate::help;
use crate::kubectl::Kubectl;

pub const HELP: Command = Command::new("help", &[], topic);
pub const OPTIONS: Command = Command::new("options", &[], options);
pub const ALPHA: Command = Command::new("alpha", &[], alpha);

fn topic(kubectl: &mut Kubectl<'_, '_>) -> Outcome<()> {
    let words = kubectl.flags.args.clone();
    let (path, rest) = find(&words);
    if !path.is_empty() || rest.is_empty() {
        let name = path.iter().fold("kubectl".to_owned(), |name, command| format!("{name} {}", command.name));
        return show_help(kubectl.process, &name);
    }
    // What is said of a topic that there is not: the usage of kubectl itself.
    let topics: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    let text = help::text("kubectl").unwrap_or_default();
    let usage = text.find("Basic Commands").map_or("", |at| &text[at..]);
    kubectl.eprint(&format!("Unknown help topic [{}]\n\n\n{usage}", topics.join(" ")))
}

fn options(kubectl: &mut Kubectl<'_, '_>) -> Outcome<()> {
    show_help(kubectl.process, "kubectl options")
}

fn alpha(kubectl: &mut Kubectl<'_, '_>) -> Outcome<()> {
    kubectl.eprint(NO_ALPHA)
}
