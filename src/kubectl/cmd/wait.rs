//! `kubectl wait`: waits for a condition, a value, or the end of an object.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/cmd/wait, v1.36.
//! Simplified: nothing.

use std::time::Duration;

use podarium_sim::Time;
use serde_json::Value;

use super::change::{ALL, ALL_NAMESPACES, FIELD_SELECTOR, FILES, PRINT, SELECTOR};
use crate::builder::{Builder, Info};
use crate::command::Command;
use crate::failure::{Failure, Outcome, all_of, caught, fail};
use crate::flags::{Flag, Takes};
use crate::kubectl::Kubectl;
use crate::printers::jsonpath::{self, Node, Step};
use crate::unstructured::{int, items, text};

pub const COMMAND: Command = Command::new("wait", &[OWN, PRINT, FILES, SELECTOR, FIELD_SELECTOR, ALL, ALL_NAMESPACES], run);

const OWN: &[Flag] = &[Flag::new("for", Takes::Repeated, ""), Flag::new("timeout", Takes::Duration, "30s"), Flag::bool("local")];

/// An object on its way out.
pub struct WaitFor {
    pub info: Info,
    /// Another object of the same name is not the one that was deleted.
    pub uid: String,
}

#[derive(Clone, Debug)]
enum Condition {
    Delete,
    Create,
    Status { kind: String, status: String },
    Path { steps: Vec<Step>, value: String },
}

fn run(kubectl: &mut Kubectl<'_, '_>) -> Outcome<()> {
    let conditions = conditions(&kubectl.flags.list("for"))?;
    let printer = kubectl.change_printer("condition met", super::change::DryRun::None)?;
    let timeout = match kubectl.flags.duration("timeout") {
        nanos if nanos < 0 => 168 * 3600 * 1_000_000_000,
        nanos => nanos,
    };
    let start = kubectl.process.now()?;
    let deadline = start + Duration::from_nanos(timeout.unsigned_abs());
    let for_delete = conditions.iter().any(|condition| matches!(condition, Condition::Delete));
    let all = kubectl.flags.bool("all");
    let builder = Builder { latest: true, all: false, allow_empty_selector: all, ..Builder::of(kubectl, &kubectl.flags.args) };
    let mut found = builder.find(kubectl)?;
    if conditions.iter().any(|condition| matches!(condition, Condition::Create)) {
        while found.infos.is_empty() && found.failures.iter().all(Failure::is_not_found) {
            if kubectl.process.now()? >= deadline {
                return fail("timed out waiting for the condition");
            }
            kubectl.process.sleep(Duration::from_millis(500))?;
            found = builder.find(kubectl)?;
        }
    }
    if for_delete {
        found.failures.retain(|failure| !failure.is_not_found());
    }
    let mut failures = found.failures;
    if found.infos.is_empty() && failures.is_empty() && !for_delete {
        return fail("no matching resources found");
    }
    for info in found.infos {
        for condition in &conditions {
            match caught(meets(kubectl, &info, condition, timeout, deadline))? {
                Ok(object) => kubectl.print_object(&printer, &object)?,
                Err(failure) => {
                    failures.push(failure);
                    break;
                }
            }
        }
    }
    all_of(failures)
}

fn conditions(given: &[String]) -> Outcome<Vec<Condition>> {
    let mut conditions = Vec::new();
    for one in given {
        let lower = one.to_lowercase();
        conditions.push(if lower == "delete" {
            Condition::Delete
        } else if lower == "create" {
            Condition::Create
        } else if let Some(condition) = one.strip_prefix("condition=") {
            let (kind, status) = condition.split_once('=').unwrap_or((condition, "true"));
            Condition::Status { kind: kind.to_owned(), status: status.to_owned() }
        } else if let Some(path) = one.strip_prefix("jsonpath=") {
            path_condition(path)?
        } else {
            return fail(format!("unrecognized condition: {one:?}"));
        });
    }
    if conditions.is_empty() { fail("unrecognized condition: []") } else { Ok(conditions) }
}

/// `{.spec.replicas}=2`; `==` belongs to a filter.
fn path_condition(input: &str) -> Outcome<Condition> {
    let mut parts = vec![String::new()];
    let mut rest = input.chars().peekable();
    while let Some(c) = rest.next() {
        let last = parts.last_mut().expect("there is always a part");
        match c {
            '=' if rest.peek() == Some(&'=') => {
                rest.next();
                last.push_str("==");
            }
            '=' => parts.push(String::new()),
            c => last.push(c),
        }
    }
    if parts.len() > 2 {
        return fail("jsonpath wait format must be --for=jsonpath='{.status.readyReplicas}'=3 or --for=jsonpath='{.status.readyReplicas}'");
    }
    let path = jsonpath::relaxed(&parts[0]).or_else(fail)?;
    if path.is_empty() {
        return fail("jsonpath expression cannot be empty");
    }
    let value = parts.get(1).map(|value| value.trim_matches(['\'', '"']).to_owned());
    if value.as_deref() == Some("") {
        return fail("jsonpath wait has to have a value after equal sign, like --for=jsonpath='{.status.readyReplicas}'=3");
    }
    let nodes = jsonpath::parse(&path).or_else(fail)?;
    let steps = nodes.into_iter().find_map(|node| if let Node::Path(steps) = node { Some(steps) } else { None }).unwrap_or_default();
    Ok(Condition::Path { steps, value: value.unwrap_or_default() })
}

