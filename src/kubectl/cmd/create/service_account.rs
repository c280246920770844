//! `kubectl create serviceaccount NAME`.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/cmd/create/create_serviceaccount.go, v1.36.
//! Simplified: nothing.

use serde_json::json;

use super::generated::{MANAGER, one_name, send};
use crate::cmd::change::{DRY_RUN, PRINT, SAVE_CONFIG, VALIDATE};
use crate::command::Command;
use crate::failure::Outcome;
use crate::kubectl::Kubectl;

pub const COMMAND: Command = Command { aliases: &["sa"], ..Command::new("serviceaccount", &[PRINT, DRY_RUN, VALIDATE, SAVE_CONFIG, MANAGER], run) };

fn run(kubectl: &mut Kubectl<'_, '_>) -> Outcome<()> {
    let name = one_name(kubectl)?;
    send(kubectl, json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": name}}), "failed to create serviceaccount: ")
}
