//! The second half of `kubectl run -it`: waits for the new pod, attaches to it, ends as it ends, and removes it with `--rm`.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/cmd/run/run.go (handleAttachPod, waitForPod, removeCreatedObjects), v1.36.
//! Simplified: nothing.

use serde_json::{Value, json};

use super::attach::attach;
use crate::client::Call;
use crate::failure::{Failure, Outcome, caught, fail};
use crate::kubectl::Kubectl;
use crate::unstructured::{items, name, namespace, text};

type Check<'c> = &'c dyn Fn(&Value) -> bool;

/// Waits until something holds of the pod, not longer than `--pod-running-timeout`.
fn wait(kubectl: &mut Kubectl<'_, '_>, pod: &Value, holds: Check<'_>) -> Outcome<Value> {
    let deadline = kubectl.process.now()? + kubectl.patience();
    let mapping = kubectl.mapping_of_kind("", "Pod")?;
    let mut check = |found: Option<&Value>| match found {
        None => Some(None),
        Some(found) => holds(found).then(|| Some(found.clone())),
    };
    match kubectl.watch_until(&mapping, (namespace(pod), name(pod)), Some(deadline), &mut check)? {
        Some(Some(found)) => Ok(found),
        Some(None) => Err(Failure::Server(Box::new(json!({"kind": "Status", "reason": "NotFound", "message": "pods \"\" not found"}))).into()),
        None => fail("timed out waiting for the condition"),
    }
}

fn phase(pod: &Value) -> &str {
    text(pod, "/status/phase")
}

fn is_over(pod: &Value) -> bool {
    matches!(phase(pod), "Succeeded" | "Failed")
}

fn is_ready(pod: &Value) -> bool {
    let is_true = |condition: &Value| text(condition, "/type") == "Ready" && text(condition, "/status") == "True";
    phase(pod) == "Running" && items(pod, "/status/conditions").iter().any(is_true)
}

/// Shows what the pod has written so far.
fn show_log(kubectl: &mut Kubectl<'_, '_>, pod: &Value) -> Outcome<()> {
    let container = kubectl.container_of(pod, "", true)?;
    let call = Call::get(format!("/api/v1/namespaces/{}/pods/{}/log", namespace(pod), name(pod))).query("container", container);
    let bytes = kubectl.send_for_bytes(&call)?;
    kubectl.process.write_stdout(&bytes)?;
    Ok(())
}

pub(super) fn run(kubectl: &mut Kubectl<'_, '_>, made: &Value) -> Outcome<()> {
    let pod = wait(kubectl, made, &|pod| is_over(pod) || is_ready(pod))?;
    show_log(kubectl, &pod)?;
    if !is_over(&pod)
        && let Err(failure) = caught(attach(kubectl, &pod, ""))?
    {
        kubectl.eprint(&format!("warning: couldn't attach to pod/{}, falling back to streaming logs: {failure}\n", name(&pod)))?;
        show_log(kubectl, &pod)?;
    }
    let restart = kubectl.flags.text("restart").to_owned();
    if kubectl.flags.bool("leave-stdin-open") || restart == "Always" {
        return Ok(());
    }
    let ended = wait(kubectl, made, &|pod| phase(pod) == "Succeeded" || restart == "Never" && phase(pod) == "Failed")?;
    if phase(&ended) == "Succeeded" {
        return Ok(());
    }
    let place = format!("{}/{}", namespace(&ended), name(&ended));
    let terminated = items(&ended, "/status/containerStatuses").first().map(|status| status["state"]["terminated"].clone()).unwrap_or_default();
    match terminated["exitCode"].as_i64().and_then(|code| i32::try_from(code).ok()).filter(|code| *code != 0) {
        Some(code) => {
            let message = format!("pod {place} terminated ({})\n{}", text(&terminated, "/reason"), text(&terminated, "/message"));
            Err(Failure::Command { code, message: message.trim_end().to_owned() }.into())
        }
        None => fail(format!("pod {place} failed with unknown exit code")),
    }
}

/// `--rm`: the pod is deleted, and kubectl waits until it is gone.
pub(super) fn remove(kubectl: &mut Kubectl<'_, '_>, made: &Value, propagation: &str) -> Outcome<()> {
    let mapping = kubectl.mapping_of_kind("", "Pod")?;
    let place = (namespace(made).to_owned(), name(made).to_owned());
    kubectl.delete(&mapping, &place.0, &place.1, &json!({"propagationPolicy": propagation}))?;
    if !kubectl.flags.bool("quiet") {
        kubectl.print(&format!("pod {:?} deleted from {} namespace\n", place.1, place.0))?;
    }
    let mut gone = |found: Option<&Value>| found.is_none().then_some(());
    kubectl.watch_until(&mapping, (&place.0, &place.1), None, &mut gone)?;
    Ok(())
}