/// Waits for a condition of an object, and gives the object.
fn meets(kubectl: &mut Kubectl<'_, '_>, info: &Info, condition: &Condition, timeout: i64, deadline: Time) -> Outcome<Value> {
    if let Condition::Create = condition {
        return Ok(info.object.clone());
    }
    if let Condition::Delete = condition {
        gone(kubectl, info, "", timeout, deadline)?;
        return Ok(info.object.clone());
    }
    if timeout == 0 {
        let object = kubectl.get(&info.mapping, &info.namespace, &info.name)?;
        return match holds(condition, &object) {
            Ok(true) => Ok(object),
            Ok(false) => fail(format!("condition not met for {}", info.object_name())),
            Err(why) => fail(why),
        };
    }
    let mut check = |object: Option<&Value>| -> Option<Result<Value, String>> {
        let object = object?;
        match holds(condition, object) {
            Ok(true) => Some(Ok(object.clone())),
            Ok(false) => None,
            Err(why) => Some(Err(why)),
        }
    };
    match kubectl.watch_until(&info.mapping, (&info.namespace, &info.name), Some(deadline), &mut check)? {
        Some(Ok(object)) => Ok(object),
        Some(Err(why)) => fail(why),
        None => fail(format!("timed out waiting for the condition on {}", info.object_name())),
    }
}

fn holds(condition: &Condition, object: &Value) -> Result<bool, String> {
    match condition {
        Condition::Status { kind, status } => Ok(status_holds(kind, status, object)),
        Condition::Path { steps, value } => {
            let found = jsonpath::find(steps, object)?;
            match &found[..] {
                [] => Ok(false),
                [Value::Object(_) | Value::Array(_)] => Err("jsonpath leads to a nested object or list which is not supported".to_owned()),
                [one] => Ok(value.is_empty() || jsonpath::go_value(one).trim() == value.trim()),
                _ => Err("given jsonpath expression matches more than one value".to_owned()),
            }
        }
        Condition::Delete | Condition::Create => Ok(true),
    }
}

/// A condition that is about an older generation says nothing yet.
fn status_holds(kind: &str, status: &str, object: &Value) -> bool {
    let Some(condition) = items(object, "/status/conditions").iter().find(|condition| text(condition, "/type").eq_ignore_ascii_case(kind)) else {
        return false;
    };
    let observed = int(condition, "/observedGeneration").or_else(|| int(object, "/status/observedGeneration"));
    if let (Some(generation), Some(observed)) = (int(object, "/metadata/generation"), observed)
        && observed < generation
    {
        return false;
    }
    text(condition, "/status").eq_ignore_ascii_case(status)
}

/// Waits until objects are gone, one after the other.
pub fn until_gone(kubectl: &mut Kubectl<'_, '_>, waits: Vec<WaitFor>, timeout: i64) -> Outcome<()> {
    let deadline = kubectl.process.now()? + Duration::from_nanos(timeout.unsigned_abs());
    for wait in waits {
        match caught(gone(kubectl, &wait.info, &wait.uid, timeout, deadline))? {
            // Who may not look does not wait.
            Err(failure) if matches!(failure.reason(), "Forbidden" | "MethodNotAllowed") => return Ok(()),
            Err(failure) => return Err(failure.into()),
            Ok(()) => {}
        }
    }
    Ok(())
}

fn gone(kubectl: &mut Kubectl<'_, '_>, info: &Info, uid: &str, timeout: i64, deadline: Time) -> Outcome<()> {
    let object = match caught(kubectl.get(&info.mapping, &info.namespace, &info.name))? {
        Ok(object) => object,
        Err(failure) if failure.is_not_found() => return Ok(()),
        Err(failure) => return Err(failure.into()),
    };
    let another = |object: &Value| !uid.is_empty() && text(object, "/metadata/uid") != uid;
    if another(&object) {
        return Ok(());
    }
    if timeout == 0 {
        return fail(format!("condition not met for {}", info.object_name()));
    }
    let mut check = |object: Option<&Value>| object.is_none_or(another).then_some(());
    match kubectl.watch_until(&info.mapping, (&info.namespace, &info.name), Some(deadline), &mut check)? {
        Some(()) => Ok(()),
        None => fail(format!("timed out waiting for the condition on {}", info.object_name())),
    }
}
