//! `kubectl create poddisruptionbudget NAME --selector=… --min-available=…`.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/cmd/create/create_pdb.go, v1.36.
//! Simplified: nothing.

use serde_json::{Value, json};

use super::generated::{MANAGER, one_name, send};
use crate::cmd::change::{DRY_RUN, PRINT, SAVE_CONFIG, VALIDATE};
use crate::command::Command;
use crate::failure::{Outcome, fail};
use crate::flags::Flag;
use crate::kubectl::Kubectl;
use crate::selector;

pub const COMMAND: Command =
    Command { aliases: &["pdb"], ..Command::new("poddisruptionbudget", &[OWN, PRINT, DRY_RUN, VALIDATE, SAVE_CONFIG, MANAGER], run) };

const OWN: &[Flag] = &[Flag::text("min-available"), Flag::text("max-unavailable"), Flag::text("selector")];

fn run(kubectl: &mut Kubectl<'_, '_>) -> Outcome<()> {
    let name = one_name(kubectl)?;
    let flags = &kubectl.flags;
    let (selector, least, most) = (flags.text("selector"), flags.text("min-available"), flags.text("max-unavailable"));
    if selector.is_empty() {
        return fail("a selector must be specified");
    }
    let (flag, field, amount) = match (least, most) {
        ("", "") => return fail("one of min-available or max-unavailable must be specified"),
        (least, "") => ("min-available", "minAvailable", least),
        ("", most) => ("max-unavailable", "maxUnavailable", most),
        _ => return fail("min-available and max-unavailable cannot be both specified"),
    };
    let digits = amount.strip_suffix('%').unwrap_or(amount);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return fail(format!("invalid format specified for {flag}"));
    }
    // What is no number of 32 bits is text, as a percentage is.
    let amount = amount.parse::<i32>().map_or_else(|_| amount.into(), Value::from);
    let budget = json!({
        "apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": {"name": name},
        "spec": {"selector": selector::parse(selector)?, field: amount},
        "status": {"currentHealthy": 0, "desiredHealthy": 0, "disruptionsAllowed": 0, "expectedPods": 0},
    });
    send(kubectl, budget, "failed to create poddisruptionbudgets: ")
}
