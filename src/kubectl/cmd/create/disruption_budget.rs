//! `kubectl create poddisruptionbudget NAME --selector=… --min-available=…`.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/cmd/create/create_pdb.go, v1.36.
//! Simplified: nothing.

use podarium_api::selector::{LabelSelector, Operator};
use serde_json::{Map, Value, json};

use super::generated::{MANAGER, one_name, send};
use crate::cmd::change::{DRY_RUN, PRINT, SAVE_CONFIG, VALIDATE};
use crate::command::Command;
use crate::failure::{Outcome, fail};
use crate::flags::Flag;
use crate::kubectl::Kubectl;

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
        "spec": {"selector": selector_of(selector)?, field: amount},
        "status": {"currentHealthy": 0, "desiredHealthy": 0, "disruptionsAllowed": 0, "expectedPods": 0},
    });
    send(kubectl, budget, "failed to create poddisruptionbudgets: ")
}

/// A selector as objects have it.
fn selector_of(text: &str) -> Outcome<Value> {
    let parsed = match LabelSelector::parse(text) {
        Ok(parsed) => parsed,
        Err(error) => return fail(format!("couldn't parse the selector string \"{text}\": {}", error.0)),
    };
    let (mut labels, mut expressions) = (Map::new(), Vec::new());
    for requirement in parsed.requirements() {
        let (key, values) = (requirement.key(), requirement.values());
        let operator = match requirement.operator() {
            Operator::Equals | Operator::DoubleEquals => {
                labels.insert(key.to_owned(), values.first().cloned().into());
                continue;
            }
            Operator::In => "In",
            Operator::NotIn => "NotIn",
            Operator::Exists => "Exists",
            Operator::DoesNotExist => "DoesNotExist",
            Operator::GreaterThan => return fail("\"gt\" isn't supported in label selectors"),
            Operator::LessThan => return fail("\"lt\" isn't supported in label selectors"),
            Operator::NotEquals => return fail("\"!=\" is not a valid label selector operator"),
        };
        let mut expression = json!({"key": key, "operator": operator});
        if !values.is_empty() {
            expression["values"] = json!(values);
        }
        expressions.push(expression);
    }
    let mut selector = json!({});
    if !labels.is_empty() {
        selector["matchLabels"] = Value::Object(labels);
    }
    if !expressions.is_empty() {
        selector["matchExpressions"] = expressions.into();
    }
    Ok(selector)
}
