//! A Deployment.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/describe/describe.go (describeDeployment), v1.36.
//! Simplified: nothing.

use serde_json::Value;

use super::pod_template::pod_template;
use super::{Events, Writer, rfc1123};
use crate::builder::Info;
use crate::failure::Outcome;
use crate::kubectl::Kubectl;
use crate::printers::jsonpath::go_value;
use crate::revisions::{new_and_old, replica_sets, selector};
use crate::unstructured::{int, items, name, namespace, strings, text};

pub fn describe(kubectl: &mut Kubectl<'_, '_>, info: &Info, writer: &mut Writer) -> Outcome<()> {
    let deployment = kubectl.get(&info.mapping, &info.namespace, &info.name)?;
    let events = Events::of(kubectl, info, &deployment, true)?;
    let sets = replica_sets(kubectl, &deployment)?;
    let now = kubectl.now()?;
    let number = |field: &str| int(&deployment, field).unwrap_or(0);
    writer.field(0, "Name", name(&deployment));
    writer.field(0, "Namespace", namespace(&deployment));
    writer.field(0, "CreationTimestamp", rfc1123(text(&deployment, "/metadata/creationTimestamp")));
    writer.labels("Labels", &strings(&deployment, "/metadata/labels"));
    writer.annotations("Annotations", &strings(&deployment, "/metadata/annotations"));
    writer.field(0, "Selector", selector(&deployment));
    writer.field(
        0,
        "Replicas",
        format!(
            "{} desired | {} updated | {} total | {} available | {} unavailable",
            number("/spec/replicas"),
            number("/status/updatedReplicas"),
            number("/status/replicas"),
            number("/status/availableReplicas"),
            number("/status/unavailableReplicas")
        ),
    );
    writer.field(0, "StrategyType", text(&deployment, "/spec/strategy/type"));
    writer.field(0, "MinReadySeconds", number("/spec/minReadySeconds"));
    if let Some(update) = deployment.pointer("/spec/strategy/rollingUpdate") {
        let part = |name: &str| update.get(name).map(go_value).unwrap_or_default();
        writer.field(0, "RollingUpdateStrategy", format!("{} max unavailable, {} max surge", part("maxUnavailable"), part("maxSurge")));
    }
    pod_template(writer, deployment.pointer("/spec/template").unwrap_or(&Value::Null));
    conditions(writer, &deployment);
    let (new, old) = new_and_old(&deployment, &sets);
    if new.is_some() || !old.is_empty() {
        writer.field(0, "OldReplicaSets", shown(&old));
        writer.field(0, "NewReplicaSet", shown(&new.into_iter().collect::<Vec<_>>()));
    }
    events.write(writer, now);
    Ok(())
}

/// Conditions with their reasons.
pub fn conditions(writer: &mut Writer, object: &Value) {
    let conditions = items(object, "/status/conditions");
    if conditions.is_empty() {
        return;
    }
    writer.write(0, "Conditions:\n  Type\tStatus\tReason\n");
    writer.write(1, "----\t------\t------\n");
    for condition in conditions {
        writer.write(1, format!("{} \t{}\t{}\n", text(condition, "/type"), text(condition, "/status"), text(condition, "/reason")));
    }
}

fn shown(sets: &[&Value]) -> String {
    if sets.is_empty() {
        return "<none>".to_owned();
    }
    let one = |set: &&Value| format!("{} ({}/{} replicas created)", name(set), int(set, "/status/replicas").unwrap_or(0), int(set, "/spec/replicas").unwrap_or(0));
    sets.iter().map(one).collect::<Vec<_>>().join(", ")
}
