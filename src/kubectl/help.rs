//! What `-h`, `help` and `options` print.
//!
//! The texts are those that kubectl 1.36 prints, written by the Kubernetes authors (Apache-2.0). Each begins behind a
//! line `=== kubectl …` of `help.txt`.
//!
//! Models: the `Long` and `Example` texts of staging/src/k8s.io/kubectl/pkg/cmd, v1.36.
//! Simplified: commands that are not simulated have no text.

const TEXTS: &str = include_str!("help.txt");

/// The help text of a command, by its whole name: `kubectl rollout undo`.
pub fn text(command: &str) -> Option<&'static str> {
    let (_, rest) = TEXTS.split_once(&format!("=== {command}\n"))?;
    Some(rest.split_once("=== kubectl").map_or(rest, |(text, _)| text))
}

/// The help text where some gates are open: a text for an open gate stands behind `=== kubectl apply with GATE`.
pub fn text_in(command: &str, is_open: impl Fn(&str) -> bool) -> Option<&'static str> {
    let gated = TEXTS.split_once(&format!("=== {command} with ")).and_then(|(_, rest)| rest.split_once('\n'));
    match gated {
        Some((gate, _)) if is_open(gate) => text(&format!("{command} with {gate}")),
        _ => text(command),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cmd::COMMANDS;
    use crate::command::Command;

    fn missing(name: &str, commands: &[&Command]) -> Vec<String> {
        let one = |command: &&Command| {
            let name = format!("{name} {}", command.name);
            let mut all = missing(&name, command.children);
            all.extend(text(&name).is_none().then_some(name));
            all
        };
        commands.iter().flat_map(one).collect()
    }

    #[test]
    fn every_command_has_a_help_text() {
        assert_eq!(missing("kubectl", COMMANDS), Vec::<String>::new());
        assert!(text("kubectl get").unwrap().starts_with("Display one or many resources.\n"));
    }
}
