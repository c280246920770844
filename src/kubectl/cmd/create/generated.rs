//! What all `kubectl create TYPE` have in common: name, `--dry-run`, sending and printing.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/cmd/create/create.go, v1.36.
//! Simplified: nothing.

use serde_json::{Value, json};

use crate::client::Write;
use crate::cmd::change::{DryRun, save_made_configuration};
use crate::failure::{Failure, Outcome, caught, usage};
use crate::flags::{Flag, Takes};
use crate::kubectl::Kubectl;
use crate::kustomize::hash;
use crate::printers::json as json_printer;
use crate::unstructured::{name, set, text};

pub const MANAGER: &[Flag] = &[Flag::new("field-manager", Takes::Text, "kubectl-create")];

/// The one name on the command line.
pub fn one_name(kubectl: &Kubectl<'_, '_>) -> Outcome<String> {
    let flags = &kubectl.flags;
    let count = flags.dash.unwrap_or(flags.args.len());
    match count {
        1 => Ok(flags.args[0].clone()),
        _ => usage(&flags.command, format!("exactly one NAME is required, got {count}")),
    }
}

/// Sends an object and says so. Most types put `failed to create TYPE: ` (`prefix`) before what the server says.
pub fn send(kubectl: &mut Kubectl<'_, '_>, mut object: Value, prefix: &str) -> Outcome<()> {
    let dry_run = kubectl.dry_run()?;
    let validation = kubectl.validation()?;
    let printer = kubectl.change_printer("created", dry_run)?.typed(json_printer::Order::Kind);
    let connection = kubectl.connection()?;
    let namespaced = !matches!(text(&object, "/kind"), "Namespace" | "ClusterRole" | "ClusterRoleBinding" | "PriorityClass");
    if connection.enforce_namespace && namespaced {
        set(&mut object, "/metadata/namespace", connection.namespace.clone().into());
    }
    if kubectl.flags.bool("append-hash") {
        if !object["data"].is_object() {
            object["data"] = json!({});
        }
        let named = name(&object).to_owned();
        object["metadata"]["name"] = format!("{named}-{}", hash(&object, &named)).into();
    }
    // Of services it is not written down, whatever the flag says.
    if text(&object, "/kind") != "Service" {
        save_made_configuration(kubectl, &mut object);
    }
    if dry_run == DryRun::Client {
        return kubectl.print_object(&printer, &object);
    }
    let (group, kind) = (text(&object, "/apiVersion").split_once('/').map_or("", |(group, _)| group).to_owned(), text(&object, "/kind").to_owned());
    let mapping = kubectl.mapping_of_kind(&group, &kind)?;
    let manager = kubectl.flags.text("field-manager").to_owned();
    let write = Write { dry_run: dry_run == DryRun::Server, field_manager: &manager, validation, ..Write::default() };
    let made = match caught(kubectl.create(&mapping, &connection.namespace, &object, &write))? {
        Ok(made) => made,
        Err(failure) if prefix.is_empty() => return Err(failure.into()),
        Err(failure) => return Err(Failure::Message(format!("{prefix}{failure}")).into()),
    };
    kubectl.print_object(&printer, &made)
}
