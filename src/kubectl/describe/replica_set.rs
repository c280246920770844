//! A ReplicaSet.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/describe/describe.go (describeReplicaSet), v1.36.
//! Simplified: nothing.

use serde_json::Value;

use super::deployment::conditions;
use super::pod_template::pod_template;
use super::writer::controller;
use super::{Events, Writer};
use crate::builder::Info;
use crate::client::Call;
use crate::failure::Outcome;
use crate::kubectl::Kubectl;
use crate::revisions::selector;
use crate::unstructured::{int, items, name, namespace, strings, text};

pub fn describe(kubectl: &mut Kubectl<'_, '_>, info: &Info, writer: &mut Writer) -> Outcome<()> {
    let set = kubectl.get(&info.mapping, &info.namespace, &info.name)?;
    let call = Call::get(format!("/api/v1/namespaces/{}/pods", info.namespace)).query("labelSelector", selector(&set)).query("limit", "500");
    let pods = kubectl.send(&call)?;
    let events = Events::of(kubectl, info, &set, true)?;
    let now = kubectl.now()?;
    let uid = text(&set, "/metadata/uid");
    let own = |pod: &&Value| {
        let owners = items(pod, "/metadata/ownerReferences");
        owners.iter().any(|owner| owner.get("controller").and_then(Value::as_bool) == Some(true) && text(owner, "/uid") == uid)
    };
    let own: Vec<&Value> = items(&pods, "/items").iter().filter(own).collect();
    let count = |phase: &str| own.iter().filter(|pod| text(pod, "/status/phase") == phase).count();
    writer.field(0, "Name", name(&set));
    writer.field(0, "Namespace", namespace(&set));
    writer.field(0, "Selector", selector(&set));
    writer.labels("Labels", &strings(&set, "/metadata/labels"));
    writer.annotations("Annotations", &strings(&set, "/metadata/annotations"));
    if let Some(controller) = controller(&set) {
        writer.field(0, "Controlled By", controller);
    }
    writer.field(0, "Replicas", format!("{} current / {} desired", int(&set, "/status/replicas").unwrap_or(0), int(&set, "/spec/replicas").unwrap_or(0)));
    writer.field(
        0,
        "Pods Status",
        format!("{} Running / {} Waiting / {} Succeeded / {} Failed", count("Running"), count("Pending"), count("Succeeded"), count("Failed")),
    );
    pod_template(writer, set.pointer("/spec/template").unwrap_or(&Value::Null));
    conditions(writer, &set);
    events.write(writer, now);
    Ok(())
}
