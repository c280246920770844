//! `kubectl kustomize DIR`: prints what a kustomization makes.
//!
//! Models: sigs.k8s.io/kustomize/kustomize/commands/build, as kubectl v1.36 uses it.
//! Simplified: functions, plugins and charts are refused.

use crate::command::Command;
use crate::failure::{Outcome, fail};
use crate::flags::{Flag, Takes};
use crate::kubectl::Kubectl;
use crate::kustomize::{Allowed, build};
use crate::printers::yaml;

pub const COMMAND: Command = Command::new("kustomize", &[OWN], run);

const OWN: &[Flag] = &[
    Flag::bool("as-current-user"),
    Flag::bool("enable-alpha-plugins"),
    Flag::bool("enable-helm"),
    Flag::new("env", Takes::List, "").short('e'),
    Flag::new("helm-api-versions", Takes::List, ""),
    Flag::new("helm-command", Takes::Text, "helm"),
    Flag::bool("helm-debug"),
    Flag::text("helm-kube-version"),
    Flag::new("load-restrictor", Takes::Text, "LoadRestrictionsRootOnly"),
    Flag::new("mount", Takes::List, ""),
    Flag::bool("network"),
    Flag::new("network-name", Takes::Text, "bridge"),
    Flag::text("output").short('o'),
];

fn run(kubectl: &mut Kubectl<'_, '_>) -> Outcome<()> {
    let restrictor = kubectl.flags.text("load-restrictor");
    if !matches!(restrictor, "LoadRestrictionsRootOnly" | "LoadRestrictionsNone") {
        return fail(format!("illegal flag value --load-restrictor {restrictor}; legal values: [LoadRestrictionsRootOnly LoadRestrictionsNone]"));
    }
    let directory = match &kubectl.flags.args[..] {
        [] => ".".to_owned(),
        [directory] => directory.clone(),
        _ => return fail("specify one path to kustomization.yaml"),
    };
    let flags = &kubectl.flags;
    let allowed = Allowed { files_elsewhere: restrictor == "LoadRestrictionsNone", plugins: flags.bool("enable-alpha-plugins"), charts: flags.bool("enable-helm") };
    let objects = build(kubectl, &directory, allowed)?;
    let text = objects.iter().map(yaml::document).collect::<Vec<_>>().join("---\n");
    let path = kubectl.flags.text("output").to_owned();
    if path.is_empty() {
        return kubectl.print(&text);
    }
    match kubectl.process.write_file(&path, text.as_bytes(), 0o644)? {
        Ok(()) => Ok(()),
        Err(error) => fail(format!("open {path}: {}", error.to_string().to_lowercase())),
    }
}
