//! `kubectl create quota NAME --hard=pods=5,cpu=2 --scopes=BestEffort`.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/cmd/create/create_quota.go, v1.36.
//! Simplified: nothing.

use podarium_api::quantity::Quantity;
use serde_json::{Map, Value, json};

use super::generated::{MANAGER, one_name, send};
use crate::cmd::change::{DRY_RUN, PRINT, SAVE_CONFIG, VALIDATE};
use crate::command::Command;
use crate::failure::{Outcome, fail};
use crate::flags::Flag;
use crate::kubectl::Kubectl;

pub const COMMAND: Command = Command { aliases: &["resourcequota"], ..Command::new("quota", &[OWN, PRINT, DRY_RUN, VALIDATE, SAVE_CONFIG, MANAGER], run) };

const OWN: &[Flag] = &[Flag::text("hard"), Flag::text("scopes")];

fn run(kubectl: &mut Kubectl<'_, '_>) -> Outcome<()> {
    let name = one_name(kubectl)?;
    let mut spec = Map::new();
    if let Some(hard) = amounts(kubectl.flags.text("hard"))? {
        spec.insert("hard".to_owned(), hard);
    }
    let scopes = kubectl.flags.text("scopes");
    if !scopes.is_empty() {
        let scopes: Vec<&str> = scopes.split(',').collect();
        if scopes.contains(&"") {
            return fail("invalid resource quota scope \"\"");
        }
        spec.insert("scopes".to_owned(), json!(scopes));
    }
    let quota = json!({"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": name}, "spec": spec, "status": {}});
    send(kubectl, quota, "failed to create quota: ")
}

fn amounts(text: &str) -> Outcome<Option<Value>> {
    if text.is_empty() {
        return Ok(None);
    }
    let mut amounts = Map::new();
    for pair in text.split(',') {
        let parts: Vec<&str> = pair.split('=').collect();
        let [name, amount] = parts.as_slice() else { return fail(format!("Invalid argument syntax {pair}, expected <resource>=<value>")) };
        match Quantity::canonicalize(amount) {
            Ok(amount) => amounts.insert((*name).to_owned(), amount.into()),
            Err(error) => return fail(error.to_string()),
        };
    }
    Ok(Some(amounts.into()))
}
