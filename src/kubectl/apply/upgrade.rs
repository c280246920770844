//! From client-side to server-side apply: what an updater owned becomes the applier's, in `metadata.managedFields`.
//!
//! Models: staging/src/k8s.io/client-go/util/csaupgrade/upgrade.go, v1.36.
//! Simplified: nothing.

use podarium_api::managed_fields::{FieldSet, PathElement};
use serde_json::{Value, json};

use crate::unstructured::{items, text};

const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

fn fields(entry: &Value) -> Option<FieldSet> {
    FieldSet::from_json(&entry["fieldsV1"]).ok()
}

/// The managers that own the annotation by this operation.
pub fn annotation_owners<'v>(object: &'v Value, operation: &'v str) -> impl Iterator<Item = &'v str> {
    let path = ["metadata", "annotations", LAST_APPLIED].map(PathElement::field);
    let entries = items(object, "/metadata/managedFields").iter();
    entries
        .filter(move |entry| text(entry, "/operation") == operation && fields(entry).is_some_and(|fields| fields.has(&path)))
        .map(|entry| text(entry, "/manager"))
}

/// The JSON patch that makes the updaters' fields the applier's; nothing if there is nothing to do.
pub fn patch(object: &Value, updaters: &[String], applier: &str) -> Option<Value> {
    let before = items(object, "/metadata/managedFields").to_vec();
    let after = updaters.iter().fold(before.clone(), |entries, updater| upgraded(entries, updater, applier));
    (before != after).then(|| {
        json!([
            {"op": "replace", "path": "/metadata/managedFields", "value": after},
            // Replaced and not tested, so that somebody else's write in between is a conflict and not an invalid patch.
            {"op": "replace", "path": "/metadata/resourceVersion", "value": text(object, "/metadata/resourceVersion")},
        ])
    })
}

fn upgraded(mut entries: Vec<Value>, updater: &str, applier: &str) -> Vec<Value> {
    let is = |entry: &Value, manager: &str, operation: &str| {
        text(entry, "/manager") == manager && text(entry, "/operation") == operation && text(entry, "/subresource").is_empty()
    };
    let into = match entries.iter().position(|entry| is(entry, applier, "Apply")) {
        Some(found) => found,
        None => {
            let Some(first) = entries.iter().position(|entry| is(entry, updater, "Update")) else { return entries };
            entries[first]["operation"] = "Apply".into();
            entries[first]["manager"] = applier.into();
            first
        }
    };
    let version = text(&entries[into], "/apiVersion").to_owned();
    let old = entries.iter().find(|entry| is(entry, updater, "Update") && text(entry, "/apiVersion") == version).and_then(fields);
    if let (Some(old), Some(own)) = (old, fields(&entries[into])) {
        entries[into]["fieldsV1"] = own.union(&old).to_json();
    }
    entries.retain(|entry| !is(entry, updater, "Update"));
    entries
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_client_side_apply_owned_becomes_server_side_applys() {
        let entry = |manager: &str, operation: &str, fields: Value| json!({"manager": manager, "operation": operation, "apiVersion": "v1", "fieldsType": "FieldsV1", "fieldsV1": fields});
        let annotations = json!({"f:metadata": {"f:annotations": {format!("f:{LAST_APPLIED}"): {}}}, "f:data": {"f:a": {}}});
        let object = json!({"metadata": {"resourceVersion": "7", "managedFields": [
            entry("kubectl", "Apply", json!({"f:data": {"f:b": {}}})),
            entry("kubectl-client-side-apply", "Update", annotations.clone()),
        ]}});
        let owners: Vec<String> = annotation_owners(&object, "Update").map(str::to_owned).collect();
        assert_eq!(owners, ["kubectl-client-side-apply"]);
        let patch = patch(&object, &owners, "kubectl").unwrap();
        let mut both = annotations.clone();
        both["f:data"]["f:b"] = json!({});
        assert_eq!(patch[0]["value"], json!([entry("kubectl", "Apply", both)]));
        assert_eq!(patch[1]["value"], "7");
        assert_eq!(super::patch(&object, &[], "kubectl"), None);
        let alone = json!({"metadata": {"managedFields": [entry("csa", "Update", annotations.clone())]}});
        assert_eq!(super::patch(&alone, &["csa".to_owned()], "kubectl").unwrap()[0]["value"], json!([entry("kubectl", "Apply", annotations)]));
    }
}
