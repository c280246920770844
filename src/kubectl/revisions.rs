//! The revisions of a workload: the ReplicaSets of a Deployment, the ControllerRevisions of a StatefulSet or DaemonSet.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/util/deployment/deployment.go, pkg/polymorphichelpers/history.go, v1.36.
//! Simplified: nothing.

use podarium_api::selector::LabelSelector;
use serde_json::Value;

use crate::client::Call;
use crate::failure::Outcome;
use crate::kubectl::Kubectl;
use crate::unstructured::{annotation, items, name, namespace, remove, set, strings, text};

pub const REVISION: &str = "deployment.kubernetes.io/revision";
pub const CHANGE_CAUSE: &str = "kubernetes.io/change-cause";

/// The selector of a workload, as `-l` takes it.
pub fn selector(workload: &Value) -> String {
    if workload.get("kind").and_then(Value::as_str) == Some("ReplicationController") {
        return LabelSelector::from_labels(&strings(workload, "/spec/selector")).to_string();
    }
    let raw = serde_json::from_value(workload.pointer("/spec/selector").cloned().unwrap_or_default()).unwrap_or_default();
    let shown = LabelSelector::of(&raw).shown();
    if shown.is_empty() { "<none>".to_owned() } else { shown }
}

/// The ReplicaSets that a Deployment controls.
pub fn replica_sets(kubectl: &mut Kubectl<'_, '_>, deployment: &Value) -> Outcome<Vec<Value>> {
    controlled(kubectl, deployment, "replicasets")
}

/// The ControllerRevisions of a StatefulSet or DaemonSet, the latest last.
pub fn controller_revisions(kubectl: &mut Kubectl<'_, '_>, workload: &Value) -> Outcome<Vec<Value>> {
    let mut revisions = controlled(kubectl, workload, "controllerrevisions")?;
    revisions.sort_by_key(number);
    Ok(revisions)
}

/// The number of a ControllerRevision.
pub fn number(revision: &Value) -> i64 {
    revision.get("revision").and_then(Value::as_i64).unwrap_or(0)
}

/// The workload as it was at a ControllerRevision.
pub fn restored(workload: &Value, revision: &Value) -> Value {
    let mut restored = workload.clone();
    if let Some(template) = revision.pointer("/data/spec/template") {
        let mut template = template.clone();
        remove(&mut template, "/$patch");
        set(&mut restored, "/spec/template", template);
    }
    restored
}

/// What a workload controls of these, of those that its selector matches.
fn controlled(kubectl: &mut Kubectl<'_, '_>, workload: &Value, plural: &str) -> Outcome<Vec<Value>> {
    let call = Call::get(format!("/apis/apps/v1/namespaces/{}/{plural}", namespace(workload))).query("labelSelector", selector(workload));
    let list = kubectl.send(&call)?;
    let uid = text(workload, "/metadata/uid");
    let own = |set: &&Value| items(set, "/metadata/ownerReferences").iter().any(|owner| text(owner, "/uid") == uid && owner.get("controller").and_then(Value::as_bool) == Some(true));
    Ok(items(&list, "/items").iter().filter(own).cloned().collect())
}

pub fn revision(object: &Value) -> Option<i64> {
    annotation(object, REVISION)?.parse().ok()
}

/// A template without the label that tells ReplicaSets apart.
pub fn without_hash(template: &Value) -> Value {
    let mut template = template.clone();
    remove(&mut template, "/metadata/labels/pod-template-hash");
    template
}

/// The ReplicaSet of the present template, and all others.
pub fn new_and_old<'v>(deployment: &Value, sets: &'v [Value]) -> (Option<&'v Value>, Vec<&'v Value>) {
    let template = without_hash(deployment.pointer("/spec/template").unwrap_or(&Value::Null));
    let mut sorted: Vec<&Value> = sets.iter().collect();
    sorted.sort_by(|a, b| text(a, "/metadata/creationTimestamp").cmp(text(b, "/metadata/creationTimestamp")).then(name(a).cmp(name(b))));
    let new = sorted.iter().find(|set| without_hash(set.pointer("/spec/template").unwrap_or(&Value::Null)) == template).copied();
    let old = sets.iter().filter(|set| new.is_none_or(|new| text(new, "/metadata/uid") != text(set, "/metadata/uid"))).collect();
    (new, old)
}
