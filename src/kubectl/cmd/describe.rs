//! `kubectl describe`.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/cmd/describe/describe.go, v1.36.
//! Simplified: nothing.

use super::change::{ALL_NAMESPACES, CHUNK, FILES, SELECTOR};
use crate::builder::{Builder, Info};
use crate::command::Command;
use crate::describe::{Writer, describer};
use crate::failure::{Failure, Outcome, all_of, caught, fail};
use crate::flags::{Flag, Takes};
use crate::kubectl::Kubectl;

pub const COMMAND: Command = Command::new("describe", &[OWN, FILES, SELECTOR, ALL_NAMESPACES, CHUNK], run);

const OWN: &[Flag] = &[Flag::new("show-events", Takes::Bool, "true")];

fn run(kubectl: &mut Kubectl<'_, '_>) -> Outcome<()> {
    if kubectl.flags.args.is_empty() && kubectl.flags.list("filename").is_empty() {
        return fail("You must specify the type of resource to describe. Use \"kubectl api-resources\" for a complete list of supported resources.");
    }
    let builder = Builder { allow_empty_selector: true, chunk_size: kubectl.flags.int("chunk-size"), ..Builder::of(kubectl, &kubectl.flags.args) };
    let mut found = builder.find(kubectl)?;
    // What has no such name may be the beginning of one.
    if found.infos.is_empty() && kubectl.flags.args.len() == 2 && found.failures.iter().all(Failure::is_not_found) && !found.failures.is_empty() {
        let prefix = kubectl.flags.args[1].clone();
        let all = Builder { args: vec![kubectl.flags.args[0].clone()], ..builder };
        let mut by_prefix = all.find(kubectl)?;
        by_prefix.infos.retain(|info| info.name.starts_with(&prefix));
        if !by_prefix.infos.is_empty() {
            found = by_prefix;
        }
    }
    let mut failures = found.failures;
    let mut out = String::new();
    for info in &found.infos {
        match caught(describe(kubectl, info))? {
            Ok(text) if out.is_empty() => out = text,
            Ok(text) => out.push_str(&format!("\n\n{text}")),
            Err(failure) => failures.push(failure),
        }
    }
    if found.infos.is_empty() && failures.is_empty() {
        let namespace = kubectl.namespace()?;
        let message = if kubectl.flags.bool("all-namespaces") { "No resources found\n".to_owned() } else { format!("No resources found in {namespace} namespace.\n") };
        kubectl.eprint(&message)?;
    }
    kubectl.print(&out)?;
    all_of(failures)
}

fn describe(kubectl: &mut Kubectl<'_, '_>, info: &Info) -> Outcome<String> {
    let mut writer = Writer::default();
    describer(&info.mapping.group, &info.mapping.kind)(kubectl, info, &mut writer)?;
    Ok(writer.aligned())
}
