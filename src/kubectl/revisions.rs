//! The revisions of a Deployment: its ReplicaSets, newest template first or last.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/util/deployment/deployment.go, v1.36.
//! Simplified: nothing.

use podarium_api::selector::LabelSelector;
use serde_json::Value;

use crate::client::Call;
use crate::failure::Outcome;
use crate::kubectl::Kubectl;
use crate::unstructured::{annotation, items, name, namespace, remove, text};

pub const REVISION: &str = "deployment.kubernetes.io/revision";
pub const CHANGE_CAUSE: &str = "kubernetes.io/change-cause";

/// The selector of a workload, as `-l` takes it.
pub fn selector(workload: &Value) -> String {
    let raw = serde_json::from_value(workload.pointer("/spec/selector").cloned().unwrap_or_default()).unwrap_or_default();
    let shown = LabelSelector::of(&raw).shown();
    if shown.is_empty() { "<none>".to_owned() } else { shown }
}

/// The ReplicaSets that a Deployment controls.
pub fn replica_sets(kubectl: &mut Kubectl<'_, '_>, deployment: &Value) -> Outcome<Vec<Value>> {
    let call = Call::get(format!("/apis/apps/v1/namespaces/{}/replicasets", namespace(deployment))).query("labelSelector", selector(deployment));
    let list = kubectl.send(&call)?;
    let uid = text(deployment, "/metadata/uid");
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
